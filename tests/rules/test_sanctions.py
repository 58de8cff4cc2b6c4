"""Steps one and two of the sanction ladder."""

from datetime import date

from scored_month import house_policy

from aftercare.rules.sanctions import Conduct, Ladder, Proposal, propose, reason_in

LADDER = Ladder.read(house_policy(), "skoda-dealer", date(2026, 6, 30))
CLOSING = date(2026, 7, 5)


def proposed(**conduct: object) -> Proposal | None:
    return propose(Conduct(**conduct), LADDER, CLOSING)  # type: ignore[arg-type]


def test_a_share_of_exactly_the_limit_gives_no_reason() -> None:
    assert proposed(satisfied=8, answered=10) is None


def test_a_share_below_the_limit_on_ten_answers_is_an_oral_warning() -> None:
    found = proposed(satisfied=7, answered=10, dissatisfied=("T1", "T2", "T3"))
    assert found is not None
    assert found.step == "oral_warning"
    assert found.line.line_id == "house/sanctions/oral_below@2012-01-01"
    assert found.rows == tuple(("follow_up_task", key) for key in ("T1", "T2", "T3"))
    assert "7/10（70%），低于 80% 的门槛；满意答复达到 8 条" in found.reason_zh
    assert "7/10 (70%), below the limit of 80%; with 8 satisfied" in found.reason_en


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


def test_a_reason_after_an_approved_warning_is_a_written_criticism() -> None:
    found = proposed(upheld=("C1",), warnings=("2026-05.E1.oral_warning",))
    assert found is not None
    assert found.step == "written_criticism"
    assert found.line.line_id == "house/sanctions/repeat_within@2012-01-01"
    assert found.rows[0] == ("sanction_proposal", "2026-05.E1.oral_warning")


def test_an_earlier_warning_alone_is_no_reason() -> None:
    assert proposed(satisfied=9, answered=10, warnings=("2026-05.E1.oral_warning",)) is None


def test_the_time_to_put_it_right_runs_from_the_closing_day() -> None:
    found = proposed(upheld=("C1",))
    assert found is not None
    assert found.correct_by == date(2026, 8, 4)


def test_a_reason_is_kept_in_both_languages() -> None:
    found = proposed(upheld=("C1",))
    assert found is not None
    assert reason_in(found.reason, "zh") == found.reason_zh
    assert reason_in(found.reason, "en") == found.reason_en


def test_no_reason_speaks_of_money() -> None:
    found = proposed(satisfied=0, answered=20, upheld=("C1", "C2"))
    assert found is not None
    assert not any(word in found.reason for word in ("元", "罚", "扣", "fine", "pay"))
