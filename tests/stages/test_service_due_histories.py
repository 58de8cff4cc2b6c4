"""Next services of made-up histories: the statements say what the twin says, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import changed_policy, group_of, house_policy
from garage import NIGHT, Garage
from people_of_orders import FIRST, Nights
from sqlalchemy import text
from staged_rows import GROUP, SHANGHAI, SYSTEM

from aftercare.rules.policy import Policy
from aftercare.stages.merge import merge
from aftercare.stages.policy import load_policy
from aftercare.stages.service_due import know_service_due

ITEM = "house/service_due"
START = date(2022, 1, 1)
MODELS = ("A", "B", None)
Row = dict[str, Any]


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """Values that change by day, by pack and by model."""
    since, later = date(2012, 1, 1), date(2024, 1, 1)
    changes: list[tuple[str, dict[date, object]]] = [
        ("first_by_model", {since: {"A": {"calendar_month": 12, "kilometre": 15000}}}),
        ("periodic", {later: {"calendar_month": 8, "kilometre": 8000}}),
        ("typical_daily_km_by_model", {since: {"A": 33, "B": 71.25}}),
        ("pairs_needed", {later: 2}),
        ("private_range", {later: {"least": 10.5, "most": 120}}),
    ]
    for name, values in changes:
        changed_policy(tmp_path, ITEM, name, values)
    (tmp_path / "policy" / "skoda-dealer" / "service_due.yaml").write_text(
        """
pair_days:
  rule: S3-02
  unit: calendar_day
  reference: the group
  values:
    2023-01-01: 45
periodic_by_model:
  rule: S2-09
  unit: service_interval_by_model
  reference: the maker's book
  values:
    2020-01-01: {B: {calendar_month: 12, kilometre: 15000}}
""",
        encoding="utf-8",
    )
    return changed_policy(tmp_path, ITEM, "pairs_counted", {})


@pytest.mark.parametrize(("seed", "vehicles"), [(1, 400), (2, 400)])
def test_the_statements_say_what_the_twin_says(
    warehouse: Any, policy: Policy, seed: int, vehicles: int
) -> None:
    draw = random.Random(seed)
    # A store follows another pack for some time.
    lent = [{"from": date(2024, 6, 1), "pack": "skoda-dealer"}]
    garage = Garage(warehouse, policy, group_of(store_packs={"CA01": lent}))
    vins = [f"V{number:04d}" for number in range(vehicles)]
    garage.name_models({vin: draw.choice(MODELS) for vin in vins})
    garage.fill("sales_order", (row for vin in vins for row in _sales(draw, vin)))
    garage.fill("repair_order", (row for vin in vins for row in _visits(draw, vin)))
    garage.fill("preference", (row for vin in vins for row in _own_days(draw, vin)))
    garage.night()
    expected = garage.expected()
    assert garage.rows() == expected
    _is_varied(expected.values())
    versions = garage.versions()
    garage.queue(*vins)
    assert garage.night()["changed"] == 0
    assert garage.versions() == versions

    changed = draw.sample(vins, vehicles // 10)
    for vin in changed:
        garage.change("repair_order", vin, is_reversed=draw.random() < 0.5, repair_type="tyre")
        garage.change("sales_order", vin, usage=draw.choice(["private", "taxi"]))
    garage.night()
    assert garage.rows() == garage.expected() != expected
    assert {vin for vin, version in garage.versions().items() if version != versions[vin]} <= set(
        changed
    )


def _is_varied(found: Any) -> None:
    """The histories hold what the rules are about."""
    seen = {
        (each.kind, each.reason, each.daily_km_source, each.base_odometer_km is None)
        for each in found
    }
    assert {kind for kind, *_ in seen} == {"first", "periodic"}
    assert "customer" in {reason for _, reason, *_ in seen}
    assert {(reason, source) for _, reason, source, _ in seen} >= {
        (reason, source) for reason in ("time", "km") for source in ("own", "model", "default")
    }
    assert {is_unknown for *_, is_unknown in seen} == {True, False}


def _sales(draw: random.Random, vin: str) -> Iterator[Row]:
    for number in range(draw.choice([0, 1, 1, 1, 2])):
        delivered_on = START + timedelta(draw.randrange(1200)) if draw.random() < 0.9 else None
        yield {
            "store_code": draw.choice(["CA01", "SK01"]),
            "order_no": f"{vin}-{number}",
            "vin": vin,
            "status": draw.choice(["active", "active", "active", "cancelled"]),
            "sale_type": draw.choice(["new", "new", "used", None]),
            "usage": draw.choice(["private", "private", "private", "taxi", "lease", None]),
            "customer_kind": draw.choice(["person", "person", "company", None]),
            "signed_on": delivered_on and draw.choice([delivered_on, None]),
            "delivered_on": delivered_on,
        }


def _own_days(draw: random.Random, vin: str) -> Iterator[Row]:
    for number in range(draw.choice([0, 0, 0, 1, 2])):
        said_on = START + timedelta(draw.randrange(1300))
        service_on = said_on + timedelta(draw.randrange(-20, 90))
        yield {
            "store_code": draw.choice(["CA01", "SK01"]),
            "preference_no": f"{vin}-{number}",
            "vin": vin,
            "kind": "service_day",
            "service_on": service_on,
            "valid_from": said_on,
            "valid_until": draw.choice([None, None, service_on, said_on]),
        }


def _visits(draw: random.Random, vin: str) -> Iterator[Row]:
    """A life of visits, some days apart or months, with every trap that odometers set."""
    day, km = START + timedelta(draw.randrange(900)), draw.choice([5, 8000, 60000])
    daily = draw.choice([3, 20, 35, 60, 100, 250, 450])
    for number in range(draw.randrange(12)):
        passed = draw.choice([0, 0, 1, 10, 29, 30, 31, 45, 60, 90, 180, 300])
        day += timedelta(passed)
        km += int(passed * daily * draw.uniform(0.7, 1.3))
        is_replaced = draw.random() < 0.06
        if is_replaced:
            km = draw.randrange(50)
        read = km * draw.choice([0.1, 10]) if draw.random() < 0.06 else km
        # Some at one moment, some on a day that has not begun in UTC.
        opened_at = datetime.combine(day, time(draw.choice([3, 9, 9, 9, 23]), 30), SHANGHAI)
        yield {
            "store_code": draw.choice(["CA01", "SK01"]),
            "ro_no": f"{vin}-{number}",
            "vin": vin,
            "ro_type": draw.choice(["repair", "repair", "repair", "warranty", "pre_delivery"]),
            "repair_type": draw.choice(["maintenance", "maintenance", "tyre", "bodywork", None]),
            "status": draw.choice(["settled", "settled", "settled", "open", "cancelled"]),
            "is_reversed": draw.random() < 0.1,
            "vanished_day": NIGHT if draw.random() < 0.05 else None,
            "opened_at": opened_at,
            "exit_on": draw.choice([day, day, day + timedelta(3), None]),
            "odometer_in_km": draw.choice([int(read), None]),
            "odometer_out_km": draw.choice([int(read) + 1, int(read) + 1, None]),
            "is_odometer_replaced": is_replaced or draw.choice([False, None]),
            "owner_kind": draw.choice(["person", "person", "company", None]),
        }


@pytest.mark.parametrize("seed", range(2))
def test_next_services_are_the_same_in_whatever_order_nights_run(nights: Nights, seed: int) -> None:
    draw = random.Random(7)
    load_policy(nights.engine, house_policy())
    days = [FIRST + timedelta(days=number) for number in range(8)]
    vins = [f"VIN{number}" for number in range(10)]
    numbers = [f"RO{number}" for number in range(30)]
    for day in days:
        orders: dict[str, tuple[str, Row]] = {}
        for number in draw.sample(numbers, 9):
            opened = date(2024, 1, 1) + timedelta(draw.randrange(700))
            orders[number] = (
                "repair_order",
                {
                    "ro_no": number,
                    # An order's vehicle may turn out to be another one.
                    "vin": draw.choice(vins),
                    "repair_type": draw.choice(["maintenance", "tyre"]),
                    "is_reversed": draw.random() < 0.1,
                    "opened_at": datetime.combine(opened, time(9), SHANGHAI),
                    "settled_at": None,
                    "delivered_at": datetime.combine(opened, time(17), SHANGHAI),
                    "odometer_out_km": (opened - date(2023, 1, 1)).days * 45,
                },
            )
        for vin in draw.sample(vins, 2):
            orders[vin] = "sales_order", {"order_no": f"SO{vin}", "vin": vin}
        nights.capture(day, *orders.values())
    expected = _merged(nights, days)
    assert len(expected) == len(vins)
    assert {row["kind"] for row in expected} == {"first", "periodic"}
    with nights.engine.begin() as connection:
        connection.execute(
            text(
                "truncate core.sales_order, core.repair_order, core.vehicle, core.customer_role, "
                "core.people_due, care.service_due, care.service_due_queue"
            )
        )
    random.Random(seed).shuffle(days)
    assert _merged(nights, days) == expected


def _merged(nights: Nights, days: list[date]) -> list[Row]:
    """What is known after nights in that order."""
    for day in days:
        for feed in ("repair_order", "sales_order"):
            merge(nights.engine, GROUP, SYSTEM, feed, day)
        know_service_due(nights.engine, GROUP, house_policy(), day)
    assert nights.rows("select vin from care.service_due_queue") == []
    return nights.rows("select * from care.service_due order by vin")
