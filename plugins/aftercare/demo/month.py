"""The closed month through Airflow: scored, decided by a person line by line, sent to HR."""

from __future__ import annotations

from collections.abc import Callable

from aftercare.demo.airflow import LocalAirflow
from aftercare.demo.night import require_success

SCORE_DAG, PUBLISH_DAG, GATE = "aftercare_month", "aftercare_publish", "approve"
DECIDER = "hr"


def run(airflow: LocalAirflow, month: str, say: Callable[[str], None]) -> None:
    """Scores the month, lets HR decide its proposals, and opens the gate.

    Raises Fatal when a step does not succeed.
    """
    client = airflow.client()
    say(f"Scoring {month}")
    require_success(airflow, client.wait_for_run(SCORE_DAG, client.trigger(SCORE_DAG, month)))
    approved, rejected = decide_proposals(month)
    say(f"HR decided the proposals: {approved} approved, {rejected} rejected")
    run_id = client.wait_for_start(PUBLISH_DAG, month).run_id
    client.wait_for_question(PUBLISH_DAG, run_id)
    airflow.client(DECIDER).answer(PUBLISH_DAG, run_id, GATE, "Approve")
    say("HR approved the publication")
    require_success(airflow, client.wait_for_run(PUBLISH_DAG, run_id))


def decide_proposals(month: str) -> tuple[int, int]:
    """HR approves every proposal but the last of several, as somebody who listened would.

    The last on which no other rests: what rests on a rejected one cannot be approved.
    """
    from aftercare import connections, runs
    from aftercare.rules.rewards import rests_on
    from aftercare.settings import read_group
    from aftercare.stages.proposals import decide, list_proposals

    engine = connections.warehouse_engine()
    group, policy = read_group(), runs.policy()
    today = runs.today(group)
    rows = list_proposals(engine, month)
    keys = [row["proposal_id"] for row in rows]
    borne = {key for row in rows for key in rests_on(row)}
    rejected = [key for key in keys if key not in borne][-1:] if len(keys) > 1 else []
    approved = [key for key in keys if key not in rejected]
    if approved:
        decide(engine, group, policy, approved, "approve", "", DECIDER, today)
    if rejected:
        decide(
            engine, group, policy, rejected, "reject", "已与当事人核实，另行辅导", DECIDER, today
        )
    return len(approved), len(rejected)
