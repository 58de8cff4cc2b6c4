"""Reading results back from a CRM into staging."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from care_group import house_policy
from file_crm import FileCrm
from night_of_tasks import DAY, PHONE, NightOfTasks
from sqlalchemy import Engine, select

from aftercare.errors import PipelineFault, SystemUnreachable
from aftercare.quality.words import masked_row
from aftercare.stages.cases import describe_case, list_cases
from aftercare.stages.merge import merge
from aftercare.stages.push import push
from aftercare.stages.read_back import read_back
from aftercare.stages.validate import validate
from aftercare.targets.protocol import Capabilities, Result, Results, ToldNumber, ToldNumbers

CALLED = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


class Workplace(FileCrm):
    """The CRM of these tests, with somebody working in it; a cursor is a number of results."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.capabilities = Capabilities(
            native_upsert=True, batch_size=5, reads_results=True, tells_complaints=True
        )
        self.done: list[Result] = []
        self.is_down = False

    def finish(self, task_key: str, **more: Any) -> None:
        """Somebody writes down a call."""
        known: dict[str, Any] = {
            "crm_id": str(len(self.done)),
            "attempt_no": 1,
            "called_at": CALLED,
            "version_at": CALLED,
            "outcome": "reached",
        }
        self.done.append(Result(task_key=task_key, **known | more))

    def read_results(self, cursor: str | None) -> Results:
        """Two results a page."""
        if self.is_down:
            raise SystemUnreachable("the CRM cannot be reached")
        start = int(cursor or 0)
        page: Sequence[Result] = self.done[start : start + 2]
        return Results(page, str(start + len(page)))


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def crm(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "crm.sqlite")


def read(night: NightOfTasks, crm: Workplace, days: int = 0) -> dict[str, Any]:
    return read_back(night.engine, night.keyring, night.group, crm, DAY + timedelta(days=days))


def staged(night: NightOfTasks, feed: str = "call_result") -> list[Any]:
    table = night.table(f"staging.{feed}")
    with night.engine.connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.load_id, table.c.row_id)))


def loads(night: NightOfTasks) -> list[tuple[str, str, int | None, str | None]]:
    table = night.table("ops.load")
    with night.engine.connect() as connection:
        found = connection.execute(select(table).where(table.c.system == "crm"))
        return [(row.feed, row.state, row.pulled, row.failure) for row in found]


def test_results_are_staged_as_a_load_with_their_store(night: NightOfTasks, crm: Workplace) -> None:
    keys = [night.task() for _ in range(5)]
    for key in keys:
        crm.finish(key, satisfaction=9, is_complaint=False, remark="客户说很好")
    assert read(night, crm) == {"read": 5, "new": 5, "later": 0, "complaints": 0}
    rows = staged(night)
    assert [row.task_key for row in rows] == keys
    assert [row.row_id for row in rows] == [1, 2, 3, 4, 5]
    first = rows[0]
    assert (first.store_code, first.outcome, first.satisfaction) == ("CA01", "reached", 9)
    assert (first.called_at, first.version_at, first.is_complaint) == (CALLED, CALLED, False)
    assert night.keyring.decrypt(bytes(first.remark_cipher)) == "客户说很好"
    assert loads(night) == [("call_result", "pulled", 5, None), ("complaint", "pulled", 0, None)]


def test_a_second_reading_reads_nothing_again_and_loses_nothing(
    night: NightOfTasks, crm: Workplace
) -> None:
    crm.finish(night.task())
    read(night, crm)
    before = staged(night)
    assert read(night, crm) == {"read": 1, "new": 0, "later": 0, "complaints": 0}
    assert staged(night) == before


def test_a_repeated_run_adds_what_is_new(night: NightOfTasks, crm: Workplace) -> None:
    crm.finish(night.task())
    read(night, crm)
    crm.finish(night.task())
    assert read(night, crm) == {"read": 2, "new": 1, "later": 0, "complaints": 0}
    assert [row.row_id for row in staged(night)] == [1, 2]


def test_a_call_marked_as_a_complaint_is_a_complaint_once(
    night: NightOfTasks, crm: Workplace
) -> None:
    glad, angry = night.task(), night.task()
    crm.finish(glad, is_complaint=False)
    crm.finish(angry, is_complaint=True, remark="客户说异响没有修好")
    for _ in range(2):
        assert read(night, crm)["complaints"] == 1
        (row,) = staged(night, "complaint")
        assert (row.store_code, row.complaint_no, row.task_key) == ("CA01", angry, angry)
        assert (row.received_at, row.source, row.verdict) == (CALLED, "回访", "pending")
        assert night.keyring.decrypt(bytes(row.description_cipher)) == "客户说异响没有修好"
    for feed in ("call_result", "complaint"):
        validate(night.engine, night.group, crm.name, feed, DAY)
        merge(night.engine, night.group, crm.name, feed, DAY)
    complaints = night.table("core.complaint")
    with night.engine.connect() as connection:
        (kept,) = connection.execute(select(complaints))
    assert (kept.complaint_no, kept.received_on, kept.closed_at) == (angry, DAY, None)


class Telephonists(Workplace):
    """Staff who put numbers right, too; a cursor of numbers counts them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.capabilities = replace(self.capabilities, tells_numbers=True)
        self.told: list[ToldNumber] = []

    def says(self, key: str, phone: str, at: datetime = CALLED) -> None:
        """A contact has this number from a moment on."""
        self.told.append(ToldNumber(key, "77", at, phone))

    def read_numbers(self, cursor: str | None) -> ToldNumbers:
        """Two numbers a page."""
        start = int(cursor or 0)
        page = self.told[start : start + 2]
        return ToldNumbers(page, str(start + len(page)))


@pytest.fixture
def desk(night: NightOfTasks, tmp_path: Path) -> tuple[Telephonists, str]:
    """A CRM that took one contact, and the contact's key."""
    crm = Telephonists(tmp_path / "desk.sqlite")
    night.task(vin="LSVAA11111A000001")
    push(night.engine, night.keyring, night.group, crm, DAY, DAY, house_policy())
    return crm, "CA01.LSVAA11111A000001"


def settle_numbers(night: NightOfTasks, crm: Workplace, days: int = 0) -> list[tuple[str, str]]:
    """Which number replaces which, after the day's load."""
    day = DAY + timedelta(days=days)
    validate(night.engine, night.group, crm.name, "contact_number", day)
    merge(night.engine, night.group, crm.name, "contact_number", day)
    opened = night.keyring.decrypt
    with night.engine.connect() as connection:
        rows = connection.execute(select(night.table("core.contact_number"))).all()
    return [(opened(bytes(r.replaced_phone_cipher)), opened(bytes(r.phone_cipher))) for r in rows]


def test_a_number_that_staff_put_right_comes_back_once(
    night: NightOfTasks, desk: tuple[Telephonists, str]
) -> None:
    crm, key = desk
    crm.says(key, "137 0000-0007")
    for _ in range(2):
        assert read(night, crm)["numbers"] == 1
    (row,) = staged(night, "contact_number")
    assert (row.store_code, row.subject, row.said_at) == ("CA01", key[5:], CALLED)
    assert settle_numbers(night, crm) == [(PHONE, "13700000007")]


@pytest.mark.parametrize("phone", [PHONE, f"+86 {PHONE}", "", "—"])
def test_our_own_number_and_none_are_no_news(
    night: NightOfTasks, desk: tuple[Telephonists, str], phone: str
) -> None:
    crm, key = desk
    crm.says(key, phone)
    crm.says("CA01.NOBODY", "13700000007")
    assert read(night, crm)["numbers"] == 0


def test_who_puts_right_again_replaces_the_number_of_the_documents(
    night: NightOfTasks, desk: tuple[Telephonists, str]
) -> None:
    crm, key = desk
    crm.says(key, "13700000007")
    read(night, crm)
    settle_numbers(night, crm)
    night.task(vin=key[5:])
    push(night.engine, night.keyring, night.group, crm, DAY, DAY, house_policy())
    assert "13700000007" in crm.body(key)
    crm.says(key, "13700000007", CALLED + timedelta(days=1))
    crm.says(key, "13700000008", CALLED + timedelta(days=1, hours=1))
    assert read(night, crm, days=1)["numbers"] == 1
    assert settle_numbers(night, crm, days=1) == [(PHONE, "13700000008")]


def test_a_number_put_right_after_the_day_waits_for_its_night(
    night: NightOfTasks, desk: tuple[Telephonists, str]
) -> None:
    crm, key = desk
    crm.says(key, "13700000007", CALLED + timedelta(days=1))
    counts = read(night, crm)
    assert (counts["numbers"], counts["later"]) == (0, 1)
    assert read(night, crm, days=1)["numbers"] == 1


def test_a_number_that_nobody_can_call_is_a_case_for_the_steward(
    night: NightOfTasks, desk: tuple[Telephonists, str]
) -> None:
    crm, key = desk
    crm.says(key, "023-62801234")
    read(night, crm)
    assert settle_numbers(night, crm) == []
    cases = night.table("quality.quarantine")
    with night.engine.connect() as connection:
        (case,) = connection.execute(select(cases))
    assert (case.rule_ids, case.store_code, case.owner) == (["PN05"], "CA01", "store")
    (shown,) = list_cases(night.engine, ["*"], DAY)
    assert shown["business_key"] == "CA01|****0001"
    story = describe_case(night.engine, ["*"], DAY, case.case_id)
    row = masked_row("contact_number", story["source_row"], "en", ZoneInfo("Asia/Shanghai"))
    assert dict(row)["VIN or lead no."] == "*************0001"
    assert not any(secret in str(row) for secret in (key[5:], "62801234", PHONE))


def test_where_the_dealer_system_registers_complaints_a_call_is_none(
    night: NightOfTasks, crm: Workplace
) -> None:
    crm.capabilities = replace(crm.capabilities, tells_complaints=False)
    crm.finish(night.task(), is_complaint=True)
    assert read(night, crm) == {"read": 1, "new": 1, "later": 0}
    assert [load[0] for load in loads(night)] == ["call_result"]


def test_a_call_after_the_day_is_left_to_a_later_night(night: NightOfTasks, crm: Workplace) -> None:
    early, late = night.task(), night.task()
    crm.finish(early)
    after = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    crm.finish(late, called_at=after, version_at=after)
    assert read(night, crm) == {"read": 1, "new": 1, "later": 1, "complaints": 0}
    assert read(night, crm) == {"read": 1, "new": 0, "later": 1, "complaints": 0}
    assert read(night, crm, days=1)["later"] == 0
    assert late in [row.task_key for row in staged(night)]


def test_a_call_dated_after_it_was_written_down_counts_from_then_and_holds_nothing_up(
    night: NightOfTasks, crm: Workplace
) -> None:
    wrong, right = night.task(), night.task()
    crm.finish(wrong, called_at=datetime(2062, 11, 20, 2, 30, tzinfo=UTC))
    crm.finish(right)
    found = {"read": 2, "new": 2, "later": 0, "complaints": 0, "misdated": 1}
    assert read(night, crm) == found
    assert [row.called_at for row in staged(night)] == [CALLED, CALLED]
    # The cursor has passed it.
    assert "misdated" not in read(night, crm, days=1)


def test_a_result_of_an_unknown_task_is_staged_without_a_store(
    night: NightOfTasks, crm: Workplace
) -> None:
    crm.finish("CA01.S4-03.NOBODY")
    read(night, crm)
    assert [(row.task_key, row.store_code) for row in staged(night)] == [
        ("CA01.S4-03.NOBODY", None)
    ]


def test_a_crm_that_is_down_fails_the_load_and_keeps_the_cursor(
    night: NightOfTasks, crm: Workplace
) -> None:
    crm.finish(night.task())
    crm.is_down = True
    with pytest.raises(SystemUnreachable):
        read(night, crm)
    assert {load[1:] for load in loads(night)} == {("failed", None, "the CRM cannot be reached")}
    crm.is_down = False
    assert read(night, crm)["new"] == 1


def test_a_result_that_the_warehouse_does_not_take_fails_the_load_without_its_words(
    night: NightOfTasks, crm: Workplace
) -> None:
    crm.finish(night.task())
    with night.engine.begin() as connection:
        connection.exec_driver_sql(
            "alter table staging.call_result add check (outcome <> 'reached')"
        )
    with pytest.raises(PipelineFault):
        read(night, crm)
    failure = "staging.call_result does not take a row that was read (23514)"
    assert {load[1:] for load in loads(night)} == {("failed", None, failure)}


def test_a_target_that_brings_nothing_back_has_no_load(night: NightOfTasks, tmp_path: Path) -> None:
    crm = FileCrm(tmp_path / "crm.sqlite")
    assert read_back(night.engine, night.keyring, night.group, crm, DAY)["read"] == 0
    assert loads(night) == []


def test_what_a_customer_asked_for_in_a_call_is_a_preference_of_who_was_called(
    night: NightOfTasks, crm: Workplace
) -> None:
    crm.capabilities = replace(crm.capabilities, tells_wishes=True)
    first, second = night.task(vin="LSVAA11111A000001"), night.task()
    until = date(2026, 12, 31)
    crm.finish(first, wish="pause", wish_until=until, remark="成功 暂停联系至2026-12-31 出国")
    crm.finish(second, remark="很满意")
    counts = {"read": 2, "new": 2, "later": 0, "complaints": 0, "wishes": 1}
    assert read(night, crm) == counts
    assert read(night, crm) == {**counts, "new": 0}
    validate(night.engine, night.group, crm.name, "preference", DAY)
    assert merge(night.engine, night.group, crm.name, "preference", DAY)["promoted"] == 1
    with night.engine.connect() as connection:
        (wish,) = connection.execute(select(night.table("core.preference"))).all()
    assert wish.preference_no == f"{first}#1"
    assert (wish.store_code, wish.vin, wish.kind) == ("CA01", "LSVAA11111A000001", "pause")
    assert (wish.valid_from, wish.valid_until) == (DAY, until)
    assert wish.customer_phone_hash == night.keyring.hash(PHONE)
    assert "出国" in night.keyring.decrypt(bytes(wish.reason_cipher))
