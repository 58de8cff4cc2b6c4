"""Months made up for long after they ended: nobody hears of them, unless who backfills them says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from file_crm import FileCrm
from mail_server import MailServer, mailer
from published_month import PublishedMonth
from scored_month import MONTH
from sqlalchemy import Engine, text, update

from aftercare.demo.ports import free_port
from aftercare.errors import NotAllowed, SystemUnreachable
from aftercare.settings import Recipient
from aftercare.stages.month_mails import tell_employees, tell_managers
from aftercare.stages.objections import raise_objection
from aftercare.stages.old_months import is_told, say_word
from aftercare.stages.publish import publish
from aftercare.stages.scorecards import score_month
from aftercare.stages.told import tell_answers
from aftercare.warehouse import run

NEWEST, LATE, LATER = "2026-10", date(2026, 11, 21), date(2026, 11, 23)
PEOPLE = [f"{store}-{number}" for store in ("SK01", "SK02") for number in range(3)]
EVERYBODY = sorted(
    [
        "hr@heyuan.example",
        *["manager@heyuan.example"] * 2,
        *[f"{one.lower()}@heyuan.example" for one in PEOPLE],
    ]
)
STORES = {f"{store}.{MONTH}": 1 for store in ("SK01", "SK02")}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def crm(tmp_path: Path) -> FileCrm:
    return FileCrm(tmp_path / "crm.sqlite", has_scorecards=True)


@pytest.fixture
def month(warehouse: Engine, crm: FileCrm) -> PublishedMonth:
    """June, scored in November, of people who have addresses, and a CRM that takes published months."""
    made = PublishedMonth(warehouse)
    table = made.table("core.employee")
    with made.engine.begin() as connection:
        for employee_no in PEOPLE:
            mail = f"{employee_no.lower()}@heyuan.example"
            values = {"email_cipher": made.keyring.encrypt(mail), "email_check": "valid"}
            connection.execute(
                update(table)
                .where(table.c.employee_no == employee_no)
                .values(email_hash=made.keyring.hash(mail), **values)
            )
    made.push(crm, LATE)
    made.score(LATE)
    return made


def word(month: PublishedMonth, is_told: bool, key: str = MONTH) -> str:
    return say_word(month.engine, [key], NEWEST, is_told, "operator.zhou")[key]


def publish_it(
    month: PublishedMonth, server: Any, crm: FileCrm, today: date = LATE, asked: bool | None = None
) -> dict[str, int]:
    """Publishes June and tells all who are told, as the publication's task does, then a push."""
    given = (month.engine, month.keyring, month.group, month.policy, MONTH)
    is_new = month.count("score.publication") == 0
    counts = publish(*given, server.mailer(), "hr.li", today, asked)
    with month.engine.begin() as connection:
        if is_new:
            on = datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
            connection.execute(text("update score.publication set published_at = :on"), {"on": on})
    with server.mailer().many() as line:
        tell_managers(*given, line)
        tell_employees(*given, line)
    month.push(crm, today)
    return counts


def words_kept(month: PublishedMonth) -> list[tuple[Any, ...]]:
    """What was said, with where it stands in the database: another place for a row written again."""
    with month.engine.connect() as connection:
        found = connection.execute(text("select month, is_told, xmin::text from score.old_month"))
        return [tuple(row) for row in found]


def test_an_old_month_that_a_person_approves_and_publishes_is_told_to_nobody(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    assert word(month, False) == "silent"
    for published in (1, 0):
        counts = publish_it(month, server, crm)
        assert (counts["published"], counts["told"]) == (published, 0)
        assert (counts["suppressed"], counts["planned"], counts["sent"]) == (1, 0, 0)
    assert (server.messages, crm.kept("scorecard")) == ([], {})
    assert {row["reason"] for row in month.rows("outbound.mail")} == {"too_old"}
    assert month.rows("score.month")[0]["state"] == "closed"


def test_somebody_who_becomes_a_recipient_later_gets_nothing_of_it_either(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    word(month, False)
    publish_it(month, server, crm)
    more = {
        **month.group.mail.recipients,
        "hr": (*month.group.mail.recipients["hr"], Recipient(address="new@heyuan.example")),
    }
    mail = month.group.mail.model_copy(update={"recipients": more})
    month.group = month.group.model_copy(update={"mail": mail})
    publish_it(month, server, crm, LATER)
    assert server.messages == []


def test_with_the_word_for_it_everybody_is_told_once_as_of_a_month_in_time(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    assert word(month, True) == "told"
    assert server.messages == []
    for _ in range(2):
        assert publish_it(month, server, crm)["told"] == 1
        assert sorted(server.recipients) == EVERYBODY
        assert crm.kept("scorecard") == STORES


def test_a_month_of_which_nothing_was_said_is_told(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    publish_it(month, server, crm)
    assert sorted(server.recipients) == EVERYBODY


def test_the_newest_closed_month_is_no_old_one(month: PublishedMonth) -> None:
    assert word(month, False, NEWEST) == "in_time"
    assert words_kept(month) == []
    assert is_told(month.engine, NEWEST)


@pytest.mark.parametrize("first", [True, False])
def test_of_two_words_before_the_publication_the_newer_one_counts(
    month: PublishedMonth, server: MailServer, crm: FileCrm, first: bool
) -> None:
    word(month, first)
    assert word(month, not first) == ("silent" if first else "told")
    publish_it(month, server, crm)
    assert sorted(server.recipients) == ([] if first else EVERYBODY)


def test_the_same_word_again_changes_nothing(month: PublishedMonth) -> None:
    word(month, False)
    kept = words_kept(month)
    assert word(month, False) == "silent"
    assert (words_kept(month), len(kept)) == (kept, 1)


def test_a_month_that_was_published_and_told_to_nobody_stays_so(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    word(month, False)
    publish_it(month, server, crm)
    assert word(month, True) == "was_silent"
    publish_it(month, server, crm, LATER)
    assert (server.messages, crm.kept("scorecard")) == ([], {})


def test_what_waits_of_a_month_that_was_published_to_be_told_still_goes_out(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    word(month, True)
    given = (month.engine, month.keyring, month.group, month.policy, MONTH)
    with pytest.raises(SystemUnreachable):
        publish(*given, mailer(free_port()), "hr.li", LATE)
    assert word(month, False) == "was_told"
    publish_it(month, server, crm, LATER)
    assert sorted(server.recipients) == EVERYBODY


@pytest.mark.parametrize("was_asked", [True, False])
def test_who_was_asked_something_else_approved_nothing(
    month: PublishedMonth, server: MailServer, crm: FileCrm, was_asked: bool
) -> None:
    word(month, not was_asked)
    with pytest.raises(NotAllowed, match="since the approval was asked for"):
        publish_it(month, server, crm, asked=was_asked)
    assert (month.count("score.publication"), server.messages) == (0, [])
    assert publish_it(month, server, crm, asked=not was_asked)["published"] == 1


def test_corrections_and_objections_of_a_month_told_to_nobody_tell_nobody(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    word(month, False)
    publish_it(month, server, crm)
    raise_objection(
        month.engine,
        month.group,
        month.policy,
        MONTH,
        "SK01-0",
        "follow_up_coverage",
        "one call is missing",
        "hr.li",
        LATE,
    )
    month.late("SK01", 20)
    month.score(LATE)
    assert month.count("score.adjustment") > 0
    for _ in range(2):
        with server.mailer().many() as line:
            counts = tell_answers(
                month.engine, month.keyring, month.group, month.policy, LATE, LATER, line
            )
        assert counts["month_not_told"] == 2
        month.push(crm, LATER)
    assert (server.messages, crm.kept("scorecard")) == ([], {})


def news(month: PublishedMonth, key: str) -> set[str]:
    """Months of whose adjustments the documents of a month tell."""
    with month.engine.connect() as connection:
        return {row.month for row in run(connection, "adjustments/list_news", month=key, most=12)}


def test_what_a_later_month_says_of_others_leaves_it_out_and_is_not_taken_for_told_by_it(
    month: PublishedMonth, server: MailServer, crm: FileCrm
) -> None:
    def score(key: str) -> None:
        score_month(month.engine, month.group, month.policy, key, LATE)

    july = date(2026, 7, 10)
    month.answered("SK01-0", [9] * 5, role="AC", store_code="SK01", due_on=july)
    for key in ("2026-07", "2026-08"):
        score(key)
    month.add("score.publication", month="2026-07", approved_by="hr.li")
    month.task("SK01-0", role="AC", due_on=july)
    score("2026-07")
    word(month, False)
    given = (month.engine, month.keyring, month.group, month.policy, MONTH)
    publish(*given, server.mailer(), "hr.li", LATE)
    month.late("SK01", 20)
    month.score(LATE)
    assert {row["month"] for row in month.rows("score.adjustment")} == {MONTH, "2026-07"}
    assert news(month, "2026-08") == {"2026-07"}
