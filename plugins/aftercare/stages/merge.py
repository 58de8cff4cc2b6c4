"""Merge: the good rows of a load into core, in key order; an older version never wins."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from aftercare import warehouse
from aftercare.errors import BadData, PipelineFault
from aftercare.settings import Group

log = logging.getLogger(__name__)

VEHICLE_FEEDS = ("sales_order", "repair_order")
DATED_FEEDS = (*VEHICLE_FEEDS, "call_result", "complaint")


def merge(engine: Engine, group: Group, system: str, feed: str, day: date) -> dict[str, Any]:
    """Brings the good rows of a validated load into core, in one transaction.

    Counts: ``promoted`` rows are new or changed, ``unchanged`` ones core held already, ``stale``
    ones are older than core or than another row of their load; ``withdrawn_documents`` are
    orders that became cancelled or reversed. A second run promotes nothing.

    Raises BadData when a row that was let through lacks what core needs, and PipelineFault when
    the load was not validated or its counts disagree.
    """
    part = f"{system}/{feed}"
    with engine.begin() as connection:
        warehouse.run(connection, "merge/lock_core")
        load = warehouse.run(
            connection, "merge/lock_load", system=system, feed=feed, day=day
        ).one_or_none()
        if load is None or load.state not in ("validated", "merged"):
            state = "was not read" if load is None else f"is {load.state}"
            raise PipelineFault(
                f"{part} of {day} {state}; pull and validate it before it is merged"
            )
        counts = _merged(connection, group, feed, load.load_id, part, day)
        older = counts["stale"]
        counts["stale"] += load.stale_in_load or 0
        total = (
            counts["promoted"]
            + counts["unchanged"]
            + counts["stale"]
            + (load.collapsed or 0)
            + (load.quarantined or 0)
        )
        if total != load.pulled:
            raise PipelineFault(
                f"{part} of {day}: {load.pulled} rows were pulled and {total} accounted for: {counts}, "
                f"collapsed {load.collapsed}, quarantined {load.quarantined}"
            )
        warehouse.run(
            connection,
            "merge/finish_load",
            load_id=load.load_id,
            promoted=counts["promoted"],
            unchanged=counts["unchanged"],
            stale=counts["stale"],
        )
        warehouse.report(connection, "merge", str(day), {**counts, "older_than_core": older}, part)
    log.info("%s of %s: %s", part, day, counts)
    return counts


def _merged(
    connection: Connection, group: Group, feed: str, load_id: int, part: str, day: date
) -> dict[str, Any]:
    zone = {"time_zone": group.group.time_zone}
    try:
        if feed == "employee":
            warehouse.run(connection, "merge/upsert_people", load_id=load_id)
        known = warehouse.run(connection, f"merge/confirm_{feed}", load_id=load_id).one()
        written = warehouse.run(
            connection,
            f"merge/upsert_{feed}",
            load_id=load_id,
            **(zone if feed in DATED_FEEDS else {}),
        ).one()
    except IntegrityError as problem:
        raise BadData(f"{part} of {day}: {_what_core_needs(problem)}") from None
    counts = {
        "promoted": written.promoted,
        "unchanged": known.unchanged,
        "stale": known.stale,
    }
    if sum(counts.values()) != known.good:
        raise PipelineFault(f"{part} of {day}: {known.good} good rows, but {counts}")
    if feed in VEHICLE_FEEDS:
        counts["withdrawn_documents"] = written.withdrawn_documents
        if written.promoted:
            moved = {"vins_before": written.vins_before or []}
            warehouse.run(connection, "merge/refresh_vehicles", load_id=load_id, **zone, **moved)
            warehouse.run(connection, "merge/drop_vehicles", **moved)
    return counts


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
