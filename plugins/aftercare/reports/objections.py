"""Objections and adjustments as texts, for documents, pages and commands alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from aftercare.reports.evidence_commands import evidence_command
from aftercare.reports.objection_marks import words_of
from aftercare.reports.scorecard_points import shown_points
from aftercare.reports.scorecard_report import NOTHING, Row, ScorecardReport, shown
from aftercare.reports.scorecard_words import Words
from aftercare.rules.kpis import STORE

Texts = dict[str, Any]
Titles = Mapping[str, Mapping[str, str]]
CHANGES = ("came", "left", "changed")
LATE = "late"
"""Of documents, which are no rows: they came late and are of the same vehicles as the rows."""
ROWS_NAMED = 12
"""So many of the rows that make a difference are named in a document; `aftercare evidence` lists all."""
MAIL_ROWS = 10
MAIL_KEYS = 3
"""So many rows, and of each so many keys, stand on a page with limited room; others hold all."""
LABELS = (
    *("objections_title", "objections_text", "objections_none", "number", "person", "about"),
    *("raised", "due", "state", "adjustments_title", "adjustments_text", "month", "figure"),
    *("issued", "now", "reason", "noticed"),
)


def month_texts(report: ScorecardReport, words: Words, limit: int | None = None) -> Texts:
    """What a document says of objections and adjustments; ``limit`` is how many of each."""
    say, titles = words_of(words), report.rows.titles
    objections = sorted(report.rows.objections, key=lambda row: row["state"] != "open")
    adjustments = list(report.rows.adjustments)
    most = ROWS_NAMED
    if limit is not None:
        limit, most = min(limit, MAIL_ROWS), MAIL_KEYS
    return {
        "objections": [objection_texts(row, titles, say) for row in objections[:limit]],
        "objections_note": _cut("objections_cut", objections, limit, say),
        "adjustments": [adjustment_texts(row, titles, say, most) for row in adjustments[:limit]],
        "adjustments_note": _cut("adjustments_cut", adjustments, limit, say),
        "objection_words": {name: say(name) for name in LABELS},
    }


def _cut(name: str, rows: list[Row], limit: int | None, say: Words) -> str:
    if limit is None or len(rows) <= limit:
        return ""
    return say(name, shown=limit, all=len(rows))


def objection_texts(row: Row, titles: Titles, say: Words, today: date | None = None) -> Texts:
    """One objection, without its words, which are for those who decide; ``today`` tells what is late."""
    is_late = row["state"] == "open" and today is not None and row["due_on"] < today
    state = say("late" if is_late else row["state"])
    if row["answered_on"]:
        state = say("answered_on", state=state, day=row["answered_on"])
    return {
        "number": str(row["objection_id"]),
        "name": row["employee_name"],
        "employee_no": row["employee_no"],
        "store": row["store_name"],
        "about": about_words(row, titles, say),
        "raised": str(row["raised_on"]),
        "due": str(row["due_on"]),
        "state": state,
    }


def about_words(row: Row, titles: Titles, say: Words) -> str:
    """The figure or proposal that is objected to."""
    if row["proposal_id"]:
        return say("about_proposal", proposal=row["proposal_id"])
    return _title(row["kpi_id"], titles, say)


def _title(kpi_id: str, titles: Titles, say: Words) -> str:
    return titles[kpi_id][say.language] if kpi_id in titles else kpi_id


def adjustment_texts(row: Row, titles: Titles, say: Words, most: int = ROWS_NAMED) -> Texts:
    """One adjustment: whose, the figure as issued and as it would be, and why, with ``most`` keys."""
    is_store = row["credit"] == STORE
    return {
        "month": row["month"],
        "name": say("store_figure") if is_store else row["employee_name"],
        "employee_no": "" if is_store else row["employee_no"],
        "store": row["store_name"],
        "figure": _title(row["kpi_id"], titles, say),
        "issued": adjusted_figure(row, "old", say),
        "now": adjusted_figure(row, "new", say),
        "reason": adjustment_reason(row, say, most),
        "noticed": str(row["noticed_on"]),
    }


def adjusted_figure(row: Row, age: str, say: Words) -> str:
    """The ``old`` or ``new`` figure of an adjustment with its counts and, where it has, points."""
    numerator, denominator, excluded, value, points = (
        row[f"{age}_{name}"] for name in ("numerator", "denominator", "excluded", "value", "points")
    )
    if all(each is None for each in (numerator, denominator, value, points)):
        return say("nothing")
    figure = shown(value, row["unit"])
    if numerator is not None and denominator is not None:
        counts = {"numerator": _count(numerator), "denominator": _count(denominator)}
        figure = (
            say("counts", **counts)
            if figure == NOTHING
            else say("counts_value", value=figure, **counts)
        )
    if excluded != row["new_excluded" if age == "old" else "old_excluded"] and excluded is not None:
        figure = say("with_excluded", figure=figure, excluded=_count(excluded))
    if points is not None:
        figure = say("with_points", figure=figure, points=shown_points(points))
    return figure


def _count(value: Decimal) -> str:
    return shown_points(value)


def adjustment_reason(row: Row, say: Words, most: int = ROWS_NAMED) -> str:
    """Which rows came, left or changed, documents that came late, and which objection was upheld; or that it is gone."""
    parts = []
    if row["ending"] == "gone":
        parts.append(say("gone", day=row["ended_on"]))
    if row["objection_id"]:
        parts.append(say("by_objection", number=row["objection_id"]))
    rows = [each for each in row["rows_behind"] if each[0] in CHANGES]
    late = [key for kind, _, key in row["rows_behind"] if kind == LATE]
    named = rows[:most]
    for change in CHANGES:
        keys = [key for kind, _, key in named if kind == change]
        if keys:
            parts.append(say(change, keys=", ".join(keys)))
    if not named:
        parts.append(say("no_rows"))
    elif row["row_count"] > len(named):
        parts.append(say("more", count=row["row_count"]))
        if row["row_count"] == row["rows_kept"]:
            whom = row["store_code"] if row["credit"] == STORE else row["employee_no"]
            command = evidence_command(row["month"], whom, row["kpi_id"])
            parts[-1] += say("more_by", command=command)
    if late:
        parts.append(say("came_for_vehicles", keys=", ".join(late[:most])))
        if row["late_count"] > most:
            parts.append(say("more", count=row["late_count"]))
    return "; ".join(parts) if say.language == "en" else "；".join(parts)
