"""A row of a month that is credited to nobody, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aftercare.reports.scorecard_words import Words


def uncredited_line(row: Mapping[str, Any], words: Words) -> str:
    """Figure, store, row, day on which it counts, and why it is nobody's; parts stand between tabs."""
    posts = [words(role) if words.has(role) else role for role in row["roles"]]
    kind = words(row["row_kind"]) if words.has(row["row_kind"]) else row["row_kind"]
    why = words(
        f"uncredited_{row['why']}",
        role=words("comma").join(posts),
        employee_no=row["employee_no"],
        day=row["counted_on"],
    )
    known = (row["kpi_id"], row["store_code"], f"{kind} {row['row_key']}", row["counted_on"], why)
    return "\t".join(str(part) for part in known)
