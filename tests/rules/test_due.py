"""When follow-ups are due; the situations of each rule stand under tests/policy/follow_ups."""

from datetime import date, timedelta

import pytest
from care_group import house_policy
from hypothesis import given
from hypothesis import strategies as st

from aftercare.rules.calendar import OpenDays
from aftercare.rules.due import FollowUp, Offset, due_dates, look_back
from aftercare.rules.events import OF_PEOPLE
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    OpenDays,
    st.sets(st.integers(1, 7), max_size=5),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40),
)
ALL = [each for pack in house_policy().packs for each in follow_ups(house_policy(), pack)]


def of(policy: Policy, pack: str, stem: str) -> list[FollowUp]:
    return [each for each in follow_ups(policy, pack) if each.stem == stem]


@pytest.mark.parametrize(
    ("offset", "day", "expected"),
    [
        (Offset(months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (Offset(months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (Offset(months=1), date(2026, 12, 31), date(2027, 1, 31)),
        (Offset(months=6), date(2026, 8, 31), date(2027, 2, 28)),
        (Offset(months=3, days=7), date(2026, 11, 30), date(2027, 3, 7)),
        (Offset(days=3), date(2026, 12, 30), date(2027, 1, 2)),
        (Offset(), date(2026, 2, 28), date(2026, 2, 28)),
    ],
)
def test_months_end_on_the_last_day_of_the_month_and_days_follow(
    offset: Offset, day: date, expected: date
) -> None:
    assert offset.after(day) == expected


@given(st.builds(Offset, st.integers(0, 24), st.integers(0, 60)), DAYS, st.integers(1, 400))
def test_no_earlier_event_reaches_a_day(offset: Offset, day: date, earlier: int) -> None:
    assert offset.after(offset.before(day) - timedelta(days=earlier)) < day


@given(st.sampled_from(ALL), DAYS, CALENDARS)
def test_dates_follow_one_another_and_work_is_on_open_days(
    follow_up: FollowUp, event_on: date, open_days: OpenDays
) -> None:
    dates = due_dates(follow_up, event_on, open_days)
    first = min(event_on + timedelta(days=1), follow_up.opens.after(event_on))
    assert first <= dates.open_on <= dates.due_on <= dates.deadline_on <= dates.expires_on
    assert all(open_days.is_open(day) for day in (dates.open_on, dates.due_on, dates.deadline_on))


@given(DAYS, CALENDARS)
def test_two_hour_call_and_first_call_are_never_on_the_same_day(
    event_on: date, open_days: OpenDays
) -> None:
    (two_hours,) = of(house_policy(), "changan-dealer", "two_hour_call")
    (first_call,) = of(house_policy(), "changan-dealer", "first_call")
    moved = due_dates(two_hours, event_on, open_days)
    assert due_dates(first_call, event_on, open_days).open_on > moved.due_on


@given(st.sampled_from(ALL), DAYS, st.integers(0, 20), CALENDARS, DAYS)
def test_a_night_looks_at_every_event_whose_task_may_be_due(
    follow_up: FollowUp, day: date, ahead: int, open_days: OpenDays, event_on: date
) -> None:
    horizon = day + timedelta(days=ahead)
    dates = due_dates(follow_up, event_on, open_days)
    first, last = look_back(follow_up, day, horizon, [open_days])
    if dates.open_on <= horizon and dates.expires_on >= day:
        assert first <= event_on <= last


@given(st.sampled_from(ALL), DAYS)
def test_a_night_looks_no_further_than_it_must(follow_up: FollowUp, day: date) -> None:
    first, last = look_back(follow_up, day, day, [OpenDays()])
    needed = follow_up.opens.after(day) - follow_up.expires.after(day)
    # Months differ by three days at most: at either end, and once more where they end.
    assert (last - first).days <= -needed.days + 9


@pytest.mark.parametrize("follow_up", ALL, ids=lambda each: f"{each.stem}.{each.occurrence}")
def test_what_goes_first_is_the_same_in_every_pack(follow_up: FollowUp) -> None:
    order = {"service": 5, "warranty": 6, "inspection": 7, "insurance": 8, "campaign": 9}
    if follow_up.purpose == "safety":
        expected = 4
    elif follow_up.event in OF_PEOPLE:
        expected = 10
    elif follow_up.has_trouble:
        expected = 1
    else:
        expected = order.get(follow_up.about, min(follow_up.priority, 3))
    assert follow_up.priority == expected


@pytest.mark.parametrize("follow_up", ALL, ids=lambda each: f"{each.stem}.{each.occurrence}")
def test_the_first_night_of_a_store_makes_a_month_of_a_rule_at_most(follow_up: FollowUp) -> None:
    dates = due_dates(follow_up, date(2024, 8, 1), OpenDays())
    assert (dates.expires_on - dates.open_on).days <= 31
