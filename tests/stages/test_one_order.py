"""One repair order is the same row and the same task, whatever kind of system it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from care_group import CareGroup, group_of
from dealer_databases import KINDS, dealer_database
from dealer_sources import (
    DAY,
    FEED,
    KEYRING,
    csv_file,
    database,
    folder_connection,
    mapped,
    order,
    xlsx_file,
)
from rows_left import rows_left
from sqlalchemy import Engine
from star_server import document
from web_service import Reply, WebService, in_order

from aftercare.connections import Connection
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.settings import PROJECT
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate
from aftercare.warehouse import connect

# Which system brought the row: what the test is not about.
WAY = frozenset({"load_id", "row_id"})
ORDER = order("RO1")
COLUMNS = FEED.replace("codes:\n", "      repair_type: {value: maintenance}\ncodes:\n")
HEADS = {
    "csv": '    pattern: "*.csv"\n    format: csv\n    encoding: gbk\n    version: {column: changed}\n',
    "xlsx": '    pattern: "*.xlsx"\n    format: xlsx\n    version: {column: changed}\n',
    "sql": "    table: tt_order\n    cursor: changed\n",
}


def star_document() -> dict[str, Any]:
    """The order in the words of the STAR standard, without what the tables do not say of it."""
    found = document("documents/repair_order")
    found["repair_order_line_items"][0]["repair_party_participants"].pop(0)
    del found["invoice_identifier"], found["vehicle_reference"]["model"]
    del found["staff_assignments"][1], found["repair_status_events"][3]
    del found["repair_status_events"][1]
    return found


def promoted(warehouse: Engine, system: DealerSystem, connection: Connection, recount: bool) -> int:
    """Pull, validate and merge; how many orders are new."""
    group = group_of()
    pull(warehouse, KEYRING, group, system, connection, "repair_order", DAY)
    validate(warehouse, group, "dms", "repair_order", DAY, recount=recount)
    merged: int = merge(warehouse, group, "dms", "repair_order", DAY)["promoted"]
    return merged


@contextmanager
def source_of(
    kind: str, request: pytest.FixtureRequest, folder: Path
) -> Iterator[tuple[DealerSystem, Connection]]:
    """The order in a system of this kind, with its mapping."""
    folder.mkdir()
    if kind == "star":
        ready = PROJECT / "include" / "mappings" / "ready" / "star.yaml"
        path = folder / "dms.yaml"
        path.write_text(ready.read_text("utf-8").replace("system: star ", "system: dms "), "utf-8")
        with WebService(in_order(Reply([star_document()]))) as service:
            yield read_dealer_system(path), service.connection()
    elif kind in KINDS:
        with dealer_database(kind, request, folder) as dealer:
            database(dealer.engine, [ORDER])
            yield mapped(folder, "sql", HEADS["sql"], COLUMNS), dealer.connection
    else:
        (csv_file if kind == "csv" else xlsx_file)(folder / f"orders.{kind}", [ORDER])
        yield mapped(folder, "files", HEADS[kind], COLUMNS), folder_connection(folder)


def test_six_kinds_of_systems_give_one_row_and_one_task(
    postgres: EmbeddedPostgres,
    warehouse_template: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    found = {}
    for kind in (*KINDS, "csv", "xlsx", "star"):
        # Each kind in a warehouse of its own, so that its order has to come in by itself.
        name = f"warehouse_{uuid.uuid4().hex[:12]}"
        postgres.create_database(name, template=warehouse_template, is_small=True)
        engine = connect(postgres.url(name))
        care = CareGroup(engine)
        with source_of(kind, request, tmp_path / kind) as source:
            assert promoted(engine, *source, recount=kind in ("postgres", "star")) == 1
        assert care.night(DAY)["made"] == 1
        found[kind] = rows_left(engine, ("core", "care"), WAY)
        engine.dispose()
        postgres.drop_database(name)
    rows = found["postgres"]
    assert [len(rows[table]) for table in ("core.repair_order", "care.follow_up_task")] == [1, 1]
    assert "RO1" in rows["core.repair_order"][0]
    for kind, others in found.items():
        assert (kind, others) == (kind, rows)
