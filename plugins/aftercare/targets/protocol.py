"""What every target obeys, so that the push stage needs to know none of them by name.

A target is a system outside the house that store staff work in: a CRM, or the task
workbook. The push stage hands it records whose keys come from business facts, and is
told per record what became of it. Three rules hold for every implementation:

* *Same key, same record.* Sending a record again never makes a second one.
* *A lost answer is `unknown`.* Once a request has left, a time-out or a broken line does not
  say whether the other side kept it. Such records are sent (or looked up) again; they are
  never reported as failed.
* *Reasons name fields, never values.* `Outcome.reason` is stored, logged and mailed, so it
  holds no response body and nothing about a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

from aftercare.targets.winners import Conflict, Taken

Entity = Literal["contact", "task", "complaint", "scorecard"]
"""A contact is a customer with the vehicle in question; a task is one call to make; a complaint is one that a
dealer system registered; a scorecard is the summary of a store's published month."""

WishCode = Literal[
    "pause",
    "messages",
    "stop_follow_up",
    "stop_service",
    "stop_inspection",
    "stop_warranty",
    "stop_insurance",
    "stop_greeting",
    "stop_campaign",
]
"""What customers ask for in a call, as `aftercare.words.WISHES` says it to people."""

State = Literal["sent", "rejected", "retry", "unknown"]
"""What became of a record.

`sent`      the target holds it (also when it already held an equal one).
`rejected`  the target will not take it as it is: sending it again unchanged is useless.
`retry`     it was certainly not kept, for a reason that passes (busy, limited, down).
`unknown`   nobody can say; send it again, or look it up where the target has no upsert.
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One contact, task, complaint or scorecard in our own terms; each target maps `fields` to its own.

    `key` is the external key, made from business facts and never from a run
    (`CA01.S4-03.SO-2026-0001`; once staff finished that one, `…#2` is the next call, see `record_keys`). `version` grows with each change of the record.
    `crm_id` is the id under which the target last acknowledged the key, if it ever did;
    it saves a look-up and lets equal updates share a call, but is never required. `taken` is
    what the target last took of the fields that it watches, where that is known for sure.
    `is_in_doubt`: a call about it came to no known end, and nothing was acknowledged since.

    Fields of a contact: `name, phone, store_code, plate, vin, model`.
    Fields of a task: `store_code, rule_id, title, due_date, deadline_date, customer_name,
    customer_phone, plate, vin, model, last_event, why, script, owner_no, priority, channel,
    next_attempt_on, call_hours, contact_key`. Fields of a complaint: `store_code, store_name, complaint_no, title,
    received_at, received_on, source, level, state, state_name, verdict, verdict_name, close_by, closed_on,
    description, customer_name, customer_phone, plate, vin, model, owner_no, owner_name, contact_key`; `state` is one of
    `complaints.STATES`, and without a `contact_key` nobody knows whose it is. Fields of a scorecard, of a store and
    never of a person: `store_code, store_name, month` (2026-10)`, month_on` (its first day)`, title, published_on,
    result, judged, met, missed` (numbers of targets)`, adjusted` (figures that were corrected since)`, trial, note,
    summary` (one line a figure) and `figures`, `scorecards.SummaryFigure` each. Dates are `datetime.date`; a value that
    is not known is None, not "".
    """

    entity: Entity
    key: str
    version: int
    fields: Mapping[str, object]
    crm_id: str | None = None
    taken: Taken | None = None
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A record that must leave the target's open list, with a reason fit for people.

    `crm_id` is what the ledger knows; a target with a native upsert finds the record by `key`
    where it is None. `reason` is a short sentence without personal data.
    """

    entity: Entity
    key: str
    version: int
    reason: str
    crm_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record or withdrawal.

    `reason` is None for a plain `sent`; otherwise it says rule, field and what to do, without
    values. `crm_id` is the target's id where it is known. `retry_after` is the number of
    seconds the target asked us to wait, where it did. Of one that is `sent`, `watched` holds the
    fields for which the mapping says who wins, as the target took them, and `conflicts` those that staff
    had changed there.
    """

    key: str
    state: State
    crm_id: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    watched: Mapping[str, str] = field(default_factory=dict, repr=False)
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a target can do; the push stage behaves accordingly.

    `native_upsert`: the target itself keeps one record per key, so `unknown` is resolved by sending
    again; the adapter of any other looks a key up before it makes a record. `settle_seconds`: how long a
    call of which no answer arrived may still be at work there. So long waits a newer version of its
    record, which the late one would overwrite, and without `native_upsert` the record itself, because a
    look-up before that would not find what is made a moment later. `has_contacts`: customers are records
    of their own. `has_complaints`: complaints of dealer systems are, too. `has_scorecards`: so are the
    summaries of stores' published months. `batch_size`: records that one call of `upsert` should be given
    at most. Whether a batch is kept whole or not at all, and how many calls go at a time, is the
    adapter's own business: it answers for each record. `reads_results`: `read_results` brings work back.
    `tells_complaints`: a result that is marked as a complaint is one of its own. `watches_fields`: the
    mapping says of some fields who wins where staff changed them. `tells_numbers`: it is a
    `NumberTarget`, and numbers that staff put right there are to come back. `tells_wishes`: a result may
    say what the customer wants of later contact.
    """

    native_upsert: bool
    batch_size: int
    reads_results: bool
    settle_seconds: float = 0
    has_contacts: bool = True
    has_complaints: bool = False
    has_scorecards: bool = False
    tells_complaints: bool = False
    watches_fields: bool = False
    tells_numbers: bool = False
    tells_wishes: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a person did about a task, in the columns of the feed `call_result`.

    `version_at` is when the target last wrote it (UTC); of two versions of one attempt the
    newer wins. `outcome` is a code of the target's mapping (`success`, `wrong_number` ...)
    or None where the text did not tell. A flag is None where nobody said anything. `wish` is
    what the customer wants of later contact, `wish_until` its last day where there is one.
    `remark` is free text and may hold personal data: store it protected, log it never.
    """

    task_key: str
    crm_id: str
    attempt_no: int
    called_at: datetime
    version_at: datetime
    outcome: str | None = None
    caller_no: str | None = None
    satisfaction: int | None = None
    is_fault_cleared: bool | None = None
    is_next_service_told: bool | None = None
    is_complaint: bool | None = None
    is_do_not_call: bool | None = None
    remark: str | None = None
    wish: WishCode | None = None
    wish_until: date | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results and the cursor to ask with next time.

    The cursor is the target's own text: store it beside the target's name, after the results
    have been stored and in the same transaction, and pass it back unread.
    """

    results: Sequence[Result]
    cursor: str


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """The number that a contact has in the target now, ours or staff's. `phone` is as it stands there."""

    contact_key: str
    crm_id: str
    version_at: datetime
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToldNumbers:
    """A page of contacts that were written since the cursor, and the cursor to ask with next time."""

    numbers: Sequence[ToldNumber]
    cursor: str


@runtime_checkable
class Target(Protocol):
    """A place where tasks are worked on.

    Methods answer per record and raise only where no record can be answered for: wrong
    configuration, wrong credentials, a target that is not what the mapping says.
    """

    @property
    def name(self) -> str:
        """The name under which the ledger keeps this target's ids, for example `odoo`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this target can do."""
        ...

    @property
    def stopped(self) -> str | None:
        """Why nothing more can be sent until somebody acts, once it said so; fit for people."""
        ...

    @property
    def mapping_digest(self) -> str:
        """Which mapping this is: what one rejected may be right by another."""
        ...

    @property
    def calls(self) -> int:
        """How many calls over the network were made so far."""
        ...

    def check(self) -> None:
        """Compare the mapping with the target's own description, before anything is sent.

        Raises an error that names file, line of the mapping and field.
        """
        ...

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Create or update the records; one outcome per record, in the same order.

        Contacts are sent before the tasks and complaints that stand on them, whatever the order given.
        """
        ...

    def withdraw(self, withdrawals: Sequence[Withdrawal]) -> Sequence[Outcome]:
        """Take records off the open list without counting them as done.

        One outcome per withdrawal, in the same order. What is already gone is `sent`.
        """
        ...

    def read_results(self, cursor: str | None) -> Results:
        """What was done since the cursor; with None, since the beginning. Once each."""
        ...


@runtime_checkable
class NumberTarget(Protocol):
    """A target that tells the numbers of its contacts, where staff put them right."""

    def read_numbers(self, cursor: str | None) -> ToldNumbers:
        """Contacts of ours that anybody wrote since the cursor; with None, since the beginning."""
        ...


@runtime_checkable
class ListTarget(Protocol):
    """A target that is one whole list per store, such as a workbook.

    The push stage hands it every open task and complaint of a store at once, also when only one
    changed, so the list is right even where somebody moved or deleted the one before. Contacts stand in
    the records. The newest month that a store was told stands among them, where `has_scorecards`. Beside the fields
    of a task its tasks hold `store_name, owner_name,
    document_phone, wish_vin, attempts, last_attempt_no, last_attempt_on, last_outcome`.
    """

    @property
    def name(self) -> str:
        """The name under which the ledger keeps what was acknowledged."""
        ...

    @property
    def has_scorecards(self) -> bool:
        """Whether lists show the summary of the store's newest published month."""
        ...

    def check(self) -> None:
        """Find out before anything is sent that lists can be written.

        Raises ConfigurationError or SystemUnreachable.
        """
        ...

    def publish(self, store_code: str, work_day: date, records: Sequence[Record]) -> bool:
        """Show exactly these tasks, complaints and the month among them, in this order, as the store's list of a day.

        True where the list was written, False where it already said so. Raises SystemUnreachable
        where it cannot be written now.
        """
        ...


@runtime_checkable
class MessageTarget(Protocol):
    """A target that says each record once to a customer, such as a gateway for SMS.

    What it took can be neither changed nor taken back, and nobody keeps it from saying a thing
    twice but the push stage: a record of which nobody knows is asked about, where `can_ask`,
    and never sent again on suspicion. The records hold `customer_phone`, `text`, `script_id`,
    `store_code`, `store_name`, `plate`, `model` and `event_on`.
    """

    @property
    def name(self) -> str:
        """The name under which the ledger keeps what was acknowledged."""
        ...

    @property
    def can_ask(self) -> bool:
        """Whether the other side can say what became of a record."""
        ...

    @property
    def calls(self) -> int:
        """How many calls over the network were made so far."""
        ...

    @property
    def ask_after_seconds(self) -> float:
        """How old a doubt must be before the other side's "unknown to me" is believed."""
        ...

    @property
    def stopped(self) -> str | None:
        """Why nothing more can be sent until somebody acts, once it said so; fit for people."""
        ...

    def check(self) -> None:
        """Find out before anything is sent that mapping and connection fit.

        Raises ConfigurationError or SystemUnreachable.
        """
        ...

    def send(self, record: Record) -> Outcome:
        """Say it. `rejected` means that this number cannot be reached by message."""
        ...

    def ask(self, record: Record) -> Outcome | None:
        """What became of a record that may have been sent; None where it never arrived."""
        ...
