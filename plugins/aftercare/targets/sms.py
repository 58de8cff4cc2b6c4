"""SMS through a gateway over HTTP: each message once, whatever becomes of the answer.

A gateway keeps no key of ours: what is sent again arrives again. So a message counts as not sent only
where the gateway says so, or was never reached; anything else is in doubt, is asked about where the
gateway can be asked, and is never sent on suspicion. Nothing is tried twice here.

Texts and numbers stand in no error and no reason: those name a code, an HTTP status or a class.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter

from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.settings import PROJECT
from aftercare.targets.http_trouble import UNDECIDED, never_left, wait_named
from aftercare.targets.protocol import Outcome, Record
from aftercare.targets.sms_mapping import Answer, Request, SmsMapping, filled, names_in

FOLDER = PROJECT / "include" / "mappings" / "sms"
BUSY = (429, 503)
UNCLEAR = (408, 409, 425)
"""409 may say that our reference is known: the message was taken before."""

DEFAULT_WAIT = 5.0
"""Seconds to hold the next message after "later" that names no time."""

OWN_SIGNATURE = re.compile(r"^【[^】]*】")
CODE = re.compile(r"[\w.:-]{1,40}")


class Access(Protocol):
    """What is asked of a connection."""

    @property
    def conn_id(self) -> str: ...
    @property
    def host(self) -> str | None: ...
    @property
    def port(self) -> int | None: ...
    @property
    def login(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...


class SmsTarget:
    """The gateway that `mapping` describes, at the address and with the account of `access`."""

    def __init__(
        self, mapping: SmsMapping, access: Access, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._mapping = mapping
        self._account = {"account": access.login or "", "secret": access.password or ""}
        self._address = self._address_of(access)
        self._sleep = sleep
        self._not_before = 0.0
        self.calls = 0
        self._stopped: str | None = None
        self._session = requests.Session()
        # Proxies and .netrc of the machine are not meant for the gateway's secret.
        self._session.trust_env = False
        # A kept connection that the gateway just closed would leave a message in doubt for nothing.
        self._session.headers["Connection"] = "close"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=0))

    @classmethod
    def from_mapping(cls, name: str, access_of: Callable[[str], Access]) -> SmsTarget:
        """The target of `include/mappings/sms/<name>.yaml`, at the connection that it names.

        The connection has the gateway's address as its host (`https://sms.example.com`), the account
        as its login and the secret as its password. Raises ConfigurationError where one is missing.
        """
        mapping = SmsMapping.read(FOLDER / f"{name}.yaml")
        return cls(mapping, access_of(mapping.connection))

    @property
    def name(self) -> str:
        """The name under which the ledger keeps what was acknowledged."""
        return self._mapping.target

    @property
    def can_ask(self) -> bool:
        """Whether the mapping says how to ask what became of a message."""
        return self._mapping.ask is not None

    @property
    def ask_after_seconds(self) -> float:
        """How long the gateway may take to know what it has taken."""
        return self._mapping.ask.after_seconds if self._mapping.ask else 0.0

    @property
    def stopped(self) -> str | None:
        """Why nothing more can be sent until somebody acts."""
        return self._stopped

    def check(self) -> None:
        """Ask about a reference that nobody used, where the gateway can be asked; sends nothing.

        Raises ConfigurationError where it refuses the account or knows no such address, and
        SystemUnreachable where it does not answer.
        """
        if self._mapping.ask is None:
            self._look()
            return
        nobody = Record("task", "aftercare-check", 0, {})
        outcome = self.ask(nobody)
        if self._stopped:
            raise ConfigurationError(self._stopped)
        if outcome is not None and outcome.state != "sent":
            raise SystemUnreachable(f"{self.name}: {outcome.reason}", outcome.retry_after)

    def send(self, record: Record) -> Outcome:
        """Send one message. See `MessageTarget.send`."""
        if self._stopped:
            return Outcome(record.key, "retry", None, self._stopped)
        if not record.fields.get("customer_phone"):
            return Outcome(record.key, "rejected", None, "customer_phone: there is none")
        text = self._text(record)
        if len(text) > self._mapping.longest:
            long = f"text: {len(text)} letters, and longest is {self._mapping.longest}"
            return Outcome(record.key, "retry", None, f"{long}; shorten the script")
        script = str(record.fields["script_id"])
        template = self._mapping.templates.get(script)
        if template is None and "template" in set(
            names_in([self._mapping.send.body, self._mapping.send.query])
        ):
            absent = f"templates: has none for the script {script}; add it to the mapping"
            return Outcome(record.key, "retry", None, absent)
        values = self._values(record, text, template or "")
        return self._called(record, self._mapping.send, self._mapping.send.answer, values)

    def ask(self, record: Record) -> Outcome | None:
        """Ask what became of a message. See `MessageTarget.ask`."""
        request = self._mapping.ask
        if request is None:
            return Outcome(record.key, "unknown", None, "the gateway cannot be asked")
        values = self._values(record, "", "")
        outcome = self._called(record, request, request.answer, values, is_question=True)
        if outcome.reason == _ABSENT:
            return None
        if outcome.state == "retry":
            # Nothing was sent now, but what was sent before is as doubtful as it was.
            return Outcome(record.key, "unknown", None, outcome.reason, outcome.retry_after)
        return outcome

    def _address_of(self, access: Access) -> str:
        if not (access.host and access.password):
            text = f"{access.conn_id} needs a host (https://…) and a password (the secret)"
            raise self._mapping.wrong(text, "connection")
        address = access.host if "://" in access.host else f"https://{access.host}"
        return (f"{address}:{access.port}" if access.port else address).rstrip("/")

    def _text(self, record: Record) -> str:
        """The script's words, with the registered signature where they have one of their own."""
        text = str(record.fields["text"])
        if self._mapping.signature is None:
            return text
        store = str(record.fields.get("store_name") or "")
        return self._mapping.signature.replace("{store_name}", store) + OWN_SIGNATURE.sub("", text)

    def _values(self, record: Record, text: str, template: str) -> dict[str, str]:
        now = datetime.now(UTC)
        fields = record.fields
        reference = hashlib.sha256(f"{self.name}/{record.key}".encode()).hexdigest()
        return {
            **self._account,
            "phone": str(fields.get("customer_phone") or ""),
            "text": text,
            "template": template,
            "reference": reference[: self._mapping.reference_length],
            **{
                name: str(fields.get(name) or "")
                for name in ("store_code", "store_name", "plate", "model")
            },
            "seconds": str(int(now.timestamp())),
            "milliseconds": str(int(now.timestamp() * 1000)),
            "utc": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "nonce": secrets.token_hex(16),
        }

    def _prepared(self, request: Request, values: dict[str, str]) -> requests.PreparedRequest:
        """The request, its signature made over exactly what leaves."""
        if request.body is None or "signature" not in set(names_in(request.body)):
            values |= _body_values(_written(request, values))
            values |= self._signature(values)
        else:
            values |= self._signature(values)
            values |= _body_values(_written(request, values))
        written = _written(request, values)
        kind = "application/json" if request.form == "json" else "application/x-www-form-urlencoded"
        headers = {"Content-Type": f"{kind}; charset=utf-8"} if written is not None else {}
        account = (values["account"].encode(), values["secret"].encode())
        return self._session.prepare_request(
            requests.Request(
                request.method,
                self._address + "/" + filled(request.path, values).lstrip("/"),
                params=filled(request.query, values),
                headers={
                    "Accept": "application/json",
                    **headers,
                    **filled(request.headers, values),
                },
                data=written,
                auth=account if self._mapping.basic_auth else None,
            )
        )

    def _signature(self, values: Mapping[str, str]) -> dict[str, str]:
        sign = self._mapping.sign
        if sign is None:
            return {}
        signed = sign.separator.join(filled(sign.parts, {"body": "", "body_sha256": "", **values}))
        digest = hmac.digest(values["secret"].encode(), signed.encode(), "sha256")
        text = digest.hex() if sign.encoding == "hex" else base64.b64encode(digest).decode()
        return {"signature": text.upper() if sign.upper else text}

    def _called(
        self,
        record: Record,
        request: Request,
        answer: Answer,
        values: dict[str, str],
        is_question: bool = False,
    ) -> Outcome:
        remaining = self._not_before - time.monotonic()
        if remaining > self._mapping.longest_wait_seconds:
            asked = "the gateway asked us to wait"
            return Outcome(record.key, "retry", None, asked, retry_after=remaining)
        if remaining > 0:
            self._sleep(remaining)
        if self._mapping.messages_per_second:
            self._not_before = time.monotonic() + 1 / self._mapping.messages_per_second
        prepared = self._prepared(request, values)
        timeout = (self._mapping.connect_seconds, self._mapping.read_seconds)
        self.calls += 1
        try:
            response = self._session.send(prepared, timeout=timeout, allow_redirects=False)
        except requests.RequestException as problem:
            if never_left(problem):
                return Outcome(record.key, "retry", None, "the gateway cannot be reached")
            lost = f"no answer arrived ({type(problem).__name__})"
            return Outcome(record.key, "unknown", None, lost)
        return self._understood(record.key, answer, response, is_question)

    def _understood(
        self, key: str, answer: Answer, response: requests.Response, is_question: bool
    ) -> Outcome:
        status = response.status_code
        content = _json(response)
        code, crm_id = answer.codes_of(content)
        if answer.code is None:
            code = str(status)
        verdict = answer.verdict(code)
        if verdict is None and answer.code is not None and status != requests.codes.ok:
            verdict = answer.verdict(f"HTTP {status}")
        shown = f"HTTP {status}" + (f", code {code}" if code and CODE.fullmatch(code) else "")
        wait = wait_named(response)
        if verdict == "sent":
            return Outcome(key, "sent", crm_id)
        if verdict == "refused":
            return Outcome(key, "rejected", crm_id, f"{shown}: refused for this number")
        if verdict == "absent":
            return Outcome(key, "unknown", None, _ABSENT)
        if verdict == "later" or (verdict is None and status in BUSY):
            wait = DEFAULT_WAIT if wait is None else wait
            self._not_before = max(self._not_before, time.monotonic() + wait)
            return Outcome(key, "retry", None, f"{shown}: busy", retry_after=wait)
        is_refused = verdict is None and 300 <= status < 500 and status not in UNCLEAR
        if verdict == "stop" or (is_refused and not is_question):
            self._stopped = (
                f"{self.name}: {shown}: the gateway sends nothing for this account; see its console "
                "(balance, signature, address), and the mapping if the code means something else"
            )
            return Outcome(key, "retry", None, self._stopped)
        if is_question and status in (401, 403):
            self._stopped = (
                f"{self.name}: {shown}: the gateway refuses the account; see the connection"
            )
        lost = (
            "the proxy lost the answer"
            if status in UNDECIDED
            else "the mapping names no such answer"
        )
        return Outcome(key, "unknown", None, f"{shown}: {lost}")

    def _look(self) -> None:
        """Whether something answers at the address at all."""
        try:
            response = self._session.get(
                self._address, timeout=self._mapping.connect_seconds, allow_redirects=False
            )
            response.close()
        except requests.RequestException as problem:
            text = f"{self.name} does not answer ({type(problem).__name__})"
            raise SystemUnreachable(text) from None


_ABSENT = "the gateway never got it"


def _written(request: Request, values: Mapping[str, str]) -> bytes | None:
    if request.body is None:
        return None
    # What signatures say of the body is known only once it is written.
    content = filled(request.body, {"signature": "", **values})
    text = (
        json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        if request.form == "json"
        else urlencode(content)
    )
    return text.encode()


def _body_values(written: bytes | None) -> dict[str, str]:
    body = written or b""
    return {"body": body.decode(), "body_sha256": hashlib.sha256(body).hexdigest()}


def _json(response: requests.Response) -> object:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return None
