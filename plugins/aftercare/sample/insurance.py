"""Insurance policies that the stores sell: with a new car, and again each year where they can.

A vehicle's policies are numbered by its years on the road, so a renewal knows the one before it if
that was sold here. Some are cancelled, some lack a phone that can be called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from aftercare.sample.planted import Bad, common, missing, planted, unreadable, vins
from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.sales import at
from aftercare.sample.vehicles import PARK, Vehicle
from aftercare.sample.world import REACH, World

FEED = "insurance_policy"
YEAR = 365
AHEAD = 20  # days before it starts on which a renewal is sold
EARLIER = 90  # days before the first one of which policies are known: a year later they end in the month that is scored
NEW_CARS, RENEWED = 0.8, 0.55  # share of policies that are bought here
COMBINED = 0.25  # share of those that are one policy for everything
CANCELLED, VANISHES, DUPLICATE = 0.03, 0.005, 0.005
INSURERS = ("人保财险", "平安产险", "太平洋产险", "国寿财险")
LETTERS = {"compulsory": "J", "commercial": "S", "combined": "Z"}
DEFAULT_END, DEFAULT_START = date(2099, 12, 31), date(1900, 1, 1)

BAD: dict[str, Bad] = {
    "unknown_kind": unreadable("kind", "?", "IP01", "IP09"),
    "unreadable_end": unreadable("ends_on", "一年", "IP01", "IP07"),
    **common("IP", "policy_no"),
    **vins("IP"),
    "end_missing": missing("ends_on", "IP07"),
    "ends_before": Bad(
        "start and end were exchanged",
        ("IP08",),
        lambda v: {"starts_on": v["ends_on"], "ends_on": v["starts_on"]},
    ),
    "kind_missing": missing("kind", "IP09"),
    "status_missing": missing("status", "IP10"),
    "default_end": Bad("the system's last day", ("IP12",), lambda _: {"ends_on": DEFAULT_END}),
    "default_start": Bad(
        "the system's first day", ("IP12",), lambda _: {"starts_on": DEFAULT_START}
    ),
}


def policy_rows(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Policies of a store that may show something new between two days."""
    day = max(world.start, first) - timedelta(days=REACH)
    if first <= world.start:
        day = world.start - timedelta(days=EARLIER)
    while day <= min(last, world.end):
        rng = world.rng(store, day, 5)
        slot = 0
        for local, year in _customers(world, store, day):
            yield from _policies(world, store, day, local, year, slot, rng)
            slot += 2
        day += timedelta(days=1)
    yield from planted(
        world,
        store,
        BAD,
        lambda vehicle, day, slot: _policy(
            world, store, day, vehicle, 90 + slot % 10, "commercial", slot, Random(slot)
        ),
        {"premium": Decimal("888.00")},
    )


def _customers(world: World, store: Store, day: date) -> Iterator[tuple[int, int]]:
    """Vehicles, with their years on the road, that a policy may be sold for on a day."""
    for local in world.sold_on(store, day) if day >= world.start else ():
        if _is_bought_here(world, store, local, 0):
            yield local, 0
    starts_on = day + timedelta(days=AHEAD)
    for year in range(1, 7):
        born = starts_on - timedelta(days=YEAR * year)
        for local in _born_on(world, store, born):
            if _is_bought_here(world, store, local, year):
                yield local, year


def _born_on(world: World, store: Store, day: date) -> range:
    """The vehicles of a store that came on the road on a day."""
    if day >= world.start:
        return world.sold_on(store, day)
    local, rest = divmod((world.start - day).days - 30, 3)
    return range(local, local + 1) if rest == 0 and 0 <= local < PARK else range(0)


def _is_bought_here(world: World, store: Store, local: int, year: int) -> bool:
    chance = Random(f"{world.seed}/insurance/{store.index}/{local}/{year}").random()
    return chance < (RENEWED if year else NEW_CARS)


def _policies(
    world: World, store: Store, day: date, local: int, year: int, slot: int, rng: Random
) -> Iterator[Row]:
    vehicle = world.vehicle(store, local)
    is_one = Random(f"{world.seed}/combined/{store.index}/{local}").random() < COMBINED
    for place, kind in enumerate(("combined",) if is_one else ("compulsory", "commercial")):
        row = _policy(world, store, day, vehicle, year, kind, slot + place, rng)
        if year and _is_bought_here(world, store, local, year - 1):
            row.versions[0].values["previous_policy_no"] = _number(store, local, year - 1, kind)
        chance = rng.random()
        if chance < CANCELLED:
            cancelled_on = day + timedelta(days=rng.randint(3, 40))
            last = copy_version(row.versions[0], {"status": "cancelled"})
            changed_at = at(rng, cancelled_on, 9, 17)
            row.add(replace(last, visible_on=cancelled_on, changed_at=changed_at))
        elif chance < CANCELLED + VANISHES:
            row.gone_on = day + timedelta(days=rng.randint(2, 10))
        yield row
        if CANCELLED + VANISHES <= chance < CANCELLED + VANISHES + DUPLICATE:
            yield Row(row.number + 1, FEED, [copy_version(row.versions[-1])], twin="duplicate")


def _number(store: Store, local: int, year: int, kind: str) -> str:
    return f"BX{store.code}{local:05d}{year:02d}{LETTERS[kind]}"


def _policy(
    world: World,
    store: Store,
    day: date,
    vehicle: Vehicle,
    year: int,
    kind: str,
    slot: int,
    rng: Random,
) -> Row:
    starts_on = day + timedelta(days=AHEAD if year else 1)
    consultants = world.roster.working(store.code, "CONSULTANT", day)
    values: Values = {
        "store_code": store.code,
        "policy_no": _number(store, vehicle.local, year, kind),
        "kind": kind,
        "status": "active",
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=YEAR - 1),
        "previous_policy_no": None,
        "vin": vehicle.vin,
        "insurer": rng.choice(INSURERS),
        "is_new_car": year == 0,
        "sold_by_no": rng.choice(consultants) if consultants else None,
        "premium": Decimal("950.00")
        if kind == "compulsory"
        else Decimal(rng.randint(18, 90)) * 100,
        "holder_name": vehicle.owner_name,
        "holder_phone": vehicle.owner_phone.text,
    }
    # What is renewed the store's specialist renews, where it has one.
    if year and (renewing := world.roster.working(store.code, "RENEWAL", day)):
        values["sold_by_no"] = renewing[0]
    breaks = (
        () if vehicle.owner_phone.is_valid else (Break("IP11", "no valid mobile was typed in"),)
    )
    version = Version(day, at(rng, day, 9, 17), values, breaks=breaks)
    return Row(world.number(store, day, slot), FEED, [version])
