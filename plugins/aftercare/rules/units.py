"""The units of policy values: each reads what stands in a file into a typed value, or says why not.

Whole numbers stay ``int``; shares, points and the numbers of bands are ``Decimal``. A reader raises ValueError whose text completes "unit … needs …".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ValueError("a whole number, 0 or more")
    return raw


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError("a number")
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        raise ValueError("a number") from None
    if not number.is_finite():
        raise ValueError("a finite number")
    return number


def _share(raw: object) -> Decimal:
    share = _number(raw)
    if not 0 <= share <= 1:
        raise ValueError("a share from 0 to 1")
    return share


def _text(raw: object) -> str | tuple[str, ...] | dict[str, str]:
    """A text, a list of texts, or a pair of titles."""
    if isinstance(raw, list) and all(isinstance(each, str) for each in raw):
        return tuple(raw)
    if isinstance(raw, dict) and set(raw) == {"zh", "en"}:
        return {language: str(text) for language, text in raw.items()}
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("a text, a list of texts, or {zh: …, en: …}")
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("true or false")
    return raw


def _day_of_month(raw: object) -> int:
    if not 1 <= _whole(raw) <= 28:
        raise ValueError("a day from 1 to 28, so that every month has it")
    return _whole(raw)


def _period(raw: object) -> dict[str, int]:
    if not isinstance(raw, dict) or not raw or not set(raw) <= {"calendar_month", "calendar_day"}:
        raise ValueError("calendar_month and calendar_day")
    return {key: _whole(amount) for key, amount in raw.items()}


def _months(raw: object) -> tuple[int, ...]:
    if not isinstance(raw, list) or not raw or not all(_whole(each) for each in raw):
        raise ValueError("a list of whole numbers of months, from 1")
    if raw != sorted(set(raw)):
        raise ValueError("months in order, each once")
    return tuple(raw)


def _bands(raw: object) -> tuple[dict[str, Decimal | None], ...]:
    """Bands from the best down; ``at_least`` of the last is null, so every value has a band."""
    needs = "bands from high to low, each with at_least (null in the last) and coefficient"
    if not isinstance(raw, list) or not raw:
        raise ValueError(needs)
    for each in raw:
        if not isinstance(each, dict) or set(each) != {"at_least", "coefficient"}:
            raise ValueError(needs)
    *edges, last = [None if each["at_least"] is None else _number(each["at_least"]) for each in raw]
    known = [edge for edge in edges if edge is not None]
    if last is not None or known != edges or known != sorted(set(known), reverse=True):
        raise ValueError(needs)
    return tuple(
        {"at_least": edge, "coefficient": _number(each["coefficient"])}
        for edge, each in zip([*edges, last], raw, strict=True)
    )


def _curve(raw: object) -> tuple[dict[str, Decimal], ...]:
    """Points by share, straight from one to the next, from 0 to 1."""
    needs = "points of a curve, each with at (shares from 0 up to 1) and points, never rising"
    if not isinstance(raw, list) or len(raw) < 2:
        raise ValueError(needs)
    if not all(isinstance(each, dict) and set(each) == {"at", "points"} for each in raw):
        raise ValueError(needs)
    found = tuple({name: _number(each[name]) for name in ("at", "points")} for each in raw)
    shares = [each["at"] for each in found]
    points = [each["points"] for each in found]
    if shares != sorted(set(shares)) or shares[0] != 0 or shares[-1] != 1:
        raise ValueError(needs)
    if points != sorted(points, reverse=True):
        raise ValueError(needs)
    return found


def _point_ranges(raw: object) -> tuple[dict[str, Decimal], ...]:
    """Ranges of points that may be given, both ends with them."""
    needs = "ranges of points, each with least and most, least not above most"
    if not isinstance(raw, list) or not raw:
        raise ValueError(needs)
    if not all(isinstance(each, dict) and set(each) == {"least", "most"} for each in raw):
        raise ValueError(needs)
    found = tuple({name: _number(each[name]) for name in ("least", "most")} for each in raw)
    if any(each["least"] > each["most"] for each in found):
        raise ValueError(needs)
    return found


def _kilometres(raw: object) -> int:
    if not _whole(raw):
        raise ValueError("a whole number of kilometres, 1 or more")
    return _whole(raw)


def _yuan(raw: object) -> Decimal:
    """Money in yuan, to the fen."""
    amount = _number(raw)
    if amount <= 0 or amount != round(amount, 2):
        raise ValueError("an amount in yuan above 0, with two decimals at most")
    return amount


def _kilometres_per_day(raw: object) -> Decimal:
    if (number := _number(raw)) < 1:
        raise ValueError("a number of kilometres a day, 1 or more")
    return number


def _range(raw: object) -> dict[str, Decimal]:
    needs = "least and most, kilometres a day from 1 on, least not above most"
    if not isinstance(raw, dict) or set(raw) != {"least", "most"}:
        raise ValueError(needs)
    least, most = _kilometres_per_day(raw["least"]), _kilometres_per_day(raw["most"])
    if least > most:
        raise ValueError(needs)
    return {"least": least, "most": most}


def _interval(raw: object) -> dict[str, int]:
    needs = "calendar_month and kilometre, both whole numbers from 1 on"
    if not isinstance(raw, dict) or set(raw) != {"calendar_month", "kilometre"}:
        raise ValueError(needs)
    interval = {name: _whole(amount) for name, amount in raw.items()}
    if not all(interval.values()):
        raise ValueError(needs)
    return interval


def _hours_of_day(raw: object) -> tuple[dict[str, time], ...]:
    """Stretches of a day, in order."""
    needs = 'stretches in order, each {from: "09:00", until: "12:00"}'
    if not isinstance(raw, list) or not raw:
        raise ValueError(needs)
    found: list[dict[str, time]] = []
    for each in raw:
        if not isinstance(each, dict) or set(each) != {"from", "until"}:
            raise ValueError(needs)
        try:
            stretch = {name: time.fromisoformat(clock) for name, clock in each.items()}
        except (TypeError, ValueError):
            raise ValueError(needs) from None
        if stretch["from"] >= stretch["until"] or (found and stretch["from"] < found[-1]["until"]):
            raise ValueError(needs)
        found.append(stretch)
    return tuple(found)


def _by_model(read: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    """A table by model; an empty one names none."""

    def _table(raw: object) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ValueError("a table of models, {} for none")
        return {str(model): read(value) for model, value in raw.items()}

    return _table


UNITS: dict[str, Callable[[Any], Any]] = {
    "minute": _whole,
    "hour": _whole,
    "calendar_day": _whole,
    "day_before": _whole,
    "working_day": _whole,
    "calendar_month": _whole,
    "day_of_month": _day_of_month,
    "month_list": _months,
    "period": _period,
    "count": _whole,
    "kilometre": _kilometres,
    "yuan": _yuan,
    "kilometre_per_day": _kilometres_per_day,
    "kilometre_per_day_range": _range,
    "kilometre_per_day_by_model": _by_model(_kilometres_per_day),
    "service_interval": _interval,
    "service_interval_by_model": _by_model(_interval),
    "hours_of_day": _hours_of_day,
    "share": _share,
    "point": _number,
    "point_range": _point_ranges,
    "curve": _curve,
    "band": _bands,
    "text": _text,
    "flag": _flag,
}
