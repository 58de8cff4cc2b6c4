"""Targets in the month's documents: value, target, verdict, and why there is none."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from report_rows import report
from target_rows import KNOWN, PARTLY, target_report

from aftercare.reports.scorecard_mail import HTML_BYTES, scorecard_html, scorecard_text
from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_report import Person
from aftercare.reports.scorecard_targets import target_table
from aftercare.reports.scorecard_view import conclusion, view
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook

ZH, EN = read_words("zh"), read_words("en")


def entries(employee_no: str) -> dict[str, Any]:
    table = target_table(target_report(), EN)
    (row,) = (row for row in table["targets"] if row["employee_no"] == employee_no)
    return {entry["kpi_id"]: entry for cell in row["cells"] for entry in cell}


def person(employee_no: str) -> Person:
    (found,) = (one for one in target_report().people if one.employee_no == employee_no)
    return found


def test_there_is_a_column_for_each_rule_and_not_for_each_line() -> None:
    assert target_table(target_report(), EN)["targets_titles"] == [
        "S2-30 QS and call success together",
        "S2-04 Coverage after repairs · Coverage after sales",
        "S2-31 SQS",
        "S2-32 MS · HIC",
        "S2-33 DSC · DSC gate",
        "S2-34 CSS · PT · AUDIT2",
        "S2-35 Coefficient of the ten-item check",
        "S2-36 Marketing targets reached · Deals closed on site",
    ]


def test_a_line_says_its_value_its_target_and_whether_it_is_met() -> None:
    found = entries(KNOWN)
    assert (found["qs_score"]["value"], found["qs_score"]["symbol"]) == ("9.2", "✓")
    assert found["qs_score"]["details"] == ["target ≥9"]
    assert found["call_success"]["value"] == "92%"
    assert found["call_success"]["details"] == ["46/50", "left out 2", "target ≥90%"]
    assert (found["ms_score"]["value"], found["ms_score"]["symbol"]) == ("79.99", "▼")
    joint = found["quality_and_success"]
    assert (joint["value"], joint["symbol"], joint["details"]) == ("2 of 2 reached", "✓", [])


def test_a_gate_that_is_missed_is_a_flag_in_words() -> None:
    gate = entries(KNOWN)["dsc_gate"]
    assert gate["symbol"] == "▼"
    assert gate["note"] == "below the gate: a flag, nothing is computed from it"


def test_what_is_not_judged_has_no_mark_and_says_why() -> None:
    found = entries(KNOWN)
    for name, note in (
        ("css_score", "policy declares no scale for the target: not judged"),
        ("ten_item_check", "policy names no target: shown, not judged"),
        ("on_site_deals", "policy names no target: shown, not judged"),
        ("marketing_reach", "no score was given"),
    ):
        assert (found[name]["symbol"], found[name]["note"]) == ("", note)
    partly = entries(PARTLY)
    assert (partly["sqs_score"]["value"], partly["sqs_score"]["symbol"]) == ("96", "")
    assert partly["sqs_score"]["details"] == ["scale 100", "target ≥900"]
    assert partly["sqs_score"]["note"] == "the score's scale is not the target's: refused"
    assert (partly["qs_score"]["value"], partly["qs_score"]["symbol"]) == ("–", "")
    assert partly["quality_and_success"]["note"] == "QS unknown: not judged"


def test_parts_of_a_joint_target_count_with_it_alone() -> None:
    assert person(KNOWN).is_met is False
    assert person(PARTLY).is_met is None
    one = person(PARTLY)
    lines = {name: {**line} for name, line in one.lines.items()}
    # Calls are missed, QS is unknown: the joint target is unknown, and nothing is missed.
    lines["call_success"]["is_target_met"] = False
    assert Person(**{**vars(one), "lines": lines}).is_met is None


def test_targets_stand_in_the_mail_and_its_text_and_directors_in_no_empty_table() -> None:
    texts = view(target_report(), ZH, 40)
    html, text = scorecard_html(texts), scorecard_text(texts)
    assert "总监目标" in html
    assert "低于开关值，只作标记，不据此计算" in html
    assert len(html.encode()) < HTML_BYTES
    assert "总监D1 D1: QS 与回访成功率同时达标 2 项中达到 2 项 ✓" in text
    assert [post["role"] for post in texts["posts"]] == ["销售关爱 SC"]
    assert "关爱总监 2" in conclusion(target_report(), ZH)[0]
    assert [command for _, command in texts["commands"] if "quality" in command] == [
        "aftercare evidence 2026-06 D1 quality_and_success"
    ]


def test_who_stands_for_one_employee_has_the_figure_that_is_asked_for() -> None:
    commands = [command for _, command in view(target_report(), EN)["commands"]]
    assert "aftercare evidence 2026-06 E1 follow_up_coverage" in commands
    assert "aftercare evidence 2026-06 D1 follow_up_coverage" not in commands


def test_a_limit_of_people_shows_as_many_directors_and_says_so() -> None:
    texts = view(target_report(), EN, 1)
    assert [one["employee_no"] for one in texts["targets"]] == [KNOWN]
    assert texts["targets_note"].startswith("1 people are shown, those below a target first")


def test_with_room_for_nobody_the_section_says_how_many_there_are() -> None:
    texts = view(target_report(), EN, 0)
    assert texts["targets"] == []
    for page in (scorecard_html(texts), scorecard_text(texts)):
        assert page.index(EN("targets_title")) < page.index(texts["targets_note"])


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_targets_are_set_in_the_pdf(words: Any) -> None:
    assert scorecard_pdf(target_report(), words).startswith(b"%PDF")


def test_the_workbook_has_a_row_for_each_target_and_numbers_as_they_were_given() -> None:
    book = openpyxl.load_workbook(io.BytesIO(scorecard_workbook(target_report(), EN)))
    sheet = book["Care directors' targets"]
    found = {
        (row[0].value, row[4].value): (row[5].value, row[6].value, row[7].value, row[8].value)
        for row in sheet.iter_rows(min_row=4)
    }
    assert len(found) == 32
    assert found["D1", "SQS"] == (912, 900, "✓", "1000")
    assert found["D1", "The store's call success"] == (0.92, 0.9, "✓", None)
    assert found["D2", "HIC"] == (None, 80, None, "0-100")
    lines = {
        (row[0].value, row[4].value): row[10].value for row in book["Lines"].iter_rows(min_row=4)
    }
    assert lines["D1", "SQS"] == 900


def test_figures_and_points_are_as_without_targets() -> None:
    with_targets, without = target_report(), report()
    assert with_targets.kpi_ids == without.kpi_ids
    assert with_targets.coefficient_ids == without.coefficient_ids
    assert with_targets.point_groups == {}


def test_a_month_without_targets_says_nothing_of_them() -> None:
    texts = view(report(), EN)
    assert texts["targets"] == []
    assert "directors' targets" not in scorecard_html(texts)
    book = openpyxl.load_workbook(io.BytesIO(scorecard_workbook(report(), EN)))
    assert "Care directors' targets" not in book.sheetnames
