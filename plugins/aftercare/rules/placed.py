"""Why each date of a task lies where it lies: what the rule wanted, and what moved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from aftercare.rules.calendar import ONE_DAY, OpenDays
from aftercare.rules.due import FollowUp, due_dates

Mover = Literal[
    "closed_day", "not_on_day_of", "not_before_open", "not_before_due", "not_before_deadline"
]


@dataclass(frozen=True)
class PlacedDate:
    """A date of a task: ``wanted`` by its policy value alone, ``placed`` in the end, and why."""

    name: str
    wanted: date
    placed: date
    movers: tuple[Mover, ...]


def placed_dates(
    follow_up: FollowUp, event_on: date, open_days: OpenDays
) -> tuple[PlacedDate, ...]:
    """The dates of the task that an event makes, with what moved each of them."""
    dates = due_dates(follow_up, event_on, open_days)
    due = follow_up.due.after(event_on)
    opens = due if follow_up.is_on_day else follow_up.opens.after(event_on)
    other = follow_up.day_after
    earliest = max(opens, open_days.next_open(other.after(event_on)) + ONE_DAY if other else opens)
    deadline = follow_up.deadline.after(event_on)
    expires = follow_up.expires.after(event_on)
    return (
        _placed(
            "open_on",
            opens,
            dates.open_on,
            not_on_day_of=earliest > opens,
            closed_day=not open_days.is_open(earliest),
        ),
        _placed(
            "due_on",
            due,
            dates.due_on,
            not_before_open=due < dates.open_on,
            closed_day=not open_days.is_open(due),
        ),
        _placed(
            "deadline_on",
            deadline,
            dates.deadline_on,
            not_before_open=deadline < dates.open_on,
            closed_day=not open_days.is_open(deadline),
            not_before_due=dates.open_on <= deadline < dates.due_on,
        ),
        _placed(
            "expires_on", expires, dates.expires_on, not_before_deadline=expires < dates.deadline_on
        ),
    )


def _placed(name: str, wanted: date, placed: date, **movers: bool) -> PlacedDate:
    found = [mover for mover, moved in movers.items() if moved] if placed != wanted else []
    return PlacedDate(name, wanted, placed, tuple(found))  # type: ignore[arg-type]
