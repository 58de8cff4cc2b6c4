"""A published month is told to the managers of each store and to each employee: once, and to nobody else."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from mail_server import MailServer, mailer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, update

from aftercare.cli.evidence import evidence_lines
from aftercare.demo.ports import free_port
from aftercare.errors import BadData, PeriodRefused, PipelineFault, SystemUnreachable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.reports.mail_layout import mail_text
from aftercare.reports.statement import statement_texts
from aftercare.reports.store_mail import store_texts
from aftercare.settings import Recipient
from aftercare.stages.mail import list_mails, send_again
from aftercare.stages.month_mails import (
    ToldMonth,
    list_statements,
    statement_of,
    store_key,
    tell_employees,
    tell_managers,
)
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.proposals import decide, propose
from aftercare.stages.publish import publish, report_of
from aftercare.stages.rewards import propose_rewards
from aftercare.stages.scorecards import score_month
from aftercare.warehouse import run

KEYS = Keyring.from_json(new_keyring_json())
TEN = tuple(f"E{number:02}" for number in range(10))


def address(employee_no: str) -> str:
    return f"{employee_no.lower()}@heyuan.example"


def has_address(month: ScoredMonth, employee_no: str, mail: str | None) -> None:
    table = month.table("core.employee")
    with month.engine.begin() as connection:
        connection.execute(
            update(table)
            .where(table.c.employee_no == employee_no)
            .values(
                email_cipher=KEYS.encrypt(mail) if mail else None,
                email_hash=KEYS.hash(mail) if mail else None,
                email_check="valid" if mail else "missing",
            )
        )


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    """Ten sales care specialists of one store and one of another; E00 gets a warning."""
    made = ScoredMonth(warehouse)
    made.store()
    made.store("SK02")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    for number, employee_no in enumerate(TEN):
        made.person(employee_no, name=f"王{employee_no}")
        made.answered(
            employee_no, [9] * (7 if number == 0 else 10) + [2] * (4 if number == 0 else number % 2)
        )
        has_address(made, employee_no, address(employee_no))
    made.person("F1", store_code="SK02", name="李远")
    made.answered("F1", [9] * 12, store_code="SK02")
    has_address(made, "F1", address("F1"))
    return made


def publish_it(month: ScoredMonth, server: MailServer, decision: Any = "approve") -> None:
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    propose(month.engine, month.group, month.policy, MONTH)
    propose_rewards(month.engine, month.group, month.policy, MONTH)
    decide(
        month.engine,
        month.group,
        month.policy,
        [row["proposal_id"] for row in month.rows("score.sanction_proposal")],
        decision,
        "谈过，客户张先生",
        "hr.li",
        TODAY,
    )
    publish(month.engine, KEYS, month.group, month.policy, MONTH, server.mailer(), "hr.li", TODAY)
    server.envelopes.clear()


def employees(month: ScoredMonth, server: MailServer) -> dict[str, int]:
    with server.mailer().many() as line:
        return tell_employees(month.engine, KEYS, month.group, month.policy, MONTH, line)


def managers(month: ScoredMonth, server: MailServer) -> dict[str, int]:
    with server.mailer().many() as line:
        return tell_managers(month.engine, KEYS, month.group, month.policy, MONTH, line)


def without(month: ScoredMonth, **mail: Any) -> None:
    """Other settings of mails."""
    month.group = month.group.model_copy(update={"mail": month.group.mail.model_copy(update=mail)})


def page(message: Any) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def text_of(message: Any) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_each_employee_gets_their_own_statement_and_nobody_elses(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    counts = employees(month, server)
    assert (counts["people"], counts["sent"], counts["changed"]) == (11, 11, 11)
    assert sorted(server.recipients) == sorted(address(one) for one in (*TEN, "F1"))
    for message in server.messages:
        (name,) = [
            f"王{one}" if one in TEN else "李远"
            for one in (*TEN, "F1")
            if message["To"] == address(one)
        ]
        everybody = [*(f"王{one}" for one in TEN), "李远"]
        assert [one for one in everybody if one in page(message)] == [name]
        assert [one for one in everybody if one in text_of(message)] == [name]


def test_the_log_says_how_far_the_mails_of_a_month_are(
    month: ScoredMonth,
    server: MailServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aftercare.stages.month_mails.BATCH", 4)
    monkeypatch.setattr("aftercare.stages.month_mails.TOLD_EVERY", 1)
    publish_it(month, server)
    caplog.set_level("INFO", logger="aftercare.stages.month_mails")
    employees(month, server)
    managers(month, server)
    assert caplog.messages == [
        "statements of 2026-06: 4 tried, 4 sent, 11 people",
        "statements of 2026-06: 8 tried, 8 sent, 11 people",
        "statements of 2026-06: 11 tried, 11 sent, 11 people",
        "mails of 2026-06: 1 of 2 stores, 1 sent",
        "mails of 2026-06: 2 of 2 stores, 2 sent",
    ]


def test_a_store_is_told_the_same_however_many_are_read_at_a_time(
    month: ScoredMonth, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_it(month, server)
    told = ToldMonth.of(month.engine, month.group, month.policy, MONTH)
    assert told is not None
    figures = told.store_figures(month.engine)
    both = told.stores(month.engine, {"SK01": "one", "SK02": "two"}, figures)
    monkeypatch.setattr("aftercare.stages.month_mails.STORES_AT_ONCE", 1)
    managers(month, server)
    for code, name in (("SK01", "one"), ("SK02", "two")):
        assert told.stores(month.engine, {code: name}, figures)[code] == both[code]
        assert len({line["store_code"] for line in both[code].lines}) == 1
    assert len(server.messages) == 2


def test_the_year_of_a_store_ends_with_the_figures_of_the_month(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    told = ToldMonth.of(month.engine, month.group, month.policy, MONTH)
    assert told is not None
    figures = told.store_figures(month.engine)
    for code, store in told.stores(
        month.engine, dict.fromkeys(figures, "a store"), figures
    ).items():
        ends = {
            (row["role"], row["kpi_id"]): (row["numerator"], row["denominator"])
            for row in store.trend
            if row["month"] == MONTH
        }
        assert ends == {
            (one.role, one.kpi_id): (one.numerator, one.denominator) for one in figures[code]
        }
        assert ends


def test_a_statement_says_results_place_median_decision_and_until_when_to_object(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    employees(month, server)
    (mine,) = [one for one in server.messages if one["To"] == address("E00")]
    said = text_of(mine)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert "客户满意率: 7 / 11 = 63.6% ▼ (目标 90%, 本岗中位数 90.9%)" in said
    assert "客户满意率在集团同岗位（销售关爱 SC）11 人中排第 11。" in said
    assert "口头警告: 决定给予" in said
    assert f"{report.rows.objection_until}（含）之前可以书面提出异议" in said
    assert f"最迟 {report.rows.reply_until} 答复" in said
    assert "hr@heyuan.example" in said
    assert mine["Reply-To"] == "hr@heyuan.example"
    (command,) = [row for row in said.splitlines() if "aftercare evidence 2026-06 E00" in row]
    assert "satisfied_share" in command


def to(server: MailServer, mail: str) -> str:
    """The text of the first mail to somebody."""
    return text_of(next(one for one in server.messages if one["To"] == mail))


def objects(month: ScoredMonth, about: str) -> int:
    """E00 objects; returns the number."""
    done = raise_objection(
        month.engine, month.group, month.policy, MONTH, "E00", about, "not so", "hr.li", TODAY
    )
    return int(done["objection"])


def test_rewards_are_told_as_rewards_and_not_counted_as_sanctions(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    employees(month, server)
    managers(month, server)
    star = to(server, address("E02"))
    assert "满意度之星: 同意授予, 名次 1/11" in star
    assert "本月没有对您决定任何处分。" in star
    assert "整改期限" not in star
    shop = to(server, "manager@heyuan.example")
    assert "处分建议 1 项：同意 1 项，驳回 0 项。" in shop
    assert "王E02 E02: 满意度之星, 同意授予, 名次 1/11" in shop
    assert "李远" not in shop


def test_who_was_proposed_for_what_was_rejected_hears_nothing_of_it(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server, "reject")
    employees(month, server)
    told = [text_of(one) for one in server.messages]
    assert not any("满意度之星" in text or "口头警告" in text for text in told)
    assert "本月没有对您决定任何处分。" in to(server, address("E00"))
    managers(month, server)
    assert not any("满意度之星" in text_of(one) for one in server.messages)
    shop = to(server, "manager@heyuan.example")
    assert "处分建议 1 项：同意 0 项，驳回 1 项。" in shop


def test_what_is_under_objection_is_not_told_as_settled(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    objects(month, "satisfied_share")
    employees(month, server)
    managers(month, server)
    mine, shop = to(server, address("E00")), to(server, "manager@heyuan.example")
    assert "本岗中位数 90.9%) 异议中" in mine
    assert "7/11 · 异议中" in shop
    assert all("异议中，答复之前请勿执行" in text for text in (mine, shop))
    assert "异议中" not in to(server, address("E02"))


def test_what_an_upheld_objection_lifted_is_not_told_as_settled(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    number = objects(month, "2026-06.E00.oral_warning")
    answer_objection(month.engine, number, "uphold", "so it is", "hr.wu", TODAY)
    employees(month, server)
    managers(month, server)
    for mail in (address("E00"), "manager@heyuan.example"):
        assert "对此项的异议成立，请勿执行" in to(server, mail)


def test_a_store_whose_mail_cannot_be_made_stops_no_other(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    table = month.table("score.sanction_proposal")
    with month.engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.kind == "sanction").values(reason="长" * 50_000)
        )
    with pytest.raises(
        PipelineFault,
        match=r"1 of scorecards/2026-06/store could not .* scorecards/2026-06/store/SK01: ",
    ):
        managers(month, server)
    (message,) = server.messages
    assert "SK02" in str(message["Subject"])
    with pytest.raises(PipelineFault, match="1 of scorecards/2026-06/employee could not be made"):
        employees(month, server)
    assert len(server.messages) == 11


def test_what_deciders_noted_for_one_another_is_not_told(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    employees(month, server)
    managers(month, server)
    assert len(server.messages) == 13
    assert not any("张先生" in page(one) + text_of(one) for one in server.messages)


def test_places_and_medians_are_those_of_hrs_documents(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    for person in report.people:
        statement = statement_of(month.engine, month.group, month.policy, MONTH, person.employee_no)
        assert statement.places == {person.scorecard_id: (person.rank, person.ranked)}
        for kpi in report.kpi_ids:
            row = report.kpi(kpi, "SC")
            assert statement.median("SC", kpi) == row.median


def test_a_second_run_sends_nothing(month: ScoredMonth, server: MailServer) -> None:
    publish_it(month, server)
    first = employees(month, server) | managers(month, server)
    assert first["changed"] == 2
    mails = month.rows("outbound.mail")
    again = [employees(month, server)["changed"], managers(month, server)["changed"]]
    assert again == [0, 0]
    assert month.rows("outbound.mail") == mails
    assert len(server.messages) == 13


def test_one_refused_recipient_stops_none_of_the_others(
    month: ScoredMonth, server: MailServer
) -> None:
    server.refuses = {address("E04")}
    publish_it(month, server)
    counts = employees(month, server)
    assert (counts["sent"], counts["failed"]) == (10, 1)
    (lost,) = [row for row in list_statements(month.engine, MONTH) if row["state"] != "sent"]
    assert (lost["employee_no"], lost["state"]) == ("E04", "failed")
    assert "550" in lost["reason"]


def test_the_morning_tells_of_lost_statements_as_one_report(
    month: ScoredMonth, server: MailServer
) -> None:
    server.refuses = {address("E04"), address("E05"), "manager@heyuan.example"}
    publish_it(month, server)
    employees(month, server)
    managers(month, server)
    with month.engine.connect() as connection:
        lost = run(connection, "morning/list_lost_mails", day=TODAY).all()
    assert [tuple(row) for row in lost] == [
        (f"scorecards/{MONTH}/employee", "failed", 2),
        (f"scorecards/{MONTH}/store", "failed", 2),
    ]
    assert send_again(month.engine, f"scorecards/{MONTH}/employee") == 2


def test_a_corrected_address_gets_what_the_wrong_one_refused(
    month: ScoredMonth, server: MailServer
) -> None:
    server.refuses = {address("E04")}
    publish_it(month, server)
    employees(month, server)
    has_address(month, "E04", "wang4@heyuan.example")
    assert employees(month, server)["changed"] == 1
    assert server.recipients[-1] == "wang4@heyuan.example"
    assert employees(month, server)["changed"] == 0


def test_another_address_is_not_a_second_statement(month: ScoredMonth, server: MailServer) -> None:
    publish_it(month, server)
    employees(month, server)
    has_address(month, "E04", "wang4@heyuan.example")
    assert employees(month, server)["changed"] == 0


def test_a_line_that_breaks_after_the_mail_left_is_unknown_and_not_sent_again(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    server.drops_after_data = True
    assert employees(month, server)["unknown"] == 11
    server.drops_after_data = False
    assert employees(month, server)["changed"] == 0
    assert send_again(month.engine, f"scorecards/{MONTH}/employee/E04") == 1
    assert employees(month, server)["changed"] == 1
    assert len({one["Message-ID"] for one in server.messages}) == 11


def test_a_server_that_is_down_is_not_asked_for_everybody(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    with (
        mailer(free_port()).many() as line,
        pytest.raises(SystemUnreachable, match="11 mails of scorecards/2026-06/employee wait"),
    ):
        tell_employees(month.engine, KEYS, month.group, month.policy, MONTH, line)
    assert (
        sum(row["attempts"] for row in month.rows("outbound.mail", recipient_role="employee")) == 10
    )
    assert employees(month, server)["sent"] == 11


def test_who_has_no_address_of_their_own_is_listed_and_not_written_to(
    month: ScoredMonth, server: MailServer
) -> None:
    has_address(month, "E01", None)
    has_address(month, "E02", "shop@heyuan.example")
    has_address(month, "E03", "shop@heyuan.example")
    has_address(month, "E04", "wang@elsewhere.example")
    publish_it(month, server)
    counts = employees(month, server)
    assert (counts["sent"], counts["suppressed"]) == (7, 4)
    listed = {row["employee_no"]: row["reason"] for row in list_statements(month.engine, MONTH)}
    assert {one: reason for one, reason in listed.items() if reason} == {
        "E01": "no_address",
        "E02": "address_shared",
        "E03": "address_shared",
        "E04": "domain_not_allowed",
    }
    has_address(month, "E01", address("E01"))
    assert employees(month, server)["changed"] == 1


def test_an_address_that_was_given_up_before_its_turn_gets_nothing(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    server.data = "452 disk full"
    with pytest.raises(SystemUnreachable):
        employees(month, server)
    server.data = "250 OK"
    has_address(month, "E04", "shop@heyuan.example")
    has_address(month, "E05", "shop@heyuan.example")
    assert employees(month, server)["changed"] == 9
    assert "shop@heyuan.example" not in server.recipients


def test_without_the_setting_no_statement_is_sent_not_even_later(
    month: ScoredMonth, server: MailServer
) -> None:
    on = month.group
    without(month, statements=False)
    publish_it(month, server)
    assert employees(month, server) == {}
    month.group = on
    assert employees(month, server) == {}
    assert server.messages == []


def test_statements_that_were_turned_off_since_are_not_sent(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    without(month, statements=False)
    assert employees(month, server) == {}
    assert server.messages == []


def test_a_month_that_was_published_before_there_were_such_mails_sends_none(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    table = month.table("score.publication")
    with month.engine.begin() as connection:
        connection.execute(update(table).values(tells_managers=False, tells_employees=False))
    assert (employees(month, server), managers(month, server)) == ({}, {})
    assert server.messages == []


def test_a_month_that_is_not_published_is_told_to_nobody(
    month: ScoredMonth, server: MailServer
) -> None:
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    assert (employees(month, server), managers(month, server)) == ({}, {})
    with pytest.raises(PeriodRefused, match="not published"):
        statement_of(month.engine, month.group, month.policy, MONTH, "E01")


def test_managers_get_their_stores_with_their_own_people_alone(
    month: ScoredMonth, server: MailServer
) -> None:
    recipients = {
        "hr": (Recipient(address="hr@heyuan.example"),),
        "manager": (
            Recipient(address="one@heyuan.example", stores=frozenset({"SK01"})),
            Recipient(address="two@heyuan.example", stores=frozenset({"SK02"}), language="en"),
        ),
    }
    without(month, recipients=recipients)
    publish_it(month, server)
    counts = managers(month, server)
    assert (counts["stores"], counts["without_manager"], counts["sent"]) == (2, 0, 2)
    first, second = server.messages
    assert (first["To"], second["To"]) == ("one@heyuan.example", "two@heyuan.example")
    assert "王E00" in page(first)
    assert "口头警告" in page(first)
    assert "李远" not in page(first)
    assert not any(f"王{one}" in page(second) for one in TEN)
    assert "Satisfied share" in page(second)
    assert "100%" in page(second)


def test_a_manager_without_stores_gets_one_mail_for_each(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    managers(month, server)
    assert server.recipients == ["manager@heyuan.example"] * 2
    shown = [row["report_key"] for row in list_mails(month.engine, f"scorecards/{MONTH}/store")]
    assert shown == [store_key(MONTH, "SK01"), store_key(MONTH, "SK02")]


def test_a_store_without_a_manager_is_counted(month: ScoredMonth, server: MailServer) -> None:
    only = Recipient(address="one@heyuan.example", stores=frozenset({"SK01"}))
    without(month, recipients={"manager": (only,)})
    publish_it(month, server)
    counts = managers(month, server)
    assert (counts["without_manager"], counts["sent"]) == (1, 1)


def test_who_lost_a_store_before_its_mail_left_gets_nothing(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    server.data = "452 disk full"
    with pytest.raises(SystemUnreachable):
        managers(month, server)
    server.data = "250 OK"
    only = Recipient(address="manager@heyuan.example", stores=frozenset({"SK02"}))
    without(month, recipients={"manager": (only,)})
    assert managers(month, server)["changed"] == 1
    (message,) = server.messages
    assert "SK02" in str(message["Subject"])


def test_twelve_months_of_the_store_stand_beside_one_another(
    month: ScoredMonth, server: MailServer
) -> None:
    for points in (9, 9, 9, 2):
        key = month.task("F1", store_code="SK02", due_on=date(2026, 5, 10))
        month.call(key, called_on=date(2026, 5, 10), satisfaction=points)
    score_month(month.engine, month.group, month.policy, "2026-05", TODAY)
    publish_it(month, server)
    managers(month, server)
    assert "客户满意率 SC: 75▼, 100" in text_of(server.messages[-1])


def test_all_mails_of_a_month_are_listed_under_its_key(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    employees(month, server)
    managers(month, server)
    rows = list_mails(month.engine, f"scorecards/{MONTH}")
    assert [row["recipient_role"] for row in rows] == ["hr"] + ["employee"] * 11 + ["manager"] * 2
    assert all("@heyuan.example" in row["recipient_masked"] for row in rows)
    assert not any(address(one) in str(rows) for one in TEN)


def test_a_statement_can_be_printed_for_who_has_no_address(
    month: ScoredMonth, server: MailServer
) -> None:
    publish_it(month, server)
    mine = statement_of(month.engine, month.group, month.policy, MONTH, "F1")
    said = mail_text("statement", statement_texts(mine, "en"))
    assert "Satisfied share: 12 / 12 = 100% ✓" in said
    assert "No sanction was decided about you" in said
    with pytest.raises(BadData, match="X9 has no scorecard"):
        statement_of(month.engine, month.group, month.policy, MONTH, "X9")


def test_every_command_in_a_stores_mail_leads_to_the_sums_that_the_mail_has(
    month: ScoredMonth, server: MailServer
) -> None:
    month.call(month.task("E00"), outcome="refused")
    publish_it(month, server)
    told = ToldMonth.of(month.engine, month.group, month.policy, MONTH)
    assert told is not None
    figures = told.store_figures(month.engine)["SK01"]
    store = told.stores(month.engine, {"SK01": "店"}, {"SK01": figures})["SK01"]
    commands = [each.partition("：")[2].split() for each in store_texts(store, "zh")["commands"]]
    asked = {
        kpi: list(evidence_lines(month.engine, MONTH, whom, kpi)) for *_, whom, kpi in commands
    }
    summed = 0
    for figure in figures:
        if not figure.denominator and not figure.excluded:
            continue
        counts = f"{figure.numerator:f} of {figure.denominator:f}, {figure.excluded:f} excluded"
        if figure.role:
            head = f"SK01 {figure.kpi_id} {figure.role}: {counts}, the sum of "
            summed += figure.excluded > 0
            assert any(text.startswith(head) for text in asked[figure.kpi_id])
        else:
            assert any(f": {counts}, the figure of the" in text for text in asked[figure.kpi_id])
    assert summed
