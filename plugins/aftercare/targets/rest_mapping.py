"""How a CRM with a REST interface wants to be spoken to, as `include/mappings/crm/<name>.yaml` says.

A mapping names, places and compares; it computes nothing. Paths into answers are JMESPath
expressions, as in the mappings of dealer systems. What it names is known when the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from aftercare.sources import nested, placeholders
from aftercare.sources.dealer_system import Links, Paging
from aftercare.targets.feedback import Flag, ResultWords
from aftercare.targets.field_rules import fields_known, lacking, winners_of
from aftercare.targets.mapping_file import MappingFile, Part
from aftercare.targets.protocol import Entity, Record
from aftercare.targets.rest_answers import Answer, Items, OwnAnswer, Path_
from aftercare.targets.rest_fields import CONTACT_ID, EPOCHS, RestField
from aftercare.targets.winners import Winner

ALWAYS = frozenset({"account", "secret", "uuid", "milliseconds"})
"""Placeholders of every call: login and password of the connection, and what differs from call to call."""

OF_CALLS = frozenset({"key", "keys", "id", "record", "records", "reason", "since"})
"""Placeholders of single kinds of calls."""


class Call(Part):
    """One request. `path` belongs to the connection's address; path, parameters, headers and body
    may hold placeholders, and in an object of the body `"*": "{record}"` puts the record's fields among
    the others. `answer` says what answers mean where they differ from the others'."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str
    parameters: Mapping[str, str | int | bool] = {}
    headers: Mapping[str, str] = {}
    body: dict[str, Any] | list[Any] | str | None = None
    answer: OwnAnswer | None = None

    @model_validator(mode="after")
    def _can_be_asked(self) -> Call:
        if self.path.strip().startswith(("http:", "https:", "//")):
            raise ValueError("path: the address is the connection's host")
        if "?" in self.path:
            raise ValueError("path: what stands after the question mark belongs to parameters")
        if self.method == "GET" and self.body is not None:
            raise ValueError("body: a GET has none")
        _whole_records(self.body)
        return self

    @property
    def wanted(self) -> set[str]:
        """The placeholders that are used."""
        return _names([self.path, self.parameters, self.headers, self.body])


def _whole_records(content: object) -> None:
    """ValueError where something else than a record is to be put among other fields."""
    if isinstance(content, Mapping):
        if content.get("*", "{record}") != "{record}":
            raise ValueError('"*" puts a record among other fields: "*": "{record}"')
        for part in content.values():
            _whole_records(part)
    elif isinstance(content, list | tuple):
        for part in content:
            _whole_records(part)


def _names(parts: object) -> set[str]:
    try:
        return set(placeholders.names(parts))
    except ValueError as problem:
        raise ValueError(
            f"{problem}: braces hold the name of a placeholder; write {{{{ for one"
        ) from None


def _listed(content: object) -> set[str]:
    """The texts that stand in lists of a body: among them the fields that it asks for."""
    if isinstance(content, Mapping):
        return set().union(*(_listed(part) for part in content.values()))
    if isinstance(content, list | tuple):
        own = {part for part in content if isinstance(part, str)}
        return own.union(*(_listed(part) for part in content))
    return set()


def _pages_fit(call: Call, paging: Paging | None) -> None:
    """ValueError where pages are counted and not asked for, or asked for and not counted."""
    used = call.wanted & {"page", "offset", "cursor"}
    wanted = {str(paging.by)} - {"link"} if paging else set()
    if used - wanted:
        raise ValueError(
            f"paging: {{{sorted(used - wanted)[0]}}} is asked for; say how it is counted"
        )
    if wanted - used:
        raise ValueError(f"paging: {{{sorted(wanted)[0]}}} stands in path, parameters or body")
    for key in ("next", "more"):
        path = getattr(paging, key, None)
        if path is not None and (fault := nested.fault(path)) is not None:
            raise ValueError(f"paging.{key}: {fault}")
    if isinstance(paging, Links) and paging.next is None:
        raise ValueError("paging.next: give the path to the address of the next page")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"there is no time zone {name}") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class Find(Call):
    """Looks records up by our key, one (`{key}`) or up to `most` at once (`{keys}`, as text `{keys:,}`).

    `rows` is the path to the list of records, `key` and `id` those in a record to our key and the CRM's
    id. A record counts only where its key is exactly ours. `longest`: so many characters of an address the
    keys of one call may take, where the CRM limits its length. `leaves_out_empty`: the CRM leaves empty fields
    out of its answer, so that a field that is not there is empty, and not one that the answer does not show.
    """

    method: Literal["GET", "POST"] = "GET"
    rows: Path_
    key: Path_
    id: Path_
    most: int = Field(50, ge=1, le=1000)
    longest: int | None = Field(None, ge=1)
    leaves_out_empty: bool = False
    paging: Paging | None = None

    @property
    def is_many(self) -> bool:
        """Whether one call asks for many."""
        return "keys" in self.wanted

    @property
    def is_at_key(self) -> bool:
        """Whether the address is that of the record: 404 then says that it is not there."""
        return "key" in _names(self.path)

    @model_validator(mode="after")
    def _asks_for_pages(self) -> Find:
        _pages_fit(self, self.paging)
        return self


class Write(Call):
    """Makes or changes a record (`{record}`), or up to `most` at once (`{records}`).

    `id` is the path to the CRM's id in the answer, where it tells it. Of a batch `items` says where the
    answers of the single records stand; without it, a batch is kept whole or not at all, and one that
    is refused is halved until the bad records are found. `entry` is what each of many records looks like,
    where it is more than its fields (`{method: PUT, path: "/tasks/{key}", body: "{record}"}`).
    """

    id: Path_ | None = None
    items: Items | None = None
    entry: dict[str, Any] | list[Any] | None = None
    most: int = Field(200, ge=1, le=10_000)

    @property
    def is_many(self) -> bool:
        """Whether one call writes many."""
        return "records" in self.wanted

    @property
    def wanted(self) -> set[str]:
        """The placeholders that are used, those of each entry too."""
        return super().wanted | _names(self.entry)

    @model_validator(mode="after")
    def _many_or_one(self) -> Write:
        if (self.items or self.entry) and not self.is_many:
            raise ValueError("items and entry belong to a body with {records}")
        of_one = {"record", "id", "key"} & super().wanted if self.is_many else set()
        if of_one:
            name = sorted(of_one)[0]
            raise ValueError(
                f"{{{name}}} is of one record; beside {{records}} it belongs into entry"
            )
        if self.id and self.is_many:
            raise ValueError("id: of many records each has its own; give items.id")
        _whole_records(self.entry)
        return self


class Reading(Call):
    """Asks how something stands; `is_text`: the answer is a file and no JSON."""

    method: Literal["GET", "POST"] = "GET"
    is_text: bool = False


class Described(Call):
    """The CRM's own list of an entity's fields: `names` is the path to the list of their names."""

    method: Literal["GET", "POST"] = "GET"
    names: Path_


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
        asked = _listed(self.find.body) if self.find and self.find.leaves_out_empty else set()
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


class Done(Part):
    """A record whose value at the path `at` is one of `values`."""

    at: Path_
    values: tuple[str, ...]


class Changes(Call):
    """Tells what was changed since `{since}`, a moment written as `time` says (default ISO 8601).

    `rows` is the path to the list of records; `key`, `id` and `changed_at` are paths in one of them.
    """

    method: Literal["GET", "POST"] = "GET"
    rows: Path_
    paging: Paging | None = None
    key: Path_
    id: Path_
    changed_at: Path_
    time: str = "iso"
    zone: Zone = "UTC"
    overlap_seconds: int = Field(600, ge=1)

    @model_validator(mode="after")
    def _asks_since_a_moment(self) -> Changes:
        _pages_fit(self, self.paging)
        if "since" not in self.wanted:
            raise ValueError("{since} stands in path, parameters or body")
        sample = datetime(2026, 11, 20, tzinfo=UTC)
        values = dict.fromkeys(self.wanted, 1) | {"since": self.said(sample)}
        try:
            for part in (self.path, self.parameters, self.headers, self.body):
                placeholders.filled(part, values)
        except (ValueError, TypeError):
            raise ValueError(
                f"{{since}} is written by time ({self.time}); its format does not fit"
            ) from None
        return self

    def said(self, moment: datetime) -> int | str:
        """A moment as the CRM wants it in a request."""
        if self.time in EPOCHS:
            return int(moment.timestamp() * EPOCHS[self.time])
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.isoformat() if self.time == "iso" else local.strftime(self.time)


class Results(Changes):
    """Reads back what was done.

    Beside those of all changes the others are paths in a record, too. `words` says how the text at `remark`
    is understood; `outcomes` and `flags` how values at `outcome` and at the flags' own paths are. With
    `complaints` a call that is marked as a complaint is one of its own; say no where the dealer system
    registers it, too.
    """

    called_at: Path_ | None = None
    attempt_no: Path_ | None = None
    caller_no: Path_ | None = None
    satisfaction: Path_ | None = None
    remark: Path_ | None = None
    outcome: Path_ | None = None
    outcomes: Mapping[str, tuple[str, ...]] = {}
    flags: Mapping[Flag, Path_] = {}
    yes: tuple[str, ...] = ("true", "1", "yes", "是")
    words: ResultWords | None = None
    complaints: bool = False
    done: Done | None = None

    @model_validator(mode="after")
    def _says_an_outcome(self) -> Results:
        if self.outcome is None and self.words is None:
            raise ValueError("give outcome, or words and remark")
        if self.words is not None and self.remark is None:
            raise ValueError("remark: words are looked for in its text")
        return self


class Numbers(Changes):
    """Reads the phone numbers of contacts that anybody wrote, `phone` in each: one that staff put right holds
    from the next night on."""

    phone: Path_


class Token(Call):
    """The call that gives what other calls need to be let in: `gives` names it as a placeholder, with its
    path in the answer. It is asked for again after `seconds`, and where an answer says `renew`."""

    gives: dict[str, Path_]
    seconds: int = Field(3600, ge=1)

    @model_validator(mode="after")
    def _gives_new_names(self) -> Token:
        for name in self.gives:
            if name in ALWAYS | OF_CALLS or not name.isidentifier():
                raise ValueError(f"gives: {name} is another placeholder's name, or none at all")
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


Tasks.model_rebuild()
