"""Texts of the month's documents."""

import re
import string
from pathlib import Path

import pytest

from aftercare.configuration import read_yaml
from aftercare.errors import ConfigurationError
from aftercare.reports.scorecard_words import TEMPLATES, read_words
from aftercare.settings import PROJECT


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("area", ["scorecards", "connect", "check", "scripts", "inputs"])
def test_both_languages_say_everything_with_the_same_values(area: str) -> None:
    texts, _ = read_yaml(TEMPLATES.parent / area / "words.yaml")
    assert isinstance(texts, dict)
    differing = [name for name, both in texts.items() if names(both["zh"]) != names(both["en"])]
    assert differing == []
    read_words("zh", area)
    read_words("en", area)


def test_nobody_met_their_targets_cannot_be_read_as_all_did() -> None:
    said = read_words("zh")("subject_none", met=0, unmet=10, open=2, people=12)
    assert said == "12 人中 0 人全部达标、10 人未达标、2 人未判断；没有处分建议"


def test_the_last_day_of_an_objection_is_included() -> None:
    dates = {"until": "2026-07-20", "reply": 5, "reply_until": "2026-07-27"}
    assert "2026-07-20（含）之前" in read_words("zh")("objection_text", **dates)


def test_a_call_that_reached_nobody_is_a_call_and_no_talk() -> None:
    assert read_words("zh").reason("attempted") == "已拨打"


def test_a_text_that_is_not_there_is_named_with_its_file() -> None:
    with pytest.raises(ConfigurationError, match=r"words\.yaml: nonsense: there is no text"):
        read_words("zh")("nonsense")


def test_a_row_says_why_it_counts_in_words() -> None:
    words = read_words("en")
    assert words.reason("no_usable_number") == "no usable number"
    assert words.reason("points_7") == "7 points"
    assert words.reason("score_97.99_of_0-100") == "score 97.99 on the scale 0-100"
    assert words.reason(None) == ""
    assert words.reason("of_a_new_kpi") == "of_a_new_kpi"


@pytest.mark.parametrize(
    "statement",
    sorted(
        path
        for folder in ("kpis", "points")
        for path in (PROJECT / "include" / "sql" / folder).glob("*.sql")
    ),
    ids=lambda p: p.stem,
)
def test_what_a_figure_counts_and_why_has_words(statement: Path) -> None:
    text = statement.read_text(encoding="utf-8")
    kinds = re.findall(r"'(\w+)' as row_kind", text)
    # Whose a row is, is no reason.
    reasons = re.findall(r"(?:then|else) '(\w+)'(?!\s+end as owner_role)", text)
    words = read_words("zh")
    assert [kind for kind in kinds if not words.has(kind)] == []
    assert [code for code in reasons if not words.has(f"reason_{code}")] == []
