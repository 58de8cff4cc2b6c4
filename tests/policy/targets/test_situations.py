"""Situations of the director's targets, a file for each rule; each is lived by a store of its own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from scored_month import MONTH, TODAY, ScoredMonth, house_policy
from sqlalchemy import Engine

from aftercare.stages.scorecards import score_month

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("s2_*.yaml"))
COLUMNS = {"met": "is_target_met"}


def read(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def wanted(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else value


def live(month: ScoredMonth, store: str, given: dict[str, Any]) -> None:
    director = f"D{store}"
    month.store(store)
    month.person(director, role="DIR", store_code=store)
    month.person(f"C{store}", role="SC", store_code=store)
    for whose, scores in (("", given), (director, given.get("own", {}))):
        for metric, score in scores.items():
            if metric not in ("calls", "sales", "repairs", "own"):
                month.external_score(metric, *map(str, score), employee_no=whose, store_code=store)
    reached, due = given.get("calls", (0, 0))
    for number in range(due):
        key = month.task(f"C{store}", store_code=store)
        month.call(key, "reached" if number < reached else "no_answer")
    # Of sales and repairs: how many were called, and how many were due.
    for name, role in (("sales", "SC"), ("repairs", "AC")):
        called, due = given.get(name, (0, 0))
        month.person(f"{name}{store}", role=role, store_code=store)
        for number in range(due):
            key = month.task(f"{name}{store}", role=role, store_code=store)
            if number < called:
                month.call(key, "no_answer")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_situation_is_judged_as_it_says(path: Path, warehouse: Engine) -> None:
    month = ScoredMonth(warehouse)
    situations = read(path)
    stores = {name: f"SK{number:02}" for number, name in enumerate(situations, 1)}
    for name, situation in situations.items():
        live(month, stores[name], situation["given"])
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    lines = {
        (row["scorecard_id"], row["kpi_id"]): row for row in month.rows("score.scorecard_line")
    }
    wrong = [
        (name, kpi, column, line[COLUMNS.get(column, column)])
        for name, situation in situations.items()
        for kpi, expected in situation["expect"].items()
        for line in (lines[f"{MONTH}.DIR.{stores[name]}.D{stores[name]}", kpi],)
        for column, value in expected.items()
        if line[COLUMNS.get(column, column)] != wanted(value)
    ]
    assert wrong == []


def test_every_rule_has_situations_of_each_of_its_lines() -> None:
    names = {
        line.name.rpartition("_")[0]: line.rule
        for line in house_policy().lines
        if line.item == "targets" and line.name.endswith(("_target", "_needs"))
    }
    for name, rule in names.items():
        situations = read(FOLDER / f"{rule.lower().replace('-', '_')}.yaml")
        assert len(situations) >= 3, rule
        assert any(name in each["expect"] for each in situations.values()), name
