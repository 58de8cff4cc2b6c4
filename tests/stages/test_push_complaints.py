"""Complaints of dealer systems in a CRM: each once, as it stands, and none that came from there."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import house_policy
from file_crm import FileCrm
from night_of_complaints import RECEIVED, NightOfComplaints
from night_of_tasks import DAY, NAME, PHONE, TODAY
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from aftercare.errors import DeliveryStopped
from aftercare.settings import PROJECT
from aftercare.stages.outbox import Chosen, count_outbox, list_outbox, show_message
from aftercare.stages.push import push
from aftercare.targets.rehearsed import Samples, rehearsed
from aftercare.targets.workbook import WorkbookTarget
from aftercare.warehouse import rehearsal

PUSH_ONCE = PROJECT / "tests" / "fixtures" / "push_once.py"
CLOSED = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def night(warehouse: Engine) -> NightOfComplaints:
    return NightOfComplaints(warehouse)


@pytest.fixture
def crm(tmp_path: Path) -> FileCrm:
    return FileCrm(tmp_path / "crm.sqlite", has_complaints=True)


def send(night: NightOfComplaints, crm: Any, **days: Any) -> dict[str, Any]:
    day, today = days.get("day", DAY), days.get("today", TODAY)
    return push(night.engine, night.keyring, night.group, crm, day, today, house_policy())


def kept(crm: FileCrm) -> dict[str, int]:
    return crm.kept("complaint")


def test_a_complaint_arrives_once_with_its_customer(night: NightOfComplaints, crm: FileCrm) -> None:
    keys = [night.complaint(f"TS{number}") for number in range(3)]
    counts = send(night, crm)
    assert kept(crm) == dict.fromkeys(keys, 1)
    assert len(crm.kept("contact")) == 3
    assert (counts["due"], counts["complaints"]["due"], counts["complaints"]["sent"]) == (0, 3, 3)
    assert (counts["changed"], counts["run"]["created"]) == (6, 6)


def test_a_second_push_says_nothing(night: NightOfComplaints, crm: FileCrm) -> None:
    night.complaint("TS1")
    first = send(night, crm)
    calls = crm.calls
    second = send(night, crm)
    assert crm.calls == calls
    assert second == first | {"changed": 0, "run": second["run"]}


def test_a_record_says_whose_about_what_how_far_and_with_whom(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1", vin="LSVAA11111A000001")
    send(night, crm)
    said = crm.body(key)
    for part in (
        "('complaint_no', 'TS1')",
        "('title', '投诉 TS1')",
        "('received_at', '2026-11-20 09:30')",
        "('state', 'registered')",
        "('state_name', '已登记')",
        "('verdict_name', '未认定')",
        "('contact_key', 'CA01.LSVAA11111A000001')",
        "('owner_name', '顾问张敏')",
        "空调 <b>异响</b>",
        NAME,
        PHONE,
    ):
        assert part in said


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("acknowledged_at", "acknowledged"),
        ("dispatched_at", "dispatched"),
        ("solved_at", "solved"),
        ("closed_at", "closed"),
    ],
)
def test_each_step_is_one_update(
    night: NightOfComplaints, crm: FileCrm, step: str, state: str
) -> None:
    key, other = night.complaint("TS1"), night.complaint("TS2")
    send(night, crm)
    night.stands(key, **{step: CLOSED})
    counts = send(night, crm)
    assert f"('state', '{state}')" in crm.body(key)
    assert crm.written("complaint") == {key: 2, other: 1}
    assert (counts["changed"], counts["run"]["updated"]) == (1, 1)
    assert send(night, crm)["changed"] == 0


def test_what_changes_after_it_was_closed_is_told_as_well(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    send(night, crm)
    night.stands(key, closed_at=CLOSED)
    send(night, crm)
    night.stands(key, verdict="upheld")
    send(night, crm)
    assert "('verdict', 'upheld')" in crm.body(key)
    night.stands(key, closed_at=None)
    send(night, crm)
    assert "('state', 'registered')" in crm.body(key)
    assert kept(crm) == {key: 1}


def test_what_was_closed_before_the_crm_heard_of_it_is_not_sent(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    night.complaint("TS1", closed_at=CLOSED)
    counts = send(night, crm)
    assert (kept(crm), crm.kept("contact"), counts["complaints"]["due"]) == ({}, {}, 0)


def test_a_complaint_that_was_read_from_this_crm_is_not_sent_back(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    night.complaint("CA01.S4-03.SO1", system="crm")
    key = night.complaint("CA01.S4-03.SO2", system="workbook")
    send(night, crm)
    assert kept(crm) == {key: 1}


def test_a_complaint_that_was_deleted_is_taken_back_and_comes_again(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    send(night, crm)
    night.vanishes(key, DAY)
    counts = send(night, crm)
    assert (kept(crm), counts["complaints"]["withdrawn"]) == ({}, 1)
    assert night.ledger()[key] == (2, True)
    assert send(night, crm)["changed"] == 0
    night.vanishes(key, None)
    send(night, crm)
    assert (kept(crm), night.ledger()[key]) == ({key: 1}, (3, False))


def test_of_a_complaint_that_the_crm_never_got_nothing_is_taken_back(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    crm.answers[key] = "rejected"
    send(night, crm)
    night.vanishes(key, DAY)
    assert send(night, crm)["changed"] == 0


def test_a_store_in_shadow_tells_none_until_its_first_day(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    still_open, done = night.complaint("TS1"), night.complaint("TS2")
    night.serve("crm", CA01=TODAY + timedelta(days=1))
    send(night, crm)
    assert kept(crm) == {}
    night.stands(done, closed_at=CLOSED)
    send(night, crm, day=TODAY, today=TODAY + timedelta(days=1))
    assert kept(crm) == {still_open: 1}


def test_a_night_of_the_past_takes_nothing_back_from_a_store_that_is_live_by_now(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    night.serve("crm", CA01=TODAY)
    send(night, crm)
    send(night, crm, day=DAY - timedelta(days=10))
    assert kept(crm) == {key: 1}


def test_a_store_that_moves_takes_its_open_complaints_along(
    night: NightOfComplaints, crm: FileCrm, tmp_path: Path
) -> None:
    key = night.complaint("TS1")
    send(night, crm)
    other = FileCrm(tmp_path / "other.sqlite", has_complaints=True)
    other.name = "other"
    night.serve("other")
    for each in (other, crm):
        send(night, each)
    assert (kept(crm), kept(other)) == ({}, {key: 1})


def test_a_target_without_complaints_hears_of_none(
    night: NightOfComplaints, tmp_path: Path
) -> None:
    night.complaint("TS1")
    task = night.task()
    plain = FileCrm(tmp_path / "plain.sqlite")
    counts = send(night, plain)
    assert (plain.kept(), kept(plain), len(plain.kept("contact"))) == ({task: 1}, {}, 1)
    assert "complaints" not in counts
    assert night.messages("complaint") == {}


def test_the_list_of_a_store_shows_its_open_complaints_until_they_are_closed(
    warehouse: Engine, tmp_path: Path
) -> None:
    night = NightOfComplaints(warehouse, "workbook")
    key = night.complaint("TS1", dispatched_at=RECEIVED)
    night.complaint("TS2", closed_at=CLOSED)
    night.complaint("TS3", vanished_day=DAY)
    night.complaint("TS4", "workbook")
    night.complaint("TS5", store_code="CA02")
    lists = WorkbookTarget(str(tmp_path))
    assert send(night, lists)["lists"] == 2
    (row,) = complaints_shown(tmp_path, "CA01")
    assert (row["投诉编号"], row["客户"], row["电话"], row["进展"]) == (
        "TS1",
        NAME,
        PHONE,
        "已下发",
    )
    assert row["最迟关闭"] == datetime.combine(DAY + timedelta(days=7), time())
    assert send(night, lists)["lists"] == 0
    night.stands(key, closed_at=CLOSED)
    night.complaint("TS6")
    assert send(night, lists)["lists"] == 1
    assert [row["投诉编号"] for row in complaints_shown(tmp_path, "CA01")] == ["TS6"]


def complaints_shown(folder: Path, store: str) -> list[dict[str, Any]]:
    (path,) = (folder / "out" / store).glob("*.xlsx")
    heads, *rows = load_workbook(path).worksheets[3].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_a_target_that_takes_complaints_later_gets_those_that_are_open(
    night: NightOfComplaints, crm: FileCrm, tmp_path: Path
) -> None:
    key, done = night.complaint("TS1"), night.complaint("TS2")
    send(night, FileCrm(tmp_path / "plain.sqlite"))
    night.stands(done, closed_at=CLOSED)
    send(night, crm)
    assert kept(crm) == {key: 1}


@pytest.mark.parametrize("columns", [{"vin": None}, {"is_known": False}])
def test_a_complaint_of_which_nobody_knows_whose_it_is_is_sent_all_the_same(
    night: NightOfComplaints, crm: FileCrm, columns: dict[str, Any]
) -> None:
    key = night.complaint("TS1", **columns)
    send(night, crm)
    assert "('contact_key', None)" in crm.body(key)
    assert crm.kept("contact") == {}


def test_a_customer_whom_the_crm_has_is_not_written_over_by_a_complaint(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    vin = "LSVAA11111A000001"
    night.task(vin=vin)
    send(night, crm)
    night.complaint("TS1", vin=vin, is_known=False)
    send(night, crm)
    assert crm.written("contact") == {f"CA01.{vin}": 1}


def test_a_complaint_waits_for_its_customer_and_goes_when_they_are_taken(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1", vin="LSVAA11111A000001")
    contact = "CA01.LSVAA11111A000001"
    crm.answers[contact] = "rejected"
    counts = send(night, crm)
    assert kept(crm) == {}
    assert counts["complaints"]["rejected_by"] == {"contact_rejected": 1}
    del crm.answers[contact]
    crm.mapping_digest = "second"
    send(night, crm)
    assert (kept(crm), crm.kept("contact")) == ({key: 1}, {contact: 1})


def test_an_answer_that_is_lost_makes_no_second_record(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    crm.answers[key] = "unknown"
    send(night, crm)
    crm.answers.clear()
    send(night, crm)
    assert (kept(crm), night.messages("complaint")) == ({key: 1}, {key: "sent"})


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_push_that_is_killed_between_sends_each_once(
    night: NightOfComplaints, crm: FileCrm, after: int
) -> None:
    keys = [night.complaint(f"TS{number}") for number in range(3)]
    url = night.engine.url.render_as_string(hide_password=False)
    folders = [str(PROJECT / "plugins"), str(PUSH_ONCE.parent)]
    done = subprocess.run(
        [sys.executable, PUSH_ONCE, url, night.ring, crm.path, str(after), "complaints"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    send(night, crm)
    assert kept(crm) == dict.fromkeys(keys, 1)
    assert set(night.messages("complaint").values()) <= {"sent", "unchanged"}


def test_more_complaints_than_usual_stop_a_push(night: NightOfComplaints, crm: FileCrm) -> None:
    delivery = night.group.delivery.model_copy(update={"least_messages": 3, "least_days": 2})
    night.group = night.group.model_copy(update={"delivery": delivery})
    for number in range(2):
        night.complaint(f"TS{number}")
        send(night, crm, day=DAY - timedelta(days=5 - number), today=TODAY)
    for number in range(30):
        night.complaint(f"TT{number}")
    with pytest.raises(DeliveryStopped, match="30 messages"):
        send(night, crm)
    assert len(kept(crm)) == 2


def test_a_rehearsal_counts_them_and_shows_no_word_of_a_customer(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    night.complaint("TS1")
    samples = Samples(1)
    with rehearsal(night.engine) as undone:
        push(
            undone.engine,
            night.keyring,
            night.group,
            rehearsed(crm, samples),
            DAY,
            TODAY,
            house_policy(),
        )
    assert dict(samples.counts) == {"contact_create": 1, "complaint_create": 1}
    shown = str(samples.shown)
    assert not [secret for secret in (NAME, PHONE, "异响") if secret in shown]
    assert (kept(crm), night.messages("complaint")) == ({}, {})


def test_the_outbox_lists_what_was_rejected_and_tells_its_story(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    crm.answers[key] = "rejected"
    send(night, crm)
    assert count_outbox(night.engine) == [{"target": "crm", "state": "rejected", "messages": 1}]
    (listed,) = list_outbox(night.engine, Chosen(states=("rejected",)), 10)
    assert (listed["entity"], listed["external_key"]) == ("complaint", key)
    story = show_message(night.engine, night.keyring, night.group, house_policy(), TODAY, key)
    assert story["said"]["state_name"] == "已登记"
    assert NAME not in str(story["said"])


def test_a_night_looks_at_what_is_open_or_came_lately_only(
    night: NightOfComplaints, crm: FileCrm
) -> None:
    key = night.complaint("TS1")
    send(night, crm)
    night.stands(key, closed_at=CLOSED)
    send(night, crm)
    night.stands(key, verdict="upheld")
    with night.engine.begin() as connection:
        connection.execute(text("update ops.load set changed_at = changed_at - interval '9 days'"))
    assert send(night, crm)["changed"] == 0
