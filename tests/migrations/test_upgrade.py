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
from vehicles_known import assert_vehicles_known

from aftercare import warehouse
from aftercare.errors import ConfigurationError, Retriable
from aftercare.migrations.versions import newest
from aftercare.settings import PROJECT

SOME = (FILES[0], FILES[-1])
"""The oldest and the newest; acceptance upgrades them all."""


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


# Visits of one vehicle that were opened at one moment: the greater number, with a model of its own, is
# the last. Of some of these vehicles no sale tells a model.
TIED = """
    update core.repair_order as tied set opened_at = other.opened_at, model = 'tied'
    from core.repair_order as other
    where tied.vin = other.vin and tied.store_code = other.store_code and tied.ro_no > other.ro_no
"""
SPOILT = (
    "delete from core.vehicle where vin in (select vin from core.vehicle order by md5(vin) limit 50)",
    "update core.vehicle set model = 'spoilt', delivered_on = '1999-01-01', last_visit_on = '1999-01-01', "
    "last_store_code = 'spoilt', last_opened_at = null, last_ro_no = null, last_exit_on = null",
)
KEPT = """
    select v.vin, v.model, v.delivered_on, v.last_store_code, v.last_opened_at, v.last_ro_no,
        v.last_exit_on, case when v.last_ro_no is null or o.exit_on is not null then v.last_visit_on end
    from core.vehicle as v
    left join core.repair_order as o on v.last_store_code = o.store_code and v.last_ro_no = o.ro_no
    order by v.vin
"""


def test_vehicles_are_known_after_an_upgrade_as_merge_would_keep_them(old):
    warehouse.migrate(old, "0017")
    with old.begin() as connection:
        for statement in (TIED, *SPOILT):
            assert connection.execute(text(statement)).rowcount > 0
    warehouse.migrate(old)
    assert_vehicles_known(old)
    with old.begin() as connection:
        kept = connection.execute(text(KEPT)).all()
        assert "tied" in {row.model for row in kept}
        warehouse.run(
            connection,
            "merge/refresh_vehicles",
            load_id=None,
            time_zone="Asia/Shanghai",
            vins_besides=[row.vin for row in kept],
        )
        assert connection.execute(text(KEPT)).all() == kept


FOUND = (
    """
    insert into ops.sweep (system, feed, business_day, state)
    values ('heyuan_dms', :feed, '2026-11-18', 'done')
    """,
    """
    insert into ops.sweep_finding (sweep_id, store_code, document_no, is_gone)
    select sweep_id, :store_code, :number, true from ops.sweep
    """,
)
QUEUES = ("core.people_due", "care.service_due_queue")


@pytest.mark.parametrize(
    ("feed", "number"), [("sales_order", "order_no"), ("repair_order", "ro_no")]
)
def test_an_upgrade_makes_up_for_sweeps_that_told_nobody_of_what_they_found(old, feed, number):
    warehouse.migrate(old, "0017")
    with old.begin() as connection:
        order = connection.execute(
            text(f"select vin, store_code, {number} as number from core.{feed} order by 3 limit 1")  # noqa: S608
        ).one()
        for statement in FOUND:
            connection.execute(text(statement), {"feed": feed, **order._asdict()})
        for queue in QUEUES:
            connection.execute(text(f"delete from {queue}"))  # noqa: S608
    warehouse.migrate(old)
    with old.begin() as connection:
        for queue in QUEUES:
            queued = connection.execute(text(f"select vin from {queue}")).scalars()  # noqa: S608
            assert list(queued) == [order.vin]
