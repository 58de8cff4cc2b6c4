"""Merge: the good rows of a load into core, in key order; an older version never wins.

One statement a feed does it, made from `FEEDS`: core holds a feed's columns under their own
names, beside the few that `_core_values` derives.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Engine, TableClause
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from aftercare import warehouse
from aftercare.errors import BadData, PipelineFault
from aftercare.settings import Group
from aftercare.sources.canonical import staging_columns
from aftercare.sources.feeds import FEEDS

log = logging.getLogger(__name__)

VEHICLE_FEEDS = ("sales_order", "repair_order")
STAGING_ONLY = {"row_id", "source_ref", "unreadable", "vin_check"}
CORE_TABLES = {"employee": "assignment"}
NO_DAY = sa.literal(date(1970, 1, 1), sa.Date)
"""What systems store for no date: it and all before it are none."""
"""The zero of computer clocks: what systems store for no date lies here or before, and no car's plates do."""
PERSON = {
    "name",
    *(
        f"{contact}_{part}"
        for contact in ("mobile", "email")
        for part in ("cipher", "hash", "check")
    ),
}

Columns = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True)
class _Load:
    """The load that is merged, and the time zone that its dates are told in."""

    load_id: int
    system: str
    feed: str
    day: date
    time_zone: str


def merge(engine: Engine, group: Group, system: str, feed: str, day: date) -> dict[str, Any]:
    """Brings the good rows of a validated load into core, in one transaction.

    Counts: ``promoted`` rows are new or changed, ``unchanged`` ones core held already, ``stale``
    ones are older than core or than another row of their load; ``withdrawn_documents`` are
    orders that became cancelled or reversed. A second run promotes nothing. Cases of the feed close
    whose records core knows in good order by now.

    Raises BadData when a row that was let through lacks what core needs, and PipelineFault when
    the load was not validated or its counts disagree.
    """
    part = f"{system}/{feed}"
    with engine.begin() as connection:
        warehouse.run(connection, "merge/lock_core")
        found = warehouse.run(
            connection, "merge/lock_load", system=system, feed=feed, day=day
        ).one_or_none()
        if found is None or found.state not in ("validated", "merged"):
            state = "was not read" if found is None else f"is {found.state}"
            raise PipelineFault(
                f"{part} of {day} {state}; pull and validate it before it is merged"
            )
        try:
            counts = _merged(
                connection, _Load(found.load_id, system, feed, day, group.group.time_zone)
            )
        except IntegrityError as problem:
            raise BadData(f"{part} of {day}: {_what_core_needs(problem)}") from None
        older = counts["stale"]
        counts["stale"] += found.stale_in_load or 0
        total = (
            counts["promoted"]
            + counts["unchanged"]
            + counts["stale"]
            + (found.collapsed or 0)
            + (found.quarantined or 0)
        )
        if total != found.pulled:
            raise PipelineFault(
                f"{part} of {day}: {found.pulled} rows were pulled and {total} accounted for: {counts}, "
                f"collapsed {found.collapsed}, quarantined {found.quarantined}"
            )
        warehouse.run(
            connection,
            "merge/finish_load",
            load_id=found.load_id,
            promoted=counts["promoted"],
            unchanged=counts["unchanged"],
            stale=counts["stale"],
        )
        warehouse.report(connection, "merge", str(day), {**counts, "older_than_core": older}, part)
    log.info("%s of %s: %s", part, day, counts)
    return counts


def _merged(connection: Connection, load: _Load) -> dict[str, Any]:
    if load.feed == "employee":
        # Whose mobile is one of staff must not change while people are worked out.
        warehouse.run(connection, "people/lock_people")
        warehouse.run(connection, "merge/upsert_people", load_id=load.load_id)
    found = connection.execute(_promotion(load)).one()
    connection.execute(_closing(load))
    counts = {name: getattr(found, name) for name in ("promoted", "unchanged", "stale")}
    if load.feed == "preference" and found.promoted:
        warehouse.run(connection, "merge/queue_service_days", load_id=load.load_id)
    if load.feed in VEHICLE_FEEDS:
        counts["withdrawn_documents"] = found.withdrawn_documents
        moved, returned = found.vins_before or [], found.vins_returned or []
        if found.promoted or returned:
            warehouse.run(
                connection,
                "merge/refresh_vehicles",
                load_id=load.load_id,
                time_zone=load.time_zone,
                vins_besides=moved + returned,
            )
            warehouse.run(connection, "merge/drop_vehicles", vins_before=moved)
    return counts


def _promotion(load: _Load) -> sa.Select[Any]:
    """The statement that brings a load's good rows into core, and counts them.

    Good rows are *promoted* when they are new, or differ from core and are not older. Of those
    whose content core holds already, only the version moves on.
    """
    key = FEEDS[load.feed].key
    given = _table("staging", load.feed, (name for name, _ in staging_columns(FEEDS[load.feed])))
    values = _core_values(load, given)
    vanished = ("vanished_day",) if load.feed in VEHICLE_FEEDS else ()
    core = _table("core", CORE_TABLES.get(load.feed, load.feed), (*values, *vanished))
    judged = _judged(load, given, core, values)
    confirmed = (
        sa.update(core)
        .values(version_at=judged.c.version_at, version_day=judged.c.version_day)
        .where(*(core.c[name] == judged.c[name] for name in key))
        .where(judged.c.is_same, judged.c.is_newer)
        .cte("confirmed")
    )
    rows = (
        sa.select(*(value.label(name) for name, value in values.items()))
        .join_from(given, judged, given.c.row_id == judged.c.row_id)
        .where(given.c.load_id == sa.literal(load.load_id, sa.BigInteger), judged.c.is_promoted)
        .order_by(*(values[name] for name in key))
    )
    insert = postgresql.insert(core).from_select(list(values), rows)
    written = (
        insert.on_conflict_do_update(
            index_elements=key,
            set_={name: insert.excluded[name] for name in values if name not in key},
        )
        .returning(core.c.load_id)
        .cte("written")
    )
    count = sa.func.count()
    counts: list[ColumnElement[Any]] = [
        sa.select(count).select_from(written).scalar_subquery().label("promoted"),
        count.filter(judged.c.is_same).label("unchanged"),
        count.filter(judged.c.is_older, ~judged.c.is_same).label("stale"),
    ]
    if load.feed in VEHICLE_FEEDS:
        is_moved = judged.c.is_promoted & (judged.c.vin_before != judged.c.vin)
        counts += [
            count.filter(judged.c.is_promoted, judged.c.is_withdrawn).label("withdrawn_documents"),
            sa.func.array_agg(judged.c.vin_before).filter(is_moved).label("vins_before"),
            sa.func.array_agg(judged.c.vin_before)
            .filter(judged.c.is_returned)
            .label("vins_returned"),
        ]
    return sa.select(*counts).select_from(judged).add_cte(confirmed)


def _closing(load: _Load) -> sa.Update:
    """The statement that closes cases whose records core knows from a later day, and no older.

    The load that holds a record can be settled after those that bring it in good order, or beside
    them, and validate sees one load. Merges come one after the other, so the last of them sees both.
    """
    key = FEEDS[load.feed].key
    held = _table("staging", load.feed, (name for name, _ in staging_columns(FEEDS[load.feed])))
    values = _core_values(load, held)
    core = _table("core", CORE_TABLES.get(load.feed, load.feed), values)
    names = ("system", "feed", "load_id", "row_id", "last_day", "state", "closed_day")
    case = _table("quality", "quarantine", names)
    return (
        sa.update(case)
        .values(state="resent", closed_day=core.c.version_day)
        .where(case.c.system == load.system, case.c.feed == load.feed, case.c.state == "open")
        .where(case.c.load_id == held.c.load_id, case.c.row_id == held.c.row_id)
        .where(*(core.c[name] == values[name] for name in key))
        .where(core.c.version_at >= held.c.version_at, core.c.version_day > case.c.last_day)
    )


def _judged(load: _Load, given: TableClause, core: TableClause, values: Columns) -> sa.CTE:
    """Good rows beside what core holds under their keys; narrow, for it is read more than once."""
    key = FEEDS[load.feed].key
    good = _table("quality", "good_row", ("load_id", "row_id"))
    known = core.alias("known")
    is_same = known.c.row_hash == values["row_hash"]
    known_version = sa.tuple_(known.c.version_at, known.c.version_day)
    version = sa.tuple_(values["version_at"], values["version_day"])
    columns: list[ColumnElement[Any]] = [
        given.c.row_id,
        *(values[name].label(name) for name in (*key, "version_at", "version_day")),
        is_same.label("is_same"),
        (known_version < version).label("is_newer"),
        (known_version > version).label("is_older"),
        sa.func.coalesce(~is_same & (known_version <= version), sa.true()).label("is_promoted"),
    ]
    if load.feed in VEHICLE_FEEDS:
        columns += [
            given.c.vin,
            known.c.vin.label("vin_before"),
            # Only its version moves on, and by that it is there again.
            (
                is_same
                & (known_version < version)
                & (known.c.vanished_day >= known.c.version_day)
                & (known.c.vanished_day < values["version_day"])
            ).label("is_returned"),
            (_is_void(values) & ~_is_void(dict(known.c.items()))).label("is_withdrawn"),
        ]
    return (
        sa.select(*columns)
        .join_from(
            given, good, (given.c.load_id == good.c.load_id) & (given.c.row_id == good.c.row_id)
        )
        .outerjoin(known, sa.and_(*(values[name] == known.c[name] for name in key)))
        .where(given.c.load_id == sa.literal(load.load_id, sa.BigInteger))
        .cte("judged")
    )


def _core_values(load: _Load, given: TableClause) -> dict[str, ColumnElement[Any]]:
    """What core holds of a staged row, by core's column."""

    def day_of(*moments: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.cast(sa.func.timezone(load.time_zone, sa.func.coalesce(*moments)), sa.Date)

    def or_no(name: str) -> dict[str, ColumnElement[Any]]:
        return {name: sa.func.coalesce(given.c[name], sa.false())}

    values: dict[str, ColumnElement[Any]] = {
        name: column for name, column in given.c.items() if name not in STAGING_ONLY
    }
    values["version_day"] = sa.literal(load.day, sa.Date)
    match load.feed:
        case "store":
            values["system"] = sa.literal(load.system)
        case "employee":
            values = {name: values[name] for name in values if name not in PERSON}
        case "sales_order":
            values |= {"row_id": given.c.row_id, "delivered_on": day_of(given.c.delivered_at)}
            registered_on = given.c.registered_on
            values["registered_on"] = sa.case((registered_on > NO_DAY, registered_on))
            archived_at = given.c.archived_at
            values["archived_at"] = sa.case((day_of(archived_at) > NO_DAY, archived_at))
        case "repair_order":
            values |= {"row_id": given.c.row_id, **or_no("is_reversed")}
            values["exit_on"] = day_of(given.c.delivered_at, given.c.settled_at)
        case "call_result":
            task = _table("care", "follow_up_task", ("task_key", "store_code"))
            store = sa.select(task.c.store_code).where(task.c.task_key == given.c.task_key)
            values["store_code"] = sa.func.coalesce(given.c.store_code, store.scalar_subquery())
            values["called_on"] = day_of(given.c.called_at)
            values |= or_no("is_complaint") | or_no("is_do_not_call")
        case "complaint":
            values["received_on"] = day_of(given.c.received_at)
        case "contact_number":
            values["said_on"] = day_of(given.c.said_at)
        case "booking":
            values["booked_on"] = day_of(given.c.booked_for)
        case "external_score" | "target":
            values["employee_no"] = sa.func.coalesce(given.c.employee_no, "")
    return values


def _is_void(order: Columns) -> ColumnElement[bool]:
    is_cancelled = order["status"] == "cancelled"
    return is_cancelled | order["is_reversed"] if "is_reversed" in order else is_cancelled


def _table(schema: str, name: str, columns: Iterable[str]) -> TableClause:
    return sa.table(name, *(sa.column(column) for column in columns), schema=schema)


def _what_core_needs(problem: IntegrityError) -> str:
    """Names table and column of a refusal; the server's own words quote the row."""
    told = getattr(problem.orig, "diag", None)
    table = getattr(told, "table_name", None) or "core"
    column = getattr(told, "column_name", None)
    rule = getattr(told, "constraint_name", None)
    lacks = f"a value in {column}" if column else f"what {rule} asks for"
    return (
        f"a row that goes on lacks {lacks}, which core.{table} needs; nothing was merged: look at "
        "the cases that were released or waived, and at stores that were not read"
    )
