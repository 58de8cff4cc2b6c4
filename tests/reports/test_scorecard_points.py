"""Points in the month's documents: what they are, of how many, and what they stand on."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from point_rows import PARTLY, WHOLE, point_report
from report_rows import report

from aftercare.reports.scorecard_mail import scorecard_html, scorecard_text
from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_points import point_table, shown_points
from aftercare.reports.scorecard_view import view
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook

ZH, EN = read_words("zh"), read_words("en")


def cells(employee_no: str) -> dict[str, Any]:
    table = point_table(point_report(), EN)
    (row,) = (row for row in table["points"] if row["employee_no"] == employee_no)
    return {cell["kpi_id"]: cell for cell in row["cells"]}


def test_an_item_says_its_points_its_weight_and_its_parts() -> None:
    cell = cells(WHOLE)["insurance_points"]
    # 8 × 13/26 + 2 × 52/65 = 5.6 of 10, which is 11.2 of 20.
    assert (cell["points"], cell["weight"]) == ("11.2", "20")
    assert cell["details"] == [
        "Renewals of plan 13/26 = 50%",
        "New policies of plan 52/65 = 80%",
        "before scaling 5.6/10",
    ]


def test_what_earns_its_weight_as_it_is_has_nothing_before_scaling() -> None:
    assert cells(WHOLE)["sales_points"]["details"] == [
        "Sales of plan 41/50 = 82%",
        "Sales by referral 4/40 = 10%",
    ]


def test_ranks_ratings_and_shares_say_what_they_were_read_from() -> None:
    found = cells(WHOLE)
    assert found["satisfaction_points"]["details"] == ["rank 4 of 11", "band 20%–50%"]
    assert found["care_activity_points"]["details"] == ["band 6–10"]
    assert found["complaint_points"]["details"] == ["3/4"]


def test_what_is_unknown_is_no_0_and_says_why() -> None:
    found = cells(PARTLY)
    assert found["insurance_points"]["points"] == "–"
    assert found["insurance_points"]["details"][0] == (
        "Renewals of plan: the store's system did not deliver this in the month"
    )
    assert found["care_activity_points"]["details"] == ["rated 5.5"]
    assert found["care_activity_points"]["note"] == "not one of the points allowed: refused"


def test_a_total_of_some_items_cannot_be_read_as_full_marks() -> None:
    whole, partly = cells(WHOLE)["points_total"], cells(PARTLY)["points_total"]
    assert (whole["weight"], whole["is_known"], whole["note"]) == ("100", True, "")
    assert (partly["points"], partly["weight"], partly["is_known"]) == ("10", "10", False)
    assert partly["details"] == ["▲ only 10 of 100 points could be judged"]


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [
        (None, None, "–"),
        ("11.20", "20", "11.2"),
        ("24.96666666", "30", "24.97"),
        ("29.9999", "30", "29.99"),
        ("30", "30", "30"),
        ("0", "30", "0"),
        ("100", None, "100"),
    ],
)
def test_points_are_rounded_when_they_are_shown_and_never_up_to_full_marks(
    value: str | None, of: str | None, text: str
) -> None:
    given = Decimal(value) if value is not None else None
    assert shown_points(given, Decimal(of) if of else None) == text


def test_points_stand_in_the_mail_and_its_text() -> None:
    texts = view(point_report(), ZH, 40)
    html, text = scorecard_html(texts), scorecard_text(texts)
    assert "主管得分（满分 100）" in html
    assert "折算前 5.6/10" in html
    assert "▲ 100 分中只能评定 10 分" in html
    assert "主管S1 S1: 保险业务 11.2/20" in text
    assert [command for _, command in texts["commands"] if command.endswith("points_total")] == [
        "aftercare evidence 2026-06 S1 points_total"
    ]


def test_figures_and_trend_are_as_without_points() -> None:
    with_points, without = point_report(), report()
    assert with_points.kpi_ids == without.kpi_ids
    assert with_points.coefficient_ids == without.coefficient_ids


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_points_are_set_in_the_pdf(words: Any) -> None:
    assert scorecard_pdf(point_report(), words).startswith(b"%PDF")


def test_the_workbook_has_a_row_for_each_item_and_the_lines_of_its_parts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(scorecard_workbook(point_report(), EN)))
    sheet = book["Supervisors' points (of 100)"]
    found = {
        (row[0].value, row[4].value): (row[5].value, row[6].value, row[7].value)
        for row in sheet.iter_rows(min_row=4)
    }
    assert len(found) == 14
    assert found["S1", "Complaints closed"] == (7.5, 10, "3/4")
    assert found["S2", "Sales volume"][0] is None
    lines = {(row[0].value, row[4].value) for row in book["Lines"].iter_rows(min_row=4)}
    assert ("S1", "Renewals of plan") in lines


def test_a_month_without_points_says_nothing_of_them() -> None:
    texts = view(report(), EN)
    assert texts["points"] == []
    assert "Supervisors' points" not in scorecard_html(texts)
    book = openpyxl.load_workbook(io.BytesIO(scorecard_workbook(report(), EN)))
    assert "Supervisors' points (of 100)" not in book.sheetnames
