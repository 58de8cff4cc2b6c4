"""What every Dag of the house has in common: owner, retries, the group's time zone.

Read at import by the Dag processor, so it imports nothing heavy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.definitions.retry_policy import RetryDecision

from aftercare.settings import read_group

TIME_ZONE: str = read_group().group.time_zone

FIRST_WAIT = timedelta(minutes=3)
LONGEST_WAIT = timedelta(hours=1)


class PatientPolicy(ExceptionRetryPolicy):
    """Waits twice as long before each further try, and at least as long as the other side asked.

    It never waits for more than an hour: what is not back by then is caught up by the next night.
    """

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """The decision of the rule that fits, with its wait."""
        decision = super().evaluate(exception, try_number, max_tries, context)
        if decision.action is not RetryAction.RETRY or decision.retry_delay is None:
            return decision
        wait = decision.retry_delay * 2 ** max(0, try_number - 1)
        asked = getattr(exception, "retry_after", None)
        if asked:
            wait = max(wait, timedelta(seconds=min(asked, LONGEST_WAIT.total_seconds())))
        return RetryDecision.retry(min(wait, LONGEST_WAIT), decision.reason)


RETRY_POLICY = PatientPolicy(
    rules=[
        RetryRule(
            exception="aftercare.errors.Fatal",
            action=RetryAction.FAIL,
            reason="trying again changes nothing: see the message",
        ),
        RetryRule(
            exception="aftercare.errors.Retriable",
            action=RetryAction.RETRY,
            retry_delay=FIRST_WAIT,
            reason="the other side did not answer",
        ),
    ]
)

MAIL_RETRIES = 6
"""Further tries of what mails people: they span two and a half hours, so that a mail server may be down for one."""

DEFAULTS: dict[str, Any] = {
    "owner": "aftercare",
    "retries": 4,
    "retry_delay": timedelta(seconds=10),
    "retry_policy": RETRY_POLICY,
    "execution_timeout": timedelta(hours=2),
}
