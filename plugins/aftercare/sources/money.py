"""Money in the unit of a dealer system, and whether a column of it is likely to be in that unit.

What is a hundred times too large is still a number, so no rule of one row can see it; the middle of all
rows can.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median_low
from typing import Literal, get_args

from aftercare.sources import values
from aftercare.sources.moments import UNREADABLE
from aftercare.sources.values import DECIMAL_LIMIT, Understood

Unit = Literal["yuan", "fen", "wan"]
UNITS: tuple[Unit, ...] = get_args(Unit)
IN_YUAN: dict[Unit, Decimal] = {
    "yuan": Decimal(1),
    "fen": Decimal("0.01"),
    "wan": Decimal(10_000),
}
USUAL_MEDIANS: dict[tuple[str, str], tuple[int, int]] = {
    ("sales_order", "price"): (10_000, 5_000_000),
    ("repair_order", "amount"): (10, 20_000),
    ("insurance_policy", "premium"): (100, 50_000),
}
"""Between what the middle value lies in a dealer's business, in yuan."""


def amounts(column: Sequence[object], unit: Unit) -> Understood:
    """Amounts in yuan of values that are in ``unit``."""
    found = values.decimals(column)
    if unit == "yuan":
        return found
    return values.understood(
        column,
        [
            UNREADABLE if row in found.unreadable else _in_yuan(number, unit)
            for row, number in enumerate(found.values)
        ],
    )


def _in_yuan(number: Decimal | None, unit: Unit) -> object:
    if number is None:
        return None
    amount = number * IN_YUAN[unit]
    return UNREADABLE if abs(amount) >= DECIMAL_LIMIT else amount.normalize() + 0


def median(column: Sequence[object], unit: Unit) -> Decimal | None:
    """The middle of the amounts that can be read; None where there is none."""
    known = [amount for amount in amounts(column, unit).values if amount is not None]
    return median_low(known) if known else None


def is_usual(feed: str, column: str, middle: Decimal) -> bool:
    """Whether a dealer's business has such a median."""
    least, most = USUAL_MEDIANS[feed, column]
    return least <= middle <= most


def likely_unit(feed: str, column: str, raw: Sequence[object]) -> Unit:
    """The unit in which a column's median is usual: yuan where that is so, or where none is."""
    for unit in UNITS:
        middle = median(raw, unit)
        if middle is not None and is_usual(feed, column, middle):
            return unit
    return "yuan"


def unit_for(feed: str, column: str, middle: Decimal, unit: Unit = "yuan") -> Unit | None:
    """The other unit that would make an unusual median of ``unit`` a usual one; None where none would.

    ``middle`` is in yuan, as ``unit`` made it.
    """
    if is_usual(feed, column, middle):
        return None
    raw = middle / IN_YUAN[unit]
    return next(
        (one for one in UNITS if one != unit and is_usual(feed, column, raw * IN_YUAN[one])),
        None,
    )


def is_beyond(feed: str, column: str, middle: Decimal) -> bool:
    """Whether a median is so great that no unit explains it: then the column is hardly money."""
    _, most = USUAL_MEDIANS[feed, column]
    return middle > most and unit_for(feed, column, middle) is None
