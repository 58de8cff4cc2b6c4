"""Sanction proposals and decisions, on a real warehouse."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from care_group import changed_policy
from core_rows import core_row
from scored_month import MONTH, TODAY, ScoredMonth, edited_by
from sqlalchemy import Boolean, Engine, column, func, insert, select, table, update

from aftercare.errors import NotAllowed, PeriodRefused
from aftercare.stages.objections import Answer, answer_objection, raise_objection
from aftercare.stages.proposals import (
    decide,
    list_later_months,
    list_proposals,
    propose,
    undecided,
)
from aftercare.stages.publish import report_of
from aftercare.stages.scorecards import score_month
from aftercare.warehouse import run

LOCKED = column("granted", Boolean)
WAITING = select(func.count()).select_from(table("pg_locks", LOCKED)).where(~LOCKED)
WARNING = "2026-06.E1.oral_warning"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    return made


def run_month(month: ScoredMonth, key: str = MONTH, today: date = TODAY) -> dict[str, int]:
    score_month(month.engine, month.group, month.policy, key, today)
    return propose(month.engine, month.group, month.policy, key)


def approve(month: ScoredMonth, user: str = "hr.li", *keys: str) -> dict[str, int]:
    return decide(
        month.engine, month.group, month.policy, keys or (WARNING,), "approve", "", user, TODAY
    )


def test_a_low_share_proposes_an_oral_warning_with_the_answers_behind_it(
    month: ScoredMonth,
) -> None:
    month.answered("E1", [9] * 7)
    bad = month.answered("E1", [6, 5, 1])
    assert run_month(month)["proposals"] == 1
    (proposal,) = list_proposals(month.engine, MONTH)
    assert proposal["proposal_id"] == WARNING
    assert proposal["rows_behind"] == [["follow_up_task", key] for key in sorted(bad)]
    assert (proposal["rule_id"], proposal["correct_within"]) == ("S1-35", 30)
    assert proposal["scorecard_id"] == "2026-06.SC.SK01.E1"


def test_the_ladder_goes_by_the_score_of_its_day(warehouse: Engine, tmp_path: Path) -> None:
    by_coverage = {date(2026, 7, 1): "follow_up_coverage", date(2026, 8, 1): None}
    month = ScoredMonth(
        warehouse, changed_policy(tmp_path, "house/sanctions", "score", by_coverage)
    )
    month.store()
    month.person("E1")
    for due_on in (date(2026, 6, 10), date(2026, 7, 10), date(2026, 8, 10)):
        month.answered("E1", [2] * 10, due_on=due_on)
    assert run_month(month)["proposals"] == 1
    assert "0/10" in list_proposals(month.engine, MONTH)[0]["reason"]
    # All were called, so coverage gives no reason, and from August on no figure does.
    assert run_month(month, "2026-07", date(2026, 8, 6))["proposals"] == 0
    month.complaint("E1", on=date(2026, 8, 10))
    assert run_month(month, "2026-08", date(2026, 9, 6))["proposals"] == 1
    (found,) = list_proposals(month.engine, "2026-08")
    assert [kind for kind, _ in found["rows_behind"]] == ["complaint"]


def test_nothing_is_proposed_for_a_post_that_the_ladder_does_not_name(month: ScoredMonth) -> None:
    month.person("V1", role="SA")
    month.person("C1", role="AC")
    served = [month.answered("C1", [2], role="AC", document_no=f"R{no}") for no in range(10)]
    month.add_all(
        "core.repair_order",
        [
            core_row("repair_order", "SK01", {"ro_no": f"R{no}", "service_advisor_no": "V1"})
            for no in range(10)
        ],
    )
    month.complaint("V1")
    month.complaint("V1")
    run_month(month)
    line = month.line("V1", "advisor_satisfied_share")
    assert (line["numerator"], line["denominator"]) == (0, len(served))
    assert [row["employee_no"] for row in list_proposals(month.engine, MONTH)] == ["C1"]


def test_who_has_a_second_post_that_the_ladder_does_not_name_is_judged_by_the_first(
    month: ScoredMonth,
) -> None:
    month.person("U1", role="SUP")
    month.person("U1", role="SA")
    month.complaint("U1")
    run_month(month)
    (proposal,) = list_proposals(month.engine, MONTH)
    assert proposal["scorecard_id"] == "2026-06.SUP.SK01.U1"


def test_answers_at_two_stores_are_judged_together(month: ScoredMonth) -> None:
    month.store("SK02")
    month.person("E1", store_code="SK02")
    month.answered("E1", [2] * 4)
    month.answered("E1", [2] * 6, store_code="SK02")
    run_month(month)
    (proposal,) = list_proposals(month.engine, MONTH)
    assert proposal["store_code"] == "SK02"
    assert "0/10" in proposal["reason"]


def test_proposing_again_changes_nothing(month: ScoredMonth) -> None:
    month.complaint("E1")
    assert run_month(month)["proposals_changed"] == 2
    assert run_month(month) == {"proposals": 1, "proposals_changed": 0, "proposals_differ": 0}


def test_a_proposal_goes_when_its_reason_goes(month: ScoredMonth) -> None:
    month.answered("E1", [2] * 10)
    run_month(month)
    month.answered("E1", [9] * 40)
    assert run_month(month)["proposals"] == 0
    assert month.count("score.proposal_evidence") == 0


def test_complaints_that_are_rejected_open_late_or_nobodys_propose_nothing(
    month: ScoredMonth,
) -> None:
    month.complaint("E1", verdict="rejected")
    month.complaint("E1", verdict="pending")
    month.complaint("E1", verdict=None)
    month.complaint(None)
    month.complaint("E1", on=date(2026, 7, 1))
    month.complaint("E1", closed_on=date(2026, 7, 6))
    assert run_month(month)["proposals"] == 0


def test_a_complaint_about_the_product_is_nobodys_and_the_reason_says_so(
    month: ScoredMonth,
) -> None:
    month.complaint("E1", cause="product")
    assert run_month(month)["proposals"] == 0
    kept = month.complaint("E1", cause="service")
    run_month(month)
    (proposal,) = list_proposals(month.engine, MONTH)
    assert (proposal["step"], proposal["rows_behind"]) == ("oral_warning", [["complaint", kept]])
    assert "另有 1 起投诉因产品问题成立，不计入" in proposal["reason"]
    assert "for a fault of the product, left out: 1." in proposal["reason"]


@pytest.mark.parametrize(
    ("came", "upheld", "months"),
    [
        (date(2026, 5, 28), None, ["2026-05"]),
        (date(2026, 5, 28), date(2026, 6, 5), ["2026-05"]),
        (date(2026, 5, 28), date(2026, 6, 6), ["2026-06"]),
        (date(2026, 4, 28), date(2026, 6, 1), ["2026-06"]),
    ],
)
def test_a_complaint_counts_once_in_its_month_or_where_it_was_upheld_too_late_for_that(
    month: ScoredMonth, came: date, upheld: date | None, months: list[str]
) -> None:
    month.complaint("E1", on=came, closed_on=upheld)
    asked = ("2026-04", "2026-05", "2026-06")
    assert [key for key in asked if run_month(month, key)["proposals"]] == months


JULY = "2026-07"


def test_a_complaint_that_is_told_after_its_month_was_published_counts_in_the_next_one_and_once(
    month: ScoredMonth,
) -> None:
    run_month(month)
    month.told(MONTH, date(2026, 7, 7))
    late = month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    assert run_month(month)["proposals"] == 0
    assert run_month(month, JULY, date(2026, 8, 6))["proposals"] == 1
    (step,) = list_proposals(month.engine, JULY)
    assert (step["step"], step["rows_behind"]) == ("oral_warning", [["complaint", late]])
    assert "其中 1 起属以前月份，该月定稿之后才得知认定成立" in step["reason"]
    assert (
        "told as upheld after their month was settled, counted here and once: 1." in step["reason"]
    )
    run_month(month, JULY, date(2026, 8, 6))
    assert len(list_proposals(month.engine, JULY)) == 1
    month.told(JULY, date(2026, 8, 7))
    assert run_month(month, "2026-08", date(2026, 9, 6))["proposals"] == 0


def test_one_that_is_told_between_the_decisions_and_the_publication_counts_in_the_next_month(
    month: ScoredMonth,
) -> None:
    month.complaint("E1")
    run_month(month)
    approve(month)
    month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    assert run_month(month)["proposals_differ"] == 2
    month.told(MONTH, date(2026, 7, 7))
    run_month(month, JULY, date(2026, 8, 6))
    # What came before June's warning was told is no repetition of it.
    assert [row["step"] for row in list_proposals(month.engine, JULY)] == ["oral_warning"]


def test_one_that_its_month_counted_is_not_counted_again_whatever_came_of_it(
    month: ScoredMonth,
) -> None:
    month.person("V1", role="SA")
    month.complaint("E1", closed_on=date(2026, 6, 20))
    month.complaint("V1", closed_on=date(2026, 6, 20))
    run_month(month)
    decide(month.engine, month.group, month.policy, [WARNING], "reject", "a part", "hr.li", TODAY)
    month.told(MONTH, date(2026, 7, 7))
    month.person("V1", role="SC")
    assert run_month(month, JULY, date(2026, 8, 6))["proposals"] == 0


def test_one_of_a_month_that_is_open_waits_for_that_month(month: ScoredMonth) -> None:
    run_month(month)
    month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    assert run_month(month, JULY, date(2026, 8, 6))["proposals"] == 0
    assert run_month(month)["proposals"] == 1


AUGUST = "2026-08"
CLOSED = {JULY: date(2026, 8, 6), AUGUST: date(2026, 9, 6)}


def score_in_order(month: ScoredMonth, *keys: str) -> None:
    """As `aftercare score` does: what later months counted, too, is proposed anew."""
    for key in keys:
        run_month(month, key, CLOSED[key])
        for later in list_later_months(month.engine, key):
            propose(month.engine, month.group, month.policy, later)


@pytest.mark.parametrize("order", [(JULY, AUGUST), (AUGUST, JULY)])
@pytest.mark.parametrize("times", [1, 2])
def test_a_late_one_counts_in_the_first_open_month_in_whatever_order_these_are_scored(
    month: ScoredMonth, order: tuple[str, ...], times: int
) -> None:
    run_month(month)
    month.told(MONTH, date(2026, 7, 7))
    late = month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    score_in_order(month, *order * times)
    (step,) = list_proposals(month.engine, JULY)
    assert step["rows_behind"] == [["complaint", late]]
    assert list_proposals(month.engine, AUGUST) == []
    assert month.rows("score.counted_complaint") == [{"month": JULY, "row_key": late}]


def test_a_late_one_stays_in_a_later_month_that_was_settled_with_it(month: ScoredMonth) -> None:
    run_month(month)
    month.told(MONTH, date(2026, 7, 7))
    late = month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    score_in_order(month, AUGUST)
    approve(month, "hr.li", "2026-08.E1.oral_warning")
    score_in_order(month, JULY, AUGUST, JULY)
    assert list_proposals(month.engine, JULY) == []
    assert month.rows("score.counted_complaint") == [{"month": AUGUST, "row_key": late}]


def test_months_that_count_complaints_at_once_go_one_after_another(month: ScoredMonth) -> None:
    run_month(month)
    month.told(MONTH, date(2026, 7, 7))
    for key, day in CLOSED.items():
        run_month(month, key, day)
    late = month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    with ThreadPoolExecutor(1) as other, month.engine.begin() as july:
        # What July does before its end; August waits for that.
        run(july, "score/lock_counted_complaints")
        run(july, "score/keep_counted_complaints", month=JULY, complaints=[late])
        august = other.submit(propose, month.engine, month.group, month.policy, AUGUST)
        while not august.done() and not july.execute(WAITING).scalar_one():
            pass
        july.commit()
        assert august.result()["proposals"] == 0
    assert month.rows("score.counted_complaint") == [{"month": JULY, "row_key": late}]


def test_one_of_a_time_before_anything_was_scored_counts_nowhere(month: ScoredMonth) -> None:
    month.complaint("E1", on=date(2026, 3, 10), closed_on=date(2026, 3, 12))
    assert run_month(month)["proposals"] == 0


def test_trial_scorecards_propose_nothing(month: ScoredMonth) -> None:
    month.person("E9")
    month.complaint("E9")
    month.complaint("E1")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    with month.engine.begin() as connection:
        cards = month.table("score.scorecard")
        connection.execute(update(cards).where(cards.c.employee_no == "E9").values(is_trial=True))
    propose(month.engine, month.group, month.policy, MONTH)
    assert [row["employee_no"] for row in list_proposals(month.engine, MONTH)] == ["E1"]


def test_an_approved_warning_repeated_within_three_months_becomes_a_criticism(
    month: ScoredMonth,
) -> None:
    month.complaint("E1", on=date(2026, 4, 20))
    run_month(month, "2026-04")
    decide(
        month.engine,
        month.group,
        month.policy,
        ["2026-04.E1.oral_warning"],
        "approve",
        "",
        "hr.li",
        TODAY,
    )
    month.told("2026-04")
    month.complaint("E1")
    run_month(month)
    assert [row["step"] for row in list_proposals(month.engine, MONTH)] == ["written_criticism"]


@pytest.mark.parametrize(("earlier", "decision"), [("2026-03", "approve"), ("2026-05", "reject")])
def test_a_warning_too_old_or_rejected_is_not_repeated(
    month: ScoredMonth, earlier: str, decision: str
) -> None:
    month.complaint("E1", on=date.fromisoformat(f"{earlier}-20"))
    run_month(month, earlier)
    warning = [f"{earlier}.E1.oral_warning"]
    decide(
        month.engine, month.group, month.policy, warning, decision, "product fault", "hr.li", TODAY
    )  # type: ignore[arg-type]
    month.told(earlier)
    month.complaint("E1")
    run_month(month)
    assert [row["step"] for row in list_proposals(month.engine, MONTH)] == ["oral_warning"]


def warned(month: ScoredMonth) -> None:
    """A warning of May that was approved."""
    month.complaint("E1", on=date(2026, 5, 20))
    run_month(month, "2026-05")
    decide(
        month.engine,
        month.group,
        month.policy,
        ["2026-05.E1.oral_warning"],
        "approve",
        "",
        "hr.li",
        TODAY,
    )


@pytest.mark.parametrize(
    ("told_on", "step"),
    [
        (date(2026, 6, 11), "written_criticism"),
        (date(2026, 6, 12), "oral_warning"),
        (date(2026, 7, 6), "oral_warning"),
    ],
)
def test_a_warning_is_repeated_only_by_what_came_after_it_was_told(
    month: ScoredMonth, told_on: date, step: str
) -> None:
    warned(month)
    month.told("2026-05", told_on)
    month.complaint("E1", on=date(2026, 6, 12))
    run_month(month)
    assert steps_of(month) == [step]


@pytest.mark.parametrize(("first", "is_said"), [(7, True), (3, False)])
def test_a_milder_step_is_named_only_where_no_earlier_step_could_come_to_count(
    month: ScoredMonth, first: int, is_said: bool
) -> None:
    if not is_said:
        # Told on 6 June: without the complaint of the 3rd it would count against the other one.
        warned(month)
        month.told("2026-05")
    month.complaint("E1", on=date(2026, 6, first))
    month.complaint("E1", on=date(2026, 6, 20))
    run_month(month)
    (step,) = list_proposals(month.engine, MONTH)
    assert step["step"] == "written_criticism"
    assert ("则只建议口头警告" in step["reason"]) is is_said
    assert "如果没有投诉被认定成立，则不提出任何一步" in step["reason"]


def test_a_warning_that_nobody_was_told_of_is_not_repeated(month: ScoredMonth) -> None:
    warned(month)
    month.complaint("E1")
    run_month(month)
    assert steps_of(month) == ["oral_warning"]


def test_a_warning_of_a_month_that_was_published_without_a_word_is_not_repeated(
    month: ScoredMonth,
) -> None:
    warned(month)
    month.told("2026-05", is_told=False)
    month.complaint("E1")
    run_month(month)
    assert steps_of(month) == ["oral_warning"]


@pytest.mark.parametrize(("due_on", "step"), [(9, "oral_warning"), (11, "written_criticism")])
def test_answers_about_visits_before_the_warning_was_told_repeat_nothing(
    month: ScoredMonth, due_on: int, step: str
) -> None:
    warned(month)
    month.told("2026-05", date(2026, 6, 7))
    # The visit was three days before the call was due.
    month.answered("E1", [2], due_on=date(2026, 6, due_on))
    month.answered("E1", [2] * 9, due_on=date(2026, 6, 20))
    run_month(month)
    assert steps_of(month) == [step]


def criticised(month: ScoredMonth, earlier: str, decision: str = "approve") -> str:
    """A written criticism of an earlier month that was decided."""
    for _ in range(2):
        month.complaint("E1", on=date.fromisoformat(f"{earlier}-20"))
    run_month(month, earlier)
    key = f"{earlier}.E1.written_criticism"
    decide(
        month.engine, month.group, month.policy, [key], decision, "product fault", "hr.li", TODAY
    )  # type: ignore[arg-type]
    month.told(earlier)
    return key


def steps_of(month: ScoredMonth) -> list[str]:
    return [row["step"] for row in list_proposals(month.engine, MONTH)]


@pytest.mark.parametrize(
    ("earlier", "decision", "step"),
    [
        ("2025-07", "approve", "points_less"),
        ("2025-06", "approve", "oral_warning"),
        ("2026-05", "reject", "oral_warning"),
    ],
)
def test_points_follow_a_criticism_that_was_approved_within_twelve_months(
    month: ScoredMonth, earlier: str, decision: str, step: str
) -> None:
    criticised(month, earlier, decision)
    month.complaint("E1")
    run_month(month)
    assert steps_of(month) == [step]


def test_a_third_step_is_referred_to_hr_once_the_step_itself_is_approved(
    month: ScoredMonth,
) -> None:
    first = criticised(month, "2026-01")
    month.complaint("E1", on=date(2026, 4, 20))
    run_month(month, "2026-04")
    second = "2026-04.E1.points_less"
    decide(month.engine, month.group, month.policy, [second], "approve", "", "hr.li", TODAY)
    month.told("2026-04")
    month.complaint("E1")
    run_month(month)
    step, referral = f"{MONTH}.E1.points_less", f"{MONTH}.E1.hr_referral"
    found = {row["proposal_id"]: row for row in list_proposals(month.engine, MONTH)}
    assert set(found) == {step, referral}
    assert found[step]["policy_line"] == "house/sanctions/points_again@2012-01-01"
    assert found[referral]["correct_by"] is None
    assert found[referral]["rows_behind"] == [
        ["sanction_proposal", key] for key in (first, second, step)
    ]
    with pytest.raises(NotAllowed, match=r"E1\.points_less, which is not approved"):
        approve(month, "hr.li", referral)
    assert approve(month, "hr.li", step, referral)["decided"] == 2


def third_step(month: ScoredMonth) -> tuple[str, str, str]:
    """A criticism, and June's step and referral that stand on it and on one more."""
    first = criticised(month, "2026-01")
    month.complaint("E1", on=date(2026, 4, 20))
    run_month(month, "2026-04")
    decide(
        month.engine,
        month.group,
        month.policy,
        ["2026-04.E1.points_less"],
        "approve",
        "",
        "hr.li",
        TODAY,
    )
    month.told("2026-04")
    month.complaint("E1")
    run_month(month)
    return first, f"{MONTH}.E1.points_less", f"{MONTH}.E1.hr_referral"


@pytest.mark.parametrize("answer", [None, "uphold", "dismiss"])
def test_what_stands_on_a_step_that_was_objected_to_waits_and_falls_with_it(
    month: ScoredMonth, answer: Answer | None
) -> None:
    first, step, referral = third_step(month)
    given = (month.engine, month.group, month.policy, "2026-01", "E1", first, "it was not me")
    number = raise_objection(*given, "hr.li", date(2026, 2, 6))["objection"]
    if answer:
        answer_objection(month.engine, number, answer, "looked at", "hr.wu", TODAY)
    if answer == "dismiss":
        assert approve(month, "hr.li", step, referral)["decided"] == 2
        return
    how = "which was overturned" if answer else f"and objection {number} to that is open"
    for keys in ([step], [step, referral]):
        with pytest.raises(NotAllowed, match=f"stands on {first}, {how}"):
            approve(month, "hr.li", *keys)
    run_month(month)
    # April's points fall with the criticism that they stand on.
    now = "oral_warning" if answer else "points_less"
    assert steps_of(month) == [now]
    assert approve(month, "hr.li", f"{MONTH}.E1.{now}")["decided"] == 1


def test_what_a_referral_rests_on_is_rejected_with_it(month: ScoredMonth) -> None:
    _, step, referral = third_step(month)
    approve(month, "hr.li", step, referral)
    with pytest.raises(NotAllowed, match=f"{referral} is approved and rests on {step}"):
        decide(
            month.engine,
            month.group,
            month.policy,
            [step],
            "reject",
            "a part was late",
            "hr.li",
            TODAY,
        )
    both = [step, referral]
    assert (
        decide(
            month.engine,
            month.group,
            month.policy,
            both,
            "reject",
            "a part was late",
            "hr.li",
            TODAY,
        )["decided"]
        == 2
    )


def test_a_referral_is_marked_as_the_step_that_it_rests_on(month: ScoredMonth) -> None:
    _, step, referral = third_step(month)
    approve(month, "hr.li", step, referral)
    given = (month.engine, month.group, month.policy, MONTH, "E1", step, "it was not me")
    number = raise_objection(*given, "hr.li", TODAY)["objection"]
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert (report.frozen_proposals, report.lifted_proposals) == ({step, referral}, set())
    answer_objection(month.engine, number, "uphold", "looked at", "hr.wu", TODAY)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert (report.frozen_proposals, report.lifted_proposals) == (set(), {step, referral})


def test_a_referral_counts_as_no_step(month: ScoredMonth) -> None:
    criticised(month, "2025-09")
    for earlier in ("2026-03", "2026-04"):
        month.complaint("E1", on=date.fromisoformat(f"{earlier}-20"))
        run_month(month, earlier)
        keys = [row["proposal_id"] for row in list_proposals(month.engine, earlier)]
        decide(month.engine, month.group, month.policy, keys, "approve", "", "hr.li", TODAY)
        month.told(earlier)
    month.complaint("E1")
    run_month(month)
    (referral,) = [
        row for row in list_proposals(month.engine, MONTH) if row["step"] == "hr_referral"
    ]
    assert "第 4 次" in referral["reason"]


def test_decisions_are_appended_and_the_newest_counts(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    assert undecided(month.engine, MONTH) == [WARNING]
    assert approve(month) == {"decided": 1, "unchanged": 0}
    assert approve(month) == {"decided": 0, "unchanged": 1}
    decide(
        month.engine,
        month.group,
        month.policy,
        [WARNING],
        "reject",
        "product fault",
        "hr.li",
        TODAY,
    )
    assert undecided(month.engine, MONTH) == []
    assert month.count("score.decision") == 2
    (proposal,) = list_proposals(month.engine, MONTH)
    assert (proposal["decision"], proposal["remark"]) == ("reject", "product fault")


def test_a_month_that_was_decided_on_keeps_figures_and_proposals(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    approve(month)
    month.complaint("E1")
    key = month.task("E1")
    month.call(key)
    assert score_month(month.engine, month.group, month.policy, MONTH, TODAY)["changed"] == 0
    assert propose(month.engine, month.group, month.policy, MONTH) == {
        "proposals": 1,
        "proposals_changed": 0,
        "proposals_differ": 2,
    }


@pytest.mark.parametrize(
    ("user", "role", "store"),
    [
        ("nobody", None, "*"),
        ("steward.wu", "steward", "*"),
        ("staff.qi", "staff", "*"),
        ("manager.he", "manager", "SK02"),
    ],
)
def test_only_hr_and_the_stores_manager_decide(
    month: ScoredMonth, user: str, role: str | None, store: str
) -> None:
    month.complaint("E1")
    run_month(month)
    if role:
        month.role(user, role, store)
    with pytest.raises(NotAllowed, match="holds neither role hr nor manager of store SK01"):
        approve(month, user)
    assert month.count("score.decision") == 0


def test_the_stores_own_manager_may_decide(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    month.role("manager.he", "manager", "SK01")
    assert approve(month, "manager.he")["decided"] == 1


def test_nobody_decides_about_themselves(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    month.role("e1", "hr")
    month.add("ops.user_role", user_name="li.na", role="hr", employee_no="E1")
    for user in ("e1", "li.na"):
        with pytest.raises(NotAllowed, match="is the person it is about"):
            approve(month, user)


def test_who_is_scored_in_the_month_decides_no_sanction_of_a_colleague(
    month: ScoredMonth,
) -> None:
    month.complaint("E1")
    month.person("E7", "AC")
    run_month(month)
    month.add("ops.user_role", user_name="he", role="manager", store_code="SK01", employee_no="E7")
    with pytest.raises(NotAllowed, match="he is scored in 2026-06; somebody else must decide"):
        approve(month, "he")
    assert approve(month)["decided"] == 1


@pytest.mark.parametrize("how", ["rated", "nominated"])
def test_who_rated_or_nominated_the_person_decides_no_sanction_of_theirs(
    month: ScoredMonth, how: str
) -> None:
    month.complaint("E1")
    run_month(month)
    for user, number, whom in (("he", "M1", "E1"), ("xu", "M2", "E9")):
        month.add("ops.user_role", user_name=user, role="manager", employee_no=number)
        if how == "rated":
            month.rating(whom, "care_activity", "8", rater_no=number)
        else:
            month.nomination(whom, nominator_no=number)
    with pytest.raises(NotAllowed, match="he rated or nominated E1 in 2026-06"):
        approve(month, "he")
    # Who rated somebody else has no part in this one.
    assert approve(month, "xu")["decided"] == 1


@pytest.mark.parametrize(
    ("pack", "editor"), [("house", "he"), ("skoda-dealer", "M1"), ("house", "HE")]
)
def test_who_edited_the_policy_by_which_the_month_is_scored_decides_nothing(
    month: ScoredMonth, pack: str, editor: str
) -> None:
    month.complaint("E1")
    run_month(month)
    month.add("ops.user_role", user_name="he", role="hr", employee_no="M1")
    month.policy = edited_by(month.policy, pack, editor)
    with pytest.raises(NotAllowed, match=f"he edited the policy pack {pack}, by which 2026-06"):
        approve(month, "he")
    assert approve(month)["decided"] == 1


def test_who_edited_a_pack_that_scored_nobody_decides(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    month.policy = edited_by(month.policy, "changan-dealer", "hr.li")
    assert approve(month)["decided"] == 1


def test_a_role_that_has_ended_decides_nothing(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    month.add("ops.user_role", user_name="hr.old", role="hr", valid_to=date(2026, 7, 5))
    with pytest.raises(NotAllowed):
        approve(month, "hr.old")


def test_a_rejection_says_why(month: ScoredMonth) -> None:
    with pytest.raises(NotAllowed, match="a rejection needs a comment"):
        decide(month.engine, month.group, month.policy, [WARNING], "reject", "  ", "hr.li", TODAY)


def test_one_unknown_proposal_stops_all(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    with pytest.raises(NotAllowed, match=r"there is no proposal 2026-06\.E7\.oral_warning"):
        approve(month, "hr.li", WARNING, "2026-06.E7.oral_warning")
    assert month.count("score.decision") == 0


def test_a_published_month_takes_no_more_decisions(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    month.add("score.publication", month=MONTH, approved_by="hr.li")
    with pytest.raises(NotAllowed, match="2026-06 was published"):
        approve(month)


def test_a_decision_that_waited_for_a_publication_is_refused(month: ScoredMonth) -> None:
    month.complaint("E1")
    run_month(month)
    with ThreadPoolExecutor(1) as other, month.engine.begin() as publisher:
        run(publisher, "score/lock_month", month=MONTH)
        publication = month.table("score.publication")
        publisher.execute(insert(publication).values(month=MONTH, approved_by="hr.li"))
        decided = other.submit(approve, month)
        while not decided.done() and not publisher.execute(WAITING).scalar_one():
            pass
        publisher.commit()
        with pytest.raises(NotAllowed, match="2026-06 was published"):
            decided.result()
    assert month.count("score.decision") == 0


def test_a_month_that_was_not_scored_proposes_nothing(month: ScoredMonth) -> None:
    with pytest.raises(PeriodRefused, match="score it first"):
        propose(month.engine, month.group, month.policy, MONTH)
