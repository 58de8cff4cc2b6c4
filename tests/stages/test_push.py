"""Push against real other systems: a CRM in a file, and workbooks in a folder."""

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from care_group import house_policy
from file_crm import FileCrm
from night_of_tasks import DAY, NAME, PHONE, PLATE, TODAY, NightOfTasks
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from aftercare.errors import SystemUnreachable
from aftercare.scripts import title_of
from aftercare.settings import PROJECT, Language
from aftercare.stages.push import ENDS, LOCK_CLASS, push
from aftercare.targets.corrections import corrections
from aftercare.targets.protocol import ToldNumber
from aftercare.targets.workbook import WorkbookTarget
from aftercare.targets.workbook_words import NAMES

PUSH_ONCE = PROJECT / "tests" / "fixtures" / "push_once.py"
VIN = "LSVAA11111A000001"


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def crm(tmp_path: Path) -> FileCrm:
    return FileCrm(tmp_path / "crm.sqlite")


def send(night: NightOfTasks, crm: Any, **days: Any) -> dict[str, Any]:
    day, today = days.get("day", DAY), days.get("today", TODAY)
    return push(night.engine, night.keyring, night.group, crm, day, today, house_policy())


def test_each_task_arrives_once_with_its_contact(night: NightOfTasks, crm: FileCrm) -> None:
    keys = {night.task() for _ in range(12)}
    counts = send(night, crm)
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert len(crm.kept("contact")) == 12
    assert (counts["due"], counts["sent"], counts["changed"]) == (12, 12, 24)


def test_a_second_push_calls_nobody(night: NightOfTasks, crm: FileCrm) -> None:
    for _ in range(3):
        night.task()
    first = send(night, crm)
    calls = crm.calls
    second = send(night, crm)
    assert crm.calls == calls
    assert second == first | {"changed": 0, "run": second["run"]}
    assert sum(second["run"][name] for name in ("created", "updated", "withdrawn", "retried")) == 0


def test_what_the_target_acknowledged_as_it_is_stays_unsent(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    night.change(key, changed_day=DAY)
    counts = send(night, crm)
    assert (counts["changed"], night.messages()[key]) == (0, "unchanged")
    assert night.ledger()[key] == (2, False)


def test_a_moved_task_moves(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    send(night, crm)
    night.change(key, due_on=DAY + timedelta(days=5))
    send(night, crm)
    assert "datetime.date(2026, 11, 25)" in crm.body(key)
    assert crm.version(key) == 2


def test_a_call_in_vain_tells_the_next_half_day(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    monday = DAY + timedelta(days=3)
    night.change(key, attempts=1, next_attempt_on=monday, next_attempt_half="morning")
    send(night, crm)
    assert "下次拨打：11-23上午（第 2 个半天）" in crm.body(key)
    night.change(key, attempts=3, next_attempt_on=None, next_attempt_half=None, channel="sms")
    send(night, crm)
    assert "请发短信，不打电话" in crm.body(key)


def test_a_call_says_in_which_hours_and_a_message_does_not(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    assert "09:00–12:00、14:00–20:00" in crm.body(key)
    night.change(key, channel="sms")
    send(night, crm)
    assert "09:00" not in crm.body(key)


@pytest.mark.parametrize(
    ("vehicles", "kind", "asked", "greeting"),
    [
        (1, "person", None, f"{NAME}先生/女士"),
        (2, "person", None, f"{NAME}先生/女士"),
        (3, "person", "【贵宾客户，另问】", f"{NAME}先生/女士"),
        (1, "company", "【单位客户，另问】", f"{NAME}负责这台车的同事"),
        (9, "company", "【单位客户，另问】", f"{NAME}负责这台车的同事"),
    ],
)
def test_a_script_asks_what_its_class_of_customers_is_asked(
    night: NightOfTasks,
    crm: FileCrm,
    vehicles: int,
    kind: str,
    asked: str | None,
    greeting: str,
) -> None:
    key = night.task()
    night.known(key, vehicles, kind)
    send(night, crm)
    said = crm.body(key)
    assert greeting in said
    assert [each for each in ("【贵宾客户，另问】", "【单位客户，另问】") if each in said] == [
        each for each in (asked,) if each
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (180, "预计在 2027 年 5 月 19 日前后"),
        (3, "预计在 2026 年 11 月 23 日前后"),
        (2, "2026 年 11 月 22 日起已到期"),
        (0, "2026 年 11 月 20 日起已到期"),
        (-90, "2026 年 8 月 22 日起已到期"),
        (None, "按保养手册的时间或里程"),
    ],
)
def test_a_script_tells_the_next_service_where_it_is_known_ahead_or_overdue(
    night: NightOfTasks, crm: FileCrm, days: int | None, said: str
) -> None:
    key = night.task(vin="LSVAA11111A000001", script_id="repair_call")
    if days is not None:
        night.service_due("LSVAA11111A000001", DAY + timedelta(days=days))
    send(night, crm)
    assert said in crm.body(key)


@pytest.mark.parametrize(
    ("repair_type", "said"),
    [
        ("mechanical", "2026 年 11 月 1 日起已到期"),
        (None, "2026 年 11 月 1 日起已到期"),
        ("maintenance", "按保养手册的时间或里程"),
    ],
)
def test_a_service_is_overdue_after_any_visit_but_a_service(
    night: NightOfTasks, crm: FileCrm, repair_type: str | None, said: str
) -> None:
    night.visit("R1", VIN, DAY, repair_type=repair_type)
    night.service_due(VIN, date(2026, 11, 1))
    document = {"document_kind": "repair_order", "document_no": "R1", "event": "workshop_exit"}
    key = night.task(vin=VIN, contact_kind="deliverer", script_id="repair_call", **document)
    send(night, crm)
    assert said in crm.body(key)


@pytest.mark.parametrize("store", ["CA01", "CA02"])
def test_what_happened_last_is_the_last_visit_to_any_store(
    night: NightOfTasks, crm: FileCrm, store: str
) -> None:
    night.visit("R1", VIN, TODAY, store, repair_type="maintenance")
    night.visit("R2", VIN, DAY - timedelta(days=9))
    key = night.task(vin=VIN)
    send(night, crm)
    assert "('last_event', '2026-11-21 维修出厂（保养）')" in crm.body(key)
    assert "11 月 20 日提的" in crm.body(key)


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "cancelled"},
        {"is_reversed": True},
        {"vanished_day": DAY},
        {"ro_type": "pre_delivery"},
        {"exit_on": None},
        {"exit_on": DAY},
        {"exit_on": TODAY + timedelta(days=1)},
        {"vin": "LSVAA11111A000002"},
    ],
)
def test_what_is_no_later_visit_is_not_what_happened_last(
    night: NightOfTasks, crm: FileCrm, columns: dict[str, Any]
) -> None:
    values = {"vin": VIN, "exit_on": TODAY} | columns
    night.visit("R1", store="CA02", **values)
    key = night.task(vin=VIN)
    send(night, crm)
    assert "('last_event', '2026-11-20 交车')" in crm.body(key)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (None, "2026-11-18 维修出厂（钣喷）"),
        (DAY - timedelta(days=4), "2026-11-18 维修出厂（钣喷）"),
        (DAY, "2026-11-20 维修出厂（机修）"),
    ],
)
def test_a_visit_that_is_followed_up_is_what_happened_last_until_the_next_one(
    night: NightOfTasks, crm: FileCrm, later: date | None, said: str
) -> None:
    night.visit("R1", VIN, DAY - timedelta(days=2), repair_type="bodywork")
    if later:
        night.visit("R2", VIN, later, "CA02")
    facts = {"document_kind": "repair_order", "document_no": "R1", "event": "workshop_exit"}
    own = {"event_on": DAY - timedelta(days=2), "script_id": "repair_call"}
    key = night.task(vin=VIN, contact_kind="deliverer", **facts, **own)
    send(night, crm)
    assert f"('last_event', '{said}')" in crm.body(key)
    assert "11 月 18 日在我们店做完" in crm.body(key)


@pytest.mark.parametrize(
    ("came_on", "said"),
    [
        (DAY - timedelta(days=400), "2025-10-16 维修出厂（保养）"),
        (DAY, "2026-11-20 维修出厂（保养）"),
        (TODAY + timedelta(days=1), "2026-12-20 保单到期"),
        (None, "2026-12-20 保单到期"),
    ],
)
def test_before_a_policy_ends_the_last_visit_is_what_happened_last(
    night: NightOfTasks, crm: FileCrm, came_on: date | None, said: str
) -> None:
    if came_on:
        night.visit("R1", VIN, came_on, "CA02", repair_type="maintenance")
    key = renewal(night)
    send(night, crm)
    assert f"('last_event', '{said}')" in crm.body(key)
    assert "2026 年 12 月 20 日到期" in crm.body(key)


@pytest.mark.parametrize(
    ("vehicles", "kind", "asked", "greeting"),
    [
        (1, "person", None, f"{NAME}先生/女士"),
        (3, "person", "【贵宾客户，另问】", f"{NAME}先生/女士"),
        (1, "company", "【单位客户，另问】", f"{NAME}负责这台车的同事"),
    ],
)
def test_a_holder_of_a_policy_is_spoken_to_as_the_owner_of_the_vehicle(
    night: NightOfTasks,
    crm: FileCrm,
    vehicles: int,
    kind: str,
    asked: str | None,
    greeting: str,
) -> None:
    night.known(night.task(vin=VIN), vehicles, kind)
    key = renewal(night)
    send(night, crm)
    said = crm.body(key)
    assert greeting in said
    assert [each for each in ("【贵宾客户，另问】", "【单位客户，另问】") if each in said] == [
        each for each in (asked,) if each
    ]


def test_a_holder_of_another_name_is_not_the_owner(night: NightOfTasks, crm: FileCrm) -> None:
    night.known(night.task(vin=VIN), 1, "company")
    key = renewal(night, "测试客户赵六")
    send(night, crm)
    assert "测试客户赵六先生/女士" in crm.body(key)
    assert "【单位客户，另问】" not in crm.body(key)


def test_a_call_about_a_policy_names_the_plate_that_the_car_was_last_seen_with(
    night: NightOfTasks, crm: FileCrm
) -> None:
    seal = night.keyring.encrypt
    seen = {"R1": ("沪GA667P", DAY), "R2": ("沪GA667Q", DAY - timedelta(days=30))}
    for ro_no, (plate, day) in seen.items():
        night.visit(ro_no, VIN, day, plate_cipher=seal(plate))
    night.visit("R3", VIN, DAY)
    key = renewal(night)
    send(night, crm)
    assert "沪GA667P" in crm.body(key)
    assert PLATE not in crm.body(key)


@pytest.mark.parametrize(
    "visit",
    [
        {"exit_on": DAY, "status": "cancelled"},
        {"exit_on": DAY, "is_reversed": True},
        {"exit_on": DAY, "vanished_day": DAY},
        {"exit_on": DAY, "ro_type": "pre_delivery"},
        {"exit_on": TODAY + timedelta(days=1)},
        {"exit_on": None},
    ],
    ids=lambda visit: next(reversed(visit)),
)
def test_a_visit_that_is_none_tells_no_plate(
    night: NightOfTasks, crm: FileCrm, visit: dict[str, Any]
) -> None:
    night.visit("R1", VIN, plate_cipher=night.keyring.encrypt("沪GA667P"), **visit)
    key = renewal(night)
    send(night, crm)
    assert "沪GA667P" not in crm.body(key)
    assert PLATE in crm.body(key)


def renewal(night: NightOfTasks, holder: str = NAME) -> str:
    """A call about a policy that ends a month ahead."""
    ends_on = DAY + timedelta(days=30)
    night.policy("P1", VIN, ends_on, holder)
    facts = {"document_kind": "insurance_policy", "document_no": "P1", "event": "policy_end"}
    own = {"event_on": ends_on, "contact_kind": "holder", "script_id": "renewal_call"}
    return night.task(vin=VIN, **facts, **own)


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("zh", ("", " · 另并入 1 件", " · 另并入 2 件")),
        ("en", ("", " · 1 more thing in it", " · 2 more things in it")),
    ],
)
def test_a_task_that_says_others_tells_how_many(
    night: NightOfTasks, crm: FileCrm, language: Language, counts: tuple[str, ...]
) -> None:
    name = night.group.group.model_copy(update={"language": language})
    night.group = night.group.model_copy(update={"group": name})
    others: list[str] = []
    for count in counts:
        key = night.task(also=list(others))
        send(night, crm)
        title = title_of("first_call", language)
        assert f"('why', '{title}{count}')" in crm.body(key)
        others.append(night.task(is_mergeable=True))


def test_who_is_not_known_is_a_general_customer(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    send(night, crm)
    assert "另问" not in crm.body(key)


def test_a_withdrawn_task_leaves_the_target(night: NightOfTasks, crm: FileCrm) -> None:
    key, other = night.task(), night.task()
    send(night, crm)
    night.change(key, status="withdrawn", status_reason="cancelled")
    counts = send(night, crm)
    assert set(crm.kept()) == {other}
    assert (counts["withdrawn"], counts["due"]) == (1, 2)
    assert night.ledger()[key] == (2, True)


def test_a_task_that_was_never_sent_needs_no_withdrawal(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    night.change(key, status="withdrawn")
    counts = send(night, crm)
    assert (crm.calls, counts["changed"]) == (0, 0)


def test_nothing_of_a_person_leaves_for_a_task_that_is_held(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    night.change(key, status="held")
    send(night, crm)
    assert (crm.kept(), crm.kept("contact")) == ({}, {})


def test_a_task_that_comes_back_is_another_record(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    for status in ("held", "open", "held", "open"):
        send(night, crm)
        night.change(key, status=status)
    counts = send(night, crm)
    assert set(crm.kept()) == {f"{key}#3"}
    assert night.ledger()[key] == (5, False)
    assert (counts["run"]["created"], counts["run"]["updated"]) == (1, 0)
    night.change(key, status="withdrawn")
    send(night, crm)
    assert crm.kept() == {}


def called(night: NightOfTasks, key: str, system: str, attempt_no: int = 1) -> None:
    """Nobody answered; the call came back from a system, and the night has seen it."""
    night.call(key, attempt_no, "no_answer", system=system)
    night.change(key, attempts=attempt_no, next_attempt_on=DAY + timedelta(days=2 + attempt_no))


def test_after_a_call_in_vain_the_next_one_is_another_record(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    for number in (2, 3):
        called(night, key, "crm", number - 1)
        send(night, crm)
        assert crm.kept() == dict.fromkeys([key, *(f"{key}#{n}" for n in range(2, number + 1))], 1)
    night.change(key, due_on=DAY + timedelta(days=5))
    send(night, crm)
    assert (crm.version(key), crm.version(f"{key}#2"), crm.version(f"{key}#3")) == (1, 2, 4)
    night.change(key, status="done", status_reason="reached")
    send(night, crm)
    assert set(crm.kept()) == {key, f"{key}#2"}


def test_a_call_that_was_told_elsewhere_leaves_the_record_that_waits(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    called(night, key, "workbook")
    send(night, crm)
    assert (crm.kept(), crm.version(key)) == ({key: 1}, 2)


def test_what_is_said_of_the_first_record_is_no_attempt_that_was_counted(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    called(night, key, "workbook", 2)
    send(night, crm)
    assert crm.kept() == {f"{key}#3": 1}


def test_a_lost_call_is_made_up_for_although_ours_is_as_it_was_acknowledged(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    crm.answers = {key: "unknown"}
    night.change(key, due_on=DAY + timedelta(days=5))
    with pytest.raises(SystemUnreachable):
        send(night, crm)
    crm.answers = {}
    night.change(key, due_on=DAY + timedelta(days=3))
    send(night, crm)
    assert "datetime.date(2026, 11, 25)" not in crm.body(key)
    assert crm.version(key) == 3


def test_a_record_of_a_lost_call_is_withdrawn_although_the_one_before_was(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    night.change(key, status="held")
    send(night, crm)
    crm.answers = {f"{key}#2": "unknown"}
    night.change(key, status="open")
    with pytest.raises(SystemUnreachable):
        send(night, crm)
    assert set(crm.kept()) == {f"{key}#2"}
    night.change(key, status="held")
    send(night, crm)
    assert crm.kept() == {}


def test_a_task_whose_time_is_over_is_never_sent(night: NightOfTasks, crm: FileCrm) -> None:
    night.task()
    counts = send(night, crm, today=DAY + timedelta(days=7))
    assert (counts["expired"], counts["changed"], crm.calls) == (1, 0, 0)


def test_a_missed_task_still_leaves_the_target(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    send(night, crm)
    night.change(key, status="missed")
    send(night, crm, today=DAY + timedelta(days=8))
    assert crm.kept() == {}


def test_a_rejected_record_keeps_its_reason_and_stops_no_other(
    night: NightOfTasks, crm: FileCrm
) -> None:
    bad, good = night.task(), night.task()
    crm.answers[bad] = "rejected"
    counts = send(night, crm)
    assert counts["rejected_by"] == {"phone: rejected by the CRM": 1}
    assert (night.messages()[bad], night.messages()[good]) == ("rejected", "sent")


def test_a_task_is_not_sent_without_its_contact(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task(vin="LS4ASE2E7NJ999999")
    crm.answers["CA01.LS4ASE2E7NJ999999"] = "rejected"
    counts = send(night, crm)
    assert counts["rejected"] == 1
    assert crm.kept() == {}
    assert night.reasons()[key] == "contact_rejected"


def test_a_task_waits_for_a_contact_that_waits(night: NightOfTasks, crm: FileCrm) -> None:
    key, other = night.task(vin="LS4ASE2E7NJ999999"), night.task()
    crm.answers["CA01.LS4ASE2E7NJ999999"] = "retry"
    counts = send(night, crm)
    assert (counts["waiting"], counts["sent"]) == (1, 1)
    crm.answers.clear()
    assert send(night, crm)["sent"] == 2
    assert set(crm.kept()) == {key, other}


def test_a_contact_that_came_along_with_its_task_is_known_by_what_was_sent_last(
    night: NightOfTasks, crm: FileCrm
) -> None:
    night.task(vin="VINX", channel="internal", version=5)
    send(night, crm)
    newer = "13600000006"
    night.task(vin="VINX", phone=newer, expires_on=DAY + timedelta(days=9))
    send(night, crm)
    assert newer in crm.body("CA01.VINX")
    put_right = ToldNumber("CA01.VINX", "1", datetime(2026, 11, 21, tzinfo=UTC), "13700000007")
    with night.engine.connect() as connection:
        (found,) = corrections(connection, night.keyring, "crm", [put_right])
    assert found.replaced == newer


def test_a_lost_answer_is_settled_by_sending_again(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    crm.answers[key] = "unknown"
    counts = send(night, crm)
    assert (counts["unknown"], crm.kept()) == (1, {key: 1})
    crm.answers.clear()
    assert send(night, crm)["sent"] == 1
    assert crm.kept() == {key: 1}


def test_a_withdrawn_task_of_which_nobody_knows_is_withdrawn(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    crm.answers[key] = "unknown"
    send(night, crm)
    night.change(key, status="withdrawn")
    send(night, crm)
    assert crm.kept() == {}


def test_a_target_that_takes_nothing_is_left_alone(night: NightOfTasks, crm: FileCrm) -> None:
    for _ in range(40):
        key = night.task()
        vin = f"LS4ASE2E7NJ{night.made:06}"
        crm.answers |= {key: "retry", f"CA01.{vin}": "retry"}
    with pytest.raises(SystemUnreachable, match="crm takes nothing at the moment"):
        send(night, crm)
    assert crm.calls == 2
    crm.answers.clear()
    counts = send(night, crm)
    assert (counts["sent"], len(crm.kept())) == (40, 40)


def test_of_several_changes_only_the_last_is_sent(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    night.change(key, due_on=DAY + timedelta(days=4))
    night.change(key, due_on=DAY + timedelta(days=5))
    counts = send(night, crm)
    assert (counts["due"], counts["sent"], crm.version(key)) == (1, 1, 3)


def test_an_older_version_never_overwrites_a_newer_one(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    for _ in range(2):
        night.change(key, due_on=DAY + timedelta(days=5))
    send(night, crm)
    ledger = night.table("outbound.ledger")
    with night.engine.begin() as connection:
        connection.execute(
            ledger.update().where(ledger.c.external_key == key).values(acknowledged_version=9)
        )
    night.change(key, due_on=DAY + timedelta(days=4))
    send(night, crm)
    assert crm.version(key) == 3
    assert night.messages()[key] == "superseded"


def test_the_sums_add_up(night: NightOfTasks, crm: FileCrm) -> None:
    states: tuple[Any, ...] = ("rejected", "retry", "unknown", "sent", "sent")
    for state in states:
        crm.answers[night.task()] = state
    night.task(expires_on=DAY)
    counts = send(night, crm)
    assert counts["due"] == sum(counts[end] for end in (*ENDS, "waiting")) == 6
    assert [counts[end] for end in ENDS] == [2, 0, 1, 0, 0, 1, 1, 1]


def test_a_push_that_is_interrupted_anywhere_ends_alike(night: NightOfTasks, crm: FileCrm) -> None:
    keys = [night.task() for _ in range(6)]
    for statement in ("claim_messages", "acknowledge", "finish_messages", "read_tasks"):
        with pytest.raises(ConnectionError, match=statement):
            _interrupted(night, crm, statement)
    send(night, crm)
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert set(night.messages().values()) == {"sent"}


def _wait_for_its_session_to_end(engine: Engine) -> None:
    """A server that has much to do notices a moment later that its client is gone."""
    held = text(
        "select count(*) from pg_locks where locktype = 'advisory' and classid = :lock_class "
        "and database = (select oid from pg_database where datname = current_database())"
    )
    for _ in range(200):
        with engine.connect() as connection:
            if not connection.execute(held, {"lock_class": LOCK_CLASS}).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("the session of a killed push lives on")


def _interrupted(night: NightOfTasks, crm: FileCrm, name: str) -> None:
    """A push whose connection to the warehouse breaks right after a statement."""
    from sqlalchemy import event

    from aftercare.warehouse import statement

    begins = str(statement(f"outbound/{name}")).split("\n--", 1)[0][:60]

    def tear(conn: Any, cursor: Any, sql: str, *more: Any) -> None:
        if begins in sql:
            raise ConnectionError(name)

    event.listen(night.engine, "after_cursor_execute", tear)
    try:
        send(night, crm)
    finally:
        event.remove(night.engine, "after_cursor_execute", tear)


@pytest.mark.parametrize("records", [1, 7, 13])
def test_a_killed_push_loses_and_doubles_nothing(
    night: NightOfTasks, crm: FileCrm, records: int
) -> None:
    keys = [night.task() for _ in range(10)]
    killed = _push_in_a_process(night, crm, kills_after=records)
    assert killed.wait() == -9
    _wait_for_its_session_to_end(night.engine)
    assert "sending" in {*night.messages().values(), *night.messages("contact").values()}
    counts = send(night, crm)
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert set(crm.kept("contact").values()) == {1}
    assert counts["sent"] == 10


def test_two_pushers_at_once_lose_and_double_nothing(night: NightOfTasks, tmp_path: Path) -> None:
    path = tmp_path / "crm.sqlite"
    plain = FileCrm(path)
    keys = [night.task() for _ in range(30)]
    other = FileCrm(path, batch_size=3)
    rival = Thread(target=lambda: send(night, other))
    rival.start()
    send(night, plain)
    rival.join()
    send(night, plain)
    assert plain.written() == dict.fromkeys(keys, 1)
    assert set(plain.written("contact").values()) == {1}


def _push_in_a_process(
    night: NightOfTasks, crm: FileCrm, kills_after: int
) -> subprocess.Popen[bytes]:
    url = night.engine.url.render_as_string(hide_password=False)
    folders = [str(PROJECT / "plugins"), str(PUSH_ONCE.parent)]
    return subprocess.Popen(
        [sys.executable, str(PUSH_ONCE), url, night.ring, str(crm.path), str(kills_after)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
    )


def test_contact_data_stands_in_no_message_of_the_outbox(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    assert NAME in crm.body(f"CA01.LS4ASE2E7NJ{night.made:06}")
    with night.engine.connect() as connection:
        kept = [
            str(row)
            for name in ("outbound.message", "outbound.ledger", "ops.stage_report")
            for row in connection.execute(night.table(name).select())
        ]
    assert kept
    assert not [row for row in kept if NAME in row or PHONE in row]


def lists(folder: Path) -> dict[str, list[str]]:
    """Task keys of each list in the folder, by its path."""
    found = {}
    for path in sorted((folder / "out").rglob("*.xlsx")):
        rows = load_workbook(path).worksheets[1].iter_rows(min_row=3, values_only=True)
        keys = dict.fromkeys(str(row[NAMES.index("task_key")]) for row in rows)
        found[str(path.relative_to(folder / "out"))] = list(keys)
    return found


def test_each_store_gets_one_list_of_all_its_open_tasks(
    night: NightOfTasks, tmp_path: Path
) -> None:
    folder = WorkbookTarget(str(tmp_path))
    keys = [night.task(target="workbook") for _ in range(3)]
    other = night.task("SK01", target="workbook")
    counts = send(night, folder)
    assert lists(tmp_path) == {
        "CA01/2026-11-21_回访任务.xlsx": keys,
        "SK01/2026-11-21_回访任务.xlsx": [other],
    }
    assert (counts["sent"], counts["lists"]) == (4, 2)
    again = send(night, folder)
    assert again == counts | {"changed": 0, "lists": 0, "run": again["run"]}


def test_messages_stand_after_all_calls(night: NightOfTasks, tmp_path: Path) -> None:
    message = night.task(target="workbook", channel="sms", deadline_on=DAY)
    later = night.task(target="workbook", deadline_on=DAY + timedelta(days=5))
    call = night.task(target="workbook")
    send(night, WorkbookTarget(str(tmp_path)))
    assert lists(tmp_path) == {"CA01/2026-11-21_回访任务.xlsx": [call, later, message]}


def test_the_next_day_has_a_list_although_nothing_changed(
    night: NightOfTasks, tmp_path: Path
) -> None:
    folder = WorkbookTarget(str(tmp_path))
    key = night.task(target="workbook")
    send(night, folder)
    night.call(key, 1, "no_answer", on=TODAY)
    send(night, folder, day=DAY + timedelta(days=1), today=TODAY + timedelta(days=1))
    assert lists(tmp_path)["CA01/2026-11-22_回访任务.xlsx"] == [key]
    sheet = load_workbook(tmp_path / "out/CA01/2026-11-22_回访任务.xlsx").worksheets[1]
    assert sheet.cell(3, NAMES.index("attempt_no") + 1).value == 2


def test_a_withdrawn_task_leaves_the_list(night: NightOfTasks, tmp_path: Path) -> None:
    folder = WorkbookTarget(str(tmp_path))
    key, other = (night.task(target="workbook") for _ in range(2))
    send(night, folder)
    night.change(key, "workbook", status="withdrawn")
    counts = send(night, folder)
    assert lists(tmp_path) == {"CA01/2026-11-21_回访任务.xlsx": [other]}
    assert counts["withdrawn"] == 1


def test_a_store_that_moved_to_a_crm_keeps_no_list(
    night: NightOfTasks, crm: FileCrm, tmp_path: Path
) -> None:
    folder = WorkbookTarget(str(tmp_path))
    key = night.task(target="workbook")
    send(night, folder)
    night.send(key, "workbook", "withdraw")
    night.send(key, "crm")
    send(night, folder)
    send(night, crm)
    assert lists(tmp_path) == {"CA01/2026-11-21_回访任务.xlsx": []}
    assert set(crm.kept()) == {key}


def test_a_list_that_somebody_took_away_is_written_again(
    night: NightOfTasks, tmp_path: Path
) -> None:
    folder = WorkbookTarget(str(tmp_path))
    key = night.task(target="workbook")
    send(night, folder)
    (tmp_path / "out/CA01/2026-11-21_回访任务.xlsx").unlink()
    assert send(night, folder)["lists"] == 1
    assert list(lists(tmp_path).values()) == [[key]]


def test_an_old_night_writes_no_list_of_a_day_that_is_over(
    night: NightOfTasks, tmp_path: Path
) -> None:
    night.task(target="workbook")
    send(night, WorkbookTarget(str(tmp_path)), today=DAY + timedelta(days=4))
    assert list(lists(tmp_path)) == ["CA01/2026-11-24_回访任务.xlsx"]


def test_a_list_that_cannot_be_written_waits_and_stops_no_other(
    night: NightOfTasks, tmp_path: Path
) -> None:
    folder = WorkbookTarget(str(tmp_path))
    night.task(target="workbook")
    other = night.task("SK01", target="workbook")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "CA01").write_text("in the way")
    counts = send(night, folder)
    assert (counts["retry"], counts["sent"]) == (1, 1)
    assert list(lists(tmp_path).values()) == [[other]]
    (tmp_path / "out" / "CA01").unlink()
    assert send(night, folder)["sent"] == 2
