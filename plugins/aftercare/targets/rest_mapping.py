"""How a CRM with a REST interface wants to be spoken to, as `include/mappings/crm/<name>.yaml` says.

A mapping names, places and compares; it computes nothing. Paths into answers are JMESPath
expressions, as in the mappings of dealer systems. What it names is known when the file is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from aftercare.configuration import line_of, read_model, read_yaml
from aftercare.errors import ConfigurationError
from aftercare.sources import nested, placeholders
from aftercare.sources.dealer_system import Links, Paging
from aftercare.targets.feedback import Flag, ResultWords
from aftercare.targets.field_rules import FieldRule, Part, fields_known, lacking, plain
from aftercare.targets.protocol import Entity, Record

Verdict = Literal["done", "rejected", "later", "stop", "absent", "renew"]
VERDICTS: tuple[Verdict, ...] = ("done", "rejected", "later", "stop", "absent", "renew")

CONTACT_ID = "contact_id"
"""A field of tasks beside ours: the CRM's id of the contact."""

ALWAYS = frozenset({"account", "secret", "uuid", "milliseconds"})
"""Placeholders of every call: login and password of the connection, and what differs from call to call."""

OF_CALLS = frozenset({"key", "keys", "id", "record", "records", "reason", "since"})
"""Placeholders of single kinds of calls."""

EPOCHS = {"unix": 1, "unix_ms": 1000}


def _path(path: str) -> str:
    if (fault := nested.fault(path)) is not None:
        raise ValueError(fault)
    return path


Path_ = Annotated[str, AfterValidator(_path)]
"""A JMESPath expression."""


class Answer(Part):
    """Where an answer's code stands and what codes mean; without `code` the HTTP status says it all.

    A status is written `HTTP 409`. Of one that is named nowhere 2xx is done, 404 and 410 say that the
    record is not there, 401, 403 and 3xx that nothing can be sent, 425 and 429 that it can be later, as
    408 and 503 do with a Retry-After, other 4xx but 409 that the record is refused; of the rest nobody
    knows what it means, so that the record is looked up before it is sent again. `otherwise` says what a code means that is named nowhere.
    `field` is the path to the name of the field that is to blame.
    """

    code: Path_ | None = None
    done: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    renew: tuple[str, ...] = ()
    otherwise: Literal["unknown", "rejected"] = "unknown"
    field: Path_ | None = None

    @model_validator(mode="after")
    def _codes_mean_one_thing(self) -> Answer:
        seen: set[str] = set()
        for verdict in VERDICTS:
            for code in getattr(self, verdict):
                if code in seen:
                    raise ValueError(f"{verdict}: code {code} means something else already")
                seen.add(code)
        if self.code is not None and not self.done:
            raise ValueError("done: name the codes that say that all is well")
        for code in seen if self.code is None and not self._is_part() else ():
            if not code.startswith("HTTP "):
                raise ValueError(f"{code} is no status, and code does not say where a code stands")
        return self

    def _is_part(self) -> bool:
        """Whether it only adds to what the answers to all calls mean."""
        return False

    def overlaid(self, own: Answer) -> Answer:
        """The same, with what a call says of its own answers put over it."""
        given = own.model_dump(exclude_unset=True)
        named = {code for verdict in VERDICTS for code in given.get(verdict, ())}
        changed: dict[str, Any] = {
            verdict: tuple(code for code in getattr(self, verdict) if code not in named)
            for verdict in VERDICTS
        }
        for verdict in VERDICTS:
            changed[verdict] = (*changed[verdict], *given.get(verdict, ()))
        changed |= {name: value for name, value in given.items() if name not in VERDICTS}
        return self.model_copy(update=changed)

    def named(self, code: str) -> Verdict | None:
        """What a code or status means; None where it is named nowhere."""
        return next((verdict for verdict in VERDICTS if code in getattr(self, verdict)), None)


class OwnAnswer(Answer):
    """What the answers to one call mean where they differ: added to what all answers mean."""

    def _is_part(self) -> bool:
        return True


class Items(Answer):
    """Answers of a batch, one for each record in the order in which they were sent, at the path `rows`;
    `id` is the path in one of them to the CRM's id."""

    rows: Path_
    id: Path_ | None = None

    @model_validator(mode="after")
    def _say_how_it_went(self) -> Items:
        if self.code is None:
            raise ValueError("code: say where the answer of each record says how it went")
        return self


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
    id. A record counts only where its key is exactly ours.
    """

    method: Literal["GET", "POST"] = "GET"
    rows: Path_
    key: Path_
    id: Path_
    most: int = Field(50, ge=1, le=1000)
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


class RestField(FieldRule):
    """How one field of the CRM is filled. Beside the ways of all mappings: `value`, always the same.

    `codes` replaces our value by the CRM's (`{phone: call, sms: message}`). `date` writes a day in
    another way than 2026-11-20: as a format (`%Y/%m/%d`), or as `unix` or `unix_ms` of its midnight.
    `in_list`: the CRM wants a list of this one value.
    """

    constant: Any = Field(None, alias="value")
    codes: Mapping[str, str | int | bool] | None = None
    date: str | None = None
    in_list: bool = False

    @model_validator(mode="after")
    def _only_days_are_dated(self) -> RestField:
        days = {"due_date", "deadline_date", "next_attempt_on"}
        if self.date and not set(self.sources) <= days:
            raise ValueError(f"date: of our fields only {', '.join(sorted(days))} are days")
        try:
            json.dumps(self.constant)
        except (TypeError, ValueError):
            raise ValueError("value: put it between quotes; it is no text or number") from None
        return self

    def _all_ways(self) -> dict[str, object]:
        given = None if self.constant is None else (self.constant,)
        return {**super()._all_ways(), "value": given}

    def value(self, ours: Mapping[str, object], zone: ZoneInfo) -> object:
        """The value for the CRM, None where nothing is known."""
        value = self._single(ours, zone)
        return [value] if self.in_list and value is not None else value

    def _single(self, ours: Mapping[str, object], zone: ZoneInfo) -> object:
        if self.constant is not None:
            return self.constant
        if self.lines is not None:
            shown = [
                f"{line.label}: {known}" if line.label else str(known)
                for line in self.lines
                if (known := plain(ours.get(line.source))) is not None
            ]
            return "\n".join(shown) or None
        if self.date:
            days = [ours[name] for name in self.sources if ours.get(name) is not None]
            return next((_day(day, self.date, zone) for day in days if isinstance(day, date)), None)
        known = self.known(ours)
        return self.codes.get(str(known), known) if self.codes and known is not None else known


def _day(day: date, form: str, zone: ZoneInfo) -> object:
    if form in EPOCHS:
        return int(datetime.combine(day, time.min, zone).timestamp()) * EPOCHS[form]
    return day.strftime(form)


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
        return self.look_first or bool(self.upsert and once)

    @model_validator(mode="after")
    def _can_be_kept(self) -> Records:
        if self.upsert is None and not (self.find and self.create and self.update):
            raise ValueError("give upsert, or find, create and update")
        if self.upsert and (self.create or self.update):
            raise ValueError("give upsert, or create and update")
        if self.looks_first and not self.find:
            raise ValueError(
                "find: a field that is filled once, done and look_first need a look-up"
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
        return {name: each for name, each in values.items() if sends_unknown or each is not None}


class Tasks(Records):
    """Tasks, and how one leaves the open list (`withdraw`, with `{id}`, `{key}` and `{reason}`).

    `done` says which of the records found are finished: those are left as they are.
    """

    withdraw: Call
    done: Done | None = None

    def calls(self) -> Iterator[tuple[str, Call, Sequence[str], Sequence[str]]]:
        yield from super().calls()
        yield "withdraw", self.withdraw, ("reason",), ("id", "key")

    @property
    def looks_first(self) -> bool:
        """Whether a task is done is seen only where it is looked at."""
        return bool(self.done) or super().looks_first

    @model_validator(mode="after")
    def _withdraws_what_it_finds(self) -> Tasks:
        if "id" in self.withdraw.wanted and not self.find:
            raise ValueError("withdraw: {id} has to be looked up; give find, or use {key}")
        return self


class Done(Part):
    """A record whose value at the path `at` is one of `values`."""

    at: Path_
    values: tuple[str, ...]


class Results(Call):
    """Reads back what was done since `{since}`, a moment written as `time` says (default ISO 8601).

    `rows` is the path to the list of records; `key`, `id`, `changed_at` and the others are paths in one
    of them. `words` says how the text at `remark` is understood; `outcomes` and `flags` how values at
    `outcome` and at the flags' own paths are.
    """

    method: Literal["GET", "POST"] = "GET"
    rows: Path_
    paging: Paging | None = None
    key: Path_
    id: Path_
    changed_at: Path_
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
    done: Done | None = None
    time: str = "iso"
    zone: Zone = "UTC"
    overlap_seconds: int = Field(600, ge=1)

    @model_validator(mode="after")
    def _says_an_outcome(self) -> Results:
        if self.outcome is None and self.words is None:
            raise ValueError("give outcome, or words and remark")
        if self.words is not None and self.remark is None:
            raise ValueError("remark: words are looked for in its text")
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


class RestMapping(Part):
    """The whole mapping file. Seconds, batches and rates are limits towards this one CRM.

    `settle_seconds`: how long a call of which no answer arrived may still be at work in the CRM; only
    then is its record looked up. `when_deleted`: what becomes of a record that somebody deleted there.
    `sends_unknown`: whether a value that is not known is sent as null, or left out. `from_connection`
    names what stands in the connection's extra and may be used as a placeholder.
    """

    adapter: Literal["rest"]
    target: str
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
    results: Results | None = None

    _file: Path | None = PrivateAttr(None)

    @classmethod
    def read(cls, path: Path) -> RestMapping:
        """The mapping in a file; ConfigurationError with file, line and key when it is wrong."""
        mapping = read_model(path, cls)
        mapping._file = path
        return mapping

    @model_validator(mode="after")
    def _contacts_are_there(self) -> RestMapping:
        names = {source for rule in self.task.fields.values() for source in rule.sources}
        if CONTACT_ID in names and not (self.contact and self.contact.find):
            raise ValueError("task: {from: contact_id} has to be looked up; give contact.find")
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
        for entity, part in (("contact", self.contact), ("task", self.task)):
            for name, call, allowed, needed in part.calls() if part else ():
                yield f"{entity}.{name}", call, (*allowed, *needed)
            if part and part.describe:
                yield f"{entity}.describe", part.describe, ()
        if self.results:
            yield "results", self.results, ("since", "page", "offset", "cursor")
        if self.token:
            yield "token", self.token, ()

    @property
    def zone(self) -> ZoneInfo:
        """In which days begin."""
        return ZoneInfo(self.time_zone)

    def part(self, entity: Entity) -> Records | None:
        """What the file says of an entity; None where the CRM has none of it."""
        return self.contact if entity == "contact" else self.task

    def missing(self, record: Record, ours: Mapping[str, object]) -> str | None:
        """Why the record need not be sent at all: a required field without a value."""
        part = self.part(record.entity)
        if part is None:
            return None
        fields = part.fields
        values = {name: rule.value(ours, self.zone) for name, rule in fields.items()}
        return lacking(fields, values)

    def wrong(self, text: str, *key: str) -> ConfigurationError:
        """An error about a key of this file."""
        line = line_of(read_yaml(self._file)[1], key) if self._file else None
        return ConfigurationError(
            text, file=str(self._file) if self._file else None, line=line, key=".".join(key)
        )


def _known(entity: Entity, part: Any) -> Any:
    more = (CONTACT_ID,) if entity == "task" else ()
    fields_known(entity, part.fields, *more)
    return part


Tasks.model_rebuild()
