"""Employees hear by mail that an objection came in, its answer, and what was adjusted: once, and nobody else."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from mail_server import MailServer, mailer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, delete, text, update
from whole_group import database

from aftercare import connections, runs
from aftercare.demo.ports import free_port
from aftercare.errors import SystemUnreachable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.stages.mail import list_mails, send_again
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.proposals import decide, propose
from aftercare.stages.scorecards import score_month
from aftercare.stages.told import list_told, tell_answers
from aftercare.warehouse import run, statement

KEYS = Keyring.from_json(new_keyring_json())
DAY, LATER, NEXT = date(2026, 7, 5), date(2026, 7, 20), date(2026, 7, 21)
COVERAGE = "follow_up_coverage"
PEOPLE = ("E1", "E2", "E3")


def address(employee_no: str) -> str:
    return f"{employee_no.lower()}@heyuan.example"


def has_address(month: ScoredMonth, employee_no: str, mail: str | None) -> None:
    table = month.table("core.employee")
    change(
        month,
        "core.employee",
        table.c.employee_no == employee_no,
        email_cipher=KEYS.encrypt(mail) if mail else None,
        email_hash=KEYS.hash(mail) if mail else None,
        email_check="valid" if mail else "missing",
    )


def change(month: ScoredMonth, name: str, where: Any, **values: Any) -> None:
    with month.engine.begin() as connection:
        statement = update(month.table(name)).values(**values)
        connection.execute(statement if where is None else statement.where(where))


def statements(month: ScoredMonth, is_on: bool) -> None:
    mail = month.group.mail.model_copy(update={"statements": is_on})
    month.group = month.group.model_copy(update={"mail": mail})


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    """Three people of one store in a published month."""
    made = ScoredMonth(warehouse)
    made.store()
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    for employee_no in PEOPLE:
        made.person(employee_no, role="AC", name=f"王{employee_no}")
        made.answered(employee_no, [9] * 4, role="AC")
        has_address(made, employee_no, address(employee_no))
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    made.add(
        "score.publication",
        month=MONTH,
        approved_by="hr.chen",
        published_at="2026-07-06T02:00:00Z",
        tells_managers=True,
        tells_employees=True,
    )
    return made


def objects(month: ScoredMonth, employee_no: str = "E1", words: str = "one call is missing") -> int:
    given = (month.engine, month.group, month.policy, MONTH, employee_no, COVERAGE, words)
    return int(raise_objection(*given, "hr.li", TODAY)["objection"])


def answers(month: ScoredMonth, number: int, answer: Any, words: str = "it was made") -> None:
    answer_objection(month.engine, number, answer, words, "hr.wu", TODAY)


def is_adjusted(month: ScoredMonth, *people: str, today: date = LATER) -> list[str]:
    """What came late changes the figures of these people; the rows that came."""
    late = [month.task(employee_no, role="AC") for employee_no in people]
    score_month(month.engine, month.group, month.policy, MONTH, today)
    return late


def tell(month: ScoredMonth, server: MailServer, today: date = TODAY) -> dict[str, int]:
    with server.mailer().many() as line:
        return tell_answers(month.engine, KEYS, month.group, month.policy, DAY, today, line)


def nobody_answers(month: ScoredMonth, today: date = TODAY) -> None:
    """A run while the mail server is down."""
    with mailer(free_port()).many() as line, pytest.raises(SystemUnreachable, match="wait for"):
        tell_answers(month.engine, KEYS, month.group, month.policy, DAY, today, line)


def said(message: Any) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def page(message: Any) -> str:
    return str(message.get_body(("html",)).get_content())


def reasons(month: ScoredMonth, key: str) -> dict[str, str | None]:
    return {row["report_key"]: row["reason"] for row in list_mails(month.engine, key)}


def test_who_objects_hears_that_it_came_in_and_by_when_it_is_answered(
    month: ScoredMonth, server: MailServer
) -> None:
    number = objects(month)
    counts = tell(month, server)
    assert (counts["objections"], counts["sent"], counts["changed"]) == (1, 1, 1)
    (message,) = server.messages
    assert (message["To"], message["Reply-To"]) == (address("E1"), "hr@heyuan.example")
    text = said(message)
    assert "王E1，您的异议已收到" in text
    assert f"异议编号 {number}" in text
    assert "针对：2026年6月 回访覆盖率" in text
    assert "最迟 2026-07-13 答复您。" in text
    assert "one call is missing" in text
    assert list_told(month.engine)[number][0]["state"] == "sent"


@pytest.mark.parametrize(
    ("answer", "title", "following"),
    [
        ("uphold", "您的异议成立", "会在旁边记一项更正"),
        ("dismiss", "您的异议不成立", "数字保持不变，以它为依据的决定从现在起可以执行。"),
    ],
)
def test_who_objects_hears_the_answer_with_its_words_and_what_follows(
    month: ScoredMonth, server: MailServer, answer: str, title: str, following: str
) -> None:
    number = objects(month)
    tell(month, server)
    answers(month, number, answer, "两个答复都点名顾问")
    assert tell(month, server)["changed"] == 1
    text = said(server.messages[-1])
    assert title in text
    assert "两个答复都点名顾问" in text
    assert following in text
    assert "hr@heyuan.example" in text
    assert [row["state"] for row in list_told(month.engine)[number]] == ["sent", "sent"]


def test_what_is_answered_before_the_morning_is_one_mail(
    month: ScoredMonth, server: MailServer
) -> None:
    answers(month, objects(month), "dismiss")
    assert tell(month, server)["changed"] == 1
    assert "您的异议不成立" in said(server.messages[0])


def test_new_reasons_are_asked_for_while_there_is_time(
    month: ScoredMonth, server: MailServer
) -> None:
    answers(month, objects(month), "dismiss")
    answers(month, objects(month, "E2"), "dismiss")
    server.refuses = {address("E2")}
    tell(month, server, date(2026, 7, 13))
    assert "可在 2026-07-13（含）之前再次提出" in said(server.messages[0])
    server.refuses = set()
    send_again(month.engine, "objections")
    tell(month, server, date(2026, 7, 14))
    assert "再次提出" not in said(server.messages[1])


def test_who_raised_answered_or_approved_is_not_told(
    month: ScoredMonth, server: MailServer
) -> None:
    number = objects(month)
    tell(month, server)
    answers(month, number, "uphold")
    is_adjusted(month, "E1", "E2")
    tell(month, server, NEXT)
    assert len(server.messages) == 4
    for message in server.messages:
        mine = next(one for one in PEOPLE if message["To"] == address(one))
        text = said(message) + page(message)
        assert [one for one in PEOPLE if f"王{one}" in text] == [mine]
        assert not any(user in text for user in ("hr.li", "hr.chen"))


def test_an_adjustment_is_told_the_next_morning_with_both_figures_and_what_stays(
    month: ScoredMonth, server: MailServer
) -> None:
    (late,) = is_adjusted(month, "E1")
    assert tell(month, server, LATER)["changed"] == 0
    tell(month, server, NEXT)
    (message,) = (one for one in server.messages if one["To"] == address("E1"))
    text = said(message)
    assert "已批准的数字保持不变，" in text
    figure = text.partition("回访覆盖率")[2]
    assert figure.index("已批准: 4/4 = 100%") < figure.index("按现有数据: 4/5 = 80%")
    assert "后到 1 条明细" in figure
    # Rows of a store's figure are those of other people: none is named.
    assert late not in text + page(message)


def test_the_objection_behind_an_adjustment_is_its_reason(
    month: ScoredMonth, server: MailServer
) -> None:
    number = objects(month)
    answers(month, number, "uphold")
    is_adjusted(month, "E1")
    tell(month, server, NEXT)
    assert f"您的异议 {number} 成立" in said(server.messages[-1])


def test_who_became_known_only_since_had_no_figure_and_hears_of_no_adjustment(
    month: ScoredMonth, server: MailServer
) -> None:
    month.person("E9", role="AC", name="王E9")
    has_address(month, "E9", address("E9"))
    is_adjusted(month, "E9")
    assert month.rows("score.adjustment", employee_no="E9")
    tell(month, server, NEXT)
    assert address("E9") not in server.recipients


def test_one_mail_tells_all_of_a_day(month: ScoredMonth, server: MailServer) -> None:
    is_adjusted(month, "E1")
    rows = month.rows("score.adjustment", employee_no="E1")
    tell(month, server, NEXT)
    assert server.recipients.count(address("E1")) == 1
    assert len(rows) > 1
    message = next(one for one in server.messages if one["To"] == address("E1"))
    assert f"{len(rows)} 项数字旁记有更正" in said(message)


def test_a_second_run_sends_nothing(month: ScoredMonth, server: MailServer) -> None:
    answers(month, objects(month), "dismiss")
    objects(month, "E2")
    is_adjusted(month, "E1", "E2")
    tell(month, server, NEXT)
    mails, sent = month.rows("outbound.mail"), len(server.messages)
    assert tell(month, server, NEXT)["changed"] == 0
    assert tell(month, server, date(2026, 7, 22))["changed"] == 0
    assert (month.rows("outbound.mail"), len(server.messages)) == (mails, sent)


def test_a_difference_that_goes_is_told_to_who_was_told_of_it(
    month: ScoredMonth, server: MailServer
) -> None:
    (late,) = is_adjusted(month, "E1")
    tell(month, server, NEXT)
    table = month.table("care.follow_up_task")
    with month.engine.begin() as connection:
        connection.execute(delete(table).where(table.c.task_key == late))
    # The warehouse's own clock dates the mail and the end of the difference.
    score_month(month.engine, month.group, month.policy, MONTH, NEXT)
    server.envelopes.clear()
    tell(month, server, date(2026, 7, 22))
    text = said(next(one for one in server.messages if one["To"] == address("E1")))
    assert "自 2026-07-21 起与已批准的数字不再有差异" in text
    assert tell(month, server, date(2026, 7, 23))["changed"] == 0


def test_what_was_told_is_looked_up_once_for_all_and_not_for_each_that_went(
    month: ScoredMonth,
) -> None:
    asked = str(statement("adjustments/list_untold")).replace(":today", "date '2026-07-21'")
    with month.engine.connect() as connection:
        (found,) = connection.execute(text(f"explain (format json) {asked}")).scalar_one()
    assert scans(found["Plan"], "adjustment")
    assert not scans(found["Plan"], "adjustment", of_each=True)


def scans(node: dict[str, Any], table: str, of_each: bool = False, inside: bool = False) -> int:
    """Scans of a table in a plan; ``of_each`` only those that are made anew for each row."""
    inside = inside or node.get("Parent Relationship") == "SubPlan"
    here = node.get("Relation Name") == table and (inside or not of_each)
    return here + sum(scans(each, table, of_each, inside) for each in node.get("Plans", ()))


def test_a_difference_that_went_before_the_mail_is_told_to_nobody(
    month: ScoredMonth, server: MailServer
) -> None:
    (late,) = is_adjusted(month, "E1")
    nobody_answers(month, NEXT)
    table = month.table("care.follow_up_task")
    with month.engine.begin() as connection:
        connection.execute(delete(table).where(table.c.task_key == late))
    score_month(month.engine, month.group, month.policy, MONTH, NEXT)
    assert tell(month, server, date(2026, 7, 22))["changed"] == 0
    assert "overtaken" in reasons(month, f"scorecards/{MONTH}/adjusted").values()


def test_what_is_answered_while_the_server_is_down_is_not_told_as_open(
    month: ScoredMonth, server: MailServer
) -> None:
    number = objects(month)
    nobody_answers(month)
    answers(month, number, "uphold")
    counts = tell(month, server)
    assert (counts["changed"], counts["overtaken"]) == (1, 1)
    assert "您的异议成立" in said(server.messages[0])
    assert reasons(month, f"objections/{number}")[f"objections/{number}/employee/receipt"] == (
        "overtaken"
    )


def test_who_has_no_address_of_their_own_is_listed_and_not_written_to(
    month: ScoredMonth, server: MailServer
) -> None:
    numbers = {one: objects(month, one) for one in PEOPLE}
    has_address(month, "E1", None)
    has_address(month, "E2", "shop@heyuan.example")
    has_address(month, "E3", "shop@heyuan.example")
    counts = tell(month, server)
    assert (counts["suppressed"], counts["no_address"], counts["address_shared"]) == (3, 1, 2)
    has_address(month, "E2", "wang@elsewhere.example")
    assert tell(month, server)["changed"] == 1
    told = {one: list_told(month.engine)[number][0] for one, number in numbers.items()}
    assert {one: row["reason"] for one, row in told.items()} == {
        "E1": "no_address",
        "E2": "domain_not_allowed",
        "E3": None,
    }
    has_address(month, "E1", address("E1"))
    assert tell(month, server)["changed"] == 1


def test_while_statements_are_off_all_is_held_back_and_stays_so(
    month: ScoredMonth, server: MailServer
) -> None:
    nobody = objects(month)
    nobody_answers(month)
    statements(month, False)
    objects(month, "E2")
    counts = tell(month, server)
    assert (counts["statements_off"], counts["changed"]) == (2, 0)
    statements(month, True)
    assert tell(month, server)["changed"] == 0
    answers(month, nobody, "uphold")
    assert tell(month, server)["changed"] == 1


def test_a_month_that_tells_employees_nothing_tells_nothing_of_this_either(
    month: ScoredMonth, server: MailServer
) -> None:
    change(month, "score.publication", None, tells_employees=False)
    objects(month)
    is_adjusted(month, "E2")
    counts = tell(month, server, NEXT)
    assert (counts["changed"], counts["planned"]) == (0, 0)
    assert counts["month_not_told"] == counts["suppressed"] > 1


def test_before_the_month_is_published_an_objection_waits(
    month: ScoredMonth, server: MailServer
) -> None:
    table = month.table("score.publication")
    with month.engine.begin() as connection:
        (row,) = connection.execute(delete(table).returning(table)).mappings()
    objects(month)
    assert tell(month, server)["not_published"] == 1
    month.add("score.publication", **row)
    assert tell(month, server)["changed"] == 1


def test_a_decision_that_was_rejected_after_all_is_told_as_not_carried_out(
    month: ScoredMonth, server: MailServer
) -> None:
    table = month.table("score.publication")
    with month.engine.begin() as connection:
        (row,) = connection.execute(delete(table).returning(table)).mappings()
    month.complaint("E1")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    propose(month.engine, month.group, month.policy, MONTH)
    warning = f"{MONTH}.E1.oral_warning"
    given = (month.engine, month.group, month.policy, MONTH, "E1", warning, "it was not me")
    number = int(raise_objection(*given, "hr.li", TODAY)["objection"])
    answers(month, number, "dismiss")
    decide(
        month.engine,
        month.group,
        month.policy,
        [warning],
        "reject",
        "a part was late",
        "hr.li",
        TODAY,
    )
    month.add("score.publication", **row)
    tell(month, server)
    assert "这一项建议后来未获同意，不执行。" in said(server.messages[-1])


def test_what_was_there_before_the_feature_is_not_told(
    month: ScoredMonth, server: MailServer
) -> None:
    number = objects(month)
    is_adjusted(month, "E2")
    change(month, "score.objection", None, tells_receipt=False)
    change(month, "score.adjustment", None, tells_employee=False)
    assert tell(month, server, NEXT)["changed"] == 0
    assert month.count("outbound.mail") == 0
    answers(month, number, "uphold")
    assert tell(month, server, NEXT)["changed"] == 1


def test_one_refused_recipient_stops_no_other_and_the_morning_tells_of_it(
    month: ScoredMonth, server: MailServer
) -> None:
    for one in PEOPLE:
        objects(month, one)
    server.refuses = {address("E1")}
    counts = tell(month, server)
    assert (counts["sent"], counts["failed"]) == (2, 1)
    with month.engine.connect() as connection:
        lost = run(connection, "morning/list_lost_mails", day=TODAY).all()
    assert [tuple(row) for row in lost] == [("objections", "failed", 1)]
    server.refuses = set()
    assert send_again(month.engine, "objections") == 1
    assert tell(month, server)["changed"] == 1


def test_a_run_that_was_killed_leaves_unknown_what_it_was_sending(
    month: ScoredMonth, server: MailServer
) -> None:
    number = objects(month)
    nobody_answers(month)
    # So a process leaves it that dies between taking a mail and the server's answer.
    change(month, "outbound.mail", None, state="sending", message_id="<a@heyuan.example>")
    assert tell(month, server)["changed"] == 0
    assert list_told(month.engine)[number] == [
        {"told": "receipt", "state": "unknown", "reason": "sender_ended", "objection_id": number}
    ]
    assert tell(month, server)["changed"] == 0
    assert server.messages == []


def test_mails_of_adjustments_that_wait_do_not_ask_for_a_publication_again(
    month: ScoredMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(month.engine)))
    connections.forget()
    is_adjusted(month, "E1")
    nobody_answers(month, NEXT)
    try:
        assert runs.open_publication(MONTH) == {}
    finally:
        connections.forget()


def test_a_server_that_is_down_loses_nothing(month: ScoredMonth, server: MailServer) -> None:
    objects(month)
    is_adjusted(month, "E2")
    nobody_answers(month, NEXT)
    tell(month, server, NEXT)
    assert {address("E1"), address("E2")} <= set(server.recipients)
    assert len(server.recipients) == month.count("outbound.mail")
