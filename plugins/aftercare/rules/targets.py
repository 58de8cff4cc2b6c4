"""Whether a target is met, in Decimal, and why it cannot be said.

What is not known is neither met nor missed: it has a note, and never counts as 0. A figure is only
held against a target that was written for its own scale, for 96 of 100 is not far below 900 of 1000.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aftercare.rules.kpis import HIGHER, Direction
from aftercare.rules.scoring import meets, read_scale, scale_limits

NO_FIGURE = "no_figure"
NO_ROWS = "no_rows"
UNDECLARED = "target_scale_undeclared"
OUTSIDE = "target_value_outside"
NO_TARGET = "target_none"
SCALE_UNKNOWN = "target_scale_unknown"
DIFFERS = "target_scale_differs"
TOO_FEW = "target_too_few"
BELOW_GATE = "below_gate"
LACKS = "lacks_"
"""A note that names the part that is unknown: ``lacks_qs_score``."""


@dataclass(frozen=True)
class Measured:
    """A figure and its scale; ``n`` is how many rows were counted, None for what others measured."""

    value: Decimal | None = None
    scale: str | None = None
    n: int | None = None


@dataclass(frozen=True)
class Target:
    """What a figure has to reach, None where policy names nothing, and the scale it is written for.

    Without a scale nothing is held against it. Of a ``is_gate`` it is said that a figure lies
    below it, and no more.
    """

    value: Decimal | None = None
    scale: str | None = None
    direction: Direction = HIGHER
    is_gate: bool = False


@dataclass(frozen=True)
class Judged:
    """Met, missed, or None and the reason in ``note``."""

    is_met: bool | None = None
    note: str | None = None


def judge(measured: Measured, target: Target, minimum_n: int) -> Judged:
    """Holds a figure against its target; of what is counted, not below ``minimum_n`` rows."""
    value = measured.value
    if value is None:
        return Judged(note=NO_FIGURE if measured.n is None else NO_ROWS)
    declared = read_scale(measured.scale)
    if declared is None:
        return Judged(note=UNDECLARED)
    if not declared[0] <= value <= declared[1]:
        return Judged(note=OUTSIDE)
    if target.value is None:
        return Judged(note=NO_TARGET)
    if target.scale is None:
        return Judged(note=SCALE_UNKNOWN)
    if declared != scale_limits(target.scale):
        return Judged(note=DIFFERS)
    if measured.n is not None and measured.n < minimum_n:
        return Judged(note=TOO_FEW)
    is_met = meets(value, target.value, target.direction)
    return Judged(is_met, BELOW_GATE if target.is_gate and not is_met else None)


def judge_joint(parts: Mapping[str, Judged]) -> Judged:
    """Met if every part is. One that is unknown leaves all unknown and is named, whatever the others are."""
    for name, part in parts.items():
        if part.is_met is None:
            return Judged(note=LACKS + name)
    return Judged(all(part.is_met for part in parts.values()))
