"""Situations of the supervisor's points, a file for each rule; each is lived by a store of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from core_rows import core_row
from lived_situations import FOLDER, disagreements, read
from scored_month import MONTH, ScoredMonth, house_policy
from sqlalchemy import Engine

FILES = sorted((FOLDER / "points").glob("s2_*.yaml"))
FEEDS = ("insurance_policy", "sales_order", "referral", "complaint")
RECEIVED, IN_TIME = date(2026, 6, 5), date(2026, 6, 8)


def insured(month: ScoredMonth, store: str, vin: str, **values: Any) -> None:
    row = core_row("insurance_policy", store, {"vin": vin, **values})
    month.add("core.insurance_policy", **row)


def live(month: ScoredMonth, store: str, given: dict[str, Any]) -> None:
    """Puts what a situation gives into the warehouse: counts of documents, plans, ratings and ranks."""
    system, person = f"dms_{store}", f"S{store}"
    month.store(store, system=system)
    month.person(person, role="SUP", store_code=store)
    month.feeds(*given.get("delivered", FEEDS), system=system)
    for number in range(given.get("due", 0)):
        vin = f"{store}R{number}"
        insured(month, store, vin)
        if number < given.get("renewed", 0):
            insured(month, store, vin, starts_on=date(2026, 6, 11), ends_on=date(2027, 6, 10))
    for number in range(given.get("new", 0)):
        days = {"starts_on": date(2026, 6, 5), "ends_on": date(2027, 6, 4)}
        insured(month, store, f"{store}N{number}", is_new_car=True, **days)
    for number in range(given.get("sold", 0)):
        order = f"{store}O{number}"
        month.add("core.sales_order", **core_row("sales_order", store, {"order_no": order}))
        if number < given.get("referred", 0):
            month.referral(order, store)
    for metric, plan in given.get("plan", {}).items():
        month.target(metric, str(plan), store_code=store)
    for metric, plan in given.get("own_plan", {}).items():
        month.target(metric, str(plan), person, store)
    for item, points in given.get("ratings", {}).items():
        month.rating(person, item, str(points), store_code=store)
    if "rank" in given:
        month.rank(*given["rank"], store_code=store)
    closed, due = given.get("closed", (0, 0))
    for number in range(due):
        closed_on = IN_TIME if number < closed else None
        month.complaint(None, on=RECEIVED, store_code=store, closed_on=closed_on)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_situation_earns_what_it_says(path: Path, warehouse: Engine) -> None:
    card = f"{MONTH}.SUP.{{store}}.S{{store}}"
    assert disagreements(ScoredMonth(warehouse), path, live, card) == []


def test_every_item_has_situations_in_which_it_is_earned_and_in_which_it_is_unknown() -> None:
    items = {
        line.name.removesuffix("_weight"): line.rule
        for line in house_policy().lines
        if line.item == "points" and line.name.endswith("_weight")
    }
    assert len(items) == 6
    for item, rule in items.items():
        situations = read(FOLDER / "points" / f"{rule.lower().replace('-', '_')}.yaml")
        found = [each["expect"][item] for each in situations.values()]
        assert any(each.get("points") == each.get("weight") for each in found), item
        assert any(each.get("points", 0) is None and each["note"] for each in found), item
