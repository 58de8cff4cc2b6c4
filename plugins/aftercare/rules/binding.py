"""Whether a pack binds anybody in a month: rules that staff could not know score on trial.

Staff has to know a rule before the first day on which it judges them, and to have been heard about
it. That holds for the pack itself, for every pack it extends, and for the house, in which the
ladder of sanctions stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aftercare.rules.policy import HOUSE, Policy

Want = Literal["published_on", "consultation", "published_late"]


@dataclass(frozen=True)
class Lack:
    """Why a pack binds nobody yet; ``published_on`` is the day of one that came too late."""

    pack: str
    want: Want
    published_on: date | None = None

    @property
    def reason(self) -> dict[str, str]:
        """What to tell people, by language."""
        match self.want:
            case "published_on":
                return {
                    "zh": f"{self.pack} 没有公布日期（published_on）",
                    "en": f"{self.pack} has no day of publication (published_on)",
                }
            case "consultation":
                return {
                    "zh": f"{self.pack} 没有征求意见的记录（consultation）",
                    "en": f"{self.pack} names no consultation of staff (consultation)",
                }
            case _:
                return {
                    "zh": f"{self.pack} 于 {self.published_on} 才公布，在当月 1 日之后",
                    "en": f"{self.pack} was published on {self.published_on}, after the month began",
                }


def lacks(policy: Policy, pack: str, first_day: date) -> tuple[Lack, ...]:
    """What keeps a pack from binding in the month that begins on ``first_day``; empty: it binds."""
    asked = dict.fromkeys((*policy.lineage(pack), *policy.lineage(HOUSE)))
    return tuple(lack for name in asked for lack in _lacks_of(policy, name, first_day))


def why_on_trial(found: tuple[Lack, ...]) -> dict[str, str]:
    """All reasons as one text, by language."""
    return {
        "zh": "；".join(lack.reason["zh"] for lack in found),
        "en": "; ".join(lack.reason["en"] for lack in found),
    }


def _lacks_of(policy: Policy, name: str, first_day: date) -> Iterator[Lack]:
    pack = policy.packs[name]
    if pack.published_on is None:
        yield Lack(name, "published_on")
    elif pack.published_on > first_day:
        yield Lack(name, "published_late", pack.published_on)
    if not (pack.consultation or "").strip():
        yield Lack(name, "consultation")
