"""Until when somebody may object to a published month, and when HR answers at the latest (S1-41)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from aftercare.rules.festivals import Festivals
from aftercare.rules.policy import Policy


@dataclass(frozen=True)
class ObjectionTerms:
    """The last day for objections, and within how many working days, so by which day, one is answered."""

    until: date
    reply_days: int
    reply_until: date


def objection_terms(policy: Policy, last_day: date, published_on: date) -> ObjectionTerms:
    """The terms of a month that ends on ``last_day``: they run from the day on which it was published."""

    def house(name: str) -> int:
        return int(policy.value("house", "month", name, last_day, "objections").value)

    until = published_on + timedelta(days=house("objection_days"))
    festivals = Festivals.load(published_on)
    return ObjectionTerms(
        until, house("reply_days"), festivals.add_working_days(until, house("reply_days"))
    )
