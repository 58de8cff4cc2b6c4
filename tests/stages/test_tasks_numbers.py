"""A number that staff put right in a CRM, or a dealer system, holds from the next night on, and opens what the wrong one ended."""

from datetime import date

import pytest
from care_group import REPAIR, CareGroup, july
from sqlalchemy import Engine

WRONG, SEVEN, LEAD = b"phone R", "CA01.S4-04.A", "SK01.S2-14.L"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """A repair whose customer may be called from 2 to 16 July."""
    care = CareGroup(warehouse)
    care.repair("R", july(1))
    care.night(july(1))
    return care


def state(care: CareGroup, key: str = REPAIR) -> tuple[str, str | None]:
    found: tuple[str, str | None] = care.tasks("status", "status_reason")[key]
    return found


@pytest.mark.parametrize("outcome", ["invalid_number", "wrong_person"])
def test_what_a_wrong_number_ended_is_open_again(care: CareGroup, outcome: str) -> None:
    care.call(REPAIR, july(2), outcome)
    care.night(july(2))
    assert state(care) == ("done", outcome)
    before = care.tasks("version")[REPAIR]
    care.put_right("VINR", july(3), WRONG)
    assert care.night(july(3))["reopened"] == 1
    assert state(care) == ("open", None)
    assert care.tasks("version")[REPAIR] > before
    assert care.night(july(4))["changed"] == 0


def test_a_number_put_right_too_late_leaves_the_dates_it_was_finished_with(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "wrong_person")
    care.night(july(2))
    finished = care.tasks("status_reason", "due_on", "expires_on", "contact_digest")[REPAIR]
    care.repair("R", date(2026, 6, 20), arrives=july(10))
    care.night(july(10))
    put_right = {"deliverer_phone_hash": b"phone X"}
    care.repair("R", date(2026, 6, 20), arrives=july(12), **put_right)
    care.night(july(12))
    found = care.tasks("status_reason", "due_on", "expires_on", "contact_digest")[REPAIR]
    assert found == finished
    assert care.tasks("tried_on")[REPAIR] == (None,)
    assert care.night(july(12))["changed"] == 0


def test_it_is_seen_in_the_same_night_as_the_call(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.put_right("VINR", july(2), WRONG)
    care.night(july(2))
    assert state(care) == ("open", None)


def test_that_the_right_number_is_wrong_too_ends_it(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.put_right("VINR", july(2), WRONG)
    care.night(july(2))
    care.call(REPAIR, july(3), "invalid_number", attempt_no=2)
    care.night(july(3))
    assert state(care) == ("done", "invalid_number")


def test_who_was_reached_is_not_called_again(care: CareGroup) -> None:
    care.call(REPAIR, july(2))
    care.put_right("VINR", july(2), WRONG)
    care.night(july(2))
    assert state(care) == ("done", "reached")


def test_attempts_count_anew(care: CareGroup) -> None:
    for number in (1, 2):
        care.call(REPAIR, july(1 + number), "no_answer", attempt_no=number)
        care.night(july(1 + number))
    assert care.tasks("attempts")[REPAIR] == (2,)
    care.put_right("VINR", july(4), WRONG)
    care.night(july(4))
    assert care.tasks("attempts")[REPAIR] == (0,)


def test_what_waits_for_an_unreachable_number_goes_on(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    care.deliver("A", july(1))
    care.repair("R", july(1), vin="VINA", deliverer_phone_hash=b"phone A")
    care.night(july(1))
    for number in range(1, 5):
        care.call(REPAIR, july(1 + number), "no_answer", attempt_no=number)
        care.call(REPAIR, july(1 + number), "message_sent", attempt_no=10 + number)
        care.night(july(1 + number))
    care.nights(july(6), july(7))
    assert (state(care), state(care, SEVEN)) == (
        ("done", "unreachable"),
        ("held", "unreachable"),
    )
    care.put_right("VINA", july(8), b"phone A")
    care.night(july(8))
    assert (state(care), state(care, SEVEN)) == (("open", None), ("postponed", "contact_budget"))


def test_what_is_over_stays_over(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.nights(july(2), july(20))
    care.put_right("VINR", july(21), WRONG)
    care.night(july(21))
    assert state(care) == ("done", "invalid_number")


@pytest.mark.parametrize("changes", [{"replaced": b"another"}, {"subject": "VINX"}])
def test_another_number_or_vehicle_is_not_meant(
    care: CareGroup, changes: dict[str, object]
) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.night(july(2))
    care.put_right(**{"subject": "VINR", "said_on": july(3), "replaced": WRONG} | changes)  # type: ignore[arg-type]
    care.night(july(3))
    assert state(care) == ("done", "invalid_number")


@pytest.mark.parametrize("outcome", ["invalid_number", "wrong_person"])
def test_a_number_that_the_dealer_system_puts_right_opens_it_as_well(
    care: CareGroup, outcome: str
) -> None:
    care.call(REPAIR, july(2), outcome)
    care.night(july(2))
    care.repair("R", july(1), arrives=july(3), deliverer_phone_hash=b"right")
    care.night(july(3))
    assert state(care) == ("open", None)
    care.call(REPAIR, july(4), outcome, attempt_no=2)
    care.night(july(4))
    assert state(care) == ("done", outcome)


@pytest.mark.parametrize("arrives", [16, 30])
def test_a_number_that_comes_when_there_is_no_day_left_to_call_it_opens_nothing(
    care: CareGroup, arrives: int
) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.nights(july(2), july(arrives - 1))
    care.repair("R", july(1), arrives=july(arrives), deliverer_phone_hash=b"right")
    care.night(july(arrives))
    assert state(care) == ("done", "invalid_number")


def test_a_number_put_right_on_the_last_day_opens_nothing(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.nights(july(2), july(15))
    care.put_right("VINR", july(16), WRONG)
    care.night(july(16))
    assert state(care) == ("done", "invalid_number")


def test_another_store_s_word_is_not_asked(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.night(july(2))
    care.put_right("VINR", july(3), WRONG, store_code="SK01")
    care.night(july(3))
    assert state(care) == ("done", "invalid_number")


def test_a_number_that_the_dealer_system_gives_since_knows_better(care: CareGroup) -> None:
    care.put_right("VINR", july(2), WRONG)
    care.night(july(2))
    right = care.tasks("contact_digest")[REPAIR]
    care.repair("R", july(1), arrives=july(3), deliverer_phone_hash=b"newest")
    care.night(july(3))
    newest = care.tasks("contact_digest")[REPAIR]
    assert newest != right
    care.repair("R", july(1), arrives=july(4))
    care.night(july(4))
    assert care.tasks("contact_digest")[REPAIR] == right


def test_a_late_night_does_not_know_what_was_put_right_after_it(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "invalid_number")
    care.put_right("VINR", july(5), WRONG)
    care.night(july(2))
    assert state(care) == ("done", "invalid_number")
    care.nights(july(3), july(5))
    assert state(care) == ("open", None)


def test_a_lead_s_number_is_put_right_too_and_its_own_consent_is_asked(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    care.consent(july(1), customer_phone_hash=b"phone L")
    care.defeat("L", july(1), "SK01")
    care.nights(july(1), july(12))
    assert state(care, LEAD) == ("open", None)
    care.call(LEAD, july(13), "invalid_number")
    care.night(july(13))
    assert state(care, LEAD) == ("done", "invalid_number")
    care.put_right("L", july(14), b"phone L", store_code="SK01")
    care.night(july(14))
    assert state(care, LEAD) == ("held", "no_consent")
    care.consent(july(15), customer_phone_hash=b"right")
    care.night(july(15))
    assert state(care, LEAD) == ("open", None)
