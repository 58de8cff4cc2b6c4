"""Whoever may select from a view can read it, also without being shown how it is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from dealer_databases import DealerDatabase, dealer_database
from dealer_sources import GROUP, database, mapped, order

from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.sources import sql
from aftercare.sources.batches import Window
from aftercare.sources.probe import look

WINDOW = Window(date(2026, 6, 10), 3, GROUP.time_zone)
VIEW = "    table: v_order\n    cursor: changed\n"


@pytest.fixture
def dealer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DealerDatabase]:
    with dealer_database("mariadb", request, tmp_path) as made:
        database(made.engine, [order("R1"), order("R2")])
        made.run("create view v_order as select * from tt_order")
        yield made


@pytest.fixture
def reader(dealer: DealerDatabase) -> Iterator[Connection]:
    """Somebody who may select from the view, and has no other right."""
    name = str(dealer.engine.url.database)
    dealer.run(f"create user {name} identified by 'pw'", f"grant select on v_order to {name}")
    yield dealer.connection_as(name, "pw")
    dealer.run(f"drop user {name}")


def test_a_view_is_read_by_whoever_may_select_from_it(reader, tmp_path):
    batches = list(sql.read(mapped(tmp_path, "sql", VIEW), "repair_order", reader, WINDOW))
    assert [ro_no for batch in batches for ro_no in batch.columns["ro_no"]] == ["R1", "R2"]


def test_a_view_is_looked_at_as_its_owner_sees_it(dealer, reader):
    (seen,) = look(reader, GROUP.time_zone).tables
    assert (seen.name, seen.rows, seen.is_forbidden) == ("v_order", 2, False)
    owned = {table.name: table for table in look(dealer.connection, GROUP.time_zone).tables}
    kinds = [column.type_name.split("(")[0] for column in owned["v_order"].columns]
    assert [column.type_name for column in seen.columns] == kinds
    assert [column.sample for column in seen.columns] == [
        column.sample for column in owned["v_order"].columns
    ]


def test_a_table_that_nobody_granted_is_still_refused(reader, tmp_path):
    table = mapped(tmp_path, "sql", VIEW.replace("v_order", "tt_order"))
    with pytest.raises(ConfigurationError, match="may not read table tt_order; grant select"):
        list(sql.read(table, "repair_order", reader, WINDOW))
