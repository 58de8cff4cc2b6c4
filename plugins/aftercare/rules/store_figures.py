"""A store's figures of a month, with its place among the stores of its brand."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aftercare.rules.kpis import HIGHER, Credit, Direction
from aftercare.rules.scoring import meets, share


@dataclass(frozen=True)
class StoreFigure:
    """A figure of a store in a post (``role`` empty: of the whole store).

    ``place`` is the rank among ``ranked`` stores of the brand, None where too few rows stand behind the
    figure; ``median`` is that of the ``ranked`` stores, None where they are so few that it would tell
    another one's figure. ``peers`` are the stores of the brand that have the figure at all, this one among
    them. ``target`` is None where the packs of the store name several.
    """

    store_code: str
    role: str
    kpi_id: str
    credit: Credit
    direction: Direction
    numerator: Decimal
    denominator: Decimal
    excluded: Decimal
    target: Decimal | None
    place: int | None
    ranked: int
    median: Decimal | None
    peers: int

    @property
    def value(self) -> Decimal | None:
        """Counted by due, None where nothing was due."""
        return share(self.numerator, self.denominator)

    @property
    def is_target_met(self) -> bool | None:
        """Whether the target is met, None without one."""
        return meets(self.value, self.target, self.direction)


def store_figures(
    rows: Iterable[Mapping[str, Any]], minimum_n: int, median_stores: int
) -> dict[str, list[StoreFigure]]:
    """The figures of all stores of a month by store, from sums by store, post and figure.

    Ranked are stores of one brand with at least ``minimum_n`` rows; equal figures have the better place.
    A median needs ``median_stores`` of them.
    """
    peers: defaultdict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        peers[row["brand"], row["role"], row["kpi_id"]].append(row)
    found: defaultdict[str, list[StoreFigure]] = defaultdict(list)
    for group in peers.values():
        places, values = _places(group, minimum_n)
        for row in group:
            found[row["store_code"]].append(
                StoreFigure(
                    row["store_code"],
                    row["role"],
                    row["kpi_id"],
                    row["credit"],
                    row["direction"],
                    _number(row["numerator"]),
                    _number(row["denominator"]),
                    _number(row["excluded"]),
                    row["target"] if row["targets"] == 1 else None,
                    places.get(row["store_code"]),
                    len(values),
                    statistics.median(values) if len(values) >= median_stores else None,
                    len(group),
                )
            )
    return dict(found)


def _places(group: list[Mapping[str, Any]], minimum_n: int) -> tuple[dict[str, int], list[Decimal]]:
    known: dict[str, Decimal] = {}
    for row in group:
        value = share(_number(row["numerator"]), _number(row["denominator"]))
        if value is not None and row["denominator"] >= minimum_n:
            known[row["store_code"]] = value
    best_first = sorted(known.values(), reverse=group[0]["direction"] == HIGHER)
    places: dict[Decimal, int] = {}
    for place, value in enumerate(best_first, 1):
        places.setdefault(value, place)
    return {store_code: places[value] for store_code, value in known.items()}, best_first


def _number(value: Decimal | None) -> Decimal:
    return Decimal(0) if value is None else value
