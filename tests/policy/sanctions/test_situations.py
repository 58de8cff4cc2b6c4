"""Situations of the sanction ladder, a file for each rule; each is lived by a person of its own warehouse."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from lived_situations import FOLDER, read
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.stages.corrections import corrections
from aftercare.stages.proposals import decide, list_proposals, propose
from aftercare.stages.scorecards import score_month

CASES = [
    pytest.param(situation, id=f"{path.stem}: {sentence}")
    for path in sorted((FOLDER / "sanctions").glob("s1_*.yaml"))
    for sentence, situation in read(path).items()
]
COMPLAINTS: dict[str, tuple[str, str | None]] = {
    "upheld": ("upheld", None),
    "rejected": ("rejected", None),
    "product": ("upheld", "product"),
}


def live(month: ScoredMonth, key: str, given: dict[str, Any]) -> None:
    """What a month brings of E1, scored and proposed."""
    for name, (verdict, cause) in COMPLAINTS.items():
        for _ in range(given.get(name, 0)):
            month.complaint("E1", verdict, on=date.fromisoformat(f"{key}-20"), cause=cause)
    satisfied, _, answers = given.get("satisfied", "0/0").partition("/")
    good = int(satisfied)
    month.answered("E1", [9] * good + [2] * (int(answers) - good))
    score_month(month.engine, month.group, month.policy, key, TODAY)
    propose(month.engine, month.group, month.policy, key)


@pytest.mark.parametrize("situation", CASES)
def test_each_situation_proposes_the_step_it_says(
    situation: dict[str, Any], warehouse: Engine
) -> None:
    month = ScoredMonth(warehouse)
    month.store()
    month.person("E1")
    month.role("hr.li", "hr")
    for key, earlier in situation["given"].get("before", {}).items():
        live(month, key, earlier)
        decision = "approve" if "approve" in earlier else "reject"
        proposals = [f"{key}.E1.{earlier[decision]}"]
        given = (month.engine, month.group, month.policy, proposals, decision, "seen")
        decide(*given, "hr.li", TODAY)  # type: ignore[arg-type]
        month.told(key)
    live(month, MONTH, situation["given"])
    found = {row["step"]: row for row in list_proposals(month.engine, MONTH)}
    assert sorted(found) == situation["expect"]
    for step, days in situation.get("days", {}).items():
        assert found[step]["correct_within"] == days
    for step, name in situation.get("line", {}).items():
        assert found[step]["policy_line"].startswith(f"house/sanctions/{name}@")
    if "corrections" in situation:
        rows = corrections(month.engine, month.policy, MONTH)
        assert [row["result"] for row in rows] == situation["corrections"]
