"""The made-up group as a whole: every row of every feed, by store and day.

The documents that begin on a day are a pure function of the group's arguments, the store and the
day, so any day can be made without the days before it, and memory does not grow with the years.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from aftercare.errors import ConfigurationError
from aftercare.sample.repairs import make_pre_delivery, make_repair
from aftercare.sample.roster import STAFF_NUMBERS, SYSTEMS, Roster, Store, make_stores
from aftercare.sample.rows import Row, copy_version
from aftercare.sample.sales import make_sale, twin
from aftercare.sample.spoil import KINDS, mend, random_kind, recent_kinds, spoil
from aftercare.sample.vehicles import PARK, Numbering, Vehicle, make_vehicle

REACH = 75  # days after its first day in which a document may still change
SINCE = 6  # days before the end on which the planted bad rows stand, one a day and kind backwards
RECENT = {"sales_order": (3, 1), "repair_order": (3, 2, 1, 0)}  # days before the end
KNOWN = 3  # of so many vehicles of the old park one has its sales order in the system
LIVELY = 10  # last nights in each of which a row of each system arrives late and one vanishes
DOCUMENTS = ("sales_order", "repair_order")


@dataclass(frozen=True, slots=True)
class Planted:
    """A document with a given fate, so that each rule is broken in every group.

    ``kind`` is one of the kinds of bad rows, ``arrives_late`` or ``vanishes``.
    """

    store: Store
    day: date
    feed: str
    kind: str
    place: int


class World:
    """All rows of a made-up group.

    ``stores`` from 3 to 400, ``years`` from 1 to 6, ``end`` the last day it is made for. The averages
    are per store and day. Raises ConfigurationError for sizes outside these.
    """

    def __init__(
        self,
        seed: int,
        stores: int,
        years: int,
        end: date,
        daily_sales: float = 1.5,
        daily_repairs: float = 10.0,
    ) -> None:
        if not (3 <= stores <= 400 and 1 <= years <= 6):
            raise ConfigurationError("a sample group has 3 to 400 stores and 1 to 6 years")
        if not (0 < daily_sales <= 10 and 0 < daily_repairs <= 100):
            raise ConfigurationError(
                "a sample store has up to 10 sales and 100 repair orders a day"
            )
        self.seed, self.end = seed, end
        self.start = end - timedelta(days=365 * years + years // 4)
        self.days = (end - self.start).days + 1
        self.stores = make_stores(stores, self.start)
        self.daily_sales, self.daily_repairs = daily_sales, daily_repairs
        most_vehicles = PARK + self.days * self._most(daily_sales)
        salt = Random(seed).randrange(10**9, 10**12)
        first_staff = 2 * most_vehicles * stores
        # People who own nothing yet and work nowhere here have numbers from this one on.
        self.first_stranger = first_staff + STAFF_NUMBERS * stores
        self.numbering = Numbering(seed, salt, most_vehicles, first_staff, STAFF_NUMBERS)
        self.roster = Roster(self.stores, self.start, end, first_staff, salt)
        self._sold: dict[str, array[int]] = {}
        self._vehicles: dict[int, Vehicle] = {}

    @staticmethod
    def _most(average: float) -> int:
        return math.ceil(2 * average)

    def rng(self, store: Store, day: date, purpose: int, place: int = 0) -> Random:
        """The chances of a store's day for a purpose: orders have 0 to 4, others their own."""
        of_day = (self.seed * 1000 + store.index) * 10**6 + day.toordinal()
        return Random(of_day * 10**4 + purpose * 1000 + place)

    def count(self, store: Store, day: date, average: float, purpose: int) -> int:
        """How many of something there are on a day, of which there are so many on average."""
        rng, most = self.rng(store, day, purpose), self._most(average)
        return sum(rng.random() < average / most for _ in range(most))

    def sold_before(self, store: Store) -> array[int]:
        """How many vehicles the store had sold before each day, and after the last one."""
        if store.code not in self._sold:
            sold = array("l", [0])
            for offset in range(self.days):
                day = self.start + timedelta(days=offset)
                sold.append(sold[-1] + self.count(store, day, self.daily_sales, 0))
            self._sold = {store.code: sold}
        return self._sold[store.code]

    def vehicle(self, store: Store, local: int) -> Vehicle:
        """A vehicle by its number within the store."""
        number = self.numbering.vehicle(store, local)
        found = self._vehicles.get(number)
        if found is None:
            if local < PARK:
                since = self.start - timedelta(days=30 + local * 3)
            else:
                offset = bisect_right(self.sold_before(store), local - PARK) - 1
                since = self.start + timedelta(days=offset)
            if len(self._vehicles) > 5000:
                self._vehicles.clear()
            found = self._vehicles[number] = make_vehicle(self.numbering, store, local, since)
        return found

    def rows(self, store: Store, first: date, last: date) -> Iterator[Row]:
        """Rows of documents of a store that may show something new between two days."""
        day = max(self.start, first - timedelta(days=REACH))
        while day <= min(last, self.end):
            yield from self.day_rows(store, day)
            day += timedelta(days=1)

    def day_rows(self, store: Store, day: date) -> Iterator[Row]:
        """Rows of documents that begin on a day."""
        for place, local in enumerate(self.sold_on(store, day)):
            rng = self.rng(store, day, 1, place)
            yield from self._sale(store, day, place, local, rng)
        rng, chosen = self.visits(store, day)
        for place, local in enumerate(chosen):
            yield from self._repair(store, day, place, local, rng)
        for planted in self.plan.get((store.code, day), ()):
            yield from self._planted(planted)
        if day == self.start:
            yield from self._old_sales(store)

    def sold_on(self, store: Store, day: date) -> range:
        """The vehicles that a store sells on a day, by number."""
        sold, offset = self.sold_before(store), (day - self.start).days
        return range(PARK + sold[offset], PARK + sold[offset + 1])

    def visits(self, store: Store, day: date) -> tuple[Random, list[int]]:
        """The vehicles that come to the workshop on a day, and the chances of their orders."""
        rng = self.rng(store, day, 2)
        visitors = self.visitors(store, day)
        count = min(visitors, self.count(store, day, self.daily_repairs, 3))
        return rng, rng.sample(range(visitors), count)

    def visitors(self, store: Store, day: date) -> int:
        """How many vehicles may come: those sold some weeks ago; later ones have higher numbers."""
        offset = max(0, (day - self.start).days - 40)
        return PARK + self.sold_before(store)[offset]

    def number(self, store: Store, day: date, slot: int) -> int:
        """The number of a row within its table: the next nine are free for its twins."""
        return (store.index * 10**4 + (day - self.start).days) * 10**4 + slot * 10

    def _sale(self, store: Store, day: date, place: int, local: int, rng: Random) -> Iterator[Row]:
        vehicle = self.vehicle(store, local)
        order_no = f"XS{store.code}{day:%y%m%d}{place + 1:02d}"
        consultants = self.roster.working(store.code, "CONSULTANT", day)
        row, fate, delivery_day = make_sale(
            store, day, order_no, self.number(store, day, place), vehicle, consultants, rng
        )
        yield from self._finish(store, row, fate, rng)
        inspected_on = delivery_day - timedelta(days=1)
        if rng.random() < 0.6 and inspected_on >= day:
            shared = self.numbering.house_person(store, 0).phone
            number = self.number(store, day, 500 + place)
            ro_no = f"GD{store.code}{day:%y%m%d}{500 + place}"
            yield make_pre_delivery(store, inspected_on, ro_no, number, vehicle, shared, rng)

    def _old_sales(self, store: Store) -> Iterator[Row]:
        """Orders of the old park that were carried over when the system was new, up to five years old."""
        # Who had sold them has left; their customers were handed to those who work there.
        consultants = self.roster.working(store.code, "CONSULTANT", self.start)
        for place, local in enumerate(range(0, PARK, KNOWN)):
            vehicle = self.vehicle(store, local)
            row, _, _ = make_sale(
                store,
                vehicle.since,
                f"XS{store.code}{vehicle.since:%y%m%d}{900 + place}",
                self.number(store, self.start, 100 + place),
                vehicle,
                consultants,
                self.rng(store, self.start, 4, place),
                is_planted=True,
            )
            yield row

    def _repair(
        self, store: Store, day: date, place: int, local: int, rng: Random
    ) -> Iterator[Row]:
        ro_no = f"GD{store.code}{day:%y%m%d}{place + 100}"
        rows, fate = make_repair(
            store,
            day,
            ro_no,
            self.number(store, day, 100 + place),
            self.vehicle(store, local),
            self.roster.working(store.code, "SA", day),
            self.roster.working(store.code, "TECHNICIAN", day),
            rng,
        )
        yield from rows[1:]
        yield from self._finish(store, rows[0], fate, rng)

    def _finish(self, store: Store, row: Row, fate: str, rng: Random) -> Iterator[Row]:
        if fate == "spoilt":
            good = copy_version(row.versions[-1])
            rows = spoil(row, random_kind(row.feed, rng), rng)
            if rng.random() < 0.5:
                mend(rows, good, rng.randint(1, 6))
            yield from rows
            return
        yield row
        # A file holds one version of a row, so only a database keeps the old one beside the new.
        second = twin(row, fate)
        if second is not None and not (fate == "superseded" and store.system == "skoda_export"):
            yield second

    @cached_property
    def plan(self) -> dict[tuple[str, date], list[Planted]]:
        """Each kind of bad row once in the past of each system, and some in the last nights."""
        found: dict[tuple[str, date], list[Planted]] = {}
        for system in SYSTEMS:
            stores = [store for store in self.stores if store.system == system]
            for feed in DOCUMENTS:
                for place, kind in enumerate(KINDS[feed]):
                    day = self.end - timedelta(days=SINCE + place)
                    _plant(found, Planted(stores[0], day, feed, kind, place))
                kinds = recent_kinds(feed, self.seed)
                for place, before in enumerate(RECENT[feed]):
                    store, day = (
                        stores[(place + 1) % len(stores)],
                        self.end - timedelta(days=before),
                    )
                    _plant(found, Planted(store, day, feed, kinds[place], 50 + place))
            for back in range(LIVELY):
                store, night = stores[back % len(stores)], self.end - timedelta(days=back)
                for place, (kind, before) in enumerate((("arrives_late", 2), ("vanishes", 3))):
                    day = night - timedelta(days=before)
                    _plant(found, Planted(store, day, "repair_order", kind, 60 + place))
        return found

    def _planted(self, planted: Planted) -> Iterator[Row]:
        """A finished document on a vehicle of the old park, spoilt as planned."""
        store, day, place = planted.store, planted.day, planted.place
        slot = (700 if planted.feed == "sales_order" else 800) + place
        rng = self.rng(store, day, 4, slot)
        vehicle = self.vehicle(store, rng.randrange(PARK))
        number = self.number(store, day, slot)
        if planted.feed == "sales_order":
            consultants = self.roster.working(store.code, "CONSULTANT", day)
            order_no = f"XS{store.code}{day:%y%m%d}{slot}"
            row, _, _ = make_sale(
                store, day, order_no, number, vehicle, consultants, rng, is_planted=True
            )
        else:
            advisors = self.roster.working(store.code, "SA", day)
            technicians = self.roster.working(store.code, "TECHNICIAN", day)
            ro_no = f"GD{store.code}{day:%y%m%d}{slot}"
            rows, _ = make_repair(
                store, day, ro_no, number, vehicle, advisors, technicians, rng, is_planted=True
            )
            row = rows[0]
        last = row.versions[-1]
        row.versions = [copy_version(last)]
        row.versions[0].visible_on = max(day, last.visible_on)
        if planted.kind == "arrives_late":
            row.versions[0].visible_on += timedelta(days=2)
        elif planted.kind == "vanishes":
            row.gone_on = day + timedelta(days=3)
        else:
            yield from spoil(row, planted.kind, rng)
            return
        yield row


def _plant(found: dict[tuple[str, date], list[Planted]], planted: Planted) -> None:
    found.setdefault((planted.store.code, planted.day), []).append(planted)
