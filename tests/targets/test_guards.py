"""When a push looks wrong: rules of thumb that must not cry on ordinary days."""

from collections import Counter
from datetime import date, timedelta

import pytest

from aftercare.settings import Delivery
from aftercare.targets.guards import DayVolume, Stop, rejected_stop, volume_stop

MONDAY = date(2026, 6, 29)
GUARD = Delivery()


def days(counts: list[int], action: str = "upsert") -> list[DayVolume]:
    """Days before Monday that brought so many messages, all sent."""
    return [
        DayVolume(MONDAY - timedelta(days=number + 1), action, count)
        for number, count in enumerate(counts)
    ]


def monday(waiting: int, action: str = "upsert") -> DayVolume:
    return DayVolume(MONDAY, action, waiting)


def stop_of(known: list[DayVolume], waiting: list[DayVolume]) -> Stop | None:
    return volume_stop(waiting, lambda: [*known, *waiting], GUARD)


def test_a_day_of_far_more_messages_than_usual_is_stopped():
    stop = stop_of(days([100] * 10), [monday(401)])
    assert stop
    assert (stop.guard, stop.work_day, stop.found, stop.usual) == ("volume", MONDAY, 401, 100)
    assert "401" in stop.text


@pytest.mark.parametrize(
    ("known", "waiting"),
    [
        (days([100] * 10), 400),
        (days([100] * 6), 4_000),
        (days([10] * 10), 199),
        (days([100] * 10, "withdraw"), 4_000),
    ],
    ids=["at the limit", "too few days known", "too few messages", "of another action"],
)
def test_what_is_no_sudden_volume_goes_on(known, waiting):
    assert stop_of(known, [monday(waiting)]) is None


def test_what_days_brought_is_not_asked_where_little_waits():
    assert volume_stop([monday(199)], lambda: pytest.fail("asked"), GUARD) is None


def test_what_stood_still_for_days_is_no_sudden_volume():
    still = [DayVolume(MONDAY - timedelta(days=number), "upsert", 300) for number in range(5)]
    older = [DayVolume(MONDAY - timedelta(days=number), "upsert", 300) for number in range(5, 15)]
    assert stop_of(older, still) is None
    assert stop_of([*older, *still[1:]], [monday(5 * 300)])


@pytest.mark.parametrize(("waiting", "is_stopped"), [(800, False), (801, True)])
def test_after_closed_days_the_work_of_all_of_them_comes_at_once(waiting, is_stopped):
    closed = 4
    before = [
        DayVolume(MONDAY - timedelta(days=closed + number + 1), "upsert", 100)
        for number in range(10)
    ]
    few = DayVolume(MONDAY - timedelta(days=2), "upsert", 10)
    assert bool(stop_of([*before, few], [monday(waiting)])) is is_stopped


def test_many_withdrawals_at_once_are_stopped_too():
    stop = stop_of(days([20] * 10, "withdraw"), [monday(500, "withdraw")])
    assert stop
    assert stop.action == "withdraw"


def test_a_usual_day_of_nothing_makes_every_large_one_sudden():
    assert stop_of(days([0] * 10), [monday(200)])


@pytest.mark.parametrize(
    ("rejected", "sent", "is_stopped"), [(16, 34, True), (15, 35, False), (40, 9, False)]
)
def test_a_target_that_rejects_too_much_is_left_alone(rejected, sent, is_stopped):
    outcomes = Counter({"rejected": rejected, "sent": sent})
    assert bool(rejected_stop(outcomes, GUARD)) is is_stopped


def test_a_guard_that_could_never_tell_is_refused():
    with pytest.raises(ValueError, match="least_days"):
        Delivery(days=5, least_days=6)
