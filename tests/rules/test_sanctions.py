"""The steps of the sanction ladder."""

from datetime import date
from typing import get_args

from scored_month import house_policy

from aftercare.rules.sanctions import Conduct, Ladder, Proposal, Step, propose, reason_in, refer

LADDER = Ladder.read(house_policy(), "skoda-dealer", date(2026, 6, 30))


def proposed(**conduct: object) -> Proposal | None:
    return propose(Conduct(**conduct), LADDER)  # type: ignore[arg-type]


def test_a_share_of_exactly_the_limit_gives_no_reason() -> None:
    assert proposed(satisfied=8, answered=10) is None


def test_a_share_below_the_limit_on_ten_answers_is_an_oral_warning() -> None:
    found = proposed(satisfied=7, answered=10, dissatisfied=("T1", "T2", "T3"))
    assert found is not None
    assert found.step == "oral_warning"
    assert found.line.line_id == "house/sanctions/oral_below@2012-01-01"
    assert found.rows == tuple(("follow_up_task", key) for key in ("T1", "T2", "T3"))
    assert "7/10（70%），低于 80% 的门槛。" in found.reason_zh
    assert "7/10 (70%), below the limit of 80%." in found.reason_en


def test_fewer_than_ten_answers_give_no_reason_however_bad() -> None:
    assert proposed(satisfied=0, answered=9) is None


def test_no_answer_gives_no_reason() -> None:
    assert proposed() is None


def test_one_upheld_complaint_is_an_oral_warning() -> None:
    found = proposed(upheld=("C1",))
    assert found is not None
    assert (found.step, found.rows) == ("oral_warning", (("complaint", "C1"),))


def test_two_reasons_for_one_step_are_one_proposal_with_both() -> None:
    found = proposed(satisfied=7, answered=10, dissatisfied=("T1",), upheld=("C1",))
    assert found is not None
    assert found.step == "oral_warning"
    assert found.rows == (("follow_up_task", "T1"), ("complaint", "C1"))


def test_two_upheld_complaints_in_a_month_are_a_written_criticism() -> None:
    found = proposed(upheld=("C1", "C2"))
    assert found is not None
    assert (found.step, found.rows) == (
        "written_criticism",
        (("complaint", "C1"), ("complaint", "C2")),
    )


def test_two_complaints_and_a_low_share_are_a_criticism_that_names_and_stands_on_both() -> None:
    found = proposed(satisfied=1, answered=10, dissatisfied=("T1", "T2"), upheld=("C1", "C2"))
    assert found is not None
    assert found.step == "written_criticism"
    assert found.line.line_id == "house/sanctions/written_upheld_complaints@2012-01-01"
    assert [key for _, key in found.rows] == ["C1", "C2", "T1", "T2"]
    assert "1/10（10%），低于 80% 的门槛" in found.reason_zh
    assert "1/10 (10%), below the limit of 80%" in found.reason_en


def test_a_reason_after_an_approved_warning_is_a_written_criticism() -> None:
    found = proposed(upheld=("C1",), warnings=("2026-05.E1.oral_warning",))
    assert found is not None
    assert found.step == "written_criticism"
    assert found.line.line_id == "house/sanctions/repeat_within@2012-01-01"
    assert found.rows[0] == ("sanction_proposal", "2026-05.E1.oral_warning")


def test_an_earlier_warning_alone_is_no_reason() -> None:
    assert proposed(satisfied=9, answered=10, warnings=("2026-05.E1.oral_warning",)) is None


def test_a_step_has_days_to_put_it_right_that_run_once_it_is_told() -> None:
    found = proposed(upheld=("C1",))
    assert found is not None
    assert found.correct_within == 30


def test_a_reason_is_kept_in_both_languages() -> None:
    found = proposed(upheld=("C1",))
    assert found is not None
    assert reason_in(found.reason, "zh") == found.reason_zh
    assert reason_in(found.reason, "en") == found.reason_en


# S1-32: points, as a proposal.
CRITICISM, LESS = "2026-04.E1.written_criticism", "2026-05.E1.points_less"


def test_a_reason_after_an_approved_criticism_is_five_points_less() -> None:
    found = proposed(upheld=("C1",), criticisms=(CRITICISM,))
    assert found is not None
    assert (found.step, found.line.rule, found.line.value) == ("points_less", "S1-32", 5)
    assert "绩效分减少 5 分（满分 100 分）" in found.reason_zh
    assert "5 points less of the month's 100" in found.reason_en
    assert found.rows == (("sanction_proposal", CRITICISM), ("complaint", "C1"))
    assert found.correct_within == 30


def test_a_reason_after_points_is_ten() -> None:
    found = proposed(upheld=("C1", "C2"), criticisms=(CRITICISM,), points=(LESS,))
    assert found is not None
    assert found.line.line_id == "house/sanctions/points_again@2012-01-01"
    assert found.line.value == 10


def test_a_warning_in_between_is_named_once() -> None:
    warning = "2026-05.E1.oral_warning"
    found = proposed(upheld=("C1",), warnings=(warning,), criticisms=(CRITICISM,))
    assert found is not None
    assert (found.step, [key for _, key in found.rows]) == (
        "points_less",
        [CRITICISM, warning, "C1"],
    )


def test_an_earlier_criticism_alone_takes_no_points() -> None:
    assert proposed(satisfied=9, answered=10, criticisms=(CRITICISM,), points=(LESS,)) is None


# S1-33, S1-34: whatever may follow is HR's to consider.
def referred(*steps: str, **conduct: object) -> Proposal | None:
    known = Conduct(**conduct, steps=steps)  # type: ignore[arg-type]
    step = propose(known, LADDER)
    return refer(known, step, f"2026-06.E1.{step.step}" if step else "", LADDER)


def test_the_third_step_is_referred_to_hr_beside_what_it_is() -> None:
    found = referred("2025-09.E1.oral_warning", CRITICISM, upheld=("C1",))
    assert found is not None
    assert (found.step, found.line.rule, found.correct_within) == ("hr_referral", "S1-33", None)
    assert [key for _, key in found.rows] == [
        "2025-09.E1.oral_warning",
        CRITICISM,
        "2026-06.E1.oral_warning",
    ]


def test_the_second_step_is_not_referred() -> None:
    assert referred(CRITICISM, upheld=("C1",)) is None


def test_a_month_that_gives_no_reason_refers_nobody() -> None:
    assert referred("2025-09.E1.oral_warning", CRITICISM, LESS) is None


def test_a_referral_names_nothing_that_may_follow() -> None:
    found = referred(CRITICISM, LESS, upheld=("C1",))
    assert found is not None
    hard = ("降", "辞", "解除", "调岗", "工资", "demot", "dismiss", "salary", "wage")
    assert not any(word in found.reason for word in (*MONEY, *hard))


MONEY = ("元", "罚", "扣", "fine", "pay")


# S1-31: a fine is no step.
def test_no_reason_speaks_of_money() -> None:
    for found in (
        proposed(satisfied=0, answered=20, upheld=("C1", "C2")),
        proposed(upheld=("C1",), criticisms=(CRITICISM,)),
        proposed(upheld=("C1",), points=(LESS,)),
    ):
        assert found is not None
        assert not any(word in found.reason for word in MONEY)


def test_the_ladder_has_no_step_but_words_points_and_hr() -> None:
    assert set(get_args(Step)) == {
        "oral_warning",
        "written_criticism",
        "points_less",
        "hr_referral",
    }
    lines = [line for line in house_policy().lines if line.item == "sanctions"]
    assert {line.name for line in lines if line.unit == "text"} == {"posts", "score"}
    units = {line.unit for line in lines if line.unit != "text"}
    assert units == {"share", "count", "point", "calendar_month", "calendar_day"}
