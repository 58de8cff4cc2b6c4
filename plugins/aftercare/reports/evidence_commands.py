"""The command by which a number leads to its rows, as mails, pages and documents name it."""

from __future__ import annotations


def evidence_command(month: str, whom: str, kpi_id: str) -> str:
    """The command that shows the rows behind a figure of an employee, a store (by its code) or ``all``."""
    return f"aftercare evidence {month} {whom} {kpi_id}"
