"""What customers said beside their orders: consents, preferences, and whom they brought.

Each buyer is asked for consent to three purposes, some visitors of the workshop and each lead for
commercial contact; some take a word back later. Preferences come from visitors, some of them without
the reason that a pause needs. Some name a vehicle, some a phone, most both, and some phones are those
that a store typed in for many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from aftercare.sample.leads import came_on
from aftercare.sample.planted import Bad, common, missing, pick, planted, unreadable
from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, Version
from aftercare.sample.sales import at
from aftercare.sample.vehicles import Vehicle
from aftercare.sample.world import World

ASKED = (("service", 0.95), ("safety", 0.98), ("commercial", 0.6))  # share that says yes
BY_PHONE_ONLY = 0.08  # share of words that name no vehicle, where the phone can be called
# For each visit, on average: words that are taken back, and preferences.
TAKEN_BACK, WISHES = 0.02, 0.05
ASKED_AT_A_VISIT, ASKED_AS_A_LEAD = 0.1, 0.7  # share of visits, and of leads with a phone
YES = 0.6  # share of these that agrees to commercial contact
LEAD_SLOT = 500  # numbers of a day from which leads have theirs
REFERRED, NOT_YET = 0.08, 0.2  # share of sales, and of referrals whose order is not typed in
NO_REASON = 0.06
CHANNELS = (("paper", 55), ("app", 25), ("phone", 15), ("sms", 3), ("other", 2))
KINDS = (("channel", 50), ("pause", 20), ("stop", 20), ("service_day", 10))
ABOUT = (
    "follow_up",
    "service",
    "inspection",
    "warranty",
    "insurance",
    "greeting",
    "campaign",
    "all",
)
REASONS = "客户{name}说{why}，{day:%m月%d日}来电"
WHYS = ("长期出差", "车已借给家人", "不希望被打扰", "近期不用车")


def _nobody(prefix: str, phone_rule: str, phone: str) -> dict[str, Bad]:
    return {
        "nobody_named": Bad(
            "neither a vehicle nor a phone",
            (f"{prefix}04", phone_rule),
            lambda _: {"vin": None, phone: None},
        ),
        "vin_short": Bad(
            "a character of the VIN is missing",
            (f"{prefix}05",),
            lambda v: {"vin": v["vin"][:-1]},
        ),
    }


BAD_CONSENTS: dict[str, Bad] = {
    "unknown_channel": unreadable("channel", "?", "CN01"),
    "unknown_state": unreadable("state", "?", "CN01", "CN08"),
    **common("CN", "consent_no"),
    **_nobody("CN", "CN10", "customer_phone"),
    "purpose_missing": missing("purpose", "CN07"),
    "state_missing": missing("state", "CN08"),
    "day_missing": missing("said_on", "CN09"),
    "said_next_year": Bad(
        "next year was typed",
        ("CN09",),
        lambda v: {"said_on": v["said_on"] + timedelta(days=366)},
        until="said_on",
    ),
}
BAD_PREFERENCES: dict[str, Bad] = {
    "unknown_about": unreadable("about", "?", "PR01"),
    "unknown_kind": unreadable("kind", "?", "PR01", "PR07"),
    **common("PR", "preference_no"),
    **_nobody("PR", "PR12", "customer_phone"),
    "start_missing": missing("valid_from", "PR08"),
    "reason_missing": missing("reason", "PR09"),
    "ends_before": Bad(
        "it ends before it begins",
        ("PR10",),
        lambda v: {"valid_until": v["valid_from"] - timedelta(days=1)},
    ),
    "nothing_stopped": Bad("what is to stop was left empty", ("PR11",), lambda _: {"kind": "stop"}),
}
BAD_REFERRALS: dict[str, Bad] = {
    "unreadable_day": unreadable("referred_on", "上周", "RF01", "RF07"),
    **common("RF", "referral_no"),
    **_nobody("RF", "RF09", "referrer_phone"),
    "day_missing": missing("referred_on", "RF07"),
}


def consent_rows(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Consents of a store that were given, refused or taken back between two days."""
    for day in _days(world, first, last):
        yield from _consents(world, store, day)
        yield from _words_of_leads(world, store, day)
    made = _Made(world, store)
    yield from planted(world, store, BAD_CONSENTS, made.consent, {"state": "refused"})


def wish_rows(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Preferences of a store that were said between two days."""
    for day in _days(world, first, last):
        yield from _preferences(world, store, day)
    made = _Made(world, store)
    yield from planted(world, store, BAD_PREFERENCES, made.pause, {"about": "greeting"})


def referral_rows(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Customers whom others brought to a store between two days."""
    for day in _days(world, first, last):
        yield from _referrals(world, store, day)
    made = _Made(world, store)
    yield from planted(world, store, BAD_REFERRALS, made.referral, {"new_order_no": "XS000000"})


def _days(world: World, first: date, last: date) -> Iterator[date]:
    day = max(world.start, first)
    while day <= min(last, world.end):
        yield day
        day += timedelta(days=1)


def _consents(world: World, store: Store, day: date) -> Iterator[Row]:
    rng = world.rng(store, day, 8)
    made = _Made(world, store)
    slot = 0
    for local in world.sold_on(store, day):
        vehicle = world.vehicle(store, local)
        for purpose, share in ASKED:
            state = "given" if rng.random() < share else "refused"
            yield made.word(vehicle, day, slot, purpose, state, rng)
            slot += 1
    for local in _some(world, store, day, TAKEN_BACK, rng):
        vehicle = world.vehicle(store, local)
        yield made.word(vehicle, day, slot, "commercial", "withdrawn", rng)
        slot += 1
    for local in _some(world, store, day, ASKED_AT_A_VISIT, rng):
        state = "given" if rng.random() < YES else "refused"
        yield made.word(world.vehicle(store, local), day, slot, "commercial", state, rng)
        slot += 1


def _words_of_leads(world: World, store: Store, day: date) -> Iterator[Row]:
    rng = world.rng(store, day, 8, 600)
    made = _Made(world, store)
    for place, lead in enumerate(came_on(world, store, day)):
        came = lead.versions[0]
        if not came.breaks and rng.random() < ASKED_AS_A_LEAD:
            state = "given" if rng.random() < YES else "refused"
            yield made.word_of_lead(came.values, day, LEAD_SLOT + place, state, rng)


def _preferences(world: World, store: Store, day: date) -> Iterator[Row]:
    rng = world.rng(store, day, 8, 500)
    made = _Made(world, store)
    for slot, local in enumerate(_some(world, store, day, WISHES, rng)):
        yield made.wish(world.vehicle(store, local), day, slot, rng)


def _referrals(world: World, store: Store, day: date) -> Iterator[Row]:
    rng = world.rng(store, day, 9)
    made = _Made(world, store)
    for place in range(len(world.sold_on(store, day))):
        if rng.random() < REFERRED:
            vehicle = world.vehicle(store, rng.randrange(world.visitors(store, day)))
            order_no = f"XS{store.code}{day:%y%m%d}{place + 1:02d}"
            yield made.brought(
                vehicle, day, place, None if rng.random() < NOT_YET else order_no, rng
            )


def _some(world: World, store: Store, day: date, share: float, rng: Random) -> list[int]:
    """Vehicles of which somebody says something on a day; ``share`` is that of visits."""
    most = round(world.daily_repairs) or 1
    count = sum(rng.random() < share * world.daily_repairs / most for _ in range(most))
    return [rng.randrange(world.visitors(store, day)) for _ in range(count)]


class _Made:
    """Rows of one store."""

    def __init__(self, world: World, store: Store) -> None:
        self._world, self._store = world, store

    def word(
        self, vehicle: Vehicle, day: date, slot: int, purpose: str, state: str, rng: Random
    ) -> Row:
        """A consent that was given, refused or taken back."""
        values = self._consent(day, slot, purpose, state, rng)
        return self._row("consent", vehicle, day, slot, values, rng, "CN10")

    def word_of_lead(self, lead: Values, day: date, slot: int, state: str, rng: Random) -> Row:
        """What somebody who has no vehicle yet said about commercial contact."""
        values: Values = {
            "store_code": self._store.code,
            **self._consent(day, slot, "commercial", state, rng),
            "vin": None,
            "customer_name": lead["customer_name"],
            "customer_phone": lead["customer_phone"],
        }
        version = Version(day, at(rng, day, 9, 17), values)
        return Row(self._world.number(self._store, day, slot), "consent", [version])

    def wish(self, vehicle: Vehicle, day: date, slot: int, rng: Random) -> Row:
        """A preference of any kind, sometimes without its reason."""
        kind = pick(KINDS, rng)
        values = self._wished(vehicle, day, slot, kind, rng)
        breaks: tuple[Break, ...] = ()
        if kind != "channel" and rng.random() < NO_REASON:
            values["reason"] = None
            breaks = (Break("PR09", "nobody typed in why"),)
        row = self._row("preference", vehicle, day, slot, values, rng, "PR12")
        row.versions[0].breaks += breaks
        return row

    def brought(
        self, vehicle: Vehicle, day: date, slot: int, order_no: str | None, rng: Random
    ) -> Row:
        """A customer who was brought by the owner of a vehicle."""
        values: Values = {
            "store_code": self._store.code,
            "referral_no": f"TJ{self._store.code}{day:%y%m%d}{slot:03d}",
            "referred_on": day,
            "new_order_no": order_no,
            "vin": vehicle.vin,
            "referrer_name": vehicle.owner_name,
            "referrer_phone": vehicle.owner_phone.text,
        }
        breaks: tuple[Break, ...] = ()
        if order_no is None:
            breaks += (Break("RF08", "the order is not typed in yet"),)
        if not vehicle.owner_phone.is_valid:
            breaks += (Break("RF09", "no valid mobile was typed in"),)
        version = Version(day, at(rng, day, 9, 17), values, breaks=breaks)
        return Row(self._world.number(self._store, day, slot), "referral", [version])

    def consent(self, vehicle: Vehicle, day: date, slot: int) -> Row:
        """A consent in which nothing is wrong."""
        row = self.word(vehicle, day, slot, "commercial", "given", Random(slot))
        row.versions[0].values["vin"] = vehicle.vin
        return row

    def pause(self, vehicle: Vehicle, day: date, slot: int) -> Row:
        """A pause in which nothing is wrong."""
        rng = Random(slot)
        values = self._wished(vehicle, day, slot, "pause", rng) | {"about": "service"}
        row = self._row("preference", vehicle, day, slot, values, rng, "PR12")
        row.versions[0].values["vin"] = vehicle.vin
        return row

    def referral(self, vehicle: Vehicle, day: date, slot: int) -> Row:
        """A referral in which nothing is wrong."""
        order_no = f"XS{self._store.code}{day:%y%m%d}01"
        return self.brought(vehicle, day, slot, order_no, Random(slot))

    def _consent(self, day: date, slot: int, purpose: str, state: str, rng: Random) -> Values:
        return {
            "consent_no": f"TY{self._store.code}{day:%y%m%d}{slot:03d}",
            "purpose": purpose,
            "state": state,
            "said_on": day,
            "channel": pick(CHANNELS, rng),
        }

    def _wished(self, vehicle: Vehicle, day: date, slot: int, kind: str, rng: Random) -> Values:
        ends_on = day + timedelta(days=30 * rng.randint(1, 6))
        reason = REASONS.format(name=vehicle.owner.name, why=rng.choice(WHYS), day=day)
        return {
            "preference_no": f"PH{self._store.code}{day:%y%m%d}{slot:03d}",
            "kind": kind,
            "preferred_channel": rng.choice(("phone", "sms", "mail"))
            if kind == "channel"
            else None,
            "preferred_slot": rng.choice(("morning", "afternoon", "evening", None))
            if kind == "channel"
            else None,
            "stopped_contact": rng.choice(("call", "sms", "all")) if kind == "stop" else None,
            "about": rng.choice(ABOUT) if kind in ("pause", "stop") else None,
            "valid_from": day,
            "valid_until": ends_on if kind == "pause" and rng.random() < 0.9 else None,
            "service_on": ends_on if kind == "service_day" else None,
            "reason": None if kind == "channel" else reason,
        }

    def _row(
        self,
        feed: str,
        vehicle: Vehicle,
        day: date,
        slot: int,
        values: Values,
        rng: Random,
        phone_rule: str,
    ) -> Row:
        phone = vehicle.owner_phone
        is_by_phone = phone.is_valid and rng.random() < BY_PHONE_ONLY
        whole = {
            "store_code": self._store.code,
            **values,
            "vin": None if is_by_phone else vehicle.vin,
            "customer_name": vehicle.owner_name,
            "customer_phone": phone.text,
        }
        breaks = () if phone.is_valid else (Break(phone_rule, "no valid mobile was typed in"),)
        version = Version(day, at(rng, day, 9, 17), whole, breaks=breaks)
        return Row(self._world.number(self._store, day, slot), feed, [version])
