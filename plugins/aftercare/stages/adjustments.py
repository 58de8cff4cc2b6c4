"""Adjustments of published months, to be read; scoring a month again is what keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine

from aftercare.rules import period
from aftercare.warehouse import rows, run
from aftercare.whose import Whose


def list_adjustments(
    engine: Engine,
    month: str,
    *,
    most: int | None = None,
    whose: Whose = Whose(),  # noqa: B008 - frozen
    kpi_id: str | None = None,
    scorecard_id: str | None = None,
) -> list[dict[str, Any]]:
    """A month's adjustments with names, old and new figures, ``rows_behind`` [[change, kind, key]].

    ``whose``, ``kpi_id`` and ``scorecard_id`` narrow them. Of ``rows_behind`` the first ``most`` rows and
    the first ``most`` late documents are read, None: all; there may be hundreds of each.

    A change is ``came``, ``left`` or ``changed``, of a row; ``late`` is a document of a vehicle in these
    rows that was first loaded after the publication. ``row_count`` is how many rows there are; of
    adjustments that were noticed when twelve were kept there may be more than ``rows_kept``, as many as can
    be read. ``late_count`` is how many late documents there are.

    Those that were replaced by another one are left out; of one that is gone, ``ended_on`` says
    since when.
    """
    with engine.connect() as connection:
        return rows(
            connection,
            "adjustments/list_adjustments",
            month=period.read_month(month),
            most=most,
            kpi_id=kpi_id,
            scorecard_id=scorecard_id,
            **asdict(whose),
        )


def list_due_months(engine: Engine, months: Sequence[str]) -> list[str]:
    """Which of these months are published and may have changed since they were last scored."""
    with engine.connect() as connection:
        found = run(connection, "adjustments/list_due_months", months=list(months))
        return list(found.scalars())
