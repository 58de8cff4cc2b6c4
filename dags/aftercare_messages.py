"""Messages to customers, by the gateways of the stores that have one, in the hours that policy allows.

A night's delivery comes too early for them, so this looks every hour, sends what waits and may leave
at that hour, each message once, and does nothing where no store has a gateway. Partition key: the hour.
"""

from airflow.sdk import DAG, CronPartitionTimetable, task

from aftercare.dag_policy import DEFAULTS, TIME_ZONE

with DAG(
    "aftercare_messages",
    description="Send messages to customers in the hours that policy allows",
    schedule=CronPartitionTimetable(
        "10 7-21 * * *", timezone=TIME_ZONE, key_format="%Y-%m-%dT%H:%M"
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["aftercare", "delivery"],
):

    @task
    def push_messages() -> dict[str, object]:
        """Sends what waits at the gateways."""
        from aftercare import runs

        return runs.push_messages()

    push_messages()
