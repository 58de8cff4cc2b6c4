"""Which steps of earlier months had to be put right, and what the month says of each (S1-30)."""

from __future__ import annotations

from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_words import Words

ORDER = ("again", "too_few", "not_scored", "put_right")
"""What HR has to look at comes first."""


def correction_lines(report: ScorecardReport, words: Words, limit: int | None = None) -> list[str]:
    """A line for each, below one that counts them; ``limit`` is how many are shown, None: all.

    For HR alone: they name people.
    """
    rows = sorted(report.rows.corrections, key=lambda row: ORDER.index(row["result"]))
    if not rows:
        return []
    counts = words("comma").join(
        words("correction_count", result=words(f"correction_{result}"), count=count)
        for result in ORDER
        if (count := sum(row["result"] == result for row in rows))
    )
    lines = [words("corrections_due", all=len(rows), counts=counts)]
    for row in rows[:limit]:
        again = words("correction_by", proposal=row["again"]) if row["again"] else ""
        lines.append(
            words(
                "correction_line",
                name=row["employee_name"] or row["employee_no"],
                proposal=row["proposal_id"],
                day=row["correct_by"],
                result=words(f"correction_{row['result']}") + again,
            )
        )
    if limit is not None and len(rows) > limit:
        lines.append(
            words(
                "corrections_more",
                count=len(rows) - limit,
                command=f"aftercare proposals corrections {report.rows.month}",
            )
        )
    return lines
