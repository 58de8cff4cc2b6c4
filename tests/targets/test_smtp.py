"""What the mailer answers, told by a real SMTP server that misbehaves on demand."""

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from aftercare.connections import Connection
from aftercare.demo.ports import free_port
from aftercare.errors import ConfigurationError
from aftercare.targets.smtp import Mailer, message_id

SENDER = "aftercare@heyuan.example"


class Server:
    """A mail server that takes every message, unless told otherwise at a step."""

    def __init__(self) -> None:
        self.port = free_port()
        self.rcpt, self.data = "250 OK", "250 OK"
        self.drops_after_data = False
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - the names are aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        if self.data.startswith("250"):
            self.envelopes.append(envelope)
        if self.drops_after_data:
            server.transport.close()
        return self.data


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def mailer(port: int, **more: Any) -> Mailer:
    extra = {"disable_ssl": True, "disable_tls": True, "timeout": 5} | more.pop("extra", {})
    return Mailer(Connection("aftercare_smtp", "smtp", "127.0.0.1", port, extra=extra, **more))


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "完整", SENDER, "operator@heyuan.example"
    mail.set_content("第一行\n.以点开头\n最后一行\n")
    return mail


def send(server: Server, **more: Any) -> tuple[str, str | None]:
    outcome = mailer(server.port, **more).send(message(), SENDER, "operator@heyuan.example")
    return outcome.state, outcome.reason


def test_an_accepted_message_is_sent_whole(server: Server) -> None:
    assert send(server) == ("sent", None)
    (envelope,) = server.envelopes
    assert envelope.rcpt_tos == ["operator@heyuan.example"]
    assert b"Date:" in envelope.content
    parsed = BytesParser(policy=policy.default).parsebytes(envelope.content)
    assert parsed.get_content().splitlines() == ["第一行", ".以点开头", "最后一行"]


def test_a_line_that_begins_with_a_dot_keeps_it(server: Server) -> None:
    mail = message()
    mail.set_content("a\n.\n.b\n", cte="7bit")
    assert mailer(server.port).send(mail, SENDER, "o@heyuan.example").state == "sent"
    assert b"\r\n.\r\n.b\r\n" in server.envelopes[0].content


def test_a_recipient_refused_for_good_has_failed(server: Server) -> None:
    server.rcpt = "550 no such user operator@heyuan.example"
    assert send(server) == ("failed", "the mail server refused it (550)")


def test_a_recipient_put_off_is_tried_again_later(server: Server) -> None:
    server.rcpt = "451 greylisted"
    assert send(server) == ("retry", "the mail server put it off (451)")


def test_content_refused_for_good_has_failed(server: Server) -> None:
    server.data = "554 spam"
    assert send(server) == ("failed", "the mail server refused it (554)")


def test_content_put_off_is_tried_again_later(server: Server) -> None:
    server.data = "452 disk full"
    assert send(server) == ("retry", "the mail server put it off (452)")


def test_a_line_that_breaks_after_data_is_unknown(server: Server) -> None:
    server.drops_after_data = True
    state, reason = send(server)
    assert state == "unknown"
    assert reason is not None
    assert len(server.envelopes) == 1, "the server has the message: sending again would make two"


def test_a_server_that_is_down_is_tried_again_later() -> None:
    outcome = mailer(free_port()).send(message(), SENDER, "operator@heyuan.example")
    assert outcome.state == "retry"


def test_a_server_without_starttls_is_refused(server: Server) -> None:
    with pytest.raises(ConfigurationError, match="STARTTLS failed"):
        send(server, extra={"disable_tls": False})
    assert not server.envelopes


def test_a_server_without_tls_is_refused(server: Server) -> None:
    with pytest.raises(ConfigurationError, match="disable_ssl"):
        send(server, extra={"disable_ssl": False})


def test_a_wrong_password_names_the_connection_and_not_the_password() -> None:
    def check(*arguments: Any) -> AuthResult:
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        return AuthResult(success=given.password == b"right", handled=False)

    handler = Server()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=handler.port,
        authenticator=check,
        auth_require_tls=False,
    )
    controller.start()
    try:
        assert send(handler, login="aftercare", password="right") == ("sent", None)
        with pytest.raises(ConfigurationError, match="aftercare_smtp") as problem:
            send(handler, login="aftercare", password="wrong-secret")
    finally:
        controller.stop()
    assert "wrong-secret" not in str(problem.value)


def test_a_connection_without_host_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="host"):
        Mailer(Connection("aftercare_smtp", "smtp"))


def test_a_report_and_a_recipient_have_one_message_id() -> None:
    first = message_id("morning/2026-11-20", b"a", "heyuan.example")
    assert first == message_id("morning/2026-11-20", b"a", "heyuan.example")
    assert first != message_id("morning/2026-11-20", b"b", "heyuan.example")
    assert first != message_id("morning/2026-11-21", b"a", "heyuan.example")
