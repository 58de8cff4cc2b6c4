"""Points of a scorecard's items, in Decimal and without rounding.

What is not known is None and has a note that says why; it is never 0, for a missing plan is not a
failure. An item of which one part is unknown is unknown and names that part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from aftercare.rules.scoring import percent, share

NO_TARGET = "no_target"
NOTHING_PLANNED = "nothing_planned"
NOTHING_DUE = "nothing_due"
TOO_FEW_RANKED = "too_few_ranked"
NO_RANK = "no_rank"
RANK_OUTSIDE = "rank_outside"
NO_RATING = "no_rating"
RATING_REFUSED = "rating_refused"
LACKS = "lacks_"
"""A note that names the part that is unknown: ``lacks_renewal_completion``."""


@dataclass(frozen=True)
class Figure:
    """A figure, or None and the reason in ``note``."""

    value: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True)
class Part:
    """A part of an item: ``figure``, from 0 to 1, earns up to ``factor`` points."""

    name: str
    factor: Decimal
    figure: Figure


@dataclass(frozen=True)
class Points:
    """Points of an item, of ``weight`` at most; None and the reason in ``note`` where unknown.

    ``raw`` and ``maximum`` are points before they were scaled to the weight. ``band`` is the range
    that held the figure.
    """

    weight: Decimal
    points: Decimal | None = None
    note: str | None = None
    raw: Decimal | None = None
    maximum: Decimal | None = None
    value: Decimal | None = None
    band: str | None = None


@dataclass(frozen=True)
class Total:
    """The points of the items that could be judged, and what these items weigh.

    ``is_whole``: every item could be judged, so that the points are those of the scorecard.
    """

    points: Decimal
    weight: Decimal
    is_whole: bool


def completion(
    actual: int | Decimal, plan: int | Decimal | None, due: int | Decimal | None = None
) -> Figure:
    """Actual by plan, at most 1. Unknown without a plan, with a plan of 0, and where nothing was due.

    ``due`` is how many there were to be had, None where nobody can say.
    """
    if plan is None:
        return Figure(note=NO_TARGET)
    if not plan:
        return Figure(note=NOTHING_PLANNED)
    if due is not None and not due:
        return Figure(note=NOTHING_DUE)
    return Figure(min(Decimal(actual) / Decimal(plan), Decimal(1)))


def weighted(parts: Sequence[Part], weight: Decimal) -> Points:
    """Factor by figure of each part, summed and scaled from the sum of the factors to the weight."""
    maximum = sum((part.factor for part in parts), Decimal(0))
    raw = Decimal(0)
    for part in parts:
        if part.figure.value is None:
            return Points(weight, note=LACKS + part.name, maximum=maximum)
        raw += part.factor * part.figure.value
    return Points(weight, raw * weight / maximum, None, raw, maximum, raw / maximum)


def rank_points(
    rank: int | None,
    ranked: int | None,
    curve: Sequence[Mapping[str, Decimal]],
    least_ranked: int,
    weight: Decimal,
) -> Points:
    """Points of a rank among ``ranked``: the share (rank - 1) / (ranked - 1), read off a curve.

    The curve is straight between its points ``at`` and ``points``. Whoever shares a place has the
    better rank. Among fewer than ``least_ranked`` a rank earns nothing that could be known.
    """
    if rank is None or ranked is None:
        return Points(weight, note=NO_RANK)
    if not 1 <= rank <= ranked:
        return Points(weight, note=RANK_OUTSIDE)
    if ranked < least_ranked:
        return Points(weight, note=TOO_FEW_RANKED)
    place = Decimal(rank - 1) / Decimal(ranked - 1)
    for better, worse in pairwise(curve):
        if place <= worse["at"]:
            step = (place - better["at"]) / (worse["at"] - better["at"])
            points = better["points"] + step * (worse["points"] - better["points"])
            band = f"{percent(better['at'])}–{percent(worse['at'])}"
            return Points(weight, points, value=place, band=band)
    return Points(weight, note=RANK_OUTSIDE)


def share_points(done: int | Decimal, due: int | Decimal, weight: Decimal) -> Points:
    """Weight by done of due; all of it where nothing was due, for nothing was left undone."""
    value = share(done, due)
    if value is None:
        return Points(weight, weight, NOTHING_DUE)
    return Points(weight, weight * value, value=value)


def rating_points(
    rating: Decimal | None, allowed: Sequence[Mapping[str, Decimal]], weight: Decimal
) -> Points:
    """The points that a person gave, if they lie in one of the allowed ranges; else none at all."""
    if rating is None:
        return Points(weight, note=NO_RATING)
    for span in allowed:
        if span["least"] <= rating <= span["most"]:
            edges = dict.fromkeys(f"{edge.normalize():f}" for edge in span.values())
            return Points(weight, rating, value=rating, band="–".join(edges))
    return Points(weight, note=RATING_REFUSED, value=rating)


def lowest(found: Sequence[Points], weight: Decimal) -> Points:
    """The lowest of several, where each of them has to reach a place; unknown if one is."""
    unknown = next((each for each in found if each.points is None), None)
    if unknown is not None:
        return unknown
    return min(found, key=lambda each: each.points or Decimal(0), default=Points(weight, None))


def total(items: Sequence[Points]) -> Total:
    """What the items that could be judged earned, and their weight."""
    judged = [(each.points, each.weight) for each in items if each.points is not None]
    return Total(
        sum((points for points, _ in judged), Decimal(0)),
        sum((weight for _, weight in judged), Decimal(0)),
        len(judged) == len(items),
    )
