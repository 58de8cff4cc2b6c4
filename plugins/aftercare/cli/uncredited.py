"""What `aftercare evidence MONTH nobody KPI` says: rows of a month that are credited to nobody, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aftercare.cli.connect import in_language

NOBODY: Final = "nobody"
"""Stands for an employee's number where rows have no employee."""
ALL: Final = "all"


def nobody_lines(month: str, kpi: str, language: str | None) -> Iterator[str]:
    """A line for each row and KPI, and how many rows there are; ``all``: of all KPIs.

    Raises BadData for a KPI that no pack has, PeriodRefused for a month that is open.
    """
    from aftercare import runs
    from aftercare.errors import BadData
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.uncredited import uncredited_line
    from aftercare.rules.figure_titles import figure_titles

    words = read_words(in_language(language).group.language)
    if kpi != ALL and kpi not in figure_titles(runs.policy()):
        raise BadData(f"no pack has a figure {kpi}; `all` shows those of all figures")
    rows = [row for row in runs.rows_of_nobody(month) if kpi in (ALL, row["kpi_id"])]
    for row in rows:
        yield uncredited_line(row, words)
    once = {(row["row_kind"], row["row_key"]) for row in rows}
    yield words("uncredited_count", count=len(once))
