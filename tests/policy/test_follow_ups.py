"""The situations of every follow-up, played on a real warehouse.

A situation is a store of its own with one document. The task must not be there a night before it
opens, and must be there, as expected, after the night that prepares its first day.
"""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import POLICY, CareGroup, group_of, house_policy
from sqlalchemy import Engine

from aftercare.rules.due import FOLDER
from aftercare.rules.policy import Policy

SITUATIONS = Path(__file__).parent / "follow_ups"
STEMS = sorted(
    f"{pack}/{item.removeprefix(FOLDER)}"
    for pack in house_policy().packs
    for item in house_policy().items(pack, FOLDER)
)
ONE_DAY = timedelta(days=1)
ORDINARY_NIGHT = date(2026, 7, 2)


def situations(stem: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (SITUATIONS / f"{stem}.yaml").read_text(encoding="utf-8")
    )
    return found


def each_situation() -> Iterator[Any]:
    for stem in STEMS:
        for name, situation in situations(stem).items():
            yield pytest.param(stem, situation, id=f"{stem.partition('/')[2]}: {name}")


@pytest.mark.parametrize("stem", STEMS)
def test_every_follow_up_has_an_ordinary_case_an_edge_and_an_exception(stem: str) -> None:
    found = situations(stem).values()
    assert len(found) >= 3
    assert any(situation["expect"] is None for situation in found)
    assert any(situation["expect"] is not None for situation in found)


def policy_with(changes: dict[str, Any], pack: str, folder: Path) -> Policy:
    copy = shutil.copytree(POLICY, folder / "policy")
    for item, values in changes.items():
        path = copy / pack / f"{item}.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, lines in values.items():
            data[name]["values"] |= lines
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return Policy.load(copy)


@pytest.mark.parametrize(("stem", "situation"), list(each_situation()))
def test_situation(stem: str, situation: dict[str, Any], warehouse: Engine, tmp_path: Path) -> None:
    pack, _, name = stem.partition("/")
    given, expected = dict(situation["given"]), situation["expect"]
    changes = given.pop("policy", None)
    policy = policy_with(changes, pack, tmp_path) if changes else house_policy()
    group = group_of(frozenset(given.pop("weekly_closed", ())), frozenset(given.pop("closed", ())))
    care = CareGroup(warehouse, group, policy)
    store = {"changan-dealer": "CA01", "skoda-dealer": "SK01"}[pack]
    attributes = policy.attributes(pack, FOLDER + name)
    if "exit_on" in given:
        care.repair("A", given.pop("exit_on"), store, **given)
    else:
        care.deliver("A", given.pop("delivered_on"), store, **given)
    occurrence = attributes.get("occurrence", 1)
    key = f"{store}.{attributes['rule']}.A" + (f".{occurrence}" if occurrence > 1 else "")
    if expected is None:
        care.night(situation.get("night", ORDINARY_NIGHT))
        assert key not in care.tasks()
        return
    opens = expected.get("open_on", date(2026, 7, 2))
    care.night(opens - 2 * ONE_DAY)
    assert key not in care.tasks()
    care.night(opens - ONE_DAY)
    task = care.task(key)
    assert {column: task[column] for column in expected} == expected
