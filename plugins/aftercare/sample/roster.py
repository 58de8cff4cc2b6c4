"""Stores of the made-up group and who works where, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from aftercare.sample.identity import Person

SYSTEMS = ("skoda_export", "heyuan_dms")
PATTERN = (
    ("SK", "SKODA", "skoda_export", "斯柯达"),
    ("CA", "CHANGAN", "heyuan_dms", "长安"),
    ("DP", "DEEPAL", "heyuan_dms", "深蓝"),
)
CITIES = (
    ("上海", "上海", "沪"), ("江苏", "苏州", "苏"), ("浙江", "宁波", "浙"), ("广东", "佛山", "粤"),
    ("四川", "成都", "川"), ("湖北", "武汉", "鄂"), ("山东", "青岛", "鲁"), ("河南", "郑州", "豫"),
    ("陕西", "西安", "陕"), ("湖南", "长沙", "湘"), ("福建", "厦门", "闽"), ("安徽", "合肥", "皖"),
)  # fmt: skip
POSITIONS = (
    "DIR", "SUP", "SC", "SC", "AC", "AC", "SM", "SA", "SA", "SA", "SA",
    "CONSULTANT", "CONSULTANT", "CONSULTANT", "CONSULTANT", "TECHNICIAN", "TECHNICIAN", "TECHNICIAN",
)  # fmt: skip
STAFF_NUMBERS = 40  # numbers kept for the people of one store
SUCCESSOR, SPECIALIST = 30, 31


@dataclass(frozen=True, slots=True)
class Store:
    """A store. ``index`` counts the stores of the group from 0."""

    index: int
    code: str
    name: str
    brand: str
    system: str
    region: str
    city: str
    plate_sign: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person in a role at a store; ``end`` is the last day, ``known_on`` when the end was entered."""

    employee_no: str
    person: Person
    store_code: str
    role: str
    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the person works there on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


def make_stores(count: int, start: date) -> tuple[Store, ...]:
    """``count`` stores: SK01, CA01, DP01, SK02 …, all opened before ``start``."""
    stores = []
    for index in range(count):
        prefix, brand, system, brand_name = PATTERN[index % len(PATTERN)]
        region, city, sign = CITIES[index % len(CITIES)]
        number = index // len(PATTERN) + 1
        stores.append(
            Store(
                index=index,
                code=f"{prefix}{number:02d}",
                name=f"和远{city}{brand_name}{number}店",
                brand=brand,
                system=system,
                region=region,
                city=city,
                plate_sign=sign,
                opened_on=start - timedelta(days=700 + 37 * (index % 50)),
            )
        )
    return tuple(stores)


class Roster:
    """Everybody who works or worked in the group.

    In each store one consultant left in the middle of the time and another came. Stores of the Škoda export have
    a renewal specialist. On the 15th of the
    month before ``end`` the last service advisor of CA01 went to DP01.
    """

    def __init__(
        self, stores: tuple[Store, ...], start: date, end: date, first_person: int, salt: int
    ) -> None:
        self._stores, self._start = stores, start
        self._first_person, self._salt = first_person, salt
        self.moved_on = (end.replace(day=1) - timedelta(days=1)).replace(day=15)
        self.changed_on = start + (end - start) / 2

    def employee_no(self, store: Store, place: int) -> str:
        """The number of somebody for life, wherever the person works."""
        return f"HY{store.index * STAFF_NUMBERS + place + 10_001:06d}"

    def person(self, store: Store, place: int) -> Person:
        """Who that is."""
        return Person(self._first_person + store.index * STAFF_NUMBERS + place, self._salt)

    @cached_property
    def by_store(self) -> dict[str, tuple[Assignment, ...]]:
        """Assignments by store code."""
        found: dict[str, list[Assignment]] = {store.code: [] for store in self._stores}
        for store in self._stores:
            leaver = len(POSITIONS) - 1 - POSITIONS[::-1].index("CONSULTANT")
            mover = len(POSITIONS) - 1 - POSITIONS[::-1].index("SA")
            for place, role in enumerate(POSITIONS):
                end = None
                if place == leaver:
                    end = self.changed_on - timedelta(days=1)
                elif place == mover and store.code == "CA01" and "DP01" in found:
                    end = self.moved_on - timedelta(days=1)
                    found["DP01"].append(self._assign(store, place, "DP01", role, self.moved_on))
                begin = max(store.opened_on, self._start - timedelta(days=400 + 31 * place))
                found[store.code].append(self._assign(store, place, store.code, role, begin, end))
            found[store.code].append(
                self._assign(store, SUCCESSOR, store.code, "CONSULTANT", self.changed_on)
            )
            if store.system == "skoda_export":
                begin = max(store.opened_on, self._start - timedelta(days=400))
                found[store.code].append(
                    self._assign(store, SPECIALIST, store.code, "RENEWAL", begin)
                )
        return {code: tuple(assignments) for code, assignments in found.items()}

    def _assign(
        self, store: Store, place: int, at: str, role: str, start: date, end: date | None = None
    ) -> Assignment:
        return Assignment(
            self.employee_no(store, place), self.person(store, place), at, role, start, end
        )

    def working(self, store_code: str, role: str, day: date) -> list[str]:
        """Employee numbers of those who hold a role at a store on a day, in a steady order."""
        return [a.employee_no for a in self.by_store[store_code] if a.role == role and a.holds(day)]
