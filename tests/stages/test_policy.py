"""The policy in the warehouse: what decided something is never edited."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from care_group import CareGroup, changed_policy, house_policy
from sqlalchemy import Engine, text

from aftercare.errors import PolicyError
from aftercare.rules.policy import Policy
from aftercare.stages.policy import load_policy

REPAIR_CALL = "changan-dealer/follow_ups/repair_call"
LINE = f"{REPAIR_CALL}/due_after@2012-01-01"


@pytest.fixture
def used(warehouse: Engine) -> CareGroup:
    care = CareGroup(warehouse)
    care.repair("R", date(2026, 7, 1))
    care.night(date(2026, 7, 1))
    return care


def kept(engine: Engine, line_id: str) -> dict[str, Any]:
    with engine.connect() as connection:
        row = connection.execute(
            text("select * from ops.policy_line where line_id = :line_id"), {"line_id": line_id}
        )
        return dict(row.mappings().one())


def test_every_line_is_kept_with_unit_rule_and_reference(warehouse: Engine) -> None:
    lines = list(house_policy().lines)
    assert load_policy(warehouse, house_policy()) == {"lines": len(lines), "changed": len(lines)}
    line = kept(warehouse, LINE)
    assert (line["value"], line["unit"], line["rule_id"]) == (3, "calendar_day", "S4-06")
    assert (line["valid_from"], line["is_used"]) == (date(2012, 1, 1), False)
    assert line["reference"].startswith("鹏奥汽贸")


def test_loading_the_same_policy_again_changes_nothing(warehouse: Engine) -> None:
    load_policy(warehouse, house_policy())
    assert load_policy(warehouse, house_policy())["changed"] == 0


def test_a_value_may_end_on_a_day(warehouse: Engine, tmp_path: Path) -> None:
    """A reminder that becomes no call any more where its message cannot be sent."""
    item, name = "changan-dealer/follow_ups/run_in_reminder", "otherwise_channel"
    policy = changed_policy(tmp_path, item, name, {date(2027, 1, 1): None})
    load_policy(warehouse, policy)
    assert kept(warehouse, f"{item}/{name}@2027-01-01")["value"] is None
    assert load_policy(warehouse, policy)["changed"] == 0


def test_a_line_that_decided_nothing_may_be_edited(warehouse: Engine, tmp_path: Path) -> None:
    load_policy(warehouse, house_policy())
    policy = changed_policy(tmp_path, REPAIR_CALL, "due_after", {date(2012, 1, 1): 2})
    assert load_policy(warehouse, policy)["changed"] == 1
    assert kept(warehouse, LINE)["value"] == 2


def test_a_line_that_decided_something_may_not_be_edited(used: CareGroup, tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, REPAIR_CALL, "due_after", {date(2012, 1, 1): 2})
    with pytest.raises(PolicyError, match="add a line with a newer date") as refused:
        load_policy(used.engine, policy)
    assert LINE in str(refused.value)
    assert str(refused.value.file).endswith("repair_call.yaml")
    assert refused.value.line
    assert kept(used.engine, LINE)["value"] == 3


def test_a_line_that_decided_something_may_not_be_taken_out(
    used: CareGroup, tmp_path: Path
) -> None:
    changed_policy(tmp_path, REPAIR_CALL, "due_after", {date(2026, 7, 2): 2})
    path = tmp_path / "policy" / f"{REPAIR_CALL}.yaml"
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace("2012-01-01: 3", "2013-01-01: 3"), encoding="utf-8")
    with pytest.raises(PolicyError, match="is gone; put it back"):
        load_policy(used.engine, Policy.load(tmp_path / "policy"))


def test_a_newer_line_beside_a_used_one_is_welcome(used: CareGroup, tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, REPAIR_CALL, "due_after", {date(2026, 7, 2): 2})
    assert load_policy(used.engine, policy)["changed"] == 1
