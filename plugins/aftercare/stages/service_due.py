"""Next services: when each vehicle's is due, for the vehicles that merge queued.

What is worked out is a function of core's orders and the policy, so any order of nights, and any
repetition, gives the same rows. The policy that they were worked out with is kept per store and
range of base days (care.service_term); where another one says something else, the vehicles with an
order there are queued too.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare.errors import PolicyError
from aftercare.rules.policy import Policy
from aftercare.rules.service_due import Terms, terms
from aftercare.settings import Group
from aftercare.warehouse import report, run

log = logging.getLogger(__name__)

STAGE = "service_due"
MOST_VEHICLES = 200_000
"""Vehicles whose next service is worked out in one transaction."""

PLAIN = (
    "reading_days",
    "pair_days",
    "pair_months",
    "pairs_needed",
    "pairs_counted",
    "most_daily_km",
    "typical_daily_km",
    "first_by_model",
    "periodic_by_model",
    "typical_daily_km_by_model",
)
"""Values that care.service_term holds as they are."""

Counts = dict[str, int]


def know_service_due(engine: Engine, group: Group, policy: Policy, day: date) -> Counts:
    """Works out when the next service of all queued vehicles is due, and reports it for a night.

    Counts: ``vehicles`` taken from the queue, ``requeued`` into it because the policy changed,
    ``changed`` rows that are new or differ, ``dropped`` ones of which nothing is known any more.

    Raises PolicyError where the policy was not loaded or misses a value.
    """
    counts: Counter[str] = Counter(vehicles=0, requeued=0, changed=0, dropped=0)
    with engine.begin() as connection:
        run(connection, "service_due/lock_service_due")
        _require_policy(connection, policy)
        counts["requeued"] = _keep_terms(connection, group, policy)
    while True:
        with engine.begin() as connection:
            run(connection, "service_due/lock_service_due")
            run(connection, "service_due/create_vehicle")
            taken = run(connection, "service_due/take_vehicles", most=MOST_VEHICLES).rowcount
            if not taken:
                report(connection, STAGE, day.isoformat(), counts)
                break
            counts.update({"vehicles": taken, **_know_taken(connection, group)})
    log.info("service due: %s", dict(counts))
    return dict(counts)


def _require_policy(connection: Connection, policy: Policy) -> None:
    if run(connection, "policy/find_version", digest=policy.digest).first() is None:
        raise PolicyError(
            f"policy {policy.digest[:12]} is not in the warehouse; load it before next services are "
            "worked out"
        )


def _keep_terms(connection: Connection, group: Group, policy: Policy) -> int:
    """Keeps what the policy says; how many vehicles it queued because something else was kept."""
    rows: list[dict[str, Any]] = []
    of_pack: dict[str, tuple[Terms, ...]] = {}
    for store in run(connection, "care/list_stores").mappings():
        windows = list(group.pack_windows(store["store_code"], store["brand"]))
        for index, (pack, first, last) in enumerate(windows):
            if pack not in of_pack:
                of_pack[pack] = terms(policy, pack)
            # A car that was served before the store's first pack is due by what that one says.
            since = first if index else date.min
            rows += _windows(store["store_code"], of_pack[pack], since, last)
    given = json.dumps(rows, ensure_ascii=False)
    queued = run(connection, "service_due/queue_changed_terms", terms=given).rowcount
    run(connection, "service_due/drop_terms", terms=given)
    run(connection, "service_due/keep_terms", terms=given)
    return queued


def _windows(
    store_code: str, found: tuple[Terms, ...], first: date, last: date
) -> Iterator[dict[str, Any]]:
    """Rows of care.service_term for the days on which a store follows a pack."""
    for each in found:
        start, end = max(each.base_from, first), min(each.base_to, last)
        if start <= end:
            days = {"base_from": start.isoformat(), "base_to": end.isoformat()}
            yield {"store_code": store_code, **days, **_row(each)}


def _row(each: Terms) -> dict[str, Any]:
    row: dict[str, Any] = {name: json.loads(each.lines[name].value_json) for name in PLAIN}
    for kind in ("first", "periodic"):
        interval = each.value(kind)
        row |= {f"{kind}_months": interval["calendar_month"], f"{kind}_km": interval["kilometre"]}
    for owner in ("private", "fleet"):
        limits = each.value(f"{owner}_range")
        row |= {f"{owner}_{edge}": str(limits[edge]) for edge in ("least", "most")}
    line_ids = {name: line.line_id for name, line in each.lines.items()}
    return {**row, "lines": line_ids, "digest": each.digest}


def _know_taken(connection: Connection, group: Group) -> Counts:
    run(connection, "service_due/analyze_vehicles")
    run(connection, "service_due/find_visits", time_zone=group.group.time_zone)
    run(connection, "service_due/analyze_visits")
    run(connection, "service_due/find_bases")
    run(connection, "service_due/analyze_bases")
    run(connection, "service_due/find_readings")
    run(connection, "service_due/analyze_readings")
    run(connection, "service_due/find_dues")
    run(connection, "service_due/move_dues")
    dropped = run(connection, "service_due/drop_due").rowcount
    changed = run(connection, "service_due/keep_due").rowcount
    run(connection, "service_due/mark_used_lines")
    return {"changed": changed, "dropped": dropped}
