"""S2-17: scripts are standard, a director approves them, and the version that was used is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from care_group import REPAIR, CareGroup, changed_policy, house_policy, july
from sqlalchemy import Engine

from aftercare import scripts
from aftercare.errors import NotAllowed
from aftercare.reports.morning_facts import Unapproved
from aftercare.rules.policy import Policy
from aftercare.scripts import script_ids, script_version
from aftercare.stages.scripts import approve, count_unapproved, list_scripts

NOTHING = Unapproved(scripts=0, tasks=0)
ONE = Unapproved(scripts=1, tasks=1)


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """A director, and a car that left the workshop on the first of July."""
    made = CareGroup(warehouse)
    made.grant("director", "manager")
    made.repair("R", july(1))
    return made


@pytest.fixture
def other_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scripts in a folder in which somebody may change them."""
    for path in scripts.FOLDER.rglob("*.txt"):
        copy = tmp_path / path.relative_to(scripts.FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    yield tmp_path
    _forget()


def _forget() -> None:
    script_version.cache_clear()
    scripts._source.cache_clear()


def _add(folder: Path, name: str, words: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(words)
    _forget()


def _open(care: CareGroup, policy: Policy | None = None) -> Unapproved:
    return count_unapproved(care.engine, policy or house_policy(), july(2))


def _approve(care: CareGroup, *names: str, user: str = "director") -> dict[str, list[str]]:
    return approve(care.engine, names, user, july(2))


def test_a_task_keeps_the_version_of_the_script_with_which_it_was_made(care: CareGroup) -> None:
    care.night(july(1))
    task = care.task(REPAIR)
    assert task["script_id"] == "repair_call"
    assert task["script_version"] == script_version("repair_call")


def test_words_that_nobody_approved_are_said_all_the_same_and_told(care: CareGroup) -> None:
    counts = care.night(july(1))
    assert (counts["messages"], counts["held"]) == (1, 0)
    assert _open(care) == ONE


def test_approved_words_are_not_told(care: CareGroup) -> None:
    care.night(july(1))
    assert _approve(care, "repair_call") == {"approved": ["repair_call"], "known": []}
    assert _open(care) == NOTHING


def test_approving_again_changes_nothing_not_even_who_did_it(care: CareGroup) -> None:
    care.grant("other", "manager")
    _approve(care, "repair_call")
    assert _approve(care, "repair_call", user="other") == {
        "approved": [],
        "known": ["repair_call"],
    }
    rows = list_scripts(care.engine, care.group, house_policy(), july(2))
    by_script = {row["script_id"]: row["approved_by"] for row in rows}
    assert by_script == {**dict.fromkeys(script_ids()), "repair_call": "director"}


def test_one_other_word_in_one_language_is_nobody_s_yet(care: CareGroup, other_words: Path) -> None:
    care.night(july(1))
    _approve(care, "repair_call")
    _add(other_words, "repair_call.en.txt", "One more word.\n")
    assert _open(care) == ONE
    rows = list_scripts(care.engine, care.group, house_policy(), july(2))
    (row,) = (row for row in rows if row["script_id"] == "repair_call")
    assert (row["approved_by"], row["open_tasks"], row["older_tasks"]) == (None, 1, 1)


def test_other_words_in_a_part_are_other_words_in_each_script_of_it(
    care: CareGroup, other_words: Path
) -> None:
    care.night(july(1))
    _approve(care, *script_ids())
    _add(other_words, "parts/closing.zh.txt", "多一句。\n")
    rows = list_scripts(care.engine, care.group, house_policy(), july(2))
    unapproved = {row["script_id"] for row in rows if row["approved_by"] is None}
    assert {"repair_call", "first_call"} <= unapproved
    assert not {"service_reminder", "birthday_greeting", "trouble"} & unapproved


def test_tasks_and_scripts_are_counted_each_for_itself(care: CareGroup) -> None:
    care.repair("S", july(1))
    care.night(july(1))
    assert _open(care) == Unapproved(scripts=1, tasks=2)


def test_a_task_that_is_done_is_not_told(care: CareGroup) -> None:
    care.night(july(1))
    care.call(REPAIR, july(2))
    care.night(july(2))
    assert _open(care) == NOTHING


def test_where_no_approval_is_wanted_nothing_is_told(care: CareGroup, tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, "house/scripts", "approval_wanted", {july(3): False})
    care.night(july(1))
    assert count_unapproved(care.engine, policy, july(2)) == ONE
    assert count_unapproved(care.engine, policy, july(3)) == NOTHING


def test_only_who_is_manager_of_all_stores_approves(care: CareGroup) -> None:
    care.grant("operator", "operator")
    with pytest.raises(NotAllowed, match="operator is no manager of CA01, SK01"):
        _approve(care, "repair_call", user="operator")
