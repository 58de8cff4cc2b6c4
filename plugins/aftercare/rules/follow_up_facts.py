"""What the words of a task need to know of its follow-up, beside what the task itself says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from aftercare.rules.due import Offset
from aftercare.rules.follow_ups import FOLDER, RECURS
from aftercare.rules.policy import Policy
from aftercare.rules.titles import Titles, rule_titles, stem_of


@dataclass(frozen=True)
class FollowUpFacts:
    """Titles, and which follow-ups recur, by pack and file: `skoda-dealer/follow_ups/inspection`.

    A task says by its ``policy_line`` which follow-up it is of.
    """

    titles: Titles
    recurring: frozenset[str]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """The facts of all follow-ups of a policy."""
        recurring = {
            f"{line.pack}/{line.item}"
            for line in policy.lines
            if line.name == RECURS and line.item.startswith(FOLDER)
        }
        return cls(rule_titles(policy), frozenset(recurring))

    def title(self, pack: str, policy_line: str, language: Literal["zh", "en"]) -> str | None:
        """What people who work on a list call it; None where nobody named the follow-up."""
        title = self.titles.get((pack, stem_of(policy_line)))
        return title[language] if title else None

    def falls_on(self, policy_line: str, event_on: date, occurrence: int) -> date | None:
        """The day that a reminder is about, where the event is not that day: the end of a warranty, an
        inspection. Its ``occurrence`` is a number of months, counted from the event."""
        if policy_line.rpartition("/")[0] not in self.recurring:
            return None
        return Offset(months=occurrence).after(event_on)
