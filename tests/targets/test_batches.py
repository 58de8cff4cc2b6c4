"""One batch is on its way while the next one is made ready, and nothing is left lying."""

from threading import Event, get_ident

import pytest

from aftercare.targets.batches import Batches
from aftercare.targets.outbox import Ends, Work


class Desk:
    """Gives out so many batches, and remembers what was done with them, by which thread."""

    def __init__(self, count: int) -> None:
        self.waiting = [Work({}) for _ in range(count)]
        self.kept: list[Work] = []
        self.back: list[Work] = []
        self.threads: set[int] = set()
        self.both_taken = Event()

    def take(self) -> Work | None:
        """The next batch."""
        self.threads.add(get_ident())
        if not self.waiting:
            return None
        taken = self.waiting.pop(0)
        if not self.waiting:
            self.both_taken.set()
        return taken

    def keep(self, work: Work, _: Ends) -> None:
        """Remembers that a batch ended."""
        self.kept.append(work)

    def batches(self, ahead: bool = True) -> Batches:
        """The batches of this desk."""
        return Batches(self.take, self.keep, self.back.append, ahead)


@pytest.mark.parametrize("ahead", [True, False])
def test_each_batch_comes_once_and_its_end_is_kept_in_order(ahead: bool) -> None:
    desk = Desk(5)
    all_of_it = list(desk.waiting)
    with desk.batches(ahead) as batches:
        while work := batches.next():
            batches.keep(work, {})
    assert (desk.kept, desk.back) == (all_of_it, [])


def test_the_next_batch_is_taken_while_this_one_is_on_its_way() -> None:
    desk = Desk(2)
    with desk.batches() as batches:
        work = batches.next()
        assert work
        assert desk.both_taken.wait(10)
        batches.keep(work, {})
        assert batches.next()
    assert len(desk.threads) == 2


def test_one_by_one_nothing_is_taken_ahead() -> None:
    desk = Desk(2)
    with desk.batches(ahead=False) as batches:
        assert batches.next()
        assert len(desk.waiting) == 1
    assert desk.threads == {get_ident()}


@pytest.mark.parametrize("fails", [True, False])
def test_what_was_taken_ahead_and_not_sent_is_put_back(fails: bool) -> None:
    desk = Desk(3)
    second = desk.waiting[1]
    try:
        with desk.batches() as batches:
            first = batches.next()
            assert first
            if fails:
                raise ConnectionError
            batches.keep(first, {})
    except ConnectionError:
        assert fails
    assert (desk.kept, desk.back) == ([] if fails else [first], [second])


def test_what_a_batch_in_flight_held_back_comes_after_it() -> None:
    desk = Desk(1)
    late = Work({})

    def keep(_: Work, __: Ends) -> None:
        desk.waiting += [late]

    with Batches(desk.take, keep, desk.back.append, ahead=True) as batches:
        first = batches.next()
        assert first
        batches.keep(first, {})
        assert batches.next() is late


def test_an_end_that_cannot_be_kept_is_no_secret() -> None:
    def keep(_: Work, __: Ends) -> None:
        raise ConnectionError("the warehouse is gone")

    desk = Desk(3)
    second = desk.waiting[1]
    batches = Batches(desk.take, keep, desk.back.append, ahead=True)
    with pytest.raises(ConnectionError, match="the warehouse is gone"):
        _send_one(batches)
    assert desk.back == [second]


def _send_one(batches: Batches) -> None:
    with batches:
        work = batches.next()
        assert work
        batches.keep(work, {})
