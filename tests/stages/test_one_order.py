"""One repair order is the same row and the same task, whatever kind of system it comes from."""

from __future__ import annotations

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
    rows_of,
    xlsx_file,
)
from sqlalchemy import Engine
from star_server import document
from web_service import Reply, WebService, in_order

from aftercare.connections import Connection
from aftercare.settings import PROJECT
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate

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


def judged(warehouse: Engine, system: DealerSystem, connection: Connection) -> dict[str, Any]:
    """Pull, validate and merge; how often the order was new or known."""
    group = group_of()
    pull(warehouse, KEYRING, group, system, connection, "repair_order", DAY)
    validate(warehouse, group, "dms", "repair_order", DAY, recount=False)
    merged = merge(warehouse, group, "dms", "repair_order", DAY)
    return {name: merged[name] for name in ("promoted", "unchanged")}


def state(warehouse: Engine) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    orders = rows_of(warehouse, "select * from core.repair_order")
    tasks = rows_of(warehouse, "select * from care.follow_up_task")
    return orders, tasks


def test_six_kinds_of_systems_give_one_row_and_one_task(
    warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    care = CareGroup(warehouse)
    found = []
    for kind in (*KINDS, "csv", "xlsx", "star"):
        folder = tmp_path / kind
        folder.mkdir()
        if kind == "star":
            path = folder / "dms.yaml"
            ready = PROJECT / "include" / "mappings" / "ready" / "star.yaml"
            path.write_text(
                ready.read_text("utf-8").replace("system: star ", "system: dms "), "utf-8"
            )
            with WebService(in_order(Reply([star_document()]))) as service:
                counts = judged(warehouse, read_dealer_system(path), service.connection())
        elif kind in KINDS:
            with dealer_database(kind, request, folder) as dealer:
                database(dealer.engine, [ORDER])
                system = mapped(folder, "sql", HEADS["sql"], COLUMNS)
                counts = judged(warehouse, system, dealer.connection)
        else:
            (csv_file if kind == "csv" else xlsx_file)(folder / f"orders.{kind}", [ORDER])
            system = mapped(folder, "files", HEADS[kind], COLUMNS)
            counts = judged(warehouse, system, folder_connection(folder))
        made = care.night(DAY)["made"]
        found.append((kind, counts, made, state(warehouse)))
    assert found[0][1:3] == ({"promoted": 1, "unchanged": 0}, 1)
    [order_row], [task] = found[0][3]
    assert (order_row["ro_no"], task["document_no"]) == ("RO1", "RO1")
    for kind, counts, made, after in found[1:]:
        # An order is known again by the hash over all its values, contact data included.
        assert (kind, counts) == (kind, {"promoted": 0, "unchanged": 1})
        assert (kind, made, after) == (kind, 1, found[0][3])
