"""Marks of what is under objection, beside a figure or a proposal."""

from __future__ import annotations

from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_words import Words, read_words

AREA = "objections"


def words_of(words: Words) -> Words:
    """The texts of this area in the language of others."""
    return read_words(words.language, AREA)


def marked(text: str, report: ScorecardReport, scorecard_id: str, kpi_id: str, words: Words) -> str:
    """A text about a line, which says so if the line is under objection."""
    if (scorecard_id, kpi_id) not in report.frozen_lines:
        return text
    sign = words_of(words)("under_objection")
    return f"{text} · {sign}" if text else sign


def proposal_mark(report: ScorecardReport, proposal_id: str, words: Words) -> str:
    """That a proposal is under objection, that one to it was upheld, or that a step behind it was
    overturned; else nothing."""
    say = words_of(words)
    if proposal_id in report.lifted_proposals:
        return say("proposal_lifted")
    if proposal_id in report.unfounded_proposals:
        return say("proposal_unfounded")
    return say("proposal_frozen") if proposal_id in report.frozen_proposals else ""


def open_notice(report: ScorecardReport, words: Words) -> list[str]:
    """One line if objections wait for an answer."""
    waiting = report.open_objections
    if not waiting:
        return []
    due = min(row["due_on"] for row in waiting)
    return [words_of(words)("notice_open", count=len(waiting), due=due)]
