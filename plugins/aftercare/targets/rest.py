"""A CRM with a REST interface, as its mapping describes it.

How a record is kept once: where the CRM keeps one record per key itself, it is sent under its key.
Where it does not, a record whose id is not known is looked up by its key before it is made. A call of
which no answer arrived leaves its records in doubt; those are looked up when the CRM must be done with
it (`settle_seconds`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from aftercare.errors import ConfigurationError
from aftercare.sources.batches import Address
from aftercare.sources.nested import found
from aftercare.sources.placeholders import filled
from aftercare.targets import rest_results
from aftercare.targets.http_trouble import CallError, whole_or_nothing
from aftercare.targets.protocol import (
    Capabilities,
    Entity,
    Outcome,
    Record,
    Results,
    ToldNumbers,
    Withdrawal,
)
from aftercare.targets.rest_calls import Absent, Refused, RestCalls, spread
from aftercare.targets.rest_fields import CONTACT_ID
from aftercare.targets.rest_lookups import AtOnce, Lookups, groups_of
from aftercare.targets.rest_mapping import Records, RestMapping, Tasks
from aftercare.targets.rest_requests import Write
from aftercare.targets.winners import conflicts, left_to_them, watched

ENTITIES: tuple[Entity, ...] = ("contact", "task", "complaint", "scorecard")
"""Contacts first: tasks and complaints stand on them."""


class RestTarget:
    """The target that `mapping` describes, at the address of a connection."""

    def __init__(
        self,
        mapping: RestMapping,
        address: Address,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._mapping = mapping
        self._calls = RestCalls(mapping, address, sleep)
        self._at_once = AtOnce(mapping.concurrency)
        self._lookups = Lookups(mapping, self._calls, self._at_once)

    @property
    def name(self) -> str:
        """The name under which the ledger keeps this target's ids."""
        return self._mapping.target

    @property
    def capabilities(self) -> Capabilities:
        """What the mapping says that the CRM can do."""
        parts = [part for entity in ENTITIES if (part := self._mapping.part(entity))]
        words = self._mapping.results and self._mapping.results.words
        return Capabilities(
            native_upsert=all(part.upsert for part in parts),
            batch_size=self._mapping.batch_size,
            reads_results=self._mapping.results is not None,
            settle_seconds=self._mapping.settle_seconds,
            has_contacts=self._mapping.contact is not None,
            has_complaints=self._mapping.complaint is not None,
            has_scorecards=self._mapping.scorecard is not None,
            watches_fields=any(part.winners for part in parts),
            tells_complaints=bool(self._mapping.results and self._mapping.results.complaints),
            tells_numbers=self._mapping.numbers is not None,
            tells_wishes=bool(words and words.wishes),
        )

    @cached_property
    def mapping_digest(self) -> str:
        """A digest of all that the mapping says."""
        return hashlib.sha256(self._mapping.model_dump_json().encode()).hexdigest()[:16]

    @property
    def stopped(self) -> str | None:
        """Why the CRM takes nothing more, once it said so."""
        return f"{self.name}: {self._calls.stopped}" if self._calls.stopped else None

    @property
    def calls(self) -> int:
        """Requests to the CRM so far."""
        return self._calls.calls

    def check(self) -> None:
        """Compare the mapping with the CRM's own description, and look a key up that nobody has.

        Raises ConfigurationError for a field that the CRM does not have, for a look-up that finds
        what nobody sent, and where the CRM lets us not in; SystemUnreachable where it does not answer.
        """
        with self._told():
            for entity in ENTITIES:
                part = self._mapping.part(entity)
                if part:
                    self._check_fields(entity, part)
                    if part.find:
                        self._lookups.check(entity, part.find)

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Create or update; contacts before tasks. See `Target.upsert`."""
        done: dict[tuple[Entity, str], Outcome] = {}
        for entity in ENTITIES:
            chosen = {record.key: record for record in records if record.entity == entity}
            outcomes = self._upsert(entity, chosen) if chosen else {}
            done |= {(entity, key): outcome for key, outcome in outcomes.items()}
        return [done[record.entity, record.key] for record in records]

    def withdraw(self, withdrawals: Sequence[Withdrawal]) -> Sequence[Outcome]:
        """Take tasks and complaints off the open list as the mapping says. See `Target.withdraw`."""
        done: dict[tuple[Entity, str], Outcome] = {}
        for entity in ENTITIES:
            part = self._mapping.part(entity)
            chosen = {gone.key: gone for gone in withdrawals if gone.entity == entity}
            if isinstance(part, Tasks):
                outcomes = self._take_back(part, chosen)
            else:
                stays = f"{entity}s stay in the CRM"
                outcomes = {
                    key: Outcome(key, "rejected", gone.crm_id, stays)
                    for key, gone in chosen.items()
                }
            done |= {(entity, key): outcome for key, outcome in outcomes.items()}
        return [done[gone.entity, gone.key] for gone in withdrawals]

    def _take_back(self, part: Tasks, chosen: Mapping[str, Withdrawal]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        ids: dict[str, str] = {key: gone.crm_id for key, gone in chosen.items() if gone.crm_id}
        if part.find and (part.done or "id" in part.withdraw.wanted):
            asked = [key for key in chosen if part.done or key not in ids]
            there, failed = self._lookups.find(part.find, asked)
            outcomes |= failed
            for key in asked:
                if key in there:
                    ids[key], row = there[key]
                    if part.done and rest_results.is_done(row, part.done):
                        left = "was done before it was withdrawn, left as it is"
                        outcomes[key] = Outcome(key, "sent", ids[key], left)
                elif key not in failed:
                    outcomes[key] = Outcome(key, "sent", None, "was not in the CRM any more")
        waiting = [key for key in chosen if key not in outcomes]
        gone_now = self._at_once.each(
            waiting, lambda key: self._withdraw(part, chosen[key], ids.get(key))
        )
        return outcomes | dict(zip(waiting, gone_now, strict=True))

    def read_results(self, cursor: str | None) -> Results:
        """What was done since the cursor. See `Target.read_results`."""
        if self._mapping.results is None:
            return Results((), cursor or "")
        with self._told():
            return rest_results.read(self._calls, self._mapping.results, cursor)

    def read_numbers(self, cursor: str | None) -> ToldNumbers:
        """Contacts of ours that were written since the cursor. See `NumberTarget.read_numbers`."""
        if self._mapping.numbers is None:
            return ToldNumbers((), cursor or "")
        with self._told():
            return rest_results.read_numbers(self._calls, self._mapping.numbers, cursor)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A failure of one call is one of the CRM; one that somebody has to mend says so."""
        with whole_or_nothing():
            try:
                yield
            except CallError:
                if self.stopped:
                    raise ConfigurationError(self.stopped) from None
                raise

    def _upsert(self, entity: Entity, records: Mapping[str, Record]) -> dict[str, Outcome]:
        part = self._mapping.part(entity)
        if part is None:
            none = "the mapping has none of it; it stands in the tasks"
            return {key: Outcome(key, "sent", None, none) for key in records}
        outcomes: dict[str, Outcome] = {}
        ours = {key: {**record.fields, "key": key} for key, record in records.items()}
        if entity in ("task", "complaint"):
            outcomes |= self._attach(part, records, ours)
        for key, record in records.items():
            lacks = None if key in outcomes else self._mapping.missing(record, ours[key])
            if lacks:
                outcomes[key] = Outcome(key, "rejected", record.crm_id, lacks)
        waiting = [key for key in records if key not in outcomes]
        ids = {key: crm_id for key in waiting if (crm_id := records[key].crm_id)}
        outcomes |= self._make_or_change(part, waiting, ours, ids, records)
        gone = [key for key in ids if outcomes[key].reason == _GONE]
        if gone and self._mapping.when_deleted == "leave":
            outcomes |= self._left(part, gone)
        elif gone:
            outcomes |= self._make_or_change(part, gone, ours, {}, records)
        return outcomes

    def _left(self, part: Records, keys: Sequence[str]) -> dict[str, Outcome]:
        """What somebody deleted stays so; what is there after all was asked for at a wrong address."""
        there, outcomes = self._lookups.find(part.find, keys) if part.find else ({}, {})
        left = "somebody deleted it in the CRM, left as it is"
        for key in keys:
            if key in there:
                outcomes[key] = Outcome(key, "rejected", there[key][0], _WRONG_ADDRESS)
            elif key not in outcomes:
                outcomes[key] = Outcome(key, "sent", None, left)
        return outcomes

    def _make_or_change(
        self,
        part: Records,
        keys: Sequence[str],
        ours: Mapping[str, Mapping[str, object]],
        ids: Mapping[str, str],
        records: Mapping[str, Record],
    ) -> dict[str, Outcome]:
        """Change what the CRM has, under the ids that are known or found; make the rest."""
        done = part.done if isinstance(part, Tasks) else None
        there: dict[str, tuple[str, Any]] = {}
        outcomes: dict[str, Outcome] = {}
        known = dict(ids) if part.update else {}
        asked: Sequence[str] = ()
        if part.find:
            asked = keys if part.looks_first else [key for key in keys if key not in known]
            asked = asked if part.update or part.looks_first else ()
            there, outcomes = self._lookups.find(part.find, asked)
        for key in asked:
            if key in there:
                known[key], row = there[key]
                if done and rest_results.is_done(row, done):
                    left = "already done in the CRM, left as it is"
                    outcomes[key] = Outcome(key, "sent", known[key], left)
            elif key in ids and key not in outcomes and not self._is_made_again(part):
                outcomes[key] = Outcome(key, "retry", None, _GONE)
        waiting = [key for key in keys if key not in outcomes]
        new = [key for key in waiting if key not in known]
        old = [key for key in waiting if key in known]
        create, update = part.create or part.upsert, part.update or part.upsert
        if create is None or update is None:
            raise AssertionError("a mapping gives upsert, or create and update")
        gone = part.withdrawn if isinstance(part, Tasks) else None
        # Nobody knows whether its withdrawal arrived; staff's own is left.
        again = [
            key
            for key in old
            if gone
            and records[key].is_in_doubt
            and key in there
            and rest_results.is_done(there[key][1], gone)
        ]
        others = [key for key in old if key not in again]
        made = self._bodies(part, new, ours, is_new=True)
        changed = self._bodies(part, others, ours, is_new=False)
        changed |= self._bodies(part, again, ours, is_new=True)
        found = {
            key: conflicts(
                part.winners, changed[key], _shown(part, there[key][1]), records[key].taken
            )
            for key in old
            if key in there
        }
        for key, each in found.items():
            for field in left_to_them(each):
                del changed[key][field]
        written = self._write(part, create, made, {}) | self._write(part, update, changed, known)
        bodies = made | changed
        return outcomes | {
            key: replace(
                outcome,
                watched=watched(part.winners, bodies[key]),
                conflicts=found.get(key, ()),
            )
            if outcome.state == "sent" and part.winners
            else outcome
            for key, outcome in written.items()
        }

    def _bodies(
        self,
        part: Records,
        keys: Sequence[str],
        ours: Mapping[str, Mapping[str, object]],
        is_new: bool,
    ) -> dict[str, dict[str, object]]:
        """The records in the CRM's fields."""
        mapping = self._mapping
        return {
            key: part.values(ours[key], mapping.zone, is_new, mapping.sends_unknown) for key in keys
        }

    def _is_made_again(self, part: Records) -> bool:
        """Whether an upsert makes again by itself what was deleted."""
        return bool(part.upsert) and self._mapping.when_deleted == "make_again"

    def _attach(
        self,
        part: Records,
        records: Mapping[str, Record],
        ours: Mapping[str, dict[str, object]],
    ) -> dict[str, Outcome]:
        """Add the CRM's id of the contact to each task or complaint, where the mapping wants it; of a complaint
        nobody may know whose it is."""
        contact = self._mapping.contact
        wanted = {source for rule in part.fields.values() for source in rule.sources}
        if CONTACT_ID not in wanted or contact is None or contact.find is None:
            return {}
        named = {
            key: str(record.fields["contact_key"])
            for key, record in records.items()
            if record.fields["contact_key"] is not None
        }
        there, failed = self._lookups.find(contact.find, sorted(set(named.values())))
        outcomes = {}
        for key, contact_key in named.items():
            record = records[key]
            if contact_key in there:
                ours[key][CONTACT_ID] = there[contact_key][0]
                continue
            problem = failed.get(contact_key)
            absent = "its contact is not in the CRM; send the contact first"
            reason = problem.reason if problem else absent
            outcomes[key] = Outcome(key, "retry", record.crm_id, reason)
        return outcomes

    def _write(
        self,
        part: Records,
        call: Write,
        bodies: Mapping[str, Mapping[str, object]],
        ids: Mapping[str, str],
    ) -> dict[str, Outcome]:
        groups = groups_of(list(bodies), call.most if call.is_many else 1)
        outcomes: dict[str, Outcome] = {}
        for answered in self._at_once.each(
            groups, lambda group: self._written(part, call, group, bodies, ids)
        ):
            outcomes |= answered
        return outcomes

    def _written(
        self,
        part: Records,
        call: Write,
        group: Sequence[str],
        bodies: Mapping[str, Mapping[str, object]],
        ids: Mapping[str, str],
    ) -> dict[str, Outcome]:
        """Send a batch, and ever smaller ones until those that are refused are found."""
        outcomes: dict[str, Outcome] = {}
        waiting = [list(group)]
        while waiting:
            keys = waiting.pop()
            first = keys[0]
            values: dict[str, object] = {"key": first, "id": ids.get(first, "")}
            values["record"] = bodies[first]
            values["records"] = [_entry(call, key, bodies[key], ids) for key in keys]
            try:
                content = self._calls.call(call, values)
            except (Refused, Absent) as problem:
                if len(keys) > 1:
                    middle = len(keys) // 2
                    waiting += [keys[:middle], keys[middle:]]
                elif isinstance(problem, Absent):
                    outcomes[first] = _gone(first, first in ids, problem)
                else:
                    outcomes[first] = self._refusal(part, first, problem)
            except CallError as problem:
                outcomes |= {
                    key: Outcome(key, problem.state, None, problem.text, problem.retry_after)
                    for key in keys
                }
            else:
                outcomes |= self._understood(part, call, keys, content, ids)
        return outcomes

    def _understood(
        self,
        part: Records,
        call: Write,
        keys: Sequence[str],
        content: object,
        ids: Mapping[str, str],
    ) -> dict[str, Outcome]:
        """What an answer says of each record."""
        if call.items is None:
            own = _id(call.id, content)
            if call.id and own is None:
                unclear = "the answer does not say under which id it was kept"
                return {key: Outcome(key, "unknown", None, unclear) for key in keys}
            return {key: Outcome(key, "sent", own or ids.get(key)) for key in keys}
        answers = found(call.items.rows, content)
        if not isinstance(answers, list) or len(answers) != len(keys):
            unclear = "the answer does not say what became of each record"
            return {key: Outcome(key, "unknown", None, unclear) for key in keys}
        outcomes = {}
        for key, answer in zip(keys, answers, strict=True):
            verdict, shown = self._calls.verdict(call.items, answer, 200)
            own = _id(call.items.id, answer) or ids.get(key)
            if verdict == "done":
                outcomes[key] = Outcome(key, "sent", own)
            elif verdict == "rejected":
                problem = self._calls.refused(call.items, answer, shown, 200)
                outcomes[key] = self._refusal(part, key, problem)
            elif verdict == "absent":
                outcomes[key] = _gone(key, key in ids, Absent(shown))
            elif verdict in ("later", "stop", "renew"):
                outcomes[key] = Outcome(key, "retry", None, f"{shown}: not taken now")
                if verdict == "stop":
                    self._calls.stop(shown)
                elif verdict == "renew":
                    self._calls.renew()
            else:
                unclear = f"{shown}: nobody knows what became of it"
                outcomes[key] = Outcome(key, "unknown", None, unclear)
        return outcomes

    def _refusal(self, part: Records, key: str, problem: Refused) -> Outcome:
        """Why a record was refused: names of fields are said where they are of the mapping."""
        field = f"field {problem.field}: " if problem.field in part.fields else "record: "
        return Outcome(key, "rejected", None, f"{field}{problem.text}")

    def _withdraw(self, part: Tasks, gone: Withdrawal, crm_id: str | None) -> Outcome:
        values = {"key": gone.key, "id": crm_id or "", "reason": gone.reason}
        try:
            self._calls.call(part.withdraw, values)
        except Absent:
            there, failed = self._lookups.find(part.find, [gone.key]) if part.find else ({}, {})
            if gone.key in there:
                return Outcome(gone.key, "rejected", there[gone.key][0], _WRONG_ADDRESS)
            absent = Outcome(gone.key, "sent", None, "was not in the CRM any more")
            return failed.get(gone.key, absent)
        except CallError as problem:
            return Outcome(gone.key, problem.state, crm_id, problem.text, problem.retry_after)
        return Outcome(gone.key, "sent", crm_id)

    def _check_fields(self, entity: Entity, part: Records) -> None:
        if part.describe is None:
            return
        names = found(part.describe.names, self._calls.call(part.describe, {}))
        if not isinstance(names, list):
            text = f"the CRM's answer has no list at {part.describe.names}"
            raise self._mapping.wrong(text, entity, "describe", "names")
        for name in part.fields:
            if name not in names:
                text = "the CRM has no such field; see its list of fields"
                raise self._mapping.wrong(text, entity, "fields", name)


_GONE = "somebody deleted it in the CRM"
_WRONG_ADDRESS = "it is in the CRM, and not at the address of the call; is the path right?"


def _shown(part: Records, row: object) -> Mapping[str, object]:
    """The fields that a look-up shows; where the CRM leaves empty ones out, those too."""
    if not isinstance(row, Mapping):
        return {}
    left_out = part.winners if part.find and part.find.leaves_out_empty else {}
    return {**dict.fromkeys(left_out), **row}


def _gone(key: str, was_known: bool, problem: CallError) -> Outcome:
    if was_known:
        return Outcome(key, "retry", None, _GONE)
    return Outcome(key, "rejected", None, f"{problem.text}; is the address right?")


def _entry(call: Write, key: str, body: Mapping[str, object], ids: Mapping[str, str]) -> object:
    """One of many records, as the CRM wants it."""
    if call.entry is None:
        return body
    return spread(filled(call.entry, {"key": key, "id": ids.get(key, ""), "record": body}))


def _id(path: str | None, answer: object) -> str | None:
    """The CRM's id in an answer, where it tells it."""
    told = found(path, answer) if path else None
    return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else None
