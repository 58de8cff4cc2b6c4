"""The command that looks whether the night was done in time; it needs neither Airflow nor the night."""

from __future__ import annotations

import sys
import time
from datetime import date

import click
from sqlalchemy.exc import OperationalError

from aftercare.errors import AftercareError
from aftercare.warehouse import trouble


@click.command()
@click.option(
    "--every",
    type=click.IntRange(1, 120),
    metavar="MINUTES",
    help="Stay, and look again and again.",
)
def watch(every: int | None) -> None:
    """Tell operators by mail, once a night, when last night is not done by its hour.

    The hour is `night.due_by` in include/group.yaml. Looks once, and ends with 1 if the night is
    late; with --every it stays. Run it where Airflow does not run, or at least beside it.
    """
    told: set[date] = set()
    while True:
        is_late = _look(told)
        if every is None:
            sys.exit(int(is_late))
        time.sleep(every * 60)


def _look(told: set[date]) -> bool:
    """Whether last night is late; ``told`` are days whose silence of the warehouse was told."""
    from aftercare import runs

    day = runs.overdue_night()
    if day is None:
        return False
    try:
        counts = runs.tell_late(day)
    except OperationalError as problem:
        click.echo(f"night of {day}: {trouble(problem.orig)}", err=True)
        if day not in told and _is_told(day):
            told.add(day)
        return True
    except AftercareError as problem:
        click.echo(f"night of {day}: {problem}", err=True)
        return True
    if counts["missing"]:
        mails = counts["changed"]
        click.echo(f"night of {day} lacks {', '.join(counts['missing'])}; mails sent: {mails}")
    return bool(counts["missing"])


def _is_told(day: date) -> bool:
    """Whether a mail about the silent warehouse went out."""
    from aftercare import runs

    try:
        sent = runs.tell_silent_warehouse(day)
    except AftercareError as problem:
        click.echo(f"night of {day}: {problem}", err=True)
        return False
    click.echo(f"mails sent: {sent}", err=True)
    return sent > 0


COMMANDS = (watch,)
