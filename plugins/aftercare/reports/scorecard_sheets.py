"""Sheets of the month's workbook: stamp, header, number formats and marks, the same on each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import xlsxwriter

from aftercare.reports.scorecard_report import MET, MISSED, ScorecardReport, shown
from aftercare.reports.scorecard_view import role_words
from aftercare.reports.scorecard_words import Words
from aftercare.rules.kpis import LOWER, Direction
from aftercare.rules.scoring import SHARE
from aftercare.targets.workbook_look import letters_of, lines_of

TOP = 2
"""Rows above a sheet's header: the stamp and a note."""
HEAD_LINES, HEAD_POINTS = 2, 15
"""Lines that a header has at least, and the height of one."""
MOST_POINTS = 409
"""The highest row that a spreadsheet has."""
FITTING = 230
"""Letters of a width that paper shows on one page and people can still read."""
SCALE = 65
"""Per cent of its size in which a wider sheet is printed, on several pages side by side."""


class SheetMaker:
    """Sheets with the stamp on top, a frozen header and widths that fit."""

    def __init__(self, report: ScorecardReport, words: Words, buffer: io.BytesIO) -> None:
        self.report, self.words = report, words
        self._widths: dict[str, Sequence[int]] = {}
        self._names: dict[str, int] = {}
        self._lines = 1
        self.posts = {role: role_words(role, words) for role in report.roles}
        self.post_width = 4 + max((letters_of(post) for post in self.posts.values()), default=10)
        self.book = xlsxwriter.Workbook(
            buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )
        self.book.set_properties(
            {"title": words("title", month=report.rows.month), "comments": words("stamp_note")}
        )
        # In the middle: at the top of a row, programs that lack the font draw over the line above.
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        # Words keep away from the number that ends in the column before.
        text = font | {"indent": 1}
        self.plain = self.book.add_format(text)
        self.wrapped = self.book.add_format(text | {"text_wrap": True})
        self.centred = self.book.add_format(font | {"align": "center"})
        self.right = self.book.add_format(font | {"align": "right"})
        self.bold = self.book.add_format(font | {"bold": True})
        self.title = self.book.add_format(font | {"bold": True, "font_size": 14})
        self.stamp = self.book.add_format(
            font | {"bold": True, "font_color": "#FFFFFF", "bg_color": "#744210"}
        )
        self.head = self.book.add_format(
            text | {"bold": True, "bg_color": "#E2E8F0", "bottom": 1, "text_wrap": True}
        )
        self.share = self.book.add_format(font | {"num_format": "0.0%"})
        self.share_below = self.book.add_format(font | {"num_format": '"<"0.0%'})
        self.number = self.book.add_format(font | {"num_format": "0.######"})
        self.count = self.book.add_format(font | {"num_format": "#,##0"})
        self.points = self.book.add_format(font | {"num_format": "#,##0.00"})
        self.good = self.book.add_format({"font_color": "#22643C", "bg_color": "#E6F4EA"})
        self.bad = self.book.add_format({"font_color": "#B32424", "bg_color": "#FBE9E7"})

    def sheet(self, name: str, note: str, widths: Sequence[int], names: int = 0) -> Any:
        """A sheet with stamp, note, print header and column widths.

        The first ``names`` columns say whose a row is: they stay where they are on the screen and are on
        every page of a sheet that is too wide for one.
        """
        sheet = self.book.add_worksheet(name)
        self._widths[name], self._names[name] = widths, names
        sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, self.plain)
        for column in range(len(widths)):
            sheet.write_blank(0, column, None, self.stamp)
        sheet.write_string(0, 0, f"{self.words('stamp')}  {self.words('stamp_note')}", self.stamp)
        sheet.write_string(1, 0, note, self.plain)
        sheet.set_landscape()
        sheet.set_paper(9)
        if names and sum(widths) > FITTING:
            sheet.set_print_scale(SCALE)
            sheet.repeat_columns(0, names - 1)
        else:
            sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L{self.words('stamp')}&C{self.report.rows.month}&R&P/&N")
        return sheet

    def table(self, sheet: Any, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """A table below the note; a value is text, Decimal, int, None or (value, format)."""
        widths = self._widths[sheet.name]
        lines = max(lines_of(title, width - 2) for title, width in zip(titles, widths, strict=True))
        sheet.set_row(TOP, HEAD_POINTS * max(HEAD_LINES, lines))
        for column, title in enumerate(titles):
            sheet.write_string(TOP, column, title, self.head)
        last = TOP
        write, plain = sheet.write_string, self.plain
        self._lines = 1
        for last, row in enumerate(rows, TOP + 1):
            for column, value in enumerate(row):
                # Most of a million cells are plain text, and every call counts.
                if type(value) is not str:
                    self.cell(sheet, last, column, value)
                elif value:
                    write(last, column, value, plain)
            if self._lines > 1:
                # Not every program makes room for lines that are broken.
                sheet.set_row(last, min(MOST_POINTS, HEAD_POINTS * self._lines))
                self._lines = 1
        sheet.freeze_panes(TOP + 1, self._names[sheet.name])
        if last > TOP:
            sheet.autofilter(TOP, 0, last, len(titles) - 1)
            sheet.repeat_rows(0, TOP)
        return last

    def cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        """One value; what is not known stays an empty cell, never 0."""
        style = None
        if isinstance(value, tuple):
            value, style = value
            if style is self.wrapped and value:
                room = self._widths[sheet.name][column] - 3
                self._lines = max(self._lines, lines_of(value, room))
        if isinstance(value, str):
            if value:
                sheet.write_string(row, column, value, style or self.plain)
        elif isinstance(value, int | Decimal):
            sheet.write_number(row, column, float(value), style or self.number)
        elif value is not None:
            sheet.write_string(row, column, str(value), style or self.plain)

    def amount(self, value: Decimal | None) -> tuple[Decimal | None, Any]:
        """A count, or points that have a part of one."""
        is_whole = value is None or value == value.to_integral_value()
        return value, self.count if is_whole else self.points

    def figure(self, value: Decimal | None, unit: str = SHARE) -> tuple[Decimal | None, Any]:
        """A figure rounded as it is shown everywhere else."""
        if value is None:
            return None, None
        if unit != SHARE:
            return value, self.number
        rounded = Decimal(shown(value).rstrip("%")) / 100
        return rounded.quantize(Decimal("0.001"), ROUND_HALF_UP), self.share

    def target(
        self, value: Decimal | None, direction: Direction, unit: str = SHARE
    ) -> tuple[Decimal | None, Any]:
        """A target; one below which a figure has to stay is shown as such and stays a number."""
        rounded, style = self.figure(value, unit)
        is_below = direction == LOWER and style is self.share
        return rounded, self.share_below if is_below else style

    def mark(self, sheet: Any, column: int, last: int) -> None:
        """Colours the symbols of a column; the symbol itself says it without colour."""
        if last <= TOP:
            return
        for sign, style in ((MET, self.good), (MISSED, self.bad)):
            sheet.conditional_format(
                TOP + 1,
                column,
                last,
                column,
                {"type": "text", "criteria": "containing", "value": sign, "format": style},
            )
