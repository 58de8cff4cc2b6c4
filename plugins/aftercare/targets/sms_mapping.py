"""How a gateway for SMS wants to be asked, as `include/mappings/sms/<name>.yaml` says.

A mapping names, places and compares; the only thing it computes is a signature of named parts. What
it asks of the connection or of a message is known by name, so a wrong name is found when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from aftercare.targets.mapping_file import MappingFile, Part

OF_CONNECTION = frozenset({"account", "secret"})
OF_MESSAGE = frozenset(
    {"phone", "text", "reference", "template", "store_code", "store_name", "plate", "model"}
)
OF_MOMENT = frozenset({"seconds", "milliseconds", "utc", "nonce"})
OF_BODY = frozenset({"body", "body_sha256"})
KNOWN = OF_CONNECTION | OF_MESSAGE | OF_MOMENT | OF_BODY | {"signature"}
_NAMED = re.compile(r"\{([a-z0-9_]*)\}")

Verdict = Literal["sent", "refused", "later", "stop", "absent"]


def names_in(template: object) -> Iterator[str]:
    """The placeholders of a text, or of all texts of a tree."""
    if isinstance(template, str):
        yield from _NAMED.findall(template)
    elif isinstance(template, Mapping):
        for part in template.values():
            yield from names_in(part)
    elif isinstance(template, list | tuple):
        for part in template:
            yield from names_in(part)


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """The text or tree with its placeholders replaced."""
    if isinstance(template, str):
        return _NAMED.sub(lambda found: values[found.group(1)], template)
    if isinstance(template, Mapping):
        return {name: filled(part, values) for name, part in template.items()}
    if isinstance(template, list | tuple):
        return [filled(part, values) for part in template]
    return template


def _placeholders_known(template: Any) -> Any:
    for name in names_in(template):
        if name not in KNOWN:
            raise ValueError(f"there is no {{{name}}}; there are {', '.join(sorted(KNOWN))}")
    return template


Template = Annotated[str, AfterValidator(_placeholders_known)]
Tree = Annotated[dict[str, Any], AfterValidator(_placeholders_known)]


class Signature(Part):
    """HMAC-SHA256 over named parts, keyed by the connection's password; it stands as `{signature}`."""

    parts: Annotated[tuple[Template, ...], Field(min_length=1)]
    separator: str = ""
    encoding: Literal["hex", "base64"] = "hex"
    upper: bool = False

    @model_validator(mode="after")
    def _not_of_itself(self) -> Signature:
        if "signature" in set(names_in(self.parts)):
            raise ValueError("a signature cannot be made of itself")
        return self


class Request(Part):
    """One call. `body` is sent as JSON or as a form; without one there is none."""

    method: Literal["GET", "POST"] = "POST"
    path: Template
    headers: Mapping[str, Template] = {}
    query: Mapping[str, Template] = {}
    form: Literal["json", "form"] = "json"
    body: Tree | None = None

    @model_validator(mode="after")
    def _bodies_make_no_circle(self) -> Request:
        if OF_BODY & set(names_in(self.body)):
            raise ValueError("body: {body} and {body_sha256} cannot stand in the body itself")
        if self.form == "form" and any(
            not isinstance(it, str) for it in (self.body or {}).values()
        ):
            raise ValueError("body: a form holds texts only")
        if self.method == "GET" and self.body is not None:
            raise ValueError("body: a GET has none")
        return self


class Answer(Part):
    """Where the answer's code and the gateway's id stand, and what codes mean.

    Paths lead through objects by name and through lists by number (`data.0.status`). Without `code`
    the HTTP status is the code. A code that is named nowhere leaves the message in doubt.
    """

    code: str | None = None
    id: str | None = None
    sent: Annotated[tuple[str, ...], Field(min_length=1)]
    refused: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _codes_mean_one_thing(self) -> Answer:
        seen: set[str] = set()
        for verdict in ("sent", "refused", "later", "stop", "absent"):
            for code in getattr(self, verdict):
                if code in seen:
                    raise ValueError(f"{verdict}: code {code} means something else already")
                seen.add(code)
        return self

    def verdict(self, code: str | None) -> Verdict | None:
        """What a code means; None where nobody says."""
        meanings: tuple[Verdict, ...] = ("sent", "refused", "later", "stop", "absent")
        return next((it for it in meanings if code is not None and code in getattr(self, it)), None)

    def codes_of(self, content: object) -> tuple[str | None, str | None]:
        """Code and id in an answer's JSON."""
        return _at(content, self.code), _at(content, self.id)


class Send(Request):
    """The call that sends a message."""

    answer: Answer

    @model_validator(mode="after")
    def _says_something_to_somebody(self) -> Send:
        used = set(names_in(self.body)) | set(names_in(self.query))
        if "phone" not in used or not used & {"text", "template"}:
            raise ValueError("send: {phone} and {text} or {template} stand in body or query")
        return self


class Ask(Request):
    """The call that asks what became of a message, by our reference; `after_seconds` later at the
    earliest, because a gateway may not know at once what it has taken."""

    after_seconds: float = Field(300, ge=0)
    answer: Answer

    @model_validator(mode="after")
    def _by_our_reference(self) -> Ask:
        used = {
            name
            for part in (self.body, self.query, self.path, self.headers)
            for name in names_in(part)
        }
        if "reference" not in used:
            raise ValueError("ask: {reference} stands in path, query or body")
        if not self.answer.absent:
            raise ValueError("ask: answer.absent names the codes that say it never came")
        return self


class SmsMapping(MappingFile):
    """The whole mapping file of a gateway."""

    connection: str = "aftercare_sms"
    connect_seconds: float = Field(5, gt=0)
    read_seconds: float = Field(20, gt=0)
    longest_wait_seconds: float = Field(60, ge=0)
    messages_per_second: float | None = Field(None, gt=0, le=1000)
    signature: str | None = None
    longest: int = Field(500, ge=20)
    reference_length: int = Field(32, ge=16, le=64)
    basic_auth: bool = False
    sign: Signature | None = None
    templates: Mapping[str, str] = {}
    send: Send
    ask: Ask | None = None

    @model_validator(mode="after")
    def _signed_where_a_signature_stands(self) -> SmsMapping:
        for name, request in (("send", self.send), ("ask", self.ask)):
            if request is None:
                continue
            places = (request.path, request.headers, request.query, request.body)
            used = {each for place in places for each in names_in(place)}
            if "signature" in used and self.sign is None:
                raise ValueError(f"{name}: {{signature}} needs `sign`, which says of what")
            signed = set(names_in(self.sign.parts)) if self.sign else set()
            if "signature" in set(names_in(request.body)) and signed & OF_BODY:
                raise ValueError(f"{name}: a signature of the body cannot stand in the body")
        return self


def _at(content: object, path: str | None) -> str | None:
    """What stands at a path, as a text; None where nothing does."""
    found = content
    for step in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    if path is None or found is None or isinstance(found, Mapping | list):
        return None
    return str(found).lower() if isinstance(found, bool) else str(found)
