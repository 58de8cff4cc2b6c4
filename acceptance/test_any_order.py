"""Thirty nights in any order, three at once, leave what thirty nights in order leave.

What the dealer systems held each evening is captured once, night by night; what is shuffled is all
that comes after: validating, merging and working out whom to call.
"""

import json
import os
import random
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from rows_left import rows_left
from sqlalchemy import ColumnElement, Table, and_, or_
from whole_group import database, whole_group

from aftercare import connections, runs, warehouse
from aftercare.rules import period
from aftercare.sample.group import SampleGroup

SEED, END, NIGHTS, AT_ONCE = 30303, date(2026, 9, 20), 30, 3
MUCH_LATER = "2026-11-21"
# Which night brought a row, listed or changed a task, or saw the better row by which a case closed: the
# way, and not where it led.
WAY = frozenset(
    {
        "load_id",
        "row_id",
        "version",
        "version_day",
        "vanished_day",
        "listed_day",
        "changed_day",
        "work_day",
        "closed_day",
    }
)


@pytest.fixture(scope="module")
def left(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[tuple[str, ...]]]]:
    folder = tmp_path_factory.mktemp("group")
    days = list(period.days(END - timedelta(days=NIGHTS - 1), END))
    sample = SampleGroup(SEED, 3, 1, END, days[0])
    found = {}
    with whole_group(postgres, warehouse_template, folder, sample, days[0]) as (made, patch):
        patch.setenv("AFTERCARE_TODAY", MUCH_LATER)
        patch.delenv("AIRFLOW_CONN_AFTERCARE_DOCS")
        for day in days:
            if day != days[0]:
                made.advance(day)
            key = day.isoformat()
            for system in runs.open_night(key):
                runs.pull(key, system)
        connections.forget()
        made.engine.dispose()
        captured = made.engine.url.database
        for name, ways in {"in order": [days], "shuffled": shuffled(days)}.items():
            copy = f"order_{uuid.uuid4().hex[:12]}"
            postgres.create_database(copy, template=captured)
            engine = warehouse.connect(postgres.url(copy))
            patch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(engine)))
            at_once(ways)
            tasks = {"care.follow_up_task": is_function_of_core}
            found[name] = rows_left(engine, ("core", "care", "quality"), WAY, tasks)
            engine.dispose()
            postgres.drop_database(copy)
    return found


def is_function_of_core(task: Table) -> ColumnElement[bool]:
    """All follow-ups of orders, and reminders that stand.

    A reminder that is over, because its time is or because the customer came, tells that a night
    saw it: where the customer had come before any night looked, there was nobody to remind. One that
    is not to be called yet was called for by readings that later ones corrected. Which follow-ups
    an order had that the system deleted tells when a sweep found that out: sweeps read the system as
    it is, and no night makes up for one that a later sweep made needless.
    """
    reason = task.c.status_reason
    is_of_order = task.c.event.in_(["delivery", "workshop_exit"])
    stands = task.c.status.in_(["open", "held", "postponed"])
    return or_(
        and_(is_of_order, reason.is_distinct_from("document_gone")),
        and_(stands, reason.is_distinct_from("not_yet")),
    )


def shuffled(days: list[date]) -> list[list[date]]:
    mixed = list(days)
    random.Random(SEED).shuffle(mixed)  # noqa: S311
    return [mixed[start::AT_ONCE] for start in range(AT_ONCE)]


def at_once(ways: list[list[date]]) -> None:
    """Each list of nights in a process of its own, all at the same time."""
    children = []
    for days in ways:
        child = os.fork()
        if child == 0:
            done = 1
            try:
                connections.forget()
                for day in days:
                    rest_of_night(day.isoformat())
                done = 0
            finally:
                os._exit(done)
        children.append(child)
    for child in children:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def rest_of_night(key: str) -> None:
    for system in runs.open_night(key):
        runs.settle(key, system)
    runs.make_tasks(key)


def test_thirty_nights_in_random_order_three_at_once_leave_the_same(left):
    assert len(left["in order"]["care.follow_up_task"]) > 300
    assert len(left["in order"]["quality.quarantine"]) > 20
    for name, rows in left["in order"].items():
        other = left["shuffled"][name]
        gone, new = set(rows) - set(other), set(other) - set(rows)
        assert (name, sorted(gone)[:2], sorted(new)[:2]) == (name, [], [])
        assert len(rows) == len(other)
