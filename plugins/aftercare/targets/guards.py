"""Whether a push looks wrong: too much on one day, or too much that the target rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any, Literal

from aftercare.settings import Delivery


@dataclass(frozen=True)
class DayVolume:
    """Task messages of one work day and action: all that it brought, or those that wait."""

    work_day: date
    action: str
    messages: int


@dataclass(frozen=True)
class Stop:
    """Why a push was stopped. `usual` and `limit` are of the same unit as `found`: messages of one
    day, or the share that was rejected."""

    guard: Literal["volume", "rejected"]
    action: str
    found: Decimal
    limit: Decimal
    usual: Decimal | None = None
    work_day: date | None = None

    @property
    def text(self) -> str:
        """What a person is told, without names."""
        if self.guard == "rejected":
            return f"{self.found:.0%} of what it was asked to take was rejected; the most is {self.limit:.0%}"
        usual = f"{(self.usual or Decimal(0)).normalize():f}"
        return f"{self.found} messages ({self.action}) of {self.work_day} wait, usual are {usual} a day"

    def as_counts(self) -> dict[str, Any]:
        """What the report of the push keeps."""
        return {
            "guard": self.guard,
            "action": self.action,
            "found": str(self.found),
            "limit": str(self.limit),
            "usual": None if self.usual is None else str(self.usual),
            "work_day": self.work_day and self.work_day.isoformat(),
        }


def volume_stop(
    waiting: Iterable[DayVolume], known: Callable[[], Collection[DayVolume]], guard: Delivery
) -> Stop | None:
    """The work day of which far more waits than days usually have, if there is one.

    What days brought is asked only where enough waits to be sudden.
    What stood still for some days is no sudden volume: each day is looked at by itself, against all
    other days. After closed days as much more is usual as they were many.
    """
    large = [day for day in waiting if day.messages >= guard.least_messages]
    brought = known() if large else ()
    for day in large:
        others = [
            other
            for other in brought
            if other.action == day.action and other.work_day != day.work_day
        ]
        if len(others) < guard.least_days:
            continue
        usual = Decimal(str(median(other.messages for other in others)))
        limit = usual * (guard.most_times + _quiet_days(day, others, usual))
        if day.messages > limit:
            return Stop("volume", day.action, Decimal(day.messages), limit, usual, day.work_day)
    return None


def _quiet_days(day: DayVolume, others: Iterable[DayVolume], usual: Decimal) -> int:
    """Days before one on which far less came than usual: stores were closed, and their work came later."""
    busy = [
        other.work_day
        for other in others
        if other.work_day < day.work_day and other.messages * 2 >= usual
    ]
    return (day.work_day - max(busy)).days - 1 if busy else 0


def rejected_stop(outcomes: Mapping[str, int] | Counter[str], guard: Delivery) -> Stop | None:
    """Whether too much of what a target was asked to take was rejected."""
    answers = sum(outcomes.values())
    if answers < guard.least_answers:
        return None
    share = Decimal(outcomes.get("rejected", 0)) / answers
    return (
        Stop("rejected", "upsert", share, guard.most_rejected)
        if share > guard.most_rejected
        else None
    )
