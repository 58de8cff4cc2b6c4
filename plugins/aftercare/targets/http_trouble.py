"""What an HTTP answer, or the lack of one, says of what the other side kept."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

UNTOUCHED = (408, 409, 425, 429, 503)
"""Answers of a server that has not kept the call and may take it later."""

UNDECIDED = (502, 504)
"""Answers of a proxy that does not know what the server behind it did."""


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
