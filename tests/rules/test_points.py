"""Points of the supervisor's scorecard, with the numbers of the policy."""

from decimal import Decimal
from typing import Any

import pytest
from scored_month import house_policy

from aftercare.rules.period import last_day
from aftercare.rules.points import (
    Figure,
    Part,
    Points,
    completion,
    lowest,
    rank_points,
    rating_points,
    share_points,
    total,
    weighted,
)

DAY = last_day("2026-06")
ONE = Decimal(1)


def value(name: str) -> Any:
    return house_policy().value("skoda-dealer", "points", name, DAY).value


def insurance(renewals: Figure, new: Figure) -> Points:
    parts = [
        Part("renewal_completion", value("renewal_completion_factor"), renewals),
        Part("new_insurance_completion", value("new_insurance_completion_factor"), new),
    ]
    return weighted(parts, value("insurance_points_weight"))


def sales(completed: Figure, referred: Figure) -> Points:
    parts = [
        Part("sales_completion", value("sales_completion_factor"), completed),
        Part("referred_share", value("referred_share_factor"), referred),
    ]
    return weighted(parts, value("sales_points_weight"))


def rank(place: int | None, ranked: int | None) -> Points:
    return rank_points(
        place,
        ranked,
        value("satisfaction_points_curve"),
        value("satisfaction_points_least_ranked"),
        value("satisfaction_points_weight"),
    )


def rated(item: str, points: str | None) -> Points:
    return rating_points(
        Decimal(points) if points is not None else None,
        value(f"{item}_points_allowed"),
        value(f"{item}_points_weight"),
    )


def closed(done: int, due: int) -> Points:
    return share_points(done, due, value("complaint_points_weight"))


def test_a_plan_is_completed_at_most_once() -> None:
    assert completion(13, 20).value == Decimal("0.65")
    assert completion(25, 20).value == 1
    assert completion(0, 20).value == 0


def test_without_a_plan_a_completion_is_unknown_and_not_zero() -> None:
    assert completion(13, None) == Figure(None, "no_target")


@pytest.mark.parametrize("plan", [0, Decimal(0)])
def test_where_nothing_was_planned_a_completion_is_unknown_and_says_that(plan: Decimal) -> None:
    assert completion(13, plan) == Figure(None, "nothing_planned")
    assert completion(0, plan, due=0) == Figure(None, "nothing_planned")


def test_where_no_policy_was_due_the_completion_of_renewals_is_unknown() -> None:
    assert completion(0, 5, due=0) == Figure(None, "nothing_due")
    assert completion(0, 5, due=3) == Figure(Decimal(0), None)


def test_the_insurance_item_is_scaled_from_ten_to_its_twenty_and_keeps_both() -> None:
    found = insurance(completion(13, 20), completion(1, 4))
    assert (found.raw, found.maximum) == (Decimal("5.70"), 10)
    assert (found.points, found.weight) == (Decimal("11.4"), 20)
    assert insurance(Figure(ONE), Figure(ONE)).points == 20


def test_a_referral_share_counts_as_it_is_written() -> None:
    assert sales(Figure(ONE), Figure(Decimal("0.1"))).points == Decimal("15.5")


def test_an_item_that_lacks_a_part_is_unknown_and_names_it() -> None:
    found = insurance(Figure(ONE), Figure(None, "no_target"))
    assert (found.points, found.note) == (None, "lacks_new_insurance_completion")
    assert sales(Figure(None, "no_target"), Figure(ONE)).note == "lacks_sales_completion"


@pytest.mark.parametrize(
    ("place", "ranked", "points"),
    [
        (1, 1001, "30"),
        (201, 1001, "25"),
        (501, 1001, "15"),
        (801, 1001, "5"),
        (1001, 1001, "0"),
        (101, 1001, "27.5"),
        (351, 1001, "20"),
    ],
)
def test_the_edges_of_ranks_belong_to_both_bands(place: int, ranked: int, points: str) -> None:
    assert rank(place, ranked).points == Decimal(points)


def test_a_rank_just_behind_the_best_fifth_loses_just_a_little() -> None:
    behind = rank(202, 1001)  # 20.1 %
    assert behind.value == Decimal("0.201")
    assert behind.points is not None
    assert behind.points.quantize(Decimal("0.0001")) == Decimal("24.9667")
    assert behind.band == "20%–50%"


@pytest.mark.parametrize("place", range(1, 22))
def test_a_rank_of_the_best_fifth_earns_25_to_30_and_none_earns_more_than_the_one_before(
    place: int,
) -> None:
    points = rank(place, 21).points
    assert points is not None
    assert (points >= 25) is (place <= 5)
    better = rank(max(place - 1, 1), 21).points
    assert better is not None
    assert points <= better <= 30


def test_a_rank_among_fewer_than_five_says_nothing() -> None:
    assert rank(1, 5).points == 30
    assert (rank(1, 4).points, rank(1, 4).note) == (None, "too_few_ranked")


def test_a_rank_that_is_missing_or_cannot_be_is_unknown() -> None:
    assert (rank(None, None).points, rank(None, None).note) == (None, "no_rank")
    for place, ranked in ((0, 9), (10, 9)):
        assert (rank(place, ranked).points, rank(place, ranked).note) == (None, "rank_outside")


def test_of_several_ranks_the_lowest_counts_and_one_that_is_unknown_leaves_none() -> None:
    weight = value("satisfaction_points_weight")
    assert lowest([rank(1, 11), rank(6, 11)], weight).points == 15
    assert lowest([rank(1, 11), rank(None, None)], weight).note == "no_rank"


def test_closed_complaints_earn_their_share_and_no_complaint_earns_all() -> None:
    assert closed(3, 4).points == Decimal("7.5")
    assert closed(0, 4).points == 0
    assert (closed(0, 0).points, closed(0, 0).note) == (10, "nothing_due")


@pytest.mark.parametrize("points", ["0", "0.5", "5", "6", "10"])
def test_an_activity_is_rated_0_to_5_or_6_to_10(points: str) -> None:
    assert rated("care_activity", points).points == Decimal(points)


@pytest.mark.parametrize("points", ["-1", "5.1", "5.5", "5.99", "10.1"])
def test_a_rating_in_a_gap_is_refused(points: str) -> None:
    found = rated("care_activity", points)
    assert (found.points, found.note) == (None, "rating_refused")


@pytest.mark.parametrize(
    ("points", "is_allowed"),
    [
        ("10", True), ("9", False), ("8", True), ("7.5", True), ("7", True), ("6.5", False),
        ("6", True), ("5", True), ("4", False), ("1", False), ("0", True),
    ],
)  # fmt: skip
def test_improvement_is_rated_10_or_7_to_8_or_5_to_6_or_0(points: str, is_allowed: bool) -> None:
    assert (rated("improvement", points).points is not None) is is_allowed


def test_without_a_rating_there_are_no_points() -> None:
    found = rated("improvement", None)
    assert (found.points, found.note) == (None, "no_rating")


def everything() -> list[Points]:
    return [
        insurance(Figure(ONE), Figure(ONE)),
        rated("care_activity", "10"),
        sales(Figure(ONE), Figure(ONE)),
        rank(1, 20),
        closed(4, 4),
        rated("improvement", "10"),
    ]


def test_a_supervisor_with_every_item_at_its_maximum_has_100() -> None:
    found = total(everything())
    assert (found.points, found.weight, found.is_whole) == (100, 100, True)
    assert value("full_marks") == 100


def test_a_total_that_lacks_an_item_says_of_how_many_points_it_was_judged() -> None:
    found = total([*everything()[:-1], rated("improvement", None)])
    assert (found.points, found.weight, found.is_whole) == (90, 90, False)


def test_nothing_is_rounded() -> None:
    third = insurance(completion(1, 3), completion(0, 1)).points
    assert third == Decimal(8) * (Decimal(1) / Decimal(3)) * 20 / 10
    assert third is not None
    assert len(third.as_tuple().digits) > 20
