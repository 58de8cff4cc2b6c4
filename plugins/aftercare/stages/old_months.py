"""Whether months that are made up for long after they ended are mailed, as who backfills them says.

A month is old when a later one is closed already. What is said of one holds until it is published,
the newest word; a publication keeps its answer for good.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from aftercare.reports.backfilled import Notice
from aftercare.warehouse import run


def say_word(
    engine: Engine, months: Sequence[str], newest: str, is_told: bool, user: str
) -> dict[str, Notice]:
    """Keeps for old months that are not published whether they are told, and returns what becomes of each.

    ``newest`` is the newest closed month; it and later ones are in time and are told whatever is said, unless
    something else was said of them before. The same word again changes nothing.
    """
    notices: dict[str, Notice] = {}
    with engine.begin() as connection:
        # In one order, so that two who say something at once wait for each other and for no more.
        for month in sorted(months):
            # A publication that is under way is waited for: what it told is what counts.
            run(connection, "score/lock_month", month=month)
            known = run(connection, "score/get_notice", month=month).one()
            if known.published_at is not None:
                notices[month] = "was_told" if known.is_told else "was_silent"
                continue
            if is_told or month < newest:
                run(
                    connection,
                    "score/keep_old_month",
                    month=month,
                    is_told=is_told,
                    said_by=user,
                )
                notices[month] = "told" if is_told else "silent"
            else:
                notices[month] = "in_time" if known.is_told else "silent"
    return notices


def is_told(engine: Engine, month: str) -> bool:
    """Whether a month is told when it is published, or was."""
    with engine.connect() as connection:
        return bool(run(connection, "score/get_notice", month=month).one().is_told)
