"""A mapping file that is wrong says where, and what to do."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.sources.codes import code_key
from aftercare.sources.dealer_system import SqlFeedMap
from aftercare.sources.mapping import read_dealer_system

SQL = """\
system: dms
title: {zh: 测试, en: Test}
kind: sql
connection: source
time_zone: Asia/Shanghai
feeds:
  repair_order:
    table: tt_order
    cursor: changed
    columns:
      store_code: dealer
      ro_no: ro_no
      status: {column: state, codes: state}
      is_reversed: {column: is_red, codes: red}
      opened_at: {column: opened, format: "%Y/%m/%d %H:%M"}
codes:
  state: {12551001: open, "12551010": settled}
  red: {1: true, 0: false}
"""
FILES = """\
system: dms
title: {zh: 测试, en: Test}
kind: files
connection: source
time_zone: Asia/Shanghai
feeds:
  store:
    pattern: "{day:%Y%m%d}/*.csv"
    format: csv
    encoding: gbk
    columns:
      store_code: 代码
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "dms.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_patterns_that_the_cases_change_are_right(tmp_path: Path) -> None:
    assert read_dealer_system(write(tmp_path, SQL)).lag_days == 3
    assert read_dealer_system(write(tmp_path, FILES)).kind == "files"


@pytest.mark.parametrize("path", sorted((PROJECT / "include/mappings/dealer").glob("*.yaml")))
def test_the_mappings_of_this_installation_are_right(path: Path) -> None:
    assert read_dealer_system(path).system == path.stem


WRONG = [
    (
        SQL,
        "system: dms",
        "system: other",
        "1: system: the file is called dms.yaml; call the system dms",
    ),
    (SQL, "kind: sql", "kind: odbc", "3: kind: kind is sql, files or rest"),
    (SQL, "connection: source\n", "", "1: connection: Field required"),
    (
        SQL,
        "Asia/Shanghai",
        "Asia/Hangzhou",
        "5: time_zone: there is no time zone Asia/Hangzhou",
    ),
    (
        SQL,
        "repair_order:",
        "repair_orders:",
        "7: feeds.repair_orders: there is no such feed (is it repair_order?); feeds are store, "
        "employee, sales_order, repair_order, call_result, complaint, contact_number, "
        "external_score, insurance_policy, lead, booking, consent, preference, referral, target, "
        "rating, regional_rank, nomination",
    ),
    (
        SQL,
        "opened_at: {",
        "opend_at: {",
        "15: feeds.repair_order.columns.opend_at: feed repair_order has no column opend_at "
        "(is it opened_at?)",
    ),
    (
        SQL,
        "      ro_no: ro_no\n",
        "",
        "10: feeds.repair_order.columns: ro_no is part of the key of repair_order; map it",
    ),
    (
        SQL,
        "codes: state}",
        "codes: status}",
        "13: feeds.repair_order.columns.status.codes: there is no code dictionary status "
        "(is it state?); add it under codes",
    ),
    (
        SQL,
        "12551001: open",
        "12551001: opened",
        "17: codes.state.12551001: 'opened' is no status; use one of open, submitted, settled, cancelled",
    ),
    (
        SQL,
        "{1: true,",
        "{1: ja,",
        "18: codes.red.1: 'ja' is no is_reversed; use one of true, false",
    ),
    (
        SQL,
        "12551001: open,",
        '"12551010": open,',
        "17: '12551010' stands here twice",
    ),
    (
        SQL,
        "12551001: open,",
        "12551010: open,",
        "17: codes.state: two codes are the same when written as text; leave one of them out",
    ),
    (
        SQL,
        "{1: true,",
        "{yes: true,",
        '18: codes.red.yes: YAML reads yes as a truth value; write "yes"',
    ),
    (
        SQL,
        "ro_no: ro_no",
        'ro_no: {column: ro_no, format: "%Y"}',
        "12: feeds.repair_order.columns.ro_no.format: ro_no is no date or time; remove format",
    ),
    (
        SQL,
        "%Y/%m/%d %H:%M",
        "YYYY/MM/DD",
        "15: feeds.repair_order.columns.opened_at.format: 'YYYY/MM/DD' does not hold year, month and "
        'day; write it like "%Y-%m-%d %H:%M"',
    ),
    (
        SQL,
        "{column: opened, format",
        "{column: opened, codes: red, format",
        "15: feeds.repair_order.columns.opened_at.codes: opened_at is no code; remove codes",
    ),
    (
        SQL,
        "ro_no: ro_no",
        "ro_no: {}",
        "12: feeds.repair_order.columns.ro_no: give either a column or a value",
    ),
    (
        SQL,
        "      opened_at",
        "      ro_type: {value: mending}\n      opened_at",
        "15: feeds.repair_order.columns.ro_type.value: 'mending' is no ro_type; use one of repair, "
        "pre_delivery, rework, warranty",
    ),
    (
        SQL,
        "    cursor: changed\n",
        "",
        "7: feeds.repair_order: repair_order grows, so it needs a cursor: the column that says when a "
        "row changed; for a small table without one, write read_whole: true",
    ),
    (
        SQL,
        "    cursor: changed\n",
        "    cursor: changed\n    read_whole: true\n",
        "10: feeds.repair_order.read_whole: give a cursor or read_whole, not both",
    ),
    (
        SQL,
        "    cursor: changed\n",
        '    cursor: changed\n    cursor_format: "%d/%m/%Y"\n',
        "10: feeds.repair_order.cursor_format: texts that are written so do not sort like times; "
        "choose another cursor",
    ),
    (
        SQL,
        "codes:\n",
        "codes:\n  spare: {1: open}\n",
        "17: codes.spare: no column uses this code dictionary; name it under a column or remove it",
    ),
    (
        SQL,
        "    table: tt_order\n",
        "    tabel: tt_order\n",
        "7: feeds.repair_order.table: Field required (and 1 more)",
    ),
    (
        FILES,
        "encoding: gbk",
        "encoding: gkb",
        "10: feeds.store.encoding: there is no encoding gkb; use gbk, utf-8, latin-1 …",
    ),
    (
        FILES,
        "    encoding: gbk\n",
        "",
        "7: feeds.store: a CSV file needs its encoding: gbk, utf-8, latin-1 …",
    ),
    (
        FILES,
        "format: csv",
        "format: xlsx",
        "10: feeds.store.encoding: an XLSX file has no encoding; remove it",
    ),
    (
        FILES,
        "    encoding: gbk\n",
        "    encoding: gbk\n    sheet: 门店\n",
        "11: feeds.store.sheet: a CSV file has no sheets; remove sheet",
    ),
    (
        FILES,
        "{day:%Y%m%d}/",
        "{date}/",
        '8: feeds.store.pattern: only {day:…} may stand in braces, like "{day:%Y%m%d}/*.csv"',
    ),
    (
        FILES,
        "    format: csv\n",
        "    format: csv\n    version: {column: 更新, format: '%H:%M'}\n",
        "10: feeds.store.version.format: '%H:%M' does not hold year, month and day; write it like "
        '"%Y-%m-%d %H:%M"',
    ),
    (
        SQL,
        "    table: tt_order\n",
        "    table: tt_order\n    needz: [ro_no]\n",
        "9: feeds.repair_order.needz: there is no such key; near: needs",
    ),
    (
        SQL,
        "ro_no: ro_no",
        "ro_no: {column: ro_no, unit: fen}",
        "12: feeds.repair_order.columns.ro_no.unit: ro_no is no money; remove unit",
    ),
    (
        FILES,
        "    format: csv\n",
        "    format: csv\n    header_row: 0\n",
        "10: feeds.store.header_row: Input should be greater than or equal to 1",
    ),
    (
        FILES,
        "    format: csv\n",
        "    format: csv\n    delimiter: ', '\n",
        "10: feeds.store.delimiter: String should have at most 1 character",
    ),
]


@pytest.mark.parametrize(("right", "old", "new", "message"), WRONG, ids=lambda part: part[:40])
def test_what_is_wrong_is_named_by_file_line_and_key(
    right: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in right
    path = write(tmp_path, right.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as raised:
        read_dealer_system(path)
    assert str(raised.value) == f"{path}:{message}"


def test_a_file_that_is_missing_or_no_mapping_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml: cannot be read"):
        read_dealer_system(tmp_path / "none.yaml")
    with pytest.raises(ConfigurationError, match="is not a mapping; begin with `system:`"):
        read_dealer_system(write(tmp_path, "- one\n"))


@pytest.mark.parametrize(
    "raw", [12551010, "12551010", " １２５５１０１０ ", 12551010.0, Decimal("12551010.00")]
)
def test_a_code_is_one_code_however_it_is_written(raw: object) -> None:
    assert code_key(raw) == "12551010"


def test_codes_without_quotes_work(tmp_path: Path) -> None:
    system = read_dealer_system(write(tmp_path, SQL))
    assert system.codes["state"] == {"12551001": "open", "12551010": "settled"}
    assert system.codes["red"] == {"1": True, "0": False}


def test_a_table_is_asked_for_mapped_columns_only_and_once(tmp_path: Path) -> None:
    mapped = read_dealer_system(write(tmp_path, SQL)).feeds["repair_order"]
    assert isinstance(mapped, SqlFeedMap)
    assert mapped.source_columns == ("dealer", "ro_no", "state", "is_red", "opened", "changed")
    assert mapped.naming("repair_order") == ("dealer", "ro_no")


def test_the_mapping_of_the_cookbook_is_right(tmp_path: Path) -> None:
    page = (PROJECT / "docs/cookbook/connect-a-dealer-system.md").read_text("utf-8")
    [mapping] = re.findall(r"```yaml\n(system: west_dms\n.*?)```", page, re.DOTALL)
    path = tmp_path / "west_dms.yaml"
    path.write_text(mapping, "utf-8")
    assert list(read_dealer_system(path).feeds) == ["repair_order"]
