"""What a backfill of scorecards says: before it begins whom the months are told, at its end what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, get_args

from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.reports.what_if import MonthWhatIf, Scored

HEADS = (
    *("month", "run", "people", "lines", "new", "changed", "gone"),
    *("proposals", "come", "went", "differs"),
)
Notice: TypeAlias = Literal["silent", "told", "in_time", "was_told", "was_silent"]
"""What becomes of a month's mails: none, once it is approved, the same as it is no old one, or, published
already, as it was."""


@dataclass(frozen=True)
class Standing:
    """A month as it stands. ``differs``: lines that a frozen month would get now, by its last scoring."""

    scored: Scored
    is_frozen: bool = False
    is_published: bool = False
    differs: int = 0


@dataclass(frozen=True)
class Backfilled:
    """A month before and after; ``state`` is that of its run, None where there was none."""

    month: str
    before: Standing
    after: Standing
    state: str | None

    @cached_property
    def _difference(self) -> MonthWhatIf:
        after = self.after.scored
        return MonthWhatIf(self.month, self.after.is_published, self.before.scored, after, after)

    @property
    def counts(self) -> dict[str, int]:
        """People and lines that there are, and what came, changed and went."""
        changes, proposals = self._difference.changes, self._difference.proposals
        lines = self.after.scored.lines
        return {
            "people": len({line["employee_no"] for line in lines}),
            "lines": len(lines),
            "new": sum(each.was is None for each in changes),
            "changed": sum(each.was is not None and each.would is not None for each in changes),
            "gone": sum(each.would is None for each in changes),
            "proposals": len(self.after.scored.proposals),
            "come": sum(each.kind == "comes" for each in proposals),
            "went": sum(each.kind == "goes" for each in proposals),
            "differs": self.after.differs,
        }


def notice_lines(notices: Mapping[str, Notice], words: Words) -> Iterator[str]:
    """Whether anything will be sent, one line for all months of which the same is true."""
    for kind in get_args(Notice):
        months = [month for month, notice in sorted(notices.items()) if notice == kind]
        if months:
            yield words(f"notice_{kind}", months=", ".join(months))


def backfilled_months(
    keys: Sequence[str],
    before: Mapping[str, Standing],
    after: Mapping[str, Standing],
    states: Mapping[str, str | None],
) -> list[Backfilled]:
    """The months in their order."""
    return [Backfilled(key, before[key], after[key], states.get(key)) for key in keys]


def backfilled_lines(months: Sequence[Backfilled], words: Words) -> Iterator[str]:
    """The table, which months stay as they are, and that nothing was sent."""
    yield words("changed")
    yield from table_lines(
        [words(f"head_{name}") for name in HEADS],
        [
            (
                each.month,
                _state(each.state, words),
                *(str(each.counts[name]) for name in HEADS[2:]),
            )
            for each in months
        ],
    )
    frozen = [each.month for each in months if each.after.is_frozen]
    if frozen:
        yield words("frozen", months=", ".join(frozen))
    yield words("waiting")


def _state(state: str | None, words: Words) -> str:
    name = f"run_{state or 'none'}"
    return words(name) if words.has(name) else str(state)
