"""Night after night the engine says of every task what a second opinion says."""

from collections import Counter

from care_world import World
from sqlalchemy import Engine
from two_opinions import agreed


def test_the_engine_says_what_the_second_opinion_says(warehouse: Engine) -> None:
    tasks = agreed(warehouse, World(1, events=300, nights=40))
    seen = Counter(task.status for task in tasks.values())
    assert set(seen) == {"open", "held", "postponed", "missed", "withdrawn", "done"}
    assert any(task.attempts for task in tasks.values())
    assert len(tasks) > 150
    addressed = {task.rule.number for task in tasks.values() if task.number}
    assert addressed == {"S2-01", "S2-06", "S2-07", "S2-16"}
    assert any(task.channel == "internal" for task in tasks.values())
    assert any(task.reason == "told" for task in tasks.values() if task.number)
