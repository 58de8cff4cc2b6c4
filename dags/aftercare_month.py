"""Scorecards of a closed month, proposals of sanctions and rewards, and adjustments to earlier months.

Partition key: the month. Runs on the day after a month is closed; backfill it with
`aftercare backfill scorecards`.
"""

from airflow.sdk import DAG, Asset, CronPartitionTimetable, task

from aftercare.dag_policy import DEFAULTS, TIME_ZONE
from aftercare.rules.month import RUN_DAY

with DAG(
    "aftercare_month",
    description="Score a closed month and propose rewards and sanctions",
    schedule=CronPartitionTimetable(
        f"0 5 {RUN_DAY} * *", timezone=TIME_ZONE, run_offset=-1, key_format="%Y-%m"
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["aftercare", "month"],
):

    @task(outlets=[Asset("aftercare_scorecards")])
    def score(partition_key: str | None = None) -> dict[str, object]:
        """Refuses an open month, then scores it."""
        from aftercare import runs

        return runs.score(partition_key)

    @task
    def adjust(partition_key: str | None = None) -> dict[str, object]:
        """Looks at the published months before: what came in since then gives adjustments."""
        from aftercare import runs

        return runs.adjust(partition_key)

    score() >> adjust()
