"""The sheets of the task workbook; their format is described in `aftercare.targets.workbook`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from aftercare.settings import Language
from aftercare.targets.protocol import Record
from aftercare.targets.workbook_words import (
    COLUMNS,
    ENTRY_NAMES,
    GUIDE,
    MEANINGS,
    NAMES,
    OUTCOMES,
    SHEETS,
    TEXTS,
    YES_NO,
    Column,
)

FORMAT = 1
"""Raise it with every change of layout, so that lists are written again."""

ATTEMPTS = 3
"""Rows a task: calls that one person can be expected to make in a day."""

FIRST_ROW = 2
"""0-based row of the first task."""

Typed: TypeAlias = dict[tuple[str, Any], Mapping[str, Any]]
"""What staff typed, by task key and attempt."""


INK, QUIET, RULE, PAPER = "#1F2933", "#8A94A0", "#C9D1D9", "#FFFBE6"
FONT = "Microsoft YaHei"


def write_sheets(
    content: io.BytesIO,
    store_code: str,
    work_day: date,
    tasks: Sequence[Record],
    language: Language,
    typed: Typed,
    properties: Mapping[str, str],
) -> int:
    """Writes a whole workbook; returns how many of the typed rows have a place in it."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        # Without a fixed time of making, equal lists would differ byte by byte.
        book.set_properties({"author": "Aftercare", "created": datetime.combine(work_day, time())})
        for name, value in properties.items():
            book.set_custom_property(name, value)
        sheets = _Sheets(book, store_code, work_day, tasks, language)
        sheets.write_guide()
        placed = sheets.write_tasks(typed)
        sheets.write_scripts()
    return placed


class _Sheets:
    """One workbook while it is written."""

    def __init__(
        self,
        book: Any,
        store_code: str,
        work_day: date,
        tasks: Sequence[Record],
        language: Language,
    ) -> None:
        self._book = book
        self._store_code = store_code
        self._work_day = work_day
        self._tasks = tasks
        self._column = 0 if language == "zh" else 1
        self._language: Language = language
        self._guide, self._list, self._scripts = (
            book.add_worksheet(name) for name in SHEETS[language]
        )
        self._formats: dict[str, Any] = {}
        texts = dict.fromkeys(str(task.fields.get("script") or "") for task in tasks)
        texts.pop("", None)
        self._script_no = {text: number for number, text in enumerate(texts, start=1)}

    def _say(self, name: str) -> str:
        return TEXTS[name][self._column]

    def _format(self, **properties: Any) -> Any:
        """One format object per look: Excel limits their number."""
        name = repr(sorted(properties.items()))
        if name not in self._formats:
            look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._formats[name] = self._book.add_format(look | properties)
        return self._formats[name]

    def write_guide(self) -> None:
        """The first sheet: whose list this is, how to fill it in, which result to choose."""
        sheet = self._guide
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 4)
        sheet.set_column(1, 1, 16)
        sheet.set_column(2, 2, 84)
        names = {str(task.fields.get("store_name") or "") for task in self._tasks}
        where = f"{next(iter(names), '')} ({self._store_code})".strip()
        title = f"{self._say('title')} · {where} · {self._work_day}"
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, title, self._format(bold=True, font_size=16))
        deadlines = [_deadline(task) for task in self._tasks]
        count = self._say("count").format(
            tasks=len(self._tasks),
            today=sum(day == self._work_day for day in deadlines),
            late=sum(day < self._work_day for day in deadlines),
        )
        sheet.write_string(1, 0, count, self._format(font_size=12))
        row = 3
        for number, line in enumerate(GUIDE[self._language], start=1):
            sheet.set_row(row, 20 * _lines(line, 100))
            sheet.write_number(row, 0, number, self._format(align="center", font_color=QUIET))
            sheet.merge_range(row, 1, row, 2, "", self._format(text_wrap=True))
            sheet.write_string(row, 1, line, self._format(text_wrap=True))
            row += 1
        row += 1
        sheet.write_string(row, 1, self._say("results"), self._format(bold=True))
        for code, words in OUTCOMES.items():
            row += 1
            sheet.write_string(
                row, 1, words[self._column], self._format(border=1, border_color=RULE)
            )
            meaning = MEANINGS[code][self._column]
            sheet.write_string(row, 2, meaning, self._format(border=1, border_color=RULE))
        sheet.write_string(row + 2, 1, self._say("private"), self._format(bold=True))
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)

    def write_tasks(self, typed: Typed) -> int:
        """The second sheet: the list itself."""
        sheet = self._list
        self._write_heads()
        placed = 0
        row = FIRST_ROW
        for number, task in enumerate(self._tasks, start=1):
            shown = self._shown(task, number)
            first = int(shown["attempt_no"])
            for attempt in range(first, first + ATTEMPTS):
                entered = typed.get((task.key, attempt), {})
                placed += bool(entered)
                is_main = attempt == first
                sheet.set_row(row, 33 if is_main else 19)
                cells = shown | {"attempt_no": attempt}
                self._write_row(row, cells, entered, is_main)
                row += 1
        last = max(row - 1, FIRST_ROW)
        self._add_checks(last)
        sheet.freeze_panes(FIRST_ROW, NAMES.index("plate"))
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
        sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last, NAMES.index("task_key") - 1)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L{self._store_code}  {self._work_day}&R{self._say('page')}")
        sheet.set_footer(f"&L{self._say('private')}")
        sheet.activate()
        return placed

    def _write_heads(self) -> None:
        sheet = self._list
        sheet.set_row(0, 36)
        sheet.set_row(1, 1.5)
        tiny = self._format(font_size=1, font_color="#FFFFFF")
        for index, column in enumerate(COLUMNS):
            is_entry = column.name in ENTRY_NAMES
            sheet.set_column(index, index, column.width)
            head = self._format(
                bold=True,
                text_wrap=True,
                align="center",
                font_color="#FFFFFF",
                bg_color="#8A5A00" if is_entry else "#2F4858",
                border=1,
                border_color=RULE,
            )
            sheet.write_string(0, index, column.zh if self._column == 0 else column.en, head)
            sheet.write_string(1, index, column.name, tiny)

    def _shown(self, task: Record, number: int) -> dict[str, Any]:
        """What the list says of a task, by column."""
        fields = task.fields
        vin = str(fields.get("vin") or "")
        called = ""
        if fields.get("attempts"):
            last = OUTCOMES.get(str(fields.get("last_outcome")), ("", ""))[self._column]
            day = fields.get("last_attempt_on")
            called = self._say("calls").format(
                fields["attempts"], f"{day:%m-%d}" if day else "", last
            )
        return {
            **{name: fields.get(name) for name in NAMES},
            "task_no": number,
            "deadline_on": _deadline(task),
            "vin_tail": vin[-6:],
            "owner": fields.get("owner_name") or fields.get("owner_no"),
            "attempts": called,
            "attempt_no": int(str(fields.get("last_attempt_no") or 0)) + 1,
            "script_no": self._script_no.get(str(fields.get("script") or "")),
            "task_key": task.key,
            "store_code": self._store_code,
        }

    def _write_row(
        self, row: int, shown: Mapping[str, Any], entered: Mapping[str, Any], is_main: bool
    ) -> None:
        edge = {"border": 1, "border_color": RULE} | (
            {"top": 2, "top_color": QUIET} if is_main else {}
        )
        for index, column in enumerate(COLUMNS):
            if column.name in ENTRY_NAMES:
                self._write_entry(row, index, column, entered.get(column.name), edge)
                continue
            value = shown[column.name] if is_main or column.use != "task" else None
            look = dict(edge, text_wrap=column.use != "key")
            if not is_main or column.use == "key":
                look["font_color"] = QUIET
            if column.name in ("task_no", "attempt_no", "script_no"):
                look["align"] = "center"
            self._write_shown(row, index, column.name, value, look)

    def _write_shown(
        self, row: int, index: int, name: str, value: Any, look: dict[str, Any]
    ) -> None:
        sheet = self._list
        if value in (None, ""):
            sheet.write_blank(row, index, None, self._format(**look))
        elif name == "deadline_on":
            mark = "today" if value == self._work_day else "late" if value < self._work_day else ""
            if mark:
                look |= {"bold": True, "font_color": "#B42318"}
            text = f' "{self._say(mark)}"' if mark else ""
            sheet.write_datetime(
                row, index, value, self._format(**look, num_format=f"mm-dd{text}", align="center")
            )
        elif name == "script_no":
            target = f"internal:'{SHEETS[self._language][2]}'!A{value + 1}"
            look |= {"font_color": "#0B5CAD", "underline": 1}
            sheet.write_url(
                row, index, target, self._format(**look), self._say("script").format(value)
            )
        elif isinstance(value, int):
            sheet.write_number(row, index, value, self._format(**look))
        else:
            sheet.write_string(row, index, str(value), self._format(**look))

    def _write_entry(
        self, row: int, index: int, column: Column, value: Any, edge: dict[str, Any]
    ) -> None:
        look = dict(edge, locked=False, bg_color=PAPER)
        if column.use == "moment":
            look["num_format"] = "yyyy-mm-dd hh:mm"
        elif column.use == "text":
            look["text_wrap"] = True
        elif column.use == "caller":
            look["num_format"] = "@"
        if column.use != "text":
            look["align"] = "center"
        style = self._format(**look)
        if value is None:
            self._list.write_blank(row, index, None, style)
        elif isinstance(value, datetime):
            self._list.write_datetime(row, index, value, style)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._list.write_number(row, index, value, style)
        else:
            self._list.write_string(row, index, str(value), style)

    def _add_checks(self, last: int) -> None:
        sheet = self._list
        wrong = {"error_title": self._say("title"), "error_type": "stop"}
        start = datetime.combine(self._work_day, time())
        callers = sorted(
            {str(t.fields["owner_no"]) for t in self._tasks if t.fields.get("owner_no")}
        )
        for index, column in enumerate(COLUMNS):
            check: dict[str, Any]
            if column.use == "moment":
                check = {
                    "validate": "date",
                    "criteria": "between",
                    "minimum": start,
                    "maximum": start + timedelta(days=31),
                    "input_title": self._say("time_title"),
                    "input_message": self._say("time_help").format(self._work_day),
                    "error_message": self._say("time_wrong").format(self._work_day),
                }
            elif column.use == "mark":
                check = {
                    "validate": "integer",
                    "criteria": "between",
                    "minimum": 1,
                    "maximum": 10,
                    "error_message": self._say("mark_wrong"),
                }
            elif column.use in ("outcome", "flag"):
                words = OUTCOMES.values() if column.use == "outcome" else YES_NO.values()
                check = {
                    "validate": "list",
                    "source": [pair[self._column] for pair in words],
                    "error_message": self._say("list_wrong"),
                }
            elif column.use == "caller" and 0 < len(",".join(callers)) <= 255:
                check = {
                    "validate": "list",
                    "source": callers,
                    "input_message": self._say("caller_help"),
                    "show_error": False,
                }
            else:
                continue
            sheet.data_validation(FIRST_ROW, index, last, index, wrong | check)
        self._mark_gaps(last)

    def _mark_gaps(self, last: int) -> None:
        """Shows in red what a row with a result still lacks."""
        from xlsxwriter.utility import xl_col_to_name

        result = xl_col_to_name(NAMES.index("outcome"))
        red = self._book.add_format({"bg_color": "#F9C6C1"})
        for name, needed in (
            ("called_at", f'${result}{FIRST_ROW + 1}<>""'),
            ("caller_no", f'${result}{FIRST_ROW + 1}<>""'),
            (
                "complaint_description",
                f"${xl_col_to_name(NAMES.index('is_complaint'))}{FIRST_ROW + 1}"
                f'="{YES_NO[True][self._column]}"',
            ),
        ):
            index = NAMES.index(name)
            cell = f"${xl_col_to_name(index)}{FIRST_ROW + 1}"
            rule = {"type": "formula", "criteria": f'=AND({needed},{cell}="")', "format": red}
            self._list.conditional_format(FIRST_ROW, index, last, index, rule)

    def write_scripts(self) -> None:
        """The third sheet: what to say, one row per text, with the tasks it is for."""
        sheet = self._scripts
        head = self._format(bold=True, font_color="#FFFFFF", bg_color="#2F4858", align="center")
        for index, (text, width) in enumerate(
            (
                (self._say("for"), 12),
                (TEXTS["title"][self._column], 26),
                (SHEETS[self._language][2], 100),
            )
        ):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, text, head)
        sheet.freeze_panes(1, 0)
        cell = self._format(text_wrap=True, border=1, border_color=RULE, valign="top")
        link = self._format(
            font_color="#0B5CAD", underline=1, border=1, border_color=RULE, text_wrap=True
        )
        for text, number in self._script_no.items():
            users = [
                (place, task)
                for place, task in enumerate(self._tasks)
                if task.fields.get("script") == text
            ]
            first, task = users[0]
            target = f"internal:'{SHEETS[self._language][1]}'!A{FIRST_ROW + 1 + first * ATTEMPTS}"
            places = ", ".join(str(place + 1) for place, _ in users[:20])
            sheet.set_row(number, 16 * max(_lines(text, 100), 2))
            sheet.write_url(number, 0, target, link, f"{places} {self._say('back')}")
            sheet.write_string(number, 1, str(task.fields.get("title") or ""), cell)
            sheet.write_string(number, 2, text, cell)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)


def _deadline(task: Record) -> date:
    deadline = task.fields["deadline_date"]
    if not isinstance(deadline, date):
        raise TypeError("deadline_date of a task is a date")
    return deadline


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column of that many Latin letters; Chinese ones are twice as wide."""
    total = 0
    for line in text.splitlines() or [""]:
        letters = sum(2 if ord(letter) > 0x2E80 else 1 for letter in line)
        total += max(1, -(-letters // width))
    return total
