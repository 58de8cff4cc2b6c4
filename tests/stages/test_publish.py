"""Publication of a month: after the decisions, once, by somebody who may."""

from datetime import date

import pytest
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth, edited_by
from sqlalchemy import Engine

from aftercare.errors import NotAllowed, PeriodRefused
from aftercare.protection import Keyring, new_keyring_json
from aftercare.stages.proposals import decide, propose
from aftercare.stages.publish import publish, report_of
from aftercare.stages.scorecards import score_month

KEYRING = Keyring.from_json(new_keyring_json())
WARNING = "2026-06.E1.oral_warning"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1", name="王芳")
    made.role("hr.li", "hr")
    made.answered("E1", [9] * 7 + [2] * 4)
    return made


def score(month: ScoredMonth) -> None:
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    propose(month.engine, month.group, month.policy, MONTH)


def send(month: ScoredMonth, server: MailServer, user: str = "hr.li") -> dict[str, int]:
    return publish(
        month.engine, KEYRING, month.group, month.policy, MONTH, server.mailer(), user, TODAY
    )


def test_nothing_leaves_before_every_proposal_is_decided(month: ScoredMonth) -> None:
    score(month)
    with MailServer() as server:
        with pytest.raises(NotAllowed, match=r"1 proposals are undecided, .*page Scorecards"):
            send(month, server)
        assert server.messages == []
    assert month.count("score.publication") == 0
    assert month.count("outbound.mail") == 0


def test_hr_gets_one_mail_with_page_chart_workbook_and_pdf(month: ScoredMonth) -> None:
    score(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    with MailServer() as server:
        counts = send(month, server)
        (message,) = server.messages
        assert server.recipients == ["hr@heyuan.example"]
    assert (counts["published"], counts["sent"], counts["changed"]) == (1, 1, 1)
    assert "处分建议同意 1 项" in str(message["Subject"])
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert [kind.rpartition("/")[2][:11] for kind in kinds] == [
        "plain",
        "html",
        "png",
        "vnd.openxml",
        "pdf",
    ]
    page = message.get_body(("html",))
    assert page is not None
    assert "cid:chart" in page.get_content()
    assert "王芳" in page.get_content()


def test_publishing_again_sends_nothing(month: ScoredMonth) -> None:
    score(month)
    decide(
        month.engine,
        month.group,
        month.policy,
        [WARNING],
        "reject",
        "product fault",
        "hr.li",
        TODAY,
    )
    with MailServer() as server:
        send(month, server)
        again = send(month, server)
        assert len(server.messages) == 1
    assert (again["published"], again["changed"]) == (0, 0)
    assert month.count("score.publication") == 1


def test_a_published_month_is_closed(month: ScoredMonth) -> None:
    score(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    with MailServer() as server:
        send(month, server)
    assert month.rows("score.month")[0]["state"] == "closed"
    late = score_month(month.engine, month.group, month.policy, MONTH, date(2026, 11, 1))
    assert late["changed"] == 0


@pytest.mark.parametrize(
    ("user", "role", "store"),
    [("nobody", None, "*"), ("operator.zhou", "operator", "*"), ("manager.he", "manager", "SK01")],
)
def test_only_hr_or_a_manager_of_all_stores_publishes(
    month: ScoredMonth, user: str, role: str | None, store: str
) -> None:
    score(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    if role:
        month.role(user, role, store)
    with MailServer() as server, pytest.raises(NotAllowed, match="neither role hr nor manager"):
        send(month, server, user)
    assert month.count("score.publication") == 0


def test_nobody_publishes_a_month_in_which_they_are_scored(month: ScoredMonth) -> None:
    score(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    month.add("ops.user_role", user_name="wang.fang", role="hr", employee_no="E1")
    with MailServer() as server, pytest.raises(NotAllowed, match=r"wang\.fang is scored"):
        send(month, server, "wang.fang")


@pytest.mark.parametrize("how", ["rated", "nominated"])
def test_nobody_publishes_a_month_in_which_they_rated_or_nominated(
    month: ScoredMonth, how: str
) -> None:
    score(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    month.add("ops.user_role", user_name="he", role="hr", employee_no="M1")
    if how == "rated":
        month.rating("S9", "care_activity", "8", rater_no="m1")
    else:
        month.nomination("S9", nominator_no="M1")
    with MailServer() as server:
        with pytest.raises(NotAllowed, match="he rated or nominated somebody in 2026-06") as told:
            send(month, server, "he")
        assert "role hr, or manager, for all stores" in str(told.value)
        assert send(month, server, "hr.li")["published"] == 1


def test_who_edited_the_policy_by_which_the_month_is_scored_does_not_publish_it(
    month: ScoredMonth,
) -> None:
    score(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    month.policy = edited_by(month.policy, "skoda-dealer", "hr.li")
    month.role("hr.wu", "hr")
    with MailServer() as server:
        with pytest.raises(NotAllowed, match=r"hr\.li edited the policy pack skoda-dealer"):
            send(month, server)
        assert send(month, server, "hr.wu")["published"] == 1


def test_a_month_without_scorecards_is_not_published(month: ScoredMonth) -> None:
    with MailServer() as server, pytest.raises(PeriodRefused, match="score it first"):
        send(month, server)


def test_the_documents_read_stored_lines_and_not_todays_rows(month: ScoredMonth) -> None:
    score(month)
    month.answered("E1", [10] * 30)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert (report.kpi("satisfied_share").numerator, report.kpi("satisfied_share").denominator) == (
        7,
        11,
    )


def test_above_a_number_of_rows_only_those_that_did_not_count_are_read(month: ScoredMonth) -> None:
    score(month)
    given = month.engine, month.group, month.policy, MONTH
    everything = report_of(*given).rows
    missed = [row for row in everything.evidence if row["is_excluded"] or not row["is_numerator"]]
    number = len(everything.evidence)
    assert 0 < len(missed) < number
    assert report_of(*given, evidence_rows=number).rows == everything
    cut = report_of(*given, evidence_rows=number - 1).rows
    assert (cut.evidence, cut.evidence_cut_at) == (missed, number - 1)
    assert len(report_of(*given, evidence_rows=1).rows.evidence) == 1


def test_an_earlier_month_gives_a_trend(month: ScoredMonth) -> None:
    month.answered("E1", [9] * 4, due_on=date(2026, 5, 10))
    score_month(month.engine, month.group, month.policy, "2026-05", TODAY)
    score(month)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert report.trend_months == ("2026-05", "2026-06")
    assert report.trend("follow_up_coverage") == [0, 1]


def test_missing_nights_and_nobodys_tasks_are_told_to_the_reader(month: ScoredMonth) -> None:
    month.task(None)
    score(month)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    assert report.rows.uncredited == 1
    # June, and July until the closing day.
    assert len(report.rows.missing_nights["heyuan_dms"]) == 35


def test_an_objection_of_the_last_day_is_answered_within_working_days(month: ScoredMonth) -> None:
    score_month(month.engine, month.group, month.policy, "2026-01", date(2026, 2, 6))
    rows = report_of(month.engine, month.group, month.policy, "2026-01").rows
    assert (rows.objection_until, rows.reply_days) == (date(2026, 2, 12), 5)
    # Friday, the Saturday that is made up for, and three days after the Spring Festival.
    assert rows.reply_until == date(2026, 2, 26)
