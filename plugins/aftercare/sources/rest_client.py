"""Asking a web service for JSON: entering it, keeping to its pace, and plain words when it fails.

Requests are tried again here, and only here, when a service is busy or away for a moment: it says
429, 502, 503 or 504, or a connection breaks before an answer. No message holds an address, a query
or what was answered.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ContentDecodingError, RequestException, SSLError
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from aftercare.errors import BadData, ConfigurationError, SystemUnreachable
from aftercare.sources.batches import Address
from aftercare.sources.dealer_system import RestFeedMap, RestSystem
from aftercare.sources.rest_entry import Entry, entry_of

TIMEOUT = (15, 120)
TRIES_AGAIN = 3
LONGEST_WAIT = 60
MOST_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 1 << 16
_BUSY = frozenset({429, 502, 503, 504})

# It would write addresses with their queries, and keys may stand in those.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class _Patience(Retry):
    """Waits as long as a service asks; a wait of more than a minute is the scheduler's."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Seconds, of whichever form the service has chosen; None for words that say nothing."""
        try:
            return super().get_retry_after(response)
        except InvalidHeader:
            return None

    def increment(self, *given: Any, **named: Any) -> _Patience:
        response = named.get("response")
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_WAIT:
            return super(_Patience, self.new(total=0)).increment(*given, **named)
        return super().increment(*given, **named)


@dataclass(frozen=True)
class Answer:
    """A page: the JSON in it, with exact numbers, and the address of the next in its Link header."""

    body: Any
    url: str
    next_link: str | None


class RestClient:
    """Asks for the pages of one feed; a context manager.

    Raises ConfigurationError when the service refuses the login or knows no such address,
    SystemUnreachable when it does not answer or is in trouble, BadData for what is no JSON.
    """

    def __init__(
        self, system: RestSystem, feed: str, mapped: RestFeedMap, address: Address
    ) -> None:
        self._system, self._feed, self._mapped = system, feed, mapped
        self._conn = address.conn_id
        self._pause = 1 / system.requests_per_second if system.requests_per_second else 0.0
        self._last_asked: float | None = None
        self._session = requests.Session()
        patience = _Patience(
            total=TRIES_AGAIN,
            redirect=0,
            status_forcelist=_BUSY,
            allowed_methods=None,
            backoff_factor=0.5,
            backoff_max=LONGEST_WAIT,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=patience))
        self._root = root_of(address)
        self._entry: Entry = entry_of(address, self._root, self._post_for_token)

    def __enter__(self) -> RestClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def ask(
        self, page: int, path: str, parameters: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Answer:
        """The page that answers this request."""
        return self._page(page, urljoin(self._root, path.lstrip("/")), parameters, body)

    def follow(self, page: int, before: Answer, link: str) -> Answer:
        """The page that a link of the page before leads to; only at the same service."""
        url = urljoin(before.url, link)
        if urlsplit(url)[:2] != urlsplit(self._root)[:2]:
            raise BadData(
                f"{self.place(page)} lies at another address than the one before; login data are not "
                "sent there: have the service link to itself, or correct host in the connection"
            )
        return self._page(page, url, {}, {})

    def place(self, page: int) -> str:
        """Names a page for people."""
        return f"{self._system.system}/{self._feed}, page {page},"

    def _page(
        self, page: int, url: str, parameters: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Answer:
        response = self._send(page, url, parameters, body)
        if response.status_code == 401 and self._entry.renewed():
            response.close()
            response = self._send(page, url, parameters, body)
        with response:
            if not response.ok or response.is_redirect or 300 <= response.status_code < 400:
                raise self._refusal(page, response)
            content = self._content(page, response)
            next_link = response.links.get("next", {}).get("url")
            return Answer(self._data(page, response, content), url, next_link)

    def _send(
        self, page: int, url: str, parameters: Mapping[str, Any], body: Mapping[str, Any]
    ) -> requests.Response:
        request = requests.Request(
            self._mapped.method.upper(),
            url,
            params={name: _spelled(value) for name, value in parameters.items()},
            json=body if self._mapped.method == "post" else None,
            headers={"Accept": "application/json", **self._entry.headers},
            auth=self._entry,
        )
        try:
            prepared = self._session.prepare_request(request)
            settings = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
        except (RequestException, ValueError) as problem:
            raise ConfigurationError(
                f"connection {self._conn} makes no request ({type(problem).__name__}); check host, "
                "port, login and password for characters that do not belong there"
            ) from None
        self._keep_pace()
        try:
            return self._session.send(prepared, timeout=TIMEOUT, allow_redirects=False, **settings)
        except SSLError:
            raise ConfigurationError(
                f"the certificate of connection {self._conn} is not accepted; have it renewed, or name "
                "its authority's file in REQUESTS_CA_BUNDLE"
            ) from None
        except (RequestException, OSError, ValueError) as problem:
            raise SystemUnreachable(
                f"{self.place(page)} cannot be had: connection {self._conn} does not answer "
                f"({type(problem).__name__}); it is tried again"
            ) from None

    def _keep_pace(self) -> None:
        if self._pause and self._last_asked is not None:
            time.sleep(max(0.0, self._last_asked + self._pause - time.monotonic()))
        self._last_asked = time.monotonic()

    def _post_for_token(self, url: str, form: Mapping[str, str], auth: Any) -> Any:
        """The answer of a token address, None for what is no JSON."""
        try:
            response = self._session.post(
                url, data=form, auth=auth, timeout=TIMEOUT, allow_redirects=False
            )
        except (RequestException, OSError, ValueError) as problem:
            raise SystemUnreachable(
                f"the token address of connection {self._conn} does not answer "
                f"({type(problem).__name__}); it is tried again"
            ) from None
        if response.status_code in _BUSY or response.status_code >= 500:
            raise SystemUnreachable(
                f"the token address of connection {self._conn} is in trouble "
                f"(status {response.status_code}); it is tried again"
            )
        try:
            return response.json() if response.ok else None
        except (ValueError, RecursionError):
            return None

    def _refusal(
        self, page: int, response: requests.Response
    ) -> ConfigurationError | SystemUnreachable:
        status, where = response.status_code, self.place(page)
        if status == 401:
            return ConfigurationError(
                f"{where} is refused (status 401): check login, password and auth of connection "
                f"{self._conn}; a token may have run out"
            )
        if status == 403:
            return ConfigurationError(
                f"{where} is refused (status 403): have the login of connection {self._conn} granted "
                f"the right to read {self._mapped.path}"
            )
        if status in (408, 425) or status in _BUSY or status >= 500:
            return SystemUnreachable(
                f"{where} cannot be had: connection {self._conn} is busy or in trouble "
                f"(status {status}); it is tried again",
                _Patience().get_retry_after(response.raw),
            )
        if status < 400:
            return ConfigurationError(
                f"{where} is kept elsewhere (status {status}): put the address that it is sent on to "
                f"into connection {self._conn}"
            )
        return self._system.wrong(
            f"connection {self._conn} does not take the request for page {page} (status {status}); "
            "compare path, method and parameters with the system's documentation",
            "feeds",
            self._feed,
            "path",
        )

    def _content(self, page: int, response: requests.Response) -> bytes:
        content = bytearray()
        try:
            for chunk in response.iter_content(CHUNK_BYTES):
                content += chunk
                if len(content) > MOST_BYTES:
                    raise BadData(
                        f"{self.place(page)} is larger than {MOST_BYTES >> 20} MB; ask for smaller pages "
                        "in the mapping's parameters"
                    )
        except ContentDecodingError:
            raise BadData(
                f"{self.place(page)} is packed wrongly; have the service corrected"
            ) from None
        except (RequestException, OSError) as problem:
            raise SystemUnreachable(
                f"{self.place(page)} broke off while it was read over connection {self._conn} "
                f"({type(problem).__name__}); it is tried again"
            ) from None
        return bytes(content)

    def _data(self, page: int, response: requests.Response, content: bytes) -> Any:
        if response.status_code == 204:
            return None
        if content.lstrip()[:1] == b"<":
            raise BadData(
                f"{self.place(page)} is a web page and no JSON: check host in connection {self._conn} and "
                "path in the mapping; perhaps a login page stands in front"
            )
        charset = requests.utils.get_encoding_from_headers(response.headers)
        is_named = "charset" in response.headers.get("Content-Type", "").casefold()
        try:
            text = content.decode(charset) if is_named and charset else content
            return json.loads(
                text.removeprefix("\ufeff") if isinstance(text, str) else text,
                parse_float=Decimal,
                parse_constant=_refuse,
            )
        except (ValueError, LookupError, ArithmeticError, RecursionError):
            raise BadData(
                f"{self.place(page)} is no whole JSON document: have the service's answer looked at; the "
                "next pull reads it again"
            ) from None


def root_of(address: Address) -> str:
    """The address that paths are joined to, with a slash at its end."""
    host = (address.host or "").strip()
    if "://" not in host:
        scheme = address.database if address.database in ("http", "https") else "https"
        host = f"{scheme}://{host}"
    try:
        parts = urlsplit(host)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError(host)
        has_port = parts.port is not None
    except ValueError:
        raise ConfigurationError(
            f"connection {address.conn_id} needs the service's address as its host, like "
            "https://dms.example.com/api; name and password stand in login and password"
        ) from None
    netloc = parts.netloc if has_port or address.port is None else f"{parts.netloc}:{address.port}"
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}/"


def _spelled(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _refuse(constant: str) -> None:
    raise ValueError(constant)
