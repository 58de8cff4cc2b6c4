"""Reward proposals of a scored month, and a quarter's and a year's with its last month.

They are kept and decided as sanction proposals are, and from the first decision on the month stays
as it is. Trial scorecards and stores of packs on trial are in none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.errors import PeriodRefused
from aftercare.proposal_rows import REWARD, keep, mark_used
from aftercare.rules import period
from aftercare.rules.binding import lacks, why_on_trial
from aftercare.rules.month import Month, month_of, months_before
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi
from aftercare.rules.reward_people import awards, bonuses, promotions, stars, together
from aftercare.rules.reward_teams import QUARTER, YEAR, Span, StoreFigure, team_awards
from aftercare.rules.rewards import (
    ITEM,
    SERVICE_STAR,
    STAR,
    TEAM,
    Note,
    Outcome,
    Reward,
    RewardRules,
    months_on,
    quarter_of,
    year_of,
)
from aftercare.rules.scoring import share
from aftercare.settings import Group
from aftercare.warehouse import run

STAGE = "rewards"
TRIAL = "trial"


@dataclass(frozen=True)
class _Packs:
    """Packs that bind, with their stores and rules; ``trial`` are stores by pack on trial."""

    stores: Mapping[str, Sequence[str]]
    rules: Mapping[str, RewardRules]
    trial: Mapping[str, Sequence[str]]

    def pack_of(self, store_code: str) -> str | None:
        """The pack of a store; None for a store on trial, or closed in the month."""
        return next((pack for pack, stores in self.stores.items() if store_code in stores), None)


def propose_rewards(engine: Engine, group: Group, policy: Policy, month: str) -> dict[str, int]:
    """Brings the reward proposals of a scored month to what its scorecards give reason for.

    Counts: ``rewards`` of the month, ``rewards_changed`` (rows written), ``rewards_differ`` (of a
    month that was decided on or published: rewards that would be others now) and ``reward_notes``
    (reasons why something is not proposed). Raises PeriodRefused for a month without scorecards.
    """
    with engine.begin() as connection:
        run(connection, "score/lock_month", month=period.read_month(month))
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
        if known is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        made = _outcome(connection, group, policy, month_of(policy, month))
        rows = [_row(reward, month) for reward in made.rewards]
        keys = {row["proposal_id"] for row in rows}
        counts = {"rewards": len(rows), "rewards_changed": 0, "rewards_differ": 0}
        if known["is_decided"] or known["published_at"] is not None:
            kept = {
                row.proposal_id
                for row in run(connection, "score/list_proposals", month=month, proposals=[])
                if row.kind == REWARD
            }
            counts["rewards"] = len(kept)
            counts["rewards_differ"] = len(kept ^ keys)
        else:
            grounds = {reward.key(month): reward.rows for reward in made.rewards}
            counts["rewards_changed"] = keep(connection, REWARD, month, rows, grounds)
            counts["rewards_changed"] += _keep_notes(connection, month, made.notes)
        notes = run(connection, "score/list_reward_notes", month=month).all()
        counts["reward_notes"] = len(notes)
        warehouse.report(connection, STAGE, month, counts)
    return counts


def list_later_months(engine: Engine, month: str) -> list[str]:
    """Later months that were scored and whose rewards look back on this one, so that they have to be proposed anew.

    Months are scored in any order: the end of a quarter may be scored before its first month.
    """
    with engine.connect() as connection:
        asked = months_on(period.read_month(month))
        return list(run(connection, "score/list_scored_months", months=asked).scalars())


def approved_rewards(engine: Engine, policy: Policy, month: str) -> list[dict[str, Any]]:
    """Approved rewards of the months up to this one that count for careers, by person: a record."""
    day = month_of(policy, period.read_month(month)).last_day
    back = policy.value("house", ITEM, "career_months", day, "the record of rewards").value or 1
    months = [*months_before(month, int(back) - 1), month]
    with engine.connect() as connection:
        return warehouse.rows(connection, "score/list_approved_rewards", months=months)


def _row(reward: Reward, month: str) -> dict[str, Any]:
    # A scorecard that goes takes its proposals along: only those of this month can go in it.
    card = reward.scorecard_id or ""
    return {
        "proposal_id": reward.key(month),
        "month": month,
        "employee_no": reward.employee_no,
        "store_code": reward.store_code,
        "step": reward.step,
        "rule_id": reward.line.rule,
        "reason": reward.reason,
        "correct_by": None,
        "policy_line": reward.line.line_id,
        "scorecard_id": card if card.startswith(f"{month}.") else None,
        "rank_no": reward.rank_no,
        "ranked": reward.ranked,
    }


def _outcome(connection: Connection, group: Group, policy: Policy, bounds: Month) -> Outcome:
    """Everything that the month gives reason to propose, and why the rest is not."""
    if ITEM not in policy.items("house"):
        return Outcome()
    packs = _packs(connection, group, policy, bounds)
    score = proposal_kpi(policy, ITEM, bounds.last_day)
    found = Outcome(notes=[_trial_note(policy, bounds, *each) for each in packs.trial.items()])
    month = [bounds.key]
    found += _stars(connection, STAR, month, packs, score)
    nominations = run(
        connection,
        "score/list_nominations",
        month=bounds.key,
        first_day=bounds.first_day,
        last_day=bounds.last_day,
    ).all()
    found += awards(
        nominations,
        {store: packs.rules[pack] for pack, stores in packs.stores.items() for store in stores},
    )
    found += _bonuses(connection, month, packs, score)
    year = year_of(bounds.key)
    if year is not None:
        found += _year(connection, policy, year, packs, bounds)
    quarter = quarter_of(bounds.key)
    if quarter is None:
        return found
    scored = set(run(connection, "score/list_scored_months", months=quarter).scalars())
    missing = [each for each in quarter if each not in scored]
    if missing:
        found.notes += [
            Note(
                step,
                "",
                f"本季度的 {'、'.join(missing)} 没有评分，不评选。",
                f"No scorecards of {', '.join(missing)}, months of this quarter: nobody is chosen.",
            )
            for step in (SERVICE_STAR, TEAM)
        ]
        return found
    chosen = _stars(connection, SERVICE_STAR, quarter, packs, score)
    found += chosen
    found += _promotions(connection, chosen, packs, bounds.key)
    found += _teams(connection, policy, quarter, packs, bounds, QUARTER)
    return found


def _year(
    connection: Connection, policy: Policy, year: Sequence[str], packs: _Packs, bounds: Month
) -> Outcome:
    """The team award of a year; a note where the year was not scored from its first month on."""
    if not any(rules.gives_year_team for rules in packs.rules.values()):
        return Outcome()
    scored = set(run(connection, "score/list_scored_months", months=year).scalars())
    missing = [each for each in year if each not in scored]
    if not missing:
        return _teams(connection, policy, year, packs, bounds, YEAR)
    note = Note(
        YEAR.team,
        "",
        f"本年度的 {'、'.join(missing)} 没有评分，不评选。",
        f"No scorecards of {', '.join(missing)}, months of this year: nobody is chosen.",
    )
    return Outcome(notes=[note])


def _trial_note(policy: Policy, bounds: Month, pack: str, stores: Sequence[str]) -> Note:
    why = why_on_trial(lacks(policy, pack, bounds.first_day))
    return Note(
        TRIAL,
        pack,
        f"制度包 {pack} 试运行，不提奖励：{'、'.join(stores)}。原因：{why['zh']}。",
        f"The pack {pack} is on trial and proposes no reward: {', '.join(stores)}. Because {why['en']}.",
    )


def _packs(connection: Connection, group: Group, policy: Policy, bounds: Month) -> _Packs:
    stores: dict[str, list[str]] = defaultdict(list)
    trial: dict[str, list[str]] = defaultdict(list)
    for store in run(
        connection, "score/list_stores", first_day=bounds.first_day, last_day=bounds.last_day
    ):
        pack = group.pack_of(store.store_code, store.brand, bounds.last_day)
        is_trial = bool(lacks(policy, pack, bounds.first_day))
        (trial if is_trial else stores)[pack].append(store.store_code)
    rules = {pack: RewardRules.read(policy, pack, bounds.last_day) for pack in sorted(stores)}
    return _Packs(dict(sorted(stores.items())), rules, dict(sorted(trial.items())))


def _stars(
    connection: Connection, step: str, months: Sequence[str], packs: _Packs, score: str | None
) -> Outcome:
    """People of a post are ranked together where the same line of the policy asks for it."""
    if score is None:
        return Outcome()
    name = "star_share" if step == STAR else "service_star_share"
    boards: dict[tuple[str, str], list[Any]] = defaultdict(list)
    rules: dict[str, RewardRules] = {}
    for one in together(
        run(connection, "score/list_standings", months=list(months), kpi=score).all()
    ):
        pack = packs.pack_of(one.store_code)
        if pack is None or not packs.rules[pack].is_on(name):
            continue
        own = packs.rules[pack]
        if step == SERVICE_STAR and one.role not in own.names("service_star_roles"):
            continue
        line_id = own.lines[name].line_id
        rules.setdefault(line_id, own)
        boards[one.role, line_id].append(one)
    warned = {
        row.employee_no: row.proposal_id
        for row in run(connection, "score/list_sanctions_of", months=list(months))
    }
    found = Outcome()
    for (role, line_id), standings in sorted(boards.items()):
        found += stars(step, role, standings, rules[line_id], score, warned)
    return found.told_apart()


def _promotions(connection: Connection, chosen: Outcome, packs: _Packs, month: str) -> Outcome:
    found = Outcome()
    for reward in chosen.rewards:
        pack = packs.pack_of(reward.store_code)
        if pack is None:
            continue
        rules = packs.rules[pack]
        before = months_before(month, max(rules.number("promotion_within") - 1, 0))
        earlier: dict[str, list[str]] = defaultdict(list)
        for row in run(connection, "score/list_approved_rewards", months=before):
            if row.step == SERVICE_STAR:
                earlier[row.employee_no].append(row.proposal_id)
        found += promotions([reward], earlier, rules, month)
    return found


def _bonuses(
    connection: Connection, months: Sequence[str], packs: _Packs, score: str | None
) -> Outcome:
    if score is None:
        return Outcome()
    standings = together(
        run(connection, "score/list_standings", months=list(months), kpi=score).all()
    )
    found = Outcome()
    for pack, rules in packs.rules.items():
        if not rules.gives_bonus:
            continue
        name = rules.names("bonus_sales_line")[0]
        figures = _figures(connection, months, [name])
        sales = {
            store: (figure.value, f"{figure.scorecards[0]}|{name}")
            for (store, _), figure in figures.items()
        }
        own = [one for one in standings if packs.pack_of(one.store_code) == pack]
        found += bonuses(own, sales, rules, score, pack)
    return found.told_apart()


def _teams(
    connection: Connection,
    policy: Policy,
    months: Sequence[str],
    packs: _Packs,
    bounds: Month,
    span: Span,
) -> Outcome:
    """Stores are compared where the same lines of the policy say by what."""
    boards: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pack, rules in packs.rules.items():
        if rules.gives_team if span is QUARTER else rules.gives_year_team:
            key = (rules.lines[span.places].line_id, rules.lines["team_lines"].line_id)
            boards[key].append(pack)
    found = Outcome()
    for _, members in sorted(boards.items()):
        rules = packs.rules[members[0]]
        heads: dict[str, list[str]] = defaultdict(list)
        for row in run(
            connection,
            "score/list_heads",
            roles=list(rules.names("team_head_roles")),
            day=bounds.last_day,
        ):
            heads[row.store_code].append(row.employee_no)
        lines = rules.names("team_lines")
        titles = {
            name: policy.attributes(members[0], f"kpis/{name}").get("title", {}) for name in lines
        }
        stores = sorted(store for pack in members for store in packs.stores[pack])
        figures = _figures(connection, months, lines)
        found += team_awards(stores, figures, heads, rules, titles, span)
    return found.told_apart()


def _figures(
    connection: Connection, months: Sequence[str], kpis: Sequence[str]
) -> dict[tuple[str, str], StoreFigure]:
    found = {}
    for row in run(connection, "score/list_team_figures", months=list(months), kpis=list(kpis)):
        value = share(row.numerator, row.denominator)
        if value is not None:
            found[row.store_code, row.kpi_id] = StoreFigure(
                value, row.denominator, row.direction, tuple(row.scorecards)
            )
    return found


def _keep_notes(connection: Connection, month: str, notes: Sequence[Note]) -> int:
    changed = run(
        connection,
        "score/drop_reward_notes",
        month=month,
        steps=[note.step for note in notes],
        subjects=[note.subject for note in notes],
    ).rowcount
    for note in notes:
        changed += run(
            connection,
            "score/keep_reward_note",
            month=month,
            step=note.step,
            subject=note.subject,
            reason=note.reason,
            policy_line=note.line.line_id if note.line else None,
        ).rowcount
    mark_used(connection, [note.line.line_id for note in notes if note.line])
    return changed
