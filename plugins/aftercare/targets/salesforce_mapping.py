"""What goes where in Salesforce, as `include/mappings/crm/<name>.yaml` with `adapter: salesforce` says.

People name objects and fields; how Salesforce is called and what its answers mean is known here, and said in
the terms of any CRM with a REST interface (`RestMapping`). Names are API names (`Care_Key__c`), as the Object
Manager shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from aftercare.sources import placeholders
from aftercare.targets.feedback import Flag, ResultWords
from aftercare.targets.field_rules import fields_known, winners_of
from aftercare.targets.mapping_file import MappingFile, Part
from aftercare.targets.protocol import Entity
from aftercare.targets.rest_answers import Items, OwnAnswer
from aftercare.targets.rest_calls import between
from aftercare.targets.rest_fields import RestField
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.rest_requests import Zone

PER_CALL = 200
"""Records that Salesforce takes in one call of a collection."""

PER_LOOKUP = 200
LONGEST_KEYS = 8_000
"""Keys of one look-up, and characters of its address that they may take: Salesforce takes 16,384 for address and
headers together, and asks to stay well below."""

OLDEST_VERSION = 53
"""From this version of the API on the answers of bulk jobs hold all that is read of them."""

NOT_FIELDS = frozenset({"Id", "attributes"})

# What a code in the answer of one record means. Such a record was certainly not kept, so what differs is only
# whether the same record can be taken later.
LATER = (
    "UNABLE_TO_LOCK_ROW",
    "ENTITY_IS_LOCKED",  # in an approval, which ends
    "ENTITY_IS_DELETED",  # deleted while it was changed; the next time it is made
    "DUPLICATE_VALUE",  # a late call made the key meanwhile; the next time it is changed
    "INVALID_FIELD",  # the contact that a task names is not there yet; a wrong name of a field fails the check
    "SERVER_UNAVAILABLE",
    "QUERY_TIMEOUT",
    "PROCESSING_HALTED",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    # Triggers and flows of the company that fail: their authors mend them, and nothing of the record changes by that.
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "CANNOT_EXECUTE_FLOW_TRIGGER",
)
REJECTED = (
    "REQUIRED_FIELD_MISSING",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "FIELD_INTEGRITY_EXCEPTION",
    "FIELD_FILTER_VALIDATION_EXCEPTION",
    "STRING_TOO_LONG",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "MALFORMED_ID",
    "INVALID_CROSS_REFERENCE_KEY",
    "INACTIVE_OWNER_OR_USER",
    "DUPLICATES_DETECTED",  # a duplicate rule of the company
    "DUPLICATE_EXTERNAL_ID",  # several records have the key: somebody has to choose
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
)
STOP = ("REQUEST_LIMIT_EXCEEDED", "STORAGE_LIMIT_EXCEEDED")

ANSWER = {
    # By the code alone the calls of the day being used up looks like too many calls at this moment.
    "code": (
        "starts_with(not_null([0].message, ''), 'ConcurrentRequests') && 'CONCURRENT_REQUESTS' "
        "|| [0].errorCode"
    ),
    "done": ("HTTP 200", "HTTP 201", "HTTP 204"),
    "later": ("UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "CONCURRENT_REQUESTS"),
    # Of a whole call a name that Salesforce does not know says that the mapping does not fit any more.
    "stop": (
        *STOP,
        *("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "INSUFFICIENT_ACCESS"),
        *("INVALID_TYPE", "INVALID_FIELD"),
    ),
    "renew": ("INVALID_SESSION_ID",),
    "absent": ("NOT_FOUND", "ENTITY_IS_DELETED"),
    "field": "[0].fields[0]",
}


NO_RECORD = {"stop": ("NOT_FOUND", "HTTP 404")}
"""Of an address that is no record's: without it nothing can be sent."""


def _name(name: str) -> str:
    if name in NOT_FIELDS:
        raise ValueError(f"{name} belongs to Salesforce")
    return name


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$"), AfterValidator(_name)]
"""The API name of an object or a field."""

FieldPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$")
]
"""A field of a record, or of one that it refers to (`LastModifiedBy.EmployeeNumber`)."""


class Done(Part):
    """A task whose field `at` has one of `values` is finished."""

    at: Name
    values: tuple[str, ...] = Field(min_length=1)


class SalesforceRecords(Part):
    """One entity: its object, the field that holds our key, and what stands in the other fields.

    The key's field is a custom one of type Text, External ID, Unique and case sensitive: with less Salesforce does
    not keep one record per key. It need not stand in `fields`. A reference to a record by its own external id is a
    field of the relationship's name with `in_object`: `Contact__r: {from: contact_key, in_object: Care_Key__c}`.
    """

    object: Name
    key_field: Name
    fields: dict[Name, RestField]

    @model_validator(mode="after")
    def _can_be_sent(self) -> SalesforceRecords:
        if self.key_field in self.fields:
            raise ValueError(f"fields: {self.key_field} holds our key without being named")
        for name, rule in self.fields.items():
            if rule.in_list:
                raise ValueError(f"fields: {name}: Salesforce has no lists; leave out in_list")
            if rule.wins and rule.in_object:
                raise ValueError(f"fields: {name}: wins: a reference is ours; leave it out")
        return self


class SalesforceTasks(SalesforceRecords):
    """Tasks, or complaints; `withdraw` are the fields that take one off the open list, of which one may hold `{reason}`."""

    done: Done | None = None
    withdraw: dict[Name, str | bool] = Field(min_length=1)

    @property
    def withdrawn(self) -> Done | None:
        """By which field one sees that a task left the list: the one that says so in the same words each time."""
        for name, value in self.withdraw.items():
            if isinstance(value, str) and "{" not in value:
                return Done(at=name, values=(value,))
        return None

    @model_validator(mode="after")
    def _says_why(self) -> SalesforceTasks:
        try:
            used = set(placeholders.names(self.withdraw))
        except ValueError:
            raise ValueError("withdraw: braces hold {reason}; write {{ for one") from None
        if used - {"reason"}:
            raise ValueError("withdraw: {reason} is all that can be put in")
        return self


class SalesforceResults(Part):
    """Which fields of a finished task say what was done; `words`, `outcomes`, `flags` and `yes` as in a mapping of any
    CRM with a REST interface. `changed_at` is when Salesforce last wrote the record. With `numbers` a contact's number that
    staff put right comes back."""

    changed_at: FieldPath = "SystemModstamp"
    called_at: FieldPath | None = None
    attempt_no: FieldPath | None = None
    caller_no: FieldPath | None = None
    satisfaction: FieldPath | None = None
    remark: FieldPath | None = None
    outcome: FieldPath | None = None
    outcomes: Mapping[str, tuple[str, ...]] = {}
    flags: Mapping[Flag, FieldPath] = {}
    yes: tuple[str, ...] = ("true", "1", "yes", "是")
    words: ResultWords | None = None
    complaints: bool = False
    numbers: bool = False
    overlap_seconds: int = Field(600, ge=1)

    @model_validator(mode="after")
    def _says_an_outcome(self) -> SalesforceResults:
        if self.outcome is None and self.words is None:
            raise ValueError("give outcome, or words and remark")
        if self.words is not None and self.remark is None:
            raise ValueError("remark: words are looked for in its text")
        return self

    @property
    def paths(self) -> dict[str, str]:
        """The fields that are read, by what they tell."""
        single = ("changed_at", "called_at", "attempt_no", "caller_no", "satisfaction")
        named = {name: getattr(self, name) for name in (*single, "remark", "outcome")}
        return {name: path for name, path in named.items() if path is not None}


class Bulk(Part):
    """A job of Bulk API 2.0 instead of many calls, where more than `above` records are to be made, or changed, at once.

    `most`: records of one job. `longest_seconds`: how long a job is waited for, until it is aborted; `poll_seconds`:
    the longest pause between two questions how far it is.
    """

    above: int = Field(2000, ge=1)
    most: int = Field(10_000, ge=1, le=100_000)
    longest_seconds: float = Field(900, gt=0)
    poll_seconds: float = Field(15, gt=0)

    @model_validator(mode="after")
    def _is_used(self) -> Bulk:
        if self.most <= self.above:
            raise ValueError("most: is above `above`, or no job would ever be made")
        return self


class Codes(Part):
    """What codes in the answers of single records mean in this company where it differs, or where they are its own."""

    later: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    otherwise: Literal["unknown", "rejected"] = "unknown"


class SalesforceMapping(MappingFile):
    """The whole mapping file. Seconds, batches and rates are limits towards this one Salesforce.

    `api_version` is that of the REST and bulk interfaces (`64.0`). `batch_size` holds where there is no `bulk`; with it
    a batch is as large as a job. All other keys are those of a mapping of any CRM with a REST interface.
    """

    adapter: Literal["salesforce"]
    connection: str
    api_version: str = Field(pattern=r"^\d{2,3}\.0$")
    batch_size: int = Field(200, ge=1, le=1000)
    concurrency: int = Field(1, ge=1, le=16)
    calls_per_second: float | None = Field(None, gt=0, le=1000)
    connect_seconds: float = Field(5, gt=0)
    read_seconds: float = Field(120, gt=0)
    longest_wait_seconds: float = Field(60, ge=0)
    settle_seconds: float = Field(600, ge=0)
    when_deleted: Literal["make_again", "leave"] = "make_again"
    sends_unknown: bool = True
    time_zone: Zone = "Asia/Shanghai"
    bulk: Bulk | None = None
    codes: Codes = Codes()
    contact: (
        Annotated[SalesforceRecords, AfterValidator(lambda part: _known("contact", part))] | None
    ) = None
    task: Annotated[SalesforceTasks, AfterValidator(lambda part: _known("task", part))]
    complaint: (
        Annotated[SalesforceTasks, AfterValidator(lambda part: _known("complaint", part))] | None
    ) = None
    scorecard: (
        Annotated[SalesforceRecords, AfterValidator(lambda part: _known("scorecard", part))] | None
    ) = None
    results: SalesforceResults | None = None

    @model_validator(mode="after")
    def _is_a_mapping(self) -> SalesforceMapping:
        if float(self.api_version) < OLDEST_VERSION:
            raise ValueError(f"api_version: is {OLDEST_VERSION}.0 or newer")
        try:
            self.as_rest()
        except ValidationError as problem:
            said = problem.errors()[0]
            raise ValueError(said["msg"].removeprefix("Value error, ")) from None
        return self

    def part(self, entity: Entity) -> SalesforceRecords | None:
        """What the file says of an entity; None where Salesforce has none of it."""
        parts: Mapping[Entity, SalesforceRecords | None] = {
            "contact": self.contact,
            "task": self.task,
            "complaint": self.complaint,
            "scorecard": self.scorecard,
        }
        return parts[entity]

    def as_rest(self) -> RestMapping:
        """The same as a mapping of a CRM with a REST interface, which blames this file."""
        same = (
            *("target", "connection", "concurrency", "calls_per_second", "connect_seconds"),
            *("read_seconds", "longest_wait_seconds", "when_deleted", "sends_unknown", "time_zone"),
        )
        mapping = RestMapping.model_validate(
            {
                "adapter": "rest",
                **{name: getattr(self, name) for name in same},
                "batch_size": self.batch_size,
                # A job that was given up and could not be aborted is at work as long as it was to be waited for.
                "settle_seconds": max(
                    self.settle_seconds, self.bulk.longest_seconds if self.bulk else 0
                ),
                "answer": ANSWER,
                "contact": self._records(self.contact) if self.contact else None,
                "task": {**self._records(self.task), **self._ends(self.task)},
                "complaint": {**self._records(self.complaint), **self._ends(self.complaint)}
                if self.complaint
                else None,
                "scorecard": self._records(self.scorecard) if self.scorecard else None,
                "results": self._results(self.results) if self.results else None,
                "numbers": self._numbers(self.contact, self.results)
                if self.contact and self.results and self.results.numbers
                else None,
            }
        )
        mapping._file = self._file
        return mapping

    @property
    def root(self) -> str:
        """What the paths of all calls begin with."""
        return f"services/data/v{self.api_version}"

    def _records(self, part: SalesforceRecords) -> dict[str, Any]:
        """An entity: made and changed under its key, and looked up by it."""
        read = ["Id", part.key_field]
        if isinstance(part, SalesforceTasks):
            ends = [end.at for end in (part.done, part.withdrawn) if end]
            read += [name for name in dict.fromkeys(ends) if name not in read]
        read += [name for name in winners_of(part.fields) if name not in read]
        in_keys = f"{part.key_field} IN ({{keys:'}})"
        return {
            "fields": {part.key_field: {"from": "key", "required": True}, **part.fields},
            "look_first": self.when_deleted == "leave",
            "find": {
                "path": f"{self.root}/query",
                "parameters": {"q": _query(read, part.object, [in_keys])},
                "rows": "records",
                "paging": {"by": "link", "next": "nextRecordsUrl"},
                "key": part.key_field,
                "id": "Id",
                "most": PER_LOOKUP,
                "longest": LONGEST_KEYS,
                "answer": NO_RECORD,
            },
            "upsert": {
                "method": "PATCH",
                "path": f"{self.root}/composite/sobjects/{part.object}/{part.key_field}",
                "body": {"allOrNone": False, "records": "{records}"},
                "entry": {"attributes": {"type": part.object}, "*": "{record}"},
                "items": self._items(),
                "most": PER_CALL,
                "answer": NO_RECORD,
            },
        }

    def _items(self) -> Items:
        """What the answers of single records mean. A code that stands nowhere says that the record was not kept, and
        not whether it ever will be."""
        items = Items(
            rows="@",
            id="id",
            code="errors[0].statusCode || to_string(success)",
            done=("true",),
            later=LATER,
            rejected=REJECTED,
            stop=STOP,
            field="errors[0].fields[0]",
        )
        changed = items.overlaid(OwnAnswer(**self.codes.model_dump(exclude_unset=True)))
        return Items.model_validate(changed.model_dump())

    def _ends(self, part: SalesforceTasks) -> dict[str, Any]:
        """How a task leaves the open list. By its id: in an address Salesforce takes what stands behind the dot of a
        key for the name of a format, and a change by id never makes a record."""
        ends = {"done": part.done, "withdrawn": part.withdrawn}
        path = f"{self.root}/sobjects/{part.object}/{{id}}"
        return {
            **{name: end.model_dump() for name, end in ends.items() if end},
            "withdraw": {"method": "PATCH", "path": path, "body": dict(part.withdraw)},
        }

    def _results(self, asked: SalesforceResults) -> dict[str, Any]:
        """The tasks of ours that were finished since a moment, the oldest first."""
        task, done = self.task, self.task.done
        paths = asked.paths
        read = dict.fromkeys(["Id", task.key_field, *paths.values(), *asked.flags.values()])
        conditions = [f"{task.key_field} != null", f"{asked.changed_at} >= {{since}}"]
        if done:
            read[done.at] = None
            # Braces of a value are no placeholders.
            values = [
                between("'", value.replace("{", "{{").replace("}", "}}")) for value in done.values
            ]
            conditions.append(f"{done.at} IN ({','.join(values)})")
        query = _query(read, task.object, conditions, f"ORDER BY {asked.changed_at}, Id")
        return {
            **paths,
            "path": f"{self.root}/query",
            "parameters": {"q": query},
            "rows": "records",
            "paging": {"by": "link", "next": "nextRecordsUrl"},
            "key": task.key_field,
            "id": "Id",
            "outcomes": asked.outcomes,
            "flags": asked.flags,
            "yes": asked.yes,
            "words": asked.words,
            "complaints": asked.complaints,
            "done": {"at": done.at, "values": done.values} if done else None,
            "overlap_seconds": asked.overlap_seconds,
        }

    def _numbers(self, part: SalesforceRecords, asked: SalesforceResults) -> dict[str, Any]:
        """The contacts of ours that were written since a moment."""
        phone = next((name for name, rule in part.fields.items() if rule.source == "phone"), None)
        if phone is None:
            raise ValueError("results: numbers: no field of a contact is {from: phone}")
        changed = "SystemModstamp"
        conditions = [f"{part.key_field} != null", f"{changed} >= {{since}}"]
        read = ("Id", part.key_field, changed, phone)
        return {
            "path": f"{self.root}/query",
            "parameters": {"q": _query(read, part.object, conditions, f"ORDER BY {changed}, Id")},
            "rows": "records",
            "paging": {"by": "link", "next": "nextRecordsUrl"},
            "key": part.key_field,
            "id": "Id",
            "changed_at": changed,
            "phone": phone,
            "overlap_seconds": asked.overlap_seconds,
        }


def _query(read: Iterable[str], name: str, conditions: Sequence[str], *order: str) -> str:
    """A question in Salesforce's query language, SOQL."""
    parts = ("SELECT", ", ".join(read), "FROM", name, "WHERE", " AND ".join(conditions), *order)
    return " ".join(parts)


def _known(entity: Entity, part: Any) -> Any:
    fields_known(entity, part.fields)
    return part
