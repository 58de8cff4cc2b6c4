"""Night after night the engine says of every task what a second opinion says."""

import care_world
import pytest
from care_frame import FIRST
from care_world import World
from second_opinion_rules import RULES
from sqlalchemy import Engine
from two_opinions import agreed


def test_the_engine_says_what_the_second_opinion_says(warehouse: Engine) -> None:
    tasks, seen = agreed(warehouse, World(663, events=340, nights=40))
    assert set(seen) == {"open", "held", "postponed", "missed", "withdrawn", "done"}
    assert any(task.attempts for task in tasks.values())
    assert len(tasks) > 150
    made = {(task.rule.pack, task.rule.number, task.rule.event) for task in tasks.values()}
    assert made == {(rule.pack, rule.number, rule.event) for rule in RULES}
    whom_not = {"asked_lately", "bought", "sold_again", "other_sale_type", "store_closed"}
    assert whom_not <= {task.reason for task in tasks.values()}
    assert any(task.channel == "internal" for task in tasks.values())
    assert any(task.reason == "told" for task in tasks.values() if task.number)


def test_they_say_the_same_while_packs_begin_and_change(warehouse: Engine) -> None:
    tasks, _ = agreed(warehouse, World(664, events=300, nights=30, has_changes=True))
    both = {task.rule.pack for key, task in tasks.items() if key.startswith("CA")}
    assert both == {"changan-dealer", "skoda-dealer"}
    # What was registered or visited before a pack began is followed up by it all the same.
    began = [task for key, task in tasks.items() if key.startswith("SK") and task.event_on < FIRST]
    assert {"registration", "last_visit"} <= {task.rule.event for task in began}


def test_they_agree_on_what_is_told_in_the_call_about_the_same(
    warehouse: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(care_world, "OUTCOMES", ["reached", "reached", "declined", "no_answer"])
    tasks, _ = agreed(warehouse, World(9, events=1200, nights=12, shared_phones=0.6))
    assert any(task.reason == "told" and not task.rule.mergeable for task in tasks.values())


def test_they_agree_that_a_number_put_right_later_tells_no_greeting_that_was_missed(
    warehouse: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(care_world, "OUTCOMES", ["reached", "reached", "declined", "no_answer"])
    tasks, _ = agreed(warehouse, World(10, events=1200, nights=12, shared_phones=0.6))
    # The customer was called about something else on the day; the number came four days later.
    greeting = tasks["SK01.S2-01.S376.20260619"]
    assert (greeting.status, greeting.reason) == ("missed", "landline")
