"""Absences: who of the staff is away, and who does their work until they are back.

A night gives the tasks of a day to those who are there on it: a deputy who was named, else others with
the role, else the role that covers it (``cover`` in the policy). Who comes back has their own tasks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare.errors import BadData
from aftercare.user_roles import require_role
from aftercare.warehouse import rows, run

ROLES = ("operator", "manager")
REASONS = ("leave", "training", "day_off", "other")
"""The kind of an absence; its cause is nobody's business here."""


@dataclass(frozen=True)
class Absence:
    """Somebody's days away, both included, and who is asked first to do their work."""

    employee_no: str
    first_on: date
    last_on: date
    reason: str
    deputy_no: str | None = None


def away(engine: Engine, wanted: Absence, user: str, today: date) -> dict[str, Any]:
    """Enters an absence; one that was entered just so already stays as it is (``is_new`` False).

    Raises BadData for what cannot be entered, NotAllowed without a role for all stores of the employee's.
    """
    _check(wanted, today)
    with engine.begin() as connection:
        run(connection, "staff/lock_absences")
        _require_role(connection, wanted.employee_no, user, today)
        if wanted.deputy_no is not None:
            _require_neighbour(connection, wanted)
        known = _absences(connection, wanted.first_on, wanted.employee_no)
        overlapping = [row for row in known if row["first_on"] <= wanted.last_on]
        same = [row for row in overlapping if _is_same(row, wanted)]
        if overlapping and not same:
            first = overlapping[0]
            raise BadData(
                f"{wanted.employee_no} is away already from {first['first_on']} to {first['last_on']}; "
                "enter the other days, or end that one first (`aftercare staff back`)"
            )
        if not same:
            run(
                connection,
                "staff/add_absence",
                employee_no=wanted.employee_no,
                first_on=wanted.first_on,
                last_on=wanted.last_on,
                deputy_no=wanted.deputy_no,
                reason=wanted.reason,
                user_name=user,
            )
        found = _absences(connection, wanted.first_on, wanted.employee_no)
    return {**next(row for row in found if _is_same(row, wanted)), "is_new": not same}


def back(
    engine: Engine, employee_no: str, works_from: date, user: str, today: date
) -> dict[str, Any]:
    """Ends the absence that somebody comes back from, or else does not go to: the one on that day, or the
    next after it; gives that one as it was.

    Raises BadData where there is none, or for a day whose lists are out, NotAllowed as ``away``.
    """
    if works_from <= today:
        raise BadData(
            f"the lists of {works_from} are out already; tomorrow's are the first to change"
        )
    with engine.begin() as connection:
        run(connection, "staff/lock_absences")
        _require_role(connection, employee_no, user, today)
        ending = _absences(connection, works_from, employee_no)
        if not ending:
            raise BadData(
                f"{employee_no} is not away on {works_from} or later; `aftercare staff list` shows who is"
            )
        run(
            connection,
            "staff/end_absence",
            absence_no=ending[0]["absence_no"],
            works_from=works_from,
            user_name=user,
        )
    return ending[0]


def list_absences(engine: Engine, since: date) -> list[dict[str, Any]]:
    """Absences that end on a day or later, in order of their first day."""
    with engine.connect() as connection:
        return _absences(connection, since)


def _absences(
    connection: Connection, since: date, employee_no: str | None = None
) -> list[dict[str, Any]]:
    return rows(connection, "staff/list_absences", since=since, employee_no=employee_no)


def _is_same(row: dict[str, Any], wanted: Absence) -> bool:
    asked = (wanted.first_on, wanted.last_on, wanted.deputy_no, wanted.reason)
    return asked == tuple(row[name] for name in ("first_on", "last_on", "deputy_no", "reason"))


def _check(wanted: Absence, today: date) -> None:
    if wanted.last_on < wanted.first_on:
        raise BadData(f"an absence cannot end on {wanted.last_on}, before its first day")
    if wanted.first_on <= today:
        raise BadData(
            f"the lists of {wanted.first_on} are out already, and stay with who has them; an absence begins "
            "tomorrow at the earliest"
        )
    if wanted.reason not in REASONS:
        raise BadData(f"{wanted.reason!r} is no kind of absence; there are {', '.join(REASONS)}")
    if wanted.deputy_no == wanted.employee_no:
        raise BadData("nobody is their own deputy")


def _require_role(connection: Connection, employee_no: str, user: str, today: date) -> None:
    stores = _posts(connection, employee_no, today)
    if not stores:
        raise BadData(f"nobody with the number {employee_no} works in a store today or later")
    require_role(connection, stores, user, today, ROLES)


def _require_neighbour(connection: Connection, wanted: Absence) -> None:
    own = _posts(connection, wanted.employee_no, wanted.first_on)
    if not own & _posts(connection, str(wanted.deputy_no), wanted.first_on):
        raise BadData(
            f"{wanted.deputy_no} works in no store of {wanted.employee_no} ({', '.join(sorted(own))}) on "
            f"{wanted.first_on}; name somebody who does, or nobody"
        )


def _posts(connection: Connection, employee_no: str, since: date) -> set[str]:
    return set(run(connection, "staff/list_posts", employee_no=employee_no, since=since).scalars())
