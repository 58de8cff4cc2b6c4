"""Whatever breaks between the push and a CRM: nothing is lost, made twice, or set back.

``AFTERCARE_SHARE=0.1`` runs a tenth of it.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import house_policy
from crm_records import a_contact
from datasette_crm import *
from datasette_crm import DatasetteCrm
from killed_night import killed
from many_messages import CHANGE, CONTACTS, MESSAGES, due_days, make, odoo_days
from nginx_front import HOW_TO_GET, NginxFront, is_installed
from night_of_tasks import DAY, TODAY, NightOfTasks
from odoo_crm import Odoo
from sqlalchemy import Engine, text

from aftercare.errors import SystemUnreachable
from aftercare.stages.push import push
from aftercare.targets.protocol import Target
from aftercare.warehouse import connect

SHARE = float(os.environ.get("AFTERCARE_SHARE", "1"))
TASKS = int(10_000 * SHARE)
MOST_PUSHES = 200
WAITING = ("pending", "sending", "retry", "unknown")


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


def send(night: NightOfTasks, target: Target, engine: Engine | None = None) -> dict[str, Any]:
    return push(
        engine or night.engine,
        night.keyring,
        night.group,
        target,
        DAY,
        TODAY,
        house_policy(),
        guarded=False,
    )


def states(night: NightOfTasks) -> Counter[str]:
    counted = "select state, count(*) from outbound.newest_message group by state"
    with night.engine.connect() as connection:
        return Counter(dict(map(tuple, connection.execute(text(counted)))))


def send_until_settled(night: NightOfTasks, target: Callable[[], Target]) -> int:
    """Pushes as an installation would, night after night; how many pushes it took."""
    for number in range(1, MOST_PUSHES + 1):
        try:
            send(night, target())
        except SystemUnreachable as problem:
            time.sleep(min(problem.retry_after or 0.5, 2))
        if not any(states(night)[state] for state in WAITING):
            return number
    raise AssertionError(states(night))


def change_some(night: NightOfTasks, target: str, digit: int) -> None:
    """Every tenth task gets another day, and messages that say so; the day of change is the digit's."""
    day = DAY + timedelta(days=1)
    with night.engine.begin() as connection:
        statement = CHANGE.replace("= '3'", f"= '{digit}'")
        connection.execute(text(statement), {"day": DAY})
        for each in (CONTACTS, MESSAGES):
            chosen = each.replace(
                "order by task_key", f"and right(document_no, 1) = '{digit}' order by task_key"
            )
            connection.execute(text(chosen), {"target": target, "day": DAY, "changed": day})


def send_into_504(
    night: NightOfTasks, target: Callable[[str], Target], address: str, home: Path
) -> None:
    """A push of which every writing call is answered by 504, after the CRM got it. A tenth of all messages
    has few calls, and none of them may be slow by itself."""
    with NginxFront(
        home,
        address,
        rate=1000,
        gone=0.01,
        impatient=99.99,
        patience="1ms",
        only_writes=True,
        cuts=False,
    ) as front:
        with suppress(SystemUnreachable):
            send(night, target(front.address))
        assert front.answers()["504"] > 0
    assert states(night)["unknown"] > 0


def kept_after_504(count: Callable[[], int]) -> bool:
    """Whether the CRM kept something all the same."""
    last_look = time.monotonic() + 60
    while not count():
        if time.monotonic() > last_look:
            return False
        time.sleep(0.2)
    return True


def require_each_once(night: NightOfTasks, odoo: Odoo) -> None:
    wanted = due_days(night)
    assert odoo_days(odoo) == {key: [day] for key, day in wanted.items()}
    contacts = odoo.find("res.partner", [["ref", "like", "CA01."]], "ref")
    assert Counter(Counter(row["ref"] for row in contacts).values()) == {1: len(wanted)}
    assert len(odoo.find("mail.activity", [])) == len(wanted)


@pytest.mark.skipif(not is_installed(), reason=HOW_TO_GET)
def test_an_impatient_proxy_answers_504_and_odoo_commits_all_the_same(
    odoo: Odoo, tmp_path: Path
) -> None:
    """What the tests below stand on: its 504 is no refusal."""
    contacts = [a_contact(number) for number in range(1, 201)]
    with NginxFront(
        tmp_path / "nginx", odoo.server.address, rate=1000, gone=0.01, impatient=99.99, cuts=False
    ) as front:
        outcomes = odoo.target_at(front.address).upsert(contacts)
        assert "504" in front.answers()
    assert {outcome.state for outcome in outcomes} == {"unknown"}
    last_look = time.monotonic() + 60
    while not (kept := odoo.find("res.partner", [["ref", "!=", False]], "ref")):
        assert time.monotonic() < last_look
        time.sleep(0.2)
    assert sorted(row["ref"] for row in kept) == sorted(contact.key for contact in contacts)


@pytest.mark.skipif(not is_installed(), reason=HOW_TO_GET)
def test_behind_a_proxy_that_is_busy_impatient_and_cut_off(
    night: NightOfTasks, odoo: Odoo, tmp_path: Path
) -> None:
    make(night, TASKS)
    send_into_504(night, odoo.target_at, odoo.server.address, tmp_path / "impatient")
    assert kept_after_504(lambda: len(odoo.find("res.partner", [["ref", "like", "CA01."]])))
    with NginxFront(tmp_path / "nginx", odoo.server.address, rate=8, burst=4) as front:
        pushes = send_until_settled(night, lambda: odoo.target_at(front.address, read_seconds=30))
        answers = front.answers()
    print(f"{2 * TASKS} messages, {pushes} pushes, {answers}, {front.killed} workers killed")
    assert SHARE < 1 or {"429", "502", "504"} <= answers.keys()
    assert front.killed
    assert states(night) == {"sent": 2 * TASKS}
    require_each_once(night, odoo)


def test_killed_twenty_times_while_another_pushes_and_tasks_change(
    night: NightOfTasks, odoo: Odoo
) -> None:
    make(night, TASKS)
    url = night.engine.url
    chance = random.Random(7)
    died = 0
    number = 0

    def alone() -> None:
        """As a process of its own sends, with connections of its own."""
        engine = connect(url)
        try:
            send(night, odoo.target, engine)
        except SystemUnreachable:
            pass
        finally:
            engine.dispose()

    while died < 20:
        night.engine.dispose()
        other = os.fork()
        if other == 0:
            failed = 1
            try:
                killed(alone, after=chance.uniform(0.2, 0.7 + 7 * SHARE))
                failed = 0
            finally:
                os._exit(failed)
        died += killed(alone, after=chance.uniform(0.2, 0.5 + 5 * SHARE))
        _, status = os.waitpid(other, 0)
        assert status == 0, "the other sender failed by itself"
        number += 1
        change_some(night, "odoo", number % 10)
        assert number < 200
    pushes = send_until_settled(night, lambda: odoo.target)
    print(f"{2 * TASKS} messages, {died} of {number} killed, then {pushes} pushes")
    assert set(states(night)) <= {"sent", "unchanged"}
    require_each_once(night, odoo)


def test_a_crm_that_keeps_no_key_once_is_killed_and_cut_off_too(
    night: NightOfTasks, datasette: DatasetteCrm, tmp_path: Path
) -> None:
    make(night, TASKS, target="datasette")
    url = night.engine.url
    chance = random.Random(11)

    def behind(address: str) -> Target:
        return datasette.target(address, settle_seconds=1, longest_wait_seconds=5, concurrency=1)

    send_into_504(night, behind, datasette.address, tmp_path / "impatient")
    assert kept_after_504(lambda: len(datasette.rows("contact")))
    with NginxFront(
        tmp_path / "nginx", datasette.address, rate=2000, impatient=1, patience="1ms", gone=1
    ) as front:

        def alone() -> None:
            engine = connect(url)
            try:
                send(night, behind(front.address), engine)
            except SystemUnreachable:
                pass
            finally:
                engine.dispose()

        died = 0
        while died < 20 and any(states(night)[state] for state in WAITING):
            night.engine.dispose()
            died += killed(alone, after=chance.uniform(0.3, 1 + 2 * SHARE))
        pushes = send_until_settled(night, lambda: behind(front.address))
        answers = front.answers()
    print(f"{2 * TASKS} messages, {died} killed, then {pushes} pushes, {answers}")
    assert died == 20 or SHARE < 1
    assert front.killed
    assert SHARE < 1 or {"502", "504"} <= answers.keys()
    assert states(night) == {"sent": 2 * TASKS}
    wanted = due_days(night)
    assert datasette.kept("task") == dict.fromkeys(wanted, 1)
    assert Counter(datasette.kept("contact").values()) == {1: len(wanted)}
