"""What a batch of outbox messages means for a target: what it says now, compared with its ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, RowMapping

from aftercare import warehouse
from aftercare.targets import complaints, rendering
from aftercare.targets.protocol import Outcome, Record, Withdrawal
from aftercare.targets.record_keys import record_key
from aftercare.targets.said import Key, Said
from aftercare.targets.winners import Taken

CONTACT_REJECTED = "contact_rejected"
"""The reason of a task or complaint whose contact the target would not take."""

COMES_ALONG = 0
"""The version of a contact that is sent because a task or complaint stands on it and not by a message of
its own: those are counted by themselves, and each of them is newer."""

IN_DOUBT = "in_doubt"
"""The reason of a message that may have been sent already, and is therefore not sent."""

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
class Outbox(Said):
    """The outbox of one target: what its messages mean, compared with what it acknowledged.

    `has_contacts` says that tasks stand on contacts of their own in the target; where they do not,
    contact data is part of the tasks and a contact's message says nothing new.
    `watches_fields`: the target is told what it last took of fields that staff change there, too.
    """

    has_contacts: bool = field(kw_only=True)
    watches_fields: bool = field(default=False, kw_only=True)

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
                    self._send_contact(work, row, COMES_ALONG, held)
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
                self._send_contact(work, row, COMES_ALONG, held)
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
