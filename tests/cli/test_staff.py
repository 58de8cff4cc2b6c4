"""Who is away, by command: entered, listed, ended; and what why tells of a task that was covered."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from care_group import KEYS, REPAIR, CareGroup, july
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import NotAllowed
from aftercare.settings import read_group
from aftercare.stages.staff import REASONS

LEAVE = ("staff", "away", "CA01-AC1", "--from", "2026-07-02", "--until", "2026-07-05")
WHY = ("--reason", "leave", "--user", "zhang")


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> CareGroup:
    monkeypatch.setenv("AFTERCARE_TODAY", july(1).isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.grant("zhang", "manager")
    made.person("CA01-AC2", "AC", "CA01", since=july(2))
    made.repair("R", july(1))
    return made


@pytest.fixture
def say(care: CareGroup) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli, words)


def test_who_is_away_is_entered_once_listed_and_covered(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    entered = say(*LEAVE, "--deputy", "CA01-AC2", *WHY).output
    assert entered == (
        "CA01-AC1 员工CA01-AC1: away from 2026-07-02 to 2026-07-05, deputy CA01-AC2 员工CA01-AC2; "
        "the night before the first day gives the work away\n"
    )
    assert "was entered already" in say(*LEAVE, "--deputy", "CA01-AC2", *WHY).output
    listed = say("staff", "list").output.splitlines()
    assert listed[0].split("\t") == [
        *("CA01-AC1", "员工CA01-AC1", "CA01", "2026-07-02", "2026-07-05"),
        *("deputy CA01-AC2 员工CA01-AC2", "leave", "zhang"),
    ]
    assert listed[1:] == ["1 absences"]
    care.night(july(1))
    told = say("why", REPAIR, "--language", "en").output
    assert "CA01-AC2 (role AC)" in told
    assert "away: CA01-AC1, 2026-07-02 to 2026-07-05, deputy CA01-AC2" in told
    assert (
        "不在岗：CA01-AC1，2026-07-02 至 2026-07-05，由 CA01-AC2 代行" in say("why", REPAIR).output
    )


def test_who_comes_back_early_or_does_not_go_is_told_so(
    care: CareGroup, say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    say(*LEAVE, *WHY)
    assert "does not go on 2026-07-02" in say("staff", "back", "CA01-AC1", "--user", "zhang").output
    assert say("staff", "list").output == "0 absences\n"
    assert "away from" in say(*LEAVE, *WHY).output
    monkeypatch.setenv("AFTERCARE_TODAY", july(3).isoformat())
    back = say("staff", "back", "CA01-AC1", "--user", "zhang").output
    assert back == "CA01-AC1 员工CA01-AC1: works again from 2026-07-04 on\n"


def test_the_command_knows_every_kind_of_absence(say: Callable[..., Result]) -> None:
    assert f"[{'|'.join(REASONS)}]" in say("staff", "away", "--help").output


def test_a_stranger_is_told_which_role_is_needed(say: Callable[..., Result]) -> None:
    refused = say(*LEAVE, "--reason", "leave", "--user", "guest")
    assert isinstance(refused.exception, NotAllowed)
    assert "guest is no operator or manager of CA01" in str(refused.exception)
