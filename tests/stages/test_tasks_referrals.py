"""Who sent a buyer is thanked, once, and only where a car was delivered."""

from datetime import date

import pytest
from care_group import CareGroup, group_of, july
from sqlalchemy import Engine

THANKS = "CA01.S3-05.A.N"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """A store of the norm's pack, the owner of a car, and a buyer whom they sent."""
    pack = [{"from": date(2000, 1, 1), "pack": "care-norm"}]
    made = CareGroup(warehouse, group_of(store_packs={"CA01": pack}))
    made.deliver("A", date(2024, 7, 2))
    made.deliver("N", july(1), vin="VINN")
    made.refer("N", "VINA", date(2026, 6, 20))
    return made


def status(care: CareGroup, key: str = THANKS) -> tuple[str, str | None]:
    task = care.task(key)
    return task["status"], task["status_reason"]


def test_two_buyers_of_a_day_are_thanked_for_in_one_call(care: CareGroup) -> None:
    care.deliver("M", july(1), vin="VINM")
    care.refer("M", "VINA", date(2026, 6, 25))
    care.night(july(1))
    assert status(care, "CA01.S3-05.A.M") == ("open", None)
    assert status(care) == ("postponed", "contact_budget")
    care.call("CA01.S3-05.A.M", july(2))
    care.night(july(2))
    assert status(care) == ("done", "told")


def test_another_day_of_the_delivery_thanks_nobody_twice(care: CareGroup) -> None:
    care.night(july(1))
    care.call(THANKS, july(2))
    care.deliver("N", july(2), vin="VINN", arrives=july(2))
    care.nights(july(2), july(4))
    assert [key for key in care.tasks() if ".S3-05." in key] == [THANKS]
    assert status(care) == ("done", "reached")


def test_a_delivery_that_is_put_off_moves_the_thanks(care: CareGroup) -> None:
    care.night(july(1))
    care.deliver("N", july(3), vin="VINN", arrives=july(3))
    care.nights(july(2), july(3))
    assert care.task(THANKS)["open_on"] == july(4)
    assert status(care) == ("open", None)


def test_who_buys_again_sent_nobody(care: CareGroup) -> None:
    care.deliver("N", july(1), vin="VINN", customer_phone_hash=b"phone A", arrives=july(1))
    care.night(july(1))
    assert THANKS not in care.tasks()


def test_an_order_that_is_cancelled_after_all_takes_the_thanks_back(care: CareGroup) -> None:
    care.night(july(1))
    care.deliver("N", july(1), vin="VINN", status="cancelled", arrives=july(2))
    care.night(july(2))
    assert status(care) == ("withdrawn", "referral_ended")


def test_a_referral_that_is_noted_late_is_thanked_late(warehouse: Engine) -> None:
    pack = [{"from": date(2000, 1, 1), "pack": "care-norm"}]
    care = CareGroup(warehouse, group_of(store_packs={"CA01": pack}))
    care.deliver("A", date(2024, 7, 2))
    care.deliver("N", july(1), vin="VINN")
    care.nights(july(1), july(4))
    assert THANKS not in care.tasks()
    care.refer("N", "VINA", july(5))
    care.night(july(5))
    assert status(care) == ("open", None)


def test_who_was_thanked_is_not_called_again_about_it(care: CareGroup) -> None:
    care.night(july(1))
    care.call(THANKS, july(2))
    care.deliver("B", july(2), vin="VINB", customer_phone_hash=b"phone A")
    care.nights(july(2), july(3))
    assert status(care) == ("done", "reached")
    assert [key for key in care.tasks() if ".S3-05." in key] == [THANKS]
