"""Warehouses that earlier versions filled, brought to the newest: rows are kept and nights go on."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from frozen_warehouse import NEXT, Frozen, thawed_group
from psycopg import sql
from sqlalchemy import Engine, text
from whole_group import Group

from aftercare import warehouse
from aftercare.errors import ConfigurationError, Retriable
from aftercare.migrations.versions import newest
from aftercare.settings import PROJECT

FILES = sorted((Path(__file__).parent / "data").glob("*.zip"))
# What earlier versions let stand on lists and later ones take back, as two tasks of one person on one
# day and numbers that are nobody's; tasks whose call says what waits for them; and those whose time
# ends in the night after the upgrade.
WAITING = """
    select task_key from care.follow_up_task
    where status in ('held', 'postponed') or also <> '{}'
        or (status = 'missed' and changed_day = (select max(business_day) from ops.load))
"""
# Worked out anew by an upgrade or by the first night after it.
DERIVED = {"quality.row_fact", "care.service_due_queue"}


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def thawed(
    request: pytest.FixtureRequest, postgres: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Frozen, Group, pytest.MonkeyPatch]]:
    frozen = Frozen.read(request.param)
    folder = tmp_path_factory.mktemp("thawed")
    with thawed_group(postgres, frozen, folder, f"thawed_{frozen.version}") as (group, patch):
        yield frozen, group, patch


def test_a_filled_warehouse_is_upgraded_and_a_night_runs_on_it(thawed):
    frozen, group, patch = thawed
    warehouse.migrate(group.engine)
    for name, rows in frozen.tables.items():
        if name not in DERIVED:
            assert sorted(csv.reader(io.StringIO(rows))) == kept(group.engine, name, rows), name
    assert version(group.engine) == newest()

    sent_before = sent(group)
    patch.setenv("AFTERCARE_TODAY", str(NEXT + timedelta(days=1)))
    group.advance(NEXT)
    group.night(NEXT)
    assert group.counts["tasks", str(NEXT)]["made"] > 0
    sent_after = sent(group)
    waiting = {row["task_key"] for row in group.rows(WAITING)}
    alone = {key for key in sent_before if key[2] not in waiting}
    assert len(alone) > len(sent_before) * 0.8
    assert {key: sent_after[key] for key in alone} == {key: sent_before[key] for key in alone}

    state = group.state()
    group.night(NEXT, again=" again")
    assert group.counts["tasks again", str(NEXT)]["changed"] == 0
    assert group.state() == state


def kept(engine: Engine, name: str, rows: str) -> list[list[str]]:
    """A table as sorted CSV, header and all, with the columns that an earlier CSV had."""
    columns = map(sql.Identifier, next(csv.reader(io.StringIO(rows))))
    statement = sql.SQL("copy {} ({}) to stdout with (format csv, header)").format(
        sql.Identifier(*name.split(".")), sql.SQL(", ").join(columns)
    )
    copied = io.BytesIO()
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy:
                copied.write(block)
    return sorted(csv.reader(io.StringIO(copied.getvalue().decode())))


def sent(group: Group) -> dict[tuple[str, ...], Any]:
    """What each target acknowledged of each task, and when."""
    rows = group.rows("select * from outbound.ledger")
    return {
        (row["target"], row["entity"], row["external_key"]): row["acknowledged_at"] for row in rows
    }


def version(engine: Engine) -> str:
    with engine.connect() as connection:
        return connection.execute(
            text("select version_num from public.warehouse_version")
        ).scalar_one()


@pytest.fixture
def old(postgres: Any) -> Iterator[Engine]:
    """A warehouse of the first version, filled."""
    name = "upgraded"
    postgres.create_database(name)
    engine = warehouse.connect(postgres.url(name))
    Frozen.read(FILES[0]).thaw(engine)
    yield engine
    engine.dispose()
    postgres.drop_database(name)


UPGRADE = """
import os
from aftercare import warehouse
warehouse.migrate(warehouse.connect(os.environ["WAREHOUSE_URL"]))
"""


def test_two_upgrades_at_once_do_it_once(old):
    address = old.url.render_as_string(hide_password=False)
    upgrades = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE],
            env={**os.environ, "PYTHONPATH": str(PROJECT / "plugins"), "WAREHOUSE_URL": address},
        )
        for _ in range(2)
    ]
    assert [upgrade.wait() for upgrade in upgrades] == [0, 0]
    assert version(old) == newest()


def test_no_upgrade_while_a_step_is_at_work(old):
    with old.connect().execution_options(isolation_level="AUTOCOMMIT") as step:
        warehouse.run(step, "ops/try_enter", lock_class=warehouse.LOCK_CLASS)
        with pytest.raises(Retriable, match="at work"):
            warehouse.migrate(old)
        assert version(old) == "0001"
        warehouse.run(step, "ops/leave", lock_class=warehouse.LOCK_CLASS)
    warehouse.migrate(old)
    assert version(old) == newest()


def test_no_upgrade_between_two_steps_of_a_night_unless_asked_for(old):
    with old.begin() as connection:
        connection.execute(text("update ops.load set state = 'pulled' where feed = 'repair_order'"))
    with pytest.raises(Retriable, match=r"heyuan_dms/repair_order of 2026-11-18.*half-way"):
        warehouse.migrate(old)
    warehouse.migrate(old, among_half_way_loads=True)
    assert version(old) == newest()


def test_no_step_begins_before_the_upgrade(old):
    with pytest.raises(ConfigurationError, match="aftercare migrate"), warehouse.at_work(old):
        pass


def test_code_that_is_older_than_the_warehouse_says_so(old):
    warehouse.migrate(old)
    with old.begin() as connection:
        connection.execute(text("update public.warehouse_version set version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="older than the warehouse"):
        warehouse.migrate(old)
    with (
        pytest.raises(ConfigurationError, match="older than the warehouse"),
        warehouse.at_work(old),
    ):
        pass


def test_a_step_gives_up_where_an_upgrade_takes_too_long(warehouse_engine):
    with warehouse_engine.begin() as connection:
        warehouse.go_alone(connection)
        with (
            pytest.raises(Retriable, match="upgraded"),
            warehouse.at_work(warehouse_engine, patience=0),
        ):
            pass
    with warehouse.at_work(warehouse_engine, patience=0):
        pass


@pytest.fixture
def warehouse_engine(request: pytest.FixtureRequest) -> Engine:
    """The warehouse of one test; its module has the fixture's name here."""
    return request.getfixturevalue("warehouse")
