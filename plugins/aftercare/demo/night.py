"""Last night through Airflow's scheduler."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from aftercare.airflow_client import Run
from aftercare.demo.airflow import LocalAirflow
from aftercare.errors import Fatal

DAGS = ("aftercare_night", "aftercare_deliver", "aftercare_month", "aftercare_publish")


def run(airflow: LocalAirflow, day: date, say: Callable[[str], None]) -> None:
    """Runs the night of ``day`` and its delivery; Fatal when one of them does not succeed."""
    client = airflow.client()
    say("Waiting for Airflow to read the Dags")
    client.wait_until_parsed(DAGS)
    for dag_id in DAGS:
        client.pause(dag_id, False)
    key = day.isoformat()
    say(f"Running the night of {key}")
    client_run = client.wait_for_run("aftercare_night", client.trigger("aftercare_night", key))
    require_success(airflow, client_run)
    say("Delivering its tasks")
    require_success(airflow, client.wait_for_key("aftercare_deliver", key))


def require_success(airflow: LocalAirflow, run: Run) -> None:
    """Fatal, naming the tasks, when a run did not succeed."""
    if not run.succeeded:
        states = ", ".join(f"{task} {state}" for task, state in run.tasks.items())
        raise Fatal(
            f"{run.dag_id} {run.partition_key}: {run.state} ({states}); logs: {airflow.home}/logs"
        )
