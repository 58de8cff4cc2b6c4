"""What the documents of a month say, put together from stored lines and nothing else.

Sums, medians and ranks are made here in Decimal and rounded when they are shown, so that mail,
workbook, PDF and chart show the same figure.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from aftercare.rules.kpis import HIGHER, LOWER, PERSON, STORE, Credit, Direction
from aftercare.rules.rewards import rests_on
from aftercare.rules.scorecard_targets import JOINT
from aftercare.rules.scoring import SHARE, meets, percent, places_of, share

Row = Mapping[str, Any]
MET, MISSED, NOTHING = "✓", "▼", "–"
STYLES = {MET: "met", MISSED: "missed", NOTHING: "none"}
SCORE = "satisfied_share"
"""By this figure people are ranked in their post, or by the post's own, ``<post>_satisfied_share``."""
FIGURES = 8
"""Figures that a sentence, a chart's legend and a mail's width have room for."""
ROWS = 2 * FIGURES
"""Figures by post that a chart and a mail's first table have room for."""


@dataclass(frozen=True)
class MonthRows:
    """The rows of a month as the publishing stage reads them.

    ``lines`` are scorecard lines with their scorecard's and people's columns; ``trend`` has month,
    kpi_id, numerator and denominator of this and earlier months; ``titles`` are the figures' names
    by language, in the order in which they are shown; ``missing_nights`` is days by system,
    ``trial_because`` by pack and language why it binds nobody yet.
    ``objections`` are the month's, ``adjustments`` those of other months that it tells of;
    ``evidence`` are rows behind figures, if they were asked for: all, or, of more than ``evidence_cut_at``, some that did not count;
    ``corrections`` are steps of before that had to be put right, with what the month says of each;
    ``rewards`` are proposals, and ``reward_notes`` say why something is not proposed.
    """

    month: str
    group_name: str
    lines: Sequence[Row]
    trend: Sequence[Row]
    proposals: Sequence[Row]
    evidence: Sequence[Row]
    titles: Mapping[str, Mapping[str, str]]
    minimum_n: int
    closing_on: date
    as_of: date | None
    policy_digest: str
    approved_by: str | None
    objection_until: date
    reply_days: int
    reply_until: date
    uncredited: int = 0
    missing_nights: Mapping[str, Sequence[str]] = field(default_factory=dict)
    trial_because: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    objections: Sequence[Row] = ()
    adjustments: Sequence[Row] = ()
    rewards: Sequence[Row] = ()
    reward_notes: Sequence[Row] = ()
    evidence_cut_at: int | None = None
    corrections: Sequence[Row] = ()


@dataclass(frozen=True)
class KpiRow:
    """A figure over all people of a post (``role`` None: all posts)."""

    kpi_id: str
    role: str | None
    numerator: Decimal
    denominator: Decimal
    excluded: Decimal
    targets: tuple[Decimal, ...]
    is_target_for_all: bool
    median: Decimal | None
    people: int
    people_met: int
    rules: tuple[str, ...]
    credit: Credit = PERSON
    direction: Direction = HIGHER

    @property
    def value(self) -> Decimal | None:
        """Counted by due, None where nothing was due."""
        return share(self.numerator, self.denominator)

    @property
    def target(self) -> Decimal | None:
        """The target, if it is one and the same for all who are counted."""
        return self.targets[0] if len(self.targets) == 1 and self.is_target_for_all else None

    @property
    def symbol(self) -> str:
        """Whether the figure of all meets the target."""
        return symbol(meets(self.value, self.target, self.direction))


@dataclass(frozen=True)
class Person:
    """One scorecard: a person in a post at a store."""

    scorecard_id: str
    employee_no: str
    name: str
    role: str
    store_code: str
    store_name: str
    is_trial: bool
    lines: Mapping[str, Row]
    rank: int | None = None
    ranked: int | None = None

    @property
    def score(self) -> Row | None:
        """The line by which the person is ranked; None in a post that is not."""
        return next((line for name, line in self.lines.items() if ranks_people(name)), None)

    @property
    def is_counted(self) -> bool:
        """Whether there is at least one figure."""
        return any(line["value"] is not None for line in self.lines.values())

    @property
    def is_met(self) -> bool | None:
        """Whether every figure with a target meets it; None where there is none.

        The parts of a joint target count with it and not for themselves.
        """
        joint = {line["rule_id"] for line in self.lines.values() if line["unit"] == JOINT}
        judged = [
            line["is_target_met"]
            for line in self.lines.values()
            if line["is_target_met"] is not None
            and (line["unit"] == JOINT or line["rule_id"] not in joint)
        ]
        return all(judged) if judged else None


class ScorecardReport:
    """The figures of the month's documents."""

    def __init__(self, rows: MonthRows) -> None:
        self.rows = rows

    @cached_property
    def kpi_ids(self) -> tuple[str, ...]:
        """Figures that are counted, in the order in which they are shown."""
        return self._ids("kpis")

    @cached_property
    def main_kpi_ids(self) -> tuple[str, ...]:
        """Counted figures for places with little room: all if they are few, else those that have a target."""
        return self.main(self.kpi_ids, self.rows.lines)

    @staticmethod
    def main(kpis: Sequence[str], lines: Iterable[Row]) -> tuple[str, ...]:
        """Those of some figures that there is room for; ``lines`` say which of them have a target."""
        judged = {line["kpi_id"] for line in lines if line["target"] is not None}
        return tuple(kpi for kpi in kpis if len(kpis) <= FIGURES or kpi in judged)

    @cached_property
    def coefficient_ids(self) -> tuple[str, ...]:
        """Lines that give a coefficient."""
        return self._ids("scoring")

    @cached_property
    def point_ids(self) -> tuple[str, ...]:
        """Lines of points, each item followed by its parts."""
        return self._ids("points")

    @cached_property
    def point_groups(self) -> dict[str, tuple[str, ...]]:
        """Items that earn points, the total last, each with the parts that it is made of."""
        weighed = {line["kpi_id"] for line in self.rows.lines if line["weight"] is not None}
        groups: dict[str, tuple[str, ...]] = {}
        item = ""
        for name in self.point_ids:
            if name in weighed:
                item, groups[name] = name, ()
            else:
                groups[item] += (name,)
        return groups

    @cached_property
    def target_ids(self) -> tuple[str, ...]:
        """Lines of targets that stand for themselves."""
        return self._ids("targets")

    @cached_property
    def target_groups(self) -> dict[str, tuple[str, ...]]:
        """Rules of targets, each with its lines, in the order in which they are shown."""
        rules = {line["kpi_id"]: line["rule_id"] for line in self.rows.lines}
        groups: dict[str, tuple[str, ...]] = {}
        for name in self.target_ids:
            groups[rules[name]] = (*groups.get(rules[name], ()), name)
        return groups

    def _ids(self, source: str) -> tuple[str, ...]:
        present = {
            line["kpi_id"] for line in self.rows.lines if source == _source(line["policy_line"])
        }
        return tuple(kpi for kpi in self.rows.titles if kpi in present)

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Posts that were scored."""
        return tuple(sorted({line["role"] for line in self.rows.lines}, reverse=True))

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """All scorecards, by store, post and number."""
        cards: dict[str, list[Row]] = {}
        for line in self.rows.lines:
            cards.setdefault(line["scorecard_id"], []).append(line)
        ranks = self._ranks()
        found = []
        for card, lines in cards.items():
            first = lines[0]
            rank = ranks.get(card)
            found.append(
                Person(
                    card,
                    first["employee_no"],
                    first["employee_name"],
                    first["role"],
                    first["store_code"],
                    first["store_name"],
                    first["is_trial"],
                    {line["kpi_id"]: line for line in lines},
                    *(rank or (None, None)),
                )
            )
        return tuple(sorted(found, key=lambda one: (one.store_code, one.role, one.employee_no)))

    def _ranks(self) -> dict[str, tuple[int, int]]:
        return ranks_of(self.rows.lines, self.rows.minimum_n)

    def score_median(self, role: str) -> Decimal | None:
        """Median of the satisfied share of those who are ranked."""
        ranked = _ranked(self.rows.lines, self.rows.minimum_n)
        return median([value for (post, _), value in ranked.items() if post == role])

    def kpi(self, kpi_id: str, role: str | None = None) -> KpiRow:
        """A figure over a post, or over all; what is the store's is counted once for each store."""
        lines = [line for line in self._lines_by_kpi[kpi_id] if role in (None, line["role"])]
        known = [line for line in lines if line["value"] is not None]
        counted = list({_whose(line): line for line in lines}.values())
        return KpiRow(
            kpi_id,
            role,
            _sum(line["numerator"] for line in counted),
            _sum(line["denominator"] for line in counted),
            _sum(line["excluded"] for line in counted),
            # A target that nobody of the counted has says nothing about the figure.
            tuple(
                sorted({line["target"] for line in known or lines if line["target"] is not None})
            ),
            all(line["target"] is not None for line in known),
            median([line["value"] for line in known]),
            sum(line["target"] is not None for line in known),
            sum(line["is_target_met"] is True for line in known),
            tuple(sorted({line["rule_id"] for line in lines})),
            *((lines[0]["credit"], lines[0]["direction"]) if lines else ()),
        )

    def lines_of(self, kpi_id: str) -> Sequence[Row]:
        """All lines of a figure."""
        return self._lines_by_kpi[kpi_id]

    @cached_property
    def _lines_by_kpi(self) -> defaultdict[str, list[Row]]:
        """A month has many lines and asks for each figure of each post."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for line in self.rows.lines:
            found[line["kpi_id"]].append(line)
        return found

    @cached_property
    def kpi_rows(self) -> tuple[KpiRow, ...]:
        """Every figure by post."""
        return tuple(
            self.kpi(kpi, role)
            for kpi in self.kpi_ids
            for role in self.roles
            if any(line["role"] == role for line in self._lines_by_kpi[kpi])
        )

    @cached_property
    def main_kpi_rows(self) -> tuple[KpiRow, ...]:
        """The same for places with little room: of a post with many figures those that have a target.

        Where that is still too much, posts of which nothing is judged give way, unless no post is.
        """
        found: list[KpiRow] = []
        for role in self.roles:
            rows = [row for row in self.kpi_rows if row.role == role]
            lines = (line for line in self.rows.lines if line["role"] == role)
            shown_ids = self.main([row.kpi_id for row in rows], lines)
            found += [row for row in rows if row.kpi_id in shown_ids]
        judged = {row.role for row in found if row.targets}
        if judged and len(found) > ROWS:
            found = [row for row in found if row.role in judged]
        return tuple(sorted(found, key=self.kpi_rows.index))

    @cached_property
    def trend_months(self) -> tuple[str, ...]:
        """Months with figures, oldest first."""
        return tuple(sorted({row["month"] for row in self.rows.trend}))

    def charted_trend(self, lines: int) -> tuple[str, ...]:
        """Figures that a chart of the trend draws: all if there are no more than ``lines``, else the first with a target.

        One that no month has is none of them; where nothing has a target, the first of all stand there.
        """
        known = [kpi for kpi in self.kpi_ids if any(value is not None for value in self.trend(kpi))]
        judged = {line["kpi_id"] for line in self.rows.lines if line["target"] is not None}
        if len(known) > lines:
            known = [kpi for kpi in known if kpi in judged] or known
        return tuple(known[:lines])

    def trend(self, kpi_id: str) -> list[Decimal | None]:
        """A figure of all people by month; None where nothing was due."""
        values = {
            row["month"]: share(row["numerator"], row["denominator"])
            for row in self.rows.trend
            if row["kpi_id"] == kpi_id
        }
        return [values.get(month) for month in self.trend_months]

    def count_people(self, is_met: bool | None = None, is_counted: bool = False) -> int:
        """Persons, each once: all, those with a figure, or those who (did not) meet every target."""
        by_person: dict[str, list[Person]] = {}
        for person in self.people:
            by_person.setdefault(person.employee_no, []).append(person)
        if is_counted:
            return sum(any(card.is_counted for card in cards) for cards in by_person.values())
        if is_met is None:
            return len(by_person)
        judged = [
            [card.is_met for card in cards if card.is_met is not None]
            for cards in by_person.values()
        ]
        return sum(bool(marks) and all(marks) is is_met for marks in judged)

    def count_role(self, role: str) -> int:
        """Persons in a post."""
        return len({person.employee_no for person in self.people if person.role == role})

    @cached_property
    def trial_cards(self) -> int:
        """Scorecards of packs that bind nobody yet."""
        return sum(person.is_trial for person in self.people)

    @cached_property
    def open_objections(self) -> tuple[Row, ...]:
        """Objections that nobody answered yet."""
        return tuple(row for row in self.rows.objections if row["state"] == "open")

    @cached_property
    def frozen_lines(self) -> frozenset[tuple[str, str]]:
        """Scorecard and name of each line under objection."""
        return frozenset(
            (row["scorecard_id"], row["kpi_id"]) for row in self.open_objections if row["kpi_id"]
        )

    @cached_property
    def frozen_proposals(self) -> frozenset[str]:
        """Proposals that are under objection, or stand on a line that is, and a referral on one of them."""
        return self._with_referrals(
            frozenset(key for row in self.open_objections for key in row["proposals"])
        )

    @cached_property
    def lifted_proposals(self) -> frozenset[str]:
        """Proposals to which an objection was upheld, and a referral on one of them."""
        return self._with_referrals(
            frozenset(
                row["proposal_id"]
                for row in self.rows.objections
                if row["proposal_id"] and row["state"] == "upheld"
            )
        )

    @cached_property
    def unfounded_proposals(self) -> frozenset[str]:
        """Steps and referrals that stand on an earlier step that was overturned."""
        return frozenset(row["proposal_id"] for row in self.rows.proposals if row.get("overturned"))

    def _with_referrals(self, proposals: frozenset[str]) -> frozenset[str]:
        """The month's referrals that rest on one of these beside them."""
        return proposals | {
            row["proposal_id"]
            for row in self.rows.proposals
            if not proposals.isdisjoint(rests_on(row))
        }

    def decided(self, decision: str | None) -> int:
        """Proposals with this newest decision; None: without one."""
        return sum(proposal["decision"] == decision for proposal in self.rows.proposals)


def ranks_people(kpi_id: str) -> bool:
    """Whether people of a post are ranked by a figure."""
    return kpi_id == SCORE or kpi_id.endswith(f"_{SCORE}")


def ranks_of(lines: Sequence[Row], minimum_n: int) -> dict[str, tuple[int, int]]:
    """Place and number of ranked people by scorecard; who shares a value shares the better place.

    People are ranked in a post over all stores, and none for a scorecard on trial.
    """
    ranked = _ranked(lines, minimum_n)
    values: dict[str, list[Decimal]] = {}
    for (role, _), value in ranked.items():
        values.setdefault(role, []).append(value)
    places = {role: places_of(known) for role, known in values.items()}
    return {
        line["scorecard_id"]: (places[line["role"]][share_of], len(values[line["role"]]))
        for line in lines
        if _is_score(line)
        and (share_of := ranked.get((line["role"], line["employee_no"]))) is not None
    }


def _ranked(lines: Sequence[Row], minimum_n: int) -> dict[tuple[str, str], Decimal]:
    """The satisfied share of each person in a post who is ranked."""
    counts: dict[tuple[str, str], list[Decimal]] = {}
    for line in lines:
        if _is_score(line):
            satisfied, answered = counts.setdefault(
                (line["role"], line["employee_no"]), [Decimal(0), Decimal(0)]
            )
            counts[line["role"], line["employee_no"]] = [
                satisfied + line["numerator"],
                answered + line["denominator"],
            ]
    return {
        who: satisfied / answered
        for who, (satisfied, answered) in counts.items()
        if answered >= max(minimum_n, 1)
    }


def _is_score(line: Row) -> bool:
    return ranks_people(line["kpi_id"]) and line["value"] is not None and not line["is_trial"]


def _source(policy_line: str) -> str:
    """Which part of the policy made a line: ``kpis``, ``scoring``, ``points`` or ``targets``."""
    return policy_line.split("/")[1]


def median(values: Sequence[Decimal]) -> Decimal | None:
    """The middle value, or the mean of the two; None of nothing."""
    return statistics.median(values) if values else None


def shown(value: Decimal | None, unit: str = SHARE) -> str:
    """A figure for people to read: a share as per cent, a score as it was given, – for none."""
    if value is None:
        return NOTHING
    return percent(value) if unit == SHARE else f"{value.normalize():f}"


def shown_target(target: Decimal | None, direction: Direction = HIGHER) -> str:
    """A target for people to read; one below which a figure has to stay says so: ``<15%``."""
    sign = "<" if direction == LOWER and target is not None else ""
    return f"{sign}{shown(target)}"


def symbol(is_met: bool | None) -> str:
    """✓ met, ▼ not met, – nothing to judge."""
    return NOTHING if is_met is None else MET if is_met else MISSED


def _whose(line: Row) -> str:
    return str(line["store_code"] if line["credit"] == STORE else line["scorecard_id"])


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))
