"""Which of our fields goes into which field of Odoo, as `include/mappings/crm/odoo.yaml` says.

A mapping only names, joins and labels; it computes nothing. What it names is compared with
Odoo's own description (`fields_get`) before anything is sent.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from aftercare.targets.feedback import ResultWords
from aftercare.targets.field_rules import (
    FieldRule,
    LabelledLine,
    fields_known,
    lacking,
    plain,
    winners_of,
)
from aftercare.targets.mapping_file import MappingFile, Part
from aftercare.targets.protocol import Entity, Record
from aftercare.targets.winners import Winner

TEXT_TYPES = frozenset({"char", "text"})
TAKES: Mapping[str, frozenset[str]] = {
    "from": TEXT_TYPES | {"date", "integer", "float"},
    "first_of": TEXT_TYPES | {"date"},
    "join": TEXT_TYPES,
    "lines": frozenset({"html"}),
}
"""Types of Odoo's fields that each way of filling one can fill."""

CONTACT, ACTIVITY, MESSAGE = "res.partner", "mail.activity", "mail.message"

USERS = "res.users"

OWNER = "user_id"
"""Odoo's field for whose activity it is."""

ACTIVE = "active"
"""Odoo's field by which a record is archived."""

Value = str | int | float | Literal[False]
"""What Odoo stores, as JSON-2 returns it; False is its word for empty."""


class OdooField(FieldRule):
    """How one field of Odoo is filled; `lines` become HTML."""

    def value(self, ours: Mapping[str, object]) -> Value:
        """The value for Odoo, or False where nothing is known."""
        if self.lines is not None:
            return _html_lines(self.lines, ours) or False
        known = self.known(ours)
        return False if known is None else known


class Owner(Part):
    """How the person who is to call is found among Odoo's users.

    `source` is our field, `match` the user's field that holds the same value; where no user has
    it, the activity goes to the user with login `fallback`, or to nobody. `wins` says whose it is
    where somebody handed it to a colleague, as of a field.
    """

    source: str = Field(alias="from")
    match: str = "login"
    fallback: str | None = None
    wins: Winner | None = None


def _contact_fields(fields: Mapping[str, OdooField]) -> Mapping[str, OdooField]:
    if "ref" not in fields or fields["ref"].source != "key":
        raise ValueError("ref must be {from: key}: contacts are found again by it")
    fields_known("contact", fields)
    return fields


def _task_fields(fields: Mapping[str, OdooField]) -> Mapping[str, OdooField]:
    own = {"res_id", "res_model", "res_model_id", "activity_type_id", OWNER}
    taken = own & fields.keys()
    if taken:
        raise ValueError(f"{', '.join(sorted(taken))}: set by the adapter; leave it out")
    fields_known("task", fields)
    return fields


class OdooComplaints(Part):
    """Complaints that dealer systems register, as records of a model that has `active`.

    `contact` and `owner` are the model's links to a contact and to a user; without one it is not told whose a
    complaint is, or with whom. `links` are filled when the record is made, by external ids
    (`team_id: sales_team.crm_team_1`). What is closed or taken back is archived; why it was taken back is noted
    there.
    """

    model: str = Field("crm.lead", pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")
    contact: str | None = "partner_id"
    owner: str | None = "user_id"
    links: Mapping[str, str] = {}
    fields: Mapping[str, OdooField]
    withdrawal_note: str = Field(pattern=r"\{reason\}")

    @model_validator(mode="after")
    def _fields_are_free(self) -> OdooComplaints:
        own = {ACTIVE, *self.links, *(name for name in (self.contact, self.owner) if name)}
        if taken := own & self.fields.keys():
            raise ValueError(f"{', '.join(sorted(taken))}: set by the adapter; leave it out")
        fields_known("complaint", self.fields)
        return self


class OdooScorecards(Part):
    """Summaries of stores' published months, as records of a model that has `active`: tasks of a project that only
    those see who are to (`project.task`) by default. Figures of stores alone, of no person.

    `store` is the model's link to a contact: the company whose `store_match` is the store's code, if there is one.
    `links` are filled when the record is made, by external ids (`project_id: __export__.project_project_3`).
    """

    model: str = Field("project.task", pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")
    store: str | None = None
    store_match: str = "ref"
    links: Mapping[str, str] = {}
    fields: Mapping[str, OdooField]

    @model_validator(mode="after")
    def _fields_are_free(self) -> OdooScorecards:
        own = {ACTIVE, *self.links, *([self.store] if self.store else ())}
        if taken := own & self.fields.keys():
            raise ValueError(f"{', '.join(sorted(taken))}: set by the adapter; leave it out")
        fields_known("scorecard", self.fields)
        return self


class OdooResults(ResultWords):
    """How feedback is understood. With `complaints` a call that is marked as a complaint is one of its
    own; say no where the dealer system registers it, too. `caller` is the field of activities that
    holds the user who made the call, where there is one; else it is who wrote the activity last, which
    after a correction is who corrected it. With `numbers` a contact's number that staff put right comes
    back and holds from the next night on."""

    complaints: bool = False
    caller: str | None = None
    numbers: bool = False


class OdooMapping(MappingFile):
    """The whole mapping file. Seconds, batch sizes and rates are limits towards this one server.

    `when_deleted`: what becomes of a record that somebody deleted there.
    """

    adapter: Literal["odoo"] = "odoo"
    connection: str
    namespace: str = Field("aftercare", pattern=r"^[a-z][a-z0-9_]*$")
    batch_size: int = Field(200, ge=1, le=1000)
    calls_per_second: float | None = Field(None, gt=0, le=1000)
    connect_seconds: float = Field(5, gt=0)
    read_seconds: float = Field(120, gt=0)
    longest_wait_seconds: float = Field(60, ge=0)
    overlap_seconds: int = Field(600, ge=1)
    settle_seconds: float = Field(30, ge=0)
    when_deleted: Literal["make_again", "leave"] = "make_again"
    contact: Annotated[Mapping[str, OdooField], AfterValidator(_contact_fields)]
    task: Annotated[Mapping[str, OdooField], AfterValidator(_task_fields)]
    complaint: OdooComplaints | None = None
    scorecard: OdooScorecards | None = None
    activity_type: str = "mail.mail_activity_data_call"
    message_activity_type: str | None = None
    owner: Owner
    results: OdooResults
    withdrawal_note: str = Field(pattern=r"\{reason\}")

    @model_validator(mode="after")
    def _numbers_stand_somewhere(self) -> OdooMapping:
        if self.results.numbers and self.phone_field is None:
            raise ValueError("results: numbers: no field of a contact is {from: phone}")
        return self

    @property
    def phone_field(self) -> str | None:
        """Odoo's field with the number of a contact, if it gets one."""
        return next((name for name, rule in self.contact.items() if rule.source == "phone"), None)

    @property
    def activity_types(self) -> dict[str, str]:
        """The activity types that are used, by the key that names each."""
        named = {
            "activity_type": self.activity_type,
            "message_activity_type": self.message_activity_type,
        }
        return {key: name for key, name in named.items() if name}

    def activity_type_of(self, record: Record) -> str:
        """The activity type of a task: a message to send by hand may have one of its own."""
        is_call = record.fields.get("channel") == "phone"
        return (not is_call and self.message_activity_type) or self.activity_type

    def fields(self, entity: Entity) -> Mapping[str, OdooField]:
        """Odoo's fields of an entity and how each is filled."""
        if entity in ("complaint", "scorecard"):
            chosen = self.chosen(entity)
            return chosen.fields if chosen else {}
        return self.contact if entity == "contact" else self.task

    @property
    def models(self) -> dict[Entity, str]:
        """The model of each entity that Odoo gets, contacts first: the others stand on them."""
        models: dict[Entity, str] = {"contact": CONTACT, "task": ACTIVITY}
        own: tuple[Entity, ...] = ("complaint", "scorecard")
        return models | {entity: part.model for entity in own if (part := self.chosen(entity))}

    def chosen(self, entity: Entity) -> OdooComplaints | OdooScorecards | None:
        """The section of an entity whose model is the mapping's own choice."""
        if entity == "complaint":
            return self.complaint
        return self.scorecard if entity == "scorecard" else None

    @property
    def owner_field(self) -> dict[Entity, str | None]:
        """Odoo's field for with whom a record is."""
        return {"task": OWNER, "complaint": self.complaint.owner if self.complaint else None}

    def winners(self, entity: Entity) -> dict[str, Winner]:
        """Odoo's fields for which it is said who wins where staff changed them."""
        winners = winners_of(self.fields(entity))
        owner = self.owner_field.get(entity)
        if owner and self.owner.wins:
            winners[owner] = self.owner.wins
        return winners

    def values(self, record: Record) -> dict[str, Value]:
        """The record in Odoo's fields."""
        ours = {**record.fields, "key": record.key}
        return {name: rule.value(ours) for name, rule in self.fields(record.entity).items()}

    def missing(self, record: Record, values: Mapping[str, Value]) -> str | None:
        """Why the record need not be sent at all: a required field without a value."""
        return lacking(self.fields(record.entity), values)


def check_fields(
    mapping: OdooMapping, entity: Entity, described: Mapping[str, Mapping[str, object]]
) -> None:
    """Compare an entity's rules with Odoo's `fields_get`.

    Raises ConfigurationError for a field that is absent, read-only or of another type.
    """
    chosen = mapping.chosen(entity)
    if chosen:
        named: dict[str, str | None] = {"model": ACTIVE}
        if isinstance(chosen, OdooComplaints):
            named |= {"contact": chosen.contact, "owner": chosen.owner}
        else:
            named |= {"store": chosen.store}
        for key, name in (*named.items(), *(("links", each) for each in chosen.links)):
            if name and name not in described:
                raise mapping.wrong(f"the CRM's records have no field {name}", entity, key)
    for name, rule in mapping.fields(entity).items():
        place = (entity, "fields", name) if chosen else (entity, name)
        if name not in described:
            raise mapping.wrong("the CRM has no such field; see its list of fields", *place)
        if described[name].get("readonly"):
            raise mapping.wrong("the CRM computes this field itself; map another one", *place)
        kind = str(described[name].get("type"))
        (way,) = rule.ways
        if kind not in TAKES[way]:
            takes = ", ".join(sorted(TAKES[way]))
            raise mapping.wrong(f"the field is a {kind}, but {way} fills only {takes}", *place)


def html_text(text: str) -> str:
    """A text as HTML that Odoo stores unchanged, so that equal texts compare equal later."""
    escaped = html.escape(text.strip(), quote=False)
    return "<br>".join(line.strip() for line in escaped.splitlines())


def _html_lines(lines: tuple[LabelledLine, ...], ours: Mapping[str, object]) -> str:
    shown = []
    for line in lines:
        value = plain(ours.get(line.source))
        if value is not None:
            label = f"{html_text(line.label)}: " if line.label else ""
            shown.append(f"<p>{label}{html_text(str(value))}</p>")
    return "".join(shown)
