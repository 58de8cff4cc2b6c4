"""What a dealer system deleted is gone here too, within a week, and comes back if it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from care_group import REPAIR, CareGroup, july
from dealer_databases import KINDS, DealerDatabase, dealer_database
from dealer_sources import (
    DAY,
    GROUP,
    KEYRING,
    database,
    judge_plainly,
    know_stores,
    mapped,
    order,
    rows_of,
    sql_system,
    sqlite,
)
from sqlalchemy import Engine, text
from vehicles_known import assert_vehicles_known

from aftercare.connections import Connection
from aftercare.errors import BadData, PipelineFault, SystemUnreachable
from aftercare.sources.dealer_system import SqlSystem, Sweep
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.people import know_people
from aftercare.stages.pull import pull
from aftercare.stages.sweep import FEW, judge_again, sweep
from aftercare.warehouse import run

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)
# DAY is a Wednesday.
ON = "sweep: wednesday\n"
# A night in which tasks of July 1 are missed since long.
MISSED = date(2026, 8, 20)


class Dealer:
    """A dealer system with repair orders, and the warehouse that follows it night by night."""

    def __init__(
        self, warehouse: Engine, database: DealerDatabase, folder: Path, settings: str = ON
    ) -> None:
        self.warehouse, self.database = warehouse, database
        sql_system(folder)
        path = folder / "dms.yaml"
        path.write_text(f"{settings}{path.read_text('utf-8')}", "utf-8")
        system = read_dealer_system(path)
        assert isinstance(system, SqlSystem)
        self.system = system

    def hold(self, *numbers: str, **changes: Any) -> None:
        """The system holds these orders and no others."""
        database(self.database.engine, [order(number, **changes) for number in numbers])

    def capture(self, day: date = DAY) -> None:
        """Pulls a night."""
        connection = self.database.connection
        pull(self.warehouse, KEYRING, GROUP, self.system, connection, "repair_order", day)
        judge_plainly(self.warehouse, "repair_order", day)

    def merge(self, day: date = DAY) -> dict[str, Any]:
        """Merges what was pulled, and judges it by the keys that are known."""
        merge(self.warehouse, GROUP, "dms", "repair_order", day)
        return judge_again(self.warehouse, GROUP, self.system, "repair_order")

    def read(self, day: date = DAY) -> None:
        """Pulls and merges a night."""
        self.capture(day)
        self.merge(day)

    def sweep(self, day: date = DAY, **more: Any) -> dict[str, Any]:
        """Sweeps after a night."""
        connection = more.pop("connection", self.database.connection)
        return sweep(
            self.warehouse, KEYRING, GROUP, self.system, connection, "repair_order", day, **more
        )

    def vanished(self) -> list[str]:
        """Numbers of the orders that count as gone."""
        found = rows_of(
            self.warehouse, "select ro_no from core.repair_order where is_vanished order by ro_no"
        )
        return [row["ro_no"] for row in found]


@pytest.fixture
def dealer(request: pytest.FixtureRequest, warehouse: Engine, tmp_path: Path) -> Iterator[Dealer]:
    kind = getattr(request, "param", "sqlite")
    know_stores(warehouse, "CA01")
    with dealer_database(kind, request, tmp_path) as made:
        yield Dealer(warehouse, made, tmp_path)


@pytest.mark.parametrize("dealer", KINDS, indirect=True)
def test_a_deleted_row_vanishes_and_one_that_is_back_returns(dealer: Dealer) -> None:
    dealer.hold("RO1", "RO2", "RO3")
    dealer.read()
    assert dealer.sweep() == {"keys": 3, "judged": 3, "vanished": 0, "returned": 0}
    dealer.hold("RO1", "RO3")
    assert dealer.sweep(DAY + WEEK) == {"keys": 2, "judged": 3, "vanished": 1, "returned": 0}
    assert dealer.vanished() == ["RO2"]
    assert_vehicles_known(dealer.warehouse)
    dealer.hold("RO1", "RO2")
    assert dealer.sweep(DAY + 2 * WEEK) == {"keys": 2, "judged": 2, "vanished": 1, "returned": 1}
    assert dealer.vanished() == ["RO3"]
    assert_vehicles_known(dealer.warehouse)


def test_a_row_that_a_later_night_reads_again_counts_again(dealer: Dealer) -> None:
    dealer.hold("RO1", "RO2")
    dealer.read()
    dealer.hold("RO1")
    dealer.sweep()
    assert dealer.vanished() == ["RO2"]
    dealer.hold("RO1", "RO2")
    dealer.read(DAY + ONE_DAY)
    assert dealer.vanished() == []


def test_a_row_that_comes_back_unchanged_brings_its_vehicle_and_people(dealer: Dealer) -> None:
    def known() -> tuple[Any, ...]:
        know_people(dealer.warehouse, GROUP, DAY)
        queries = (
            "select vin, last_odometer_km from core.vehicle order by vin",
            "select role_key from core.customer_role order by role_key",
        )
        return tuple(rows_of(dealer.warehouse, query) for query in queries)

    def touched() -> list[str]:
        taken = text("delete from care.service_due_queue returning vin")
        with dealer.warehouse.begin() as connection:
            return list(connection.execute(taken).scalars())

    dealer.hold("RO1")
    dealer.read()
    before, vins = known(), touched()
    assert before[1]
    assert len(vins) == 1
    dealer.hold("RO2", vin="LSVAA4180E2184846", sender=None)
    dealer.sweep(is_asked_for=True)
    assert dealer.vanished() == ["RO1"]
    assert known() != before
    assert touched() == vins
    assert_vehicles_known(dealer.warehouse)
    dealer.hold("RO1")
    dealer.read(DAY + ONE_DAY)
    assert dealer.vanished() == []
    assert_vehicles_known(dealer.warehouse)
    assert known() == before
    assert touched() == vins


def test_reading_the_swept_day_again_changes_nothing(dealer: Dealer) -> None:
    dealer.hold("RO1", "RO2")
    dealer.read()
    dealer.hold("RO1")
    dealer.sweep()
    merge(dealer.warehouse, GROUP, "dms", "repair_order", DAY)
    dealer.read()
    assert dealer.vanished() == ["RO2"]


def test_a_repeated_sweep_finds_the_same(dealer: Dealer) -> None:
    dealer.hold("RO1", "RO2")
    dealer.read()
    dealer.hold("RO1")
    dealer.sweep()
    assert dealer.sweep() == {"keys": 1, "judged": 1, "vanished": 0, "returned": 0}
    assert dealer.vanished() == ["RO2"]
    found = rows_of(dealer.warehouse, "select document_no, is_gone from ops.sweep_finding")
    assert found == [{"document_no": "RO2", "is_gone": True}]
    assert len(rows_of(dealer.warehouse, "select 1 from staging.swept_key")) == 1


def test_a_late_sweep_leaves_alone_what_later_nights_know(dealer: Dealer) -> None:
    dealer.hold("RO1")
    dealer.read(DAY)
    dealer.hold("RO1", "RO2", changed=datetime.fromisoformat("2026-06-11 09:00"))
    dealer.read(DAY + ONE_DAY)
    dealer.hold()
    assert dealer.sweep(DAY)["judged"] == 0
    dealer.hold("RO3")
    assert dealer.sweep(DAY + WEEK)["vanished"] == 2
    # What a later day's sweep found stands.
    dealer.hold("RO1", "RO2")
    assert dealer.sweep(DAY) == {}
    assert dealer.vanished() == ["RO1", "RO2"]


def test_what_is_merged_after_a_later_sweep_is_judged_by_its_keys(dealer: Dealer) -> None:
    dealer.hold("RO1", "RO2")
    dealer.capture()
    dealer.hold("RO1")
    assert dealer.sweep(DAY + 2 * ONE_DAY, is_asked_for=True)["judged"] == 0
    assert dealer.merge() == {"vanished": 1, "returned": 0}
    assert dealer.vanished() == ["RO2"]
    assert dealer.merge() == {}
    [known] = rows_of(dealer.warehouse, "select judged, vanished, returned from ops.sweep")
    assert known == {"judged": 2, "vanished": 1, "returned": 0}
    assert rows_of(dealer.warehouse, "select document_no from ops.sweep_finding") == [
        {"document_no": "RO2"}
    ]
    [told] = rows_of(dealer.warehouse, "select counts from ops.stage_report where stage = 'sweep'")
    assert told["counts"] == {"keys": 1, **known}


def test_what_was_read_after_the_keys_may_have_come_after_them(dealer: Dealer) -> None:
    dealer.hold("RO1")
    dealer.capture()
    dealer.sweep(DAY + 2 * ONE_DAY, is_asked_for=True)
    dealer.hold("RO1", "RO2")
    dealer.capture(DAY)
    assert dealer.merge() == {}
    assert dealer.vanished() == []


def test_what_is_merged_while_keys_are_read_is_judged(dealer: Dealer) -> None:
    dealer.hold("RO1", "RO2")
    dealer.capture()
    dealer.hold("RO1")
    with dealer.warehouse.begin() as connection:
        run(connection, "sweep/open_sweep", system="dms", feed="repair_order", day=DAY)
    assert dealer.merge() == {}
    with dealer.warehouse.begin() as connection:
        found = run(connection, "sweep/list_read_loads", sweep_id=1).scalars().all()
    assert len(found) == 1


def test_a_late_load_that_would_lose_too_much_is_refused_and_swept_again(dealer: Dealer) -> None:
    numbers = [f"RO{number:02}" for number in range(30)]
    dealer.hold(*numbers)
    dealer.capture()
    dealer.hold("OTHER")
    dealer.sweep()
    with pytest.raises(BadData, match="30 of 30 documents are not in tt_order"):
        dealer.merge()
    assert dealer.vanished() == []
    assert dealer.merge() == {}
    [known] = rows_of(dealer.warehouse, "select state from ops.sweep")
    assert known == {"state": "failed"}
    dealer.hold(*numbers)
    assert dealer.sweep(DAY + ONE_DAY)["judged"] == 30


def test_a_sweep_of_an_earlier_day_leaves_the_newest_keys(dealer: Dealer) -> None:
    dealer.hold("RO1")
    dealer.read()
    dealer.sweep(DAY + WEEK)
    with dealer.warehouse.begin() as connection:
        named = {"system": "dms", "feed": "repair_order"}
        earlier = run(connection, "sweep/open_sweep", **named, day=DAY).scalar_one()
        run(connection, "sweep/forget_keys", sweep_id=earlier)
        assert run(connection, "sweep/find_kept_keys", **named).one().keys == 1


def test_a_sweep_is_due_on_its_weekday_and_after_that_until_it_was_done(dealer: Dealer) -> None:
    dealer.hold("RO1")
    dealer.read()
    nowhere = Connection("source", "sqlite", database="/nowhere")
    with pytest.raises(SystemUnreachable):
        dealer.sweep(connection=nowhere)
    [known] = rows_of(dealer.warehouse, "select state, failure from ops.sweep")
    assert known["state"] == "failed"
    assert "connection source is not there" in known["failure"]
    assert dealer.sweep(DAY + ONE_DAY)["keys"] == 1
    assert dealer.sweep(DAY + 2 * ONE_DAY) == {}
    assert dealer.sweep(DAY + 2 * ONE_DAY, is_asked_for=True)["keys"] == 1
    assert dealer.sweep(DAY + WEEK)["keys"] == 1


def test_a_key_that_the_warehouse_does_not_take_fails_the_sweep_without_its_words(
    dealer: Dealer,
) -> None:
    dealer.hold("RO1")
    dealer.read()
    with dealer.warehouse.begin() as connection:
        connection.exec_driver_sql("alter table staging.swept_key add check (document_no <> 'RO1')")
    with pytest.raises(PipelineFault) as raised:
        dealer.sweep()
    assert str(raised.value) == "staging.swept_key does not take a row that was read (23514)"
    [known] = rows_of(dealer.warehouse, "select state, failure from ops.sweep")
    assert known == {"state": "failed", "failure": str(raised.value)}


@pytest.mark.parametrize(
    ("weekday", "since"), [("sunday", 7), ("wednesday", 10), ("thursday", 4), ("never", None)]
)
def test_the_week_begins_on_the_weekday_of_the_mapping(weekday: Any, since: int | None) -> None:
    assert Sweep(weekday=weekday).due_since(DAY) == (since and date(2026, 6, since))


def test_only_what_changed_lately_is_read_and_judged(dealer: Dealer) -> None:
    old = datetime.fromisoformat("2026-03-01 08:00")
    dealer.hold("OLD", changed=old)
    dealer.read(DAY - ONE_DAY)
    dealer.hold("RO1")
    dealer.read(DAY)
    assert dealer.sweep() == {"keys": 1, "judged": 1, "vanished": 0, "returned": 0}


def test_a_row_that_changed_after_the_day_is_still_there(dealer: Dealer) -> None:
    dealer.hold("RO1")
    dealer.read()
    dealer.hold("RO1", changed=datetime.fromisoformat("2026-06-15 08:00"))
    assert dealer.sweep()["vanished"] == 0


def test_a_row_that_became_no_record_is_gone(dealer: Dealer, tmp_path: Path) -> None:
    head = "    table: tt_order\n    cursor: changed\n    only: {is_red: [0]}\n"
    only_black = mapped(tmp_path, "sql", head)
    assert isinstance(only_black, SqlSystem)
    dealer.system = only_black
    dealer.hold("RO1", "RO2")
    dealer.read()
    dealer.database.run("update tt_order set is_red = 1 where ro_no = 'RO2'")
    dealer.sweep(is_asked_for=True)
    assert dealer.vanished() == ["RO2"]


@pytest.mark.parametrize("left", [0, 20])
def test_a_sweep_that_would_lose_too_much_is_refused(left: int, dealer: Dealer) -> None:
    numbers = [f"RO{number:02}" for number in range(30)]
    dealer.hold(*numbers)
    dealer.read()
    dealer.hold(*numbers[:left])
    with pytest.raises(BadData) as raised:
        dealer.sweep()
    assert str(raised.value) == (
        f"dms/repair_order of 2026-06-10: {30 - left} of 30 documents are not in tt_order any more, "
        "and at most 5% may be; nothing was withdrawn. Was the table emptied, or its key or mapping "
        "changed? If they were deleted, run aftercare sweep 2026-06-10 --system dms --most-lost 1"
    )
    assert dealer.vanished() == []
    [known] = rows_of(dealer.warehouse, "select state, failure from ops.sweep")
    assert known == {"state": "failed", "failure": str(raised.value)}
    assert dealer.sweep(most_lost=Decimal(1))["vanished"] == 30 - left
    assert dealer.vanished() == numbers[left:]


def test_a_few_may_always_be_deleted(dealer: Dealer) -> None:
    numbers = [f"RO{number}" for number in range(FEW + 1)]
    dealer.hold(*numbers)
    dealer.read()
    dealer.hold(numbers[0])
    assert dealer.sweep()["vanished"] == FEW


def test_another_system_s_documents_are_not_its_business(dealer: Dealer, tmp_path: Path) -> None:
    dealer.hold("RO1", "RO2")
    dealer.read()
    with dealer.warehouse.begin() as connection:
        connection.exec_driver_sql("update ops.load set system = 'other'")
    dealer.hold("RO1")
    assert dealer.sweep() == {"keys": 1, "judged": 0, "vanished": 0, "returned": 0}


def test_a_vehicle_s_last_visit_is_one_that_still_stands(dealer: Dealer) -> None:
    dealer.hold("RO1", changed=datetime.fromisoformat("2026-06-09 08:00"))
    dealer.read(DAY - ONE_DAY)
    visit = "select last_odometer_km, last_store_code from core.vehicle"
    assert rows_of(dealer.warehouse, visit) == [
        {"last_odometer_km": 12345, "last_store_code": "CA01"}
    ]
    dealer.hold("RO2", vin="LSVAA4182E2184848", changed=datetime.fromisoformat("2026-06-10 20:00"))
    dealer.read(DAY)
    dealer.sweep()
    gone = f"{visit} where vin = 'LSVAA4182E2184847'"
    assert rows_of(dealer.warehouse, gone) == [{"last_odometer_km": None, "last_store_code": None}]


def test_a_vehicle_is_known_by_what_stands_also_where_no_load_is_merged(dealer: Dealer) -> None:
    def touched() -> list[list[Any]]:
        queues = ("core.people_due", "care.service_due_queue")
        with dealer.warehouse.begin() as connection:
            taken = [text(f"delete from {queue} returning vin") for queue in queues]  # noqa: S608
            return [list(connection.execute(each).scalars()) for each in taken]

    dealer.hold("RO1", "RO2")
    dealer.read()
    vins = touched()
    # Read again and not merged, as where validation fails.
    dealer.capture()
    states = "select state from ops.load where feed = 'repair_order'"
    assert rows_of(dealer.warehouse, states) == [{"state": "validated"}]
    for numbers, gone in ((("RO1",), ["RO2"]), (("RO1", "RO2"), [])):
        dealer.hold(*numbers)
        dealer.sweep(is_asked_for=True)
        assert dealer.vanished() == gone
        assert_vehicles_known(dealer.warehouse)
        assert touched() == vins


def test_tasks_of_a_vanished_order_are_withdrawn_and_open_again_with_it(
    warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    care = CareGroup(warehouse)
    for number in ("R", "S"):
        care.repair(number, july(1))
    care.night(july(1))
    with dealer_database("sqlite", request, tmp_path) as made:
        changed = datetime.fromisoformat("2026-07-01 18:00")
        dealer = Dealer(warehouse, made, tmp_path)
        dealer.system = dealer.system.model_copy(update={"system": "demo"})
        for day, numbers in ((2, "S"), (3, "RS")):
            dealer.hold(*numbers, changed=changed)
            for _ in range(2):
                dealer.sweep(july(day), is_asked_for=True)
                care.night(july(day))
            if day == 2:
                assert care.task(REPAIR)["status_reason"] == "document_gone"
    assert care.tasks("status", "listed_day") == {
        REPAIR: ("open", july(3)),
        "CA01.S4-06.S": ("open", july(1)),
    }
    assert care.messages("action").count(("withdraw",)) <= 1


@pytest.mark.parametrize("is_after_the_night", [False, True])
def test_a_missed_task_of_an_order_that_is_gone_is_withdrawn_whenever_that_is_found(
    is_after_the_night: bool, warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    care = CareGroup(warehouse)
    changed = datetime.fromisoformat("2026-07-01 18:00")
    with dealer_database("sqlite", request, tmp_path) as made:
        dealer = Dealer(warehouse, made, tmp_path)
        dealer.hold("R", "S", changed=changed, settled=changed)
        dealer.read(july(1))
        for day in (july(1), MISSED - ONE_DAY):
            care.night(day)
        dealer.hold("S", changed=changed)
        if is_after_the_night:
            care.night(MISSED)
        dealer.sweep(MISSED, is_asked_for=True)
    assert care.task(REPAIR)["status"] == "missed"
    care.night(MISSED + ONE_DAY if is_after_the_night else MISSED)
    assert care.tasks("status", "status_reason") == {
        REPAIR: ("withdrawn", "document_gone"),
        "CA01.S4-06.S": ("missed", "not_called"),
    }


def test_a_missed_task_of_an_order_that_a_late_load_reverses_is_withdrawn(
    warehouse: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    care = CareGroup(warehouse)
    changed = datetime.fromisoformat("2026-07-01 18:00")
    with dealer_database("sqlite", request, tmp_path) as made:
        dealer = Dealer(warehouse, made, tmp_path)
        dealer.hold("R", changed=changed, settled=changed)
        dealer.read(july(1))
        dealer.hold("R", changed=changed + ONE_DAY, settled=changed, is_red=1)
        dealer.capture(july(2))
        for day in (july(1), MISSED):
            care.night(day)
        assert care.task(REPAIR)["status"] == "missed"
        dealer.merge(july(2))
    changed_tasks = [care.night(MISSED + days * ONE_DAY)["changed"] for days in (1, 2)]
    assert care.task(REPAIR)["status_reason"] == "reversed"
    assert changed_tasks == [1, 0]


def test_feeds_that_are_read_whole_or_hold_no_documents_are_not_swept(
    dealer: Dealer, tmp_path: Path
) -> None:
    whole = mapped(tmp_path, "sql", "    table: tt_order\n    read_whole: true\n")
    assert isinstance(whole, SqlSystem)
    dealer.system = whole
    assert dealer.sweep(is_asked_for=True) == {}


BESIDE = {
    "insurance_policy": "policy_no: ro_no\n      kind: {value: commercial}\n"
    "      status: {value: active}\n      starts_on: opened\n      ends_on: settled\n      vin: vin",
    "lead": "lead_no: ro_no\n      status: {value: open}\n      created_on: opened",
    "booking": "booking_no: ro_no\n      status: {value: booked}\n      booked_for: opened\n"
    "      vin: vin",
}


@pytest.mark.parametrize("feed", BESIDE)
def test_what_stands_beside_orders_vanishes_and_returns_too(
    feed: str, warehouse: Engine, tmp_path: Path
) -> None:
    know_stores(warehouse, "CA01")
    columns = f"\n      store_code: dealer\n      {BESIDE[feed]}\n"
    system = mapped(tmp_path, "sql", "    table: tt_order\n    cursor: changed\n", columns, feed)
    assert isinstance(system, SqlSystem)
    gone: list[list[bool]] = []
    for numbers in (("A", "B"), ("B",), ("A", "B")):
        connection = sqlite(tmp_path, [order(number) for number in numbers])
        if not gone:
            pull(warehouse, KEYRING, GROUP, system, connection, feed, DAY)
            judge_plainly(warehouse, feed)
            merge(warehouse, GROUP, "dms", feed, DAY)
        sweep(warehouse, KEYRING, GROUP, system, connection, feed, DAY, is_asked_for=True)
        rows = rows_of(warehouse, f"select is_vanished from core.{feed} order by 1")  # noqa: S608
        gone.append([row["is_vanished"] for row in rows])
    assert gone == [[False, False], [False, True], [False, False]]
