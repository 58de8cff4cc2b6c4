"""Rewards as proposals: who stands first, who was nominated, which store did best together.

A reward is ranked, nominated or reached; a person decides it, and no amount stands in it. What is
too few, on trial or unknown proposes nothing, and a note says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from aftercare.rules.kpis import LOWER
from aftercare.rules.month import months_before
from aftercare.rules.policy import Line, Policy
from aftercare.rules.scoring import percent, places_of, share

ITEM = "rewards"
PERSON = "the rewards"
STAR = "satisfaction_star"
AWARDS = ("complaint_handling", "innovation", "collaboration")
BONUS = "bonus"
SANCTION = "sanction_proposal"
SERVICE_STAR = "service_star"
PROMOTION = "promotion_referral"
TEAM = "team_award"
TEAM_HEAD = "team_award_head"
QUARTERLY = (SERVICE_STAR, PROMOTION, TEAM, TEAM_HEAD)
"""Kinds that stand on three months."""


def quarter_of(month: str) -> list[str] | None:
    """The three months of the quarter that ends with this one; None where none does."""
    return [*months_before(month, 2), month] if int(month[5:]) % 3 == 0 else None


def months_of(step: str, month: str) -> list[str]:
    """The months that a reward stands on."""
    return (quarter_of(month) if step in QUARTERLY else None) or [month]


@dataclass(frozen=True)
class RewardRules:
    """The policy of rewards of a pack on a day; a line whose value is None turns its kind off."""

    lines: Mapping[str, Line]

    @classmethod
    def read(cls, policy: Policy, pack: str, day: date) -> RewardRules:
        """The lines in force; PolicyError when one has never been given."""
        names = {
            line.name
            for parent in policy.lineage(pack)
            for line in policy.lines
            if line.pack == parent and line.item == ITEM
        }
        return cls({name: policy.value(pack, ITEM, name, day, PERSON) for name in sorted(names)})

    def number(self, name: str) -> int:
        """A count of the policy; 0 where it is turned off."""
        return int(self.lines[name].value or 0)

    def names(self, name: str) -> tuple[str, ...]:
        """Names that a line gives: one or several."""
        value = self.lines[name].value
        return (value,) if isinstance(value, str) else tuple(value or ())

    def is_on(self, name: str) -> bool:
        """Whether the line that makes a kind has a value."""
        return self.lines[name].value is not None


@dataclass(frozen=True)
class Standing:
    """A person in a post: satisfied answers of all answers, and the scorecards they stand on.

    ``store_code`` is where most of the answers were given.
    """

    employee_no: str
    role: str
    store_code: str
    satisfied: int
    answered: int
    scorecards: tuple[str, ...]

    @property
    def value(self) -> Decimal:
        """The satisfied share; 0 where nobody answered."""
        return share(self.satisfied, self.answered) or Decimal(0)


@dataclass(frozen=True)
class Reward:
    """A reward with its reason in words, the line that gives it, and the rows it stands on.

    ``employee_no`` is None for a team; ``rank_no`` of ``ranked``, where it goes by rank. ``post`` is
    the role, of a head the store, for which it is given; it stands in the key if ``is_apart``.
    """

    step: str
    employee_no: str | None
    store_code: str
    line: Line
    reason_zh: str
    reason_en: str
    rows: tuple[tuple[str, str], ...]
    scorecard_id: str | None = None
    rank_no: int | None = None
    ranked: int | None = None
    post: str = ""
    is_apart: bool = False

    @property
    def reason(self) -> str:
        """Both languages, a line each, as it is stored."""
        return f"{self.reason_zh}\n{self.reason_en}"

    @property
    def whose(self) -> str:
        """The number of who it is for; of a team its store."""
        return self.employee_no or self.store_code

    def key(self, month: str) -> str:
        """The id of the proposal."""
        key = f"{month}.{self.whose}.{self.step}"
        return f"{key}.{self.post}" if self.is_apart else key


@dataclass(frozen=True)
class Note:
    """Why a kind is not proposed; ``subject`` is the post, pack or person it would be for."""

    step: str
    subject: str
    reason_zh: str
    reason_en: str
    line: Line | None = None

    @property
    def reason(self) -> str:
        """Both languages, a line each, as it is stored."""
        return f"{self.reason_zh}\n{self.reason_en}"


@dataclass
class Outcome:
    """What a month gives reason to propose, and what it does not."""

    rewards: list[Reward] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def told_apart(self) -> Outcome:
        """The same, with the post in the keys of a kind that somebody would get for several."""
        often = Counter((one.step, one.whose) for one in self.rewards)
        rewards = [replace(one, is_apart=often[one.step, one.whose] > 1) for one in self.rewards]
        return Outcome(rewards, self.notes)

    def __iadd__(self, other: Outcome) -> Outcome:
        self.rewards += other.rewards
        self.notes += other.notes
        return self


def together(rows: Iterable[Any]) -> list[Standing]:
    """A person's answers in a post at all stores, as one standing."""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row.employee_no, row.role), []).append(row)
    standings = []
    for (employee_no, role), parts in sorted(found.items()):
        main = min(parts, key=lambda part: (-part.answered, part.store_code))
        standings.append(
            Standing(
                employee_no,
                role,
                main.store_code,
                sum(int(part.satisfied) for part in parts),
                sum(int(part.answered) for part in parts),
                tuple(card for part in parts for card in part.scorecards),
            )
        )
    return standings


def stars(
    step: str,
    role: str,
    standings: Sequence[Standing],
    rules: RewardRules,
    score: str,
    warned: Mapping[str, str],
) -> Outcome:
    """The first of a post by satisfied share; ``warned`` are sanctions proposed, by person.

    As many as the share of all who are ranked, rounded down; who shares the last place shares the
    award.
    """
    prefix = "star" if step == STAR else "service_star"
    line = rules.lines[f"{prefix}_share"]
    minimum_n = rules.number(f"{prefix}_minimum_n")
    least = rules.number(f"{prefix}_minimum_ranked")
    ranked = [one for one in standings if one.answered >= max(minimum_n, 1)]
    few = len(standings) - len(ranked)
    if len(ranked) < least:
        return Outcome(
            notes=[
                Note(
                    step,
                    role,
                    f"满意率样本不少于 {minimum_n} 的有 {len(ranked)} 人，少于 {least} 人，不评选；"
                    f"样本不足的有 {few} 人。",
                    f"{len(ranked)} people have at least {minimum_n} answers, fewer than {least}: "
                    f"nobody is chosen. {few} have fewer answers.",
                    line,
                )
            ]
        )
    places = int(line.value * len(ranked))
    if not places:
        return Outcome(
            notes=[
                Note(
                    step,
                    role,
                    f"参评 {len(ranked)} 人的 {percent(line.value)} 不足 1 个名额，不评选。",
                    f"{percent(line.value)} of {len(ranked)} ranked people is less than one place: "
                    "nobody is chosen.",
                    line,
                )
            ]
        )
    place_of = places_of([one.value for one in ranked])
    found = Outcome()
    for one in sorted(ranked, key=lambda one: (place_of[one.value], one.employee_no)):
        place = place_of[one.value]
        if place > places:
            break
        chinese = (
            f"客户满意率 {one.satisfied}/{one.answered}（{percent(one.value)}），同岗位参评 "
            f"{len(ranked)} 人中排第 {place} 名；前 {percent(line.value)} 为 {places} 个名额，并列同得。"
        )
        english = (
            f"Satisfied share {one.satisfied}/{one.answered} ({percent(one.value)}), place {place} "
            f"of {len(ranked)} ranked people of the post; the first {percent(line.value)} are "
            f"{places}, and who shares a place shares the award."
        )
        rows = tuple(("scorecard_line", f"{card}|{score}") for card in one.scorecards)
        if one.employee_no in warned:
            # Not in the reason: that is told to the person, whatever becomes of the sanction.
            rows = (*rows, (SANCTION, warned[one.employee_no]))
        found.rewards.append(
            Reward(
                step,
                one.employee_no,
                one.store_code,
                line,
                chinese,
                english,
                rows,
                max(one.scorecards),
                place,
                len(ranked),
                role,
            )
        )
    return found


def promotions(
    chosen: Sequence[Reward], earlier: Mapping[str, Sequence[str]], rules: RewardRules, month: str
) -> Outcome:
    """Who is service star again, for HR to think of; ``earlier`` are approved ones, by person."""
    line, needed = rules.lines["promotion_stars"], rules.number("promotion_stars")
    within = rules.number("promotion_within")
    found = Outcome()
    for star in chosen:
        before = tuple(earlier.get(star.employee_no or "", ()))
        if not needed or len(before) + 1 < needed:
            continue
        keys = (*before, star.key(month))
        found.rewards.append(
            Reward(
                PROMOTION,
                star.employee_no,
                star.store_code,
                line,
                f"{within} 个月内第 {len(keys)} 次评为客户服务之星（{needed} 次起）。转人力资源部考虑是否"
                "晋升客户关系经理，此处不作计算。",
                f"Service star {len(keys)} times within {within} months (from {needed} on). For HR "
                "to consider as customer-relations manager; nothing is computed here.",
                tuple(("reward_proposal", key) for key in keys),
                star.scorecard_id,
                post=star.post,
                is_apart=star.is_apart,
            )
        )
    return found


def awards(nominations: Iterable[Any], rules: Mapping[str, RewardRules]) -> Outcome:
    """Awards of those who were nominated; ``rules`` by store, without stores on trial."""
    found = Outcome()
    by_person: dict[tuple[str, str], list[Any]] = {}
    for row in nominations:
        if row.store_code not in rules:
            continue
        # What is turned off needs no note of why it is not proposed.
        if not rules[row.store_code].is_on("nominations_needed"):
            continue
        if not row.is_at_store:
            found.notes.append(
                Note(
                    f"award_{row.award}",
                    row.row_key,
                    f"{row.employee_no} 当月不在门店 {row.store_code} 任职，提名不予采用。",
                    f"{row.employee_no} held no post at {row.store_code} in the month: not used.",
                )
            )
            continue
        by_person.setdefault((row.employee_no, row.award), []).append(row)
    for (employee_no, award), rows in sorted(by_person.items()):
        store = rows[0].store_code
        line = rules[store].lines["nominations_needed"]
        people, needed = len({row.nominator_no for row in rows}), int(line.value)
        step = f"award_{award}"
        if people < needed:
            found.notes.append(
                Note(
                    step,
                    employee_no,
                    f"{people} 人提名，少于 {needed} 人，不提。",
                    f"Nominated by {people}, fewer than {needed}: not proposed.",
                    line,
                )
            )
            continue
        found.rewards.append(
            Reward(
                step,
                employee_no,
                store,
                line,
                f"由 {people} 人提名（{needed} 人起）；理由见提名表。",
                f"Nominated by {people} (from {needed} on); the reasons stand in the forms.",
                tuple(("nomination", row.row_key) for row in rows),
            )
        )
    return found


def bonuses(
    standings: Sequence[Standing],
    sales: Mapping[str, tuple[Decimal, str]],
    rules: RewardRules,
    score: str,
    pack: str,
) -> Outcome:
    """Who reached satisfaction at a store that reached its sales; no amounts.

    ``sales`` are a store's share of its plan and the line it stands on.
    """
    line, least = rules.lines["bonus_satisfied_from"], rules.number("bonus_minimum_n")
    sales_line, sales_from = (
        rules.names("bonus_sales_line")[0],
        rules.lines["bonus_sales_from"].value,
    )
    roles = rules.names("bonus_roles")
    found, unknown, few = Outcome(), set(), 0
    for one in standings:
        if one.role not in roles:
            continue
        if one.answered < max(least, 1):
            few += 1
            continue
        if one.value < line.value:
            continue
        if one.store_code not in sales:
            unknown.add(one.store_code)
            continue
        sold, row_key = sales[one.store_code]
        if sold < sales_from:
            continue
        found.rewards.append(
            Reward(
                BONUS,
                one.employee_no,
                one.store_code,
                line,
                f"客户满意率 {one.satisfied}/{one.answered}（{percent(one.value)}），达到 "
                f"{percent(line.value)}；门店销售完成率 {percent(sold)}，达到 {percent(sales_from)}。"
                "金额由人力资源部另定。",
                f"Satisfied share {one.satisfied}/{one.answered} ({percent(one.value)}), "
                f"{percent(line.value)} reached; the store's sales {percent(sold)} of plan, "
                f"{percent(sales_from)} reached. How much is for HR to say.",
                (
                    *(("scorecard_line", f"{card}|{score}") for card in one.scorecards),
                    ("scorecard_line", row_key),
                ),
                max(one.scorecards),
                post=one.role,
            )
        )
    if unknown:
        stores = sorted(unknown)
        found.notes.append(
            Note(
                BONUS,
                f"{pack} {sales_line}",
                f"销售完成率未知，不提：{'、'.join(stores)}。",
                f"Sales of plan unknown, so not proposed: {', '.join(stores)}.",
                rules.lines["bonus_sales_line"],
            )
        )
    if few:
        found.notes.append(
            Note(
                BONUS,
                pack,
                f"满意率样本少于 {least}，不提：{few} 人。",
                f"Fewer than {least} answers, so not proposed: {few} people.",
                rules.lines["bonus_minimum_n"],
            )
        )
    return found


@dataclass(frozen=True)
class StoreFigure:
    """A store's figure over the quarter, with the scorecards on which it stands."""

    value: Decimal
    denominator: Decimal
    direction: str
    scorecards: tuple[str, ...]

    @property
    def merit(self) -> Decimal:
        """The share of which more is better."""
        return 1 - self.value if self.direction == LOWER else self.value


def team_awards(
    stores: Sequence[str],
    figures: Mapping[tuple[str, str], StoreFigure],
    heads: Mapping[str, Sequence[str]],
    rules: RewardRules,
    titles: Mapping[str, Mapping[str, str]],
) -> Outcome:
    """The best of the stores by the mean of the lines that policy names, and its head."""
    line, lines = rules.lines["team_places"], rules.names("team_lines")
    minimum_n, least = rules.number("team_minimum_n"), rules.number("team_minimum_ranked")
    merits: dict[str, Decimal] = {}
    lacking: list[str] = []
    for store in stores:
        own = [figures.get((store, name)) for name in lines]
        known = [one for one in own if one is not None and one.denominator >= minimum_n]
        if known and len(known) == len(lines):
            merits[store] = sum((one.merit for one in known), Decimal(0)) / len(known)
        else:
            lacking.append(store)
    found = Outcome()
    if lacking:
        found.notes.append(
            Note(
                TEAM,
                line.line_id,
                f"缺指标或样本少于 {minimum_n}，未参评：{'、'.join(lacking)}。",
                f"A figure is unknown or stands on fewer than {minimum_n}, so not ranked: "
                f"{', '.join(lacking)}.",
                rules.lines["team_minimum_n"],
            )
        )
    if len(merits) < least:
        found.notes.append(
            Note(
                TEAM,
                "",
                f"参评门店 {len(merits)} 家，少于 {least} 家，不评选。",
                f"{len(merits)} stores are ranked, fewer than {least}: none is chosen.",
                rules.lines["team_minimum_ranked"],
            )
        )
        return found
    place_of = places_of(list(merits.values()))
    for store in sorted(merits, key=lambda store: (place_of[merits[store]], store)):
        place = place_of[merits[store]]
        if place > int(line.value):
            break
        found += _team(
            store, place, len(merits), merits[store], figures, heads.get(store, ()), rules, titles
        )
    return found


def _team(
    store: str,
    place: int,
    ranked: int,
    merit: Decimal,
    figures: Mapping[tuple[str, str], StoreFigure],
    heads: Sequence[str],
    rules: RewardRules,
    titles: Mapping[str, Mapping[str, str]],
) -> Outcome:
    line, lines = rules.lines["team_places"], rules.names("team_lines")

    def parts(language: str, comma: str) -> str:
        return comma.join(
            f"{titles.get(name, {}).get(language, name)} {percent(figures[store, name].value)}"
            for name in lines
        )

    rows = tuple(
        ("scorecard_line", f"{card}|{name}")
        for name in lines
        for card in figures[store, name].scorecards
    )
    found = Outcome(
        [
            Reward(
                TEAM,
                None,
                store,
                line,
                f"季度综合 {percent(merit)}，参评门店 {ranked} 家中排第 {place} 名；为各项的算术平均："
                f"{parts('zh', '、')}。",
                f"The quarter's composite is {percent(merit)}, place {place} of {ranked} ranked "
                f"stores; it is the mean of {parts('en', ', ')}.",
                rows,
                None,
                place,
                ranked,
            )
        ]
    )
    if not rules.is_on("team_head_roles"):
        return found
    posts = rules.names("team_head_roles")
    if not heads:
        found.notes.append(
            Note(
                TEAM_HEAD,
                store,
                f"季末门店 {store} 无人任 {'、'.join(posts)}，不另提负责人。",
                f"At the quarter's end nobody was {' or '.join(posts)} of {store}: no head is proposed.",
                rules.lines["team_head_roles"],
            )
        )
    for head in heads:
        found.rewards.append(
            Reward(
                TEAM_HEAD,
                head,
                store,
                rules.lines["team_head_roles"],
                f"任负责人的门店 {store} 在 {ranked} 家中排第 {place} 名，提议团队奖；负责人另行奖励。",
                f"Head of {store}, which is place {place} of {ranked} stores and proposed for the "
                "team award; its head is rewarded beside it.",
                rows,
                None,
                place,
                ranked,
                store,
            )
        )
    return found


def sanction_beside(reward: Mapping[str, Any]) -> str:
    """Id of the sanction that was proposed for the same person; empty where none was."""
    return next((key for kind, key in reward["rows_behind"] if kind == SANCTION), "")


def rests_on(reward: Mapping[str, Any]) -> list[str]:
    """Ids of the rewards without which one has no reason: a head's team, a referral's stars."""
    if reward["step"] == TEAM_HEAD:
        return [f"{reward['month']}.{reward['store_code']}.{TEAM}"]
    if reward["step"] == PROMOTION:
        return [key for kind, key in reward["rows_behind"] if kind == "reward_proposal"]
    return []
