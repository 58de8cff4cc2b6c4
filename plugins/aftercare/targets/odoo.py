"""Odoo 19: customers as contacts, tasks as activities on them, through JSON-2.

How a record is kept once: it is made by `load()` under an external id that comes from our key, so
a second sending finds the first. A record whose id we know is read and compared first, and only
fields that differ are written, equal differences of many records in one call.

A withdrawn task's activity is deleted, after a note with the reason was left on the contact.
Archiving would be gentler, but in Odoo an archived activity *is* a done one: it would enter the
statistics as a call that somebody made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

from aftercare.settings import PROJECT
from aftercare.targets import odoo_load, odoo_results
from aftercare.targets.http_trouble import CallError, whole_or_nothing
from aftercare.targets.odoo_json2 import Json2
from aftercare.targets.odoo_load import batches, failed
from aftercare.targets.odoo_mapping import OdooMapping, Value, check_fields, html_text
from aftercare.targets.odoo_records import (
    ACTIVITY,
    CONTACT,
    MESSAGE,
    MODEL,
    QUIETLY,
    OdooRecords,
)
from aftercare.targets.protocol import (
    Capabilities,
    Entity,
    Outcome,
    Record,
    Results,
    ToldNumbers,
    Withdrawal,
)
from aftercare.targets.winners import Conflict, Winner, conflicts, left_to_them, watched


class Access(Protocol):
    """What is asked of a connection."""

    @property
    def host(self) -> str | None: ...
    @property
    def port(self) -> int | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def database(self) -> str | None: ...
    @property
    def extra(self) -> Mapping[str, Any]: ...


class OdooTarget:
    """The target `odoo`: `client` speaks to the server, `mapping` says what goes where."""

    def __init__(self, mapping: OdooMapping, client: Json2) -> None:
        self._mapping = mapping
        self._client = client
        self._call: odoo_load.Call = client.call
        self._records = OdooRecords(mapping, client.call)

    @classmethod
    def from_mapping(cls, name: str, access_of: Callable[[str], Access]) -> OdooTarget:
        """The target of `include/mappings/crm/<name>.yaml`, at the connection that it names.

        The connection has the server's address as its host (`https://crm.example.com`), the API
        key as its password, and the database as its schema or in its extra. Raises
        ConfigurationError where one of them is missing.
        """
        mapping = OdooMapping.read(PROJECT / "include" / "mappings" / "crm" / f"{name}.yaml")
        access = access_of(mapping.connection)
        database = access.database or access.extra.get("database")
        if not (access.host and access.password and database):
            text = f"{mapping.connection} needs a host, a password (the API key) and a database"
            raise mapping.wrong(text, "connection")
        address = access.host if "://" in access.host else f"http://{access.host}"
        if access.port:
            address = f"{address}:{access.port}"
        return cls.connect(mapping, address, str(database), access.password)

    @classmethod
    def connect(cls, mapping: OdooMapping, address: str, database: str, api_key: str) -> OdooTarget:
        """The target at an address, within the limits of its mapping."""
        client = Json2(
            address,
            database,
            api_key,
            connect_seconds=mapping.connect_seconds,
            read_seconds=mapping.read_seconds,
            longest_wait=mapping.longest_wait_seconds,
        )
        return cls(mapping, client)

    @property
    def name(self) -> str:
        """The name under which the ledger keeps this target's ids."""
        return self._mapping.target

    @property
    def capabilities(self) -> Capabilities:
        """Upsert by key; a batch is kept whole or not at all; one call at a time."""
        return Capabilities(
            native_upsert=True,
            atomic_batch=True,
            batch_size=self._mapping.batch_size,
            concurrency=1,
            reads_results=True,
            settle_seconds=self._mapping.settle_seconds,
            tells_complaints=self._mapping.results.complaints,
            watches_fields=any(self._mapping.winners(entity) for entity in MODEL),
            tells_numbers=self._mapping.results.numbers,
        )

    @cached_property
    def mapping_digest(self) -> str:
        """A digest of all that the mapping says."""
        return hashlib.sha256(self._mapping.model_dump_json().encode()).hexdigest()[:16]

    @property
    def stopped(self) -> str | None:
        """Odoo says it by an error that ends the push."""
        return None

    @property
    def calls(self) -> int:
        """Requests to Odoo so far."""
        return self._client.calls

    def check(self) -> None:
        """Compare the mapping with what this Odoo has and lets us do.

        Raises ConfigurationError for a field, activity type or right that is not there, and
        SystemUnreachable where Odoo does not answer.
        """
        with whole_or_nothing():
            for entity, model in MODEL.items():
                described = self._call(model, "fields_get", attributes=["type", "readonly"])
                check_fields(self._mapping, entity, described)
                for right in ("read", "create", "write", "unlink"):
                    needed = right != "unlink" or entity == "task"
                    if needed and not self._call(model, "has_access", operation=right):
                        text = f"the user of the API key has no right to {right} {model}"
                        raise self._mapping.wrong(text, "connection")
            users = self._call("res.users", "fields_get", attributes=["type"])
            if self._mapping.owner.match not in users:
                raise self._mapping.wrong("the CRM's users have no such field", "owner", "match")
            known = self._records.activity_types()
            for key, kind in self._mapping.activity_types.items():
                if kind not in known:
                    raise self._mapping.wrong("the CRM has no such activity type", key)

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Create or update; contacts before tasks. See `Target.upsert`."""
        done: dict[tuple[Entity, str], Outcome] = {}
        for entity in MODEL:
            chosen = [record for record in records if record.entity == entity]
            for batch in batches(chosen, self._mapping.batch_size):
                found = self._or_later(
                    [record.key for record in batch], self._upsert, entity, batch
                )
                done |= {(entity, key): outcome for key, outcome in found.items()}
        return [done[record.entity, record.key] for record in records]

    def withdraw(self, withdrawals: Sequence[Withdrawal]) -> Sequence[Outcome]:
        """Delete open activities, with a note on the contact. See `Target.withdraw`.

        An activity that somebody finished stays, and is `sent`. Contacts are never deleted: they
        are the CRM users' too.
        """
        kept = "contacts stay in the CRM; delete it there if it must go"
        done = {
            key: Outcome(key, "rejected", crm_id, kept)
            for key, crm_id in ((w.key, w.crm_id) for w in withdrawals if w.entity == "contact")
        }
        tasks = [withdrawal for withdrawal in withdrawals if withdrawal.entity == "task"]
        for batch in batches(tasks, self._mapping.batch_size):
            done |= self._or_later([task.key for task in batch], self._withdraw, batch)
        return [done[withdrawal.key] for withdrawal in withdrawals]

    def read_results(self, cursor: str | None) -> Results:
        """Finished activities of ours since the cursor. See `Target.read_results`.

        Raises SystemUnreachable where Odoo does not answer.
        """
        with whole_or_nothing():
            return odoo_results.read(
                self._call, lambda ids: self._records.keys("task", ids), self._mapping, cursor
            )

    def read_numbers(self, cursor: str | None) -> ToldNumbers:
        """Contacts of ours that were written since the cursor. See `NumberTarget.read_numbers`.

        Raises SystemUnreachable where Odoo does not answer.
        """
        with whole_or_nothing():
            return odoo_results.read_numbers(
                self._call, lambda ids: self._records.keys("contact", ids), self._mapping, cursor
            )

    def _or_later(
        self, keys: Sequence[str], step: Callable[..., dict[str, Outcome]], *arguments: object
    ) -> dict[str, Outcome]:
        """Run a step whose look-ups come before its writes: if one fails, nothing was written."""
        try:
            return step(*arguments)
        except CallError as problem:
            return {
                key: Outcome(key, "retry", None, problem.text, problem.retry_after) for key in keys
            }

    def _upsert(self, entity: Entity, batch: Sequence[Record]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        wanted: dict[str, dict[str, Value]] = {}
        for record in batch:
            values = self._mapping.values(record)
            lacking = self._mapping.missing(record, values)
            if lacking:
                outcomes[record.key] = Outcome(record.key, "rejected", record.crm_id, lacking)
            else:
                wanted[record.key] = values
        if entity == "task":
            outcomes |= self._attach(batch, wanted)
        winners = self._mapping.winners(entity)
        found: dict[str, tuple[Conflict, ...]] = {}
        taken = {record.key: record.taken for record in batch}
        present = self._records.present(entity, batch)
        rows: dict[str, list[odoo_load.Cell]] = {}
        changes: dict[tuple[tuple[str, Value], ...], dict[str, int]] = {}
        for key, values in list(wanted.items()):
            now = present.get(key)
            if now is None:
                rows[key] = self._row(entity, key, values)
                continue
            if entity == "task" and not now["active"]:
                done = "already done in the CRM, left as it is"
                outcomes[key] = Outcome(key, "sent", str(now["id"]), done)
                continue
            held = {name: _scalar(now[name]) for name in values}
            found[key] = conflicts(winners, values, held, taken[key])
            left = left_to_them(found[key])
            wanted[key] = mine = {name: each for name, each in values.items() if name not in left}
            if change := self._difference(entity, mine, held):
                changes.setdefault(change, {})[key] = now["id"]
            else:
                outcomes[key] = Outcome(key, "sent", str(now["id"]))
        for change, ids in changes.items():
            written = self._on_ids(MODEL[entity], "write", ids, vals=dict(change))
            # write() does not say which field it refuses; load() does.
            refused = [key for key, outcome in written.items() if outcome.state == "rejected"]
            rows |= {key: self._row(entity, key, wanted[key]) for key in refused}
            outcomes |= written
        # What stays as staff wrote it is no column of its row.
        alike: dict[tuple[str, ...], dict[str, list[odoo_load.Cell]]] = {}
        for key, row in rows.items():
            columns = ("id", *self._columns(entity, wanted[key]))
            alike.setdefault(columns, {})[key] = row
        for columns, group in alike.items():
            outcomes |= odoo_load.load(self._call, MODEL[entity], columns, group, QUIETLY)
        return {
            key: self._watched(outcome, winners, wanted.get(key, {}), found.get(key, ()))
            for key, outcome in outcomes.items()
        }

    @staticmethod
    def _watched(
        outcome: Outcome,
        winners: Mapping[str, Winner],
        wanted: Mapping[str, Value],
        found: tuple[Conflict, ...],
    ) -> Outcome:
        """The same, with who won."""
        if outcome.state != "sent" or not winners or outcome.reason:
            return outcome
        return replace(outcome, watched=watched(winners, wanted), conflicts=found)

    def _attach(
        self, batch: Sequence[Record], wanted: dict[str, dict[str, Value]]
    ) -> dict[str, Outcome]:
        """Add contact, owner and kind to each task; those without a contact are taken out, to wait."""
        tasks = [record for record in batch if record.key in wanted]
        contacts = self._records.contact_ids(
            {str(task.fields.get("contact_key")) for task in tasks}
        )
        owners = self._records.user_ids(
            {str(task.fields.get(self._mapping.owner.source)) for task in tasks}
        )
        kinds = self._records.activity_types()
        waiting: dict[str, Outcome] = {}
        for task in tasks:
            contact = contacts.get(str(task.fields.get("contact_key")))
            if contact is None:
                del wanted[task.key]
                absent = "its contact is not in the CRM; send the contact first"
                waiting[task.key] = Outcome(task.key, "retry", task.crm_id, absent)
                continue
            owner = owners.get(str(task.fields.get(self._mapping.owner.source)))
            wanted[task.key] |= {
                "res_id": contact,
                "user_id": owner or False,
                "activity_type_id": kinds[self._mapping.activity_type_of(task)],
            }
        return waiting

    def _columns(self, entity: Entity, values: Mapping[str, Value]) -> list[str]:
        by_id = ("user_id", "activity_type_id")
        ours = [f"{name}/.id" if name in by_id else name for name in values]
        return [*ours, "res_model_id/id"] if entity == "task" else ours

    def _row(self, entity: Entity, key: str, values: Mapping[str, Value]) -> list[odoo_load.Cell]:
        row: list[odoo_load.Cell] = [self._records.external_id(entity, key), *values.values()]
        return [*row, "base.model_res_partner"] if entity == "task" else row

    def _difference(
        self, entity: Entity, values: Mapping[str, Value], held: Mapping[str, Value]
    ) -> tuple[tuple[str, Value], ...]:
        rules = self._mapping.fields(entity)
        return tuple(
            (name, value)
            for name, value in values.items()
            if value != held[name] and not (name in rules and rules[name].once)
        )

    def _withdraw(self, batch: Sequence[Withdrawal]) -> dict[str, Outcome]:
        known = {int(task.crm_id) for task in batch if task.crm_id}
        rows = self._records.activities([["id", "in", sorted(known)]]) if known else {}
        if any(task.key not in rows for task in batch):
            rows |= self._records.activities([["res_model", "=", CONTACT]])
        outcomes: dict[str, Outcome] = {}
        notes: dict[str, list[odoo_load.Cell]] = {}
        for task in batch:
            now = rows.get(task.key)
            if now is None:
                outcomes[task.key] = Outcome(task.key, "sent", None, "was not in the CRM any more")
            elif not now["active"]:
                done = "was done before it was withdrawn, left as it is"
                outcomes[task.key] = Outcome(task.key, "sent", str(now["id"]), done)
            else:
                notes[task.key] = self._note(task, now)
        # Odoo lets nobody write a note again: those that an earlier try left stay as they are.
        left = self._records.notes({int(str(note[2])) for note in notes.values()}) if notes else ()
        there = {key: Outcome(key, "sent") for key, note in notes.items() if note[0] in left}
        new = {key: note for key, note in notes.items() if key not in there}
        columns = ["id", "model", "res_id", "message_type", "subtype_id/id", "body"]
        noted = there | odoo_load.load(self._call, MESSAGE, columns, new, QUIETLY)
        ids = {key: rows[key]["id"] for key, outcome in noted.items() if outcome.state == "sent"}
        return outcomes | noted | (self._on_ids(ACTIVITY, "unlink", ids) if ids else {})

    def _note(self, task: Withdrawal, now: Mapping[str, Any]) -> list[odoo_load.Cell]:
        text = self._mapping.withdrawal_note.replace("{reason}", task.reason)
        name = f"{self._mapping.namespace}.withdrawn_{quote(task.key, safe='')}_v{task.version}"
        body = f"<p>{html_text(str(now['summary'] or ''))}</p><p>{html_text(text)}</p>"
        return [name, CONTACT, now["res_id"], "comment", "mail.mt_note", body]

    def _on_ids(
        self, model: str, method: str, ids: Mapping[str, int], **arguments: object
    ) -> dict[str, Outcome]:
        """Call a method on many records, and on ever fewer until those it refuses are found."""
        outcomes: dict[str, Outcome] = {}
        waiting = [list(ids)]
        while waiting:
            keys = waiting.pop()
            try:
                self._call(model, method, ids=[ids[k] for k in keys], context=QUIETLY, **arguments)
            except CallError as problem:
                if problem.state == "rejected" and len(keys) > 1:
                    waiting += [keys[: len(keys) // 2], keys[len(keys) // 2 :]]
                elif problem.status == 404:
                    gone = "somebody deleted it in the CRM meanwhile"
                    outcomes |= {key: Outcome(key, "retry", None, gone) for key in keys}
                else:
                    outcomes |= failed(keys, problem)
            else:
                outcomes |= {key: Outcome(key, "sent", str(ids[key])) for key in keys}
        return outcomes


def _scalar(value: Any) -> Value:
    """A value as Odoo reads it: a link comes as [id, name]."""
    scalar: Value = value[0] if isinstance(value, list) else value
    return scalar
