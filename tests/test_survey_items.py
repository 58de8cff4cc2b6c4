"""S4-14 and S4-15: every item of the manual's surveys is asked, and no call is a whole questionnaire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from care_group import house_policy

from aftercare import scripts
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.script_policy import call_scripts
from aftercare.scripts import (
    FOLDER,
    LANGUAGES,
    QUESTION_GROUPS,
    SURVEY_ITEM,
    asked_items,
    render_script,
)
from aftercare.settings import Language

ITEMS = yaml.safe_load((FOLDER / "survey_items.yaml").read_text(encoding="utf-8"))
PACK = "changan-dealer"
CALLS = sorted({name for each in follow_ups(house_policy(), PACK) for name in call_scripts(each)})
FACTS = {
    "store_name": "和远长安城东店",
    "owner_name": "王芳",
    "customer_name": "李强",
    "model": "CS75",
    "plate": "粤A12345",
    "event_on": date(2026, 7, 1),
    "deadline_date": date(2026, 7, 4),
}
VISITS = ("maintenance", "mechanical", "bodywork", "tyre", "other", None)
MOST_QUESTIONS = 6
"""More than these and a call of two or three minutes is none."""
QUESTION = re.compile(r"^\d\. ", re.MULTILINE)


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The scripts with the ids of their items spoken aloud."""
    for path in FOLDER.rglob("*.txt"):
        copy = tmp_path / path.relative_to(FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(SURVEY_ITEM.sub(r"<\1>", path.read_text("utf-8")), encoding="utf-8")
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    _forget()
    yield
    _forget()


def _forget() -> None:
    scripts._source.cache_clear()
    scripts._environment.cache_clear()


def spoken(script_id: str, language: Language) -> Iterator[str]:
    for group in range(QUESTION_GROUPS):
        for visit in VISITS:
            facts = FACTS | {"question_group": group, "last_visit": visit}
            yield render_script(script_id, facts, language)


def test_the_items_are_numbered_in_the_order_of_the_manual() -> None:
    numbers = [f"S4-14.{number:02}" for number in range(1, 20)]
    assert list(ITEMS) == numbers + [f"S4-15.{number:02}" for number in range(1, 19)]
    assert all(item.keys() == {"zh", "en"} for item in ITEMS.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_asked_in_some_call_of_the_manual_s_pack(
    item: str, language: Language
) -> None:
    assert [name for name in CALLS if item in asked_items(name, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_script_says_it_asks_it_asks_of_some_customers(
    language: Language, marked: None
) -> None:
    said = {text for name in CALLS for text in spoken(name, language)}
    assert {item for item in ITEMS if any(f"<{item}>" in text for text in said)} == set(ITEMS)


@pytest.mark.parametrize("script_id", scripts.script_ids())
def test_no_script_names_an_item_that_there_is_not_and_both_languages_ask_the_same(
    script_id: str,
) -> None:
    zh, en = (asked_items(script_id, language) for language in ("zh", "en"))
    assert zh == en
    assert set(zh) <= set(ITEMS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script_id", CALLS)
def test_no_call_is_a_whole_questionnaire(script_id: str, language: Language) -> None:
    for text in spoken(script_id, language):
        assert len(QUESTION.findall(text)) <= MOST_QUESTIONS
        assert "S4-1" not in text, "staff read no ids"


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_days_in_a_row_ask_all_groups_of_questions_after_a_repair(
    language: Language,
) -> None:
    days = [date(2026, 7, day) for day in (1, 2, 3)]
    plain = FACTS | {"plate": None}
    texts = [render_script("repair_call", plain | {"event_on": day}, language) for day in days]
    questions = {tuple(line for line in text.splitlines() if line[:1] in "34") for text in texts}
    assert len(questions) == QUESTION_GROUPS
