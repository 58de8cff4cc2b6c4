"""Steps of one matter: who wants nothing of it is not asked again, and a wrong number is called for nothing."""

from datetime import date, timedelta

import pytest
from care_group import CareGroup, july
from sqlalchemy import Engine

ENDS = date(2026, 8, 9)
FIRST, SECOND = "SK01.S2-18.P", "SK01.S2-18.P.2"
DELIVERED, HALF_A_YEAR_LATER = date(2026, 1, 5), date(2026, 7, 4)
PHONE = {"customer_phone_hash": b"one phone"}


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def status(care: CareGroup, key: str) -> tuple[str, str | None]:
    task = care.task(key)
    return task["status"], task["status_reason"]


def renew(care: CareGroup) -> None:
    """A policy that ends on 9 August: the first call is made in the first days of July."""
    care.consent(date(2026, 1, 1), vin="VINP", customer_phone_hash=b"phone P")
    care.insure("P", ENDS, store_code="SK01")
    care.nights(date(2026, 6, 29), july(2))
    assert status(care, FIRST) == ("open", None)


@pytest.mark.parametrize("outcome", ["refused", "declined", "not_our_customer"])
def test_who_wants_nothing_of_a_renewal_is_not_called_about_it_again(
    care: CareGroup, outcome: str
) -> None:
    renew(care)
    care.call(FIRST, july(3), outcome)
    care.nights(july(3), july(9))
    assert status(care, FIRST) == ("done", outcome)
    assert status(care, SECOND) == ("withdrawn", "said_no")
    assert care.night(july(9))["changed"] == 0


@pytest.mark.parametrize("outcome", ["reached", "already_called"])
def test_who_was_only_told_is_called_again_before_it_ends(care: CareGroup, outcome: str) -> None:
    renew(care)
    care.call(FIRST, july(3), outcome)
    care.nights(july(3), july(9))
    assert status(care, SECOND) == ("open", None)


def test_an_answer_that_is_put_right_brings_the_next_step_back(care: CareGroup) -> None:
    renew(care)
    care.call(FIRST, july(3), "refused")
    care.nights(july(3), july(9))
    care.call(FIRST, july(3), "reached", arrives=july(10))
    care.night(july(10))
    assert status(care, SECOND) == ("open", None)


def test_a_refusal_that_is_told_late_ends_what_was_missed_since(care: CareGroup) -> None:
    renew(care)
    care.nights(july(3), july(24))
    assert status(care, SECOND) == ("missed", "not_called")
    care.call(FIRST, july(4), "refused", arrives=july(25))
    care.night(july(25))
    assert status(care, SECOND) == ("withdrawn", "said_no")


def test_what_another_matter_brings_is_another_matter(care: CareGroup) -> None:
    """Who refuses the renewal is called about the repair; who refused this year's is asked next year."""
    renew(care)
    care.call(FIRST, july(3), "refused")
    care.insure("Q", ENDS, store_code="SK01", vin="VINP", holder_phone_hash=b"phone Q")
    care.consent(date(2026, 1, 1), vin="VINP", customer_phone_hash=b"phone Q")
    care.nights(july(3), july(9))
    assert status(care, "SK01.S2-18.Q.2") == ("open", None)


@pytest.mark.parametrize("outcome", ["invalid_number", "wrong_person"])
def test_a_number_that_proved_wrong_is_called_for_nothing_else(
    care: CareGroup, outcome: str
) -> None:
    care.deliver("A", DELIVERED, store_code="SK01", **PHONE)
    care.nights(DELIVERED, DELIVERED + timedelta(days=1))
    care.call("SK01.S2-01.A", DELIVERED + timedelta(days=2), outcome)
    care.night(DELIVERED + timedelta(days=2))
    care.nights(HALF_A_YEAR_LATER, july(6))
    third = "SK01.S2-01.A.3"
    assert status(care, third) == ("held", "wrong_number")
    care.deliver("A", DELIVERED, store_code="SK01", arrives=july(7), customer_phone_hash=b"new")
    care.night(july(7))
    assert status(care, third) == ("open", None)


def test_a_later_document_that_gives_the_same_number_makes_it_right_again(care: CareGroup) -> None:
    care.deliver("A", DELIVERED, store_code="SK01", **PHONE)
    care.nights(DELIVERED, DELIVERED + timedelta(days=1))
    care.call("SK01.S2-01.A", DELIVERED + timedelta(days=2), "wrong_person")
    care.night(DELIVERED + timedelta(days=2))
    care.repair("R", july(6), store_code="SK01", deliverer_phone_hash=b"one phone")
    care.nights(july(6), july(7))
    assert status(care, "SK01.S2-03.R") == ("open", None)


REMINDER, INSPECTION = "SK01.S2-08.B", "SK01.S2-11.A.24"


def two_messages(care: CareGroup) -> None:
    """A reminder of the first service by message, and behind it one of the inspection."""
    care.deliver("A", date(2024, 8, 2), store_code="SK01", **PHONE)
    care.deliver("B", date(2026, 5, 4), store_code="SK01", **PHONE)
    care.service_due("sales_order", "B", date(2026, 5, 4), date(2026, 8, 3), "SK01")
    care.nights(july(2), july(4))
    assert status(care, REMINDER) == ("open", None)
    assert status(care, INSPECTION) == ("postponed", "contact_budget")
    assert care.task(REMINDER)["also"] == [INSPECTION]


def test_what_staff_wrote_into_a_message_is_told(care: CareGroup) -> None:
    two_messages(care)
    care.call(REMINDER, july(5), "message_sent")
    care.night(july(5))
    assert status(care, REMINDER) == ("done", "message_sent")
    assert status(care, INSPECTION) == ("done", "told")


@pytest.mark.parametrize(
    ("outcome", "attempt"), [("message_sent", 0), ("message_refused", 1), ("no_answer", 1)]
)
def test_what_a_gateway_said_or_nobody_got_told_nothing_else(
    care: CareGroup, outcome: str, attempt: int
) -> None:
    two_messages(care)
    care.call(REMINDER, july(5), outcome, attempt_no=attempt)
    care.night(july(5))
    assert status(care, INSPECTION)[0] in ("open", "postponed")


def test_a_greeting_by_message_says_nothing_else(care: CareGroup) -> None:
    care.deliver("A", date(2025, 3, 10), store_code="SK01", born_on=date(1986, 7, 9), **PHONE)
    care.deliver("B", date(2026, 5, 10), store_code="SK01", **PHONE)
    care.service_due("sales_order", "B", date(2026, 5, 10), date(2026, 8, 8), "SK01")
    care.nights(july(7), july(8))
    greeting = "SK01.S2-06.A.20260709"
    assert status(care, greeting) == ("open", None)
    assert status(care, REMINDER) == ("postponed", "contact_budget")
    assert care.task(greeting)["also"] == []
