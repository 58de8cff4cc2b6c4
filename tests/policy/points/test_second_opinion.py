"""The points of supervisors of random stores are what plain loops over the same rows say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from core_rows import core_row
from points_counted import World, judge
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.stages.scorecards import score_month

STORES = tuple(f"SK{number:02}" for number in range(1, 13))
FEEDS = ("complaint", "insurance_policy", "sales_order", "referral")
SMALL = Fraction(1, 10**20)
"""Decimal has 28 digits; thirds have more."""


def some_day(dice: Random) -> date:
    day = date(2026, 5, 20) + timedelta(days=dice.randrange(50))
    return dice.choice((day, day, date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1)))


def gone(dice: Random) -> date | None:
    return dice.choice((None,) * 8 + (date(2026, 7, 5), date(2026, 7, 6)))


def lived(seed: int) -> World:
    dice = Random(seed)
    world = World([(store, f"{store}{end}") for store in STORES for end in "AB"])
    world.fed = {(store, feed) for store in STORES for feed in FEEDS if dice.random() < 0.9}
    for number in range(500):
        store, starts_on = (
            dice.choice(STORES),
            some_day(dice) - dice.choice((timedelta(0), timedelta(days=365))),
        )
        status = dice.choice(("active", "active", "active", "cancelled"))
        world.policies.append(
            core_row(
                "insurance_policy",
                store,
                {
                    "vin": f"V{dice.randrange(250):03}",
                    "kind": dice.choice(("commercial", "compulsory")),
                    "status": status,
                    "starts_on": starts_on,
                    "ends_on": starts_on + timedelta(days=dice.choice((30, 364))),
                    "is_new_car": dice.choice((None, False, True)),
                    "previous_policy_no": dice.choice((None, None, "P0")),
                    "vanished_day": gone(dice),
                },
            )
        )
        order = {
            "order_no": f"O{number:03}",
            "status": status,
            "delivered_on": some_day(dice),
            "vanished_day": gone(dice),
        }
        world.sales.append(core_row("sales_order", store, order))
        if dice.random() < 0.3:
            world.referrals.append(
                {
                    "store_code": dice.choice((store, store, store, "SK01")),
                    "new_order_no": order["order_no"],
                    "referred_on": some_day(dice),
                }
            )
    for _ in range(80):
        received = some_day(dice) - timedelta(days=7)
        world.complaints.append(
            {
                "store_code": dice.choice(STORES[:-2]),
                "received_on": received,
                "closed_on": dice.choice((None, 6, 7, 8, -1)),
                "is_told_in_call": False,
                "vanished_day": gone(dice),
            }
        )
        days = world.complaints[-1]["closed_on"]
        world.complaints[-1]["closed_on"] = days and received + timedelta(days=days)
    for store, person in world.supervisors:
        for metric in ("renewal", "new_insurance", "sales"):
            for whose in ("", person):
                key = (store, whose, metric)
                known = {(t["store_code"], t["employee_no"], t["metric"]) for t in world.targets}
                if key not in known and dice.random() < (0.2 if whose else 0.9):
                    value = dice.choice(("0", "3", "7", "12.5", "40"))
                    world.targets.append(
                        dict(zip(("store_code", "employee_no", "metric"), key, strict=True))
                        | {"value": value}
                    )
        for item in ("care_activity", "improvement"):
            if dice.random() < 0.9:
                value = dice.choice(("0", "3.5", "5", "5.5", "6", "7", "8", "9", "10"))
                world.ratings.append(
                    {"store_code": store, "employee_no": person, "item": item, "value": value}
                )
    for store in STORES[:-1]:
        ranked = dice.choice((4, 5, 9, 13, 21))
        rank_no = dice.randrange(1, ranked + 2)
        world.ranks.append(
            {"store_code": store, "metric": "overall", "rank_no": rank_no, "ranked": ranked}
        )
    return world


def keep(world: World, engine: Engine) -> ScoredMonth:
    month = ScoredMonth(engine)
    for store in STORES:
        month.store(store, system=f"dms_{store}")
    for store, person in world.supervisors:
        month.person(person, role="SUP", store_code=store)
    for store, feed in sorted(world.fed):
        month.feeds(feed, system=f"dms_{store}")
    month.add_all("core.insurance_policy", world.policies)
    month.add_all("core.sales_order", world.sales)
    for row in world.referrals:
        month.referral(row["new_order_no"], row["store_code"], referred_on=row["referred_on"])
    for row in world.complaints:
        closed = row["closed_on"]
        month.add(
            "core.complaint",
            **core_row(
                "complaint",
                row["store_code"],
                {
                    "received_on": row["received_on"],
                    "closed_at": closed
                    and datetime(closed.year, closed.month, closed.day, 2, tzinfo=UTC),
                    "vanished_day": row["vanished_day"],
                },
            ),
        )
    for row in world.targets:
        month.target(row["metric"], row["value"], row["employee_no"], row["store_code"])
    for row in world.ratings:
        month.rating(row["employee_no"], row["item"], row["value"], store_code=row["store_code"])
    for row in world.ranks:
        month.rank(row["rank_no"], row["ranked"], store_code=row["store_code"])
    return month


@pytest.mark.parametrize("seed", range(2))
def test_the_points_are_those_of_plain_loops(seed: int, warehouse: Engine) -> None:
    world = lived(seed)
    month = keep(world, warehouse)
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    lines = {
        (row["scorecard_id"], row["kpi_id"]): row for row in month.rows("score.scorecard_line")
    }
    wrong, unknown, known = [], set(), set()
    for store, person in world.supervisors:
        expected = judge(world, store, person)
        weight = expected.pop("weight")
        card = f"{MONTH}.SUP.{store}.{person}"
        assert lines[card, "points_total"]["weight"] == weight
        for item, points in expected.items():
            found = lines[card, item]["points"]
            (unknown if points is None else known).add(item)
            is_same = (
                found is None
                if points is None
                else (found is not None and abs(Fraction(found) - points) < SMALL)
            )
            if not is_same:
                wrong.append((card, item, found, points))
    assert wrong == []
    assert known >= {"insurance_points", "sales_points", "satisfaction_points", "points_total"}
    assert unknown >= {"insurance_points", "sales_points", "satisfaction_points"}
    assert {"complaint_points"} <= known & unknown
