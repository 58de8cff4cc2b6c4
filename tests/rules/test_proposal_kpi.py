"""By which KPI sanctions and rewards are proposed, day by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import changed_policy, policy_without

from aftercare.errors import PolicyError
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi

ITEM = "sanctions"
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
OTHER = "advisor_satisfied_share"


def policy(folder: Path, since: date, value: Any) -> Policy:
    return changed_policy(folder, f"house/{ITEM}", "score", {since: value})


@pytest.mark.parametrize("value", [OTHER, None])
def test_another_kpi_or_none_holds_from_its_day_on_and_the_one_before_until_then(
    tmp_path: Path, value: str | None
) -> None:
    known = policy(tmp_path, date(2026, 6, 1), value)
    assert proposal_kpi(known, ITEM, MAY) == "satisfied_share"
    assert proposal_kpi(known, ITEM, JUNE) == value
    assert proposal_kpi(known, "rewards", JUNE) == "satisfied_share"


def test_a_name_that_is_no_kpi_is_refused_with_file_and_line(tmp_path: Path) -> None:
    known = policy(tmp_path, date(2026, 6, 1), "satisfaction")
    with pytest.raises(PolicyError, match="no pack has a KPI 'satisfaction'") as refused:
        proposal_kpi(known, ITEM, JUNE)
    file = tmp_path / "policy" / "house" / f"{ITEM}.yaml"
    assert (refused.value.file, refused.value.key) == (str(file), "score")
    assert refused.value.line is not None
    written = file.read_text(encoding="utf-8").splitlines()[refused.value.line - 1]
    assert written.strip() == "2026-06-01: satisfaction"


def test_a_score_without_a_date_is_refused(tmp_path: Path) -> None:
    policy_without(tmp_path, f"house/{ITEM}", "score")
    file = tmp_path / "policy" / "house" / f"{ITEM}.yaml"
    known = yaml.safe_load(file.read_text(encoding="utf-8")) | {"score": "satisfied_share"}
    file.write_text(yaml.safe_dump(known, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PolicyError, match="score: is undated"):
        proposal_kpi(Policy.load(tmp_path / "policy"), ITEM, JUNE)


def test_without_a_score_there_is_nothing_in_force(tmp_path: Path) -> None:
    known = policy_without(tmp_path, f"house/{ITEM}", "score")
    with pytest.raises(PolicyError, match="house/sanctions/score as of 2026-06-30"):
        proposal_kpi(known, ITEM, JUNE)
