"""`aftercare backfill scorecards` says before it begins whether its months will be told, and keeps to it.

`aftercare backfill nights` sends the morning mails of old nights when it is asked to, and not otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner, Result
from mail_server import MailServer
from scored_month import MONTH, ScoredMonth
from sqlalchemy import Engine
from web_service import Asked, Reply, WebService
from whole_group import database

from aftercare import connections, runs
from aftercare.cli import cli
from aftercare.errors import Fatal, PeriodRefused, PipelineFault, Retriable
from aftercare.protection import new_keyring_json
from aftercare.reports.scorecard_words import read_words

SAID = read_words("zh", "backfill")
BEGUN = "aftercare_month: 1 periods"
NEWEST = "2026-10"


class Scheduler:
    """Answers as Airflow's own interface does; scores a month, or ends a night, when its run is made.

    A night is delivered when somebody asked for its delivery some times; `delivers` is called then.
    """

    def __init__(self) -> None:
        self.planned: list[str] = []
        self.made: list[str] = []
        self.failed: set[str] = set()
        self.is_paused = False
        self.delivers: Callable[[str], object] = runs.morning
        self.delivered: list[str] = []
        self.asked = 0

    def deliveries(self, key: str) -> list[str]:
        """The deliveries of a night, the newest first, as Airflow gives them."""
        done, made = self.delivered.count(key), self.made.count(key)
        if done < made:
            self.asked += 1
            if self.asked % 3 == 0:
                self.delivers(key)
                self.delivered.append(key)
                done += 1
        return [f"{key} {number}" for number in range(made, 0, -1) if number <= done + 1]

    def delivery(self, run_id: str) -> dict[str, str]:
        """One of them."""
        key, number = run_id.split(" ")
        is_done = int(number) <= self.delivered.count(key)
        return {"state": "success" if is_done else "running", "partition_key": key}

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/api/v2")
        key = asked.query.get("partition_key_prefix_pattern", self.planned[-1])
        if path == "/dags/aftercare_deliver":
            return Reply({"is_paused": self.is_paused})
        if path == "/dags/aftercare_deliver/dagRuns":
            found = self.deliveries(key)
            return Reply({"dag_runs": [{"dag_run_id": n, "partition_key": key} for n in found]})
        if path.startswith("/dags/aftercare_deliver/") and not path.endswith("/taskInstances"):
            return Reply(self.delivery(unquote(path.rpartition("/")[2])))
        if path.startswith("/dags/aftercare_night/dagRuns/"):
            key = unquote(path).split("/")[4].split(" ")[0]
        state = "failed" if key in self.failed else "success"
        run = {"run_id": "r", "state": state, "partition_key": key}
        run["dag_run_id"] = f"{key} run {self.made.count(key)}"
        if asked.path == "/auth/token":
            return Reply({"access_token": "t"})
        if path == "/backfills/dry_run":
            return Reply({"backfills": [{"partition_key": key} for key in self.planned]})
        if path == "/backfills":
            self.made += self.planned
            for key in self.planned:
                if len(key) == len(MONTH):
                    runs.score(key)
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
    tmp_path: Path,
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
            "exchange": {"conn_type": "fs", "extra": {"path": str(tmp_path)}},
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
    again = say(*night, "--notify")
    assert (again.exit_code, len(server.messages)) == (0, 2)
    assert "2026-06-29  morning mails sent 0" in again.output


def nights(scheduler: Scheduler, first: int, last: int) -> tuple[str, ...]:
    scheduler.planned = [f"2026-06-{day}" for day in range(first, last + 1)]
    return ("backfill", "nights", scheduler.planned[0], scheduler.planned[-1], "--notify")


def test_the_mail_of_an_old_night_waits_until_the_night_was_delivered(
    say: Callable[..., Result], server: MailServer, scheduler: Scheduler
) -> None:
    mailed_by_then: dict[str, int] = {}

    def deliver(key: str) -> None:
        mailed_by_then[key] = sum(key in str(mail["Subject"]) for mail in server.messages)
        for target in runs.open_delivery(key):
            runs.push(key, target)
        runs.morning(key)

    scheduler.delivers = deliver
    # An older delivery of the same night is not the one to wait for.
    assert say(*nights(scheduler, 28, 29)[:-1]).exit_code == 0
    for key in scheduler.planned:
        while scheduler.delivered.count(key) < 1:
            scheduler.deliveries(key)
    assert say(*nights(scheduler, 28, 29)).exit_code == 0
    assert scheduler.delivered == scheduler.planned * 2
    assert mailed_by_then == {"2026-06-28": 0, "2026-06-29": 0}
    assert len(server.messages) == 4


def test_a_mail_that_has_to_wait_keeps_neither_other_nights_nor_failed_ones_back(
    say: Callable[..., Result], server: MailServer, scheduler: Scheduler
) -> None:
    server.greylists = {"steward@heyuan.example"}
    waited = say(*nights(scheduler, 28, 29))
    assert isinstance(waited.exception, Retriable)
    assert "2026-06-28  morning mail: " in waited.output
    assert "2026-06-29  morning mails sent 2" in waited.output
    scheduler.failed, server.greylists = {"2026-06-25"}, {"steward@heyuan.example"}
    failed = say(*nights(scheduler, 25, 27))
    assert isinstance(failed.exception, Fatal)
    assert "did not succeed" in str(failed.exception)
    assert "2026-06-26  morning mail: " in failed.output
    assert "2026-06-27  morning mails sent 2" in failed.output


def test_where_deliveries_are_paused_no_night_is_begun(
    say: Callable[..., Result], scheduler: Scheduler
) -> None:
    scheduler.is_paused = True
    refused = say(*nights(scheduler, 28, 29))
    assert isinstance(refused.exception, PipelineFault)
    assert scheduler.made == []
