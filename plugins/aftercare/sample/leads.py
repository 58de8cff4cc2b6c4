"""Leads of the stores: customers who ask, and buy, wait, or buy elsewhere; with and without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from aftercare.sample.identity import Person
from aftercare.sample.planted import Bad, common, missing, pick, planted, unreadable
from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.sales import at
from aftercare.sample.vehicles import MODELS, Phone, Vehicle, phone_of
from aftercare.sample.world import REACH, World

FEED = "lead"
FOR_EACH_SALE = 2  # leads a sale, on average
FATES = (("defeated", 45), ("won", 25), ("open", 24), ("invalid", 5), ("vanishes", 1))
SOURCES = ("walk_in", "web", "phone", "referral")
REASONS = ("price", "model", "rival", "stock", "no_need")
NO_REASON = 0.12  # share of defeated leads whose reason nobody typed in

BAD: dict[str, Bad] = {
    "unknown_status": unreadable("status", "?", "LD01", "LD05"),
    "unreadable_defeat": unreadable("defeated_on", "上月", "LD01", "LD07"),
    **common("LD", "lead_no"),
    "created_missing": missing("created_on", "LD04"),
    "status_missing": missing("status", "LD05"),
    "defeat_missing": missing("defeated_on", "LD07"),
    "defeated_before": Bad(
        "defeated before it came",
        ("LD09",),
        lambda v: {"defeated_on": v["created_on"] - timedelta(days=3)},
    ),
    "reason_missing": missing("defeat_reason", "LD10"),
    "defeated_next_year": Bad(
        "next year was typed",
        ("LD11",),
        lambda v: {"defeated_on": v["defeated_on"] + timedelta(days=366)},
        until="defeated_on",
    ),
}


def lead_rows(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Leads of a store that may show something new between two days."""
    day = max(world.start, first - timedelta(days=REACH))
    while day <= min(last, world.end):
        yield from came_on(world, store, day)
        day += timedelta(days=1)
    yield from planted(world, store, BAD, _Planted(world, store), {"source": "web"})


def came_on(world: World, store: Store, day: date) -> Iterator[Row]:
    """The leads that came to a store on a day, with what becomes of them."""
    rng = world.rng(store, day, 6)
    most = round(2 * FOR_EACH_SALE * world.daily_sales) or 1
    for place in range(most):
        if rng.random() < FOR_EACH_SALE * world.daily_sales / most:
            yield _lead(world, store, day, place, rng)


class _Planted:
    """A lead that was defeated on the day it came, for a reason."""

    def __init__(self, world: World, store: Store) -> None:
        self._world, self._store = world, store

    def __call__(self, vehicle: Vehicle, day: date, slot: int) -> Row:
        values = _values(
            self._world, self._store, day, slot, vehicle.owner, vehicle.owner_phone, Random(slot)
        )
        values |= {"source": "walk_in", "status": "defeated"}
        values |= {"defeated_on": day, "defeat_reason": "price"}
        version = Version(day, datetime.combine(day, time(18, 0)), values)
        return Row(self._world.number(self._store, day, slot), FEED, [version])


def _lead(world: World, store: Store, day: date, place: int, rng: Random) -> Row:
    most = round(2 * FOR_EACH_SALE * world.daily_sales) or 1
    order = (store.index * world.days + (day - world.start).days) * most + place
    person = Person(world.first_stranger + order, world.numbering.salt)
    phone = phone_of(world.numbering, store, person)
    values = _values(world, store, day, place, person, phone, rng)
    breaks = () if phone.is_valid else (Break("LD08", "no valid mobile was typed in"),)
    came = Version(day, at(rng, day, 9, 17), values, breaks=breaks)
    row = Row(world.number(store, day, place), FEED, [came])
    fate = pick(FATES, rng)
    ended_on = day + timedelta(days=rng.randint(1, 45))
    if fate == "vanishes":
        row.gone_on = ended_on
    elif fate != "open":
        ended = copy_version(came, {"status": fate})
        ended.visible_on, ended.changed_at = ended_on, at(rng, ended_on, 9, 17)
        if fate == "defeated":
            ended.values["defeated_on"] = ended_on
            if rng.random() < NO_REASON:
                ended.breaks += (Break("LD10", "nobody typed in why"),)
            else:
                ended.values["defeat_reason"] = rng.choice(REASONS)
        row.add(ended)
    return row


def _values(
    world: World, store: Store, day: date, slot: int, person: Person, phone: Phone, rng: Random
) -> Values:
    consultants = world.roster.working(store.code, "CONSULTANT", day)
    return {
        "store_code": store.code,
        "lead_no": f"XK{store.code}{day:%y%m%d}{slot:03d}",
        "status": "open",
        "created_on": day,
        "defeated_on": None,
        "defeat_reason": None,
        "source": rng.choice(SOURCES),
        "model": rng.choice(MODELS[store.brand]),
        "consultant_no": rng.choice(consultants) if consultants else None,
        "customer_name": person.name,
        "customer_phone": phone.text,
    }
