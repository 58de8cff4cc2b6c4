"""Steps of the ladder whose earlier steps were overturned: withdrawn and proposed anew, or left and shown.

A step counts no more once an objection to it was upheld or its approval was taken back. What stands
on it and nobody decided is withdrawn with a reason, and proposed anew at the step that is right without
it. What was approved people decided, so it stays, and HR is told (`stages.told_overturned`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.ladder_steps import EarlierSteps, step_id, step_row
from aftercare.proposal_rows import SANCTION, put
from aftercare.rules import period
from aftercare.rules.month import month_of
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi
from aftercare.rules.sanctions import ITEM, REFERRAL, Conduct, Ladder, Proposal, propose, refer
from aftercare.rules.withdrawals import Overturned, withdrawal
from aftercare.settings import Group
from aftercare.upheld_complaints import upheld_complaints
from aftercare.warehouse import run


@dataclass(frozen=True)
class Own:
    """The step and the referral that a person has in a month, as rows; None where there is none."""

    step: Any
    referral: Any

    @property
    def undecided(self) -> list[Any]:
        """Those that may still be withdrawn: nobody decided, and no objection lifted them."""
        return [
            row
            for row in (self.step, self.referral)
            if row is not None and row.decision is None and not row.is_overturned
        ]


def settle_ladder(engine: Engine, group: Group, policy: Policy, month: str = "") -> dict[str, int]:
    """Brings undecided steps to what is right without steps that were overturned since.

    Of ``month``, or of all months that are not published. What the month itself says of a person,
    and the earlier steps to look at, stay as they were when the step was proposed. Counts:
    ``withdrawn``, ``proposed`` (in their place, or again because the step behind counts again). A
    second time changes nothing.
    """
    asked = period.read_month(month) if month else ""
    counts = {"withdrawn": 0, "proposed": 0}
    with engine.connect() as connection:
        found = {row.month for row in run(connection, "ladder/list_to_settle", month=asked)}
    for each in sorted(found):
        with engine.begin() as connection:
            run(connection, "score/lock_month", month=each)
            # Whoever held the lock may have decided or published: only what is read now holds.
            for row in run(connection, "ladder/list_to_settle", month=each).all():
                withdrawn, proposed = _settle(connection, group, policy, each, row.employee_no)
                counts["withdrawn"] += withdrawn
                counts["proposed"] += proposed
    return counts


def list_withdrawn(engine: Engine, month: str) -> list[dict[str, Any]]:
    """What was withdrawn of a month, with names, ``words`` in both languages, and what stands ``instead``."""
    with engine.connect() as connection:
        return warehouse.rows(connection, "ladder/list_withdrawn", month=period.read_month(month))


def _settle(
    connection: Connection, group: Group, policy: Policy, month: str, employee_no: str
) -> tuple[int, int]:
    own = _own(connection, month, employee_no)
    right = _right(connection, group, policy, month, employee_no, own)
    place = own.step or own.referral
    whose = (month, employee_no, place.store_code, place.scorecard_id)
    rows = [step_row(*whose, proposal) for proposal in right]
    kept = {row["proposal_id"] for row in rows}
    withdrawn = 0
    for row in own.undecided:
        if not row.overturned:
            continue
        instead = _instead(row.step, right)
        run(
            connection,
            "ladder/keep_withdrawn",
            proposal_id=row.proposal_id,
            overturned=row.overturned,
            instead=step_id(month, employee_no, instead) if instead else None,
            words=withdrawal(row.step, _overturned(connection, row.overturned), instead),
        )
        withdrawn += 1
    gone = [row.proposal_id for row in own.undecided if row.proposal_id not in kept]
    run(connection, "ladder/drop_steps", proposals=gone)
    grounds = {step_id(month, employee_no, each.step): each.rows for each in right}
    changed = put(connection, SANCTION, rows, grounds)
    run(connection, "ladder/end_withdrawn", month=month, employee_no=employee_no)
    return withdrawn, len(rows) if changed else 0


def _own(connection: Connection, month: str, employee_no: str) -> Own:
    found = run(connection, "ladder/list_own", month=month, employee_no=employee_no).all()
    return Own(
        next((row for row in found if row.step != REFERRAL), None),
        next((row for row in found if row.step == REFERRAL), None),
    )


def _right(
    connection: Connection,
    group: Group,
    policy: Policy,
    month: str,
    employee_no: str,
    own: Own,
) -> list[Proposal]:
    """The undecided step and referral that are right by the earlier steps that count now."""
    bounds = month_of(policy, month)
    place = own.step or own.referral
    brands = {
        store.store_code: store.brand
        for store in run(
            connection, "score/list_stores", first_day=bounds.first_day, last_day=bounds.last_day
        )
    }
    pack = group.pack_of(place.store_code, brands.get(place.store_code, ""), bounds.last_day)
    ladder = Ladder.read(policy, pack, bounds.last_day)
    kpi = proposal_kpi(policy, ITEM, bounds.last_day)
    conduct = _conduct(connection, group, policy, month, employee_no, kpi, ladder, own)
    undecided = own.undecided
    if own.step in undecided:
        step = propose(conduct, ladder)
        found = [step] if step else []
        referral = refer(
            conduct, step, step_id(month, employee_no, step.step) if step else "", ladder
        )
        may_refer = own.referral is None or own.referral in undecided
    else:
        # What people decided stays; a referral on it only if that stands on what still counts.
        found = []
        is_firm = own.step is not None and own.step.decision == "approve"
        is_firm = is_firm and not own.step.overturned and not own.step.is_overturned
        step = propose(conduct, ladder) if is_firm else None
        referral = refer(conduct, step, own.step.proposal_id, ladder) if is_firm else None
        may_refer = own.referral in undecided
    return [*found, referral] if referral and may_refer else found


def _conduct(
    connection: Connection,
    group: Group,
    policy: Policy,
    month: str,
    employee_no: str,
    kpi: str | None,
    ladder: Ladder,
    own: Own,
) -> Conduct:
    """What the month says about the person as it did when the step was proposed."""
    asked = {"kpi": kpi, "month": month}
    scores = {
        row.employee_no: (int(row.satisfied), int(row.answered))
        for row in run(connection, "score/list_satisfaction", **asked)
    }
    # Not what was approved since: nobody is proposed for more because a step was overturned.
    whose = {"month": month, "employee_no": employee_no}
    among = set(run(connection, "ladder/list_stood_on", **whose).scalars())
    # Not those of today: who decides in the month relies on what it says.
    upheld = tuple(own.step.complaints) if own.step is not None else ()
    counted = [
        row
        for row in upheld_complaints(connection, group, policy, month_of(policy, month))
        if row.employee_no == employee_no and row.is_kept
    ]
    return EarlierSteps(connection, month, group.group.time_zone, among).conduct(
        employee_no,
        ladder,
        scores.get(employee_no, (0, 0)),
        tuple(
            row.row_key
            for row in run(connection, "score/list_dissatisfied", **asked)
            if row.employee_no == employee_no
        ),
        upheld,
        sum(row.is_product and row.row_key not in upheld for row in counted),
        sum(row.is_late and row.row_key in upheld for row in counted),
    )


def _instead(step: str, right: Sequence[Proposal]) -> str | None:
    """What takes the place of a step: the month's step for a step, a referral for a referral."""
    return next(
        (each.step for each in right if (each.step == REFERRAL) == (step == REFERRAL)), None
    )


def _overturned(connection: Connection, keys: Sequence[str]) -> list[Overturned]:
    found = run(connection, "ladder/list_overturned", proposals=list(keys))
    return [(row.proposal_id, row.objection_id, row.is_lapsed) for row in found]
