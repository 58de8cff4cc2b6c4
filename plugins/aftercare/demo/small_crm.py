"""A small CRM that is not ours, to practise connecting one: tables behind Datasette's JSON interface.

It asks for a token, keeps no key of ours once, and answers a list of new rows without their ids. Data
and token stand below its folder. Datasette is no part of this project; the cookbook says how to get it.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import requests

from aftercare.demo.ports import LOCALHOST
from aftercare.settings import PROJECT

HOME = PROJECT / ".practice" / "crm"
PORT = 8089
ACTOR = "aftercare"
RIGHTS = ("insert-row", "update-row", "delete-row", "view-instance")
PATIENCE_SECONDS = 60
TABLES = """
    create table if not exists contact (
        id integer primary key, ext_key text not null, name text not null, phone text, plate text,
        changed_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    );
    create index if not exists contact_key on contact (ext_key);
    create table if not exists task (
        id integer primary key, ext_key text not null, subject text not null, due text,
        contact integer, note text, state text not null, kind text, result text, caller text,
        changed_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
        check (length(note) < 5000)
    );
    create index if not exists task_key on task (ext_key);
    create table if not exists complaint (
        id integer primary key, ext_key text not null, subject text not null, contact integer,
        received text, content text, state text not null, verdict text, reason text
    );
    create index if not exists complaint_key on complaint (ext_key);
    create table if not exists scorecard (
        id integer primary key, ext_key text not null, title text not null, store text not null,
        month text, met integer, figures text
    );
    create index if not exists scorecard_key on scorecard (ext_key);
    create trigger if not exists contact_changed after update on contact
    when old.changed_at = new.changed_at begin
        update contact set changed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where id = new.id;
    end;
    create trigger if not exists task_changed after update on task
    when old.changed_at = new.changed_at begin
        update task set changed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where id = new.id;
    end;
"""


class SmallCrm:
    """The server; ``datasette`` is the command that starts it. Its connection stands in a file of its folder."""

    def __init__(self, home: Path, port: int, datasette: list[str]) -> None:
        self.file = home / "crm.db"
        self._home, self._port, self._datasette = home, port, datasette
        self._secret = secrets.token_hex(16)
        self._log_file = home / "datasette.log"
        self._server: subprocess.Popen[bytes] | None = None
        self.token = ""

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{LOCALHOST}:{self._port}"

    def start(self) -> None:
        """Start the server and wait until it answers; RuntimeError where it does not."""
        with self.open() as tables:
            tables.executescript(TABLES)
        allowed = {"id": ACTOR}
        settings = {"allow": allowed, "permissions": dict.fromkeys(RIGHTS, allowed)}
        file = self._home / "settings.json"
        file.write_text(json.dumps(settings), encoding="utf-8")
        with self._log_file.open("wb") as log:
            self._server = subprocess.Popen(
                [
                    *(*self._datasette, "serve", str(self.file), "--config", str(file)),
                    *("--secret", self._secret, "--host", LOCALHOST, "--port", str(self._port)),
                    *("--setting", "max_insert_rows", "500"),
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.token = subprocess.run(
            [*self._datasette, "create-token", ACTOR, "--secret", self._secret],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        connection = {"conn_type": "http", "host": self.address, "password": self.token}
        (self._home / "connection").write_text(json.dumps(connection), encoding="utf-8")
        self._wait(self._server)

    def stop(self) -> None:
        """End the server; the data stay."""
        if self._server:
            self._server.terminate()
            self._server.wait(20)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Its tables, as the CRM's own people see them."""
        tables = sqlite3.connect(self.file, timeout=30)
        try:
            with tables:
                yield tables
        finally:
            tables.close()

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        last_try = time.monotonic() + PATIENCE_SECONDS
        while server.poll() is None and time.monotonic() < last_try:
            try:
                requests.get(f"{self.address}/-/versions.json", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.1)
                continue
            return
        raise RuntimeError(f"Datasette does not answer; see {self._log_file}")


@click.command()
@click.option("--home", type=click.Path(path_type=Path), default=HOME, show_default=True)
@click.option("--port", type=int, default=PORT, show_default=True)
def main(home: Path, port: int) -> None:
    """A small CRM to practise with, until Ctrl-C."""
    program = home / "bin" / "python"
    if not program.exists():
        click.echo(f"aftercare: there is no {program}; the cookbook says how to make it", err=True)
        sys.exit(1)
    crm = SmallCrm(home, port, [str(program), "-m", "datasette"])
    try:
        crm.start()
        click.echo(f"Ready at {crm.address}. Everything stays up until Ctrl-C.")
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        click.echo("Ended; the data stay.")
    finally:
        crm.stop()


if __name__ == "__main__":
    main()
