"""The bounds of a scored month, and the dates that hang on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aftercare.errors import PeriodRefused
from aftercare.rules import period
from aftercare.rules.policy import Line, Policy

RUN_DAY: Final = 6
"""The day of the month on which the month before is scored by itself, early in the morning."""


@dataclass(frozen=True)
class Month:
    """The month's bounds: its days, and the last day whose calls count."""

    key: str
    first_day: date
    last_day: date
    closing_on: date

    @property
    def bounds(self) -> dict[str, date]:
        """As bind parameters of a statement."""
        return {
            "first_day": self.first_day,
            "last_day": self.last_day,
            "closing_on": self.closing_on,
        }


def month_of(policy: Policy, month: str) -> Month:
    """A month with its closing day by the group's policy of its last day."""
    last = period.last_day(month)
    closing = policy.value("house", "month", "closing_day", last, "the closing of a month").value
    return Month(
        month,
        period.first_day(month),
        last,
        period.first_day(period.next_month(month)).replace(day=int(closing)),
    )


def refuse_open_month(month: Month, today: date) -> None:
    """PeriodRefused until the closing day is over."""
    if today <= month.closing_on:
        raise PeriodRefused(
            f"{month.key} is still open: calls until {month.closing_on} count, "
            f"so it can be scored from {month.closing_on + timedelta(days=1)} on"
        )


def late_closings(policy: Policy, today: date) -> list[Line]:
    """Lines of `closing_day` by which a month would still be open on its `RUN_DAY`, oldest first.

    Asked are the line of the newest month that is over, and all that begin later.
    """
    ended = today.replace(day=1) - timedelta(days=1)
    known = [
        line
        for line in policy.lines
        if (line.pack, line.item, line.name) == ("house", "month", "closing_day")
    ]
    asked = [line for line in known if line.valid_from > ended]
    asked += [policy.value("house", "month", "closing_day", ended, "the closing of a month")]
    return sorted(
        (line for line in asked if int(line.value) >= RUN_DAY), key=lambda line: line.valid_from
    )


def month_ends(policy: Policy, pack: str, day: date) -> tuple[date, ...]:
    """The last days of the month of a day and of later ones in which a value of the pack changes."""
    changes = {line.valid_from for line in policy.lines if line.pack in policy.lineage(pack)}
    months = {f"{each:%Y-%m}" for each in (day, *(each for each in changes if each > day))}
    return tuple(period.last_day(month) for month in sorted(months))


def months_before(month: str, number: int) -> list[str]:
    """The ``number`` months before one, oldest first."""
    year, position = int(month[:4]), int(month[5:]) - 1
    return [
        f"{(year * 12 + position - back) // 12:04}-{(year * 12 + position - back) % 12 + 1:02}"
        for back in range(number, 0, -1)
    ]
