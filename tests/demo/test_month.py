"""The demonstration's month: what HR decides there can be decided."""

from __future__ import annotations

import json

import pytest
from rewards_month import QUARTER, RewardsMonth
from scored_month import MONTH
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.demo.month import DECIDER, decide_proposals
from aftercare.stages.proposals import list_proposals

FIGURES = ("follow_up_coverage", "follow_up_on_time", "satisfied_share")


def test_hr_rejects_the_last_proposal_on_which_no_other_rests(
    warehouse: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    connections.forget()
    month = RewardsMonth(warehouse)
    month.role(DECIDER, "hr")
    for store, reached in {"SK01": 17, "SK02": 19, "SK03": 18}.items():
        month.store(store)
        for each in QUARTER:
            counted = dict.fromkeys(FIGURES, (reached, 20))
            month.card(f"P{store}", store_code=store, month=each, **counted)
    for head in ("D1", "D2"):
        month.person(head, "DIR", "SK02")
    month.propose()
    assert decide_proposals(MONTH) == (2, 1)
    assert {row["proposal_id"]: row["decision"] for row in list_proposals(warehouse, MONTH)} == {
        "2026-06.D1.team_award_head": "approve",
        "2026-06.D2.team_award_head": "reject",
        "2026-06.SK02.team_award": "approve",
    }
