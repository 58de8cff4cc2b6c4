"""What stewards type about people, and what they see."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from people_of_orders import RING, TODAY, Nights, sale, visit
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import BadData

SECRETS = ("王五", "13912345678", "13987654321", "LSVAA4182E2184847")


@pytest.fixture
def nights(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """One name on one car with two phones, known as of the last night."""
    made = Nights(warehouse)
    made.night(
        sale("A", "LSVAA4182E2184847", "王五", "13912345678"),
        visit("B", "LSVAA4182E2184847", "王五", "13987654321"),
    )
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    for name, value in {
        "WAREHOUSE": database(warehouse),
        "KEYS": {"conn_type": "generic", "password": RING},
    }.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_AFTERCARE_{name}", json.dumps(value))
    connections.forget()
    return made


@pytest.fixture
def say(nights: Nights) -> Callable[..., Result]:
    """Runs `aftercare people` and sees to it that nothing personal is shown."""

    def run(*words: str) -> Result:
        said = CliRunner().invoke(cli, ["people", *words])
        assert not any(secret in said.output for secret in SECRETS)
        return said

    return run


def test_a_candidate_is_merged_and_the_merge_is_taken_back(say: Callable[..., Result]) -> None:
    shown = say("candidates")
    kept, contact, other, _, why = shown.output.splitlines()[0].split("\t")
    assert {kept, other} == {"S1.A.customer", "S1.B.deliverer"}
    assert contact in ("** *********78", "** *********21")
    assert why == "one name and vehicle, other phones"
    assert shown.output.splitlines()[-1] == "1 of 1 pairs"

    merged = say("merge", kept, other, "--reason", "new phone", "--user", "amy")
    assert "decision 1: merge" in merged.output
    assert say("candidates").output == "0 of 0 pairs\n"
    assert json.loads(say("show", other).output)["merged"] == [other]
    row = say("decisions").output.split("\t")
    assert row[:4] == ["1", "stands", f"merge {kept} {other}", "amy"]
    assert row[-1] == "new phone\n"

    undone = say("undo", "1", "--reason", "wrong", "--user", "amy")
    assert "decision 2: undo of 1" in undone.output
    assert say("candidates").output == shown.output
    assert [line.split("\t")[1] for line in say("decisions").output.splitlines()] == [
        "undone",
        "undo",
    ]


def test_candidates_can_be_asked_for_by_store_and_kept_apart(say: Callable[..., Result]) -> None:
    assert say("candidates", "--store", "S2").output == "0 of 0 pairs\n"
    assert "1 of 1 pairs" in say("candidates", "--store", "S1").output
    apart = say("apart", "S1.A.customer", "S1.B.deliverer", "--reason", "asked", "--user", "amy")
    assert apart.exit_code == 0
    assert say("candidates").output == "0 of 0 pairs\n"


def test_people_are_worked_out_on_demand(say: Callable[..., Result]) -> None:
    assert json.loads(say("refresh").output)["vehicles"] == 0
    everybody = json.loads(say("refresh", "--all").output)
    assert (everybody["vehicles"], everybody["roles"]) == (1, 0)


def test_what_is_refused_is_said_in_words(say: Callable[..., Result]) -> None:
    said = say("merge", "S1.A.customer", "S1.A.customer", "--reason", "x", "--user", "amy")
    assert isinstance(said.exception, BadData)
    assert "one customer already" in str(said.exception)
