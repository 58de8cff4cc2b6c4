"""How a figure of the whole group stands to its targets, also where not all have one, or not the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aftercare.reports.scorecard_report import Row, ScorecardReport
from aftercare.rules.kpis import HIGHER, STORE, Direction
from aftercare.rules.scoring import meets, share


@dataclass(frozen=True)
class Verdict:
    """A figure and what is to be said of it.

    ``value`` is of those alone who have a target, where some do, else of all; None where nothing was due.
    ``is_met`` is None where nobody who has a figure has a target. ``held`` of ``of`` stores (``is_store``) or
    people have one, and ``met`` of these reach their own.
    """

    kpi_id: str
    value: Decimal | None
    is_met: bool | None
    targets: tuple[Decimal, ...]
    is_store: bool
    direction: Direction
    of: int
    held: int
    met: int


def verdict(report: ScorecardReport, kpi_id: str) -> Verdict:
    """Judges a figure by one target as a whole, and by several each store or person by their own."""
    lines = report.lines_of(kpi_id)
    is_store = bool(lines) and lines[0]["credit"] == STORE
    whose = "store_code" if is_store else "scorecard_id"
    known = [line for line in lines if line["value"] is not None]
    held = [line for line in known if line["is_target_met"] is not None]
    # What is the store's stands on the scorecards of several posts, and counts once.
    counted = list({line[whose]: line for line in held or known}.values())
    value = share(_sum(counted, "numerator"), _sum(counted, "denominator"))
    targets = tuple(sorted({line["target"] for line in held}))
    missed = {line[whose] for line in held if not line["is_target_met"]}
    number = len({line[whose] for line in held})
    direction: Direction = lines[0]["direction"] if lines else HIGHER
    if not held:
        is_met = None
    elif len(targets) == 1:
        is_met = meets(value, targets[0], direction)
    else:
        is_met = not missed
    return Verdict(
        kpi_id,
        value,
        is_met,
        targets,
        is_store,
        direction,
        len({line[whose] for line in known}),
        number,
        number - len(missed),
    )


def _sum(lines: Sequence[Row], column: str) -> Decimal:
    return sum((line[column] for line in lines if line[column] is not None), Decimal(0))
