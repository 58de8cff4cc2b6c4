"""The month's mail: its conclusion, its size, and what it never holds."""

import pytest
from report_rows import TITLES, line, proposal, report, score

from aftercare.errors import PipelineFault
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


def test_the_conclusion_is_three_lines() -> None:
    assert conclusion(report(), ZH) == [
        "评分 3 人（销售关爱 SC 3 人），其中 2 人有可计数据；1 人全部目标达成，1 人至少一项未达成。",
        "全体数字：回访覆盖率 95% ▼（目标 100%）；客户满意率 81.8% ▼（目标 90%）。",
        "处分建议 1 项，均已由人决定：同意 1 项，驳回 0 项；请执行已同意的各项。",
    ]
    assert conclusion(report(), EN)[0].startswith("3 people scored (sales care SC 3), 2 of them")


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
    assert "100% ✓" in html
    assert "80.5% ▼" in html


def test_names_and_comments_are_text_and_never_markup() -> None:
    lines = [line("E1", "satisfied_share", 9, 10, employee_name="<img src=x>王")]
    made = report(lines=lines, proposals=[proposal("E1", "reject", remark="<script>1</script>")])
    html = scorecard_html(view(made, ZH))
    assert "&lt;img src=x&gt;王" in html
    assert "<script>" not in html


def test_a_large_group_fits_into_a_mail_with_those_below_a_target_first() -> None:
    lines = [
        line(f"E{number:04}", "satisfied_share", 19 if number < 300 else 1, 20)
        for number in range(330)
    ]
    texts, html = fitting_page(report(lines=lines, proposals=[]), EN)
    (post,) = texts["posts"]
    assert len(post["people"]) == 40
    assert post["people"][0]["employee_no"] == "E0300"
    assert "40 people are shown" in texts["people_note"]
    assert len(html.encode()) < 100_000


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


def test_a_page_that_programs_would_cut_shows_fewer_rows() -> None:
    lines = [line(f"E{number:04}", "satisfied_share", 1, 20) for number in range(40)]
    cases = [["follow_up_task", f"SK01.S2-01.D{number:030}"] for number in range(60)]
    many = [
        proposal(f"E{number:04}", "approve", rows_behind=cases, remark="很" * 300)
        for number in range(40)
    ]
    texts, html = fitting_page(report(lines=lines, proposals=many), ZH)
    assert len(texts["proposals"]) == 20
    assert len(html.encode()) < 100_000


def test_a_page_that_never_fits_is_refused() -> None:
    with pytest.raises(PipelineFault, match="more than 100000 bytes with 5 people"):
        fitting_page(report(proposals=[proposal("E1", "reject", remark="很" * 50_000)]), ZH)


def test_many_proposals_still_make_a_mail() -> None:
    many = [proposal(f"E{number:04}", "approve") for number in range(400)]
    message = scorecard_message(report(proposals=many), ZH)
    page = message.get_body(("html",))
    assert page is not None
    assert len(page.get_content().encode()) < 100_000
    assert "全部 400 项见所附 PDF 与工作簿" in page.get_content()


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
