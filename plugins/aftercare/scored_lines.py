"""The lines of a month's scorecards as they stand, for the stages and looks that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from aftercare.warehouse import rows


def month_lines(
    connection: Connection,
    month: str,
    stores: Sequence[str] | None = None,
    employee_nos: Sequence[str] | None = None,
    kpi_id: str | None = None,
) -> list[dict[str, Any]]:
    """Lines with who and where: all, or those of some stores, of some people, of one figure."""
    return rows(
        connection,
        "score/list_month_lines",
        month=month,
        stores=None if stores is None else list(stores),
        employee_nos=None if employee_nos is None else list(employee_nos),
        kpi_id=kpi_id,
    )
