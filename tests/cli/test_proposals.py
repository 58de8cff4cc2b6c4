"""Proposals by command: the list tells sanctions from rewards, the record holds what was approved."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result
from rewards_month import RewardsMonth
from scored_month import MONTH, TODAY
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.stages.ladder import settle_ladder
from aftercare.stages.proposals import decide, propose
from aftercare.stages.scorecards import score_month


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> RewardsMonth:
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    connections.forget()
    made = RewardsMonth(warehouse)
    made.store()
    made.role("hr.li", "hr")
    made.post([(19, 20), *[(18, 20)] * 9])
    made.complaint("AC05")
    propose(made.engine, made.group, made.policy, MONTH)
    made.propose()
    return made


@pytest.fixture
def say(month: RewardsMonth) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli, ["proposals", *words])


def test_the_list_shows_the_kind_of_each(say: Callable[..., Result]) -> None:
    lines = say("list", MONTH).output.splitlines()
    kinds = [line.split("\t")[:3] for line in lines if line.startswith("2026")]
    assert kinds == [
        ["2026-06.AC01.satisfaction_star", "reward", "open"],
        ["2026-06.AC05.oral_warning", "sanction", "open"],
    ]
    assert lines[-1] == "2 proposals"


def test_the_list_names_the_sanction_beside_a_reward(
    month: RewardsMonth, say: Callable[..., Result]
) -> None:
    month.complaint("AC01")
    propose(month.engine, month.group, month.policy, MONTH)
    month.propose()
    output = say("list", MONTH).output
    assert output.count("A sanction is proposed, too: 2026-06.AC01.oral_warning\n") == 1


def test_the_record_holds_what_was_approved(
    month: RewardsMonth, say: Callable[..., Result]
) -> None:
    assert say("record", MONTH).output == "0 approved rewards\n"
    star = ["2026-06.AC01.satisfaction_star"]
    decide(month.engine, month.group, month.policy, star, "approve", "", "hr.li", TODAY)
    assert say("record", MONTH).output.splitlines() == [
        "AC01\t员工AC01\t2026-06\tsatisfaction_star",
        "1 approved rewards",
    ]


def test_the_list_says_what_a_step_stands_on_that_was_overturned_and_what_was_withdrawn(
    month: RewardsMonth, say: Callable[..., Result]
) -> None:
    first, second = f"{MONTH}.AC05.oral_warning", "2026-07.AC05.written_criticism"
    decide(month.engine, month.group, month.policy, [first], "approve", "", "hr.li", TODAY)
    month.told(MONTH)
    month.complaint("AC05", on=date(2026, 7, 20))
    score_month(month.engine, month.group, month.policy, "2026-07", date(2026, 8, 6))
    propose(month.engine, month.group, month.policy, "2026-07")
    assert "\n  Overturned" not in say("list", "2026-07").output
    # Who decides or answers settles, too; here nobody did yet.
    month.takes_back(first)
    shown = say("list", "2026-07").output
    assert f"\n  Overturned: {first}\n  Undecided: aftercare score 2026-07 withdraws it" in shown
    assert settle_ladder(month.engine, month.group, month.policy)["withdrawn"] == 1
    shown = say("list", "2026-07").output
    assert f"{second}\tsanction\twithdrawn\t" in shown
    assert "2026-07.AC05.oral_warning\tsanction\topen" in shown
