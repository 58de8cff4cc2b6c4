"""Sanctions and rewards as those whom they are about are told of them: what was approved, and nothing that deciders alone need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftercare.reports.objection_marks import proposal_mark
from aftercare.reports.scorecard_report import Row, ScorecardReport
from aftercare.reports.scorecard_rewards import rank_words, who
from aftercare.reports.scorecard_words import Words
from aftercare.rules.rewards import PROMOTION
from aftercare.rules.sanctions import reason_in

Texts = dict[str, Any]


def told_sanctions(rows: Iterable[Row]) -> list[Row]:
    """Approved sanctions: what the person hears of, by mail and on the page."""
    return [row for row in rows if row["decision"] == "approve"]


def decided_sanctions(rows: Iterable[Row]) -> list[Row]:
    """Approved and rejected sanctions: what the store's managers hear of."""
    return [row for row in rows if row["decision"] is not None]


def told_rewards(rows: Iterable[Row]) -> list[Row]:
    """Approved rewards, without what is only referred to HR: a referral promises nobody anything."""
    return [row for row in rows if row["decision"] == "approve" and row["step"] != PROMOTION]


def reward_texts(row: Row, report: ScorecardReport, words: Words, common: Words) -> Texts:
    """An approved reward: what it is, rank, reason, and whether it is under objection."""
    rank = rank_words(row, common)
    return {
        "name": row["employee_name"],
        "employee_no": who(row),
        "step": common(row["step"]),
        "decision": words("reward_approve"),
        "style": "good",
        "rank": words("reward_rank", rank=rank) if rank else "",
        "mark": proposal_mark(report, row["proposal_id"], common),
        "reason": reason_in(row["reason"], words.language),
        "id": words("decision_id", proposal=row["proposal_id"], rule=row["rule_id"]),
    }
