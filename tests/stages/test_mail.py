"""The ledger of mails, against a real mail server that misbehaves on demand."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest
from mail_server import MailServer, mailer
from reflected import reflected
from sqlalchemy import Engine, select, update

from aftercare.demo.ports import free_port
from aftercare.errors import ConfigurationError, PipelineFault, SystemUnreachable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.settings import PROJECT, Group, Language, Recipient, read_group
from aftercare.stages.mail import deliver, plan, send_again
from aftercare.targets.mail_ledger import Role

REPORT = "morning/2026-11-20"
RING = new_keyring_json()
KEYS = Keyring.from_json(RING)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def group_of(*addresses: str, role: str = "operator") -> Group:
    group = read_group(PROJECT / "include" / "group.yaml")
    recipients = {role: tuple(Recipient(address=address) for address in addresses)}
    return group.model_copy(
        update={"mail": group.mail.model_copy(update={"recipients": recipients})}
    )


ONE = group_of("operator@heyuan.example")
TWO = group_of("operator@heyuan.example", "second@heyuan.example")


def render(recipient: Recipient, role: Role, language: Language) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"回访早报 {role} {language}"
    message.set_content("完整")
    return message


def send(engine: Engine, sender: Any, group: Group = ONE) -> dict[str, int]:
    plan(engine, KEYS, group, REPORT, "operator")
    return deliver(engine, KEYS, group, sender, REPORT, render)


def states(engine: Engine) -> list[tuple[str, str, str | None]]:
    table = reflected(engine, "outbound.mail")
    with engine.connect() as connection:
        found = connection.execute(select(table).order_by(table.c.mail_id))
        return [(row.recipient_masked, row.state, row.reason) for row in found]


def set_state(engine: Engine, state: str) -> None:
    table = reflected(engine, "outbound.mail")
    with engine.begin() as connection:
        connection.execute(update(table).values(state=state))


def test_each_recipient_gets_a_message_of_its_own(warehouse: Engine, server: MailServer) -> None:
    counts = send(warehouse, server.mailer(), TWO)
    assert (counts["sent"], counts["changed"]) == (2, 2)
    assert server.recipients == ["operator@heyuan.example", "second@heyuan.example"]
    first, second = server.messages
    assert (first["To"], second["To"]) == ("operator@heyuan.example", "second@heyuan.example")
    assert first["From"] == "和远客户关爱 <aftercare@heyuan.example>"
    assert first["Subject"] == "回访早报 operator zh"
    assert first["Message-ID"] != second["Message-ID"]


def test_a_report_is_sent_once_however_often_it_is_run(
    warehouse: Engine, server: MailServer
) -> None:
    send(warehouse, server.mailer())
    again = send(warehouse, server.mailer())
    assert (again["sent"], again["changed"]) == (1, 0)
    assert len(server.envelopes) == 1


def test_recipients_stand_in_the_ledger_masked(warehouse: Engine, server: MailServer) -> None:
    send(warehouse, server.mailer())
    assert states(warehouse) == [("******or@heyuan.example", "sent", None)]


def test_an_address_outside_the_allowed_domains_gets_nothing(
    warehouse: Engine, server: MailServer
) -> None:
    outside = group_of(
        "operator@heyuan.example.attacker.example", "no address", "a@b@heyuan.example"
    )
    counts = send(warehouse, server.mailer(), outside)
    assert (counts["suppressed"], len(server.envelopes)) == (3, 0)
    assert {reason for _, _, reason in states(warehouse)} == {
        "domain_not_allowed",
        "address_malformed",
    }


def test_somebody_who_lost_the_role_gets_nothing(warehouse: Engine, server: MailServer) -> None:
    plan(warehouse, KEYS, TWO, REPORT, "operator")
    deliver(warehouse, KEYS, ONE, server.mailer(), REPORT, render)
    assert server.recipients == ["operator@heyuan.example"]
    assert states(warehouse)[1][1:] == ("suppressed", "no_longer_a_recipient")


def test_a_refused_recipient_stops_no_other(warehouse: Engine, server: MailServer) -> None:
    server.rcpt = "550 no such user"
    counts = send(warehouse, server.mailer(), TWO)
    assert counts["failed"] == 2
    assert states(warehouse)[0][2] == "the mail server refused it (550)"


def test_a_mail_that_cannot_be_made_stops_none_in_another_language(
    warehouse: Engine, server: MailServer
) -> None:
    chinese, english = TWO.mail.recipients["operator"]
    both = (chinese, english.model_copy(update={"language": "en"}))
    mail = TWO.mail.model_copy(update={"recipients": {"operator": both}})
    group = TWO.model_copy(update={"mail": mail})

    def halting(recipient: Recipient, role: Role, language: Language) -> EmailMessage:
        if language == "zh":
            raise PipelineFault("the words of zh lack a place")
        return render(recipient, role, language)

    plan(warehouse, KEYS, group, REPORT, "operator")
    with pytest.raises(PipelineFault, match="the words of zh lack a place"):
        deliver(warehouse, KEYS, group, server.mailer(), REPORT, halting)
    assert server.recipients == [english.address]
    assert [state for _, state, _ in states(warehouse)] == ["planned", "sent"]
    # Once it can be made, it is all that is sent.
    assert deliver(warehouse, KEYS, group, server.mailer(), REPORT, render)["changed"] == 1
    assert server.recipients == [english.address, chinese.address]


def test_a_mail_put_off_is_sent_by_the_next_run(warehouse: Engine, server: MailServer) -> None:
    server.data = "452 disk full"
    with pytest.raises(SystemUnreachable, match=f"1 mails of {REPORT} wait"):
        send(warehouse, server.mailer())
    server.data = "250 OK"
    assert send(warehouse, server.mailer())["changed"] == 1


def test_a_mail_server_that_is_down_loses_nothing(warehouse: Engine, server: MailServer) -> None:
    with pytest.raises(SystemUnreachable):
        send(warehouse, mailer(free_port()))
    assert send(warehouse, server.mailer())["sent"] == 1


def test_a_wrong_connection_leaves_the_mail_to_be_sent(
    warehouse: Engine, server: MailServer
) -> None:
    with pytest.raises(ConfigurationError):
        send(warehouse, server.mailer(extra={"disable_tls": False}))
    assert send(warehouse, server.mailer())["sent"] == 1


def test_a_mail_whose_answer_was_lost_is_not_sent_again_by_itself(
    warehouse: Engine, server: MailServer
) -> None:
    server.drops_after_data = True
    assert send(warehouse, server.mailer())["unknown"] == 1
    server.drops_after_data = False
    assert send(warehouse, server.mailer())["changed"] == 0
    assert len(server.envelopes) == 1


def test_a_person_may_have_an_unknown_mail_sent_again(
    warehouse: Engine, server: MailServer
) -> None:
    server.drops_after_data = True
    send(warehouse, server.mailer())
    server.drops_after_data = False
    assert send_again(warehouse, REPORT) == 1
    assert send(warehouse, server.mailer())["sent"] == 1
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_that_a_dead_process_left_is_unknown(warehouse: Engine, server: MailServer) -> None:
    plan(warehouse, KEYS, ONE, REPORT, "operator")
    set_state(warehouse, "sending")
    assert send(warehouse, server.mailer())["unknown"] == 1
    assert not server.envelopes


def test_a_process_killed_while_it_sends_leaves_an_unknown_mail(
    warehouse: Engine, server: MailServer
) -> None:
    plan(warehouse, KEYS, ONE, REPORT, "operator")
    program = PROJECT / "tests" / "fixtures" / "deliver_once.py"
    folders = [str(PROJECT / "plugins"), str(program.parent)]
    url = warehouse.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, str(program), url, RING, str(server.port), REPORT],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
    )
    server.before_answer = lambda: os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    server.before_answer = None
    assert send(warehouse, server.mailer())["unknown"] == 1
    assert len(server.envelopes) <= 1


def test_two_processes_at_once_send_one_mail(warehouse: Engine, server: MailServer) -> None:
    crowd = group_of(*(f"operator{number}@heyuan.example" for number in range(8)))
    plan(warehouse, KEYS, crowd, REPORT, "operator")
    rival = Thread(target=deliver, args=(warehouse, KEYS, crowd, server.mailer(), REPORT, render))
    rival.start()
    deliver(warehouse, KEYS, crowd, server.mailer(), REPORT, render)
    rival.join()
    assert sorted(server.recipients) == sorted(set(server.recipients))
    assert [state for _, state, _ in states(warehouse)] == ["sent"] * 8


def test_a_report_that_is_too_old_is_sent_when_the_operator_says_so(
    warehouse: Engine, server: MailServer
) -> None:
    plan(warehouse, KEYS, ONE, REPORT, "operator", is_too_old=True)
    assert deliver(warehouse, KEYS, ONE, server.mailer(), REPORT, render)["suppressed"] == 1
    assert send(warehouse, server.mailer())["sent"] == 1
