"""A warehouse that another test has left is as a new one."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from warehouses_again import AT_MOST, WarehousesAgain

from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.warehouse import connect

GIVEN = """
    insert into ops.load (system, feed, business_day, state)
    values ('demo', 'sales_order', '2026-07-01', 'merged') returning load_id
"""


@pytest.fixture
def again(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[WarehousesAgain]:
    found = WarehousesAgain(postgres, warehouse_template)
    yield found
    for name in found.free:
        postgres.drop_database(name)


def used(postgres: EmbeddedPostgres, name: str, *statements: str) -> list[object]:
    engine: Engine = connect(postgres.url(name))
    found = []
    with engine.begin() as connection:
        for statement in statements:
            result = connection.execute(text(statement))
            found.append(result.scalar() if result.returns_rows else None)
    engine.dispose()
    return found


def test_the_next_test_gets_it_without_rows_and_counting_from_one(
    postgres: EmbeddedPostgres, again: WarehousesAgain
) -> None:
    name = again.take()
    assert used(postgres, name, GIVEN, "select count(*) from ops.load") == [1, 1]
    again.give_back(name)
    assert again.take() == name
    assert used(postgres, name, "select count(*) from ops.load", GIVEN) == [0, 1]
    again.give_back(name)


def test_two_at_once_are_two(again: WarehousesAgain) -> None:
    names = {again.take(), again.take()}
    assert len(names) == 2
    for name in names:
        again.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "create table core.more (id integer)",
        "alter table core.vehicle add column more text",
        "alter table core.vehicle alter column vin set default 'x'",
        "create or replace view core.more as select 1 as one",
        "create index on core.vehicle (vin)",
        "alter table core.vehicle set (fillfactor = 50)",
        "grant select on core.vehicle to public",
        "grant usage on schema core to public",
        "create function core.more() returns integer language sql return 1",
        "truncate core.vehicle cascade",
        "do $$ begin execute format('alter database %I set work_mem = 65', current_database()); end $$",
        "update public.warehouse_version set version_num = '0001'",
    ],
)
def test_where_a_test_changed_the_schema_nobody_gets_it_again(
    change: str, postgres: EmbeddedPostgres, again: WarehousesAgain
) -> None:
    name = again.take()
    used(postgres, name, change)
    again.give_back(name)
    assert not postgres.has_database(name)
    assert again.free == []


def test_who_is_still_connected_is_no_more(
    postgres: EmbeddedPostgres, again: WarehousesAgain
) -> None:
    name = again.take()
    engine = connect(postgres.url(name))
    with engine.connect() as connection:
        connection.execute(text("create temporary table mine as select 1 as one"))
        connection.commit()
        again.give_back(name)
        with pytest.raises(DBAPIError):
            connection.execute(text("select 1"))
        connection.invalidate()
    engine.dispose()
    assert again.free == [name]


def test_after_many_uses_a_new_one_is_made(
    postgres: EmbeddedPostgres, again: WarehousesAgain
) -> None:
    name = again.take()
    again.give_back(name)
    for _ in range(AT_MOST - 1):
        assert again.take() == name
        again.give_back(name)
    assert not postgres.has_database(name)
