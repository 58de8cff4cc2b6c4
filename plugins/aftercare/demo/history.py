"""The group's past: the nights before the demo's own, with people at work in between."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import create_engine

from aftercare.demo.place import DEALER_SYSTEM, WAREHOUSE, Place
from aftercare.rules import period

SAY_SECONDS = 15
STAFF_EVERY = 2  # nights between two hand-ins of filled task lists
USERS = (("steward", "steward"), ("hr", "hr"), ("manager", "manager"), ("admin", "operator"))


@dataclass(frozen=True)
class DemoPeriod:
    """The demo's days: the first night of all, the closed month, and the night through Airflow."""

    first: date
    month: str
    night: date


def make(
    place: Place, *, seed: int, stores: int, today: date, say: Callable[[str], None]
) -> DemoPeriod:
    """Fills both dealer systems, runs all nights but the last, and lets people work.

    The warehouse is created at its newest version; users get their roles.
    """
    from aftercare import runs, warehouse
    from aftercare.sample import SampleGroup, fill_workbooks

    last = today - timedelta(days=1)
    month = runs.newest_closed_month(today)
    first = period.first_day(month) - timedelta(days=1)
    engine = warehouse.connect(place.server.url(WAREHOUSE))
    say("Creating the warehouse")
    warehouse.migrate(engine)
    with engine.begin() as connection:
        for user, role in USERS:
            warehouse.run(
                connection,
                "ops/grant_role",
                user_name=user,
                role=role,
                store_code="*",
                valid_from=date(2000, 1, 1),
                valid_to=None,
                employee_no=None,
            )
    say(f"Making a dealer group of {stores} stores with a year of history")
    group = SampleGroup(seed=seed, stores=stores, years=1, end=last, first_night=first)
    dealer = create_engine(place.server.url(DEALER_SYSTEM))
    group.write(dealer, place.exports, until=first)
    nights = list(period.days(first, last - timedelta(days=1)))
    say(f"Running {len(nights)} nights of the past, {nights[0]} to {nights[-1]}")
    said = time.monotonic()
    for number, night in enumerate(nights):
        if night != first:
            group.advance(dealer, place.exports, night)
        os.environ["AFTERCARE_TODAY"] = (night + timedelta(days=1)).isoformat()
        run_night(night)
        if number % STAFF_EVERY == 0:
            fill_workbooks(place.exchange, group, night + timedelta(days=1))
        if time.monotonic() - said > SAY_SECONDS:
            said = time.monotonic()
            say(f"  {number + 1} of {len(nights)} nights")
    del os.environ["AFTERCARE_TODAY"]
    group.advance(dealer, place.exports, last)
    dealer.dispose()
    engine.dispose()
    return DemoPeriod(first, month, last)


def run_night(night: date) -> None:
    """One night without Airflow: the same functions that the Dags call."""
    from aftercare import runs

    key = night.isoformat()
    systems = runs.open_night(key)
    for system in systems:
        runs.pull(key, system)
    for system in systems:
        runs.settle(key, system)
    runs.make_tasks(key, systems)
    for target in runs.open_delivery(key):
        runs.push(key, target)
