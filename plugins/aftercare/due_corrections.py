"""Whether what was approved to be put right by a day was put right (S1-30), by the month's own scorecards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from aftercare.rules import period
from aftercare.rules.month import month_of
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi
from aftercare.rules.sanctions import ITEM, PERSON, correction
from aftercare.warehouse import run


def due_corrections(connection: Connection, policy: Policy, month: str) -> list[dict[str, Any]]:
    """Approved steps of which this scored month, the first whole one after they were told, says whether they
    were put right, each with ``result``.

    ``put_right``; ``again`` names the month's own step; ``too_few`` answers and ``not_scored`` are
    not known. It proposes nothing.
    """
    bounds = month_of(policy, month)
    minimum = policy.value("house", ITEM, "minimum_n", bounds.last_day, PERSON).value
    rows = run(
        connection,
        "score/list_corrections",
        month=month,
        kpi=proposal_kpi(policy, ITEM, bounds.last_day),
        last_day=bounds.last_day,
        next_last_day=period.last_day(period.next_month(month)),
    ).mappings()
    return [
        {
            **row,
            "result": correction(
                is_scored=row["is_scored"],
                is_again=row["again"] is not None,
                is_about_answers=row["is_about_answers"],
                answered=int(row["answered"]),
                minimum_n=int(minimum),
            ),
        }
        for row in rows
    ]
