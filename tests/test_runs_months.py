"""`score`: months that are scored in any order, and what later ones propose otherwise because of an earlier one."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from care_group import changed_policy
from scored_month import MONTH, ScoredMonth
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections, runs
from aftercare.errors import Fatal
from aftercare.protection import new_keyring_json
from aftercare.runs import house
from aftercare.stages.proposals import list_proposals
from aftercare.stages.scorecards import score_month

TODAY = date(2027, 1, 6)
JULY, AUGUST, SEPTEMBER, DECEMBER = "2026-07", "2026-08", "2026-09", "2026-12"


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScoredMonth]:
    """June, published with nothing, and a complaint of June that came after that."""
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    keys = {"conn_type": "generic", "password": new_keyring_json()}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", json.dumps(keys))
    connections.forget()
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    runs.score(MONTH)
    made.told(MONTH)
    made.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    yield made
    connections.forget()


def steps(month: ScoredMonth, key: str) -> list[str]:
    return [row["proposal_id"] for row in list_proposals(month.engine, key)]


def test_a_later_month_gives_up_what_an_earlier_one_counts(month: ScoredMonth) -> None:
    assert "later_proposals" not in runs.score(AUGUST)
    assert steps(month, AUGUST) == ["2026-08.E1.oral_warning"]
    counts = runs.score(JULY)
    assert set(counts["later_proposals"]) == set(counts["later_rewards"]) == {AUGUST}
    assert counts["later_proposals"][AUGUST]["proposals"] == 0
    assert counts["later_rewards"][AUGUST]["rewards_differ"] == 0
    assert steps(month, JULY) == ["2026-07.E1.oral_warning"]
    assert steps(month, AUGUST) == []


def test_a_fault_of_a_later_month_stops_neither_the_earlier_one_nor_the_others(
    month: ScoredMonth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {date(2026, 9, 1): "no_such_kpi", date(2026, 12, 1): "satisfied_share"}
    policy = changed_policy(tmp_path / "include", "house/rewards", "score", wrong)
    for key in (SEPTEMBER, DECEMBER):
        score_month(month.engine, month.group, month.policy, key, TODAY)
    assert month.rows("score.reward_note", month=DECEMBER) == []
    monkeypatch.setattr(house, "PROJECT", tmp_path)
    house.policy.cache_clear()
    try:
        assert house.policy().digest == policy.digest
        with pytest.raises(Fatal, match=r"^2026-09: .*no pack has a KPI 'no_such_kpi'"):
            runs.score(JULY)
    finally:
        house.policy.cache_clear()
    assert steps(month, JULY) == ["2026-07.E1.oral_warning"]
    assert month.rows("ops.stage_report", stage="rewards", partition_key=JULY)
    # The year's end was proposed all the same: it says which of its months were not scored.
    assert month.rows("score.reward_note", month=DECEMBER)
