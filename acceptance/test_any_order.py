"""Thirty nights in any order, three at once, leave what thirty nights in order leave.

What the dealer systems held each evening is captured once, night by night; what is shuffled is all
that comes after: validating, merging and working out whom to call. Once this is done by a warehouse
that knows nothing yet, and once by one that has lived the thirty nights, with lists that its staff
worked every day: there the nights run again, and nothing that was answered is asked again.
"""

import json
import random
import uuid
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from forked import in_processes
from rows_left import Rows, differences, rows_left
from sqlalchemy import ColumnElement, Engine, Table, and_, or_
from whole_group import database, whole_group

from aftercare import connections, runs, warehouse
from aftercare.rules import period
from aftercare.runs.house import WORKBOOK
from aftercare.sample.group import SampleGroup
from aftercare.sample.staff import fill_workbooks

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
) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    folder = tmp_path_factory.mktemp("group")
    days = list(period.days(END - timedelta(days=NIGHTS - 1), END))
    sample = SampleGroup(SEED, 3, 1, END, days[0])
    captured = f"captured_{uuid.uuid4().hex[:12]}"
    postgres.create_database(captured, template=warehouse_template)
    capturing = warehouse.connect(postgres.url(captured))
    with whole_group(postgres, warehouse_template, folder, sample, days[0]) as (made, patch):
        patch.delenv("AIRFLOW_CONN_AFTERCARE_DOCS")
        for day in days:
            if day != days[0]:
                made.advance(day)
                # Staff work the list of the night before.
                fill_workbooks(folder / "exchange", sample, day)
            patch.setenv("AFTERCARE_TODAY", (day + timedelta(days=1)).isoformat())
            work_in(patch, made.engine)
            made.night(day)
            work_in(patch, capturing)
            for system in set(runs.open_night(day.isoformat())) - {WORKBOOK}:
                runs.pull(day.isoformat(), system)
        connections.forget()
        made.engine.dispose()
        capturing.dispose()
        lived = made.engine.url.database
        for name, template, ways, today in (
            ("in order", captured, [days], MUCH_LATER),
            ("shuffled", captured, shuffled(days), MUCH_LATER),
            ("lived", lived, [], ""),
            ("lived again", lived, shuffled(days), str(END + timedelta(days=1))),
        ):
            copy = f"order_{uuid.uuid4().hex[:12]}"
            postgres.create_database(copy, template=template)
            engine = warehouse.connect(postgres.url(copy))
            patch.setenv("AFTERCARE_TODAY", today)
            work_in(patch, engine)
            at_once(ways)
            if template == lived:
                found[name] = rows_left(engine, without=LIVED_WAY, only=LIVED)
            else:
                schemas = ("core", "care", "quality")
                found[name] = rows_left(engine, schemas, WAY, KNEW_NOTHING)
            engine.dispose()
            postgres.drop_database(copy)
    postgres.drop_database(captured)
    return found


def work_in(patch: pytest.MonkeyPatch, engine: Engine) -> None:
    """All that runs from here on runs in another warehouse."""
    connections.forget()
    patch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(engine)))


def is_function_of_core(task: Table) -> ColumnElement[bool]:
    """All follow-ups of orders, and reminders that stand.

    A reminder that is over, because its time is or because the customer came, tells that a night
    saw it: where the customer had come before any night looked, there was nobody to remind. One that
    is not to be called yet was called for by readings that later ones corrected. Which follow-ups
    an order had that the system deleted tells when a sweep found that out: sweeps read the system as
    it is, and no night makes up for one that a later sweep made needless.
    """
    reason = task.c.status_reason
    is_of_order = task.c.event.in_(["delivery", "registration", "workshop_exit"])
    stands = task.c.status.in_(["open", "held", "postponed"])
    return or_(
        and_(is_of_order, reason.is_distinct_from("document_gone")),
        and_(stands, reason.is_distinct_from("not_yet")),
    )


def is_asked_of_the_row_alone(count: Table) -> ColumnElement[bool]:
    """How many rows break a rule, where it does not ask for what is known of the vehicle by now."""
    return count.c.rule_id.not_in(["RO12", "RO14"])


KNEW_NOTHING = {"care.follow_up_task": is_function_of_core}
LIVED = {"quality.rule_count": is_asked_of_the_row_alone}
# Runs of a night are counted, and what was listed stays so: here the way is the point.
LIVED_WAY = WAY - {"version", "listed_day"}


def shuffled(days: list[date]) -> list[list[date]]:
    mixed = list(days)
    random.Random(SEED).shuffle(mixed)
    return [mixed[start::AT_ONCE] for start in range(AT_ONCE)]


def at_once(ways: list[list[date]]) -> None:
    """Each list of nights in a process of its own, all at the same time."""
    in_processes(partial(rest_of_nights, days) for days in ways)


def rest_of_nights(days: list[date]) -> None:
    for day in days:
        rest_of_night(day.isoformat())


def rest_of_night(key: str) -> None:
    for system in runs.open_night(key):
        runs.settle(key, system)
    runs.make_tasks(key)


def test_thirty_nights_in_random_order_three_at_once_leave_the_same(left: dict[str, Rows]) -> None:
    assert len(left["in order"]["care.follow_up_task"]) > 300
    assert len(left["in order"]["quality.quarantine"]) > 20
    assert differences(left["in order"], left["shuffled"]) == []


def test_nights_that_run_again_in_random_order_three_at_once_change_nothing(
    left: dict[str, Rows],
) -> None:
    assert len(left["lived"]["core.call_result"]) > 1000
    done = [row for row in left["lived"]["care.follow_up_task"] if "done" in row]
    assert len(done) > 300
    again = dict(left["lived again"])
    known = {row[0] for row in left["lived"]["care.follow_up_task"]}
    found = [row for row in again["care.follow_up_task"] if row[0] not in known]
    # A reminder that only a late night finds, when it is over, is told to nobody.
    assert all({"missed", "late_by_data"} <= set(row) for row in found), found
    assert not {"delivery", "registration", "workshop_exit"} & {
        word for row in found for word in row
    }
    again["care.follow_up_task"] = [row for row in again["care.follow_up_task"] if row[0] in known]
    assert differences(left["lived"], again) == []
