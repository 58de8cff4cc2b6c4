"""How much work each size is. L is that of the largest dealer groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DAY = date(2026, 6, 10)
TIMES_AS_LONG = 10


@dataclass(frozen=True)
class Size:
    """Stores, rows of the first load, of a night and of the shorter history, and their fleet."""

    name: str
    stores: int
    pulled: int
    night: int
    history: int
    vehicles: int
    runs: int = 3

    @property
    def per_day(self) -> int:
        """Repair orders a day; a night brings those of some ten days, because of what came late."""
        return self.night // 10

    @property
    def month_orders(self) -> int:
        """Repair orders of a month, and as many follow-ups."""
        return self.stores * 835 // 2

    @property
    def people(self) -> int:
        """Those who are scored in a month, fifteen a store."""
        return self.stores * 15

    @property
    def touched(self) -> int:
        """Vehicles that a night touches: of six repair orders, two are of one."""
        return self.night * 5 // 6


SIZES = {
    size.name: size
    for size in (
        Size("S", stores=40, pulled=100_000, night=10_000, history=50_000, vehicles=125_000),
        Size("M", stores=200, pulled=500_000, night=60_000, history=300_000, vehicles=750_000),
        Size(
            "L", stores=400, pulled=2_000_000, night=60_000, history=1_200_000, vehicles=3_000_000
        ),
    )
}
