"""When a target is met, when it is missed, and when nobody can say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aftercare.errors import PolicyError
from aftercare.rules.kpis import LOWER
from aftercare.rules.targets import Judged, Measured, Target, judge, judge_joint

LEAST = 10
NINE = Target(Decimal(9), "0-10")


def given(value: str | None, scale: str | None = "0-10") -> Measured:
    return Measured(Decimal(value) if value is not None else None, scale)


def counted(done: int, due: int) -> Measured:
    return Measured(Decimal(done) / due if due else None, "share", due)


@pytest.mark.parametrize(("value", "is_met"), [("9.00", True), ("8.99", False), ("10", True)])
def test_a_target_is_met_from_itself_on(value: str, is_met: bool) -> None:
    assert judge(given(value), NINE, LEAST) == Judged(is_met)


def test_of_less_is_better_the_target_itself_is_too_much() -> None:
    target = Target(Decimal("0.15"), "share", LOWER)
    assert judge(counted(14, 100), target, LEAST) == Judged(True)
    assert judge(counted(15, 100), target, LEAST) == Judged(False)


def test_a_scale_may_be_written_as_full_marks_or_as_a_range() -> None:
    assert judge(given("9", "10"), NINE, LEAST) == Judged(True)


@pytest.mark.parametrize(
    ("measured", "target", "note"),
    [
        (given(None), NINE, "no_figure"),
        (counted(0, 0), Target(Decimal("0.9"), "share"), "no_rows"),
        (given("9.5", None), NINE, "target_scale_undeclared"),
        (given("9.5", " "), NINE, "target_scale_undeclared"),
        (given("9.5", "stars"), NINE, "target_scale_undeclared"),
        (given("95"), NINE, "target_value_outside"),
        (given("95", "100"), NINE, "target_scale_differs"),
        (given("9.5"), Target(None, "0-10"), "target_none"),
        (given("9.5"), Target(None, None), "target_none"),
        (given("9.5"), Target(Decimal(9), None), "target_scale_unknown"),
        (counted(9, 9), Target(Decimal("0.9"), "share"), "target_too_few"),
    ],
)
def test_what_cannot_be_judged_is_neither_met_nor_missed_and_says_why(
    measured: Measured, target: Target, note: str
) -> None:
    assert judge(measured, target, LEAST) == Judged(None, note)


def test_ten_rows_are_enough() -> None:
    assert judge(counted(9, 10), Target(Decimal("0.9"), "share"), LEAST) == Judged(True)


def test_a_gate_that_is_missed_is_flagged_and_one_that_is_kept_says_nothing() -> None:
    gate = Target(Decimal(650), "1000", is_gate=True)
    assert judge(given("649.9", "1000"), gate, LEAST) == Judged(False, "below_gate")
    assert judge(given("650", "1000"), gate, LEAST) == Judged(True)


MET, MISSED, UNKNOWN = Judged(True), Judged(False), Judged(None, "no_figure")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (MET, MET, Judged(True)),
        (MET, MISSED, Judged(False)),
        (MISSED, MET, Judged(False)),
        (MISSED, MISSED, Judged(False)),
        (UNKNOWN, MET, Judged(None, "lacks_qs")),
        (MET, UNKNOWN, Judged(None, "lacks_calls")),
        (MISSED, UNKNOWN, Judged(None, "lacks_calls")),
        (UNKNOWN, UNKNOWN, Judged(None, "lacks_qs")),
    ],
)
def test_a_joint_target_is_met_only_if_both_are_and_unknown_if_one_is(
    first: Judged, second: Judged, expected: Judged
) -> None:
    assert judge_joint({"qs": first, "calls": second}) == expected


def test_a_scale_of_the_policy_that_cannot_be_read_is_an_error_and_no_note() -> None:
    with pytest.raises(PolicyError, match="is not readable"):
        judge(given("9"), Target(Decimal(9), "stars"), LEAST)
