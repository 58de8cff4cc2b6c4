"""The night of a business day: copy, check, merge, work out whom to call.

Partition key: the day, in the group's time zone. Backfill it with `aftercare backfill nights`.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset, CronPartitionTimetable, TriggerRule, task

from aftercare.dag_policy import DEFAULTS, TIME_ZONE

tasks_ready = Asset("aftercare_tasks")

with DAG(
    "aftercare_night",
    description="Pull, validate, merge and make tasks for one business day",
    schedule=CronPartitionTimetable(
        "30 2 * * *", timezone=TIME_ZONE, run_offset=-1, key_format="%Y-%m-%d"
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["aftercare", "night"],
):

    @task
    def open_night(partition_key: str | None = None) -> list[str]:
        """Refuses a wrong or open day, loads the policy, names the systems to read."""
        from aftercare import runs

        return runs.open_night(partition_key)

    @task(map_index_template="{{ task.op_kwargs['system'] }}", max_active_tis_per_dagrun=4)
    def pull(system: str, partition_key: str | None = None) -> dict[str, object]:
        """Copies what changed in one system to staging."""
        from aftercare import runs

        return runs.pull(partition_key, system)

    @task(
        map_index_template="{{ task.op_kwargs['system'] }}",
        max_active_tis_per_dagrun=4,
        trigger_rule=TriggerRule.ALL_DONE,
    )
    def settle(system: str, partition_key: str | None = None) -> dict[str, object]:
        """Validates and merges, feed by feed, what of one system was pulled; sweeps once a week."""
        from aftercare import runs

        return runs.settle(partition_key, system)

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[tasks_ready], retries=3)
    def make_tasks(partition_key: str | None = None) -> dict[str, object]:
        """Makes, moves, withdraws and closes follow-up tasks."""
        from aftercare import runs

        return runs.make_tasks(partition_key)

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=1, retry_delay=timedelta(seconds=5))
    def complete(systems: list[str] | None, partition_key: str | None = None) -> None:
        """Fails when a system is missing, so that the run shows what the morning mail says."""
        from aftercare import runs

        runs.require_complete(partition_key, systems)

    systems = open_night()
    pulled = pull.expand(system=systems)
    settled = settle.expand(system=systems)
    pulled >> settled >> make_tasks() >> complete(systems)
