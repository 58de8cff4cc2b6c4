"""The month's workbook: conclusion, figures with a native chart, people, lines, proposals, rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from aftercare.reports.chart_colours import TREND
from aftercare.reports.evidence_commands import evidence_command
from aftercare.reports.kpi_chart import kpi_chart, trend_chart
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
FIGURE_WIDTHS = (40, 38, 9, 9, 9, 9, 18, 7, 11, 10, 14, 46)
VALUE_WIDTH, MARK_WIDTH = 13, 7
"""Columns of a person's figure and of its mark."""
FIRST_PAGE, NEXT_PAGE = 3, 6
"""Figures of people on the first page of paper, where post and store stand too, and on each further one."""
EVIDENCE_PRINTED = 40
"""Rows behind figures that are printed: a month has some hundred thousand, which nobody wants on paper."""


def scorecard_workbook(report: ScorecardReport, words: Words) -> bytes:
    """The workbook as bytes."""
    buffer = io.BytesIO()
    made = SheetMaker(report, words, buffer)
    _summary(made)
    _kpis(made)
    _trend(made)
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
    sheet = made.sheet(name, words("legend"), FIGURE_WIDTHS)
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
    if rows:
        kpi_chart(made, sheet, name, last, len(titles))


def _trend(made: SheetMaker) -> None:
    """A sheet of its own, as its columns are months; none where there is no earlier month."""
    report, words = made.report, made.words
    months = report.trend_months
    if len(months) < 2:
        return
    name = words("trend")
    drawn = report.charted_trend(len(TREND))
    note = words("trend_drawn", count=len(drawn)) if len(drawn) < len(report.kpi_ids) else ""
    sheet = made.sheet(name, note, (46, *(10,) * len(months)), names=1)
    titles = {kpi: report.rows.titles[kpi][words.language] for kpi in report.kpi_ids}
    rows = [(titles[kpi], *map(made.figure, report.trend(kpi))) for kpi in report.kpi_ids]
    last = made.table(sheet, [words("kpi"), *months], rows)
    if drawn:
        places = {kpi: row for row, kpi in enumerate(report.kpi_ids, TOP + 1)}
        trend_chart(made, sheet, name, last, [(places[kpi], titles[kpi]) for kpi in drawn])


def _people(made: SheetMaker) -> None:
    report, words = made.report, made.words
    kpis, coefficients = report.kpi_ids, report.coefficient_ids
    widths = (
        *(12, 12, made.post_width, 22, 8),
        *(VALUE_WIDTH, MARK_WIDTH) * len(kpis),
        *(12,) * (1 + len(coefficients)),
    )
    sheet = made.sheet(words("people"), rank_note(report, words), widths, names=2)
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
            made.posts[person.role],
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
    # A figure and its mark stand on one page.
    breaks = [5 + 2 * number for number in range(FIRST_PAGE, len(kpis), NEXT_PAGE)]
    if breaks:
        sheet.set_v_pagebreaks(breaks)
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
    widths = (12, 12, 22, 8, 24, 9, 9, 46, 28, 9, 48)
    sheet = made.sheet(words("points_title"), words("points_text"), widths, names=2)
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
    widths = (12, 12, 22, 8, 30, 10, 10, 7, 10, 18, 34, 9, 46)
    sheet = made.sheet(words("targets_title"), words("targets_text"), widths, names=2)
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
    widths = (
        *(12, 12, made.post_width, 22, 30, 9, 9, 9, 10, 12, 9),
        *(7, 14, 9, 9, 9, 26, 9, 50, 46),
    )
    note = words("kpis_note", closing=report.rows.closing_on)
    sheet = made.sheet(words("lines"), note, widths, names=2)
    unit = cache(words.unit)

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
                    made.posts[person.role],
                    person.store_name,
                    report.rows.titles[kpi][words.language],
                    made.amount(line["numerator"]),
                    made.amount(line["denominator"]),
                    (line["excluded"], made.count),
                    made.figure(line["value"], line["unit"]),
                    unit(line["unit"]),
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
    widths = (28, 12, 12, 22, 14, 60, 44, 14, 14, 14, 24, 9, 46)
    sheet = made.sheet(words("proposals"), note, widths, names=3)
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
    limit, count = report.rows.evidence_cut_at, len(report.rows.evidence)
    note = words("evidence_text") if limit is None else words("evidence_cut", limit=limit)
    if count > EVIDENCE_PRINTED:
        note += " " + words("evidence_printed", rows=EVIDENCE_PRINTED)
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
    widths = (12, 12, 30, 14, 44, 9, 9, 24)
    sheet = made.sheet(words("evidence"), note, widths)
    if count > EVIDENCE_PRINTED:
        sheet.print_area(0, 0, TOP + EVIDENCE_PRINTED, len(widths) - 1)
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
