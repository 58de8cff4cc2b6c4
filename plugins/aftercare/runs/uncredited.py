"""Rows of a closed month that are credited to nobody, counted now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aftercare import connections, warehouse
from aftercare.runs.house import policy, today
from aftercare.settings import read_group


def rows_of_nobody(month: str) -> Sequence[Mapping[str, Any]]:
    """The rows, by KPI and store, with why; nothing is written and nothing else is locked.

    Raises PeriodRefused for a month that is open, Retriable while the warehouse is upgraded.
    """
    from aftercare.stages.scorecards import rows_of_nobody as found

    group, engine = read_group(), connections.warehouse_engine()
    with warehouse.in_words(), warehouse.at_work(engine, patience=0):
        return found(engine, group, policy(), month, today(group))
