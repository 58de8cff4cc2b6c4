"""Repair orders of one store and day: same-day and longer, late, reversed and issued again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.sales import at
from aftercare.sample.vehicles import Phone, Vehicle

FATES = (
    ("plain", 82.0),
    ("cancelled", 1.5),
    ("late_settlement", 4.0),
    ("reversed", 0.6),
    ("reversed_reissued", 0.9),
    ("reversed_new_order", 0.5),
    ("corrected", 2.0),
    ("entered_late", 2.0),
    ("arrives_late", 2.5),
    ("vanishes", 0.5),
    ("duplicate", 1.0),
    ("superseded", 1.0),
    ("odometer_typo", 0.5),
    ("spoilt", 1.0),
)

COSTLY = 0.08
"""Of repairs of engine, gearbox or body: what a customer thinks twice about."""


def make_repair(
    store: Store,
    day: date,
    ro_no: str,
    number: int,
    vehicle: Vehicle,
    advisors: list[str],
    technicians: list[str],
    rng: Random,
    is_planted: bool = False,
) -> tuple[list[Row], str]:
    """The order's rows (two when it was issued again under a new number) and its fate.

    A planted one is plain and finished on the same day.
    """
    fate = "plain" if is_planted else rng.choices(*zip(*FATES, strict=True))[0]
    advisor = rng.choice(advisors) if advisors and rng.random() >= 0.06 else None
    opened_at = at(rng, day, 8, 15)
    shown = vehicle.odometer(day)
    phone = vehicle.driver_phone if vehicle.brings_driver else vehicle.owner_phone
    opened: Values = {
        "store_code": store.code,
        "ro_no": ro_no,
        "settlement_no": None,
        "previous_settlement_no": None,
        "ro_type": rng.choices(("repair", "warranty", "rework"), (84, 13, 3))[0],
        "repair_type": rng.choices(
            ("maintenance", "mechanical", "bodywork", "tyre", "other"), (52, 22, 16, 6, 4)
        )[0],
        "status": "open",
        "is_reversed": False,
        "opened_at": opened_at,
        "completed_at": None,
        "settled_at": None,
        "delivered_at": None,
        "odometer_in_km": shown,
        "odometer_out_km": None,
        "is_odometer_replaced": vehicle.is_replaced(day),
        "vin": vehicle.vin,
        "model": vehicle.model,
        "service_advisor_no": advisor,
        "technician_no": rng.choice(technicians) if technicians and rng.random() >= 0.03 else None,
        "owner_kind": vehicle.owner_kind,
        "amount": None,
        "plate": vehicle.plate,
        "deliverer_name": vehicle.driver.name if vehicle.brings_driver else vehicle.owner_name,
        "deliverer_phone": phone.text,
        "owner_name": vehicle.owner_name,
        "owner_phone": vehicle.owner_phone.text,
    }
    breaks = _warnings(phone, advisor)
    row = Row(number, "repair_order", [])
    if fate == "cancelled":
        row.add(Version(day, opened_at, opened | {"status": "cancelled"}, breaks=breaks))
        return [row], fate
    if fate == "odometer_typo" and not vehicle.is_replaced(day):
        opened["odometer_in_km"] = shown = shown // 10
        breaks += (Break("RO12", "a digit of the odometer was left out"),)
    last_day = day
    if not is_planted:
        last_day += timedelta(days=rng.choice((0,) * 14 + (1, 1, 2, 4)))
    completed_at = max(opened_at, at(rng, last_day, 15, 17)) + timedelta(minutes=20)
    delivered_at = completed_at + timedelta(minutes=rng.randint(20, 90))
    settled_at = delivered_at - timedelta(minutes=rng.randint(5, 15))
    finished = opened | {
        "status": "settled",
        "settlement_no": f"JS{ro_no}",
        "completed_at": completed_at,
        "settled_at": settled_at,
        "delivered_at": delivered_at,
        "odometer_out_km": shown + (rng.randint(0, 3) if rng.random() < 0.3 else 0),
        "amount": _amount(Decimal(rng.randint(6_000, 480_000)) / 100, opened, number),
    }
    row.add(Version(day, opened_at, opened, breaks=breaks))
    if fate == "late_settlement":
        submitted = finished | {
            "status": "submitted",
            "settlement_no": None,
            "settled_at": None,
            "amount": None,
        }
        row.add(Version(last_day, delivered_at, submitted, breaks=breaks))
        late = at(rng, last_day + timedelta(days=rng.randint(1, 6)), 10, 17)
        row.add(Version(late.date(), late, finished | {"settled_at": late}, breaks=breaks))
        return [row], fate
    seen_on, changed_at = last_day, delivered_at + timedelta(minutes=2)
    if fate == "entered_late":
        seen_on += timedelta(days=rng.randint(1, 6))
        changed_at = at(rng, seen_on, 9, 17)
    elif fate == "arrives_late":
        seen_on += timedelta(days=rng.randint(1, 3))
    row.add(Version(seen_on, changed_at, finished, breaks=breaks))
    if fate == "vanishes":
        row.gone_on = seen_on + timedelta(days=rng.randint(2, 6))
    elif fate == "corrected":
        changes = {"amount": finished["amount"] + Decimal("50.00")}
        row.add(_later(row.versions[-1], rng, changes))
    elif fate.startswith("reversed"):
        return _reverse(row, fate, rng), fate
    return [row], fate


def _amount(usual: Decimal, opened: Values, number: int) -> Decimal:
    """What the order cost: a few repairs of engine, gearbox or body cost many times the usual."""
    # Drawn apart, so that the rest of the group stays as it is.
    is_big = opened["ro_type"] == "repair" and opened["repair_type"] in ("mechanical", "bodywork")
    if is_big and Random(number).random() < COSTLY:
        return usual + 20_000
    return usual


def _warnings(phone: Phone, advisor: str | None) -> tuple[Break, ...]:
    found = []
    if not phone.is_valid:
        found.append(Break("RO10", "no valid mobile was typed in"))
    if advisor is None:
        found.append(Break("RO11", "the advisor was left empty"))
    return tuple(found)


def _later(version: Version, rng: Random, changes: Values) -> Version:
    changed_at = at(rng, version.visible_on + timedelta(days=rng.randint(1, 4)), 9, 17)
    return replace(
        copy_version(version, changes), visible_on=changed_at.date(), changed_at=changed_at
    )


def _reverse(row: Row, fate: str, rng: Random) -> list[Row]:
    settled = row.versions[-1]
    row.add(_later(settled, rng, {"is_reversed": True}))
    old_no = settled.values["settlement_no"]
    again = _later(row.versions[-1], rng, {"is_reversed": False, "previous_settlement_no": old_no})
    again.values["settled_at"] = again.changed_at
    if fate == "reversed_reissued":
        again.values["settlement_no"] = f"{old_no}-2"
        row.add(again)
    elif fate == "reversed_new_order":
        again.values["ro_no"] += "-2"
        again.values["settlement_no"] = f"JS{again.values['ro_no']}"
        return [row, Row(row.number + 2, row.feed, [again])]
    return [row]


def make_pre_delivery(
    store: Store,
    day: date,
    ro_no: str,
    number: int,
    vehicle: Vehicle,
    shared_phone: str,
    rng: Random,
) -> Row:
    """The inspection before a hand-over: an order that no customer knows of."""
    opened_at: datetime = at(rng, day, 8, 15)
    done_at = opened_at + timedelta(minutes=rng.randint(40, 120))
    values: Values = {
        "store_code": store.code,
        "ro_no": ro_no,
        "settlement_no": f"JS{ro_no}",
        "previous_settlement_no": None,
        "ro_type": "pre_delivery",
        "repair_type": "other",
        "status": "settled",
        "is_reversed": False,
        "opened_at": opened_at,
        "completed_at": done_at,
        "settled_at": done_at,
        "delivered_at": done_at,
        "odometer_in_km": 6,
        "odometer_out_km": 8,
        "is_odometer_replaced": False,
        "vin": vehicle.vin,
        "model": vehicle.model,
        "service_advisor_no": None,
        "technician_no": None,
        "owner_kind": "company",
        "amount": Decimal("0.00"),
        "plate": None,
        "deliverer_name": store.name,
        "deliverer_phone": shared_phone,
        "owner_name": store.name,
        "owner_phone": shared_phone,
    }
    breaks = (Break("RO11", "an inspection before hand-over has no advisor"),)
    return Row(number, "repair_order", [Version(day, done_at, values, breaks=breaks)])
