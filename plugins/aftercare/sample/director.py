"""What others measure of a store for its care director's targets: a score a month of each kind.

The manufacturer's SQS of the store is on 100; the director's own, on 1000, is the one that the
target of 900 is written for. Not everything was handed in everywhere, as in life.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from aftercare.sample.rows import Values

NUMBERS = 2 * 10**6
"""Numbers of these rows begin here, so that the other scores keep theirs."""


@dataclass(frozen=True)
class Score:
    """Scores of a kind, from ``least`` to ``most`` in steps of ``step`` on a scale up to ``scale``."""

    least: int
    most: int
    scale: str
    step: Decimal = Decimal(1)
    is_own: bool = False
    given_by: int = 1
    """Every how many-th store hands it in."""


SCORES = {
    "QS": Score(86, 97, "10", Decimal("0.1")),
    "SQS": Score(870, 965, "1000", is_own=True),
    "MS": Score(74, 96, "100"),
    "HIC": Score(76, 95, "100", given_by=2),
    "DSC": Score(630, 790, "1000"),
    "CSS": Score(92, 118, "120"),
    "PT": Score(75, 98, "100"),
    "AUDIT2": Score(72, 96, "100"),
    "ten_item_check": Score(90, 110, "1.2", Decimal("0.01")),
    "marketing_reach": Score(60, 100, "100"),
    "on_site_deals": Score(8, 31, "100"),
}


def director_score(metric: str, rng: Random) -> Values:
    """A score and its scale."""
    kind = SCORES[metric]
    return {"value": rng.randint(kind.least, kind.most) * kind.step, "scale": kind.scale}
