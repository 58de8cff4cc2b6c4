"""Publication of a month's scorecards, behind a person's approval.

Runs when a month was scored. Lines are decided in the warehouse, on the page or by command; the
approval here only opens the gate and shows no personal figure. A waiting month blocks no other.
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Asset, PartitionedAssetTimetable, task

from aftercare.dag_policy import DEFAULTS, MAIL_RETRIES

MONTHS_WAITING = 120

with DAG(
    "aftercare_publish",
    description="Send approved scorecards to HR, managers and employees",
    schedule=PartitionedAssetTimetable(assets=Asset("aftercare_scorecards")),
    catchup=False,
    # Ten years of months may wait for people at once: none stands in the way of another.
    max_active_runs=MONTHS_WAITING,
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["aftercare", "month"],
):

    @task.short_circuit
    def open_publication(partition_key: str | None = None) -> dict[str, object]:
        """Refuses a wrong month; counts what is decided. A published month ends here."""
        from aftercare import runs

        return runs.open_publication(partition_key)

    gate = ApprovalOperator(
        task_id="approve",
        subject=(
            "{% if ti.xcom_pull(task_ids='open_publication').get('told', True) %}"
            "Send the scorecards of {{ partition_key }} to HR, managers and employees?"
            "{% else %}"
            "Publish the scorecards of {{ partition_key }}, an old month, and send nothing?"
            "{% endif %}"
        ),
        body=(
            "Every proposal of the month must be decided first: page Aftercare, Scorecards, "
            "or `aftercare proposals list {{ partition_key }}`."
        ),
        response_timeout=timedelta(days=20),
        defaults="Reject",
    )

    @task(retries=MAIL_RETRIES)
    def publish(
        answer: dict[str, Any], asked: dict[str, Any], partition_key: str | None = None
    ) -> dict[str, object]:
        """Sends what was approved, once to each recipient, in the name of who approved.

        What waits after the last try is sent by the next night.
        """
        from aftercare import runs

        by = answer["responded_by_user"]["name"]
        return runs.publish(partition_key, by, asked.get("told", True))

    opened = open_publication()
    opened >> gate
    publish(gate.output, opened)
