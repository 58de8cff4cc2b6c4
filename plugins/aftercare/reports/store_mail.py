"""The month's mail to a store's managers: its figures among the stores of its brand, its year, its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from aftercare.reports.evidence_commands import evidence_command
from aftercare.reports.mail_layout import TooLong, mail_message
from aftercare.reports.month_facts import MonthFacts
from aftercare.reports.objection_marks import marked
from aftercare.reports.scorecard_points import shown_points
from aftercare.reports.scorecard_report import (
    FIGURES,
    NOTHING,
    STYLES,
    Person,
    Row,
    ScorecardReport,
    shown,
    shown_target,
    symbol,
)
from aftercare.reports.scorecard_view import month_title, role_words
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.reports.statement import decision_texts
from aftercare.reports.told_proposals import decided_sanctions, reward_texts, told_rewards
from aftercare.rules.kpis import HIGHER, PERSON, STORE
from aftercare.rules.scorecard_targets import JOINT
from aftercare.rules.scoring import meets, share
from aftercare.rules.store_figures import StoreFigure
from aftercare.settings import Language

Texts = dict[str, Any]
ROOM = ((60, 60), (30, 60), (15, 60), (15, 15))
"""People, and decisions and rewards, on the page: the first that mail programs show without cutting the message."""

_CELLS = {"met": "good", "missed": "bad", "none": ""}


@dataclass(frozen=True)
class StoreMonth:
    """A store's month: ``figures`` and ``lines`` of this store, ``trend`` of the months up to this one.

    ``trend`` has month, role, kpi_id, numerator and denominator; ``places`` are ranks by scorecard.
    ``proposals`` are sanctions, of which those that were decided are told; ``rewards`` what else was
    proposed: approved ones are told.
    """

    facts: MonthFacts
    store_code: str
    store_name: str
    figures: Sequence[StoreFigure]
    trend: Sequence[Row]
    months: Sequence[str]
    lines: Sequence[Row]
    places: Mapping[str, tuple[int, int]]
    proposals: Sequence[Row]
    median_stores: int
    rewards: Sequence[Row] = ()

    @cached_property
    def report(self) -> ScorecardReport:
        """The lines of the store's people as the documents of a month read lines."""
        return self.facts.report(self.lines, self.decided)

    @cached_property
    def decided(self) -> list[Row]:
        """Sanctions that were decided: what may still become nothing is told to nobody."""
        return decided_sanctions(self.proposals)

    @cached_property
    def ordered(self) -> list[StoreFigure]:
        """Figures of posts first, then those of the whole store, each in the order of the documents."""
        order = {name: place for place, name in enumerate(self.facts.titles)}
        return sorted(
            self.figures,
            key=lambda one: (
                one.credit == STORE,
                one.role != "SC",
                one.role,
                order.get(one.kpi_id, len(order)),
            ),
        )


def store_texts(
    store: StoreMonth,
    language: Language,
    most_people: int = ROOM[0][0],
    most_decisions: int = ROOM[0][1],
) -> Texts:
    """All texts of a store's mail; the numbers are how many people, decisions and rewards are shown."""
    words, common = read_words(language, "statements"), read_words(language)
    facts = store.facts
    month = month_title(facts.month, common)
    people = list(store.report.people)
    # Below a target first; of whom nothing is judged last.
    listed = sorted(people, key=lambda one: (False, True, None).index(one.is_met))[:most_people]
    listed.sort(key=lambda one: people.index(one))
    # Where no other store of the brand has any of the figures, there is nothing to rank or compare.
    is_alone = all(figure.peers == 1 for figure in store.figures)
    decided = store.decided
    if len(decided) > most_decisions:
        decided = sorted(decided, key=lambda row: row["decision"] != "approve")[:most_decisions]
    rewards = told_rewards(store.rewards)
    named = {"store": store.store_name, "month": month}
    return {
        "language": language,
        "subject": words("store_subject", **named),
        "title": words("store_title", **named),
        "stamp": words(
            "store_stamp",
            group=facts.group_name,
            month=facts.month,
            store_code=store.store_code,
        ),
        "conclusion": _conclusion(store, words, common),
        "is_missed": any(figure.is_target_met is False for figure in store.figures),
        "figures": [_figure(figure, store, words, common) for figure in store.ordered],
        "is_ranked": not is_alone,
        "rank_note": words("store_rank_alone")
        if is_alone
        else words("store_rank_note", minimum=facts.minimum_n, stores=store.median_stores),
        "legend": common("legend"),
        "months": [f"{int(month[5:])}" for month in store.months],
        "year_title": words("year_title", months=len(store.months)),
        "year": _year(store, words),
        "year_note": words("year_note"),
        "posts": [
            _post([one for one in listed if one.role == role], store, words, common)
            for role in dict.fromkeys(one.role for one in listed)
        ],
        "people_note": words("people_note", minimum=facts.minimum_n),
        "people_cut": words("people_cut", shown=len(listed), all=len(people))
        if len(listed) < len(people)
        else "",
        "decisions": [decision_texts(row, store.report, words, common) for row in decided],
        "decisions_cut": words("decisions_cut", shown=len(decided), all=len(store.decided))
        if len(decided) < len(store.decided)
        else "",
        "rewards": [
            reward_texts(row, store.report, words, common) for row in rewards[:most_decisions]
        ],
        "rewards_cut": words("rewards_cut", shown=most_decisions, all=len(rewards))
        if most_decisions < len(rewards)
        else "",
        "objection": words(
            "store_objection", until=facts.terms.until, reply_until=facts.terms.reply_until
        ),
        "commands": _commands(store, words),
        "foot": words("store_foot"),
        "words": {name: words(name) for name in OWN}
        | {name: common(name) for name in ("kpi", "value", "target", "met", "employee", "rank")},
    }


OWN = (
    *("counts", "store_figures", "store_rank", "store_median", "people_title"),
    *("person_other", "store_decisions_title", "store_no_decisions"),
    *("store_rewards_title", "rewards_note", "rows_title", "store_rows_text"),
)


def store_message(store: StoreMonth, language: Language) -> EmailMessage:
    """The whole message, without sender and recipient, with as many people and decisions as fit.

    Raises TooLong where even the fewest do not.
    """
    for room in ROOM[:-1]:
        try:
            return mail_message("store", store_texts(store, language, *room))
        except TooLong:
            continue
    return mail_message("store", store_texts(store, language, *ROOM[-1]))


def _conclusion(store: StoreMonth, words: Words, common: Words) -> list[str]:
    report = store.report
    marks = [figure.is_target_met for figure in store.figures if figure.is_target_met is not None]
    behind = [figure for figure in store.ordered if _is_behind(figure)]
    people = {
        "people": report.count_people(),
        "met": report.count_people(is_met=True),
        "unmet": report.count_people(is_met=False),
    }
    rest = people["people"] - people["met"] - people["unmet"]
    found = [
        words("store_people_rest" if rest else "store_people", rest=rest, **people),
        words("store_targets", judged=len(marks), met=marks.count(True)),
    ]
    if behind:
        titles = [_title(figure, store, words) for figure in behind]
        found.append(words("store_behind", count=len(behind), figures=common("comma").join(titles)))
    elif any(figure.median is not None for figure in store.figures):
        found.append(words("store_not_behind"))
    if store.decided:
        found.append(
            words(
                "store_decisions",
                all=len(store.decided),
                approved=report.decided("approve"),
                rejected=report.decided("reject"),
            )
        )
    else:
        found.append(words("store_no_decisions"))
    return found


def _is_behind(figure: StoreFigure) -> bool:
    if figure.median is None or figure.value is None or figure.place is None:
        return False
    if figure.direction == HIGHER:
        return figure.value < figure.median
    return figure.value > figure.median


def _title(figure: StoreFigure, store: StoreMonth, words: Words) -> str:
    title = store.facts.titles[figure.kpi_id][words.language]
    return f"{title} {figure.role}" if figure.role else title


def _figure(figure: StoreFigure, store: StoreMonth, words: Words, common: Words) -> Texts:
    mark = symbol(figure.is_target_met)
    if figure.place is not None and figure.ranked == 1:
        rank = words("store_rank_only" if figure.peers == 1 else "store_rank_others_few")
    elif figure.place is not None:
        rank = common("rank_of", rank=figure.place, of=figure.ranked)
    else:
        rank = words("store_rank_none") if figure.value is not None else NOTHING
    return {
        "title": store.facts.titles[figure.kpi_id][words.language],
        "whose": role_words(figure.role, common) if figure.role else common("whole_store"),
        "counts": f"{figure.numerator:f} / {figure.denominator:f}",
        "left_out": _left_out(figure.excluded, words),
        "value": shown(figure.value),
        "target": shown_target(figure.target, figure.direction),
        "symbol": mark,
        "style": _CELLS[STYLES[mark]],
        "rank": rank,
        "median": shown(figure.median),
    }


def _left_out(excluded: Decimal | None, words: Words) -> str:
    """How many rows are not in the denominator; nothing where there are none."""
    return words("left_out", count=shown(excluded, "")) if excluded else ""


def _commands(store: StoreMonth, words: Words) -> list[str]:
    """For each of the mail's figures, points and targets the command that shows its people and rows."""
    report = store.report
    names = [
        *(figure.kpi_id for figure in store.ordered if figure.denominator or figure.excluded),
        *list(report.point_groups)[-1:],
        *report.target_ids,
    ]
    return [
        words(
            "store_rows_of",
            title=store.facts.titles[name][words.language],
            command=evidence_command(store.facts.month, store.store_code, name),
        )
        for name in dict.fromkeys(names)
    ]


def _year(store: StoreMonth, words: Words) -> list[Texts]:
    """A row for each figure of this month with its value in each month, in per cent."""
    sums = {(row["month"], row["role"], row["kpi_id"]): row for row in store.trend}
    rows = []
    for figure in store.ordered:
        cells = []
        for month in store.months:
            row = sums.get((month, figure.role, figure.kpi_id))
            value = share(row["numerator"], row["denominator"]) if row else None
            is_missed = meets(value, figure.target, figure.direction) is False
            cells.append(
                {
                    "value": shown(value).rstrip("%") + ("▼" if is_missed else ""),
                    "style": "bad" if is_missed else "",
                }
            )
        rows.append({"title": _title(figure, store, words), "cells": cells})
    return rows


def _post(people: Sequence[Person], store: StoreMonth, words: Words, common: Words) -> Texts:
    """The table of a post's people, with the figures and the rank that the post has."""
    lines = [line for person in people for line in person.lines.values()]
    own = _own_figures(lines, store)
    # Of many figures those with a target have a column; of as many without one, the first.
    heads = store.report.main(own, lines) or own[:FIGURES]
    rows = [_person(person, heads, store, words, common) for person in people]
    return {
        "role": role_words(people[0].role, common),
        "heads": [store.facts.titles[name][words.language] for name in heads],
        "is_ranked": any(person.score is not None for person in people),
        "has_other": any(row["other"] for row in rows),
        "people": rows,
    }


def _own_figures(lines: Sequence[Row], store: StoreMonth) -> list[str]:
    """Figures of people, not of the store."""
    own = {line["kpi_id"] for line in lines if line["credit"] == PERSON}
    return [name for name in store.report.kpi_ids if name in own]


def _person(
    person: Person, heads: Sequence[str], store: StoreMonth, words: Words, common: Words
) -> Texts:
    cells = []
    for name in heads:
        line = person.lines.get(name)
        is_known = line is not None and line["value"] is not None
        mark = symbol(line["is_target_met"]) if line is not None else NOTHING
        cells.append(
            {
                "value": shown(line["value"], line["unit"]) if line is not None else "",
                "symbol": mark if is_known and mark != NOTHING else "",
                "counts": marked(
                    f"{line['numerator']:f}/{line['denominator']:f}"
                    if line is not None and is_known
                    else "",
                    store.report,
                    person.scorecard_id,
                    name,
                    common,
                ),
                "left_out": _left_out(line["excluded"] if line is not None else None, words),
                "style": _CELLS[STYLES[mark]],
            }
        )
    place = store.places.get(person.scorecard_id)
    return {
        "name": person.name,
        "employee_no": person.employee_no,
        "trial": common("trial") if person.is_trial else "",
        "cells": cells,
        "rank": common("rank_of", rank=place[0], of=place[1]) if place else NOTHING,
        "other": _other(person, heads, store, words, common),
    }


def _other(
    person: Person, heads: Sequence[str], store: StoreMonth, words: Words, common: Words
) -> str:
    """Total points, or how many targets are met, of posts that are judged by these, and figures without a column.

    Here stand the marks of all lines of the person that have no column of their own, too.
    """
    found = []
    for total in list(store.report.point_groups)[-1:]:
        line = person.lines.get(total)
        if line is not None:
            points = shown_points(line["points"], line["weight"])
            found.append(words("person_points", points=points, weight=shown_points(line["weight"])))
    targets = [person.lines[name] for name in store.report.target_ids if name in person.lines]
    joint = {line["rule_id"] for line in targets if line["unit"] == JOINT}
    marks = [
        line["is_target_met"]
        for line in targets
        if line["is_target_met"] is not None
        and (line["unit"] == JOINT or line["rule_id"] not in joint)
    ]
    if marks:
        found.append(words("person_targets", met=marks.count(True), judged=len(marks)))
    for name in _own_figures(list(person.lines.values()), store):
        line = person.lines[name]
        if name not in heads and line["value"] is not None:
            counts = f"{line['numerator']:f}/{line['denominator']:f}"
            title = store.facts.titles[name][words.language]
            left_out = _left_out(line["excluded"], words)
            said = (title, shown(line["value"], line["unit"]), counts, left_out)
            found.append(" ".join(filter(None, said)))
    signs = [
        marked("", store.report, person.scorecard_id, name, common)
        for name in person.lines
        if name not in heads
    ]
    return " · ".join([*found, *dict.fromkeys(filter(None, signs))])
