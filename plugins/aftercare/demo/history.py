"""The group's past: the nights before the demo's own, with people at work in between."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import repeat
from typing import Any

from sqlalchemy import Engine, create_engine

from aftercare.demo.place import DEALER_SYSTEM, Place
from aftercare.rules import period

SAY_SECONDS = 15
WORKERS = 2
RECENT_NIGHTS = 5
CAMPAIGN_STORES = ("SK01",)
OPERATOR = "admin"
DIRECTOR = "manager"
USERS = (("steward", "steward"), ("hr", "hr"), (DIRECTOR, "manager"), (OPERATOR, "operator"))


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

    The warehouse is created at its newest version; users get their roles, and scripts are approved.
    """
    from aftercare import connections, runs, warehouse
    from aftercare.sample.group import SampleGroup
    from aftercare.sample.staff import fill_workbooks

    last = today - timedelta(days=1)
    month = runs.newest_closed_month(today)
    first = period.first_day(month) - timedelta(days=1)
    engine = connections.warehouse_engine()
    say("Creating the warehouse")
    warehouse.migrate(engine)
    _grant_roles(engine)
    runs.approve_scripts(None, DIRECTOR, "话术评审会通过")
    say(f"Making a dealer group of {stores} stores with a year of history")
    group = SampleGroup(seed=seed, stores=stores, years=1, end=last, first_night=first)
    dealer = create_engine(place.dealer.url(DEALER_SYSTEM))
    group.write_sql(dealer, first)
    group.write_files(place.exports, first)
    run = _nights(first, runs.closing_day(month), last - timedelta(days=1))
    say(f"Running {len(run)} nights of the past, {first} to {max(run)}")
    said = time.monotonic()
    with _workers() as workers:
        for night in period.days(first, last - timedelta(days=1)):
            if night != first:
                group.advance_sql(dealer, night)
                group.advance_files(place.exports, night)
            if night not in run:
                continue
            workers.submit(_start_campaigns, night, last).result()
            run_night(night, workers)
            fill_workbooks(place.exchange, group, night + timedelta(days=1))
            if time.monotonic() - said > SAY_SECONDS:
                said = time.monotonic()
                say(f"  until {night}")
        workers.submit(_start_campaigns, last, last).result()
    group.advance_sql(dealer, last)
    group.advance_files(place.exports, last)
    dealer.dispose()
    return DemoPeriod(first, month, last)


def _nights(first: date, closing: date, last: date) -> set[date]:
    """All nights until the month is closed, and the last few; those between are an outage.

    It keeps the demo short when the month was closed long ago, and shows that the next night
    catches up.
    """
    recent = last - timedelta(days=RECENT_NIGHTS - 1)
    return {day for day in period.days(first, last) if day <= closing or day >= recent}


def run_night(night: date, workers: Executor) -> None:
    """One night without Airflow: the same functions that the Dags call, systems side by side."""
    systems = workers.submit(_step, night, "open_night").result()
    for step in ("pull", "settle"):
        list(workers.map(_step, repeat(night), repeat(step), systems))
    workers.submit(_step, night, "make_tasks").result()
    targets = workers.submit(_step, night, "open_delivery").result()
    list(workers.map(_step, repeat(night), repeat("push"), targets))


def _start_campaigns(night: date, last: date) -> None:
    """What an operator starts on that day: an invitation some days ago, and advice for today."""
    from aftercare import runs
    from aftercare.stages.campaigns import Campaign

    os.environ["AFTERCARE_TODAY"] = night.isoformat()
    tomorrow = night + timedelta(days=1)
    if night == last - timedelta(days=RECENT_NIGHTS - 1):
        trip = Campaign("outing", "activity", "周末自驾游", tomorrow, CAMPAIGN_STORES)
        runs.start_campaign(trip, OPERATOR)
    if night == last:
        storm = Campaign("storm", "special_weather", "有暴雨", tomorrow, CAMPAIGN_STORES)
        runs.start_campaign(storm, OPERATOR)


def _workers() -> ProcessPoolExecutor:
    # Not forked: the mailbox runs in a thread of this process.
    return ProcessPoolExecutor(
        WORKERS,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),  # Ctrl-C is for the demo, which ends its parts
    )


def _step(night: date, step: str, *arguments: str) -> Any:
    """One step in a worker, on the morning after its night."""
    logging.getLogger().setLevel(logging.WARNING)
    os.environ["AFTERCARE_TODAY"] = (night + timedelta(days=1)).isoformat()
    from aftercare import runs

    return getattr(runs, step)(night.isoformat(), *arguments)


def _grant_roles(engine: Engine) -> None:
    from aftercare import warehouse

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
