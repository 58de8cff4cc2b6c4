"""Understanding raw values of dealer systems, by kind and a column at a time.

Every function takes a column as the source gave it (text, numbers, dates, None) and returns the
canonical values with the raw text of those that could not be read. A blank is None and readable;
nothing is guessed: two-digit years, 24:00 and 12,5 stay unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import repeat
from operator import is_
from typing import Any, NamedTuple

from aftercare.sources import moments
from aftercare.sources.codes import BLANKS, code_key, is_countable
from aftercare.sources.moments import UNREADABLE
from aftercare.sources.private import masked

SHOWN_CHARACTERS = 60
INTEGERS = range(-(2**31), 2**31)
# A number of fewer digits is always one of INTEGERS.
SURE_DIGITS = 10
DECIMAL_LIMIT = Decimal(10) ** 12

BLANK_TEXTS = frozenset({"", "\\N", "NULL", "null", "(null)"})
YES = frozenset({"1", "true", "t", "yes", "y", "是", "有", "真", "√", "✓", "对"})
NO = frozenset({"0", "false", "f", "no", "n", "否", "无", "假", "×", "✗", "x", "没有", "不是"})

# Letters, digits, hyphen and blank of full width; punctuation stays, Chinese names are full of it.
_NARROW: dict[int, int | None] = {
    **{
        wide: wide - 0xFEE0
        for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B))
        for wide in range(*span)
    },
    0xFF0D: 0x2D,
    0x3000: 0x20,
    0xA0: 0x20,
    **dict.fromkeys((0x0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
}
_WIDE = re.compile("[" + "".join(re.escape(chr(character)) for character in _NARROW) + "]")
_NUMBER = re.compile(
    r"(?:[¥$]|RMB|CNY)?\s*([+-]?)\s*(?:[¥$])?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)\s*"
    r"(?:元|圆|公里|千米|km|%)?",
    re.IGNORECASE,
)


class Understood(NamedTuple):
    """A canonical column, and by row the raw text of values that could not be read."""

    values: list[Any]
    unreadable: dict[int, str]


def text_of(raw: object) -> str | None:
    """A raw value as clean text, None when it is blank. Whole numbers lose their fraction."""
    if type(raw) is not str:
        if raw is None:
            return None
        if isinstance(raw, bytes | bytearray | memoryview):
            raw = bytes(raw).decode("utf-8", "replace")
        elif not isinstance(raw, str):
            raw = raw.isoformat(" ") if isinstance(raw, datetime) else code_key(raw)
            return None if raw in BLANK_TEXTS else raw
    cleaned = (raw.translate(_NARROW) if _WIDE.search(raw) else raw).strip()
    return None if cleaned in BLANK_TEXTS else cleaned


def shown(raw: object) -> str:
    """A raw value for stewards: short, and masked where it looks like a phone, plate, VIN, identity
    number or address of mail.
    """
    hidden = masked(text_of(raw) or "")
    return hidden if len(hidden) <= SHOWN_CHARACTERS else hidden[: SHOWN_CHARACTERS - 1] + "…"


def texts(column: Sequence[object]) -> Understood:
    """Clean texts; no text is unreadable."""
    return Understood(_read(column, text_of), {})


def integers(column: Sequence[object]) -> Understood:
    """Whole numbers of 32 bits."""
    return _each(column, _integer)


def decimals(column: Sequence[object]) -> Understood:
    """Exact numbers in their shortest form, below 10¹²."""
    return _each(column, _decimal)


def booleans(column: Sequence[object]) -> Understood:
    """Yes and no, in figures and words."""
    return _each(column, _boolean)


def dates(column: Sequence[object], zone: tzinfo, written: str | None = None) -> Understood:
    """Days; a time with a zone counts as the day that ``zone`` had."""
    return understood(column, moments.days(column, zone, written))


def timestamps(column: Sequence[object], zone: tzinfo, written: str | None = None) -> Understood:
    """Times in UTC; those that name no zone are ``zone``'s."""
    found = naive_timestamps(column, zone, written)
    return found._replace(
        values=[None if at is None else at.replace(tzinfo=UTC) for at in found.values]
    )


def naive_timestamps(
    column: Sequence[object], zone: tzinfo, written: str | None = None
) -> Understood:
    """As `timestamps`, but the times do not say that they are UTC's: far cheaper to make and write."""
    return understood(column, moments.in_utc(column, zone, written))


def coded(column: Sequence[object], codes: Mapping[str, object]) -> Understood:
    """Canonical values of a code dictionary whose keys are spelled by code_key."""

    def look_up(raw: object) -> object:
        key = code_key(raw)
        if key in codes:
            return codes[key]
        return None if key in BLANKS else UNREADABLE

    return _each(column, look_up)


def _each(column: Sequence[object], read: Callable[[Any], Any]) -> Understood:
    return understood(column, _read(column, read))


def _read(column: Sequence[Any], read: Callable[[Any], Any]) -> list[Any]:
    """``read`` of every value but None; asked once for values of a plain type that repeat."""
    if _plain_type(column) is not None:
        known = dict.fromkeys(column)
        if len(known) * 2 <= len(column):
            for raw in known:
                known[raw] = None if raw is None else read(raw)
            return [known[raw] for raw in column]
    return [None if raw is None else read(raw) for raw in column]


def _plain_type(column: Sequence[object]) -> type | None:
    """The one type of the values that are not None, where equal values of it mean the same."""
    types = set(map(type, column)) - {type(None)}
    only = types.pop() if len(types) == 1 else None
    return only if only in (str, int, bool) else None


def understood(column: Sequence[object], values: list[Any]) -> Understood:
    """A column of values in which UNREADABLE stands for those that could not be read."""
    unreadable: dict[int, str] = {}
    if any(map(is_, values, repeat(UNREADABLE))):
        for row, value in enumerate(values):
            if value is UNREADABLE:
                unreadable[row] = shown(column[row])
                values[row] = None
    return Understood(values, unreadable)


def _integer(raw: object) -> Any:
    if type(raw) is int:
        return raw if raw in INTEGERS else UNREADABLE
    if type(raw) is str and len(raw) < SURE_DIGITS and raw.isascii() and raw.isdecimal():
        return int(raw)
    number = _decimal(raw)
    if number is None or number is UNREADABLE:
        return number
    return int(number) if number == int(number) and int(number) in INTEGERS else UNREADABLE


def _decimal(raw: object) -> Any:
    number: Decimal
    if isinstance(raw, bool):
        return UNREADABLE
    if isinstance(raw, Decimal | int):
        number = Decimal(raw)
    elif isinstance(raw, float):
        # 15 digits are what a double keeps of a decimal number.
        number = Decimal(format(raw, ".15g"))
    elif isinstance(raw, str):
        cleaned = unicodedata.normalize("NFKC", raw).strip()
        if cleaned in BLANKS:
            return None
        found = _NUMBER.fullmatch(cleaned)
        if found is None:
            return UNREADABLE
        number = Decimal(found[1] + found[2].replace(",", ""))
    else:
        return UNREADABLE
    if not is_countable(number) or abs(number) >= DECIMAL_LIMIT:
        return UNREADABLE
    return number.normalize() + 0


def _boolean(raw: object) -> Any:
    if isinstance(raw, bool):
        return raw
    word = code_key(raw).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    return None if word in BLANKS or word == "null" else UNREADABLE
