"""How a CRM with a REST interface wants to be spoken to, as `include/mappings/crm/<name>.yaml` says.

A mapping names, places and compares; it computes nothing. Paths into answers are JMESPath
expressions, as in the mappings of dealer systems. What it names is known when the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from aftercare.sources import nested
from aftercare.targets.field_rules import fields_known, lacking, winners_of
from aftercare.targets.mapping_file import MappingFile, Part
from aftercare.targets.protocol import Entity, Record
from aftercare.targets.rest_answers import Answer
from aftercare.targets.rest_changes import Done, Numbers, Results
from aftercare.targets.rest_fields import CONTACT_ID, RestField
from aftercare.targets.rest_requests import (
    ALWAYS,
    Call,
    Described,
    Find,
    Token,
    Write,
    Zone,
    listed,
)
from aftercare.targets.winners import Winner


class Records(Part):
    """One entity of the CRM: its fields, and the calls that find, make and change it.

    Give `upsert`, where the CRM itself keeps one record per key of ours, or `find`, `create` and
    `update`. `describe` tells which fields there are. With `look_first` a record is looked up before
    each change, not only before it is made, so that one that somebody deleted is noticed in a CRM that
    does not say so.
    """

    fields: dict[str, RestField]
    find: Find | None = None
    create: Write | None = None
    update: Write | None = None
    upsert: Write | None = None
    describe: Described | None = None
    look_first: bool = False

    @property
    def looks_first(self) -> bool:
        """Whether a record is looked up although its id is known or need not be."""
        once = any(rule.once for rule in self.fields.values())
        return self.look_first or bool(self.winners) or bool(self.upsert and once)

    @property
    def winners(self) -> dict[str, Winner]:
        """The fields for which it is said who wins where staff changed them; the look-up shows them."""
        return winners_of(self.fields)

    @model_validator(mode="after")
    def _can_be_kept(self) -> Records:
        if self.upsert is None and not (self.find and self.create and self.update):
            raise ValueError("give upsert, or find, create and update")
        if self.upsert and (self.create or self.update):
            raise ValueError("give upsert, or create and update")
        if self.looks_first and not self.find:
            raise ValueError(
                "find: a field that is filled once, wins, done and look_first need a look-up"
            )
        # What rows of the CRM's own making show is known to the CRM alone.
        made = nested.names_made(self.find.rows) if self.find else None
        for name in sorted(self.winners.keys() - made) if made is not None else ():
            raise ValueError(
                f"fields: {name}: wins: the look-up does not show it, so nobody would see that staff "
                f"changed it; name it in find.rows: {{{name}: …}}"
            )
        asked = listed(self.find.body) if self.find and self.find.leaves_out_empty else set()
        for name in sorted(self.winners.keys() - asked) if asked & self.fields.keys() else ():
            raise ValueError(
                f"fields: {name}: wins: the look-up does not ask for it, and with leaves_out_empty what is "
                "not in the answer counts as empty; name it in the body of find"
            )
        if not any(rule.source == "key" for rule in self.fields.values()):
            raise ValueError("fields: one of them has to be {from: key}; it is found again by it")
        for name, call, _, needed in self.calls():
            if not call.wanted & set(needed):
                offer = " or ".join(f"{{{each}}}" for each in needed)
                raise ValueError(f"{name}: {offer} stands in path, parameters or body")
        return self

    def calls(self) -> Iterator[tuple[str, Call, Sequence[str], Sequence[str]]]:
        """Each call with its name, the placeholders that it may have, and those of which it needs one."""
        paged = ("page", "offset", "cursor")
        if self.find:
            yield "find", self.find, paged, ("key", "keys")
        if self.create:
            yield "create", self.create, ("key",), ("record", "records")
        if self.update:
            yield "update", self.update, ("id", "key"), ("record", "records")
        if self.upsert:
            yield "upsert", self.upsert, ("key",), ("record", "records")

    def values(
        self, ours: Mapping[str, object], zone: ZoneInfo, is_new: bool, sends_unknown: bool
    ) -> dict[str, object]:
        """A record in the CRM's fields: all of them for a new one, else without what is filled once."""
        values = {
            name: rule.value(ours, zone)
            for name, rule in self.fields.items()
            if is_new or not rule.once
        }
        return {
            name: each
            for name, each in values.items()
            if each is not None or (sends_unknown and not self.fields[name].in_object)
        }


class Tasks(Records):
    """Tasks, or complaints, and how one leaves the open list (`withdraw`, with `{id}`, `{key}` and `{reason}`).

    `done` says which of the records found are finished: those are left as they are. `withdrawn` says which
    left the list: one that is on it after all, and of whose withdrawal nobody knew whether it arrived, is
    filled like a new one.
    """

    withdraw: Call
    done: Done | None = None
    withdrawn: Done | None = None

    def calls(self) -> Iterator[tuple[str, Call, Sequence[str], Sequence[str]]]:
        yield from super().calls()
        yield "withdraw", self.withdraw, ("reason",), ("id", "key")

    @property
    def looks_first(self) -> bool:
        """Whether a task is done is seen only where it is looked at."""
        return bool(self.done or self.withdrawn) or super().looks_first

    @model_validator(mode="after")
    def _withdraws_what_it_finds(self) -> Tasks:
        if "id" in self.withdraw.wanted and not self.find:
            raise ValueError("withdraw: {id} has to be looked up; give find, or use {key}")
        return self


class RestMapping(MappingFile):
    """The whole mapping file. Seconds, batches and rates are limits towards this one CRM.

    `settle_seconds`: how long a call of which no answer arrived may still be at work in the CRM; only
    then is its record looked up. `when_deleted`: what becomes of a record that somebody deleted there.
    `sends_unknown`: whether a value that is not known is sent as null, or left out. `from_connection`
    names what stands in the connection's extra and may be used as a placeholder. `complaint`: complaints that
    dealer systems register become records of the CRM; without it none is sent. `scorecard`: the same of the
    summaries of stores' published months, figures of stores and of no person; none is ever taken back.
    """

    adapter: Literal["rest"]
    connection: str
    batch_size: int = Field(100, ge=1, le=1000)
    concurrency: int = Field(1, ge=1, le=16)
    calls_per_second: float | None = Field(None, gt=0, le=1000)
    connect_seconds: float = Field(5, gt=0)
    read_seconds: float = Field(60, gt=0)
    longest_wait_seconds: float = Field(60, ge=0)
    settle_seconds: float = Field(60, ge=0)
    when_deleted: Literal["make_again", "leave"] = "make_again"
    sends_unknown: bool = True
    from_connection: tuple[str, ...] = ()
    time_zone: Zone = "Asia/Shanghai"
    token: Token | None = None
    answer: Answer = Answer()
    contact: Annotated[Records, AfterValidator(lambda part: _known("contact", part))] | None = None
    task: Annotated[Tasks, AfterValidator(lambda part: _known("task", part))]
    complaint: Annotated[Tasks, AfterValidator(lambda part: _known("complaint", part))] | None = (
        None
    )
    scorecard: Annotated[Records, AfterValidator(lambda part: _known("scorecard", part))] | None = (
        None
    )
    results: Results | None = None
    numbers: Numbers | None = None

    @model_validator(mode="after")
    def _contacts_are_there(self) -> RestMapping:
        for name, part in (("task", self.task), ("complaint", self.complaint)):
            rules = part.fields.values() if part else ()
            names = {source for rule in rules for source in rule.sources}
            if CONTACT_ID in names and not (self.contact and self.contact.find):
                raise ValueError(
                    f"{name}: {{from: contact_id}} has to be looked up; give contact.find"
                )
        if self.numbers and not (self.contact and self.results):
            raise ValueError("numbers: come back with results, and belong to contacts; give both")
        return self

    @model_validator(mode="after")
    def _placeholders_stand_for_something(self) -> RestMapping:
        known = ALWAYS | set(self.from_connection)
        everywhere = known | set(self.token.gives if self.token else ())
        for name, call, allowed in self._calls():
            allowed_here = set(allowed) | (known if call is self.token else everywhere)
            for unknown in sorted(call.wanted - allowed_here):
                offer = ", ".join(f"{{{each}}}" for each in sorted(allowed_here))
                raise ValueError(f"{name}: {{{unknown}}} stands for nothing here; use {offer}")
        return self

    def _calls(self) -> Iterator[tuple[str, Call, Sequence[str]]]:
        """Each call with its name and the placeholders of its own."""
        entities = (
            *(("contact", self.contact), ("task", self.task)),
            *(("complaint", self.complaint), ("scorecard", self.scorecard)),
        )
        for entity, part in entities:
            for name, call, allowed, needed in part.calls() if part else ():
                yield f"{entity}.{name}", call, (*allowed, *needed)
            if part and part.describe:
                yield f"{entity}.describe", part.describe, ()
        for name, asked in (("results", self.results), ("numbers", self.numbers)):
            if asked:
                yield name, asked, ("since", "page", "offset", "cursor")
        if self.token:
            yield "token", self.token, ()

    @property
    def zone(self) -> ZoneInfo:
        """In which days begin."""
        return ZoneInfo(self.time_zone)

    def part(self, entity: Entity) -> Records | None:
        """What the file says of an entity; None where the CRM has none of it."""
        parts: Mapping[Entity, Records | None] = {
            "contact": self.contact,
            "task": self.task,
            "complaint": self.complaint,
            "scorecard": self.scorecard,
        }
        return parts[entity]

    def missing(self, record: Record, ours: Mapping[str, object]) -> str | None:
        """Why the record need not be sent at all: a required field without a value."""
        part = self.part(record.entity)
        needed = {name: rule for name, rule in part.fields.items() if rule.required} if part else {}
        return lacking(needed, {name: rule.value(ours, self.zone) for name, rule in needed.items()})


def _known(entity: Entity, part: Any) -> Any:
    more = (CONTACT_ID,) if entity in ("task", "complaint") else ()
    fields_known(entity, part.fields, *more)
    return part
