"""What a morning mail is made of: the night of a day in counts, never in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aftercare.words import Pair


def waiting(push: Mapping[str, Any]) -> dict[str, int]:
    """Messages of a push report that did not arrive yet, by kind of trouble."""
    kinds = ("retry", "unknown", "waiting")
    parts = deliveries(push).values()
    counts = {kind: sum(part.get(kind, 0) for part in parts) for kind in kinds}
    return {kind: count for kind, count in counts.items() if count}


def deliveries(push: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a push report counts of tasks, and of complaints and published months where there were any that day."""
    others = {kind: push.get(kind) or {} for kind in ("complaints", "scorecards")}
    return {
        "tasks": push,
        **{kind: part for kind, part in others.items() if part.get("due") or part.get("withdrawn")},
    }


@dataclass(frozen=True)
class Load:
    """One feed of one system. ``state`` is ``missing`` where nothing was read and ``partial`` where
    files were absent or left; counts may be None. ``usual_rows`` is how many rows other nights had,
    given only where this one has conspicuously few.
    """

    system: str
    feed: str
    state: str
    counts: Mapping[str, int | None]
    failure: str | None = None
    usual_rows: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether the feed got through."""
        return self.state == "merged"


@dataclass(frozen=True)
class Refusal:
    """A rule that too many rows of a batch broke. ``limit`` is a share."""

    system: str
    feed: str
    rule_id: str
    flagged: int
    rows: int
    limit: Decimal


@dataclass(frozen=True)
class Tasks:
    """Tasks that stand in one way for one reason: those made tonight, and all to be done."""

    way: str
    reason: str
    new: int
    current: int


@dataclass(frozen=True)
class Cases:
    """Open cases of one rule in one feed of one system."""

    system: str
    feed: str
    rule_id: str
    open: int
    new: int
    oldest_day: date


@dataclass(frozen=True)
class LostMails:
    """Mails of a report that were refused or of which nobody knows."""

    report_key: str
    state: str
    mails: int


@dataclass(frozen=True)
class WaitingMails:
    """Mails of a published month that have not gone out; nights try them up to the day ``tried_until``.
    Some wait for a certificate of their recipient, others for the mail server."""

    month: str
    mails: int
    tried_until: date
    is_for_certificate: bool = False


@dataclass(frozen=True)
class Unapproved:
    """How many tasks of a day's lists are said in words that nobody approved, and of how many scripts."""

    scripts: int
    tasks: int


@dataclass(frozen=True)
class Objections:
    """Objections of a month without an answer: all, those that are late, and when the first is due.

    ``pressing`` are those that are due on the mail's work day, or late.
    """

    month: str
    open: int
    late: int
    pressing: int
    first_due_on: date


@dataclass(frozen=True)
class DraftDifference:
    """In what a night differs from a draft of the policy, in tasks: those of today's policy only, those
    of the draft only, and those that differ. ``failure`` says why nobody knows; then there are no counts.
    """

    folder: str
    store: str | None
    only_here: int = 0
    only_there: int = 0
    differing: int = 0
    failure: str | None = None


@dataclass(frozen=True)
class Morning:
    """All that a morning mail says of the night of a day.

    ``pushes`` holds the push report by target, None where there is none. ``systems`` and ``rules``
    hold names for people, ``owners`` who looks after a system or topic. What waits at ``gateways`` waits
    for its hours; ``doubts`` are messages of which nobody knows, ``unreachable`` numbers to be checked.
    ``unapproved`` is None where nobody could tell. ``provisional_years``: of dates of tasks, those whose holidays
    are not announced. ``draft`` is None where no draft was compared.
    """

    group: str
    day: date
    loads: Sequence[Load]
    refusals: Sequence[Refusal]
    failed_sweeps: Sequence[Load]
    has_task_report: bool
    tasks: Sequence[Tasks]
    pushes: Mapping[str, Mapping[str, Any] | None]
    cases: Sequence[Cases]
    open_cases: int
    new_cases: int
    lost_mails: Sequence[LostMails]
    systems: Mapping[str, Pair]
    rules: Mapping[str, Pair]
    owners: Mapping[str, str]
    gateways: frozenset[str]
    doubts: int
    unreachable: int
    unapproved: Unapproved | None = None
    objections: Sequence[Objections] = ()
    provisional_years: Sequence[int] = ()
    draft: DraftDifference | None = None
    waiting_mails: Sequence[WaitingMails] = ()

    @property
    def bad_loads(self) -> list[Load]:
        """Feeds that did not get through."""
        return [load for load in self.loads if not load.is_good]

    @property
    def is_complete(self) -> bool:
        """Every source read whole, tasks made, and every message at its target."""
        return (
            not self.bad_loads
            and self.has_task_report
            and None not in self.pushes.values()
            and not any(self.behind(target) for target in self.pushes)
        )

    def behind(self, target: str) -> dict[str, int]:
        """Messages that should be at a target and are not, by kind."""
        push = self.pushes[target]
        return waiting(push) if push and target not in self.gateways else {}

    def count(self, is_new: bool, way: str | None = None) -> int:
        """Tasks made tonight, or all to be done; in one way or in all."""
        return sum(
            line.new if is_new else line.current
            for line in self.tasks
            if way is None or line.way == way
        )
