"""The units of policy values: each reads what stands in a file into a typed value, or says why not.

Whole numbers stay ``int``; shares, points and the numbers of bands are ``Decimal``. A reader raises ValueError whose text completes "unit … needs …".
"""

from __future__ import annotations

from collections.abc import Callable
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


def _period(raw: object) -> dict[str, int]:
    if not isinstance(raw, dict) or not raw or not set(raw) <= {"calendar_month", "calendar_day"}:
        raise ValueError("calendar_month and calendar_day")
    return {key: _whole(amount) for key, amount in raw.items()}


def _bands(raw: object) -> tuple[dict[str, Decimal], ...]:
    """Bands from the best down; the last one has no ``at_least``, so that every value has a band."""
    needs = "bands from high to low, each with at_least (not the last) and coefficient"
    if not isinstance(raw, list) or not raw:
        raise ValueError(needs)
    bands = []
    for each in raw:
        expected = {"coefficient"} if each is raw[-1] else {"at_least", "coefficient"}
        if not isinstance(each, dict) or set(each) != expected:
            raise ValueError(needs)
        bands.append({key: _number(number) for key, number in each.items()})
    edges = [band["at_least"] for band in bands[:-1]]
    if edges != sorted(set(edges), reverse=True):
        raise ValueError(needs)
    return tuple(bands)


def _coefficient(raw: object) -> dict[str, Any]:
    """A coefficient: title, roles it is for, where its figure comes from, on which scale, bands."""
    keys = {"title", "roles", "source", "metric", "scale", "bands"}
    if not isinstance(raw, dict) or set(raw) != keys or raw["source"] not in ("external", "kpi"):
        raise ValueError("title, roles, source (external or kpi), metric, scale and bands")
    return {**raw, "roles": _text(raw["roles"]), "bands": _bands(raw["bands"])}


UNITS: dict[str, Callable[[Any], Any]] = {
    "minute": _whole,
    "hour": _whole,
    "calendar_day": _whole,
    "working_day": _whole,
    "calendar_month": _whole,
    "period": _period,
    "row": _whole,
    "complaint": _whole,
    "count": _whole,
    "share": _share,
    "point": _number,
    "band": _bands,
    "coefficient": _coefficient,
    "text": _text,
    "flag": _flag,
}
