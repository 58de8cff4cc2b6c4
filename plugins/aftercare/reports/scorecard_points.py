"""Points of scorecards as texts: a cell for each item, with what it was reckoned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from aftercare.reports.objection_marks import marked
from aftercare.reports.scorecard_report import NOTHING, Person, Row, ScorecardReport, shown
from aftercare.reports.scorecard_words import Words
from aftercare.rules.scorecard_points import INCOMPLETE
from aftercare.rules.scoring import SHARE

Texts = dict[str, Any]
_CENT = Decimal("0.01")


def shown_points(value: Decimal | None, of: Decimal | None = None) -> str:
    """Points for people to read, with two digits at most; what is not whole never reads as full marks."""
    if value is None:
        return NOTHING
    rounded = value.quantize(_CENT, ROUND_HALF_UP)
    if of is not None and rounded >= of > value:
        rounded = value.quantize(_CENT, ROUND_DOWN)
    return f"{rounded.normalize():f}"


def point_table(report: ScorecardReport, words: Words, limit: int | None = None) -> Texts:
    """Headings, and a row for each person who has points; ``limit`` is how many people are shown."""
    people = [
        person
        for person in report.people
        if any(item in person.lines for item in report.point_groups)
    ]
    titles = [report.rows.titles[kpi][words.language] for kpi in report.point_groups]
    return {
        "points_titles": titles,
        "points": [
            {
                "name": person.name,
                "employee_no": person.employee_no,
                "role": person.role,
                "trial": words("trial") if person.is_trial else "",
                "store": person.store_name,
                "cells": [cell for cell in point_cells(person, report, words) if cell],
            }
            for person in people[:limit]
        ],
        "points_note": words("points_cut", shown=limit, all=len(people))
        if limit is not None and limit < len(people)
        else "",
    }


def point_cells(person: Person, report: ScorecardReport, words: Words) -> list[Texts | None]:
    """A person's items in the report's order; None for one that they are not judged by."""
    cells: list[Texts | None] = []
    for item, parts in report.point_groups.items():
        line = person.lines.get(item)
        if line is None:
            cells.append(None)
            continue
        details = [
            marked(
                _part(report.rows.titles[part], person.lines[part], words),
                report,
                person.scorecard_id,
                part,
                words,
            )
            for part in parts
            if part in person.lines
        ]
        cells.append(
            {
                "kpi_id": item,
                "points": shown_points(line["points"], line["weight"]),
                "weight": shown_points(line["weight"]),
                "details": [*details, *_reckoned(line, bool(parts), words)],
                "note": marked(words.note(line["note"]), report, person.scorecard_id, item, words),
                "is_known": line["points"] is not None and line["note"] != INCOMPLETE,
            }
        )
    return cells


def _reckoned(line: Row, has_parts: bool, words: Words) -> Iterator[str]:
    """What the points were reckoned from, where the points themselves do not say it."""
    numerator, denominator = line["numerator"], line["denominator"]
    if line["unit"] != SHARE:
        if line["value"] is not None and line["points"] is None:
            yield words("points_rated", value=shown(line["value"], ""))
    elif line["note"] == INCOMPLETE:
        judged = {"weight": shown_points(line["weight"]), "full": shown_points(denominator)}
        yield words("points_judged", **judged)
    elif numerator is not None and denominator is not None:
        counts = f"{shown_points(numerator)}/{shown_points(denominator)}"
        if has_parts:
            if denominator != line["weight"]:
                yield words("points_raw", counts=counts)
        elif line["band"]:
            yield words("reason_rank", value=shown(numerator, ""), of=shown(denominator, ""))
        elif (numerator, denominator) != (line["points"], line["weight"]):
            yield counts
    if line["band"]:
        yield words("points_band", band=line["band"])


def _part(title: Mapping[str, str], line: Row, words: Words) -> str:
    named = {"title": title[words.language]}
    if line["numerator"] is None:
        return words("points_unknown", **named, note=words.note(line["note"]))
    counts = f"{shown_points(line['numerator'])}/{shown_points(line['denominator'])}"
    if line["value"] is None:
        return words("points_unjudged", **named, counts=counts, note=words.note(line["note"]))
    return words("points_part", **named, counts=counts, value=shown(line["value"]))
