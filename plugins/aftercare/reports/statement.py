"""An employee's own statement of a month (S1-40): purpose, method, results, what was decided, where to ask.

It is made from the lines of one person; of others it holds places and medians, never a figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from aftercare.reports.evidence_commands import evidence_command
from aftercare.reports.mail_layout import mail_message
from aftercare.reports.month_facts import MonthFacts
from aftercare.reports.objection_marks import marked, proposal_mark
from aftercare.reports.scorecard_points import point_cells, shown_points
from aftercare.reports.scorecard_report import (
    NOTHING,
    STYLES,
    Person,
    Row,
    ScorecardReport,
    shown,
    shown_target,
    symbol,
)
from aftercare.reports.scorecard_targets import target_cells
from aftercare.reports.scorecard_view import month_title, role_words
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.reports.told_proposals import reward_texts, told_rewards, told_sanctions
from aftercare.rules.kpis import STORE
from aftercare.rules.sanctions import reason_in
from aftercare.rules.scorecard_targets import JOINT
from aftercare.rules.scoring import SHARE
from aftercare.settings import Language

Texts = dict[str, Any]
MedianKey = tuple[str, str, str]
"""Post, figure and unit."""


@dataclass(frozen=True)
class Statement:
    """What one person is told: their lines, places by scorecard, and what was approved about them.

    ``proposals`` are sanctions, ``rewards`` what else was proposed: approved ones are told. One that was
    rejected was never a decision against anybody, and is not told as if it were.
    ``medians`` has median and number of people by post, figure and unit; ``hr_addresses`` is whom they may ask.
    """

    facts: MonthFacts
    employee_no: str
    name: str
    lines: Sequence[Row]
    places: Mapping[str, tuple[int, int]]
    proposals: Sequence[Row]
    medians: Mapping[MedianKey, tuple[Decimal, int]]
    median_people: int
    hr_addresses: Sequence[str]
    rewards: Sequence[Row] = ()

    @cached_property
    def report(self) -> ScorecardReport:
        """The person's lines as the documents of a month read lines."""
        return self.facts.report(self.lines, self.proposals)

    def median(self, role: str, kpi_id: str, unit: str = SHARE) -> Decimal | None:
        """The median of the post, where it stands for enough people to tell nobody's figure."""
        median, people = self.medians.get((role, kpi_id, unit), (None, 0))
        return median if people >= self.median_people else None


def statement_texts(statement: Statement, language: Language) -> Texts:
    """All texts of a statement."""
    words, common = read_words(language, "statements"), read_words(language)
    facts, report = statement.facts, statement.report
    month = month_title(facts.month, common)
    decided = told_sanctions(statement.proposals)
    cards = [_card(person, statement, words, common) for person in report.people]
    rewards = told_rewards(statement.rewards)
    where = (
        words("ask_hr_at", addresses=common("comma").join(statement.hr_addresses))
        if statement.hr_addresses
        else words("ask_hr")
    )
    return {
        "language": language,
        "subject": words("statement_subject", month=month),
        "title": words("statement_title", name=statement.name, month=month),
        "stamp": words(
            "statement_stamp",
            group=facts.group_name,
            month=facts.month,
            employee_no=statement.employee_no,
        ),
        "summary": _summary(statement, decided, len(rewards), words, common),
        "is_missed": any(person.is_met is False for person in report.people),
        "purpose": words("purpose"),
        "method": words("method", closing=facts.closing_on),
        "cards": cards,
        "median_note": words("post_median_note", minimum=statement.median_people)
        if any(card["has_medians"] for card in cards)
        else "",
        "legend": common("legend"),
        "decisions": [decision_texts(row, report, words, common) for row in decided],
        "rewards": [reward_texts(row, report, words, common) for row in rewards],
        "ask": words(
            "ask",
            where=where,
            until=facts.terms.until,
            days=facts.terms.reply_days,
            reply_until=facts.terms.reply_until,
        ),
        **_rows(statement, words),
        "foot": words("statement_foot"),
        "words": {name: words(name) for name in OWN}
        | {name: common(name) for name in ("kpi", "value", "target", "met")},
    }


OWN = (
    *("purpose_title", "counts", "post_median", "points_heading", "points_cell", "basis"),
    *("targets_heading", "result", "decisions_title", "decisions_none", "ask_title"),
    *("rows_title", "rewards_title", "rewards_note"),
)


def statement_message(statement: Statement, language: Language) -> EmailMessage:
    """The whole message, without sender and recipient; an answer to it goes to HR."""
    message = mail_message("statement", statement_texts(statement, language))
    if statement.hr_addresses:
        message["Reply-To"] = ", ".join(statement.hr_addresses)
    return message


def decision_texts(row: Row, report: ScorecardReport, words: Words, common: Words) -> Texts:
    """A decided sanction: step, decision and reason, without what deciders noted for one another."""
    is_approved = row["decision"] == "approve"
    return {
        "name": row["employee_name"],
        "employee_no": row["employee_no"],
        "step": common(row["step"]),
        "decision": words(f"decision_{row['decision']}"),
        "style": "bad" if is_approved else "quiet",
        "mark": proposal_mark(report, row["proposal_id"], common) if is_approved else "",
        "reason": reason_in(row["reason"], words.language),
        "correct_by": words("decision_correct_by", day=row["correct_by"])
        if is_approved and row["correct_by"]
        else "",
        "id": words("decision_id", proposal=row["proposal_id"], rule=row["rule_id"]),
    }


def _summary(
    statement: Statement, decided: Sequence[Row], rewards: int, words: Words, common: Words
) -> list[str]:
    first = [
        words(
            "summary_points",
            points=shown_points(line["points"], line["weight"]),
            weight=shown_points(line["weight"]),
        )
        for name in list(statement.report.point_groups)[-1:]
        for line in statement.lines
        if line["kpi_id"] == name
    ]
    # The parts of a joint target count with it.
    joint = {line["rule_id"] for line in statement.lines if line["unit"] == JOINT}
    marks = [
        line["is_target_met"]
        for line in statement.lines
        if line["is_target_met"] is not None
        and (line["unit"] == JOINT or line["rule_id"] not in joint)
    ]
    if marks and all(marks):
        first.append(words("summary_met", judged=len(marks)))
    elif marks:
        met, missed = marks.count(True), marks.count(False)
        first.append(words("summary_missed", judged=len(marks), met=met, missed=missed))
    elif not first:
        first.append(words("summary_none"))
    # Somebody's scorecards of a post share one place, which is said once.
    places = dict.fromkeys(
        text
        for person in statement.report.people
        if (text := _place(person, statement, words, common))
    )
    steps = Counter(common(row["step"]) for row in decided)
    named = common("comma").join(
        f"{step} ×{count}" if count > 1 else step for step, count in steps.items()
    )
    last = words("summary_decided", steps=named) if decided else words("summary_not_decided")
    rewarded = [words("summary_rewards", count=rewards)] if rewards else []
    return [*first, *places, last, *rewarded]


def _place(person: Person, statement: Statement, words: Words, common: Words) -> str:
    """The person's rank in a post; nothing where the post is not ranked, or the scorecard is on trial."""
    if person.is_trial:
        return ""
    place = statement.places.get(person.scorecard_id)
    if place:
        return words(
            "summary_rank", rank=place[0], of=place[1], role=role_words(person.role, common)
        )
    line = person.score
    if line is None or line["value"] is None:
        return ""
    return words("summary_no_rank", minimum=statement.facts.minimum_n)


def _card(person: Person, statement: Statement, words: Words, common: Words) -> Texts:
    report = statement.report
    titles = report.rows.titles
    lines = [
        person.lines[name]
        for name in (*report.kpi_ids, *report.coefficient_ids)
        if name in person.lines
    ]
    figures = [
        _figure(line, titles[line["kpi_id"]][words.language], statement, words, common)
        for line in lines
        if not _is_nothing(line)
    ]
    return {
        "title": words(
            "your_figures", role=role_words(person.role, common), store=person.store_name
        ),
        "trial": words("method_trial") if person.is_trial else "",
        "figures": figures,
        "nothing": _nothing(lines, statement, words, common),
        "has_medians": any(row["median"] != NOTHING for row in figures),
        "points": [
            {
                "title": titles[cell["kpi_id"]][words.language],
                "points": f"{cell['points']} / {cell['weight']}",
                "details": [*cell["details"], *filter(None, [cell["note"]])],
            }
            for cell in point_cells(person, report, common)
            if cell
        ],
        "targets": [
            {
                "title": entry["title"],
                "value": entry["value"],
                "symbol": entry["symbol"],
                "style": _CELLS[entry["style"]],
                "details": [*entry["details"], *filter(None, [entry["note"]])],
            }
            for cell in target_cells(person, report, common)
            for entry in cell or ()
        ],
    }


_CELLS = {"met": "good", "missed": "bad", "none": ""}
"""The classes of the house's mails for those of the scorecards."""


def _is_nothing(line: Row) -> bool:
    """Whether there was nothing to count: a row of dashes would say no more."""
    return line["value"] is None and line["denominator"] == 0


def _nothing(lines: Sequence[Row], statement: Statement, words: Words, common: Words) -> list[str]:
    """The figures that had nothing to count, in a line for each reason."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if _is_nothing(line):
            details = common("comma").join(_details(line, statement, words, common))
            title = statement.report.rows.titles[line["kpi_id"]][words.language]
            named = words("nothing_of", title=title, details=details) if details else title
            found.setdefault(common.note(line["note"] or "no_rows"), []).append(named)
    return [
        words("nothing", why=why[:1].upper() + why[1:], figures=common("comma").join(named))
        for why, named in found.items()
    ]


def _details(line: Row, statement: Statement, words: Words, common: Words) -> list[str]:
    """What stands below a figure, but for its note."""
    details = [words("of_the_store")] if line["credit"] == STORE else []
    if line["excluded"]:
        details.append(words("left_out", count=shown(line["excluded"], "")))
    if line["band"]:
        details.append(words("band_of", band=line["band"]))
    if line["coefficient"] is not None:
        details.append(words("coefficient_of", coefficient=shown(line["coefficient"], "")))
    sign = marked("", statement.report, line["scorecard_id"], line["kpi_id"], common)
    return [*details, sign] if sign else details


def _figure(line: Row, title: str, statement: Statement, words: Words, common: Words) -> Texts:
    mark = symbol(line["is_target_met"])
    details = _details(line, statement, words, common)
    if line["note"]:
        details.append(common.note(line["note"]))
    is_counted = line["numerator"] is not None and line["denominator"] is not None
    role = next(
        person.role
        for person in statement.report.people
        if person.scorecard_id == line["scorecard_id"]
    )
    # A store's figure is nobody's own: there is no median of people beside it.
    median = (
        None if line["credit"] == STORE else statement.median(role, line["kpi_id"], line["unit"])
    )
    return {
        "title": title,
        "details": details,
        "counts": f"{line['numerator']:f} / {line['denominator']:f}" if is_counted else NOTHING,
        "value": shown(line["value"], line["unit"]),
        "target": shown_target(line["target"], line["direction"])
        if line["unit"] == SHARE
        else shown(line["target"], ""),
        "symbol": mark,
        "style": _CELLS[STYLES[mark]],
        "median": shown(median, line["unit"]),
    }


def _rows(statement: Statement, words: Words) -> Texts:
    """How the person comes to the rows behind figures, total points and targets, and HR's command for them."""
    report, facts = statement.report, statement.facts
    known = {line["kpi_id"] for line in statement.lines if line["value"] is not None}
    names = [
        *(name for name in (*report.kpi_ids, *report.coefficient_ids) if name in known),
        *list(report.point_groups)[-1:],
        *report.target_ids,
    ]
    if not names:
        return {"rows_text": "", "command": ""}
    command = evidence_command(facts.month, statement.employee_no, "")
    return {
        "rows_text": words(
            "rows_text",
            month=facts.month,
            employee_no=statement.employee_no,
            title=facts.titles[names[0]][words.language],
        ),
        "command": words("rows_command", command=command.strip(), names=" ".join(names)),
    }
