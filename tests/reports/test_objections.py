"""Objections and adjustments in the month's documents, in both languages."""

import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import typst
from report_rows import line, rows, score

from aftercare.reports.objections import adjusted_figure, adjustment_reason, adjustment_texts
from aftercare.reports.scorecard_mail import scorecard_html, scorecard_text
from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import view
from aftercare.reports.scorecard_words import TEMPLATES, read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook
from aftercare.settings import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
CARD = "2026-06.SC.SK01.E2"
MARK = {"zh": "异议中", "en": "under objection"}


def objection(number: int = 7, state: str = "open", **values: Any) -> dict[str, Any]:
    """An objection of E2 to the figure that a proposal stands on."""
    is_open = state == "open"
    return {
        "objection_id": number,
        "month": "2026-06",
        "employee_no": "E2",
        "employee_name": "员工E2",
        "store_code": "SK01",
        "store_name": "和远斯柯达城东店",
        "scorecard_id": CARD,
        "kpi_id": "satisfied_share",
        "proposal_id": None,
        "words": "secret words",
        "raised_by": "manager.he",
        "raised_on": date(2026, 7, 6),
        "due_on": date(2026, 7, 13),
        "state": state,
        "answer": None if is_open else "secret answer",
        "answered_by": None if is_open else "hr.li",
        "answered_on": None if is_open else date(2026, 7, 10),
        "proposals": ["2026-06.E2.oral_warning"],
    } | values


def adjustment(**values: Any) -> dict[str, Any]:
    """A late order of May."""
    made = {
        "adjustment_id": 3,
        "month": "2026-05",
        "scorecard_id": "2026-05.SC.SK01.E1",
        "kpi_id": "follow_up_coverage",
        "employee_no": "E1",
        "employee_name": "员工E1",
        "store_code": "SK01",
        "store_name": "和远斯柯达城东店",
        "credit": "person",
        "unit": "share",
        "old_numerator": Decimal(4),
        "old_denominator": Decimal(4),
        "old_excluded": Decimal(0),
        "old_value": Decimal(1),
        "old_points": None,
        "new_numerator": Decimal(4),
        "new_denominator": Decimal(5),
        "new_excluded": Decimal(0),
        "new_value": Decimal("0.8"),
        "new_points": None,
        "rows_behind": [["came", "follow_up_task", "SK01.S2-01.D9"]],
        "row_count": 1,
        "objection_id": None,
        "noticed_on": date(2026, 6, 20),
        "ended_on": None,
        "ending": None,
    } | values
    late = sum(change == "late" for change, *_ in made["rows_behind"])
    return {"rows_kept": len(made["rows_behind"]) - late, "late_count": late} | made


def report(**values: Any) -> ScorecardReport:
    return ScorecardReport(replace(rows(), **values))


def sheets(made: ScorecardReport, language: Language) -> dict[str, list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(scorecard_workbook(made, read_words(language))))
    return {
        sheet.title: [
            " | ".join(str(value) for value in row if value is not None)
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book.worksheets
    }


def pdf_texts(made: ScorecardReport, language: Language) -> str:
    """What the PDF's template sets as headings and table cells."""
    texts = json.dumps(view(made, read_words(language)), ensure_ascii=False)
    assert scorecard_pdf(made, read_words(language)).startswith(b"%PDF")
    return "".join(
        str(
            typst.query(
                str(TEMPLATES / "report.typ"),
                selector,
                root=str(TEMPLATES),
                sys_inputs={"texts": texts},
            )
        )
        for selector in ("heading", "table")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_and_its_proposal_are_marked_in_every_document(language: Language) -> None:
    made, mark = report(objections=[objection()]), MARK[language]
    texts = view(made, read_words(language))
    (cells,) = (
        one["cells"]
        for post in texts["posts"]
        for one in post["people"]
        if one["employee_no"] == "E2"
    )
    assert [mark in cell["counts"] for cell in cells] == [False, True]
    assert mark in texts["proposals"][0]["decision"]
    assert any(mark in notice and "2026-07-13" in notice for notice in texts["notices"])
    html = scorecard_html(texts)
    assert html.count(mark) >= 3
    assert mark in scorecard_text(texts)
    assert pdf_texts(made, language).count(mark) >= 1
    found = sheets(made, language)
    marked = {title for title, lines in found.items() if any(mark in each for each in lines)}
    say = read_words(language)
    assert {say("people"), say("lines"), say("proposals")} <= marked


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobodys_words_leave_the_page_with_the_documents(language: Language) -> None:
    made = report(objections=[objection(), objection(8, "dismissed", kpi_id="sqs")])
    texts = view(made, read_words(language))
    assert [one["number"] for one in texts["objections"]] == ["7", "8"]
    everything = scorecard_html(texts) + scorecard_text(texts) + pdf_texts(made, language)
    everything += str(sheets(made, language))
    assert "secret" not in everything


@pytest.mark.parametrize("limit", [0, 1])
@pytest.mark.parametrize("name", ["objections", "adjustments"])
def test_what_has_no_room_in_the_mail_is_counted_there(name: str, limit: int) -> None:
    both = [adjustment(), adjustment(adjustment_id=4, kpi_id="satisfied_share")]
    made = report(objections=[objection(), objection(8)], adjustments=both)
    texts = view(made, read_words("en"), limit)
    assert len(texts[name]) == limit
    title, note = texts["objection_words"][f"{name}_title"], texts[f"{name}_note"]
    assert note.startswith(f"{limit} are shown; all 2")
    assert note in scorecard_html(texts).partition(f">{title}</h2>")[2][:400]
    assert f"\n{title}\n{note}\n" in scorecard_text(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_answered_is_no_longer_marked(language: Language) -> None:
    made = report(objections=[objection(state="upheld")])
    texts = view(made, read_words(language))
    assert MARK[language] not in scorecard_html(texts)
    (one,) = texts["objections"]
    assert "2026-07-10" in one["state"]


@pytest.mark.parametrize(
    ("language", "mark"),
    [("zh", "对此项的异议成立，请勿执行"), ("en", "was upheld: do not carry out")],
)
def test_an_approved_proposal_to_which_an_objection_was_upheld_says_so(
    language: Language, mark: str
) -> None:
    about = "2026-06.E2.oral_warning"
    made = report(objections=[objection(state="upheld", kpi_id=None, proposal_id=about)])
    assert mark in scorecard_html(view(made, read_words(language)))
    assert any(mark in each for each in sheets(made, language)[read_words(language)("proposals")])


@pytest.mark.parametrize("language", LANGUAGES)
def test_adjustments_to_earlier_months_stand_in_every_document(language: Language) -> None:
    made = report(adjustments=[adjustment()])
    say = read_words(language, "objections")
    title = say("adjustments_title")
    texts = view(made, read_words(language))
    html = scorecard_html(texts)
    set_texts = pdf_texts(made, language)
    for shown in (title, "2026-05", "4/4 = 100%", "4/5 = 80%", "SK01.S2-01.D9"):
        assert shown in html
        assert shown in scorecard_text(texts)
        assert shown in set_texts
    assert any("SK01.S2-01.D9" in each for each in sheets(made, language)[title])


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_any_the_documents_say_nothing_of_them(language: Language) -> None:
    say = read_words(language, "objections")
    html = scorecard_html(view(report(), read_words(language)))
    found = sheets(report(), language)
    for title in (say("adjustments_title"), say("objections_title")):
        assert f"<h2>{title}" not in html
        assert title not in found


def test_a_mail_shows_as_many_as_fit_and_says_how_many_there_are() -> None:
    many = [adjustment(adjustment_id=n, employee_no=f"E{n}") for n in range(9)]
    texts = view(report(adjustments=many), read_words("en"), limit=5)
    assert len(texts["adjustments"]) == 5
    assert texts["adjustments_note"] == "5 are shown; all 9 are in the PDF and the workbook."


def test_a_long_month_of_adjustments_leaves_room_for_people() -> None:
    rows_behind = [["came", "follow_up_task", f"SK01.S2-01.D{n:05}"] for n in range(12)]
    many = [adjustment(adjustment_id=n, rows_behind=rows_behind, row_count=40) for n in range(300)]
    texts = view(report(adjustments=many), read_words("en"), limit=40)
    assert len(texts["adjustments"]) == 10
    reason = texts["adjustments"][0]["reason"]
    assert reason == (
        "came late: SK01.S2-01.D00000, SK01.S2-01.D00001, SK01.S2-01.D00002; 40 in all"
    )
    whole = view(report(adjustments=many), read_words("en"))
    assert len(whole["adjustments"]) == 300
    assert "D00011" in whole["adjustments"][0]["reason"]


def test_a_reason_names_rows_objection_and_how_it_ended() -> None:
    say = read_words("en", "objections")
    named = [["came", "follow_up_task", "A"], ["left", "booking", "B"], ["changed", "booking", "C"]]
    row = adjustment(rows_behind=named, row_count=15, objection_id=7)
    assert adjustment_reason(row, say) == (
        "objection 7 was upheld; came late: A; no longer there: B; changed: C; 15 in all"
    )
    gone = adjustment(ending="gone", ended_on=date(2026, 7, 1), rows_behind=[], row_count=0)
    assert adjustment_reason(gone, say) == (
        "the difference went on 2026-07-01: the issued figure holds; no row behind it changed"
    )


def test_figures_say_what_differs() -> None:
    say = read_words("en", "objections")
    left_out = adjustment(
        new_numerator=Decimal(4), new_denominator=Decimal(4), new_value=Decimal(1)
    ) | {"new_excluded": Decimal(1)}
    assert adjusted_figure(left_out, "old", say) == "4/4 = 100%, left out 0"
    assert adjusted_figure(left_out, "new", say) == "4/4 = 100%, left out 1"
    points = adjustment(new_points=Decimal("8.333"))
    assert adjusted_figure(points, "new", say) == "4/5 = 80%, points 8.33"
    missing = dict.fromkeys(("old_numerator", "old_denominator", "old_value", "old_excluded"))
    assert adjusted_figure(adjustment(**missing), "old", say) == "(no such line)"
    nothing = adjustment(new_numerator=Decimal(0), new_denominator=Decimal(0), new_value=None)
    assert adjusted_figure(nothing, "new", say) == "0/0"


def test_a_stores_figure_is_the_stores() -> None:
    one = adjustment_texts(adjustment(credit="store"), {}, read_words("en", "objections"))
    assert (one["name"], one["employee_no"]) == ("whole store", "")


def test_the_coefficient_under_objection_is_marked_too() -> None:
    made = report(objections=[objection(kpi_id="sqs", proposals=[])])
    texts = view(made, read_words("en"))
    (coefficients,) = (
        one["coefficients"]
        for post in texts["posts"]
        for one in post["people"]
        if one["employee_no"] == "E2"
    )
    assert coefficients == ["– · under objection"]


def test_a_coefficient_that_is_objected_to_is_a_column_though_there_is_none() -> None:
    lines = [line("E2", "satisfied_share", 19, 20), score("E2", None, None, "no_figure")]
    for raised, titles in (([objection(kpi_id="sqs")], ["SQS"]), ([], [])):
        made = ScorecardReport(rows(lines=lines, proposals=[], objections=raised))
        (post,) = view(made, read_words("en"))["posts"]
        assert post["coefficient_titles"] == titles
