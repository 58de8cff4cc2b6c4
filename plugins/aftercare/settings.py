"""The group's own settings: ``include/group.yaml`` and where the project lies.

Settings say which dealer systems, packs, calendars, targets and recipients there are. Addresses
and secrets are connections (see ``aftercare.connections``), so the same settings serve the demo
and a server.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from aftercare.configuration import read_model
from aftercare.errors import ConfigurationError

PROJECT = Path(os.environ.get("AFTERCARE_PROJECT") or Path(__file__).resolve().parents[2])

Language = Literal["zh", "en"]


def _below_the_settings(name: str) -> str:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("has to be a path below the folder of the group's settings")
    return name


def normalised_address(address: str) -> str:
    """An address as it is compared: who is written to twice is one."""
    return address.strip().lower()


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError):
        raise ValueError("no such time zone") from None
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupName(_Part):
    """Who the group is."""

    name: str
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    language: Language = "zh"


class PackFrom(_Part):
    """A policy pack that is in force from a day on."""

    start: date = Field(alias="from")
    pack: str


Statutory = Literal[
    "new_year",
    "spring_festival",
    "qingming",
    "labour_day",
    "dragon_boat",
    "mid_autumn",
    "national_day",
]
ClosedOn = Literal["none", "statutory", "days_off"] | frozenset[Statutory]


class Calendar(_Part):
    """Days on which stores are closed. ``weekly_closed``: 1 is Monday, 7 is Sunday.

    With ``holidays`` they are closed on statutory days too, or as ``closed_on`` says: on none, on
    those of single festivals, or on all days off, weekends included, and open on make-up working
    days. What ``weekly_closed`` and ``closed`` name is closed in any case.
    """

    weekly_closed: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset()
    closed: frozenset[date] = frozenset()
    holidays: Literal["cn"] | None = None
    closed_on: ClosedOn = "statutory"

    @model_validator(mode="after")
    def _has_holidays(self) -> Calendar:
        if self.holidays is None and "closed_on" in self.model_fields_set:
            raise ValueError("closed_on needs holidays: cn beside it")
        return self


class FewRows(_Part):
    """When a load that was read whole is so small that operators are told.

    It is when it has less than ``share`` of the median of the last ``nights``; not before
    ``least_nights`` loads are known, nor where the median is below ``least_rows``. A ``share`` of 0
    tells nobody.
    """

    share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.3")
    nights: Annotated[int, Field(ge=1)] = 28
    least_nights: Annotated[int, Field(ge=1)] = 7
    least_rows: Annotated[int, Field(ge=1)] = 20

    @model_validator(mode="after")
    def _can_tell(self) -> FewRows:
        if self.least_nights > self.nights:
            raise ValueError("least_nights is more than nights: nothing would ever be told")
        return self


class DraftPolicy(_Part):
    """A policy that nobody follows yet, compared with each night: a folder beside `include`, and of one store or all."""

    folder: str
    store: str | None = None

    @property
    def path(self) -> Path:
        """Where its packs stand."""
        return PROJECT / self.folder


class Night(_Part):
    """Until when, in the group's time zone, a night has to be done, and what looks too small.

    Operators are told of both, and, where there is a ``draft``, in what each night differs from it.
    """

    due_by: time = time(7, 30)
    few_rows: FewRows = FewRows()
    draft: DraftPolicy | None = None


class Messages(_Part):
    """Which gateway sends a store's messages: the name of a mapping, or null for by hand."""

    default: str | None = None
    stores: dict[str, str | None] = {}

    def of(self, store_code: str) -> str | None:
        """The gateway of a store, if it has one."""
        return self.stores.get(store_code, self.default)

    @property
    def names(self) -> frozenset[str]:
        """Gateways that serve at least one store."""
        return frozenset(name for name in (self.default, *self.stores.values()) if name)


class Targets(_Part):
    """Which target receives a store's tasks: ``workbook`` or the name of a CRM mapping.

    Where a store has a gateway under ``messages``, its messages go there instead. With ``workbook_scorecards``
    task workbooks show the store's newest published month; a CRM does where its mapping has a section for it.
    """

    default: str = "workbook"
    stores: dict[str, str] = {}
    workbook_scorecards: bool = False
    messages: Messages = Messages()

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> Targets:
        for name in self.messages.names & {self.default, *self.stores.values(), "workbook"}:
            raise ValueError(f"{name} cannot take calls and send messages; give one another name")
        return self

    def of(self, store_code: str) -> str:
        """The target of a store."""
        return self.stores.get(store_code, self.default)

    @property
    def names(self) -> list[str]:
        """Every target that serves at least one store."""
        return sorted({self.default, *self.stores.values(), *self.messages.names})


class Delivery(_Part):
    """When a push looks wrong and is stopped before it does harm, and when a message is given up.

    It is stopped before anything leaves where one day's messages of a kind are more than
    ``most_times`` the median of the last ``days``, and at least ``least_messages``; not before
    ``least_days`` are known. It is stopped on the way where the target rejects more than
    ``most_rejected`` of what it was asked, once that is at least ``least_answers``. A message that the
    target does not take on ``most_refusals`` work days, while it takes others, is dead.
    """

    most_times: Annotated[Decimal, Field(gt=1)] = Decimal(4)
    days: Annotated[int, Field(ge=1)] = 28
    least_days: Annotated[int, Field(ge=1)] = 7
    least_messages: Annotated[int, Field(ge=1)] = 200
    most_rejected: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.3")
    least_answers: Annotated[int, Field(ge=1)] = 50
    most_refusals: Annotated[int, Field(ge=1)] = 6

    @model_validator(mode="after")
    def _can_tell(self) -> Delivery:
        if self.least_days > self.days:
            raise ValueError("least_days is more than days: nothing would ever be stopped")
        return self


class Recipient(_Part):
    """A person who gets mails in a role. ``stores`` empty means all stores.

    With a ``certificate`` (S/MIME, PEM, a path below the folder of these settings) each mail to this address is
    encrypted, in whatever role, and none is sent where it cannot be used.
    """

    address: str
    language: Language | None = None
    stores: frozenset[str] = frozenset()
    certificate: Annotated[str, AfterValidator(_below_the_settings)] | None = None


class Mail(_Part):
    """Sender, domains that may be written to, and recipients by role.

    With ``statements``, publishing a month sends each employee who is scored their own statement, to the
    address that their dealer system knows, and they hear of their objections and adjustments.
    """

    sender: str
    sender_name: str = "Aftercare"
    allowed_domains: frozenset[str]
    statements: bool = False
    recipients: dict[Literal["operator", "steward", "hr", "manager"], tuple[Recipient, ...]] = {}

    @field_validator("recipients")
    @classmethod
    def _have_one_certificate(
        cls, recipients: dict[str, tuple[Recipient, ...]]
    ) -> dict[str, tuple[Recipient, ...]]:
        found: dict[str, str] = {}
        for one in (one for role in recipients.values() for one in role):
            if not one.certificate:
                continue
            first = found.setdefault(normalised_address(one.address), one.certificate)
            if Path(first) != Path(one.certificate):
                raise ValueError(
                    f"one address has two certificates, {first} and {one.certificate}; name the same one in each role"
                )
        return recipients

    def certificate_of(self, address: str) -> str | None:
        """The certificate of an address, in whatever role it stands beside it; mails to it go encrypted alone."""
        wanted = normalised_address(address)
        for role in self.recipients.values():
            for one in role:
                if one.certificate and normalised_address(one.address) == wanted:
                    return one.certificate
        return None


PeopleRule = Literal["name_and_phone", "name_and_id_no", "name_and_vehicle", "company_name"]


class People(_Part):
    """What makes two records of customers one person or company without anybody's decision.

    A phone with more than ``most_names`` names or ``most_vehicles`` vehicles is no evidence. What a
    rule that is left out of ``automatic`` would have joined becomes a candidate.
    """

    automatic: tuple[PeopleRule, ...] = get_args(PeopleRule)
    most_names: Annotated[int, Field(ge=1)] = 3
    most_vehicles: Annotated[int, Field(ge=1)] = 10


class PickUp(_Part):
    """Days on which a store fetches cars for their service; without ``until``, the last one, for good."""

    start: date = Field(alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> PickUp:
        if self.until is not None and self.until < self.start:
            raise ValueError(f"until {self.until} lies before from {self.start}")
        return self


class Group(_Part):
    """All settings of a dealer group.

    A store with a day in ``live_from`` works in shadow until then: its tasks are made and held. A store
    under ``pick_up`` fetches cars for their service, and says so in its reminders.
    """

    group: GroupName
    systems: tuple[str, ...]
    packs: dict[str, tuple[PackFrom, ...]]
    store_packs: dict[str, tuple[PackFrom, ...]] = {}
    calendars: dict[str, Calendar] = {"default": Calendar()}
    store_calendars: dict[str, str] = {}
    live_from: dict[str, date] = {}
    pick_up: dict[str, tuple[PickUp, ...]] = {}
    night: Night = Night()
    targets: Targets = Targets()
    delivery: Delivery = Delivery()
    people: People = People()
    mail: Mail
    owners: dict[str, str] = {}

    @field_validator("calendars")
    @classmethod
    def _has_a_default(cls, calendars: dict[str, Calendar]) -> dict[str, Calendar]:
        if "default" not in calendars:
            raise ValueError(
                "has no calendar named default, which stores without another one follow"
            )
        return calendars

    @field_validator("store_calendars")
    @classmethod
    def _are_known(cls, chosen: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        # Without its calendar a store would silently have no tasks.
        known = info.data.get("calendars", {})
        for store_code, name in chosen.items():
            if known and name not in known:
                raise ValueError(
                    f"store {store_code} follows calendar {name!r}, which is not under calendars; "
                    f"there are {', '.join(sorted(known))}"
                )
        return chosen

    @property
    def time_zone(self) -> ZoneInfo:
        """The group's one time zone."""
        return ZoneInfo(self.group.time_zone)

    @property
    def assigned_packs(self) -> frozenset[str]:
        """Every pack that a brand or a store is given, on whatever day."""
        assigned = (*self.packs.values(), *self.store_packs.values())
        return frozenset(line.pack for lines in assigned for line in lines)

    def packs_from(self, day: date) -> dict[str, date]:
        """The packs that a brand or a store follows on a day or later, each with the first such day."""
        found: dict[str, date] = {}
        for lines in (*self.packs.values(), *self.store_packs.values()):
            ordered = sorted(lines, key=lambda line: line.start)
            for line, after in zip_longest(ordered, ordered[1:]):
                if after is None or after.start > day:
                    first = max(line.start, day)
                    found[line.pack] = min(found.get(line.pack, first), first)
        return found

    def pack_of(self, store_code: str, brand: str, day: date) -> str:
        """The pack in force for a store on a day; a store's own assignment beats its brand's.

        Raises ConfigurationError naming store, brand and day when none is assigned.
        """
        for lines in (self.store_packs.get(store_code), self.packs.get(brand)):
            current = [line for line in lines or () if line.start <= day]
            if current:
                return max(current, key=lambda line: line.start).pack
        raise ConfigurationError(
            f"no policy pack is assigned to store {store_code} (brand {brand}) on {day}; "
            "add a line under packs or store_packs",
            file="include/group.yaml",
            key=f"packs.{brand}",
        )

    def pack_windows(self, store_code: str, brand: str) -> Iterator[tuple[str, date, date]]:
        """The packs of a store, each with the first and last day on which it is in force."""
        lines = (*self.store_packs.get(store_code, ()), *self.packs.get(brand, ()))
        starts = sorted({line.start for line in lines})
        for index, start in enumerate(starts):
            is_last = index + 1 == len(starts)
            end = date.max if is_last else starts[index + 1] - timedelta(days=1)
            yield self.pack_of(store_code, brand, start), start, end

    def offers_pick_up(self, store_code: str, day: date) -> bool:
        """Whether a store fetches cars for their service on a day."""
        return any(
            span.start <= day and (span.until is None or day <= span.until)
            for span in self.pick_up.get(store_code, ())
        )

    def calendar_of(self, store_code: str) -> str:
        """Name of the store's calendar."""
        return self.store_calendars.get(store_code, "default")


class Assignments(_Part):
    """Which packs brands and stores would follow, as a draft says; what it does not name stays as it is."""

    packs: dict[str, tuple[PackFrom, ...]] = {}
    store_packs: dict[str, tuple[PackFrom, ...]] = {}

    def in_place_of(self, group: Group) -> Group:
        """The group with these assignments."""
        return group.model_copy(
            update={
                "packs": {**group.packs, **self.packs},
                "store_packs": {**group.store_packs, **self.store_packs},
            }
        )


def group_file() -> Path:
    """The file of the group's settings: ``AFTERCARE_GROUP`` or ``include/group.yaml``."""
    return Path(os.environ.get("AFTERCARE_GROUP") or PROJECT / "include" / "group.yaml")


def read_group(path: Path | None = None) -> Group:
    """The group's settings from ``AFTERCARE_GROUP`` or ``include/group.yaml``.

    ``AFTERCARE_LANGUAGE`` replaces the language of documents, for a look at them in the other one.
    """
    group = read_model(path or group_file(), Group)
    language = os.environ.get("AFTERCARE_LANGUAGE")
    if language not in ("zh", "en"):
        return group
    name = group.group.model_copy(update={"language": language})
    return group.model_copy(update={"group": name})
