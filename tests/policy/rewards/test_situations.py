"""Situations of rewards, a file for each rule; each is lived by a group of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lived_situations import FOLDER, read
from rewards_month import QUARTER, RewardsMonth
from scored_month import MONTH, TODAY
from sqlalchemy import Engine

from aftercare.rules.month import months_before
from aftercare.stages.proposals import decide
from aftercare.stages.rewards import approved_rewards

TEAM = ("follow_up_coverage", "follow_up_on_time", "satisfied_share")
CASES = [
    pytest.param(situation, id=f"{path.stem}: {sentence}")
    for path in sorted((FOLDER / "rewards").glob("s*.yaml"))
    for sentence, situation in read(path).items()
]


def scores(written: list[str]) -> Iterator[tuple[int, int]]:
    """Satisfied of all answers, person by person: ``9 x 18/20`` are nine people."""
    for each in written:
        people, _, score = each.rpartition(" x ")
        satisfied, answers = score.split("/")
        for _ in range(int(people or 1)):
            yield int(satisfied), int(answers)


def judge(month: RewardsMonth, decisions: dict[str, str]) -> None:
    for key, decision in decisions.items():
        given = (month.engine, month.group, month.policy, [key], decision, "seen", "hr.li", TODAY)
        decide(*given)  # type: ignore[arg-type]


def posts(month: RewardsMonth, given: dict[str, Any], months: list[str]) -> None:
    for each in months:
        for role in ("AC", "SC"):
            month.post(list(scores(given.get(role, []))), role=role, month=each)


def live(month: RewardsMonth, given: dict[str, Any]) -> None:
    month.role("hr.li", "hr")
    for store in given.get("teams", {"SK01": 0}):
        month.store(store)
    for earlier, decision in given.get("before", {}).items():
        posts(month, given, [*months_before(earlier, 2), earlier])
        month.propose(earlier)
        judge(month, {f"{earlier}.AC01.service_star": decision})
    posts(month, given, given.get("months", [MONTH]))
    for store, reached in given.get("teams", {}).items():
        for each in given.get("months", QUARTER):
            figures = dict.fromkeys(TEAM, (reached, 20))
            month.card(f"P{store}", store_code=store, month=each, **figures)
    for store, head in given.get("heads", {}).items():
        month.person(head, "DIR", store)
    for number, score in enumerate(scores(given.get("trial", []))):
        month.card(f"X{number}", is_trial=True, satisfied_share=score)
    for person in given.get("posts", ()):
        month.person(person, "TECHNICIAN", until=given.get("left"))
    for each in given.get("nominated", ()):
        month.nomination(
            each["who"], each["award"], each.get("by", "D1"), month=each.get("month", MONTH)
        )
    if "sales" in given:
        (sold,) = scores([given["sales"]])
        month.card("S1", role="SUP", credit="store", sales_completion=sold)
    month.scored()
    month.propose()
    judge(
        month,
        {
            f"{MONTH}.{person}.satisfaction_star": decision
            for person, decision in given.get("decide", {}).items()
        },
    )


@pytest.mark.parametrize("situation", CASES)
def test_each_situation_proposes_what_it_says(situation: dict[str, Any], warehouse: Engine) -> None:
    month, given = RewardsMonth(warehouse), situation["given"]
    live(month, given)
    found: dict[str, list[str]] = {}
    for kind in situation["expect"]:
        if kind == "noted":
            found[kind] = [step for step in situation["expect"][kind] if month.notes(step)]
        elif kind == "record":
            rows = approved_rewards(month.engine, month.policy, given["asked"])
            found[kind] = [row["employee_no"] for row in rows]
        else:
            rows = month.rewards(kind)
            found[kind] = [row["employee_no"] or row["store_code"] for row in rows]
    assert found == situation["expect"]
