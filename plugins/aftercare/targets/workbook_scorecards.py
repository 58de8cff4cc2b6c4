"""The sheet of the task workbook that shows the store's newest published month: figures of the store, of nobody."""

from __future__ import annotations

from typing import Any

from aftercare.targets.protocol import Record
from aftercare.targets.scorecards import MET, TRIAL
from aftercare.targets.workbook_look import QUIET, RULE, Look
from aftercare.targets.workbook_words import SCORECARD_COLUMNS, SHEETS
from aftercare.words import say, word

HEAD_ROW = 3


def write_scorecard(sheet: Any, look: Look, store_code: str, month: Record) -> None:
    """The last sheet, for reading: each figure of the month with its target, and what was corrected since."""
    fields = month.fields
    sheet.hide_gridlines(2)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, str(fields["title"]), look.format(bold=True, font_size=16))
    sheet.write_string(1, 0, str(fields["result"]), look.format(font_size=12))
    told = look.say("published").format(fields["published_on"])
    note = f"{told} {fields['note']}" if fields["note"] else told
    sheet.write_string(2, 0, note, look.format(font_color=QUIET))
    head = look.format(
        bold=True,
        text_wrap=True,
        align="center",
        font_color="#FFFFFF",
        bg_color="#2F4858",
        border=1,
        border_color=RULE,
    )
    sheet.set_row(HEAD_ROW, 24)
    for index, (_, title, width) in enumerate(SCORECARD_COLUMNS):
        sheet.set_column(index, index, width)
        sheet.write_string(HEAD_ROW, index, title[look.column], head)
    figures = fields["figures"]
    for row, figure in enumerate(figures if isinstance(figures, tuple) else (), HEAD_ROW + 1):
        shown = {
            "post": figure.post,
            "name": figure.name,
            "value": figure.value,
            "counts": figure.counts,
            "target": figure.target,
            "met": "" if figure.is_met is None else word(MET, str(figure.is_met), look.language),
            "place": "" if figure.place is None else f"{figure.place} / {figure.ranked}",
            "trial": say(TRIAL, look.language) if figure.is_trial else "",
            "adjusted": f"{figure.adjusted_value} ({figure.adjusted_counts})"
            if figure.adjusted_value
            else "",
        }
        sheet.set_row(row, 20)
        for index, (name, _, _) in enumerate(SCORECARD_COLUMNS):
            style: dict[str, Any] = {"border": 1, "border_color": RULE, "text_wrap": True}
            if index > 1:
                style["align"] = "center"
            if name == "met" and figure.is_met is False:
                style |= {"bold": True, "font_color": "#B42318"}
            sheet.write_string(row, index, shown[name], look.format(**style))
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(
        f"&L{store_code}  {fields['month']}  {SHEETS[look.language][4]}&R{look.say('page')}"
    )
