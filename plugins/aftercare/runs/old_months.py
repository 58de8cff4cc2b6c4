"""What becomes of months that are backfilled: who hears of them when they are published."""

from __future__ import annotations

from collections.abc import Sequence

from aftercare import connections
from aftercare.reports.backfilled import Notice
from aftercare.runs.house import step, today
from aftercare.runs.month import newest_closed_month
from aftercare.settings import read_group


@step
def say_word(months: Sequence[str], is_told: bool, user: str) -> dict[str, Notice]:
    """Keeps whether these months are told once they are published, as of today; what becomes of each."""
    from aftercare.stages.old_months import say_word as say

    newest = newest_closed_month(today(read_group()))
    return say(connections.warehouse_engine(), months, newest, is_told, user)
