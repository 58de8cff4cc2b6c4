"""Upheld complaints that count in a month, and which of them were told after their own month was settled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from aftercare.rules.month import Month, month_of
from aftercare.rules.policy import Policy
from aftercare.settings import Group
from aftercare.warehouse import run


@dataclass(frozen=True)
class Upheld:
    """A complaint about an employee. ``is_late``: told after its own month was settled; ``is_product``: for a fault
    of the product, which counts against nobody; ``is_kept``: the month kept that it counted it."""

    employee_no: str
    row_key: str
    is_late: bool
    is_product: bool
    is_kept: bool


def upheld_complaints(
    connection: Connection, group: Group, policy: Policy, bounds: Month
) -> list[Upheld]:
    """Those that count in the month, by employee and key."""
    rows = run(
        connection,
        "score/list_upheld_complaints",
        **bounds.bounds,
        month=bounds.key,
        time_zone=group.group.time_zone,
    )
    found = []
    for row in rows:
        own = month_of(policy, f"{row.received_on:%Y-%m}")
        is_closed_late = row.closed_on is not None and row.closed_on > own.closing_on
        key = f"{row.closed_on:%Y-%m}" if is_closed_late else own.key
        is_settled = row.is_closed_settled if is_closed_late else row.is_received_settled
        is_late = key < bounds.key and is_settled and row.may_be_late
        if row.received_on >= bounds.first_day or key == bounds.key or is_late:
            found.append(Upheld(row.employee_no, row.row_key, is_late, row.is_product, row.is_kept))
    return found
