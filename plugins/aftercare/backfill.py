"""Missed nights and months, planned in Airflow with the right bounds, one at a time.

Airflow's own backfill takes instants and keeps the partitions whose tick lies between them: a
``--to-date`` of the last day is its midnight and loses that day. These functions turn periods
into bounds that lose none, and check with a dry run that Airflow plans just those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.errors import PeriodRefused, PipelineFault
from aftercare.rules import period

if TYPE_CHECKING:
    from aftercare.airflow_client import AirflowClient

NIGHT_DAG, MONTH_DAG, DELIVER_DAG = "aftercare_night", "aftercare_month", "aftercare_deliver"
RUN_SECONDS = 2 * 60 * 60
"""How long one period may take."""
ENDED = ("success", "failed")


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


def night_bounds(keys: Sequence[str]) -> tuple[str, str]:
    """From and to, as Airflow's backfill wants them, for these nights."""
    return _bounds(date.fromisoformat(keys[0]), date.fromisoformat(keys[-1]))


def month_bounds(keys: Sequence[str]) -> tuple[str, str]:
    """From and to, as Airflow's backfill wants them, for these months."""
    return _bounds(period.first_day(keys[0]), period.last_day(keys[-1]))


def _bounds(first: date, last: date) -> tuple[str, str]:
    # Airflow reads the wall clock of a bound as the timetable's own, whatever the zone says.
    return f"{first}T00:00:00Z", f"{last}T23:59:59Z"


def missing_nights(
    engine: Engine, systems: Sequence[str], months: Sequence[str], last: date
) -> list[tuple[date, str]]:
    """Nights from the months' first day to ``last`` that a system did not get through.

    ``last`` is the closing day of the last month: calls count until then.
    """
    with engine.connect() as connection:
        rows = warehouse.run(
            connection,
            "ops/list_missing_nights",
            systems=list(systems),
            first=period.first_day(months[0]),
            last=last,
        )
        return [(row.day, row.system) for row in rows]


def run_backfill(
    client: AirflowClient,
    dag_id: str,
    keys: Sequence[str],
    bounds: tuple[str, str],
    say: Callable[[str], None],
    begin: Callable[[], None] | None = None,
) -> dict[str, str | None]:
    """Plans the periods in Airflow, says each as it ends, and returns the states of their runs by key.

    ``begin`` is called when it is clear that they will run, before the first does. Raises PipelineFault, before
    that, when Airflow would run other periods.
    """
    planned = client.backfill_keys(dag_id, *bounds)
    if sorted(planned) != sorted(keys):
        raise PipelineFault(
            f"Airflow would run {', '.join(planned) or 'nothing'} instead of {keys[0]} to {keys[-1]}; "
            f"is the schedule of {dag_id} changed?"
        )
    if begin is not None:
        begin()
    say(f"{dag_id}: {len(keys)} periods, {keys[0]} to {keys[-1]}, one at a time")
    progress = _Progress(client, dag_id, keys, say)
    client.pause(dag_id, False)
    number = client.backfill(dag_id, *bounds)
    client.wait_for_backfill(number, seconds=RUN_SECONDS * len(keys), look=progress.look)
    return progress.end()


class Deliveries:
    """The runs that deliver nights, which the nights start: told from those that were there before.

    To be made before the nights run. Raises PipelineFault when Airflow would let none begin.
    """

    def __init__(self, client: AirflowClient, keys: Sequence[str]) -> None:
        if client.is_paused(DELIVER_DAG):
            raise PipelineFault(
                f"{DELIVER_DAG} is paused, so nothing would be pushed, of which the morning mails tell; "
                "let it run in Airflow, or leave out --notify"
            )
        self._client = client
        self._before = {
            key: found[-1].run_id if (found := client.runs(DELIVER_DAG, key)) else None
            for key in keys
        }

    def wait(self, key: str) -> None:
        """Waits until a night that ran is delivered, well or not: its morning mail says which.

        Raises AirflowRefused when it takes too long.
        """
        self._client.wait_for_newer(DELIVER_DAG, key, self._before[key], RUN_SECONDS)


class _Progress:
    """Says each period when its run has ended; runs that were there before say nothing."""

    def __init__(
        self, client: AirflowClient, dag_id: str, keys: Sequence[str], say: Callable[[str], None]
    ) -> None:
        self._client, self._dag_id, self._keys, self._say = client, dag_id, keys, say
        self._before = {key: self._newest(key) for key in keys}
        self._states: dict[str, str | None] = {}

    def look(self) -> None:
        """Says the next periods that have ended, in their order."""
        for key in self._keys[len(self._states) :]:
            newest = self._newest(key)
            if newest is None or newest[1] not in ENDED:
                # A run that is done again under its old name is another one from now on.
                self._before[key] = None
                return
            if newest == self._before[key]:
                return
            self._tell(key, newest[1])

    def end(self) -> dict[str, str | None]:
        """Says what is left, and returns all states; None where Airflow has no run."""
        for key in self._keys[len(self._states) :]:
            newest = self._newest(key)
            self._tell(key, newest[1] if newest else None)
        return self._states

    def _tell(self, key: str, state: str | None) -> None:
        self._states[key] = state
        self._say(f"  {len(self._states)}/{len(self._keys)}  {key}: {state or 'not run'}")

    def _newest(self, key: str) -> tuple[str, str] | None:
        found = self._client.runs(self._dag_id, key)
        return (found[-1].run_id, found[-1].state) if found else None
