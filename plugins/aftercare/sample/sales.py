"""Sales orders of one store and day: signed, delivered, cancelled, moved, late, doubled, spoilt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.vehicles import DEFAULT_BIRTHDAY, Vehicle

# What happens to an order, in percent of orders.
FATES = (
    ("plain", 82.0),
    ("cancelled", 3.0),
    ("cancelled_late", 1.0),
    ("delivery_moved", 2.5),
    ("entered_late", 4.0),
    ("arrives_late", 3.5),
    ("vanishes", 1.0),
    ("duplicate", 1.0),
    ("superseded", 1.0),
    ("spoilt", 1.0),
)


# Days from the delivery until the car has its plates, and years of a used one since it got its first.
REGISTERED_AFTER, USED_YEARS = (0, 0, 1, 2, 3, 5, 8), (1, 6)
# Days from the delivery until the file of the deal is in the archive, most of them in time, and the
# share that never gets there.
ARCHIVED_AFTER, NEVER_ARCHIVED = (1, 1, 1, 1, 1, 2, 2, 4), 0.06
TELLS_MORE = "skoda_export"
"""The system whose export has the day of registration and the time of filing; the other one has no
such columns."""


def at(rng: Random, day: date, first_hour: int, last_hour: int) -> datetime:
    """A time on a day, in whole minutes."""
    return datetime.combine(day, time(rng.randint(first_hour, last_hour), rng.randint(0, 59)))


def make_sale(
    store: Store,
    day: date,
    order_no: str,
    number: int,
    vehicle: Vehicle,
    consultants: list[str],
    rng: Random,
    is_planted: bool = False,
) -> tuple[Row, str, date]:
    """The order's row, its fate, and the day of the delivery that was agreed on.

    A planted one is plain and delivered at once.
    """
    delivery_day = day
    if not is_planted:
        delivery_day += timedelta(days=rng.choice((0, 1, 2, 3, 3, 4, 5, 6, 7, 9, 12)))
    delivered_at = at(rng, delivery_day, 9, 18)
    consultant = rng.choice(consultants) if consultants and rng.random() >= 0.05 else None
    ordered: Values = {
        "store_code": store.code,
        "order_no": order_no,
        "status": "active",
        "sale_type": rng.choices(
            ("new", "trade_in", "financed", "repurchase", "used"), (55, 20, 15, 6, 4)
        )[0],
        "usage": vehicle.usage,
        "signed_on": day,
        "invoiced_on": None,
        "delivered_at": None,
        "vin": vehicle.vin,
        "model": vehicle.model,
        "sales_consultant_no": consultant,
        "customer_kind": vehicle.owner_kind,
        "price": Decimal(rng.randint(780, 2600)) * 100,
        "plate": None,
        "customer_name": vehicle.owner_name,
        "customer_phone": vehicle.owner_phone.text,
        "customer_id_no": vehicle.owner_id_no,
        "birthday": vehicle.owner_birthday,
        "registered_on": None,
        "archived_at": None,
    }
    delivered = ordered | {
        "invoiced_on": max(day, delivery_day - timedelta(days=rng.randint(0, 1))),
        "delivered_at": delivered_at,
        "plate": vehicle.plate if rng.random() < 0.6 else None,
    }
    breaks = tuple(_warnings(vehicle, consultant))
    row = Row(number, "sales_order", [])
    row.add(Version(day, at(rng, day, 9, 17), ordered, breaks=breaks))
    fate = "plain" if is_planted else rng.choices(*zip(*FATES, strict=True))[0]
    if fate == "cancelled" and delivery_day > day:
        cancelled_on = day + timedelta(days=rng.randint(1, (delivery_day - day).days))
        row.add(
            Version(
                cancelled_on,
                at(rng, cancelled_on, 9, 17),
                ordered | {"status": "cancelled"},
                breaks=breaks,
            )
        )
        return row, fate, delivery_day
    seen_on = delivery_day
    changed_at = delivered_at + timedelta(minutes=rng.randint(5, 60))
    if fate == "entered_late":
        seen_on += timedelta(days=rng.randint(1, 6))
        changed_at = at(rng, seen_on, 9, 17)
    elif fate == "arrives_late":
        seen_on += timedelta(days=rng.randint(1, 3))
    row.add(Version(seen_on, changed_at, delivered, breaks=breaks))
    _live_on(row, fate, rng)
    if store.system == TELLS_MORE:
        _archive(row, fate in ("plain", "entered_late") and not is_planted, delivery_day)
        _register(row, fate == "plain" and not is_planted, delivery_day)
    return row, fate, delivery_day


def _warnings(vehicle: Vehicle, consultant: str | None) -> list[Break]:
    found = []
    if not vehicle.owner_phone.is_valid:
        found.append(Break("SO08", "no valid mobile was typed in"))
    if consultant is None:
        found.append(Break("SO09", "the consultant was left empty"))
    if vehicle.owner_birthday == DEFAULT_BIRTHDAY:
        found.append(Break("SO11", "the system's default birthday"))
    return found


def _live_on(row: Row, fate: str, rng: Random) -> None:
    """What comes after the delivery."""
    last = row.versions[-1]
    later = last.visible_on + timedelta(days=rng.randint(2, 6))
    if fate == "cancelled_late":
        row.add(_next(last, later, rng, {"status": "cancelled"}))
    elif fate == "delivery_moved":
        moved = at(rng, later - timedelta(days=rng.randint(0, 1)), 9, 15)
        row.add(_next(last, later, rng, {"delivered_at": moved}))
    elif fate == "vanishes":
        row.gone_on = later


def _register(row: Row, is_told_later: bool, delivery_day: date) -> None:
    """The day on which the car got its plates, in the versions that can know it, and else in one of its own."""
    first = row.versions[0]
    # Chances of their own, so that those of the other columns stay as they were.
    rng = Random(f"plates of {first.values['vin']} {first.values['order_no']}")
    registered_on = delivery_day + timedelta(days=rng.choice(REGISTERED_AFTER))
    if first.values["sale_type"] == "used":
        registered_on = delivery_day - timedelta(days=365 * rng.randint(*USED_YEARS) + 40)
    for version in row.versions:
        if version.visible_on >= registered_on:
            version.values["registered_on"] = registered_on
    last = row.versions[-1]
    if is_told_later and last.visible_on < registered_on:
        row.add(_next(last, registered_on, rng, {"registered_on": registered_on}))


def _archive(row: Row, is_told_later: bool, delivery_day: date) -> None:
    """When the file was put into the archive, in the versions that can know it, and else in one of its own."""
    first = row.versions[0]
    # Chances of their own, so that those of the other columns stay as they were.
    rng = Random(f"file of {first.values['vin']} {first.values['order_no']}")
    archived_at = at(rng, delivery_day + timedelta(days=rng.choice(ARCHIVED_AFTER)), 9, 17)
    if rng.random() < NEVER_ARCHIVED:
        return
    for version in row.versions:
        if version.changed_at >= archived_at:
            version.values["archived_at"] = archived_at
    last = row.versions[-1]
    if is_told_later and last.changed_at < archived_at:
        told = copy_version(last, {"archived_at": archived_at})
        row.add(replace(told, visible_on=archived_at.date(), changed_at=archived_at))


def _next(version: Version, day: date, rng: Random, changes: Values) -> Version:
    return replace(copy_version(version, changes), visible_on=day, changed_at=at(rng, day, 15, 18))


def twin(row: Row, fate: str) -> Row | None:
    """The second row that a doubled or superseded document has beside its own."""
    if fate == "duplicate":
        return Row(row.number + 1, row.feed, [copy_version(row.versions[-1])], twin="duplicate")
    if fate == "superseded" and len(row.versions) > 1:
        # The newer version came as a row of its own; from its day on the older one stands beside it.
        old = replace(copy_version(row.versions[-2]), visible_on=row.versions[-1].visible_on)
        return Row(row.number + 1, row.feed, [old], twin="superseded")
    return None
