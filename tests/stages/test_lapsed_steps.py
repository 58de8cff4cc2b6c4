"""Approved steps of published months for which there is no reason any more."""

import json
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
from care_group import KEYS as KEYS_CONNECTION
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, update
from whole_group import database

from aftercare import connections, runs
from aftercare.protection import Keyring, new_keyring_json
from aftercare.stages.ladder import list_withdrawn, settle_ladder
from aftercare.stages.objections import raise_objection
from aftercare.stages.policy import load_policy
from aftercare.stages.proposals import decide, list_proposals, propose
from aftercare.stages.scorecards import score_month
from aftercare.stages.told_overturned import tell_overturned

KEYS = Keyring.from_json(new_keyring_json())
MAY = "2026-05"
WARNED, CRITICISED = f"{MAY}.E1.oral_warning", f"{MONTH}.E1.written_criticism"
NOTHING = {"lapsed": 0, "lapsed_ended": 0}


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    """May is published: one complaint about E1 was upheld, and the warning approved."""
    made = ScoredMonth(warehouse)
    load_policy(warehouse, made.policy)
    made.store()
    made.person("E1")
    made.role("hr.li", "hr")
    made.complaint("E1", on=date(2026, 5, 20))
    scored(made, MAY)
    approve(made, WARNED)
    made.told(MAY)
    return made


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def scored(month: ScoredMonth, key: str) -> dict[str, int]:
    """Scores a month as its run does, or as the adjustments of a published one; counts of lapsed steps."""
    counts = score_month(month.engine, month.group, month.policy, key, TODAY)
    propose(month.engine, month.group, month.policy, key)
    return {name: counts[name] for name in NOTHING if name in counts}


def approve(month: ScoredMonth, *keys: str) -> None:
    decide(month.engine, month.group, month.policy, keys, "approve", "", "hr.li", TODAY)


def turns(month: ScoredMonth, on: date = date(2026, 5, 20), **values: Any) -> None:
    """The dealer system says something else of the complaints of a day."""
    complaints = month.table("core.complaint")
    with month.engine.begin() as connection:
        connection.execute(
            update(complaints).where(complaints.c.received_on == on).values(**values)
        )


def steps(month: ScoredMonth, key: str = MONTH) -> list[str]:
    return [row["proposal_id"] for row in list_proposals(month.engine, key)]


def tell(month: ScoredMonth, server: MailServer) -> dict[str, int]:
    with server.mailer().many() as line:
        return tell_overturned(month.engine, KEYS, month.group, date(2026, 7, 6), line)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    "values",
    [{"verdict": "rejected"}, {"cause": "product"}, {"vanished_day": date(2026, 7, 1)}],
)
def test_a_step_whose_complaint_is_none_any_more_counts_no_more(
    month: ScoredMonth, values: dict[str, Any]
) -> None:
    turns(month, **values)
    assert scored(month, MAY) == {"lapsed": 1, "lapsed_ended": 0}
    month.complaint("E1")
    scored(month, MONTH)
    assert steps(month) == [f"{MONTH}.E1.oral_warning"]
    (kept,) = list_proposals(month.engine, MAY)
    assert (kept["proposal_id"], kept["decision"]) == (WARNED, "approve")


def test_nothing_lapses_while_the_reason_is_there_and_a_second_run_changes_nothing(
    month: ScoredMonth,
) -> None:
    assert scored(month, MAY) == NOTHING
    turns(month, verdict="rejected")
    scored(month, MAY)
    before = month.rows("score.lapsed_step")
    assert scored(month, MAY) == NOTHING
    assert month.rows("score.lapsed_step") == before


def test_a_reason_that_is_there_again_ends_it(month: ScoredMonth) -> None:
    turns(month, verdict="rejected")
    scored(month, MAY)
    turns(month, verdict="upheld")
    assert scored(month, MAY) == {"lapsed": 0, "lapsed_ended": 1}
    month.complaint("E1")
    scored(month, MONTH)
    assert steps(month) == [CRITICISED]


def test_a_later_step_that_nobody_decided_is_withdrawn_with_the_reason(month: ScoredMonth) -> None:
    month.complaint("E1")
    scored(month, MONTH)
    assert steps(month) == [CRITICISED]
    turns(month, verdict="rejected")
    scored(month, MAY)
    settled = settle_ladder(month.engine, month.group, month.policy)
    assert settled == {"withdrawn": 1, "proposed": 1}
    assert steps(month) == [f"{MONTH}.E1.oral_warning"]
    (gone,) = list_withdrawn(month.engine, MONTH)
    assert "其原因已不存在" in gone["words"]
    assert "there is no reason for it any more" in gone["words"]


def test_hr_is_told_once_and_may_object_after_the_last_day(
    month: ScoredMonth, server: MailServer
) -> None:
    assert tell(month, server)["steps"] == 0
    turns(month, verdict="rejected")
    scored(month, MAY)
    assert tell(month, server)["sent"] == 1
    text = text_of(server.messages[0])
    assert "原因不复存在" in text
    assert f"aftercare objections raise {MAY} E1 {WARNED}" in text
    assert tell(month, server)["changed"] == 0
    assert len(server.messages) == 1
    given = (month.engine, month.group, month.policy, MAY, "E1", WARNED, "the complaint is gone")
    assert raise_objection(*given, "hr.li", TODAY)["raised"] == 1


def test_answers_that_are_others_now_are_no_reason_any_more(month: ScoredMonth) -> None:
    bad = month.answered("E1", [2] * 10)
    scored(month, MONTH)
    approve(month, *steps(month))
    month.told(MONTH)
    assert scored(month, MONTH) == NOTHING
    calls = month.table("core.call_result")
    with month.engine.begin() as connection:
        connection.execute(
            update(calls).where(calls.c.task_key.in_(bad[:9])).values(satisfaction=9)
        )
    assert scored(month, MONTH)["lapsed"] == 1


@pytest.fixture
def installed(
    month: ScoredMonth, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailServer]:
    """The connections by which the runs of a month and of a night find warehouse, keys and mails."""
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": server.port,
        "extra": {"disable_ssl": True, "disable_tls": True, "timeout": 5},
    }
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS_CONNECTION)
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(month.engine)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_SMTP", json.dumps(smtp))
    connections.forget()
    yield server
    connections.forget()


def test_the_runs_of_month_and_night_find_a_step_without_reason_and_tell_hr_once(
    month: ScoredMonth, installed: MailServer
) -> None:
    night = "2026-07-05"
    issued = list_proposals(month.engine, MAY)
    # Nothing came in since May was scored: nobody looks, and there is nothing to say.
    assert runs.adjust(MONTH) == {}
    assert runs.tell_overturned(night)["steps"] == 0
    turns(month, verdict="rejected")
    month.feeds("complaint", day=date(2026, 7, 5))
    assert lapses(runs.adjust(MONTH)) == {MAY: {"lapsed": 1, "lapsed_ended": 0}}
    told = runs.tell_overturned(night)
    assert (told["steps"], told["sent"], told["changed"]) == (1, 1, 1)
    (message,) = installed.messages
    assert message["To"] == "hr@heyuan.example"
    assert f"{WARNED} 不再计入" in text_of(message)
    # What people decided is as they decided it, but for the mark.
    assert [(row["proposal_id"], row["decision"]) for row in issued] == [(WARNED, "approve")]
    assert list_proposals(month.engine, MAY) == [row | {"overturned": [WARNED]} for row in issued]
    assert runs.adjust(MONTH) == {}
    month.feeds("booking", day=date(2026, 7, 5))
    assert lapses(runs.adjust(MONTH)) == {MAY: NOTHING}
    assert runs.tell_overturned(night)["changed"] == 0
    assert len(installed.messages) == 1


def lapses(counts: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Of each month that was looked at, its counts of lapsed steps."""
    return {key: {name: month[name] for name in NOTHING} for key, month in counts.items()}
