"""Which stores a target serves."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from aftercare import warehouse
from aftercare.settings import Group


def served_stores(connection: Connection, group: Group, target: str, work_day: date) -> list[str]:
    """Codes of the stores that a target serves by a day; one that is not live yet is served by none."""
    return [
        store.store_code
        for store in warehouse.run(connection, "care/list_stores")
        if group.targets.of(store.store_code) == target
        and group.live_from.get(store.store_code, work_day) <= work_day
    ]
