"""More than a year of a group, day by day: the engine says what the second opinion says.

``AFTERCARE_SHARE=0.1`` runs a tenth of it.
"""

import os

from care_world import World
from second_opinion_rules import RULES
from two_opinions import agreed

SHARE = float(os.environ.get("AFTERCARE_SHARE", "1"))
EVENTS, NIGHTS = int(50_000 * SHARE), 400


def test_the_engine_says_what_the_second_opinion_says_every_day_of_a_year(warehouse):
    tasks, seen = agreed(warehouse, World(20_400, EVENTS, NIGHTS))
    assert set(seen) == {"open", "held", "postponed", "missed", "withdrawn", "done"}
    assert len(tasks) > EVENTS
    made = {(task.rule.pack, task.rule.number) for task in tasks.values()}
    assert made == {(rule.pack, rule.number) for rule in RULES}


def test_they_say_the_same_every_day_of_a_year_in_which_packs_begin_and_change(warehouse):
    world = World(20_401, EVENTS // 5, NIGHTS, has_changes=True)
    tasks, _ = agreed(warehouse, world)
    assert len(tasks) > EVENTS // 5
    both = {task.rule.pack for key, task in tasks.items() if key.startswith("CA")}
    assert both == {"changan-dealer", "skoda-dealer"}
