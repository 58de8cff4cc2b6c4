"""Targets of scorecards as texts: a cell for each rule, with a few words for each of its lines."""

from __future__ import annotations

from typing import Any

from aftercare.reports.objection_marks import marked
from aftercare.reports.scorecard_report import (
    NOTHING,
    STYLES,
    Person,
    Row,
    ScorecardReport,
    shown,
    symbol,
)
from aftercare.reports.scorecard_words import Words
from aftercare.rules.kpis import LOWER
from aftercare.rules.scorecard_targets import JOINT
from aftercare.rules.scoring import SHARE

Texts = dict[str, Any]


def target_table(report: ScorecardReport, words: Words, limit: int | None = None) -> Texts:
    """Headings, and a row for each person who has targets; ``limit`` is how many people are shown, those who miss one first."""
    people = [
        person
        for person in report.people
        if any(name in person.lines for name in report.target_ids)
    ]
    if limit is not None and limit < len(people):
        people.sort(key=lambda one: one.is_met is not False)
    return {
        "targets_titles": target_headings(report, words),
        "targets": [
            {
                "name": person.name,
                "employee_no": person.employee_no,
                "role": person.role,
                "trial": words("trial") if person.is_trial else "",
                "store": person.store_name,
                "cells": [cell or [] for cell in target_cells(person, report, words)],
            }
            for person in people[:limit]
        ],
        "targets_note": words("targets_cut", shown=limit, all=len(people))
        if limit is not None and limit < len(people)
        else "",
    }


def target_headings(report: ScorecardReport, words: Words) -> list[str]:
    """A heading for each rule: its id, and its joint target or else all of its lines."""
    joint = {line["kpi_id"] for line in report.rows.lines if line["unit"] == JOINT}
    return [
        f"{rule} "
        + " · ".join(
            report.rows.titles[name][words.language]
            for name in [each for each in names if each in joint] or names
        )
        for rule, names in report.target_groups.items()
    ]


def target_cells(person: Person, report: ScorecardReport, words: Words) -> list[list[Texts] | None]:
    """A person's lines by rule, in the report's order; None for a rule that they are not judged by."""
    cells = []
    for names in report.target_groups.values():
        lines = [person.lines[name] for name in names if name in person.lines]
        cells.append([_entry(line, report, words) for line in lines] or None)
    return cells


def _entry(line: Row, report: ScorecardReport, words: Words) -> Texts:
    mark = symbol(line["is_target_met"])
    is_joint = line["unit"] == JOINT
    if is_joint and line["value"] is not None:
        value = words("targets_joint", met=shown(line["value"], ""), of=shown(line["target"], ""))
    else:
        value = shown(line["value"], line["unit"])
    scale = "" if is_joint or line["unit"] == SHARE else line["unit"]
    counts = (
        f"{line['numerator']:f}/{line['denominator']:f}"
        if line["numerator"] is not None and not is_joint
        else ""
    )
    details = [counts] if counts else []
    if line["excluded"] and not is_joint:
        details.append(words("left_out", count=shown(line["excluded"], "")))
    # Of what is judged the scale is the target's, and says nothing more.
    if scale and line["value"] is not None and line["is_target_met"] is None:
        details.append(words("targets_scale", scale=scale))
    if line["target"] is not None and not is_joint:
        name = "targets_below" if line["direction"] == LOWER else "targets_least"
        # The target's unit is the policy's: a score that declares another one does not change it.
        unit = SHARE if line["unit"] == SHARE else ""
        details.append(words(name, target=shown(line["target"], unit)))
    return {
        "kpi_id": line["kpi_id"],
        "title": report.rows.titles[line["kpi_id"]][words.language],
        "value": value,
        "symbol": "" if mark == NOTHING else mark,
        "style": STYLES[mark],
        "scale": scale,
        "counts": counts,
        "details": details,
        "note": marked(
            words.note(line["note"]), report, line["scorecard_id"], line["kpi_id"], words
        ),
    }
