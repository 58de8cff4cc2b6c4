"""The month's workbook, read back."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
from report_rows import line, proposal, report

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
