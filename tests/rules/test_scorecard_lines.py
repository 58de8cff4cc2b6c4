"""Values on which lines of scorecards stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from care_group import changed_policy

from aftercare.errors import PolicyError
from aftercare.rules.scorecard_lines import Bands

PACK = "skoda-dealer"
ENDED = {date(2026, 6, 1): None}


@pytest.mark.parametrize("name", ["sqs_bands", "sqs_scale"])
def test_a_value_that_ended_by_a_null_is_refused_with_file_line_rule_and_what_to_do(
    tmp_path: Path, name: str
) -> None:
    policy = changed_policy(tmp_path, f"{PACK}/scoring", name, ENDED)
    with pytest.raises(PolicyError) as refused:
        Bands.read(policy, PACK, "sqs", date(2026, 6, 30))
    problem, file = refused.value, tmp_path / "policy" / PACK / "scoring.yaml"
    assert (problem.file, problem.key) == (str(file), name)
    assert problem.line is not None
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[problem.line - 1].strip() == "2026-06-01: null"
    assert "null from 2026-06-01 on (S2-50)" in str(problem)
    assert "end the coefficient by a null in sqs_bands" in str(problem)


def test_before_a_value_is_null_the_one_before_holds(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, f"{PACK}/scoring", "sqs_scale", ENDED)
    assert Bands.read(policy, PACK, "sqs", date(2026, 5, 31)).scale == "0-100"
