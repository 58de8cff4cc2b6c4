"""Money is in yuan from here on, whatever unit a system has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aftercare.sources.money import (
    UNITS,
    Unit,
    amounts,
    is_beyond,
    is_usual,
    likely_unit,
    median,
    unit_for,
)


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [
        ("￥1,234.50", "yuan", "1234.5"),
        (123450, "fen", "1234.5"),
        ("12.98万", "wan", None),
        ("12.98", "wan", "129800"),
        (100, "fen", "1"),
        (None, "fen", None),
        ("-", "wan", None),
    ],
)
def test_amounts_are_in_yuan(raw: object, unit: Unit, value: str | None) -> None:
    [found] = amounts([raw], unit).values
    assert (None if found is None else str(found)) == value


def test_an_amount_that_cannot_be_read_stays_as_it_was() -> None:
    assert amounts(["abc", 5], "fen").unreadable == {0: "abc"}
    assert amounts([Decimal(10) ** 11], "wan").unreadable == {0: "100000000000"}


@pytest.mark.parametrize(
    ("feed", "column", "middle", "unit"),
    [
        ("sales_order", "price", 158_000, None),
        ("sales_order", "price", 15_800_000, "fen"),
        ("sales_order", "price", 15, "wan"),
        ("repair_order", "amount", 450, None),
        ("repair_order", "amount", 45_000, "fen"),
        ("repair_order", "amount", 0, "none"),
    ],
)
def test_an_unusual_median_names_the_unit_that_would_make_it_usual(
    feed: str, column: str, middle: int, unit: str | None
) -> None:
    assert is_usual(feed, column, Decimal(middle)) == (unit is None)
    assert unit_for(feed, column, Decimal(middle)) == (unit if unit in UNITS else None)
    assert likely_unit(feed, column, [middle, None]) == (unit if unit in UNITS else "yuan")


def test_the_median_is_of_what_is_filled_and_can_be_read() -> None:
    assert median([None, "?", 300, 100, 200], "fen") == 2
    assert median([None, "?"], "yuan") is None


def test_the_unit_that_is_mapped_is_not_proposed_again() -> None:
    assert unit_for("sales_order", "price", Decimal(15_800_000), "fen") is None
    assert unit_for("sales_order", "price", Decimal(1_580), "fen") == "yuan"


@pytest.mark.parametrize(
    ("middle", "beyond"),
    [(13_948_127_131, True), (15_800_000, False), (158_000, False), (0, False)],
)
def test_what_is_too_much_in_any_unit_is_hardly_money(middle: int, beyond: bool) -> None:
    assert is_beyond("sales_order", "price", Decimal(middle)) == beyond
