"""Pages of a scored month: who sees what, from a number to its rows, and deciding."""

import asyncio
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from care_group import KEYRING
from core_rows import core_row
from fastapi import FastAPI, Header
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.pages.app import create_app
from aftercare.pages.site import Site
from aftercare.stages.ladder import settle_ladder
from aftercare.stages.proposals import propose
from aftercare.stages.rewards import propose_rewards
from aftercare.stages.scorecards import score_month

WARNING = "2026-06.E1.oral_warning"
Open = Callable[[str], "Browser"]


class Browser:
    """Asks an app for pages, as one user."""

    def __init__(self, app: FastAPI, user: str) -> None:
        self.app = app
        self.headers = {
            "X-User": user,
            "Sec-Fetch-Site": "same-origin",
            "Accept": "text/html",
        }

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, data: dict[str, str]) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, data=data))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        address = "http://pages.example"
        async with httpx.AsyncClient(transport=transport, base_url=address) as client:
            return await client.request(method, path, headers=self.headers, **more)


def who(x_user: str = Header()) -> str:
    return x_user


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.store("SK02")
    made.person("E1", name="<b>王芳</b>")
    made.person("E2", store_code="SK02")
    made.answered("E1", [9] * 7 + [2] * 4)
    made.role("hr.li", "hr")
    made.role("manager.he", "manager", "SK02")
    made.add("ops.user_role", user_name="wang", role="staff", employee_no="E1")
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    propose(made.engine, made.group, made.policy, MONTH)
    return made


@pytest.fixture
def open_as(month: ScoredMonth) -> Open:
    site = Site(
        *(lambda: month.engine, lambda: month.group, lambda: month.policy, lambda: TODAY),
        keyring=lambda: KEYRING,
    )
    app = create_app(site, who, lambda address: address)
    app.root_path = "/care"

    return lambda user: Browser(app, user)


def decide(client: Browser, decision: str, comment: str = "") -> httpx.Response:
    form = {"proposal_id": WARNING, "decision": decision, "comment": comment}
    return client.post(f"/care/scorecards/{MONTH}/decisions?lang=zh", form)


def test_any_number_leads_to_its_rows_in_one_click(open_as: Open) -> None:
    client = open_as("hr.li")
    page = client.get(f"/care/scorecards/{MONTH}").text
    links = re.findall(rf'href="(/care/scorecards/{MONTH}/[^"]+)"', page)
    assert len(links) == 32
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert "aftercare evidence 2026-06" in answer.text
    rows = client.get(f"/care/scorecards/{MONTH}/2026-06.SC.SK01.E1/satisfied_share").text
    assert "计入 7 / 11，不计 0" in rows
    assert rows.count("评分 2") == 4


def test_a_figure_of_the_store_is_told_from_a_persons_own(open_as: Open) -> None:
    page = open_as("hr.li").get(f"/care/scorecards/{MONTH}").text
    # Five figures on each of the two scorecards of sales care.
    assert page.count("全店") == 10


def test_a_scorecard_stands_only_below_its_own_month(open_as: Open) -> None:
    client = open_as("hr.li")
    rows = "2026-06.SC.SK01.E1/satisfied_share"
    assert client.get(f"/care/scorecards/{MONTH}/{rows}").status_code == 200
    assert client.get(f"/care/scorecards/2026-05/{rows}").status_code == 404


def test_the_menu_and_the_page_have_the_name_that_the_guide_uses(open_as: Open) -> None:
    page = open_as("hr.li").get("/care/scorecards/?lang=zh").text
    assert "<title>评分与建议</title>" in page
    assert page.count("评分与建议") >= 3
    assert "客户关爱" in page


def test_a_decision_leads_back_to_a_page_that_can_be_loaded_again(open_as: Open) -> None:
    client = open_as("hr.li")
    answer = decide(client, "reject", "product fault")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "已记录：2026-06.E1.oral_warning，○ 驳回。" in page.text
    assert f'action="/care/scorecards/{MONTH}/decisions?lang=zh"' in page.text


def publish(month: ScoredMonth, decision: str = "approve") -> None:
    """The month as people publish it: everything decided, with words that deciders share."""
    for row in month.rows("score.sanction_proposal", month=MONTH):
        month.add(
            "score.decision",
            proposal_id=row["proposal_id"],
            decision=decision,
            comment="between us",
            decided_by="hr.li",
        )
    month.add(
        "score.publication", month=MONTH, approved_by="hr.li", published_at="2026-07-06T02:00:00Z"
    )


def test_who_nominated_is_between_them_and_hr(month: ScoredMonth, open_as: Open) -> None:
    month.nomination("E1", nominator_no="D77")
    propose_rewards(month.engine, month.group, month.policy, MONTH)
    publish(month)
    for user, is_shown in (("hr.li", True), ("wang", False)):
        page = open_as(user).get(f"/care/scorecards/{MONTH}").text
        assert "SK01|E1|2026-06|innovation" in page
        assert ("D77" in page) == is_shown


@pytest.mark.parametrize("path", ["", "/2026-06.SC.SK01.E1/satisfied_share"])
def test_before_it_is_published_employees_see_nothing_of_a_month(open_as: Open, path: str) -> None:
    decide(open_as("hr.li"), "approve", "between us")
    client = open_as("wang")
    answer = client.get(f"/care/scorecards/{MONTH}{path}?lang=en")
    assert answer.status_code == 404
    for told in ("E1", "oral", "between us", "hr.li"):
        assert told not in answer.text
    assert MONTH not in client.get("/care/scorecards/").text
    assert open_as("hr.li").get(f"/care/scorecards/{MONTH}{path}").status_code == 200


def test_employees_are_shown_what_was_approved_and_not_by_whom_or_with_which_words(
    month: ScoredMonth, open_as: Open
) -> None:
    publish(month)
    page = open_as("wang").get(f"/care/scorecards/{MONTH}?lang=en").text
    assert WARNING in page
    assert "7/11" in page
    for user, is_shown in (("hr.li", True), ("wang", False)):
        page = open_as(user).get(f"/care/scorecards/{MONTH}?lang=en").text
        assert ("between us" in page) == is_shown
        assert ('<small class="quiet">hr.li</small>' in page) == is_shown
    assert MONTH in open_as("wang").get("/care/scorecards/").text


def test_employees_are_not_shown_what_was_rejected(month: ScoredMonth, open_as: Open) -> None:
    publish(month, "reject")
    page = open_as("wang").get(f"/care/scorecards/{MONTH}?lang=en").text
    assert "7/11" in page
    assert WARNING not in page
    assert "No sanction was decided about you this month." in page
    assert "No sanction is proposed" not in page
    assert "between us" not in page
    assert WARNING in open_as("hr.li").get(f"/care/scorecards/{MONTH}").text


def test_the_sanction_behind_a_reward_is_not_told_to_who_is_rewarded(
    month: ScoredMonth, open_as: Open
) -> None:
    month.nomination("E1")
    propose_rewards(month.engine, month.group, month.policy, MONTH)
    award = "2026-06.E1.award_innovation"
    month.add(
        "score.proposal_evidence",
        proposal_id=award,
        row_kind="sanction_proposal",
        row_key=WARNING,
    )
    month.add("score.decision", proposal_id=WARNING, decision="reject", decided_by="hr.li")
    month.add("score.decision", proposal_id=award, decision="approve", decided_by="hr.li")
    month.add(
        "score.publication", month=MONTH, approved_by="hr.li", published_at="2026-07-06T02:00:00Z"
    )
    page = open_as("wang").get(f"/care/scorecards/{MONTH}").text
    assert award in page
    assert WARNING not in page


def test_a_manager_sees_of_another_store_what_an_employee_there_sees(
    month: ScoredMonth, open_as: Open
) -> None:
    month.add("ops.user_role", user_name="manager.he", role="staff", employee_no="E1")
    client = open_as("manager.he")
    page = client.get(f"/care/scorecards/{MONTH}").text
    assert "E2" in page
    assert "E1" not in page
    publish(month)
    page = client.get(f"/care/scorecards/{MONTH}").text
    assert WARNING in page
    assert "between us" not in page


def test_both_languages_are_spoken(open_as: Open) -> None:
    page = open_as("hr.li").get(f"/care/scorecards/{MONTH}?lang=en").text
    assert "Satisfied share 7/11" in page
    assert "客户满意率" not in page


def test_months_are_listed(open_as: Open) -> None:
    page = open_as("hr.li").get("/care/scorecards/").text
    assert 'href="/care/scorecards/2026-06"' in page
    assert "未发布" in page


def test_a_manager_sees_only_the_stores_of_the_role(open_as: Open) -> None:
    client = open_as("manager.he")
    page = client.get(f"/care/scorecards/{MONTH}").text
    assert "E2" in page
    assert "E1" not in page
    answer = client.get(f"/care/scorecards/{MONTH}/2026-06.SC.SK01.E1/satisfied_share")
    assert answer.status_code == 404


def test_staff_see_their_own_scorecard_and_decide_nothing(
    month: ScoredMonth, open_as: Open
) -> None:
    client = open_as("wang")
    # What cannot be decided is refused alike, whether there is such a proposal or none.
    assert WARNING not in decide(client, "reject", "no").text
    publish(month)
    page = client.get(f"/care/scorecards/{MONTH}").text
    assert "E1" in page
    assert "E2" not in page
    assert "/decisions" not in page
    assert decide(client, "reject", "no").status_code == 403


def test_whoever_has_no_role_sees_nothing(open_as: Open) -> None:
    assert open_as("nobody").get(f"/care/scorecards/{MONTH}").status_code == 403


def test_a_decision_is_kept_with_its_comment_and_shown(month: ScoredMonth, open_as: Open) -> None:
    decide(open_as("hr.li"), "reject", "product fault")
    assert "意见: product fault" in open_as("hr.li").get(f"/care/scorecards/{MONTH}").text
    (kept,) = month.rows("score.decision")
    assert (kept["decision"], kept["comment"], kept["decided_by"]) == (
        "reject",
        "product fault",
        "hr.li",
    )


def test_what_may_not_be_decided_is_said_on_a_page(month: ScoredMonth, open_as: Open) -> None:
    answer = decide(open_as("hr.li"), "reject")
    assert answer.status_code == 403
    assert "a rejection needs a comment" in answer.text
    assert month.count("score.decision") == 0


def test_a_request_of_another_site_decides_nothing(month: ScoredMonth, open_as: Open) -> None:
    client = open_as("hr.li")
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert decide(client, "approve").status_code == 403
    assert month.count("score.decision") == 0


def test_names_are_text_and_never_markup(open_as: Open) -> None:
    page = open_as("hr.li").get(f"/care/scorecards/{MONTH}").text
    assert "&lt;b&gt;王芳" in page
    assert "<b>王芳" not in page


def test_an_unknown_month_is_said_in_plain_words(open_as: Open) -> None:
    answer = open_as("hr.li").get("/care/scorecards/2026-01")
    assert answer.status_code == 404
    assert "2026-01 has no scorecards yet" in answer.text


def test_points_lead_from_the_total_to_items_and_their_rows(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("S1", role="SUP", name="主管甲")
    month.rating("S1", "care_activity", "8.5")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    hr = open_as("hr.li")
    page = hr.get(f"/care/scorecards/{MONTH}?lang=zh").text
    assert "主管得分（满分 100）" in page
    assert "8.5/10" in page
    card = f"/care/scorecards/{MONTH}/2026-06.SUP.SK01.S1"
    assert f'href="{card}/points_total' in page
    total = hr.get(f"{card}/points_total?lang=zh").text
    assert f'href="{card}/care_activity_points' in total
    assert ">关爱活动</a>" in total
    assert "8.5 分 / 10 分" in total
    item = hr.get(f"{card}/care_activity_points?lang=zh").text
    assert "SK01|S1|2026-06|care_activity" in item
    assert "8.5 分，评分人 D1" in item


def test_points_are_seen_by_whom_the_scorecard_is_seen_by(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("S1", role="SUP", name="主管甲")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    assert "主管甲" not in open_as("manager.he").get(f"/care/scorecards/{MONTH}").text
    assert "主管甲" not in open_as("wang").get(f"/care/scorecards/{MONTH}").text
    assert "主管甲" in open_as("hr.li").get(f"/care/scorecards/{MONTH}").text


def test_targets_lead_from_the_joint_one_to_its_parts_and_scores(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("D1", role="DIR", name="总监甲")
    month.external_score("QS", "9.2", "10")
    month.external_score("DSC", "640", "1000")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    hr = open_as("hr.li")
    page = hr.get(f"/care/scorecards/{MONTH}?lang=zh").text
    assert "总监目标" in page
    assert "低于开关值，只作标记，不据此计算" in page
    # One row in the table of targets, and one for the satisfaction of the store.
    assert page.count("总监甲") == 2
    card = f"/care/scorecards/{MONTH}/2026-06.DIR.SK01.D1"
    assert f'href="{card}/quality_and_success' in page
    joint = hr.get(f"{card}/quality_and_success?lang=zh").text
    assert f'href="{card}/qs_score' in joint
    assert "达到目标" in joint
    scored = hr.get(f"{card}/qs_score?lang=zh").text
    assert "SK01||2026-06|QS" in scored
    assert "得分 9.2，量纲 10" in scored
    assert "总监甲" not in open_as("wang").get(f"/care/scorecards/{MONTH}").text


def test_rewards_have_a_section_and_are_decided_on_the_page(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("T1", "TECHNICIAN")
    month.add(
        "core.nomination",
        store_code="SK01",
        employee_no="T1",
        month=MONTH,
        award="innovation",
        nominator_no="D1",
        reason_cipher=b"\0",
        reason_hash=b"\0",
        reason_check="valid",
    )
    propose_rewards(month.engine, month.group, month.policy, MONTH)
    client = open_as("hr.li")
    page = client.get(f"/care/scorecards/{MONTH}?lang=zh").text
    assert "创新奖" in page[page.index('id="rewards"') :]
    assert "未提的奖励及原因" in page
    award = "2026-06.T1.award_innovation"
    form = {"proposal_id": award, "decision": "approve", "comment": ""}
    answer = client.post(f"/care/scorecards/{MONTH}/decisions?lang=zh", form)
    assert answer.status_code == 303
    assert [row["decision"] for row in month.rows("score.decision", proposal_id=award)] == [
        "approve"
    ]
    # Another store's manager sees neither the reward nor why others are not proposed.
    other = open_as("manager.he").get(f"/care/scorecards/{MONTH}?lang=zh").text
    assert "创新奖" not in other
    assert "未提的奖励" not in other


def test_the_page_says_that_a_step_stands_on_one_that_was_overturned(
    month: ScoredMonth, open_as: Open
) -> None:
    client = open_as("hr.li")
    decide(client, "approve")
    month.told(MONTH)
    month.complaint("E1", on=date(2026, 7, 20))
    score_month(month.engine, month.group, month.policy, "2026-07", date(2026, 8, 6))
    propose(month.engine, month.group, month.policy, "2026-07")
    second = "2026-07.E1.written_criticism"
    form = {"proposal_id": second, "decision": "approve", "comment": ""}
    client.post("/care/scorecards/2026-07/decisions", form)
    month.takes_back(WARNING)
    page = client.get("/care/scorecards/2026-07?lang=zh").text
    assert f"已被推翻的步骤：{WARNING}" in page
    assert f"aftercare proposals reject {second}" in page


def test_the_page_shows_what_was_withdrawn_and_what_stands_instead(
    month: ScoredMonth, open_as: Open
) -> None:
    client = open_as("hr.li")
    decide(client, "approve")
    month.told(MONTH)
    month.complaint("E1", on=date(2026, 7, 20))
    score_month(month.engine, month.group, month.policy, "2026-07", date(2026, 8, 6))
    propose(month.engine, month.group, month.policy, "2026-07")
    month.takes_back(WARNING)
    settle_ladder(month.engine, month.group, month.policy)
    page = client.get("/care/scorecards/2026-07?lang=en").text
    assert "Withdrawn proposals" in page
    assert "What remains is proposed instead: oral warning." in page


def test_a_total_leads_to_the_rows_of_each_of_its_figures_in_one_more_click(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("S1", role="SUP")
    month.feeds("sales_order", "referral")
    month.target("sales", "2")
    month.add("core.sales_order", **core_row("sales_order", "SK01", {"order_no": "P1"}))
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    client = open_as("hr.li")
    card = f"/care/scorecards/{MONTH}/2026-06.SUP.SK01.S1"
    total = client.get(f"{card}/points_total").text
    assert f'href="{card}/sales_points"' in total
    assert f'href="{card}/sales_completion"' in total
    assert "<code>SK01|P1</code>" in client.get(f"{card}/sales_completion").text


def test_what_a_figure_left_out_stands_beside_its_counts(month: ScoredMonth, open_as: Open) -> None:
    month.call(month.task("E1"), outcome="refused")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    page = open_as("hr.li").get(f"/care/scorecards/{MONTH}").text
    assert "11/11 · 不计 1" in page
    assert "不计 0" not in page


def test_hr_reads_why_somebody_was_nominated_and_nobody_else_does(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("D1", role="DIR", name="总监甲")
    month.nomination("E1")
    seal(month, "core.nomination", "<b>自制工装</b>")
    propose_rewards(month.engine, month.group, month.policy, MONTH)
    month.role("manager.xu", "manager", "SK01")
    address = f"/care/scorecards/{MONTH}?lang=zh"
    assert "总监甲 D1 的理由：&lt;b&gt;自制工装&lt;/b&gt;" in open_as("hr.li").get(address).text
    # Who nominated is between them and HR.
    for user in ("manager.xu", "manager.he"):
        assert "自制工装" not in open_as(user).get(address).text
    month.told(MONTH)
    assert "自制工装" not in open_as("wang").get(address).text


def test_who_is_hr_of_one_store_reads_no_nominator_where_they_only_manage(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("D1", role="DIR")
    month.nomination("E1", nominator_no="D1")
    month.nomination("E2", nominator_no="D1", store_code="SK02")
    seal(month, "core.nomination", "自制工装")
    propose_rewards(month.engine, month.group, month.policy, MONTH)
    month.role("hr.xu", "hr", "SK02")
    month.role("hr.xu", "manager", "SK01")
    page = open_as("hr.xu").get(f"/care/scorecards/{MONTH}?lang=zh").text
    assert "SK02|E2|2026-06|innovation|D1" in page
    assert "SK01|E1|2026-06|innovation" in page
    assert "SK01|E1|2026-06|innovation|D1" not in page
    assert page.count("自制工装") == 1


def test_the_rated_person_reads_who_rated_and_why_once_the_month_is_published(
    month: ScoredMonth, open_as: Open
) -> None:
    month.person("S1", role="SUP")
    month.add("ops.user_role", user_name="su", role="staff", employee_no="S1")
    month.rating("S1", "care_activity", "8", rater_no="E2")
    seal(month, "core.rating", "办了两场活动")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    address = f"/care/scorecards/{MONTH}/2026-06.SUP.SK01.S1/care_activity_points?lang=zh"
    assert "两场" not in open_as("su").get(address).text
    month.told(MONTH)
    assert "员工E2 E2 的理由：办了两场活动" in open_as("su").get(address).text
    assert "两场" not in open_as("wang").get(address).text


def seal(month: ScoredMonth, table: str, why: str) -> None:
    with month.engine.begin() as connection:
        rows = month.table(table)
        connection.execute(rows.update().values(reason_cipher=KEYRING.encrypt(why)))
