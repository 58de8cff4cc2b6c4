"""Batches of messages one after the other, and what may go on while the target works on one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType

from aftercare.targets.outbox import Ends, Work


class Batches:
    """`take` claims and renders the next batch, `keep` keeps how one ended, `put_back` gives back what
    was claimed and not sent.

    With `ahead`, while the target works on a batch the next one is taken and the end of the last
    one is kept, by one thread beside the caller's: in the order in which they were asked for.
    """

    def __init__(
        self,
        take: Callable[[], Work | None],
        keep: Callable[[Work, Ends], None],
        put_back: Callable[[Work], None],
        ahead: bool,
    ) -> None:
        self._take, self._keep, self._put_back = take, keep, put_back
        self._thread = ThreadPoolExecutor(1) if ahead else None
        self._next: Future[Work | None] | None = None
        self._kept: Future[None] | None = None

    def __enter__(self) -> Batches:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._thread:
            return
        with self._thread:
            # A batch that could not be taken is the business of who takes it next.
            with suppress(Exception):
                work = self._next.result() if self._next else None
                if work:
                    self._put_back(work)
            self._settle()

    def next(self) -> Work | None:
        """The next batch, or None where there is no more."""
        coming, self._next = self._next, None
        work = coming.result() if coming else None
        if not work:
            # What was in flight may have held others back: tasks wait for their contact.
            self._settle()
            work = self._take()
        if work and self._thread:
            self._next = self._thread.submit(self._take)
        return work

    def keep(self, work: Work, ends: Ends) -> None:
        """How a batch ended. What goes wrong while it is kept is raised with a later batch."""
        if not self._thread:
            self._keep(work, ends)
            return
        self._settle()
        self._kept = self._thread.submit(self._keep, work, ends)

    def _settle(self) -> None:
        kept, self._kept = self._kept, None
        if kept:
            kept.result()
