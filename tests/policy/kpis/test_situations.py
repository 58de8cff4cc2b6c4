"""Each KPI in situations of real life: ``<kpi>.yaml`` beside this file, counted by its statement.

A situation has a sentence as its name, ``given`` tasks with their calls, and the ``expect``ed
counts of the owner's line. Rows may be repeated with ``times``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from scored_month import MONTH, POLICY, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.stages.scorecards import evidence, score_month

HERE = Path(__file__).parent
KPIS = sorted({path.stem for path in POLICY.glob("*/kpis/*.yaml")})


def situations(kpi: str) -> dict[str, Any]:
    found = yaml.safe_load((HERE / f"{kpi}.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def day(text: object) -> date:
    return text if isinstance(text, date) else date.fromisoformat(str(text))


def put(month: ScoredMonth, number: int, given: dict[str, Any]) -> None:
    """One situation, with a person of its own."""
    owner, role = f"E{number}", given.get("role", "SC")
    month.person(owner, role=role)
    for entry in given["tasks"]:
        for _ in range(entry.get("times", 1)):
            vin = f"{number}-{entry['vin']}" if "vin" in entry else None
            task = {
                key: day(value) if key.endswith("_on") else value
                for key, value in entry.items()
                if key not in ("times", "calls", "vin", "told_on")
            }
            if "told_on" in entry:
                winner = month.task(None, role=role, due_on=date(2025, 6, 10), status="done")
                month.call(winner, called_on=day(entry["told_on"]))
                task |= {"status": "done", "status_reason": "told", "merged_into": winner}
            key = month.task(owner, role=role, vin=vin, **task)
            for call in entry.get("calls", ()):
                month.call(key, **call)


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_has_situations_and_they_come_out_as_written(kpi: str, warehouse: Engine) -> None:
    month = ScoredMonth(warehouse)
    month.store()
    known = situations(kpi)
    assert known
    for number, situation in enumerate(known.values()):
        put(month, number, situation["given"])
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    wrong = []
    for number, (sentence, situation) in enumerate(known.items()):
        line = month.line(f"E{number}", kpi)
        rows = evidence(month.engine, line["scorecard_id"], kpi)
        found = {
            "numerator": line["numerator"],
            "denominator": line["denominator"],
            "excluded": line["excluded"],
            "value": line["value"],
            "met": line["is_target_met"],
            "reasons": sorted(str(row["reason"]) for row in rows),
        }
        expect = dict(situation["expect"])
        if "value" in expect and expect["value"] is not None:
            expect["value"] = Decimal(str(expect["value"]))
        seen = {key: found[key] for key in expect}
        if seen != expect:
            wrong.append(f"{sentence}: {seen} instead of {expect}")
    assert wrong == []


def test_every_kpi_has_policy_statement_and_situations() -> None:
    statements = {path.stem for path in (POLICY.parent / "sql" / "kpis").glob("*.sql")}
    assert statements == {path.stem for path in HERE.glob("*.yaml")} == set(KPIS)
