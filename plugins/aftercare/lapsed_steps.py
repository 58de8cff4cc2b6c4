"""Approved steps of a published month for which there is no reason any more, by what is known today.

Nothing that people decided is written: a mark stands beside the step, by which it counts as overturned,
and ends when the reason is there again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from aftercare.rules.sanctions import WRITTEN, Conduct, Ladder, propose
from aftercare.warehouse import run


def keep_lapsed(
    connection: Connection, month: str, kpi: str | None, ladder_of: Callable[[str], Ladder]
) -> dict[str, int]:
    """Compares approved steps with the complaints behind them and with the figures as they are computed now.

    Those stand in the temporary tables of the scoring, in the same transaction. ``kpi`` is the figure
    that the ladder reads, None: it reads none, ``ladder_of`` gives a store's ladder. Counts: ``lapsed`` (steps that lost their
    reason) and ``lapsed_ended``.
    """
    scores = {
        row.employee_no: (int(row.satisfied), int(row.answered))
        for row in run(connection, "score/list_new_satisfaction", kpi=kpi)
    }
    lapsed = [
        step.proposal_id
        for step in run(connection, "ladder/list_issued_steps", month=month)
        if not _has_reason(step, scores.get(step.employee_no, (0, 0)), ladder_of(step.store_code))
    ]
    ended = run(connection, "ladder/end_lapsed", month=month, proposals=lapsed).rowcount
    kept = run(connection, "ladder/keep_lapsed", month=month, proposals=lapsed).rowcount
    return {"lapsed": kept, "lapsed_ended": ended}


def _has_reason(step: Any, score: tuple[int, int], ladder: Ladder) -> bool:
    """Whether what the step was issued for still gives a reason for it; earlier steps fall by themselves."""
    # For what it was not about nobody was heard.
    satisfied, answered = score if step.is_about_answers else (0, 0)
    found = propose(Conduct(satisfied, answered, upheld=tuple(step.complaints)), ladder)
    if found is None:
        return False
    is_by_itself = step.step == WRITTEN and not step.is_repeated
    return found.step == WRITTEN if is_by_itself else True
