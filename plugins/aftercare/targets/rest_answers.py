"""What the answers of a CRM with a REST interface mean, as its mapping says."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, model_validator

from aftercare.sources import nested
from aftercare.targets.mapping_file import Part

Verdict = Literal["done", "rejected", "later", "stop", "absent", "renew"]
VERDICTS: tuple[Verdict, ...] = ("done", "rejected", "later", "stop", "absent", "renew")


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
    knows what it means, so that the record is looked up before it is sent again. `otherwise` says what a code means that is named
    nowhere. `field` is the path to the name of the field that is to blame.
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
