"""Delivery of a night's tasks to the stores and CRMs, the morning mail, what employees are told, and
what still waits of published months.

Runs by itself when the night has made its tasks; its partition key is the night's day.
"""

from airflow.sdk import DAG, Asset, PartitionedAssetTimetable, TriggerRule, task

from aftercare.dag_policy import DEFAULTS, MAIL_RETRIES

with DAG(
    "aftercare_deliver",
    description="Push tasks to workbooks and CRMs, then send the morning mail",
    schedule=PartitionedAssetTimetable(assets=Asset("aftercare_tasks")),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["aftercare", "delivery"],
):

    @task
    def open_delivery(partition_key: str | None = None) -> list[str]:
        """Refuses a wrong day and names the targets."""
        from aftercare import runs

        return runs.open_delivery(partition_key)

    @task(map_index_template="{{ task.op_kwargs['target'] }}", max_active_tis_per_dagrun=4)
    def push(target: str, partition_key: str | None = None) -> dict[str, object]:
        """Sends to one target what differs from what it acknowledged."""
        from aftercare import runs

        return runs.push(partition_key, target)

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=MAIL_RETRIES)
    def morning(partition_key: str | None = None) -> dict[str, object]:
        """Sends the morning mail: complete or not, what to do, who owns it."""
        from aftercare import runs

        return runs.morning(partition_key)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def tell_answers(partition_key: str | None = None) -> dict[str, object]:
        """Mails employees what is new about their objections and adjustments."""
        from aftercare import runs

        return runs.tell_answers(partition_key)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def tell_overturned(partition_key: str | None = None) -> dict[str, object]:
        """Withdraws undecided steps whose earlier step was overturned, and tells HR of approved ones."""
        from aftercare import runs

        return runs.tell_overturned(partition_key)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def tell_waiting(partition_key: str | None = None) -> dict[str, object]:
        """Sends mails of published months that could not be sent."""
        from aftercare import runs

        return runs.tell_waiting(partition_key)

    told = morning()
    push.expand(target=open_delivery()) >> [told, tell_answers(), tell_overturned()]
    # The morning mail names what waits before it is sent.
    told >> tell_waiting()
