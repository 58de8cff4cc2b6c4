"""The page to HR fits into a mail whatever the month was, and shows first those for whom HR has to act."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from report_rows import line, proposal, report

from aftercare.reports.mail_layout import HTML_BYTES
from aftercare.reports.scorecard_mail import (
    ROOMS,
    fitting_page,
    scorecard_html,
    scorecard_message,
    scorecard_text,
)
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import view
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.rules.month import months_before

ZH, EN = read_words("zh"), read_words("en")
YEAR = [*months_before("2026-06", 11), "2026-06"]


def a_year(kpis: list[str]) -> list[dict[str, Any]]:
    """Twelve months of figures."""
    counts = {"numerator": Decimal(9), "denominator": Decimal(10)}
    return [{"month": month, "kpi_id": kpi, **counts} for month in YEAR for kpi in kpis]


def shown(texts: dict[str, Any]) -> list[str]:
    """Who stands on the page."""
    return [one["employee_no"] for post in texts["posts"] for one in post["people"]]


def large_group() -> ScorecardReport:
    """400 stores of eight people, each with a system that lacks nights and somebody who is sanctioned for a long list."""
    kpis = [f"figure_{number}" for number in range(8)]
    lines = [
        line(
            f"E{store:03}{person}",
            kpi,
            1,
            20,
            role=("SC", "AC", "SUP", "SA")[person % 4],
            store_code=f"S{store:03}",
            store_name="和远斯柯达汽车销售服务有限公司",
            scorecard_id=f"2026-06.{store:03}.{person}",
        )
        for store in range(400)
        for person in range(8)
        for kpi in kpis
    ]
    cases = [["follow_up_task", f"SK01.S2-01.D{number:030}"] for number in range(60)]
    return report(
        lines=lines,
        proposals=[
            proposal(f"E{store:03}0", "approve", rows_behind=cases, remark="很" * 2_000)
            for store in range(400)
        ],
        titles={kpi: {"zh": f"指标{kpi}", "en": kpi} for kpi in kpis},
        trend=a_year(kpis),
        evidence=[],
        missing_nights={f"system_{store}": [str(date(2026, 6, 1))] for store in range(400)},
    )


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_the_page_of_four_hundred_stores_fits(words: Words) -> None:
    texts, html = fitting_page(large_group(), words)
    assert len(html.encode()) < HTML_BYTES
    assert len(shown(texts)) == len(texts["proposals"]) > 5
    assert "3200" in texts["people_note"]
    assert "400" in texts["proposals_note"]
    assert "400" in texts["notices"][-1]


def test_a_page_that_nothing_fits_on_is_made_and_says_where_the_rest_is() -> None:
    endless = "长" * 50_000
    made = report(proposals=[proposal("E2", "approve", employee_name=endless)])
    texts, html = fitting_page(made, ZH)
    assert (shown(texts), texts["proposals"]) == ([], [])
    assert "全部 1 项见所附 PDF 与工作簿" in html
    assert "全部 3 人见所附工作簿" in html


def test_a_comment_of_any_length_is_cut_on_the_page() -> None:
    made = report(proposals=[proposal("E1", "reject", remark="很" * 50_000)])
    texts, html = fitting_page(made, ZH)
    assert len(html.encode()) < HTML_BYTES
    assert texts["proposals"][0]["comment"].endswith("很…")
    assert len(shown(texts)) == 3


def long_month(people: int) -> ScorecardReport:
    """Many people of a long month, so that not everything fits."""
    kpis = [f"figure_{number}" for number in range(8)]
    lines = [line(f"E{who:03}", kpi, 1, 20) for who in range(people) for kpi in kpis]
    name = "长" * 600
    return report(
        lines=lines,
        proposals=[],
        titles={kpi: {"zh": f"{name}{kpi}", "en": kpi} for kpi in kpis},
        trend=a_year(kpis),
    )


def test_trend_and_commands_give_way_before_people() -> None:
    texts, _ = fitting_page(long_month(38), ZH)
    assert len(shown(texts)) == 38
    assert texts["trend_months"] == YEAR[-6:]
    assert texts["trend_note"] == "此处列出最近 6 个月，全部 12 个月见所附 PDF 与工作簿。"
    assert [row[1:] for row in texts["trend"]] == [["90%"] * 6] * 8
    assert len(texts["commands"]) == 2
    texts, _ = fitting_page(long_month(2), EN)
    assert (texts["trend_months"], texts["trend_note"]) == (YEAR, "")


def test_those_for_whom_hr_has_to_act_come_first_then_those_who_miss_most() -> None:
    met = [line(f"A{number:02}", "satisfied_share", 19, 20) for number in range(41)]
    lines = [
        *met,
        line("B1", "satisfied_share", 1, 20, None),
        line("C1", "satisfied_share", 1, 20),
        line("D1", "satisfied_share", 1, 20),
        line("D1", "follow_up_coverage", 1, 20),
        line("E1", "satisfied_share", 19, 20),
        line("F1", "satisfied_share", 19, 20),
    ]
    made = report(lines=lines, proposals=[proposal("E1", "approve"), proposal("F1", "reject")])
    texts, _ = fitting_page(made, EN)
    assert shown(texts)[:4] == ["E1", "D1", "C1", "A00"]
    assert len(shown(texts)) == 40
    assert "B1" not in shown(texts)
    assert texts["people_note"] == (
        "40 people are shown, those with a sanction first, then those who miss most targets; "
        "all 46 are in the workbook."
    )


def test_all_who_fit_stand_in_their_order_and_nothing_is_said_of_it() -> None:
    texts, _ = fitting_page(report(), EN)
    assert (shown(texts), texts["people_note"]) == (["E1", "E2", "E3"], "")


def one_with_points() -> ScorecardReport:
    """Three people with figures, and a fourth with points alone."""
    other = line("S1", "complaint_points", 8, 10, None, role="SUP", scorecard_id="s1") | {
        "policy_line": "skoda-dealer/points/complaints@2012-01-01",
        "weight": Decimal(10),
        "points": Decimal(8),
    }
    titles = {**report().rows.titles, "complaint_points": {"zh": "投诉", "en": "Complaints"}}
    return report(lines=[*report().rows.lines, other], titles=titles)


@pytest.mark.parametrize(
    ("name", "title"),
    [("proposals", "proposals"), ("posts", "people"), ("points", "points_title")],
)
def test_the_last_room_says_of_what_it_leaves_out_how_many_there_are(name: str, title: str) -> None:
    texts = view(one_with_points(), EN, room=ROOMS[-1])
    note = texts["people_note" if name == "posts" else f"{name}_note"]
    assert (texts[name], bool(note)) == ([], True)
    for page in (scorecard_html(texts), scorecard_text(texts)):
        assert page.index(EN(title)) < page.index(note)
        assert EN("proposals_none") not in page
        assert "\n\n\n" not in scorecard_text(texts)


def test_that_nothing_is_proposed_is_said_in_the_last_room_too() -> None:
    texts = view(report(proposals=[]), EN, room=ROOMS[-1])
    section = scorecard_text(texts).partition(f"\n{EN('proposals')}\n")[2]
    assert section.startswith(EN("proposals_none"))


def test_who_stands_in_another_table_is_counted_there() -> None:
    made = one_with_points()
    texts, _ = fitting_page(made, EN)
    assert len(shown(texts)) + len(texts["points"]) == made.count_people() == 4
    assert texts["people_note"].startswith("1 more have no such figures")


def test_the_message_of_a_large_group_is_made() -> None:
    made = large_group()
    few = replace(made.rows, lines=made.rows.lines[:640], proposals=made.rows.proposals[:10])
    page = scorecard_message(ScorecardReport(few), ZH).get_body(("html",))
    assert page is not None
    assert len(page.get_content().encode()) < HTML_BYTES
