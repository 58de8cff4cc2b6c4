"""Who decides sees why somebody was nominated, and who looks at a rating's row why it was given."""

import json

import pytest
from care_group import KEYRING as RING
from care_group import KEYS
from click.testing import CliRunner, Result
from rewards_month import RewardsMonth
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, event
from whole_group import database

from aftercare import connections, given_reasons
from aftercare.cli import cli
from aftercare.errors import NotAllowed
from aftercare.given_reasons import given_reasons as reasons_of
from aftercare.protection import Keyring, new_keyring_json
from aftercare.stages.scorecards import score_month


def stranger() -> Keyring:
    return Keyring.from_json(new_keyring_json())


def say(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> RewardsMonth:
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = RewardsMonth(warehouse)
    made.store()
    made.person("D1", role="DIR", name="\u738b\u603b")
    return made


def sealed(month: ScoredMonth, table: str, why: str) -> None:
    with month.engine.begin() as connection:
        rows = month.table(table)
        connection.execute(rows.update().values(reason_cipher=RING.encrypt(why)))


@pytest.fixture
def rated(month: RewardsMonth) -> RewardsMonth:
    month.person("S1", role="SUP")
    month.rating("S1", "care_activity", "8")
    month.role("hr.li", "hr")
    sealed(month, "core.rating", "\u529e\u4e86\u4e24\u573a\u6d3b\u52a8\x1b[2J\n=1+1")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    return month


@pytest.fixture
def nominated(month: RewardsMonth) -> RewardsMonth:
    month.person("T1", "TECHNICIAN")
    month.nomination("T1")
    sealed(month, "core.nomination", "a jig of their own")
    month.scored()
    month.propose()
    month.role("hr.li", "hr")
    month.role("m.he", "manager", "SK01")
    return month


def test_the_row_of_a_rating_says_who_gave_it_and_why(rated: RewardsMonth) -> None:
    said = say("evidence", MONTH, "S1", "care_activity_points", "--user", "hr.li").output
    assert "by \u738b\u603b (D1): \u529e\u4e86\u4e24\u573a\u6d3b\u52a8 [2J =1+1\n" in said
    assert "\x1b" not in said


def test_who_rated_and_why_is_opened_for_a_user_who_is_hr_there_and_for_nobody_else(
    rated: RewardsMonth,
) -> None:
    for whom in ("S1", "SK01", "all"):
        said = say("evidence", MONTH, whom, "care_activity_points").output
        assert "rating SK01|S1|2026-06|care_activity" in said
        assert "(D1)" not in said
        assert "\u529e\u4e86" not in said
    rated.role("m.he", "manager", "SK01")
    rated.role("hr.xu", "hr", "SK02")
    for user in ("m.he", "hr.xu", "nobody"):
        refused = say("evidence", MONTH, "all", "care_activity_points", "--user", user)
        assert isinstance(refused.exception, NotAllowed)
        assert refused.output == ""


def test_without_the_keys_it_says_so_and_shows_the_rest(
    rated: RewardsMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_AFTERCARE_KEYS")
    connections.forget()
    done = say("evidence", MONTH, "S1", "care_activity_points", "--user", "hr.li")
    assert done.exit_code == 0
    assert "(D1): the reason cannot be opened" in done.output


def test_hr_is_told_why_somebody_was_nominated(nominated: RewardsMonth) -> None:
    assert (
        "by \u738b\u603b (D1): a jig of their own"
        in say("proposals", "list", MONTH, "--user", "hr.li").output
    )


def test_nobody_else_is(nominated: RewardsMonth) -> None:
    assert "jig" not in say("proposals", "list", MONTH).output
    for user in ("m.he", "nobody"):
        refused = say("proposals", "list", MONTH, "--user", user)
        assert isinstance(refused.exception, NotAllowed)
        assert "jig" not in refused.output


def test_hundreds_of_reasons_are_read_at_once(
    month: RewardsMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given_reasons, "AT_ONCE", 4)
    rows = [("nomination", month.nomination(f"T{number}")) for number in range(10)]
    sealed(month, "core.nomination", "why")
    statements: list[str] = []
    event.listen(month.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = reasons_of(month.engine, lambda: RING, [*rows, ("follow_up_task", "K1")])
    assert [found[row].words for row in rows] == ["why"] * 10
    assert len([each for each in statements if "reason_cipher" in each]) == 3


def test_a_reason_that_another_ring_sealed_is_not_known(month: RewardsMonth) -> None:
    row = ("nomination", month.nomination("T1"))
    sealed(month, "core.nomination", "why")
    assert reasons_of(month.engine, stranger, [row])[row].words is None
