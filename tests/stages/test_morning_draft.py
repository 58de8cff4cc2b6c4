"""Each morning the mail says in what last night differs from a draft of the policy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import KEYS, POLICY, CareGroup, july
from mail_server import MailServer
from sqlalchemy import Engine, text
from whole_group import database

from aftercare import connections, runs
from aftercare.settings import PROJECT, read_group

Settle = Callable[..., None]
FIRST_CALL = "changan-dealer/follow_ups/first_call.yaml"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with MailServer() as running:
        smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": running.port}
        smtp["extra"] = json.dumps({"disable_ssl": True, "disable_tls": True})
        monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_SMTP", json.dumps(smtp))
        yield running


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch, server: MailServer) -> CareGroup:
    """Two deliveries; last night, that of 8 July, has still to make its tasks."""
    monkeypatch.setenv("AFTERCARE_TODAY", july(9).isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.deliver("A", july(7))
    made.night(july(7))
    made.deliver("B", july(8))
    return made


@pytest.fixture
def settle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Writes settings of a group that compares its nights with a draft."""

    def write(**draft: Any) -> None:
        path = tmp_path / "group.yaml"
        given = yaml.safe_load((PROJECT / "include" / "group.yaml").read_text(encoding="utf-8"))
        given["night"]["draft"] = draft
        path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
        monkeypatch.setenv("AFTERCARE_GROUP", str(path))

    return write


def drafted(folder: Path, file: str, name: str, values: dict[date, object]) -> Path:
    """A copy of the policy with dated lines of one value added or replaced."""
    copy = folder / "draft"
    shutil.copytree(POLICY, copy)
    path = copy / file
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    data[name]["values"] |= values
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return copy


def last_night() -> None:
    """Makes the tasks, and sends the mail."""
    runs.make_tasks(july(8).isoformat())
    runs.morning(july(8).isoformat())


def plain(server: MailServer) -> str:
    """The text of the one mail that operators got."""
    (message,) = [one for one in server.messages if isinstance(one, EmailMessage)][-1:]
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def report(engine: Engine, day: date) -> dict[str, Any] | None:
    """What is kept of a night's comparison."""
    with engine.connect() as connection:
        statement = (
            "select counts from ops.stage_report where stage = 'draft' and partition_key = :day"
        )
        found = connection.execute(text(statement), {"day": day.isoformat()}).scalar_one_or_none()
    return dict(found) if found is not None else None


def test_the_mail_says_how_many_tasks_the_draft_would_change_and_who_names_them(
    care: CareGroup, settle: Settle, server: MailServer, tmp_path: Path
) -> None:
    settle(folder=str(drafted(tmp_path, FIRST_CALL, "due_after", {july(7): 2})))
    last_night()
    said = plain(server)
    assert "本夜只有现行有 0 项任务，只有草案有 0 项，两边不同 1 项" in said
    assert f"aftercare plan --day 2026-07-08 --against {tmp_path}/draft --list" in said
    assert care.task("CA01.S4-03.A")["due_on"] == july(10)
    kept = report(care.engine, july(8))
    assert kept is not None
    assert (kept["differing"], "failure" in kept) == (1, False)


def test_a_draft_of_one_store_is_compared_there_alone(
    care: CareGroup, settle: Settle, server: MailServer, tmp_path: Path
) -> None:
    folder = drafted(tmp_path, FIRST_CALL, "due_after", {july(7): 2})
    settle(folder=str(folder), store="SK01")
    with care.engine.connect() as connection:
        stores = connection.execute(text("select store_code from core.store")).scalars().all()
    assert "SK01" in stores
    last_night()
    assert "本夜没有不同" in plain(server)


def test_a_draft_that_cannot_be_read_is_a_thing_to_do_and_keeps_no_mail(
    care: CareGroup, settle: Settle, server: MailServer, tmp_path: Path
) -> None:
    settle(folder=str(tmp_path / "nowhere"))
    last_night()
    assert "CA01.S4-03.A" in care.tasks()
    said = plain(server)
    assert "没有比较成：" in said
    assert "there is no such folder" in said
    assert "本夜只有现行有" not in said


def test_an_older_night_is_compared_with_nothing(
    care: CareGroup, settle: Settle, tmp_path: Path
) -> None:
    settle(folder=str(drafted(tmp_path, FIRST_CALL, "due_after", {july(7): 2})))
    runs.make_tasks(july(6).isoformat())
    assert report(care.engine, july(6)) is None


def test_a_night_that_is_run_again_keeps_what_was_found(
    care: CareGroup, settle: Settle, tmp_path: Path
) -> None:
    settle(folder=str(drafted(tmp_path, FIRST_CALL, "due_after", {july(7): 2})))
    runs.make_tasks(july(8).isoformat())
    found = report(care.engine, july(8))
    assert found is not None
    assert found["differing"] == 1
    runs.make_tasks(july(8).isoformat())
    assert report(care.engine, july(8)) == found


def test_a_draft_that_breaks_in_the_night_keeps_nobody_from_work(
    care: CareGroup, settle: Settle, server: MailServer, tmp_path: Path
) -> None:
    settle(folder=str(drafted(tmp_path, FIRST_CALL, "due_after", {july(7): 2})))
    # Nothing that a reader of policy expects: a folder where a file should be.
    (tmp_path / "draft" / FIRST_CALL).unlink()
    (tmp_path / "draft" / FIRST_CALL).mkdir()
    last_night()
    assert "CA01.S4-03.A" in care.tasks()
    assert "没有比较成：" in plain(server)


def test_without_a_draft_nothing_is_compared(care: CareGroup, server: MailServer) -> None:
    last_night()
    assert report(care.engine, july(8)) is None
    assert "草案" not in plain(server)
