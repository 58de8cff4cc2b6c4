"""Calls to a CRM with a REST interface: entering it, keeping to its pace, and what its answers mean.

A call is tried again here only where the CRM certainly kept nothing of it: it said so, or was never
reached. No text of an answer stands in an error: those name a status, a code or a field.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.sources.batches import Address
from aftercare.sources.nested import found
from aftercare.sources.placeholders import filled
from aftercare.sources.rest_client import root_of
from aftercare.sources.rest_entry import entry_of
from aftercare.targets.http_trouble import (
    LOST_PERHAPS,
    CallError,
    never_left,
    patiently,
    wait_named,
)
from aftercare.targets.rest_answers import Answer, Verdict
from aftercare.targets.rest_changes import Results
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.rest_requests import Call, Described, Find, Reading, Token

READING = (Find, Described, Reading, Results, Token)
"""Calls that change nothing in the CRM, so that they may be made again."""

CODE = re.compile(r"[\w.:-]{1,60}")
BUSY = (408, 425, 429, 503)
"""Not 409: it may say that our key is there already, so the record is looked up."""

MOST_LOST = 3
"""So many lost answers in a row, and the CRM is left alone for a while."""

QUOTES = ("'", '"')

GONE = (404, 410)
CLOSED = (401, 403)


class Keys(list[str]):
    """Our keys, as a list in a body and as text in a parameter (`{keys:,}`); `{keys:'}` puts each between
    such marks, as query languages want it."""

    def __format__(self, form: str) -> str:
        if form in QUOTES:
            return ",".join(between(form, key) for key in self)
        return (form or ",").join(self)


class Refused(CallError):
    """The CRM will not take the record as it is; `field` is the name it gives for what is wrong."""

    def __init__(self, text: str, status: int | None = None, field: str | None = None) -> None:
        super().__init__("rejected", text, status=status)
        self.field = field


class Absent(CallError):
    """The CRM has no such record; `is_named` where the call's own answer says what means that."""

    def __init__(self, text: str, status: int | None = None, is_named: bool = False) -> None:
        super().__init__("rejected", text, status=status)
        self.is_named = is_named


class RestCalls:
    """The CRM that `mapping` describes, at the address and with the account of `address`; safe to use
    from several threads. `stopped` says why nothing can be sent until somebody acts."""

    def __init__(
        self,
        mapping: RestMapping,
        address: Address,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._mapping = mapping
        self._sleep = sleep
        self._root = root_of(address)
        self._entry = entry_of(address, self._root, self._post_for_token)
        extra = {name: str(address.extra.get(name) or "") for name in mapping.from_connection}
        for name, value in extra.items():
            if not value:
                text = f'{address.conn_id} needs {{"{name}": "…"}} in its extra'
                raise mapping.wrong(text, "from_connection")
        self._known = {"account": address.login or "", "secret": address.password or "", **extra}
        self._tokens: dict[str, object] = {}
        self._tokens_until = 0.0
        self._entered_times = 0
        self._lost = 0
        self._silent_until = 0.0
        self._not_before = 0.0
        self._lock = threading.RLock()
        self._entering = threading.RLock()
        self._own = threading.local()
        self.calls = 0
        self.stopped: str | None = None

    def call(
        self,
        call: Call,
        values: Mapping[str, object],
        link: str | None = None,
        file: bytes | None = None,
    ) -> Any:
        """The JSON of the answer, None where there is none; the text of one that is a file.

        `link` is an address that an earlier answer to this call names for the next part of it. A `file` is
        sent as it is, in the place of a body; a header of the call says of what kind it is.

        Raises Refused, Absent, or CallError for a call that came to nothing.
        """
        return patiently(
            lambda: self._entered(call, values, link, file),
            self._hold,
            self._mapping.longest_wait_seconds,
            only_reads=isinstance(call, READING),
        )

    @staticmethod
    def verdict(
        answer: Answer, content: object, status: int, is_sure: bool = True
    ) -> tuple[Verdict | None, str]:
        """What an answer, or the part of it that belongs to one record, means; and how to name it.

        Without `is_sure` a server that is busy may be at work on the call all the same.
        """
        code = text_of(found(answer.code, content)) if answer.code else None
        fit = f", code {code}" if code and CODE.fullmatch(code) else ""
        shown = f"HTTP {status}{fit}"
        named = (answer.named(code) if code else None) or answer.named(f"HTTP {status}")
        if named:
            return named, shown
        if answer.code and 200 <= status < 300:
            # A good status with a code that nobody named, or with none, says nothing good.
            return "rejected" if code and answer.otherwise == "rejected" else None, shown
        return _of_status(status, is_sure), shown

    @staticmethod
    def refused(answer: Answer, content: object, shown: str, status: int) -> Refused:
        """The refusal of a record, with the field that the CRM names."""
        field = text_of(found(answer.field, content)) if answer.field else None
        return Refused(f"{shown}: refused", status, field)

    def _entered(
        self, call: Call, values: Mapping[str, object], link: str | None, file: bytes | None
    ) -> Any:
        """One call, and another with a new token where the old one had run out."""
        answer = self._answer(call)
        response, content, is_read, verdict, shown = self._judged(call, answer, values, link, file)
        if (verdict == "renew" or response.status_code == 401) and self._renewed():
            response, content, is_read, verdict, shown = self._judged(
                call, answer, values, link, file
            )
        status = response.status_code
        if verdict == "done" and not is_read:
            raise CallError("unknown", f"{shown}: the answer cannot be read", status=status)
        match verdict:
            case "done":
                return content
            case "rejected":
                raise self.refused(answer, content, shown, status)
            case "absent":
                own, code = (
                    call.answer,
                    text_of(found(answer.code, content)) if answer.code else None,
                )
                is_told = bool(own and (own.named(f"HTTP {status}") or own.named(code or "")))
                raise Absent(f"{shown}: the CRM has no such record", status, is_told)
            case "later":
                wait = wait_named(response)
                raise CallError("retry", f"{shown}: busy", status=status, retry_after=wait)
            case "stop" | "renew":
                self.stop(shown)
                raise CallError("retry", str(self.stopped))
        raise CallError("unknown", f"{shown}: nobody knows what became of it", status=status)

    def _judged(
        self,
        call: Call,
        answer: Answer,
        values: Mapping[str, object],
        link: str | None,
        file: bytes | None,
    ) -> tuple[requests.Response, Any, bool, Verdict | None, str]:
        """The answer, its content and whether it can be read, what it means, and how to name it."""
        response = self._sent(call, values, link, file)
        is_file = isinstance(call, Reading) and call.is_text and response.ok
        content, is_read = _text(response) if is_file else _json(response)
        # A proxy says that it is busy, too, of a call that its server is still at work on.
        is_sure = wait_named(response) is not None or isinstance(call, READING)
        verdict, shown = self.verdict(answer, content, response.status_code, is_sure)
        return response, content, is_read, verdict, shown

    def _answer(self, call: Call) -> Answer:
        """What answers to a call mean: what it says itself, and else what all of them mean."""
        general = self._mapping.answer
        return general if call.answer is None else general.overlaid(call.answer)

    def _sent(
        self, call: Call, values: Mapping[str, object], link: str | None, file: bytes | None
    ) -> requests.Response:
        if self.stopped:
            raise CallError("retry", self.stopped)
        if self._lost >= MOST_LOST and time.monotonic() < self._silent_until:
            raise CallError("retry", "the CRM does not answer any more")
        self._wait_until_welcome()
        timeout = (self._mapping.connect_seconds, self._mapping.read_seconds)
        try:
            with self._entering:
                # Entering may take a call of its own; one thread makes it, and the others wait.
                request = self._request(call, values, link, file)
                prepared = self._session.prepare_request(request)
                self._own.entered = self._entered_times
        except ConfigurationError as problem:
            self.stopped = str(problem)
            raise CallError("retry", self.stopped) from None
        except SystemUnreachable as problem:
            raise CallError("retry", str(problem), retry_after=problem.retry_after) from None
        except (requests.RequestException, ValueError, TypeError) as problem:
            raise self._no_request(problem) from None
        with self._lock:
            self.calls += 1
        try:
            response = self._session.send(prepared, timeout=timeout, allow_redirects=False)
            self._lost = 0
            return response
        except UnicodeError as problem:
            raise self._no_request(problem) from None
        except (requests.RequestException, OSError, ValueError) as problem:
            # The cause holds the request, and with it names and numbers: it must not be chained.
            if isinstance(problem, requests.RequestException) and never_left(problem):
                raise CallError("retry", "the CRM cannot be reached") from None
            with self._lock:
                self._lost += 1
                self._silent_until = time.monotonic() + self._mapping.longest_wait_seconds
            text = f"no answer arrived ({type(problem).__name__})"
            raise CallError("unknown", text) from None

    def _no_request(self, problem: Exception) -> CallError:
        """The words of the problem hold the header, and with it what opens the CRM."""
        self.stopped = (
            f"no request can be made ({type(problem).__name__}); look for line breaks and full-width "
            f"characters in the connection {self._mapping.connection}"
        )
        return CallError("retry", self.stopped)

    def stop(self, shown: str) -> None:
        """Nothing more is sent: the CRM said so."""
        self.stopped = (
            f"{shown}: the CRM takes nothing from this account; see its console (rights, quota, "
            f"address) and the connection {self._mapping.connection}, and the mapping if the "
            "code means something else"
        )

    def renew(self) -> None:
        """The next call gets a new token."""
        with self._entering:
            self._tokens_until = 0.0

    def _request(
        self, call: Call, values: Mapping[str, object], link: str | None, file: bytes | None
    ) -> requests.Request:
        known: dict[str, object] = {
            **self._known,
            "uuid": str(uuid.uuid4()),
            "milliseconds": int(time.time() * 1000),
            **({} if call is self._mapping.token else self._let_in()),
            **values,
        }
        in_path = {name: _quoted(value) for name, value in known.items()}
        url = self._root + filled(call.path, in_path).lstrip("/")
        parameters = {
            name: _spelled(value) for name, value in filled(call.parameters, known).items()
        }
        if link is not None:
            url, parameters = urljoin(url, link), {}
            if urlsplit(url)[:2] != urlsplit(self._root)[:2]:
                raise ConfigurationError(
                    f"{self._mapping.target} links to another address; login data are not sent there"
                )
        return requests.Request(
            call.method,
            url,
            params=parameters,
            headers={
                "Accept": "application/json",
                **self._entry.headers,
                **filled(call.headers, known),
            },
            json=spread(filled(call.body, known)) if call.body is not None else None,
            data=file,
            auth=self._entry,
        )

    def _let_in(self) -> Mapping[str, object]:
        """What the token call gave, asked for again when it has run out."""
        token = self._mapping.token
        if token is None:
            return {}
        if time.monotonic() >= self._tokens_until:
            content = self._asked_for_token(token)
            self._tokens = {name: found(path, content) for name, path in token.gives.items()}
            absent = [name for name, value in self._tokens.items() if value is None]
            if absent:
                raise self._mapping.wrong(f"the answer has no {absent[0]}", "token", "gives")
            self._tokens_until = time.monotonic() + token.seconds
        return self._tokens

    def _asked_for_token(self, token: Call) -> Any:
        """The answer of the token call; where there is none, nothing of the record was sent."""
        try:
            return self.call(token, {})
        except CallError as problem:
            is_answer = problem.status is not None and 200 <= problem.status < 300
            if problem.state == "rejected" or is_answer:
                raise ConfigurationError(
                    f"{problem.text}: the CRM gives no token; see login, password and extra of the "
                    f"connection {self._mapping.connection}"
                ) from None
            raise SystemUnreachable(problem.text, problem.retry_after) from None

    def _renewed(self) -> bool:
        """Whether another try is worth it: with a new token, or the one that another thread got meanwhile."""
        with self._entering:
            if self._own.entered != self._entered_times:
                return True
            if self._mapping.token and self._tokens_until:
                self._tokens_until = 0.0
            elif not self._entry.renewed():
                return False
            self._entered_times += 1
            return True

    @property
    def _session(self) -> requests.Session:
        """A thread's own connection to the CRM."""
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            # Proxies and .netrc of the machine are not meant for the CRM's key.
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=0))
        return session

    def _hold(self, seconds: float) -> None:
        """Nobody calls for a while."""
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _wait_until_welcome(self) -> None:
        """Waits for what the CRM asked, and keeps to so many calls a second over all threads."""
        rate = self._mapping.calls_per_second
        with self._lock:
            now = time.monotonic()
            start = max(now, self._not_before)
            if rate:
                self._not_before = start + 1 / rate
        if start - now > self._mapping.longest_wait_seconds:
            raise CallError("retry", "the CRM asked us to wait", retry_after=start - now)
        if start > now:
            self._sleep(start - now)

    def _post_for_token(self, url: str, form: Mapping[str, str], auth: Any) -> Any:
        """The answer of a token address (OAuth 2), None for what is no JSON."""
        timeout = (self._mapping.connect_seconds, self._mapping.read_seconds)
        try:
            response = self._session.post(
                url, data=form, auth=auth, timeout=timeout, allow_redirects=False
            )
        except requests.RequestException as problem:
            raise SystemUnreachable(
                f"the token address of {self._mapping.connection} does not answer "
                f"({type(problem).__name__})"
            ) from None
        if response.status_code in BUSY or response.status_code >= 500:
            raise SystemUnreachable(
                f"the token address of {self._mapping.connection} is in trouble "
                f"(status {response.status_code})"
            )
        return _json(response)[0] if response.ok else None


def between(mark: str, text: str) -> str:
    """A text between quotation marks, in which no mark can end it: marks and backslashes have one before them."""
    for special in ("\\", mark):
        text = text.replace(special, f"\\{special}")
    return f"{mark}{text}{mark}"


def _quoted(value: object) -> object:
    """A value for a path; of many keys each one."""
    if isinstance(value, Keys):
        return Keys(quote(key, safe="") for key in value)
    return quote(str(value), safe="")


def spread(content: Any) -> Any:
    """The same data; what stands under `*` in an object is put among the others."""
    if isinstance(content, Mapping):
        own = {name: spread(part) for name, part in content.items() if name != "*"}
        return {**content.get("*", {}), **own}
    return [spread(part) for part in content] if isinstance(content, list) else content


def _of_status(status: int, is_sure: bool) -> Verdict | None:
    """What a status means where the mapping does not say."""
    if 200 <= status < 300:
        return "done"
    if status in GONE:
        return "absent"
    if status in BUSY:
        return "later" if is_sure or status not in LOST_PERHAPS else None
    if 300 <= status < 400 or status in CLOSED:
        return "stop"
    return "rejected" if 400 <= status < 500 and status != 409 else None


def _json(response: requests.Response) -> tuple[Any, bool]:
    """What is in an answer, and whether it is JSON or nothing at all."""
    if not response.content:
        return None, True
    try:
        return json.loads(response.content), True
    except ValueError:
        return None, False


def _text(response: requests.Response) -> tuple[str | None, bool]:
    """What is in a file, and whether it is a text in UTF-8."""
    try:
        return response.content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return None, False


def text_of(value: object) -> str | None:
    """What stands in an answer, as a text; None where nothing or no single value does."""
    if value is None or value == "" or isinstance(value, Mapping | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spelled(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
