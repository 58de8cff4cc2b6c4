"""A system that nobody has mapped: what is guessed of it, what is asked, and what is never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dealer_databases import KINDS, DealerDatabase, dealer_database
from dealer_sources import COLUMNS, GROUP, csv_file, folder_connection, order, xlsx_file
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)
from stranger_system import make_stranger

from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.reports.scorecard_words import read_words
from aftercare.sample import foreign
from aftercare.sample.group import SampleGroup
from aftercare.settings import PROJECT
from aftercare.sources.cursor_text import format_of
from aftercare.sources.draft import Draft, make_draft
from aftercare.sources.draft_file import draft_text
from aftercare.sources.guess import guess
from aftercare.sources.mapping import read_dealer_system
from aftercare.sources.names import known_names
from aftercare.sources.probe import look

END = date(2026, 6, 30)


@pytest.fixture(params=KINDS)
def dealer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DealerDatabase]:
    with dealer_database(request.param, request, tmp_path) as made:
        yield made


def drafted(connection: Connection) -> Draft:
    seen = look(connection, GROUP.time_zone)
    return make_draft("dms", seen, guess(seen, known_names()), connection, GROUP, known_names())


def text_of(draft: Draft) -> str:
    return draft_text(draft, read_words("en", "connect"))


def written(connection: Connection, folder: Path) -> Path:
    file = folder / "dms.yaml"
    file.write_text(text_of(drafted(connection)), encoding="utf-8")
    return file


def decided(file: Path) -> Path:
    """As somebody decides who knows the sample system."""
    text = file.read_text(encoding="utf-8")
    for code, value in (("CA", "CHANGAN"), ("40", "settled"), ("0", "false"), ("1", "true")):
        text = text.replace(f'"{code}": TODO', f'"{code}": {value}')
    file.write_text(text, encoding="utf-8")
    return file


def table(engine: Engine, name: str, rows: list[dict[str, Any]], *more: Column[Any]) -> None:
    named = {column.name for column in more}
    columns = [Column(key, String(60)) for key in rows[0] if key not in named]
    made = Table(name, MetaData(), *columns, *more)
    made.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(made), rows)


def test_every_database_gives_the_same_draft_and_once_decided_it_loads(dealer, tmp_path):
    foreign.make_foreign(dealer.engine, END)
    file = decided(written(dealer.connection, tmp_path))
    system = read_dealer_system(file)
    assert {name: feed.table for name, feed in system.feeds.items()} == {
        "store": "t_mdxx",
        "employee": "t_ygxx",
        "sales_order": "t_xsdd",
        "repair_order": "t_wxgd",
    }
    orders = system.feeds["repair_order"]
    assert orders.cursor == ("gxsj",)
    assert {name: column.column for name, column in orders.columns.items()} == {
        "store_code": "mdbm",
        "ro_no": "gdh",
        "ro_type": "gdlx",
        "status": "gdzt",
        "is_reversed": "sfhc",
        "opened_at": "kdsj",
        "completed_at": "wgsj",
        "settled_at": "jssj",
        "delivered_at": "ccsj",
        "odometer_in_km": "jclc",
        "vin": "cjh",
        "model": "cx",
        "service_advisor_no": "fwgw",
        "amount": "jsje",
        "plate": "cph",
        "deliverer_name": "sxr",
        "deliverer_phone": "sxrdh",
    }
    assert system.codes["repair_order_status"] == {
        "10": "open",
        "30": "settled",
        "40": "settled",
        "99": "cancelled",
    }


def test_every_feed_of_the_group_s_own_system_is_found_with_all_its_columns(tmp_path):
    end = date(2026, 11, 20)
    address = Connection("dms", "sqlite", database=str(tmp_path / "dms.db"))
    engine = create_engine(f"sqlite:///{address.database}")
    SampleGroup(5, 3, 1, end, daily_sales=0.3, daily_repairs=1.5).write_sql(engine, end)
    engine.dispose()
    known = read_dealer_system(PROJECT / "include" / "mappings" / "dealer" / "heyuan_dms.yaml")
    found = {
        guessed.feed.name: (
            guessed.table.name,
            {name: column.source.name for name, column in guessed.columns.items()},
        )
        for guessed in guess(look(address, GROUP.time_zone), known_names())
    }
    assert found == {
        name: (feed.table, {column: entry.column for column, entry in feed.columns.items()})
        for name, feed in known.feeds.items()
    }


def test_nobody_s_data_stands_in_a_draft(dealer, tmp_path):
    foreign.make_foreign(dealer.engine, END)
    text = written(dealer.connection, tmp_path).read_text(encoding="utf-8")
    personal = (("t_wxgd", "sxr"), ("t_wxgd", "sxrdh"), ("t_wxgd", "cph"), ("t_wxgd", "cjh"))
    personal += (("t_xsdd", "khxm"), ("t_xsdd", "khdh"), ("t_ygxx", "xm"), ("t_ygxx", "sj"))
    with dealer.engine.connect() as connection:
        for name, column in personal:
            values = connection.execute(select(foreign.METADATA.tables[name].c[column])).scalars()
            assert [value for value in values if value in text] == []


def test_what_nobody_decided_is_refused_with_file_line_and_key(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        foreign.make_foreign(dealer.engine, END)
        draft = drafted(dealer.connection)
        file = written(dealer.connection, tmp_path)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert draft.to_decide == sum(line.split("#")[0].rstrip().endswith("TODO") for line in lines)
    with pytest.raises(ConfigurationError, match="say what 'CA' means as brand") as caught:
        read_dealer_system(file)
    assert caught.value.line is not None
    assert lines[caught.value.line - 1].strip().startswith('"CA": TODO')


def test_a_feed_without_a_time_of_change_is_refused_until_somebody_names_one(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {
                "ro_no": f"R{row:03d}",
                "store_code": "A1",
                "vin": "LSVAA4182E2184847",
                "status": "open",
            }
            for row in range(20)
        ]
        table(dealer.engine, "repair_order", rows)
        assert drafted(dealer.connection).feeds[0].lacks_cursor
        file = written(dealer.connection, tmp_path)
        text = file.read_text(encoding="utf-8").replace("{value: TODO}", "{value: SKODA}")
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError, match="it needs a cursor"):
            read_dealer_system(file)


def test_a_column_of_a_key_that_is_not_found_is_asked_for(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [{"ro_no": f"R{row:03d}", "vin": "LSVAA4182E2184847"} for row in range(20)]
        table(dealer.engine, "repair_order", rows)
        assert drafted(dealer.connection).feeds[0].missing_key == ("store_code",)
        with pytest.raises(ConfigurationError, match="store_code is part of the key"):
            read_dealer_system(written(dealer.connection, tmp_path))


def test_values_beat_names(tmp_path):
    vins = [f"LSVAA41{digit}2E21848{row:02d}" for row, digit in enumerate("0123456789X" * 3)]
    rows: list[dict[str, Any]] = [
        {"ro_no": f"R{row:03d}", "store_code": "A1", "vin": f"P{row}", "x1": vin, "opened_at": "?!"}
        for row, vin in enumerate(vins)
    ]
    for row in rows:
        row["x1"] = "LSVAA4182E2184847"
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        table(dealer.engine, "repair_order", rows)
        columns = drafted(dealer.connection).feeds[0].guess.columns
    assert columns["vin"].source.name == "x1"
    assert "opened_at" not in columns


def test_a_number_that_only_the_database_knows_is_no_order_number(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {
                "order_id": row,
                "so_no": f"S{row:03d}",
                "store_code": "A1",
                "vin": "LSVAA4182E2184847",
            }
            for row in range(20)
        ]
        table(dealer.engine, "sales_order", rows, Column("order_id", Integer, primary_key=True))
        columns = drafted(dealer.connection).feeds[0].guess.columns
    assert columns["order_no"].source.name == "so_no"


def test_a_blank_time_of_change_takes_the_time_of_making(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {**order(f"R{row}"), "updated_at": None, "created_at": order("R")["changed"]}
            for row in range(9)
        ]
        rows[0]["updated_at"] = rows[0]["created_at"]
        for row in rows:
            del row["changed"], row["settled"], row["state"], row["amount"]
        times = [Column(name, DateTime) for name in ("updated_at", "created_at")]
        table(dealer.engine, "repair_order", rows, *times)
        assert drafted(dealer.connection).feeds[0].cursor == ("updated_at", "created_at")


def test_another_database_of_the_server_is_only_remarked(request, tmp_path):
    with (
        dealer_database("mariadb", request, tmp_path) as other,
        dealer_database("mariadb", request, tmp_path) as own,
    ):
        foreign.make_foreign(other.engine, END)
        rows = [
            {"工单号": f"W{row:02d}", "门店": "A1", "车架号": "LSVAA4182E2184847",
             "末次修改": f"2026-06-{row:02d} 09:05:00"}
            for row in range(1, 20)
        ]  # fmt: skip
        table(own.engine, "维修工单", rows)
        draft = drafted(own.connection)
        database = other.connection.database
        assert [feed.guess.table.name for feed in draft.feeds] == ["维修工单"]
        assert draft.elsewhere[f"{database}.t_wxgd"] == "repair_order"
        file = written(own.connection, tmp_path).read_text(encoding="utf-8")
        named = [
            line.split("#")[0] for line in file.splitlines() if not line.strip().startswith("#")
        ]
        assert database not in "".join(named)


def test_a_table_that_may_not_be_read_is_named_and_hides_no_other(request, tmp_path):
    with dealer_database("postgres", request, tmp_path) as dealer:
        foreign.make_foreign(dealer.engine, END)
        login = f"reader_{tmp_path.name.replace('-', '_')}"[:60]
        dealer.run(
            f"create role {login} login password 'pw'",
            f"grant select on t_mdxx, t_ygxx to {login}",
        )
        try:
            seen = look(dealer.connection_as(login, "pw"), GROUP.time_zone)
        finally:
            dealer.run(f"drop owned by {login}", f"drop role {login}")
    forbidden = {table.name: table.is_forbidden for table in seen.tables}
    assert forbidden["t_wxgd"]
    assert not forbidden["t_mdxx"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_files_of_many_stores_and_days_are_one_pattern(tmp_path, encoding):
    rows = [order(f"R{row}", state="已结算") for row in range(30)]
    titles = [*COLUMNS[:-1], "修改时间"]
    renamed = [{**row, "修改时间": row["changed"]} for row in rows]
    for day in ("20260629", "20260630"):
        for store in ("A", "B"):
            csv_file(tmp_path / day / f"{store}店_工单.csv", renamed, encoding, titles)
    draft = drafted(folder_connection(tmp_path))
    layout = draft.feeds[0].guess.table.layout
    assert layout is not None
    assert layout.name == "{day:%Y%m%d}/*店_工单.csv"
    assert layout.encoding == ("gbk" if encoding == "gb18030" else "utf-8")
    assert len(layout.files) == 4
    assert draft.feeds[0].guess.feed.name == "repair_order"


def test_a_title_above_the_header_of_a_workbook_is_passed_over(tmp_path):
    rows = [order(f"R{row}") for row in range(9)]
    file = xlsx_file(tmp_path / "工单_2026-06-30.xlsx", rows)
    from openpyxl import load_workbook

    workbook = load_workbook(file)
    workbook.worksheets[0].insert_rows(1)
    workbook.worksheets[0]["A1"] = "维修工单日报"
    workbook.save(file)
    layout = drafted(folder_connection(tmp_path)).feeds[0].guess.table.layout
    assert layout is not None
    assert (layout.name, layout.header_row) == ("工单_{day:%Y-%m-%d}.xlsx", 2)


def test_a_connection_that_leads_nowhere_is_said_without_its_password(postgres):
    gone = replace(
        Connection("source", "postgres", "127.0.0.1", 1, "reader", "s3cret", "dms"), port=1
    )
    with pytest.raises(Exception, match="connection source does not answer") as caught:
        look(gone, GROUP.time_zone)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        (["2026/06/28 09:05", "2025/12/31 23:59"], "%Y/%m/%d %H:%M"),
        (["2026-06-28 09:05:01", "2026-06-28 09:05:01.250"], "%Y-%m-%d %H:%M:%S"),
        (["20260628 09:05:01"], "%Y%m%d %H:%M:%S"),
        (["2026/6/28 9:05", "2026/12/1 12:00"], None),
        (["28/06/2026 09:05", "01/12/2025 12:00"], None),
        ([], None),
    ],
)
def test_texts_are_a_cursor_where_they_sort_like_times(texts, written):
    assert format_of(texts) == written


def test_seconds_since_1970_are_known_by_name_and_size(dealer):
    make_stranger(dealer.engine)
    found = drafted(dealer.connection)
    text = text_of(found)
    assert '    cursor: zhxg\n    cursor_format: "unix"\n' in text
    assert "invoiced_on: {column: kprq, format: unix}" in text
    (orders,) = (feed for feed in found.feeds if feed.guess.feed.name == "repair_order")
    assert orders.candidates[0].column.name == "zhxg"
    newest = orders.candidates[0].newest
    assert newest is not None
    assert f"{newest:%Y-%m-%d %H:%M}" == "2026-06-29 17:00"


def test_money_is_to_be_checked_and_its_unit_proposed(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        make_stranger(dealer.engine)
        text = written(dealer.connection, tmp_path).read_text(encoding="utf-8")
    (price,) = (line for line in text.splitlines() if "price:" in line)
    assert price.split("#")[0].strip() == "price: {column: cjj, unit: fen}"
    assert "please check: read as fen, median 153,330 yuan" in price


def test_people_in_a_table_of_their_own_are_joined_by_a_view(dealer, tmp_path):
    make_stranger(dealer.engine)
    file = written(dealer.connection, tmp_path)
    lines = file.read_text(encoding="utf-8").splitlines()
    asked = next(row for row, line in enumerate(lines) if "TODO deliverer_phone" in line)
    assert "t_kh has phones, and khid leads to it" in lines[asked + 1]
    view = lines[asked + 2].removeprefix("      #   ").rstrip(";")
    assert "p.khmc, p.lxdh" in view
    assert "zjhm" not in view
    dealer.run(view)
    seen = look(dealer.connection, GROUP.time_zone)
    (made,) = (table for table in seen.tables if table.name == "v_t_wx_gd")
    assert made.column("lxdh").share("phone") == 1


def test_a_table_of_stores_with_strange_names_is_proposed_by_its_values(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        make_stranger(dealer.engine)
        for column in ("jgqc", "zypp", "szcs", "kyrq"):
            dealer.run(f"alter table t_jg rename column {column} to q_{column[:2]}")
        text = text_of(drafted(dealer.connection))
        assert (
            "stores: t_jg (2 rows; columns jgid, jgdm, q_jg, q_zy, q_sz, q_ky; its jgdm has the values of t_ry.jgdm, t_cl_dd.jgdm"
            in text
        )
        for name in ("t_jg", "t_ry", "t_cl_dd", "t_wx_gd"):
            dealer.run(f"alter table {name} rename column jgdm to q9")
        draft = drafted(dealer.connection)
    lines = text_of(draft).splitlines()
    assert draft.names_stores is None
    (asked,) = (line for line in lines if "TODO store:" in line)
    assert (
        "t_jg (2 rows; columns jgid, q9, q_jg, q_zy, q_sz, q_ky; its q9 has the values of t_ry.q9, t_cl_dd.q9, t_wx_gd.q9)"
        in asked
    )
    missing = [line for line in lines if "TODO store_code:" in line]
    assert len(missing) == 3
    assert all("columns that are left:" in line and "q9" in line for line in missing)
    assert draft.to_decide == sum("TODO" in line for line in lines)


def test_times_that_do_not_sort_are_no_cursor_of_a_draft(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {"工单号": f"W{row:02d}", "门店": "A1", "车架号": "LSVAA4182E2184847",
             "末次修改": f"2026/6/{row} 9:05"}
            for row in range(1, 20)
        ]  # fmt: skip
        table(dealer.engine, "维修工单", rows)
        (feed,) = drafted(dealer.connection).feeds
    assert feed.lacks_cursor
    assert [one.is_sorted for one in feed.candidates] == [False]


def test_a_needed_column_that_is_not_found_is_asked_for_beside_what_is_left(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {
                "ro_no": f"R{row:03d}",
                "store_code": "A1",
                "vin": "LSVAA4182E2184847",
                "q7": f"x{row}",
            }
            for row in range(20)
        ]
        table(dealer.engine, "repair_order", rows)
        draft = drafted(dealer.connection)
        lines = written(dealer.connection, tmp_path).read_text(encoding="utf-8").splitlines()
    asked = [line.split(":")[0].split()[-1] for line in lines if "without it" in line]
    assert asked == [
        "ro_type", "status", "opened_at", "settled_at", "service_advisor_no", "deliverer_name", "deliverer_phone",
    ]  # fmt: skip
    assert all("TODO" in line and "q7" in line for line in lines if "without it" in line)
    assert draft.to_decide == len(asked) + 2


def test_a_column_of_codes_that_is_not_found_is_proposed_with_their_meanings(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {
                "ro_no": f"R{row:03d}",
                "store_code": "A1",
                "vin": "LSVAA4182E2184847",
                "q7": ("3", "5", "8")[row % 3],
                "q8": f"川B{row % 4}E94Z",
                "q9": ("客户在店等，先做保养再看", "异响，客户要求退机油")[row % 2],
            }
            for row in range(30)
        ]
        table(dealer.engine, "repair_order", rows)
        said = (("3", "已结算"), ("5", "已作废"), ("8", "挂账"))
        table(dealer.engine, "dm", [{"dm": code, "mc": text} for code, text in said])
        draft = drafted(dealer.connection)
        lines = text_of(draft).splitlines()
    asked = next(row for row, line in enumerate(lines) if "TODO status:" in line)
    assert [line.removeprefix("      #").strip() for line in lines[asked + 1 : asked + 4]] == [
        "it may be q7: 3×10 已结算 = settled, 5×10 已作废 = cancelled, 8×10 挂账 = ?; then write:",
        "status: {column: q7, codes: repair_order_status}",
        'and below codes: repair_order_status: {"3": settled, "5": cancelled, "8": …}',
    ]
    assert not any("川B" in line or "异响" in line for line in lines)
    assert draft.to_decide == sum("TODO" in line for line in lines)


def test_without_a_table_of_stores_they_are_taken_from_where_they_are_named(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {
                "工号": f"E{row:03d}",
                "姓名": "张某",
                "门店": "A1",
                "岗位": "服务顾问",
                "入职": "2020/01/02",
            }
            for row in range(20)
        ]
        table(dealer.engine, "员工", rows)
        file = written(dealer.connection, tmp_path)
        with pytest.raises(ConfigurationError, match="say which brand it is"):
            read_dealer_system(file)
        text = file.read_text(encoding="utf-8").replace("{value: TODO}", "{value: SKODA}")
        file.write_text(text, encoding="utf-8")
        stores = read_dealer_system(file).feeds["store"]
    assert stores.table == "员工"
    assert {name: column.column for name, column in stores.columns.items()} == {
        "store_code": "门店", "name": "门店", "brand": None,
    }  # fmt: skip


def test_places_to_decide_are_counted_alike_in_a_draft_and_by_whoever_reads_it(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        make_stranger(dealer.engine)
        dealer.run(
            "alter table t_wx_gd rename column zhxg to q1",
            "alter table t_wx_gd rename column jgdm to q2",
        )
        draft = drafted(dealer.connection)
    text = text_of(draft)
    file = tmp_path / "dms.yaml"
    file.write_text(text, encoding="utf-8")
    asked = [number for number, line in enumerate(text.splitlines(), 1) if "TODO" in line]
    assert draft.to_decide == len(asked)
    assert f"places to decide: {len(asked)}." in text.splitlines()[0]
    with pytest.raises(ConfigurationError, match=f"; {len(asked) - 1} more to decide") as caught:
        read_dealer_system(file)
    told = [int(line) for line in re.findall(r"line (\d+) ", str(caught.value))]
    assert len(told) == len(set(told)) == len(asked) - 1
    assert set(told) < set(asked)
    for name in ("feeds.repair_order.cursor", "feeds.repair_order.columns.store_code"):
        assert f" {name}," in str(caught.value)


def test_all_that_nobody_decided_is_told_at_once(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        foreign.make_foreign(dealer.engine, END)
        file = written(dealer.connection, tmp_path)
    lines = file.read_text(encoding="utf-8").splitlines()
    with pytest.raises(ConfigurationError) as caught:
        read_dealer_system(file)
    told = [int(line) for line in re.findall(r"line (\d+) ", str(caught.value))]
    assert sorted([caught.value.line, *told]) == [
        number
        for number, line in enumerate(lines, 1)
        if line.split("#")[0].rstrip().endswith("TODO")
    ]


def test_the_one_customer_of_a_visit_is_who_is_called_and_to_be_checked(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {
                "ro_no": f"R{row:03d}",
                "store_code": "A1",
                "vin": "LSVAA4182E2184847",
                "cust_name": f"王{'一二三四五六七八九十'[row % 10]}",
            }
            for row in range(20)
        ]
        table(dealer.engine, "repair_order", rows)
        lines = written(dealer.connection, tmp_path).read_text(encoding="utf-8").splitlines()
    (named,) = (line for line in lines if line.strip().startswith("deliverer_name:"))
    assert "cust_name" in named
    assert "please check" in named


def test_the_number_of_a_customer_is_not_what_they_are_called(tmp_path):
    with dealer_database("sqlite", None, tmp_path) as dealer:  # type: ignore[arg-type]
        rows = [
            {"order_no": f"S{row:03d}", "store_code": "A1", "vin": "LSVAA4182E2184847"}
            | {"customer": str(1000 + row), "sign_date": "2026-06-01"}
            for row in range(20)
        ]
        table(dealer.engine, "sales_order", rows)
        lines = written(dealer.connection, tmp_path).read_text(encoding="utf-8").splitlines()
    assert any("TODO customer_name" in line for line in lines)
