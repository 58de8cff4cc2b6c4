"""The Chinese calendar as of a day: working days, holidays, make-up working days, festivals.

A year is *official* where the State Council's notice is known: by a version in
``include/calendars/cn.yaml`` that was published by then, else by the pinned package, which brings no
dates of publication and so counts for every run. Every other year is *provisional*: weekends, and
the statutory days that the law gives and sun and moon place. No day is refused.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, get_args

import chinese_calendar
from borax.calendars.lunardate import (
    MAX_LUNAR_YEAR,
    MIN_LUNAR_YEAR,
    LCalendars,
    LunarDate,
    TermUtils,
)
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aftercare.configuration import line_of, read_model, read_yaml
from aftercare.errors import ConfigurationError
from aftercare.rules.calendar import ONE_DAY, OpenDays
from aftercare.settings import PROJECT, ClosedOn, Group, Statutory

FILE = PROJECT / "include" / "calendars" / "cn.yaml"

Festival = Literal[Statutory, "eve", "lantern", "double_ninth"]
Holiday = Literal[Statutory, "other"]
DayKind = Literal["working_day", "make_up", "weekend", "holiday", "statutory"]

FESTIVAL_NAMES: tuple[Festival, ...] = (*get_args(Statutory), "eve", "lantern", "double_ninth")
SATURDAY = 6
OLDEST = 110
"""Years of age up to which somebody has a birthday."""
LONGEST_HOLIDAY_DAYS = 15
LONGEST_LUNAR_MONTH = 30
PACKAGE = f"chinesecalendar {chinese_calendar.__version__}"
_PACKAGE_NAMES: dict[str, Holiday] = {
    "New Year's Day": "new_year",
    "Spring Festival": "spring_festival",
    "Tomb-sweeping Day": "qingming",
    "Labour Day": "labour_day",
    "Dragon Boat Festival": "dragon_boat",
    "Mid-autumn Festival": "mid_autumn",
    "National Day": "national_day",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(_Part):
    """Days from one to another, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _goes_forward(self) -> Span:
        if not 0 <= (self.last - self.first).days < LONGEST_HOLIDAY_DAYS:
            raise ValueError(f"to is before from, or {LONGEST_HOLIDAY_DAYS} days after it or more")
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """All days."""
        return tuple(self.first + ONE_DAY * n for n in range((self.last - self.first).days + 1))


class Law(_Part):
    """Statutory days of each festival, counted from its day, from a year on."""

    from_year: int
    source: Annotated[str, Field(min_length=3)]
    days: dict[Statutory, tuple[int, ...]]


class Version(_Part):
    """What the State Council announced for a year. Days of December before belong to it too."""

    year: Annotated[int, Field(ge=MIN_LUNAR_YEAR, le=MAX_LUNAR_YEAR)]
    published_on: date
    source: Annotated[str, Field(min_length=3)]
    holidays: dict[Holiday, Span]
    make_up: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Version:
        off = self.off
        for day in (*off, *self.make_up):
            if not _first_day(self.year) <= day <= date(self.year, 12, 31):
                raise ValueError(f"{day} is no day of the notice for {self.year}")
        for day in self.make_up:
            if day.isoweekday() < SATURDAY:
                raise ValueError(
                    f"{day} is no weekend; make_up holds weekends on which people work"
                )
            if day in off:
                raise ValueError(f"{day} is a holiday and a make-up working day")
        return self

    @property
    def off(self) -> dict[date, Holiday]:
        """Every day off with its holiday."""
        return {day: name for name, span in self.holidays.items() for day in span.days}


class CalendarFile(_Part):
    """``include/calendars/cn.yaml``: the law, and announcements, the later ones beat the earlier."""

    laws: Annotated[tuple[Law, ...], Field(min_length=1)]
    versions: tuple[Version, ...] = ()

    def statutory(self, year: int) -> dict[date, Statutory]:
        """The statutory days of a year; none before the first law."""
        laws = [law for law in self.laws if law.from_year <= year]
        if not laws:
            return {}
        days = festival_days(year)
        law = max(laws, key=lambda known: known.from_year)
        return {
            days[name] + offset * ONE_DAY: name
            for name, offsets in law.days.items()
            if name in days
            for offset in offsets
        }


def read_calendar(path: Path = FILE) -> CalendarFile:
    """The calendar file; what is wrong is raised as ConfigurationError with file and line."""
    known = read_model(path, CalendarFile)
    seen: set[tuple[int, date]] = set()
    for index, version in enumerate(known.versions):
        problem = _problem(known, version, seen)
        if problem:
            place = ("versions", index)
            line = line_of(read_yaml(path)[1], place)
            raise ConfigurationError(problem, str(path), line, f"versions.{index}")
    return known


def _problem(known: CalendarFile, version: Version, seen: set[tuple[int, date]]) -> str | None:
    """What one version has wrong beside the others and the law."""
    key = (version.year, version.published_on)
    if key in seen:
        return f"{version.year} has two versions of {version.published_on}; keep one"
    seen.add(key)
    for day, name in sorted(known.statutory(version.year).items()):
        if day not in version.off:
            return f"the holidays of {version.year} lack {day}, a statutory day ({name})"
    return None


@dataclass(frozen=True)
class Notice:
    """What is known of a year's holidays. ``source`` is None where nobody has announced them."""

    source: str | None = None
    published_on: date | None = None
    off: Mapping[date, Holiday] = field(default_factory=dict)
    make_up: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Year:
    """A year as it is known, its December by the next year's notice too."""

    notice: Notice
    off: Mapping[date, Holiday]
    make_up: frozenset[date]
    statutory: Mapping[date, Statutory]

    @property
    def is_official(self) -> bool:
        """Whether the State Council's notice is known."""
        return self.notice.source is not None


@dataclass(frozen=True)
class Festivals:
    """The calendar of China as it was known on a business day."""

    file: CalendarFile
    as_of: date
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls, as_of: date, path: Path = FILE) -> Festivals:
        """The calendar of this installation as of a business day."""
        return cls(read_calendar(path), as_of)

    def year(self, number: int) -> Year:
        """Everything about a year."""
        if number not in self._years:
            self._years[number] = self._work_out(number)
        return self._years[number]

    def kind(self, day: date) -> DayKind:
        """What a day is to those who work on working days."""
        year = self.year(day.year)
        if day in year.make_up:
            return "make_up"
        if day in year.statutory:
            return "statutory"
        if day in year.off:
            return "holiday"
        return "weekend" if day.isoweekday() >= SATURDAY else "working_day"

    def is_working_day(self, day: date) -> bool:
        """Whether it is a working day, a make-up one included."""
        return self.kind(day) in ("working_day", "make_up")

    def is_provisional(self, day: date) -> bool:
        """Whether the holidays of the day's year are not announced yet."""
        return not self.year(day.year).is_official

    def add_working_days(self, day: date, number: int) -> date:
        """The last of so many working days after a day; the day itself for none."""
        while number:
            day += ONE_DAY
            number -= self.is_working_day(day)
        return day

    def is_closed(self, day: date, closed_on: ClosedOn) -> bool:
        """Whether a store that keeps these holidays is closed."""
        if closed_on == "none":
            return False
        if closed_on == "statutory":
            return self.kind(day) == "statutory"
        if closed_on == "days_off":
            return not self.is_working_day(day)
        return self.year(day.year).statutory.get(day) in closed_on

    def _work_out(self, number: int) -> Year:
        own = self._notice(number)
        later = self._notice(number + 1) if number < MAXYEAR else Notice()
        off = {**own.off, **later.off}
        make_up = (own.make_up - later.off.keys()) | later.make_up
        return Year(
            own,
            {day: off[day] for day in sorted(off.keys() - make_up) if day.year == number},
            frozenset(day for day in make_up if day.year == number),
            self.file.statutory(number),
        )

    def _notice(self, number: int) -> Notice:
        published = [
            version
            for version in self.file.versions
            if version.year == number and version.published_on <= self.as_of
        ]
        if published:
            version = max(published, key=lambda known: known.published_on)
            return Notice(
                version.source, version.published_on, version.off, frozenset(version.make_up)
            )
        return _packaged().get(number) or Notice(off=self.file.statutory(number))


def open_days(group: Group, day: date, file: CalendarFile | None = None) -> dict[str, OpenDays]:
    """The group's calendars by name, with the holidays that were known on a business day.

    ``file`` stands for ``include/calendars/cn.yaml``, which is read only where a calendar keeps
    holidays.
    """
    keeps_holidays = any(calendar.holidays for calendar in group.calendars.values())
    festivals = Festivals(file or read_calendar(), day) if keeps_holidays else None
    return {
        name: OpenDays(
            calendar.weekly_closed,
            calendar.closed,
            partial(festivals.is_closed, closed_on=calendar.closed_on)
            if festivals and calendar.holidays
            else None,
        )
        for name, calendar in group.calendars.items()
    }


def provisional_years(
    group: Group,
    as_of: date,
    days: Iterable[tuple[str, date]],
    load: Callable[[date], Festivals] = Festivals.load,
) -> list[int]:
    """Of days of stores, the years whose holidays nobody announced until a business day.

    Only stores whose calendar keeps holidays depend on that; ``load`` is not asked where none does.
    """
    asked = {
        day
        for store_code, day in days
        if group.calendars[group.calendar_of(store_code)].holidays is not None
    }
    if not asked:
        return []
    festivals = load(as_of)
    return sorted({day.year for day in asked if festivals.is_provisional(day)})


@cache
def festival_days(year: int) -> Mapping[Festival, date]:
    """The festivals of a year by their days; those of the moon only where its tables reach."""
    found: dict[Festival, date] = {
        "new_year": date(year, 1, 1),
        "labour_day": date(year, 5, 1),
        "national_day": date(year, 10, 1),
    }
    if MIN_LUNAR_YEAR <= year <= MAX_LUNAR_YEAR:
        spring = _solar(year, 1, 1)
        found |= {
            "eve": spring - ONE_DAY,
            "spring_festival": spring,
            "lantern": _solar(year, 1, 15),
            "qingming": TermUtils.nth_term_day(year, term_name="清明"),
            "dragon_boat": _solar(year, 5, 5),
            "mid_autumn": _solar(year, 8, 15),
            "double_ninth": _solar(year, 9, 9),
        }
    return MappingProxyType(dict(sorted(found.items(), key=lambda pair: pair[1])))


def festivals_on(day: date) -> list[Festival]:
    """The festivals of a day, mostly none."""
    return [name for name, kept in festival_days(day.year).items() if kept == day]


def solar_birthday(year: int, month: int, day: int, is_lunar: bool) -> date | None:
    """The day on which a birthday is kept in a year; None where there is no such day.

    29 February is kept on the 28th in ordinary years. A lunar birthday is kept once in the lunar
    year that begins in ``year``, so one late in that year falls in the next January or February; one
    in a leap month is kept in the ordinary month of that number, and the 30th of a month that has 29
    days on the 29th. All this is policy of ours; custom differs by region.
    """
    if is_lunar:
        if not (MIN_LUNAR_YEAR <= year <= MAX_LUNAR_YEAR and 1 <= month <= 12 and 1 <= day <= 30):
            return None
        return _solar(year, month, min(day, LCalendars.ndays(year, month)))
    try:
        date(2000, month, day)
        return date(year, month, day)
    except ValueError:
        is_leap_day = (month, day) == (2, 29) and date.min.year <= year <= MAXYEAR
        return date(year, 2, 28) if is_leap_day else None


def births_kept_on(day: date, is_lunar: bool) -> list[date]:
    """Every date of birth whose birthday is kept on a day, as ``solar_birthday`` keeps it.

    A lunar birthday is that of the moon's month and day on which somebody was born.
    """
    years = range(max(day.year - OLDEST, date.min.year), day.year)
    if is_lunar:
        return _lunar_births(day, years) if MIN_LUNAR_YEAR < day.year <= MAX_LUNAR_YEAR else []
    asked = [(day.month, day.day)]
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        asked.append((2, 29))
    return [
        date(year, month, number)
        for month, number in asked
        for year in years
        if (month, number) != (2, 29) or isleap(year)
    ]


def _lunar_births(day: date, years: range) -> list[date]:
    today = LunarDate.from_solar_date(day.year, day.month, day.day)
    if today.leap:
        return []
    numbers = [today.day]
    if today.day == LCalendars.ndays(today.year, today.month) < LONGEST_LUNAR_MONTH:
        numbers.append(LONGEST_LUNAR_MONTH)
    return [
        LunarDate(year, today.month, number, is_leap).to_solar_date()
        for year in years
        if year >= MIN_LUNAR_YEAR
        for is_leap in ((0, 1) if LCalendars.leap_month(year) == today.month else (0,))
        for number in numbers
        if number <= LCalendars.ndays(year, today.month, is_leap)
    ]


def _solar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


def _first_day(year: int) -> date:
    """The first day that a year's notice may speak of: New Year's holiday reaches back into December."""
    return date(year - 1, 12, 1)


@cache
def _packaged() -> Mapping[int, Notice]:
    """What the package knows, by the year whose notice it was.

    Its own functions raise for a year that it does not know; its tables do not.
    """
    off, work = chinese_calendar.holidays, chinese_calendar.workdays

    def of_notice(days: Mapping[date, str], year: int) -> list[date]:
        return [day for day in days if _first_day(year) <= day < _first_day(year + 1)]

    return {
        year: Notice(
            PACKAGE,
            None,
            {day: _PACKAGE_NAMES.get(off[day], "other") for day in of_notice(off, year)},
            frozenset(of_notice(work, year)),
        )
        for year in range(min(off).year, max(off).year + 1)
    }
