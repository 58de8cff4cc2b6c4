"""Each KPI in situations of real life: ``<kpi>.yaml`` beside this file, counted by its statement.

A situation has a sentence as its name, what is ``given`` (tasks with their calls, or rows of core
by the feed's name), and the ``expect``ed counts of the line. It has a store of its own, and
another one of the group for rows with ``elsewhere: true``. Rows may be repeated with
``times``; rows of core then are of as many vehicles and customers. All stores are closed on 19 June. A ``customer`` of
an order is a person who is known by that name; ``OWNER`` is the number of the situation's person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from core_rows import KEYS, buyers, core_row
from scored_month import MONTH, POLICY, TODAY, ScoredMonth, closed_on
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


def moment(text: object) -> datetime:
    found = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def typed(number: int, entry: dict[str, Any], ignored: tuple[str, ...]) -> dict[str, Any]:
    """The columns of an entry, with vehicles that belong to this situation alone."""
    readers: dict[str, Callable[[Any], Any]] = {"_on": day, "_day": day, "_at": moment}
    found = {}
    for key, value in entry.items():
        if key in ignored:
            continue
        read = next((read for end, read in readers.items() if key.endswith(end)), None)
        found[key] = read(value) if read and value is not None else value
        if value == "OWNER":
            found[key] = f"E{number}"
    if "vin" in entry:
        found["vin"] = f"{number}-{entry['vin']}"
    return found


def put(month: ScoredMonth, number: int, given: dict[str, Any]) -> None:
    """One situation, with a person and a store of its own."""
    owner, role, store = f"E{number}", given.get("role", "SC"), f"S{number}"
    month.store(store, brand=given.get("brand", "SKODA"))
    month.person(owner, role=role, store_code=store)
    for entry in given.get("tasks", ()):
        for _ in range(entry.get("times", 1)):
            task = typed(number, entry, ("times", "calls", "told_on", "told_by"))
            if "told_on" in entry:
                winner = month.task(
                    None, role=role, store_code=store, due_on=date(2025, 6, 10), status="done"
                )
                said = {"outcome": entry["told_by"]} if "told_by" in entry else {}
                month.call(winner, called_on=day(entry["told_on"]), **said)
                task |= {"status": "done", "status_reason": "told", "merged_into": winner}
            whose = task.pop("owner_no", owner)
            key = month.task(whose, role=role, store_code=store, **task)
            for call in entry.get("calls", ()):
                month.call(key, **typed(number, call, ()))
    rows: list[tuple[str, dict[str, Any]]] = []
    bought: list[tuple[dict[str, Any], str]] = []
    for feed in KEYS.keys() & given.keys():
        for entry in given[feed]:
            where = f"{store}X" if entry.get("elsewhere") else store
            if where != store and not month.rows("core.store", store_code=where):
                month.store(where, brand=given.get("brand", "SKODA"))
            for time in range(entry.get("times", 1)):
                values = typed(number, entry, ("times", "elsewhere", "customer"))
                if "vin" in values:
                    values["vin"] += f"-{time}"
                row = core_row(feed, where, values)
                if "customer" in entry:
                    bought.append((row, f"{number}-{entry['customer']}-{time}"))
                rows.append((feed, row))
    for table, known in buyers(bought).items():
        month.add_all(table, known)
    for feed, row in rows:
        month.add(f"core.{feed}", **row)


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_has_situations_and_they_come_out_as_written(kpi: str, warehouse: Engine) -> None:
    month = closed_on(ScoredMonth(warehouse), [date(2026, 6, 19)])
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
    counted_by = {
        yaml.safe_load(path.read_text(encoding="utf-8")).get("statement", path.stem)
        for path in POLICY.glob("*/kpis/*.yaml")
        if "roles:" in path.read_text(encoding="utf-8")
    }
    assert {path.stem for path in HERE.glob("*.yaml")} == set(KPIS)
    assert statements == counted_by
