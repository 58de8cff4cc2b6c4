"""Wishes: what customers asked of a person of ours, beside what dealer systems and lists tell (S3-03).

A wish is entered by task or vehicle, so nobody types a number, and is ended, never deleted. A night reads what
was entered or ended by the end of its day as rows of the feed ``preference`` of the system `SYSTEM`, so it is
validated and merged like any other, and nothing behind core knows of a second way. No feed overwrites one:
its number is its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.errors import AftercareError, BadData, NotAllowed
from aftercare.protection import Keyring
from aftercare.rules.wishes import ABOUT, DRIVER, KINDS, SPEAKERS
from aftercare.settings import Group
from aftercare.sources.batches import Batch, Window
from aftercare.sources.contacts import phone
from aftercare.sources.feeds import FEEDS
from aftercare.sources.told_load import ToldLoad
from aftercare.sources.vin import check as vin_check
from aftercare.user_roles import ALL_STORES, require_role
from aftercare.warehouse import run

SYSTEM, FEED = "wishes", "preference"
ROLES = ("operator", "steward", "manager")


@dataclass(frozen=True)
class Wish:
    """What a customer wants, about a task (and its vehicle and number) or a vehicle.

    ``until`` is the last day, None for good; ``stopped`` is ``call``, ``sms`` or ``all``; ``reason`` is in the
    customer's words.
    """

    kind: str
    reason: str = field(repr=False)
    said_by: str
    begins_on: date
    task_key: str | None = None
    vin: str | None = None
    store_code: str | None = None
    about: str = "all"
    until: date | None = None
    stopped: str | None = None
    channel: str | None = None
    slot: str | None = None
    service_on: date | None = None


def enter(
    engine: Engine, keyring: Keyring, wanted: Wish, user: str, now: datetime
) -> dict[str, Any]:
    """Enters a wish; one that was entered just so and holds stays as it is (``is_new`` False).

    Gives the wish as ``list_wishes`` does. Raises BadData for what cannot be entered, NotAllowed without a role
    for its store.
    """
    today = now.date()
    _check(wanted, today)
    reason = wanted.reason.strip()
    with engine.begin() as connection:
        run(connection, "wishes/lock_wishes")
        whose = _whose(connection, keyring, wanted)
        require_role(connection, [whose["store_code"]], user, today, ROLES)
        is_do_not_call = wanted.kind == "do_not_call"
        row = {
            "store_code": whose["store_code"],
            "task_key": wanted.task_key,
            "vin": whose["vin"],
            "kind": "stop" if is_do_not_call else wanted.kind,
            "about": wanted.about,
            "stopped_contact": "call" if is_do_not_call else wanted.stopped,
            "preferred_channel": wanted.channel,
            "preferred_slot": wanted.slot,
            "valid_from": wanted.begins_on,
            "valid_until": wanted.until,
            "service_on": wanted.service_on,
            "reason_hash": keyring.hash(reason),
            "said_by": wanted.said_by,
        }
        known = run(connection, "wishes/find_same", **row).scalar_one_or_none()
        number = (
            known
            or run(
                connection,
                "wishes/add_wish",
                **row,
                reason_cipher=keyring.encrypt(reason),
                customer_phone_cipher=whose["phone_cipher"],
                user_name=user,
                entered_at=now,
            ).scalar_one()
        )
        return {**_get(connection, number), "is_new": known is None}


def end(engine: Engine, wish_no: int, user: str, now: datetime) -> dict[str, Any]:
    """Ends a wish: it holds no longer from tomorrow on. One that was ended stays as it is (``is_new`` False).

    Raises BadData for a number that nobody has, NotAllowed as ``enter``.
    """
    today = now.date()
    with engine.begin() as connection:
        run(connection, "wishes/lock_wishes")
        found = _get(connection, wish_no)
        require_role(connection, [found["store_code"]], user, today, ROLES)
        ended = run(
            connection,
            "wishes/end_wish",
            wish_no=wish_no,
            user_name=user,
            ended_at=now,
            ended_on=today,
        ).rowcount
        return {**_get(connection, wish_no), "is_new": bool(ended)}


def list_wishes(
    engine: Engine,
    keyring: Keyring,
    user: str,
    today: date,
    since: date | None = None,
    vin: str | None = None,
    task_key: str | None = None,
) -> list[dict[str, Any]]:
    """Wishes that were entered, of stores for which somebody has a role, the newest first; with the reasons.

    ``since``: those that hold on that day or later. Raises NotAllowed for who has no role for any store.
    """
    with engine.connect() as connection:
        granted = run(
            connection, "ops/list_user_stores", user_name=user, today=today, roles=list(ROLES)
        )
        stores = list(granted.scalars())
        if not stores:
            raise NotAllowed(
                f"{user} is no {' or '.join(ROLES)} of any store; `aftercare users grant` gives the role"
            )
        rows = _list(
            connection,
            since=since,
            vin=vin,
            task_key=task_key,
            store_codes=None if ALL_STORES in stores else stores,
        )
    return [{**row, "reason": keyring.decrypt(bytes(row["reason_cipher"]))} for row in rows]


def is_awaited(engine: Engine, group: Group, day: date) -> bool:
    """Whether the night of a day has wishes to read, or has read some already."""
    window = Window(day, 0, group.time_zone)
    with engine.connect() as connection:
        found = run(
            connection, "wishes/is_awaited", day=day, window_end=window.end, system=SYSTEM
        ).scalar_one()
    return bool(found)


def read_wishes(engine: Engine, keyring: Keyring, group: Group, day: date) -> dict[str, Any]:
    """Stages the wishes that were entered or ended by the end of the business day.

    Counts: ``read`` rows of the day's load, ``new`` among them in this run. A repeated run adds what is new.
    """
    with engine.begin() as connection:
        load_id = run(connection, "pull/open_load", system=SYSTEM, feed=FEED, day=day).scalar_one()
    window = Window(day, 0, group.time_zone)
    try:
        with engine.begin() as connection:
            run(connection, "wishes/lock_wishes")
            asked = {"day": day, "window_end": window.end}
            rows = run(connection, "wishes/list_waiting", **asked).mappings().all()
            load = ToldLoad(connection, keyring, SYSTEM, FEED, load_id, window)
            load.add(_as_batch(keyring, rows), len(rows))
            load.finish()
            run(connection, "wishes/mark_read", **asked)
            counts = {"read": load.rows, "new": load.new}
            warehouse.report(connection, "read_back", day.isoformat(), counts, part=SYSTEM)
            return counts
    except AftercareError as problem:
        with engine.begin() as connection:
            run(connection, "pull/fail_load", load_id=load_id, failure=str(problem))
        raise


def _as_batch(keyring: Keyring, rows: Any) -> Batch:
    """Rows of the feed, in clear; they are sealed anew when they are staged."""

    def opened(row: Mapping[str, Any], name: str) -> str | None:
        return keyring.decrypt(bytes(row[name])) if row[name] is not None else None

    columns: dict[str, list[object]] = {
        column.name: [row.get(column.name) for row in rows] for column in FEEDS[FEED].columns
    }
    for name in ("reason", "customer_phone"):
        columns[name] = [opened(row, f"{name}_cipher") for row in rows]
    versions: list[object] = [row["version_at"] for row in rows]
    return Batch(columns, [row["preference_no"] for row in rows], versions)


def _check(wanted: Wish, today: date) -> None:
    if not wanted.reason.strip():
        raise BadData("say why, in the customer's words: who reads the wish later cannot ask them")
    for name, value, known in (
        ("kind", wanted.kind, KINDS),
        ("topic", wanted.about, ABOUT),
        ("speaker", wanted.said_by, SPEAKERS),
    ):
        if value not in known:
            raise BadData(f"there is no {name} {value!r}; there are {', '.join(known)}")
    if (wanted.task_key is None) == (wanted.vin is None):
        raise BadData("say about which task, or about which vehicle, and not both")
    if wanted.begins_on < today:
        raise BadData(f"{wanted.begins_on} is over; a wish holds from today ({today}) on")
    if wanted.until is not None and wanted.until < wanted.begins_on:
        raise BadData(f"a wish cannot end on {wanted.until}, before its first day")
    if wanted.until is not None and wanted.until <= today:
        raise BadData(f"the lists of {wanted.until} are out already; nothing would change")
    asked = {
        "what is stopped": wanted.stopped is not None,
        "a channel or time of day": (wanted.channel or wanted.slot) is not None,
        "a day for the service": wanted.service_on is not None,
    }
    needed = {
        "stop": "what is stopped",
        "channel": "a channel or time of day",
        "service_day": "a day for the service",
    }.get(wanted.kind)
    given = [name for name, is_given in asked.items() if is_given]
    if given != ([needed] if needed else []):
        raise BadData(
            f"a wish of the kind {wanted.kind} says {needed or 'nothing else'}"
            + (f", and not {', '.join(given)}" if given else "")
        )
    if wanted.service_on is not None and wanted.service_on <= today:
        raise BadData(f"{wanted.service_on} is over; name a day that comes")
    if wanted.said_by == DRIVER and wanted.task_key is None:
        raise BadData("what a driver asks for holds for their number; name the task of the call")


def _whose(connection: Connection, keyring: Keyring, wanted: Wish) -> dict[str, Any]:
    """Store, vehicle and number of who asked; by vehicle alone there is no number."""
    if wanted.task_key is not None:
        tasks = run(connection, "wishes/list_tasks", task_keys=[wanted.task_key])
        found = tasks.mappings().one_or_none()
        if found is None:
            raise BadData(f"there is no task {wanted.task_key}")
        if wanted.kind == "service_day" and found["vin"] is None:
            raise BadData(f"task {wanted.task_key} is about no vehicle, so no service has a day")
        is_for_number = wanted.said_by == DRIVER and wanted.kind != "service_day"
        whose = {**found, "vin": None if is_for_number else found["vin"]}
        whose["phone_cipher"] = _callable_number(keyring, found["phone_cipher"])
        if whose["vin"] is None and whose["phone_cipher"] is None:
            raise BadData(f"task {wanted.task_key} has no number by which the wish could be known")
        return whose
    vin, check = vin_check(wanted.vin)
    if check not in ("valid", "check_digit"):
        raise BadData("that is no VIN: it has 17 letters and digits, without I, O and Q")
    stores = list(run(connection, "wishes/list_vehicle_stores", vin=vin).scalars())
    if not stores:
        raise BadData("no store knows a vehicle of this VIN")
    if wanted.store_code is not None and wanted.store_code not in stores:
        raise BadData(f"{wanted.store_code} does not know the vehicle; {', '.join(stores)} do")
    return {"store_code": wanted.store_code or stores[0], "vin": vin, "phone_cipher": None}


def _callable_number(keyring: Keyring, cipher: bytes | None) -> bytes | None:
    """The number of a task, where it can be called: any other names nobody."""
    if cipher is None:
        return None
    number, check = phone(keyring.decrypt(bytes(cipher)))
    return keyring.encrypt(number) if number is not None and check == "valid" else None


def _get(connection: Connection, wish_no: int) -> dict[str, Any]:
    found = _list(connection, wish_no=wish_no)
    if not found:
        raise BadData(
            f"nobody entered a wish {wish_no}; `aftercare wishes list` shows those that there are"
        )
    return found[0]


def _list(connection: Connection, **asked: Any) -> list[dict[str, Any]]:
    names = ("wish_no", "vin", "task_key", "since", "store_codes")
    return warehouse.rows(
        connection, "wishes/list_wishes", **{name: asked.get(name) for name in names}
    )
