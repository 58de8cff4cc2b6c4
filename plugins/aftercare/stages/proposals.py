"""Sanction proposals of a scored month, and people's decisions about proposals of both kinds.

A proposal is a reason to talk to somebody, with the rows it stands on. Only a person with the role
hr or manager, and never the person it is about, who is scored in its month, or who rated or nominated
that person in it, approves or rejects it; decisions are appended and the newest counts. From the
first decision on the month's figures stay as they are. Rewards (`stages.rewards` proposes them) are
decided by nobody who is scored, rated or nominated in their months, or rated or nominated anybody in
them, and one for a store only by who may decide for all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.errors import NotAllowed, PeriodRefused
from aftercare.ladder_steps import EarlierSteps, step_id, step_row
from aftercare.month_parties import JUDGED, JUDGES, SCORED, names_of, refuse_party
from aftercare.policy_editors import refuse_editor
from aftercare.proposal_rows import REWARD, SANCTION, keep
from aftercare.rules import period
from aftercare.rules.month import month_of
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi
from aftercare.rules.rewards import SANCTION as STEP_BEHIND
from aftercare.rules.rewards import months_of, rests_on
from aftercare.rules.sanctions import ITEM, Conduct, Ladder, Proposal, posts_of, refer
from aftercare.rules.sanctions import propose as propose_step
from aftercare.settings import Group
from aftercare.upheld_complaints import upheld_complaints
from aftercare.user_roles import ALL_STORES
from aftercare.warehouse import run

STAGE = "proposals"
DECIDERS = ("hr", "manager")
KEPT, NEW = "", "new_"
"""Which scorecards are asked: those of the month, or those that are being computed."""

Decision = Literal["approve", "reject"]


def propose(engine: Engine, group: Group, policy: Policy, month: str) -> dict[str, int]:
    """Brings the proposals of a scored month to what its scorecards give reason for.

    Trial scorecards propose nothing. Counts: ``proposals`` of the month, ``proposals_changed``
    (rows written), ``proposals_differ`` (of a month that was decided on or published: proposals
    that would be others now). Raises PeriodRefused for a month without scorecards.
    """
    with engine.begin() as connection:
        run(connection, "score/lock_counted_complaints")
        run(connection, "score/lock_month", month=period.read_month(month))
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
        if known is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        rows, grounds = _proposals(connection, group, policy, month)
        counts = {"proposals": len(rows), "proposals_changed": 0, "proposals_differ": 0}
        if known["is_decided"] or known["published_at"] is not None:
            kept = {
                row["proposal_id"] for row in _listed(connection, month) if row["kind"] == SANCTION
            }
            counts["proposals"] = len(kept)
            counts["proposals_differ"] = len(kept ^ {row["proposal_id"] for row in rows})
        else:
            behind = {key: proposal.rows for key, proposal in grounds.items()}
            counts["proposals_changed"] = keep(connection, SANCTION, month, rows, behind)
            counted = upheld_complaints(connection, group, policy, month_of(policy, month))
            keys = [row.row_key for row in counted]
            run(connection, "score/keep_counted_complaints", month=month, complaints=keys)
        warehouse.report(connection, STAGE, month, counts)
    return counts


def list_later_months(engine: Engine, month: str) -> list[str]:
    """Later months that count a complaint which this one counts too, so that those of them that are open have
    to be proposed anew. Months are scored in any order: a later one may have been the first to know of it."""
    with engine.connect() as connection:
        found = run(connection, "score/list_months_counting_too", month=period.read_month(month))
        return list(found.scalars())


def would_propose(
    connection: Connection, group: Group, policy: Policy, month: str
) -> list[dict[str, Any]]:
    """The proposals that a month would give reason for as it was just computed on this connection.

    It reads the tables that `would_score` left there, and what people decided of earlier months.
    """
    return _proposals(connection, group, policy, month, NEW)[0]


def list_proposals(engine: Engine, month: str) -> list[dict[str, Any]]:
    """The month's proposals with names, reason, newest decision and ``rows_behind`` [[kind, key]]."""
    with engine.connect() as connection:
        return _listed(connection, period.read_month(month))


def decide(
    engine: Engine,
    group: Group,
    policy: Policy,
    proposal_ids: Sequence[str],
    decision: Decision,
    comment: str,
    user: str,
    today: date,
) -> dict[str, int]:
    """Appends a decision by ``user`` to each proposal; all of them or none.

    Counts: ``decided``, ``unchanged`` (the newest decision already says just this). Raises
    NotAllowed for an unknown proposal or decision, for a user who holds neither role hr nor
    manager of the store on ``today``, for the person it is about, for a rejection without a
    comment, for an approval of what an open objection, or one that was upheld, is about, and for a
    month that was published; for who is scored in the month of a sanction, or rated or nominated the
    person in it, or edited a pack by which it was scored; of a reward for who is scored, rated or nominated in its months, or rated or nominated
    anybody, and of a store's for who may not decide for all stores; for an approval of
    what has no reason without another proposal that is not approved, before or together with it, of
    a step that stands on an earlier one to which an objection is open or that was overturned; and for a
    rejection of what another one that is approved rests on, unless that is rejected with it.
    """
    if decision not in ("approve", "reject"):
        raise NotAllowed(f"{decision!r} is no decision; approve or reject")
    if decision == "reject" and not comment.strip():
        raise NotAllowed("a rejection needs a comment that says why")
    with engine.begin() as connection:
        asked = list(proposal_ids)
        for month in sorted({row["month"] for row in _listed(connection, proposal_ids=asked)}):
            run(connection, "score/lock_month", month=month)
        # Whoever held the lock may have published the month: only what is read now holds.
        found = {row["proposal_id"]: row for row in _listed(connection, proposal_ids=asked)}
        for missing in (key for key in asked if key not in found):
            raise NotAllowed(f"there is no proposal {missing}; see `aftercare proposals list`")
        roles = run(connection, "score/list_deciders", user_name=user, day=today).mappings().all()
        for proposal in found.values():
            _refuse(proposal, user, roles)
            _refuse_party(connection, group, policy, proposal, user, roles)
            if proposal["kind"] == REWARD:
                _refuse_store(proposal, roles)
        if decision == "approve":
            _refuse_frozen(connection, asked)
            _refuse_alone(connection, found.values(), asked)
            _refuse_unfounded(found.values())
            _refuse_overturned(connection, found.values())
        else:
            _refuse_needed(connection, found.values())
        counts = {"decided": 0, "unchanged": 0}
        for proposal in found.values():
            newest = (proposal["decision"], proposal["remark"] or "", proposal["decided_by"])
            if newest == (decision, comment.strip(), user):
                counts["unchanged"] += 1
                continue
            run(
                connection,
                "score/keep_decision",
                proposal_id=proposal["proposal_id"],
                decision=decision,
                comment=comment.strip() or None,
                decided_by=user,
            )
            counts["decided"] += 1
    return counts


def undecided(engine: Engine, month: str) -> list[str]:
    """Ids of the month's proposals that nobody decided."""
    return [row["proposal_id"] for row in list_proposals(engine, month) if not row["decision"]]


def _refuse(proposal: dict[str, Any], user: str, roles: Iterable[Any]) -> None:
    key, held = proposal["proposal_id"], list(roles)
    if proposal["employee_no"].casefold() in names_of(user, held):
        raise NotAllowed(f"{key}: {user} is the person it is about; somebody else must decide")
    if not any(
        role["role"] in DECIDERS and role["store_code"] in (ALL_STORES, proposal["store_code"])
        for role in held
    ):
        raise NotAllowed(
            f"{key}: {user} holds neither role hr nor manager of store {proposal['store_code']}; "
            "an administrator can grant it"
        )
    if proposal["published_at"] is not None:
        raise NotAllowed(f"{key}: {proposal['month']} was published; its decisions stay")


def _refuse_frozen(connection: Connection, proposal_ids: Sequence[str]) -> None:
    for row in run(connection, "objections/list_frozen_proposals", proposals=list(proposal_ids)):
        if row.state != "open":
            raise NotAllowed(
                f"{row.proposal_id}: objection {row.objection_id} to it was upheld; reject it"
            )
        raise NotAllowed(
            f"{row.proposal_id} is under objection {row.objection_id}: it can be approved after the "
            f"answer, which is due on {row.due_on}"
        )


def _refuse_party(
    connection: Connection,
    group: Group,
    policy: Policy,
    proposal: dict[str, Any],
    user: str,
    roles: Iterable[Any],
) -> None:
    """Refuses who has a part in the months on which it stands, or edited their policy."""
    names = names_of(user, roles)
    whom, months, judged = proposal["employee_no"], [proposal["month"]], SCORED
    if proposal["kind"] == REWARD:
        # Places and shares stand on everybody's figures.
        whom, months = "", months_of(proposal["step"], proposal["month"])
        judged = JUDGED
    refuse_party(connection, user, names, months, (judged, JUDGES), "decide", whom)
    refuse_editor(connection, group, policy, months, user, names, "decide")


def _refuse_store(proposal: dict[str, Any], roles: Iterable[Any]) -> None:
    """Refuses a store's award to who may not decide for all stores."""
    key, held = proposal["proposal_id"], list(roles)
    if not proposal["employee_no"] and not any(
        role["role"] in DECIDERS and role["store_code"] == ALL_STORES for role in held
    ):
        raise NotAllowed(
            f"{key}: a store's award is decided by who holds the role hr or manager for all stores"
        )


def _refuse_alone(
    connection: Connection, proposals: Iterable[dict[str, Any]], asked: Sequence[str]
) -> None:
    """Refuses what rests on another proposal that is neither approved nor approved with it."""
    others = {proposal["proposal_id"]: rests_on(proposal) for proposal in proposals}
    needed = sorted({key for keys in others.values() for key in keys})
    known = _listed(connection, proposal_ids=needed) if needed else []
    approved = {row["proposal_id"] for row in known if row["decision"] == "approve"} | set(asked)
    for proposal_id, keys in others.items():
        for missing in (key for key in keys if key not in approved):
            raise NotAllowed(
                f"{proposal_id} rests on {missing}, which is not approved; "
                "decide that first, or both together"
            )


def _refuse_overturned(connection: Connection, proposals: Iterable[dict[str, Any]]) -> None:
    """Refuses a step or referral behind which stands a step that may yet be overturned."""
    standing_on = {
        key: proposal["proposal_id"]
        for proposal in proposals
        if proposal["kind"] == SANCTION
        for kind, key in proposal["rows_behind"]
        if kind == STEP_BEHIND
    }
    for row in run(connection, "objections/list_frozen_proposals", proposals=sorted(standing_on)):
        raise NotAllowed(
            f"{standing_on[row.proposal_id]} stands on {row.proposal_id}, and objection "
            f"{row.objection_id} to that is open: approve it after the answer, which is due on "
            f"{row.due_on}, or reject it"
        )


def _refuse_unfounded(proposals: Iterable[dict[str, Any]]) -> None:
    """Refuses a step or referral behind which stands a step that was overturned."""
    for proposal in proposals:
        for key in proposal["overturned"]:
            raise NotAllowed(
                f"{proposal['proposal_id']} stands on {key}, which was overturned: `aftercare score "
                f"{proposal['month']}` withdraws it and proposes what is right without that step"
            )


def _refuse_needed(connection: Connection, proposals: Iterable[dict[str, Any]]) -> None:
    """Refuses to reject what an approved proposal of the same month rests on, which stays approved."""
    rejected = {proposal["proposal_id"]: proposal["month"] for proposal in proposals}
    for month in sorted(set(rejected.values())):
        for other in _listed(connection, month=month):
            if other["decision"] != "approve" or other["proposal_id"] in rejected:
                continue
            for key in rests_on(other):
                if key in rejected:
                    raise NotAllowed(
                        f"{other['proposal_id']} is approved and rests on {key}: reject that first, "
                        "or both together"
                    )


def _listed(
    connection: Connection, month: str = "", proposal_ids: Sequence[str] = ()
) -> list[dict[str, Any]]:
    return warehouse.rows(
        connection, "score/list_proposals", month=month, proposals=list(proposal_ids)
    )


def _proposals(
    connection: Connection, group: Group, policy: Policy, month: str, source: str = KEPT
) -> tuple[list[dict[str, Any]], dict[str, Proposal]]:
    """Rows of the proposals that the month gives reason for, and what each stands on."""
    bounds = month_of(policy, month)
    kpi = proposal_kpi(policy, ITEM, bounds.last_day)
    brands = {
        store.store_code: store.brand
        for store in run(
            connection, "score/list_stores", first_day=bounds.first_day, last_day=bounds.last_day
        )
    }
    conducts = _conducts(connection, group, policy, month, kpi, source)
    rows: list[dict[str, Any]] = []
    grounds: dict[str, Proposal] = {}
    asked: dict[str, Any] = {"kpi": kpi, "posts": list(posts_of(policy, bounds.last_day))}
    asked |= {} if source == NEW else {"month": month}
    for card in run(connection, f"score/list_{source}main_scorecards", **asked):
        pack = group.pack_of(card.store_code, brands.get(card.store_code, ""), bounds.last_day)
        ladder = Ladder.read(policy, pack, bounds.last_day)
        conduct = conducts(card.employee_no, ladder)
        step = propose_step(conduct, ladder)
        key = step_id(month, card.employee_no, step.step) if step else ""
        referral = refer(conduct, step, key, ladder)
        for proposal in (each for each in (step, referral) if each):
            whose = (month, card.employee_no, card.store_code, card.scorecard_id)
            rows.append(step_row(*whose, proposal))
            grounds[rows[-1]["proposal_id"]] = proposal
    return rows, grounds


def _conducts(
    connection: Connection, group: Group, policy: Policy, month: str, kpi: str | None, source: str
) -> Callable[[str, Ladder], Conduct]:
    """A function of employee and ladder that gives what the month says about them."""
    bounds = month_of(policy, month)
    asked = {"kpi": kpi} if source == NEW else {"kpi": kpi, "month": month}
    scores = {
        row.employee_no: (int(row.satisfied), int(row.answered))
        for row in run(connection, f"score/list_{source}satisfaction", **asked)
    }
    dissatisfied = _grouped(run(connection, f"score/list_{source}dissatisfied", **asked))
    complaints = upheld_complaints(connection, group, policy, bounds)
    upheld = _grouped(row for row in complaints if not row.is_product)
    faults = Counter(row.employee_no for row in complaints if row.is_product)
    late = Counter(row.employee_no for row in complaints if row.is_late and not row.is_product)
    earlier = EarlierSteps(connection, month, group.group.time_zone)

    def conduct(employee_no: str, ladder: Ladder) -> Conduct:
        return earlier.conduct(
            employee_no,
            ladder,
            scores.get(employee_no, (0, 0)),
            dissatisfied.get(employee_no, ()),
            upheld.get(employee_no, ()),
            faults[employee_no],
            late[employee_no],
        )

    return conduct


def _grouped(rows: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.employee_no].append(row.row_key)
    return {employee_no: tuple(keys) for employee_no, keys in found.items()}
