"""The notice of a night that is not done by its hour, received by a real mail server."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from mail_server import MailServer
from night_of_tasks import DAY, NightOfTasks
from sqlalchemy import Engine

from aftercare import runs
from aftercare import warehouse as house
from aftercare.stages.late import missing_steps, tell_late, tell_silent_warehouse

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def finish(night: NightOfTasks, *steps: str) -> None:
    with night.engine.begin() as connection:
        for step in steps:
            stage, _, part = step.partition(":")
            house.report(connection, stage, DAY.isoformat(), {}, part)


def tell(night: NightOfTasks, server: MailServer) -> dict:
    return tell_late(night.engine, night.keyring, night.group, DAY, server.mailer())


def test_a_night_that_is_not_there_at_all_is_told_once(night, server):
    told = tell(night, server)
    assert told["missing"] == ["tasks", "push:workbook", "morning"]
    assert (told["sent"], told["changed"]) == (1, 1)
    assert tell(night, server)["changed"] == 0
    (message,) = server.messages
    assert message["Subject"] == f"{DAY} 的夜间任务到 07:30 还没有完成"
    text = message.get_body(("plain",)).get_content()
    assert f"aftercare night {DAY}" in text
    assert "没有生成回访任务" in text
    assert "没有送出任务：门店任务表" in text


def test_what_came_to_its_end_is_not_called_missing(night, server):
    finish(night, "tasks")
    assert missing_steps(night.engine, night.group, DAY) == ["push:workbook", "morning"]
    finish(night, "push:workbook", "morning")
    assert tell(night, server) == {"missing": []}
    assert server.messages == []


def test_every_target_that_serves_a_store_is_waited_for(night):
    finish(night, "tasks", "push:workbook", "morning")
    targets = night.group.targets.model_copy(update={"stores": {"CA01": "odoo"}})
    group = night.group.model_copy(update={"targets": targets})
    assert missing_steps(night.engine, group, DAY) == ["push:odoo"]


def test_a_silent_warehouse_is_told_without_it(night, server):
    assert tell_silent_warehouse(night.group, DAY, server.mailer()) == 1
    assert "数据仓库没有应答" in server.messages[0].get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("hour", "overdue"), [((7, 29), None), ((7, 30), DAY), ((23, 59), DAY), ((0, 0), None)]
)
def test_a_night_is_overdue_from_its_hour_on(hour, overdue):
    morning = DAY + timedelta(days=1)
    now = datetime(morning.year, morning.month, morning.day, *hour, tzinfo=ZONE)
    assert runs.overdue_night(now) == overdue
