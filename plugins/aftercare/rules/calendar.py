"""Open days of a store's calendar: weekly closed days, single closed dates, holidays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from aftercare.errors import ConfigurationError

LONGEST_CLOSURE_DAYS = 366
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpenDays:
    """A calendar. ``weekly_closed`` holds weekdays, 1 is Monday and 7 is Sunday."""

    weekly_closed: Collection[int] = frozenset()
    closed: Collection[date] = field(default_factory=frozenset)
    is_holiday: Callable[[date], bool] | None = None

    def is_open(self, day: date) -> bool:
        """Whether somebody works on that day."""
        if day.isoweekday() in self.weekly_closed or day in self.closed:
            return False
        return self.is_holiday is None or not self.is_holiday(day)

    def next_open(self, day: date) -> date:
        """The day itself when it is open, else the first open day after it."""
        return self._nearest(day, ONE_DAY)

    def previous_open(self, day: date) -> date:
        """The day itself when it is open, else the last open day before it."""
        return self._nearest(day, -ONE_DAY)

    def days(self, first: date, last: date) -> Iterator[tuple[date, bool, date, date]]:
        """From ``first`` to ``last``: the day, is it open, previous and next open day."""
        day = first
        while day <= last:
            yield day, self.is_open(day), self.previous_open(day), self.next_open(day)
            day += ONE_DAY

    def _nearest(self, day: date, step: timedelta) -> date:
        found = day
        for _ in range(LONGEST_CLOSURE_DAYS):
            if self.is_open(found):
                return found
            found += step
        raise ConfigurationError(
            f"a calendar has no open day within a year of {day}; "
            "check weekly_closed, closed and closed_on under calendars",
            file="include/group.yaml",
            key="calendars",
        )
