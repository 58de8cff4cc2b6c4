"""How much of a month has room in a document, and what stands there first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aftercare.reports.scorecard_report import Person, ScorecardReport

Texts = dict[str, Any]
One = TypeVar("One")


@dataclass(frozen=True)
class Room:
    """How much of a month a document holds; None: all of it.

    ``rows`` are people, and proposals, ``months`` those of the trend, ``letters`` the length of a reason or
    comment. Without ``has_commands`` a few commands stand for all.
    """

    rows: int | None = None
    months: int | None = None
    letters: int | None = None
    has_commands: bool = True


def most_urgent(
    everything: list[One], limit: int, urgency: Callable[[One], tuple[int, ...]]
) -> list[One]:
    """As many as fit, the most urgent first; all in their order where all fit."""
    return everything if len(everything) <= limit else sorted(everything, key=urgency)[:limit]


def urgency_of(report: ScorecardReport) -> Callable[[Person], tuple[int, ...]]:
    """Who is, or may be, sanctioned comes first, then who misses most targets, and last of whom nothing is judged."""
    sanctioned = {
        row["scorecard_id"] for row in report.rows.proposals if row["decision"] != "reject"
    }

    def urgency(person: Person) -> tuple[int, ...]:
        missed = sum(line["is_target_met"] is False for line in person.lines.values())
        return (person.scorecard_id not in sanctioned, -missed, person.is_met is None)

    return urgency


def clipped(texts: Texts, letters: int) -> Texts:
    """Texts whose words that people wrote, and reasons that list a lot, have no more than some letters each."""
    for name, fields in (
        ("proposals", ("reason", "comment")),
        ("rewards", ("reason", "comment")),
        ("adjustments", ("reason",)),
    ):
        for one in texts[name]:
            one.update({field: _clip(one[field], letters) for field in fields})
    for name in ("proposals", "rewards"):
        for one in texts[name]:
            one["cases"] = [_clip(" · ".join(one["cases"]), letters)]
    for name in ("notices", "reward_notes"):
        texts[name] = [_clip(line, letters) for line in texts[name]]
    return texts


def _clip(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
