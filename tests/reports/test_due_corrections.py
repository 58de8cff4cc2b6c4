"""Lines about steps that had to be put right."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from report_rows import rows

from aftercare.reports.due_corrections import correction_lines
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import CORRECTIONS_SHOWN, view
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook


def due(number: int, result: str, again: str | None = None) -> dict[str, Any]:
    return {
        "proposal_id": f"2026-04.E{number}.oral_warning",
        "employee_no": f"E{number}",
        "employee_name": f"员工E{number}",
        "correct_by": date(2026, 6, 5),
        "result": result,
        "again": again,
    }


def report(*corrections: dict[str, Any]) -> ScorecardReport:
    return ScorecardReport(rows(corrections=corrections))


def test_what_hr_has_to_look_at_comes_first_and_each_result_is_counted() -> None:
    given = report(
        due(1, "put_right"),
        due(2, "not_scored"),
        due(3, "too_few"),
        due(4, "again", "2026-06.E4.written_criticism"),
        due(5, "put_right"),
    )
    assert correction_lines(given, read_words("zh")) == [
        "整改期限已到的处分 5 项：未整改，当月再次达到条件 1 项、答复不足，未知 1 项、当月未评分，未知 1 项、已整改 2 项。",
        "　员工E4，2026-04.E4.oral_warning，限期 2026-06-05：未整改，当月再次达到条件"
        "（2026-06.E4.written_criticism）",
        "　员工E3，2026-04.E3.oral_warning，限期 2026-06-05：答复不足，未知",
        "　员工E2，2026-04.E2.oral_warning，限期 2026-06-05：当月未评分，未知",
        "　员工E1，2026-04.E1.oral_warning，限期 2026-06-05：已整改",
        "　员工E5，2026-04.E5.oral_warning，限期 2026-06-05：已整改",
    ]


def test_none_that_is_due_needs_no_line() -> None:
    assert correction_lines(report(), read_words("en")) == []


def test_a_mail_names_as_many_as_fit_and_the_command_for_the_others() -> None:
    given = report(*(due(number, "put_right") for number in range(CORRECTIONS_SHOWN + 3)))
    words = read_words("en")
    shown = view(given, words, 10)["notices"]
    assert shown[-1] == "  3 more: aftercare proposals corrections 2026-06"
    everything = view(given, words)["notices"]
    assert len(everything) - len(shown) == 2


@pytest.mark.parametrize(("language", "word"), [("zh", "已整改"), ("en", "put right")])
def test_the_workbook_says_it_too(language: str, word: str) -> None:
    book = openpyxl.load_workbook(
        BytesIO(scorecard_workbook(report(due(1, "put_right")), read_words(language)))  # type: ignore[arg-type]
    )
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert any("2026-04.E1.oral_warning" in cell and word in cell for cell in cells)
