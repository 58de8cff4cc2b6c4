"""Missed nights and months, planned in Airflow with the right bounds, one at a time.

Airflow's own backfill takes ticks, not periods: the night of D ticks on D+1, the month of M ticks
in M+1, and ``to_date`` is an instant. A range given in ticks loses its last period; these
functions give ranges in periods and check with a dry run that Airflow plans just those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.airflow_client import AirflowClient
from aftercare.errors import PeriodRefused, PipelineFault
from aftercare.rules import period

NIGHT_DAG, MONTH_DAG = "aftercare_night", "aftercare_month"
RUN_SECONDS = 2 * 60 * 60


def night_keys(first: date, last: date, today: date) -> list[str]:
    """Partition keys of the nights first to last; PeriodRefused when one of them is not over."""
    if last < first:
        raise PeriodRefused(f"{last} lies before {first}; give the earlier day first")
    period.refuse_open_day(last, today)
    return [day.isoformat() for day in period.days(first, last)]


def month_keys(first: str, last: str) -> list[str]:
    """Partition keys of the months first to last."""
    if last < first:
        raise PeriodRefused(f"{last} lies before {first}; give the earlier month first")
    return list(period.months(first, last))


def night_bounds(keys: Sequence[str], zone: ZoneInfo) -> tuple[str, str]:
    """From and to, as ISO instants, of the ticks of these nights."""
    return _bounds(
        date.fromisoformat(keys[0]) + timedelta(days=1),
        date.fromisoformat(keys[-1]) + timedelta(days=1),
        zone,
    )


def month_bounds(keys: Sequence[str], zone: ZoneInfo) -> tuple[str, str]:
    """From and to, as ISO instants, of the ticks of these months."""
    return _bounds(
        period.last_day(keys[0]) + timedelta(days=1),
        period.last_day(period.next_month(keys[-1])),
        zone,
    )


def _bounds(first: date, last: date, zone: ZoneInfo) -> tuple[str, str]:
    return (
        datetime.combine(first, time.min, zone).isoformat(),
        datetime.combine(last, time(23, 59, 59), zone).isoformat(),
    )


def missing_nights(engine: Engine, systems: Sequence[str], months: Sequence[str]) -> list[str]:
    """Nights of the months for which a system has no merged load, as ``day system``."""
    with engine.connect() as connection:
        rows = warehouse.run(
            connection,
            "ops/list_missing_nights",
            systems=list(systems),
            first=period.first_day(months[0]),
            last=period.last_day(months[-1]),
        )
        return [f"{row.day} {row.system}" for row in rows]


def run_backfill(
    client: AirflowClient,
    dag_id: str,
    keys: Sequence[str],
    bounds: tuple[str, str],
    say: Callable[[str], None],
) -> list[str]:
    """Plans the periods in Airflow, waits, and returns the keys whose run did not succeed.

    Raises PipelineFault, before anything is created, when Airflow would run other periods.
    """
    planned = client.backfill_keys(dag_id, *bounds)
    if sorted(planned) != sorted(keys):
        raise PipelineFault(
            f"Airflow would run {', '.join(planned) or 'nothing'} instead of {keys[0]} to {keys[-1]}; "
            f"is the schedule of {dag_id} changed?"
        )
    say(f"{dag_id}: {len(keys)} periods, {keys[0]} to {keys[-1]}, one at a time")
    client.pause(dag_id, False)
    number = client.backfill(dag_id, *bounds, again=True)
    client.wait_for_backfill(number, seconds=RUN_SECONDS)
    runs: dict[str, Any] = {}
    for key in keys:
        newest = client.runs(dag_id, key)
        runs[key] = newest[-1].state if newest else "not run"
        say(f"  {key}: {runs[key]}")
    return [key for key, state in runs.items() if state != "success"]
