"""Push: what the outbox intends and the target does not hold yet.

A message is claimed and the claim committed before the target is called, so a process that is
killed leaves behind what it may have sent as `unknown`, and never as not sent. What is sent is
rendered at that moment from care and core; what the target already acknowledged is not sent.

Messages to customers leave one by one, each committed as claimed before and as said after it, and
only within the hours of their store: of a process that is killed one message at most is in doubt.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping
from sqlalchemy.exc import IntegrityError

from aftercare import warehouse
from aftercare.errors import AftercareError, ConfigurationError, SystemUnreachable
from aftercare.protection import Keyring
from aftercare.rules.festivals import open_days
from aftercare.rules.message_hours import may_send
from aftercare.rules.policy import Policy
from aftercare.settings import Group
from aftercare.targets.outbox import Key, Outbox, Work
from aftercare.targets.protocol import ListTarget, MessageTarget, Outcome, Record, Target

LOCK_CLASS = 5107
"""First half of the advisory locks that living senders hold; see revive_stale_messages.sql."""

LIST_BATCH = 2000
"""Messages claimed at once for a target of whole lists: a store's list is made once a batch."""

PATIENCE = 2
"""Batches that come back as `retry`, or messages that end in doubt, one after the other until the
target is left alone."""

WAITING = ("pending", "retry", "unknown")
ENDS = ("sent", "unchanged", "rejected", "retry", "unknown", "expired")


def push(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    target: Target | ListTarget | MessageTarget,
    day: date,
    today: date,
    policy: Policy,
    now: Callable[[], datetime] | None = None,
) -> dict[str, Any]:
    """Sends to a target what differs from what it acknowledged; safe to kill and to run twice.

    Counts: `due` task messages of the work day = `sent` + `unchanged` + `rejected` + `retry` +
    `unknown` + `expired` + `waiting`; `rejected_by` reason; `withdrawn` of the day; and of this
    run alone `changed`, the records that the target took, and `lists`, the lists written.

    A target of messages needs `now`, the moment in the group's time zone: what may not be sent at that
    hour by `policy` waits.

    Raises SystemUnreachable, after the report was kept, where the target took nothing at all, and
    what the target raises where it is not what its mapping says.
    """
    says_once = isinstance(target, MessageTarget)
    outbox = Outbox(
        target.name,
        keyring,
        policy,
        group.group.language,
        today,
        has_contacts=not says_once and not isinstance(target, ListTarget),
        says_once=says_once,
    )
    # A list that is written late is for the day on which somebody can still work on it.
    sender = _Sender(engine, target, outbox, max(day + timedelta(days=1), today))
    if isinstance(target, MessageTarget):
        # A check that fails would leave what was claimed in doubt; a gateway says what is wrong when
        # the first message is sent.
        sender.checked = True
        sender.stores_now = _hours(engine, group, policy, now, today)
    try:
        with engine.begin() as connection:
            revive = {"target": target.name, "lock_class": LOCK_CLASS}
            warehouse.run(connection, "outbound/revive_stale_messages", **revive)
            warehouse.run(connection, "outbound/supersede_messages", target=target.name)
        # Each message is tried once; what stayed unknown is settled by sending it again.
        for states in (WAITING, ("unknown", "pending")):
            with _claimer(engine) as claimer:
                sender.send_all(claimer, states)
        sender.publish_remaining()
    finally:
        counts = _report(engine, sender, day)
    if isinstance(target, MessageTarget) and target.stopped:
        raise ConfigurationError(target.stopped)
    if sender.outcomes and set(sender.outcomes) == {"retry"}:
        why = f" ({sender.reason})" if sender.reason else ""
        raise SystemUnreachable(
            f"{target.name} takes nothing at the moment{why}; what waits is sent by the next push",
            sender.retry_after,
        )
    return counts


def _hours(
    engine: Engine,
    group: Group,
    policy: Policy,
    now: Callable[[], datetime] | None,
    today: date,
) -> Callable[[], list[str]]:
    """Asks which stores may send messages at this moment."""
    if now is None:
        raise ConfigurationError("messages are sent by the clock; give push one")
    with engine.connect() as connection:
        stores = warehouse.run(connection, "care/list_stores").all()
    calendars = open_days(group, today)

    def stores_now() -> list[str]:
        moment = now()
        found = []
        for store in stores:
            try:
                pack = group.pack_of(store.store_code, store.brand, moment.date())
            except ConfigurationError:
                continue
            days = calendars[group.calendar_of(store.store_code)]
            if may_send(policy, pack, moment, days):
                found.append(store.store_code)
        return found

    return stores_now


@contextmanager
def _claimer(engine: Engine) -> Iterator[str]:
    """A number to claim with; the database holds its lock for as long as this process lives."""
    lock = {"lock_class": LOCK_CLASS, "number": secrets.randbelow(2**31)}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "outbound/hold_lock", **lock)
        try:
            yield str(lock["number"])
        finally:
            warehouse.run(connection, "outbound/drop_lock", **lock)


@dataclass
class _Sender:
    """One run against one target, and what came of it."""

    engine: Engine
    target: Target | ListTarget | MessageTarget
    outbox: Outbox
    work_day: date
    stores_now: Callable[[], list[str]] | None = None
    changed: int = 0
    lists: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused_batches: int = 0
    retry_after: float | None = None
    reason: str | None = None
    checked: bool = False
    published: set[str] = field(default_factory=set)
    shown: Mapping[str, str] | None = None

    def send_all(self, claimer: str, states: Sequence[str]) -> None:
        """Claims and sends batch by batch until nothing is left or the target takes nothing."""
        target = self.target
        if isinstance(target, ListTarget):
            size = LIST_BATCH
        else:
            size = 1 if isinstance(target, MessageTarget) else target.capabilities.batch_size
        self.shown = None
        while self.refused_batches < PATIENCE:
            batch = self._claim(claimer, states, size)
            if not batch:
                return
            work = self._prepare(claimer, batch)
            if work.records or work.withdrawals:
                self._check()
            if isinstance(target, ListTarget):
                outcomes = self._publish_stores(target, work)
            elif isinstance(target, MessageTarget):
                outcomes = self._say(target, work)
            else:
                outcomes = self._call(target, work)
            self._record(claimer, work, outcomes)

    def _prepare(self, claimer: str, batch: Sequence[RowMapping]) -> Work:
        """What the batch means; a message that cannot be put into words is not in doubt."""
        try:
            with self.engine.connect() as connection:
                return self.outbox.prepare(connection, batch)
        except AftercareError:
            if self.outbox.says_once:
                keys: list[Key] = [(m["entity"], m["external_key"]) for m in batch]
                untold = Work(dict(zip(keys, batch, strict=True)))
                for key in keys:
                    untold.settle(key, "retry", "not put into words")
                self._record(claimer, untold, {})
            raise

    def publish_remaining(self) -> None:
        """Gives each other store with open tasks its list of the work day."""
        if not isinstance(self.target, ListTarget):
            return
        with self.engine.connect() as connection:
            found = warehouse.run(connection, "outbound/list_open_stores", target=self.target.name)
            remaining = [row.store_code for row in found if row.store_code not in self.published]
        problem = None
        for store in remaining:
            try:
                self._publish(self.target, store)
            except SystemUnreachable as raised:
                problem = raised
        if problem:
            raise problem

    def _claim(self, claimer: str, states: Sequence[str], size: int) -> Sequence[RowMapping]:
        ask_after = 0.0
        if isinstance(self.target, MessageTarget):
            ask_after = self.target.ask_after_seconds
            if not self.target.can_ask:
                states = [state for state in states if state != "unknown"]
        while True:
            stores = self.stores_now() if self.stores_now else None
            try:
                with self.engine.begin() as connection:
                    claimed = warehouse.run(
                        connection,
                        "outbound/claim_messages",
                        target=self.target.name,
                        claimer=claimer,
                        states=list(states),
                        batch_size=size,
                        store_codes=stores,
                        ask_after=ask_after,
                    )
                    return claimed.mappings().all()
            except IntegrityError:
                # Another sender took one of these keys a moment ago; the next look sees its claim.
                continue

    def _check(self) -> None:
        if not self.checked:
            self.target.check()
            self.checked = True

    def _call(self, target: Target, work: Work) -> dict[Key, Outcome]:
        records = [self._looked_up(target, record) for record in work.records.values()]
        sent = target.upsert(records) if records else ()
        withdrawn = target.withdraw(list(work.withdrawals.values())) if work.withdrawals else ()
        return dict(zip(work.records, sent, strict=True)) | dict(
            zip(work.withdrawals, withdrawn, strict=True)
        )

    def _looked_up(self, target: Target, record: Record) -> Record:
        """The record with the id under which a target without upsert may already hold it."""
        if target.capabilities.native_upsert or record.crm_id or record.entity == "contact":
            return record
        if self.shown is None:
            self.shown = {task.key: task.crm_id for task in target.open_tasks()}
        return replace(record, crm_id=self.shown.get(record.key))

    @staticmethod
    def _say(target: MessageTarget, work: Work) -> dict[Key, Outcome]:
        outcomes = {}
        for key, record in work.records.items():
            known = target.ask(record) if key in work.doubtful else None
            outcomes[key] = known or target.send(record)
        return outcomes

    def _publish_stores(self, target: ListTarget, work: Work) -> dict[Key, Outcome]:
        answers: dict[str, Outcome] = {}
        for store in work.stores:
            try:
                self._publish(target, store)
                answers[store] = Outcome(store, "sent")
            except SystemUnreachable as problem:
                answers[store] = Outcome(store, "retry", None, str(problem), problem.retry_after)
        changing = [*work.records, *work.withdrawals]
        return {key: answers[work.messages[key]["store_code"]] for key in changing}

    def _publish(self, target: ListTarget, store: str) -> None:
        with self.engine.begin() as connection:
            warehouse.run(connection, "outbound/lock_list", target=target.name, store_code=store)
            tasks = self.outbox.open_list(connection, store, self.work_day)
            self.lists += target.publish(store, self.work_day, tasks)
        self.published.add(store)

    def _record(self, claimer: str, work: Work, outcomes: Mapping[Key, Outcome]) -> None:
        """Keeps each message's end, and what the target acknowledged, in one transaction."""
        ends = dict(work.settled)
        acknowledged = []
        for key, outcome in outcomes.items():
            ends[key] = (outcome.state, outcome.reason)
            self.outcomes[outcome.state] += 1
            self.retry_after = outcome.retry_after or self.retry_after
            self.reason = outcome.reason or self.reason
        for key, (state, _) in ends.items():
            if key in work.digests and state in ("sent", "unchanged"):
                digest, version = work.digests[key]
                acknowledged.append(
                    {
                        "target": self.target.name,
                        "entity": key[0],
                        "external_key": key[1],
                        "crm_id": outcomes[key].crm_id if key in outcomes else None,
                        "acknowledged_hash": digest,
                        "acknowledged_version": version,
                        "is_withdrawn": key in work.withdrawals,
                    }
                )
        finished = [
            {
                "message_id": work.messages[key]["message_id"],
                "state": state,
                "reason": reason,
                "claimer": claimer,
            }
            for key, (state, reason) in ends.items()
            if key in work.messages
        ]
        with self.engine.begin() as connection:
            if acknowledged:
                connection.execute(warehouse.statement("outbound/acknowledge"), acknowledged)
            connection.execute(warehouse.statement("outbound/finish_message"), finished)
        states = [outcome.state for outcome in outcomes.values()]
        self.changed += states.count("sent")
        in_vain = {"retry", "unknown"} if self.outbox.says_once else {"retry"}
        is_refused = bool(states) and set(states) <= in_vain
        self.refused_batches = self.refused_batches + 1 if is_refused else 0


def _report(engine: Engine, sender: _Sender, day: date) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    rejected_by: Counter[str] = Counter()
    name = sender.target.name
    with engine.begin() as connection:
        for row in warehouse.run(
            connection, "outbound/count_messages", target=name, work_day=day + timedelta(days=1)
        ):
            if row.action == "withdraw":
                counts["withdrawn"] += row.messages if row.state in ("sent", "unchanged") else 0
                continue
            if row.state != "superseded":
                counts["due"] += row.messages
                counts[row.state if row.state in ENDS else "waiting"] += row.messages
            if row.state == "rejected":
                rejected_by[row.reason or ""] += row.messages
        kept: dict[str, Any] = {
            **{key: counts[key] for key in ("due", *ENDS, "waiting", "withdrawn")},
            "rejected_by": dict(rejected_by),
            "changed": sender.changed,
            "lists": sender.lists,
        }
        warehouse.report(connection, "push", day.isoformat(), kept, part=name)
    return kept
