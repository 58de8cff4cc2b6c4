"""Sweep: documents that a dealer system does not hold any more, which no cursor shows.

Once a week the keys of what changed lately are read and compared with core. A document that is
missing is marked as vanished, and the next tasks stage withdraws what hung on it; one that is there
again, or that a later load reads, counts again. A sweep of a day says what was so after that day:
the newest one counts, whenever it is run, and documents that a later day's load brought are not
its business. Its keys are kept, for loads that were read before them and are merged after.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from aftercare.errors import AftercareError, BadData, SystemUnreachable
from aftercare.protection import Keyring
from aftercare.settings import Group
from aftercare.sources.batches import Address, Window
from aftercare.sources.canonical import Translator
from aftercare.sources.dealer_system import SqlFeedMap, SqlSystem
from aftercare.sources.feeds import FEEDS
from aftercare.sources.sql import read_keys
from aftercare.sources.staging import copy_keys
from aftercare.warehouse import report, run

log = logging.getLogger(__name__)

DOCUMENT_FEEDS = (
    "sales_order",
    "repair_order",
    "complaint",
    "insurance_policy",
    "lead",
    "booking",
)
"""Feeds whose rows are a store's documents: their key is the store and a number. What a customer
said (consents, preferences, referrals) is not unsaid by deleting it."""
VEHICLE_FEEDS = DOCUMENT_FEEDS[:2]
FEW = 5
"""As many may always be deleted in a week, whatever share of a small store's documents that is."""


def sweep(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    system: SqlSystem,
    connection: Address,
    feed: str,
    day: date,
    is_asked_for: bool = False,
    most_lost: Decimal | None = None,
) -> dict[str, Any]:
    """Marks a feed's documents that the system does not hold after ``day``; nothing when none is due.

    A sweep is due in the night of the mapping's weekday and, until one is done, in those after it;
    ``is_asked_for`` makes one whatever the day. ``most_lost`` is the share that may be lost instead
    of the mapping's. Counts: ``keys`` read, documents ``judged``, ``vanished``, ``returned``; empty
    where no sweep is due or a later day's was done.

    Raises BadData where more documents are missing than may be, and what reading the system raises;
    then nothing is marked.
    """
    mapped = system.feeds.get(feed)
    since = day if is_asked_for else system.sweep.due_since(day)
    if mapped is None or not mapped.cursor or feed not in DOCUMENT_FEEDS or since is None:
        return {}
    named = {"system": system.system, "feed": feed, "day": day}
    with engine.begin() as opened:
        known = run(opened, "sweep/find_sweeps", **named, since=since).one()
        if known.later_day is not None or known.this_week is not None:
            return {}
        sweep_id: int = run(opened, "sweep/open_sweep", **named).scalar_one()
    window = Window(day, system.lag_days, group.time_zone)
    judged_since = window.midnight(day - timedelta(days=system.sweep.days))
    made = _Sweep(group, system, mapped, feed, day, sweep_id, judged_since)
    translator = Translator(system, FEEDS[feed], keyring, window.end)
    try:
        with engine.begin() as opened:
            read = made.read_keys(opened, connection, translator)
            return made.judge(opened, read, most_lost or system.sweep.most_lost)
    except AftercareError as problem:
        _fail(engine, sweep_id, problem)
        raise
    except SQLAlchemyError as problem:
        broken = SystemUnreachable(
            f"the warehouse broke off while {system.system}/{feed} was swept ({type(problem).__name__})"
        )
        _fail(engine, sweep_id, broken)
        raise broken from None


def judge_again(engine: Engine, group: Group, system: SqlSystem, feed: str) -> dict[str, Any]:
    """Marks what was merged since a feed's newest sweep by the keys that it read.

    So a load that is late, or a row that is released, ends as if it had come before. Counts:
    documents ``vanished`` and ``returned`` by that; empty where there are none.

    Raises BadData where more are missing than may be; then nothing is marked, and the sweep counts as
    failed, so that the next night sweeps.
    """
    mapped = system.feeds.get(feed)
    if mapped is None or feed not in DOCUMENT_FEEDS:
        return {}
    named = {"system": system.system, "feed": feed}
    try:
        with engine.begin() as connection:
            run(connection, "merge/lock_core")
            kept = run(connection, "sweep/find_kept_keys", **named).one_or_none()
            if kept is None:
                return {}
            made = _Sweep(
                group, system, mapped, feed, kept.business_day, kept.sweep_id, kept.changed_since
            )
            return made.judge_rest(connection, kept.keys, system.sweep.most_lost)
    except BadData as problem:
        with engine.begin() as connection:
            run(connection, "sweep/doubt_sweep", sweep_id=made.sweep_id, failure=str(problem))
        raise


def _fail(engine: Engine, sweep_id: int, problem: AftercareError) -> None:
    # The failure itself is what must be seen, even where the warehouse is what failed.
    with suppress(SQLAlchemyError), engine.begin() as connection:
        run(connection, "sweep/fail_sweep", sweep_id=sweep_id, failure=str(problem))


class _Sweep:
    """One sweep of one feed."""

    def __init__(
        self,
        group: Group,
        system: SqlSystem,
        mapped: SqlFeedMap,
        feed: str,
        day: date,
        sweep_id: int,
        judged_since: datetime,
    ) -> None:
        self._system, self._mapped, self._feed, self._day = system, mapped, feed, day
        self.sweep_id, self._zone, self._judged_since = (
            sweep_id,
            group.group.time_zone,
            judged_since,
        )
        self._loads: list[int] = []

    def read_keys(self, connection: Connection, address: Address, translator: Translator) -> int:
        """Reads the keys from the system and keeps them; returns their number."""
        run(connection, "sweep/forget_keys", sweep_id=self.sweep_id)
        # A row that was put back may be a version of some days before the one we know.
        since = self._judged_since - timedelta(days=self._system.lag_days)
        batches = read_keys(self._system, self._feed, address, since)
        keys = (key for batch in batches for key in translator.keys(batch))
        count = copy_keys(connection, self.sweep_id, keys)
        run(connection, "sweep/analyze_keys")
        run(connection, "merge/lock_core")
        return count

    def judge(self, connection: Connection, keys: int, most_lost: Decimal) -> dict[str, Any]:
        """Compares, marks and reports."""
        counts = self._compare(connection, keys, most_lost)
        run(
            connection,
            "sweep/finish_sweep",
            sweep_id=self.sweep_id,
            changed_since=self._judged_since,
            **counts,
        )
        self._report(connection, counts)
        return counts

    def judge_rest(self, connection: Connection, keys: int, most_lost: Decimal) -> dict[str, Any]:
        """Compares what was merged since with the keys, and adds what is found."""
        found = self._compare(connection, keys, most_lost)
        if not found["vanished"] and not found["returned"]:
            return {}
        named = {name: found[name] for name in ("judged", "vanished", "returned")}
        total = run(connection, "sweep/add_findings", sweep_id=self.sweep_id, **named).one()
        self._report(connection, total._asdict())
        return {name: found[name] for name in ("vanished", "returned")}

    def _compare(self, connection: Connection, keys: int, most_lost: Decimal) -> dict[str, Any]:
        # What was read while the keys were, or after them, may have come after them.
        self._loads = list(
            run(connection, "sweep/list_read_loads", sweep_id=self.sweep_id).scalars()
        )
        counts: dict[str, int] = {"keys": keys}
        counts |= connection.execute(self._counting()).one()._asdict()
        self._refuse(counts, most_lost)
        if counts["vanished"] or counts["returned"]:
            found = [self._mark(connection, is_gone) for is_gone in (True, False)]
            self._refresh_vehicles(connection, {vin for vins in found for vin in vins})
        return counts

    def _report(self, connection: Connection, counts: dict[str, Any]) -> None:
        part = f"{self._system.system}/{self._feed}"
        report(connection, "sweep", str(self._day), counts, part)
        log.info("%s of %s swept: %s", part, self._day, counts)

    def _refuse(self, counts: dict[str, int], most_lost: Decimal) -> None:
        judged, vanished = counts["judged"], counts["vanished"]
        are_few = vanished <= FEW and counts["keys"] > 0
        if are_few or vanished <= judged * most_lost:
            return
        raise BadData(
            f"{self._system.system}/{self._feed} of {self._day}: {vanished} of {judged} documents are "
            f"not in {self._mapped.table} any more, and at most {most_lost:%} may be; nothing was "
            "withdrawn. Was the table emptied, or its key or mapping changed? If they were deleted, run "
            f"aftercare sweep {self._day} --system {self._system.system} --most-lost 1"
        )

    def _core(self) -> sa.TableClause:
        names = ("version_at", "version_day", "vanished_day", "is_vanished", "load_id")
        vin = ("vin",) if self._feed in VEHICLE_FEEDS else ()
        return _table("core", self._feed, *FEEDS[self._feed].key, *names, *vin)

    def _is_there(self, core: sa.TableClause) -> sa.Exists:
        keys = _table("staging", "swept_key", "sweep_id", "store_code", "document_no")
        store, number = (core.c[name] for name in FEEDS[self._feed].key)
        return sa.exists().where(
            keys.c.sweep_id == self.sweep_id,
            keys.c.store_code == store,
            keys.c.document_no == number,
        )

    def _is_judged(self, core: sa.TableClause) -> sa.ColumnElement[bool]:
        """Documents of this system that must be among the keys, unless they were deleted."""
        loads = sa.literal(self._loads, postgresql.ARRAY(sa.BigInteger))
        return sa.and_(
            core.c.version_at >= sa.literal(self._judged_since),
            core.c.version_day <= sa.literal(self._day),
            core.c.load_id == sa.any_(loads),
        )

    def _counting(self) -> sa.Select[int, int, int]:
        core = self._core()
        seen = (
            sa.select(core.c.is_vanished, self._is_there(core).label("is_there"))
            .where(self._is_judged(core))
            .subquery()
        )
        count, gone = sa.func.count(), seen.c.is_vanished
        return sa.select(
            count.filter(~gone).label("judged"),
            count.filter(~gone, ~seen.c.is_there).label("vanished"),
            count.filter(gone, seen.c.is_there).label("returned"),
        )

    def _mark(self, connection: Connection, is_gone: bool) -> list[str]:
        """Marks documents as gone, or takes the mark off; returns the vehicles they name."""
        core = self._core()
        is_there = self._is_there(core)
        news = ~core.c.is_vanished & ~is_there if is_gone else core.c.is_vanished & is_there
        store, number = (core.c[name] for name in FEEDS[self._feed].key)
        vin = core.c.vin if self._feed in VEHICLE_FEEDS else sa.null()
        marked = (
            sa.update(core)
            .values(vanished_day=sa.literal(self._day) if is_gone else sa.null())
            .where(self._is_judged(core), news)
            .returning(store, number, vin.label("vin"))
        )
        found = connection.execute(marked).all()
        run(
            connection,
            "sweep/keep_findings",
            sweep_id=self.sweep_id,
            is_gone=is_gone,
            store_codes=[row[0] for row in found],
            document_nos=[row[1] for row in found],
        )
        return [row.vin for row in found if row.vin is not None]

    def _refresh_vehicles(self, connection: Connection, vins: set[str]) -> None:
        if not vins:
            return
        # No load brought what was found; the feed may have none that is merged.
        run(
            connection,
            "merge/refresh_vehicles",
            load_id=None,
            time_zone=self._zone,
            vins_besides=sorted(vins),
        )


def _table(schema: str, name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns), schema=schema)
