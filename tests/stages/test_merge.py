"""What of a load reaches core, in whatever order nights run."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from dealer_sources import (
    DAY,
    GROUP,
    KEYRING,
    csv_file,
    days_before,
    file_system,
    folder_connection,
    judge_plainly,
    know_stores,
    mapped,
    order,
    rows_of,
    sql_system,
    sqlite,
    xlsx_file,
)
from openpyxl import Workbook
from sqlalchemy import Engine, text
from vehicles_known import assert_vehicles_known

from aftercare.errors import BadData, PipelineFault
from aftercare.settings import PROJECT
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.feeds import FEEDS
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull
from aftercare.targets.workbook_words import COLUMNS

VIN_A, VIN_B = "LSVAA4182E2184847", "LSVAA4180E2184846"
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def core(warehouse: Engine) -> Engine:
    """A warehouse whose core knows the store of the orders."""
    know_stores(warehouse, "CA01")
    return warehouse


def capture(engine: Engine, folder: Path, rows: Rows, day: date = DAY) -> None:
    """Pulls these rows as a day's load and lets all sound ones on."""
    pull(engine, KEYRING, GROUP, sql_system(folder), sqlite(folder, rows), "repair_order", day)
    judge_plainly(engine, "repair_order", day)


def merged(engine: Engine, day: date = DAY, feed: str = "repair_order") -> dict[str, Any]:
    return merge(engine, GROUP, "dms", feed, day)


def night(engine: Engine, folder: Path, rows: Rows, day: date = DAY) -> dict[str, Any]:
    capture(engine, folder, rows, day)
    return merged(engine, day)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def state(engine: Engine) -> list[dict[str, Any]]:
    """Core's repair orders without what differs between captures of one row."""
    return rows_of(
        engine,
        "select store_code, ro_no, status, is_reversed, amount, exit_on, vin, row_hash, version_at, "
        "version_day, deliverer_phone_hash from core.repair_order order by store_code, ro_no",
    )


def test_new_orders_are_promoted_with_the_dates_of_the_store(core: Engine, tmp_path: Path) -> None:
    # 00:30 in Shanghai is still the day before in UTC.
    counts = night(core, tmp_path, [order("RO1", settled=at("2026-06-10 00:30"))])
    assert counts == {"promoted": 1, "unchanged": 0, "stale": 0, "withdrawn_documents": 0}
    [row] = rows_of(
        core, "select exit_on, ro_type, is_reversed, load_id, row_id from core.repair_order"
    )
    assert row["exit_on"] == DAY
    [load] = rows_of(core, "select * from ops.load where feed = 'repair_order'")
    assert (load["state"], load["pulled"], load["promoted"]) == ("merged", 1, 1)
    assert (row["load_id"], row["row_id"]) == (load["load_id"], 1)


def test_a_second_run_neither_changes_nor_locks_a_row(core: Engine, tmp_path: Path) -> None:
    rows = [order("RO1"), order("RO2", vin=VIN_B)]
    night(core, tmp_path, rows)
    places = (
        "select 'order' as kind, ro_no as key, ctid::text, xmin::text, xmax::text from core.repair_order "
        "union all select 'vehicle', vin, ctid::text, xmin::text, xmax::text from core.vehicle order by 1, 2"
    )
    before = rows_of(core, places)
    assert len(before) == 4
    assert merged(core) == {"promoted": 0, "unchanged": 2, "stale": 0, "withdrawn_documents": 0}
    # Also when the rows are read again, with new nonces.
    assert night(core, tmp_path, rows)["promoted"] == 0
    assert rows_of(core, places) == before


def test_a_changed_order_is_replaced_and_a_late_one_is_found(core: Engine, tmp_path: Path) -> None:
    night(core, tmp_path, [order("RO1", changed=at("2026-06-09 10:00"))], days_before(1))
    late = order("RO0", changed=at("2026-06-08 10:00"))
    rows = [order("RO1", amount=99), late]
    assert night(core, tmp_path, rows) == {
        "promoted": 2,
        "unchanged": 0,
        "stale": 0,
        "withdrawn_documents": 0,
    }
    assert [(row["ro_no"], row["amount"]) for row in state(core)] == [("RO0", 1234.5), ("RO1", 99)]


def test_every_row_is_counted_once(core: Engine, tmp_path: Path) -> None:
    night(core, tmp_path, [order("known"), order("newer", changed=at("2026-06-10 23:00"))])
    rows = [
        order("known"),
        order("newer", amount=1),
        order("twice"),
        order("twice"),
        order("versions"),
        order("versions", amount=2, changed=at("2026-06-10 19:00")),
    ]
    counts = night(core, tmp_path, rows)
    assert counts == {"promoted": 2, "unchanged": 1, "stale": 2, "withdrawn_documents": 0}
    [load] = rows_of(core, "select * from ops.load where feed = 'repair_order'")
    assert (load["pulled"], load["collapsed"], load["stale"]) == (6, 1, 2)
    # Again: what was promoted is unchanged, and what is stale is not counted twice.
    assert merged(core) == {"promoted": 0, "unchanged": 3, "stale": 2, "withdrawn_documents": 0}
    assert merged(core)["stale"] == 2


def test_conflicting_rows_that_were_not_held_are_a_fault(core: Engine, tmp_path: Path) -> None:
    capture(core, tmp_path, [order("RO1"), order("RO2")])
    with core.begin() as connection:
        connection.execute(text("delete from quality.good_row where row_id = 2"))
    with pytest.raises(PipelineFault, match="2 rows were pulled and 1 accounted for"):
        merged(core)
    assert state(core) == []


# Versions of five orders, as four nights saw them. RO2 comes back to what it was; RO3 is written by a
# system that does not move its time of change. All are of one vehicle until RO1 turns out to be another
# one's: RO1 to RO3 were opened in one minute, RO2 in the greatest of the stores, RO4 after them, and it
# is cancelled, RO0 before them, and it left last.
NIGHTS: dict[date, Rows] = {
    days_before(3): [
        order("RO1", amount=1, changed=at("2026-06-07 08:00")),
        order("RO2", amount=1, changed=at("2026-06-07 08:00"), dealer="CA02"),
        order("RO3", amount=1, changed=at("2026-06-07 08:00")),
        order("RO4", amount=1, changed=at("2026-06-07 08:00"), opened="2026-06-10 11:00"),
    ],
    days_before(2): [
        order("RO1", amount=2, changed=at("2026-06-08 08:00")),
        order("RO2", amount=2, changed=at("2026-06-08 08:00"), dealer="CA02"),
        order("RO3", amount=2, changed=at("2026-06-07 08:00")),
        order(
            "RO0",
            amount=1,
            changed=at("2026-06-08 08:00"),
            opened="2026-06-01 09:00",
            settled=at("2026-06-12 12:00"),
        ),
    ],
    days_before(1): [
        order("RO2", amount=1, changed=at("2026-06-09 08:00"), dealer="CA02"),
        order("RO3", amount=1, changed=at("2026-06-07 08:00")),
        order(
            "RO4",
            amount=2,
            changed=at("2026-06-09 08:00"),
            opened="2026-06-10 11:00",
            state=12551090,
        ),
    ],
    DAY: [order("RO1", amount=3, vin=VIN_B, changed=at("2026-06-10 08:00"))],
}


def test_an_older_version_never_wins_in_whatever_order_nights_run(
    core: Engine, tmp_path: Path
) -> None:
    know_stores(core, "CA02")
    for day, rows in NIGHTS.items():
        capture(core, tmp_path, rows, day)
    expected: list[Any] = []
    vehicles: list[Any] = []
    for days in itertools.permutations(NIGHTS):
        with core.begin() as connection:
            connection.execute(text("truncate core.repair_order, core.vehicle"))
            connection.execute(text("delete from ops.stage_report where stage = 'merge'"))
        for day in NIGHTS:
            judge_plainly(core, "repair_order", day)
        for day in days:
            merged(core, day)
            assert_vehicles_known(core)
        expected = expected or state(core)
        vehicles = vehicles or rows_of(core, "select * from core.vehicle order by vin")
        assert state(core) == expected, days
        assert rows_of(core, "select * from core.vehicle order by vin") == vehicles, days
    assert {row["ro_no"]: row["amount"] for row in expected} == {
        "RO0": 1,
        "RO1": 3,
        "RO2": 1,
        "RO3": 1,
        "RO4": 2,
    }
    last = {row["vin"]: (row["last_ro_no"], row["last_exit_on"]) for row in vehicles}
    assert last == {VIN_A: ("RO2", date(2026, 6, 12)), VIN_B: ("RO1", DAY)}


def test_a_reversed_and_reissued_settlement_stays_one_order(core: Engine, tmp_path: Path) -> None:
    night(core, tmp_path, [order("RO1", changed=at("2026-06-09 18:00"))], days_before(1))
    reversed_row = order("RO1", is_red=1, amount=-1234.5, changed=at("2026-06-10 09:00"))
    # An order that was void when it was first seen withdraws nothing.
    counts = night(core, tmp_path, [reversed_row, order("RO2", state=12551090)])
    assert counts["withdrawn_documents"] == 1
    reissued = order("RO1", amount=1000, changed=at("2026-06-10 09:05"))
    counts = night(core, tmp_path, [reversed_row, reissued])
    assert (counts["promoted"], counts["stale"], counts["withdrawn_documents"]) == (1, 1, 0)
    assert [
        (row["is_reversed"], row["amount"]) for row in state(core) if row["ro_no"] == "RO1"
    ] == [(False, 1000)]


def test_a_vehicle_knows_its_last_visit_and_reading(core: Engine, tmp_path: Path) -> None:
    night(
        core,
        tmp_path,
        [
            order("RO1", opened="2026-06-08 09:00", settled=at("2026-06-08 12:00"), km_in="10000"),
            order("RO2", opened="2026-06-09 09:00", settled=None, km_in=None),
            order("RO3", opened="2026-06-10 09:00", kind=12531002, km_in="10500"),
            order("RO4", opened="2026-06-10 10:00", is_red=1, km_in="99999"),
        ],
    )
    assert rows_of(core, "select * from core.vehicle") == [
        {
            "vin": VIN_A,
            "model": None,
            "delivered_on": None,
            "last_visit_on": days_before(1),
            "last_store_code": "CA01",
            "last_odometer_km": 10500,
            "last_odometer_on": DAY,
            "last_opened_at": datetime(2026, 6, 9, 1, tzinfo=UTC),
            "last_ro_no": "RO2",
            "last_exit_on": days_before(2),
        }
    ]


def test_a_corrected_vin_takes_the_visit_along(core: Engine, tmp_path: Path) -> None:
    night(core, tmp_path, [order("RO1")])
    night(core, tmp_path, [order("RO1", vin=VIN_B, changed=at("2026-06-10 20:00"))])
    assert [row["vin"] for row in rows_of(core, "select vin from core.vehicle")] == [VIN_B]
    assert_vehicles_known(core)


def test_all_forms_of_a_source_give_the_same_core_rows(core: Engine, tmp_path: Path) -> None:
    rows = [order("RO1"), order("RO2", state=12551001, settled=None)]
    folder = tmp_path / f"{DAY:%Y%m%d}"
    csv_file(folder / "o.csv", rows)
    xlsx_file(folder / "o.xlsx", rows)
    night(core, tmp_path, rows)
    expected = state(core)
    assert len(expected) == 2
    for kind in ("csv", "xlsx"):
        with core.begin() as connection:
            connection.execute(text("truncate core.repair_order"))
        system: DealerSystem = file_system(tmp_path, kind)
        pull(core, KEYRING, GROUP, system, folder_connection(tmp_path), "repair_order", DAY)
        judge_plainly(core, "repair_order")
        assert merged(core)["promoted"] == 2
        assert state(core) == expected


def test_a_load_that_was_not_validated_is_not_merged(core: Engine, tmp_path: Path) -> None:
    with pytest.raises(PipelineFault, match="dms/repair_order of 2026-06-10 was not read"):
        merged(core)
    pull(
        core,
        KEYRING,
        GROUP,
        sql_system(tmp_path),
        sqlite(tmp_path, [order("R")]),
        "repair_order",
        DAY,
    )
    with pytest.raises(PipelineFault, match="is pulled; pull and validate it before it is merged"):
        merged(core)


def test_a_row_that_core_cannot_hold_is_told_without_its_values(
    core: Engine, tmp_path: Path
) -> None:
    capture(core, tmp_path, [order("RO1", vin="")])
    with pytest.raises(
        BadData, match=r"lacks a value in vin, which core\.repair_order needs"
    ) as raised:
        merged(core)
    assert "RO1" not in str(raised.value)
    capture(core, tmp_path, [order("RO1", dealer="XX99")])
    with pytest.raises(BadData, match="lacks what repair_order_store_code_fkey asks for"):
        merged(core)


PEOPLE = """
      employee_no: ro_no
      name: sender
      store_code: dealer
      role: advisor
      valid_from: opened
      valid_to: settled
      mobile: sender_phone
"""


def people(core: Engine, folder: Path, rows: Rows, day: date = DAY) -> dict[str, Any]:
    system = mapped(folder, "sql", "    table: tt_order\n", PEOPLE, "employee")
    pull(core, KEYRING, GROUP, system, sqlite(folder, rows), "employee", day)
    judge_plainly(core, "employee", day)
    return merged(core, day, "employee")


def test_a_person_keeps_dated_assignments_and_the_newest_number(
    core: Engine, tmp_path: Path
) -> None:
    def person(start: str, end: str | None, **more: Any) -> dict[str, Any]:
        return order("E1", advisor="SC", opened=start, settled=end and at(end), **more)

    old = [person("2024-01-01", None, sender_phone="13800000001")]
    new = [
        person("2024-01-01", "2026-06-01", sender_phone="13800000002"),
        person("2026-06-02", None, sender_phone="13800000002", sender="喆新"),
    ]
    assert people(core, tmp_path, new)["promoted"] == 2
    # The night before, run late: nothing of it is newer.
    assert people(core, tmp_path, old, days_before(1)) == {
        "promoted": 0,
        "unchanged": 0,
        "stale": 1,
    }
    [row] = rows_of(core, "select name, mobile_hash, mobile_check from core.employee")
    assert row == {
        "name": "喆新",
        "mobile_hash": KEYRING.hash("13800000002"),
        "mobile_check": "valid",
    }
    found = rows_of(core, "select valid_from, valid_to from core.assignment order by valid_from")
    assert [(row["valid_from"].year, row["valid_to"]) for row in found] == [
        (2024, date(2026, 6, 1)),
        (2026, None),
    ]
    assert people(core, tmp_path, new) == {"promoted": 0, "unchanged": 2, "stale": 0}


def test_no_contact_value_stands_in_clear_anywhere(core: Engine, tmp_path: Path) -> None:
    night(core, tmp_path, [order("RO1"), order("RO2", km_in="13812345678 喆")])
    columns = rows_of(
        core,
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('ops', 'staging', 'quality', 'core', 'care', 'outbound') "
        "and data_type in ('text', 'jsonb', 'bytea', 'ARRAY')",
    )
    assert len(columns) > 100
    for column in columns:
        table = f"{column['table_schema']}.{column['table_name']}"
        found = rows_of(core, f'select "{column["column_name"]}" as cell from {table}')  # noqa: S608
        for row in found:
            cell = row["cell"]
            words = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
            for canary in ("喆鑫", "13812345678", "浙A12345"):
                assert canary.encode() not in words, (table, column["column_name"])


# One row of every feed, by canonical column, as a file would hold it.
EVERY_FEED: dict[str, dict[str, object]] = {
    "store": {"store_code": "CA02", "name": "二店", "brand": "CHANGAN", "opened_on": "2020-01-01"},
    "employee": {
        "employee_no": "E1",
        "name": "喆鑫",
        "store_code": "CA01",
        "role": "SC",
        "valid_from": "2020-01-01",
        "mobile": "13812345678",
    },
    "sales_order": {
        "store_code": "CA01",
        "order_no": "SO1",
        "status": "active",
        "delivered_at": "2026-06-10 00:30",
        "vin": VIN_A,
        "model": "CS75",
        "customer_phone": "13812345678",
    },
    "repair_order": {
        "store_code": "CA01",
        "ro_no": "RO1",
        "ro_type": "repair",
        "status": "settled",
        "opened_at": "2026-06-10 09:00",
        "vin": VIN_A,
    },
    "call_result": {
        "store_code": "CA01",
        "task_key": "CA01.S4-03.SO1",
        "attempt_no": 1,
        "called_at": "2026-06-10 00:10",
        "outcome": "reached",
        "is_complaint": "是",
        "remark": "喆鑫",
    },
    "complaint": {
        "store_code": "CA01",
        "complaint_no": "C1",
        "received_at": "2026-06-10 00:10",
        "description": "喆鑫",
    },
    "contact_number": {
        "store_code": "CA01",
        "subject": VIN_A,
        "said_at": "2026-06-10 00:10",
        "phone": "13700000007",
        "replaced_phone": "13812345678",
    },
    "external_score": {
        "store_code": "CA01",
        "employee_no": "",
        "month": "2026-05",
        "metric": "SQS",
        "scale": "0-100",
        "value": "87.25",
    },
    "insurance_policy": {
        "store_code": "CA01",
        "policy_no": "P1",
        "kind": "compulsory",
        "status": "active",
        "starts_on": "2026-06-11",
        "ends_on": "2027-06-10",
        "vin": VIN_A,
        "is_new_car": "否",
        "premium": "950.00",
        "holder_name": "喆鑫",
        "holder_phone": "13812345678",
    },
    "lead": {
        "store_code": "CA01",
        "lead_no": "L1",
        "status": "defeated",
        "created_on": "2026-06-01",
        "defeated_on": "2026-06-10",
        "defeat_reason": "price",
        "customer_phone": "13812345678",
    },
    "booking": {
        "store_code": "CA01",
        "booking_no": "B1",
        "kind": "maintenance",
        "status": "booked",
        "made_at": "2026-06-09 10:00",
        "booked_for": "2026-06-10 00:30",
        "vin": VIN_A,
    },
    "consent": {
        "store_code": "CA01",
        "consent_no": "N1",
        "purpose": "commercial",
        "state": "refused",
        "said_on": "2026-06-09",
        "channel": "phone",
        "customer_phone": "13812345678",
    },
    "preference": {
        "store_code": "CA01",
        "preference_no": "W1",
        "kind": "service_day",
        "valid_from": "2026-06-10",
        "service_on": "2026-08-01",
        "reason": "喆鑫出差",
        "vin": VIN_A,
        "customer_name": "喆鑫",
    },
    "referral": {
        "store_code": "CA01",
        "referral_no": "R1",
        "referred_on": "2026-06-09",
        "new_order_no": "SO1",
        "vin": VIN_A,
        "referrer_name": "喆鑫",
    },
    "target": {
        "store_code": "CA01",
        "employee_no": "",
        "month": "2026-05",
        "metric": "sales",
        "value": "40",
    },
    "rating": {
        "store_code": "CA01",
        "employee_no": "E1",
        "month": "2026-05",
        "item": "improvement",
        "value": "7.5",
        "rater_no": "E2",
        "reason": "喆鑫带队整改",
    },
    "regional_rank": {
        "store_code": "CA01",
        "month": "2026-05",
        "metric": "overall",
        "rank_no": "3",
        "ranked": "12",
        "region": "江苏",
    },
    "nomination": {
        "store_code": "CA01",
        "employee_no": "E1",
        "month": "2026-05",
        "award": "collaboration",
        "nominator_no": "E2",
        "reason": "喆鑫替班三周",
    },
}


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_reaches_core_and_a_second_run_changes_nothing(
    feed: str, core: Engine, tmp_path: Path
) -> None:
    row = EVERY_FEED[feed]
    csv_file(tmp_path / f"{DAY:%Y%m%d}" / "rows.csv", [row], columns=list(row))
    head = '    pattern: "{day:%Y%m%d}/*.csv"\n    format: csv\n    encoding: gbk\n'
    columns = "".join(f"\n      {name}: {name}" for name in row)
    system = mapped(tmp_path, "files", head, columns + "\n", feed)
    pull(core, KEYRING, GROUP, system, folder_connection(tmp_path), feed, DAY)
    judge_plainly(core, feed)
    assert merged(core, feed=feed)["promoted"] == 1
    assert merged(core, feed=feed) | {"withdrawn_documents": 0} == {
        "promoted": 0,
        "unchanged": 1,
        "stale": 0,
        "withdrawn_documents": 0,
    }
    table = "assignment" if feed == "employee" else feed
    key = " and ".join(f"{name} = '{row[name]}'" for name in FEEDS[feed].key)
    [held] = rows_of(core, f"select * from core.{table} where {key}")  # noqa: S608
    assert (held["version_day"], held["version_at"]) == (DAY, at("2026-06-10 16:00+00:00"))
    queued = rows_of(core, f"select vin from care.service_due_queue where vin = '{VIN_A}'")  # noqa: S608
    assert bool(queued) == (feed in ("sales_order", "repair_order", "preference"))
    dates = {
        "sales_order": "delivered_on",
        "call_result": "called_on",
        "complaint": "received_on",
        "contact_number": "said_on",
        "booking": "booked_on",
    }
    if feed in dates:
        assert held[dates[feed]] == DAY


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ("2026-06-10 16:30", "2026-06-10 08:30+00:00"),
        # What systems store where there is no time.
        ("1970-01-01 08:00", None),
        ("1900-01-01 00:00", None),
    ],
)
def test_a_default_date_is_no_filing(
    told: str, held: str | None, core: Engine, tmp_path: Path
) -> None:
    row = EVERY_FEED["sales_order"] | {"archived_at": told}
    csv_file(tmp_path / f"{DAY:%Y%m%d}" / "rows.csv", [row], columns=list(row))
    head = '    pattern: "{day:%Y%m%d}/*.csv"\n    format: csv\n    encoding: gbk\n'
    columns = "".join(f"\n      {name}: {name}" for name in row)
    system = mapped(tmp_path, "files", head, columns + "\n", "sales_order")
    pull(core, KEYRING, GROUP, system, folder_connection(tmp_path), "sales_order", DAY)
    judge_plainly(core, "sales_order")
    assert merged(core, feed="sales_order")["promoted"] == 1
    assert merged(core, feed="sales_order")["promoted"] == 0
    [order_held] = rows_of(core, "select archived_at from core.sales_order")
    assert order_held["archived_at"] == (held and at(held))


def test_a_sale_gives_the_vehicle_its_model_and_day(core: Engine, tmp_path: Path) -> None:
    test_every_feed_reaches_core_and_a_second_run_changes_nothing("sales_order", core, tmp_path)
    night(core, tmp_path, [order("RO1")])
    [vehicle] = rows_of(core, "select * from core.vehicle")
    assert (vehicle["model"], vehicle["delivered_on"], vehicle["last_visit_on"]) == (
        "CS75",
        DAY,
        DAY,
    )
    assert_vehicles_known(core)


def filled_list(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """A task list as a store sends it back: the second sheet, names for machines in row 2."""
    workbook = Workbook()
    sheet = workbook.create_sheet("回访任务")
    sheet.append([column.zh for column in COLUMNS])
    sheet.append([column.name for column in COLUMNS])
    for row in rows:
        sheet.append([row.get(column.name) for column in COLUMNS])
    file.parent.mkdir(exist_ok=True)
    workbook.save(file)


def test_a_filled_task_list_gives_results_and_complaints(core: Engine, tmp_path: Path) -> None:
    task = {"task_key": "CA01.S4-03.SO1", "store_code": "CA01", "customer_phone": "13812345678"}
    called = {**task, "called_at": at("2026-06-10 10:30"), "caller_no": "E007"}
    filled_list(
        tmp_path / "in" / "随便什么名字.xlsx",
        [
            {**called, "attempt_no": 1, "outcome": "无人接听"},
            {
                **called,
                "attempt_no": 2,
                "outcome": "已接通",
                "satisfaction": 3,
                "is_complaint": "是",
                "complaint_description": "喆鑫说等了两小时",
            },
            {**task, "attempt_no": 3},
        ],
    )
    system = read_dealer_system(PROJECT / "include/mappings/dealer/workbook.yaml")
    for feed, count in (("call_result", 2), ("complaint", 1)):
        counts = pull(core, KEYRING, GROUP, system, folder_connection(tmp_path), feed, DAY)
        assert counts == {"pulled": count, "files": 1}
        judge_plainly(core, feed, system="workbook")
        assert merge(core, GROUP, "workbook", feed, DAY)["promoted"] == count
    results = rows_of(
        core,
        "select attempt_no, outcome, satisfaction, is_complaint, called_on, caller_no "
        "from core.call_result order by attempt_no",
    )
    assert [tuple(row.values()) for row in results] == [
        (1, "no_answer", None, False, DAY, "E007"),
        (2, "reached", 3, True, DAY, "E007"),
    ]
    [complaint] = rows_of(core, "select * from core.complaint")
    assert (complaint["complaint_no"], complaint["verdict"]) == (task["task_key"], "pending")
    assert KEYRING.decrypt(complaint["description_cipher"]) == "喆鑫说等了两小时"


def test_what_customers_ask_for_on_a_filled_list_is_a_preference(
    core: Engine, tmp_path: Path
) -> None:
    task = {"task_key": "CA01.S4-03.SO1", "store_code": "CA01", "customer_phone": "13812345678"}
    asked = {**task, "called_at": at("2026-06-10 10:30"), "wish_vin": "LSVAA11111A000001"}
    filled_list(
        tmp_path / "in" / "回访.xlsx",
        [
            {
                **asked,
                "attempt_no": 1,
                "wish_no": "CA01.S4-03.SO1#1",
                "wish": "暂停一切联系",
                "wish_until": at("2026-09-30 00:00"),
                "wish_reason": "出国",
            },
            {
                **asked,
                "attempt_no": 2,
                "wish_no": "CA01.S4-03.SO1#2",
                "outcome": "已接通",
                "wish": "no more: insurance",
                "wish_reason": "车已卖",
            },
            {**task, "attempt_no": 3, "wish_no": "CA01.S4-03.SO1#3"},
        ],
    )
    system = read_dealer_system(PROJECT / "include/mappings/dealer/workbook.yaml")
    counts = pull(core, KEYRING, GROUP, system, folder_connection(tmp_path), "preference", DAY)
    assert counts == {"pulled": 2, "files": 1}
    judge_plainly(core, "preference", system="workbook")
    assert merge(core, GROUP, "workbook", "preference", DAY)["promoted"] == 2
    wishes = rows_of(
        core,
        "select preference_no, kind, about, stopped_contact, valid_from, valid_until, vin, "
        "customer_phone_check, reason_cipher from core.preference order by preference_no",
    )
    said = [KEYRING.decrypt(wish.pop("reason_cipher")) for wish in wishes]
    assert said == ["出国", "车已卖"]
    until = date(2026, 9, 30)
    whose = ("LSVAA11111A000001", "valid")
    assert [tuple(wish.values()) for wish in wishes] == [
        ("CA01.S4-03.SO1#1", "pause", "all", None, DAY, until, *whose),
        ("CA01.S4-03.SO1#2", "stop", "insurance", "all", DAY, None, *whose),
    ]
