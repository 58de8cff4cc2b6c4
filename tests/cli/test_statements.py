"""A month published by command tells HR, stores and employees; who got nothing is listed and printed for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, update
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import PeriodRefused, SystemUnreachable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.settings import PROJECT

RING = new_keyring_json()
MAIL = "wang@heyuan.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def say(
    warehouse: Engine, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Commands over a scored month of two people, one of whom has an address."""
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": server.port,
        "extra": {"disable_ssl": True, "disable_tls": True, "timeout": 5},
    }
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    keys = {"conn_type": "generic", "password": RING}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", json.dumps(keys))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_SMTP", json.dumps(smtp))
    connections.forget()
    month = ScoredMonth(warehouse)
    month.store()
    month.role("hr.li", "hr")
    for employee_no, name in (("E1", "王芳"), ("E2", "李娜")):
        month.person(employee_no, name=name)
        month.answered(employee_no, [9] * 12)
    ring, table = Keyring.from_json(RING), month.table("core.employee")
    with warehouse.begin() as connection:
        connection.execute(
            update(table)
            .where(table.c.employee_no == "E1")
            .values(email_cipher=ring.encrypt(MAIL), email_hash=ring.hash(MAIL))
        )
    return lambda *words: CliRunner().invoke(cli, words)


def test_one_command_tells_everybody_once(say: Callable[..., Result], server: MailServer) -> None:
    say("score", MONTH)
    told = json.loads(say("publish", MONTH, "--user", "hr.li").output)
    assert (told["published"], told["sent"]) == (1, 1)
    assert (told["stores"]["stores"], told["stores"]["sent"]) == (1, 1)
    assert (told["statements"]["sent"], told["statements"]["no_address"]) == (1, 1)
    assert sorted(server.recipients) == ["hr@heyuan.example", "manager@heyuan.example", MAIL]
    again = json.loads(say("publish", MONTH, "--user", "hr.li").output)
    changed = (again["changed"], again["stores"]["changed"], again["statements"]["changed"])
    assert changed == (0, 0, 0)
    assert len(server.messages) == 3


def test_a_publication_puts_stores_months_into_the_outbox_where_the_group_wants_it(
    say: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = yaml.safe_load((PROJECT / "include" / "group.yaml").read_text(encoding="utf-8"))
    settings["targets"]["workbook_scorecards"] = True
    file = tmp_path / "group.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    exchange = {"conn_type": "generic", "extra": {"path": str(tmp_path / "exchange")}}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_EXCHANGE", json.dumps(exchange))
    say("score", MONTH)
    assert json.loads(say("publish", MONTH, "--user", "hr.li").output)["summaries"] == {}
    monkeypatch.setenv("AFTERCARE_GROUP", str(file))
    told = [json.loads(say("publish", MONTH, "--user", "hr.li").output) for _ in range(2)]
    assert [each["summaries"] for each in told] == [{"workbook": 1}, {"workbook": 0}]
    shown = say("push", "2026-07-05", "--target", "workbook", "--dry-run", "--language", "en")
    assert "lists to compare: 1" in shown.output


def test_a_publication_opens_no_folder_of_lists_that_show_no_months(
    say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = {"conn_type": "generic", "extra": {"path": "nowhere://exchange"}}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_EXCHANGE", json.dumps(exchange))
    connections.forget()
    say("score", MONTH)
    assert json.loads(say("publish", MONTH, "--user", "hr.li").output)["summaries"] == {}


def test_who_did_not_get_theirs_is_listed_and_printed_for(
    say: Callable[..., Result], tmp_path: Path
) -> None:
    say("score", MONTH)
    say("publish", MONTH, "--user", "hr.li")
    listed = say("statements", "list", MONTH, "--missing").output
    assert listed == "E2\t李娜\tSK01\tsuppressed\tno_address\n1 of 2 statements sent\n"
    assert "王芳" in say("statements", "list", MONTH).output
    assert "李娜，您的 2026年6月 评分单" in say("statements", "show", MONTH, "E2").output
    page = tmp_path / "e2.html"
    say("statements", "show", MONTH, "E2", "--html", str(page), "--language", "en")
    assert "李娜, your statement of 2026-06" in page.read_text(encoding="utf-8")


def test_the_mails_of_a_month_are_listed_by_their_parts(say: Callable[..., Result]) -> None:
    say("score", MONTH)
    say("publish", MONTH, "--user", "hr.li")
    assert say("mail", "list", f"scorecards/{MONTH}").output.splitlines() == [
        "sent\thr\t**@heyuan.example",
        "sent\temployee\t***g@heyuan.example\t\temployee/E1",
        "suppressed\temployee\t–\tno_address\temployee/E2",
        "sent\tmanager\t******r@heyuan.example\t\tstore/SK01",
        "4 mails",
    ]


def test_a_mail_that_has_to_wait_stops_none_of_the_others(
    say: Callable[..., Result], server: MailServer
) -> None:
    say("score", MONTH)
    server.puts_off = {"hr@heyuan.example"}
    refused = say("publish", MONTH, "--user", "hr.li")
    assert isinstance(refused.exception, SystemUnreachable)
    assert sorted(server.recipients) == ["manager@heyuan.example", MAIL]
    server.puts_off = set()
    say("publish", MONTH, "--user", "hr.li")
    assert sorted(server.recipients) == ["hr@heyuan.example", "manager@heyuan.example", MAIL]


def test_a_month_that_is_not_published_has_no_statements(say: Callable[..., Result]) -> None:
    say("score", MONTH)
    assert say("statements", "list", MONTH).output.endswith("0 of 2 statements sent\n")
    assert isinstance(say("statements", "show", MONTH, "E1").exception, PeriodRefused)
