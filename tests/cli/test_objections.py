"""Objections and adjustments by command."""

import json
from collections.abc import Callable

import pytest
from care_group import KEYS
from click.testing import CliRunner, Result
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import NotAllowed
from aftercare.stages.policy import load_policy
from aftercare.stages.proposals import propose
from aftercare.stages.scorecards import score_month

LINE = "satisfied_share"
RAISE = ("raise", MONTH, "E1", LINE, "--words", "two were about the car", "--user", "manager.he")


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> ScoredMonth:
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = ScoredMonth(warehouse)
    load_policy(warehouse, made.policy)
    made.store()
    made.person("E1", name="王芳")
    made.role("hr.li", "hr")
    made.role("manager.he", "manager", "SK01")
    made.answered("E1", [9] * 7 + [2] * 4)
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    propose(made.engine, made.group, made.policy, MONTH)
    return made


@pytest.fixture
def say(month: ScoredMonth) -> Callable[..., Result]:
    def said(*words: str) -> Result:
        return CliRunner().invoke(cli, words)

    return said


def number(month: ScoredMonth) -> str:
    return str(month.rows("score.objection")[0]["objection_id"])


def test_an_objection_is_raised_listed_and_answered(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    assert say("objections", *RAISE).output == f"已登记异议 {number(month)}\n"
    again = say("objections", *RAISE, "--language", "en").output
    assert again == f"Objection {number(month)} is there already; nothing changed\n"
    listed = say("objections", "list", MONTH, "--language", "en").output
    assert "E1\t王芳\tSatisfied share\t2026-07-06\t2026-07-13\t▲ open" in listed
    assert "What is objected: two were about the car" in listed
    assert listed.splitlines()[-1] == "1 objections, 1 open"
    answered = ("answer", number(month), "dismiss", "--words", "they were not", "--user", "hr.li")
    assert say("objections", *answered).output == f"已答复异议 {number(month)}\n"
    assert "没有变动" in say("objections", *answered).output
    assert "they were not" in say("objections", "list").output
    assert say("objections", "list", "--open").output == "1 项异议，0 项待答复\n"


def test_the_list_says_whether_the_employee_was_told_by_mail(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    say("objections", *RAISE)
    for told, state, reason in (("receipt", "sent", None), ("answer", "suppressed", "no_address")):
        month.add(
            "outbound.mail",
            report_key=f"objections/{number(month)}/employee/{told}",
            recipient_role="employee",
            recipient_hash=b"",
            recipient_masked="",
            language="zh",
            state=state,
            reason=reason,
        )
    lines = say("objections", "list", MONTH).output.splitlines()
    assert lines[2:4] == ["  收到通知：sent", "  答复邮件：suppressed（no_address）"]


def test_who_may_not_is_told_why(month: ScoredMonth, say: Callable[..., Result]) -> None:
    refused = say("objections", *RAISE[:-1], "nobody").exception
    assert isinstance(refused, NotAllowed)
    assert "neither role hr nor manager of the store" in str(refused)


def test_a_late_answer_is_listed_as_late(
    month: ScoredMonth, say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    say("objections", *RAISE)
    monkeypatch.setenv("AFTERCARE_TODAY", "2026-07-14")
    assert "▲ 答复逾期" in say("objections", "list", "--open").output


def test_scoring_a_published_month_again_shows_adjustments_with_the_evidence(
    month: ScoredMonth, say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    month.add("score.publication", month=MONTH, approved_by="hr.li")
    late = month.task("E1")
    monkeypatch.setenv("AFTERCARE_TODAY", "2026-07-20")
    done = json.loads(say("score", MONTH).output)
    assert (done["changed"], done["adjusted"] > 0) == (0, True)
    assert json.loads(say("score", MONTH).output)["adjusted"] == 0
    told = say("evidence", MONTH, "E1", "follow_up_coverage").output
    assert "2026-06.SC.SK01.E1 follow_up_coverage: 11 of 11, 0 excluded" in told
    assert (
        "adjusted on 2026-07-20: issued 11/11 = 100%, would be 11/12 = 91.7%: "
        f"came late: {late}" in told
    )
    assert say("evidence", MONTH, "all", "follow_up_coverage").output.count("adjusted on") == 1


def test_the_months_run_looks_at_the_published_months_before(
    month: ScoredMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aftercare import runs

    month.add("score.publication", month=MONTH, approved_by="hr.li")
    monkeypatch.setenv("AFTERCARE_TODAY", "2026-08-06")
    assert runs.adjust("2026-07") == {}
    month.task("E1")
    month.feeds("repair_order")
    assert runs.adjust("2026-07")[MONTH]["adjusted"] > 0
    assert runs.adjust("2026-07") == {}
    month.feeds("booking")
    # Four months later nobody looks by himself.
    assert runs.adjust("2026-10") == {}
