"""The sheets of the task workbook; their format is described in `aftercare.targets.workbook`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any, TypeAlias

from aftercare.rules.events import INTERNAL
from aftercare.settings import Language
from aftercare.targets.protocol import Record
from aftercare.targets.wishes import wish_no
from aftercare.targets.workbook_complaints import write_complaints
from aftercare.targets.workbook_look import (
    PAPER,
    QUIET,
    RULE,
    Look,
    call_hours_of,
    deadline_of,
    lines_of,
    write_guide,
)
from aftercare.targets.workbook_scorecards import write_scorecard
from aftercare.targets.workbook_scripts import Scripts, write_scripts
from aftercare.targets.workbook_words import (
    COLUMNS,
    ENTRY_NAMES,
    NAMES,
    SHEETS,
    Column,
)
from aftercare.words import OUTCOMES, WISHES, YES_NO, Pair

FORMAT = 6
"""Raise it with every change of layout, so that lists are written again."""

ATTEMPTS = 3
"""Rows a call: as often as one person can be expected to call in a day."""

CHOICES: Mapping[str, Mapping[Any, Pair]] = {
    "outcome": OUTCOMES,
    "flag": YES_NO,
    "wish": WISHES,
}
"""The words of columns with a drop-down, by the column's use."""

FIRST_ROW = 2
"""0-based row of the first task."""

Typed: TypeAlias = dict[tuple[str, Any], Mapping[str, Any]]
"""What staff typed, by task key and attempt."""


def write_sheets(
    content: io.BytesIO,
    store_code: str,
    work_day: date,
    records: Sequence[Record],
    language: Language,
    typed: Typed,
    properties: Mapping[str, str],
    provisional_years: Sequence[int] = (),
) -> int:
    """Writes a whole workbook; returns how many of the typed rows have a place in it.

    ``provisional_years``: those of its dates whose holidays are not announced.
    """
    import xlsxwriter

    tasks = [record for record in records if record.entity == "task"]
    complaints = [record for record in records if record.entity == "complaint"]
    months = [record for record in records if record.entity == "scorecard"]

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        # Without a fixed time of making, equal lists would differ byte by byte.
        book.set_properties({"author": "Aftercare", "created": datetime.combine(work_day, time())})
        for name, value in properties.items():
            book.set_custom_property(name, value)
        look = Look(book, language)
        guide, tasks_sheet, scripts_sheet = (
            book.add_worksheet(name) for name in SHEETS[language][:3]
        )
        scripts = Scripts(tasks)
        years = ("、" if language == "zh" else ", ").join(map(str, provisional_years))
        note = look.say("provisional").format(years) if years else ""
        write_guide(guide, look, store_code, work_day, tasks, complaints, note)
        placed = _List(tasks_sheet, look, store_code, work_day, tasks, scripts).write(typed, note)
        rows = accumulate((rows_of(task) for task in tasks), initial=FIRST_ROW + 1)
        places = list(rows)[: len(tasks)]
        write_scripts(scripts_sheet, look, tasks, scripts, places)
        if complaints:
            sheet = book.add_worksheet(SHEETS[language][3])
            write_complaints(sheet, look, store_code, work_day, complaints)
        for month in months:
            write_scorecard(book.add_worksheet(SHEETS[language][4]), look, store_code, month)
    return placed


def rows_of(task: Record) -> int:
    """Rows of a task: a message is sent once, and work inside the house is told once."""
    return 1 if task.fields.get("channel") in ("sms", INTERNAL) else ATTEMPTS


def _height(shown: Mapping[str, Any]) -> int:
    """Points of a task's first row, in which all that is told of it can be read."""
    lines = (
        lines_of(str(shown[column.name] or ""), int(column.width))
        for column in COLUMNS
        if column.use in ("task", "every_row") and column.name not in ("deadline_on", "script_no")
    )
    return min(max(33, 15 * max(lines) + 3), 409)


class _List:
    """The sheet of tasks while it is written; ``scripts`` says which text stands where."""

    def __init__(
        self,
        sheet: Any,
        look: Look,
        store_code: str,
        work_day: date,
        tasks: Sequence[Record],
        scripts: Scripts,
    ) -> None:
        self._list = sheet
        self._look = look
        self._store_code = store_code
        self._work_day = work_day
        self._tasks = tasks
        self._column = look.column
        self._scripts = scripts

    def write(self, typed: Typed, note: str) -> int:
        """Writes all; returns how many of the typed rows have a place. ``note`` is of all dates."""
        sheet = self._list
        self._write_heads()
        if note:
            # Beside the title of the dates: a row of its own would move the others.
            size = {"x_scale": 1.6, "y_scale": 0.8}
            sheet.write_comment(0, NAMES.index("deadline_on"), note, size)
        placed = 0
        row = FIRST_ROW
        for number, task in enumerate(self._tasks, start=1):
            shown = self._shown(task, number)
            first = int(shown["attempt_no"])
            for attempt in range(first, first + rows_of(task)):
                entered = typed.get((task.key, attempt), {})
                placed += bool(entered)
                is_main = attempt == first
                sheet.set_row(row, _height(shown) if is_main else 19)
                cells = shown | {"attempt_no": attempt, "wish_no": wish_no(task.key, attempt)}
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
        sheet.set_header(f"&L{self._store_code}  {self._work_day}&R{self._look.say('page')}")
        sheet.set_footer(f"&L{self._look.say('private')}")
        sheet.activate()
        return placed

    def _write_heads(self) -> None:
        sheet = self._list
        sheet.set_row(0, 36)
        sheet.set_row(1, 1.5)
        tiny = self._look.format(font_size=1, font_color="#FFFFFF")
        for index, column in enumerate(COLUMNS):
            is_entry = column.name in ENTRY_NAMES
            sheet.set_column(index, index, column.width)
            head = self._look.format(
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
            called = self._look.say("calls").format(
                fields["attempts"], f"{day:%m-%d}" if day else "", last
            )
        return {
            **{name: fields.get(name) for name in NAMES},
            "task_no": number,
            "deadline_on": deadline_of(task),
            "vin_tail": vin[-6:],
            "owner": fields.get("owner_name") or fields.get("owner_no"),
            "attempts": called,
            "attempt_no": int(str(fields.get("last_attempt_no") or 0)) + 1,
            "script_no": str(fields.get("script") or ""),
            "task_key": task.key,
            "store_code": self._store_code,
            "subject": str(fields.get("contact_key") or "").partition(".")[2],
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
            sheet.write_blank(row, index, None, self._look.format(**look))
        elif name == "deadline_on":
            mark = "today" if value == self._work_day else "late" if value < self._work_day else ""
            if mark:
                look |= {"bold": True, "font_color": "#B42318"}
            text = f' "{self._look.say(mark)}"' if mark else ""
            sheet.write_datetime(
                row,
                index,
                value,
                self._look.format(**look, num_format=f"mm-dd{text}", align="center"),
            )
        elif name == "script_no":
            first = self._scripts.first_rows[value] + 1
            target = f"internal:'{SHEETS[self._look.language][2]}'!A{first}"
            look |= {"font_color": "#0B5CAD", "underline": 1}
            sheet.write_url(
                row,
                index,
                target,
                self._look.format(**look),
                self._look.say("script").format(self._scripts.numbers[value]),
            )
        elif isinstance(value, int):
            sheet.write_number(row, index, value, self._look.format(**look))
        else:
            sheet.write_string(row, index, str(value), self._look.format(**look))

    def _write_entry(
        self, row: int, index: int, column: Column, value: Any, edge: dict[str, Any]
    ) -> None:
        look = dict(edge, locked=False, bg_color=PAPER)
        if column.use == "moment":
            look["num_format"] = "yyyy-mm-dd hh:mm"
        elif column.use == "day":
            look["num_format"] = "yyyy-mm-dd"
        elif column.use == "text":
            look["text_wrap"] = True
        elif column.use in ("caller", "phone"):
            look["num_format"] = "@"
        if column.use != "text":
            look["align"] = "center"
        style = self._look.format(**look)
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
        wrong = {"error_title": self._look.say("title"), "error_type": "stop"}
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
                    "input_title": self._look.say("time_title"),
                    "input_message": self._look.say("time_help").format(
                        self._work_day, hours=self._hours_hint()
                    ),
                    "error_message": self._look.say("time_wrong").format(self._work_day),
                }
            elif column.use == "mark":
                check = {
                    "validate": "integer",
                    "criteria": "between",
                    "minimum": 1,
                    "maximum": 10,
                    "error_message": self._look.say("mark_wrong"),
                }
            elif column.use == "day":
                check = {
                    "validate": "date",
                    "criteria": ">=",
                    "value": start,
                    "error_message": self._look.say("day_wrong").format(self._work_day),
                }
            elif column.use in CHOICES:
                check = {
                    "validate": "list",
                    "source": [pair[self._column] for pair in CHOICES[column.use].values()],
                    "error_message": self._look.say("list_wrong"),
                }
            elif column.use == "phone":
                check = {"validate": "any", "input_message": self._look.say("phone_help")}
            elif column.use == "caller" and 0 < len(",".join(callers)) <= 255:
                check = {
                    "validate": "list",
                    "source": callers,
                    "input_message": self._look.say("caller_help"),
                    "show_error": False,
                }
            else:
                continue
            sheet.data_validation(FIRST_ROW, index, last, index, wrong | check)
        self._mark_gaps(last)

    def _hours_hint(self) -> str:
        """When to call, for the note of a cell, which Excel cuts after 255 letters."""
        hours = self._look.say("or").join(call_hours_of(self._tasks))
        hint = self._look.say("time_hours").format(hours) if hours else ""
        return hint if len(hint) <= 150 else ""

    def _mark_gaps(self, last: int) -> None:
        """Shows in red what a row with a result still lacks."""
        from xlsxwriter.utility import xl_col_to_name

        result, phone, wish = (
            xl_col_to_name(NAMES.index(name)) for name in ("outcome", "new_phone", "wish")
        )
        red = self._look.book.add_format({"bg_color": "#F9C6C1"})
        for name, needed in (
            (
                "called_at",
                f'OR(${result}{FIRST_ROW + 1}<>"",${phone}{FIRST_ROW + 1}<>"",${wish}{FIRST_ROW + 1}<>"")',
            ),
            ("wish_reason", f'${wish}{FIRST_ROW + 1}<>""'),
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
