"""The outbox by command: look, rehearse a push, send, drop, let through."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from night_of_tasks import DAY, NAME, PHONE, TODAY, NightOfTasks
from sqlalchemy import Engine, insert
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import BadData, NotAllowed

KEY = DAY.isoformat()


@pytest.fixture
def night(warehouse: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> NightOfTasks:
    night = NightOfTasks(warehouse)
    exchange = {"conn_type": "file", "extra": {"path": str(tmp_path)}}
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    keys = {"conn_type": "generic", "password": night.ring}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", json.dumps(keys))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_EXCHANGE", json.dumps(exchange))
    connections.forget()
    with warehouse.begin() as connection:
        granted = {"user_name": "zhang", "role": "operator", "valid_from": DAY}
        connection.execute(insert(night.table("ops.user_role")).values(**granted))
    return night


def say(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(
    night: NightOfTasks, tmp_path: Path
) -> None:
    night.task(target="workbook")
    shown = say("push", KEY, "--target", "workbook", "--dry-run", "--language", "en").output
    assert "lists to compare: 1" in shown
    assert "nothing was sent" in shown
    assert not list(tmp_path.rglob("*.xlsx"))
    assert set(night.messages().values()) == {"pending"}


def test_without_it_the_push_is_the_night_s_own(night: NightOfTasks, tmp_path: Path) -> None:
    night.task(target="workbook")
    counts = json.loads(say("push", KEY, "--target", "workbook").output)["workbook"]
    assert (counts["sent"], counts["lists"]) == (1, 1)
    assert len(list(tmp_path.rglob("*.xlsx"))) == 1


def test_the_list_shows_what_waits_and_what_somebody_has_to_see_to(night: NightOfTasks) -> None:
    key = night.task()
    shown = say("outbox", "list", "--state", "pending", "--language", "en").output
    assert key in shown
    assert "waiting" in shown
    assert "没有这样的消息" in say("outbox", "list").output
    found = json.loads(say("outbox", "list", "--state", "pending", "--json").output)
    assert {row["external_key"] for row in found["messages"]} >= {key}


def test_a_message_is_shown_masked(night: NightOfTasks) -> None:
    key = night.task()
    shown = say("outbox", "show", key, "--language", "en").output
    assert "Messages of" in shown
    assert "rule_id: S4-03" in shown
    assert NAME not in shown
    assert PHONE not in shown
    assert key in say("outbox", "show", key, "--json").output


def test_what_a_target_took_is_told(night: NightOfTasks) -> None:
    key = night.task(target="workbook")
    say("push", KEY, "--target", "workbook")
    assert "workbook took version 1" in say("outbox", "show", key, "--language", "en").output


def test_drop_needs_a_reason_a_choice_and_a_role(night: NightOfTasks) -> None:
    night.task()
    chosen = ("--target", "crm", "--state", "pending", "--reason", "by hand")
    assert say("outbox", "drop", "--target", "crm", "--state", "pending").exit_code == 2
    assert isinstance(say("outbox", "drop", "--reason", "x").exception, BadData)
    assert isinstance(say("outbox", "drop", *chosen, "--user", "li").exception, NotAllowed)
    done = say("outbox", "drop", *chosen, "--user", "zhang", "--language", "en")
    assert done.output == "2 messages are not sent any more\n"
    assert set(night.messages().values()) == {"dropped"}
    again = say("outbox", "replay", *chosen, "--user", "zhang", "--language", "en")
    assert again.output == "0 messages go again with the next push\n"


@pytest.mark.parametrize(
    "options",
    [(), ("--reason", "x"), ("--target", "workbook"), ("--target", "workbook", "--dry-run")],
)
def test_letting_through_needs_a_target_and_a_reason(
    night: NightOfTasks, options: tuple[str, ...]
) -> None:
    assert say("push", KEY, "--let-through", *options).exit_code == 2


def test_who_let_a_push_through_is_kept(
    night: NightOfTasks, read: Callable[[str], list[tuple[object, ...]]]
) -> None:
    night.task(target="workbook")
    words = ("--let-through", "--reason", "a new store", "--user", "zhang")
    done = say("push", KEY, "--target", "workbook", *words)
    assert json.loads(done.output)["workbook"]["sent"] == 1
    assert read("select target, action, reason, decided_by from outbound.decision") == [
        ("workbook", "let_through", "a new store", "zhang")
    ]


@pytest.fixture
def read(night: NightOfTasks) -> Callable[[str], list[tuple[object, ...]]]:
    def read(query: str) -> list[tuple[object, ...]]:
        with night.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    return read


def test_what_staff_changed_in_the_crm_is_listed_with_who_won(night: NightOfTasks) -> None:
    assert "没有" in say("outbox", "conflicts").output
    night.task()
    (key,) = night.messages("contact")
    with night.engine.begin() as connection:
        connection.execute(
            insert(night.table("outbound.field_conflict")).values(
                target="crm",
                entity="contact",
                external_key=key,
                version=1,
                field="phone",
                winner="theirs",
                has_ours_changed=True,
            )
        )
    shown = say("outbox", "conflicts", "--target", "crm", "--language", "en").output
    assert "1 fields that staff changed" in shown
    assert "theirs (left)" in shown
    assert "changed too" in shown
    assert key not in shown
    assert "phone" in say("outbox", "show", key, "--language", "en").output
    (row,) = json.loads(say("outbox", "conflicts", "--json").output)["conflicts"]
    assert (row["field"], row["winner"]) == ("phone", "theirs")
