"""What the night copies out of a dealer system, and what it leaves alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dealer_databases import KINDS, dealer_database
from dealer_sources import (
    DAY,
    GROUP,
    KEYRING,
    csv_file,
    database,
    days_before,
    file_system,
    folder_connection,
    order,
    rows_of,
    sql_system,
    sqlite,
    xlsx_file,
)
from sqlalchemy import Engine, create_engine, text

from aftercare.connections import Connection
from aftercare.errors import BadData, ConfigurationError, SystemUnreachable
from aftercare.sources.dealer_system import DealerSystem
from aftercare.stages.pull import pull
from aftercare.warehouse import connect

ROWS = [
    order("RO1"),
    order("RO2", state=12551001, settled=None, sender_phone="0571-88886666"),
    order("RO3", vin="", plate="", kind=99, km_in="很多"),
]
CANARIES = ("喆鑫", "13812345678", "浙A12345", "057188886666")

Source = tuple[DealerSystem, Connection]


def run(warehouse: Engine, source: Source, day: Any = DAY) -> dict[str, Any]:
    system, connection = source
    return pull(warehouse, KEYRING, GROUP, system, connection, "repair_order", day)


FORMS = (*KINDS, "csv", "xlsx")


@contextmanager
def source_of(form: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Source]:
    """The same rows in a database of this kind, or in files of the day."""
    file = folder / f"{DAY:%Y%m%d}" / f"orders.{form}"
    if form not in KINDS:
        (csv_file if form == "csv" else xlsx_file)(file, ROWS)
        yield file_system(folder, form), folder_connection(folder)
        return
    with dealer_database(form, request, folder) as dealer:
        database(dealer.engine, ROWS)
        yield sql_system(folder), dealer.connection


@pytest.fixture(params=FORMS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    with source_of(request.param, request, tmp_path) as made:
        yield made


def test_every_kind_of_source_gives_the_same_rows(source: Source, warehouse: Engine) -> None:
    counts = run(warehouse, source)
    assert counts["pulled"] == 3
    found = rows_of(
        warehouse,
        "select ro_no, version_at, unreadable, ro_type, status, "
        "is_reversed, opened_at, settled_at, odometer_in_km, vin, vin_check, amount::text, "
        "deliverer_phone_check, plate_check from staging.repair_order order by ro_no",
    )
    assert found[0] == {
        "ro_no": "RO1",
        "version_at": datetime(2026, 6, 10, 10, tzinfo=UTC),
        "unreadable": None,
        "ro_type": "repair",
        "status": "settled",
        "is_reversed": False,
        "opened_at": datetime(2026, 6, 10, 1, 5, tzinfo=UTC),
        "settled_at": datetime(2026, 6, 10, 9, 30, tzinfo=UTC),
        "odometer_in_km": 12345,
        "vin": "LSVAA4182E2184847",
        "vin_check": "valid",
        "amount": "1234.50",
        "deliverer_phone_check": "valid",
        "plate_check": "valid",
    }
    assert (found[1]["status"], found[1]["settled_at"]) == ("open", None)
    assert found[1]["deliverer_phone_check"] == "landline"
    assert found[2]["unreadable"] == {"ro_type": "99", "odometer_in_km": "很多"}
    assert (found[2]["vin_check"], found[2]["plate_check"]) == ("missing", "missing")


def test_the_hash_of_a_row_does_not_depend_on_its_source(
    warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seen = set()
    for form in FORMS:
        with source_of(form, request, tmp_path) as source:
            run(warehouse, source)
        found = rows_of(
            warehouse, "select ro_no, row_hash from staging.repair_order order by ro_no"
        )
        seen.add(tuple(row["row_hash"] for row in found))
    assert len(seen) == 1
    assert len(set(seen.pop())) == len(ROWS)


def test_no_contact_value_stands_in_clear(source: Source, warehouse: Engine) -> None:
    run(warehouse, source)
    [everything] = rows_of(
        warehouse,
        "select string_agg(to_jsonb(r)::text, ' ') as words, "
        "string_agg(encode(r.deliverer_name_cipher || r.deliverer_phone_cipher, 'escape'), ' ') "
        "as bytes from staging.repair_order as r",
    )
    for canary in CANARIES:
        for spelling in (canary, canary.encode().hex()):
            assert spelling not in everything["words"]
            assert spelling not in everything["bytes"]
    [row] = rows_of(
        warehouse,
        "select deliverer_name_cipher as cipher, deliverer_phone_hash as hash "
        "from staging.repair_order where ro_no = 'RO1'",
    )
    assert KEYRING.decrypt(row["cipher"]) == "喆鑫"
    assert row["hash"] == KEYRING.hash("13812345678")


def merged(warehouse: Engine, day: date) -> None:
    """Leaves the mark of a night that was merged."""
    with warehouse.begin() as connection:
        connection.execute(
            text(
                "insert into ops.load (system, feed, business_day, state) "
                "values ('dms', 'repair_order', :day, 'merged') "
                "on conflict (system, feed, business_day) do update set state = 'merged'"
            ),
            {"day": day},
        )


def read_numbers(warehouse: Engine) -> list[str]:
    found = rows_of(
        warehouse,
        "select ro_no from staging.repair_order join ops.load using (load_id) "
        "where state = 'pulled' order by ro_no",
    )
    return [row["ro_no"] for row in found]


def test_the_first_night_reads_the_whole_history(warehouse: Engine, tmp_path: Path) -> None:
    rows = [
        order("old", changed=datetime.fromisoformat("2020-01-01")),
        order("today"),
        order("after", changed=datetime.fromisoformat("2026-06-11")),
    ]
    run(warehouse, (sql_system(tmp_path), sqlite(tmp_path, rows)))
    assert read_numbers(warehouse) == ["old", "today"]


def test_missed_nights_are_caught_up_by_the_next(warehouse: Engine, tmp_path: Path) -> None:
    merged(warehouse, DAY - timedelta(days=10))
    rows = [
        order("known", changed=datetime.fromisoformat("2026-05-28 23:59:59")),
        order("lag", changed=datetime.fromisoformat("2026-05-29")),
        order("missed", changed=datetime.fromisoformat("2026-06-03")),
    ]
    run(warehouse, (sql_system(tmp_path), sqlite(tmp_path, rows)))
    assert read_numbers(warehouse) == ["lag", "missed"]


def test_rows_before_the_lag_and_after_the_day_are_not_read(
    warehouse: Engine, tmp_path: Path
) -> None:
    merged(warehouse, DAY - timedelta(days=1))
    midnight = datetime.fromisoformat("2026-06-11")
    rows = [
        order("before", changed=midnight - timedelta(days=4, seconds=1)),
        order("first", changed=midnight - timedelta(days=4)),
        order("last", changed=midnight - timedelta(seconds=1)),
        order("after", changed=midnight),
    ]
    run(warehouse, (sql_system(tmp_path), sqlite(tmp_path, rows)))
    assert read_numbers(warehouse) == ["first", "last"]


def test_a_second_pull_replaces_the_rows_of_the_day(warehouse: Engine, tmp_path: Path) -> None:
    merged(warehouse, DAY - timedelta(days=1))
    system = sql_system(tmp_path)
    run(warehouse, (system, sqlite(tmp_path, ROWS)))
    run(warehouse, (system, sqlite(tmp_path, ROWS[:1])))
    loads = rows_of(
        warehouse,
        "select state, pulled, window_start, window_end from ops.load where state = 'pulled'",
    )
    assert loads == [
        {
            "state": "pulled",
            "pulled": 1,
            "window_start": datetime(2026, 6, 6, 16, tzinfo=UTC),
            "window_end": datetime(2026, 6, 10, 16, tzinfo=UTC),
        }
    ]
    assert rows_of(warehouse, "select ro_no, source_ref from staging.repair_order") == [
        {"ro_no": "RO1", "source_ref": "tt_order:CA01|RO1"}
    ]


def test_a_pull_that_fails_leaves_the_earlier_rows(warehouse: Engine, tmp_path: Path) -> None:
    system, connection = sql_system(tmp_path), sqlite(tmp_path, ROWS)
    run(warehouse, (system, connection))
    Path(str(connection.database)).unlink()
    with pytest.raises(SystemUnreachable):
        run(warehouse, (system, connection))
    assert rows_of(warehouse, "select state, pulled from ops.load") == [
        {"state": "pulled", "pulled": 3}
    ]
    assert len(rows_of(warehouse, "select 1 from staging.repair_order")) == 3


def test_a_first_pull_that_fails_says_why_in_the_load(warehouse: Engine, tmp_path: Path) -> None:
    missing = Connection("source", "sqlite", database=str(tmp_path / "none.sqlite"))
    with pytest.raises(
        SystemUnreachable, match=r"SQLite file \S+ of connection source is not there"
    ):
        run(warehouse, (sql_system(tmp_path), missing))
    [load] = rows_of(warehouse, "select state, failure from ops.load")
    assert load["state"] == "failed"
    assert "connection source" in load["failure"]


def test_files_of_the_lag_are_read_and_older_ones_are_not(
    warehouse: Engine, tmp_path: Path
) -> None:
    for back in range(6):
        csv_file(tmp_path / f"{days_before(back):%Y%m%d}" / "o.csv", [order(f"RO{back}")])
    counts = run(warehouse, (file_system(tmp_path, "csv"), folder_connection(tmp_path)))
    assert counts == {"pulled": 4, "files": 4}
    found = rows_of(warehouse, "select ro_no, source_ref from staging.repair_order order by row_id")
    assert [row["ro_no"] for row in found] == ["RO3", "RO2", "RO1", "RO0"]
    assert found[3]["source_ref"] == "20260610/o.csv:2"


def test_the_version_of_a_dated_file_is_the_midnight_after_its_day(
    warehouse: Engine, tmp_path: Path
) -> None:
    csv_file(tmp_path / f"{days_before(1):%Y%m%d}" / "o.csv", ROWS[:1])
    system = file_system(tmp_path, "csv", more="    version: file_day\n    missing_file: accept\n")
    run(warehouse, (system, folder_connection(tmp_path)))
    [row] = rows_of(warehouse, "select version_at from staging.repair_order")
    assert row["version_at"] == datetime(2026, 6, 9, 16, tzinfo=UTC)


def test_an_undated_file_is_read_once_whatever_its_name(warehouse: Engine, tmp_path: Path) -> None:
    source = (file_system(tmp_path, "csv", "in/*.csv"), folder_connection(tmp_path))
    file = csv_file(tmp_path / "in" / "a.csv", ROWS)
    yesterday = days_before(1)
    assert run(warehouse, source, yesterday) == {"pulled": 3, "files": 1}
    assert run(warehouse, source) == {"pulled": 0, "files": 0}
    file.rename(file.with_name("b.csv"))
    assert run(warehouse, source) == {"pulled": 0, "files": 0}
    # The load that read it reads it again, and a file with other content is another file.
    assert run(warehouse, source, yesterday) == {"pulled": 3, "files": 1}
    csv_file(file.with_name("b.csv"), ROWS[:2])
    assert run(warehouse, source) == {"pulled": 2, "files": 1}


def older(file: Path, hours: int = 2) -> Path:
    """The file, as if it had been written that long ago."""
    written = file.stat().st_mtime - hours * 3600
    os.utime(file, (written, written))
    return file


def test_a_known_file_is_read_again_only_where_its_trace_differs(
    warehouse: Engine, tmp_path: Path
) -> None:
    source = (file_system(tmp_path, "csv", "in/*.csv"), folder_connection(tmp_path))
    file = older(csv_file(tmp_path / "in" / "a.csv", ROWS))
    written = file.stat().st_mtime
    assert run(warehouse, source, days_before(2))["files"] == 1
    # Content without a trace of its own: only somebody who opens the file would see it.
    file.write_bytes(file.read_bytes().replace(b"RO1", b"RO7"))
    os.utime(file, (written, written))
    assert run(warehouse, source, days_before(1))["files"] == 0
    os.utime(file, (written + 1, written + 1))
    assert run(warehouse, source)["files"] == 1


def test_a_file_written_twice_within_its_clock_s_step_is_read_twice(
    warehouse: Engine, tmp_path: Path
) -> None:
    source = (file_system(tmp_path, "csv", "in/*.csv"), folder_connection(tmp_path))
    file = csv_file(tmp_path / "in" / "a.csv", ROWS)
    written = file.stat().st_mtime
    assert run(warehouse, source, days_before(1))["files"] == 1
    file.write_bytes(file.read_bytes().replace(b"RO1", b"RO7"))
    os.utime(file, (written, written))
    assert run(warehouse, source)["files"] == 1


def test_the_load_that_read_a_known_file_reads_it_again(warehouse: Engine, tmp_path: Path) -> None:
    source = (file_system(tmp_path, "csv", "in/*.csv"), folder_connection(tmp_path))
    file = older(csv_file(tmp_path / "in" / "a.csv", ROWS))
    for _ in range(2):
        assert run(warehouse, source) == {"pulled": 3, "files": 1}
    file = file.rename(file.with_name("b.csv"))
    assert run(warehouse, source) == {"pulled": 3, "files": 1}
    assert rows_of(warehouse, "select path from ops.file_trace") == [{"path": "in/b.csv"}]
    file.unlink()
    assert run(warehouse, source) == {"pulled": 0, "files": 0}
    assert rows_of(warehouse, "select path from ops.file_trace") == []


def test_a_night_may_be_without_files_where_the_mapping_says_so(
    warehouse: Engine, tmp_path: Path
) -> None:
    system = file_system(tmp_path, "csv", more="    missing_file: accept\n")
    counts = run(warehouse, (system, folder_connection(tmp_path)))
    assert counts == {"pulled": 0, "files": 0}
    assert rows_of(warehouse, "select state from ops.load") == [{"state": "pulled"}]


def test_a_night_without_its_file_is_tried_again_and_caught_up_by_the_next(
    warehouse: Engine, tmp_path: Path
) -> None:
    source = file_system(tmp_path, "csv"), folder_connection(tmp_path)
    with pytest.raises(SystemUnreachable, match=r"20260609/\*\.csv: no such file has come"):
        run(warehouse, source, days_before(1))
    csv_file(tmp_path / f"{days_before(1):%Y%m%d}" / "o.csv", [order("RO1")])
    csv_file(tmp_path / f"{DAY:%Y%m%d}" / "o.csv", [order("RO2")])
    folder = file_system(tmp_path, "csv").model_copy(update={"lag_days": 0}), source[1]
    assert run(warehouse, folder) == {"pulled": 2, "files": 2}


def test_a_file_that_comes_late_or_changes_is_read_by_the_next_night_once(
    warehouse: Engine, tmp_path: Path
) -> None:
    system = file_system(tmp_path, "csv").model_copy(update={"lag_days": 0})
    source = system, folder_connection(tmp_path)
    days = [days_before(back) for back in (4, 3, 2, 1, 0)]
    for day in days[:2]:
        for store in ("A", "B"):
            csv_file(tmp_path / f"{day:%Y%m%d}" / f"{store}.csv", [order(f"RO{store}{day.day}")])
        assert run(warehouse, source, day) == {"pulled": 2, "files": 2}
        merged(warehouse, day)
    kept = csv_file(tmp_path / f"{days[2]:%Y%m%d}" / "A.csv", [order("RO1")])
    counts = run(warehouse, source, days[2])
    assert counts == {"pulled": 1, "files": 1, "files_absent": ["20260608/B.csv"]}
    merged(warehouse, days[2])
    csv_file(kept.with_name("B.csv"), [order("RO2")])
    csv_file(kept, [order("RO1"), order("RO3")])
    csv_file(tmp_path / f"{days[3]:%Y%m%d}" / "A.csv", [order("RO4")])
    # Twice, since a night that is run again reads what it read.
    for _ in range(2):
        assert run(warehouse, source, days[3]) == {"pulled": 4, "files": 3}
    merged(warehouse, days[3])
    csv_file(tmp_path / f"{days[4]:%Y%m%d}" / "A.csv", [order("RO5")])
    assert run(warehouse, source, days[4]) == {"pulled": 1, "files": 1}


def test_files_from_before_the_first_night_are_left_alone(
    warehouse: Engine, tmp_path: Path
) -> None:
    for back in range(8):
        csv_file(tmp_path / f"{days_before(back):%Y%m%d}" / "o.csv", [order(f"RO{back}")])
    system = file_system(tmp_path, "csv").model_copy(update={"lag_days": 0})
    source = system, folder_connection(tmp_path)
    assert run(warehouse, source, days_before(1)) == {"pulled": 1, "files": 1}
    merged(warehouse, days_before(1))
    assert run(warehouse, source) == {"pulled": 1, "files": 1}


def test_one_broken_file_stops_the_feed_and_nothing_of_it_is_kept(
    warehouse: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / f"{DAY:%Y%m%d}"
    csv_file(folder / "a.csv", ROWS)
    (folder / "b.csv").write_text("not,the,header\n", encoding="gbk")
    with pytest.raises(BadData, match=r"20260610/b\.csv: its header lacks dealer, ro_no"):
        run(warehouse, (file_system(tmp_path, "csv"), folder_connection(tmp_path)))
    assert rows_of(warehouse, "select 1 from staging.repair_order") == []


def test_a_broken_file_can_be_left_for_the_next_night(warehouse: Engine, tmp_path: Path) -> None:
    csv_file(tmp_path / "in" / "a.csv", ROWS)
    broken = tmp_path / "in" / "b.csv"
    broken.write_bytes((tmp_path / "in" / "a.csv").read_bytes()[:-30])
    system = file_system(tmp_path, "csv", "in/*.csv", "    broken_file: leave\n")
    source = system, folder_connection(tmp_path)
    with pytest.raises(BadData, match=r"in/b\.csv:4: breaks off"):
        run(warehouse, source)
    assert rows_of(warehouse, "select state, pulled from ops.load") == [
        {"state": "pulled", "pulled": 3}
    ]
    csv_file(broken, [order("RO9")])
    assert run(warehouse, source) == {"pulled": 4, "files": 2}


def test_a_row_with_too_many_cells_is_kept_as_torn(warehouse: Engine, tmp_path: Path) -> None:
    file = csv_file(tmp_path / f"{DAY:%Y%m%d}" / "o.csv", ROWS)
    text = file.read_text(encoding="gbk").replace("RO2,", "RO2,13912345678,")
    file.write_text(text, encoding="gbk")
    run(warehouse, (file_system(tmp_path, "csv"), folder_connection(tmp_path)))
    torn = rows_of(warehouse, "select * from staging.repair_order where unreadable ? '*'")
    assert [row["unreadable"] for row in torn] == [{"*": "16 cells where the header has 15"}]
    assert torn[0]["ro_no"] is None
    assert torn[0]["source_ref"] == "20260610/o.csv:3"


def test_a_feed_that_the_system_does_not_have_is_refused(warehouse: Engine, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="feed complaint is not mapped"):
        pull(
            warehouse,
            KEYRING,
            GROUP,
            sql_system(tmp_path),
            sqlite(tmp_path, ROWS),
            "complaint",
            DAY,
        )


def test_a_system_that_takes_its_time_is_read_to_its_end(
    warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with source_of("postgres", request, tmp_path) as (system, connection):
        dealer = create_engine(connection.url)
        with dealer.begin() as open_connection:
            open_connection.execute(text("alter table tt_order rename to tt_all"))
            slowly = "pg_sleep(0.9 + 0 * length(ro_no)) is not null"
            open_connection.execute(
                text(f"create view tt_order as select * from tt_all where {slowly}")  # noqa: S608
            )
        dealer.dispose()
        hasty = connect(warehouse.url, statement_timeout_ms=2_000)
        assert run(hasty, (system, connection))["pulled"] == 3
        hasty.dispose()


def test_rows_keep_their_places_wherever_the_system_stores_them(
    warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    places = "select row_id, ro_no from staging.repair_order order by 1"
    with source_of("postgres", request, tmp_path) as (system, connection):
        run(warehouse, (system, connection))
        before = rows_of(warehouse, places)
        dealer = create_engine(connection.url)
        with dealer.begin() as open_connection:
            open_connection.execute(text("update tt_order set kind = kind where ro_no = 'RO1'"))
            stored = open_connection.execute(text("select ro_no from tt_order")).scalars().all()
        dealer.dispose()
        assert stored[-1] == "RO1"
        run(warehouse, (system, connection))
        assert rows_of(warehouse, places) == before
