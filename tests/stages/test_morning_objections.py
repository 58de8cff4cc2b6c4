"""The morning mail says which objections wait for an answer; HR hears on days when one has to be given."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from mail_server import MailServer
from night_of_tasks import DAY, TODAY, NightOfTasks
from sqlalchemy import Engine, update

from aftercare.stages.morning import morning

HR = "hr@heyuan.example"


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    made = NightOfTasks(warehouse)
    made.store("CA01")
    with made.engine.begin() as connection:
        for name, values in (
            ("core.employee", {"employee_no": "E1", "name": "王芳"}),
            ("score.month", {"month": "2026-10", "state": "closed", "policy_digest": "d1"}),
        ):
            connection.execute(made.table(name).insert().values(**values))
    return made


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def object_to(night: NightOfTasks, about: str, due_on: date) -> None:
    row = {
        "month": "2026-10",
        "employee_no": "E1",
        "store_code": "CA01",
        "scorecard_id": "2026-10.SC.CA01.E1",
        "kpi_id": about,
        "words": "private words",
        "raised_by": "hr.li",
        "raised_on": DAY - timedelta(days=9),
        "due_on": due_on,
        "policy_line": "house/month/reply_days@2012-01-01",
    }
    with night.engine.begin() as connection:
        connection.execute(night.table("score.objection").insert().values(**row))


def send(night: NightOfTasks, server: MailServer) -> list[str]:
    """What the mails say, by recipient and all alike."""
    morning(night.engine, night.keyring, night.group, DAY, TODAY, server.mailer())
    texts = []
    for message in server.messages:
        part = message.get_body(("plain",))
        assert part is not None
        texts.append(part.get_content())
    return texts


def test_one_whose_answer_is_not_due_yet_is_told_to_operators_only(
    night: NightOfTasks, server: MailServer
) -> None:
    object_to(night, "satisfied_share", TODAY + timedelta(days=1))
    texts = send(night, server)
    assert all("2026-10 有 1 项异议待答复，最早须于 2026-11-22 前答复" in each for each in texts)
    assert all("人力资源部" in each for each in texts)
    assert HR not in server.recipients


@pytest.mark.parametrize(
    ("late_by", "words"),
    [(0, "有 2 项异议待答复，最早须于 2026-11-21 前答复"), (1, "其中 1 项已逾期")],
)
def test_hr_hears_of_one_that_is_due_or_late(
    night: NightOfTasks, server: MailServer, late_by: int, words: str
) -> None:
    object_to(night, "satisfied_share", TODAY - timedelta(days=late_by))
    object_to(night, "follow_up_coverage", TODAY + timedelta(days=3))
    texts = send(night, server)
    assert HR in server.recipients
    assert all(words in each for each in texts)
    assert not any("private words" in each or "王芳" in each for each in texts)


def test_what_is_answered_is_not_told(night: NightOfTasks, server: MailServer) -> None:
    object_to(night, "satisfied_share", TODAY)
    objections = night.table("score.objection")
    answered = {"state": "dismissed", "answer": "no", "answered_by": "hr.li"}
    with night.engine.begin() as connection:
        connection.execute(
            update(objections).values(answered_on=TODAY, answered_at=TODAY, **answered)
        )
    assert not any("异议" in each for each in send(night, server))
    assert HR not in server.recipients


def test_the_same_morning_again_sends_no_second_mail(
    night: NightOfTasks, server: MailServer
) -> None:
    object_to(night, "satisfied_share", TODAY)
    send(night, server)
    first = len(server.messages)
    assert len(send(night, server)) == first
