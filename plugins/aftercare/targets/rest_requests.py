"""One request to a CRM with a REST interface, as its mapping describes it: what is asked, and what stands in the
answer.

Paths into answers are JMESPath expressions, as in the mappings of dealer systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from aftercare.sources import nested, placeholders
from aftercare.sources.dealer_system import Links, Paging
from aftercare.targets.mapping_file import Part
from aftercare.targets.rest_answers import Items, OwnAnswer, Path_

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


def listed(content: object) -> set[str]:
    """The texts that stand in lists of a body: among them the fields that it asks for."""
    if isinstance(content, Mapping):
        return set().union(*(listed(part) for part in content.values()))
    if isinstance(content, list | tuple):
        own = {part for part in content if isinstance(part, str)}
        return own.union(*(listed(part) for part in content))
    return set()


def pages_fit(call: Call, paging: Paging | None) -> None:
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
        pages_fit(self, self.paging)
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
