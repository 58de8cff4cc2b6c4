"""What a code means is said by a dictionary, and never by a table of people or of records."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aftercare.sources.dictionaries import dictionary_tables, said_of
from aftercare.sources.names import known_names
from aftercare.sources.probe import TableLook
from aftercare.sources.profile import ColumnLook

CODES = {"1", "2", "3", "9"}
TEXTS = ("已开单", "维修中", "已竣工", "已作废")


def looked_at(name: str, **cells: Sequence[object]) -> TableLook:
    columns = tuple(ColumnLook(column, "text", values) for column, values in cells.items())
    return TableLook(name, columns, len(columns[0].sample))


def said(*tables: TableLook) -> dict[str, str]:
    return said_of(CODES, dictionary_tables(tables, known_names()), lambda _: None)


def test_a_small_table_that_knows_every_code_explains_them():
    assert said(looked_at("zt", dm=[1, 2, 3, 9], mc=TEXTS)) == dict(zip("1239", TEXTS, strict=True))


def test_a_small_table_that_lacks_a_code_explains_none():
    assert said(looked_at("zt", dm=[1, 2, 3, 4], mc=TEXTS)) == {}


def test_one_kind_of_a_dictionary_may_lack_a_code_that_nobody_knows():
    kinds = ["pp", "pp", "zt", "zt", "zt"]
    table = looked_at("dm", lx=kinds, dm=["A", 3, 1, 2, 3], mc=["甲", "乙", *TEXTS[:3]])
    assert said(table) == {"1": "已开单", "2": "维修中", "3": "已竣工"}


@pytest.mark.parametrize(
    "more",
    [
        {"lxdh": ["13812345678", None, None, None]},
        {"cph": ["浙A12345", None, None, None]},
        {"remark": ["a", "b", "c", "13812345678"]},
        {"khmc": ["a", "b", "c", "d"]},
        {"xm": ["王军强", "赵强", "李超伟", "冯勇"]},
        {"联系电话": [None] * 4},
    ],
)
def test_a_table_with_a_column_of_people_is_no_dictionary(more):
    assert said(looked_at("zt", dm=[1, 2, 3, 9], mc=TEXTS, **more)) == {}


def test_names_of_people_are_no_meanings():
    table = looked_at("zt", dm=[1, 2, 3, 9], mc=["王军强", "赵强", "李超伟", "冯勇"])
    assert said(table) == {}


@pytest.mark.parametrize("more", ["，电话13812345678", "，" + 20 * "详细说明"])
def test_long_texts_and_numbers_are_no_meanings(more):
    assert said(looked_at("zt", dm=[1, 2, 3, 9], mc=[text + more for text in TEXTS])) == {}


def test_ids_that_count_up_know_the_codes_of_no_other_table():
    texts = [f"供应商{row}" for row in range(30)]
    assert said(looked_at("gys", gysid=range(1, 31), mc=texts)) == {}
    kinds = ["甲", "乙"] * 15
    assert said(looked_at("gys", gysid=range(1, 31), mc=texts, lb=kinds)) == {}


def test_a_table_like_a_feed_is_no_dictionary():
    orders = looked_at(
        "repair_order",
        ro_no=["1", "2", "3", "9"],
        status=TEXTS,
        store_code=["A", "B", "C", "D"],
        opened_at=["2026-06-01"] * 4,
        settled_at=["2026-06-02"] * 4,
    )
    assert said(orders) == {}


def test_what_is_the_same_for_every_code_is_no_meaning():
    assert said(looked_at("zt", dm=[1, 2, 3, 9], mc=["HZ2"] * 4)) == {}


def test_a_table_that_was_seen_in_part_is_no_dictionary():
    whole = looked_at("zt", dm=[1, 2, 3, 9], mc=TEXTS)
    assert said(TableLook(whole.name, whole.columns, 5)) == {}
    assert said(TableLook(whole.name, whole.columns, None)) == {}
