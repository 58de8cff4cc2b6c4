"""When messages may be sent: the hours and days that a pack allows."""

from __future__ import annotations

from datetime import datetime

from aftercare.errors import PolicyError
from aftercare.rules.calendar import OpenDays
from aftercare.rules.policy import Policy

ITEM = "messages"
DAYS = ("open_days", "every_day")


def may_send(policy: Policy, pack: str, moment: datetime, open_days: OpenDays) -> bool:
    """Whether a store of the pack may send messages at a local moment; the last minute is outside.

    Raises PolicyError for a value that is missing or cannot be used.
    """
    day = moment.date()
    days = policy.value(pack, ITEM, "message_days", day, asker="push")
    if days.value not in DAYS:
        raise PolicyError(
            f"{days.value!r} is not one of {', '.join(DAYS)}",
            file=days.file,
            line=days.file_line,
            key=days.name,
        )
    if days.value == "open_days" and not open_days.is_open(day):
        return False
    hours = policy.value(pack, ITEM, "message_hours", day, asker="push").value
    return any(each["from"] <= moment.time() < each["until"] for each in hours)
