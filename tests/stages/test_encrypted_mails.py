"""Recipients with a certificate get every mail encrypted, and none in clear; others get theirs as ever."""

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from certificates import opened, persons_certificate
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, update

from aftercare.errors import SystemUnreachable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.reports.morning import todo
from aftercare.settings import Language, Recipient
from aftercare.stages.late import tell_silent_warehouse
from aftercare.stages.mail import list_mails
from aftercare.stages.month_mails import tell_employees, tell_managers
from aftercare.stages.morning import read_morning
from aftercare.stages.objections import raise_objection
from aftercare.stages.publish import publish
from aftercare.stages.scorecards import score_month
from aftercare.stages.told import tell_answers
from aftercare.targets.mail_ledger import Role, deliver, plan
from aftercare.targets.smime import CertificateUnusable

KEYS = Keyring.from_json(new_keyring_json())
NAME = "王芳"
OURS, THEIRS = "hr@heyuan.example", "director@heyuan.example"
EXPIRED = r"certificates/hr\.pem: the certificate expired on .*ask the recipient for a new one"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AFTERCARE_GROUP", str(tmp_path / "group.yaml"))
    (tmp_path / "certificates").mkdir()
    return tmp_path / "certificates"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    """A scored month of two stores; in each role somebody with a certificate and somebody without."""
    made = ScoredMonth(warehouse)
    for store in ("SK01", "SK02"):
        made.store(store)
        made.person(f"{store}-E1", name=NAME, store_code=store)
        made.answered(f"{store}-E1", [9] * 7, store_code=store)
    made.role("hr.li", "hr")
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    both = (
        Recipient(address=OURS, certificate="certificates/hr.pem"),
        Recipient(address=THEIRS),
    )
    roles = {"hr": both, "manager": both, "operator": both}
    mail = made.group.mail.model_copy(update={"recipients": roles})
    made.group = made.group.model_copy(update={"mail": mail})
    return made


def send(month: ScoredMonth, server: MailServer) -> dict[str, int]:
    group, mailer = month.group, server.mailer()
    return publish(month.engine, KEYS, group, month.policy, MONTH, mailer, "hr.li", TODAY)


def tell(month: ScoredMonth, server: MailServer) -> dict[str, int]:
    return tell_managers(month.engine, KEYS, month.group, month.policy, MONTH, server.mailer())


def contents(server: MailServer, address: str) -> list[bytes]:
    """What went over the line to an address."""
    return [bytes(one.content or b"") for one in server.envelopes if one.rcpt_tos == [address]]


def test_hr_s_whole_mail_is_encrypted_for_who_has_a_certificate(
    month: ScoredMonth, folder: Path
) -> None:
    file = persons_certificate(folder, "hr")
    with MailServer() as server:
        assert send(month, server)["sent"] == 2
        (content,) = contents(server, OURS)
        (clear,) = [one for one in server.messages if one["To"] == THEIRS]
        (outer,) = [one for one in server.messages if one["To"] == OURS]
        # Once, also when it is asked for again.
        assert send(month, server)["changed"] == 0
        assert len(server.envelopes) == 2
    assert outer.get_content_type() == "application/pkcs7-mime"
    assert outer["Subject"] == f"加密邮件：月度评分 {MONTH}"
    assert (outer["Date"] is not None, outer["Message-ID"] is not None) == (True, True)
    within = opened(content, file)
    assert within["Subject"] == clear["Subject"]
    kinds = [part.get_content_type() for part in within.walk() if not part.is_multipart()]
    assert kinds == [part.get_content_type() for part in clear.walk() if not part.is_multipart()]
    assert kinds[-1] == "application/pdf"
    page, shown = within.get_body(("html",)), clear.get_body(("html",))
    assert NAME in page.get_content()
    assert NAME in shown.get_content()


def test_nothing_goes_in_clear_where_a_certificate_expired_and_the_others_get_theirs(
    month: ScoredMonth, folder: Path
) -> None:
    persons_certificate(folder, "hr", days=(-400, -1))
    with MailServer() as server:
        with pytest.raises(CertificateUnusable, match=EXPIRED):
            send(month, server)
        with pytest.raises(CertificateUnusable, match=EXPIRED):
            tell(month, server)
        assert server.recipients == [THEIRS] * 3
        rows = list_mails(month.engine, f"scorecards/{MONTH}")
        waiting = [row for row in rows if row["state"] != "sent"]
        assert {(row["state"], row["reason"]) for row in waiting} == {
            ("retry", "certificate_unusable")
        }
        assert len(waiting) == 3

        # With a new one it is sent, once.
        file = persons_certificate(folder, "hr")
        assert send(month, server)["changed"] == 1
        assert tell(month, server)["changed"] == 2
        assert tell(month, server)["changed"] == 0
        assert server.recipients == [THEIRS] * 3 + [OURS] * 3
        subjects = [opened(content, file)["Subject"] for content in contents(server, OURS)]
        assert len(set(subjects)) == 3


def test_what_waits_for_a_certificate_is_not_told_as_waiting_for_the_mail_server(
    month: ScoredMonth, folder: Path
) -> None:
    persons_certificate(folder, "hr", days=(-400, -1))
    with MailServer() as server:
        server.puts_off = {THEIRS}
        with pytest.raises(SystemUnreachable, match=f"1 mails of scorecards/{MONTH} wait"):
            send(month, server)
        with pytest.raises(SystemUnreachable, match=f"2 mails of scorecards/{MONTH}/store wait"):
            tell(month, server)
    facts = read_morning(month.engine, month.group, TODAY)
    server_line, certificate_line = todo(facts, "en")[-2:]
    assert server_line["what"] == f"{MONTH} is published, and 3 of its mails have not gone out"
    assert "aftercare_smtp" in server_line["action"]
    assert "3 of its mails wait for a certificate" in certificate_line["what"]
    assert "aftercare check says which" in certificate_line["action"]
    assert "aftercare_smtp" not in certificate_line["action"]


def test_operators_hear_of_a_silent_warehouse_encrypted_or_not_at_all(
    month: ScoredMonth, folder: Path
) -> None:
    day = date(2026, 7, 5)
    with MailServer() as server:
        assert tell_silent_warehouse(month.group, day, server.mailer()) == 1
        assert server.recipients == [THEIRS]
        file = persons_certificate(folder, "hr")
        assert tell_silent_warehouse(month.group, day, server.mailer()) == 2
        (content,) = contents(server, OURS)
        (_, clear) = [one for one in server.messages if one["To"] == THEIRS]
        assert opened(content, file)["Subject"] == clear["Subject"]


def in_roles(month: ScoredMonth, statements: bool = False, **roles: Recipient) -> None:
    """One recipient in each of some roles."""
    given = {"recipients": {role: (one,) for role, one in roles.items()}, "statements": statements}
    mail = month.group.mail.model_copy(update=given)
    month.group = month.group.model_copy(update={"mail": mail})


def is_employee(month: ScoredMonth, employee_no: str, address: str) -> None:
    """Their dealer system knows this address."""
    employees = month.table("core.employee")
    known = update(employees).where(employees.c.employee_no == employee_no)
    cipher, digest = KEYS.encrypt(address), KEYS.hash(address.lower())
    with month.engine.begin() as connection:
        connection.execute(
            known.values(email_cipher=cipher, email_hash=digest, email_check="valid")
        )


def test_what_hr_gets_as_an_employee_is_encrypted_like_their_other_mails(
    month: ScoredMonth, folder: Path
) -> None:
    file = persons_certificate(folder, "hr")
    in_roles(month, True, hr=Recipient(address=OURS, certificate="certificates/hr.pem"))
    # As a dealer system may write it.
    own = "HR@heyuan.example"
    is_employee(month, "SK01-E1", own)
    with MailServer() as server:
        send(month, server)
        group, policy, line = month.group, month.policy, server.mailer()
        assert tell_employees(month.engine, KEYS, group, policy, MONTH, line)["sent"] == 1
        figure = month.rows("score.scorecard_line")[0]["kpi_id"]
        about = (MONTH, "SK01-E1", figure, "one answer is missing")
        raise_objection(month.engine, group, policy, *about, "hr.li", TODAY)
        assert tell_answers(month.engine, KEYS, group, policy, TODAY, TODAY, line)["sent"] == 1
        statement, receipt = (opened(content, file) for content in contents(server, own))
    assert NAME in statement.get_body(("plain",)).get_content()
    assert "one answer is missing" in receipt.get_body(("plain",)).get_content()
    assert {one.get_content_type() for one in server.messages} == {"application/pkcs7-mime"}


@pytest.mark.parametrize("has_one", ["operator", "steward", "hr", "manager"])
def test_an_address_in_several_roles_is_encrypted_whichever_names_the_certificate(
    month: ScoredMonth, folder: Path, has_one: Role
) -> None:
    file = persons_certificate(folder, "hr")
    roles: tuple[Role, ...] = ("operator", "steward", "hr", "manager")
    names = dict.fromkeys(roles, Recipient(address=OURS))
    names[has_one] = Recipient(address=OURS.upper(), certificate="certificates/hr.pem")
    in_roles(month, **names)

    def render(_recipient: Recipient, _role: Role, _language: Language) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = NAME
        message.set_content(NAME)
        return message

    key = "morning/2026-07-05"
    for role in roles:
        plan(month.engine, KEYS, month.group, key, role)
    with MailServer() as server:
        # The first of the roles has the mail.
        counts = deliver(month.engine, KEYS, month.group, server.mailer(), key, render)
        assert counts["sent"] == 1
        assert tell_silent_warehouse(month.group, date(2026, 7, 5), server.mailer()) == 1
        found = [opened(bytes(one.content or b""), file) for one in server.envelopes]
    assert [one["Subject"] == NAME for one in found] == [True, False]
