"""Understanding times and days as dealer systems write them: without zone, unless they name one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache, partial
from typing import Any

from aftercare.sources.codes import BLANKS, code_key, is_countable

UNREADABLE: Any = object()
"""Stands for a value that could not be read."""

EPOCHS = {"unix": 1, "unix_ms": 1_000}
"""Formats of times that are counted since 1970, and how many of their units are a second."""
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# 2001 to 2036: what counts seconds of a dealer's business and is no order number.
EPOCH_SECONDS = range(10**9, 21 * 10**8)
EXCEL_EPOCH = datetime.fromisoformat("1899-12-30")
FIRST_YEAR, LAST_YEAR = 1900, 2100
_FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal()
# 1950 to 2100: a smaller or larger number is no day that a dealer writes down.
EXCEL_SERIALS = range(18_264, 73_416)

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
_COUNTED = re.compile(r"-?\d{1,18}(?:\.\d+)?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_ISO = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?",
    re.ASCII,
)
_PLAIN_FORM = re.compile(r"%Y([-/.])%m\1%d(?: %H:%M(?::%S)?)?")


def in_utc(column: Sequence[object], zone: tzinfo, written: str | None = None) -> list[Any]:
    """Times as UTC without a zone, None for blanks, UNREADABLE; those that name no zone are ``zone``'s."""
    if set(map(type, column)) <= {datetime, type(None)}:
        try:
            return _shifted(column, _Offsets(zone))
        except _NoOffset:
            pass
    read = reader(written)
    offsets = _Offsets(zone)
    return [None if raw is None else _in_utc(read(raw), offsets) for raw in column]


def days(column: Sequence[object], zone: tzinfo, written: str | None = None) -> list[Any]:
    """Days, None for blanks, UNREADABLE; a time with a zone counts as the day that ``zone`` had."""
    read = reader(written)
    return [None if raw is None else _day(raw, read, zone) for raw in column]


class _NoOffset(Exception):
    """A day that the offsets have no single answer for."""


class _Offsets(dict[int, timedelta]):
    """A zone's distance from UTC by ordinal of the day."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone

    def __missing__(self, ordinal: int) -> timedelta:
        if not _FIRST_DAY <= ordinal < date.max.toordinal():
            raise _NoOffset
        begin, end = (
            datetime.fromordinal(day).replace(tzinfo=self.zone).utcoffset()
            for day in (ordinal, ordinal + 1)
        )
        if begin is None or begin != end:
            # The clocks are changed on this day.
            raise _NoOffset
        self[ordinal] = begin
        return begin


def _shifted(column: Sequence[Any], offsets: _Offsets) -> list[Any]:
    if any(raw is not None and raw.tzinfo is not None for raw in column):
        raise _NoOffset
    return [None if raw is None else raw - offsets[raw.toordinal()] for raw in column]


def _in_utc(moment: Any, offsets: _Offsets) -> Any:
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        try:
            return moment - offsets[moment.toordinal()]
        except _NoOffset:
            moment = moment.replace(tzinfo=offsets.zone)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return UNREADABLE


def _day(raw: object, read: Callable[[object], Any], zone: tzinfo) -> Any:
    if type(raw) is date and raw.year >= FIRST_YEAR:
        return raw
    moment = read(raw)
    if not isinstance(moment, datetime):
        return moment
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date()


@cache
def reader(written: str | None) -> Callable[[object], Any]:
    """What reads one raw value: a datetime with or without zone, None for a blank, or UNREADABLE.

    Nearly all texts of a column have one plain form, and those are read without further ado.
    """
    if written in EPOCHS:
        return partial(_of_epoch, per_second=EPOCHS[written])
    plain = _ISO if written is None else _plain_form(written)
    separator = "-" if written is None else written[2:3]
    from_iso = datetime.fromisoformat

    def read(raw: object) -> Any:
        if plain is not None and isinstance(raw, str) and plain.fullmatch(raw):
            try:
                moment = from_iso(raw if separator == "-" else raw.replace(separator, "-"))
            except ValueError:
                return UNREADABLE
            if moment.year >= FIRST_YEAR:
                return moment
        return _plausible(raw, written)

    return read


def _plain_form(written: str) -> re.Pattern[str] | None:
    """How texts of a strptime format look when every part has all its digits."""
    if not _PLAIN_FORM.fullmatch(written):
        return None
    parts = {
        "%Y": r"\d{4}",
        "%m": "(?:0[1-9]|1[0-2])",
        "%d": r"(?:0[1-9]|[12]\d|3[01])",
        "%H": r"(?:[01]\d|2[0-3])",
        "%M": r"[0-5]\d",
        "%S": r"[0-5]\d",
    }
    pattern = written.replace(".", r"\.")
    for part, digits in parts.items():
        pattern = pattern.replace(part, digits)
    return re.compile(pattern, re.ASCII)


def epoch_of(column: Sequence[object]) -> str | None:
    """The format of a column that counts since 1970; None where a value of it does not, or none is filled."""
    numbers = [_whole(raw) for raw in column if code_key(raw) not in BLANKS]
    for form, per_second in EPOCHS.items():
        seconds = [None if number is None else number // per_second for number in numbers]
        are_like = all(one is not None and one in EPOCH_SECONDS for one in seconds)
        # 2026060101 is an order of the 1st of June, and not the year 2034.
        if seconds and are_like and not all(map(_begins_with_a_day, numbers)):
            return form
    return None


def _whole(raw: object) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        return None
    digits = code_key(raw)
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def _begins_with_a_day(number: int | None) -> bool:
    found = _COMPACT.fullmatch(str(number)[:8])
    return found is not None and isinstance(_of_digits(found), datetime)


def _of_epoch(raw: object, per_second: int) -> Any:
    """A time that is counted since 1970; 0 is how such systems store that there is none."""
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        return UNREADABLE
    cleaned = code_key(raw)
    if cleaned in BLANKS or cleaned == "0":
        return None
    if not _COUNTED.fullmatch(cleaned):
        return UNREADABLE
    try:
        moment = EPOCH + timedelta(microseconds=int(Decimal(cleaned) * 1_000_000 / per_second))
    except OverflowError:
        return UNREADABLE
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else UNREADABLE


def _plausible(raw: object, written: str | None) -> Any:
    moment = _moment(raw, written)
    if isinstance(moment, datetime) and moment.year < FIRST_YEAR:
        # Year 1 is how some systems store that there is no date.
        return None if moment.year == 1 else UNREADABLE
    return moment


def _moment(raw: object, written: str | None) -> Any:
    """A datetime with or without zone, None for a blank, or unreadable."""
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(raw, time())
    if isinstance(raw, bool):
        return UNREADABLE
    if isinstance(raw, int | float | Decimal):
        return _of_number(raw)
    if not isinstance(raw, str):
        return UNREADABLE
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
        return UNREADABLE


def _of_number(number: int | float | Decimal) -> Any:
    if not is_countable(number):
        return UNREADABLE
    if int(number) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(seconds=round(float(number) * 86_400))
    found = _COMPACT.fullmatch(code_key(number))
    return _of_digits(found) if found else UNREADABLE


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
        return UNREADABLE
    hour = int(found["hour"] or 0)
    half = (found["half"] or found["half_after"] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            return UNREADABLE
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
        return UNREADABLE


def _zone_of(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written in "Zz":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)
