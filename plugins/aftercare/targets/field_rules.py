"""How the fields of another system are filled from ours, as its mapping file says.

A rule only names, joins and labels; it computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import Field, model_validator

from aftercare.targets.mapping_file import Part
from aftercare.targets.protocol import Entity
from aftercare.targets.winners import Winner

OUR_FIELDS: Mapping[Entity, frozenset[str]] = {
    "contact": frozenset({"key", "name", "phone", "store_code", "plate", "vin", "model"}),
    "task": frozenset(
        {
            *("key", "store_code", "rule_id", "title", "due_date", "deadline_date"),
            *("customer_name", "customer_phone", "plate", "vin", "model", "last_event"),
            *("why", "script", "owner_no", "priority", "contact_key", "channel"),
            *("next_attempt_on", "call_hours"),
        }
    ),
    "complaint": frozenset(
        {
            *(
                "key",
                "store_code",
                "store_name",
                "complaint_no",
                "title",
                "received_at",
                "received_on",
            ),
            *("source", "level", "state", "state_name", "verdict", "verdict_name", "closed_on"),
            "close_by",
            *("description", "customer_name", "customer_phone", "plate", "vin", "model"),
            *("owner_no", "owner_name", "contact_key"),
        }
    ),
    "scorecard": frozenset(
        {
            *("key", "store_code", "store_name", "month", "month_on", "title", "published_on"),
            *("result", "judged", "met", "missed", "adjusted", "trial", "note", "summary"),
        }
    ),
}

DAYS = frozenset(
    {
        *("due_date", "deadline_date", "next_attempt_on", "received_on", "close_by", "closed_on"),
        *("month_on", "published_on"),
    }
)
"""Those that are days."""

Known = str | int | float
"""A value that is known; None is one that is not."""


class LabelledLine(Part):
    """A line of a text: `label: value`, left out where the value is not known."""

    label: str | None = None
    source: str = Field(alias="from")


class FieldRule(Part):
    """How one field is filled: exactly one of `from`, `first_of`, `join`, `lines`.

    `required`: a record without a value is rejected before it is sent. `once`: filled when the
    record is made and left alone afterwards, because people write there too. `wins`: whose value it
    is where staff changed it in the CRM, `ours` or `theirs`; which it was is kept. Without it ours is
    written, and nobody looks.
    """

    source: str | None = Field(None, alias="from")
    first_of: tuple[str, ...] | None = None
    join: tuple[str, ...] | None = None
    separator: str = " · "
    lines: tuple[LabelledLine, ...] | None = None
    required: bool = False
    once: bool = False
    wins: Winner | None = None

    @model_validator(mode="after")
    def _one_way(self) -> FieldRule:
        if len(self.ways) != 1:
            raise ValueError(f"give exactly one of {', '.join(self._all_ways())}")
        if self.once and self.wins:
            raise ValueError("wins: what is filled once is theirs afterwards")
        return self

    def _all_ways(self) -> dict[str, object]:
        return {
            "from": self.source,
            "first_of": self.first_of,
            "join": self.join,
            "lines": self.lines,
        }

    @property
    def ways(self) -> list[str]:
        """The ways that are given, by their names in the file."""
        return [way for way, value in self._all_ways().items() if value]

    @property
    def sources(self) -> tuple[str, ...]:
        """Our fields that this field is made of."""
        single = (self.source,) if self.source else ()
        named = tuple(line.source for line in self.lines or ())
        return single + (self.first_of or ()) + (self.join or ()) + named

    def known(self, ours: Mapping[str, object]) -> Known | None:
        """The value, or None where nothing is known; not for `lines`."""
        found = [value for name in self.sources if (value := plain(ours.get(name))) is not None]
        if not found:
            return None
        return self.separator.join(str(each) for each in found) if self.join else found[0]


def fields_known(entity: Entity, fields: Mapping[str, FieldRule], *more: str) -> None:
    """ValueError where a rule names a field that we do not have."""
    for name, rule in fields.items():
        for source in rule.sources:
            if source not in OUR_FIELDS[entity] | set(more):
                offer = ", ".join(sorted(OUR_FIELDS[entity] | set(more)))
                raise ValueError(f"{name}: a {entity} has no field {source}; it has {offer}")


def winners_of(fields: Mapping[str, FieldRule]) -> dict[str, Winner]:
    """The fields for which a mapping says who wins."""
    return {name: rule.wins for name, rule in fields.items() if rule.wins}


def lacking(fields: Mapping[str, FieldRule], values: Mapping[str, object]) -> str | None:
    """Why a record need not be sent at all: a required field without a value."""
    for name, rule in fields.items():
        if rule.required and (values[name] is None or values[name] is False):
            return f"field {name}: is required, and {' and '.join(rule.sources)} is not known"
    return None


def plain(value: object) -> Known | None:
    """A value of ours as JSON holds it; an empty one is not known."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, int) else str(value)
