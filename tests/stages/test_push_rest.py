"""Push to a CRM that keeps no key once: what is in doubt is looked up, and nothing is made twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from care_group import house_policy
from datasette_crm import DatasetteCrm
from datasette_crm import datasette as datasette
from datasette_crm import datasette_server as datasette_server
from killed_night import killed
from night_of_tasks import DAY, TODAY, NightOfTasks
from rest_crm import RestCrm
from sqlalchemy import URL, Engine
from web_service import Reply

from aftercare.errors import SystemUnreachable
from aftercare.stages.push import push
from aftercare.targets.rest import RestTarget
from aftercare.targets.sender import Sender
from aftercare.warehouse import connect

SETTLES = 0.8


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


@pytest.fixture
def late() -> Iterator[RestCrm]:
    with RestCrm() as running:
        yield running


def late_target(late: RestCrm) -> RestTarget:
    """Stops waiting after 0.1 seconds; what was sent may be kept until 0.5 seconds later."""
    return late.target(None, read_seconds=0.1, settle_seconds=SETTLES)


@pytest.mark.parametrize("seconds", [[0.4], [0.4, None], [None, 0.4]])
def test_what_comes_late_is_found_and_not_made_again(
    night: NightOfTasks, late: RestCrm, seconds: list[float | None]
) -> None:
    keys = [night.task() for _ in range(4)]
    late.late = list(seconds)
    counts = send(night, late_target(late))
    assert (counts["sent"], counts["unknown"]) == (4, 0)
    assert {key: len(late.of(key)) for key in keys} == dict.fromkeys(keys, 1)


def test_a_second_answer_that_is_lost_begins_another_wait(
    night: NightOfTasks, late: RestCrm
) -> None:
    key = night.task()
    contact = f"CA01.LS4ASE2E7NJ{night.made:06}"
    late.late = [None, 0.4]
    with pytest.raises(SystemUnreachable):
        send(night, late_target(late))
    assert late.late == []
    send(night, late_target(late))
    assert (len(late.of(contact)), len(late.of(key))) == (1, 1)


@pytest.mark.parametrize(("status", "state"), [("open", "open"), ("withdrawn", "gone")])
def test_what_changes_meanwhile_waits_for_what_may_still_come(
    night: NightOfTasks,
    late: RestCrm,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    state: str,
) -> None:
    key = night.task()
    late.before = lambda asked: (
        Reply({}, 429) if asked.path.endswith("/make") and "due" in asked.body else None
    )
    send(night, late_target(late))
    late.before, late.late = (lambda _: None), [0.5]
    with monkeypatch.context() as patch:
        # As if the process ended here.
        patch.setattr(Sender, "wait_until_settled", lambda _: None)
        with pytest.raises(SystemUnreachable):
            send(night, late_target(late))
    assert late.of(key) == []
    night.change(key, due_on=TODAY, status=status)
    send(night, late_target(late))
    (kept,) = late.of(key)
    assert kept.get("state", "open") == state
    assert kept["due"] == (TODAY if status == "open" else DAY + timedelta(days=3)).isoformat()


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
