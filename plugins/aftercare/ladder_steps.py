"""What the sanction ladder reads of the warehouse: approved steps of earlier months, and a step as a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from aftercare.rules.month import months_before
from aftercare.rules.policy import Line
from aftercare.rules.sanctions import ORAL, POINTS, WRITTEN, Conduct, Ladder, Proposal, cases
from aftercare.warehouse import run


class EarlierSteps:
    """Approved steps of the months before one that count against a person.

    Neither a step to which an objection is open or was upheld counts, nor one that stands on a step
    that was overturned, nor one of which the person was not told before the first case of the month: who
    knew of none did nothing again. ``among`` are the only ones to be looked at, None: all.
    """

    def __init__(
        self,
        connection: Connection,
        month: str,
        time_zone: str,
        among: Collection[str] | None = None,
    ) -> None:
        self._connection, self._month, self._among = connection, month, among
        self._time_zone = time_zone
        self._read: dict[int, dict[str, list[Any]]] = {}

    def conduct(
        self,
        employee_no: str,
        ladder: Ladder,
        score: tuple[int, int],
        dissatisfied: tuple[str, ...],
        upheld: tuple[str, ...],
        faults: int = 0,
        late: int = 0,
    ) -> Conduct:
        """What the month says about a person; ``score`` are satisfied answers and all answers, ``faults`` the
        upheld complaints about a fault of the product, ``late`` those of the upheld whose own month was settled.
        """
        alone = Conduct(*score, dissatisfied, upheld, faults=faults, late=late)
        looks = (ladder.repeat_within, ladder.points_within, ladder.refer_within)
        has_earlier = any(self._approved(employee_no, within) for within in looks)
        first_on = self._first_on(cases(alone, ladder)) if has_earlier else None
        is_unheard = first_on is not None and any(
            row.told_on >= first_on
            for within in looks
            for row in self._approved(employee_no, within)
        )

        def approved(within: Line, *steps: str) -> tuple[str, ...]:
            return tuple(
                row.proposal_id
                for row in self._approved(employee_no, within)
                if row.step in steps and first_on and row.told_on < first_on
            )

        return replace(
            alone,
            warnings=approved(ladder.repeat_within, ORAL),
            criticisms=approved(ladder.points_within, WRITTEN),
            points=approved(ladder.points_within, POINTS),
            steps=approved(ladder.refer_within, ORAL, WRITTEN, POINTS),
            is_unheard=is_unheard,
        )

    def _approved(self, employee_no: str, within: Line) -> list[Any]:
        """The employee's approved steps of the months that count, this one aside."""
        back = int(within.value) - 1
        if back not in self._read:
            self._read[back] = defaultdict(list)
            asked = {
                "months": months_before(self._month, back),
                "time_zone": self._time_zone,
            }
            for row in run(self._connection, "score/list_approved_steps", **asked):
                if self._among is None or row.proposal_id in self._among:
                    self._read[back][row.employee_no].append(row)
        return self._read[back].get(employee_no, [])

    def _first_on(self, behind: Collection[tuple[str, str]]) -> date | None:
        """The day of the first of these cases; None where there is none, or it is not known any more."""
        found: date | None = run(
            self._connection,
            "score/get_first_case",
            complaints=[key for kind, key in behind if kind == "complaint"],
            tasks=[key for kind, key in behind if kind == "follow_up_task"],
        ).scalar_one()
        return found


def step_row(
    month: str, employee_no: str, store_code: str, scorecard_id: str, proposal: Proposal
) -> dict[str, Any]:
    """A step or referral as it is kept: the day by which to put it right is set when it is told."""
    return {
        "proposal_id": step_id(month, employee_no, proposal.step),
        "month": month,
        "employee_no": employee_no,
        "store_code": store_code,
        "step": proposal.step,
        "rule_id": proposal.line.rule,
        "reason": proposal.reason,
        "correct_by": None,
        "correct_within": proposal.correct_within,
        "policy_line": proposal.line.line_id,
        "scorecard_id": scorecard_id,
    }


def step_id(month: str, employee_no: str, step: str) -> str:
    """The id of a person's step of a month."""
    return f"{month}.{employee_no}.{step}"
