"""Odoo 19: customers as contacts, tasks as activities on them, complaints and months of stores as records of a model, through JSON-2.

How a record is kept once: it is made by `load()` under an external id that comes from our key, so
a second sending finds the first. A record whose id we know is read and compared first, and only
fields that differ are written, equal differences of many records in one call.

A withdrawn task's activity is deleted, after a note with the reason was left on the contact.
Archiving would be gentler, but in Odoo an archived activity *is* a done one: it would enter the
statistics as a call that somebody made. A complaint is archived, when it is closed and when it is withdrawn: what
staff wrote there stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.targets import odoo_load, odoo_results
from aftercare.targets.http_trouble import CallError, whole_or_nothing
from aftercare.targets.odoo_json2 import Json2
from aftercare.targets.odoo_load import batches
from aftercare.targets.odoo_mapping import (
    ACTIVE,
    CONTACT,
    OWNER,
    USERS,
    OdooMapping,
    Value,
    check_fields,
)
from aftercare.targets.odoo_records import QUIETLY, OdooRecords
from aftercare.targets.odoo_withdrawals import OdooWithdrawals
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
        self._withdrawals = OdooWithdrawals(mapping, client.call, self._records)

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
            calls_per_second=mapping.calls_per_second,
        )
        return cls(mapping, client)

    @property
    def name(self) -> str:
        """The name under which the ledger keeps this target's ids."""
        return self._mapping.target

    @property
    def capabilities(self) -> Capabilities:
        """Upsert by key; which rows of a batch Odoo refuses is found out here, one call after the other."""
        return Capabilities(
            native_upsert=True,
            batch_size=self._mapping.batch_size,
            reads_results=True,
            settle_seconds=self._mapping.settle_seconds,
            tells_complaints=self._mapping.results.complaints,
            has_complaints=self._mapping.complaint is not None,
            has_scorecards=self._mapping.scorecard is not None,
            watches_fields=any(self._mapping.winners(entity) for entity in self._mapping.models),
            tells_numbers=self._mapping.results.numbers,
            tells_wishes=bool(self._mapping.results.wishes),
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
            for entity, model in self._mapping.models.items():
                described = self._described(entity, model)
                check_fields(self._mapping, entity, described)
                caller = self._mapping.results.caller
                if (
                    entity == "task"
                    and caller
                    and described.get(caller, {}).get("relation") != USERS
                ):
                    text = "the CRM's activities have no such field that holds a user"
                    raise self._mapping.wrong(text, "results", "caller")
                for right in ("read", "create", "write", "unlink"):
                    needed = right != "unlink" or entity == "task"
                    if needed and not self._call(model, "has_access", operation=right):
                        text = f"the user of the API key has no right to {right} {model}"
                        raise self._mapping.wrong(text, "connection")
            scorecard = self._mapping.scorecard
            if scorecard and scorecard.store:
                stores = self._described("contact", CONTACT)
                if scorecard.store_match not in stores:
                    text = "the CRM's contacts have no such field"
                    raise self._mapping.wrong(text, "scorecard", "store_match")
            users = self._call(USERS, "fields_get", attributes=["type"])
            if self._mapping.owner.match not in users:
                raise self._mapping.wrong("the CRM's users have no such field", "owner", "match")
            known = self._records.activity_types()
            for key, kind in self._mapping.activity_types.items():
                if kind not in known:
                    raise self._mapping.wrong("the CRM has no such activity type", key)

    def _described(self, entity: Entity, model: str) -> Mapping[str, Mapping[str, object]]:
        """What Odoo says of the fields of a model; those of complaints and months are the mapping's own choice."""
        try:
            described: Mapping[str, Mapping[str, object]] = self._call(
                model, "fields_get", attributes=["type", "readonly", "relation"]
            )
        except ConfigurationError:
            if not self._mapping.chosen(entity):
                raise
            text = "the CRM has no such model; is its module installed?"
            raise self._mapping.wrong(text, entity, "model") from None
        return described

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Create or update; contacts before tasks and complaints. See `Target.upsert`."""
        done: dict[tuple[Entity, str], Outcome] = {}
        for entity in self._mapping.models:
            chosen = [record for record in records if record.entity == entity]
            for batch in batches(chosen, self._mapping.batch_size):
                found = self._or_later(
                    [record.key for record in batch], self._upsert, entity, batch
                )
                done |= {(entity, key): outcome for key, outcome in found.items()}
        return [done[record.entity, record.key] for record in records]

    def withdraw(self, withdrawals: Sequence[Withdrawal]) -> Sequence[Outcome]:
        """Delete open activities, with a note on the contact, and archive complaints. See `Target.withdraw`.

        An activity that somebody finished stays, and is `sent`. Contacts are never deleted: they
        are the CRM users' too.
        """
        kept = "stays in the CRM; delete it there if it must go"
        done: dict[tuple[Entity, str], Outcome] = {
            (gone.entity, gone.key): Outcome(gone.key, "rejected", gone.crm_id, kept)
            for gone in withdrawals
            if gone.entity in ("contact", "scorecard")
        }
        steps: dict[Entity, Callable[..., dict[str, Outcome]]] = {
            "task": self._withdrawals.delete,
            "complaint": self._withdrawals.archive,
        }
        for entity, step in steps.items():
            chosen = [withdrawal for withdrawal in withdrawals if withdrawal.entity == entity]
            for batch in batches(chosen, self._mapping.batch_size):
                found = self._or_later([gone.key for gone in batch], step, batch)
                done |= {(entity, key): outcome for key, outcome in found.items()}
        return [done[withdrawal.entity, withdrawal.key] for withdrawal in withdrawals]

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
        present = self._records.present(entity, batch)
        outcomes |= (left := self._left(batch, wanted, present))
        wanted = {key: values for key, values in wanted.items() if key not in left}
        if entity == "scorecard":
            self._attach_stores(batch, wanted)
        elif entity != "contact":
            outcomes |= self._attach(entity, batch, wanted)
        winners = self._mapping.winners(entity)
        found: dict[str, tuple[Conflict, ...]] = {}
        taken = {record.key: record.taken for record in batch}
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
            theirs = left_to_them(found[key])
            wanted[key] = mine = {name: each for name, each in values.items() if name not in theirs}
            if change := self._difference(entity, mine, held):
                changes.setdefault(change, {})[key] = now["id"]
            else:
                outcomes[key] = Outcome(key, "sent", str(now["id"]))
        for change, ids in changes.items():
            written = odoo_load.on_ids(
                self._call, self._mapping.models[entity], "write", ids, QUIETLY, vals=dict(change)
            )
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
            outcomes |= odoo_load.load(
                self._call, self._mapping.models[entity], columns, group, QUIETLY
            )
        return {
            key: self._watched(outcome, winners, wanted.get(key, {}), found.get(key, ()))
            for key, outcome in outcomes.items()
        }

    def _left(
        self,
        batch: Sequence[Record],
        wanted: Mapping[str, object],
        present: Mapping[str, object],
    ) -> dict[str, Outcome]:
        """Those that somebody deleted and that stay deleted.

        A record in doubt is made: our own withdrawal may have deleted it.
        """
        if self._mapping.when_deleted == "make_again":
            return {}
        left = "somebody deleted it in the CRM, left as it is"
        return {
            record.key: Outcome(record.key, "sent", None, left)
            for record in batch
            if record.key in wanted
            and record.crm_id
            and record.key not in present
            and not record.is_in_doubt
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
        self, entity: Entity, batch: Sequence[Record], wanted: dict[str, dict[str, Value]]
    ) -> dict[str, Outcome]:
        """Add contact, owner and kind to each; those whose contact is not there are taken out, to wait. Of a
        complaint nobody may know whose it is."""
        asked = [record for record in batch if record.key in wanted]
        contacts = self._records.contact_ids(
            {str(key) for record in asked if (key := record.fields.get("contact_key"))}
        )
        owners = self._records.user_ids(
            {str(record.fields.get(self._mapping.owner.source)) for record in asked}
        )
        waiting: dict[str, Outcome] = {}
        for record in asked:
            contact_key = record.fields.get("contact_key")
            contact = contacts.get(str(contact_key))
            if contact is None and (contact_key or entity == "task"):
                del wanted[record.key]
                absent = "its contact is not in the CRM; send the contact first"
                waiting[record.key] = Outcome(record.key, "retry", record.crm_id, absent)
                continue
            owner = owners.get(str(record.fields.get(self._mapping.owner.source)))
            wanted[record.key] |= self._links(entity, record, contact or False, owner or False)
        return waiting

    def _attach_stores(self, batch: Sequence[Record], wanted: dict[str, dict[str, Value]]) -> None:
        """Add to each month the contact that is its store, where the mapping wants it and there is one; what
        staff linked to it where there is none stays."""
        scorecard = self._mapping.scorecard
        if scorecard is None or scorecard.store is None:
            return
        codes = {record.key: str(record.fields["store_code"]) for record in batch}
        there = self._records.store_ids(codes.values(), scorecard.store_match)
        for key, values in wanted.items():
            if codes[key] in there:
                values[scorecard.store] = there[codes[key]]

    def _links(
        self, entity: Entity, record: Record, contact: Value, owner: Value
    ) -> dict[str, Value]:
        """What of a task or complaint is not told by its fields."""
        if entity == "task":
            kind = self._records.activity_types()[self._mapping.activity_type_of(record)]
            return {"res_id": contact, OWNER: owner, "activity_type_id": kind}
        complaint = self._mapping.complaint
        if complaint is None:
            raise AssertionError("what is sent is in the mapping")
        named = {complaint.contact: contact, complaint.owner: owner}
        is_open = record.fields.get("state") != "closed"
        return {ACTIVE: is_open, **{name: each for name, each in named.items() if name}}

    def _columns(self, entity: Entity, values: Mapping[str, Value]) -> list[str]:
        complaint, scorecard = self._mapping.complaint, self._mapping.scorecard
        by_id = {OWNER, "activity_type_id"}
        if entity == "complaint" and complaint:
            by_id = {name for name in (complaint.contact, complaint.owner) if name}
        elif entity == "scorecard" and scorecard:
            by_id = {scorecard.store} if scorecard.store else set()
        ours = [f"{name}/.id" if name in by_id else name for name in values]
        if chosen := self._mapping.chosen(entity):
            return [*ours, *(f"{name}/id" for name in chosen.links)]
        return [*ours, "res_model_id/id"] if entity == "task" else ours

    def _row(self, entity: Entity, key: str, values: Mapping[str, Value]) -> list[odoo_load.Cell]:
        # load() wants to read yes in words.
        cells = ["true" if value is True else value for value in values.values()]
        row: list[odoo_load.Cell] = [self._records.external_id(entity, key), *cells]
        if chosen := self._mapping.chosen(entity):
            return [*row, *chosen.links.values()]
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


def _scalar(value: Any) -> Value:
    """A value as Odoo reads it: a link comes as [id, name]."""
    scalar: Value = value[0] if isinstance(value, list) else value
    return scalar
