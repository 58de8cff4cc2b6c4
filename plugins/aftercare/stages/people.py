"""People: who owns, buys and brings vehicles, known at group level.

A phone's or name's hash is evidence, not identity. What is safe is joined by itself (``people`` in
the group's settings); what only looks alike is a candidate, about which people decide. Everything is
worked out from core's orders, the settings and the decisions that stand, for the vehicles that merge
queued and the people they touch; so any order of nights, and any repetition, gives the same people.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Engine, RowMapping

from aftercare.errors import BadData
from aftercare.protection import Keyring, mask
from aftercare.settings import Group
from aftercare.user_roles import require_role
from aftercare.warehouse import report, rows, run

log = logging.getLogger(__name__)

MOST_VEHICLES = 200_000
"""Vehicles whose people are worked out in one transaction."""

MANY_CHANGES = 10_000

REASONS = {
    "id_no": "one identity number, names written differently",
    "name_and_vehicle": "one name and vehicle, other phones",
    "name_and_phone": "one name, and a phone that many use",
    "company_name": "one company name",
}
"""Why two customers are candidates. What a rule that is not automatic would have joined is among them."""

Counts = dict[str, int]


def know_people(engine: Engine, group: Group, day: date | None = None) -> Counts:
    """Works out the people of all queued vehicles; with ``day`` reports it for that night.

    Counts: ``vehicles`` taken from the queue, ``roles`` added, changed or dropped, ``customers``
    looked at, ``redirected`` whose redirect changed.
    """
    counts: Counter[str] = Counter(vehicles=0, roles=0, customers=0, redirected=0)
    while True:
        with engine.begin() as connection:
            run(connection, "people/lock_people")
            run(connection, "people/create_due_vehicle")
            taken = run(connection, "people/take_due_vehicles", most=MOST_VEHICLES).rowcount
            if taken:
                counts.update({"vehicles": taken, **_know_due_people(connection, group)})
            else:
                counts["redirected"] += redirect(connection)
                if day is not None:
                    report(connection, "people", day.isoformat(), counts)
                break
    log.info("people: %s", dict(counts))
    return dict(counts)


def _know_due_people(connection: Connection, group: Group) -> Counts:
    people = group.people
    run(connection, "people/analyze_due")
    run(connection, "people/find_roles", time_zone=group.group.time_zone)
    run(connection, "people/create_changed_role")
    run(connection, "people/drop_roles")
    run(connection, "people/keep_roles")
    run(connection, "people/analyze_found")
    roles: int = run(connection, "people/count_changed_roles").scalar_one()
    if roles >= MANY_CHANGES:
        run(connection, "people/analyze_roles")
    run(connection, "people/create_turned_phone")
    run(
        connection,
        "people/keep_shared_phones",
        most_names=people.most_names,
        most_vehicles=people.most_vehicles,
    )
    run(connection, "people/gather_people", automatic=sorted(people.automatic))
    run(connection, "people/analyze_gathered")
    while run(connection, "people/join_people").rowcount:
        pass
    run(connection, "people/part_people")
    customers = run(connection, "people/keep_customers").rowcount
    run(connection, "people/assign_roles")
    redirected = redirect(connection)
    run(connection, "people/drop_customers")
    return {"roles": roles, "customers": customers, "redirected": redirected}


def redirect(connection: Connection) -> int:
    """Brings redirects in line with the decisions that stand; how many changed."""
    changed: int = run(connection, "people/redirect_customers").scalar_one()
    return changed


def know_again(engine: Engine, group: Group) -> Counts:
    """Works out all people anew, as after a change of the settings of ``people``."""
    with engine.begin() as connection:
        run(connection, "people/queue_all_vehicles")
    return know_people(engine, group)


def list_candidates(
    engine: Engine, keyring: Keyring, store_code: str | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """Pairs of customers that may be one, the likeliest first, at most ``most``.

    Each has ``kept_id`` and ``other_id``, ``reasons`` (keys of REASONS), masked ``kept`` and
    ``other``, and in ``found`` the number of all pairs.
    """
    with engine.connect() as connection:
        pairs = (
            run(connection, "people/list_candidates", store_code=store_code, most=most)
            .mappings()
            .all()
        )
        ids = sorted({pair[name] for pair in pairs for name in ("kept_id", "other_id")})
        roles = run(connection, "people/list_roles", customer_ids=ids).mappings().all()
    shown: dict[str, str] = {}
    for role in roles:
        shown.setdefault(role["known_id"], _masked(role, keyring))
    return [
        {**pair, "kept": shown[pair["kept_id"]], "other": shown[pair["other_id"]]} for pair in pairs
    ]


def describe_customer(engine: Engine, keyring: Keyring, given: str) -> dict[str, Any]:
    """A customer with all roles to vehicles, masked, and the decisions that stand.

    ``given`` is an id or any document that names the customer. Raises BadData for nobody.
    """
    with engine.connect() as connection:
        found = _customer(connection, given)
        known_id = found["merged_into"] or found["customer_id"]
        roles = run(connection, "people/list_roles", customer_ids=[known_id]).mappings().all()
        ids = sorted({role["customer_id"] for role in roles})
        decisions = run(connection, "people/list_standing", customer_ids=ids).mappings().all()
    return {
        "customer_id": known_id,
        "kind": found["kind"],
        "merged": [customer_id for customer_id in ids if customer_id != known_id],
        "roles": [
            {
                "document": role["role_key"],
                "role": role["role"],
                "vehicle": mask(role["vin"], keep=4),
                "first_on": role["first_on"],
                "last_on": role["last_on"],
                "contact": _masked(role, keyring),
            }
            for role in roles
        ],
        "decisions": [dict(decision) for decision in decisions],
    }


def list_decisions(engine: Engine) -> list[dict[str, Any]]:
    """All decisions in their order, with the documents they name and their ``state``.

    ``stands``, ``undone``, ``undo``, or ``rests``: a document is gone, cancelled or names nobody.
    """
    with engine.connect() as connection:
        return rows(connection, "people/list_decisions")


def decide(
    engine: Engine,
    action: Literal["merge", "apart"],
    kept: str,
    other: str,
    reason: str,
    user: str,
    today: date,
) -> int:
    """Keeps that two customers are one (``merge``: ``other`` leads to ``kept`` from now on) or that
    they are not (``apart``: they are no candidates any more). Returns the decision's number.

    Raises NotAllowed without a steward's role for all stores that know one of them, and BadData for
    unknown customers, a person and a company, and whatever would make a chain or a circle.
    """
    with engine.begin() as connection:
        run(connection, "people/lock_people")
        customers = [_customer(connection, given) for given in (kept, other)]
        _require_steward(connection, customers, user, today)
        _check_pair(connection, action, *customers)
        names = {
            f"{side}_{name}": customer[name]
            for side, customer in zip(("kept", "other"), customers, strict=True)
            for name in ("store_code", "document_no", "role")
        }
        return _keep_decision(connection, action, names, None, reason, user)


def undo(engine: Engine, decision_id: int, reason: str, user: str, today: date) -> int:
    """Takes back a decision: people are what they would be without it. Returns the undo's number.

    Raises BadData when no such decision stands, and NotAllowed as `decide` does.
    """
    with engine.begin() as connection:
        run(connection, "people/lock_people")
        standing = run(connection, "people/list_standing", customer_ids=None).mappings()
        found = next((row for row in standing if row["decision_id"] == decision_id), None)
        if found is None:
            raise BadData(
                f"no decision {decision_id} about people stands; see `aftercare people decisions`"
            )
        sides = [found[name] for name in ("kept_id", "other_id") if found[name]]
        customers = [_customer(connection, customer_id) for customer_id in sides]
        _require_steward(connection, customers, user, today)
        nobody = dict.fromkeys(
            f"{side}_{name}"
            for side in ("kept", "other")
            for name in ("store_code", "document_no", "role")
        )
        return _keep_decision(connection, "undo", nobody, decision_id, reason, user)


def _keep_decision(
    connection: Connection,
    action: str,
    names: dict[str, Any],
    undone_id: int | None,
    reason: str,
    user: str,
) -> int:
    if not reason.strip():
        raise BadData("a decision about people needs a reason; write no names or numbers there")
    decision_id: int = run(
        connection,
        "people/add_decision",
        action=action,
        undone_id=undone_id,
        reason=reason.strip(),
        user_name=user,
        **names,
    ).scalar_one()
    redirect(connection)
    return decision_id


def _customer(connection: Connection, given: str) -> RowMapping:
    found = run(connection, "people/find_customer", given=given).mappings().one_or_none()
    if found is None:
        raise BadData(
            f"nobody is known by {given}; name a customer of `aftercare people candidates`, or a "
            "document and its role, such as CA01.RO123.deliverer"
        )
    return found


def _require_steward(
    connection: Connection, customers: Sequence[RowMapping], user: str, today: date
) -> None:
    stores = {store for customer in customers for store in customer["stores"]}
    require_role(connection, stores, user, today, ("steward",))


def _check_pair(connection: Connection, action: str, kept: RowMapping, other: RowMapping) -> None:
    first, second = kept["customer_id"], other["customer_id"]
    if first == second:
        raise BadData(f"{first} and {second} are one customer already")
    if kept["kind"] != other["kind"]:
        raise BadData(
            f"{first} is a {kept['kind']} and {second} a {other['kind']}: they are never one; where "
            "the dealer system says so by mistake, have it put right there"
        )
    for customer in (kept, other):
        if customer["merged_into"]:
            raise BadData(
                f"{customer['customer_id']} leads to {customer['merged_into']}, and a redirect to a "
                f"redirect is refused; name {customer['merged_into']} instead, or undo that merge"
            )
    standing = run(connection, "people/list_standing", customer_ids=[first, second]).mappings()
    for decision in standing:
        number, sides = decision["decision_id"], {decision["kept_id"], decision["other_id"]}
        if sides == {first, second}:
            raise BadData(f"decision {number} is about these two already; undo it first")
        if action == decision["action"] == "merge" and decision["kept_id"] == second:
            raise BadData(
                f"{decision['other_id']} leads to {second} by decision {number}, and a chain of "
                f"redirects is refused; merge {first} into {second}, or undo decision {number} first"
            )


def _masked(role: RowMapping, keyring: Keyring) -> str:
    """Name and phone of a role as people may see them in a list."""
    return " ".join(
        mask(keyring.decrypt(bytes(role[column])))
        for column in ("name_cipher", "phone_cipher")
        if role[column] is not None
    )
