"""The section of rewards in the month's documents: what is proposed, and what is not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aftercare.reports.objection_marks import proposal_mark
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_words import Words
from aftercare.rules.rewards import sanction_beside
from aftercare.rules.sanctions import reason_in

Texts = dict[str, Any]
CASES_SHOWN = 6
"""Rows behind a reward that the mail and the PDF name; the workbook names all."""


def reward_conclusion(report: ScorecardReport, words: Words) -> list[str]:
    """The line of the conclusion about rewards; none where none is proposed."""
    rewards = report.rows.rewards
    if not rewards:
        return []
    undecided = sum(row["decision"] is None for row in rewards)
    if undecided:
        return [words("conclusion_rewards_undecided", all=len(rewards), undecided=undecided)]
    approved = sum(row["decision"] == "approve" for row in rewards)
    return [
        words(
            "conclusion_rewards",
            all=len(rewards),
            approved=approved,
            rejected=len(rewards) - approved,
        )
    ]


def reward_table(report: ScorecardReport, words: Words, limit: int | None) -> Texts:
    """Texts of the section; ``limit`` is how many rewards and notes are shown, None: all."""
    rewards = list(report.rows.rewards)
    notes = reward_notes(report.rows.reward_notes, words)
    everything = len(rewards)
    if limit is not None:
        if everything > limit:
            rewards = sorted(rewards, key=lambda row: row["decision"] == "reject")[:limit]
        if len(notes) > limit:
            notes = [*notes[:limit], words("reward_notes_cut", count=len(notes))]
    cut = words("rewards_cut", shown=len(rewards), all=everything)
    return {
        "rewards": [_reward(row, report, words) for row in rewards],
        "rewards_note": cut if len(rewards) < everything else "",
        "reward_notes": notes,
    }


def reward_notes(rows: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """Why something is not proposed, a sentence for each kind and whom it would be for."""
    return [
        words(
            "reward_note_of" if _is_shown(row["subject"]) else "reward_note",
            step=words(row["step"]),
            subject=words(row["subject"]) if words.has(row["subject"]) else row["subject"],
            reason=reason_in(row["reason"], words.language),
        )
        for row in rows
    ]


def _is_shown(subject: str) -> bool:
    """Whether it tells a reader something: ids of policy lines and rows do not."""
    return bool(subject) and not {"/", "|", " "} & set(subject)


def rank_words(row: Mapping[str, Any], words: Words) -> str:
    """``1/12``, empty where it goes by no rank."""
    if row["rank_no"] is None:
        return ""
    return words("rank_of", rank=row["rank_no"], of=row["ranked"])


def who(row: Mapping[str, Any]) -> str:
    """The number of who it is for; of a team's its store."""
    return row["employee_no"] or row["store_code"]


def reward_reason(row: Mapping[str, Any], words: Words) -> str:
    """The reason as deciders see it: with the sanction that is proposed for the same person."""
    reason = reason_in(row["reason"], words.language)
    sanction = sanction_beside(row)
    return f"{reason} {words('reward_sanction', sanction=sanction)}" if sanction else reason


def reward_decision(row: Mapping[str, Any], report: ScorecardReport, words: Words) -> str:
    """The decision in words, and that an objection to it is open or was upheld."""
    decision = words(row["decision"] or "undecided")
    mark = proposal_mark(report, row["proposal_id"], words)
    return f"{decision} · {mark}" if mark else decision


def _reward(row: Mapping[str, Any], report: ScorecardReport, words: Words) -> Texts:
    cases = row["rows_behind"]
    listed = [f"{words(kind)} {key}" for kind, key in cases[:CASES_SHOWN]]
    more = words("cases_more", count=len(cases)) if len(cases) > CASES_SHOWN else ""
    return {
        "proposal_id": row["proposal_id"],
        "name": row["employee_name"],
        "employee_no": who(row),
        "store": row["store_name"],
        "step": words(row["step"]),
        "rank": rank_words(row, words),
        "rule": row["rule_id"],
        "policy_line": row["policy_line"],
        "reason": reward_reason(row, words),
        "cases": listed,
        "cases_more": more,
        "decision": reward_decision(row, report, words),
        "style": {"approve": "firm", "reject": "none"}.get(row["decision"] or "", "missed"),
        "decided_by": row["decided_by"] or "",
        "comment": row["remark"] or "",
    }
