"""Puts a month that was just published into the outbox of a target, so that its next push tells it.

Nothing is sent here: a publication waits for no CRM. A push puts in by itself what this could not, and what was
corrected since.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine

from aftercare.settings import Group
from aftercare.targets import scorecards
from aftercare.targets.served import served_stores


def tell_summaries(engine: Engine, group: Group, target: str, today: date) -> int:
    """Returns how many stores' months the target, which takes them, has to hear of; none the second time."""
    work_day = today + timedelta(days=1)
    with engine.begin() as connection:
        stores = served_stores(connection, group, target, today)
        return scorecards.tell(connection, target, stores, group, today, work_day)
