"""Push to a CRM that keeps no key once: what is in doubt is looked up, and nothing is made twice."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from care_group import house_policy
from datasette_crm import DatasetteCrm
from datasette_crm import datasette as datasette
from datasette_crm import datasette_server as datasette_server
from killed_night import killed
from night_of_tasks import DAY, TODAY, NightOfTasks
from sqlalchemy import URL, Engine

from aftercare.stages.push import push
from aftercare.targets.http_trouble import CallError
from aftercare.targets.rest import RestTarget
from aftercare.targets.rest_calls import RestCalls
from aftercare.warehouse import connect

SETTLES = 0.3


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


def make(night: NightOfTasks, count: int) -> list[str]:
    return [night.task(target="datasette") for _ in range(count)]


def send(night: NightOfTasks, target: RestTarget, engine: Engine | None = None) -> dict[str, Any]:
    engine = engine or night.engine
    return push(engine, night.keyring, night.group, target, DAY, TODAY, house_policy())


def test_each_task_arrives_once_with_its_contact(
    night: NightOfTasks, datasette: DatasetteCrm
) -> None:
    keys = make(night, 12)
    counts = send(night, datasette.target())
    assert (counts["sent"], counts["changed"], counts["run"]["created"]) == (12, 24, 24)
    assert datasette.kept() == dict.fromkeys(keys, 1)
    again = send(night, datasette.target())
    assert (again["changed"], again["run"]["calls"]) == (0, 0)


def test_a_change_moves_the_task_that_is_there(
    night: NightOfTasks, datasette: DatasetteCrm
) -> None:
    key, other = make(night, 2)
    send(night, datasette.target())
    night.change(key, "datasette", due_on=TODAY)
    night.change(other, "datasette", status="withdrawn")
    counts = send(night, datasette.target())
    assert (counts["changed"], counts["withdrawn"]) == (3 - 1, 1)
    rows = {row["ext_key"]: (row["due"], row["state"]) for row in datasette.rows("task")}
    assert rows[key] == (f"{TODAY:%Y/%m/%d}", "open")
    assert rows[other][1] == "withdrawn"


class Losing(RestCalls):
    """Loses the answers of some calls, after the CRM has taken them; the CRM says it a moment later."""

    lost: Sequence[int] = ()
    made = 0

    def call(self, *given: Any, **named: Any) -> Any:
        """See `RestCalls.call`."""
        answer = super().call(*given, **named)
        if given[0].method == "POST":
            self.made += 1
            if self.made in self.lost:
                raise CallError("unknown", "no answer arrived (ReadTimeout)")
        return answer


@pytest.mark.parametrize(("lost", "arrived"), [((1,), 6), ((2, 5), 6), ((1, 3, 4), 4)])
def test_what_a_lost_answer_left_in_doubt_is_looked_up_and_not_made_again(
    night: NightOfTasks,
    datasette: DatasetteCrm,
    monkeypatch: pytest.MonkeyPatch,
    lost: tuple[int, ...],
    arrived: int,
) -> None:
    keys = make(night, 6)
    monkeypatch.setattr("aftercare.targets.rest.RestCalls", Losing)
    monkeypatch.setattr(Losing, "lost", lost)
    began = time.monotonic()
    counts = send(night, datasette.target(settle_seconds=SETTLES))
    assert time.monotonic() - began >= SETTLES
    assert counts["sent"] == arrived
    monkeypatch.setattr(Losing, "lost", ())
    counts = send(night, datasette.target(settle_seconds=SETTLES))
    assert (counts["sent"], counts["unknown"]) == (6, 0)
    assert datasette.kept() == dict.fromkeys(keys, 1)
    assert set(datasette.kept("contact").values()) == {1}


def test_a_push_that_is_killed_anywhere_makes_nothing_twice(
    night: NightOfTasks, datasette: DatasetteCrm
) -> None:
    url = night.engine.url
    keys = make(night, 4)
    night.engine.dispose()
    target = {"settle_seconds": SETTLES}
    times = 0
    for after in (0.2, 0.35, 0.5, 0.65, 0.8):
        times += killed(lambda: _send_alone(night, datasette.target(**target), url), after=after)
        keys += make(night, 2)
        night.engine.dispose()
    assert times
    for _ in range(2):
        send(night, datasette.target(**target))
    assert datasette.kept() == dict.fromkeys(keys, 1)
    assert set(datasette.kept("contact").values()) == {1}
    assert set(night.messages().values()) == {"sent"}


def _send_alone(night: NightOfTasks, target: RestTarget, url: URL) -> None:
    """As a process of its own sends, with connections of its own."""
    engine = connect(url)
    try:
        send(night, target, engine)
    finally:
        engine.dispose()
