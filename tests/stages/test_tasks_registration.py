"""Inspections count from the day of the plates, whenever a dealer system tells it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from care_group import CareGroup, july
from sqlalchemy import Engine

INSPECTION = "SK01.S2-11.A.24"
SOLD, PLATES = date(2024, 7, 24), date(2024, 8, 1)
"""Inspections of cars of these days are to be reminded of from 24 June and 2 July 2026 on."""


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def sold(care: CareGroup, registered_on: date | None, arrives: date = SOLD, **given: Any) -> None:
    """The order of car A as a load of ``arrives`` tells it."""
    care.deliver("A", SOLD, "SK01", arrives=arrives, **({"registered_on": registered_on} | given))


def dates(care: CareGroup) -> tuple[Any, ...]:
    return care.tasks("event", "event_on", "open_on", "expires_on")[INSPECTION]


FROM_DELIVERY = ("registration", SOLD, date(2026, 6, 24), date(2026, 7, 24))
FROM_PLATES = ("registration", PLATES, july(2), date(2026, 8, 1))


def test_the_delivery_stands_in_until_the_registration_is_told(care: CareGroup) -> None:
    sold(care, None)
    care.nights(date(2026, 6, 23), date(2026, 6, 24))
    assert dates(care) == FROM_DELIVERY
    sold(care, PLATES, arrives=date(2026, 6, 25))
    counts = care.night(date(2026, 6, 25))
    assert counts["made"] == 0
    assert dates(care) == FROM_PLATES
    assert care.tasks("status", "status_reason")[INSPECTION] == ("postponed", "not_yet")
    care.nights(date(2026, 6, 26), july(1))
    assert care.tasks("status", "arrived_day")[INSPECTION] == ("open", date(2026, 6, 25))


def test_who_was_reminded_is_not_reminded_again_when_the_registration_is_told(
    care: CareGroup,
) -> None:
    sold(care, None)
    care.nights(date(2026, 6, 23), date(2026, 6, 24))
    care.call(INSPECTION, date(2026, 6, 25), outcome="message_sent")
    care.night(date(2026, 6, 25))
    sold(care, PLATES, arrives=date(2026, 6, 26))
    care.nights(date(2026, 6, 26), july(3))
    inspections = care.tasks("status", "status_reason")
    assert inspections[INSPECTION] == ("done", "message_sent")
    assert [key for key in inspections if "S2-11" in key] == [INSPECTION]


def test_a_registration_that_was_mistyped_moves_the_reminder(care: CareGroup) -> None:
    sold(care, date(2024, 8, 10))
    care.nights(july(10), july(11))
    assert dates(care)[1:3] == (date(2024, 8, 10), july(11))
    sold(care, PLATES, arrives=july(12))
    care.night(july(12))
    assert dates(care) == FROM_PLATES
    assert care.tasks("status")[INSPECTION] == ("open",)


def test_told_when_the_inspection_is_over_it_makes_no_reminder(care: CareGroup) -> None:
    sold(care, date(2025, 7, 24))
    care.nights(date(2026, 6, 23), july(3))
    assert INSPECTION not in care.tasks()
    sold(care, date(2024, 6, 1), arrives=july(4))
    care.night(july(4))
    assert INSPECTION not in care.tasks()


def test_a_car_with_plates_that_was_not_delivered_is_nobody_s_yet(care: CareGroup) -> None:
    care.deliver("A", None, "SK01", arrives=SOLD, registered_on=PLATES)
    care.night(july(1))
    assert INSPECTION not in care.tasks()


def test_a_sale_that_is_cancelled_takes_the_reminder_with_it(care: CareGroup) -> None:
    sold(care, PLATES)
    care.night(july(1))
    sold(care, PLATES, arrives=july(2), status="cancelled")
    care.night(july(2))
    assert care.tasks("status", "status_reason")[INSPECTION] == ("withdrawn", "cancelled")


def test_calls_after_the_sale_keep_to_the_delivery(care: CareGroup) -> None:
    care.deliver("A", july(1), "SK01", registered_on=july(9))
    care.night(july(1))
    assert {row[0] for row in care.tasks("event_on").values()} == {july(1)}
