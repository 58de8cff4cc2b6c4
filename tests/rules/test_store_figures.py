"""A store's place among the stores of its brand."""

from decimal import Decimal
from typing import Any

import pytest

from aftercare.rules.store_figures import StoreFigure, store_figures


def sums(store_code: str, numerator: int, denominator: int = 20, **values: Any) -> dict[str, Any]:
    return {
        "store_code": store_code,
        "brand": "SKODA",
        "role": "SC",
        "kpi_id": "satisfied_share",
        "credit": "person",
        "direction": "higher",
        "numerator": Decimal(numerator),
        "denominator": Decimal(denominator),
        "excluded": Decimal(0),
        "target": Decimal("0.9"),
        "targets": 1,
    } | values


def figure(rows: list[dict[str, Any]], store_code: str = "A") -> StoreFigure:
    (found,) = store_figures(rows, minimum_n=10, median_stores=3)[store_code]
    return found


def test_equal_figures_share_the_better_place() -> None:
    rows = [sums("A", 18), sums("B", 27, 30), sums("C", 10), sums("D", 20)]
    assert [figure(rows, store).place for store in "ABCD"] == [2, 2, 4, 1]
    assert figure(rows).ranked == 4


def test_of_a_figure_that_shall_stay_low_the_lowest_is_first() -> None:
    rows = [sums("A", 3, direction="lower"), sums("B", 1, direction="lower")]
    assert (figure(rows).place, figure(rows, "B").place) == (2, 1)


def test_too_few_rows_give_no_place_and_count_for_no_median() -> None:
    rows = [sums("A", 9, 9), sums("B", 12), sums("C", 14), sums("D", 16)]
    assert (figure(rows).place, figure(rows).ranked) == (None, 3)
    assert figure(rows).median == Decimal("0.7")


def test_stores_of_another_brand_or_post_are_no_peers() -> None:
    rows = [sums("A", 10), sums("B", 20, brand="CHANGAN"), sums("C", 20, role="AC")]
    assert (figure(rows).place, figure(rows).ranked, figure(rows).peers) == (1, 1, 1)


def test_a_store_with_too_few_rows_is_a_peer_all_the_same() -> None:
    rows = [sums("A", 10), sums("B", 2, 3)]
    assert (figure(rows).ranked, figure(rows).peers) == (1, 2)


@pytest.mark.parametrize(("others", "median"), [("B", None), ("BC", Decimal("0.5"))])
def test_a_median_of_few_stores_would_tell_another_ones_figure(
    others: str, median: Decimal | None
) -> None:
    rows = [sums("A", 10), *(sums(store, 10) for store in others)]
    assert figure(rows).median == median


def test_nothing_due_is_no_figure_and_several_targets_are_none() -> None:
    empty = figure([sums("A", 0, 0)])
    assert (empty.value, empty.place, empty.is_target_met) == (None, None, None)
    assert figure([sums("A", 1, targets=2)]).is_target_met is None
    assert figure([sums("A", 18)]).is_target_met is True
