"""The workbook's sheet of rewards; apart from their words, which pages say without loading workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aftercare.reports.scorecard_rewards import (
    rank_words,
    reward_decision,
    reward_notes,
    reward_reason,
    who,
)
from aftercare.reports.scorecard_sheets import SheetMaker


def reward_sheet(made: SheetMaker) -> None:
    """The workbook's sheet: every reward with every row behind it, and below what is not proposed.

    A month with neither has no such sheet.
    """
    rows, words = made.report.rows, made.words
    if not rows.rewards and not rows.reward_notes:
        return
    names = (
        "proposal", "employee_no", "name", "store", "reward", "rank_place", "reason", "cases",
        "decision", "decided_by", "comment", "rule", "policy_line",
    )  # fmt: skip
    widths = (30, 12, 12, 22, 18, 9, 60, 44, 14, 14, 24, 9, 46)
    note = "" if rows.rewards else words("rewards_none")
    sheet = made.sheet(words("rewards"), note, widths, names=3)
    lines: list[Sequence[Any]] = [
        (
            row["proposal_id"],
            who(row),
            row["employee_name"],
            row["store_name"],
            words(row["step"]),
            rank_words(row, words),
            (reward_reason(row, words), made.wrapped),
            ("\n".join(f"{words(kind)} {key}" for kind, key in row["rows_behind"]), made.wrapped),
            reward_decision(row, made.report, words),
            row["decided_by"],
            row["remark"],
            row["rule_id"],
            row["policy_line"],
        )
        for row in rows.rewards
    ]
    last = made.table(sheet, [words(name) for name in names], lines)
    told = reward_notes(rows.reward_notes, words)
    if told:
        sheet.write_string(last + 2, 0, words("reward_notes"), made.bold)
    for place, sentence in enumerate(told, last + 3):
        sheet.write_string(place, 0, sentence, made.plain)
