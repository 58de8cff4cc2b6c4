"""When stores are open, for terms in minutes: these stand still while nobody is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from aftercare.errors import PolicyError
from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.festivals import open_days
from aftercare.rules.month import Month
from aftercare.rules.policy import Policy
from aftercare.settings import Group

ITEM = "opening"
BEFORE = timedelta(days=31)
"""How long before a month something may come in whose minutes end in it: no holiday is longer."""


def opening_stores(
    group: Group, policy: Policy, packs: Mapping[str, Iterable[str]], day: date
) -> list[dict[str, str]]:
    """Each store's calendar and the hours between which it is open, by its pack's policy of ``day``.

    Raises PolicyError where there are several stretches: the minutes between them are nobody's.
    """
    found = []
    for pack, stores in packs.items():
        line = policy.value(pack, ITEM, "opening_hours", day, "terms in minutes")
        if len(line.value) != 1:
            raise PolicyError(
                "terms in minutes need one stretch of opening hours, without a break",
                file=policy.file_of(line.pack, ITEM),
                key="opening_hours",
            )
        (hours,) = line.value
        found += [
            {
                "store_code": store,
                "calendar": group.calendar_of(store),
                "opens_at": hours["from"].isoformat(),
                "closes_at": hours["until"].isoformat(),
            }
            for store in stores
        ]
    return found


def opening_days(group: Group, month: Month) -> list[dict[str, Any]]:
    """The days on which complaints can come in whose terms end in the month, by calendar: whether it is open,
    and which day is the next open one after it; with the holidays that were known when the month closed."""
    return [
        {
            "calendar": name,
            "day": day.isoformat(),
            "is_open": is_open,
            "next_open_on": calendar.next_open(day + ONE_DAY).isoformat(),
        }
        for name, calendar in open_days(group, month.closing_on).items()
        for day, is_open, _, _ in calendar.days(month.first_day - BEFORE, month.last_day)
    ]
