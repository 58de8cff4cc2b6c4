"""One run against one target: what is claimed, sent, and kept of what became of it.

A message is claimed and the claim committed before the target is called, so a process that is
killed leaves behind what it may have sent as `unknown`, and never as not sent.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import IntegrityError

from aftercare import warehouse
from aftercare.errors import SystemUnreachable
from aftercare.protection import Keyring
from aftercare.settings import Delivery
from aftercare.targets.batches import Batches
from aftercare.targets.guards import Stop, rejected_stop
from aftercare.targets.outbox import Ends, Outbox, Work
from aftercare.targets.protocol import ListTarget, MessageTarget, Outcome, Target
from aftercare.targets.refused import kept_fields
from aftercare.targets.said import Key
from aftercare.targets.winners import field_hash

LOCK_CLASS = 5107
"""First half of the advisory locks that living senders hold; see revive_stale_messages.sql."""

REHEARSALS = 5111
"""First half of the lock of a target that senders share and a rehearsed push has alone."""

LIST_BATCH = 2000
"""Messages claimed at once for a target of whole lists: a store's list is made once a batch."""

WAITING = ("pending", "retry", "unknown")
"""States of messages that are still to be sent."""

REFUSED = ("rejected", "unknown")
"""Ends of which people want to see what was said."""

PATIENCE = 2
"""Batches that come back as `retry`, or messages that end in doubt, one after the other until the
target is left alone."""


@contextmanager
def claimer(engine: Engine, target: str) -> Iterator[str]:
    """A number to claim with; the database holds its lock for as long as this process lives.

    What a rehearsal claims nobody else sees, so nobody has to know that it lives.
    """
    number = secrets.randbelow(2**31)
    if _is_rehearsed(engine):
        yield str(number)
        return
    locks = {
        "lock_class": LOCK_CLASS,
        "number": number,
        "rehearsals": REHEARSALS,
        "target": target,
    }
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "outbound/hold_claims", **locks)
        try:
            yield str(number)
        finally:
            warehouse.run(connection, "outbound/drop_claims", **locks)


def _is_rehearsed(engine: Engine) -> bool:
    """Whether there is one connection for everything."""
    return isinstance(cast(object, engine), warehouse.Rehearsal)


@dataclass
class Sender:
    """One run against one target, and what came of it. Without ``guarded`` no share of rejected
    messages stops it. `complaint_stores` have lists for their complaints alone, too."""

    engine: Engine
    target: Target | ListTarget | MessageTarget
    outbox: Outbox
    work_day: date
    delivery: Delivery
    guarded: bool = True
    stores_now: Callable[[], list[str]] | None = None
    complaint_stores: Sequence[str] = ()
    changed: int = 0
    created: int = 0
    withdrawn: int = 0
    retried: int = 0
    unchanged: int = 0
    rejected_by: Counter[str] = field(default_factory=Counter)
    in_doubt: set[Key] = field(default_factory=set)
    conflicts: int = 0
    lists: int = 0
    stop: Stop | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    refused: dict[str, set[int]] = field(default_factory=dict)
    refused_batches: int = 0
    doubtful_batches: int = 0
    retry_after: float | None = None
    reason: str | None = None
    checked: bool = False
    published: set[str] = field(default_factory=set)

    def send_all(self, claimer: str, states: Sequence[str], least: bool = False) -> None:
        """Claims and sends batch by batch until nothing is left or the target takes nothing.

        What was never tried goes first, so that what always fails holds up nothing. With ``least`` the
        batches of what was tried are small: of one that ended in doubt a single record may be to blame.
        """
        self.doubtful_batches = 0
        target = self.target
        if isinstance(target, ListTarget):
            size = LIST_BATCH
        else:
            size = 1 if isinstance(target, MessageTarget) else target.capabilities.batch_size
        again = max(1, min(size // 20, self._doubtful() // 4)) if least else size
        with Batches(
            lambda: self._take(claimer, states, size, again),
            lambda work, ends: self._keep(claimer, work, ends),
            lambda work: self._put_back(claimer, work.messages.values()),
            ahead=isinstance(target, Target) and not _is_rehearsed(self.engine),
        ) as batches:
            while not self.is_left_alone and (work := batches.next()):
                self._check(claimer, work)
                if isinstance(target, ListTarget):
                    outcomes = self._publish_stores(target, work)
                elif isinstance(target, MessageTarget):
                    outcomes = self._say(target, work)
                else:
                    outcomes = self._call(target, work)
                self._note(work, outcomes)
                batches.keep(work, outcomes)
                if self.guarded:
                    self.stop = rejected_stop(self.outcomes, self.delivery)

    def wait_until_settled(self) -> None:
        """Waits until what is in doubt can be looked up: a target may still be at work on it."""
        is_given_up = self.refused_batches >= PATIENCE or self.stop
        if not self.settle_seconds or is_given_up or _is_rehearsed(self.engine):
            return
        with self.engine.begin() as connection:
            doubt = warehouse.run(connection, "outbound/read_doubt", **self._doubt()).one()
        if doubt.seconds is not None:
            time.sleep(max(0.0, self.settle_seconds - float(doubt.seconds)))

    def _take(self, claimer: str, states: Sequence[str], size: int, again: int) -> Work | None:
        """The next batch and what it means; None where there is none."""
        batch = self._claim(claimer, states, size, again)
        if not batch:
            return None
        try:
            with self.engine.begin() as connection:
                return self.outbox.prepare(connection, batch)
        except Exception:
            # What cannot be put into words was not sent.
            self._put_back(claimer, batch)
            raise

    def _put_back(self, claimer: str, batch: Iterable[RowMapping]) -> None:
        """Claimed and not sent is as it was before."""
        messages = list(batch)
        with self.engine.begin() as connection:
            warehouse.run(
                connection,
                "outbound/put_back_messages",
                claimer=claimer,
                message_ids=[message["message_id"] for message in messages],
                states=[message["was"] for message in messages],
            )

    def publish_remaining(self) -> None:
        """Gives each other store with open tasks or complaints its list of the work day."""
        if not isinstance(self.target, ListTarget):
            return
        with self.engine.begin() as connection:
            found = warehouse.run(
                connection,
                "outbound/list_open_stores",
                target=self.target.name,
                store_codes=list(self.complaint_stores),
            )
            remaining = [row.store_code for row in found if row.store_code not in self.published]
        problem = None
        for store in remaining:
            try:
                self._publish(self.target, store)
            except SystemUnreachable as raised:
                problem = raised
        if problem:
            raise problem

    def _doubtful(self) -> int:
        """How many messages are in doubt."""
        with self.engine.begin() as connection:
            found = warehouse.run(connection, "outbound/read_doubt", **self._doubt()).one()
            return int(found.messages)

    def _doubt(self) -> dict[str, Any]:
        """What is asked about doubts: a target that keeps a key once need not wait for its own."""
        is_once = isinstance(self.target, Target) and self.target.capabilities.native_upsert
        return {"target": self.target.name, "waits_for_own": not is_once}

    def _claim(
        self, claimer: str, states: Sequence[str], size: int, again: int
    ) -> Sequence[RowMapping]:
        """Up to ``size`` messages that were never tried, or up to ``again`` that were: in the order of
        the states, of those that there are first."""
        tried = [state for state in states if state != "pending"]
        kinds = [(["pending"], size), (tried, again)]
        for wanted, most in kinds if states[0] == "pending" else reversed(kinds):
            batch = self._claim_in(claimer, wanted, most) if {*wanted} <= {*states} else ()
            if batch:
                return batch
        return ()

    def _claim_in(self, claimer: str, states: Sequence[str], size: int) -> Sequence[RowMapping]:
        ask_after = 0.0
        if isinstance(self.target, Target) and not self.target.capabilities.native_upsert:
            ask_after = self.settle_seconds
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
                        settles=self.settle_seconds,
                    )
                    return claimed.mappings().all()
            except IntegrityError:
                # Another sender took one of these keys a moment ago; the next look sees its claim.
                continue

    def _check(self, claimer: str, work: Work) -> None:
        """Before the first message that is sent; where the target is not as it should be, none is in doubt."""
        if self.checked or not (work.records or work.withdrawals):
            return
        try:
            self.target.check()
        except Exception:
            self._put_back(claimer, work.messages.values())
            raise
        self.checked = True

    def _call(self, target: Target, work: Work) -> dict[Key, Outcome]:
        records = list(work.records.values())
        work.tried |= {*work.records, *work.withdrawals}
        sent = target.upsert(records) if records else ()
        withdrawn = target.withdraw(list(work.withdrawals.values())) if work.withdrawals else ()
        return dict(zip(work.records, sent, strict=True)) | dict(
            zip(work.withdrawals, withdrawn, strict=True)
        )

    @staticmethod
    def _say(target: MessageTarget, work: Work) -> dict[Key, Outcome]:
        outcomes = {}
        for key, record in work.records.items():
            known = target.ask(record) if key in work.doubtful else None
            if known is None:
                work.tried.add(key)
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
            records = self.outbox.open_list(connection, store, self.work_day)
            self.lists += target.publish(store, self.work_day, records)
        self.published.add(store)

    def _note(self, work: Work, outcomes: Ends) -> None:
        """Counts a batch, and whether the target takes anything at all."""
        for key, (state, reason) in work.settled.items():
            # Where contacts are no records of their own, theirs say nothing.
            if key[0] != "contact" or self.outbox.has_contacts:
                self._end(key, state, reason)
        for key, outcome in outcomes.items():
            self._count(key, outcome, work)
            self.retry_after = outcome.retry_after or self.retry_after
            self.reason = outcome.reason or self.reason
        states = [outcome.state for outcome in outcomes.values()]
        self.changed += states.count("sent")
        is_refused = bool(states) and set(states) <= {"retry", "unknown"}
        if not is_refused:
            self.refused_batches = self.doubtful_batches = 0
        elif "unknown" in states and not self.outbox.says_once:
            # One record may be to blame, so the next pass begins with patience.
            self.doubtful_batches += 1
        else:
            self.refused_batches += 1

    @property
    def is_left_alone(self) -> bool:
        """Whether the target takes nothing, or was stopped."""
        return self.refused_batches + self.doubtful_batches >= PATIENCE or self.stop is not None

    def _keep(self, claimer: str, work: Work, outcomes: Ends) -> None:
        """Keeps each message's end, and what the target acknowledged, in one transaction."""
        ends: dict[Key, tuple[str, str | None]] = work.settled | {
            key: (outcome.state, outcome.reason) for key, outcome in outcomes.items()
        }
        taken = [
            key for key in work.digests if key in ends and ends[key][0] in ("sent", "unchanged")
        ]
        finished = [key for key in ends if key in work.messages]
        with self.engine.begin() as connection:
            if taken:
                warehouse.run(
                    connection,
                    "outbound/acknowledge",
                    target=self.target.name,
                    taken=json.dumps(
                        [_acknowledged(key, work, outcomes, self.outbox.keyring) for key in taken]
                    ),
                )
            self._keep_winners(connection, outcomes, work)
            warehouse.run(
                connection,
                "outbound/finish_messages",
                claimer=claimer,
                mapping_digest=self.mapping_digest,
                keeps_doubt=not self.outbox.says_once,
                tried=[work.messages[key]["message_id"] for key in finished if key in work.tried],
                message_ids=[work.messages[key]["message_id"] for key in finished],
                states=[ends[key][0] for key in finished],
                reasons=[ends[key][1] for key in finished],
                refused_hashes=[
                    work.digests[key][0].hex()
                    if ends[key][0] == "rejected" and key in work.records
                    else None
                    for key in finished
                ],
                refused_fields=[
                    kept_fields(work.records[key].fields)
                    if ends[key][0] in REFUSED and key in work.records
                    else None
                    for key in finished
                ],
            )

    def _keep_winners(self, connection: Connection, outcomes: Ends, work: Work) -> None:
        """Keeps of the fields that staff change, too, what the target took and which side won."""
        sent = {key: outcome for key, outcome in outcomes.items() if outcome.state == "sent"}
        target = self.target.name
        fields = [
            {
                "entity": entity,
                "external_key": key,
                "version": work.digests[entity, key][1],
                "field": name,
                "value_hash": field_hash(
                    self.outbox.keyring, (target, entity, key), name, value
                ).hex(),
            }
            for (entity, key), outcome in sent.items()
            for name, value in outcome.watched.items()
        ]
        found = [
            {
                "entity": entity,
                "external_key": key,
                "version": work.digests[entity, key][1],
                "field": each.field,
                "winner": each.winner,
                "has_ours_changed": each.has_ours_changed,
            }
            for (entity, key), outcome in sent.items()
            for each in outcome.conflicts
        ]
        if fields:
            warehouse.run(
                connection, "outbound/keep_fields", target=target, fields=json.dumps(fields)
            )
        if found:
            warehouse.run(
                connection, "outbound/keep_conflicts", target=target, conflicts=json.dumps(found)
            )

    @property
    def settle_seconds(self) -> float:
        """How old a doubt must be before a newer version of its record is sent."""
        return self.target.capabilities.settle_seconds if isinstance(self.target, Target) else 0.0

    @property
    def mapping_digest(self) -> str | None:
        """By which mapping a target is spoken to, if by one."""
        return self.target.mapping_digest if isinstance(self.target, Target) else None

    @property
    def calls(self) -> int | None:
        """Calls made over the network, where the target counts them."""
        return None if isinstance(self.target, ListTarget) else self.target.calls

    def give_up(self) -> None:
        """Counts what was not taken on this work day; what was not taken on too many is dead.

        A target that takes nothing, or nothing of a kind, says nothing against a single message.
        """
        if not isinstance(self.target, Target) or self.target.stopped:
            return
        refused = [ids for entity, ids in self.refused.items() if self.taken[entity]]
        if not refused:
            return
        with self.engine.begin() as connection:
            warehouse.run(
                connection,
                "outbound/give_up_messages",
                message_ids=sorted(set().union(*refused)),
                most_refusals=self.delivery.most_refusals,
                work_day=self.work_day,
            )

    def _count(self, key: Key, outcome: Outcome, work: Work) -> None:
        self.outcomes[outcome.state] += 1
        self._end(key, outcome.state, outcome.reason)
        message = work.messages.get(key)
        self.retried += bool(message and message["attempts"] > 1)
        if message and outcome.state in ("retry", "unknown"):
            self.refused.setdefault(key[0], set()).add(message["message_id"])
        if outcome.state == "sent":
            self.taken[key[0]] += 1
            self.created += key in work.new
            self.withdrawn += key in work.withdrawals
            self.conflicts += len(outcome.conflicts)

    def _end(self, key: Key, state: str, reason: str | None) -> None:
        """How a message stands in the report of this run; a doubt may still be settled in it."""
        self.in_doubt.discard(key)
        if state == "unchanged":
            self.unchanged += 1
        elif state == "rejected":
            self.rejected_by[reason or ""] += 1
        elif state == "unknown":
            self.in_doubt.add(key)


def _acknowledged(key: Key, work: Work, outcomes: Ends, keyring: Keyring) -> dict[str, Any]:
    """What the ledger will say of a key; of a contact also its number, by which one that staff put right
    is known."""
    digest, version = work.digests[key]
    record = work.records.get(key)
    phone = record.fields.get("phone") if record and key[0] == "contact" else None
    return {
        "entity": key[0],
        "external_key": key[1],
        "crm_id": outcomes[key].crm_id if key in outcomes else None,
        "acknowledged_hash": digest.hex(),
        "acknowledged_version": version,
        "is_withdrawn": key in work.withdrawals,
        "record_no": work.numbers.get(key, 1),
        "phone_cipher": keyring.encrypt(str(phone)).hex() if phone else None,
    }
