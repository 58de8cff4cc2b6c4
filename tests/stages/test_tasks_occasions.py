"""Occasions that pass, and come back: what stands is followed up, whatever was there in between."""

from datetime import date
from pathlib import Path

import pytest
from care_group import CareGroup, changed_policy, july
from sqlalchemy import Engine

from aftercare.stages.staff import Absence, away

RENEWAL, LEAD, SERVICE = "SK01.S2-18.P", "SK01.S2-14.L", "SK01.S2-09.R"
SECOND = f"{RENEWAL}.2"
WIN_BACK = "SK01.S2-13.A"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    care = CareGroup(warehouse)
    for number in ("P", "L", "R", "A"):
        care.consent(date(2026, 1, 1), customer_phone_hash=f"phone {number}".encode())
    return care


def status(care: CareGroup, key: str) -> tuple[str, str | None]:
    task = care.task(key)
    return task["status"], task["status_reason"]


def test_a_sale_with_inspections_years_ahead_can_be_cancelled(care: CareGroup) -> None:
    care.deliver("A", july(1), store_code="SK01")
    care.night(july(1))
    care.deliver("A", july(1), store_code="SK01", arrives=july(2), status="cancelled")
    care.night(july(2))
    assert {key: status for key, (status,) in care.tasks("status").items()} == {
        "SK01.S2-01.A": "withdrawn",
        "SK01.S2-15.A": "withdrawn",
    }


def test_a_policy_that_is_in_force_again_is_to_be_renewed_again(care: CareGroup) -> None:
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.night(july(1))
    assert status(care, RENEWAL) == ("open", None)
    for on, state, expected in (
        (july(2), "cancelled", ("withdrawn", "cancelled")),
        (july(3), "active", ("open", None)),
    ):
        care.insure("P", date(2026, 8, 9), store_code="SK01", arrives=on, status=state)
        care.night(on)
        assert status(care, RENEWAL) == expected


def test_a_policy_that_turns_out_to_end_later_is_to_be_renewed_then(care: CareGroup) -> None:
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.nights(july(1), july(6))
    assert status(care, RENEWAL) == ("missed", "not_called")
    care.insure("P", date(2026, 8, 17), store_code="SK01", arrives=july(9))
    care.night(july(9))
    assert status(care, RENEWAL) == ("open", None)
    assert care.task(RENEWAL)["open_on"] == july(8)


def renewals_of_a_specialist(engine: Engine, folder: Path) -> CareGroup:
    """The second call about a renewal is the renewal specialist's."""
    item = "skoda-dealer/follow_ups/renewal_second_call"
    policy = changed_policy(folder, item, "owner_role", {date(2012, 1, 1): "RENEWAL"})
    care = CareGroup(engine, policy=policy)
    care.consent(date(2026, 1, 1), customer_phone_hash=b"phone P")
    return care


def test_a_renewal_goes_to_the_specialist_of_its_store_and_to_nobody_elses(
    warehouse: Engine, tmp_path: Path
) -> None:
    care = renewals_of_a_specialist(warehouse, tmp_path)
    care.person("SK01-R1", "RENEWAL", "SK01")
    care.person("CA01-R1", "RENEWAL", "CA01")
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.night(july(7))
    assert status(care, SECOND) == ("open", None)
    task = care.task(SECOND)
    assert (task["owner_role"], task["owner_no"]) == ("RENEWAL", "SK01-R1")


def test_in_a_store_without_a_specialist_a_renewal_waits_for_one_and_is_no_other_posts(
    warehouse: Engine, tmp_path: Path
) -> None:
    care = renewals_of_a_specialist(warehouse, tmp_path)
    care.person("CA01-R1", "RENEWAL", "CA01")
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.night(july(7))
    assert status(care, SECOND) == ("open", "no_owner")
    assert care.task(SECOND)["owner_no"] is None
    care.person("SK01-R1", "RENEWAL", "SK01", since=july(9))
    care.night(july(8))
    assert status(care, SECOND) == ("open", None)
    assert care.task(SECOND)["owner_no"] == "SK01-R1"


def test_after_sales_care_calls_for_a_renewal_specialist_who_is_away(
    warehouse: Engine, tmp_path: Path
) -> None:
    care = renewals_of_a_specialist(warehouse, tmp_path)
    care.grant("manager", "manager")
    care.person("SK01-R1", "RENEWAL", "SK01")
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    leave = Absence("SK01-R1", july(8), july(8), "leave", None)
    away(care.engine, leave, "manager", july(7))
    care.night(july(7))
    task = care.task(SECOND)
    assert (task["owner_role"], task["owner_no"]) == ("RENEWAL", "SK01-AC1")
    care.night(july(8))
    assert care.task(SECOND)["owner_no"] == "SK01-R1"


def test_a_renewal_that_is_cancelled_brings_the_reminder_back(care: CareGroup) -> None:
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.night(july(1))
    later = date(2027, 8, 9)
    care.insure("P2", later, vin="VINP")
    care.night(july(2))
    assert status(care, RENEWAL) == ("withdrawn", "renewed")
    care.insure("P2", later, vin="VINP", status="cancelled")
    care.night(july(3))
    assert status(care, RENEWAL) == ("open", None)


def test_a_policy_that_moved_while_it_was_renewed_was_known_when_it_moved(care: CareGroup) -> None:
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.night(july(1))
    renewal = {"ends_on": date(2027, 8, 9), "vin": "VINP"}
    care.insure("P2", **renewal, arrives=july(2))
    care.night(july(2))
    care.insure("P", date(2026, 8, 10), store_code="SK01", arrives=july(3))
    care.night(july(3))
    assert status(care, RENEWAL) == ("withdrawn", "renewed")
    care.insure("P2", **renewal, arrives=july(4), status="cancelled")
    care.night(july(4))
    task = care.task(RENEWAL)
    assert (task["event_on"], task["arrived_day"]) == (date(2026, 8, 10), july(3))


def test_a_booking_that_is_cancelled_brings_the_reminder_back(care: CareGroup) -> None:
    care.repair("R", date(2026, 1, 25), store_code="SK01", owner_phone_check="valid")
    care.service_due("repair_order", "R", date(2026, 1, 25), july(25), "SK01")
    care.night(july(1))
    assert status(care, SERVICE) == ("open", None)
    care.book("B", july(20), vin="VINR")
    care.night(july(2))
    assert status(care, SERVICE) == ("withdrawn", "booked")
    care.book("B", july(20), vin="VINR", status="cancelled")
    care.night(july(3))
    assert status(care, SERVICE) == ("open", None)


def test_a_reminder_that_is_over_does_not_come_back(care: CareGroup) -> None:
    care.insure("P", date(2026, 8, 9), store_code="SK01")
    care.night(july(1))
    care.insure("P2", date(2027, 8, 9), vin="VINP")
    care.nights(july(2), july(7))
    care.insure("P2", date(2027, 8, 9), vin="VINP", status="cancelled")
    care.night(july(8))
    assert status(care, RENEWAL) == ("withdrawn", "renewed")


def test_a_lead_that_is_defeated_again_is_called(care: CareGroup) -> None:
    care.defeat("L", july(1), store_code="SK01")
    care.nights(july(1), july(8))
    assert status(care, LEAD) == ("open", None)
    for on, state, expected in (
        (july(9), "open", ("withdrawn", "not_defeated")),
        (july(10), "defeated", ("open", None)),
    ):
        care.defeat("L", july(1), store_code="SK01", arrives=on, status=state)
        care.night(on)
        assert status(care, LEAD) == expected


def test_who_stands_in_the_workshop_is_not_lost(care: CareGroup) -> None:
    care.deliver("A", date(2026, 1, 2), store_code="SK01")
    care.repair("R", None, arrives=july(1), vin="VINA", status="open")
    care.night(july(2))
    assert WIN_BACK not in care.tasks()


def test_who_sold_the_car_is_not_told_of_the_end_of_its_warranty(care: CareGroup) -> None:
    sold = date(2023, 8, 1)
    care.deliver("A", sold, store_code="SK01", vin="V", invoiced_on=sold)
    care.night(date(2026, 7, 2))
    assert care.tasks("status")["SK01.S2-10.A.36"] == ("open",)
    care.deliver("B", date(2026, 7, 3), store_code="SK01", vin="V")
    care.night(date(2026, 7, 3))
    columns = ("status", "status_reason")
    assert care.tasks(*columns)["SK01.S2-10.A.36"] == ("withdrawn", "sold_again")


def test_a_repair_that_is_agreed_on_is_no_service(care: CareGroup) -> None:
    owner = {"owner_phone_check": "valid", "owner_phone_hash": b"phone R"}
    care.repair("R", date(2026, 2, 1), store_code="SK01", **owner)
    care.service_due("repair_order", "R", date(2026, 2, 1), july(31), "SK01")
    care.book("R", july(10), kind="repair")
    care.night(july(1))
    assert status(care, SERVICE) == ("open", None)


def test_who_agreed_on_a_visit_and_did_not_come_is_reminded_again(care: CareGroup) -> None:
    care.repair("R", date(2026, 1, 25), store_code="SK01", owner_phone_check="valid")
    care.service_due("repair_order", "R", date(2026, 1, 25), july(25), "SK01")
    care.book("B", july(5), vin="VINR")
    care.night(july(1))
    assert SERVICE not in care.tasks()
    care.nights(july(2), july(7))
    assert SERVICE not in care.tasks()
    care.night(july(8))
    assert status(care, SERVICE) == ("open", None)
    care.book("C", july(12), vin="VINR")
    care.night(july(9))
    assert status(care, SERVICE) == ("withdrawn", "booked")
    for late in (july(15), july(14)):
        care.night(late)
    assert status(care, SERVICE) == ("open", None)


def test_a_reminder_that_is_over_when_the_booking_is_does_not_come_back(care: CareGroup) -> None:
    care.repair("R", date(2026, 1, 25), store_code="SK01", owner_phone_check="valid")
    care.service_due("repair_order", "R", date(2026, 1, 25), july(25), "SK01")
    care.book("B", july(17), vin="VINR")
    care.nights(july(1), july(20))
    assert SERVICE not in care.tasks()
    care.night(july(24))
    assert status(care, f"{SERVICE}.2") == ("open", None)
