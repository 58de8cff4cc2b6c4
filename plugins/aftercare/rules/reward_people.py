"""Rewards of people: stars by rank, awards by nomination, bonuses, and who is referred to HR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aftercare.rules.rewards import (
    BONUS,
    PROMOTION,
    SANCTION,
    STAR,
    Note,
    Outcome,
    Reward,
    RewardRules,
)
from aftercare.rules.scoring import percent, places_of, share


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
    if not rules.is_on("promotion_stars"):
        return Outcome()
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
