"""What the sanction ladder reads of the warehouse: approved steps of earlier months, and a step as a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from aftercare.rules.month import months_before
from aftercare.rules.policy import Line
from aftercare.rules.sanctions import ORAL, POINTS, WRITTEN, Conduct, Ladder, Proposal
from aftercare.warehouse import run


class EarlierSteps:
    """Approved steps of the months before one that count against a person.

    Neither a step to which an objection is open or was upheld counts, nor one that stands on a step
    that was overturned. ``among`` are the only ones to be looked at, None: all.
    """

    def __init__(
        self, connection: Connection, month: str, among: Collection[str] | None = None
    ) -> None:
        self._connection, self._month, self._among = connection, month, among
        self._read: dict[int, dict[str, list[Any]]] = {}

    def conduct(
        self,
        employee_no: str,
        ladder: Ladder,
        score: tuple[int, int],
        dissatisfied: tuple[str, ...],
        upheld: tuple[str, ...],
    ) -> Conduct:
        """What the month says about a person; ``score`` are satisfied answers and all answers."""
        return Conduct(
            *score,
            dissatisfied,
            upheld,
            warnings=self._approved(employee_no, ladder.repeat_within, ORAL),
            criticisms=self._approved(employee_no, ladder.points_within, WRITTEN),
            points=self._approved(employee_no, ladder.points_within, POINTS),
            steps=self._approved(employee_no, ladder.refer_within),
        )

    def _approved(self, employee_no: str, within: Line, *steps: str) -> tuple[str, ...]:
        """Ids of the employee's approved steps of the months that count, this one aside."""
        back = int(within.value) - 1
        if back not in self._read:
            self._read[back] = defaultdict(list)
            months = months_before(self._month, back)
            for row in run(self._connection, "score/list_approved_steps", months=months):
                if self._among is None or row.proposal_id in self._among:
                    self._read[back][row.employee_no].append(row)
        rows = self._read[back].get(employee_no, ())
        return tuple(row.proposal_id for row in rows if not steps or row.step in steps)


def step_row(
    month: str, employee_no: str, store_code: str, scorecard_id: str, proposal: Proposal
) -> dict[str, Any]:
    """A step or referral as it is kept."""
    return {
        "proposal_id": step_id(month, employee_no, proposal.step),
        "month": month,
        "employee_no": employee_no,
        "store_code": store_code,
        "step": proposal.step,
        "rule_id": proposal.line.rule,
        "reason": proposal.reason,
        "correct_by": proposal.correct_by,
        "policy_line": proposal.line.line_id,
        "scorecard_id": scorecard_id,
    }


def step_id(month: str, employee_no: str, step: str) -> str:
    """The id of a person's step of a month."""
    return f"{month}.{employee_no}.{step}"
