"""Whose a follow-up is when packs or their lines change between an event and what comes long after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from care_group import changed_policy, house_policy
from hypothesis import given
from hypothesis import strategies as st

from aftercare.rules.due import FollowUp, Offset
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.reach import OWN_DAY, PackRange, is_in_force, pack_ranges

ONE_DAY = timedelta(days=1)
CHANGE = date(2026, 7, 1)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
OLD, NEW = "skoda-dealer", "care-norm"
BY_PACK = {pack: follow_ups(house_policy(), pack) for pack in (OLD, NEW)}
LOST = "skoda-dealer/follow_ups/lost_customer"


def of(pack: str, stem: str) -> list[FollowUp]:
    return [each for each in BY_PACK[pack] if each.stem == stem]


def follower(ranges: Sequence[PackRange], reach: str, event_on: date) -> list[str]:
    return [
        each.pack
        for each in ranges
        if each.reach == reach and each.event_from <= event_on <= each.event_to
    ]


@given(st.builds(Offset, st.integers(0, 240), st.integers(0, 60)), DAYS)
def test_the_first_event_of_a_day_is_the_earliest_that_reaches_it(
    offset: Offset, day: date
) -> None:
    first = offset.first(day)
    assert offset.after(first) >= day
    assert offset.after(first - ONE_DAY) < day


@given(DAYS, DAYS)
def test_what_happens_at_once_is_of_the_pack_of_its_own_day(change: date, event_on: date) -> None:
    ranges = list(pack_ranges([(OLD, date(2012, 1, 1)), (NEW, change)], BY_PACK))
    assert follower(ranges, OWN_DAY, event_on) == [NEW if event_on >= change else OLD]


@given(st.sampled_from([24, 120, 240]), DAYS, DAYS)
def test_what_recurs_is_of_the_pack_of_the_day_on_which_it_recurs(
    months: int, change: date, event_on: date
) -> None:
    ranges = list(pack_ranges([(OLD, date(2012, 1, 1)), (NEW, change)], BY_PACK))
    recurs_on = Offset(months=months).after(event_on)
    assert follower(ranges, str(months), event_on) == [NEW if recurs_on >= change else OLD]


def test_a_first_pack_has_what_recurs_from_its_first_day_on() -> None:
    ranges = list(pack_ranges([(OLD, CHANGE)], BY_PACK))
    assert follower(ranges, "36", date(2023, 6, 30)) == []
    assert follower(ranges, "36", date(2023, 7, 1)) == [OLD]
    assert follower(ranges, OWN_DAY, date(2026, 6, 30)) == []


def test_a_pack_has_no_say_in_what_it_does_not_have() -> None:
    ranges = list(pack_ranges([(OLD, date(2012, 1, 1)), (NEW, CHANGE)], BY_PACK))
    assert [each.pack for each in ranges if each.reach == "S2-13.1"] == [OLD]
    assert not of(NEW, "lost_customer")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # At six months before and after: who is lost from the change on is of the new pack.
        (6, 6, date(2026, 1, 1)),
        # Three months instead of six: who was between the two at the change is called after six.
        (6, 3, date(2026, 4, 1)),
        # Six instead of three: who was called after three months before the change is not called again.
        (3, 6, date(2026, 4, 1)),
    ],
)
def test_nobody_is_lost_twice_or_never_where_the_months_change(
    before: int, after: int, expected: date, tmp_path: Path
) -> None:
    (lost,) = of(OLD, "lost_customer")
    by_pack = {
        OLD: [replace(lost, ruled_after=Offset(months=before))],
        "own": [replace(lost, pack="own", ruled_after=Offset(months=after))],
    }
    ranges = list(pack_ranges([(OLD, date(2012, 1, 1)), ("own", CHANGE)], by_pack))
    old, new = [each for each in ranges if each.reach == lost.reach]
    assert (old.event_to + ONE_DAY, new.event_from) == (expected, expected)
    if before != after:
        opens = changed_policy(tmp_path, LOST, "opens_after", {date(2012, 1, 1): before})
        opens = changed_policy(tmp_path, LOST, "opens_after", {CHANGE: after})
        parts = [each for each in follow_ups(opens, OLD) if each.stem == "lost_customer"]
        assert [each.opens.months for each in parts] == [before, after]
        assert parts[0].event_to + ONE_DAY == parts[1].event_from == expected


@pytest.mark.parametrize(
    ("stem", "item"), [("lost_customer", "priority"), ("warranty_end", "script")]
)
def test_values_are_in_force_by_days_of_policy_however_long_after_its_event_it_comes(
    stem: str, item: str, tmp_path: Path
) -> None:
    value = {"priority": 1, "script": "win_back"}[item]
    policy = changed_policy(tmp_path, f"{OLD}/follow_ups/{stem}", item, {CHANGE: value})
    before, after = [each for each in follow_ups(policy, OLD) if each.stem == stem]
    assert before.event_to < CHANGE - timedelta(days=170)
    for each, days in ((before, (-1, 1)), (after, (1, -1))):
        assert [is_in_force(each, CHANGE + timedelta(days=day)) for day in days] == [True, False]


@given(st.lists(DAYS, min_size=1, max_size=4, unique=True), st.data())
def test_packs_never_overlap_and_leave_no_event_between_them(
    days: list[date], data: st.DataObject
) -> None:
    """Whatever packs follow one another, and however long after an absence each of them calls."""
    (lost,) = of(OLD, "lost_customer")
    packs = [(f"pack{number}", day) for number, day in enumerate(sorted(days))]
    by_pack = {
        pack: [replace(lost, ruled_after=Offset(months=data.draw(st.integers(1, 24))))]
        for pack, _ in packs
    }
    ranges = [each for each in pack_ranges(packs, by_pack) if each.reach == lost.reach]
    assert ranges[-1].event_to == date.max
    assert all(before.event_to + ONE_DAY == after.event_from for before, after in pairwise(ranges))
