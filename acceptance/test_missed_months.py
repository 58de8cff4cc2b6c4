"""Four missed months, scored in order, in reverse and two at once: the same rows, and no mail."""

import json
import uuid
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from forked import in_processes
from rows_left import Rows, differences, rows_left
from sqlalchemy import Engine, text
from whole_group import database, whole_group

from aftercare import connections, runs, warehouse
from aftercare.rules import period
from aftercare.sample.group import SampleGroup
from aftercare.sample.staff import fill_workbooks

SEED, MONTHS, CLOSING = 606, ("2026-05", "2026-06", "2026-07", "2026-08"), date(2026, 9, 5)
NIGHTS = list(period.days(date(2026, 4, 30), CLOSING))
MUCH_LATER = "2026-11-21"
WAYS = {
    "in order": [MONTHS],
    "in reverse": [MONTHS[::-1]],
    "two at once": [MONTHS[::2], MONTHS[1::2]],
    "two at once, in reverse": [MONTHS[2:][::-1], MONTHS[:2][::-1]],
}
# When a month was scored, and said to be an old one, tells of the way.
WAY = frozenset({"score.month.changed_at", "score.old_month.said_at"})


@pytest.fixture(scope="module")
def left(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    folder = tmp_path_factory.mktemp("group")
    sample = SampleGroup(SEED, 3, 1, CLOSING, NIGHTS[0])
    with whole_group(postgres, warehouse_template, folder, sample, NIGHTS[0]) as (made, patch):
        patch.delenv("AIRFLOW_CONN_AFTERCARE_DOCS")
        for day in NIGHTS:
            if day != NIGHTS[0]:
                made.advance(day)
                fill_workbooks(folder / "exchange", sample, day)
            patch.setenv("AFTERCARE_TODAY", (day + timedelta(days=1)).isoformat())
            made.night(day)
        patch.setenv("AFTERCARE_TODAY", MUCH_LATER)
        mails = len(made.mailbox.mails())
        connections.forget()
        made.engine.dispose()
        for way, lists in WAYS.items():
            copy = f"months_{uuid.uuid4().hex[:12]}"
            postgres.create_database(copy, template=made.engine.url.database)
            engine = warehouse.connect(postgres.url(copy))
            connections.forget()
            patch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(engine)))
            at_once(lists)
            found[way] = rows_left(engine, ("score",), WAY)
            was = versions(engine)
            at_once(lists)
            found[way, "again"] = was == versions(engine)
            engine.dispose()
            connections.forget()
            postgres.drop_database(copy)
        found["mails"] = len(made.mailbox.mails()) - mails
    return found


def at_once(lists: list[tuple[str, ...]]) -> None:
    """Each list of months in a process of its own, all at the same time."""
    in_processes(partial(scored, months) for months in lists)


def scored(months: tuple[str, ...]) -> None:
    for month in months:
        runs.score(month)
        runs.adjust(month)


def versions(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Where each row of the scorecards stands in the database: another place for a row written again."""
    tables = ("scorecard", "scorecard_line", "evidence", "sanction_proposal", "proposal_evidence")
    with engine.connect() as connection:
        return {
            name: sorted(
                tuple(row)
                for row in connection.execute(
                    text(f"select xmin::text, ctid::text from score.{name}")  # noqa: S608
                )
            )
            for name in tables
        }


def test_each_month_has_people_figures_rows_behind_them_and_proposals(
    left: dict[str, Any],
) -> None:
    rows: Rows = left["in order"]
    assert len(rows["score.scorecard"]) > 40
    assert len(rows["score.scorecard_line"]) > 300
    assert len(rows["score.evidence"]) > 2000
    assert len(rows["score.sanction_proposal"]) > 4
    assert {word for row in rows["score.month"] for word in row} >= set(MONTHS)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "in order"])
def test_the_order_in_which_missed_months_are_scored_changes_no_row(
    left: dict[str, Any], way: str
) -> None:
    assert differences(left["in order"], left[way]) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_second_time_nothing_is_written(left: dict[str, Any], way: str) -> None:
    assert left[way, "again"]


def test_missed_months_are_mailed_to_nobody(left: dict[str, Any]) -> None:
    assert left["mails"] == 0
