"""In which hours people are called."""

from datetime import date
from pathlib import Path

import pytest
from care_group import changed_policy, house_policy

from aftercare.errors import PolicyError
from aftercare.rules.call_hours import CallHours
from aftercare.rules.festivals import Festivals
from aftercare.words import call_hours_text, stretches_text

WEDNESDAY, SATURDAY = date(2026, 7, 1), date(2026, 7, 4)
NATIONAL_DAY, MAKE_UP = date(2026, 10, 1), date(2026, 10, 10)
LATER = [{"from": "10:00", "until": "18:00"}]


@pytest.fixture
def rest_days(tmp_path: Path) -> CallHours:
    """Days of rest begin later."""
    changed = {WEDNESDAY: LATER}
    policy = changed_policy(tmp_path, "house/calls", "rest_day_call_hours", changed)
    return CallHours.of(policy, "changan-dealer", WEDNESDAY)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (WEDNESDAY, "09:00–12:00, 14:00–20:00"),
        (SATURDAY, "10:00–18:00"),
        (MAKE_UP, "09:00–12:00, 14:00–20:00"),
        (NATIONAL_DAY, "10:00–18:00"),
    ],
)
def test_days_of_rest_have_hours_of_their_own_and_a_weekend_at_work_has_not(
    rest_days: CallHours, day: date, expected: str
) -> None:
    assert stretches_text(rest_days.on(day, Festivals.load(WEDNESDAY)), "en") == expected


def test_the_hours_are_told_once_where_all_days_are_alike(rest_days: CallHours) -> None:
    always = CallHours.of(house_policy(), "changan-dealer", WEDNESDAY)
    assert call_hours_text(always, "zh") == "09:00–12:00、14:00–20:00"
    assert call_hours_text(always, "en") == "09:00–12:00, 14:00–20:00"
    assert call_hours_text(rest_days, "zh") == (
        "工作日 09:00–12:00、14:00–20:00，周末和节假日 10:00–18:00"
    )
    assert call_hours_text(rest_days, "en") == (
        "09:00–12:00, 14:00–20:00 on working days, 10:00–18:00 on weekends and holidays"
    )


def test_other_hours_hold_from_their_day_on(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, "house/calls", "call_hours", {SATURDAY: LATER})
    said = [
        call_hours_text(CallHours.of(policy, "care-norm", day), "en")[:11]
        for day in (WEDNESDAY, SATURDAY)
    ]
    assert said == ["09:00–12:00", "10:00–18:00"]


def test_hours_that_nobody_gave_are_asked_for_by_name() -> None:
    with pytest.raises(PolicyError, match="call_hours"):
        CallHours.of(house_policy(), "changan-dealer", date(2011, 12, 31))
