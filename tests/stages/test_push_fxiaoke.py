"""Push to 纷享销客, which answers HTTP 200 to everything and keeps no key once: each record once, whatever is lost.

The vendor's own server cannot be had; what stands for it does what its documentation says.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from care_group import house_policy
from fxiaoke_contract import FxiaokeContract, code
from killed_night import killed
from night_of_tasks import DAY, TODAY, NightOfTasks
from sqlalchemy import URL, Engine
from web_service import Asked, Reply

from aftercare.errors import SystemUnreachable
from aftercare.stages.push import push
from aftercare.targets.rest import RestTarget
from aftercare.warehouse import connect

CUT, UNNAMED = Reply({"errorCode": 0}, cut=9), code(-1)
"""Answers to what was kept: broken off in the midst, and with a code that no documentation names."""


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def crm() -> Iterator[FxiaokeContract]:
    with FxiaokeContract() as running:
        yield running


def writes(asked: Asked) -> bool:
    return asked.path.endswith(("/create", "/update"))


def send(night: NightOfTasks, target: RestTarget, engine: Engine | None = None) -> dict[str, Any]:
    engine = engine or night.engine
    return push(engine, night.keyring, night.group, target, DAY, TODAY, house_policy())


def make(night: NightOfTasks, count: int) -> list[str]:
    return [night.task(target="fxiaoke") for _ in range(count)]


def require_each_once(night: NightOfTasks, crm: FxiaokeContract, keys: list[str]) -> None:
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert len(crm.kept("ContactObj")) == len(keys)
    assert set(crm.kept("ContactObj").values()) == {1}
    assert set(night.messages().values()) == {"sent"}


def test_contract_a_second_push_says_nothing(night: NightOfTasks, crm: FxiaokeContract) -> None:
    keys = make(night, 6)
    counts = send(night, crm.target())
    assert (counts["sent"], counts["changed"], counts["run"]["created"]) == (6, 12, 12)
    again = send(night, crm.target())
    assert (again["changed"], again["run"]["calls"]) == (0, 0)
    require_each_once(night, crm, keys)


@pytest.mark.parametrize("lost", [CUT, UNNAMED], ids=["cut", "unnamed"])
def test_contract_answers_that_say_nothing_of_what_was_kept_make_nothing_twice(
    night: NightOfTasks, crm: FxiaokeContract, lost: Reply
) -> None:
    keys = make(night, 4)
    crm.after = lambda asked: lost if writes(asked) else None
    with pytest.raises(SystemUnreachable):
        send(night, crm.target())
    assert crm.kept("ContactObj")
    crm.after = lambda _: None
    send(night, crm.target())
    require_each_once(night, crm, keys)


def test_contract_every_third_answer_is_lost_and_every_fourth_call_is_not_taken(
    night: NightOfTasks, crm: FxiaokeContract
) -> None:
    keys = make(night, 8)
    kept, asked_for = itertools.count(1), itertools.count(1)
    crm.after = lambda asked: CUT if writes(asked) and next(kept) % 3 == 0 else None
    crm.before = lambda asked: code(30004) if writes(asked) and next(asked_for) % 4 == 0 else None
    for _ in range(6):
        send(night, crm.target())
    require_each_once(night, crm, keys)


def test_contract_a_push_that_is_killed_anywhere_makes_nothing_twice(
    night: NightOfTasks, crm: FxiaokeContract
) -> None:
    url = night.engine.url
    keys = make(night, 4)
    night.engine.dispose()
    times = 0
    for after in (0.2, 0.35, 0.5, 0.65, 0.8):
        times += killed(lambda: _send_alone(night, crm.target(), url), after=after)
        keys += make(night, 2)
        night.engine.dispose()
    assert times
    for _ in range(2):
        send(night, crm.target())
    require_each_once(night, crm, keys)


def _send_alone(night: NightOfTasks, target: RestTarget, url: URL) -> None:
    """As a process of its own sends, with connections of its own."""
    engine = connect(url)
    try:
        send(night, target, engine)
    finally:
        engine.dispose()
