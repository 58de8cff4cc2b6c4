"""Bad rows of what stands beside orders: one of each kind in the last weeks of the first store.

A kind says what it changes in a good row and which rules of validation that breaks, from its own
knowledge of what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, copy_version
from aftercare.sample.spoil import UNKNOWN_STORE, wrong_check_digit
from aftercare.sample.vehicles import PARK, Vehicle
from aftercare.sample.world import SINCE, World

CONFLICT = "conflict"
SLOT = 900  # rows that are planted have numbers from here on


def pick(chances: Sequence[tuple[str, float]], rng: Random) -> str:
    """One of several, each with its weight."""
    return rng.choices([name for name, _ in chances], [weight for _, weight in chances])[0]


@dataclass(frozen=True)
class Bad:
    """A kind of bad row. ``change`` gives the values that differ, ``raw`` texts instead of values.

    ``until``: the column with the day from which on nothing is wrong any more.
    """

    why: str
    rules: tuple[str, ...]
    change: Callable[[Values], Values] = field(default=lambda _: {})
    raw: Mapping[str, object] = field(default_factory=dict)
    until: str | None = None


def unreadable(column: str, raw: str, *rules: str) -> Bad:
    """A text that is no value of its column."""
    return Bad("what was typed cannot be read", rules, lambda _: {column: None}, {column: raw})


def missing(column: str, *rules: str) -> Bad:
    """A column that was left empty."""
    return Bad(f"{column} was left empty", rules, lambda _: {column: None})


def common(prefix: str, number: str) -> dict[str, Bad]:
    """What any document can lack, and the rules of a feed that say so."""
    return {
        "number_missing": missing(number, f"{prefix}02"),
        "unknown_store": Bad(
            "no system knows the store", (f"{prefix}03",), lambda _: {"store_code": UNKNOWN_STORE}
        ),
        CONFLICT: Bad("two rows say different things at the same time", (f"{prefix}06",)),
    }


def vins(prefix: str) -> dict[str, Bad]:
    """What a VIN can lack where a feed cannot do without."""
    return {
        "vin_missing": missing("vin", f"{prefix}04"),
        "vin_short": Bad(
            "a character of the VIN is missing",
            (f"{prefix}04",),
            lambda values: {"vin": values["vin"][:-1]},
        ),
        "vin_check_digit": Bad(
            "a wrong check digit",
            (f"{prefix}05",),
            lambda values: {"vin": wrong_check_digit(values["vin"])},
        ),
    }


def planted(
    world: World,
    store: Store,
    kinds: Mapping[str, Bad],
    make: Callable[[Vehicle, date, int], Row],
    rival: Values,
) -> Iterator[Row]:
    """One row of each kind in the first store of a system, every second day, and one on the last.

    ``make`` gives a good row of a vehicle, a day and a slot. ``rival`` is what the second row of a
    conflict says.
    """
    if store is not next(one for one in world.stores if one.system == store.system):
        return
    days = [(kind, world.end - timedelta(days=SINCE + 2 * n)) for n, kind in enumerate(kinds)]
    for place, (kind, day) in enumerate([*days, (next(iter(kinds)), world.end)]):
        row = make(_somebody(world, store, place), day, SLOT + place)
        row.versions = [copy_version(row.versions[-1])]
        version, bad = row.versions[0], kinds[kind]
        version.visible_on, version.changed_at = day, datetime.combine(day, time(18, 0))
        version.values |= bad.change(version.values)
        version.raw.update(bad.raw)
        until = version.values[bad.until] if bad.until else None
        version.breaks = tuple(Break(rule, bad.why, until) for rule in bad.rules)
        yield row
        if kind == CONFLICT:
            second = copy_version(version, rival)
            yield Row(row.number + 1, row.feed, [second], twin="conflict")


def _somebody(world: World, store: Store, place: int) -> Vehicle:
    """A vehicle of the old park whose owner can be called, so that no other rule is broken."""
    locals_ = range(PARK * place // 40, PARK)
    return next(
        vehicle
        for local in locals_
        if (vehicle := world.vehicle(store, local)).owner_phone.is_valid
        and vehicle.usage == "private"
    )
