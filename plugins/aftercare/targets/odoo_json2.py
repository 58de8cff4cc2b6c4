"""Odoo's JSON-2 interface over one kept connection: one call, one answer, one verdict.

A call is made again where Odoo or the proxy in front of it said that it was too busy to take it, and one
that only reads where its answer was lost; when a record goes out again that may have arrived, the push stage decides.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

import requests
from requests.adapters import HTTPAdapter

from aftercare.errors import ConfigurationError
from aftercare.targets.http_trouble import (
    LOST_PERHAPS,
    UNDECIDED,
    UNTOUCHED,
    CallError,
    Trouble,
    never_left,
    patiently,
    wait_named,
)

DEFAULT_WAIT = 5.0
"""Seconds to hold the next call after a 429 that names no time."""


READING = frozenset({"fields_get", "get_external_id", "has_access", "search", "search_read"})
"""Methods that change nothing in Odoo, so that they may be called again."""


class Json2:
    """A database of an Odoo server, as the user whom the API key belongs to.

    `address` is the server's `http(s)://host:port`. `read_seconds` bounds the wait for an answer;
    a call that takes longer is `unknown`. `longest_wait` is how many seconds a call may be held
    because of an earlier `Retry-After`; above it the call fails as `retry` without being made.
    `calls_per_second`: no more calls than so many are made, evenly spread.
    """

    def __init__(
        self,
        address: str,
        database: str,
        api_key: str,
        *,
        connect_seconds: float = 5,
        read_seconds: float = 120,
        longest_wait: float = 60,
        calls_per_second: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = address.rstrip("/")
        self._timeout = (connect_seconds, read_seconds)
        self._longest_wait = longest_wait
        self._pause = 1 / calls_per_second if calls_per_second else 0.0
        self._sleep = sleep
        self._not_before = 0.0
        self.calls = 0
        self._session = requests.Session()
        # Proxies and .netrc of the machine are not meant for the CRM's key.
        self._session.trust_env = False
        self._session.headers.update(
            {"Authorization": f"bearer {api_key}", "X-Odoo-Database": database}
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=0))

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def call(self, model: str, method: str, **arguments: object) -> object:
        """Call a method of a model and return what it returned.

        Raises CallError for a call that came to nothing, and ConfigurationError where no call can
        succeed: a refused key, an unknown model or method, a server that is not Odoo.
        """
        return patiently(
            lambda: self._called(model, method, arguments),
            self._hold,
            self._longest_wait,
            only_reads=method in READING,
        )

    def _called(self, model: str, method: str, arguments: Mapping[str, object]) -> object:
        self._wait_until_welcome()
        what = f"{model}.{method}"
        self.calls += 1
        try:
            response = self._session.post(
                f"{self._address}/json/2/{model}/{method}",
                json=arguments,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as problem:
            # The cause holds the request, and with it names and numbers: it must not be chained.
            raise _lost(what, problem) from None
        if response.status_code == requests.codes.ok:
            try:
                return response.json()
            except requests.JSONDecodeError:
                raise CallError("unknown", f"{what}: the answer was not JSON", status=200) from None
        raise self._refused(what, response, only_reads=method in READING)

    def _hold(self, seconds: float) -> None:
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _wait_until_welcome(self) -> None:
        now = time.monotonic()
        start = max(now, self._not_before)
        if start - now > max(self._longest_wait, self._pause):
            raise CallError("retry", "the CRM asked us to wait", retry_after=start - now)
        self._not_before = start + self._pause
        if start > now:
            self._sleep(start - now)

    def _refused(self, what: str, response: requests.Response, only_reads: bool) -> Exception:
        status = response.status_code
        text = f"{what}: HTTP {status}"
        if status == 401:
            return ConfigurationError(
                f"{text}: the CRM does not take the API key; make a new one in Odoo "
                "(Preferences, Security) and put it into the connection"
            )
        if 300 <= status < 400:
            return ConfigurationError(
                f"{text}: the address answers with a redirection; give the address of Odoo itself"
            )
        if status in UNTOUCHED:
            wait = wait_named(response)
            if status in LOST_PERHAPS and wait is None and not only_reads:
                return CallError("unknown", f"{text}: perhaps lost by a proxy", status=status)
            if status == 429 and wait is None:
                wait = DEFAULT_WAIT
            return CallError("retry", f"{text}: busy", status=status, retry_after=wait)
        if status in UNDECIDED:
            return CallError("unknown", f"{text}: the proxy lost the answer", status=status)
        kind = _class_named(response)
        if status == 404 and kind != "odoo.exceptions.MissingError":
            return ConfigurationError(
                f"{text}: the CRM has no such model or method; is it Odoo 19 with the "
                "modules rpc, contacts and mail?"
            )
        if status >= 500:
            return CallError(_state_of_fault(kind), f"{text}: {kind or 'fault'}", status=status)
        return CallError("rejected", f"{text}: {kind or 'refused'}", status=status)


def _lost(what: str, problem: requests.RequestException) -> CallError:
    if never_left(problem):
        return CallError("retry", f"{what}: the CRM cannot be reached")
    return CallError("unknown", f"{what}: no answer arrived ({type(problem).__name__})")


def _class_named(response: requests.Response) -> str | None:
    """The class of the exception that Odoo names; its message is never looked at."""
    try:
        name = response.json()["name"]
    except (ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) and re.fullmatch(r"[\w.]{1,100}", name) else None


def _state_of_fault(kind: str | None) -> Trouble:
    """Sort a 5xx: Odoo rolls back, so a fault of the database passes and a fault of ours stays."""
    if kind is None:
        return "unknown"
    return "retry" if kind.startswith("psycopg2.") else "rejected"
