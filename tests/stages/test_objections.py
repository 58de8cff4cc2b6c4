"""Objections: who may raise and answer them, until when, and what they freeze."""

from datetime import date
from typing import Any

import pytest
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth, nominated
from sqlalchemy import Engine

from aftercare.errors import NotAllowed, PeriodRefused
from aftercare.protection import Keyring, new_keyring_json
from aftercare.stages.objections import answer_objection, list_objections, raise_objection
from aftercare.stages.proposals import decide, list_proposals, propose
from aftercare.stages.publish import publish, report_of
from aftercare.stages.scorecards import score_month

KEYRING = Keyring.from_json(new_keyring_json())
WARNING = "2026-06.E1.oral_warning"
LINE = "satisfied_share"
CARD = "2026-06.SC.SK01.E1"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    made.role("manager.he", "manager", "SK01")
    made.answered("E1", [9] * 7 + [2] * 4)
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    propose(made.engine, made.group, made.policy, MONTH)
    return made


def ask(
    month: ScoredMonth,
    about: str = LINE,
    words: str = "two answers were about the car",
    user: str = "manager.he",
    today: date = TODAY,
    **more: Any,
) -> dict[str, Any]:
    return raise_objection(
        month.engine,
        month.group,
        month.policy,
        MONTH,
        more.pop("employee_no", "E1"),
        about,
        words,
        user,
        today,
        **more,
    )


def send(month: ScoredMonth) -> None:
    """Publishes the month; the warehouse dates it by its own clock."""
    with MailServer() as server:
        publish(
            month.engine,
            KEYRING,
            month.group,
            month.policy,
            MONTH,
            server.mailer(),
            "hr.li",
            TODAY,
        )


def published(month: ScoredMonth, on: str = "2026-07-06T02:00:00Z") -> None:
    month.add("score.publication", month=MONTH, approved_by="hr.li", published_at=on)


def test_an_objection_keeps_who_when_what_and_the_figure_as_it_was(month: ScoredMonth) -> None:
    done = ask(month)
    assert (done["raised"], done["unchanged"]) == (1, 0)
    (kept,) = list_objections(month.engine, MONTH)
    assert kept["objection_id"] == done["objection"]
    assert (kept["employee_no"], kept["raised_by"], kept["raised_on"]) == (
        "E1",
        "manager.he",
        TODAY,
    )
    assert (kept["kpi_id"], kept["numerator"], kept["denominator"]) == (LINE, 7, 11)
    assert (kept["state"], kept["words"]) == ("open", "two answers were about the car")


def test_the_answer_is_due_in_working_days_of_the_calendar(month: ScoredMonth) -> None:
    # Five working days after Monday the 6th of July, without a holiday among them.
    ask(month)
    (kept,) = list_objections(month.engine, MONTH)
    assert kept["due_on"] == date(2026, 7, 13)


def test_the_same_words_again_change_nothing(month: ScoredMonth) -> None:
    first = ask(month)
    again = ask(month, words="  two answers were about the car ")
    assert again == {"raised": 0, "unchanged": 1, "objection": first["objection"]}
    assert month.count("score.objection") == 1


def test_one_line_has_one_open_objection(month: ScoredMonth) -> None:
    ask(month)
    with pytest.raises(NotAllowed, match="is open; it is answered first"):
        ask(month, words="something else")


def test_after_the_last_day_it_is_refused_with_that_day(month: ScoredMonth) -> None:
    published(month)
    assert ask(month, today=date(2026, 7, 13))["raised"] == 1
    with pytest.raises(NotAllowed, match="the last day for objections was 2026-07-13"):
        ask(month, "follow_up_coverage", today=date(2026, 7, 14))


def test_the_last_day_is_the_one_that_the_documents_name(month: ScoredMonth) -> None:
    published(month, "2026-07-06T17:00:00Z")  # the 7th in the group's zone
    until = report_of(month.engine, month.group, month.policy, MONTH).rows.objection_until
    assert until == date(2026, 7, 14)
    assert ask(month, today=until)["raised"] == 1


def test_a_month_that_is_not_published_takes_objections(month: ScoredMonth) -> None:
    assert ask(month, today=date(2026, 9, 1))["raised"] == 1


@pytest.mark.parametrize(
    ("user", "role", "store"),
    [("nobody", None, "*"), ("staff.qi", "staff", "*"), ("manager.xu", "manager", "SK02")],
)
def test_only_hr_and_the_stores_manager_raise_one(
    month: ScoredMonth, user: str, role: str | None, store: str
) -> None:
    if role:
        month.role(user, role, store)
    with pytest.raises(NotAllowed, match=r"neither role hr nor manager of (the )?store"):
        ask(month, user=user)
    assert month.count("score.objection") == 0


def test_what_is_not_there_cannot_be_objected_to(month: ScoredMonth) -> None:
    with pytest.raises(NotAllowed, match="E1 has no figure or proposal quality in 2026-06"):
        ask(month, "quality")
    with pytest.raises(NotAllowed, match="needs words"):
        ask(month, words=" ")
    with pytest.raises(PeriodRefused, match="score it first"):
        raise_objection(
            *(month.engine, month.group, month.policy, "2026-05", "E1", LINE, "no", "hr.li", TODAY)
        )


def test_a_figure_of_several_scorecards_is_named_with_its_scorecard(month: ScoredMonth) -> None:
    month.store("SK02")
    month.person("E1", store_code="SK02")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    with pytest.raises(NotAllowed, match=r"say which: 2026-06\.SC\.SK01\.E1, 2026-06\.SC\.SK02"):
        ask(month)
    assert ask(month, scorecard_id=CARD)["raised"] == 1


def test_what_stands_on_a_line_under_objection_cannot_be_approved(month: ScoredMonth) -> None:
    number = ask(month)["objection"]
    with pytest.raises(NotAllowed, match=f"under objection {number}: .* due on 2026-07-13"):
        decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    answer_objection(month.engine, number, "dismiss", "the answers are right", "hr.wu", TODAY)
    assert (
        decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)[
            "decided"
        ]
        == 1
    )


def test_it_can_be_rejected_at_any_time(month: ScoredMonth) -> None:
    ask(month)
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
    assert [row["decision"] for row in list_proposals(month.engine, MONTH)] == ["reject"]


def test_a_proposal_that_stands_on_something_else_is_not_frozen(month: ScoredMonth) -> None:
    ask(month, "follow_up_coverage")
    assert (
        decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)[
            "decided"
        ]
        == 1
    )


def test_a_proposal_itself_is_objected_to(month: ScoredMonth) -> None:
    ask(month, WARNING)
    with pytest.raises(NotAllowed, match="under objection"):
        decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)


def test_a_proposal_to_which_an_objection_was_upheld_can_only_be_rejected(
    month: ScoredMonth,
) -> None:
    number = ask(month, WARNING)["objection"]
    answer_objection(month.engine, number, "uphold", "it was the car", "hr.wu", TODAY)
    with pytest.raises(NotAllowed, match=f"objection {number} to it was upheld; reject it"):
        decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    assert (
        decide(
            month.engine, month.group, month.policy, [WARNING], "reject", "upheld", "hr.li", TODAY
        )["decided"]
        == 1
    )
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert report.lifted_proposals == {WARNING}


def test_only_hr_answers_and_nobody_about_themselves(month: ScoredMonth) -> None:
    number = ask(month)["objection"]
    month.add("ops.user_role", user_name="wang", role="hr", employee_no="E1")
    with pytest.raises(NotAllowed, match="does not hold role hr"):
        answer_objection(month.engine, number, "uphold", "yes", "manager.he", TODAY)
    with pytest.raises(NotAllowed, match="is the person it is about"):
        answer_objection(month.engine, number, "uphold", "yes", "wang", TODAY)
    assert [row["state"] for row in list_objections(month.engine)] == ["open"]


def own_login(month: ScoredMonth) -> None:
    month.add("ops.user_role", user_name="wang", role="staff", employee_no="E1")


def test_employees_raise_their_own_and_nobody_elses_once_they_are_told_of_it(
    month: ScoredMonth,
) -> None:
    own_login(month)
    month.person("E2")
    month.answered("E2", [9] * 11)
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    with pytest.raises(NotAllowed, match="2026-06 is not published yet"):
        ask(month, user="wang")
    published(month)
    assert ask(month, user="wang")["raised"] == 1
    with pytest.raises(NotAllowed, match="neither role hr nor manager"):
        ask(month, user="wang", employee_no="E2")
    # Nobody told them of a sanction that was not approved: for them it is not there.
    with pytest.raises(NotAllowed, match="E1 has no figure or proposal"):
        ask(month, WARNING, user="wang")


def test_a_manager_raises_their_own_at_another_store_as_an_employee(month: ScoredMonth) -> None:
    month.add("ops.user_role", user_name="xu", role="manager", store_code="SK02", employee_no="E1")
    with pytest.raises(NotAllowed, match="neither role hr nor manager of store SK01"):
        ask(month, user="xu")
    published(month)
    assert ask(month, user="xu")["raised"] == 1
    with pytest.raises(NotAllowed, match="E1 has no figure or proposal"):
        ask(month, WARNING, user="xu")


def test_who_raised_it_does_not_answer_it_under_any_login(month: ScoredMonth) -> None:
    month.add("ops.user_role", user_name="qian", role="hr", employee_no="H1")
    month.add("ops.user_role", user_name="qian.2", role="hr", employee_no="H1")
    number = ask(month, user="qian")["objection"]
    for user in ("qian", "qian.2"):
        with pytest.raises(NotAllowed, match=f"{user} raised it; somebody else with the role hr"):
            answer_objection(month.engine, number, "dismiss", "no", user, TODAY)
    assert answer_objection(month.engine, number, "dismiss", "no", "hr.wu", TODAY)["answered"] == 1


def test_who_decided_a_proposal_does_not_answer_an_objection_to_it(month: ScoredMonth) -> None:
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    about_it = ask(month, WARNING)["objection"]
    about_the_line = ask(month)["objection"]
    with pytest.raises(NotAllowed, match=r"hr\.li decided the proposal that it is about"):
        answer_objection(month.engine, about_it, "dismiss", "no", "hr.li", TODAY)
    for number, user in ((about_it, "hr.wu"), (about_the_line, "hr.li")):
        assert answer_objection(month.engine, number, "dismiss", "no", user, TODAY)["answered"]


@pytest.mark.parametrize("about", ["care_activity_points", "points_total"])
def test_who_rated_does_not_answer_an_objection_to_what_they_rated(
    month: ScoredMonth, about: str
) -> None:
    month.person("S1", role="SUP")
    month.rating("S1", "care_activity", "8.5", rater_no="H1")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    month.add("ops.user_role", user_name="qian", role="hr", employee_no="H1")
    number = ask(month, about, employee_no="S1")["objection"]
    with pytest.raises(NotAllowed, match="qian rated what it is about"):
        answer_objection(month.engine, number, "dismiss", "no", "qian", TODAY)
    assert answer_objection(month.engine, number, "dismiss", "no", "hr.wu", TODAY)["answered"] == 1
    other = ask(month)["objection"]
    assert answer_objection(month.engine, other, "dismiss", "no", "qian", TODAY)["answered"] == 1


def test_an_answer_is_given_once_and_says_why(month: ScoredMonth) -> None:
    number = ask(month)["objection"]
    with pytest.raises(NotAllowed, match="needs words"):
        answer_objection(month.engine, number, "uphold", "", "hr.wu", TODAY)
    given = (month.engine, number, "uphold", "it was the car", "hr.wu", date(2026, 7, 20))
    assert answer_objection(*given) == {"answered": 1, "unchanged": 0}  # type: ignore[arg-type]
    assert answer_objection(*given) == {"answered": 0, "unchanged": 1}  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="was answered on 2026-07-20; the answer stays"):
        answer_objection(month.engine, number, "dismiss", "no", "hr.wu", TODAY)
    with pytest.raises(NotAllowed, match="there is no objection 99"):
        answer_objection(month.engine, 99, "dismiss", "no", "hr.wu", TODAY)
    (kept,) = list_objections(month.engine, MONTH)
    assert (kept["state"], kept["answer"], kept["answered_by"]) == (
        "upheld",
        "it was the car",
        "hr.wu",
    )


def test_a_line_that_is_answered_can_be_objected_to_again_in_time(month: ScoredMonth) -> None:
    number = ask(month)["objection"]
    answer_objection(month.engine, number, "dismiss", "no", "hr.wu", TODAY)
    assert ask(month, words="one more answer")["raised"] == 1


def test_the_report_of_the_month_knows_what_is_frozen(month: ScoredMonth) -> None:
    number = ask(month)["objection"]
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert report.frozen_lines == {(CARD, LINE)}
    assert report.frozen_proposals == {WARNING}
    answer_objection(month.engine, number, "dismiss", "no", "hr.wu", TODAY)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert (report.frozen_lines, report.frozen_proposals) == (frozenset(), frozenset())


def test_a_month_is_scored_and_published_again_whatever_is_objected_to(
    month: ScoredMonth,
) -> None:
    ask(month)
    month.answered("E1", [9] * 40)
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    propose(month.engine, month.group, month.policy, MONTH)
    assert list_proposals(month.engine, MONTH) == []
    send(month)
    (kept,) = list_objections(month.engine, MONTH)
    assert (kept["denominator"], kept["proposals"]) == (11, [])


@pytest.mark.parametrize(
    ("verdict", "about", "step"),
    [
        ("dismiss", WARNING, "written_criticism"),
        ("uphold", WARNING, "oral_warning"),
        ("", WARNING, "oral_warning"),
        ("uphold", LINE, "written_criticism"),
    ],
)
def test_a_warning_that_was_objected_to_with_reason_is_not_counted_as_an_earlier_one(
    month: ScoredMonth, verdict: Any, about: str, step: str
) -> None:
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    month.told(MONTH)
    number = ask(month, about)["objection"]
    if verdict:
        answer_objection(month.engine, number, verdict, "so it is", "hr.wu", TODAY)
    month.complaint("E1", on=date(2026, 7, 20))
    score_month(month.engine, month.group, month.policy, "2026-07", date(2026, 8, 6))
    propose(month.engine, month.group, month.policy, "2026-07")
    assert [row["step"] for row in list_proposals(month.engine, "2026-07")] == [step]


def test_an_objection_is_about_the_figure_of_a_reward_and_not_about_the_reward(
    month: ScoredMonth,
) -> None:
    reward = nominated(month)
    with pytest.raises(NotAllowed, match="is a reward; object to the figure"):
        ask(month, reward)
    assert list_objections(month.engine) == []
