"""Mail: one message to one recipient, and a true answer about what became of it.

Built on `smtplib` and spoken step by step, because only the step tells the outcomes apart: before
the end of DATA nothing was accepted, after it only the server's answer says whether it was.
Airflow's hook has the address and login; it is not used for sending, since it hides both.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any, Literal, Protocol

from aftercare.errors import ConfigurationError, SystemUnreachable

MailState = Literal["sent", "retry", "failed", "unknown"]
"""`sent`: accepted. `retry`: not accepted, may be later. `failed`: refused for good. `unknown`:
the line broke after the message had left, so nobody can say; it is not sent again by itself."""

SECONDS = 30.0
MOST_ON_A_LINE = 100
"""Messages over one line: servers end lines that never end."""
UNREACHABLE = "the mail server cannot be reached"
NO_ANSWER = "the line broke before the mail server said whether it took the message"
WANTS_LOGIN = frozenset({530, 534, 535, 538})
"""Codes by which a server refuses the session for its login, at whatever step it says so."""


@dataclass(frozen=True)
class MailOutcome:
    """What became of a message. ``reason`` holds the server's code, never its text."""

    state: MailState
    reason: str | None = None


class MailServer(Protocol):
    """Where the mail server is; `aftercare.connections.Connection` is one."""

    @property
    def conn_id(self) -> str:
        """Id of the connection, for messages."""
        ...

    @property
    def host(self) -> str | None:
        """Name or address."""
        ...

    @property
    def port(self) -> int | None:
        """None: the usual one."""
        ...

    @property
    def login(self) -> str | None:
        """None: no login is made."""
        ...

    @property
    def password(self) -> str | None:
        """Belongs to the login."""
        ...

    @property
    def extra(self) -> dict[str, Any]:
        """Further settings, see `Mailer`."""
        ...


def message_id(report_key: str, recipient: bytes, domain: str) -> str:
    """The same Message-ID for the same report and recipient, so that a mailbox can tell a repeat."""
    digest = hashlib.sha256(report_key.encode() + b"\x00" + recipient).hexdigest()
    return f"<{digest[:32]}@{domain}>"


class Mailer:
    """The mail server of the connection ``aftercare_smtp``.

    As in Airflow, the line is TLS from the start unless extra ``disable_ssl`` is set; then STARTTLS
    is used unless ``disable_tls`` is set too. Extra ``timeout`` is in seconds. A login is made where
    the connection has one.
    """

    def __init__(self, connection: MailServer) -> None:
        if not connection.host:
            raise ConfigurationError(
                f"connection {connection.conn_id} needs the mail server's host"
            )
        self._connection = connection
        extra = connection.extra
        self._is_ssl = not _is_set(extra.get("disable_ssl"))
        self._is_starttls = not self._is_ssl and not _is_set(extra.get("disable_tls"))
        self._timeout = float(extra.get("timeout") or SECONDS)

    def send(self, message: EmailMessage, sender: str, recipient: str) -> MailOutcome:
        """Sends a message to one recipient; the outcome says where it came to an end.

        Raises ConfigurationError where login or sender are refused or the line cannot be made safe.
        """
        body = _as_sent(message)
        try:
            with self._line() as line:
                return _converse(line, self._connection.conn_id, sender, recipient, body)
        except smtplib.SMTPResponseException as problem:
            return _put_off(problem.smtp_code)
        except (OSError, smtplib.SMTPException):
            return MailOutcome("retry", UNREACHABLE)

    def check(self, sender: str | None = None) -> None:
        """Connects, logs in, asks whether ``sender`` may send, and sends nothing.

        Raises ConfigurationError as `send` does, and SystemUnreachable where nothing answers.
        """
        try:
            with self._line() as line:
                if sender is not None:
                    _begin(line, self._connection.conn_id, sender)
                    line.rset()
        except (OSError, smtplib.SMTPException) as problem:
            raise SystemUnreachable(
                f"connection {self._connection.conn_id}: {UNREACHABLE} ({type(problem).__name__})"
            ) from None

    @contextmanager
    def many(self) -> Iterator[ManyMails]:
        """For many messages: the same as `send`, over one line that is opened anew where it breaks."""
        kept = ManyMails(self._line, self._connection.conn_id)
        try:
            yield kept
        finally:
            kept.close()

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        known = self._connection
        port = known.port or (smtplib.SMTP_SSL_PORT if self._is_ssl else smtplib.SMTP_PORT)
        safe = ssl.create_default_context()
        try:
            line: smtplib.SMTP
            if self._is_ssl:
                line = smtplib.SMTP_SSL(known.host or "", port, timeout=self._timeout, context=safe)
            else:
                line = smtplib.SMTP(known.host or "", port, timeout=self._timeout)
        except ssl.SSLError:
            raise ConfigurationError(
                f"connection {known.conn_id}: no TLS from the start with this server; "
                'set "disable_ssl": true in its extra to use STARTTLS'
            ) from None
        if line.sock is not None:
            # Else the end of each message waits 40 ms until the other side has acknowledged what went before.
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            line.ehlo_or_helo_if_needed()
            if self._is_starttls:
                self._make_safe(line, safe)
            if known.login:
                self._log_in(line)
            yield line
        finally:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()

    def _make_safe(self, line: smtplib.SMTP, safe: ssl.SSLContext) -> None:
        try:
            line.starttls(context=safe)
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException, ssl.SSLError) as why:
            if isinstance(why, smtplib.SMTPResponseException) and why.smtp_code < 500:
                raise
            raise ConfigurationError(
                f"connection {self._connection.conn_id}: STARTTLS failed; correct the server's "
                'certificate, or set "disable_tls": true for a server on this machine'
            ) from None
        line.ehlo()

    def _log_in(self, line: smtplib.SMTP) -> None:
        try:
            line.login(self._connection.login or "", self._connection.password or "")
        except smtplib.SMTPAuthenticationError as problem:
            if 400 <= problem.smtp_code < 500:
                raise
            raise ConfigurationError(
                f"connection {self._connection.conn_id}: the mail server refuses login or password"
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise ConfigurationError(
                f"connection {self._connection.conn_id}: the mail server knows no login; remove it"
            ) from None


class ManyMails:
    """Sends messages over one line to the mail server; see `Mailer.many`.

    Before each message but the first the server is asked whether it still listens, so what broke in
    between is no message's fault; after MOST_ON_A_LINE messages the line is a new one.
    """

    def __init__(
        self, open_line: Callable[[], AbstractContextManager[smtplib.SMTP]], conn_id: str
    ) -> None:
        self._open_line, self._conn_id = open_line, conn_id
        self._stack = ExitStack()
        self._line: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, message: EmailMessage, sender: str, recipient: str) -> MailOutcome:
        """As `Mailer.send`."""
        body = _as_sent(message)
        try:
            outcome = _converse(self._ready(), self._conn_id, sender, recipient, body)
        except smtplib.SMTPResponseException as problem:
            outcome = _put_off(problem.smtp_code)
            self.close()
        except (OSError, smtplib.SMTPException):
            outcome = MailOutcome("retry", UNREACHABLE)
            self.close()
        if outcome.state == "unknown":
            self.close()
        return outcome

    def close(self) -> None:
        """Ends the line; the next message opens another one."""
        self._line, self._sent = None, 0
        self._stack.close()

    def _ready(self) -> smtplib.SMTP:
        if self._line is not None and (self._sent >= MOST_ON_A_LINE or not _listens(self._line)):
            self.close()
        if self._line is None:
            self._line = self._stack.enter_context(self._open_line())
        self._sent += 1
        return self._line


def _listens(line: smtplib.SMTP) -> bool:
    try:
        code, _ = line.rset()
    except (OSError, smtplib.SMTPException):
        return False
    return code == 250


def _as_sent(message: EmailMessage) -> bytes:
    if "Date" not in message:
        message["Date"] = formatdate(localtime=True)
    return re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=SMTP))


def _converse(
    line: smtplib.SMTP, conn_id: str, sender: str, recipient: str, body: bytes
) -> MailOutcome:
    """Only the answers to recipient and content say anything about the recipient."""
    _begin(line, conn_id, sender)
    code, _ = line.rcpt(recipient)
    if code // 100 != 2:
        return _refused(code, conn_id)
    code, _ = line.docmd("DATA")
    if code != 354:
        return _refused(code, conn_id)
    try:
        line.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        line.send(b".\r\n")
        code, _ = line.getreply()
    except (OSError, smtplib.SMTPException):
        return MailOutcome("unknown", NO_ANSWER)
    return MailOutcome("sent") if code // 100 == 2 else _refused(code, conn_id)


def _begin(line: smtplib.SMTP, conn_id: str, sender: str) -> None:
    """Names the sender. Raises ConfigurationError where login or sender are refused for good, and
    SMTPResponseException where the server takes nothing now."""
    code, answer = line.mail(sender)
    if code // 100 == 2:
        return
    _require_login(code, conn_id)
    if 500 <= code < 600:
        raise ConfigurationError(
            f"connection {conn_id}: the mail server refuses the sender {sender} ({code}); correct "
            "mail.sender in the group's settings, or use a login that may send as it"
        )
    raise smtplib.SMTPResponseException(code, answer)


def _require_login(code: int, conn_id: str) -> None:
    if code in WANTS_LOGIN:
        raise ConfigurationError(
            f"connection {conn_id}: the mail server takes nothing without its login ({code}); give "
            'the connection login and password, and no "disable_tls" where the server wants STARTTLS'
        )


def _refused(code: int, conn_id: str) -> MailOutcome:
    """What became of a message whose recipient or content was refused."""
    _require_login(code, conn_id)
    if 500 <= code < 600:
        return MailOutcome("failed", f"the mail server refused it ({code})")
    return _put_off(code)


def _put_off(code: int) -> MailOutcome:
    """A refusal of the whole line, such as a greeting, is nobody's own: it may pass."""
    return MailOutcome("retry", f"the mail server put it off ({code})")


def _is_set(value: object) -> bool:
    return str(value).lower() in ("1", "true", "yes", "t", "y")
