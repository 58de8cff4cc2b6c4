"""`make demo`: a whole dealer group on this machine, one night and one month through Airflow.

The group's past is made first: the nights from the eve of the closed month until the night before
last run here, with the store staff filling in their task lists. Last night and the closed month
then go through Airflow's scheduler, as on a server.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from aftercare.connections import forget
from aftercare.demo.airflow import LocalAirflow
from aftercare.demo.mailbox import Mailbox
from aftercare.demo.place import Place
from aftercare.demo.postgres import FORGETFUL, EmbeddedPostgres
from aftercare.demo.processes import Programs, stopped_in_order
from aftercare.errors import AftercareError
from aftercare.settings import PROJECT

HOME = PROJECT / ".demo"
NAP_SECONDS = 1.0


@contextmanager
def _environment(connections: Mapping[str, str], place: Place) -> Iterator[None]:
    """The demo's connections for this process and the workers that it starts."""
    before = dict(os.environ)
    os.environ.update(
        Programs(place.history).marked(connections),
        AIRFLOW_HOME=str(place.history),
        AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
        GX_ANALYTICS_ENABLED="false",
    )
    try:
        yield
    finally:
        forget()
        os.environ.clear()
        os.environ.update(before)


class Clock:
    """Says how far the demo is, with the seconds since its start."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def say(self, text: str) -> None:
        """One line of progress."""
        with self._lock:
            click.echo(f"[{self.seconds:6.1f} s] {text}")


def run_demo(
    home: Path, stores: int, seed: int, stay: bool, language: str | None = None
) -> dict[str, object]:
    """Runs the demo in ``home`` and returns its summary; also written as ``summary.json``.

    Raises AftercareError when a step fails or the numbers do not add up.
    """
    from aftercare.demo import history, month, night, summary

    clock = Clock()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = home.resolve()
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    stack = ExitStack()
    with stopped_in_order(stack.close):
        clock.say("Starting PostgreSQL")
        # Each demo begins anew, so a crash of the machine may take its data.
        servers = [
            EmbeddedPostgres(home / name, settings=FORGETFUL) for name in ("postgres", "dealer")
        ]
        place = Place(home, *servers)
        for folder in (place.airflow, place.history):
            Programs(folder).end()  # what a killed demo left would hold its databases
        for server in servers:
            stack.callback(server.stop)
            server.start()
        place.empty()
        mailbox = stack.enter_context(Mailbox(place.mails))
        environment = place.connections(mailbox.port)
        if language:
            environment["AFTERCARE_LANGUAGE"] = language
        with _environment(environment, place):
            period = history.make(place, seed=seed, stores=stores, today=today, say=clock.say)
            environment |= place.docs_connection()
            airflow = LocalAirflow(
                place.airflow, place.server, PROJECT, environment, fresh=True, say=clock.say
            )
            stack.callback(airflow.stop)
            airflow.start()
            client = {
                "conn_type": "http",
                "host": airflow.url,
                "login": "admin",
                "password": airflow.passwords()["admin"],
            }
            place.write_command(
                {
                    **environment,
                    "AIRFLOW_HOME": str(place.airflow / "command"),
                    "AIRFLOW_CONN_AFTERCARE_AIRFLOW": json.dumps(client),
                    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
                }
            )
            night.run(airflow, period.night, clock.say)
            month.run(airflow, period.month, clock.say)
            result = summary.make(place, airflow, mailbox, period, clock.seconds)
        (home / "summary.json").write_text(
            json.dumps(result, ensure_ascii=False, indent=2, default=str), encoding="utf-8"
        )
        for line in summary.lines(result):
            click.echo(line)
        click.echo(summary.accounts(airflow))
        clock.say("Done")
        if stay:
            click.echo("Everything stays up until Ctrl-C.")
            while True:
                time.sleep(NAP_SECONDS)
                airflow.programs.check()
    return result


@click.command()
@click.option("--home", type=click.Path(path_type=Path), default=HOME, show_default=True)
@click.option("--stores", type=click.IntRange(3, 400), default=3, show_default=True)
@click.option("--seed", type=int, default=2026, show_default=True)
@click.option("--stay/--end", default=None, help="Stay up until Ctrl-C; default: on a terminal.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of documents.")
def main(home: Path, stores: int, seed: int, stay: bool | None, language: str | None) -> None:
    """A whole dealer group on this machine: one night and one month through Airflow."""
    stays = sys.stdout.isatty() if stay is None else stay
    try:
        run_demo(home, stores, seed, stays, language)
    except KeyboardInterrupt:
        click.echo("Ended; nothing is left running.")
    except AftercareError as problem:
        click.echo(f"aftercare: {problem}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
