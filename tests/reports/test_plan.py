"""What a plan counts, what a comparison finds, and that both have words for everything."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args

import pytest

from aftercare.reports.morning_words import REASONS
from aftercare.reports.plan import (
    FINISHED_OR_HELD,
    KINDS,
    MOST_SHOWN,
    Change,
    Comparison,
    Plan,
    PlannedNight,
    PlannedTask,
    comparison_lines,
)
from aftercare.reports.scorecard_words import read_words
from aftercare.rules.placed import Mover
from aftercare.rules.titles import stem_of
from aftercare.rules.units import UNITS
from aftercare.settings import Language

DAY = date(2026, 7, 4)
LANGUAGES = get_args(Language)
MESSAGE_STATES = (
    *("pending", "sending", "sent", "unchanged", "retry", "unknown", "rejected", "dead"),
    *("superseded", "expired"),
)


def task(key: str, **changes: Any) -> PlannedTask:
    store_code, rule_id, _ = key.split(".")
    made = PlannedTask(
        task_key=key,
        store_code=store_code,
        pack="changan-dealer",
        rule_id=rule_id,
        occurrence=1,
        vin_masked="****4847",
        event_on=DAY,
        open_on=DAY,
        due_on=DAY,
        deadline_on=DAY,
        expires_on=DAY,
        contact_kind="customer",
        owner_role="SC",
        owner_no="E1",
        channel="phone",
        script_id="first_call",
        priority=2,
        status="open",
        status_reason=None,
        late_reason=None,
        policy_line="changan-dealer/follow_ups/first_call/due_after@2012-01-01",
    )
    return replace(made, **changes)


def plan(digest: str, *changes: Change) -> Plan:
    return Plan(digest, [PlannedNight(DAY, DAY, changes)])


def made(new: PlannedTask) -> Change:
    return Change(new, None, is_moved=False, is_listed=True)


def test_a_task_that_is_made_and_held_at_once_is_counted_as_both() -> None:
    held = task("A.S4-03.1", status="held", status_reason="landline")
    old = task("A.S4-03.2")
    moved = Change(replace(old, due_on=date(2026, 7, 5)), old, is_moved=True, is_listed=False)
    again = Change(old, replace(old, status="missed"), is_moved=False, is_listed=True)
    other = Change(replace(old, owner_no="E2"), old, is_moved=False, is_listed=False)
    assert made(held).kinds == ("made", "held")
    assert made(old).kinds == ("made", "to_call")
    assert moved.kinds == ("moved",)
    assert again.kinds == ("reopened", "to_call")
    assert other.kinds == ("updated",)


def test_a_comparison_finds_what_stands_on_one_side_and_what_differs() -> None:
    one, two, old = task("A.S4-03.1"), task("A.S4-03.2"), task("A.S4-03.3")
    moved = Change(replace(old, due_on=date(2026, 7, 6)), old, is_moved=True, is_listed=False)
    found = Comparison.of(plan("here", made(one)), plan("there", made(two), moved))
    assert found.only_here == [one]
    assert found.only_there == [two]
    assert found.differing == [(old, moved.task)]
    assert found.as_json()["differing"] == [
        {"task_key": old.task_key, "differences": {"due_on": (DAY, date(2026, 7, 6))}}
    ]


def test_what_differs_is_told_by_the_name_of_its_follow_up() -> None:
    old = task("A.S4-03.1")
    moved = Change(replace(old, due_on=date(2026, 7, 6)), old, is_moved=True, is_listed=False)
    found = Comparison.of(plan("here", made(old)), plan("there", made(old), moved))
    titles = {(old.pack, stem_of(old.policy_line)): {"zh": "首次回访", "en": "First call"}}
    said = list(comparison_lines(found, titles, read_words("en", "plan")))
    assert any("A.S4-03.1" in line and "S4-03 First call" in line for line in said)


def test_a_comparison_is_cut_unless_all_is_asked_for() -> None:
    many = [made(task(f"A.S4-03.{number}")) for number in range(MOST_SHOWN + 3)]
    found = Comparison.of(plan("here", *many), plan("there"))
    say = read_words("en", "plan")
    cut = list(comparison_lines(found, {}, say))
    assert "  3 more; --list shows them all" in cut
    whole = list(comparison_lines(found, {}, say, is_listed=True))
    assert len(whole) == len(cut) + 2
    assert not any("more;" in line for line in whole)


def test_another_policy_line_alone_is_no_difference() -> None:
    one = task("A.S4-03.1")
    found = Comparison.of(plan("a", made(one)), plan("b", made(replace(one, policy_line="x"))))
    assert not any(found.counts.values())
    said = list(comparison_lines(found, {}, read_words("en", "plan")))
    assert said[1].startswith(f"No difference up to the night of {DAY}.")
    assert said[2:] == ["Only rehearsed: nothing was written."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_and_a_story_have_words_for_all_they_can_tell(language: Language) -> None:
    plan_words, why_words = read_words(language, "plan"), read_words(language, "why")
    statuses = ("open", *FINISHED_OR_HELD)
    names = [f"kind_{kind}" for kind in KINDS]
    names += [f"field_{field.name}" for field in fields(PlannedTask)]
    names += [f"value_{status}" for status in statuses]
    assert [name for name in names if not plan_words.has(name)] == []
    names = [f"status_{status}" for status in statuses]
    names += [f"mover_{mover}" for mover in get_args(Mover)]
    names += [f"contact_{kind}" for kind in ("customer", "deliverer", "owner")]
    names += [f"unit_{unit}" for unit in UNITS]
    assert [name for name in names if not why_words.has(name)] == []
    assert [
        state
        for state in MESSAGE_STATES
        if state not in REASONS and not why_words.has(f"state_{state}")
    ] == []
