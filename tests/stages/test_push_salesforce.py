"""Push to Salesforce, in bulk jobs and in collections: each record once, whatever is lost on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from care_group import house_policy
from killed_night import killed
from night_of_tasks import DAY, TODAY, NightOfTasks
from salesforce_contract import SalesforceContract
from salesforce_objects import KEY
from sqlalchemy import URL, Engine
from web_service import Reply

from aftercare.errors import SystemUnreachable
from aftercare.stages.push import push
from aftercare.targets.salesforce import SalesforceTarget
from aftercare.warehouse import connect

BULK = {"above": 5, "most": 20, "longest_seconds": 1.5, "poll_seconds": 0.1}


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def crm() -> Iterator[SalesforceContract]:
    with SalesforceContract() as running:
        yield running


def a_target(crm: SalesforceContract, **changes: Any) -> SalesforceTarget:
    return crm.target(**{"bulk": BULK, "settle_seconds": 1, **changes})


def send(
    night: NightOfTasks, target: SalesforceTarget, engine: Engine | None = None
) -> dict[str, Any]:
    engine = engine or night.engine
    return push(engine, night.keyring, night.group, target, DAY, TODAY, house_policy())


def make(night: NightOfTasks, count: int) -> list[str]:
    return [night.task(target="salesforce") for _ in range(count)]


def test_contract_a_first_push_goes_in_jobs_and_a_second_says_nothing(
    night: NightOfTasks, crm: SalesforceContract
) -> None:
    keys = make(night, 30)
    counts = send(night, a_target(crm))
    assert (counts["sent"], counts["changed"], counts["run"]["created"]) == (30, 60, 60)
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert len(crm.jobs) == 4
    again = send(night, a_target(crm))
    assert (again["changed"], again["run"]["calls"]) == (0, 0)


def test_contract_a_change_a_withdrawal_and_what_was_done(
    night: NightOfTasks, crm: SalesforceContract
) -> None:
    key, gone, done = make(night, 3)
    send(night, a_target(crm))
    due = crm.of(done)["Due__c"]
    crm.touch(done, Status__c="Done", Result__c="成功 满意度:9")
    night.change(key, "salesforce", due_on=TODAY)
    night.change(gone, "salesforce", status="withdrawn")
    night.change(done, "salesforce", due_on=TODAY)
    counts = send(night, a_target(crm))
    assert (counts["changed"], counts["withdrawn"]) == (3, 1)
    assert (crm.of(key)["Due__c"], crm.of(gone)["Status__c"]) == (f"{TODAY}", "Withdrawn")
    assert (crm.of(done)["Status__c"], crm.of(done)["Due__c"]) == ("Done", due)


def test_contract_what_a_job_leaves_in_doubt_goes_in_small_batches(
    night: NightOfTasks, crm: SalesforceContract
) -> None:
    keys = make(night, 12)
    crm.questions, crm.by_then = None, 4
    send(night, a_target(crm))
    assert {job.state for job in crm.jobs.values()} == {"Aborted"}
    # What is in doubt is sent a few at a time, and so few go in collections.
    assert crm.made(f"/composite/sobjects/Contact/{KEY}")
    assert len(crm.kept("Contact")) == 12
    crm.questions = 1
    send(night, a_target(crm))
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert set(crm.kept("Contact").values()) == {1}
    assert set(night.messages().values()) == {"sent"}


def test_contract_answers_that_are_lost_after_all_was_kept_make_nothing_twice(
    night: NightOfTasks, crm: SalesforceContract
) -> None:
    keys = make(night, 4)
    crm.after = lambda asked: Reply(status=504) if "/composite/" in asked.path else None
    with pytest.raises(SystemUnreachable):
        send(night, a_target(crm))
    crm.after = lambda _: None
    send(night, a_target(crm))
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert set(crm.kept("Contact").values()) == {1}


def test_contract_a_push_that_is_killed_anywhere_makes_nothing_twice(
    night: NightOfTasks, crm: SalesforceContract
) -> None:
    url = night.engine.url
    keys = make(night, 12)
    night.engine.dispose()
    crm.questions = 2
    times = 0
    for after in (0.25, 0.4, 0.55, 0.7):
        times += killed(lambda: _send_alone(night, a_target(crm), url), after=after)
        crm.questions = 2
        keys += make(night, 6)
        night.engine.dispose()
    assert times
    crm.work_off()
    for _ in range(2):
        send(night, a_target(crm))
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert set(crm.kept("Contact").values()) == {1}
    assert set(night.messages().values()) == {"sent"}


def _send_alone(night: NightOfTasks, target: SalesforceTarget, url: URL) -> None:
    """As a process of its own sends, with connections of its own."""
    engine = connect(url)
    try:
        send(night, target, engine)
    finally:
        engine.dispose()
