"""What moved a date is told whenever something moved it."""

from datetime import date, timedelta

import pytest
from care_group import house_policy

from aftercare.rules.calendar import OpenDays
from aftercare.rules.due import FollowUp, due_dates
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.placed import placed_dates

FIRST = date(2026, 1, 30)
OPEN_DAYS = OpenDays({7}, {date(2026, 2, day) for day in (16, 17, 18, 19)})
FOLLOW_UPS = [
    each for pack in ("changan-dealer", "skoda-dealer") for each in follow_ups(house_policy(), pack)
]


@pytest.mark.parametrize("follow_up", FOLLOW_UPS, ids=lambda each: f"{each.pack}-{each.stem}")
def test_a_date_that_is_not_the_wanted_one_was_moved_by_something(follow_up: FollowUp) -> None:
    for number in range(40):
        event_on = FIRST + timedelta(days=number)
        dates = due_dates(follow_up, event_on, OPEN_DAYS)
        for each in placed_dates(follow_up, event_on, OPEN_DAYS):
            assert each.placed == getattr(dates, each.name)
            assert bool(each.movers) == (each.placed != each.wanted), (event_on, each)


def test_a_call_gives_way_to_the_one_of_the_day_before_and_to_closed_days() -> None:
    first_call = next(each for each in FOLLOW_UPS if each.stem == "first_call")
    opens, due, deadline, expires = placed_dates(first_call, date(2026, 2, 13), OPEN_DAYS)
    assert (opens.wanted, opens.movers) == (date(2026, 2, 14), ("not_on_day_of", "closed_day"))
    assert (due.wanted, due.placed) == (date(2026, 2, 16), date(2026, 2, 20))
    assert due.movers == deadline.movers == ("not_before_open", "closed_day")
    assert (expires.placed, expires.movers) == (date(2026, 2, 20), ("not_before_deadline",))
