"""Rewards in the month's documents: a section of their own, in both languages, without amounts."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from report_rows import proposal, report

from aftercare.reports.scorecard_mail import fitting_page, scorecard_html, scorecard_text
from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_view import conclusion, view
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook
from aftercare.rules.rewards import AWARDS, BONUS, PROMOTION, SERVICE_STAR, STAR, TEAM, TEAM_HEAD

ZH, EN = read_words("zh"), read_words("en")
STEPS = (STAR, SERVICE_STAR, BONUS, PROMOTION, TEAM, TEAM_HEAD, *(f"award_{a}" for a in AWARDS))


def reward(employee_no: str, decision: str | None = "approve", **values: Any) -> dict[str, Any]:
    return proposal(
        employee_no,
        decision,
        **{
            "proposal_id": f"2026-06.{employee_no or 'SK01'}.satisfaction_star",
            "kind": "reward",
            "step": STAR,
            "rule_id": "S1-20",
            "reason": "客户满意率 19/20（95%），排第 1 名。\nSatisfied share 19/20 (95%), place 1.",
            "correct_by": None,
            "policy_line": "house/rewards/star_share@2012-01-01",
            "rank_no": 1,
            "ranked": 12,
            "rows_behind": [["scorecard_line", "2026-06.SC.SK01.E1|satisfied_share"]],
        }
        | values,
    )


NOTE = {
    "step": BONUS,
    "subject": "skoda-dealer sales_completion",
    "reason": "销售完成率未知，不提：SK02。\nSales of plan unknown, so not proposed: SK02.",
    "policy_line": None,
}


def test_the_section_stands_between_the_conclusion_and_the_figures() -> None:
    html = scorecard_html(view(report(rewards=[reward("E1")]), EN))
    order = ["Rewards proposed: 1", "Reward proposals</h2>", ">1/12<", "place 1", "Figures</h2>"]
    places = [html.index(each) for each in order]
    assert places == sorted(places)


def test_the_conclusion_has_a_fourth_line_only_where_there_are_rewards() -> None:
    assert len(conclusion(report(), ZH)) == 3
    made = report(rewards=[reward("E1"), reward("E2", "reject")])
    assert conclusion(made, ZH)[3] == "奖励建议 2 项，均已由人决定：同意 1 项，驳回 1 项。"
    waiting = report(proposals=[], rewards=[reward("E1", None)])
    assert conclusion(waiting, EN)[2:] == [
        "No sanction is proposed this month.",
        "Rewards proposed: 1, of which 1 wait for a decision. Nothing is sent before all are decided.",
    ]


def test_what_is_not_proposed_says_why_and_shows_no_inner_name() -> None:
    html = scorecard_html(view(report(reward_notes=[NOTE]), EN))
    assert "No reward is proposed." in html
    assert "Bonus (no amount): Sales of plan unknown, so not proposed: SK02." in html
    assert "sales_completion" not in html
    by_post = NOTE | {"step": STAR, "subject": "AC"}
    assert "Satisfaction star (after-sales care): " in scorecard_html(
        view(report(reward_notes=[by_post]), EN)
    )


def test_a_month_without_rewards_has_no_such_section() -> None:
    assert "奖励建议" not in scorecard_html(view(report(), ZH))


def test_a_teams_award_names_the_store() -> None:
    team = reward("", employee_name="和远斯柯达城东店", step=TEAM)
    (shown,) = view(report(rewards=[team]), ZH)["rewards"]
    assert (shown["name"], shown["employee_no"]) == ("和远斯柯达城东店", "SK01")
    assert "整改期限" not in scorecard_html(view(report(proposals=[], rewards=[team]), ZH))


def test_the_workbook_has_a_sheet_with_every_row_and_the_notes_below() -> None:
    content = scorecard_workbook(report(rewards=[reward("E1")], reward_notes=[NOTE]), ZH)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["奖励建议"]
    cells = [[cell for cell in row if cell] for row in sheet.iter_rows(values_only=True)]
    assert "2026-06.E1.satisfaction_star" in cells[3]
    assert "1/12" in cells[3]
    assert cells[-1] == ["奖金（不含金额）：销售完成率未知，不提：SK02。"]


@pytest.mark.parametrize(
    ("state", "sign"), [("open", "under objection"), ("upheld", "objection to it was upheld")]
)
def test_a_reward_under_objection_says_so_beside_its_decision(state: str, sign: str) -> None:
    star = reward("E1")
    asked = {
        "objection_id": 7,
        "month": "2026-06",
        "employee_no": "E1",
        "employee_name": "员工E1",
        "store_code": "SK01",
        "store_name": "和远斯柯达城东店",
        "scorecard_id": "2026-06.SC.SK01.E1",
        "kpi_id": None,
        "proposal_id": star["proposal_id"],
        "raised_on": date(2026, 7, 6),
        "due_on": date(2026, 7, 13),
        "state": state,
        "answered_on": None if state == "open" else date(2026, 7, 10),
        "proposals": [star["proposal_id"]],
    }
    made = report(rewards=[star], objections=[asked])
    (shown,) = view(made, EN)["rewards"]
    assert sign in shown["decision"]
    sheet = openpyxl.load_workbook(io.BytesIO(scorecard_workbook(made, EN)))["Reward proposals"]
    assert any(sign in str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_deciders_see_the_sanction_that_is_proposed_for_the_same_person() -> None:
    both = reward("E1", rows_behind=[["sanction_proposal", "2026-06.E1.oral_warning"]])
    (shown,) = view(report(rewards=[both]), EN)["rewards"]
    assert shown["reason"].endswith(
        "place 1. A sanction is proposed, too (2026-06.E1.oral_warning): please look at both."
    )
    (shown,) = view(report(rewards=[both]), ZH)["rewards"]
    assert "同期另有处分建议 2026-06.E1.oral_warning" in shown["reason"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_holds_rewards(language: str) -> None:
    words = read_words(language)  # type: ignore[arg-type]
    made = report(rewards=[reward("E1", remark="#panic *b*")], reward_notes=[NOTE])
    assert len(scorecard_pdf(made, words)) > len(scorecard_pdf(report(), words))


def test_many_rewards_are_cut_on_the_mails_page_and_say_so() -> None:
    many = [reward(f"E{number:03}") for number in range(300)]
    texts, _ = fitting_page(report(rewards=many, reward_notes=[NOTE] * 50), EN)
    assert len(texts["rewards"]) < 300
    assert "all 300 are in the PDF" in texts["rewards_note"]
    assert texts["reward_notes"][-1].startswith("… 50 in all")


@pytest.mark.parametrize("notes", [[], [NOTE]], ids=["alone", "beside_notes"])
def test_with_room_for_none_the_section_says_how_many_there_are(notes: list[Any]) -> None:
    texts = view(report(rewards=[reward("E1")], reward_notes=notes), EN, 0)
    assert texts["rewards"] == []
    for page in (scorecard_html(texts), scorecard_text(texts)):
        assert page.index(EN("rewards")) < page.index(texts["rewards_note"])
        assert EN("rewards_none") not in page


def test_that_none_is_proposed_is_said_beside_the_reasons() -> None:
    text = scorecard_text(view(report(reward_notes=[NOTE]), EN, 0))
    assert EN("rewards_none") in text


def test_every_kind_has_words_in_both_languages() -> None:
    for words in (ZH, EN):
        assert all(words.has(step) for step in STEPS)
