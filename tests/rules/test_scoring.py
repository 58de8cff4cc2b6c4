"""Shares, bands and coefficients."""

from decimal import Decimal

import pytest
from scored_month import house_policy

from aftercare.errors import PolicyError
from aftercare.rules.period import last_day
from aftercare.rules.scoring import (
    Band,
    apply_bands,
    meets,
    percent,
    read_bands,
    scale_limits,
    share,
)

DAY = last_day("2026-06")


def bands(name: str) -> tuple[Band, ...]:
    return read_bands(house_policy().value("skoda-dealer", "scoring", f"{name}_bands", DAY).value)


def coefficient(name: str, value: str, scale: str) -> Decimal | None:
    policy_scale = house_policy().value("skoda-dealer", "scoring", f"{name}_scale", DAY).value
    return apply_bands(
        bands(name), policy_scale, Decimal(value), scale, None, Decimal(10)
    ).coefficient


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("100", "1.4"),
        ("98", "1.4"),
        ("97.99", "1.2"),
        ("96", "1.2"),
        ("95.99", "1.0"),
        ("94", "1.0"),
        ("93.99", "0.8"),
        ("0", "0.8"),
    ],
)
def test_sqs_coefficients_change_exactly_at_98_96_and_94(value: str, expected: str) -> None:
    assert coefficient("sqs", value, "100") == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10", "1.4"),
        ("9.99", "1.2"),
        ("9.8", "1.2"),
        ("9.79", "1.0"),
        ("9.6", "1.0"),
        ("9.59", "0.8"),
    ],
)
def test_quick_return_coefficients_change_exactly_at_10_9_8_and_9_6(
    value: str, expected: str
) -> None:
    assert coefficient("quick_return", value, "0-10") == Decimal(expected)


@pytest.mark.parametrize(
    ("done", "due", "expected"),
    [
        (50, 50, "1.4"),
        (49, 50, "1.2"),
        (97, 100, "1.0"),
        (48, 50, "1.0"),
        (95, 100, "0.8"),
        (9799, 10000, "1.0"),
    ],
)
def test_follow_up_rate_is_compared_unrounded(done: int, due: int, expected: str) -> None:
    value = share(done, due)
    assert value is not None
    assert coefficient("follow_up_rate", str(value), "share") == Decimal(expected)


@pytest.mark.parametrize(
    ("scale", "note"),
    [
        (None, "scale_undeclared"),
        ("  ", "scale_undeclared"),
        ("0-1000", "scale_differs"),
        ("1000", "scale_differs"),
        ("share", "scale_differs"),
        ("stars", "scale_differs"),
    ],
)
def test_a_score_on_another_or_no_scale_is_refused(scale: str | None, note: str) -> None:
    found = apply_bands(bands("sqs"), "0-100", Decimal("90"), scale, None, Decimal(10))
    assert (found.coefficient, found.band, found.note) == (None, None, note)


def test_900_of_an_undeclared_scale_is_not_read_as_90() -> None:
    found = apply_bands(bands("sqs"), "0-100", Decimal(900), None, None, Decimal(10))
    assert (found.coefficient, found.note) == (None, "scale_undeclared")


def test_a_value_beyond_its_own_scale_is_refused() -> None:
    found = apply_bands(bands("sqs"), "0-100", Decimal(900), "100", None, Decimal(10))
    assert (found.coefficient, found.note) == (None, "value_outside_scale")


def test_fewer_than_ten_rows_give_no_coefficient() -> None:
    rate = bands("follow_up_rate")
    nine = apply_bands(rate, "share", Decimal(1), "share", Decimal(9), Decimal(10))
    ten = apply_bands(rate, "share", Decimal(1), "share", Decimal(10), Decimal(10))
    assert (nine.coefficient, nine.note) == (None, "n_below_minimum")
    assert (ten.coefficient, ten.note) == (Decimal("1.4"), None)


def test_no_figure_gives_no_coefficient() -> None:
    assert apply_bands(bands("sqs"), "0-100", None, "100", None, Decimal(10)).note == "no_figure"


def test_bands_say_what_they_hold() -> None:
    assert [band.label for band in bands("sqs")] == ["X≥98", "96≤X<98", "94≤X<96", "X<94"]


def test_nothing_counted_is_no_share() -> None:
    assert share(0, 0) is None
    assert share(0, 3) == 0


def test_a_target_is_met_by_just_reaching_it_and_by_nothing_unknown() -> None:
    assert meets(Decimal("0.9"), Decimal("0.90")) is True
    assert meets(Decimal("0.8999"), Decimal("0.9")) is False
    assert meets(None, Decimal("0.9")) is None
    assert meets(Decimal(1), None) is None


def test_where_less_is_better_a_target_is_met_below_it_and_not_at_it() -> None:
    assert meets(Decimal("0.1499"), Decimal("0.15"), "lower") is True
    assert meets(Decimal("0.15"), Decimal("0.15"), "lower") is False
    assert meets(None, Decimal("0.15"), "lower") is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.805", "80.5%"),
        ("0.8005", "80.1%"),
        ("0.80045", "80%"),
        ("1", "100%"),
        ("0.9999", "99.9%"),
        ("0.0001", "0.1%"),
        ("0", "0%"),
    ],
)
def test_percent_rounds_halves_up_and_never_shows_a_whole_that_is_not(
    value: str, shown: str
) -> None:
    assert percent(Decimal(value)) == shown


@pytest.mark.parametrize("scale", ["", "a-b", "high"])
def test_an_unreadable_scale_is_an_error_of_the_policy(scale: str) -> None:
    with pytest.raises(PolicyError, match="is not readable"):
        scale_limits(scale)


def test_bands_of_something_else_are_an_error_of_the_policy() -> None:
    with pytest.raises(PolicyError, match="need `coefficient:`"):
        read_bands([{"at_least": None, "points": Decimal(3)}])
