"""Situations of the rules about an issued month, played on a real warehouse."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.errors import NotAllowed
from aftercare.rules.month import month_of
from aftercare.stages.adjustments import list_adjustments
from aftercare.stages.objections import list_objections, raise_objection
from aftercare.stages.scorecards import score_month

COVERAGE = "follow_up_coverage"


def situations(rule: str) -> list[Any]:
    text = (Path(__file__).parent / f"{rule}.yaml").read_text(encoding="utf-8")
    return [pytest.param(case, id=name) for name, case in yaml.safe_load(text).items()]


@pytest.fixture
def house(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1", role="AC")
    made.role("hr.li", "hr")
    return made


def publish(house: ScoredMonth, month: str, on: date) -> None:
    house.add("score.publication", month=month, approved_by="hr.li", published_at=f"{on}T02:00:00Z")


@pytest.mark.parametrize("case", situations("s1_41"))
def test_an_objection_is_taken_in_time_and_answered_by_a_day(
    house: ScoredMonth, case: dict[str, Any]
) -> None:
    month = str(case["month"])
    score_month(house.engine, house.group, house.policy, month, date(2026, 12, 1))
    if case["published_on"]:
        publish(house, month, case["published_on"])
    asked = (house.engine, house.group, house.policy, month, "E1", COVERAGE, "not so", "hr.li")
    last_day = case["expect"].get("refused_after")
    if last_day:
        with pytest.raises(NotAllowed, match=f"the last day for objections was {last_day}"):
            raise_objection(*asked, case["raised_on"])
        return
    raise_objection(*asked, case["raised_on"])
    (kept,) = list_objections(house.engine, month)
    assert kept["due_on"] == case["expect"]["due_on"]
    assert month_of(house.policy, month).closing_on < kept["due_on"]


@pytest.mark.parametrize("case", situations("s1_44"))
def test_an_issued_figure_stays_and_the_adjustment_says_why(
    house: ScoredMonth, case: dict[str, Any]
) -> None:
    house.answered("E1", [9] * 4, role="AC")
    score_month(house.engine, house.group, house.policy, MONTH, TODAY)
    if case["is_published"]:
        publish(house, MONTH, TODAY)
    if case["late"]["task"]:
        key = house.task("E1", role="AC")
        if case["late"]["call"]:
            house.call(key)
    score_month(house.engine, house.group, house.policy, MONTH, date(2026, 7, 20))
    line = house.line("E1", COVERAGE)
    assert [line["numerator"], line["denominator"]] == case["expect"]["issued"]
    found = [
        (
            [row["new_numerator"], row["new_denominator"]],
            [change for change, *_ in row["rows_behind"]],
        )
        for row in list_adjustments(house.engine, MONTH)
        if row["kpi_id"] == COVERAGE
    ]
    adjusted = case["expect"].get("adjusted")
    assert found == ([(adjusted, [case["expect"]["reason"]])] if adjusted else [])
