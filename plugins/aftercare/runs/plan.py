"""What nights would do, found out by the stages themselves in a transaction that is undone.

A rehearsal holds the locks of a night, so a night that begins meanwhile waits for it. Therefore it
does not wait for a night itself, gives way between two nights of a range when somebody waits, and
ends after ``LONGEST_SECONDS`` in any case.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import DBAPIError

from aftercare import connections, warehouse
from aftercare.configuration import read_model
from aftercare.errors import (
    AftercareError,
    BadData,
    ConfigurationError,
    PeriodRefused,
    Retriable,
)
from aftercare.key_registry import as_known
from aftercare.protection import Keyring
from aftercare.reports.plan import Change, Comparison, Plan, PlannedNight, PlannedTask
from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.call_hours import CallHours
from aftercare.rules.festivals import Festivals
from aftercare.rules.policy import Policy
from aftercare.runs.house import Counts, policy, today
from aftercare.settings import Assignments, DraftPolicy, Group, read_group

log = logging.getLogger(__name__)

MOST_AHEAD = 400
"""Days ahead at most: what core does not know yet makes plans of later ones mean little."""
PATIENCE_MS = 2_000
LONGEST_SECONDS = 300
LOCKED, TOO_LONG = "55P03", ("25P04", "57014")
"""SQLSTATEs of a lock that somebody else holds, and of what took too long."""

DRAFT = "draft"
"""The stage as which the comparison of a night is reported."""

ASSIGNMENTS = "assignments.yaml"
"""Beside the packs of a draft: `packs` and `store_packs`, as in the group's settings."""

_FIELDS = tuple(field.name for field in fields(PlannedTask))


def plan_nights(
    first: date, last: date, store_code: str | None = None, folder: Path | None = None
) -> Plan:
    """What the nights from ``first`` to ``last`` would do, by the policy of a folder or our own.

    A folder may give packs to brands and stores, too, in its `ASSIGNMENTS`. Raises PeriodRefused, Retriable
    while a night is at work, PolicyError for a draft that edits a line that was used.
    """
    draft = _draft(folder)
    with _rehearsing(first, last, store_code) as rehearsed:
        return rehearsed.nights(draft)


def compare_nights(
    first: date,
    last: date,
    against: Path,
    store_code: str | None = None,
    folder: Path | None = None,
) -> Comparison:
    """How the policy of a folder, or our own, and that of ``against`` differ in the same nights."""
    draft, other = _draft(folder), _draft(against)
    with _rehearsing(first, last, store_code) as rehearsed:
        return Comparison.of(rehearsed.nights(draft), rehearsed.nights(other))


def compare_draft(day: date, draft: DraftPolicy) -> Counts:
    """Compares last night, whose tasks are not made yet, with the draft of the settings; keeps the counts.

    Nothing is compared for an older night, nor once its tasks are there: both policies would find what
    ours made. A draft keeps no night from its tasks: what goes wrong is told as ``failure``.
    """
    if day != today(read_group()) - ONE_DAY or _is_made(day):
        return {}
    counts: Counts = {"folder": draft.folder, "store": draft.store}
    try:
        found = compare_nights(day, day, draft.path, draft.store)
        counts |= {**found.counts, "against": found.against_digest}
    except AftercareError as problem:
        log.warning("the draft %s was not compared: %s", draft.folder, problem)
        counts["failure"] = str(problem)
    except Exception:  # whatever a draft breaks, the night goes on
        log.exception("the draft %s was not compared", draft.folder)
        counts["failure"] = "see the log of make_tasks"
    with connections.warehouse_engine().begin() as connection:
        warehouse.report(connection, DRAFT, day.isoformat(), counts)
    return counts


def _is_made(day: date) -> bool:
    with connections.warehouse_engine().connect() as connection:
        key = day.isoformat()
        made = warehouse.run(connection, "ops/list_reports", stages=["tasks"], keys=[key])
        return bool(made.all())


def require_draft(draft: DraftPolicy) -> None:
    """Raises ConfigurationError or PolicyError for a draft of the settings that cannot be read."""
    _draft(draft.path)


@dataclass(frozen=True)
class _Draft:
    """A policy, and the group with the packs that follow it."""

    policy: Policy
    group: Group
    digest: str


def _draft(folder: Path | None) -> _Draft:
    group = read_group()
    if folder is None:
        return _Draft(policy(), group, policy().digest)
    if not folder.is_dir():
        raise ConfigurationError("there is no such folder of a draft", file=str(folder))
    wanted, path = Policy.load(folder), folder / ASSIGNMENTS
    if not path.is_file():
        return _Draft(wanted, group, wanted.digest)
    given = read_model(path, Assignments)
    changed = given.in_place_of(group)
    if unknown := sorted(changed.assigned_packs - wanted.packs.keys()):
        raise ConfigurationError(
            f"gives {', '.join(unknown)}, which is no pack of the folder; there are "
            f"{', '.join(sorted(wanted.packs))}",
            file=str(path),
        )
    # Two drafts may differ in nothing but who follows what.
    both = f"{wanted.digest} {given.model_dump_json()}"
    return _Draft(wanted, changed, hashlib.sha256(both.encode()).hexdigest())


@contextmanager
def _rehearsing(first: date, last: date, store_code: str | None) -> Iterator[_Rehearsed]:
    group = read_group()
    now = today(group)
    if last < first:
        raise PeriodRefused(f"{last} is before {first}; give the first night, then the last one")
    if last > now + timedelta(days=MOST_AHEAD):
        raise PeriodRefused(
            f"{last} is more than {MOST_AHEAD} days ahead; what would be due then depends on orders "
            "that are not there yet"
        )
    engine = connections.warehouse_engine()
    last_moment = time.monotonic() + LONGEST_SECONDS
    try:
        with (
            warehouse.at_work(engine, patience=0),
            warehouse.rehearsal(engine) as rehearsal,
        ):
            connection = rehearsal.look()
            warehouse.run(connection, "ops/wait_briefly", milliseconds=PATIENCE_MS)
            warehouse.run(connection, "ops/end_after", milliseconds=int(LONGEST_SECONDS * 1000))
            # Now, and not in the middle: what waits for these locks finds nothing half done.
            warehouse.run(connection, "care/lock_tasks")
            warehouse.run(connection, "merge/lock_core")
            stores = warehouse.run(connection, "care/list_stores").scalars().all()
            if store_code is not None and store_code not in stores:
                raise BadData(f"there is no store {store_code}; stores are {', '.join(stores)}")
            # Read while steps are held back, so that no other key takes over meanwhile.
            ring = as_known(engine, connections.keyring())
            yield _Rehearsed(rehearsal, engine, ring, group, now, first, last, store_code)
    except DBAPIError as problem:
        state = getattr(problem.orig, "sqlstate", None)
        if state == LOCKED:
            raise Retriable(
                "a night or a merge is at work in the warehouse; plan again when it is over"
            ) from None
        # A server that ends a session does not always get to say why.
        is_cut_off = problem.connection_invalidated and time.monotonic() >= last_moment
        if state in TOO_LONG or is_cut_off:
            raise _too_long() from None
        raise


def _too_long() -> Retriable:
    return Retriable(
        f"planning took more than {LONGEST_SECONDS // 60} minutes and was ended, so that no night has to "
        "wait longer for it; plan fewer nights at once"
    )


class _Rehearsed:
    """Nights of a range that are played by one policy after the other."""

    def __init__(
        self,
        rehearsal: warehouse.Rehearsal,
        engine: Engine,
        keyring: Keyring,
        group: Group,
        now: date,
        first: date,
        last: date,
        store_code: str | None,
    ) -> None:
        self._rehearsal = rehearsal
        self._engine = engine
        self._keyring = keyring
        self._group = group
        self._now = now
        self._days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._store_code = store_code
        self._last_try = time.monotonic() + LONGEST_SECONDS

    def nights(self, draft: _Draft) -> Plan:
        """Plays the nights; the next policy finds the warehouse as this one found it."""
        from aftercare.stages.policy import load_policy

        with self._rehearsal.scene():
            load_policy(self._rehearsal.engine, draft.policy)
            known: dict[str, PlannedTask] = {}
            return Plan(draft.digest, [self._night(draft, day, known) for day in self._days])

    def _night(self, draft: _Draft, day: date, known: dict[str, PlannedTask]) -> PlannedNight:
        """Plays a night; ``known`` are tasks as earlier nights left them."""
        from aftercare.stages.people import know_people
        from aftercare.stages.service_due import know_service_due
        from aftercare.stages.tasks import make_tasks

        connection = self._rehearsal.look()
        self._give_way(connection)
        know_people(self._rehearsal.engine, draft.group, day)
        know_service_due(self._rehearsal.engine, draft.group, draft.policy, day)
        last: date | None = warehouse.run(connection, "care/read_horizon").scalar_one()
        make_tasks(
            self._rehearsal.engine,
            self._keyring,
            draft.group,
            draft.policy,
            day,
            max(self._now, day + ONE_DAY),
        )
        rows = (
            warehouse.run(connection, "plan/list_changes", store_code=self._store_code)
            .mappings()
            .all()
        )
        self._read_as_they_stand(
            [
                row["task_key"]
                for row in rows
                if row["old_status"] is not None and row["task_key"] not in known
            ],
            known,
        )
        changes = [
            Change(
                _task(row),
                known.get(row["task_key"]) if row["old_status"] is not None else None,
                row["is_moved"],
                row["is_listed"],
            )
            for row in rows
        ]
        known.update({change.task.task_key: change.task for change in changes})
        horizon = max(day, last or day)
        packs = sorted({each.task.pack for each in changes if each.task.channel == "phone"})
        work_day, festivals = day + ONE_DAY, Festivals.load(horizon)
        hours = {
            pack: CallHours.of(draft.policy, pack, work_day).on(work_day, festivals)
            for pack in packs
        }
        provisional = self._provisional(day, horizon, changes)
        return PlannedNight(day, horizon, changes, provisional, hours)

    def _provisional(self, day: date, horizon: date, changes: list[Change]) -> list[int]:
        """Years of the night's work and of its tasks' dates whose holidays nobody announced until then.

        Only stores whose calendar keeps the holidays depend on that.
        """
        calendars = self._group.calendars
        keeping = {name for name, calendar in calendars.items() if calendar.holidays}
        asked = {self._group.calendar_of(self._store_code)} if self._store_code else keeping
        days = {day + ONE_DAY} if asked & keeping else set()
        for task in (change.task for change in changes):
            if self._group.calendar_of(task.store_code) in keeping:
                days |= {task.open_on, task.due_on, task.deadline_on}
        festivals = Festivals.load(horizon)
        return sorted({each.year for each in days if festivals.is_provisional(each)})

    def _give_way(self, connection: Connection) -> None:
        """Ends the rehearsal where a night waits for it, or where it takes too long."""
        if warehouse.run(connection, "plan/is_awaited").scalar_one():
            raise Retriable(
                "a night or a merge has begun and waits for this plan, which was ended; plan again "
                "when it is over"
            )
        if time.monotonic() > self._last_try:
            raise _too_long()

    def _read_as_they_stand(self, keys: list[str], known: dict[str, PlannedTask]) -> None:
        """Tasks before the rehearsal, as everybody else sees them."""
        if keys:
            with self._engine.connect() as outside:
                rows = warehouse.run(outside, "plan/list_tasks", task_keys=keys).mappings()
                known.update({row["task_key"]: _task(row) for row in rows})


def _task(row: RowMapping) -> PlannedTask:
    return PlannedTask(**{name: row[name] for name in _FIELDS})
