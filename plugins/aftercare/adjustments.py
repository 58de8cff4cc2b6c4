"""Adjustments: what a line of a published month would be now, kept beside the issued one.

The issued line is never written. Of one difference there is one adjustment; when the line differs
otherwise, or no more, it ends and says how.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from aftercare.warehouse import run

ROWS_NAMED = 12
"""So many of the rows that make a difference are named; all are counted."""


def keep_adjustments(connection: Connection, month: str, today: date) -> dict[str, int]:
    """Compares a published month with its lines and rows as they are computed now.

    Those stand in the temporary tables of the scoring, in the same transaction. Counts:
    ``adjusted`` (differences that are new) and ``adjustments_ended``.
    """
    run(connection, "adjustments/find_differences", month=month)
    ended = run(connection, "adjustments/end_adjustments", month=month, today=today).rowcount
    kept = run(
        connection, "adjustments/keep_adjustments", month=month, today=today, most=ROWS_NAMED
    ).rowcount
    return {"adjusted": kept, "adjustments_ended": ended}
