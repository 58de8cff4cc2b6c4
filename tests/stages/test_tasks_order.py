"""What a task says of the way does not depend on which night came first."""

from datetime import date, timedelta
from typing import Any

import pytest
from care_group import REPAIR, CareGroup, july
from sqlalchemy import Engine

SERVICE, LEAD = "SK01.S2-09.R", "SK01.S2-14.L"
JANUARY, MAY = date(2026, 1, 25), date(2026, 5, 4)
COLUMNS = ("status", "status_reason", "arrived_day", "made_day", "changed_day", "late_reason")


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"is_reversed": True}, "reversed"), ({"status": "cancelled"}, "cancelled")],
)
def test_an_order_that_was_lost_before_a_late_night_leaves_the_task_that_nights_in_order_left(
    care: CareGroup, change: dict[str, Any], reason: str
) -> None:
    care.repair("R", july(1))
    care.repair("R", july(1), arrives=july(3), **change)
    counts = care.night(july(4))
    assert (counts["due"], counts["withdrawn"]) == (0, 0)
    counts = care.night(july(1))
    assert (counts["due"], counts["withdrawn"]) == (0, 1)
    expected = ("withdrawn", reason, july(1), july(1), july(3), None)
    assert care.tasks(*COLUMNS)[REPAIR] == expected
    assert care.messages("message_id") == []
    assert care.night(july(1))["changed"] == 0


def test_an_order_that_was_lost_on_the_day_it_came_makes_no_task(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.repair("R", july(1), arrives=july(1), is_reversed=True)
    care.night(july(1))
    assert care.tasks() == {}


def test_a_version_that_comes_late_shows_that_the_event_was_known_in_time(
    care: CareGroup,
) -> None:
    care.repair("R", july(1), arrives=july(6))
    care.night(july(6))
    assert care.tasks(*COLUMNS)[REPAIR][2:] == (july(6), july(6), july(6), "late_by_data")
    care.repair("R", july(1), arrives=july(2))
    care.night(july(2))
    assert care.tasks(*COLUMNS)[REPAIR][2:] == (july(2), july(2), july(6), None)


def test_what_was_held_and_came_in_good_order_was_known_when_it_came(care: CareGroup) -> None:
    care.repair("R", july(1), arrives=july(2))
    care.close_case("repair_order", "CA01", "R", july(6), state="resent")
    care.night(july(6))
    assert care.tasks(*COLUMNS)[REPAIR][2:4] == (july(2), july(2))


def test_what_became_known_when_it_was_over_makes_no_task_whichever_night_looks(
    care: CareGroup,
) -> None:
    care.repair("R", july(1), arrives=july(20))
    care.night(july(20))
    care.night(july(10))
    assert care.tasks() == {}


def test_a_lead_whose_day_is_put_right_is_known_with_that_day_since_then(care: CareGroup) -> None:
    care.defeat("L", july(10), store_code="SK01")
    care.nights(july(10), july(17))
    care.defeat("L", july(2), store_code="SK01", arrives=july(18))
    care.night(july(18))
    moved = care.task("SK01.S2-14.L")
    assert (moved["open_on"], moved["made_day"], moved["arrived_day"]) == (
        july(9),
        july(18),
        july(18),
    )


def test_a_late_night_leaves_a_reminder_that_is_over_as_it_was_settled(care: CareGroup) -> None:
    care.repair("R", JANUARY, store_code="SK01", owner_phone_check="valid")
    care.service_due("repair_order", "R", JANUARY, july(25), "SK01")
    care.nights(july(1), july(20))
    settled = care.task(SERVICE)
    assert (settled["status"], settled["status_reason"]) == ("missed", "not_called")
    # The customer came since, so nothing calls for it any more.
    care.empty("care.service_due")
    care.repair("R", JANUARY, store_code="SK01", owner_phone_check="valid", arrives=july(3))
    assert care.night(july(3))["changed"] == 0
    assert care.task(SERVICE) == settled


def test_a_reminder_that_only_a_late_night_finds_was_on_no_list(care: CareGroup) -> None:
    care.repair("R", JANUARY, store_code="SK01", owner_phone_check="valid")
    care.night(july(20))
    care.service_due("repair_order", "R", JANUARY, july(25), "SK01")
    care.night(july(3))
    found = care.task(SERVICE)
    assert (found["status"], found["late_reason"]) == ("missed", "late_by_data")
    assert care.night(july(4))["changed"] == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"defeated_on": MAY, "status": "open"}, ("withdrawn", "not_defeated")),
        ({"defeated_on": july(12)}, ("held", "no_consent")),
    ],
)
def test_what_its_own_document_says_a_late_night_heeds(
    care: CareGroup, change: dict[str, Any], expected: Any
) -> None:
    care.defeat("L", MAY, store_code="SK01")
    for night in (MAY + timedelta(days=8), july(20)):
        care.night(night)
    assert care.task(LEAD)["status"] == "missed"
    care.defeat("L", store_code="SK01", arrives=july(14), **change)
    care.night(july(14))
    found = care.task(LEAD)
    assert (found["status"], found["status_reason"]) == expected


def test_a_call_that_comes_late_tells_a_late_night_that_the_reminder_was_made(
    care: CareGroup,
) -> None:
    care.repair("R", JANUARY, store_code="SK01", owner_phone_check="valid")
    care.service_due("repair_order", "R", JANUARY, july(25), "SK01")
    care.nights(july(1), july(2))
    care.empty("care.service_due")
    care.nights(july(3), july(20))
    assert care.task(SERVICE)["status_reason"] == "came_again"
    care.call(SERVICE, july(3))
    care.night(july(3))
    assert care.task(SERVICE)["status"] == "done"
