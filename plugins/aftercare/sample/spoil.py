"""Bad rows: what people and systems get wrong, and which rules of validation that breaks.

A kind changes the last version of a good row and says which rules it breaks, from its own
knowledge of what it did. A value that cannot be read is no value either, so the rule that wants one
breaks with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from aftercare.sample.identity import vin_check_digit
from aftercare.sample.rows import Break, Row, Version, copy_version

UNKNOWN_STORE = "XX99"
Change = Callable[[Version, Random], None]


def _broken(version: Version, *rules: str, why: str, column: str | None = None) -> None:
    """Marks rules as broken; a column without a value no longer breaks its warning."""
    version.breaks += tuple(Break(rule, why) for rule in rules)
    if column is not None:
        version.values[column] = None


def _raw(column: str, text: object, *rules: str, why: str) -> Change:
    def change(version: Version, _: Random) -> None:
        version.raw[column] = text
        _broken(version, *rules, why=why, column=column)

    return change


def _missing(column: str, rule: str) -> Change:
    def change(version: Version, _: Random) -> None:
        _broken(version, rule, why=f"{column} was left empty", column=column)

    return change


def _vin(rule: str, edit: Callable[[str], str | None], why: str) -> Change:
    def change(version: Version, _: Random) -> None:
        version.values["vin"] = edit(version.values["vin"])
        _broken(version, rule, why=why)

    return change


def _unknown_store(rule: str) -> Change:
    def change(version: Version, _: Random) -> None:
        version.values["store_code"] = UNKNOWN_STORE
        _broken(version, rule, why="no system knows the store")

    return change


def _no_vin(_: str) -> None:
    return None


def _as_it_is(_: Version, __: Random) -> None:
    """Nothing: a conflict is made by a second row."""


def wrong_check_digit(vin: str) -> str:
    """The VIN with one digit mistyped."""
    right = vin_check_digit(vin)
    return vin[:8] + ("0" if right != "0" else "1") + vin[9:]


def _vin_kinds(feed_prefix: str) -> dict[str, Change]:
    critical, warning = f"{feed_prefix}04", f"{feed_prefix}05"
    return {
        "vin_missing": _vin(critical, _no_vin, "the VIN was left empty"),
        "vin_short": _vin(critical, lambda vin: vin[:-2], "two characters of the VIN are missing"),
        "vin_letter_o": _vin(critical, lambda vin: vin[:-4] + "O" + vin[-3:], "an O in the VIN"),
        "vin_check_digit": _vin(warning, wrong_check_digit, "a wrong check digit"),
    }


def _delivered_before_signed(version: Version, rng: Random) -> None:
    wrong = version.values["signed_on"] - timedelta(days=rng.randint(2, 40))
    version.values["delivered_at"] = datetime.combine(wrong, time(15, 30))
    _broken(version, "SO07", why="delivered before it was signed")


def _delivered_next_year(version: Version, _: Random) -> None:
    version.values["delivered_at"] += timedelta(days=366)
    version.breaks += (Break("SO10", "next year was typed", version.values["delivered_at"].date()),)


def _delivered_soon(version: Version, rng: Random) -> None:
    planned = version.visible_on + timedelta(days=rng.randint(1, 2))
    version.values["delivered_at"] = datetime.combine(planned, time(10, 0))
    version.breaks += (Break("SO10", "a planned hand-over was typed as done", planned),)


def _delivered_before_opened(version: Version, rng: Random) -> None:
    wrong = version.values["opened_at"].date() - timedelta(days=rng.randint(1, 3))
    version.values["delivered_at"] = datetime.combine(wrong, time(15, 30))
    _broken(version, "RO07", why="delivered before it was opened")


def _odometer_backwards(version: Version, rng: Random) -> None:
    shown = version.values["odometer_in_km"] + 1000
    version.values |= {
        "odometer_in_km": shown,
        "odometer_out_km": shown - rng.randint(1, 900),
        "is_odometer_replaced": False,
    }
    _broken(version, "RO08", why="the odometer ran backwards in the workshop")


def _opened_soon(version: Version, rng: Random) -> None:
    planned = version.visible_on + timedelta(days=rng.randint(1, 2))
    for column in ("completed_at", "settled_at", "delivered_at", "settlement_no", "amount"):
        version.values[column] = None
    version.values |= {
        "status": "open",
        "odometer_out_km": None,
        "opened_at": datetime.combine(planned, time(9, 0)),
    }
    version.breaks += (Break("RO09", "a booking was typed as an order", planned),)


SALES: dict[str, Change] = {
    "unknown_sale_type": _raw("sale_type", "?", "SO01", why="an unknown code"),
    "unknown_status": _raw("status", "?", "SO01", "SO12", why="an unknown code"),
    "unreadable_delivery": _raw("delivered_at", "2026.13.45", "SO01", why="no such date"),
    "unreadable_invoice": _raw("invoiced_on", "待补", "SO01", why="a word for a date"),
    "order_no_missing": _missing("order_no", "SO02"),
    "unknown_store": _unknown_store("SO03"),
    **_vin_kinds("SO"),
    "conflict": _as_it_is,
    "delivered_before_signed": _delivered_before_signed,
    "delivered_next_year": _delivered_next_year,
    "delivered_soon": _delivered_soon,
    "status_missing": _missing("status", "SO12"),
}
REPAIRS: dict[str, Change] = {
    "unreadable_odometer": _raw("odometer_in_km", "约三万", "RO01", why="a guess in words"),
    "unreadable_delivery": _raw("delivered_at", "2026-02-30 25:10", "RO01", why="no such date"),
    "unreadable_opening": _raw("opened_at", "昨天", "RO01", "RO09", why="a word for a date"),
    "unknown_repair_type": _raw("repair_type", "?", "RO01", why="an unknown code"),
    "unknown_ro_type": _raw("ro_type", "?", "RO01", "RO15", why="an unknown code"),
    "unknown_status": _raw("status", "?", "RO01", "RO16", why="an unknown code"),
    "ro_no_missing": _missing("ro_no", "RO02"),
    "unknown_store": _unknown_store("RO03"),
    **_vin_kinds("RO"),
    "conflict": _as_it_is,
    "delivered_before_opened": _delivered_before_opened,
    "odometer_backwards": _odometer_backwards,
    "opening_missing": _missing("opened_at", "RO09"),
    "opened_soon": _opened_soon,
    "settlement_time_missing": _missing("settled_at", "RO13"),
    "ro_type_missing": _missing("ro_type", "RO15"),
    "status_missing": _missing("status", "RO16"),
}
KINDS = {"sales_order": SALES, "repair_order": REPAIRS}
# Two rows without a number in one store and load would look like versions of each other.
ONLY_PLANTED = frozenset({"order_no_missing", "ro_no_missing"})
_CONFLICTS = {"sales_order": ("SO06", "price"), "repair_order": ("RO06", "amount")}


def recent_kinds(feed: str, seed: int) -> list[str]:
    """The kinds that may be planted in the last nights, in an order of the seed."""
    kinds = [kind for kind in KINDS[feed] if kind not in ONLY_PLANTED]
    Random(seed).shuffle(kinds)
    return kinds


def random_kind(feed: str, rng: Random) -> str:
    """Any kind that may happen anywhere."""
    return rng.choice([kind for kind in KINDS[feed] if kind not in ONLY_PLANTED])


def spoil(row: Row, kind: str, rng: Random) -> list[Row]:
    """Spoils the last version of a finished row; returns the row, and its rival in a conflict."""
    version = row.versions[-1] = copy_version(row.versions[-1])
    KINDS[row.feed][kind](version, rng)
    if kind != "conflict":
        return [row]
    rule, column = _CONFLICTS[row.feed]
    version.breaks += (Break(rule, "two rows say different things at the same time"),)
    rival = copy_version(version, {column: version.values[column] + Decimal("888.00")})
    return [row, Row(row.number + 1, row.feed, [rival], twin="conflict")]


def mend(rows: list[Row], good: Version, days_later: int) -> None:
    """Corrects a spoilt row some days later: it says what ``good`` said, and a rival vanishes."""
    row = rows[0]
    day = row.versions[-1].visible_on + timedelta(days=days_later)
    changed_at = datetime.combine(day, time(11, 0))
    row.versions.append(replace(copy_version(good), visible_on=day, changed_at=changed_at))
    for rival in rows[1:]:
        rival.gone_on = day
