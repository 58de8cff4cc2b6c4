"""What staff answer against a rule is counted where a manager sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from care_group import CareGroup, july
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import PeriodRefused
from aftercare.settings import read_group

ENDS = {
    "CA01.S4-06.R1": "reached",
    "CA01.S4-06.R2": "already_called",
    "CA01.S4-06.R3": "not_our_customer",
    "CA01.S4-06.R4": "wrong_person",
    "SK01.S2-03.R5": "reached",
    "SK01.S2-03.R6": "no_answer",
}


@pytest.fixture
def say(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Repairs of July whose tasks were answered; and the command in English."""
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    connections.forget()
    care = CareGroup(warehouse, read_group())
    for key in ENDS:
        store_code, _, number = key.split(".")
        care.repair(number, july(2), store_code)
    care.repair("LATE", july(30))
    care.night(july(2))
    care.night(july(30))
    for key, outcome in {**ENDS, "CA01.S4-06.LATE": "already_called"}.items():
        task = care.task(key)
        care.call(key, task["open_on"] + timedelta(days=1), outcome)
    care.night(july(4))
    care.night(july(31) + timedelta(days=1))
    return lambda *words: CliRunner().invoke(cli, ["answers", "--language", "en", *words])


def test_answers_count_against_their_rule_in_the_month_of_the_task(
    say: Callable[..., Result],
) -> None:
    worst, best = json.loads(say("2026-07", "--json").output)
    assert worst == {
        "store_code": None,
        "pack": "changan-dealer",
        "rule_id": "S4-06",
        "occurrence": 1,
        "follow_up": "repair_call",
        "finished": 4,
        "wrong_person": 1,
        "already_called": 1,
        "not_our_customer": 1,
        "share": "0.7500",
    }
    assert (best["rule_id"], best["finished"], best["share"]) == ("S2-03", 1, "0.0000")
    (august,) = json.loads(say("2026-08", "--json").output)
    assert (august["finished"], august["already_called"]) == (1, 1)


def test_answers_are_shown_as_a_table_of_the_group_or_of_stores(say: Callable[..., Result]) -> None:
    head, columns, worst, best = say("2026-07").output.splitlines()
    assert head.startswith("Finished tasks due in 2026-07")
    assert columns.split("  ")[1].strip() == "Rule"
    assert worst.split() == (
        [
            "S4-06",
            "Call",
            "within",
            "three",
            "days",
            "of",
            "a",
            "workshop",
            "visit",
            "changan-dealer",
            "4",
            "1",
            "1",
            "1",
            "75.0%",
        ]
    )
    assert best.endswith("0.0%")
    by_store = say("2026-07", "--by-store").output.splitlines()
    assert [line.split()[0] for line in by_store[1:]] == ["Store", "CA01", "SK01"]
    (only,) = say("2026-07", "--store", "SK01").output.splitlines()[2:]
    assert only.split() == by_store[3].split()
    assert "no task is finished" in say("2026-01").output
    assert isinstance(say("2026-7").exception, PeriodRefused)
