"""S4-09: who refuses or complains hears polite words, and never "really?" (严禁“真的吗”等)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from care_group import REPAIR, CareGroup, changed_policy, house_policy, july
from sqlalchemy import Engine

from aftercare import scripts
from aftercare.errors import ConfigurationError
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.rules.script_policy import call_scripts
from aftercare.scripts import LANGUAGES, render_script, script_ids, script_version
from aftercare.settings import Language
from aftercare.wording import require_wording, wording_faults

RULES = [each for pack in house_policy().packs for each in follow_ups(house_policy(), pack)]
CALLS = sorted({script_id for each in RULES for script_id in call_scripts(each)})
FACTS = {
    **dict.fromkeys(("owner_name", "customer_name", "model", "plate")),
    "store_name": "和远长安城东店",
    "event_on": july(1),
    "deadline_date": july(4),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scripts in a folder in which a test may change them."""
    made = tmp_path / "scripts"
    for path in scripts.FOLDER.rglob("*.txt"):
        copy = made / path.relative_to(scripts.FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(scripts, "FOLDER", made)
    _forget()
    yield made
    _forget()


def _forget() -> None:
    script_version.cache_clear()
    scripts._source.cache_clear()


def _add(folder: Path, name: str, words: str) -> int:
    """Adds a line to a script, or to a part, and gives its number."""
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(f"{text}{words}\n", encoding="utf-8")
    _forget()
    return len(text.splitlines()) + 1


def faults(policy: Policy | None = None) -> list[str]:
    found = wording_faults(policy or house_policy(), RULES, july(2), script_ids())
    return [str(fault) for fault in found]


def test_no_script_of_the_house_says_what_none_may_say_and_every_call_ends_politely() -> None:
    assert faults() == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script_id", CALLS)
def test_who_refuses_is_left_in_peace_and_who_complains_is_heard(
    script_id: str, language: Language
) -> None:
    said = render_script(script_id, FACTS, language)
    assert {"zh": "好的，不打扰您了", "en": "Of course, I will not keep you"}[language] in said
    assert {"zh": "先听完，不打断、不辩解", "en": "Hear them out"}[language] in said


def test_a_phrase_is_told_with_file_line_and_rule(folder: Path) -> None:
    line = _add(folder, "repair_call.zh.txt", "“真的吗？您是不是记错了？”")
    (fault,) = faults()
    assert fault == (
        f"include/templates/scripts/repair_call.zh.txt:{line}: says '真的吗', which no script may say (rule "
        "S4-09, house/scripts/never_said_zh@2012-01-01); put it otherwise"
    )


@pytest.mark.parametrize("words", ["Really ?", "REALLY?", "You say it broke: really?"])
def test_capitals_and_blanks_hide_nothing(folder: Path, words: str) -> None:
    _add(folder, "repair_call.en.txt", words)
    (fault,) = faults()
    assert "scripts/repair_call.en.txt" in fault
    assert "'really?'" in fault


@pytest.mark.parametrize("part", ["closing", "also", "also_in_message"])
def test_what_a_part_says_is_told_once_however_many_scripts_have_it(
    folder: Path, part: str
) -> None:
    _add(folder, f"parts/{part}.zh.txt", "这不归我管。")
    (fault,) = faults()
    assert fault.startswith(f"include/templates/scripts/parts/{part}.zh.txt:")


def test_a_word_that_only_sounds_alike_may_be_said(folder: Path) -> None:
    _add(folder, "repair_call.zh.txt", "您说的是真的，我们一定改。时间确定了吗？")
    _add(folder, "repair_call.en.txt", "We really care. Is the day sure?")
    assert faults() == []


def test_a_call_without_the_closing_is_told(folder: Path) -> None:
    path = folder / "repair_call.zh.txt"
    text = path.read_text(encoding="utf-8")
    closing = '{% include "parts/closing.zh.txt" %}'
    path.write_text(text.replace(closing, "再见。"), encoding="utf-8")
    _forget()
    (fault,) = faults()
    assert "scripts/repair_call.zh.txt: is a call and does not end by parts/closing.zh.txt" in fault
    assert "S4-09" in fault
    path.write_text(text.replace(closing, f"{{% if plate %}}{closing}{{% endif %}}"), "utf-8")
    _forget()
    assert faults() == [fault], "who has no plate may refuse, too"


def test_a_message_and_work_inside_the_house_need_no_closing() -> None:
    assert not {"service_reminder", "missed_call", "trouble"} & set(CALLS)


def test_no_night_begins_with_such_words_and_no_task_is_made(
    warehouse: Engine, folder: Path
) -> None:
    care = CareGroup(warehouse)
    care.repair("R", july(1))
    _add(folder, "first_call.zh.txt", "不可能。")
    with pytest.raises(ConfigurationError, match=r"first_call\.zh\.txt:\d+: says '不可能'"):
        care.night(july(1))
    assert care.tasks() == {}


def test_words_that_no_follow_up_says_stop_no_night(folder: Path) -> None:
    (folder / "draft.zh.txt").write_text("{# title: 草稿 #}\n不可能。\n", encoding="utf-8")
    (folder / "draft.en.txt").write_text("{# title: A draft #}\nNo.\n", encoding="utf-8")
    _forget()
    require_wording(house_policy(), RULES, july(2))
    (fault,) = faults()
    assert "scripts/draft.zh.txt:2" in fault


def test_a_pack_may_forbid_more_from_a_day_on(tmp_path: Path) -> None:
    value = {july(2): ["再见"]}
    policy = changed_policy(tmp_path, "house/scripts", "never_said_zh", value)
    assert all("'再见'" in fault for fault in faults(policy))
    assert faults(policy)
    require_wording(policy, RULES, july(1))


def test_who_refuses_is_not_called_again_about_it(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(2), outcome="refused")
    care.night(july(2))
    task = care.task(REPAIR)
    assert (task["status"], task["status_reason"]) == ("done", "refused")
