"""What closed months would be by a draft, as a workbook for HR."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from aftercare.reports.scorecard_report import symbol
from aftercare.reports.scorecard_view import role_words
from aftercare.reports.scorecard_words import Words
from aftercare.reports.what_if import COUNTS, TERM, LineChange, Row, WhatIf
from aftercare.rules.sanctions import reason_in
from aftercare.rules.scoring import SHARE

SIDES = ("was", "would")
SHOWN = (
    *COUNTS,
    *("value", "target", "is_target_met", "band", "coefficient", "points", "weight", "rank"),
    *("is_trial", "note", "policy_line"),
)
WHO = ("month", "store", "post", "employee_no", "employee", "figure", "turn", "cause")
WIDTHS = {
    "employee_no": 12,
    "employee": 12,
    "store": 20,
    "post": 18,
    "figure": 24,
    "reason": 60,
    "note": 26,
    "policy_line": 40,
    "cause": 14,
    "proposal": 30,
    "step": 12,
    "band": 16,
}
SUMMED = ("changed", "better", "worse", "newly_met", "no_longer_met")
PROPOSED = (
    *("month", "proposal", "employee_no", "employee", "step", "what", "decision", "cause"),
    *("reason", "policy_line"),
)


def what_if_workbook(found: WhatIf, words: Words, cards: Words) -> bytes:
    """Summary, all lines that differ with both sides, and proposals that would come or go, as XLSX.

    Text stays text: nothing in a row can become a formula or a link.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheets = _Sheets(book, words)
    sheets.table("sheet_summary", *_summary(found, words, cards))
    sheets.table("sheet_lines", *_lines(found, words, cards))
    sheets.table("sheet_proposals", *_proposals(found, words, cards))
    guide = book.add_worksheet(words("sheet_guide"))
    guide.set_column(0, 0, 110)
    policy = words("guide_policy", policy=found.policy_digest[:12], day=found.as_of or "–")
    for number, line in enumerate((policy, *words("guide").splitlines())):
        guide.write_string(number, 0, line, sheets.wrapped)
    book.close()
    return file.getvalue()


class _Sheets:
    """Sheets with a head that stays and a filter."""

    def __init__(self, book: Any, words: Words) -> None:
        self._book, self._words = book, words
        self._head = book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "valign": "top", "text_wrap": True}
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._share = book.add_format({"num_format": "0.0%", "valign": "top"})

    def table(
        self, name: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]
    ) -> None:
        """``heads`` are kind of column and title; a pair of number and unit is shown by the unit."""
        sheet = self._book.add_worksheet(self._words(name))
        for column, (kind, title) in enumerate(heads):
            sheet.set_column(column, column, WIDTHS.get(kind, 10))
            sheet.write_string(0, column, title, self._head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._cell(sheet, last, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(heads) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        shape = self.wrapped
        if isinstance(value, tuple):
            value, unit = value
            shape = self._share if unit == SHARE else shape
        if value is None or value == "":
            sheet.write_blank(row, column, None, shape)
        elif isinstance(value, int | Decimal):
            sheet.write_number(row, column, float(value), shape)
        else:
            sheet.write_string(row, column, str(value), shape)


Table = tuple[list[tuple[str, str]], list[list[Any]]]


def _summary(found: WhatIf, words: Words, cards: Words) -> Table:
    kinds = ("month", "post", "figure", "of_lines", *SUMMED)
    return [(kind, words(f"head_{kind}")) for kind in kinds], [
        [
            month.month,
            role_words(row.role, cards),
            found.title(row.kpi_id, words.language),
            row.lines,
            *(getattr(row, name) for name in SUMMED),
        ]
        for month in found.months
        for row in month.summary(found.causes)
    ]


def _lines(found: WhatIf, words: Words, cards: Words) -> Table:
    heads = [(kind, words(f"head_{kind}")) for kind in WHO]
    heads += [(name, words(side, name=words(f"head_{name}"))) for name in SHOWN for side in SIDES]
    rows = []
    for month in found.months:
        for change in month.changes:
            about = change.about
            cells: list[Any] = [
                month.month,
                f"{about['store_name']} {about['store_code']}",
                role_words(about["role"], cards),
                about["employee_no"],
                about["employee_name"],
                found.title(about["kpi_id"], words.language),
                words(f"turn_{change.turn}") if change.turn else "",
                _cause(change.causes, words),
            ]
            cells += [_shown(side, name, words, cards) for name in SHOWN for side in _sides(change)]
            rows.append(cells)
    return heads, rows


def _proposals(found: WhatIf, words: Words, cards: Words) -> Table:
    rows = []
    for month in found.months:
        for change in month.proposals:
            about = change.about
            decision = (change.was or {}).get("decision")
            rows.append(
                [
                    month.month,
                    about["proposal_id"],
                    about["employee_no"],
                    change.employee_name,
                    cards(about["step"]),
                    words(f"what_{change.kind}"),
                    cards(decision or "undecided") if change.was else "",
                    _cause(change.causes, words),
                    reason_in(about["reason"], words.language),
                    *((side or {}).get(TERM) for side in (change.was, change.would)),
                    about["policy_line"],
                ]
            )
    heads = [(kind, words(f"head_{kind}")) for kind in PROPOSED]
    heads[-1:-1] = [(TERM, words(side, name=words(f"head_{TERM}"))) for side in SIDES]
    return heads, rows


def _sides(change: LineChange) -> tuple[Row | None, Row | None]:
    return change.was, change.would


def _shown(line: Row | None, name: str, words: Words, cards: Words) -> Any:
    if line is None or line[name] is None:
        return None
    value = line[name]
    if name in ("value", "target"):
        return (value, line["unit"])
    if name == "is_target_met":
        return symbol(value)
    if name == "is_trial":
        return words(f"trial_{str(value).lower()}")
    if name == "note":
        return cards.note(value)
    return value


def _cause(causes: Sequence[str], words: Words) -> str:
    return words("comma").join(words(f"cause_{cause}") for cause in causes)
