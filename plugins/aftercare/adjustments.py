"""Adjustments: what a line of a published month would be now, kept beside the issued one.

The issued line is never written. Of one difference there is one adjustment; when the line differs
otherwise, or no more, it ends and says how. All rows that make it are kept, and the documents that
came late of the vehicles in them.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from aftercare.warehouse import run


def keep_adjustments(connection: Connection, month: str, today: date) -> dict[str, int]:
    """Compares a published month with its lines and rows as they are computed now.

    Those stand in the temporary tables of the scoring, in the same transaction. Counts:
    ``adjusted`` (differences that are new) and ``adjustments_ended``.
    """
    run(connection, "adjustments/find_differences", month=month)
    ended = run(connection, "adjustments/end_adjustments", month=month, today=today).rowcount
    run(connection, "adjustments/find_row_differences")
    run(connection, "adjustments/find_late_documents", month=month)
    kept = run(connection, "adjustments/keep_adjustments", month=month, today=today).rowcount
    return {"adjusted": kept, "adjustments_ended": ended}
