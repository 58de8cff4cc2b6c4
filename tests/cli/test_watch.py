"""The watch over late nights, as cron and the compose service call it."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from click.testing import CliRunner, Result
from mail_server import MailServer
from sqlalchemy import Engine, text
from whole_group import KEYRING, database

from aftercare import connections
from aftercare.cli import cli
from aftercare.demo.ports import LOCALHOST, free_port
from aftercare.settings import PROJECT


@pytest.fixture
def server(
    warehouse: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailServer]:
    """A group whose nights are due at midnight, so that last night is late at any hour."""
    settings = yaml.safe_load((PROJECT / "include" / "group.yaml").read_text(encoding="utf-8"))
    settings["night"]["due_by"] = "00:00"
    (tmp_path / "group.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    monkeypatch.setenv("AFTERCARE_GROUP", str(tmp_path / "group.yaml"))
    with MailServer() as running:
        plain = {"disable_ssl": True, "disable_tls": True}
        mail = {"conn_type": "smtp", "host": LOCALHOST, "port": running.port, "extra": plain}
        connect(monkeypatch, warehouse=database(warehouse), smtp=mail)
        connect(monkeypatch, keys={"conn_type": "generic", "password": KEYRING})
        connections.forget()
        yield running
        connections.forget()


def connect(monkeypatch: pytest.MonkeyPatch, **found: dict) -> None:
    for name, value in found.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_AFTERCARE_{name.upper()}", json.dumps(value))


def watch() -> Result:
    return CliRunner().invoke(cli, ["watch"])


def last_night() -> str:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return f"{now.date() - timedelta(days=1)}"


def test_a_night_that_is_not_there_ends_with_one_and_is_mailed_once(server):
    first, second = watch(), watch()
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert (
        f"night of {last_night()} lacks tasks, push:workbook, morning; mails sent: 1"
        in first.output
    )
    assert "mails sent: 0" in second.output
    assert len(server.messages) == 1


def test_a_warehouse_that_does_not_answer_is_mailed_too(server, monkeypatch):
    nobody = {"conn_type": "postgres", "host": LOCALHOST, "port": free_port(), "login": "a"}
    connect(monkeypatch, warehouse=nobody)
    connections.forget()
    assert watch().exit_code == 1
    (message,) = server.messages
    assert "数据仓库没有应答" in message.get_body(("plain",)).get_content()


def test_a_warehouse_whose_disk_is_full_is_told_without_a_note(server, warehouse):
    with warehouse.begin() as connection:
        connection.execute(
            text(
                "create function outbound.full_disk() returns trigger language plpgsql as "
                "$$ begin raise exception 'no space' using errcode = 'disk_full'; end $$"
            )
        )
        connection.execute(
            text(
                "create trigger full_disk before insert on outbound.mail "
                "execute function outbound.full_disk()"
            )
        )
    said = watch()
    assert said.exit_code == 1
    assert "the disk of the warehouse is full: free some of it" in said.output
    (message,) = server.messages
    assert "无法写入" in message.get_body(("plain",)).get_content()


def test_a_mail_server_that_is_gone_too_is_said_and_no_traceback(server, monkeypatch):
    port = free_port()
    plain = {"disable_ssl": True, "disable_tls": True}
    nobody = {"conn_type": "postgres", "host": LOCALHOST, "port": port, "login": "a"}
    mail = {"conn_type": "smtp", "host": LOCALHOST, "port": port, "extra": plain}
    connect(monkeypatch, warehouse=nobody, smtp=mail)
    connections.forget()
    said = watch()
    assert (said.exit_code, type(said.exception)) == (1, SystemExit)
    assert "the warehouse does not answer" in said.output
