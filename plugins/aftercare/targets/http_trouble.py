"""What an HTTP answer, or the lack of one, says of what the other side kept."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Literal, TypeVar

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from aftercare.errors import ConfigurationError, SystemUnreachable

Trouble = Literal["rejected", "retry", "unknown"]
Answer = TypeVar("Answer")

TRIES = 4
FIRST_WAIT = 1.0
"""Seconds to wait after the first "busy" that names no time."""

UNTOUCHED = (408, 409, 425, 429, 503)
"""Answers of a server that has not kept the call and may take it later."""

LOST_PERHAPS = (408, 503)
"""Those of them that a proxy says, too, of a call that its server is still at work on; a time that it names
(Retry-After) says that it is not."""

UNDECIDED = (502, 504)
"""Answers of a proxy that does not know what the server behind it did."""


class CallError(Exception):
    """One call came to nothing. `text` is fit for a ledger: status and class names, no content.

    `status` is the HTTP status, or None where no answer arrived.
    """

    def __init__(
        self,
        state: Trouble,
        text: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.state, self.text, self.status, self.retry_after = state, text, status, retry_after


def patiently(
    once: Callable[[], Answer],
    hold: Callable[[float], object],
    longest: float,
    only_reads: bool = False,
) -> Answer:
    """Makes a call again that the other side was too busy to take, as often as is decent; one that only
    reads also where its answer was lost.

    `hold` keeps the next call back for so many seconds: as many as were asked for, else twice as many
    from time to time. A wait of more than `longest` seconds is left to whoever calls later.
    """
    wait = FIRST_WAIT
    for left in reversed(range(TRIES)):
        try:
            return once()
        except CallError as problem:
            is_busy = problem.state == "retry" and problem.status is not None
            is_lost = problem.state == "unknown" and only_reads
            if not (is_busy or is_lost):
                raise
            # Many that were told to come later must not all come at once.
            pause = (problem.retry_after or wait) * random.uniform(1.0, 1.2)  # noqa: S311
            if is_busy or left:
                # Also where this call is given up: the next one must not come too early.
                hold(pause)
            if not left or pause > longest:
                raise
            wait *= 2
    raise AssertionError("the last try ends the loop")


@contextlib.contextmanager
def whole_or_nothing() -> Iterator[None]:
    """Calls that answer for no single record: a failure of one is a failure of the target.

    Raises SystemUnreachable for what passes and ConfigurationError for what does not.
    """
    try:
        yield
    except CallError as problem:
        if problem.state == "rejected":
            raise ConfigurationError(
                f"{problem.text}; see the rights of the API key's user in the CRM"
            ) from None
        raise SystemUnreachable(problem.text, problem.retry_after) from None


def never_left(problem: requests.RequestException) -> bool:
    """Whether no connection was made, so that nothing can have been kept."""
    cause = problem.args[0] if problem.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    # A refused connection carries NewConnectionError, of which a failed name look-up is a kind.
    return isinstance(problem, requests.ConnectTimeout) or isinstance(
        reason, NewConnectionError | ConnectTimeoutError
    )


def wait_named(response: requests.Response) -> float | None:
    """Seconds in Retry-After, which is a number or a date; the date is read by the server's clock."""
    named = response.headers.get("Retry-After", "").strip()
    if named.isascii() and named.isdigit():
        return float(named)
    try:
        until = parsedate_to_datetime(named)
        asked = parsedate_to_datetime(response.headers["Date"])
        return max(0.0, (until - asked).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
