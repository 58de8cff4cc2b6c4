"""The rewards of random quarters are what plain loops over the same scorecards say."""

from __future__ import annotations

from random import Random

import pytest
from rewards_counted import FIGURES, Card, World, judge
from rewards_month import QUARTER, RewardsMonth
from sqlalchemy import Engine

STORES = ("SK01", "SK02", "SK03", "SK04")
ROLES = ("SC", "AC", "AC", "AC", "SC", "SC", "SC", "AC")
AWARDS = ("complaint_handling", "innovation", "collaboration")


def lived(seed: int) -> World:
    dice = Random(seed)
    world = World()
    for store in STORES:
        if dice.random() < 0.8:
            world.heads[store] = [f"D{store}"]
            world.posts.add((f"D{store}", store))
        for number, role in enumerate(ROLES):
            person = f"{store}.{number}"
            world.posts.add((person, store))
            for month in QUARTER:
                if dice.random() < 0.05:
                    continue
                of = dice.choice((0, 3, 9, 10, 10, 20, 20))
                figures = {"satisfied_share": (dice.randint(of * 3 // 4, of), of)}
                for name in FIGURES[: dice.choice((2, 2, 2, 0))]:
                    figures[name] = (dice.randint(15, 20), 20)
                world.cards.append(Card(month, role, store, person, dice.random() < 0.05, figures))
            if dice.random() < 0.2:
                given = dice.choice((store, store, dice.choice(STORES)))
                world.nominations.append((given, person, dice.choice(AWARDS), f"D{store}"))
        if dice.random() < 0.7:
            plan = {"sales_completion": (dice.randint(36, 42), 40)}
            world.cards.append(Card(QUARTER[-1], "SUP", store, f"S{store}", False, plan))
    return world


def put(world: World, month: RewardsMonth) -> None:
    for store in STORES:
        month.store(store)
    for each in QUARTER:
        month.scored(each)
    for person, store in sorted(world.posts):
        month.person(person, "DIR" if person.startswith("D") else "AC", store)
    for card in world.cards:
        month.card(card.person, card.role, card.store, card.month, card.is_trial, **card.figures)
    for store, person, award, nominator in world.nominations:
        month.nomination(person, award, nominator, store)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plain_loops_come_to_the_same_rewards(warehouse: Engine, seed: int) -> None:
    world, month = lived(seed), RewardsMonth(warehouse)
    put(world, month)
    month.propose()
    found = {(row["step"], row["employee_no"] or row["store_code"]) for row in month.rewards()}
    assert found == judge(world, QUARTER)
    assert month.propose()["rewards_changed"] == 0


def test_the_worlds_hold_every_kind() -> None:
    kinds = {kind for seed in (1, 2, 3) for kind, _ in judge(lived(seed), QUARTER)}
    assert kinds >= {"satisfaction_star", "service_star", "bonus", "team_award", "team_award_head"}
    assert any(kind.startswith("award_") for kind in kinds)
