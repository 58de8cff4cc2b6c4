"""Records are taken apart by paths; one that does not fit says why, and only that one."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.sources.nested import Records, fault, found

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=12,
)
PATHS = (
    "a",
    "a.b",
    "a[0].b",
    "a[?b=='x'].c | [0]",
    "join('', a)",
    "a[?contains(b, 'x')] | [0]",
    "sort_by(a, &b)[0].c",
    "max_by(a, &b).c",
    "to_number(a) || length(b)",
    "a < b && c",
    "sum(a) || avg(b) || ceil(c)",
    "keys(a)[0] || type(b)",
    "merge(a, b).c || reverse(a) || to_string(a)",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(json_values, max_size=5), st.sampled_from([None, "a", "a[].b", "length(a)"]))
def test_no_record_is_more_than_a_path_can_bear(records: list[Any], each: str | None) -> None:
    for path in PATHS:
        for cells, reason in Records([path], each).rows(records):
            assert not isinstance(cells[path], list | dict)
            assert reason is None or cells == {path: None}
    assert found("rows", records) is None


@settings(max_examples=60, deadline=None)
@given(st.text(string.printable, max_size=12))
def test_an_expression_without_fault_can_be_used(path: str) -> None:
    if fault(path) is None:
        list(Records([path]).rows([{"a": 1}]))


def test_an_old_way_of_writing_a_text_is_a_fault() -> None:
    assert "no JSON" in (fault("a || `none`") or "")


@pytest.mark.parametrize(
    "path", ["a[1:]", "a[?b > `3`].c | [-1]", "@", "a.*.b", "not_null(a, b, c)"]
)
def test_all_that_jmespath_knows_is_no_fault(path: str) -> None:
    assert fault(path) is None


def test_exact_numbers_and_truth_stay_what_they_are() -> None:
    [(cells, reason)] = Records(["a", "b", "c"]).rows([{"a": 1, "b": True}])
    assert (cells, reason) == ({"a": 1, "b": True, "c": None}, None)
