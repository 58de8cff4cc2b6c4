"""Whether what was approved to be put right by a day was put right (S1-30), as the command shows it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from aftercare.due_corrections import due_corrections
from aftercare.errors import PeriodRefused
from aftercare.rules import period
from aftercare.rules.policy import Policy
from aftercare.warehouse import run


def corrections(engine: Engine, policy: Policy, month: str) -> list[dict[str, Any]]:
    """What `due_corrections` says of a month; PeriodRefused for one without scorecards."""
    with engine.connect() as connection:
        if run(connection, "score/get_month", month=period.read_month(month)).one_or_none() is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        return due_corrections(connection, policy, month)
