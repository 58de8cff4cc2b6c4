"""Steps one and two of the sanction ladder, as proposals: what a month gives reason to propose.

An oral warning for a satisfied share below the limit on enough answers, or for an upheld complaint;
a written criticism for more upheld complaints, or for a reason for an oral warning after an oral
warning that was approved a short while ago. A person decides; nothing here is about money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from aftercare.rules.policy import Line, Policy
from aftercare.rules.scoring import percent, share

Step = Literal["oral_warning", "written_criticism"]
ITEM = "sanctions"
PERSON = "the sanction ladder"


@dataclass(frozen=True)
class Ladder:
    """The ladder of a pack on a day."""

    oral_below: Line
    oral_complaints: Line
    written_complaints: Line
    repeat_within: Line
    minimum_n: int
    correct_within: int

    @classmethod
    def read(cls, policy: Policy, pack: str, day: date) -> Ladder:
        """The ladder in force; PolicyError when a step has no value."""

        def line(name: str) -> Line:
            return policy.value(pack, ITEM, name, day, PERSON)

        return cls(
            line("oral_below"),
            line("oral_upheld_complaints"),
            line("written_upheld_complaints"),
            line("repeat_within"),
            int(line("minimum_n").value),
            int(line("correct_within").value),
        )


@dataclass(frozen=True)
class Conduct:
    """What a month says about a person.

    ``dissatisfied`` are the keys of the answers that were not satisfied, ``upheld`` of complaints
    found justified, ``warnings`` of oral warnings that were approved in the months before that
    still count.
    """

    satisfied: int = 0
    answered: int = 0
    dissatisfied: tuple[str, ...] = ()
    upheld: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A step with its reason in words, the line that gives it, and the rows it stands on."""

    step: Step
    line: Line
    reason_zh: str
    reason_en: str
    correct_by: date
    rows: tuple[tuple[str, str], ...]

    @property
    def reason(self) -> str:
        """Both languages, a line each, as it is stored."""
        return f"{self.reason_zh}\n{self.reason_en}"


def reason_in(reason: str, language: str) -> str:
    """The words of a stored reason in one language."""
    chinese, _, english = reason.partition("\n")
    return english if language == "en" and english else chinese


def propose(conduct: Conduct, ladder: Ladder, closing_on: date) -> Proposal | None:
    """The highest of the two steps that a month gives reason for, or None.

    ``closing_on`` is the day from which the time to put it right runs.
    """
    correct_by = closing_on + timedelta(days=ladder.correct_within)
    reasons = [
        found for found in (_low_share(conduct, ladder), _complaints(conduct, ladder)) if found
    ]
    written = int(ladder.written_complaints.value)
    if len(conduct.upheld) >= written:
        n = len(conduct.upheld)
        return Proposal(
            "written_criticism",
            ladder.written_complaints,
            f"当月有 {n} 起投诉被认定成立，达到书面批评的门槛（{written} 起）。少于 {written} 起则不构成本项。",
            f"{n} complaints were upheld in the month; the limit for a written criticism is "
            f"{written}. With fewer it would not be proposed.",
            correct_by,
            _rows("complaint", conduct.upheld),
        )
    if not reasons:
        return None
    line, chinese, english, rows = reasons[0]
    if len(reasons) > 1:
        chinese, english = f"{chinese}另外，{reasons[1][1]}", f"{english} {reasons[1][2]}"
        rows = (*rows, *reasons[1][3])
    if conduct.warnings:
        months = int(ladder.repeat_within.value)
        return Proposal(
            "written_criticism",
            ladder.repeat_within,
            f"{months} 个月内再次达到口头警告的条件（前次：{'、'.join(conduct.warnings)}）。{chinese}",
            f"Reason for an oral warning again within {months} months (before: "
            f"{', '.join(conduct.warnings)}). {english}",
            correct_by,
            (*_rows("sanction_proposal", conduct.warnings), *rows),
        )
    return Proposal("oral_warning", line, chinese, english, correct_by, rows)


Reason = tuple[Line, str, str, tuple[tuple[str, str], ...]]


def _low_share(conduct: Conduct, ladder: Ladder) -> Reason | None:
    value = share(conduct.satisfied, conduct.answered)
    limit = ladder.oral_below.value
    if value is None or conduct.answered < ladder.minimum_n or value >= limit:
        return None
    needed = int((limit * Decimal(conduct.answered)).to_integral_value(ROUND_CEILING))
    shown, bound = percent(value), percent(limit)
    return (
        ladder.oral_below,
        f"客户满意率 {conduct.satisfied}/{conduct.answered}（{shown}），低于 {bound} 的门槛；"
        f"满意答复达到 {needed} 条则不构成本项。",
        f"Satisfied share {conduct.satisfied}/{conduct.answered} ({shown}), below the limit of "
        f"{bound}; with {needed} satisfied answers it would not be proposed.",
        _rows("follow_up_task", conduct.dissatisfied),
    )


def _complaints(conduct: Conduct, ladder: Ladder) -> Reason | None:
    limit, n = int(ladder.oral_complaints.value), len(conduct.upheld)
    if n < limit:
        return None
    return (
        ladder.oral_complaints,
        f"当月有 {n} 起投诉被认定成立，达到口头警告的门槛（{limit} 起）。",
        f"Complaints upheld in the month: {n}; the limit for an oral warning is {limit}.",
        _rows("complaint", conduct.upheld),
    )


def _rows(kind: str, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((kind, key) for key in keys)
