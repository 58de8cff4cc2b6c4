"""Campaigns by command: started, listed, stopped; plan and why tell of their tasks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from care_group import KEYS, CareGroup, july
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import BadData
from aftercare.settings import read_group

START = ("campaign", "start", "storm-1", "--kind", "special_weather", "--subject", "heavy rain")


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> CareGroup:
    monkeypatch.setenv("AFTERCARE_TODAY", july(2).isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.grant("zhang", "operator")
    made.deliver("A", date(2026, 2, 10), store_code="SK01")
    return made


@pytest.fixture
def say(care: CareGroup) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli, words)


def test_a_campaign_starts_tomorrow_and_its_tasks_are_planned_and_explained(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    options = (*START, "--store", "SK01", "--user", "zhang")
    assert say(*options).output == "campaign storm-1: started, from 2026-07-03, for SK01\n"
    again = "campaign storm-1: was started already, from 2026-07-03, for SK01\n"
    assert say(*options).output == again
    planned = say("plan", "--day", "2026-07-02", "--list", "--language", "en").output
    assert "SK01.S2-07.A.storm-1" in planned
    assert "Advice on driving in special weather" in planned
    care.night(july(2))
    told = say("why", "SK01.S2-07.A.storm-1", "--language", "en").output
    assert "campaign storm-1: heavy rain; started by zhang at " in told
    assert "skoda-dealer/follow_ups/special_weather/known_within@2012-01-01 " in told
    assert "these dates come from the policy and calendar of their night" not in told
    listed = say("campaign", "list").output
    assert "storm-1\tspecial_weather\t2026-07-03\tSK01\theavy rain\tzhang " in listed
    assert "1 tasks, 1 open, 0 done\n1 campaigns\n" in listed


def test_a_campaign_is_stopped_by_command(care: CareGroup, say: Callable[..., Result]) -> None:
    say(*START, "--store", "SK01", "--user", "zhang")
    care.night(july(2))
    stopped = say("campaign", "stop", "storm-1", "--user", "zhang")
    assert stopped.output.startswith("campaign storm-1: stopped by zhang; its open tasks go")
    care.night(july(3))
    told = say("why", "SK01.S2-07.A.storm-1", "--language", "en").output
    assert "stopped by zhang at " in told
    assert "withdrawn (the campaign was stopped)" in told
    assert "\tstopped by zhang\t" in say("campaign", "list").output


def test_what_cannot_be_started_ends_in_words(say: Callable[..., Result]) -> None:
    problem = say(*START, "--user", "zhang").exception
    assert isinstance(problem, BadData)
    assert "for which stores, or for which region" in str(problem)


def test_a_greeting_says_of_which_day_it_is_and_what_it_was_said_with(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    phone = {"customer_phone_hash": b"one phone"}
    care.deliver("B", date(2025, 2, 1), store_code="SK01", born_on=date(1980, 7, 4), **phone)
    care.deliver("C", july(1), store_code="SK01", **phone)
    care.night(july(3))
    told = say("why", "SK01.S2-06.B.20260704", "--language", "en").output
    assert "greeting for the birthday on 2026-07-04" in told
    assert "waits for task SK01.S2-01.C, which goes first" in told
    care.night(date(2026, 9, 24))
    told = say("why", "SK01.S2-01.C.20260925", "--language", "zh").output
    assert "节日问候：中秋节，2026-09-25" in told
    assert "/festivals@2012-01-01" in told
