"""The month's workbook, read back."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from point_rows import point_report
from report_rows import line, proposal, report
from target_rows import target_report

from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook

ZH = read_words("zh")


def read(made: ScorecardReport) -> Any:
    return openpyxl.load_workbook(io.BytesIO(scorecard_workbook(made, ZH)))


def test_every_sheet_carries_the_stamp_on_screen_and_in_print() -> None:
    for sheet in read(report()):
        assert str(sheet["A1"].value).startswith("建议稿")
        assert sheet.oddHeader.left.text == "建议稿"


def test_the_conclusion_is_on_the_first_sheet() -> None:
    book = read(report())
    assert book.sheetnames == ["结论", "指标", "人员", "评分行", "处分建议", "依据"]
    assert str(book["结论"]["A4"].value).startswith("1. 评分 3 人")


def test_a_cell_holds_the_figure_that_mail_and_chart_show() -> None:
    lines = [line("E1", "satisfied_share", 9999, 10000, "1")]
    sheet = read(report(lines=lines))["评分行"]
    assert (sheet["I4"].value, sheet["I4"].number_format, sheet["L4"].value) == (0.999, "0.0%", "▼")


def test_of_a_step_that_was_rejected_nothing_is_to_be_put_right() -> None:
    both = [proposal("E2", "approve"), proposal("E1", "reject")]
    sheet = read(report(proposals=both))["处分建议"]
    (column,) = [cell.column for cell in sheet[3] if cell.value == "整改期限"]
    assert [sheet.cell(row, column).value for row in (4, 5)] == ["2026-08-04", "–"]


def test_a_target_below_which_a_figure_has_to_stay_says_so_and_is_a_number() -> None:
    lines = [line("E1", "satisfied_share", 14, 100, "0.15", direction="lower")]
    cell = read(report(lines=lines))["评分行"]["K4"]
    assert (cell.value, cell.number_format) == (0.15, '"<"0.0%')


def test_rows_of_the_store_are_nobodys_own() -> None:
    given = report()
    row = {**given.rows.evidence[0], "credit": "store"}
    lines = [line("E1", "satisfied_share", 1, 2, credit="store")]
    book = read(report(lines=lines, evidence=[row]))
    assert book["依据"]["A4"].value == "全店"
    assert book["指标"]["B4"].value == "销售关爱 SC（门店数字）"


def test_what_is_not_known_is_an_empty_cell() -> None:
    lines = [line("E1", "satisfied_share", 0, 0)]
    sheet = read(report(lines=lines, trend=[]))["评分行"]
    assert (sheet["G4"].value, sheet["I4"].value, sheet["L4"].value) == (0, None, None)


def test_text_that_looks_like_a_formula_stays_text() -> None:
    lines = [line("E1", "satisfied_share", 9, 10, employee_name="=cmd|' /C calc'!A0")]
    cell = read(report(lines=lines))["评分行"]["B4"]
    assert (cell.data_type, cell.value) == ("s", "=cmd|' /C calc'!A0")


def test_there_is_a_native_chart_and_marks_by_condition() -> None:
    content = scorecard_workbook(report(), ZH)
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert "xl/charts/chart1.xml" in names
    assert not any(name.startswith("xl/media/") for name in names)
    assert read(report())["指标"].conditional_formatting


def test_the_chart_names_each_bar_and_no_bar_is_turned() -> None:
    content = scorecard_workbook(report(), ZH)
    chart = zipfile.ZipFile(io.BytesIO(content)).read("xl/charts/chart1.xml").decode()
    assert '<c:barDir val="bar"/>' in chart
    sheet = openpyxl.load_workbook(io.BytesIO(content))["指标"]
    assert [sheet["M4"].value, sheet["M5"].value] == [
        "回访覆盖率 · 销售关爱",
        "客户满意率 · 销售关爱",
    ]
    assert "$M$4:$M$5" in chart
    assert (sheet.column_dimensions["L"].hidden, sheet.column_dimensions["M"].hidden) == (
        False,
        True,
    )
    assert "<c:plotVisOnly" not in chart  # labels stand in a column that is not shown


def test_a_conclusion_too_long_for_a_line_has_room_for_all_of_it() -> None:
    titles = {
        kpi: {"zh": "一个名称很长的指标" * 9, "en": kpi}
        for kpi in ("follow_up_coverage", "satisfied_share", "sqs")
    }
    sheet = read(report(titles=titles))["结论"]
    assert "一个名称很长的指标" in sheet["A5"].value
    assert sheet.row_dimensions[5].height > sheet.row_dimensions[4].height


def test_a_refused_coefficient_says_why() -> None:
    sheet = read(report())["评分行"]
    notes = {
        row[0].value: row[16].value for row in sheet.iter_rows(min_row=4) if row[8].value == 900
    }
    assert notes == {"E2": "成绩的量纲与制度不一致，拒绝套用档位"}


def test_the_rows_behind_the_figures_have_a_sheet() -> None:
    sheet = read(report())["依据"]
    assert [cell.value for cell in sheet[4]] == [
        "E1",
        "SK01",
        "客户满意率",
        "回访任务",
        "SK01.S2-01.D1",
        "是",
        None,
        "评分 9",
    ]


def test_too_many_rows_leave_those_that_did_not_count() -> None:
    missed = dict(report().rows.evidence[0]) | {
        "row_key": "SK01.S2-01.D2",
        "is_numerator": False,
        "reason": "points_2",
    }
    content = scorecard_workbook(report(evidence=[missed], evidence_cut_at=1), ZH)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["依据"]
    assert "超过 1 行" in str(sheet["A2"].value)
    assert [row[4].value for row in sheet.iter_rows(min_row=4)] == ["SK01.S2-01.D2"]


def test_every_line_names_the_command_that_shows_its_rows() -> None:
    sheet = read(report())["评分行"]
    assert sheet["T4"].value == "aftercare evidence 2026-06 E1 follow_up_coverage"
    assert Decimal(str(sheet["N6"].value)) == Decimal("1.2")


def year(kpis: tuple[str, ...] = ("follow_up_coverage", "satisfied_share")) -> list[dict[str, Any]]:
    months = [f"2025-{month:02}" for month in range(7, 13)]
    months += [f"2026-{month:02}" for month in range(1, 7)]
    return [
        {
            "month": month,
            "kpi_id": kpi,
            "numerator": Decimal(80 + place),
            "denominator": Decimal(100),
        }
        for place, month in enumerate(months)
        for kpi in kpis
    ]


def test_all_twelve_months_of_a_trend_are_shown_and_drawn() -> None:
    content = scorecard_workbook(report(trend=year()), ZH)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["趋势"]
    assert [cell.value for cell in sheet[3]][1:] == sorted({row["month"] for row in year()})
    assert [cell.value for cell in sheet[4]] == [
        "回访覆盖率",
        *(pytest.approx(each / 100) for each in range(80, 92)),
    ]
    assert not any(column.hidden for column in sheet.column_dimensions.values())
    months = sheet.column_dimensions["B"]  # equal neighbours are one
    assert (months.min, months.max) == (2, 13)
    chart = zipfile.ZipFile(io.BytesIO(content)).read("xl/charts/chart2.xml").decode()
    assert "<c:lineChart>" in chart
    assert "$B$3:$M$3" in chart
    assert "$B$5:$M$5" in chart


def test_a_month_alone_is_no_trend() -> None:
    assert "趋势" not in read(report(trend=year()[-2:])).sheetnames


def test_names_stay_where_they_are_on_screen_and_on_paper_of_a_wide_sheet() -> None:
    names = [f"k{number:02}" for number in range(12)]
    titles = {name: {"zh": f"一个名称很长的指标{name}", "en": name} for name in names}
    made = report(
        lines=[line("E1", name, 9, 10) for name in names], titles=titles, trend=[], evidence=[]
    )
    sheet = read(made)["人员"]
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_cols == "$A:$B"
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.scale >= 60
    # No figure is parted from its mark, which has the heading of a mark.
    for each in sheet.col_breaks.brk:
        assert sheet.cell(3, each.id).value == "达标"
    assert sheet.row_dimensions[3].height >= 30


def test_posts_and_units_are_words() -> None:
    book = read(report())
    assert book["人员"]["C4"].value == "销售关爱 SC"
    units = {row[9].value for row in book["评分行"].iter_rows(min_row=4)}
    assert (book["评分行"]["C4"].value, units) == ("销售关爱 SC", {"比例", "100"})


def test_words_keep_away_from_the_number_before_them() -> None:
    assert read(report())["评分行"]["J4"].alignment.indent == 1


def test_the_number_of_a_bar_stands_beyond_the_longest_frame() -> None:
    content = scorecard_workbook(report(), ZH)
    chart = zipfile.ZipFile(io.BytesIO(content)).read("xl/charts/chart1.xml").decode()
    figures, frames, labels = chart.split("<c:ser>")[1:]
    assert "<c:dLbls>" not in figures + frames
    assert "$N$4:$N$5" in labels
    assert [each.partition("<")[0] for each in labels.split("<a:t>")[1:]] == ["95%", "81.8%"]
    sheet = openpyxl.load_workbook(io.BytesIO(content))["指标"]
    assert [sheet["N4"].value, sheet["N5"].value] == [1, 1]


def test_of_many_rows_behind_figures_few_are_printed_and_that_is_said() -> None:
    row = report().rows.evidence[0]
    sheet = read(report(evidence=[row] * 41))["依据"]
    assert sheet.print_area == "'依据'!$A$1:$H$43"
    assert "只印前 40 行" in sheet["A2"].value
    few = read(report(evidence=[row] * 40))["依据"]
    assert (few.print_area, "只印前" in few["A2"].value) == ("", False)


@pytest.mark.parametrize(
    ("made", "name"), [(point_report(), "主管得分（满分 100）"), (target_report(), "总监目标")]
)
def test_an_item_of_points_or_a_target_stands_with_its_basis_on_one_page(
    made: ScorecardReport, name: str
) -> None:
    sheet = read(made)[name]
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.freeze_panes == "C4"


def test_a_row_of_broken_lines_has_room_for_them() -> None:
    long = proposal("E2", "approve", reason="一段很长的理由" * 20)
    sheet = read(report(proposals=[long, proposal("E1", "approve", reason="短", rows_behind=[])]))[
        "处分建议"
    ]
    assert sheet.row_dimensions[4].height >= 5 * 15
    assert not sheet.row_dimensions[5].customHeight
    longest = proposal("E2", "approve", reason="很" * 5_000)
    assert read(report(proposals=[longest]))["处分建议"].row_dimensions[4].height <= 409
