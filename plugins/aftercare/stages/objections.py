"""Objections: an employee questions a line or a proposal, and HR answers by a day.

Employees raise it themselves once the month is published, or somebody with the role hr, or the manager
of the store, does in their name; only hr answers, and nobody about themselves, nor who raised it, decided
the proposal or rated what it is about. While it is open nobody approves what stands on it. What was
said stays as it was said; what an upheld one changes, the dealer system and the next scoring say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Engine

from aftercare.errors import NotAllowed, PeriodRefused
from aftercare.month_parties import names_of
from aftercare.proposal_rows import REWARD
from aftercare.rules import period
from aftercare.rules.festivals import Festivals
from aftercare.rules.month import month_of
from aftercare.rules.objection_terms import objection_terms
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi
from aftercare.rules.sanctions import ITEM
from aftercare.settings import Group
from aftercare.warehouse import rows, run

RAISERS = ("hr", "manager")
ANSWERERS = ("hr",)
STATES: Mapping[str, str] = {"uphold": "upheld", "dismiss": "dismissed"}

Answer = Literal["uphold", "dismiss"]


@dataclass(frozen=True)
class About:
    """What is objected to: a line of a scorecard (``kpi_id``) or a proposal.

    ``is_unfounded``: a proposal that stands on an earlier step that was overturned.
    """

    scorecard_id: str
    store_code: str
    kpi_id: str | None = None
    proposal_id: str | None = None
    is_unfounded: bool = False

    @property
    def name(self) -> str:
        """The name of the figure, or the id of the proposal."""
        return self.kpi_id or self.proposal_id or ""


def raise_objection(
    engine: Engine,
    group: Group,
    policy: Policy,
    month: str,
    employee_no: str,
    about: str,
    words: str,
    user: str,
    today: date,
    scorecard_id: str = "",
) -> dict[str, Any]:
    """Keeps an objection of an employee to ``about``, a figure's name or a proposal's id.

    ``scorecard_id`` says which, where the figure stands on several. Counts: ``raised``,
    ``unchanged`` (the same words about the same thing are there), ``objection`` (its number).
    Raises PeriodRefused for a month without scorecards; NotAllowed without words, for what is not
    there, for a user who is neither hr nor manager of the store on ``today`` nor, in a published month
    and about what they are told of it, the employee, after the last day (but for a step behind which an earlier one was overturned), and while another one about the same
    is open.
    """
    said = words.strip()
    if not said:
        raise NotAllowed("an objection needs words that say what is wrong")
    bounds = month_of(policy, period.read_month(month))
    with engine.begin() as connection:
        # Whoever scores, decides or publishes the month waits, so what is read here holds.
        run(connection, "score/lock_month", month=month)
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
        if known is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        held = _roles(connection, user, today)
        is_own = any(row["employee_no"] and row["employee_no"] == employee_no for row in held)
        led = {row["store_code"] for row in held if row["role"] in RAISERS}
        if not led:
            # What is there, and what is not, is told to nobody else.
            _refuse_others(user, month, is_own, known["published_at"] is not None)
        thing = _find(connection, month, employee_no, about, scorecard_id, led)
        if not (is_own and known["published_at"] is not None):
            _refuse(held, RAISERS, thing.store_code, user, "raise it")
        same = run(
            connection,
            "objections/find_same",
            scorecard_id=thing.scorecard_id,
            about=thing.name,
        ).all()
        for row in same:
            if row.words == said:
                return {"raised": 0, "unchanged": 1, "objection": row.objection_id}
        last_day = objection_until(policy, group, month, known["published_at"])
        # That a step behind it would be overturned nobody could know in time.
        if last_day is not None and today > last_day and not thing.is_unfounded:
            raise NotAllowed(
                f"{month}: the last day for objections was {last_day}; this one came on {today}"
            )
        for row in same:
            if row.state == "open":
                raise NotAllowed(
                    f"objection {row.objection_id} to {thing.name} is open; it is answered first"
                )
        reply = policy.value("house", "month", "reply_days", bounds.last_day, "an objection")
        number = run(
            connection,
            "objections/keep_objection",
            month=month,
            employee_no=employee_no,
            store_code=thing.store_code,
            scorecard_id=thing.scorecard_id,
            kpi_id=thing.kpi_id,
            proposal_id=thing.proposal_id,
            is_score=thing.kpi_id is not None
            and thing.kpi_id == proposal_kpi(policy, ITEM, bounds.last_day),
            words=said,
            raised_by=user,
            raised_on=today,
            due_on=Festivals.load(today).add_working_days(today, int(reply.value)),
            policy_line=reply.line_id,
        ).scalar_one()
        run(connection, "score/mark_used_policy_lines", lines=[reply.line_id])
    return {"raised": 1, "unchanged": 0, "objection": number}


def answer_objection(
    engine: Engine, objection_id: int, answer: Answer, words: str, user: str, today: date
) -> dict[str, int]:
    """Answers an open objection; a late answer is taken, too.

    Counts: ``answered``, ``unchanged`` (it was answered just so). Raises NotAllowed for an
    unknown objection or answer, without words, for a user without the role hr on ``today``, for
    the employee whose objection it is, for who raised it, decided the proposal or rated what it is
    about, and for one that was answered.
    """
    if answer not in STATES:
        raise NotAllowed(f"{answer!r} is no answer; uphold or dismiss")
    said = words.strip()
    if not said:
        raise NotAllowed("an answer needs words that say why")
    with engine.begin() as connection:
        known = _get(connection, objection_id)
        # Two answers of one month wait for each other: only what is read now holds.
        run(connection, "score/lock_month", month=known["month"])
        known = _get(connection, objection_id)
        held = _roles(connection, user, today)
        _refuse(held, ANSWERERS, known["store_code"], user, "answer it")
        names = names_of(user, held)
        if known["employee_no"].casefold() in names:
            raise NotAllowed(
                f"objection {objection_id}: {user} is the person it is about; "
                "somebody else must answer"
            )
        if known["state"] != "open":
            if (known["state"], known["answer"], known["answered_by"]) == (
                STATES[answer],
                said,
                user,
            ):
                return {"answered": 0, "unchanged": 1}
            raise NotAllowed(
                f"objection {objection_id} was answered on {known['answered_on']}; the answer stays"
            )
        _refuse_judges(connection, objection_id, user, names, today)
        run(
            connection,
            "objections/keep_answer",
            objection_id=objection_id,
            state=STATES[answer],
            answer=said,
            answered_by=user,
            answered_on=today,
        )
    return {"answered": 1, "unchanged": 0}


def list_objections(engine: Engine, month: str = "") -> list[dict[str, Any]]:
    """Objections of a month, or all, with names, answer and the ``proposals`` that they touch."""
    asked = period.read_month(month) if month else ""
    with engine.connect() as connection:
        return rows(connection, "objections/list_objections", month=asked)


def objection_until(policy: Policy, group: Group, month: str, published_at: Any) -> date | None:
    """The last day for objections to a month; None before its publication, from which it runs."""
    if published_at is None:
        return None
    published_on: date = published_at.astimezone(group.time_zone).date()
    return objection_terms(policy, month_of(policy, month).last_day, published_on).until


def _find(
    connection: Connection,
    month: str,
    employee_no: str,
    about: str,
    scorecard_id: str,
    led: Collection[str],
) -> About:
    """The line or proposal of an employee that has this name.

    Outside the stores that the user leads (``led``) a proposal is there once it was approved.
    """
    proposals = run(connection, "score/list_proposals", month=month, proposals=[]).mappings()
    for row in proposals:
        if not {"*", row["store_code"]} & set(led) and row["decision"] != "approve":
            continue
        if row["proposal_id"] == about and row["employee_no"] == employee_no:
            if row["kind"] == REWARD:
                raise NotAllowed(
                    f"{about} is a reward; object to the figure that it stands on, by the figure's name"
                )
            return About(
                row["scorecard_id"],
                row["store_code"],
                proposal_id=about,
                is_unfounded=bool(row["overturned"]),
            )
    lines = run(
        connection,
        "objections/list_lines",
        month=month,
        employee_no=employee_no,
        kpi_id=about,
        scorecard_id=scorecard_id,
    ).all()
    if not lines:
        raise NotAllowed(
            f"{employee_no} has no figure or proposal {about} in {month}; `aftercare evidence` and "
            "`aftercare proposals list` know their names"
        )
    if len(lines) > 1:
        cards = ", ".join(line.scorecard_id for line in lines)
        raise NotAllowed(
            f"{about} stands on several scorecards of {employee_no}: say which: {cards}"
        )
    return About(lines[0].scorecard_id, lines[0].store_code, kpi_id=about)


def _get(connection: Connection, objection_id: int) -> Mapping[str, Any]:
    found = run(connection, "objections/get_objection", objection_id=objection_id)
    known = found.mappings().one_or_none()
    if known is None:
        raise NotAllowed(f"there is no objection {objection_id}; see `aftercare objections list`")
    return dict(known)


def _roles(connection: Connection, user: str, day: date) -> list[dict[str, Any]]:
    return rows(connection, "score/list_deciders", user_name=user, day=day)


def _refuse(
    held: Iterable[Mapping[str, Any]],
    roles: Collection[str],
    store_code: str,
    user: str,
    act: str,
) -> None:
    """Refuses who holds none of the roles for a store."""
    if any(row["role"] in roles and row["store_code"] in ("*", store_code) for row in held):
        return
    needed = " nor ".join(
        role if role == "hr" else f"{role} of store {store_code}" for role in roles
    )
    raise NotAllowed(
        f"{user} holds neither role {needed} and may not {act}; an administrator can grant it"
        if len(roles) > 1
        else f"{user} does not hold role {needed} and may not {act}; an administrator can grant it"
    )


def _refuse_others(user: str, month: str, is_own: bool, is_published: bool) -> None:
    """Refuses who leads no store, but the employee in a month that was published."""
    if not is_own:
        raise NotAllowed(
            f"{user} holds neither role hr nor manager of the store and may not raise it; "
            "an administrator can grant it"
        )
    if not is_published:
        raise NotAllowed(
            f"{month} is not published yet: employees raise objections themselves afterwards; "
            "until then HR, or the store's manager, does in their name"
        )


_JUDGED = {
    "raised": "raised it",
    "decided": "decided the proposal that it is about",
    "rated": "rated what it is about",
}


def _refuse_judges(
    connection: Connection, objection_id: int, user: str, names: Collection[str], today: date
) -> None:
    """Refuses who would answer for what they did themselves, under this login or another one."""
    for row in run(connection, "objections/list_judges", objection_id=objection_id).all():
        theirs = {row.name.casefold()}
        if row.part != "rated":
            theirs = names_of(row.name, _roles(connection, row.name, today))
        if theirs & set(names):
            raise NotAllowed(
                f"objection {objection_id}: {user} {_JUDGED[row.part]}; "
                "somebody else with the role hr must answer"
            )
