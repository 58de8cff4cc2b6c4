"""The closed month through Airflow: scored, decided by a person line by line, sent to HR."""

from __future__ import annotations

from collections.abc import Callable

from aftercare.demo.airflow import LocalAirflow
from aftercare.demo.night import require_success
from aftercare.demo.people import decide_proposals

GATE_SECONDS = 180


def run(airflow: LocalAirflow, month: str, say: Callable[[str], None]) -> None:
    """Scores the month, lets HR decide its proposals on the page, and opens the gate."""
    client = airflow.client()
    say(f"Scoring {month}")
    run = client.wait_for_run("aftercare_month", client.trigger("aftercare_month", month))
    require_success(airflow, run)
    decided = decide_proposals(airflow, month)
    say(f"HR decided {decided} proposals on the page")
    publication = client.wait_for_question("aftercare_publish", month, GATE_SECONDS)
    airflow.client("hr").answer("aftercare_publish", publication, "approve", "Approve")
    say("HR approved the publication")
    require_success(airflow, client.wait_for_run("aftercare_publish", publication))
