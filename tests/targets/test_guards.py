"""When a push looks wrong: rules of thumb that must not cry on ordinary days."""

from collections import Counter
from datetime import date, timedelta

import pytest

from aftercare.settings import Delivery
from aftercare.targets.guards import DayVolume, rejected_stop, volume_stop

MONDAY = date(2026, 6, 29)
GUARD = Delivery()


def days(counts: list[int], action: str = "upsert") -> list[DayVolume]:
    """Days before Monday that brought so many messages, all sent."""
    return [
        DayVolume(MONDAY - timedelta(days=number + 1), action, count, 0)
        for number, count in enumerate(counts)
    ]


def monday(waiting: int, action: str = "upsert") -> DayVolume:
    return DayVolume(MONDAY, action, waiting, waiting)


def test_a_day_of_far_more_messages_than_usual_is_stopped():
    stop = volume_stop([*days([100] * 10), monday(401)], GUARD)
    assert stop
    assert (stop.guard, stop.work_day, stop.found, stop.usual) == ("volume", MONDAY, 401, 100)
    assert "401" in stop.text


@pytest.mark.parametrize(
    "known",
    [
        [*days([100] * 10), monday(400)],
        [*days([100] * 6), monday(4_000)],
        [*days([10] * 10), monday(199)],
        [*days([100] * 10, "withdraw"), monday(4_000)],
    ],
    ids=["at the limit", "too few days known", "too few messages", "of another action"],
)
def test_what_is_no_sudden_volume_goes_on(known):
    assert volume_stop(known, GUARD) is None


def test_what_stood_still_for_days_is_no_sudden_volume():
    waiting = [
        DayVolume(MONDAY - timedelta(days=number), "upsert", 100, 100) for number in range(5)
    ]
    older = [
        DayVolume(MONDAY - timedelta(days=number), "upsert", 100, 0) for number in range(5, 15)
    ]
    assert volume_stop([*waiting, *older], GUARD) is None


@pytest.mark.parametrize(("waiting", "is_stopped"), [(800, False), (801, True)])
def test_after_closed_days_the_work_of_all_of_them_comes_at_once(waiting, is_stopped):
    closed = 4
    before = [
        DayVolume(MONDAY - timedelta(days=closed + number + 1), "upsert", 100, 0)
        for number in range(10)
    ]
    few = DayVolume(MONDAY - timedelta(days=2), "upsert", 10, 0)
    assert bool(volume_stop([*before, few, monday(waiting)], GUARD)) is is_stopped


def test_many_withdrawals_at_once_are_stopped_too():
    stop = volume_stop([*days([20] * 10, "withdraw"), monday(500, "withdraw")], GUARD)
    assert stop
    assert stop.action == "withdraw"


def test_a_usual_day_of_nothing_makes_every_large_one_sudden():
    assert volume_stop([*days([0] * 10), monday(200)], GUARD)


@pytest.mark.parametrize(
    ("rejected", "sent", "is_stopped"), [(16, 34, True), (15, 35, False), (40, 9, False)]
)
def test_a_target_that_rejects_too_much_is_left_alone(rejected, sent, is_stopped):
    outcomes = Counter({"rejected": rejected, "sent": sent})
    assert bool(rejected_stop(outcomes, GUARD)) is is_stopped


def test_a_guard_that_could_never_tell_is_refused():
    with pytest.raises(ValueError, match="least_days"):
        Delivery(days=5, least_days=6)
