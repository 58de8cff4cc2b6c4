"""Understanding raw values of dealer systems, by kind and a column at a time.

Every function takes a column as the source gave it (text, numbers, dates, None) and returns the
canonical values with the raw text of those that could not be read. A blank is None and readable;
nothing is guessed: two-digit years, 24:00 and 12,5 stay unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from aftercare.protection import mask
from aftercare.sources.codes import code_key, is_countable

SHOWN_CHARACTERS = 60
INTEGERS = range(-(2**31), 2**31)
DECIMAL_LIMIT = Decimal(10) ** 12

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
BLANK_TEXTS = frozenset({"", "\\N", "NULL", "null", "(null)"})
YES = frozenset({"1", "true", "t", "yes", "y", "是", "有", "真", "√", "✓", "对"})
NO = frozenset({"0", "false", "f", "no", "n", "否", "无", "假", "×", "✗", "x", "没有", "不是"})

EXCEL_EPOCH = datetime.fromisoformat("1899-12-30")
FIRST_YEAR = 1900
# 1950 to 2100: a smaller or larger number is no day that a dealer writes down.
EXCEL_SERIALS = range(18_264, 73_416)

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
_NUMBER = re.compile(
    r"(?:[¥$]|RMB|CNY)?\s*([+-]?)\s*(?:[¥$])?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)\s*"
    r"(?:元|圆|公里|千米|km|%)?",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"""
    (?P<year>\d{4}) \s*[-/.年]\s* (?P<month>\d{1,2}) \s*[-/.月]\s* (?P<day>\d{1,2}) \s*日?
    (?: [T\s]* (?:星期.|周.)? \s* (?P<half>上午|下午|[AP]M)? \s*
        (?P<hour>\d{1,2}) \s*[:时点]\s* (?P<minute>\d{1,2})
        (?: \s*[:分]\s* (?P<second>\d{1,2}) (?:[.,](?P<fraction>\d{1,9}))? \s*秒? )? \s*分?
        (?: \s* (?P<half_after>[AP]M) )?
        (?: \s* (?P<zone>Z|[+-]\d{2}(?::?\d{2})?) )?
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_PERSONAL = re.compile(r"1[3-9]\d{9}|\d{15,}[\dXx]")


class Understood(NamedTuple):
    """A canonical column, and by row the raw text of values that could not be read."""

    values: list[Any]
    unreadable: dict[int, str]


def text_of(raw: object) -> str | None:
    """A raw value as clean text, None when it is blank. Whole numbers lose their fraction."""
    if raw is None:
        return None
    if isinstance(raw, bytes | bytearray | memoryview):
        raw = bytes(raw).decode("utf-8", "replace")
    if isinstance(raw, str):
        cleaned = (raw if raw.isascii() and "\0" not in raw else raw.translate(_NARROW)).strip()
    else:
        cleaned = raw.isoformat(" ") if isinstance(raw, datetime) else code_key(raw)
    return None if cleaned in BLANK_TEXTS else cleaned


def shown(raw: object) -> str:
    """A raw value for stewards: short, and masked where it looks like a phone or identity number."""
    cleaned = text_of(raw) or ""
    hidden = _PERSONAL.sub(lambda found: mask(found.group()), cleaned)
    return hidden if len(hidden) <= SHOWN_CHARACTERS else hidden[: SHOWN_CHARACTERS - 1] + "…"


def texts(column: Sequence[object]) -> Understood:
    """Clean texts; no text is unreadable."""
    return Understood([text_of(raw) for raw in column], {})


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
    return _each(column, lambda raw: _date(raw, zone, written))


def timestamps(column: Sequence[object], zone: tzinfo, written: str | None = None) -> Understood:
    """Times in UTC; those that name no zone are ``zone``'s."""
    return _each(column, lambda raw: _timestamp(raw, zone, written))


def coded(column: Sequence[object], codes: Mapping[str, object]) -> Understood:
    """Canonical values of a code dictionary whose keys are spelled by code_key."""

    def look_up(raw: object) -> object:
        key = code_key(raw)
        if key in codes:
            return codes[key]
        return None if key in BLANKS else _UNREADABLE

    return _each(column, look_up)


_UNREADABLE: Any = object()


def _each(column: Sequence[object], read: Any) -> Understood:
    values = [None if raw is None else read(raw) for raw in column]
    unreadable: dict[int, str] = {}
    if _UNREADABLE in values:
        for row, value in enumerate(values):
            if value is _UNREADABLE:
                unreadable[row] = shown(column[row])
                values[row] = None
    return Understood(values, unreadable)


def _integer(raw: object) -> Any:
    if type(raw) is int:
        return raw if raw in INTEGERS else _UNREADABLE
    number = _decimal(raw)
    if number is None or number is _UNREADABLE:
        return number
    return int(number) if number == int(number) and int(number) in INTEGERS else _UNREADABLE


def _decimal(raw: object) -> Any:
    number: Decimal
    if isinstance(raw, bool):
        return _UNREADABLE
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
            return _UNREADABLE
        number = Decimal(found[1] + found[2].replace(",", ""))
    else:
        return _UNREADABLE
    if not is_countable(number) or abs(number) >= DECIMAL_LIMIT:
        return _UNREADABLE
    return number.normalize() + 0


def _boolean(raw: object) -> Any:
    if isinstance(raw, bool):
        return raw
    word = code_key(raw).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    return None if word in BLANKS or word == "null" else _UNREADABLE


def _date(raw: object, zone: tzinfo, written: str | None) -> Any:
    moment = _plausible(raw, written)
    if not isinstance(moment, datetime):
        return moment
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date()


def _timestamp(raw: object, zone: tzinfo, written: str | None) -> Any:
    moment = _plausible(raw, written)
    if not isinstance(moment, datetime):
        return moment
    try:
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except OverflowError:
        return _UNREADABLE


def _plausible(raw: object, written: str | None) -> Any:
    moment = _moment(raw, written)
    if isinstance(moment, datetime) and moment.year < FIRST_YEAR:
        # Year 1 is how some systems store that there is no date.
        return None if moment.year == 1 else _UNREADABLE
    return moment


def _moment(raw: object, written: str | None) -> Any:
    """A datetime with or without zone, None for a blank, or unreadable."""
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(raw, time())
    if isinstance(raw, bool):
        return _UNREADABLE
    if isinstance(raw, int | float | Decimal):
        return _of_number(raw)
    if not isinstance(raw, str):
        return _UNREADABLE
    cleaned = (raw if raw.isascii() else unicodedata.normalize("NFKC", raw)).strip()
    if cleaned in BLANKS or cleaned.startswith("0000-00-00"):
        return None
    try:
        if written is not None:
            return datetime.strptime(cleaned, written)  # noqa: DTZ007 - the zone comes later
        if _SERIAL.fullmatch(cleaned):
            return _of_number(Decimal(cleaned))
        return _of_text(cleaned)
    except (ValueError, OverflowError):
        return _UNREADABLE


def _of_number(number: int | float | Decimal) -> Any:
    if not is_countable(number):
        return _UNREADABLE
    if int(number) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(seconds=round(float(number) * 86_400))
    found = _COMPACT.fullmatch(code_key(number))
    return _of_digits(found) if found else _UNREADABLE


def _of_text(cleaned: str) -> Any:
    if cleaned[4:5] == "-":
        try:
            return datetime.fromisoformat(cleaned)
        except ValueError:
            pass
    found = _COMPACT.fullmatch(cleaned)
    if found:
        return _of_digits(found)
    found = _MOMENT.fullmatch(cleaned)
    if found is None:
        return _UNREADABLE
    hour = int(found["hour"] or 0)
    half = (found["half"] or found["half_after"] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            return _UNREADABLE
        hour = hour % 12 + (12 if half in ("下午", "PM") else 0)
    return datetime(
        int(found["year"]),
        int(found["month"]),
        int(found["day"]),
        hour,
        int(found["minute"] or 0),
        int(found["second"] or 0),
        int((found["fraction"] or "").ljust(6, "0")[:6]),
        tzinfo=_zone_of(found["zone"]),
    )


def _of_digits(found: re.Match[str]) -> Any:
    try:
        return datetime(*(int(part) for part in found.groups() if part is not None))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return _UNREADABLE


def _zone_of(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written in "Zz":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)
