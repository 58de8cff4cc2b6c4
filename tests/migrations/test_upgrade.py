"""Warehouses that earlier versions filled, brought to the newest: rows are kept and nights go on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from frozen_warehouse import Frozen
from sqlalchemy import Engine, text
from upgrades import FILES, thawed, upgrade_and_run_a_night, version

from aftercare import warehouse
from aftercare.errors import ConfigurationError, Retriable
from aftercare.migrations.versions import newest
from aftercare.settings import PROJECT

SOME = (FILES[0], *FILES[-2:])
"""The oldest and the two newest; acceptance upgrades them all."""


@pytest.mark.parametrize("file", SOME, ids=lambda path: path.stem)
def test_a_filled_warehouse_is_upgraded_and_a_night_runs_on_it(file, postgres, tmp_path):
    with thawed(file, postgres, tmp_path) as given:
        upgrade_and_run_a_night(*given)


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
