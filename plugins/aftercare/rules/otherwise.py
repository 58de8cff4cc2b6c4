"""What would have to be different in a month for a step not to be proposed, or a milder one instead.

The ladder is asked about months with fewer upheld complaints and more satisfied answers: a sentence
per reason would be false as soon as a month has two, or an earlier step makes the same month weigh more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aftercare.rules.withdrawals import NAMES

STEPS = ("oral_warning", "written_criticism", "points_less")
"""Steps of a month, the mildest first."""


@dataclass(frozen=True)
class Month:
    """Satisfied answers and upheld complaints of a person's month."""

    satisfied: int
    complaints: int

    def differs(self, other: Month) -> int:
        """How many answers and complaints are others."""
        return abs(self.satisfied - other.satisfied) + abs(self.complaints - other.complaints)


@dataclass(frozen=True)
class Change:
    """The month as it would have to be for ``step`` (None: nothing) to be proposed; None: as it is.

    ``complaints`` is the most that there may be, ``satisfied`` the least of ``answered``.
    """

    step: str | None
    satisfied: int | None
    complaints: int | None
    answered: int

    @property
    def words_zh(self) -> str:
        """A sentence."""
        parts = []
        if self.complaints is not None:
            parts.append(
                f"认定成立的投诉不超过 {self.complaints} 起"
                if self.complaints
                else "没有投诉被认定成立"
            )
        if self.satisfied is not None:
            parts.append(f"{self.answered} 条答复中满意的达到 {self.satisfied} 条")
        end = f"只建议{NAMES[self.step][0]}" if self.step else "不提出任何一步"
        return f"如果{'，且'.join(parts)}，则{end}。"

    @property
    def words_en(self) -> str:
        """A sentence."""
        parts = []
        if self.complaints is not None:
            parts.append(
                f"at most {self.complaints} complaint{'s' * (self.complaints > 1)} upheld"
                if self.complaints
                else "no complaint upheld"
            )
        if self.satisfied is not None:
            parts.append(f"at least {self.satisfied} of the {self.answered} answers satisfied")
        end = (
            f"the step would be: {NAMES[self.step][1]}"
            if self.step
            else "nothing would be proposed"
        )
        return f"With {' and '.join(parts)}, {end}."


def least_changes(
    own: Month, answered: int, ask: Callable[[Month], str | None]
) -> tuple[Change, ...]:
    """The least change that gives a milder step than the month's own, where there is one, and then the
    least that gives none; empty where nothing is proposed of the month.

    ``ask`` gives the step of a month. More satisfied answers, and fewer complaints, never give a higher one.
    """
    present = ask(own)
    if present is None:
        return ()
    lower = STEPS[: STEPS.index(present)]
    milder, none = (
        _nearest(own, answered, ask, (None, *lower)),
        _nearest(own, answered, ask, (None,)),
    )
    found = []
    # A milder step is worth a word only where it takes less than to have none.
    if milder is not None and milder != none:
        found.append(_change(ask(milder), own, milder, answered))
    if none is not None:
        found.append(_change(None, own, none, answered))
    return tuple(found)


def _nearest(
    own: Month,
    answered: int,
    ask: Callable[[Month], str | None],
    wanted: Sequence[str | None],
) -> Month | None:
    """The month that differs least and gives one of these steps; of two, the one with more complaints."""
    found = []
    for complaints in range(own.complaints, -1, -1):

        def is_wanted(satisfied: int, kept: int = complaints) -> bool:
            return ask(Month(satisfied, kept)) in wanted

        counts = range(own.satisfied, answered + 1)
        at = bisect_left(counts, True, key=is_wanted)
        if at < len(counts):
            found.append(Month(counts[at], complaints))
    return min(found, key=own.differs, default=None)


def _change(step: str | None, own: Month, month: Month, answered: int) -> Change:
    return Change(
        step,
        month.satisfied if month.satisfied != own.satisfied else None,
        month.complaints if month.complaints != own.complaints else None,
        answered,
    )
