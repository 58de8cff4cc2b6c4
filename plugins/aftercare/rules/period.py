"""Periods of runs: days and months as partition keys, and whether they are over."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aftercare.errors import PeriodRefused

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTH = re.compile(r"\d{4}-\d{2}")
MOST_DAYS_BETWEEN = 31
"""Days from one night to the next; more of them are a wrong clock until somebody says otherwise."""


def read_day(key: str | None) -> date:
    """The business day of a partition key such as 2026-06-30; PeriodRefused for anything else."""
    if not key:
        raise PeriodRefused("this run has no partition key; start it with a day such as 2026-06-30")
    if DAY.fullmatch(key):
        try:
            return date.fromisoformat(key)
        except ValueError:
            pass
    raise PeriodRefused(f"partition key {key!r} is not a day; give a day such as 2026-06-30")


def read_month(key: str | None) -> str:
    """The month of a partition key such as 2026-06; PeriodRefused for anything else."""
    if not key:
        raise PeriodRefused("this run has no partition key; start it with a month such as 2026-06")
    if not MONTH.fullmatch(key) or not "01" <= key[5:] <= "12" or key[:4] == "0000":
        raise PeriodRefused(f"partition key {key!r} is not a month; give a month such as 2026-06")
    return key


def refuse_open_day(day: date, today: date) -> None:
    """PeriodRefused while the business day is not over."""
    if day >= today:
        raise PeriodRefused(f"{day} is not over yet; its night runs on {day + timedelta(days=1)}")


def refuse_wrong_clock(day: date, today: date, newest: date | None) -> None:
    """PeriodRefused where the clock cannot be right, given the newest night that has run.

    A clock that is ahead would call all open tasks missed; one that is behind would send old ones.
    """
    if newest is None:
        return
    if today <= newest:
        raise PeriodRefused(
            f"the clock says {today}, but the night of {newest} has run already: set the clock right, "
            "then run this again"
        )
    if (day - newest).days > MOST_DAYS_BETWEEN:
        raise PeriodRefused(
            f"the newest night is that of {newest}, {(day - newest).days} days before {day}: set the "
            "clock right; where it is right, run the nights between first: "
            f"aftercare backfill nights {newest + timedelta(days=1)} {day - timedelta(days=1)}"
        )


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a business day ends: midnight of the next day in the zone."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone)


def first_day(month: str) -> date:
    """First day of a month such as 2026-06."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """Last day of a month such as 2026-06."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def next_month(month: str) -> str:
    """The month after."""
    return f"{last_day(month) + timedelta(days=1):%Y-%m}"


def days(first: date, last: date) -> Iterator[date]:
    """All days from first to last, both included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def months(first: str, last: str) -> Iterator[str]:
    """All months from first to last, both included."""
    month = first
    while month <= last:
        yield month
        month = next_month(month)
