"""How a web service is entered, as its connection says: ``auth`` in the extra.

=============  ==============================================================================
``none``       nothing is sent
``basic``      login and password; the default where there is a login
``bearer``     the password as a token; the default where there is only a password
``header``     the password in the header ``name`` (X-API-Key)
``query``      the password in the parameter ``name`` (api_key)
``oauth2``     client credentials: login and password buy a token at ``token_url``, for ``scope``;
               with ``"client_auth": "body"`` they stand in the form
=============  ==============================================================================

``headers`` in the extra are sent with every request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from aftercare.errors import ConfigurationError
from aftercare.sources.batches import Address

# A token is renewed before it has run out: the request is on its way for a while.
RENEWED_BEFORE = 30.0

PostForToken = Callable[[str, Mapping[str, str], Any], Any]


class Entry(AuthBase):
    """Sends what opens the service, by default nothing.

    Requests always carries one: without, it would look into the machine's netrc.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = headers

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Adds what opens the service to a request."""
        return request

    def renewed(self) -> bool:
        """Whether a refused request is worth another try, with another token."""
        return False


class _Basic(Entry):
    def __init__(self, headers: Mapping[str, str], login: str, password: str) -> None:
        super().__init__(headers)
        # As bytes, because as text requests would send Latin-1.
        self._basic = HTTPBasicAuth(login.encode(), password.encode())

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return self._basic(request)


class _InHeader(Entry):
    def __init__(self, headers: Mapping[str, str], name: str, value: str) -> None:
        super().__init__(headers)
        self._name, self._value = name, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers[self._name] = self._value
        return request


class _InQuery(Entry):
    def __init__(self, headers: Mapping[str, str], name: str, value: str) -> None:
        super().__init__(headers)
        self._name, self._value = name, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        url = request.url or ""
        if self._name not in dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)):
            request.prepare_url(url, {self._name: self._value})
        return request


class _ClientCredentials(Entry):
    def __init__(self, headers: Mapping[str, str], buy: Callable[[], tuple[str, float]]) -> None:
        super().__init__(headers)
        self._buy = buy
        self._token: str | None = None
        self._lasts_until = 0.0
        self._is_used = False

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        self._is_used = self._token is not None and time.monotonic() < self._lasts_until
        if not self._is_used:
            self._token, seconds = self._buy()
            self._lasts_until = time.monotonic() + seconds
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def renewed(self) -> bool:
        """A token that opened the service before may have run out; a new one has not."""
        self._token = None
        return self._is_used


def entry_of(address: Address, root: str, post: PostForToken) -> Entry:
    """What the connection says of entering; ConfigurationError where something is missing."""
    login, password, extra = address.login or "", address.password or "", address.extra
    auth = extra.get("auth") or ("basic" if login else "bearer" if password else "none")
    given = extra.get("headers") or {}
    if not isinstance(given, dict):
        raise _incomplete(address, '{"headers": {"name": "value"}} in its extra')
    headers = {str(name): str(value) for name, value in given.items()}
    if auth != "none" and not password:
        raise _incomplete(address, f"a password for auth {auth}")
    sent = [*headers, *headers.values(), *([password] if auth in ("bearer", "header") else [])]
    if not all(_can_be_sent(text) for text in sent):
        raise ConfigurationError(
            f"connection {address.conn_id} has a password or headers with characters that cannot be "
            "sent; was a line break or a full-width character pasted with them?"
        )
    match auth:
        case "none":
            return Entry(headers)
        case "basic":
            return _Basic(headers, login, password)
        case "bearer":
            return _InHeader(headers, "Authorization", f"Bearer {password}")
        case "header":
            return _InHeader(headers, str(extra.get("name") or "X-API-Key"), password)
        case "query":
            return _InQuery(headers, str(extra.get("name") or "api_key"), password)
        case "oauth2":
            return _ClientCredentials(headers, _buyer(address, root, post))
    raise ConfigurationError(
        f"connection {address.conn_id} has an auth that is not known; use none, basic, bearer, header, "
        "query or oauth2"
    )


def _buyer(address: Address, root: str, post: PostForToken) -> Callable[[], tuple[str, float]]:
    login, password, extra = address.login or "", address.password or "", address.extra
    token_url = extra.get("token_url")
    if not login or not token_url:
        raise _incomplete(address, 'a login and {"token_url": "…"} in its extra for auth oauth2')
    form = {"grant_type": "client_credentials"}
    if extra.get("scope"):
        form["scope"] = str(extra["scope"])
    basic: HTTPBasicAuth | None = HTTPBasicAuth(login.encode(), password.encode())
    if extra.get("client_auth") == "body":
        form |= {"client_id": login, "client_secret": password}
        basic = None

    def buy() -> tuple[str, float]:
        answer = post(urljoin(root, str(token_url)), form, basic)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not _can_be_sent(token):
            raise ConfigurationError(
                f"the token address of connection {address.conn_id} gives no token; check login, "
                "password, token_url, scope and client_auth"
            )
        lasts = answer.get("expires_in")
        seconds = float(lasts) if str(lasts).isdecimal() else float("inf")
        return token, seconds - RENEWED_BEFORE

    return buy


def _can_be_sent(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _incomplete(address: Address, needed: str) -> ConfigurationError:
    return ConfigurationError(f"connection {address.conn_id} needs {needed}")
