"""Orders that a web service gives become batches of columns; messages hold nothing of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dealer_sources import (
    DAY,
    GROUP,
    KEYRING,
    days_before,
    judge_plainly,
    know_stores,
    rows_of,
    sql_system,
)
from rest_source import SINCE, document, numbers, only, read, rest_system, window
from sqlalchemy import Engine
from web_service import Asked, Reply, WebService, in_order

from aftercare.connections import Connection
from aftercare.errors import BadData, ConfigurationError, SystemUnreachable
from aftercare.sources import rest
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull

KEY = {"store_code": "dealer", "ro_no": "ro_no"}


def serving(*records: Any, **reply: Any) -> WebService:
    return WebService(in_order(Reply({"rows": list(records)}, **reply)))


def test_the_window_is_asked_for_in_the_zone_of_the_system(tmp_path: Path) -> None:
    with serving(document("RO1")) as service:
        [batch] = read(rest_system(tmp_path), service.connection())
    [asked] = service.asked
    assert (asked.method, asked.path) == ("GET", "/api/orders")
    assert asked.query == {
        "since": "2026-06-07T00:00:00+08:00",
        "until": "2026-06-11T00:00:00+08:00",
    }
    assert batch.columns["ro_no"] == ["RO1"]
    assert batch.refs == ["orders:CA01|RO1"]
    assert batch.versions == datetime(2026, 6, 10, 16, tzinfo=UTC)


def test_the_window_is_written_as_the_service_wants_it(tmp_path: Path) -> None:
    head = (
        '    path: "orders/{day:%Y%m%d}"\n    method: post\n    window_zone: UTC\n'
        "    body:\n"
        '      filter: {changed: {from: "{start:%Y-%m-%d %H:%M:%S}", to: "{end:%Y-%m-%dT%H:%M:%SZ}"}}\n'
        '      since: "{start}"\n'
        "      open: true\n      stores: [A, B]\n    rows: rows\n"
    )
    with serving(document("RO1")) as service:
        assert numbers(read(rest_system(tmp_path, head), service.connection())) == ["RO1"]
    [asked] = service.asked
    assert (asked.method, asked.path) == ("POST", "/api/orders/20260610")
    assert asked.body == {
        "filter": {"changed": {"from": "2026-06-06 16:00:00", "to": "2026-06-10T16:00:00Z"}},
        "since": "2026-06-06T16:00:00+00:00",
        "open": True,
        "stores": ["A", "B"],
    }


def test_a_first_load_leaves_the_start_out_or_begins_with_the_history(tmp_path: Path) -> None:
    first = window(is_first=True, last_read=None)
    with serving() as service:
        read(rest_system(tmp_path), service.connection(), first)
        read(
            rest_system(tmp_path, SINCE + "    history_from: 2020-01-01\n"),
            service.connection(),
            first,
        )
    assert service.queries("since") == [None, "2020-01-01T00:00:00+08:00"]


def test_what_changed_after_the_window_waits_for_the_next_night(tmp_path: Path) -> None:
    records = [
        document("BEFORE", changed="2026-06-10 23:59:59"),
        document("AFTER", changed="2026-06-11 00:00:00"),
        document("BEFORE_IN_UTC", changed="2026-06-10T15:59:59Z"),
        document("AFTER_WITH_OFFSET", changed="2026-06-10T17:00:00+01:00"),
        document("NEVER", changed=None),
    ]
    with serving(*records) as service:
        system = rest_system(tmp_path, SINCE + "    version: changed\n")
        [batch] = read(system, service.connection())
    assert batch.columns["ro_no"] == ["BEFORE", "BEFORE_IN_UTC", "NEVER"]
    last = datetime(2026, 6, 10, 15, 59, 59, tzinfo=UTC)
    assert list(batch.versions) == [last, last, None]


def test_seconds_since_1970_are_asked_for_and_understood(tmp_path: Path) -> None:
    end = int(datetime(2026, 6, 10, 16, tzinfo=UTC).timestamp())
    head = (
        '    path: orders\n    parameters: {since: "{start:unix}", until: "to {end:unix_ms}"}\n'
        "    rows: rows\n    version: {column: changed, format: unix}\n"
    )
    records = [document("BEFORE", changed=end - 1), document("AFTER", changed=end)]
    with serving(*records) as service:
        [batch] = read(rest_system(tmp_path, head), service.connection())
    assert service.queries("since") == [str(end - 4 * 86_400)]
    assert service.queries("until") == [f"to {end}000"]
    assert batch.columns["ro_no"] == ["BEFORE"]
    assert list(batch.versions) == [datetime(2026, 6, 10, 15, 59, 59, tzinfo=UTC)]


def test_nested_values_are_picked_filtered_and_joined(tmp_path: Path) -> None:
    columns = only(
        {
            **KEY,
            "vin": "car.vin || car.ids[0]",
            "amount": "total.amount",
            "deliverer_name": "join('', (who[?role=='D'] | [0].name.[family, given] || `[]`)[?@])",
            "deliverer_phone": "who[?role=='D'].phones[] | [?kind=='CELL'].value | [0]",
        }
    )
    record = {
        "dealer": "CA01",
        "ro_no": "RO1",
        "car": {"ids": ["LSVAA4182E2184847"]},
        "total": {"amount": 1234.50},
        "who": [
            {"role": "O", "name": {"family": "钱"}},
            {
                "role": "D",
                "name": {"family": "喆", "given": "鑫"},
                "phones": [{"kind": "FAX", "value": "1"}, {"kind": "CELL", "value": "138"}],
            },
        ],
    }
    with serving(record, {"dealer": "CA01", "ro_no": "RO2"}) as service:
        system = rest_system(tmp_path, columns=columns)
        [batch] = read(system, service.connection())
    cells = {
        name: batch.columns[entry.column]
        for name, entry in system.feeds["repair_order"].columns.items()
        if entry.column
    }
    assert cells["vin"] == ["LSVAA4182E2184847", None]
    assert cells["amount"] == [Decimal("1234.5"), None]
    assert cells["deliverer_name"] == ["喆鑫", ""]
    assert cells["deliverer_phone"] == ["138", None]
    assert batch.torn == {}


def test_every_item_of_a_list_can_be_a_row(tmp_path: Path) -> None:
    columns = only({"store_code": "record.dealer", "ro_no": "item.no", "vin": "item.vin"})
    records = [
        {"dealer": "A", "jobs": [{"no": "1"}, {"no": "2"}]},
        {"dealer": "B", "jobs": None},
        {"dealer": "C", "jobs": {"no": "3"}},
    ]
    with serving(*records) as service:
        system = rest_system(tmp_path, SINCE + "    each: jobs\n", columns)
        [batch] = read(system, service.connection())
    assert batch.columns["record.dealer"] == ["A", "A", None]
    assert batch.columns["item.no"] == ["1", "2", None]
    assert batch.torn == {2: "no list stands at jobs"}


def test_a_record_that_a_path_does_not_fit_is_held_and_the_others_go_on(
    tmp_path: Path, warehouse: Engine
) -> None:
    columns = only({**KEY, "vin": "vin", "deliverer_name": "join('', names)"})
    records = [
        {
            **KEY,
            "dealer": "CA01",
            "ro_no": "RO1",
            "vin": "LSVAA4182E2184847",
            "names": ["喆", "鑫"],
        },
        {"dealer": "CA01", "ro_no": "RO2", "vin": ["LSVAA4182E2184847"], "names": []},
        {"dealer": "CA01", "ro_no": "RO3", "vin": {"id": 1}, "names": []},
        {"dealer": "CA01", "ro_no": "RO4", "names": "喆鑫"},
        "喆鑫",
    ]
    with serving(*records) as service:
        system = rest_system(tmp_path, columns=columns)
        connection = service.connection()
        counts = pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", DAY)
    assert counts == {"pulled": 5}
    found = rows_of(
        warehouse, "select ro_no, unreadable, source_ref from staging.repair_order order by row_id"
    )
    assert [row["ro_no"] for row in found] == ["RO1", None, None, None, None]
    assert [row["source_ref"] for row in found] == ["orders:CA01|RO1", *["orders, page 1"] * 4]
    assert [row["unreadable"] and row["unreadable"]["*"] for row in found] == [
        None,
        "a list stands at vin; write | [0] for its first",
        "an object stands at vin; name one of its fields",
        "does not fit join('', names)",
        "is no object",
    ]


def test_text_that_no_database_stores_is_read_without_it(tmp_path: Path, warehouse: Engine) -> None:
    record = document("RO1", vin="LSV\0AA4182E2184847", sender="喆\ud800鑫", advisor="\udfff")
    with serving(record) as service:
        system = rest_system(tmp_path)
        pull(warehouse, KEYRING, GROUP, system, service.connection(), "repair_order", DAY)
    [row] = rows_of(
        warehouse, "select vin, service_advisor_no, unreadable from staging.repair_order"
    )
    assert row == {"vin": "LSVAA4182E2184847", "service_advisor_no": "?", "unreadable": None}


def test_a_failed_page_leaves_an_earlier_pull_as_it_was(tmp_path: Path, warehouse: Engine) -> None:
    head = SINCE + "    paging: {by: cursor, next: next}\n"
    head = head.replace('until: "{end}"', 'after: "{cursor}"')
    system = rest_system(tmp_path, head)
    good = Reply({"rows": [document("RO1")]})
    with WebService(in_order(good)) as service:
        connection = service.connection()
        pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", DAY)
        service.answering = in_order(
            Reply({"rows": [document("RO2")], "next": "n"}),
            Reply('{"rows": [{"ro_no": "喆'.encode()),
        )
        with pytest.raises(BadData, match=r"^dms/repair_order, page 2, is no whole JSON document"):
            pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", DAY)
    assert rows_of(warehouse, "select ro_no from staging.repair_order") == [{"ro_no": "RO1"}]
    assert rows_of(warehouse, "select state from ops.load") == [{"state": "pulled"}]


def test_a_mapping_of_tables_is_not_asked_over_http(tmp_path: Path) -> None:
    connection = Connection("source", "http", "http://127.0.0.1")
    with pytest.raises(ConfigurationError, match="is not asked over HTTP"):
        list(rest.read(sql_system(tmp_path), "repair_order", connection, window()))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"", 401), ConfigurationError),
        (Reply(b"", 500), SystemUnreachable),
        (Reply(b"<html>"), BadData),
    ],
)
def test_what_goes_wrong_is_kept_with_the_load(
    reply: Reply, error: type[Exception], tmp_path: Path, warehouse: Engine
) -> None:
    def answer(asked: Asked) -> Reply:
        return reply

    system = rest_system(tmp_path)
    with WebService(answer) as service, pytest.raises(error) as told:
        pull(warehouse, KEYRING, GROUP, system, service.connection(), "repair_order", DAY)
    [load] = rows_of(warehouse, "select failure from ops.load")
    assert load["failure"] == str(told.value)


def test_a_night_that_failed_is_caught_up_by_the_next(tmp_path: Path, warehouse: Engine) -> None:
    system = rest_system(tmp_path)
    know_stores(warehouse, "CA01")
    good = Reply({"rows": [document("RO1")]})
    with WebService(in_order(good, Reply(b"", 500), good)) as service:
        connection = service.connection()
        pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", days_before(2))
        judge_plainly(warehouse, "repair_order", days_before(2))
        merge(warehouse, GROUP, "dms", "repair_order", days_before(2))
        with pytest.raises(SystemUnreachable):
            pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", days_before(1))
        pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", DAY)
    # Three days are read again each night, counted from the first that was missed.
    assert service.queries("since")[1:] == ["2026-06-06T00:00:00+08:00"] * 2
    assert service.queries("until")[2] == "2026-06-11T00:00:00+08:00"
