"""Who is not called: about a car that another has bought, after a purchase, for a store that is closed."""

from datetime import date, timedelta

import pytest
from care_group import CareGroup, is_balanced, july
from sqlalchemy import Engine

from aftercare.rules.calendar import ONE_DAY

RENEWAL, LEAD = "SK01.S2-18.P", "SK01.S2-14.L"
ENDS_ON = date(2026, 8, 11)


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def insure(care: CareGroup, holder: bytes = b"holder") -> None:
    """The policy of a car that ends forty days after the first of July; the holder agreed to be called."""
    care.insure("P", ENDS_ON, "SK01", vin="V", holder_name_hash=holder)
    care.consent(date(2025, 9, 1), customer_phone_hash=b"phone P")


def sell(care: CareGroup, number: str, on: date, buyer: bytes, **changes: object) -> None:
    who = {"customer_name_hash": buyer, "customer_phone_hash": b"phone of " + buyer}
    care.deliver(number, on, "SK01", vin="V", customer_kind="person", **who | changes)
    care.know_people("V", on)


def status(care: CareGroup, key: str) -> tuple[str, str | None] | None:
    found: tuple[str, str | None] | None = care.tasks("status", "status_reason").get(key)
    return found


def test_the_renewal_is_the_holders_until_somebody_else_buys_the_car(care: CareGroup) -> None:
    insure(care)
    care.night(july(1))
    assert status(care, RENEWAL) == ("open", None)
    sell(care, "B", july(2), b"second")
    care.night(july(2))
    assert status(care, RENEWAL) == ("withdrawn", "sold_again")
    sell(care, "B", july(2), b"second", status="cancelled", arrives=july(3))
    care.night(july(3))
    assert status(care, RENEWAL) == ("open", None)


@pytest.mark.parametrize(
    "changes", [{"customer_name_hash": b"holder"}, {"customer_phone_hash": b"phone P"}]
)
def test_a_holder_who_buys_the_car_is_called_all_the_same(
    care: CareGroup, changes: dict[str, bytes]
) -> None:
    insure(care)
    sell(care, "B", date(2026, 5, 1), b"second", **changes)
    care.night(july(1))
    assert status(care, RENEWAL) == ("open", None)


@pytest.mark.parametrize(("holder", "is_called"), [(b"first", False), (b"second", True)])
def test_another_owner_by_a_visit_ends_the_renewal_of_whoever_is_not_that_owner(
    care: CareGroup, holder: bytes, is_called: bool
) -> None:
    insure(care, holder)
    sell(care, "A", date(2024, 7, 25), b"first")
    owner = {"owner_name_hash": b"second", "owner_phone_hash": b"2", "owner_phone_check": "valid"}
    care.repair("R", date(2026, 5, 1), "SK01", vin="V", **owner)
    care.know_people("V", date(2026, 5, 1))
    care.night(july(1))
    assert (status(care, RENEWAL) == ("open", None)) == is_called


def test_a_lead_ends_when_the_customer_buys_and_is_lost_again_when_the_order_is_cancelled(
    care: CareGroup,
) -> None:
    care.defeat("L", date(2026, 6, 20), "SK01")
    care.consent(date(2026, 5, 1), customer_phone_hash=b"phone L")
    care.night(date(2026, 6, 27))
    assert status(care, LEAD) == ("open", None)
    phone = {"customer_phone_hash": b"phone L"}
    sell(care, "B", date(2026, 6, 28), b"buyer", **phone)
    care.night(date(2026, 6, 28))
    assert status(care, LEAD) == ("withdrawn", "bought")
    sell(care, "B", date(2026, 6, 28), b"buyer", status="cancelled", arrives=july(1), **phone)
    care.night(july(1))
    assert status(care, LEAD) == ("open", None)


def test_a_purchase_after_a_lead_was_missed_spares_nobody_whoever_looks_again(
    care: CareGroup,
) -> None:
    care.defeat("L", date(2026, 6, 20), "SK01")
    care.consent(date(2026, 5, 1), customer_phone_hash=b"phone L")
    care.night(date(2026, 6, 27))
    over = care.tasks("expires_on")[LEAD][0]
    care.night(over)
    assert status(care, LEAD) == ("missed", "not_called")
    on = over + timedelta(days=3)
    sell(care, "B", on, b"buyer", customer_phone_hash=b"phone L")
    care.night(on)
    care.defeat("L", date(2026, 6, 20), "SK01", arrives=on + ONE_DAY, created_on=date(2026, 5, 20))
    care.night(on + ONE_DAY)
    assert status(care, LEAD) == ("missed", "not_called")


def test_a_service_after_a_reminder_was_missed_spares_nobody_whoever_looks_again(
    care: CareGroup,
) -> None:
    care.deliver("A", july(1), customer_kind="person")
    care.nights(july(1), july(2))
    care.nights(july(17), july(26))
    assert status(care, "CA01.S4-05.A")[0] == "missed"
    service = {"vin": "VINA", "repair_type": "maintenance"}
    care.repair("R", date(2026, 8, 10), **service)
    care.deliver(
        "A", july(1), customer_kind="person", arrives=date(2026, 8, 12), registered_on=july(9)
    )
    care.nights(date(2026, 8, 10), date(2026, 8, 12))
    assert status(care, "CA01.S4-05.A")[0] == "missed"


def test_who_is_known_with_the_number_of_a_lead_may_have_bought_with_another(
    care: CareGroup,
) -> None:
    care.defeat("L", date(2026, 6, 20), "SK01")
    care.consent(date(2026, 5, 1), customer_phone_hash=b"phone L")
    who = {
        "owner_name_hash": b"buyer",
        "owner_phone_hash": b"phone L",
        "owner_phone_check": "valid",
    }
    care.repair("R", date(2026, 5, 1), "SK01", vin="W", **who)
    care.know_people("W", date(2026, 5, 1))
    sell(care, "B", date(2026, 6, 28), b"buyer")
    care.night(date(2026, 6, 28))
    # One name on two cars with two numbers may be two people.
    assert status(care, LEAD) == ("open", None)
    sell(care, "C", date(2026, 6, 29), b"buyer", customer_phone_hash=b"phone L")
    care.night(date(2026, 6, 29))
    assert status(care, LEAD) == ("withdrawn", "bought")


def test_from_the_day_on_which_a_store_closes_its_list_is_held_and_nothing_goes_out(
    care: CareGroup,
) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    assert status(care, "CA01.S4-06.R") == ("open", None)
    assert ("task", "upsert") in care.messages("entity", "action")
    care.close_store("CA01", july(4))
    care.night(july(2))
    assert status(care, "CA01.S4-06.R") == ("open", None)
    care.repair("S", july(3))
    counts = care.night(july(3))
    assert is_balanced(counts)
    for key in ("CA01.S4-06.R", "CA01.S4-06.S"):
        assert status(care, key) == ("held", "store_closed")
    assert counts["reasons"]["held"] == {"store_closed": 2}
    sent = [row for row in care.messages("external_key", "action") if row[0] == "CA01.S4-06.S"]
    assert sent == []
    assert ("CA01.S4-06.R", "withdraw") in care.messages("external_key", "action")
    care.night(july(20))
    assert status(care, "CA01.S4-06.R") == ("missed", "store_closed")


def test_a_store_that_closes_excuses_nobody_for_what_was_overdue_before(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.close_store("CA01", july(10))
    care.nights(july(1), july(9))
    assert status(care, "CA01.S4-06.R") == ("held", "store_closed")
    care.night(july(20))
    assert status(care, "CA01.S4-06.R") == ("missed", "not_called")


def test_what_was_over_before_a_store_closed_was_missed_and_a_day_put_right_opens_again(
    care: CareGroup,
) -> None:
    care.deliver("A", date(2026, 6, 20))
    care.repair("R", july(1))
    care.close_store("CA01", july(4))
    care.nights(date(2026, 6, 20), july(4))
    assert status(care, "CA01.S4-03.A") == ("missed", "not_called")
    assert status(care, "CA01.S4-06.R") == ("held", "store_closed")
    care.close_store("CA01", None)
    care.night(july(5))
    assert status(care, "CA01.S4-06.R") == ("open", None)
