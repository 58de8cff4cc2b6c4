"""Salesforce: a CRM that keeps one record per external id by itself.

The work is that of any CRM with a REST interface (`targets/rest.py`): records go in collections of 200. Added here
are jobs of the bulk interface for many records, and a look at what Salesforce says of the key's field.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aftercare.errors import ConfigurationError
from aftercare.sources.batches import Address
from aftercare.targets.http_trouble import CallError
from aftercare.targets.protocol import Capabilities, Entity, Outcome, Record
from aftercare.targets.rest import ENTITIES, RestTarget
from aftercare.targets.rest_calls import Absent
from aftercare.targets.rest_lookups import groups_of
from aftercare.targets.rest_mapping import Records
from aftercare.targets.rest_requests import Reading, Write
from aftercare.targets.salesforce_bulk import BulkJobs
from aftercare.targets.salesforce_mapping import (
    SalesforceMapping,
    SalesforceRecords,
    SalesforceTasks,
)

ENTRIES = ("oauth2", "bearer")


class SalesforceTarget(RestTarget):
    """The Salesforce that `mapping` describes, at the My Domain address of a connection."""

    def __init__(
        self,
        mapping: SalesforceMapping,
        address: Address,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if address.extra.get("auth") not in ENTRIES:
            raise ConfigurationError(
                f'connection {address.conn_id} needs {{"auth": "oauth2", "token_url": '
                '"services/oauth2/token"} in its extra: Salesforce takes no login and password'
            )
        super().__init__(mapping.as_rest(), address, sleep)
        self._salesforce = mapping
        self._jobs = (
            BulkJobs(self._calls, mapping.bulk, mapping.root, sleep) if mapping.bulk else None
        )
        self._has_ended_older = False
        self._objects: dict[str, Sequence[Mapping[str, Any]]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What Salesforce can do; a batch is as large as a job may be, so that a large push becomes one."""
        bulk = self._salesforce.bulk
        able = super().capabilities
        return replace(able, batch_size=bulk.most) if bulk else able

    def check(self) -> None:
        """As that of any CRM, and whether Salesforce keeps one record per key and lets us write the fields.

        Raises ConfigurationError and SystemUnreachable.
        """
        self._objects.clear()
        with self._told():
            for entity in ENTITIES:
                part = self._salesforce.part(entity)
                if part:
                    self._check_object(entity, part)
        super().check()

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """As that of any CRM, once no job of an earlier push is at work any more."""
        if self._jobs and not self._has_ended_older:
            parts = [self._salesforce.part(entity) for entity in ENTITIES]
            try:
                self._jobs.end_older({part.object for part in parts if part})
            except CallError as problem:
                waits = Outcome("", "retry", None, problem.text, problem.retry_after)
                return [replace(waits, key=record.key) for record in records]
            self._has_ended_older = True
        return super().upsert(records)

    def _check_object(self, entity: Entity, part: SalesforceRecords) -> None:
        try:
            told = self._described(part.object)
        except Absent:
            text = "Salesforce has no such object, or not for this account; is api_version right?"
            raise self._salesforce.wrong(text, entity, "object") from None
        known: dict[str, Mapping[str, Any]] = {}
        for field in told:
            known |= {field["name"]: field, field.get("relationshipName") or field["name"]: field}
        for place, name in self._named(entity, part):
            if name not in known:
                text = "the CRM has no such field; see its list of fields"
                raise self._salesforce.wrong(text, *place)
        key = known[part.key_field]
        if not (key.get("externalId") and key.get("unique") and key.get("caseSensitive")):
            text = (
                "holds no record once: make it Text, External ID, and Unique with "
                '"treat ABC and abc as different values"'
            )
            raise self._salesforce.wrong(text, entity, "key_field")
        for name, rule in part.fields.items():
            if rule.in_object and not self._refers_by(known[name], rule.in_object):
                text = f"what it refers to has no field {rule.in_object} that is an external ID"
                raise self._salesforce.wrong(text, entity, "fields", name)
        written = {("fields", name): rule.once for name, rule in part.fields.items()}
        if isinstance(part, SalesforceTasks):
            written |= {("withdraw", name): False for name in part.withdraw}
        for place, once in written.items():
            rights = ("createable",) if once else ("createable", "updateable")
            if not all(known[place[1]].get(right) for right in rights):
                text = "the account may not write it; see its field-level security"
                raise self._salesforce.wrong(text, entity, *place)

    def _described(self, name: str) -> Sequence[Mapping[str, Any]]:
        """What Salesforce says of the fields of an object; asked once, for objects refer to one another."""
        if name not in self._objects:
            asked = Reading(path=f"{self._salesforce.root}/sobjects/{name}/describe")
            self._objects[name] = self._calls.call(asked, {})["fields"]
        return self._objects[name]

    def _refers_by(self, reference: Mapping[str, Any], name: str) -> bool:
        """Whether a reference can be told by this field of what it refers to."""
        return any(
            field["name"] == name and field.get("externalId")
            for other in reference.get("referenceTo") or ()
            for field in self._described(other)
        )

    def _named(
        self, entity: Entity, part: SalesforceRecords
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        """The fields of an object that the mapping names, and where."""
        yield (entity, "key_field"), part.key_field
        for name in part.fields:
            yield (entity, "fields", name), name
        if not isinstance(part, SalesforceTasks):
            return
        for name in part.withdraw:
            yield (entity, "withdraw", name), name
        if part.done:
            yield (entity, "done", "at"), part.done.at
        results = self._salesforce.results if entity == "task" else None
        for told, path in results.paths.items() if results else ():
            yield ("results", told), path.split(".")[0]
        for flag, path in results.flags.items() if results else ():
            yield ("results", "flags", flag), path.split(".")[0]

    def _write(
        self,
        part: Records,
        call: Write,
        bodies: Mapping[str, Mapping[str, object]],
        ids: Mapping[str, str],
    ) -> dict[str, Outcome]:
        """Few records go in collections, many in jobs: what is new and what changes apart, as they differ in fields."""
        bulk, jobs = self._salesforce.bulk, self._jobs
        if bulk is None or jobs is None or len(bodies) <= bulk.above:
            return super()._write(part, call, bodies, ids)
        entity = next(each for each in ENTITIES if self._mapping.part(each) is part)
        own = self._salesforce.part(entity)
        if own is None:
            raise AssertionError("what is sent is in the mapping")
        outcomes: dict[str, Outcome] = {}
        for group in groups_of(list(bodies), bulk.most):
            loaded = jobs.upsert(
                own.object, own.key_field, part, {key: bodies[key] for key in group}
            )
            answered = list(loaded.answers)
            outcomes |= loaded.outcomes
            # The answers are written as those of a collection, and mean the same.
            answers = [loaded.answers[key] for key in answered]
            outcomes |= self._understood(part, call, answered, answers, ids)
        return outcomes
