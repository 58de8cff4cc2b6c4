"""PostgreSQL, MariaDB and SQLite are read alike, and say alike what is wrong."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest
from dealer_databases import KINDS, DealerDatabase, dealer_database
from dealer_sources import DAY, ORDERS, database, mapped, order, sql_system
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    text,
)
from sqlalchemy.dialects import mysql

from aftercare.connections import Connection
from aftercare.errors import AftercareError, BadData, ConfigurationError, SystemUnreachable
from aftercare.sources import sql, values
from aftercare.sources.batches import BATCH_ROWS, Batch, Window
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.mapping import read_dealer_system

SHANGHAI = ZoneInfo("Asia/Shanghai")
WINDOW = Window(DAY, 3, SHANGHAI, last_read=DAY - timedelta(days=1))
MIDNIGHT = datetime.fromisoformat("2026-06-11")
SECOND = timedelta(seconds=1)
SERVERS = KINDS[:2]
WIDTH = 2_000
NUMBER = "\n      store_code: number\n      ro_no: number\n"


@pytest.fixture(params=KINDS)
def dealer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DealerDatabase]:
    with dealer_database(request.param, request, tmp_path) as made:
        yield made


servers_only = pytest.mark.parametrize("dealer", SERVERS, indirect=True)


def read(system: DealerSystem, connection: Connection, window: Window = WINDOW) -> list[Batch]:
    return list(sql.read(system, "repair_order", connection, window))


def numbers(batches: list[Batch], name: str = "ro_no") -> list[Any]:
    return sorted(cell for batch in batches for cell in batch.columns[name])


@contextmanager
def opened(system: DealerSystem, dealer: DealerDatabase) -> Iterator[Generator[Batch]]:
    """What is being read; let go of also where a test fails, else its database is never dropped."""
    batches = sql.read(system, "repair_order", dealer.connection, WINDOW)
    assert isinstance(batches, Generator)
    with closing(batches):
        yield batches


def fill(dealer: DealerDatabase, count: int) -> None:
    """As many rows, most of them made by the server itself."""
    few = BATCH_ROWS // 8
    database(dealer.engine, [order(f"RO{row}", sender="x" * 60) for row in range(few)])
    for _ in range((count // few).bit_length() - 1):
        dealer.run("insert into tt_order select * from tt_order")


def failure(
    kind: type[AftercareError], system: DealerSystem, connection: Connection, *secrets: str
) -> str:
    """What is said where reading fails; neither secrets nor a driver's words go with it."""
    with pytest.raises(kind) as raised:
        read(system, connection)
    assert raised.value.__cause__ is None
    for secret in (*secrets, "喆鑫", "13812345678"):
        assert secret not in str(raised.value)
    return str(raised.value)


def test_a_night_reads_from_the_beginning_of_the_lag_to_the_end_of_the_day(
    dealer: DealerDatabase, tmp_path: Path
) -> None:
    rows = [
        order("before", changed=MIDNIGHT - timedelta(days=4, seconds=1)),
        order("first", changed=MIDNIGHT - timedelta(days=4)),
        order("last", changed=MIDNIGHT - SECOND),
        order("after", changed=MIDNIGHT),
    ]
    database(dealer.engine, rows)
    system = sql_system(tmp_path)
    assert numbers(read(system, dealer.connection)) == ["first", "last"]
    first = Window(DAY, 3, SHANGHAI, is_first=True)
    assert numbers(read(system, dealer.connection, first)) == ["before", "first", "last"]


def test_a_blank_cursor_falls_back_to_the_next_one(dealer: DealerDatabase, tmp_path: Path) -> None:
    long_ago = datetime.fromisoformat("2026-05-01")
    rows = [
        order("made", changed=None),
        order("old", changed=None, settled=long_ago),
        order("changed", settled=long_ago),
    ]
    database(dealer.engine, rows)
    head = "    table: tt_order\n    cursor: [changed, settled]\n"
    batches = read(mapped(tmp_path, "sql", head), dealer.connection)
    assert numbers(batches) == ["changed", "made"]


def test_a_cursor_may_be_a_text(dealer: DealerDatabase, tmp_path: Path) -> None:
    rows = [
        order("before", opened="2026/06/06 23:59"),
        order("first", opened="2026/06/07 00:00"),
        order("last", opened="2026/06/10 23:59"),
        order("after", opened="2026/06/11 00:00"),
    ]
    database(dealer.engine, rows)
    head = '    table: tt_order\n    cursor: opened\n    cursor_format: "%Y/%m/%d %H:%M"\n'
    assert numbers(read(mapped(tmp_path, "sql", head), dealer.connection)) == ["first", "last"]


@pytest.mark.parametrize("more", ["", '    cursor_format: "%Y-%m-%d"\n'])
def test_a_text_that_no_window_would_find_is_no_cursor(
    dealer: DealerDatabase, tmp_path: Path, more: str
) -> None:
    database(dealer.engine, [order("one", opened="2026/06/10 08:00"), order("two", opened=None)])
    head = f"    table: tt_order\n    cursor: opened\n{more}"
    with pytest.raises(ConfigurationError, match='write cursor_format: "%Y/%m/%d %H:%M"') as caught:
        read(mapped(tmp_path, "sql", head), dealer.connection)
    assert caught.value.key == "feeds.repair_order.cursor"
    assert "2026/06" not in str(caught.value)


def test_a_cursor_may_be_a_date(dealer: DealerDatabase, tmp_path: Path) -> None:
    days = Table("tt_day", MetaData(), Column("number", String(20)), Column("changed_on", Date))
    days.metadata.create_all(dealer.engine)
    given = {"before": 6, "first": 7, "last": 10, "after": 11}
    with dealer.engine.begin() as connection:
        rows = [{"number": name, "changed_on": date(2026, 6, day)} for name, day in given.items()]
        connection.execute(insert(days), rows)
    head = "    table: tt_day\n    cursor: changed_on\n"
    system = mapped(tmp_path, "sql", head, columns=NUMBER)
    assert numbers(read(system, dealer.connection), "number") == ["first", "last"]


def in_zone(folder: Path, name: str, head: str, columns: str) -> DealerSystem:
    path = folder / "dms.yaml"
    mapped(folder, "sql", head, columns)
    path.write_text(path.read_text("utf-8").replace("Asia/Shanghai", name), "utf-8")
    return read_dealer_system(path)


@servers_only
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_an_instant_is_the_same_whatever_zone_server_and_system_are_in(
    zone: str, dealer: DealerDatabase, tmp_path: Path
) -> None:
    kind = mysql.TIMESTAMP() if dealer.kind == "mariadb" else DateTime(timezone=True)
    times = Table("tt_time", MetaData(), Column("number", String(20)), Column("at", kind))
    times.metadata.create_all(dealer.engine)
    start, end = Window(DAY, 3, ZoneInfo(zone)).start, Window(DAY, 3, ZoneInfo(zone)).end
    assert start is not None
    given = {"before": start - SECOND, "first": start, "last": end - SECOND, "after": end}
    # The tests' MariaDB takes and gives times five hours behind Greenwich unless it is told.
    theirs = timezone(-timedelta(hours=5))
    with dealer.engine.begin() as connection:
        for name, instant in given.items():
            local = instant.astimezone(theirs)
            at = local.replace(tzinfo=None) if dealer.kind == "mariadb" else local
            connection.execute(insert(times), {"number": name, "at": at})
    head = "    table: tt_time\n    cursor: at\n"
    system = in_zone(tmp_path, zone, head, NUMBER + "      settled_at: at\n")
    window = replace(WINDOW, zone=ZoneInfo(zone))
    [batch] = read(system, dealer.connection, window)
    understood = values.timestamps(batch.columns["at"], system.zone).values
    assert dict(zip(batch.columns["number"], understood, strict=True)) == {
        "first": given["first"],
        "last": given["last"],
    }
    assert values.timestamps(batch.versions, system.zone).values == understood


def test_a_time_without_zone_is_the_system_s_whatever_its_server_s_zone(
    dealer: DealerDatabase, tmp_path: Path
) -> None:
    database(dealer.engine, [order("RO1")])
    [batch] = read(sql_system(tmp_path), dealer.connection)
    [settled] = values.timestamps(batch.columns["settled"], SHANGHAI).values
    assert settled == datetime(2026, 6, 10, 17, 30, tzinfo=SHANGHAI)


def test_rows_come_as_they_are_asked_for_and_not_all_at_once(
    dealer: DealerDatabase, tmp_path: Path
) -> None:
    fill(dealer, 8 * BATCH_ROWS)
    # A new column's default is kept once, so that wide rows take no time to write.
    dealer.run(f"alter table tt_order add filler varchar({WIDTH}) default '{'x' * WIDTH}'")
    head = "    table: tt_order\n    cursor: changed\n    needs: [filler]\n"
    process = psutil.Process()
    before = process.memory_info().rss
    with opened(mapped(tmp_path, "sql", head), dealer) as batches:
        assert len(next(batches).refs) == BATCH_ROWS
        grown = process.memory_info().rss - before
        assert grown < 8 * BATCH_ROWS * WIDTH / 2
        assert sum(len(batch.refs) for batch in batches) == 7 * BATCH_ROWS


def test_reading_may_end_before_the_last_row(dealer: DealerDatabase, tmp_path: Path) -> None:
    fill(dealer, 2 * BATCH_ROWS)
    with opened(sql_system(tmp_path), dealer) as batches:
        assert len(next(batches).refs) == BATCH_ROWS
    assert [len(batch.refs) for batch in read(sql_system(tmp_path), dealer.connection)] == [
        BATCH_ROWS,
        BATCH_ROWS,
    ]


def test_nothing_is_ever_written(dealer: DealerDatabase) -> None:
    database(dealer.engine, [order("RO1")])
    with (
        pytest.raises(Exception, match=r"(?i)read.?only"),
        sql.connected(dealer.connection, SHANGHAI) as connection,
    ):
        connection.execute(text("delete from tt_order"))


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_is_not_there_is_tried_again(kind: str, tmp_path: Path) -> None:
    nowhere = Connection("source", kind, "127.0.0.1", 1, "who", "s3cret", "d")
    said = failure(SystemUnreachable, sql_system(tmp_path), nowhere, "s3cret", "who")
    assert said.startswith("the database of connection source does not answer")


def test_a_file_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    missing = Connection("source", "sqlite", database=str(tmp_path / "none.sqlite"))
    said = failure(SystemUnreachable, sql_system(tmp_path), missing)
    assert re.match(r"the SQLite file .*none.sqlite of connection source is not there", said)


def test_a_file_that_is_no_database_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "dms.sqlite").write_bytes("喆鑫,13812345678".encode() * 100)
    other = Connection("source", "sqlite", database=str(tmp_path / "dms.sqlite"))
    assert "connection source" in failure(AftercareError, sql_system(tmp_path), other)


@servers_only
@pytest.mark.parametrize("wrong", ["password", "database"])
def test_a_wrong_password_or_database_is_the_connection_s_fault(
    wrong: str, dealer: DealerDatabase, tmp_path: Path
) -> None:
    broken = replace(dealer.connection, **{wrong: "s3cret_typo"})
    said = failure(ConfigurationError, sql_system(tmp_path), broken, "s3cret")
    assert said == (
        "the database of connection source refuses it; check login, password and database"
    )


def test_a_missing_table_or_column_is_named_with_its_line(
    dealer: DealerDatabase, tmp_path: Path
) -> None:
    database(dealer.engine, [order("RO1")])
    no_table = mapped(tmp_path, "sql", "    table: tt_orders\n    cursor: changed\n")
    assert failure(ConfigurationError, no_table, dealer.connection).endswith(
        "dms.yaml:9: feeds.repair_order.table: source has no table tt_orders (is it tt_order?)"
    )
    no_column = mapped(tmp_path, "sql", "    table: tt_order\n    cursor: change\n")
    assert failure(ConfigurationError, no_column, dealer.connection).endswith(
        "dms.yaml:10: feeds.repair_order.cursor: table tt_order of source has no column change "
        "(is it changed?)"
    )


def counted(at: datetime) -> int:
    return int(at.replace(tzinfo=SHANGHAI).timestamp())


@pytest.mark.parametrize(("name", "form"), [("is_red", "unix"), ("km_in", "unix_ms")])
def test_a_cursor_may_count_since_1970(
    name: str, form: str, dealer: DealerDatabase, tmp_path: Path
) -> None:
    ends = {
        "before": MIDNIGHT - timedelta(days=4, seconds=1),
        "first": MIDNIGHT - timedelta(days=4),
        "last": MIDNIGHT - SECOND,
        "after": MIDNIGHT,
    }
    units = 1 if form == "unix" else 1_000
    kind: Any = int if name == "is_red" else str
    rows = [order(ro_no, **{name: kind(counted(at) * units)}) for ro_no, at in ends.items()]
    database(dealer.engine, [*rows, order("never", **{name: kind(0)})])
    head = f"    table: tt_order\n    cursor: {name}\n    cursor_format: {form}\n"
    (batch,) = read(mapped(tmp_path, "sql", head), dealer.connection)
    assert numbers([batch]) == ["first", "last"]
    assert isinstance(batch.versions, list)
    assert [at.astimezone(SHANGHAI).replace(tzinfo=None) for at in batch.versions] == [
        ends["first"],
        ends["last"],
    ]


def test_a_cursor_that_counts_since_1970_without_saying_so_is_proposed(
    dealer: DealerDatabase, tmp_path: Path
) -> None:
    database(dealer.engine, [order("RO1", is_red=counted(MIDNIGHT))])
    system = mapped(tmp_path, "sql", "    table: tt_order\n    cursor: is_red\n")
    said = failure(ConfigurationError, system, dealer.connection)
    assert said.endswith('so no row would be found; write cursor_format: "unix"')


def test_a_number_is_no_cursor(dealer: DealerDatabase, tmp_path: Path) -> None:
    if dealer.kind == "sqlite":
        return
    database(dealer.engine, [order("RO1")])
    system = mapped(tmp_path, "sql", "    table: tt_order\n    cursor: kind\n")
    said = failure(ConfigurationError, system, dealer.connection)
    assert said.endswith("holds neither times nor dates; choose another cursor")


@servers_only
def test_a_table_that_may_not_be_read_is_named(dealer: DealerDatabase, tmp_path: Path) -> None:
    database(dealer.engine, [order("RO1")])
    dealer.run("create table other (id int)")
    name = dealer.engine.url.database
    if dealer.kind == "postgres":
        makes = [f"create role {name} login password 'pw'", f"grant select on other to {name}"]
        gone = [f"drop owned by {name}", f"drop role {name}"]
    else:
        makes = [f"create user {name} identified by 'pw'", f"grant select on other to {name}"]
        gone = [f"drop user {name}"]
    dealer.run(*makes)
    try:
        other = dealer.connection_as(str(name), "pw")
        said = failure(ConfigurationError, sql_system(tmp_path), other)
    finally:
        dealer.run(*gone)
    assert said.endswith("connection source may not read table tt_order; grant select on it")


@servers_only
def test_a_line_that_breaks_while_rows_come_is_tried_again(
    dealer: DealerDatabase, tmp_path: Path
) -> None:
    fill(dealer, 8 * BATCH_ROWS)
    with opened(sql_system(tmp_path), dealer) as batches:
        next(batches)
        end_connections(dealer)
        with pytest.raises(SystemUnreachable, match="connection source") as raised:
            list(batches)
    assert raised.value.__cause__ is None


def end_connections(dealer: DealerDatabase) -> None:
    """As a server's operator would: every other connection to this database is cut."""
    with dealer.engine.connect() as connection:
        if dealer.kind == "postgres":
            ended = "select pg_terminate_backend(pid) from pg_stat_activity"
            connection.execute(
                text(f"{ended} where datname = current_database() and pid <> pg_backend_pid()")
            )
            return
        others = "select id from information_schema.processlist where db = database()"
        for number in connection.execute(text(f"{others} and id <> connection_id()")).all():
            connection.execute(text(f"kill {number[0]}"))


def test_text_in_a_wrong_encoding_is_said_and_not_guessed(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with dealer_database("sqlite", request, tmp_path) as dealer:
        database(dealer.engine, [order("RO1")])
        dealer.run("update tt_order set sender = cast(x'86b4f6ce' as text)")
        said = failure(BadData, sql_system(tmp_path), dealer.connection)
    assert said == (
        "table tt_order of connection source holds text in a wrong encoding; correct it in the "
        "system, or map a view that converts it"
    )


@pytest.fixture
def without_encoding(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DealerDatabase]:
    """A database of PostgreSQL whose text is whatever bytes somebody put there."""
    with dealer_database("postgres", request, tmp_path) as outer:
        name = f"{outer.connection.database}_ascii"
        server = outer.engine.execution_options(isolation_level="AUTOCOMMIT")
        made = f"create database {name} encoding 'SQL_ASCII' locale 'C' template template0"
        with server.connect() as connection:
            connection.execute(text(made))
        engine = create_engine(
            outer.engine.url.set(database=name), connect_args={"client_encoding": "utf8"}
        )
        yield DealerDatabase("postgres", engine, replace(outer.connection, database=name))
        engine.dispose()
        with server.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))


def test_a_database_without_encoding_is_read_as_utf_8_or_not_at_all(
    without_encoding: DealerDatabase, tmp_path: Path
) -> None:
    ORDERS.metadata.create_all(without_encoding.engine)
    line = (
        "insert into tt_order (ro_no, dealer, sender, changed) values ('{}', 'CA01', E'{}', '{}')"
    )
    at = MIDNIGHT - SECOND
    without_encoding.run(line.format("RO1", r"\xe5\x96\x86", at))
    [batch] = read(sql_system(tmp_path), without_encoding.connection)
    assert list(batch.columns["sender"]) == ["喆"]
    without_encoding.run(line.format("RO2", r"\x86\xb4\xf6\xce", at))
    said = failure(BadData, sql_system(tmp_path), without_encoding.connection)
    assert "wrong encoding" in said


@pytest.mark.parametrize("charset", ["utf8mb4", "gbk", "utf8mb3"])
def test_mariadb_converts_whatever_a_table_is_kept_in(
    charset: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with dealer_database("mariadb", request, tmp_path) as dealer:
        ORDERS.metadata.create_all(dealer.engine)
        dealer.run(f"alter table tt_order convert to character set {charset}")
        database(dealer.engine, [order("RO1")])
        [batch] = read(sql_system(tmp_path), dealer.connection)
    assert list(batch.columns["sender"]) == ["喆鑫"]
