"""The targets of directors of random stores are judged as plain loops over the same rows say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine
from targets_counted import JUDGED, ONLY_SHOWN, World, judge

from aftercare.stages.scorecards import score_month

STORES = tuple(f"SK{number:02}" for number in range(1, 31))
COVERAGE = ("after_sales_coverage", "sales_coverage")
SMALL = Fraction(1, 10**20)
"""Decimal has 28 digits; thirds have more."""
GIVEN = {
    "QS": ("8.99", "9", "9.0", "9.5", "10"),
    "SQS": ("96", "899.9", "900", "912"),
    "DSC": ("649", "649.99", "650", "699", "700", "730"),
    "CSS": ("99", "100", "118"),
    "ten_item_check": ("0.95", "1", "1.05"),
    "marketing_reach": ("70", "100"),
    "on_site_deals": ("0", "21.5"),
}
SCALES = {"QS": "10", "SQS": "1000", "DSC": "0-1000", "CSS": "120", "ten_item_check": "10"}


def version(day: date) -> dict[str, Any]:
    return {"version_at": datetime(day.year, day.month, day.day, tzinfo=UTC), "version_day": day}


def lived(seed: int) -> World:
    dice, spelling = Random(seed), Random(1000 + seed)
    world = World([(store, f"D{store}") for store in STORES])
    metrics = {metric for metric, _, _ in JUDGED.values()} | set(ONLY_SHOWN.values())
    for store, person in world.directors:
        for metric in sorted(metrics):
            for whose, share in (("", 0.9), (person, 0.15)):
                if dice.random() < share:
                    right = SCALES.get(metric, "100")
                    scale = right if dice.random() < 0.85 else dice.choice(("10", "100", "stars"))
                    value = dice.choice(GIVEN.get(metric, ("79.99", "80", "80.0", "85", "100")))
                    came = date(2026, 7, 2)
                    given = {
                        "store_code": store,
                        "employee_no": whose,
                        "metric": metric,
                        "value": value,
                        "scale": scale,
                        **version(came),
                    }
                    world.scores.append(given)
                    if spelling.random() < 0.2:
                        other = {
                            "metric": spelling.choice((f" {metric.lower()}", f"{metric.title()}  "))
                        }
                        other |= {"value": "1"} | version(
                            came + timedelta(spelling.choice((-1, 1)))
                        )
                        world.scores.append(given | other)
        luck = dice.choice((0.7, 0.97, 1))
        is_idle = dice.random() < 0.7
        for _ in range(dice.choice((0, 14, 18, 22, 44))):
            ends = "reached" if dice.random() < luck else dice.choice(("busy", "invalid_number"))
            tries = dice.choice(([] if is_idle else [ends], ["no_answer", ends], [ends], [ends]))
            role = dice.choice(("SC", "AC", "SC", "AC", "SUP"))
            world.calls.append({"store_code": store, "role": role, "outcomes": tries})
    return world


def keep(world: World, engine: Engine) -> ScoredMonth:
    month = ScoredMonth(engine)
    for store, person in world.directors:
        month.store(store)
        month.person(person, role="DIR", store_code=store)
        for role in ("SC", "AC", "SUP"):
            month.person(f"{role}{store}", role=role, store_code=store)
    month.add_all("core.external_score", [{"month": MONTH} | row for row in world.scores])
    for row in world.calls:
        store = row["store_code"]
        key = month.task(f"{row['role']}{store}", role=row["role"], store_code=store)
        for outcome in row["outcomes"]:
            month.call(key, outcome)
    return month


@pytest.mark.parametrize("seed", range(2))
def test_the_targets_are_those_of_plain_loops(seed: int, warehouse: Engine) -> None:
    world = lived(seed)
    month = keep(world, warehouse)
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    lines = {
        (row["scorecard_id"], row["kpi_id"]): row for row in month.rows("score.scorecard_line")
    }
    wrong, seen = [], set()
    for store, person in world.directors:
        card = f"{MONTH}.DIR.{store}.{person}"
        for name, (value, is_met) in judge(world, store, person).items():
            line = lines[card, name]
            found = None if line["value"] is None else Fraction(line["value"])
            seen.add((name, is_met))
            is_same = (
                found is None
                if value is None
                else (found is not None and abs(found - value) < SMALL)
            )
            if not is_same or line["is_target_met"] is not is_met:
                wrong.append((card, name, found, value, line["is_target_met"], is_met))
            # Whatever cannot be judged says why.
            assert (line["note"] is not None) is (is_met is None or line["note"] == "below_gate")
    assert wrong == []
    assert seen >= {
        (name, is_met)
        for name in (*JUDGED, "call_success", "quality_and_success", *COVERAGE)
        for is_met in (True, False, None)
    }
