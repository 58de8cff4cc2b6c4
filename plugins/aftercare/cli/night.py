"""Commands that run a night's steps by hand, as the Dags do."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import click

from aftercare.errors import AftercareError

STEPS = ("pull", "settle", "tasks", "push", "morning", "answers", "months")


def show(counts: dict[str, Any]) -> None:
    """Prints counts as JSON, readable and sorted as the stage gave them."""
    click.echo(json.dumps(counts, ensure_ascii=False, indent=2, default=str))


@click.command()
@click.argument("day")
@click.option("--step", type=click.Choice(STEPS), multiple=True, help="Only these steps.")
@click.option("--notify", is_flag=True, help="Send the morning mail even of an old night.")
def night(day: str, step: tuple[str, ...], notify: bool) -> None:
    """Run the night of business day DAY (2026-06-30) here and now, without Airflow."""
    from aftercare import runs

    chosen = step or STEPS
    systems = runs.open_night(day)
    problems: list[tuple[str, AftercareError]] = []
    if "pull" in chosen:
        show({"pull": runs.each(systems, lambda name: runs.pull(day, name), problems)})
    if "settle" in chosen:
        show({"settle": runs.each(systems, lambda name: runs.settle(day, name), problems)})
    if "tasks" in chosen:
        show({"tasks": runs.make_tasks(day)})
    if "push" in chosen:
        targets = runs.open_delivery(day)
        show({"push": runs.each(targets, lambda name: runs.push(day, name), problems)})
    if "morning" in chosen:
        show({"morning": runs.morning(day, notify=notify)})
    if "answers" in chosen:
        show({"answers": runs.tell_answers(day)})
        show({"overturned": runs.tell_overturned(day)})
    if "months" in chosen:
        show({"months": runs.tell_waiting(day)})
    runs.raise_problems(problems)
    runs.require_complete(day, systems)


@click.command()
@click.argument("day")
@click.option("--system", help="Only this dealer system.")
@click.option(
    "--most-lost",
    type=click.FloatRange(0, 1, min_open=True),
    help="The share of documents that may be gone, where the mapping's is too small.",
)
def sweep(day: str, system: str | None, most_lost: float | None) -> None:
    """Look for orders that dealer systems deleted, as after the night of DAY.

    Nights do so once a week by themselves. Nothing happens where a later day was swept already.
    """
    from aftercare import runs

    show(runs.sweep(day, system, None if most_lost is None else Decimal(str(most_lost))))


COMMANDS = (night, sweep)
