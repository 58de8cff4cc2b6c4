"""Proposals of a month as they are kept: brought to what the month gives reason for, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection

from aftercare.errors import PipelineFault
from aftercare.warehouse import run

Kind = Literal["sanction", "reward"]
SANCTION: Kind = "sanction"
REWARD: Kind = "reward"


def keep(
    connection: Connection,
    kind: Kind,
    month: str,
    rows: Sequence[Mapping[str, Any]],
    grounds: Mapping[str, Sequence[tuple[str, str]]],
) -> int:
    """Writes the proposals of a kind and what each stands on; returns the number of rows changed.

    ``grounds`` are kind and key of the rows behind, by proposal. A second time changes nothing.
    Raises PipelineFault for two rows with one id: the later would stand for both.
    """
    often = Counter(str(row["proposal_id"]) for row in rows)
    twice = sorted(key for key, times in often.items() if times > 1)
    if twice:
        raise PipelineFault(f"{month} proposes twice under one id: {', '.join(twice)}")
    changed = run(
        connection,
        "score/drop_proposals",
        kind=kind,
        month=month,
        proposals=[row["proposal_id"] for row in rows],
    ).rowcount
    return changed + put(connection, kind, rows, grounds)


def put(
    connection: Connection,
    kind: Kind,
    rows: Sequence[Mapping[str, Any]],
    grounds: Mapping[str, Sequence[tuple[str, str]]],
) -> int:
    """Writes some proposals of a month beside its others; returns the number of rows changed."""
    changed = 0
    for row in rows:
        behind = grounds[row["proposal_id"]]
        keys = {
            "proposal_id": row["proposal_id"],
            "kinds": [each for each, _ in behind],
            "keys": [key for _, key in behind],
        }
        ranks = {"rank_no": None, "ranked": None, "correct_within": None}
        changed += run(connection, "score/keep_proposal", kind=kind, **(ranks | dict(row))).rowcount
        changed += run(connection, "score/drop_proposal_evidence", **keys).rowcount
        changed += run(connection, "score/keep_proposal_evidence", **keys).rowcount
    mark_used(connection, [row["policy_line"] for row in rows])
    return changed


def mark_used(connection: Connection, lines: Sequence[str]) -> None:
    """Policy lines behind what was proposed may not be edited from then on."""
    run(connection, "score/mark_used_policy_lines", lines=sorted(set(lines)))
