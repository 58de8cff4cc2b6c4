"""What a key of the outbox says now: rows of care, core and score, rendered when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Connection, RowMapping

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.rules.call_hours import CallHours
from aftercare.rules.customer_class import CustomerClass, customer_class
from aftercare.rules.follow_up_facts import FollowUpFacts
from aftercare.rules.policy import Policy
from aftercare.rules.script_policy import is_offering_pick_up, most_named
from aftercare.settings import Language
from aftercare.targets import complaints, rendering
from aftercare.targets.protocol import Entity, Record
from aftercare.targets.scorecards import Summaries

Key = tuple[Entity, str]
"""Entity and external key."""

Message = Mapping[Any, Any]
"""A message of the outbox, as it was claimed or listed."""


@dataclass(frozen=True)
class Said:
    """What is said to one target, in one language.

    `policy` says which class a customer is of, and with `offers_pick_up`, by
    store and day, whether a reminder offers to fetch the car; `close_by`, by store, brand and day, until when a
    complaint of that day has to be closed; `zone` in which zone times are told. `has_complaints`: the
    target keeps complaints; where it does not, theirs say nothing. `has_scorecards`: the same of published months.
    `says_once`: what was acknowledged is said, whatever changes later.
    """

    target: str
    keyring: Keyring
    policy: Policy
    offers_pick_up: Callable[[str, date], bool]
    close_by: Callable[[str, str, date], date | None]
    language: Language
    zone: tzinfo
    today: date
    has_complaints: bool = False
    has_scorecards: bool = False
    says_once: bool = False

    def record(self, connection: Connection, message: Message) -> Record | None:
        """What a message would say now; None where nobody is to be called any more."""
        entity, key = message["entity"], message["external_key"]
        if entity == "contact":
            subject = key.partition(".")[2]
            batch = [{**message, "subject": subject}]
            called_for = self._contact_tasks(connection, batch)
            if key in called_for:
                row = self._rows(connection, [called_for[key]])[called_for[key]]
                return rendering.contact_record(row, row["version"], None, self.keyring)
            found = self._complaints(connection, batch, called_for).get((entity, key))
            if found is None or complaints.contact_of(found) is None:
                return None
            return rendering.contact_record(found, message["version"], None, self.keyring)
        if entity == "scorecard":
            return self._scorecards(connection, [message]).get((entity, key))
        if entity == "complaint":
            row = self._complaints(connection, [message], {})[entity, key]
            return None if row["is_vanished"] else self._complaint(row, message["version"], None)
        task_key = message["task_key"]
        row = self._rows(connection, [task_key])[task_key]
        if row["status"] != "open" or row["expires_on"] < self.today:
            return None
        return self._message(row) if self.says_once else self._task(row, None)

    def open_list(self, connection: Connection, store_code: str, work_day: date) -> list[Record]:
        """Every open task of a store, in the order of its list, then its open complaints and the newest month
        that it was told."""
        return [
            *self._open_tasks(connection, store_code, work_day),
            *self._open_complaints(connection, store_code),
            *(self._newest_month(connection, store_code) if self.has_scorecards else ()),
        ]

    def _newest_month(self, connection: Connection, store_code: str) -> list[Record]:
        told = warehouse.run(
            connection, "outbound/get_newest_scorecard", target=self.target, store_code=store_code
        ).one_or_none()
        if told is None:
            return []
        record = self._summaries.one(connection, store_code, told.month, told.version)
        return [record] if record else []

    def _open_complaints(self, connection: Connection, store_code: str) -> list[Record]:
        numbers = (
            warehouse.run(
                connection,
                "outbound/list_open_complaints",
                target=self.target,
                store_code=store_code,
            )
            .scalars()
            .all()
        )
        if not numbers:
            return []
        found = warehouse.run(
            connection,
            "outbound/read_complaints",
            store_codes=[store_code] * len(numbers),
            complaint_nos=numbers,
        )
        rows = {row["complaint_no"]: row for row in found.mappings()}
        return [self._complaint(rows[number], 1, None) for number in numbers]

    def _open_tasks(self, connection: Connection, store_code: str, work_day: date) -> list[Record]:
        keys = (
            warehouse.run(
                connection,
                "outbound/list_open_tasks",
                target=self.target,
                store_code=store_code,
                work_day=work_day,
                today=self.today,
            )
            .scalars()
            .all()
        )
        rows = self._rows(connection, keys)
        return [
            rendering.list_record(row, self._house, self._class(row))
            for row in (rows[key] for key in keys)
        ]

    @cached_property
    def _house(self) -> rendering.House:
        return rendering.House(
            self.keyring,
            self.language,
            FollowUpFacts.of(self.policy),
            self._has_pick_up,
            lambda row: most_named(self.policy, row["pack"], row["open_on"]),
            cache(lambda pack: CallHours.of(self.policy, pack, self.today)),
        )

    def _task(self, row: RowMapping, crm_id: str | None) -> Record:
        return rendering.task_record(row, crm_id, self._house, self._class(row))

    def _message(self, row: RowMapping) -> Record:
        return rendering.message_record(row, self._house)

    def _class(self, row: RowMapping) -> CustomerClass:
        day = row["open_on"]
        return customer_class(self.policy, row["pack"], day, row["is_company"], row["vehicles"])

    def _has_pick_up(self, row: Mapping[str, Any]) -> bool:
        """Whether the customer is offered that the car is fetched: the script does, and the store has it on
        the day for which the service is due, or by which it is said, whichever is later."""
        day = max(row["event_on"], row["due_on"])
        return self.offers_pick_up(row["store_code"], day) and is_offering_pick_up(
            self.policy, row["pack"], row["open_on"], row["script_id"]
        )

    def _complaint(self, row: RowMapping, version: int, crm_id: str | None) -> Record:
        return complaints.complaint_record(
            row,
            version,
            crm_id,
            self.keyring,
            self.language,
            self.zone,
            self.close_by(row["store_code"], row["brand"], row["received_on"]),
        )

    def _scorecards(self, connection: Connection, batch: Sequence[Message]) -> dict[Key, Record]:
        """The published months of the batch."""
        asked = {
            (message["store_code"], message["month"]): message["version"]
            for message in batch
            if message["entity"] == "scorecard"
        }
        found = self._summaries.read(connection, asked)
        return {("scorecard", record.key): record for record in found.values()}

    @cached_property
    def _summaries(self) -> Summaries:
        return Summaries(self.policy, self.language, self.zone)

    def _complaints(
        self,
        connection: Connection,
        batch: Sequence[Message],
        called_for: Mapping[str, str],
    ) -> dict[Key, RowMapping]:
        """The complaints of the batch; and for each contact that nobody is called about the one to render
        it from, if one is open."""
        named: dict[Key, tuple[str, str]] = {
            (message["entity"], message["external_key"]): (
                message["store_code"],
                message["complaint_no"],
            )
            for message in batch
            if message["entity"] == "complaint"
        }
        others = [
            message
            for message in batch
            if message["entity"] == "contact" and message["external_key"] not in called_for
        ]
        if others and self.has_complaints:
            for row in warehouse.run(
                connection,
                "outbound/list_contact_complaints",
                store_codes=sorted({message["store_code"] for message in others}),
                vins=sorted({message["subject"] for message in others}),
            ):
                named["contact", row.contact_key] = (row.store_code, row.complaint_no)
        asked = sorted(set(named.values()))
        if not asked:
            return {}
        found = warehouse.run(
            connection,
            "outbound/read_complaints",
            store_codes=[store for store, _ in asked],
            complaint_nos=[number for _, number in asked],
        )
        rows = {(row["store_code"], row["complaint_no"]): row for row in found.mappings()}
        return {key: rows[complaint] for key, complaint in named.items()}

    def _contact_tasks(self, connection: Connection, batch: Sequence[Message]) -> dict[str, str]:
        """For each contact of the batch the task to render it from."""
        contacts = [message for message in batch if message["entity"] == "contact"]
        found = warehouse.run(
            connection,
            "outbound/list_contact_tasks",
            store_codes=sorted({message["store_code"] for message in contacts}),
            subjects=sorted({message["subject"] for message in contacts}),
        )
        return {row.contact_key: row.task_key for row in found}

    def _rows(self, connection: Connection, task_keys: Iterable[str]) -> dict[str, RowMapping]:
        found = warehouse.run(
            connection, "outbound/read_tasks", task_keys=sorted(task_keys), today=self.today
        )
        return {row["task_key"]: row for row in found.mappings()}
