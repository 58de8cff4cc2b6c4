"""The look of the task workbook, and its first sheet, the guide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aftercare.settings import Language
from aftercare.targets.protocol import Record
from aftercare.targets.workbook_words import GUIDE, MEANINGS, TEXTS
from aftercare.words import OUTCOMES

INK, QUIET, RULE, PAPER = "#1F2933", "#8A94A0", "#C9D1D9", "#FFFBE6"
CARE = "#8A5A00"
FONT = "Microsoft YaHei"


class Look:
    """Words in one language and formats of one workbook."""

    def __init__(self, book: Any, language: Language) -> None:
        self.book = book
        self.language: Language = language
        self.column = 0 if language == "zh" else 1
        self._formats: dict[str, Any] = {}

    def say(self, name: str) -> str:
        """A text of the workbook."""
        return TEXTS[name][self.column]

    def format(self, **properties: Any) -> Any:
        """One format object per look: Excel limits their number."""
        name = repr(sorted(properties.items()))
        if name not in self._formats:
            look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._formats[name] = self.book.add_format(look | properties)
        return self._formats[name]


def write_guide(
    sheet: Any,
    look: Look,
    store_code: str,
    work_day: date,
    tasks: Sequence[Record],
    complaints: Sequence[Record],
    note: str = "",
) -> None:
    """The first sheet: whose list this is, how to fill it in, which result to choose; ``note``: what else to know."""
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 84)
    names = {str(each.fields.get("store_name") or "") for each in (*tasks, *complaints)}
    where = f"{next(iter(names), '')} ({store_code})".strip()
    title = f"{look.say('title')} · {where} · {work_day}"
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, title, look.format(bold=True, font_size=16))
    deadlines = [deadline_of(task) for task in tasks]
    count = look.say("count").format(
        tasks=len(tasks),
        today=sum(day == work_day for day in deadlines),
        late=sum(day < work_day for day in deadlines),
    )
    if complaints:
        terms = [each.fields.get("close_by") for each in complaints]
        late = sum(isinstance(day, date) and day < work_day for day in terms)
        count += look.say("complaints").format(complaints=len(complaints), late=late)
    sheet.write_string(1, 0, count, look.format(font_size=12))
    row = 2
    if hours := call_hours_of(tasks):
        text = look.say("hours").format(look.say("or").join(hours))
        sheet.write_string(row, 0, text, look.format(bold=True, font_size=12))
        row += 1
    if note:
        sheet.write_string(row, 0, note, look.format(font_color=CARE))
        row += 1
    row += 1
    for number, line in enumerate(GUIDE[look.language], start=1):
        sheet.set_row(row, 20 * lines_of(line, 100))
        sheet.write_number(row, 0, number, look.format(align="center", font_color=QUIET))
        sheet.merge_range(row, 1, row, 2, "", look.format(text_wrap=True))
        sheet.write_string(row, 1, line, look.format(text_wrap=True))
        row += 1
    row += 1
    sheet.write_string(row, 1, look.say("results"), look.format(bold=True))
    for code, words in OUTCOMES.items():
        row += 1
        sheet.write_string(row, 1, words[look.column], look.format(border=1, border_color=RULE))
        meaning = MEANINGS[code][look.column]
        sheet.write_string(row, 2, meaning, look.format(border=1, border_color=RULE))
    sheet.write_string(row + 2, 1, look.say("private"), look.format(bold=True))
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def call_hours_of(tasks: Sequence[Record]) -> list[str]:
    """In which hours the list's customers are called: those of its packs, most often one."""
    return sorted({str(hours) for task in tasks if (hours := task.fields.get("call_hours"))})


def deadline_of(task: Record) -> date:
    deadline = task.fields["deadline_date"]
    if not isinstance(deadline, date):
        raise TypeError("deadline_date of a task is a date")
    return deadline


def lines_of(text: str, width: int) -> int:
    """Lines that a text takes in a column of that many Latin letters; Chinese ones are twice as wide."""
    total = 0
    for line in text.splitlines() or [""]:
        total += max(1, -(-letters_of(line) // width))
    return total


def letters_of(text: str) -> int:
    """Latin letters that a line is as wide as; Chinese ones are twice as wide."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
