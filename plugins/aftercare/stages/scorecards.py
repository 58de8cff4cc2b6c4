"""Scores a month that is over: counts each KPI, credits it to people, writes scorecards.

A row is the work of its owner, or the store's: then all who hold a post that is scored by the
figure have it on their scorecards, and sums over people count the store once.

What counts is what was due in the month and was called until the closing day of the next one. A
task that was withdrawn after that day still counts. One limit remains: a call counts by the day on
which it was made, for no row keeps the day on which its result first arrived; a call that was made
in time and handed in later raises the figures of a month that is scored later still. A month that
was published, or of which a proposal was decided, is never written again: a second run only says
how many lines would differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Text, column, func, insert, select, table

from aftercare import warehouse
from aftercare.adjustments import keep_adjustments
from aftercare.errors import PeriodRefused
from aftercare.lapsed_steps import keep_lapsed
from aftercare.month_counts import count_pack, fill_opening
from aftercare.rules import period
from aftercare.rules.binding import lacks, why_on_trial
from aftercare.rules.coefficients import coefficients_of
from aftercare.rules.kpis import kpis_of
from aftercare.rules.month import Month, month_of, refuse_open_month
from aftercare.rules.policy import Policy
from aftercare.rules.proposal_kpi import proposal_kpi
from aftercare.rules.sanctions import ITEM as LADDER
from aftercare.rules.sanctions import Ladder
from aftercare.rules.scorecard_lines import (
    LINE_COLUMNS,
    Bands,
    Row,
    kpi_line,
    score_of,
    score_proof,
)
from aftercare.rules.scorecard_points import Known, PointRules, card_points
from aftercare.rules.scorecard_targets import TargetRules, card_targets
from aftercare.settings import Group
from aftercare.warehouse import run
from aftercare.whose import Whose

STAGE = "scorecards"
LIST_UNCREDITED = "score/list_uncredited_rows"
NEW_LINE = table("new_line", *(column(name) for name in LINE_COLUMNS))
NEW_EVIDENCE = table(
    "new_evidence",
    *(
        column(name)
        for name in (
            "scorecard_id",
            "kpi_id",
            "row_kind",
            "row_key",
            "is_numerator",
            "is_excluded",
            "reason",
        )
    ),
)


def score_month(
    engine: Engine, group: Group, policy: Policy, month: str, today: date
) -> dict[str, Any]:
    """Writes scorecards, lines and the rows behind them for a month (``2026-06``) that is over.

    ``today`` decides only whether the month is over, and dates adjustments. Counts: ``scorecards``, ``lines``,
    ``evidence``, ``trial`` (scorecards of packs that bind nobody yet), ``trial_because`` (why, by
    pack and language), ``uncredited`` (rows that count and
    name no owner, whose owner did not hold the post that day, or whose store has nobody in it), ``changed`` (rows written), ``differs`` (lines that a
    frozen month would get now), ``adjusted`` and ``adjustments_ended`` (of a published month) and
    ``missing_nights`` (days without a merged load, by system).
    Raises PeriodRefused for a month that is open or malformed, PolicyError for a missing value.
    """
    bounds = month_of(policy, period.read_month(month))
    refuse_open_month(bounds, today)
    with engine.begin() as connection:
        run(connection, "score/lock_month", month=month)
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
        is_frozen = known is not None and (known["is_decided"] or known["published_at"] is not None)
        counts = _compute(connection, group, policy, bounds)
        counts["changed"] = 0
        counts["differs"] = 0
        if is_frozen:
            counts["differs"] = run(
                connection, "score/count_differing_lines", month=month
            ).scalar_one()
            if known is not None and known["published_at"] is not None:
                counts |= keep_adjustments(connection, month, today)
                counts |= _lapsed(connection, group, policy, bounds)
        else:
            counts["changed"] = _keep(connection, policy, month)
        counts["missing_nights"] = _missing_nights(connection, group, bounds)
        warehouse.report(connection, STAGE, month, counts)
    return counts


def would_score(
    engine: Engine, group: Group, policy: Policy, month: str, today: date
) -> Sequence[Row]:
    """The lines that a closed month would get now by a policy, as `list_month_lines` gives kept ones.

    Only temporary tables are written; they stand until the transaction ends. Raises PeriodRefused
    for a month that is open, PolicyError for a missing value.
    """
    bounds = month_of(policy, period.read_month(month))
    refuse_open_month(bounds, today)
    with engine.begin() as connection:
        _compute(connection, group, policy, bounds)
        return warehouse.rows(connection, "score/list_new_lines")


def rows_of_nobody(
    engine: Engine, group: Group, policy: Policy, month: str, today: date
) -> Sequence[Row]:
    """Rows of a closed month that would be credited to nobody if it was scored now, by KPI and store.

    A row is told for each KPI that counts it; ``uncredited`` of `score_month` takes it once. ``why``
    is ``no_owner`` (it names nobody), ``not_in_post`` (whom it names did not hold a post of
    ``roles`` there on ``counted_on``) or ``nobody_in_post`` (a figure of the store, in which nobody
    holds one).
    Only temporary tables are written. Raises as `would_score` does.
    """
    bounds = month_of(policy, period.read_month(month))
    refuse_open_month(bounds, today)
    with engine.begin() as connection:
        _compute(connection, group, policy, bounds)
        return warehouse.rows(connection, LIST_UNCREDITED)


def evidence(engine: Engine, scorecard_id: str, kpi_id: str) -> Sequence[Row]:
    """The rows behind a line, as dicts: those not counted first, then counted, then excluded.

    Raises PeriodRefused when there is no such line.
    """
    with engine.connect() as connection:
        known = run(
            connection, "score/get_line", scorecard_id=scorecard_id, kpi_id=kpi_id
        ).one_or_none()
        if known is None:
            raise PeriodRefused(
                f"there is no line {kpi_id} on a scorecard {scorecard_id}; "
                "see the month's scorecards for the names"
            )
        return warehouse.rows(
            connection, "score/list_evidence", scorecard_id=scorecard_id, kpi_id=kpi_id
        )


def lines_of(engine: Engine, month: str, whose: Whose, kpi_id: str) -> Sequence[Row]:
    """Lines of a KPI with their counts, each store's figure once, of a person, of a store's people or of everybody."""
    with engine.connect() as connection:
        return warehouse.rows(
            connection, "score/list_lines_of", month=month, kpi_id=kpi_id, **asdict(whose)
        )


def lines_behind(engine: Engine, scorecard_id: str, kpi_id: str) -> Sequence[Row]:
    """The lines that a line stands on, each before those on which it stands itself.

    ``depth`` is 1 for those that it stands on at once; ``has_rows`` says whether rows that are no
    lines stand behind one.
    """
    with engine.connect() as connection:
        return warehouse.rows(
            connection, "score/list_lines_behind", scorecard_id=scorecard_id, kpi_id=kpi_id
        )


def _compute(connection: Connection, group: Group, policy: Policy, bounds: Month) -> dict[str, Any]:
    """Fills the new scorecards, lines and evidence; returns counts of what there is."""
    for name in ("fact", "opening", "new_scorecard", "new_line", "new_evidence"):
        run(connection, f"score/create_{name}_table")
    run(
        connection,
        "score/find_waited",
        first_day=bounds.bounds["first_day"],
        last_day=bounds.bounds["last_day"],
    )
    run(connection, "score/judge_follow_ups", **bounds.bounds)
    run(connection, "score/judge_contacts", **bounds.bounds)
    packs = _packs(connection, group, bounds)
    fill_opening(connection, group, policy, packs, bounds)
    run(
        connection,
        "score/judge_complaints",
        closing_on=bounds.closing_on,
        time_zone=group.group.time_zone,
    )
    run(connection, "score/find_told_steps", last_day=bounds.last_day)
    for pack, stores in packs.items():
        count_pack(connection, policy, pack, stores, bounds, group.group.time_zone)
    run(connection, "score/analyze_facts")
    run(connection, "score/fill_new_evidence")
    run(connection, "score/analyze_new_evidence")
    counts: dict[str, Any] = _score(connection, policy, packs, bounds)
    counts["trial_because"] = {
        pack: why_on_trial(found)
        for pack in packs
        if (found := lacks(policy, pack, bounds.first_day))
    }
    counts["uncredited"] = _count_uncredited(connection)
    return counts


def _count_uncredited(connection: Connection) -> int:
    """How many rows the list of those that are nobody's has; one for which two figures ask is one."""
    columns = {"row_kind": Text(), "row_key": Text()}
    listed = warehouse.statement(LIST_UNCREDITED).columns(**columns).subquery("listed")
    rows = select(listed.c.row_kind, listed.c.row_key).distinct().subquery("uncredited_rows")
    return connection.execute(select(func.count()).select_from(rows)).scalar_one()


def _lapsed(connection: Connection, group: Group, policy: Policy, bounds: Month) -> dict[str, int]:
    """Marks approved steps of the month for which there is no reason any more."""
    packs = {
        store: pack for pack, found in _packs(connection, group, bounds).items() for store in found
    }

    def ladder_of(store_code: str) -> Ladder:
        pack = packs.get(store_code) or group.pack_of(store_code, "", bounds.last_day)
        return Ladder.read(policy, pack, bounds.last_day)

    score = proposal_kpi(policy, LADDER, bounds.last_day)
    return keep_lapsed(connection, bounds.key, score, ladder_of)


def _packs(connection: Connection, group: Group, month: Month) -> dict[str, list[str]]:
    """Stores by the pack in force on the month's last day."""
    packs: dict[str, list[str]] = defaultdict(list)
    for store in run(
        connection, "score/list_stores", first_day=month.first_day, last_day=month.last_day
    ):
        packs[group.pack_of(store.store_code, store.brand, month.last_day)].append(store.store_code)
    return dict(sorted(packs.items()))


def _score(
    connection: Connection, policy: Policy, packs: Mapping[str, Sequence[str]], month: Month
) -> dict[str, int]:
    """Fills the new lines from the counted rows; returns counts of what there is."""
    cards: dict[str, list[Row]] = defaultdict(list)
    pack_of = {store: pack for pack, stores in packs.items() for store in stores}
    for row in run(connection, "score/list_new_scorecards").mappings():
        cards[pack_of[row["store_code"]]].append(dict(row))
    counted = {
        (row["scorecard_id"], row["kpi_id"]): dict(row)
        for row in run(connection, "score/count_new_lines").mappings()
    }
    lines: list[Row] = []
    for pack, people in cards.items():
        day = month.last_day
        for kpi in kpis_of(policy, pack, day):
            lines += [
                kpi_line(
                    policy, pack, kpi, card, counted.get((card["scorecard_id"], kpi.name)), day
                )
                for card in people
                if card["role"] in kpi.roles
            ]
    copies: set[tuple[str, str]] = set()
    proofs: list[Row] = []
    known = {(line["scorecard_id"], line["kpi_id"]): line for line in lines}
    for pack, people in cards.items():
        external = _external_scores(connection, packs[pack], month.key)
        for entry in coefficients_of(policy, pack, month.last_day):
            name, metric = entry.name, entry.metric
            bands = Bands.read(policy, pack, name, month.last_day)
            if entry.is_kpi and entry.is_counted:
                copies.add((name, metric))
            for card in people:
                if card["role"] not in entry.roles:
                    continue
                if not entry.is_counted:
                    lines.append(bands.of_no_kpi(card))
                elif entry.is_kpi:
                    lines.append(bands.of_line(card, known[card["scorecard_id"], metric]))
                else:
                    score = score_of(external, card, metric)
                    lines.append(bands.of_score(card, score))
                    proofs += [score_proof(card, name, month.key, score)] if score else []
        targets = TargetRules.read(policy, pack, month.last_day)
        if targets is None:
            continue
        for card in people:
            if card["role"] in targets.roles:
                held = card_targets(targets, card, month.key, counted, external)
                lines += held.lines
                proofs += held.proofs
    for pack, people in cards.items():
        rules = PointRules.read(policy, pack, month.last_day)
        if rules is None:
            continue
        found = _known_of_points(connection, rules, packs[pack], counted, month)
        for card in people:
            if card["role"] in rules.roles:
                made = card_points(rules, card, found)
                lines += made.lines
                proofs += made.proofs
    if lines:
        connection.execute(insert(NEW_LINE), lines)
    for name, source_kpi in sorted(copies):
        run(connection, "score/copy_new_evidence", kpi=name, source_kpi=source_kpi)
    if proofs:
        connection.execute(insert(NEW_EVIDENCE), proofs)
    new = run(connection, "score/count_new_rows").one()
    return {
        "scorecards": new.scorecards,
        "trial": new.trial,
        "lines": new.line_rows,
        "evidence": new.evidence,
    }


def _known_of_points(
    connection: Connection,
    rules: PointRules,
    stores: Sequence[str],
    counted: Mapping[tuple[str, str], Row],
    month: Month,
) -> Known:
    """What files and counts say of these stores."""

    def rows(name: str) -> Sequence[Row]:
        return warehouse.rows(
            connection, f"score/list_{name}", month=month.key, stores=list(stores)
        )

    fed = run(
        connection,
        "score/list_fed_stores",
        stores=list(stores),
        feeds=rules.feeds,
        first_day=month.first_day,
        closing_on=month.closing_on,
    )
    return Known(
        month.key,
        counted,
        frozenset((row.store_code, row.feed) for row in fed),
        {(row["store_code"], row["employee_no"], row["metric"]): row for row in rows("targets")},
        {(row["store_code"], row["employee_no"], row["item"]): row for row in rows("ratings")},
        {(row["store_code"], row["metric"]): row for row in rows("ranks")},
    )


def _external_scores(
    connection: Connection, stores: Sequence[str], month: str
) -> dict[tuple[str, str, str], Row]:
    rows = run(connection, "score/list_external_scores", month=month, stores=list(stores))
    return {
        (row["store_code"], row["employee_no"], row["metric_key"]): dict(row)
        for row in rows.mappings()
    }


def _keep(connection: Connection, policy: Policy, month: str) -> int:
    """Brings the kept month to the new one; returns the number of rows written."""
    run(connection, "score/keep_month", month=month, policy_digest=policy.digest)
    changed = run(connection, "score/drop_stale_evidence", month=month).rowcount
    changed += run(connection, "score/drop_stale_proposals", month=month).rowcount
    changed += run(connection, "score/drop_stale_lines", month=month).rowcount
    changed += run(connection, "score/drop_stale_scorecards", month=month).rowcount
    for name in ("scorecards", "lines", "evidence"):
        changed += run(connection, f"score/keep_{name}").rowcount
    run(connection, "score/mark_used_lines")
    return changed


def _missing_nights(connection: Connection, group: Group, month: Month) -> dict[str, list[str]]:
    missing: dict[str, list[str]] = {}
    for row in run(
        connection,
        "ops/list_missing_nights",
        systems=list(group.systems),
        first=month.first_day,
        last=month.closing_on,
    ):
        missing.setdefault(row.system, []).append(row.day.isoformat())
    return missing
