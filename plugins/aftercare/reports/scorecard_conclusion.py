"""The month's conclusion: who met the targets, which figures did not, who is sanctioned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aftercare.reports.objection_marks import proposal_mark
from aftercare.reports.scorecard_report import ScorecardReport, shown, shown_target, symbol
from aftercare.reports.scorecard_rewards import reward_conclusion
from aftercare.reports.scorecard_verdict import Verdict, verdict
from aftercare.reports.scorecard_words import Words

POSTS = ("SC", "AC", "SUP", "DIR", "SA", "CONSULTANT", "RENEWAL")
"""Posts as they are named where two have as many people."""
NAMED = 3
"""Posts, and people who are sanctioned, that a line has room for."""
FIGURES = 5
"""Figures that a line has room for."""


def conclusion(report: ScorecardReport, words: Words) -> list[str]:
    """Three lines: who was scored and met the targets, the figures of all, what was decided; a fourth on rewards."""
    return [
        _people(report, words),
        _figures(report, words),
        _decisions(report, words),
        *reward_conclusion(report, words),
    ]


def summary(report: ScorecardReport, words: Words) -> str:
    """The conclusion in a few words, as a subject has room for."""
    people = _count(report)
    if not report.rows.proposals:
        return words("subject_none", **people)
    approved, rejected = report.decided("approve"), report.decided("reject")
    return words("subject_decided", approved=approved, rejected=rejected, **people)


def _count(report: ScorecardReport) -> dict[str, int]:
    """All people, and those who met, missed, or have nothing that could be judged: the three are all."""
    people = report.count_people()
    met, unmet = (report.count_people(is_met=is_met) for is_met in (True, False))
    return {"people": people, "met": met, "unmet": unmet, "open": people - met - unmet}


def _people(report: ScorecardReport, words: Words) -> str:
    count = _count(report)
    empty = count["people"] - report.count_people(is_counted=True)
    name = "conclusion_people_empty" if empty else "conclusion_people"
    return words(name, roles=_posts(report, words), empty=empty, **count)


def _posts(report: ScorecardReport, words: Words) -> str:
    """The posts with most people."""
    known = {role: number for number, role in enumerate(POSTS)}
    counts = {role: report.count_role(role) for role in report.roles}
    posts = sorted(counts, key=lambda role: (-counts[role], known.get(role, len(known)), role))
    named = words("comma").join(
        words("role_count", role=words(role) if words.has(role) else role, count=counts[role])
        for role in posts[:NAMED]
    )
    if len(posts) <= NAMED:
        return named
    return words("roles_more", roles=named, all=len(posts))


def _figures(report: ScorecardReport, words: Words) -> str:
    judged = [verdict(report, kpi) for kpi in report.main_kpi_ids]
    known = [one for one in judged if one.value is not None]
    if not known:
        return words("conclusion_no_figures")
    missed = sum(one.is_met is False for one in known)
    held = sum(one.is_met is not None for one in known)
    known.sort(key=lambda one: (False, True, None).index(one.is_met))
    return words(
        "conclusion_kpis" if held else "conclusion_kpis_free",
        missed=missed,
        held=held,
        kpis=words("separator").join(_figure(one, report, words) for one in known[:FIGURES]),
    )


def _figure(one: Verdict, report: ScorecardReport, words: Words) -> str:
    name = "conclusion_kpi"
    if one.is_met is None:
        name = "conclusion_kpi_free"
    elif len(one.targets) > 1:
        name = "conclusion_kpi_each_store" if one.is_store else "conclusion_kpi_each_person"
    elif one.held < one.of:
        name = "conclusion_kpi_some_stores" if one.is_store else "conclusion_kpi_some_people"
    return words(
        name,
        title=report.rows.titles[one.kpi_id][words.language],
        value=shown(one.value),
        symbol=symbol(one.is_met),
        target=" / ".join(shown_target(target, one.direction) for target in one.targets),
        held=one.held,
        of=one.of,
        met=one.met,
    )


def _decisions(report: ScorecardReport, words: Words) -> str:
    everything = len(report.rows.proposals)
    if not everything:
        return words(
            "conclusion_no_sanctions" if report.rows.rewards else "conclusion_no_proposals"
        )
    undecided = report.decided(None)
    if undecided:
        return words("conclusion_undecided", all=everything, undecided=undecided)
    approved = [row for row in report.rows.proposals if row["decision"] == "approve"]
    if not approved:
        return words("conclusion_all_rejected", all=everything)
    names = words("separator").join(_sanctioned(row, report, words) for row in approved[:NAMED])
    if len(approved) > NAMED:
        names += words("sanctioned_more", count=len(approved))
    return words(
        "conclusion_decided",
        all=everything,
        approved=len(approved),
        rejected=everything - len(approved),
        names=names,
        until=report.rows.objection_until,
    )


def _sanctioned(row: Mapping[str, Any], report: ScorecardReport, words: Words) -> str:
    """Who is sanctioned, where, by which step, and whether an objection stands in the way."""
    told = words(
        "conclusion_sanctioned",
        name=row["employee_name"],
        store=row["store_name"],
        step=words(row["step"]),
    )
    mark = proposal_mark(report, row["proposal_id"], words)
    return f"{told} · {mark}" if mark else told
