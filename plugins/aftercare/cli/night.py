"""Commands that run a night's steps by hand, as the Dags do."""

from __future__ import annotations

import json
from typing import Any

import click

STEPS = ("pull", "settle", "tasks", "push", "morning")


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
    if "pull" in chosen:
        show({"pull": {system: runs.pull(day, system) for system in systems}})
    if "settle" in chosen:
        show({"settle": {system: runs.settle(day, system) for system in systems}})
    if "tasks" in chosen:
        show({"tasks": runs.make_tasks(day)})
    if "push" in chosen:
        show({"push": {target: runs.push(day, target) for target in runs.open_delivery(day)}})
    if "morning" in chosen:
        show({"morning": runs.morning(day, notify=notify)})
    runs.require_complete(day, systems)


COMMANDS = (night,)
