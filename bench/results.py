"""Figures: medians of runs by turns, and what they may be at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

PEAK_LIMIT_MB = 400.0


class DifferentWork(Exception):
    """Step and reference did not come to the same, so their times say nothing."""


@dataclass(frozen=True)
class Result:
    """One step beside its reference, in seconds a run or another unit; ``limit`` is the ratio's."""

    step: str
    work: str
    ours: Sequence[float]
    reference: Sequence[float]
    limit: float
    peak_mb: float | None = None
    parts: dict[str, tuple[float, ...]] = field(default_factory=dict)
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return median(self.ours) / median(self.reference)

    @property
    def is_kept(self) -> bool:
        """Whether ratio and memory are within their limits."""
        return self.ratio <= self.limit and (self.peak_mb or 0.0) < PEAK_LIMIT_MB


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began
