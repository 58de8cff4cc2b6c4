"""The whole way out and back: outbox, push and read back against a real Odoo 19."""

import contextlib
from datetime import date, timedelta
from typing import Any

import pytest
from care_group import house_policy
from night_of_tasks import DAY, TODAY, NightOfTasks
from sqlalchemy import Engine

from aftercare.errors import AftercareError
from aftercare.stages.push import push
from aftercare.stages.read_back import read_back

ACTIVITY = "mail.activity"


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


def send(night: NightOfTasks, odoo: Any, front: Any = None) -> dict[str, Any]:
    target = odoo.target_at(front.address) if front else odoo.target
    return push(night.engine, night.keyring, night.group, target, DAY, TODAY, house_policy())


def open_activities(odoo: Any) -> dict[str, date | None]:
    return {task.key: task.due_date for task in odoo.open_tasks()}


def test_open_activities_are_the_tasks_sent_and_a_second_push_writes_nothing(
    night: NightOfTasks, odoo: Any
) -> None:
    keys = [night.task(target="odoo") for _ in range(5)]
    first = send(night, odoo)
    assert (first["due"], first["sent"], first["changed"]) == (5, 5, 10)
    assert open_activities(odoo) == dict.fromkeys(keys, DAY + timedelta(days=3))
    stamps = odoo.find(ACTIVITY, [], "write_date")
    second = send(night, odoo)
    assert second == first | {"changed": 0, "run": second["run"]}
    assert (first["run"]["created"], second["run"]["calls"]) == (10, 0)
    assert odoo.find(ACTIVITY, [], "write_date") == stamps


def test_a_moved_task_moves_and_a_withdrawn_one_leaves(night: NightOfTasks, odoo: Any) -> None:
    moved, withdrawn, kept = (night.task(target="odoo") for _ in range(3))
    send(night, odoo)
    night.change(moved, "odoo", due_on=DAY + timedelta(days=5))
    night.change(withdrawn, "odoo", status="withdrawn", status_reason="cancelled")
    counts = send(night, odoo)
    assert (counts["changed"], counts["withdrawn"]) == (2, 1)
    assert open_activities(odoo) == {
        moved: DAY + timedelta(days=5),
        kept: DAY + timedelta(days=3),
    }


def test_answers_lost_on_the_way_lose_and_double_nothing(
    night: NightOfTasks, odoo: Any, front: Any
) -> None:
    keys = [night.task(target="odoo") for _ in range(3)]
    for faults in (["cut"] * 9, [None] * 8 + ["cut"] * 4, [b"HTTP/1.1 502 x\r\n\r\n"] * 3):
        front.faults[:] = faults
        with contextlib.suppress(AftercareError):
            send(night, odoo, front)
    front.faults.clear()
    send(night, odoo, front)
    assert sorted(open_activities(odoo)) == sorted(keys)
    assert set(night.messages().values()) <= {"sent", "unchanged"}
    contacts = odoo.find("res.partner", [["ref", "like", "CA01."]])
    assert len(contacts) == 3


def test_a_call_written_down_in_the_crm_comes_back_once(night: NightOfTasks, odoo: Any) -> None:
    key = night.task(target="odoo")
    send(night, odoo)
    (activity,) = odoo.find(ACTIVITY, [["active", "=", True]])
    said = "成功 满意度:9 投诉 暂停联系至2030-12-31"
    odoo.call(ACTIVITY, "action_feedback", ids=[activity["id"]], feedback=said)
    today = date.today() + timedelta(days=1)  # noqa: DTZ011 - Odoo stamps by its own clock
    read = (night.engine, night.keyring, night.group, odoo.target, today)
    assert read_back(*read)["new"] == 1
    again = {"read": 1, "new": 0, "later": 0, "complaints": 1, "wishes": 1, "numbers": 0}
    assert read_back(*read) == again
    with night.engine.connect() as connection:
        row = connection.execute(night.table("staging.call_result").select()).one()
        complaint = connection.execute(night.table("staging.complaint").select()).one()
        wish = connection.execute(night.table("staging.preference").select()).one()
    assert (row.task_key, row.outcome, row.satisfaction) == (key, "reached", 9)
    assert (complaint.complaint_no, complaint.received_at) == (key, row.called_at)
    assert (wish.preference_no, wish.kind) == (f"{key}#1", "pause")
    assert wish.valid_until == date(2030, 12, 31)
