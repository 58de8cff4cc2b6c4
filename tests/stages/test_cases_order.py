"""Which cases stand does not depend on which night was settled first."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from staged_rows import DAY, SYSTEM, StagedRows, at

from aftercare.stages.merge import merge

BAD: Mapping[str, Any] = {"odometer_out_km": 1}
GOOD: Mapping[str, Any] = {}


@pytest.mark.parametrize("order", [(10, 11, 12), (12, 11, 10), (11, 10, 12), (12, 10, 11)])
@pytest.mark.parametrize(
    ("nights", "state", "closed"),
    [((BAD, GOOD, GOOD), "resent", {11, 12}), ((BAD, GOOD, BAD), "open", {None})],
)
def test_a_case_closes_by_what_came_after_it_whichever_night_is_settled_first(
    warehouse: Engine,
    nights: Sequence[Mapping[str, Any]],
    state: str,
    closed: set[int | None],
    order: tuple[int, ...],
) -> None:
    staged = StagedRows(warehouse)
    for number in order:
        day = date(2026, 6, number)
        row = {"ro_no": "R", "version_at": at(2026, 6, number, 9), **nights[number - 10]}
        staged.load("repair_order", [row, BAD | {"ro_no": f"OTHER{number}"}], day=day)
        staged.validate("repair_order", day=day)
        merge(warehouse, staged.group, SYSTEM, "repair_order", day)
    cases = {case["business_key"]: case for case in staged.rows("quality.quarantine")}
    found = cases.pop("S1|R")
    assert found["state"] == state
    assert (found["closed_day"] and found["closed_day"].day) in closed
    assert {case["state"] for case in cases.values()} == {"open"}


def test_a_case_that_a_steward_opens_again_stays_open_though_core_knows_its_row(
    warehouse: Engine,
) -> None:
    staged = StagedRows(warehouse)
    staged.load("repair_order", [BAD])
    staged.validate("repair_order")
    for action in ("release", "reopen"):
        decision = {"case_id": 1, "action": action, "reason_code": "checked", "decided_by": "s"}
        staged.insert("quality.decision", decision)
        staged.validate("repair_order")
        merge(warehouse, staged.group, SYSTEM, "repair_order", DAY)
    assert staged.rows("core.repair_order")
    (case,) = staged.rows("quality.quarantine")
    assert case["state"] == "open"
