"""Adjustments of published months, to be read; scoring a month again is what keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

from aftercare.rules import period
from aftercare.warehouse import rows, run


def list_adjustments(engine: Engine, month: str) -> list[dict[str, Any]]:
    """A month's adjustments with names, old and new figures, ``rows_behind`` [[change, kind, key]].

    A change is ``came``, ``left`` or ``changed``, of a row; ``late`` is a document of a vehicle in these
    rows that was first loaded after the publication. ``row_count`` is how many rows there are; of
    adjustments that were noticed when twelve were kept there may be more.

    Those that were replaced by another one are left out; of one that is gone, ``ended_on`` says
    since when.
    """
    with engine.connect() as connection:
        return rows(connection, "adjustments/list_adjustments", month=period.read_month(month))


def list_due_months(engine: Engine, months: Sequence[str]) -> list[str]:
    """Which of these months are published and may have changed since they were last scored."""
    with engine.connect() as connection:
        found = run(connection, "adjustments/list_due_months", months=list(months))
        return list(found.scalars())
