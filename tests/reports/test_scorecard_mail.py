"""The month's mail: its conclusion, its size, and what it never holds."""

import pytest
from report_rows import TITLES, line, proposal, report, score

from aftercare.reports.scorecard_mail import (
    fitting_page,
    scorecard_html,
    scorecard_message,
    scorecard_text,
)
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import (
    conclusion,
    notices,
    subject,
    view,
)
from aftercare.reports.scorecard_words import read_words

ZH, EN = read_words("zh"), read_words("en")


def test_the_conclusion_comes_before_any_table() -> None:
    html = scorecard_html(view(report(), ZH))
    first = [html.index(sentence.split("（")[0]) for sentence in conclusion(report(), ZH)]
    assert first == sorted(first)
    assert first[-1] < html.index("<h2")


def test_a_month_without_proposals_says_that_there_is_nothing_to_decide() -> None:
    assert conclusion(report(proposals=[]), ZH)[2] == "本月没有处分建议，无须决定。"
    assert "no sanction proposed" in subject(report(proposals=[]), EN)


def test_undecided_proposals_are_named_as_such() -> None:
    made = report(proposals=[proposal("E2", None)], approved_by=None)
    assert "1 项待决定" in conclusion(made, ZH)[2]
    assert "▲ 待决定" in scorecard_html(view(made, ZH))
    assert "尚未批准发布" in scorecard_html(view(made, ZH))


def test_a_month_without_figures_is_no_zero() -> None:
    lines = [line("E1", "satisfied_share", 0, 0)]
    assert conclusion(report(lines=lines, trend=[]), EN)[1] == "There was nothing to count."
    assert ">0%<" not in scorecard_html(view(report(lines=lines, trend=[]), EN))


def test_missing_nights_and_nobodys_rows_stand_right_below_the_conclusion() -> None:
    days = [f"2026-06-{day:02}" for day in range(1, 9)]
    made = report(missing_nights={"heyuan_dms": days}, uncredited=2)
    (nights, nobody) = notices(made, EN)
    assert "heyuan_dms lacks 8 nights" in nights
    assert "2026-06-06… 8 days in all" in nights
    assert nobody.startswith("▲ Rows credited to nobody: 2.")
    assert nobody.endswith("aftercare evidence 2026-06 nobody all")


def test_the_stamp_stands_on_top_and_at_the_end() -> None:
    assert scorecard_html(view(report(), ZH)).count("建议稿") == 2
    assert scorecard_html(view(report(), EN)).count("PROPOSAL") == 2
    assert scorecard_text(view(report(), EN)).startswith("PROPOSAL")


def test_every_colour_has_its_symbol() -> None:
    html = scorecard_html(view(report(), ZH))
    assert "100%&nbsp;✓" in html
    assert "80.5%&nbsp;▼" in html


def test_names_and_comments_are_text_and_never_markup() -> None:
    lines = [line("E1", "satisfied_share", 9, 10, employee_name="<img src=x>王")]
    made = report(lines=lines, proposals=[proposal("E1", "reject", remark="<script>1</script>")])
    html = scorecard_html(view(made, ZH))
    assert "&lt;img src=x&gt;王" in html
    assert "<script>" not in html


def test_each_post_has_a_table_of_its_own_figures_alone() -> None:
    lines = [
        line("E1", "satisfied_share", 19, 20),
        line("E2", "follow_up_coverage", 3, 4, scorecard_id="2026-06.SUP.SK01.E2", role="SUP"),
    ]
    texts, _ = fitting_page(report(lines=lines, proposals=[]), EN)
    assert [(post["role"][-3:], len(post["kpi_titles"])) for post in texts["posts"]] == [
        (" SC", 1),
        ("SUP", 1),
    ]
    assert all(len(one["cells"]) == 1 for post in texts["posts"] for one in post["people"])


def many_figures(count: int) -> ScorecardReport:
    """Two posts: one with so many figures, of which the first two have a target, and one with one figure."""
    names = [f"figure_{number}" for number in range(count)]
    lines = [
        line("E1", name, 3, 4, "0.9" if number < 2 else None) for number, name in enumerate(names)
    ]
    other = {"scorecard_id": "2026-06.SUP.SK01.E2", "role": "SUP"}
    titles = {name: {"zh": name, "en": name} for name in names}
    lines.append(line("E2", names[-1], 3, 4, None, **other))
    return report(lines=lines, proposals=[], titles=titles)


def test_a_post_with_many_figures_shows_those_with_a_target_and_says_where_the_others_are() -> None:
    made = many_figures(9)
    texts, html = fitting_page(made, EN)
    assert [post["kpi_titles"] for post in texts["posts"]] == [
        ["figure_0", "figure_1"],
        ["figure_8"],
    ]
    assert "only those with a target are shown here" in html
    assert texts["conclusion"][1].count("figure_") == 2
    assert [row["kpi_id"] for row in texts["kpis"]] == ["figure_0", "figure_1", "figure_8"]


def test_where_all_figures_are_shown_a_post_has_as_many_tables_as_they_need() -> None:
    whole = view(many_figures(17), EN)
    widths = [len(post["kpi_titles"]) for post in whole["posts"]]
    assert widths == [6, 6, 5, 1]
    assert [post["is_ranked"] for post in whole["posts"]] == [False] * 4
    assert len(whole["kpis"]) == 18
    assert whole["figures_note"] == ""
    both = [line("E1", "satisfied_share", 3, 4), score("E1", "97", "1.2", None)]
    many = [line("E1", f"figure_{number}", 3, 4) for number in range(8)]
    named = {name: {"zh": name, "en": name} for name in [f"figure_{n}" for n in range(8)]}
    made = report(lines=many + both, proposals=[], titles=named | TITLES)
    assert [
        (post["is_ranked"], len(post["coefficient_titles"]), len(post["kpi_titles"]))
        for post in view(made, EN)["posts"]
    ] == [(False, 0, 5), (True, 1, 4)]


def test_eight_figures_have_room() -> None:
    texts, html = fitting_page(many_figures(8), EN)
    assert len(texts["posts"][0]["kpi_titles"]) == 8
    assert "only those with a target" not in html


def test_many_proposals_still_make_a_mail() -> None:
    many = [proposal(f"E{number:04}", "approve") for number in range(400)]
    message = scorecard_message(report(proposals=many), ZH)
    page = message.get_body(("html",))
    assert page is not None
    assert len(page.get_content().encode()) < 100_000
    assert "全部 400 项见所附 PDF 与工作簿" in page.get_content()


@pytest.mark.parametrize("decision", ["approve", None])
def test_sanctions_stand_right_below_the_conclusion(decision: str | None) -> None:
    html = scorecard_html(view(report(proposals=[proposal("E2", decision)]), EN))
    titles = [part.split("</h2>")[0].rpartition(">")[2] for part in html.split("<h2")[1:]]
    assert titles[:2] == ["Sanction proposals", "Figures"]
    assert html.index("员工E2") < html.index("<img")


def test_of_what_was_rejected_there_is_nothing_to_put_right() -> None:
    both = [proposal("E2", "approve"), proposal("E1", "reject")]
    texts = view(report(proposals=both), ZH)
    assert [one["correct_by"] for one in texts["proposals"]] == ["2026-08-04", "–"]
    assert scorecard_html(texts).count("2026-08-04") == 1


def test_programs_without_html_show_sanctions_rewards_and_people_too() -> None:
    both = [proposal("E2", "approve", remark="已面谈"), proposal("E1", "reject")]
    star = proposal("E3", "approve", step="satisfaction_star", rank_no=1, ranked=12)
    text = scorecard_text(view(report(proposals=both, rewards=[star]), ZH))
    assert "员工E2 E2 和远斯柯达城东店: 口头警告 ✓ 同意 hr.li\n  客户满意率 7/10（70%）" in text
    assert "  意见: 已面谈\n  整改期限 2026-08-04 · 规则 S1-35 · 建议编号 2026-06.E2.oral" in text
    assert "  整改期限 – · 规则 S1-35" in text
    assert "员工E3 E3 和远斯柯达城东店: 满意度之星 ✓ 同意" in text
    assert "员工E2 E2 SC 和远斯柯达城东店: 回访覆盖率 90% ▼ (18/20), 客户满意率 80.5% ▼" in text
    order = [text.index(word) for word in ("处分建议\n", "奖励建议\n", "指标\n", "人员\n")]
    assert order == sorted(order)
    assert "\n\n\n" not in text


def test_a_coefficient_that_nobody_who_is_shown_has_is_no_column() -> None:
    nobody = [line("E1", "satisfied_share", 19, 20), score("E1", None, None, "no_figure")]
    (post,) = view(report(lines=nobody, proposals=[]), EN)["posts"]
    assert post["coefficient_titles"] == []
    (post,) = view(report(), EN)["posts"]
    assert (post["coefficient_titles"], len(post["people"])) == (["SQS"], 3)


def test_a_target_of_stores_without_a_figure_is_no_target_of_the_others_figure() -> None:
    store = {"credit": "store", "scorecard_id": "2026-06.SC.SK02.E2", "store_code": "SK02"}
    lines = [
        line("E1", "satisfied_share", 4, 5, None, credit="store"),
        line("E2", "satisfied_share", 0, 0, "1", **store),
    ]
    (row,) = view(report(lines=lines, proposals=[]), EN)["kpis"]
    assert (row["value"], row["target"], row["people_met"]) == ("80%", "–", "–")
    (row,) = view(report(lines=lines[1:], proposals=[]), EN)["kpis"]
    assert (row["value"], row["target"], row["people_met"]) == ("–", "100%", "–")


def test_two_rules_of_a_figure_stand_in_one_line() -> None:
    lines = [line("E1", "satisfied_share", 9, 10), line("E2", "satisfied_share", 9, 10)]
    lines[1]["rule_id"] = "S4-01"
    html = scorecard_html(view(report(lines=lines, proposals=[]), EN))
    assert 'nowrap="">S2-04, S4-01</td>' in html


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = scorecard_html(view(report(), ZH))
    assert "http" not in html
    assert "<style" not in html


def test_the_command_that_shows_the_rows_is_given() -> None:
    html = scorecard_html(view(report(), ZH))
    assert "aftercare evidence 2026-06 all satisfied_share" in html
    assert "aftercare evidence 2026-06 E1 follow_up_coverage" in html


def test_the_message_carries_chart_workbook_and_pdf() -> None:
    message = scorecard_message(report(), EN)
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert attached["scorecards-2026-06-en.xlsx"].startswith(b"PK")
    assert attached["scorecards-2026-06-en.pdf"].startswith(b"%PDF")
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<chart>"
    assert picture.get_content().startswith(b"\x89PNG")
