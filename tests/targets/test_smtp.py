"""What the mailer answers, told by a real SMTP server that misbehaves on demand."""

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from mail_server import MailServer, mailer

from aftercare.connections import Connection
from aftercare.demo.ports import LOCALHOST, free_port
from aftercare.errors import ConfigurationError
from aftercare.targets.smtp import MOST_ON_A_LINE, Mailer, message_id

SENDER = "aftercare@heyuan.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "完整", SENDER, "operator@heyuan.example"
    mail.set_content("第一行\n.以点开头\n最后一行\n")
    return mail


def send(server: MailServer, **more: Any) -> tuple[str, str | None]:
    outcome = server.mailer(**more).send(message(), SENDER, "operator@heyuan.example")
    return outcome.state, outcome.reason


def test_an_accepted_message_is_sent_whole(server: MailServer) -> None:
    assert send(server) == ("sent", None)
    (envelope,) = server.envelopes
    assert envelope.rcpt_tos == ["operator@heyuan.example"]
    assert b"Date:" in envelope.content
    assert server.messages[0].get_content().splitlines() == ["第一行", ".以点开头", "最后一行"]


def test_a_line_that_begins_with_a_dot_keeps_it(server: MailServer) -> None:
    mail = message()
    mail.set_content("a\n.\n.b\n", cte="7bit")
    assert server.mailer().send(mail, SENDER, "o@heyuan.example").state == "sent"
    assert b"\r\n.\r\n.b\r\n" in server.envelopes[0].content


def test_a_recipient_refused_for_good_has_failed(server: MailServer) -> None:
    server.rcpt = "550 no such user operator@heyuan.example"
    assert send(server) == ("failed", "the mail server refused it (550)")


def test_a_recipient_put_off_is_tried_again_later(server: MailServer) -> None:
    server.rcpt = "451 greylisted"
    assert send(server) == ("retry", "the mail server put it off (451)")


def test_content_refused_for_good_has_failed(server: MailServer) -> None:
    server.data = "554 spam"
    assert send(server) == ("failed", "the mail server refused it (554)")


def test_content_put_off_is_tried_again_later(server: MailServer) -> None:
    server.data = "452 disk full"
    assert send(server) == ("retry", "the mail server put it off (452)")


def test_a_line_that_breaks_after_data_is_unknown(server: MailServer) -> None:
    server.drops_after_data = True
    state, reason = send(server)
    assert state == "unknown"
    assert reason is not None
    assert len(server.envelopes) == 1, "the server has the message: sending again would make two"


def test_a_server_that_is_down_is_tried_again_later() -> None:
    outcome = mailer(free_port()).send(message(), SENDER, "operator@heyuan.example")
    assert outcome.state == "retry"


def test_a_server_without_starttls_is_refused(server: MailServer) -> None:
    with pytest.raises(ConfigurationError, match="STARTTLS failed"):
        send(server, extra={"disable_tls": False})
    assert not server.envelopes


def test_a_server_without_tls_is_refused(server: MailServer) -> None:
    with pytest.raises(ConfigurationError, match="disable_ssl"):
        send(server, extra={"disable_ssl": False})


def test_a_wrong_password_names_the_connection_and_not_the_password() -> None:
    def check(*arguments: Any) -> AuthResult:
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        return AuthResult(success=given.password == b"right", handled=False)

    with MailServer(authenticator=check, auth_require_tls=False) as server:
        assert send(server, login="aftercare", password="right") == ("sent", None)
        with pytest.raises(ConfigurationError, match="aftercare_smtp") as problem:
            send(server, login="aftercare", password="wrong-secret")
    assert "wrong-secret" not in str(problem.value)


def test_a_connection_without_host_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="host"):
        Mailer(Connection("aftercare_smtp", "smtp"))


def test_a_report_and_a_recipient_have_one_message_id() -> None:
    first = message_id("morning/2026-11-20", b"a", "heyuan.example")
    assert first == message_id("morning/2026-11-20", b"a", "heyuan.example")
    assert first != message_id("morning/2026-11-20", b"b", "heyuan.example")
    assert first != message_id("morning/2026-11-21", b"a", "heyuan.example")


def test_many_messages_go_over_one_line(server: MailServer) -> None:
    with server.mailer().many() as line:
        for _ in range(3):
            assert line.send(message(), SENDER, "o@heyuan.example").state == "sent"
    assert server.recipients == ["o@heyuan.example"] * 3
    assert server.lines == 1


def test_a_refused_recipient_spoils_no_other_on_the_line(server: MailServer) -> None:
    server.refuses = {"gone@heyuan.example"}
    with server.mailer().many() as line:
        states = [
            line.send(message(), SENDER, f"{name}@heyuan.example").state
            for name in ("a", "gone", "b")
        ]
    assert states == ["sent", "failed", "sent"]
    assert (server.recipients, server.lines) == (["a@heyuan.example", "b@heyuan.example"], 1)


def test_a_line_that_breaks_after_a_message_leaves_it_unknown_and_the_next_opens_another(
    server: MailServer,
) -> None:
    with server.mailer().many() as line:
        server.drops_after_data = True
        assert line.send(message(), SENDER, "a@heyuan.example").state == "unknown"
        server.drops_after_data = False
        assert line.send(message(), SENDER, "b@heyuan.example").state == "sent"
    assert server.lines == 2


def test_a_line_that_the_server_closed_meanwhile_is_no_messages_fault(
    server: MailServer,
) -> None:
    with server.mailer().many() as line:
        assert line.send(message(), SENDER, "a@heyuan.example").state == "sent"
        server.hang_up()
        assert line.send(message(), SENDER, "b@heyuan.example").state == "sent"
    assert server.recipients == ["a@heyuan.example", "b@heyuan.example"]


def test_a_line_is_a_new_one_after_a_hundred_messages(server: MailServer) -> None:
    with server.mailer().many() as line:
        for _ in range(MOST_ON_A_LINE + 1):
            line.send(message(), SENDER, "o@heyuan.example")
    assert (len(server.envelopes), server.lines) == (MOST_ON_A_LINE + 1, 2)


def test_no_line_at_all_puts_the_message_off() -> None:
    with mailer(free_port()).many() as line:
        assert line.send(message(), SENDER, "o@heyuan.example").state == "retry"


def test_a_server_that_wants_a_login_fails_nobody_and_says_what_to_do(server: MailServer) -> None:
    server.mail = "530 5.7.0 authentication required"
    told = pytest.raises(ConfigurationError, match=r"aftercare_smtp.*give the connection login")
    with told:
        send(server)
    with server.mailer().many() as line:
        for _ in range(2):
            with told:
                line.send(message(), SENDER, "o@heyuan.example")
    with told:
        server.mailer().check(SENDER)


def test_a_login_that_is_missed_at_the_recipient_fails_nobody(server: MailServer) -> None:
    server.rcpt = "530 5.7.57 not authenticated"
    with pytest.raises(ConfigurationError, match="give the connection login"):
        send(server)


def test_a_refused_sender_fails_nobody_and_says_what_to_do(server: MailServer) -> None:
    server.mail = "550 5.7.1 sender not owned"
    told = pytest.raises(ConfigurationError, match=rf"refuses the sender {SENDER} \(550\)")
    with told:
        send(server)
    with told:
        server.mailer().check(SENDER)
    with server.mailer().many() as line:
        with told:
            line.send(message(), SENDER, "o@heyuan.example")
        server.mail = "250 OK"
        assert line.send(message(), SENDER, "o@heyuan.example").state == "sent"


@pytest.mark.parametrize("answer", ["451 later", "421 too many messages"])
def test_a_sender_put_off_is_tried_again_later(server: MailServer, answer: str) -> None:
    server.mail = answer
    put_off = ("retry", f"the mail server put it off ({answer[:3]})")
    assert send(server) == put_off
    with server.mailer().many() as line:
        outcome = line.send(message(), SENDER, "o@heyuan.example")
        assert (outcome.state, outcome.reason) == put_off
        server.mail = "250 OK"
        assert line.send(message(), SENDER, "o@heyuan.example").state == "sent"


@pytest.mark.parametrize("greeting", ["554 no SMTP service here", "421 busy"])
def test_a_server_that_greets_with_a_refusal_is_tried_again_later(greeting: str) -> None:
    with socket.create_server((LOCALHOST, 0)) as listening:

        def greet() -> None:
            for _ in range(2):
                line, _ = listening.accept()
                with line:
                    line.sendall(f"{greeting}\r\n".encode())

        Thread(target=greet, daemon=True).start()
        away = mailer(listening.getsockname()[1])
        put_off = f"the mail server put it off ({greeting[:3]})"
        outcome = away.send(message(), SENDER, "o@heyuan.example")
        assert (outcome.state, outcome.reason) == ("retry", put_off)
        with away.many() as line:
            outcome = line.send(message(), SENDER, "o@heyuan.example")
        assert (outcome.state, outcome.reason) == ("retry", put_off)
