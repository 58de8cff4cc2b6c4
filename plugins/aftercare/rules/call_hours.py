"""In which hours people are called: what a pack allows on working days, and on weekends and holidays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from aftercare.rules.festivals import Festivals
from aftercare.rules.policy import Policy

ITEM = "calls"
WORKED = ("working_day", "make_up")
"""Kinds of days on which people are at work, weekends that make up for a holiday among them."""

Stretches = Sequence[Mapping[str, time]]


@dataclass(frozen=True)
class CallHours:
    """Stretches of working days and of days of rest; each ends before its last minute."""

    working: Stretches
    rest: Stretches

    @classmethod
    def of(cls, policy: Policy, pack: str, day: date) -> CallHours:
        """The hours of a pack as they hold on a day. Raises PolicyError where a value is missing."""
        working, rest = (
            policy.value(pack, ITEM, name, day, asker="call hours").value
            for name in ("call_hours", "rest_day_call_hours")
        )
        return cls(working, rest)

    @property
    def is_every_day(self) -> bool:
        """Whether all days have the same hours."""
        return list(self.working) == list(self.rest)

    def on(self, day: date, festivals: Festivals) -> Stretches:
        """The stretches of a day."""
        return self.working if festivals.kind(day) in WORKED else self.rest
