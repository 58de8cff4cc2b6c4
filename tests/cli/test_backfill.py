"""`aftercare backfill scorecards` says before it begins whether its months will be told, and keeps to it.

`aftercare backfill nights` sends the morning mails of old nights when it is asked to, and not otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from mail_server import MailServer
from scored_month import MONTH, ScoredMonth
from sqlalchemy import Engine
from web_service import Asked, Reply, WebService
from whole_group import database

from aftercare import connections, runs
from aftercare.cli import cli
from aftercare.errors import PeriodRefused, PipelineFault
from aftercare.protection import new_keyring_json
from aftercare.reports.scorecard_words import read_words

SAID = read_words("zh", "backfill")
BEGUN = "aftercare_month: 1 periods"
NEWEST = "2026-10"


class Scheduler:
    """Answers as Airflow's own interface does; scores a month, or ends a night, when its run is made."""

    def __init__(self) -> None:
        self.planned: list[str] = []
        self.made: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/api/v2")
        run = {"run_id": "r", "state": "success", "partition_key": self.planned[-1]}
        run["dag_run_id"] = f"run {len(self.made)}"
        if asked.path == "/auth/token":
            return Reply({"access_token": "t"})
        if path == "/backfills/dry_run":
            return Reply({"backfills": [{"partition_key": key} for key in self.planned]})
        if path == "/backfills":
            self.made += self.planned
            for key in self.planned:
                runs.score(key) if len(key) == len(MONTH) else runs.morning(key)
            return Reply({"id": 1})
        if path == "/backfills/1":
            return Reply({"completed_at": "2026-11-21T00:00:00Z"})
        if path.endswith("/taskInstances"):
            return Reply({"task_instances": []})
        if path.endswith("/dagRuns"):
            return Reply({"dag_runs": [run] if self.made else []})
        return Reply(run)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


@pytest.fixture
def say(
    warehouse: Engine,
    server: MailServer,
    scheduler: Scheduler,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Result]]:
    """Commands in November over a group whose June was never scored."""
    month = ScoredMonth(warehouse)
    month.store()
    month.role("hr.li", "hr")
    month.person("E1", name="王芳")
    month.answered("E1", [9] * 12)
    with WebService(scheduler) as service:
        made: dict[str, dict[str, Any]] = {
            "warehouse": database(warehouse),
            "keys": {"conn_type": "generic", "password": new_keyring_json()},
            "smtp": {
                "conn_type": "smtp",
                "host": "127.0.0.1",
                "port": server.port,
                "extra": {"disable_ssl": True, "disable_tls": True, "timeout": 5},
            },
            "airflow": {
                "conn_type": "generic",
                "host": service.host.removesuffix("/api"),
                "login": "operator",
                "password": "secret",
            },
        }
        monkeypatch.setenv("AFTERCARE_TODAY", "2026-11-21")
        for name, connection in made.items():
            monkeypatch.setenv(f"AIRFLOW_CONN_AFTERCARE_{name.upper()}", json.dumps(connection))
        connections.forget()

        def command(*words: str) -> Result:
            if words[0] == "backfill":
                scheduler.planned = scheduler.planned or [words[2]]
            if words[:2] == ("backfill", "scorecards"):
                words = (*words, "--despite-missing-nights", "--user", "operator.zhou")
            return CliRunner().invoke(cli, words)

        yield command


def backfill(say: Callable[..., Result], *more: str) -> str:
    """What is said before the first run is made."""
    shown = say("backfill", "scorecards", MONTH, MONTH, *more).output
    assert SAID("waiting") in shown
    before, begun, _ = shown.partition(BEGUN)
    assert begun
    return before


def published(say: Callable[..., Result]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(say("publish", MONTH, "--user", "hr.li").output)
    return told


def test_without_a_word_for_it_nothing_of_an_old_month_is_sent(
    say: Callable[..., Result], server: MailServer
) -> None:
    assert SAID("notice_silent", months=MONTH) in backfill(say)
    told = published(say)
    assert (told["published"], told["told"], told["suppressed"]) == (1, 0, 1)
    assert (told["stores"], told["statements"], server.messages) == ({}, {}, [])
    assert SAID("notice_was_silent", months=MONTH) in backfill(say, "--notify")
    published(say)
    assert server.messages == []


def test_with_notify_it_is_told_once_it_is_published_and_not_before(
    say: Callable[..., Result], server: MailServer
) -> None:
    backfill(say)
    assert SAID("notice_told", months=MONTH) in backfill(say, "--notify")
    assert server.messages == []
    for _ in range(2):
        assert published(say)["told"] == 1
        assert sorted(server.recipients) == ["hr@heyuan.example", "manager@heyuan.example"]
    assert SAID("notice_was_told", months=MONTH) in backfill(say)


def test_the_approver_is_asked_for_what_will_be_done(say: Callable[..., Result]) -> None:
    for more, told in (((), False), (("--notify",), True)):
        backfill(say, *more)
        assert runs.open_publication(MONTH)["told"] is told
    published(say)
    assert runs.open_publication(MONTH) == {}


def test_months_of_which_the_same_is_true_share_a_line(
    say: Callable[..., Result], scheduler: Scheduler
) -> None:
    scheduler.planned = ["2026-08", "2026-09", NEWEST]
    shown = say("backfill", "scorecards", "2026-08", NEWEST).output
    assert SAID("notice_silent", months="2026-08, 2026-09") in shown
    assert SAID("notice_in_time", months=NEWEST) in shown


def test_a_backfill_that_does_not_begin_leaves_no_word(
    say: Callable[..., Result], scheduler: Scheduler
) -> None:
    scheduler.planned = ["2026-05"]
    refused = say("backfill", "scorecards", MONTH, MONTH, "--notify")
    assert isinstance(refused.exception, PipelineFault)
    assert isinstance(say("backfill", "scorecards", "2026-11", "2026-11").exception, PeriodRefused)
    assert "--notify" not in refused.output
    scheduler.planned = [MONTH]
    assert SAID("notice_silent", months=MONTH) in backfill(say)


def test_the_mail_of_an_old_night_is_kept_back_and_goes_out_once_when_it_is_asked_for(
    say: Callable[..., Result], server: MailServer
) -> None:
    night = ("backfill", "nights", "2026-06-29", "2026-06-29")
    assert say(*night).exit_code == 0
    assert server.messages == []
    shown = say(*night, "--notify")
    assert (shown.exit_code, len(server.messages)) == (0, 2)
    assert "2026-06-29  morning mails sent 2" in shown.output
    assert say(*night, "--notify").exit_code == 0
    assert len(server.messages) == 2
