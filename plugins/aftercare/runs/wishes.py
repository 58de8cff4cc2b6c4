"""Wishes of customers: entered, ended and listed by people; nights read them like a feed."""

from __future__ import annotations

from datetime import date
from typing import Any

from aftercare import connections
from aftercare.runs.house import Counts, keyring, now, step, today
from aftercare.settings import read_group


@step
def enter_wish(wanted: Any, user: str) -> Counts:
    """Enters a wish as of now."""
    from aftercare.stages.wishes import enter

    return enter(connections.warehouse_engine(), keyring(), wanted, user, now(read_group()))


@step
def end_wish(wish_no: int, user: str) -> Counts:
    """A wish holds no longer from tomorrow on."""
    from aftercare.stages.wishes import end

    return end(connections.warehouse_engine(), wish_no, user, now(read_group()))


@step
def list_wishes(
    user: str, since: date | None, vin: str | None, task_key: str | None
) -> list[Counts]:
    """Wishes that were entered, of stores for which somebody has a role."""
    from aftercare.stages import wishes

    return wishes.list_wishes(
        connections.warehouse_engine(),
        keyring(),
        user,
        today(read_group()),
        since,
        vin,
        task_key,
    )
