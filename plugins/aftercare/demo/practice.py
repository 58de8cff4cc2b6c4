"""`make practice`: an empty installation and a dealer system that nobody has connected yet.

What the cookbook's exercise needs and nothing more: PostgreSQL with an empty warehouse, a mailbox,
a group without systems, and a small foreign dealer system. It is always the same day there.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import click
from sqlalchemy import create_engine

from aftercare import warehouse
from aftercare.demo.mailbox import Mailbox
from aftercare.demo.place import WAREHOUSE, Place
from aftercare.demo.postgres import FORGETFUL, EmbeddedPostgres
from aftercare.demo.processes import stopped_in_order
from aftercare.errors import AftercareError
from aftercare.sample.foreign import make_foreign
from aftercare.settings import PROJECT

HOME = PROJECT / ".practice"
LAST_DAY = date(2026, 6, 30)
NAP_SECONDS = 1.0


@contextmanager
def practice(home: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """The command of an installation made anew in ``home``, up until the end of the block."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = home.resolve()
    stack = ExitStack()
    with stopped_in_order(stack.close):
        say("Starting PostgreSQL")
        server = EmbeddedPostgres(home / "postgres", settings=FORGETFUL)
        stack.callback(server.stop)
        server.start()
        place = Place(home, server, server)
        place.empty()
        say("Creating an empty warehouse")
        engine = warehouse.connect(server.url(WAREHOUSE))
        warehouse.migrate(engine)
        engine.dispose()
        say("Making a dealer system that nobody knows")
        _make_dealer_system(home / "west.sqlite")
        _make_group(home / "group.yaml")
        mailbox = stack.enter_context(Mailbox(place.mails))
        shutil.rmtree(home / "airflow", ignore_errors=True)
        ours = {
            name: value
            for name, value in place.connections(mailbox.port).items()
            if not name.startswith("AIRFLOW_CONN_AFTERCARE_DMS")
        }
        yield place.write_command(
            {
                **ours,
                **place.docs_connection(),
                "AFTERCARE_GROUP": str(home / "group.yaml"),
                "AFTERCARE_TODAY": (LAST_DAY + timedelta(days=1)).isoformat(),
                "AIRFLOW_HOME": str(home / "airflow"),
                "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
                "GX_ANALYTICS_ENABLED": "false",
            }
        )


def _make_dealer_system(file: Path) -> None:
    file.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{file}")
    make_foreign(engine, LAST_DAY)
    engine.dispose()


def _make_group(file: Path) -> None:
    """The sample group's settings, before it had any system or a store that fetches cars."""
    text = (PROJECT / "include" / "group.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^systems: .*$", "systems: []", text)
    file.write_text(re.sub(r"(?m)^pick_up:\n(?: .*\n)+", "pick_up: {}\n", text), encoding="utf-8")


@click.command()
@click.option("--home", type=click.Path(path_type=Path), default=HOME, show_default=True)
def main(home: Path) -> None:
    """An empty installation and an unknown dealer system, to practise connecting it."""
    try:
        with practice(home, click.echo) as command:
            shown = os.path.relpath(command)
            click.echo(f"Ready: the command is {shown}, the last business day {LAST_DAY}.")
            click.echo("Everything stays up until Ctrl-C.")
            while True:
                time.sleep(NAP_SECONDS)
    except KeyboardInterrupt:
        click.echo("Ended; nothing is left running.")
    except AftercareError as problem:
        click.echo(f"aftercare: {problem}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
