"""When the next service is due: situations, held to the twin in rules.service_due."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from care_group import changed_policy, group_of, house_policy
from garage import NIGHT, Garage, take
from sqlalchemy import text

from aftercare.errors import PolicyError
from aftercare.rules.service_due import ServiceDue
from aftercare.stages.service_due import know_service_due
from aftercare.warehouse import connect

ITEM = "house/service_due"
FIRST_LINE = f"{ITEM}/first@2012-01-01"
TYPICAL_LINE = f"{ITEM}/typical_daily_km@2012-01-01"
JANUARY = date(2026, 1, 10)


@pytest.fixture(scope="module")
def house(postgres: Any, warehouse_template: str) -> Iterator[Garage]:
    """One garage for all situations that change no policy, each with vehicles of its own."""
    name = f"garage_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name, template=warehouse_template, is_small=True)
    engine = connect(postgres.url(name))
    yield Garage(engine)
    engine.dispose()
    postgres.drop_database(name)


@pytest.fixture
def garage(house: Garage) -> Garage:
    return house


@pytest.fixture
def own(warehouse: Any) -> Garage:
    """A garage of one test."""
    return Garage(warehouse)


@pytest.fixture
def vin(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def known(found: ServiceDue | None) -> ServiceDue:
    assert found is not None
    return found


def drive(
    garage: Garage, vin: str, start: date, km: int, daily: int, steps: int, every: int
) -> None:
    """A maintenance and after it visits at even distances, none of them a maintenance."""
    garage.served(vin, start, km)
    for step in range(1, steps + 1):
        driven = km + step * every * daily
        garage.served(vin, start + days(step * every), driven, "mechanical")


def test_the_first_service_is_three_months_after_delivery(garage: Garage, vin: str) -> None:
    order_no = garage.sold(vin, date(2026, 1, 10))
    found = known(garage.due(vin))
    assert (found.kind, found.document_kind, found.document_no) == (
        "first",
        "sales_order",
        order_no,
    )
    assert (found.due_on, found.reason) == (date(2026, 4, 10), "time")
    assert found.policy_line == (FIRST_LINE, TYPICAL_LINE)


def test_three_months_from_the_last_of_november_end_in_february(garage: Garage, vin: str) -> None:
    garage.sold(vin, date(2025, 11, 30))
    assert known(garage.due(vin)).due_on == date(2026, 2, 28)


def test_without_an_odometer_no_kilometres_are_guessed(garage: Garage, vin: str) -> None:
    garage.sold(vin, JANUARY)
    found = known(garage.due(vin))
    assert found.base_odometer_km is found.due_by_km_on is found.last_odometer_km is None
    assert (found.daily_km_source, found.confidence) == ("default", "default")


def test_a_pre_delivery_order_is_no_visit_but_reads_the_odometer(garage: Garage, vin: str) -> None:
    garage.sold(vin, JANUARY)
    garage.served(vin, JANUARY - days(5), 12, ro_type="pre_delivery", owner_kind="company")
    found = known(garage.due(vin))
    assert (found.kind, found.base_odometer_km) == ("first", 12)
    assert found.due_by_km_on == JANUARY + days(5000 // 40)
    assert (found.due_on, found.confidence) == (date(2026, 4, 10), "default")


def test_a_reading_long_before_delivery_is_not_the_delivery_s(garage: Garage, vin: str) -> None:
    garage.sold(vin, JANUARY)
    garage.served(vin, JANUARY - days(91), 12, "other", ro_type="pre_delivery")
    assert known(garage.due(vin)).base_odometer_km is None


def test_the_last_maintenance_begins_six_months(garage: Garage, vin: str) -> None:
    garage.sold(vin, JANUARY)
    garage.served(vin, date(2026, 4, 1), 4000)
    ro_no = garage.served(vin, date(2026, 8, 31), 9000)
    found = known(garage.due(vin))
    assert (found.kind, found.document_no) == ("periodic", ro_no)
    assert (found.interval_months, found.interval_km) == (6, 10000)
    assert found.due_by_time_on == date(2027, 2, 28)


def test_a_maintenance_before_the_store_s_first_pack_is_followed_by_what_that_one_says(
    warehouse: Any,
) -> None:
    packs = {"CHANGAN": [{"from": date(2026, 7, 1), "pack": "changan-dealer"}]}
    garage = Garage(warehouse, group=group_of(packs=packs))
    garage.served("V", date(2026, 3, 10))
    assert known(garage.due("V")).due_on == date(2026, 9, 10)


def test_a_maintenance_counts_from_the_day_it_left_and_reads_as_it_came(
    garage: Garage, vin: str
) -> None:
    opened_at = f"{JANUARY} 23:30+00"
    garage.served(vin, JANUARY + days(4), 4000, opened_at=opened_at)
    found = known(garage.due(vin))
    assert (found.base_on, found.base_odometer_km) == (JANUARY + days(4), 4000)
    assert found.last_odometer_on == JANUARY + days(1)
    assert found.due_by_km_on == JANUARY + days(4 + 10000 // 40)


def test_a_vehicle_that_nobody_delivered_is_unknown_until_its_maintenance(
    garage: Garage, vin: str
) -> None:
    garage.served(vin, JANUARY, 30000, "bodywork")
    assert garage.due(vin) is None
    garage.served(vin, JANUARY + days(40), 31000)
    assert known(garage.due(vin)).base_on == JANUARY + days(40)


def test_a_tyre_visit_refreshes_the_kilometres_and_not_the_interval(
    garage: Garage, vin: str
) -> None:
    ro_no = garage.served(vin, JANUARY, 10000)
    before = known(garage.due(vin))
    garage.served(vin, JANUARY + days(50), 16000, "tyre")
    after = known(garage.due(vin))
    assert (after.document_no, after.due_by_time_on) == (ro_no, before.due_by_time_on)
    assert (after.last_odometer_km, after.last_odometer_on) == (16000, JANUARY + days(50))
    assert after.due_by_km_on == JANUARY + days(50 + 4000 // 40)


def test_kilometres_that_are_driven_already_are_due_at_once(garage: Garage, vin: str) -> None:
    garage.served(vin, JANUARY, 10000)
    garage.served(vin, JANUARY + days(60), 25000, "tyre")
    found = known(garage.due(vin))
    assert (found.due_on, found.reason) == (JANUARY + days(60), "km")


def test_a_vehicle_s_own_kilometres_are_the_median_of_its_pairs(garage: Garage, vin: str) -> None:
    drive(garage, vin, JANUARY, 10000, daily=90, steps=3, every=30)
    found = known(garage.due(vin))
    assert (found.daily_km, found.daily_km_source) == (Decimal(90), "own")
    assert found.due_by_km_on == JANUARY + days(112)
    assert (found.reason, found.confidence) == ("km", "own")
    assert found.policy_line[1] == f"{ITEM}/private_range@2012-01-01"


def test_thirty_days_make_a_pair_and_twenty_nine_do_not(garage: Garage, vin: str) -> None:
    drive(garage, f"{vin} 30", JANUARY, 10000, daily=60, steps=3, every=30)
    drive(garage, f"{vin} 29", JANUARY, 10000, daily=60, steps=3, every=29)
    assert known(garage.due(f"{vin} 30")).daily_km_source == "own"
    assert known(garage.due(f"{vin} 29")).daily_km_source == "default"


def test_two_pairs_are_too_few_and_of_more_than_five_the_last_count(
    garage: Garage, vin: str
) -> None:
    drive(garage, f"{vin} few", JANUARY, 10000, daily=60, steps=2, every=30)
    assert known(garage.due(f"{vin} few")).daily_km == 40
    many = f"{vin} many"
    drive(garage, many, date(2025, 1, 1), 10000, daily=20, steps=6, every=30)
    for step in range(1, 6):
        reading = 10000 + 6 * 30 * 20 + step * 30 * 70
        garage.served(many, date(2025, 1, 1) + days((6 + step) * 30), reading, "tyre")
    assert known(garage.due(many)).daily_km == 70


def test_readings_of_more_than_two_years_ago_make_no_pair(garage: Garage, vin: str) -> None:
    for last_on in (date(2025, 1, 1), date(2025, 1, 2)):
        drive(garage, f"{vin} {last_on}", date(2023, 1, 1), 1000, daily=60, steps=2, every=30)
        garage.served(f"{vin} {last_on}", last_on, 40000, "tyre")
    assert known(garage.due(f"{vin} 2025-01-01")).daily_km_source == "own"
    assert known(garage.due(f"{vin} 2025-01-02")).daily_km_source == "default"


def test_several_visits_after_one_stretch_of_road_are_one_pair(garage: Garage, vin: str) -> None:
    garage.served(vin, JANUARY, 10000)
    for day in (60, 61, 62):
        garage.served(vin, JANUARY + days(day), 13000 + day, "bodywork")
    assert known(garage.due(vin)).daily_km_source == "default"


def test_pairs_never_span_a_replaced_odometer(garage: Garage, vin: str) -> None:
    drive(garage, vin, JANUARY, 90000, daily=50, steps=2, every=30)
    garage.served(vin, JANUARY + days(90), 10, "mechanical", is_odometer_replaced=True)
    garage.served(vin, JANUARY + days(110), 1010, "tyre")
    found = known(garage.due(vin))
    assert found.daily_km_source == "default"
    assert (found.last_odometer_km, found.base_odometer_km) == (1010, 90000)
    # From the last reading of the odometer that the base was read on.
    assert found.due_by_km_on == JANUARY + days(60 + 7000 // 40)
    garage.served(vin, JANUARY + days(120), 1510, "tyre")
    assert known(garage.due(vin)).daily_km == 50


def test_falling_and_jumping_readings_make_no_pair(garage: Garage, vin: str) -> None:
    drive(garage, vin, JANUARY, 10000, daily=50, steps=3, every=30)
    garage.served(vin, JANUARY + days(120), 1600, "tyre")
    assert known(garage.due(vin)).last_odometer_km == 14500
    garage.served(vin, JANUARY + days(130), 165000, "tyre")
    assert known(garage.due(vin)).last_odometer_km == 14500
    garage.served(vin, JANUARY + days(150), 17500, "tyre")
    found = known(garage.due(vin))
    assert (found.last_odometer_km, found.daily_km) == (17500, 50)


def test_the_largest_odometer_that_core_holds_breaks_nothing(garage: Garage, vin: str) -> None:
    garage.served(vin, JANUARY, 2**31 - 1)
    assert known(garage.due(vin)).base_odometer_km == 2**31 - 1


def test_a_private_car_s_slope_is_clamped_on_both_sides(garage: Garage, vin: str) -> None:
    drive(garage, f"{vin} fast", JANUARY, 10000, daily=400, steps=3, every=30)
    drive(garage, f"{vin} slow", JANUARY, 10000, daily=2, steps=3, every=30)
    assert known(garage.due(f"{vin} fast")).daily_km == 300
    assert known(garage.due(f"{vin} slow")).daily_km == 5


@pytest.mark.parametrize("usage", ["taxi", "lease", "business"])
def test_a_taxi_s_own_slope_counts_with_a_wider_clamp(garage: Garage, vin: str, usage: str) -> None:
    garage.sold(vin, JANUARY - days(100), usage=usage)
    drive(garage, vin, JANUARY, 10000, daily=400, steps=3, every=30)
    found = known(garage.due(vin))
    assert (found.daily_km, found.due_on) == (400, JANUARY + days(90))
    assert found.policy_line[1] == f"{ITEM}/fleet_range@2012-01-01"


def test_a_company_s_car_is_a_fleet_s_until_a_person_owns_it(garage: Garage, vin: str) -> None:
    garage.sold(vin, JANUARY - days(100), usage="private", customer_kind="company")
    drive(garage, vin, JANUARY, 10000, daily=400, steps=3, every=30)
    assert known(garage.due(vin)).daily_km == 300
    garage.change("repair_order", vin, owner_kind=None)
    assert known(garage.due(vin)).daily_km == 400


def test_a_maintenance_that_is_reversed_falls_back_to_the_one_before(
    garage: Garage, vin: str
) -> None:
    first = garage.served(vin, JANUARY, 10000)
    garage.served(vin, JANUARY + days(100), 15000)
    assert known(garage.due(vin)).base_on == JANUARY + days(100)
    orders = garage.care.table("core.repair_order")
    with garage.engine.begin() as connection:
        reversed_ = orders.update().where(orders.c.vin == vin, orders.c.ro_no != first)
        connection.execute(reversed_.values(is_reversed=True))
    garage.queue(vin)
    found = known(garage.due(vin))
    assert (found.document_no, found.last_odometer_km) == (first, 10000)


@pytest.mark.parametrize(
    "gone",
    [{"status": "cancelled"}, {"is_reversed": True}, {"vanished_day": NIGHT}],
    ids=["cancelled", "reversed", "vanished"],
)
def test_of_what_does_not_stand_nothing_is_known(
    garage: Garage, vin: str, gone: dict[str, Any]
) -> None:
    garage.served(vin, JANUARY, 10000)
    assert garage.due(vin) is not None
    garage.change("repair_order", vin, **gone)
    assert garage.due(vin) is None


def test_a_cancelled_sale_and_one_that_is_not_delivered_are_no_base(
    garage: Garage, vin: str
) -> None:
    garage.sold(vin, None)
    assert garage.due(vin) is None
    garage.sold(vin, JANUARY)
    assert garage.due(vin) is not None
    garage.change("sales_order", vin, status="cancelled")
    assert garage.due(vin) is None


def test_a_delivery_after_a_maintenance_begins_anew_and_a_used_car_has_had_its_first_service(
    garage: Garage, vin: str
) -> None:
    garage.served(vin, JANUARY, 30000)
    order_no = garage.sold(vin, JANUARY + days(30))
    garage.change("sales_order", vin, sale_type="used")
    found = known(garage.due(vin))
    assert (found.kind, found.document_no) == ("periodic", order_no)
    assert (found.base_odometer_km, found.due_by_time_on) == (30000, date(2026, 8, 9))


def test_of_several_orders_of_one_day_the_last_reading_counts(garage: Garage, vin: str) -> None:
    morning, evening = f"{JANUARY} 01:00+00", f"{JANUARY} 09:00+00"
    garage.served(vin, JANUARY, None, opened_at=morning)
    garage.served(vin, JANUARY, 10020, "tyre", opened_at=evening)
    garage.served(vin, JANUARY, 10010, "bodywork", opened_at=morning)
    assert known(garage.due(vin)).base_odometer_km == 10020


def test_the_day_that_the_customer_chose_comes_first_until_the_car_was_served(
    garage: Garage, vin: str
) -> None:
    garage.served(vin, JANUARY)
    worked_out = known(garage.due(vin)).due_on
    garage.wished(vin, JANUARY + days(30), worked_out + days(20))
    garage.wished(vin, JANUARY + days(31), worked_out + days(25), valid_until=JANUARY + days(60))
    found = known(garage.due(vin))
    assert (found.due_on, found.reason) == (worked_out + days(20), "customer")
    garage.wished(vin, JANUARY + days(40), worked_out - days(7))
    assert known(garage.due(vin)).due_on == worked_out - days(7)
    garage.served(vin, JANUARY + days(90))
    assert known(garage.due(vin)).reason == "time"


def test_what_did_not_change_is_not_written_again(own: Garage) -> None:
    for number in range(3):
        own.sold(f"V{number}", JANUARY + days(number))
    counts = {"vehicles": 3, "requeued": 3, "changed": 3, "dropped": 0}
    assert own.night() == counts
    versions = own.versions()
    own.queue("V0", "V1")
    assert own.night() == {"vehicles": 2, "requeued": 0, "changed": 0, "dropped": 0}
    assert own.versions() == versions
    assert own.night()["vehicles"] == 0
    with own.engine.connect() as connection:
        reports = text("select counts ->> 'vehicles' from ops.stage_report where stage = :stage")
        assert connection.execute(reports, {"stage": "service_due"}).scalars().all() == ["0"]


def test_a_new_dated_line_changes_what_is_based_on_or_after_its_day(
    own: Garage, tmp_path: Path
) -> None:
    for number in range(3):
        own.sold(f"D{number}", JANUARY + days(number))
        own.served(f"M{number}", JANUARY + days(number), 10000)
    own.night()
    versions = own.versions()
    since = JANUARY + days(1)
    policy = changed_policy(
        tmp_path, ITEM, "first", {since: {"calendar_month": 4, "kilometre": 5000}}
    )
    counts = own.night(policy)
    assert (counts["vehicles"], counts["changed"]) == (4, 2)
    assert {vin for vin, version in own.versions().items() if version != versions[vin]} == {
        "D1",
        "D2",
    }
    assert own.rows()["D1"].due_on == date(2026, 5, 11)
    assert own.rows() == own.expected()
    with pytest.raises(PolicyError, match="decided something and is gone"):
        own.night(house_policy())


def test_a_new_dated_line_reaches_a_visit_that_has_not_left_yet(
    own: Garage, tmp_path: Path
) -> None:
    own.served("V", JANUARY, 10000)
    own.change("repair_order", "V", exit_on=None)
    own.night()
    policy = changed_policy(
        tmp_path, ITEM, "periodic", {JANUARY: {"calendar_month": 8, "kilometre": 9000}}
    )
    assert own.night(policy)["changed"] == 1
    assert own.rows() == own.expected()


def test_a_pack_s_own_values_hold_for_its_stores(own: Garage, tmp_path: Path) -> None:
    own.sold("CA", JANUARY)
    own.sold("SK", JANUARY, store_code="SK01")
    own.night()
    changed_policy(tmp_path, ITEM, "first", {})
    (tmp_path / "policy" / "skoda-dealer" / "service_due.yaml").write_text(
        """
first:
  rule: S2-08
  unit: service_interval
  reference: the maker's book
  values:
    2020-01-01: {calendar_month: 12, kilometre: 15000}
""",
        encoding="utf-8",
    )
    policy = changed_policy(tmp_path, ITEM, "first", {})
    assert own.night(policy)["changed"] == 1
    rows = own.rows()
    assert (rows["CA"].interval_km, rows["SK"].interval_km) == (5000, 15000)
    assert rows["SK"].policy_line[0] == "skoda-dealer/service_due/first@2020-01-01"


def test_a_model_s_own_interval_and_typical_kilometres_come_first(
    own: Garage, tmp_path: Path
) -> None:
    tables = {
        "first_by_model": {"深蓝S07": {"calendar_month": 12, "kilometre": 10000}},
        "typical_daily_km_by_model": {"深蓝S07": 50.5},
    }
    for name, table in tables.items():
        policy = changed_policy(tmp_path, ITEM, name, {date(2012, 1, 1): table})
    garage = Garage(own.engine, policy)
    garage.sold("PRIVATE", JANUARY, model="深蓝S07")
    garage.sold("TAXI", JANUARY, model="深蓝S07", usage="taxi")
    garage.sold("OTHER", JANUARY, model="CS75")
    for vin in ("PRIVATE", "TAXI", "OTHER"):
        garage.served(vin, JANUARY, 10, "other", ro_type="pre_delivery")
    garage.night()
    rows = garage.rows()
    assert rows == garage.expected()
    found = rows["PRIVATE"]
    assert (found.interval_months, found.interval_km) == (12, 10000)
    assert (found.daily_km, found.daily_km_source) == (Decimal("50.5"), "model")
    assert found.due_by_km_on == JANUARY + days(199)
    # What is typical of private cars says nothing of a taxi.
    assert (rows["TAXI"].daily_km, rows["TAXI"].daily_km_source) == (40, "default")
    assert rows["OTHER"].interval_months == 3


def test_where_no_policy_is_in_force_nothing_is_known(own: Garage) -> None:
    own.sold("OLD", date(2011, 12, 31))
    own.sold("NEW", date(2012, 1, 1))
    own.night()
    assert set(own.rows()) == {"NEW"}


def test_lines_that_decided_are_used(own: Garage) -> None:
    own.sold("V", JANUARY)
    own.night()
    with own.engine.connect() as connection:
        used = connection.execute(text("select line_id from ops.policy_line where is_used"))
        assert FIRST_LINE in set(used.scalars())


def test_a_policy_that_is_not_in_the_warehouse_decides_nothing(own: Garage, tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, ITEM, "pair_days", {date(2026, 1, 1): 40})
    with pytest.raises(PolicyError, match="load it before next services"):
        know_service_due(own.engine, own.care.group, policy, NIGHT)


def test_a_run_that_dies_loses_no_touch(own: Garage) -> None:
    own.queue("V1", "V2")
    with take(own.engine) as died:
        died.rollback()
    assert own.waiting() == {"V1", "V2"}


def test_what_is_touched_while_a_run_has_it_waits_for_the_next(own: Garage) -> None:
    own.queue("V1", "V2")
    with take(own.engine) as at_work, ThreadPoolExecutor(1) as pool:
        touched = pool.submit(own.queue, "V1")
        _wait_until_blocked(own)
        at_work.commit()
        touched.result()
    assert own.waiting() == {"V1"}


def _wait_until_blocked(garage: Garage) -> None:
    blocked = text("select count(*) from pg_locks where not granted")
    with garage.engine.connect() as connection:
        while not connection.execute(blocked).scalar_one():
            connection.rollback()
