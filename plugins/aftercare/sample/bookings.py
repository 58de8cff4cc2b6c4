"""Bookings of workshop visits: kept ones belong to the visits of their day, others to nobody's.

Some of the others the store never took.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from aftercare.sample.planted import Bad, common, missing, pick, planted, unreadable, vins
from aftercare.sample.roster import Store
from aftercare.sample.rows import Row, Values, Version, copy_version
from aftercare.sample.sales import at
from aftercare.sample.vehicles import Vehicle
from aftercare.sample.world import REACH, World

FEED = "booking"
AHEAD = 7  # days before a visit from which on it is booked
BOOKED, NOT_KEPT = 0.35, 0.08  # bookings that were kept, and others, for each visit
KINDS = (("maintenance", 65), ("repair", 30), ("other", 5))
FATES = (
    ("no_show", 45), ("cancelled", 16), ("withdrawn", 6), ("refused", 14), ("requested", 4), ("booked", 15),
)  # fmt: skip
NOT_TAKEN = ("requested", "refused", "withdrawn")

BAD: dict[str, Bad] = {
    "unknown_kind": unreadable("kind", "?", "BK01"),
    "unreadable_time": unreadable("booked_for", "周末", "BK01", "BK07"),
    **common("BK", "booking_no"),
    **vins("BK"),
    "time_missing": missing("booked_for", "BK07"),
    "status_missing": missing("status", "BK08"),
    "booked_after": Bad(
        "typed in when the car had come",
        ("BK09",),
        lambda v: {"booked_for": v["made_at"] - timedelta(hours=2)},
    ),
}


def booking_rows(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Bookings of a store that may show something new between two days."""
    day = max(world.start + timedelta(days=AHEAD), first - timedelta(days=REACH))
    while day <= min(last, world.end) + timedelta(days=AHEAD):
        rng = world.rng(store, day, 7)
        visits = world.visits(store, day)[1]
        for place, local in enumerate(visits):
            if rng.random() < BOOKED:
                yield _booking(world, store, day, world.vehicle(store, local), place, "kept", rng)
        for place in range(len(visits)):
            if rng.random() < NOT_KEPT:
                vehicle = world.vehicle(store, rng.randrange(world.visitors(store, day)))
                fate = pick(FATES, rng)
                yield _booking(world, store, day, vehicle, 300 + place, fate, rng)
        day += timedelta(days=1)

    def make(vehicle: Vehicle, day: date, slot: int) -> Row:
        return _booking(
            world, store, day + timedelta(days=2), vehicle, slot, "booked", Random(slot)
        )

    yield from planted(world, store, BAD, make, {"kind": "other"})


def _booking(
    world: World, store: Store, day: date, vehicle: Vehicle, slot: int, fate: str, rng: Random
) -> Row:
    made_on = day - timedelta(days=rng.randint(1, AHEAD))
    values: Values = {
        "store_code": store.code,
        "booking_no": f"YY{store.code}{day:%y%m%d}{slot:03d}",
        "kind": pick(KINDS, rng),
        "status": "requested" if fate in NOT_TAKEN else "booked",
        "made_at": at(rng, made_on, 9, 17),
        "booked_for": at(rng, day, 8, 15),
        "vin": vehicle.vin,
    }
    made = Version(made_on, values["made_at"], values)
    row = Row(world.number(store, day, slot), FEED, [made])
    if fate not in ("booked", "requested"):
        ended_on = day if fate in ("kept", "no_show") else made_on
        ended = copy_version(made, {"status": fate})
        ended.visible_on, ended.changed_at = ended_on, at(rng, ended_on, 17, 19)
        row.add(ended)
    return row
