"""A target that is asked nothing: what a push would send it is counted and shown, and undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aftercare.protection import mask
from aftercare.targets.protocol import (
    Capabilities,
    ListTarget,
    MessageTarget,
    Outcome,
    Record,
    Results,
    Target,
    Withdrawal,
)

PRIVATE = ("name", "phone", "plate", "vin", "customer_name", "customer_phone")
"""Fields of records whose values are somebody's."""

WORDS = ("script", "text", "description")
"""Fields that may hold what somebody said: only their length is shown."""

PARTS = ("figures",)
"""Fields that are no text: `summary` says the same in lines."""


def masked_key(entity: str, key: str) -> str:
    """A key for the screen: a contact's holds the vehicle's number."""
    store, _, subject = key.partition(".")
    return f"{store}.{mask(subject, 4)}" if entity == "contact" else key


def masked_fields(fields: Mapping[str, object]) -> dict[str, str]:
    """A record's fields for the screen: what is somebody's is masked, also within the texts."""
    private = sorted(
        (str(fields[name]) for name in PRIVATE if fields.get(name)), key=len, reverse=True
    )
    shown = {}
    for name, value in fields.items():
        if name in PARTS:
            continue
        text = "" if value is None else str(value)
        if name in WORDS and text:
            shown[name] = f"… ({len(text)})"
            continue
        for secret in private:
            text = text.replace(secret, mask(secret))
        shown[name] = text
    return shown


@dataclass
class Samples:
    """What was to be sent: how much of each kind, and the first few of each, masked."""

    most: int
    counts: Counter[str] = field(default_factory=Counter)
    shown: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, key: str, fields: Mapping[str, object]) -> None:
        """One more of a kind."""
        self.counts[kind] += 1
        if self.counts[kind] <= self.most:
            self.shown.append({"kind": kind, "key": key, "fields": masked_fields(fields)})


def kind_of(record: Record) -> str:
    """Whether a target would make a record or change one."""
    return f"{record.entity}_{'update' if record.crm_id else 'create'}"


def rehearsed(target: Target | ListTarget | MessageTarget, samples: Samples) -> Any:
    """A stand-in of the same kind as a target, with its name and what it can do."""
    if isinstance(target, ListTarget):
        return RehearsedList(target, samples)
    if isinstance(target, MessageTarget):
        return RehearsedMessages(target, samples)
    return RehearsedTarget(target, samples)


class RehearsedTarget:
    """Takes every record and keeps none. The mapping is compared with the CRM all the same."""

    def __init__(self, target: Target, samples: Samples) -> None:
        self._target = target
        self._samples = samples
        self.name = target.name
        self.mapping_digest = target.mapping_digest

    @property
    def capabilities(self) -> Capabilities:
        """What the target itself can do."""
        return self._target.capabilities

    @property
    def stopped(self) -> str | None:
        """What the target itself says."""
        return self._target.stopped

    @property
    def calls(self) -> int:
        """Calls that the comparison of the mapping took."""
        return self._target.calls

    def check(self) -> None:
        """See `Target.check`."""
        self._target.check()

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Everything is taken."""
        for record in records:
            self._samples.add(kind_of(record), masked_key(record.entity, record.key), record.fields)
        return [Outcome(record.key, "sent", record.crm_id or "0") for record in records]

    def withdraw(self, withdrawals: Sequence[Withdrawal]) -> Sequence[Outcome]:
        """Everything is taken back."""
        for gone in withdrawals:
            self._samples.add(f"{gone.entity}_withdraw", gone.key, {"reason": gone.reason})
        return [Outcome(gone.key, "sent", gone.crm_id) for gone in withdrawals]

    def read_results(self, cursor: str | None) -> Results:
        """Nothing is read in a rehearsal."""
        return Results((), cursor or "")


class RehearsedList:
    """Writes no list."""

    def __init__(self, target: ListTarget, samples: Samples) -> None:
        self._target = target
        self._samples = samples
        self.name = target.name
        self.has_scorecards = target.has_scorecards

    def check(self) -> None:
        """See `ListTarget.check`."""
        self._target.check()

    def publish(self, store_code: str, work_day: date, records: Sequence[Record]) -> bool:
        """One more list, of so many tasks and complaints, with or without a month."""
        of_entity = Counter(record.entity for record in records)
        counts = {"tasks": of_entity["task"], "complaints": of_entity["complaint"]}
        if self.has_scorecards:
            counts["scorecards"] = of_entity["scorecard"]
        self._samples.add("list", store_code, {"work_day": work_day.isoformat(), **counts})
        return True


class RehearsedMessages:
    """Says nothing to anybody."""

    stopped: str | None = None
    can_ask = False
    calls = 0

    def __init__(self, target: MessageTarget, samples: Samples) -> None:
        self._samples = samples
        self.name = target.name
        self.ask_after_seconds = target.ask_after_seconds

    def check(self) -> None:
        """A gateway says what is wrong when the first message is sent."""

    def send(self, record: Record) -> Outcome:
        """Nothing is said."""
        self._samples.add("message", record.key, record.fields)
        return Outcome(record.key, "sent", "0")

    def ask(self, record: Record) -> Outcome | None:  # noqa: ARG002
        """Nobody is asked."""
        return None
