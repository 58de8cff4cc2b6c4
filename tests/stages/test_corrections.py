"""What was to be put right by a day (S1-30), and what the first whole month after it was told says of it."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, update
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import PeriodRefused
from aftercare.protection import Keyring, new_keyring_json
from aftercare.reports.scorecard_mail import scorecard_message
from aftercare.reports.scorecard_words import read_words
from aftercare.settings import Language
from aftercare.stages.corrections import corrections
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.proposals import decide, list_proposals, propose
from aftercare.stages.publish import publish, report_of
from aftercare.stages.scorecards import score_month

KEYRING = Keyring.from_json(new_keyring_json())
BEFORE = "2026-04"
WARNING = f"{BEFORE}.E1.oral_warning"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    return made


def run_month(month: ScoredMonth, key: str = MONTH) -> None:
    score_month(month.engine, month.group, month.policy, key, TODAY)
    propose(month.engine, month.group, month.policy, key)


def warned(month: ScoredMonth, decision: str = "approve") -> None:
    """A warning of April that is told on 6 May: to be put right by 5 June, and June says whether it was."""
    month.complaint("E1", on=date(2026, 4, 20))
    run_month(month, BEFORE)
    decide(month.engine, month.group, month.policy, [WARNING], decision, "talked", "hr.li", TODAY)  # type: ignore[arg-type]
    month.told(BEFORE)


def results(month: ScoredMonth, key: str = MONTH) -> list[tuple[str, str]]:
    found = corrections(month.engine, month.policy, key)
    return [(row["proposal_id"], row["result"]) for row in found]


def test_a_month_without_a_reason_says_that_it_was_put_right(month: ScoredMonth) -> None:
    warned(month)
    run_month(month)
    assert results(month) == [(WARNING, "put_right")]
    (row,) = corrections(month.engine, month.policy, MONTH)
    assert row["correct_by"] == date(2026, 6, 5)


def test_a_month_with_a_reason_says_that_it_was_not(month: ScoredMonth) -> None:
    warned(month)
    month.complaint("E1")
    run_month(month)
    (row,) = corrections(month.engine, month.policy, MONTH)
    assert (row["result"], row["again"]) == ("again", f"{MONTH}.E1.written_criticism")


@pytest.mark.parametrize(("answers", "result"), [(9, "too_few"), (10, "put_right")])
def test_bad_answers_are_put_right_by_ten_better_ones(
    month: ScoredMonth, answers: int, result: str
) -> None:
    for _ in range(10):
        key = month.task("E1", due_on=date(2026, 4, 10))
        month.call(key, satisfaction=2, called_on=date(2026, 4, 10))
    run_month(month, BEFORE)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    month.told(BEFORE)
    month.answered("E1", [9] * answers)
    run_month(month)
    assert results(month) == [(WARNING, result)]


def test_who_is_not_scored_any_more_is_not_known(month: ScoredMonth) -> None:
    month.person("E2", until=date(2026, 4, 30))
    month.complaint("E2", on=date(2026, 4, 20))
    run_month(month, BEFORE)
    decide(
        month.engine,
        month.group,
        month.policy,
        [f"{BEFORE}.E2.oral_warning"],
        "approve",
        "",
        "hr.li",
        TODAY,
    )
    month.told(BEFORE)
    run_month(month)
    assert results(month) == [(f"{BEFORE}.E2.oral_warning", "not_scored")]


def test_a_reason_that_was_rejected_is_none(month: ScoredMonth) -> None:
    warned(month)
    month.complaint("E1")
    run_month(month)
    decide(
        month.engine,
        month.group,
        month.policy,
        [f"{MONTH}.E1.written_criticism"],
        "reject",
        "a part",
        "hr.li",
        TODAY,
    )
    assert results(month) == [(WARNING, "put_right")]


def test_a_reason_to_which_an_objection_was_upheld_is_none(month: ScoredMonth) -> None:
    warned(month)
    month.complaint("E1")
    run_month(month)
    step = f"{MONTH}.E1.written_criticism"
    decide(month.engine, month.group, month.policy, [step], "approve", "", "hr.li", TODAY)
    given = (month.engine, month.group, month.policy, MONTH, "E1", step, "it was not me")
    number = raise_objection(*given, "hr.li", TODAY)["objection"]
    assert results(month) == [(WARNING, "again")]
    answer_objection(month.engine, number, "uphold", "a part was late", "hr.wu", TODAY)
    assert results(month) == [(WARNING, "put_right")]


def test_what_was_rejected_need_not_be_put_right(month: ScoredMonth) -> None:
    warned(month, "reject")
    run_month(month)
    assert results(month) == []


def test_a_referral_is_nothing_to_be_put_right(month: ScoredMonth) -> None:
    for key in ("2026-02", "2026-03", BEFORE):
        month.complaint("E1", on=date.fromisoformat(f"{key}-20"))
        run_month(month, key)
        keys = [row["proposal_id"] for row in list_proposals(month.engine, key)]
        decide(month.engine, month.group, month.policy, keys, "approve", "", "hr.li", TODAY)
        month.told(key)
    assert keys == [f"{BEFORE}.E1.hr_referral", f"{BEFORE}.E1.points_less"]
    run_month(month)
    assert results(month) == [(f"{BEFORE}.E1.points_less", "put_right")]


def test_only_the_first_whole_month_after_it_was_told_says_it(month: ScoredMonth) -> None:
    warned(month)
    run_month(month)
    run_month(month, "2026-05")
    assert results(month, BEFORE) == results(month, "2026-05") == []


def test_the_time_to_put_it_right_runs_from_the_publication(month: ScoredMonth) -> None:
    month.complaint("E1", on=date(2026, 1, 20))
    run_month(month, "2026-01")
    (step,) = list_proposals(month.engine, "2026-01")
    assert (step["correct_by"], step["correct_within"]) == (None, 30)
    decide(
        month.engine,
        month.group,
        month.policy,
        [step["proposal_id"]],
        "approve",
        "",
        "hr.li",
        TODAY,
    )
    with MailServer() as server:
        asked = (month.engine, KEYRING, month.group, month.policy, "2026-01", server.mailer())
        publish(*asked, "hr.li", TODAY)
    assert list_proposals(month.engine, "2026-01")[0]["correct_by"] == date(2026, 8, 5)
    run_month(month)
    assert results(month) == []


def test_what_nobody_was_told_of_need_not_be_put_right(month: ScoredMonth) -> None:
    month.complaint("E1", on=date(2026, 4, 20))
    run_month(month, BEFORE)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    run_month(month)
    assert results(month) == []
    month.told(BEFORE, is_told=False)
    assert results(month) == []


def test_a_day_that_was_set_before_stays_and_is_judged_as_it_was(month: ScoredMonth) -> None:
    month.complaint("E1", on=date(2026, 5, 20))
    run_month(month, "2026-05")
    key = "2026-05.E1.oral_warning"
    decide(month.engine, month.group, month.policy, [key], "approve", "", "hr.li", TODAY)
    steps = month.table("score.sanction_proposal")
    of_before = {"correct_by": date(2026, 7, 5), "correct_within": None}
    with month.engine.begin() as connection:
        connection.execute(update(steps).values(of_before))
    month.told("2026-05")
    run_month(month)
    assert results(month) == [(key, "put_right")]


def test_a_month_that_was_not_scored_says_nothing(month: ScoredMonth) -> None:
    with pytest.raises(PeriodRefused, match="score it first"):
        corrections(month.engine, month.policy, MONTH)


def told(month: ScoredMonth, language: Language) -> str:
    """The plain text of HR's mail of June."""
    report = report_of(month.engine, month.group, month.policy, MONTH)
    body = scorecard_message(report, read_words(language)).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_hrs_mail_says_which_were_due_and_that_they_were_met(month: ScoredMonth) -> None:
    warned(month)
    run_month(month)
    assert "整改期限已到的处分 1 项：已整改 1 项。" in told(month, "zh")
    assert f"员工E1，{WARNING}，限期 2026-06-05：已整改" in told(month, "zh")
    assert "Steps that were to be put right, 1: 1 put right." in told(month, "en")
    assert f"员工E1, {WARNING}, due 2026-06-05: put right" in told(month, "en")


def test_hrs_mail_says_that_one_was_not_met_and_by_which_step(month: ScoredMonth) -> None:
    warned(month)
    month.complaint("E1")
    run_month(month)
    again = f"{MONTH}.E1.written_criticism"
    assert f"：未整改，当月再次达到条件（{again}）" in told(month, "zh")
    assert f": not put right, a reason again ({again})" in told(month, "en")


def test_hrs_mail_of_a_month_in_which_none_was_due_says_nothing(month: ScoredMonth) -> None:
    run_month(month)
    assert "整改期限" not in told(month, "zh")
    assert "put right" not in told(month, "en")


def test_the_command_names_each_with_its_day(
    month: ScoredMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(month.engine)))
    connections.forget()
    warned(month)
    month.complaint("E1")
    run_month(month)
    told = CliRunner().invoke(cli, ["proposals", "corrections", MONTH])
    assert told.output.splitlines() == [
        f"{WARNING}\t员工E1\t2026-06-05\tagain\t{MONTH}.E1.written_criticism",
        "1 to be put right",
    ]
