"""Objections and adjustments in the month's workbook; without any there is no such sheet."""

from __future__ import annotations

from aftercare.reports.objection_marks import words_of
from aftercare.reports.objections import month_texts
from aftercare.reports.scorecard_sheets import SheetMaker


def objection_sheet(made: SheetMaker) -> None:
    """The month's objections."""
    say, texts = words_of(made.words), month_texts(made.report, made.words)
    if not texts["objections"]:
        return
    names = ("number", "person", "about", "raised", "due", "state")
    sheet = made.sheet(say("objections_title"), say("objections_text"), (8, 24, 30, 12, 12, 28))
    rows = [
        (
            one["number"],
            f"{one['name']} {one['employee_no']}",
            one["about"],
            one["raised"],
            one["due"],
            one["state"],
        )
        for one in texts["objections"]
    ]
    made.table(sheet, [say(name) for name in names], rows)


def adjustment_sheet(made: SheetMaker) -> None:
    """What is told of earlier months."""
    say, texts = words_of(made.words), month_texts(made.report, made.words)
    if not texts["adjustments"]:
        return
    names = ("month", "person", "figure", "issued", "now", "reason", "noticed")
    widths = (10, 24, 24, 26, 26, 70, 12)
    sheet = made.sheet(say("adjustments_title"), say("adjustments_text"), widths)
    rows = [
        (
            one["month"],
            f"{one['name']} {one['employee_no']} {one['store']}",
            one["figure"],
            one["issued"],
            one["now"],
            (one["reason"], made.wrapped),
            one["noticed"],
        )
        for one in texts["adjustments"]
    ]
    made.table(sheet, [say(name) for name in names], rows)
