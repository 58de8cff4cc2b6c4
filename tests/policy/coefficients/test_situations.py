"""Situations of the coefficients, a file for each rule; each is lived by a store of its own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lived_situations import FOLDER, disagreements, read
from scored_month import MONTH, ScoredMonth, house_policy
from sqlalchemy import Engine

from aftercare.rules.period import last_day

FILES = sorted((FOLDER / "coefficients").glob("s2_*.yaml"))


def live(month: ScoredMonth, store: str, given: dict[str, Any]) -> None:
    """Puts what a situation gives into the warehouse: scores with their scales, and calls made of those due."""
    person = f"E{store}"
    month.store(store)
    month.person(person, store_code=store)
    for whose, scores in (("", given), (person, given.get("own", {}))):
        for metric, score in scores.items():
            if metric not in ("own", "calls"):
                month.external_score(metric, *map(str, score), employee_no=whose, store_code=store)
    called, due = given.get("calls", (0, 0))
    for number in range(due):
        key = month.task(person, store_code=store)
        if number < called:
            month.call(key, "no_answer")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_situation_gets_the_coefficient_it_says(path: Path, warehouse: Engine) -> None:
    card = f"{MONTH}.SC.{{store}}.E{{store}}"
    assert disagreements(ScoredMonth(warehouse), path, live, card) == []


def test_every_band_of_every_coefficient_has_a_situation_and_one_is_unknown() -> None:
    bands = [line for line in house_policy().lines if line.name.endswith("_bands")]
    assert len(bands) == 3
    for line in bands:
        name = line.name.removesuffix("_bands")
        path = FOLDER / "coefficients" / f"{line.rule.lower().replace('-', '_')}.yaml"
        found = [each["expect"][name] for each in read(path).values()]
        value = house_policy().value(line.pack, line.item, line.name, last_day(MONTH)).value
        known = {Decimal(str(each["coefficient"])) for each in found if each["coefficient"]}
        assert known == {band["coefficient"] for band in value}, name
        assert any(each["coefficient"] is None and each["note"] for each in found), name
