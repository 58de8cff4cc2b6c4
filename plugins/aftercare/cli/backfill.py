"""Commands that make up for missed nights and months, through Airflow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from aftercare.cli.options import DAY, USER


@click.group()
def backfill() -> None:
    """Run missed periods again, in order. Nothing old is sent unless you say so."""


@backfill.command()
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@click.option("--notify", is_flag=True, help="Send the morning mails of old nights, too.")
def nights(first: datetime, last: datetime, notify: bool) -> None:
    """Run the nights of business days FIRST to LAST (both included), e.g. 2026-06-01 2026-06-30.

    Without --notify the morning mail of a night that was not last night is kept back. Tasks whose time is
    over are sent in neither case. With it, each mail is sent when its night was delivered, and one that
    cannot be sent stops none of the others.
    """
    from aftercare import backfill as plan
    from aftercare import connections, runs
    from aftercare.errors import AftercareError
    from aftercare.runs.house import each, raise_problems
    from aftercare.settings import read_group

    group = read_group()
    keys = plan.night_keys(first.date(), last.date(), runs.today(group))
    deliveries = plan.Deliveries(connections.airflow_client(click.echo), keys) if notify else None
    states = _run(plan.NIGHT_DAG, keys, plan.night_bounds(keys))
    _table(["tasks", "push"], keys)
    problems: list[tuple[str, AftercareError]] = []
    if deliveries is not None:

        def mail(key: str) -> dict[str, Any]:
            deliveries.wait(key)
            # The run itself kept the mail back: this was an old night for it.
            counts = runs.morning(key, notify=True)
            click.echo(f"{key}  morning mails sent {counts['changed']}")
            return counts

        each((key for key in keys if states[key] == "success"), mail, problems)
    for key, problem in problems:
        click.echo(f"{key}  morning mail: {problem}")
    _refuse_failed(states)
    raise_problems(problems)


@backfill.command()
@click.argument("first")
@click.argument("last")
@click.option("--despite-missing-nights", is_flag=True, help="Score months with missing nights.")
@click.option("--notify", is_flag=True, help="Let mails of old months go out once approved.")
@USER
def scorecards(
    first: str, last: str, despite_missing_nights: bool, notify: bool, user: str
) -> None:
    """Score the months FIRST to LAST (both included), e.g. 2026-05 2026-08.

    Says first whether anything will be sent when people have approved the months: nothing of an old one
    without --notify. Ends with a table of what changed.
    """
    from aftercare import backfill as plan
    from aftercare import connections, runs
    from aftercare.errors import PeriodRefused
    from aftercare.reports.backfilled import backfilled_lines, backfilled_months, notice_lines
    from aftercare.reports.scorecard_words import read_words
    from aftercare.rules import period
    from aftercare.settings import read_group

    group = read_group()
    keys = plan.month_keys(period.read_month(first), period.read_month(last))
    for key in keys:
        runs.refuse_open_month(key)
    missing = plan.missing_nights(
        connections.warehouse_engine(), group.systems, keys, runs.closing_day(keys[-1])
    )
    for day, system in missing:
        click.echo(f"missing night: {day} {system}")
    if missing and not despite_missing_nights:
        raise PeriodRefused(
            f"{len({day for day, _ in missing})} nights are missing; run `aftercare backfill nights` for them first, "
            "or score without them by --despite-missing-nights"
        )
    words = read_words(group.group.language, "backfill")

    def say_whom_they_are_told() -> None:
        for line in notice_lines(runs.say_word(keys, notify, user), words):
            click.echo(line)

    before = runs.standing(keys)
    states = _run(plan.MONTH_DAG, keys, plan.month_bounds(keys), say_whom_they_are_told)
    months = backfilled_months(keys, before, runs.standing(keys), states)
    for line in backfilled_lines(months, words):
        click.echo(line)
    _refuse_failed(states)


def _run(
    dag_id: str,
    keys: list[str],
    bounds: tuple[str, str],
    begin: Callable[[], None] | None = None,
) -> dict[str, str | None]:
    from aftercare import backfill as plan
    from aftercare import connections

    return plan.run_backfill(
        connections.airflow_client(click.echo), dag_id, keys, bounds, click.echo, begin
    )


def _refuse_failed(states: dict[str, str | None]) -> None:
    from aftercare.errors import Fatal

    failed = [key for key, state in states.items() if state != "success"]
    if failed:
        raise Fatal(
            f"these periods did not succeed, see their runs in Airflow: {', '.join(failed)}"
        )


def _table(stages: list[str], keys: list[str]) -> None:
    """What each period's stages reported."""
    from aftercare import connections, warehouse

    with connections.warehouse_engine().connect() as connection:
        for row in warehouse.run(
            connection, "ops/list_reports", stages=stages, keys=keys
        ).mappings():
            counts = ", ".join(
                f"{name} {count}" for name, count in row["counts"].items() if isinstance(count, int)
            )
            click.echo(f"{row['partition_key']}  {row['stage']} {row['part']}  {counts}")


COMMANDS = (backfill,)
