"""Open days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.errors import ConfigurationError
from aftercare.rules.calendar import OpenDays

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(OpenDays, st.sets(st.integers(1, 7), max_size=6), st.sets(DAYS, max_size=40))


def test_an_open_day_is_its_own_neighbour_on_both_sides() -> None:
    monday = date(2026, 7, 6)
    assert OpenDays().previous_open(monday) == OpenDays().next_open(monday) == monday


def test_closed_days_are_stepped_over() -> None:
    open_days = OpenDays(weekly_closed={7}, closed={date(2026, 7, 6)})
    assert open_days.next_open(date(2026, 7, 5)) == date(2026, 7, 7)
    assert open_days.previous_open(date(2026, 7, 6)) == date(2026, 7, 4)


def test_sunday_is_seven() -> None:
    assert not OpenDays(weekly_closed={7}).is_open(date(2026, 7, 5))
    assert OpenDays(weekly_closed={7}).is_open(date(2026, 7, 4))


def test_a_calendar_without_any_open_day_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no open day within a year of 2026-07-01"):
        OpenDays(weekly_closed=set(range(1, 8))).next_open(date(2026, 7, 1))


def test_a_range_holds_both_ends() -> None:
    found = list(OpenDays(weekly_closed={7}).days(date(2026, 7, 4), date(2026, 7, 5)))
    assert found == [
        (date(2026, 7, 4), True, date(2026, 7, 4), date(2026, 7, 4)),
        (date(2026, 7, 5), False, date(2026, 7, 4), date(2026, 7, 6)),
    ]


@given(CALENDARS, DAYS)
def test_neighbours_are_open_and_nothing_open_lies_between(open_days: OpenDays, day: date) -> None:
    before, after = open_days.previous_open(day), open_days.next_open(day)
    assert before <= day <= after
    assert open_days.is_open(before)
    assert open_days.is_open(after)
    between = (date.fromordinal(each) for each in range(before.toordinal() + 1, after.toordinal()))
    assert not any(open_days.is_open(each) for each in between)
