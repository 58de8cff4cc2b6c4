"""Where a demo lives: its folders, its databases, and the connections that lead to them."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from sqlalchemy.engine import make_url

from aftercare.demo.ports import LOCALHOST
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.demo.private import write_private
from aftercare.protection import new_keyring_json

WAREHOUSE, DEALER_SYSTEM = "aftercare", "heyuan_dms"


@dataclass(frozen=True)
class Place:
    """The folder of a demo and what lies in it.

    ``dealer`` is the server of the dealers' own system: it knows its customers in clear, so its
    files are not those of the warehouse.
    """

    home: Path
    server: EmbeddedPostgres
    dealer: EmbeddedPostgres

    @property
    def exchange(self) -> Path:
        """The folder that stores share with us: task lists go out, filled ones come in."""
        return self.home / "exchange"

    @property
    def exports(self) -> Path:
        """The folder into which the Skoda stores' system exports its files."""
        return self.home / "skoda_export"

    @property
    def docs(self) -> Path:
        """Data docs."""
        return self.home / "docs"

    @property
    def mails(self) -> Path:
        """Mails, as files."""
        return self.home / "mails"

    @property
    def airflow(self) -> Path:
        """Airflow's home."""
        return self.home / "airflow"

    @property
    def history(self) -> Path:
        """Airflow's home of the nights that run without Airflow."""
        return self.home / "history"

    def empty(self) -> None:
        """Removes what an earlier demo made, so that each demo begins at the same point."""
        for folder in (self.exchange, self.exports, self.docs, self.mails):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
        (self.exchange / "in").mkdir()
        for server, name in ((self.server, WAREHOUSE), (self.dealer, DEALER_SYSTEM)):
            server.drop_database(name)
            server.create_database(name)

    def connections(self, smtp_port: int) -> dict[str, str]:
        """The connections as Airflow reads them from the environment."""
        keys = self.home / "keys.json"
        if not keys.exists():
            write_private(keys, new_keyring_json())
        made: dict[str, Mapping[str, object]] = {
            "warehouse": _database(self.server, WAREHOUSE),
            "dms_heyuan": _database(self.dealer, DEALER_SYSTEM),
            "dms_skoda": _folder(self.exports),
            "exchange": _folder(self.exchange),
            "keys": {"conn_type": "generic", "password": keys.read_text()},
            "smtp": {
                "conn_type": "smtp",
                "host": LOCALHOST,
                "port": smtp_port,
                "extra": {"disable_ssl": True, "disable_tls": True},
            },
        }
        return _as_environment(made)

    def docs_connection(self) -> dict[str, str]:
        """The connection to data docs; the nights of the past make none, to be quick."""
        return _as_environment({"docs": _folder(self.docs)})

    def write_command(self, environment: Mapping[str, str]) -> Path:
        """A script that runs `aftercare` with the demo's connections; only its owner may read it."""
        script = self.home / "aftercare"
        exports = [f"export {name}={quote(value)}" for name, value in sorted(environment.items())]
        command = quote(str(Path(sys.executable).with_name("aftercare")))
        text = "\n".join(["#!/bin/sh", *exports, f'exec {command} "$@"', ""])
        write_private(script, text, mode=0o700)
        return script


def _database(server: EmbeddedPostgres, name: str) -> dict[str, object]:
    url = make_url(server.url(name))
    return {
        "conn_type": "postgres",
        "host": url.host,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
    }


def _folder(path: Path) -> dict[str, object]:
    return {"conn_type": "fs", "extra": {"path": str(path)}}


def _as_environment(made: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    return {
        f"AIRFLOW_CONN_AFTERCARE_{name.upper()}": json.dumps(value) for name, value in made.items()
    }
