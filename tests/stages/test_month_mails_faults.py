"""A published month over a real mail server with STARTTLS and login, on a bad day: each person gets exactly
one mail, or is listed."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from certificates import own_certificate
from click.testing import CliRunner
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, insert, update
from whole_group import database

from aftercare import connections, runs
from aftercare.cli import cli
from aftercare.dag_policy import MAIL_RETRIES
from aftercare.demo.ports import LOCALHOST
from aftercare.errors import ConfigurationError, PipelineFault, Retriable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.reports import scorecard_pdf
from aftercare.reports.morning import todo
from aftercare.stages.mail import list_mails, list_waiting_months, send_again
from aftercare.stages.month_mails import list_statements
from aftercare.stages.morning import read_morning
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.scorecards import score_month
from aftercare.targets.mail_ledger import LOCK_CLASS, TRIED_DAYS
from aftercare.targets.mail_tries import MOST_IN_VAIN
from aftercare.warehouse import run

RING = new_keyring_json()
KEYS = Keyring.from_json(RING)
PEOPLE = tuple(f"E{number:02}" for number in range(12))
LOGIN, PASSWORD = "aftercare", "right and long"
EMPLOYEES = f"scorecards/{MONTH}/employee"


def address(employee_no: str) -> str:
    return f"{employee_no.lower()}@heyuan.example"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    """Twelve people of a store, scored; nobody is proposed for anything."""
    made = ScoredMonth(warehouse)
    made.store()
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    table = made.table("core.employee")
    with warehouse.begin() as connection:
        connection.execute(
            insert(table),
            [
                {
                    "employee_no": one,
                    "name": f"王{one}",
                    "email_cipher": KEYS.encrypt(address(one)),
                    "email_hash": KEYS.hash(address(one)),
                    "email_check": "valid",
                    "system": "demo",
                    "row_hash": b"\0",
                    "version_at": "2026-01-01T00:00:00Z",
                    "version_day": "2026-01-01",
                    "load_id": made.load_id,
                }
                for one in PEOPLE
            ],
        )
    for one in PEOPLE:
        made.person(one)
        made.answered(one, [9] * 2)
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    return made


class BadDay:
    """A mail server that is down until it is opened; then it speaks STARTTLS alone and asks for a login."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.certificate, shown = own_certificate(folder)
        self._patch = patch
        self.server = MailServer(
            tls_context=shown,
            require_starttls=True,
            authenticator=self._check,
            auth_required=True,
            auth_require_tls=True,
        )
        self.logins: Counter[bool] = Counter()
        self.is_trusted(True)
        self.password_is(PASSWORD)

    def _check(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        is_right = (given.login, given.password) == (LOGIN.encode(), PASSWORD.encode())
        self.logins[is_right] += 1
        return AuthResult(success=is_right, handled=False)

    def is_trusted(self, is_trusted: bool) -> None:
        """Whether this machine trusts the server's certificate."""
        if is_trusted:
            self._patch.setenv("SSL_CERT_FILE", str(self.certificate))
        else:
            self._patch.delenv("SSL_CERT_FILE")

    def password_is(self, password: str, login: str | None = LOGIN) -> None:
        """What the connection has as its password, and as its login."""
        made = {
            "conn_type": "smtp",
            "host": LOCALHOST,
            "port": self.server.port,
            "login": login,
            "password": password,
            "extra": {"disable_ssl": True, "timeout": 5},
        }
        self._patch.setenv("AIRFLOW_CONN_AFTERCARE_SMTP", json.dumps(made))


@pytest.fixture
def day(
    month: ScoredMonth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[BadDay, pytest.MonkeyPatch]]:
    made = database(month.engine)
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(made))
    keys = {"conn_type": "generic", "password": RING}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", json.dumps(keys))
    monkeypatch.setenv("AFTERCARE_TODAY", "2026-07-06T09:00")
    connections.forget()
    yield BadDay(tmp_path, monkeypatch), monkeypatch
    connections.forget()


def publish() -> bool:
    """A try as Airflow makes one; whether another one is worth it."""
    try:
        runs.publish(MONTH, "hr.li")
    except Retriable:
        return True
    return False


def states(month: ScoredMonth) -> Counter[str]:
    return Counter(row["state"] for row in list_mails(month.engine, f"scorecards/{MONTH}"))


def arrived(server: MailServer) -> Counter[str]:
    return Counter(server.recipients)


def test_each_person_gets_exactly_one_or_is_listed(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, patch = day
    server = bad.server
    gone, lost = address("E04"), address("E07")

    # The server is down: everybody is planned, and not everybody is asked for.
    assert publish()
    mails = month.rows("outbound.mail", recipient_role="employee")
    assert len(mails) == len(PEOPLE)
    assert {mail["state"] for mail in mails} == {"planned", "retry"}
    assert sum(mail["attempts"] for mail in mails) == MOST_IN_VAIN < len(PEOPLE)
    assert states(month)["sent"] == 0

    # An hour later it is up: one address is gone, some are greylisted, a line breaks after DATA.
    patch.setenv("AFTERCARE_TODAY", "2026-07-06T10:00")
    server.refuses = {gone}
    server.greylists = {address("E00"), address("E05"), address("E11"), "hr@heyuan.example"}
    server.drops_for = {lost}
    with server:
        tries = 1
        while publish():
            tries += 1
            assert tries < 5
        assert tries == 2

        # HR and the store's manager have theirs as everybody has.
        everybody = {*map(address, PEOPLE), "hr@heyuan.example", "manager@heyuan.example"}
        assert arrived(server) == Counter(everybody - {gone})
        assert states(month) == {"sent": len(everybody) - 2, "failed": 1, "unknown": 1}
        listed = {
            row["employee_no"]: (row["state"], row["reason"])
            for row in list_statements(month.engine, MONTH)
            if row["state"] != "sent"
        }
        assert listed == {
            "E04": ("failed", "the mail server refused it (550)"),
            "E07": (
                "unknown",
                "the line broke before the mail server said whether it took the message",
            ),
        }
        told = " ".join(map(str, todo(read_morning(month.engine, month.group, TODAY), "zh")))
        assert f"邮件 {EMPLOYEES}：1 封被拒收" in told
        assert f"邮件 {EMPLOYEES}：1 封结果不明" in told

        # The same again sends nothing, and what a person lets go again can be told from the first.
        assert not publish()
        assert sum(arrived(server).values()) == len(everybody) - 1
        assert send_again(month.engine, f"{EMPLOYEES}/E07") == 1
        assert not publish()
        assert arrived(server) == Counter(everybody - {gone}) + Counter([lost])
        twice = [one["Message-ID"] for one in server.messages if one["To"] == lost]
        assert len(twice) == 2
        assert len(set(twice)) == 1
        assert len({one["Message-ID"] for one in server.messages}) == len(everybody) - 1
    assert bad.logins[False] == 0
    assert bad.logins[True] > 0


def waiting_lines(month: ScoredMonth, day: date) -> list[dict[str, str]]:
    """What the morning mail of a night says of mails that wait."""
    lines = todo(read_morning(month.engine, month.group, day), "en")
    return [line for line in lines if "is published" in line["what"]]


def test_a_server_that_is_down_for_all_tries_of_the_publication_loses_nothing(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, patch = day
    everybody = {*map(address, PEOPLE), "hr@heyuan.example", "manager@heyuan.example"}
    assert all(publish() for _ in range(1 + MAIL_RETRIES))
    assert arrived(bad.server) == Counter()
    listed = CliRunner().invoke(cli, ["mail", "list", f"scorecards/{MONTH}"])
    assert (
        listed.output.splitlines()[-1] == f"{len(everybody)} mails, {len(everybody)} of them wait"
    )

    # The night finds it up; its morning mail names what waits, then that is sent.
    patch.setenv("AFTERCARE_TODAY", "2026-07-07T03:00")
    night = "2026-07-06"
    with bad.server:
        runs.morning(night)
        told = next(one for one in bad.server.messages if one["To"] == "operator@heyuan.example")
        text = told.get_body(("plain",)).get_content()
        assert f"{MONTH} 已发布，还有 {len(everybody)} 封邮件没有发出" in text
        mornings = arrived(bad.server)
        assert runs.tell_waiting(night).keys() == {MONTH}
        assert arrived(bad.server) - mornings == Counter(everybody)
        assert states(month) == {"sent": len(everybody)}
        assert waiting_lines(month, date(2026, 7, 6)) == []
        # Nothing waits any more, and nobody gets a second one.
        assert runs.tell_waiting(night) == {}
        assert arrived(bad.server) - mornings == Counter(everybody)


def test_each_night_tries_what_waits_for_a_month_and_the_morning_mail_names_it_on(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, patch = day
    put_off = address("E03")
    bad.server.puts_off = {put_off}
    published_on = date(2026, 7, 6)
    with bad.server:
        assert publish()
        with month.engine.begin() as connection:
            table = month.table("score.publication")
            # Two in the morning of the stores' day, which in UTC is the day before.
            connection.execute(update(table).values(published_at="2026-07-05T18:00:00Z"))
        before = arrived(bad.server)
        with pytest.raises(Retriable, match=f"1 mails of {EMPLOYEES} wait"):
            runs.tell_waiting("2026-07-06")
        assert arrived(bad.server) == before
        last = published_on + timedelta(days=TRIED_DAYS)
        (line,) = waiting_lines(month, last - timedelta(days=1))
        assert f"each night tries again, until {last}" in line["action"]
        (line,) = waiting_lines(month, last)
        assert f"Nights have not tried again since {last}" in line["action"]

        # Statements that were turned off are not sent, and wait for nothing.
        mail = month.group.mail.model_copy(update={"statements": False})
        off = month.group.model_copy(update={"mail": mail})
        assert read_morning(month.engine, off, last).waiting_mails == []
        assert list_waiting_months(month.engine, off, last) == []

        bad.server.puts_off = set()
        patch.setenv("AFTERCARE_TODAY", (last + timedelta(days=1)).isoformat())
        assert runs.tell_waiting(last.isoformat()) == {}
        patch.setenv("AFTERCARE_TODAY", last.isoformat())
        assert runs.tell_waiting(last.isoformat()).keys() == {MONTH}
        assert arrived(bad.server) - before == {put_off: 1}


def test_a_publication_that_ended_before_its_mails_were_planned_is_told_by_the_night(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, _ = day
    with bad.server:
        month.add(
            "score.publication",
            month=MONTH,
            approved_by="hr.li",
            tells_managers=True,
            tells_employees=True,
        )
        assert runs.tell_waiting("2026-07-06").keys() == {MONTH}
        assert states(month) == {"sent": len(PEOPLE) + 2}


def test_what_is_planned_of_a_month_that_is_being_sent_does_not_wait(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, _ = day
    with bad.server:
        bad.server.rcpt = "451 later"
        assert publish()
    first = month.rows("outbound.mail", state="retry")[0]["mail_id"]
    everybody, put_off = len(PEOPLE) + 2, states(month)["retry"]
    with month.engine.connect() as sender:
        lock = {"lock_class": LOCK_CLASS, "number": first}
        assert run(sender, "outbound/try_lock", **lock).scalar_one()
        (line,) = waiting_lines(month, TODAY)
        assert f"and {put_off} of its mails" in line["what"]
        run(sender, "outbound/drop_lock", **lock)
    (line,) = waiting_lines(month, TODAY)
    assert f"and {everybody} of its mails" in line["what"]


def test_an_old_month_that_is_not_told_is_not_told_by_nights(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, _ = day
    with bad.server:
        month.add("score.publication", month=MONTH, approved_by="hr.li", is_told=False)
        assert runs.tell_waiting("2026-07-06") == {}
    assert waiting_lines(month, date(2026, 7, 6)) == []


def test_nothing_leaves_over_a_line_that_is_not_safe_or_with_a_wrong_password(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, _ = day
    with bad.server:
        bad.is_trusted(False)
        with pytest.raises(ConfigurationError, match="STARTTLS failed"):
            runs.publish(MONTH, "hr.li")
        bad.is_trusted(True)
        bad.password_is("wrong")
        with pytest.raises(ConfigurationError, match="refuses login or password"):
            runs.publish(MONTH, "hr.li")
        bad.password_is("", login=None)
        with pytest.raises(ConfigurationError, match="give the connection login"):
            runs.publish(MONTH, "hr.li")
        assert (bad.server.messages, bad.logins[True]) == ([], 0)
        # All of them are planned, and nobody's is refused.
        assert states(month).keys() == {"planned", "retry"}
        assert states(month).total() == len(PEOPLE) + 2
        bad.password_is(PASSWORD)
        assert not publish()
        assert set(arrived(bad.server).values()) == {1}
        assert states(month) == {"sent": len(PEOPLE) + 2}


def test_an_answer_to_an_employee_survives_a_server_that_is_down(
    month: ScoredMonth, day: tuple[BadDay, pytest.MonkeyPatch]
) -> None:
    bad, _ = day
    month.add("score.publication", month=MONTH, approved_by="hr.li", tells_employees=True)
    asked = (month.engine, month.group, month.policy, MONTH, "E01", "satisfied_share", "not so")
    number = raise_objection(*asked, "hr.li", TODAY)["objection"]
    answer_objection(month.engine, number, "dismiss", "they were", "hr.wu", TODAY)
    with pytest.raises(Retriable, match="1 mails of objections and adjustments wait"):
        runs.tell_answers("2026-07-05")
    bad.server.greylists = {address("E01")}
    with bad.server:
        with pytest.raises(Retriable):
            runs.tell_answers("2026-07-05")
        assert [runs.tell_answers("2026-07-05")["changed"] for _ in range(2)] == [1, 0]
        assert arrived(bad.server) == {address("E01"): 1}


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("#let", "the PDF cannot be set"),
        (None, r"the mail to HR cannot be made: RuntimeError \(zh, \w+\.py:\d+\)"),
    ],
    ids=["broken", "missing"],
)
def test_a_mail_to_hr_that_cannot_be_made_is_told_after_all_others_were_sent(
    month: ScoredMonth,
    day: tuple[BadDay, pytest.MonkeyPatch],
    tmp_path: Path,
    template: str | None,
    told: str,
) -> None:
    bad, patch = day
    folder = tmp_path / "templates"
    folder.mkdir()
    if template:
        (folder / "report.typ").write_text(template)
    with bad.server:
        with patch.context() as broken:
            # Only HR's mail has a PDF.
            broken.setattr(scorecard_pdf, "TEMPLATES", folder)
            with pytest.raises(PipelineFault, match=told):
                runs.publish(MONTH, "hr.li")
        others = Counter([*map(address, PEOPLE), "manager@heyuan.example"])
        assert arrived(bad.server) == others
        assert states(month) == {"sent": len(PEOPLE) + 1, "planned": 1}
        # Once that is mended, HR's is all that is sent.
        assert not publish()
        assert arrived(bad.server) == others + Counter(["hr@heyuan.example"])
