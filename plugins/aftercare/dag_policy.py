"""What every Dag of the house has in common: owner, retries, the group's time zone.

Read at import by the Dag processor, so it imports nothing heavy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from aftercare.settings import read_group

TIME_ZONE: str = read_group().group.time_zone

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="aftercare.errors.Fatal",
            action=RetryAction.FAIL,
            reason="trying again changes nothing: see the message",
        ),
        RetryRule(
            exception="aftercare.errors.Retriable",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=3),
            reason="the other side did not answer",
        ),
    ]
)

DEFAULTS: dict[str, Any] = {
    "owner": "aftercare",
    "retries": 4,
    "retry_delay": timedelta(seconds=10),
    "retry_policy": RETRY_POLICY,
    "execution_timeout": timedelta(hours=2),
}
