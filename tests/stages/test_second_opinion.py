"""Night after night the engine says of every task what a second opinion says."""

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
