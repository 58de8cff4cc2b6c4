"""The care director's targets, on a real warehouse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scored_month import MONTH, POLICY, TODAY, ScoredMonth, house_policy
from sqlalchemy import Engine

from aftercare.errors import PolicyError
from aftercare.rules.period import last_day
from aftercare.rules.policy import Policy
from aftercare.rules.scorecard_targets import TargetRules
from aftercare.stages.proposals import list_proposals, propose
from aftercare.stages.scorecards import evidence, score_month

CARD = "2026-06.DIR.SK01.D1"
LINES = {
    "quality_and_success", "qs_score", "call_success", "sqs_score", "ms_score", "hic_score",
    "dsc_score", "dsc_gate", "css_score", "pt_score", "audit2_score", "ten_item_check",
    "marketing_reach", "on_site_deals", "after_sales_coverage", "sales_coverage",
}  # fmt: skip


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("D1", role="DIR")
    made.person("E1")
    made.person("A1", role="AC")
    return made


def score(month: ScoredMonth) -> dict[str, Any]:
    return score_month(month.engine, month.group, month.policy, MONTH, TODAY)


def called(month: ScoredMonth, owner: str, reached: int, due: int, role: str = "SC") -> list[str]:
    keys = []
    for number in range(due):
        keys.append(month.task(owner, role=role))
        month.call(keys[-1], "reached" if number < reached else "no_answer")
    return keys


def rows_behind(month: ScoredMonth, line: str) -> list[tuple[str, str, str, bool, bool]]:
    return [
        (
            row["row_kind"],
            row["row_key"],
            row["reason"],
            row["is_numerator"],
            row["is_excluded"],
        )
        for row in evidence(month.engine, CARD, line)
    ]


def test_a_director_has_a_line_for_each_target_and_the_stores_satisfaction(
    month: ScoredMonth,
) -> None:
    score(month)
    found = month.rows("score.scorecard_line", scorecard_id=CARD)
    assert {row["kpi_id"] for row in found} == LINES | {"store_satisfaction"}
    # Nothing was handed in and nobody was called: nothing is judged, and nothing is 0.
    assert {(row["value"], row["is_target_met"]) for row in found} == {(None, None)}
    assert all(row["note"] for row in found)
    assert {(row["points"], row["coefficient"], row["band"]) for row in found} == {
        (None, None, None)
    }


def test_the_stores_success_is_that_of_both_specialists_together(month: ScoredMonth) -> None:
    month.person("S1", role="SUP")
    called(month, "E1", 9, 10)
    called(month, "A1", 6, 6, "AC")
    called(month, "S1", 0, 4, "SUP")
    counts = score(month)
    line = month.line("D1", "call_success")
    assert (line["numerator"], line["denominator"], line["credit"]) == (15, 16, "store")
    assert (line["value"], line["target"], line["is_target_met"]) == (
        Decimal("0.9375"),
        Decimal("0.9"),
        True,
    )
    assert line["policy_line"] == "skoda-dealer/targets/call_success_target@2012-01-01"
    assert len(rows_behind(month, "call_success")) == 16
    # Tasks of supervisors are on nobody's scorecard of success, and no row is nobody's.
    assert counts["uncredited"] == 0


def test_a_number_that_proved_wrong_is_beside_the_stores_success(month: ScoredMonth) -> None:
    called(month, "E1", 10, 10)
    month.call(month.task("E1"), "invalid_number")
    score(month)
    line = month.line("D1", "call_success")
    assert (line["numerator"], line["denominator"], line["excluded"]) == (10, 10, 1)


def test_every_target_drills_down_to_the_rows_that_were_judged(month: ScoredMonth) -> None:
    month.external_score("QS", "9.2", "10")
    month.external_score("SQS", "905", "1000", employee_no="D1")
    called(month, "E1", 5, 10)
    score(month)
    assert rows_behind(month, "quality_and_success") == [
        ("scorecard_line", f"{CARD}|call_success", "target_missed", False, False),
        ("scorecard_line", f"{CARD}|qs_score", "target_met", True, False),
    ]
    assert rows_behind(month, "qs_score") == [
        ("external_score", "SK01||2026-06|QS", "score_9.2_of_10", True, False)
    ]
    assert rows_behind(month, "sqs_score") == [
        ("external_score", "SK01|D1|2026-06|SQS", "score_905_of_1000", True, False)
    ]
    assert month.line("D1", "sqs_score")["credit"] == "person"
    assert month.line("D1", "qs_score")["credit"] == "store"
    joint = month.line("D1", "quality_and_success")
    assert (joint["numerator"], joint["denominator"], joint["unit"]) == (1, 2, "joint")
    assert joint["policy_line"] == "skoda-dealer/targets/quality_and_success_needs@2012-01-01"


def test_a_part_that_is_unknown_is_left_out_of_the_joint_targets_rows_and_no_miss(
    month: ScoredMonth,
) -> None:
    month.external_score("QS", "9.2", "10")
    score(month)
    assert rows_behind(month, "quality_and_success") == [
        ("scorecard_line", f"{CARD}|qs_score", "target_met", True, False),
        ("scorecard_line", f"{CARD}|call_success", "unknown_no_rows", False, True),
    ]


def test_a_second_run_changes_nothing_and_a_published_month_stays(month: ScoredMonth) -> None:
    month.external_score("QS", "9.2", "10")
    called(month, "E1", 10, 10)
    assert score(month)["changed"] > 0
    again = score(month)
    assert (again["changed"], again["differs"]) == (0, 0)
    month.add("score.publication", month=MONTH, approved_by="hr")
    month.external_score("MS", "12", "100")
    again = score(month)
    assert (again["changed"], again["differs"]) == (0, 1)
    assert month.line("D1", "ms_score")["value"] is None


def test_missed_targets_propose_nothing(month: ScoredMonth) -> None:
    for metric, marks in (("QS", "10"), ("MS", "100"), ("DSC", "1000"), ("PT", "100")):
        month.external_score(metric, "1", marks)
    called(month, "E1", 0, 20)
    score(month)
    assert month.line("D1", "dsc_gate")["note"] == "below_gate"
    propose(month.engine, month.group, month.policy, MONTH)
    assert list_proposals(month.engine, MONTH) == []


def test_a_store_without_a_director_leaves_no_row_over(month: ScoredMonth) -> None:
    month.store("SK02")
    month.person("E2", store_code="SK02")
    for _ in range(3):
        month.call(month.task("E2", store_code="SK02"))
    assert score(month)["uncredited"] == 0
    cards = month.rows("score.scorecard", role="DIR")
    assert [card["scorecard_id"] for card in cards] == [CARD]


def test_two_directors_of_a_month_have_the_stores_figures_and_their_own_scores(
    month: ScoredMonth,
) -> None:
    month.person("D2", role="DIR", since=date(2026, 6, 20))
    month.external_score("QS", "9.2", "10")
    month.external_score("QS", "8", "10", employee_no="D2")
    score(month)
    assert month.line("D1", "qs_score")["is_target_met"] is True
    assert month.line("D2", "qs_score")["is_target_met"] is False


def test_directors_of_other_brands_have_the_stores_satisfaction_alone(month: ScoredMonth) -> None:
    month.store("CA01", brand="CHANGAN")
    month.person("D9", role="DIR", store_code="CA01")
    score(month)
    card = month.rows("score.scorecard", employee_no="D9")[0]["scorecard_id"]
    lines = month.rows("score.scorecard_line", scorecard_id=card)
    assert [line["kpi_id"] for line in lines] == ["store_satisfaction"]


def changed(tmp_path: Path, old: str, new: str) -> Policy:
    """The policy with another text in the pack's targets."""
    for path in POLICY.rglob("*.yaml"):
        copy = tmp_path / path.relative_to(POLICY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        if copy.name == "targets.yaml":
            assert old in text
            text = text.replace(old, new)
        copy.write_text(text, encoding="utf-8")
    return Policy.load(tmp_path)


def test_once_the_group_declares_a_scale_and_a_target_they_are_judged_from_that_day(
    warehouse: Engine, tmp_path: Path
) -> None:
    undeclared = "本集团声明之前只列出，不作判断\n  values:\n    2012-01-01: null\n"
    policy = changed(tmp_path, undeclared, f"{undeclared}    2026-06-01: 0-120\n")
    month = ScoredMonth(warehouse, policy)
    month.store()
    month.person("D1", role="DIR")
    month.external_score("CSS", "100", "120")
    score(month)
    assert month.line("D1", "css_score")["is_target_met"] is True
    before = TargetRules.read(policy, "skoda-dealer", last_day("2026-05"))
    assert before is not None
    assert next(rule for rule in before.rules if rule.name == "css_score").target.scale is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2012-01-01: 0-1000", "2012-01-01: 0-100", "the target 900 lies outside its scale 0-100"),
        ("[qs_score, call_success]", "[qs_score, calls]", "'calls' is no line of its own"),
        ("[qs_score, call_success]", "qs_score", "names no lines"),
        ("metric: follow_up_success", "metric: follow_up", "has no KPI 'follow_up'"),
        ("source: joint", "source: both", "a source is one of external, kpi, joint"),
    ],
)
def test_targets_that_cannot_be_judged_are_refused_when_they_are_read(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    policy = changed(tmp_path, old, new)
    with pytest.raises(PolicyError, match=said):
        TargetRules.read(policy, "skoda-dealer", last_day("2026-06"))


def test_a_pack_without_targets_has_none() -> None:
    assert TargetRules.read(house_policy(), "changan-dealer", last_day("2026-06")) is None
