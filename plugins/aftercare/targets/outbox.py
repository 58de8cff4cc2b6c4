"""What a batch of outbox messages means for a target, rendered and compared with its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Connection, RowMapping

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.rules.call_hours import CallHours
from aftercare.rules.customer_class import CustomerClass, customer_class
from aftercare.rules.follow_up_facts import FollowUpFacts
from aftercare.rules.policy import Policy
from aftercare.rules.script_policy import is_offering_pick_up
from aftercare.settings import Language
from aftercare.targets import complaints, rendering
from aftercare.targets.protocol import Entity, Outcome, Record, Withdrawal
from aftercare.targets.record_keys import record_key
from aftercare.targets.scorecards import Summaries
from aftercare.targets.winners import Taken

CONTACT_REJECTED = "contact_rejected"
"""The reason of a task or complaint whose contact the target would not take."""

IN_DOUBT = "in_doubt"
"""The reason of a message that may have been sent already, and is therefore not sent."""

Key = tuple[Entity, str]
"""Entity and external key."""

Message = Mapping[Any, Any]
"""A message of the outbox, as it was claimed or listed."""

Ends = Mapping[Key, Outcome]
"""What became of each record and withdrawal of a batch that the target was asked to take."""


@dataclass
class Work:
    """A claimed batch: what to send, what to withdraw, and what is settled without a call.

    Every key of `messages` stands in exactly one of `records`, `withdrawals` and `settled` (state
    and reason). `digests` holds what the ledger will say once the target acknowledged. `doubtful`
    are records of which nobody knows whether they were sent, `new` those that the target never
    acknowledged. `numbers` says which of its records a task is now. `tried` fills while the target is
    called.
    """

    messages: Mapping[Key, RowMapping]
    records: dict[Key, Record] = field(default_factory=dict)
    withdrawals: dict[Key, Withdrawal] = field(default_factory=dict)
    settled: dict[Key, tuple[str, str | None]] = field(default_factory=dict)
    digests: dict[Key, tuple[bytes, int]] = field(default_factory=dict)
    doubtful: set[Key] = field(default_factory=set)
    new: set[Key] = field(default_factory=set)
    numbers: dict[Key, int] = field(default_factory=dict)
    tried: set[Key] = field(default_factory=set)

    @property
    def stores(self) -> list[str]:
        """Codes of the stores for which something changes."""
        changing = [*self.records, *self.withdrawals]
        return sorted({self.messages[key]["store_code"] for key in changing})

    def settle(self, key: Key, state: str, reason: str | None = None) -> None:
        """Ends a message without a call."""
        self.records.pop(key, None)
        self.settled[key] = (state, reason)


@dataclass(frozen=True)
class Outbox:
    """The outbox of one target, for senders of one language.

    `has_contacts` says that tasks stand on contacts of their own in the target; where they do not,
    contact data is part of the tasks and a contact's message says nothing new. `has_complaints`: the
    target keeps complaints; where it does not, theirs say nothing. `has_scorecards`: the same of published months.
    `says_once`: what was acknowledged is
    said, whatever changes later. `policy` says which class a customer is of, and with `offers_pick_up`, by
    store and day, whether a reminder offers to fetch the car; `close_by`, by store, brand and day, until when a
    complaint of that day has to be closed; `zone` in which zone times are told.
    `watches_fields`: the target is told what it last took of fields that staff change there, too.
    """

    target: str
    keyring: Keyring
    policy: Policy
    offers_pick_up: Callable[[str, date], bool]
    close_by: Callable[[str, str, date], date | None]
    language: Language
    zone: tzinfo
    today: date
    has_contacts: bool
    has_complaints: bool = False
    has_scorecards: bool = False
    says_once: bool = False
    watches_fields: bool = False

    def prepare(self, connection: Connection, batch: Sequence[RowMapping]) -> Work:
        """Renders the batch, and settles what the target need not hear of.

        Nothing is sent for a task whose time is over; a record that the target acknowledged as it
        is stays unsent; an older version never overwrites a newer one.
        """
        work = Work({(m["entity"], m["external_key"]): m for m in batch})
        called_for = self._contact_tasks(connection, batch)
        task_keys = {m["task_key"] for m in batch if m["entity"] == "task"}
        rows = self._rows(connection, task_keys | set(called_for.values()))
        told_of = self._complaints(connection, batch, called_for)
        months = self._scorecards(connection, batch) if self.has_scorecards else {}
        contacts = {rendering.contact_key(rows[key]) for key in task_keys}
        contacts |= {contact for row in told_of.values() if (contact := complaints.contact_of(row))}
        held = self._ledger(connection, {m["external_key"] for m in batch} | contacts)
        rejected = self._rejected_contacts(connection, contacts)
        for key, message in work.messages.items():
            if key[0] == "contact" and not self.has_contacts:
                work.settle(key, "unchanged")
                continue
            if key[0] == "scorecard":
                self._prepare_scorecard(work, message, months.get(key), held.get(key))
                continue
            if self.says_once:
                self._say(work, message, rows[message["task_key"]], held.get(key))
                continue
            if key in told_of:
                self._prepare_complaint(work, message, told_of[key], held, rejected)
                continue
            task_key = message["task_key"] if key[0] == "task" else called_for.get(key[1])
            row = rows[task_key] if task_key else None
            if row is None or row["status"] != "open" or message["action"] == "withdraw":
                self._withdraw(work, message, row, held.get(key))
            elif row["expires_on"] < self.today:
                work.settle(key, "expired")
            elif key[0] == "contact":
                self._send_contact(work, row, message["version"], held)
            elif self.has_contacts and rendering.contact_key(row) in rejected:
                work.settle(key, "rejected", CONTACT_REJECTED)
            else:
                if self.has_contacts and ("contact", rendering.contact_key(row)) not in held:
                    self._send_contact(work, row, row["version"], held)
                self._send_task(work, row, held.get(key))
        if self.watches_fields:
            self._tell_taken(connection, work)
        return work

    def _prepare_complaint(
        self,
        work: Work,
        message: RowMapping,
        row: RowMapping,
        held: Mapping[Key, RowMapping],
        rejected: set[str],
    ) -> None:
        """What the message of a complaint means, or that of a contact about whom there is nothing else."""
        key: Key = (message["entity"], message["external_key"])
        contact = complaints.contact_of(row)
        if key[0] == "contact":
            if contact:
                self._send_contact(work, row, message["version"], held)
            else:
                work.settle(key, "unchanged")
        elif not self.has_complaints:
            work.settle(key, "unchanged")
        elif message["action"] == "withdraw":
            self._withdraw(work, message, row, held.get(key))
        elif self.has_contacts and contact in rejected:
            work.settle(key, "rejected", CONTACT_REJECTED)
        else:
            if self.has_contacts and contact and ("contact", contact) not in held:
                self._send_contact(work, row, message["version"], held)
            self._send_complaint(work, message, row, held.get(key))

    def _prepare_scorecard(
        self, work: Work, message: RowMapping, record: Record | None, ledger: RowMapping | None
    ) -> None:
        """What the message of a published month means; it is never taken back, as no publication is."""
        key: Key = (message["entity"], message["external_key"])
        if record is None:
            work.settle(key, "unchanged")
            return
        crm_id = ledger["crm_id"] if ledger else None
        in_doubt = bool(message["is_unsettled"])
        self._send(work, replace(record, crm_id=crm_id, is_in_doubt=in_doubt), ledger)

    def _scorecards(self, connection: Connection, batch: Sequence[Message]) -> dict[Key, Record]:
        """The published months of the batch."""
        asked = {
            (message["store_code"], message["month"]): message["version"]
            for message in batch
            if message["entity"] == "scorecard"
        }
        found = self._summaries.read(connection, asked)
        return {("scorecard", record.key): record for record in found.values()}

    @cached_property
    def _summaries(self) -> Summaries:
        return Summaries(self.policy, self.language, self.zone)

    def _tell_taken(self, connection: Connection, work: Work) -> None:
        """Adds to each record what the target last took of it; not where a call came to no known end, for
        then what the target holds may be ours."""
        hashes: dict[Key, dict[str, bytes]] = {key: {} for key in work.records}
        for row in warehouse.run(
            connection,
            "outbound/read_fields",
            target=self.target,
            external_keys=sorted({key for _, key in work.records}),
        ):
            of_key: Key = (row.entity, row.external_key)
            if of_key in hashes:
                hashes[of_key][row.field] = bytes(row.value_hash)
        for key, known in hashes.items():
            message = work.messages.get(key)
            if not (message and message["is_unsettled"]):
                taken = Taken(self.keyring, (self.target, *key), known)
                work.records[key] = replace(work.records[key], taken=taken)

    def record(self, connection: Connection, message: Message) -> Record | None:
        """What a message would say now; None where nobody is to be called any more."""
        entity, key = message["entity"], message["external_key"]
        if entity == "contact":
            subject = key.partition(".")[2]
            batch = [{**message, "subject": subject}]
            called_for = self._contact_tasks(connection, batch)
            if key in called_for:
                row = self._rows(connection, [called_for[key]])[called_for[key]]
                return rendering.contact_record(row, row["version"], None, self.keyring)
            found = self._complaints(connection, batch, called_for).get((entity, key))
            if found is None or complaints.contact_of(found) is None:
                return None
            return rendering.contact_record(found, message["version"], None, self.keyring)
        if entity == "scorecard":
            return self._scorecards(connection, [message]).get((entity, key))
        if entity == "complaint":
            row = self._complaints(connection, [message], {})[entity, key]
            return None if row["is_vanished"] else self._complaint(row, message["version"], None)
        task_key = message["task_key"]
        row = self._rows(connection, [task_key])[task_key]
        if row["status"] != "open" or row["expires_on"] < self.today:
            return None
        return self._message(row) if self.says_once else self._task(row, None)

    def open_list(self, connection: Connection, store_code: str, work_day: date) -> list[Record]:
        """Every open task of a store, in the order of its list, then its open complaints and the newest month
        that it was told."""
        return [
            *self._open_tasks(connection, store_code, work_day),
            *self._open_complaints(connection, store_code),
            *(self._newest_month(connection, store_code) if self.has_scorecards else ()),
        ]

    def _newest_month(self, connection: Connection, store_code: str) -> list[Record]:
        told = warehouse.run(
            connection, "outbound/get_newest_scorecard", target=self.target, store_code=store_code
        ).one_or_none()
        if told is None:
            return []
        record = self._summaries.one(connection, store_code, told.month, told.version)
        return [record] if record else []

    def _open_complaints(self, connection: Connection, store_code: str) -> list[Record]:
        numbers = (
            warehouse.run(
                connection,
                "outbound/list_open_complaints",
                target=self.target,
                store_code=store_code,
            )
            .scalars()
            .all()
        )
        if not numbers:
            return []
        found = warehouse.run(
            connection,
            "outbound/read_complaints",
            store_codes=[store_code] * len(numbers),
            complaint_nos=numbers,
        )
        rows = {row["complaint_no"]: row for row in found.mappings()}
        return [self._complaint(rows[number], 1, None) for number in numbers]

    def _open_tasks(self, connection: Connection, store_code: str, work_day: date) -> list[Record]:
        keys = (
            warehouse.run(
                connection,
                "outbound/list_open_tasks",
                target=self.target,
                store_code=store_code,
                work_day=work_day,
                today=self.today,
            )
            .scalars()
            .all()
        )
        rows = self._rows(connection, keys)
        return [
            rendering.list_record(row, self._house, self._class(row))
            for row in (rows[key] for key in keys)
        ]

    @cached_property
    def _house(self) -> rendering.House:
        return rendering.House(
            self.keyring,
            self.language,
            FollowUpFacts.of(self.policy),
            self._has_pick_up,
            cache(lambda pack: CallHours.of(self.policy, pack, self.today)),
        )

    def _task(self, row: RowMapping, crm_id: str | None) -> Record:
        return rendering.task_record(row, crm_id, self._house, self._class(row))

    def _message(self, row: RowMapping) -> Record:
        return rendering.message_record(row, self._house)

    def _class(self, row: RowMapping) -> CustomerClass:
        day = row["open_on"]
        return customer_class(self.policy, row["pack"], day, row["is_company"], row["vehicles"])

    def _has_pick_up(self, row: Mapping[str, Any]) -> bool:
        """Whether the customer is offered that the car is fetched: the script does, and the store has it on
        the day for which the service is due, or by which it is said, whichever is later."""
        day = max(row["event_on"], row["due_on"])
        return self.offers_pick_up(row["store_code"], day) and is_offering_pick_up(
            self.policy, row["pack"], row["open_on"], row["script_id"]
        )

    def _send_contact(
        self, work: Work, row: RowMapping, version: int, held: Mapping[Key, RowMapping]
    ) -> None:
        key: Key = ("contact", rendering.contact_key(row))
        ledger = held.get(key)
        if key in work.records:
            return
        crm_id = ledger["crm_id"] if ledger else None
        self._send(work, rendering.contact_record(row, version, crm_id, self.keyring), ledger)

    def _send_task(self, work: Work, row: RowMapping, ledger: RowMapping | None) -> None:
        """A task as the record that it is now: one that staff finished, or that left their list, is
        followed by another."""
        number = _number(row, ledger)
        crm_id = ledger["crm_id"] if ledger and ledger["record_no"] == number else None
        record = self._task(row, crm_id)
        key: Key = ("task", record.key)
        work.numbers[key] = number
        self._send(work, record, ledger)
        if key in work.records:
            message = work.messages.get(key)
            work.records[key] = replace(
                record,
                key=record_key(record.key, number),
                is_in_doubt=bool(message and message["is_unsettled"]),
            )
            if ledger and ledger["record_no"] != number:
                work.new.add(key)

    def _send_complaint(
        self, work: Work, message: RowMapping, row: RowMapping, ledger: RowMapping | None
    ) -> None:
        crm_id = ledger["crm_id"] if ledger else None
        record = self._complaint(row, message["version"], crm_id)
        self._send(work, replace(record, is_in_doubt=bool(message["is_unsettled"])), ledger)

    def _complaint(self, row: RowMapping, version: int, crm_id: str | None) -> Record:
        return complaints.complaint_record(
            row,
            version,
            crm_id,
            self.keyring,
            self.language,
            self.zone,
            self.close_by(row["store_code"], row["brand"], row["received_on"]),
        )

    def _send(self, work: Work, record: Record, ledger: RowMapping | None) -> None:
        key: Key = (record.entity, record.key)
        message = work.messages.get(key)
        digest = self.keyring.hash_row(
            f"{name}={record.fields[name]}" for name in sorted(record.fields)
        )
        work.digests[key] = (digest, record.version)
        is_there = (
            ledger
            and not ledger["is_withdrawn"]
            and ledger["record_no"] == work.numbers.get(key, 1)
            # After a lost call it may hold what that one said.
            and not (message and message["is_unsettled"])
        )
        if ledger and is_there and bytes(ledger["acknowledged_hash"]) == digest:
            work.settle(key, "unchanged")
        elif (
            ledger
            and record.entity != "contact"
            and ledger["acknowledged_version"] > record.version
        ):
            work.settle(key, "superseded")
        else:
            work.records[key] = record
            if not ledger:
                work.new.add(key)

    def _say(
        self, work: Work, message: RowMapping, row: RowMapping, ledger: RowMapping | None
    ) -> None:
        """What was said is said; what may have been said waits until that is known."""
        key: Key = (message["entity"], message["external_key"])
        if ledger or row["status"] != "open" or message["action"] == "withdraw":
            work.settle(key, "unchanged")
        elif row["expires_on"] < self.today:
            work.settle(key, "expired")
        elif message["is_in_doubt"] and message["was"] != "unknown":
            work.settle(key, "unknown", IN_DOUBT)
        else:
            self._send(work, self._message(row), None)
            if message["is_in_doubt"]:
                work.doubtful.add(key)

    def _withdraw(
        self, work: Work, message: RowMapping, row: RowMapping | None, ledger: RowMapping | None
    ) -> None:
        """Withdraws what the target holds, or may hold; contacts stay, other work hangs on them."""
        key: Key = (message["entity"], message["external_key"])
        may_be_held = (
            not ledger["is_withdrawn"] or message["is_unsettled"]
            if ledger
            else message["was_tried"]
        )
        if row is None or key[0] == "contact" or not may_be_held:
            work.settle(key, "unchanged")
            return
        if key[0] == "complaint":
            number, version = 1, message["version"]
            reason = complaints.withdrawal_reason(row, self.language)
        else:
            number, version = _number(row, ledger), row["version"]
            reason = rendering.withdrawal_reason(row, self.language)
        work.digests[key] = (bytes(ledger["acknowledged_hash"]) if ledger else b"", version)
        work.numbers[key] = number
        work.withdrawals[key] = Withdrawal(
            entity=key[0],
            key=record_key(key[1], number),
            version=version,
            reason=reason,
            crm_id=ledger["crm_id"] if ledger and ledger["record_no"] == number else None,
        )

    def _complaints(
        self,
        connection: Connection,
        batch: Sequence[Message],
        called_for: Mapping[str, str],
    ) -> dict[Key, RowMapping]:
        """The complaints of the batch; and for each contact that nobody is called about the one to render
        it from, if one is open."""
        named: dict[Key, tuple[str, str]] = {
            (message["entity"], message["external_key"]): (
                message["store_code"],
                message["complaint_no"],
            )
            for message in batch
            if message["entity"] == "complaint"
        }
        others = [
            message
            for message in batch
            if message["entity"] == "contact" and message["external_key"] not in called_for
        ]
        if others and self.has_complaints:
            for row in warehouse.run(
                connection,
                "outbound/list_contact_complaints",
                store_codes=sorted({message["store_code"] for message in others}),
                vins=sorted({message["subject"] for message in others}),
            ):
                named["contact", row.contact_key] = (row.store_code, row.complaint_no)
        asked = sorted(set(named.values()))
        if not asked:
            return {}
        found = warehouse.run(
            connection,
            "outbound/read_complaints",
            store_codes=[store for store, _ in asked],
            complaint_nos=[number for _, number in asked],
        )
        rows = {(row["store_code"], row["complaint_no"]): row for row in found.mappings()}
        return {key: rows[complaint] for key, complaint in named.items()}

    def _contact_tasks(self, connection: Connection, batch: Sequence[Message]) -> dict[str, str]:
        """For each contact of the batch the task to render it from."""
        contacts = [message for message in batch if message["entity"] == "contact"]
        found = warehouse.run(
            connection,
            "outbound/list_contact_tasks",
            store_codes=sorted({message["store_code"] for message in contacts}),
            subjects=sorted({message["subject"] for message in contacts}),
        )
        return {row.contact_key: row.task_key for row in found}

    def _rows(self, connection: Connection, task_keys: Iterable[str]) -> dict[str, RowMapping]:
        found = warehouse.run(
            connection, "outbound/read_tasks", task_keys=sorted(task_keys), today=self.today
        )
        return {row["task_key"]: row for row in found.mappings()}

    def _ledger(self, connection: Connection, keys: set[str]) -> dict[Key, RowMapping]:
        found = warehouse.run(
            connection, "outbound/read_ledger", target=self.target, external_keys=sorted(keys)
        )
        return {(row["entity"], row["external_key"]): row for row in found.mappings()}

    def _rejected_contacts(self, connection: Connection, keys: set[str]) -> set[str]:
        found = warehouse.run(
            connection,
            "outbound/list_rejected_contacts",
            target=self.target,
            external_keys=sorted(keys),
        )
        return {row.external_key for row in found}


def _number(row: RowMapping, ledger: RowMapping | None) -> int:
    """Which record of a task is the one to call by now, so that what is said of it is no attempt that was
    counted already.

    The one that the target holds, until staff finished it and that came back, or it was withdrawn.
    """
    after_calls: int = row["last_attempt_no"] + 1
    if ledger is None:
        return after_calls
    if ledger["is_withdrawn"]:
        return max(after_calls, ledger["record_no"] + 1)
    return after_calls if ledger["is_told"] else ledger["record_no"]
