"""Odoo 19: customers as contacts, tasks as activities on them, through JSON-2.

How a record is kept once: it is made by `load()` under an external id that comes from our key, so
a second sending finds the first. A record whose id we know is read and compared first, and only
fields that differ are written, equal differences of many records in one call.

A withdrawn task's activity is deleted, after a note with the reason was left on the contact.
Archiving would be gentler, but in Odoo an archived activity *is* a done one: it would enter the
statistics as a call that somebody made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from aftercare.targets import odoo_load, odoo_results
from aftercare.targets.odoo_json2 import CallError, Json2, whole_or_nothing
from aftercare.targets.odoo_load import batches, failed
from aftercare.targets.odoo_mapping import OdooMapping, Value, check_fields, html_text
from aftercare.targets.protocol import (
    Capabilities,
    Entity,
    OpenTask,
    Outcome,
    Record,
    Results,
    Withdrawal,
)

CONTACT, ACTIVITY, MESSAGE = "res.partner", "mail.activity", "mail.message"
MODEL: Mapping[Entity, str] = {"contact": CONTACT, "task": ACTIVITY}

ARCHIVED_TOO = {"active_test": False}
QUIETLY = {"tracking_disable": True, "mail_activity_quick_update": True, "lang": "en_US"}
"""For writing: no history line per field, no mail to each user for each task, and messages in the
language in which `odoo_load` sorts them."""


class OdooTarget:
    """The target `odoo`: `client` speaks to the server, `mapping` says what goes where."""

    def __init__(self, mapping: OdooMapping, client: Json2) -> None:
        self._mapping = mapping
        self._call: odoo_load.Call = client.call
        self._users: dict[str, int | None] = {}

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
        )

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
            kinds = self._call("mail.activity.type", "search", domain=[])
            known = self._call("mail.activity.type", "get_external_id", ids=kinds)
            if self._mapping.activity_type not in known.values():
                raise self._mapping.wrong("the CRM has no such activity type", "activity_type")

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

    def open_tasks(self) -> Iterator[OpenTask]:
        """Every open activity of ours. Raises SystemUnreachable where Odoo does not answer."""
        with whole_or_nothing():
            deadlines, keys = self._open_activities()
        for crm_id, key in keys.items():
            yield OpenTask(key, str(crm_id), odoo_results.day(deadlines[crm_id]))

    def read_results(self, cursor: str | None) -> Results:
        """Finished activities of ours since the cursor. See `Target.read_results`.

        Raises SystemUnreachable where Odoo does not answer.
        """
        with whole_or_nothing():
            return odoo_results.read(
                self._call, lambda ids: self._keys("task", ids), self._mapping, cursor
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
        present = self._present(entity, batch)
        rows: dict[str, list[odoo_load.Cell]] = {}
        changes: dict[tuple[tuple[str, Value], ...], dict[str, int]] = {}
        for key, values in wanted.items():
            now = present.get(key)
            if now is None:
                rows[key] = [self._external_id(entity, key), *values.values(), *self._fixed(entity)]
            elif entity == "task" and not now["active"]:
                done = "already done in the CRM, left as it is"
                outcomes[key] = Outcome(key, "sent", str(now["id"]), done)
            elif change := self._difference(entity, values, now):
                changes.setdefault(change, {})[key] = now["id"]
            else:
                outcomes[key] = Outcome(key, "sent", str(now["id"]))
        for change, ids in changes.items():
            outcomes |= self._on_ids(MODEL[entity], "write", ids, vals=dict(change))
        if rows:
            columns = ["id", *self._columns(entity, next(iter(wanted.values())))]
            outcomes |= odoo_load.load(self._call, MODEL[entity], columns, rows, QUIETLY)
        return outcomes

    def _attach(
        self, batch: Sequence[Record], wanted: dict[str, dict[str, Value]]
    ) -> dict[str, Outcome]:
        """Add contact and owner to each task; tasks without a contact are taken out, to wait."""
        tasks = [record for record in batch if record.key in wanted]
        contacts = self._contact_ids({str(task.fields.get("contact_key")) for task in tasks})
        owners = self._user_ids(
            {str(task.fields.get(self._mapping.owner.source)) for task in tasks}
        )
        waiting: dict[str, Outcome] = {}
        for task in tasks:
            contact = contacts.get(str(task.fields.get("contact_key")))
            if contact is None:
                del wanted[task.key]
                absent = "its contact is not in the CRM; send the contact first"
                waiting[task.key] = Outcome(task.key, "retry", task.crm_id, absent)
                continue
            owner = owners.get(str(task.fields.get(self._mapping.owner.source)))
            wanted[task.key] |= {"res_id": contact, "user_id": owner or False}
        return waiting

    def _columns(self, entity: Entity, values: Mapping[str, Value]) -> list[str]:
        ours = ["user_id/.id" if name == "user_id" else name for name in values]
        return [*ours, "res_model_id/id", "activity_type_id/id"] if entity == "task" else ours

    def _fixed(self, entity: Entity) -> list[odoo_load.Cell]:
        return ["base.model_res_partner", self._mapping.activity_type] if entity == "task" else []

    def _difference(
        self, entity: Entity, values: Mapping[str, Value], now: Mapping[str, Any]
    ) -> tuple[tuple[str, Value], ...]:
        rules = self._mapping.fields(entity)
        return tuple(
            (name, value)
            for name, value in values.items()
            if value != _scalar(now[name]) and not (name in rules and rules[name].once)
        )

    def _present(self, entity: Entity, batch: Sequence[Record]) -> dict[str, Mapping[str, Any]]:
        """What the CRM holds now of the records that it can be asked for, by our key.

        An id counts only where the CRM confirms that it bears our key: after a restored backup it
        may be somebody else's record.
        """
        domain: list[object] = [["id", "in", [int(r.crm_id) for r in batch if r.crm_id]]]
        if entity == "contact":
            domain = ["|", *domain, ["ref", "in", [record.key for record in batch]]]
        elif not any(record.crm_id for record in batch):
            return {}
        fields = ["active", *self._mapping.fields(entity)]
        if entity == "task":
            fields += ["res_id", "user_id"]
        rows = self._call(
            MODEL[entity], "search_read", domain=domain, fields=fields, context=ARCHIVED_TOO
        )
        keys = self._keys(entity, [row["id"] for row in rows])
        return {keys[row["id"]]: row for row in rows if row["id"] in keys}

    def _contact_ids(self, keys: Iterable[str]) -> dict[str, int]:
        wanted = sorted(keys)
        rows = self._call(CONTACT, "search", domain=[["ref", "in", wanted]], context=ARCHIVED_TOO)
        found = {key: crm_id for crm_id, key in self._keys("contact", rows).items()}
        absent = {
            key: [self._external_id("contact", key), key] for key in wanted if key not in found
        }
        # Somebody may have overwritten the reference. The external id still finds the contact, and
        # where there is none the row is refused, because a contact cannot be made without a name.
        healed = odoo_load.load(self._call, CONTACT, ["id", "ref"], absent, QUIETLY)
        for key, outcome in healed.items():
            if outcome.state == "sent" and outcome.crm_id:
                found[key] = int(outcome.crm_id)
        return found

    def _user_ids(self, numbers: Iterable[str]) -> dict[str, int]:
        owner = self._mapping.owner
        asked = {*numbers, *([owner.fallback] if owner.fallback else [])}
        unknown = sorted(asked - self._users.keys())
        if unknown:
            rows = self._call(
                "res.users",
                "search_read",
                domain=[[owner.match, "in", unknown]],
                fields=[owner.match],
            )
            self._users |= dict.fromkeys(unknown) | {row[owner.match]: row["id"] for row in rows}
        fallback = self._users.get(owner.fallback) if owner.fallback else None
        return {n: user for n in asked if (user := self._users[n] or fallback) is not None}

    def _withdraw(self, batch: Sequence[Withdrawal]) -> dict[str, Outcome]:
        known = {int(task.crm_id) for task in batch if task.crm_id}
        rows = self._activities([["id", "in", sorted(known)]]) if known else {}
        if any(task.key not in rows for task in batch):
            rows |= self._activities([["res_model", "=", CONTACT]])
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
        columns = ["id", "model", "res_id", "message_type", "subtype_id/id", "body"]
        noted = odoo_load.load(self._call, MESSAGE, columns, notes, QUIETLY)
        ids = {key: rows[key]["id"] for key, outcome in noted.items() if outcome.state == "sent"}
        return outcomes | noted | (self._on_ids(ACTIVITY, "unlink", ids) if ids else {})

    def _activities(self, domain: list[object]) -> dict[str, Mapping[str, Any]]:
        rows = self._call(
            ACTIVITY,
            "search_read",
            domain=domain,
            fields=["active", "res_id", "summary"],
            context=ARCHIVED_TOO,
        )
        keys = self._keys("task", [row["id"] for row in rows])
        return {keys[row["id"]]: row for row in rows if row["id"] in keys}

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

    def _open_activities(self) -> tuple[dict[int, str], dict[int, str]]:
        rows = self._call(
            ACTIVITY,
            "search_read",
            domain=[["res_model", "=", CONTACT]],
            fields=["date_deadline"],
        )
        deadlines = {row["id"]: row["date_deadline"] for row in rows}
        return deadlines, self._keys("task", list(deadlines))

    def _external_id(self, entity: Entity, key: str) -> str:
        # Odoo refuses blanks in the name. Only the first dot has a meaning: it ends the namespace.
        return f"{self._mapping.namespace}.{entity}_{quote(key, safe='')}"

    def _keys(self, entity: Entity, ids: Iterable[int]) -> dict[int, str]:
        """Our keys of those records that are ours; needs no right on Odoo's list of external ids."""
        prefix = f"{self._mapping.namespace}.{entity}_"
        named: dict[str, str] = {}
        for batch in batches(sorted(ids), 5000):
            named |= self._call(MODEL[entity], "get_external_id", ids=list(batch))
        return {
            int(crm_id): unquote(name.removeprefix(prefix))
            for crm_id, name in named.items()
            if name.startswith(prefix)
        }


def _scalar(value: Any) -> Value:
    """A value as Odoo reads it: a link comes as [id, name]."""
    scalar: Value = value[0] if isinstance(value, list) else value
    return scalar
