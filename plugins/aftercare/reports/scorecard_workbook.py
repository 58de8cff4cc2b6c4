"""The month's workbook: conclusion, figures with a native chart, people, lines, proposals, rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from aftercare.reports.kpi_chart import kpi_chart
from aftercare.reports.objection_marks import marked, proposal_mark
from aftercare.reports.objection_sheets import adjustment_sheet, objection_sheet
from aftercare.reports.reward_sheets import reward_sheet
from aftercare.reports.scorecard_conclusion import conclusion
from aftercare.reports.scorecard_points import point_cells
from aftercare.reports.scorecard_report import (
    Row,
    ScorecardReport,
    symbol,
)
from aftercare.reports.scorecard_sheets import TOP, SheetMaker
from aftercare.reports.scorecard_targets import target_cells
from aftercare.reports.scorecard_view import (
    correct_by,
    evidence_command,
    month_title,
    people_met,
    rank_note,
    rank_words,
    target_words,
    view,
    whose_words,
)
from aftercare.reports.scorecard_words import Words
from aftercare.rules.kpis import STORE
from aftercare.rules.sanctions import reason_in
from aftercare.targets.workbook_look import lines_of

SUMMARY_WIDTH, LINE_POINTS = 110, 16


def scorecard_workbook(report: ScorecardReport, words: Words) -> bytes:
    """The workbook as bytes."""
    buffer = io.BytesIO()
    made = SheetMaker(report, words, buffer)
    _summary(made)
    _kpis(made)
    _people(made)
    _points(made)
    _targets(made)
    _lines(made)
    _proposals(made)
    reward_sheet(made)
    objection_sheet(made)
    adjustment_sheet(made)
    _evidence(made)
    made.book.close()
    return buffer.getvalue()


def _summary(made: SheetMaker) -> None:
    report, words = made.report, made.words
    sheet = made.sheet(words("summary"), "", (SUMMARY_WIDTH,))
    texts = view(report, words)
    row = TOP
    sheet.set_row(row, 24)
    sheet.write_string(
        row, 0, words("title", month=month_title(report.rows.month, words)), made.title
    )
    blocks = [
        ("", [f"{n}. {line}" for n, line in enumerate(conclusion(report, words), 1)]),
        ("notices", texts["notices"]),
        ("objection", [texts["objection"]]),
        ("evidence", [f"{whom}:  {command}" for whom, command in texts["commands"]]),
        ("basis", [texts["basis"]]),
    ]
    row += 1
    for name, lines in blocks:
        if lines and name:
            row += 1
            sheet.write_string(row, 0, words(name), made.bold)
            row += 1
        for line in lines:
            # Not every program makes room for lines that are broken.
            sheet.set_row(row, LINE_POINTS * lines_of(line, SUMMARY_WIDTH))
            sheet.write_string(row, 0, line, made.wrapped)
            row += 1


def _kpis(made: SheetMaker) -> None:
    report, words = made.report, made.words
    name = words("kpis")
    sheet = made.sheet(name, words("legend"), (36, 34, 10, 10, 10, 10, 20, 8, 12, 14, 14, 52))
    titles = [
        words(each)
        for each in [
            "kpi",
            "role",
            "numerator",
            "denominator",
            "excluded",
            "value",
            "target",
            "met",
            "median",
            "people_met",
            "rule",
            "command",
        ]
    ]
    rows = [
        (
            report.rows.titles[row.kpi_id][words.language],
            whose_words(row, words),
            (row.numerator, made.count),
            (row.denominator, made.count),
            (row.excluded, made.count),
            made.figure(row.value),
            made.target(row.target, row.direction)
            if row.target is not None
            else (target_words(row, words), made.right),
            (row.symbol, made.centred),
            made.figure(row.median),
            (people_met(row) or None, made.centred),
            " ".join(row.rules),
            evidence_command(report.rows.month, "all", row.kpi_id),
        )
        for row in report.kpi_rows
    ]
    last = made.table(sheet, titles, rows)
    made.mark(sheet, 7, last)
    below = kpi_chart(made, sheet, name, last) if rows else last + 2
    _trend(made, sheet, below)


def _trend(made: SheetMaker, sheet: Any, row: int) -> None:
    report, words = made.report, made.words
    if len(report.trend_months) < 2:
        return
    sheet.write_string(row, 0, words("trend"), made.bold)
    sheet.write_string(row + 1, 0, words("kpi"), made.head)
    for column, month in enumerate(report.trend_months, 1):
        sheet.write_string(row + 1, column, month, made.head)
    for below, kpi in enumerate(report.kpi_ids, row + 2):
        sheet.write_string(below, 0, report.rows.titles[kpi][words.language], made.plain)
        for column, value in enumerate(report.trend(kpi), 1):
            made.cell(sheet, below, column, made.figure(value))


def _people(made: SheetMaker) -> None:
    report, words = made.report, made.words
    kpis, coefficients = report.kpi_ids, report.coefficient_ids
    widths = (10, 12, 10, 22, 8, *(10, 5) * len(kpis), 12, *(12,) * len(coefficients))
    sheet = made.sheet(words("people"), rank_note(report, words), widths)
    titles = [words(each) for each in ("employee_no", "name", "role", "store", "trial")]
    for kpi in kpis:
        titles += [report.rows.titles[kpi][words.language], words("met")]
    titles.append(words("rank"))
    titles += [report.rows.titles[kpi][words.language] for kpi in coefficients]
    rows = []
    for person in report.people:
        row: list[Any] = [
            person.employee_no,
            person.name,
            person.role,
            person.store_name,
            words("yes") if person.is_trial else "",
        ]
        for kpi in kpis:
            line = person.lines.get(kpi)
            row += (
                [made.figure(line["value"]), _frozen(made, line, _mark(line))]
                if line
                else [None, None]
            )
        row.append(rank_words(person, words))
        row += [
            (person.lines[kpi]["coefficient"], made.number) if kpi in person.lines else None
            for kpi in coefficients
        ]
        rows.append(row)
    last = made.table(sheet, titles, rows)
    for number in range(len(kpis)):
        made.mark(sheet, 6 + 2 * number, last)


def _mark(line: Row) -> str:
    return symbol(line["is_target_met"]) if line["value"] is not None else ""


def _frozen(made: SheetMaker, line: Row, text: str) -> str:
    return marked(text, made.report, line["scorecard_id"], line["kpi_id"], made.words)


def _points(made: SheetMaker) -> None:
    report, words = made.report, made.words
    if not report.point_groups:
        return
    names = (
        "employee_no",
        "name",
        "store",
        "trial",
        "kpi",
        "points",
        "weight",
        "points_basis",
        "note",
    )
    titles = [words(each) for each in (*names, "rule", "command")]
    widths = (10, 12, 22, 8, 24, 9, 9, 64, 36, 9, 48)
    sheet = made.sheet(words("points_title"), words("points_text"), widths)
    rows: list[Sequence[Any]] = []
    for person in report.people:
        cells = point_cells(person, report, words)
        for item, cell in zip(report.point_groups, cells, strict=True):
            if cell is None:
                continue
            line = person.lines[item]
            rows.append(
                (
                    person.employee_no,
                    person.name,
                    person.store_name,
                    words("yes") if person.is_trial else "",
                    report.rows.titles[item][words.language],
                    made.amount(line["points"]),
                    made.amount(line["weight"]),
                    (words("separator").join(cell["details"]), made.wrapped),
                    (cell["note"], made.wrapped),
                    line["rule_id"],
                    evidence_command(report.rows.month, person.employee_no, item),
                )
            )
    made.table(sheet, titles, rows)


def _targets(made: SheetMaker) -> None:
    report, words = made.report, made.words
    if not report.target_ids:
        return
    names = ("employee_no", "name", "store", "trial", "kpi", "value", "target", "met")
    titles = [words(each) for each in (*names, "unit", "points_basis", "note", "rule", "command")]
    widths = (10, 12, 22, 8, 30, 10, 10, 7, 10, 20, 40, 9, 46)
    sheet = made.sheet(words("targets_title"), words("targets_text"), widths)
    rows = [
        (
            person.employee_no,
            person.name,
            person.store_name,
            words("yes") if person.is_trial else "",
            entry["title"],
            made.figure(line["value"], line["unit"]),
            made.target(line["target"], line["direction"], line["unit"]),
            entry["symbol"],
            entry["scale"],
            entry["counts"],
            (entry["note"], made.wrapped),
            line["rule_id"],
            evidence_command(report.rows.month, person.employee_no, entry["kpi_id"]),
        )
        for person in report.people
        for cell in target_cells(person, report, words)
        for entry in (cell or ())
        for line in (person.lines[entry["kpi_id"]],)
    ]
    made.mark(sheet, 7, made.table(sheet, titles, rows))


def _lines(made: SheetMaker) -> None:
    report, words = made.report, made.words
    titles = [
        words(each)
        for each in [
            "employee_no",
            "name",
            "role",
            "store",
            "kpi",
            "numerator",
            "denominator",
            "excluded",
            "value",
            "unit",
            "target",
            "met",
            "band",
            "coefficient",
            "points",
            "weight",
            "note",
            "rule",
            "policy_line",
            "command",
        ]
    ]
    widths = (10, 12, 8, 22, 22, 9, 9, 9, 10, 9, 9, 7, 14, 9, 9, 9, 26, 9, 50, 46)
    sheet = made.sheet(words("lines"), words("kpis_note", closing=report.rows.closing_on), widths)

    def rows() -> Iterable[Sequence[Any]]:
        for person in report.people:
            for kpi in (
                *report.kpi_ids,
                *report.coefficient_ids,
                *report.point_ids,
                *report.target_ids,
            ):
                line = person.lines.get(kpi)
                if line is None:
                    continue
                yield (
                    person.employee_no,
                    person.name,
                    person.role,
                    person.store_name,
                    report.rows.titles[kpi][words.language],
                    made.amount(line["numerator"]),
                    made.amount(line["denominator"]),
                    (line["excluded"], made.count),
                    made.figure(line["value"], line["unit"]),
                    line["unit"],
                    made.target(line["target"], line["direction"], line["unit"]),
                    _mark(line),
                    line["band"],
                    (line["coefficient"], made.number),
                    made.amount(line["points"]),
                    made.amount(line["weight"]),
                    _frozen(made, line, words.note(line["note"])),
                    line["rule_id"],
                    line["policy_line"],
                    evidence_command(report.rows.month, person.employee_no, kpi),
                )

    last = made.table(sheet, titles, rows())
    made.mark(sheet, 11, last)


def _proposals(made: SheetMaker) -> None:
    report, words = made.report, made.words
    titles = [
        words(each)
        for each in [
            "proposal",
            "employee_no",
            "name",
            "store",
            "step",
            "reason",
            "cases",
            "correct_by",
            "decision",
            "decided_by",
            "comment",
            "rule",
            "policy_line",
        ]
    ]
    note = "" if report.rows.proposals else words("proposals_none")
    widths = (28, 10, 12, 22, 12, 60, 44, 12, 10, 14, 24, 8, 46)
    sheet = made.sheet(words("proposals"), note, widths)
    rows = [
        (
            row["proposal_id"],
            row["employee_no"],
            row["employee_name"],
            row["store_name"],
            words(row["step"]),
            (reason_in(row["reason"], words.language), made.wrapped),
            ("\n".join(f"{words(kind)} {key}" for kind, key in row["rows_behind"]), made.wrapped),
            correct_by(row, words),
            f"{words(row['decision'] or 'undecided')} "
            f"{proposal_mark(report, row['proposal_id'], words)}".rstrip(),
            row["decided_by"],
            row["remark"],
            row["rule_id"],
            row["policy_line"],
        )
        for row in report.rows.proposals
    ]
    made.table(sheet, titles, rows)


def _evidence(made: SheetMaker) -> None:
    report, words = made.report, made.words
    limit = report.rows.evidence_cut_at
    note = words("evidence_text") if limit is None else words("evidence_cut", limit=limit)
    titles = [
        words(each)
        for each in [
            "employee_no",
            "store",
            "kpi",
            "row_kind",
            "row_key",
            "counted",
            "excluded",
            "reason",
        ]
    ]
    sheet = made.sheet(words("evidence"), note, (12, 12, 24, 14, 44, 9, 9, 20))
    people = {person.scorecard_id: person for person in report.people}
    # A month has some hundred thousand rows, and few different words.
    whole, yes, no = words("whole_store"), words("yes"), words("no")
    kind, why = cache(words), cache(words.reason)
    names = {kpi: title[words.language] for kpi, title in report.rows.titles.items()}

    def table() -> Iterable[Sequence[Any]]:
        for row in report.rows.evidence:
            person = people[row["scorecard_id"]]
            yield (
                whole if row["credit"] == STORE else person.employee_no,
                person.store_code,
                names[row["kpi_id"]],
                kind(row["row_kind"]),
                row["row_key"],
                yes if row["is_numerator"] and not row["is_excluded"] else no,
                yes if row["is_excluded"] else "",
                why(row["reason"]),
            )

    made.table(sheet, titles, table())
