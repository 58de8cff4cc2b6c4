"""Shares, bands and coefficients of scorecard lines, in Decimal and without rounding.

A band is only applied to a figure whose scale is declared and is the scale the policy's bands were
written for: a score of 900 of 1000 read by bands of 0-100 would punish who met the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from aftercare.errors import PolicyError
from aftercare.rules.kpis import HIGHER, LOWER, Direction

SHARE = "share"


@dataclass(frozen=True)
class Band:
    """A range of a metric, from ``at_least`` (None: no lower end) up to the next band."""

    at_least: Decimal | None
    coefficient: Decimal
    label: str


@dataclass(frozen=True)
class Banded:
    """Band and coefficient of a figure, or neither and the reason in ``note``."""

    band: str | None = None
    coefficient: Decimal | None = None
    note: str | None = None


def share(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """Numerator by denominator, unrounded; None where there is nothing to count."""
    return Decimal(numerator) / Decimal(denominator) if denominator else None


def percent(value: Decimal) -> str:
    """A share for people to read: ``0.8333`` is ``83.3%``. Halves round up, and only here.

    What is not whole never reads as 100% or as 0%.
    """
    hundredfold = value * 100
    shown = hundredfold.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if shown == 100 and value < 1:
        shown = Decimal("99.9")
    if shown == 0 and value > 0:
        shown = Decimal("0.1")
    return f"{shown.normalize():f}%"


def meets(
    value: Decimal | None, target: Decimal | None, direction: Direction = HIGHER
) -> bool | None:
    """Whether a target is met; None without a figure or a target.

    Where less is better, it is met below the target, as in "loss under 15%".
    """
    if value is None or target is None:
        return None
    return value < target if direction == LOWER else value >= target


def read_bands(rows: Sequence[Mapping[str, Decimal | None]]) -> tuple[Band, ...]:
    """Bands of a policy value of unit ``band``, best first, with the label that a line shows."""
    bands = []
    upper: Decimal | None = None
    for row in rows:
        lower, coefficient = row["at_least"], row.get("coefficient")
        if coefficient is None:
            raise PolicyError("bands of a coefficient need `coefficient:` in every band")
        label = "<".join(["X", f"{upper}"]) if upper is not None else "X"
        if lower is not None:
            label = f"{lower}≤{label}" if upper is not None else f"X≥{lower}"
        bands.append(Band(lower, coefficient, label))
        upper = lower
    return tuple(bands)


def scale_limits(scale: str) -> tuple[Decimal, Decimal]:
    """Lowest and highest value of a scale: ``share`` is 0 to 1, ``0-100`` and ``100`` are 0 to 100.

    Raises PolicyError for a scale written in another way.
    """
    if scale.strip().lower() == SHARE:
        return Decimal(0), Decimal(1)
    text = scale.replace("–", "-").replace("~", "-")
    low, _, high = text.rpartition("-")
    try:
        return Decimal(low.strip() or 0), Decimal(high.strip())
    except InvalidOperation:
        raise PolicyError(
            f"scale {scale!r} is not readable; write full marks (100), a range (0-100) or share"
        ) from None


def read_scale(scale: str | None) -> tuple[Decimal, Decimal] | None:
    """The limits of a scale that others declared; None for one that cannot be read."""
    try:
        return scale_limits(scale or "")
    except PolicyError:
        return None


def apply_bands(
    bands: Sequence[Band],
    policy_scale: str,
    value: Decimal | None,
    scale: str | None,
    n: Decimal | None,
    minimum_n: Decimal,
) -> Banded:
    """The band and coefficient of a figure.

    ``n`` is the number of rows behind a figure that was counted here, None for a score given by
    others. There is none, and ``note`` says why, for a figure that is missing, whose scale is not
    declared, is another one or does not hold the value, or that stands on fewer than ``minimum_n``.
    """
    if value is None:
        return Banded(note="no_figure")
    if not (scale or "").strip():
        return Banded(note="scale_undeclared")
    declared = read_scale(scale)
    if declared is None or declared != scale_limits(policy_scale):
        return Banded(note="scale_differs")
    low, high = declared
    if not low <= value <= high:
        return Banded(note="value_outside_scale")
    if n is not None and n < minimum_n:
        return Banded(note="n_below_minimum")
    for band in bands:
        if band.at_least is None or value >= band.at_least:
            return Banded(band.label, band.coefficient)
    raise PolicyError("bands: none holds the value; the last band must have no at_least")


def places_of(values: Sequence[Decimal]) -> dict[Decimal, int]:
    """The place of each value, the highest first; who shares a value shares the better place."""
    places: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(values, reverse=True), 1):
        places.setdefault(value, place)
    return places
