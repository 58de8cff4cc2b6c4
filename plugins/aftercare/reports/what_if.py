"""What closed months would be by a draft of the policy, beside what stands, counted and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from aftercare.reports.scorecard_report import (
    NOTHING,
    ranks_of,
    ranks_people,
    shown,
    symbol,
)
from aftercare.reports.scorecard_view import role_words
from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.rules.kpis import LOWER
from aftercare.rules.sanctions import reason_in

Row = Mapping[str, Any]
Cause = Literal["draft", "rows"]
Turn = Literal["better", "worse"]
COUNTS = ("numerator", "denominator", "excluded")
FIGURES = (
    *COUNTS,
    *("value", "unit", "target", "is_target_met", "band", "coefficient", "points", "weight"),
    *("rank", "note", "is_trial"),
)
"""What is compared of a line; another policy line or rule alone is nothing that anybody notices."""
SHOWN = (
    *("value", "target", "is_target_met", "band", "coefficient", "points", "weight", "rank"),
    "is_trial",
)
JUDGED = ("coefficient", "points", "is_target_met")
"""By which a line is better or worse, the first that differs."""
PROPOSED = ("step", "reason", "rule_id", "store_code")
"""What is compared of a proposal, beside the time to put it right."""
TERM = "correct_within"
"""The days to put a step right, compared where both sides have them: steps of before they were
counted from the day of telling have a day in their place, and a referral has neither."""
MOST_SHOWN = 40
"""Lines of people that are shown of a month; --list, --json and --output have them all."""


@dataclass(frozen=True)
class Scored:
    """A month scored once: lines as `list_month_lines` gives them, with proposals."""

    lines: Sequence[Row]
    proposals: Sequence[Row]
    minimum_n: int

    @cached_property
    def by_key(self) -> dict[tuple[str, str], Row]:
        """Lines by scorecard and figure; the satisfied share says the rank, too."""
        ranks = ranks_of(self.lines, self.minimum_n)
        found: dict[tuple[str, str], Row] = {}
        for line in self.lines:
            key = (line["scorecard_id"], line["kpi_id"])
            rank = ranks.get(line["scorecard_id"]) if ranks_people(line["kpi_id"]) else None
            found[key] = {**line, "rank": rank[0] if rank else None}
        return found


@dataclass(frozen=True)
class LineChange:
    """A line that would be another: as it stands, by the draft, and by today's policy now."""

    was: Row | None
    would: Row | None
    now: Row | None

    @property
    def about(self) -> Row:
        """The line that there is, for who, where and what."""
        return self.would or self.was or {}

    @property
    def causes(self) -> tuple[Cause, ...]:
        """``draft``: today's policy gives another line; ``rows``: so would today's policy, by what came since."""
        was, would, now = _figures(self.was), _figures(self.would), _figures(self.now)
        return _causes_of(would != now, now != was)

    @property
    def differing(self) -> tuple[str, ...]:
        """Names of the figures that differ; all that are shown where the line comes or goes."""
        if self.was is None or self.would is None:
            return SHOWN
        return tuple(name for name in FIGURES if self.was[name] != self.would[name])

    @property
    def turn(self) -> Turn | None:
        """Whether it is judged better or worse than it was; None where neither can be said."""
        if self.was is None or self.would is None:
            return None
        for name in JUDGED:
            old, new = self.was[name], self.would[name]
            if old != new and old is not None and new is not None:
                return "better" if new > old else "worse"
        return None


@dataclass(frozen=True)
class ProposalChange:
    """A proposal that would come (no ``was``), go (no ``would``), or say something else."""

    was: Row | None
    would: Row | None
    causes: tuple[Cause, ...]
    employee_name: str

    @property
    def kind(self) -> Literal["comes", "goes", "differs"]:
        """What would happen to it."""
        return "comes" if self.was is None else "goes" if self.would is None else "differs"

    @property
    def about(self) -> Row:
        """The proposal that there is."""
        return self.would or self.was or {}

    @property
    def terms(self) -> tuple[int, int] | None:
        """Days to put the step right, as they are and would be; None where they do not differ."""
        if self.was is None or self.would is None or not _has_other_term(self.was, self.would):
            return None
        return self.was[TERM], self.would[TERM]


@dataclass(frozen=True)
class SummaryRow:
    """The lines of a figure in a post."""

    role: str
    kpi_id: str
    lines: int
    changed: int
    better: int
    worse: int
    newly_met: int
    no_longer_met: int


@dataclass(frozen=True)
class MonthWhatIf:
    """A month as it stands, by the draft, and by today's policy with what is known now."""

    month: str
    is_published: bool
    was: Scored
    would: Scored
    now: Scored
    store_code: str | None = None

    @cached_property
    def changes(self) -> list[LineChange]:
        """Lines that would be others than those that stand, whatever the cause."""
        was, would, now = self.was.by_key, self.would.by_key, self.now.by_key
        found = [LineChange(was.get(key), would.get(key), now.get(key)) for key in {**was, **would}]
        return sorted(
            (
                each
                for each in found
                if _figures(each.was) != _figures(each.would) and self._is_asked(each.about)
            ),
            key=lambda each: (
                each.about["store_code"],
                each.about["role"],
                each.about["employee_no"],
                each.about["kpi_id"],
            ),
        )

    @cached_property
    def proposals(self) -> list[ProposalChange]:
        """Proposals that would come, go or say something else."""
        was, would, now = (
            {row["proposal_id"]: row for row in scored.proposals}
            for scored in (self.was, self.would, self.now)
        )
        names: dict[str, str] = {
            line["employee_no"]: line["employee_name"]
            for scored in (self.was, self.would)
            for line in scored.lines
        }
        found = []
        for key in sorted(was.keys() | would.keys()):
            old, new = was.get(key), would.get(key)
            about: Row = new or old or {}
            if _is_other(old, new) and self._is_asked(about):
                today = now.get(key)
                causes = _causes_of(_is_other(new, today), _is_other(today, old))
                name = names.get(about["employee_no"], "")
                found.append(ProposalChange(old, new, causes, name))
        return found

    def people(self, causes: Sequence[Cause]) -> tuple[int, int]:
        """How many people have a line that differs for one of these causes, and of how many."""
        asked = [
            line
            for scored in (self.was, self.would)
            for line in scored.lines
            if self._is_asked(line)
        ]
        changed = {each.about["employee_no"] for each in self.changed(causes)}
        return len(changed), len({line["employee_no"] for line in asked})

    def changed(self, causes: Sequence[Cause]) -> list[LineChange]:
        """Lines that differ for one of these causes."""
        return [each for each in self.changes if set(each.causes) & set(causes)]

    def summary(self, causes: Sequence[Cause]) -> list[SummaryRow]:
        """By post and figure, those of which at least one line differs for one of these causes."""
        found: dict[tuple[str, str], list[LineChange]] = {}
        for each in self.changed(causes):
            found.setdefault((each.about["role"], each.about["kpi_id"]), []).append(each)
        keys = {**self.was.by_key, **self.would.by_key}
        return [
            SummaryRow(
                role,
                kpi_id,
                sum(
                    line["role"] == role and line["kpi_id"] == kpi_id and self._is_asked(line)
                    for line in keys.values()
                ),
                len(changes),
                sum(each.turn == "better" for each in changes),
                sum(each.turn == "worse" for each in changes),
                sum(_met(each.would) and not _met(each.was) for each in changes),
                sum(_met(each.was) and not _met(each.would) for each in changes),
            )
            for (role, kpi_id), changes in sorted(found.items())
        ]

    def _is_asked(self, row: Row) -> bool:
        return self.store_code in (None, row["store_code"])


@dataclass(frozen=True)
class WhatIf:
    """Closed months by a draft. ``later`` are days on which lines begin that only the draft has and
    that these months do not reach; ``titles`` name the figures by language."""

    months: Sequence[MonthWhatIf]
    policy_digest: str
    is_draft: bool
    as_of: date | None
    later: Sequence[date]
    titles: Mapping[str, Mapping[str, str]]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Which changes are listed: the draft's, or where there is none what came since."""
        return ("draft",) if self.is_draft else ("rows",)

    def title(self, kpi_id: str, language: str) -> str:
        """What a figure is called."""
        known = self.titles.get(kpi_id)
        return known[language] if known else kpi_id

    def as_json(self) -> dict[str, Any]:
        """For programs: all changes of all causes, figures as texts, so that nothing is rounded."""
        return {
            "policy_digest": self.policy_digest,
            "as_of": self.as_of,
            "later_lines_from": sorted(set(self.later)),
            "months": [
                {
                    "month": each.month,
                    "is_published": each.is_published,
                    "people": dict(zip(("changed", "of"), each.people(self.causes), strict=True)),
                    "summary": [vars(row) for row in each.summary(self.causes)],
                    "lines": [_line_json(change) for change in each.changes],
                    "proposals": [_proposal_json(change) for change in each.proposals],
                }
                for each in self.months
            ],
        }


def what_if_lines(
    found: WhatIf, words: Words, cards: Words, is_listed: bool = False
) -> Iterator[str]:
    """What the command says. ``cards`` are the words of scorecards."""
    most = None if is_listed else MOST_SHOWN
    for month in found.months:
        yield from _month_lines(found, month, words, cards, most)
    if found.later and found.as_of is None:
        yield words("later", count=len(found.later), day=min(found.later))
    yield words("nothing_written")


def _month_lines(
    found: WhatIf, month: MonthWhatIf, words: Words, cards: Words, most: int | None
) -> Iterator[str]:
    changed = month.changed(found.causes)
    people, of = month.people(found.causes)
    yield words(
        "month_draft" if found.is_draft else "month_rows",
        month=month.month,
        state=cards("page_state_closed" if month.is_published else "page_state_provisional"),
        policy=found.policy_digest[:12],
        people=people,
        of=of,
        lines=len(changed),
    )
    if found.is_draft:
        others = sum(each.causes == ("rows",) for each in month.changes)
        if others:
            yield "  " + words("others", count=others)
    summary = month.summary(found.causes)
    if summary:
        heads = ("post", "figure", "of_lines", *_SUMMED)
        yield from table_lines(
            [words(f"head_{name}") for name in heads],
            [
                (
                    role_words(row.role, cards),
                    found.title(row.kpi_id, words.language),
                    str(row.lines),
                    *(str(getattr(row, name)) for name in _SUMMED),
                )
                for row in summary
            ],
        )
    for each in changed[:most]:
        yield "  " + line_words(each, found, words, cards)
    if most is not None and len(changed) > most:
        yield "  " + words("more", count=len(changed) - most)
    for proposal in month.proposals:
        yield "  " + _proposal_words(proposal, words, cards)


_SUMMED = ("changed", "better", "worse", "newly_met", "no_longer_met")


def line_words(change: LineChange, found: WhatIf, words: Words, cards: Words) -> str:
    """A line that differs, for people: who, which figure, and each part as it was and would be."""
    about = change.about
    shown = [name for name in change.differing if name in SHOWN] or list(change.differing)
    parts = [
        words("from_to", name=words(f"head_{name}"), was=sides[0], would=sides[1])
        for name in dict.fromkeys("counted" if name in COUNTS[:2] else name for name in shown)
        for sides in [[cell_words(side, name, words, cards) for side in (change.was, change.would)]]
        if sides[0] != sides[1]
    ]
    note = (change.would or {}).get("note")
    if note and "note" not in shown and note != (change.was or {}).get("note"):
        parts.append(cards.note(note))
    if change.was is None or change.would is None:
        parts.append(words("line_comes" if change.was is None else "line_goes"))
    if change.causes == ("draft", "rows"):
        parts.append(words("both_causes"))
    return words(
        "line",
        employee_no=about["employee_no"],
        name=about["employee_name"],
        role=about["role"],
        store=about["store_code"],
        figure=found.title(about["kpi_id"], words.language),
        parts=words("comma").join(parts),
    )


def cell_words(line: Row | None, name: str, words: Words, cards: Words) -> str:
    """A figure of a line for people to read; – for none."""
    if name == "counted":
        return _counted(line)
    value = line[name] if line is not None else None
    if line is None or value is None:
        return NOTHING
    if name == "is_target_met":
        return symbol(value)
    if name == "is_trial":
        return words(f"trial_{str(value).lower()}")
    if name == "note":
        return cards.note(value)
    if name == "target":
        return ("<" if line["direction"] == LOWER else "") + shown(value, line["unit"])
    if name == "value":
        return shown(value, line["unit"])
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _counted(line: Row | None) -> str:
    if line is None or line["denominator"] is None:
        return NOTHING
    return f"{line['numerator'].normalize():f}/{line['denominator'].normalize():f}"


def _proposal_words(change: ProposalChange, words: Words, cards: Words) -> str:
    about = change.about
    decision = (change.was or {}).get("decision")
    reason = reason_in(about["reason"], words.language)
    if terms := change.terms:
        reason += words("comma") + term_words(terms, words)
    if change.causes == ("rows",):
        reason += words("comma") + words("cause_rows")
    return words(
        f"proposal_{change.kind}",
        proposal=about["proposal_id"],
        name=change.employee_name,
        step=cards(about["step"]),
        reason=reason,
        decision=cards(decision or "undecided"),
    )


def term_words(terms: tuple[int, int], words: Words) -> str:
    """Another time to put a step right, for people."""
    was, would = terms
    return words("from_to", name=words("head_correct_within"), was=was, would=would)


def _figures(line: Row | None) -> tuple[Any, ...] | None:
    return None if line is None else tuple(line[name] for name in FIGURES)


def _is_other(one: Row | None, other: Row | None) -> bool:
    """Whether two proposals of the same number say something else, or only one of them is there."""
    if one is None or other is None:
        return one is not other
    return any(one[name] != other[name] for name in PROPOSED) or _has_other_term(one, other)


def _has_other_term(one: Row, other: Row) -> bool:
    return None not in (one[TERM], other[TERM]) and one[TERM] != other[TERM]


def _causes_of(is_by_draft: bool, is_by_rows: bool) -> tuple[Cause, ...]:
    causes: dict[Cause, bool] = {"draft": is_by_draft, "rows": is_by_rows}
    return tuple(cause for cause, is_one in causes.items() if is_one)


def _met(line: Row | None) -> bool:
    return line is not None and line["is_target_met"] is True


def _line_json(change: LineChange) -> dict[str, Any]:
    about = change.about
    return {
        **{
            name: about[name]
            for name in ("scorecard_id", "role", "store_code", "employee_no", "kpi_id")
        },
        "causes": change.causes,
        "turn": change.turn,
        "was": _plain(change.was),
        "would": _plain(change.would),
        "now": _plain(change.now),
    }


def _proposal_json(change: ProposalChange) -> dict[str, Any]:
    about = change.about
    return {
        "kind": change.kind,
        "causes": change.causes,
        **{name: about[name] for name in ("proposal_id", "employee_no", *PROPOSED)},
        TERM: about[TERM],
        "decision": (change.was or {}).get("decision"),
    }


def _plain(line: Row | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in ((name, line[name]) for name in (*FIGURES, "policy_line"))
    }
