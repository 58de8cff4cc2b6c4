"""Codes of dealer systems: one spelling for 12551010, "12551010", 12551010.0 and ` １２５５１０１０ `."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

LARGEST_EXPONENT = 30

BLANKS = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\N",
        "NULL",
        "null",
        "(null)",
        "None",
        "N/A",
        "n/a",
        "无",
        "空",
    }
)


def code_key(raw: object) -> str:
    """The spelling under which a code is looked up; '' for a blank one.

    Numbers lose their fraction when it is zero, texts their full-width letters and outer blanks;
    letters keep their case, because some systems tell `p` from `P`.
    """
    if isinstance(raw, str):
        return (raw if raw.isascii() else unicodedata.normalize("NFKC", raw)).strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float | Decimal) and is_countable(raw) and raw == int(raw):
        return str(int(raw))
    return str(raw)


def is_countable(number: int | float | Decimal) -> bool:
    """Whether a number is finite and of a size that things in a car dealership have."""
    if isinstance(number, Decimal):
        return number.is_finite() and number.adjusted() < LARGEST_EXPONENT
    return abs(number) < 10**LARGEST_EXPONENT
