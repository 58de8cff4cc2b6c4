"""Vehicles of a store and the people around them, each a pure function of the vehicle's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from aftercare.sample.identity import Person, make_plate, make_vin
from aftercare.sample.roster import Store

MAKERS = {"SKODA": "LSV", "CHANGAN": "LS5", "DEEPAL": "LS6"}
MODELS = {
    "SKODA": ("明锐", "速派", "柯迪亚克", "柯珞克"),
    "CHANGAN": ("CS75PLUS", "UNI-V", "逸动", "CS55PLUS"),
    "DEEPAL": ("深蓝SL03", "深蓝S07", "深蓝G318", "深蓝L07"),
}
DEFAULT_BIRTHDAY = date(1900, 1, 1)
# As published for a large chain: 2.4 % filled in, 7 % of those with one default date. Stores whose manual
# wants birthday greetings ask more often.
RARE = 0.024
BIRTHDAYS_TOLD = {"SKODA": 0.3, "DEEPAL": 0.3}
PARK = 600  # vehicles that a store looked after before the first day
PHONE_STATES = (
    ("valid", 0.940), ("missing", 0.020), ("landline", 0.014), ("too_short", 0.010),
    ("too_long", 0.006), ("not_a_number", 0.005), ("bad_prefix", 0.005),
)  # fmt: skip
SHARED = 0.03  # share of people for whom the store's own driver's number was typed in


@dataclass(frozen=True, slots=True)
class Phone:
    """What a dealer system holds as somebody's number."""

    text: str | None
    is_valid: bool


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle, its owner and the one who usually brings it."""

    local: int
    vin: str
    plate: str
    model: str
    usage: str
    owner_kind: str
    owner: Person
    owner_name: str
    owner_phone: Phone
    owner_id_no: str | None
    owner_birthday: date | None
    driver: Person
    driver_phone: Phone
    brings_driver: bool
    since: date
    km_per_day: int
    replaced_on: date | None

    def odometer(self, day: date) -> int:
        """Kilometres that the instrument shows on a day."""
        origin = self.replaced_on if self.is_replaced(day) and self.replaced_on else self.since
        return 15 + self.km_per_day * max(0, (day - origin).days)

    def is_replaced(self, day: date) -> bool:
        """Whether the instrument is no longer the first one."""
        return self.replaced_on is not None and self.replaced_on <= day


@dataclass(frozen=True, slots=True)
class Numbering:
    """Which numbers the people and vehicles of a store have within the group."""

    seed: int
    salt: int
    vehicles_per_store: int
    first_staff: int
    staff_numbers: int

    def vehicle(self, store: Store, local: int) -> int:
        """The group-wide number of a store's vehicle."""
        return store.index * self.vehicles_per_store + local

    def owner(self, store: Store, local: int) -> Person:
        """The person that a vehicle's number stands for as owner."""
        return Person(2 * self.vehicle(store, local), self.salt)

    def driver(self, store: Store, local: int) -> Person:
        """The person that a vehicle's number stands for as driver."""
        return Person(2 * self.vehicle(store, local) + 1, self.salt)

    def house_person(self, store: Store, place: int) -> Person:
        """A number that belongs to the store and to nobody who works there."""
        return Person(
            self.first_staff + store.index * self.staff_numbers + self.staff_numbers - 1 - place,
            self.salt,
        )


def make_vehicle(numbering: Numbering, store: Store, local: int, since: date) -> Vehicle:
    """The vehicle of a store's number, on the road since a day."""
    number = numbering.vehicle(store, local)
    rng = Random(numbering.seed << 40 ^ number << 2 ^ 1)
    models = MODELS[store.brand]
    model = rng.randrange(len(models))
    is_electric = store.brand == "DEEPAL" or (store.brand == "CHANGAN" and rng.random() < 0.15)
    usage = rng.choices(("private", "business", "lease", "taxi"), (88, 6, 3, 3))[0]
    owner = numbering.owner(store, local)
    if local >= PARK + 7 and rng.random() < 0.05:
        owner = numbering.owner(store, local - 7)
    driver = numbering.driver(store, local)
    is_fleet = usage in ("lease", "taxi")
    if is_fleet:
        owner = numbering.house_person(store, 1 + (usage == "taxi"))
        owner_name = (
            f"{store.city}{owner.name}{'出租汽车' if usage == 'taxi' else '汽车租赁'}有限公司"
        )
        owner_phone = Phone(owner.phone, is_valid=True)
    else:
        owner_name = f"{store.city}{owner.name}商贸有限公司" if usage == "business" else owner.name
        owner_phone = phone_of(numbering, store, owner)
    has_person = usage == "private"
    return Vehicle(
        local=local,
        vin=make_vin(MAKERS[store.brand], number, model, since.year),
        plate=make_plate(store.plate_sign, number, is_electric, numbering.salt),
        model=models[model],
        usage=usage,
        owner_kind="person" if has_person else "company",
        owner=owner,
        owner_name=owner_name,
        owner_phone=owner_phone,
        owner_id_no=_id_no(rng, owner) if has_person else None,
        owner_birthday=_birthday(rng, store, owner) if has_person else None,
        driver=driver,
        driver_phone=phone_of(numbering, store, driver),
        brings_driver=is_fleet or rng.random() < 0.3,
        since=since,
        km_per_day=rng.randint(280, 380) if usage == "taxi" else rng.randint(12, 90),
        replaced_on=since + timedelta(days=rng.randint(200, 1500)) if rng.random() < 0.02 else None,
    )


def phone_of(numbering: Numbering, store: Store, person: Person) -> Phone:
    """What a store typed in as somebody's number."""
    rng = Random(numbering.seed << 40 ^ person.number << 2 ^ 2)
    if rng.random() < SHARED:
        return Phone(numbering.house_person(store, 0).phone, is_valid=True)
    state = rng.choices([s for s, _ in PHONE_STATES], [weight for _, weight in PHONE_STATES])[0]
    number = person.phone
    text = {
        "valid": number,
        "missing": None,
        "landline": f"0512-6{number[4:]}",
        "too_short": number[:10],
        "too_long": number + "7",
        "not_a_number": "不详",
        "bad_prefix": "12" + number[2:],
    }[state]
    return Phone(text, is_valid=state == "valid")


def _id_no(rng: Random, person: Person) -> str | None:
    chance = rng.random()
    if chance < 0.10:
        return None
    wrong = "1" if person.id_no[-1] != "1" else "2"
    return person.id_no[:-1] + wrong if chance < 0.105 else person.id_no


def _birthday(rng: Random, store: Store, person: Person) -> date | None:
    chance = rng.random()
    is_told = chance < BIRTHDAYS_TOLD.get(store.brand, RARE)
    if not is_told or (person.birthday.month, person.birthday.day) == (1, 1):
        return None
    # Of the draw itself where the rarer share draws no more, so that the rest of a vehicle stays as it is.
    is_default = (rng.random() if chance < RARE else chance * 1000 % 1) < 0.07
    return DEFAULT_BIRTHDAY if is_default else person.birthday
