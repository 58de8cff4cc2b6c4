"""A REST mapping that is wrong says where, and what to do, before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.sources.dealer_system import RestFeedMap
from aftercare.sources.mapping import read_dealer_system

REST = """\
system: dms
title: {zh: 测试, en: Test}
kind: rest
connection: source
time_zone: Asia/Shanghai
requests_per_second: 2.5
feeds:
  repair_order:
    path: orders
    method: post
    parameters: {page: "{page}"}
    body: {since: "{start:%Y-%m-%d}"}
    rows: data.rows
    paging: {by: page}
    version: changed
    columns:
      store_code: dealer.code
      ro_no: ro_no
      status: {column: "states[?now] | [0].code", codes: state}
codes:
  state: {1: open, 2: settled}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "dms.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_pattern_that_the_cases_change_is_right(tmp_path: Path) -> None:
    mapped = read_dealer_system(write(tmp_path, REST)).feeds["repair_order"]
    assert isinstance(mapped, RestFeedMap)
    assert mapped.source_columns == ("dealer.code", "ro_no", "states[?now] | [0].code", "changed")
    assert mapped.naming("repair_order") == ("dealer.code", "ro_no")


@pytest.mark.parametrize("path", sorted((PROJECT / "include/mappings/ready").glob("*.yaml")))
def test_the_ready_mappings_are_right(path: Path) -> None:
    assert read_dealer_system(path).system == path.stem


WRONG = [
    ("requests_per_second: 2.5", "requests_per_second: 0", "6: requests_per_second: Input should be greater"),
    ("rows: data.rows", "rows: 'data.[rows'", "13: feeds.repair_order.rows: is no JMESPath expression"),
    ("ro_no: ro_no", "ro_no: ro no", "18: feeds.repair_order.columns.ro_no: is no JMESPath expression, near character 4"),
    ("ro_no: ro_no", "ro_no: upper(ro_no)", "18: feeds.repair_order.columns.ro_no: there is no function upper"),
    ("ro_no: ro_no", "ro_no: a[?contains(b)]", "18: feeds.repair_order.columns.ro_no: function contains takes 2 arguments, not 1"),
    ("ro_no: ro_no", "ro_no: abs(a, b)", "18: feeds.repair_order.columns.ro_no: function abs takes 1 arguments, not 2"),
    ("version: changed", "version: 'chan-ged'", "15: feeds.repair_order.version: is no JMESPath expression"),
    ("version: changed", "each: '['", "15: feeds.repair_order.each: is no JMESPath expression"),
    ("version: changed", "needs: ['[']", "15: feeds.repair_order.needs: is no JMESPath expression"),
    ("{by: page}", "{by: page, more: '['}", "14: feeds.repair_order.paging.more: is no JMESPath expression"),
    ("{by: page}", "{by: pages}", "14: feeds.repair_order.paging: Input tag 'pages'"),
    ("{by: page}", "{by: cursor}", "14: feeds.repair_order.paging.cursor.next: Field required"),
    ("{by: page}", "{by: offset}", "11: feeds.repair_order.parameters: {page} stands for nothing here; use {start}, {end}, {day}, {offset}"),
    ('"{page}"', "1", "14: feeds.repair_order.paging: paging by page needs {page} in parameters, body or path"),
    ("{start:%Y-%m-%d}", "{start!r}", '12: feeds.repair_order.body: braces hold a placeholder, like "{start:%Y-%m-%d}"'),
    ("{start:%Y-%m-%d}", "{start.year}", "12: feeds.repair_order.body: braces hold a placeholder"),
    ("{start:%Y-%m-%d}", "{start", "12: feeds.repair_order.body: braces hold a placeholder"),
    ("{start:%Y-%m-%d}", "{}", "12: feeds.repair_order.body: braces hold a placeholder"),
    ('"{page}"', '"{page:%Y}"', "11: feeds.repair_order.parameters: braces hold a placeholder"),
    ("{start:%Y-%m-%d}", "{today}", "12: feeds.repair_order.body: {today} stands for nothing here"),
    ("{start:%Y-%m-%d}", "2026", "8: feeds.repair_order: repair_order grows, so ask for what changed: put {start}"),
    ("version: changed", "read_whole: true", "15: feeds.repair_order.read_whole: give {start} or read_whole, not both"),
    ("method: post", "method: get", "12: feeds.repair_order.body: a request by get has no body; write method: post"),
    ("path: orders", "path: https://dms.example.com/orders", "9: feeds.repair_order.path: give the path only; the address is the connection's host"),
    ("path: orders", "path: orders?all=1", "9: feeds.repair_order.path: what stands after the question mark belongs to parameters"),
    ("path: orders", "table: orders", "8: feeds.repair_order"),
    ("codes: state}", "codes: states}", "19: feeds.repair_order.columns.status.codes: there is no code dictionary states"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_named_with_its_place(
    right: str, wrong: str, message: str, tmp_path: Path
) -> None:
    path = write(tmp_path, REST.replace(right, wrong, 1))
    with pytest.raises(ConfigurationError) as told:
        read_dealer_system(path)
    assert str(told.value).startswith(f"{path}:{message}")
