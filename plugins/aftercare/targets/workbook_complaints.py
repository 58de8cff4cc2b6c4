"""The sheet of the task workbook that shows which complaints of a store wait to be closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aftercare.targets.protocol import Record
from aftercare.targets.workbook_look import RULE, Look, lines_of
from aftercare.targets.workbook_words import COMPLAINT_COLUMNS, SHEETS

CONTENT_WIDTH = 48
"""Letters of the column of what the customer said; it alone is as long as it wants."""


def write_complaints(
    sheet: Any, look: Look, store_code: str, work_day: date, complaints: Sequence[Record]
) -> None:
    """The last sheet, for reading: each open complaint with its customer, and until when it has to be closed."""
    head = look.format(
        bold=True,
        text_wrap=True,
        align="center",
        font_color="#FFFFFF",
        bg_color="#2F4858",
        border=1,
        border_color=RULE,
    )
    sheet.set_row(0, 24)
    for index, (name, title, width) in enumerate(COMPLAINT_COLUMNS):
        sheet.set_column(index, index, CONTENT_WIDTH if name == "description" else width)
        sheet.write_string(0, index, title[look.column], head)
    for row, complaint in enumerate(complaints, start=1):
        shown = _shown(complaint, row)
        lines = lines_of(str(shown["description"] or ""), CONTENT_WIDTH)
        sheet.set_row(row, 16 * max(lines, 2))
        for index, (name, _, _) in enumerate(COMPLAINT_COLUMNS):
            _write(sheet, look, row, index, shown[name], work_day)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{store_code}  {work_day}  {SHEETS[look.language][3]}&R{look.say('page')}")
    sheet.set_footer(f"&L{look.say('private')}")


def _shown(complaint: Record, number: int) -> dict[str, Any]:
    fields = complaint.fields
    return {
        **{name: fields.get(name) for name, _, _ in COMPLAINT_COLUMNS},
        "number": number,
        "vin_tail": str(fields.get("vin") or "")[-6:],
        "owner": fields.get("owner_name") or fields.get("owner_no"),
    }


def _write(sheet: Any, look: Look, row: int, index: int, value: Any, work_day: date) -> None:
    style: dict[str, Any] = {"border": 1, "border_color": RULE, "text_wrap": True}
    if value in (None, ""):
        sheet.write_blank(row, index, None, look.format(**style))
    elif isinstance(value, date):
        mark = "today" if value == work_day else "late" if value < work_day else ""
        if mark:
            style |= {"bold": True, "font_color": "#B42318"}
        text = f' "{look.say(mark)}"' if mark else ""
        dated = look.format(**style, num_format=f"yyyy-mm-dd{text}", align="center")
        sheet.write_datetime(row, index, value, dated)
    elif isinstance(value, int):
        sheet.write_number(row, index, value, look.format(**style, align="center"))
    else:
        sheet.write_string(row, index, str(value), look.format(**style))
