"""The month's figures as texts of one language, for mail and PDF alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aftercare.reports.due_corrections import correction_lines
from aftercare.reports.evidence_commands import evidence_command
from aftercare.reports.objection_marks import marked, open_notice, proposal_mark
from aftercare.reports.objections import month_texts
from aftercare.reports.scorecard_conclusion import conclusion, summary
from aftercare.reports.scorecard_points import point_table
from aftercare.reports.scorecard_report import (
    FIGURES,
    NOTHING,
    STYLES,
    KpiRow,
    Person,
    ScorecardReport,
    shown,
    shown_target,
    symbol,
)
from aftercare.reports.scorecard_rewards import reward_table
from aftercare.reports.scorecard_room import Room, clipped, most_urgent, urgency_of
from aftercare.reports.scorecard_targets import target_table
from aftercare.reports.scorecard_words import Words
from aftercare.rules.kpis import STORE
from aftercare.rules.sanctions import reason_in

Texts = dict[str, Any]

CASES_SHOWN = 12
DAYS_SHOWN = 6
NOTICES_SHOWN = 8
"""Notices that a page with limited room has; every system that lacks nights is one."""
CORRECTIONS_SHOWN = 12


def month_title(month: str, words: Words) -> str:
    """``2026-06`` as people write it."""
    if words.language == "en":
        return month
    return f"{month[:4]}年{int(month[5:])}月"


def subject(report: ScorecardReport, words: Words) -> str:
    """The mail's subject: the month and its conclusion in a few words."""
    month = month_title(report.rows.month, words)
    return words("subject", month=month, summary=summary(report, words))


def notices(report: ScorecardReport, words: Words) -> list[str]:
    """What a reader must know before using the figures."""
    found = []
    for system, days in report.rows.missing_nights.items():
        listed = words("comma").join(days[:DAYS_SHOWN])
        if len(days) > DAYS_SHOWN:
            listed += words("days_more", count=len(days))
        found.append(words("notice_missing", system=system, count=len(days), days=listed))
    if report.rows.uncredited:
        command = evidence_command(report.rows.month, "nobody", "all")
        found.append(words("notice_uncredited", count=report.rows.uncredited, command=command))
    if report.trial_cards:
        found.append(words("notice_trial", count=report.trial_cards))
        found += [
            words("notice_trial_because", why=why[words.language])
            for why in report.rows.trial_because.values()
        ]
    return [*found, *open_notice(report, words)]


def view(
    report: ScorecardReport, words: Words, limit: int | None = None, room: Room | None = None
) -> Texts:
    """All texts of a document, with as much as there is room for; ``limit`` says so in rows alone."""
    room = room or Room(limit)
    rows, limit = report.rows, room.rows
    is_short = limit is not None
    kpi_ids = report.main_kpi_ids if is_short else report.kpi_ids
    figures = {*report.kpi_ids, *report.coefficient_ids}
    # Whoever has no such figure, as a director, stands in the tables of points and targets only.
    listed = [person for person in report.people if not figures.isdisjoint(person.lines)]
    people = listed
    proposals = list(rows.proposals)
    found = notices(report, words)
    if limit is not None:
        people = most_urgent(people, limit, urgency_of(report))
        proposals = most_urgent(proposals, limit, lambda one: (one["decision"] == "reject",))
        if len(found) > NOTICES_SHOWN:
            found = [*found[:NOTICES_SHOWN], words("notices_cut", count=len(found))]
    months = report.trend_months[-room.months :] if room.months else report.trend_months
    if room.months == 0 or len(months) < 2:
        months = ()
    texts = {
        "language": words.language,
        "title": words("title", month=month_title(rows.month, words)),
        "group": rows.group_name,
        "month": rows.month,
        "stamp": words("stamp"),
        "stamp_note": words("stamp_note"),
        "conclusion": conclusion(report, words),
        "notices": [
            *found,
            *correction_lines(report, words, CORRECTIONS_SHOWN if is_short else None),
        ],
        "kpis": [
            _kpi_row(row, report, words)
            for row in (report.main_kpi_rows if is_short else report.kpi_rows)
        ],
        "kpis_note": words("kpis_note", closing=rows.closing_on),
        "legend": words("legend"),
        "coefficients_note": words("coefficients_note", minimum=rows.minimum_n)
        if report.coefficient_ids
        else "",
        **point_table(report, words, limit),
        **target_table(report, words, limit),
        **month_texts(report, words, limit),
        **reward_table(report, words, limit),
        **_posts(people, report, words, is_short),
        "people_note": _people_note(people, listed, report, words),
        "rank_note": rank_note(report, words),
        "trend_months": list(months),
        "trend": [
            [
                rows.titles[kpi][words.language],
                *(shown(value) for value in report.trend(kpi)[-len(months) :]),
            ]
            for kpi in kpi_ids
        ],
        "trend_note": words("trend_cut", shown=len(months), all=len(report.trend_months))
        if 0 < len(months) < len(report.trend_months)
        else "",
        "proposals": [_proposal(row, report, words) for row in proposals],
        "proposals_note": words("proposals_cut", shown=len(proposals), all=len(rows.proposals))
        if len(proposals) < len(rows.proposals)
        else "",
        "objection": words(
            "objection_text",
            until=rows.objection_until,
            reply=rows.reply_days,
            reply_until=rows.reply_until,
        ),
        "commands": _commands(report, kpi_ids if room.has_commands else kpi_ids[:1], words),
        "basis": _basis(report, words),
        "words": {name: words(name) for name in LABELS},
    }
    return texts if room.letters is None else clipped(texts, room.letters)


def _people_note(
    people: Sequence[Person], listed: Sequence[Person], report: ScorecardReport, words: Words
) -> str:
    """How many of all people stand in the table, and that others stand in the tables of points and targets."""
    shown_count, listed_count = (
        len({one.employee_no for one in some}) for some in (people, listed)
    )
    others = report.count_people() - listed_count
    parts = []
    if len(people) < len(listed):
        parts.append(words("people_cut", shown=shown_count, all=listed_count))
    if others:
        parts.append(words("people_elsewhere", count=others))
    return " ".join(parts)


# fmt: off
LABELS = (
    "conclusion", "notices", "kpis", "kpi", "role", "store", "employee", "numerator",
    "denominator", "excluded", "value", "target", "met", "median", "people_met", "rule",
    "people", "rank", "coefficients", "trend", "month", "proposals", "proposals_none",
    "rewards", "rewards_none", "rewards_text", "reward_notes",
    "proposal", "step", "reason", "cases", "correct_by", "decision", "comment", "policy_line",
    "points_title", "points_text", "targets_title", "targets_text", "objection", "evidence", "evidence_text", "basis", "page", "attachments", "chart_alt",
)
# fmt: on


def correct_by(row: Mapping[str, Any], words: Words) -> str:
    """The day by which a step is to be put right; before it is told, within how many days; a dash for others,
    and for a step that was rejected, of which there is nothing to put right."""
    if row["decision"] == "reject":
        return NOTHING
    if row["correct_by"] is None and row.get("correct_within"):
        return words("correct_within", count=row["correct_within"])
    return str(row["correct_by"] or "–")


def role_words(role: str, words: Words) -> str:
    """A post with its name, where it has one."""
    return f"{words(role)} {role}" if words.has(role) else role


def whose_words(row: KpiRow, words: Words) -> str:
    """The post whose figure it is; of a store's figure that it is the store's."""
    post = role_words(row.role or "", words)
    return words("of_store", role=post) if row.credit == STORE else post


def _kpi_row(row: KpiRow, report: ScorecardReport, words: Words) -> Texts:
    return {
        "kpi": report.rows.titles[row.kpi_id][words.language],
        "kpi_id": row.kpi_id,
        "role": whose_words(row, words),
        "numerator": shown(row.numerator, ""),
        "denominator": shown(row.denominator, ""),
        "excluded": shown(row.excluded, ""),
        "value": shown(row.value),
        "target": target_words(row, words),
        "symbol": row.symbol,
        "style": STYLES[row.symbol],
        "median": shown(row.median),
        "people_met": people_met(row) or NOTHING,
        "rule": ", ".join(row.rules),
    }


def people_met(row: KpiRow) -> str:
    """Of how many people with a target how many met it; empty where nobody could."""
    return f"{row.people_met}/{row.people}" if row.people else ""


def target_words(row: KpiRow, words: Words) -> str:
    """The target of a figure; several where packs differ, and a word where some have none."""
    targets = " / ".join(shown_target(target, row.direction) for target in row.targets)
    if not targets or row.is_target_for_all:
        return targets or NOTHING
    return words("target_partly", target=targets)


def _roles(people: Sequence[Person]) -> list[str]:
    return list(dict.fromkeys(person.role for person in people))


def _posts(
    people: Sequence[Person], report: ScorecardReport, words: Words, is_short: bool
) -> Texts:
    """Tables for each post, and a note where a short page leaves figures out."""
    posts, is_cut = [], False
    for role in _roles(people):
        everybody = [person for person in report.people if person.role == role]
        known = _there(report.kpi_ids, everybody)
        lines = (line for person in everybody for line in person.lines.values())
        kpis = report.main(known, lines) if is_short else known
        is_cut = is_cut or len(kpis) < len(known)
        parts = [kpis] if is_short else _parts(kpis)
        posts += [
            _post(role, people, part, report, words, is_last=part is parts[-1]) for part in parts
        ]
    return {"posts": posts, "figures_note": words("figures_cut") if is_cut else ""}


def _there(kpis: Sequence[str], people: Sequence[Person]) -> list[str]:
    """Figures that any of these scorecards has, so that no column is empty."""
    return [kpi for kpi in kpis if any(kpi in person.lines for person in people)]


def _told(report: ScorecardReport, people: Sequence[Person]) -> list[str]:
    """Coefficients that somebody has, or that are under objection: a column of dashes says nothing."""
    return [
        kpi
        for kpi in report.coefficient_ids
        if any(
            kpi in person.lines
            and (
                person.lines[kpi]["coefficient"] is not None
                or (person.scorecard_id, kpi) in report.frozen_lines
            )
            for person in people
        )
    ]


def _parts(kpis: Sequence[str]) -> list[Sequence[str]]:
    """The figures of as few tables as have room for them, of about the same width."""
    tables = max(1, -(-len(kpis) // FIGURES))
    width = max(1, -(-len(kpis) // tables))
    return [kpis[first : first + width] for first in range(0, max(1, len(kpis)), width)]


def _post(
    role: str,
    people: Sequence[Person],
    kpis: Sequence[str],
    report: ScorecardReport,
    words: Words,
    is_last: bool,
) -> Texts:
    """The people of a post with some figures; rank and coefficients stand in the post's last table."""
    everybody = [person for person in report.people if person.role == role]
    there = [person for person in people if person.role == role]
    coefficients = _told(report, there) if is_last else []
    titles = report.rows.titles
    return {
        "role": role_words(role, words),
        "is_ranked": is_last and _is_ranked(everybody, role),
        "kpi_titles": [titles[kpi][words.language] for kpi in kpis],
        "coefficient_titles": [titles[kpi][words.language] for kpi in coefficients],
        "people": [_person(person, kpis, coefficients, report, words) for person in there],
    }


def _person(
    person: Person,
    kpis: Sequence[str],
    coefficients: Sequence[str],
    report: ScorecardReport,
    words: Words,
) -> Texts:
    cells = []
    for kpi in kpis:
        line = person.lines.get(kpi)
        if line is None:
            cells.append({"value": "", "counts": "", "symbol": "", "style": "none"})
            continue
        mark = symbol(line["is_target_met"])
        is_judged = line["target"] is not None
        cells.append(
            {
                "value": shown(line["value"], line["unit"]),
                "counts": marked(
                    f"{line['numerator']:f}/{line['denominator']:f}"
                    if line["value"] is not None
                    else "",
                    report,
                    person.scorecard_id,
                    kpi,
                    words,
                ),
                "symbol": mark if is_judged and line["value"] is not None else "",
                "style": STYLES[mark],
            }
        )
    return {
        "name": person.name,
        "employee_no": person.employee_no,
        "role": person.role,
        "store": person.store_name,
        "store_code": person.store_code,
        "trial": words("trial") if person.is_trial else "",
        "cells": cells,
        "coefficients": [
            marked(
                shown(person.lines[kpi]["coefficient"], ""),
                report,
                person.scorecard_id,
                kpi,
                words,
            )
            if kpi in person.lines
            else ""
            for kpi in coefficients
        ],
        "rank": rank_words(person, words),
    }


def rank_words(person: Person, words: Words) -> str:
    """``3/12``, or why there is no rank."""
    if person.rank is not None:
        return words("rank_of", rank=person.rank, of=person.ranked)
    line = person.score
    return words("rank_none") if line and line["value"] is not None else NOTHING


def _is_ranked(people: Sequence[Person], role: str) -> bool:
    """Whether a post is scored by what people are ranked by."""
    return any(person.score is not None for person in people if person.role == role)


def rank_note(report: ScorecardReport, words: Words) -> str:
    """Who is ranked, and the median of each post."""
    medians = words("comma").join(
        f"{role_words(role, words)} {shown(report.score_median(role))}"
        for role in report.roles
        if _is_ranked(report.people, role)
    )
    return words("rank_note", minimum=report.rows.minimum_n, medians=medians)


def _proposal(row: Mapping[str, Any], report: ScorecardReport, words: Words) -> Texts:
    cases = row["rows_behind"]
    kinds = dict.fromkeys(kind for kind, _ in cases)
    listed = [
        f"{words(kind)} " + ", ".join(key for case, key in cases[:CASES_SHOWN] if case == kind)
        for kind in kinds
    ]
    more = words("cases_more", count=len(cases)) if len(cases) > CASES_SHOWN else ""
    return {
        "proposal_id": row["proposal_id"],
        "name": row["employee_name"],
        "employee_no": row["employee_no"],
        "store": row["store_name"],
        "step": words(row["step"]),
        "rule": row["rule_id"],
        "policy_line": row["policy_line"],
        "reason": reason_in(row["reason"], words.language),
        "cases": listed,
        "cases_more": more,
        "correct_by": correct_by(row, words),
        "decision": _decision(row, report, words),
        "style": {"approve": "firm", "reject": "none"}.get(row["decision"] or "", "missed"),
        "decided_by": row["decided_by"] or "",
        "comment": row["remark"] or "",
    }


def _decision(row: Mapping[str, Any], report: ScorecardReport, words: Words) -> str:
    decision = words(row["decision"] or "undecided")
    mark = proposal_mark(report, row["proposal_id"], words)
    return f"{decision} · {mark}" if mark else decision


def _commands(
    report: ScorecardReport, kpis: Sequence[str], words: Words
) -> Sequence[Sequence[str]]:
    whole = next(reversed(report.point_groups), None)
    target = next(iter(report.target_ids), None)
    example = next(
        (
            person
            for person in report.people
            if kpis and person.lines.get(kpis[0], {}).get("value") is not None
        ),
        None,
    )
    month = report.rows.month
    found = [
        (
            f"{words('evidence_all')} · {report.rows.titles[kpi][words.language]}",
            evidence_command(month, "all", kpi),
        )
        for kpi in kpis
    ]
    if example:
        found.append(
            (
                f"{words('evidence_example')} {example.name}",
                evidence_command(month, example.employee_no, kpis[0]),
            )
        )
    for name, line in (("evidence_points", whole), ("evidence_targets", target)):
        judged = next((person for person in report.people if line in person.lines), None)
        if line is not None and judged:
            command = evidence_command(month, judged.employee_no, line)
            found.append((f"{words(name)} {judged.name}", command))
    return found


def _basis(report: ScorecardReport, words: Words) -> str:
    rows = report.rows
    return words(
        "basis_text" if rows.approved_by else "basis_draft",
        as_of=rows.as_of or NOTHING,
        closing=rows.closing_on,
        digest=rows.policy_digest[:12],
        approved_by=rows.approved_by,
    )
