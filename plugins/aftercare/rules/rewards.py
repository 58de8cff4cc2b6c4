"""Rewards as proposals: who stands first, who was nominated, which store did best together.

A reward is ranked, nominated or reached; a person decides it, and no amount stands in it. What is
too few, on trial or unknown proposes nothing, and a note says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from aftercare.errors import PolicyError
from aftercare.rules.month import months_before
from aftercare.rules.policy import Line, Policy
from aftercare.rules.sanctions import REFERRAL

ITEM = "rewards"
PERSON = "the rewards"
STAR = "satisfaction_star"
AWARDS = ("complaint_handling", "innovation", "collaboration")
BONUS = "bonus"
SANCTION = "sanction_proposal"
SERVICE_STAR = "service_star"
PROMOTION = "promotion_referral"
TEAM = "team_award"
TEAM_HEAD = "team_award_head"
YEAR_TEAM = "year_team_award"
YEAR_TEAM_HEAD = "year_team_award_head"
BONUS_NEEDS = ("satisfied_from", "sales_line", "sales_from")
NEEDS = {
    "star_share": ("star_minimum_n", "star_minimum_ranked"),
    "service_star_share": (
        *("service_star_minimum_n", "service_star_minimum_ranked", "service_star_roles"),
    ),
    "promotion_stars": ("promotion_within",),
    "team_places": ("team_minimum_n", "team_minimum_ranked"),
    "team_year_places": ("team_minimum_n", "team_minimum_ranked"),
    "bonus_satisfied_from": ("bonus_minimum_n", "bonus_roles"),
}
"""Lines without which a kind would be given to too many; a null in one says that nothing is asked."""
QUARTERLY = (SERVICE_STAR, PROMOTION, TEAM, TEAM_HEAD)
"""Kinds that stand on three months."""
YEARLY = (YEAR_TEAM, YEAR_TEAM_HEAD)
"""Kinds that stand on twelve months."""


def quarter_of(month: str) -> list[str] | None:
    """The three months of the quarter that ends with this one; None where none does."""
    return [*months_before(month, 2), month] if int(month[5:]) % 3 == 0 else None


def year_of(month: str) -> list[str] | None:
    """The twelve months of the year that ends with this one; None where none does."""
    return [*months_before(month, 11), month] if month[5:] == "12" else None


def months_on(month: str) -> list[str]:
    """The later months whose rewards look back on this one: the ends of its quarter and of its year."""
    year, number = month.split("-")
    ends = sorted({int(number) + -int(number) % 3, 12})
    return [f"{year}-{end:02d}" for end in ends if end > int(number)]


def months_of(step: str, month: str) -> list[str]:
    """The months that a reward stands on."""
    if step in YEARLY:
        return year_of(month) or [month]
    return (quarter_of(month) if step in QUARTERLY else None) or [month]


@dataclass(frozen=True)
class RewardRules:
    """The policy of rewards of a pack on a day: a kind whose line has no value, or is not there, is off."""

    lines: Mapping[str, Line]

    @classmethod
    def read(cls, policy: Policy, pack: str, day: date) -> RewardRules:
        """The lines in force; PolicyError for a kind that is on and lacks a line which it ``NEEDS``."""
        names = {
            line.name
            for parent in policy.lineage(pack)
            for line in policy.lines
            if line.pack == parent and line.item == ITEM
        }
        found = {name: policy.find(pack, ITEM, name, day) for name in sorted(names)}
        rules = cls({name: line for name, line in found.items() if line is not None})
        for kind, needs in NEEDS.items():
            for name in needs:
                if rules._gives(kind) and name not in rules.lines:
                    line = rules.lines[kind]
                    raise PolicyError(
                        f"is in force on {day} ({line.rule}), and {name}, which it needs, is not: add "
                        f"{name} with that or an earlier date, null to ask for nothing, or turn the "
                        f"kind off by a null in {kind}",
                        file=line.file,
                        line=line.file_line,
                        key=kind,
                    )
        return rules

    def _gives(self, kind: str) -> bool:
        needs = {
            "team_places": self.gives_team,
            "team_year_places": self.gives_year_team,
            "bonus_satisfied_from": self.gives_bonus,
        }
        return needs.get(kind, self.is_on(kind))

    def _value(self, name: str) -> Any:
        return self.lines[name].value if name in self.lines else None

    def number(self, name: str) -> int:
        """A count of the policy; 0 where it is turned off."""
        return int(self._value(name) or 0)

    def names(self, name: str) -> tuple[str, ...]:
        """Names that a line gives: one or several, none where it is turned off."""
        value = self._value(name)
        return (value,) if isinstance(value, str) else tuple(value or ())

    def is_on(self, name: str) -> bool:
        """Whether there is a line that makes a kind, and it has a value."""
        return self._value(name) is not None

    @property
    def gives_bonus(self) -> bool:
        """Whether a bonus may be proposed."""
        return all(self.is_on(f"bonus_{name}") for name in BONUS_NEEDS)

    @property
    def gives_team(self) -> bool:
        """Whether stores are compared over a quarter."""
        return self.is_on("team_places") and self.is_on("team_lines")

    @property
    def gives_year_team(self) -> bool:
        """Whether stores are compared over a year."""
        return self.is_on("team_year_places") and self.is_on("team_lines")

    @property
    def reads_score(self) -> bool:
        """Whether a kind goes by the satisfied share of people."""
        return self.is_on("star_share") or self.is_on("service_star_share") or self.gives_bonus

    @property
    def named_figures(self) -> Iterator[tuple[Line, str]]:
        """The figures of stores by which a kind goes, with the line that names each."""
        needed = {
            "team_lines": self.gives_team or self.gives_year_team,
            "bonus_sales_line": self.gives_bonus,
        }
        for name, is_needed in needed.items():
            if is_needed:
                yield from ((self.lines[name], figure) for figure in self.names(name))


@dataclass(frozen=True)
class Reward:
    """A reward with its reason in words, the line that gives it, and the rows it stands on.

    ``employee_no`` is None for a team; ``rank_no`` of ``ranked``, where it goes by rank. ``post`` is
    the role, of a head the store, for which it is given; it stands in the key if ``is_apart``.
    """

    step: str
    employee_no: str | None
    store_code: str
    line: Line
    reason_zh: str
    reason_en: str
    rows: tuple[tuple[str, str], ...]
    scorecard_id: str | None = None
    rank_no: int | None = None
    ranked: int | None = None
    post: str = ""
    is_apart: bool = False

    @property
    def reason(self) -> str:
        """Both languages, a line each, as it is stored."""
        return f"{self.reason_zh}\n{self.reason_en}"

    @property
    def whose(self) -> str:
        """The number of who it is for; of a team its store."""
        return self.employee_no or self.store_code

    def key(self, month: str) -> str:
        """The id of the proposal."""
        key = f"{month}.{self.whose}.{self.step}"
        return f"{key}.{self.post}" if self.is_apart else key


@dataclass(frozen=True)
class Note:
    """Why a kind is not proposed; ``subject`` is the post, pack or person it would be for."""

    step: str
    subject: str
    reason_zh: str
    reason_en: str
    line: Line | None = None

    @property
    def reason(self) -> str:
        """Both languages, a line each, as it is stored."""
        return f"{self.reason_zh}\n{self.reason_en}"


@dataclass
class Outcome:
    """What a month gives reason to propose, and what it does not."""

    rewards: list[Reward] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def told_apart(self) -> Outcome:
        """The same, with the post in the keys of a kind that somebody would get for several."""
        often = Counter((one.step, one.whose) for one in self.rewards)
        rewards = [replace(one, is_apart=often[one.step, one.whose] > 1) for one in self.rewards]
        return Outcome(rewards, self.notes)

    def __iadd__(self, other: Outcome) -> Outcome:
        self.rewards += other.rewards
        self.notes += other.notes
        return self


def sanction_beside(reward: Mapping[str, Any]) -> str:
    """Id of the sanction that was proposed for the same person; empty where none was."""
    return next((key for kind, key in reward["rows_behind"] if kind == SANCTION), "")


def rests_on(reward: Mapping[str, Any]) -> list[str]:
    """Ids of the proposals without which one has no reason: a head's team, a referral's stars or steps."""
    if reward["step"] == TEAM_HEAD:
        return [f"{reward['month']}.{reward['store_code']}.{TEAM}"]
    if reward["step"] == YEAR_TEAM_HEAD:
        return [f"{reward['month']}.{reward['store_code']}.{YEAR_TEAM}"]
    if reward["step"] == PROMOTION:
        return [key for kind, key in reward["rows_behind"] if kind == "reward_proposal"]
    if reward["step"] == REFERRAL:
        return [key for kind, key in reward["rows_behind"] if kind == SANCTION]
    return []
