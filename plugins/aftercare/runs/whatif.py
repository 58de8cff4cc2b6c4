"""What closed months would be by a draft of the policy, computed by the stages themselves.

Each month is computed from one snapshot of the warehouse, by the draft and by today's policy, so
that what came since it was scored is told apart from what the draft does. Only temporary tables
are written and nothing else is locked: a night goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from aftercare import connections, warehouse
from aftercare.errors import BadData, PeriodRefused
from aftercare.proposal_rows import SANCTION
from aftercare.reports.backfilled import Standing
from aftercare.reports.what_if import MonthWhatIf, Scored, WhatIf
from aftercare.rules import period
from aftercare.rules.month import month_of, refuse_open_month
from aftercare.rules.policy import Policy
from aftercare.runs.house import policy, today
from aftercare.scored_lines import month_lines
from aftercare.settings import Group, read_group


def what_if(
    first: str,
    last: str | None = None,
    folder: Path | None = None,
    as_of: date | None = None,
    store_code: str | None = None,
) -> WhatIf:
    """The months ``first`` to ``last`` by the policy of a folder, or our own, beside what stands.

    ``as_of``: by the lines in force on that day, whatever the month. Raises PeriodRefused for a
    month that is open or was never scored, PolicyError for a draft that edits a line that was used
    or lacks a value, Retriable while the warehouse is upgraded.
    """
    from aftercare.rules.figure_titles import figure_titles
    from aftercare.stages.policy import refuse_edited_lines

    group, ours = read_group(), policy()
    draft = ours if folder is None else Policy.load(folder)
    months = _months(first, last)
    now = today(group)
    engine = connections.warehouse_engine()
    with warehouse.in_words(), warehouse.at_work(engine, patience=0):
        if folder is not None:
            refuse_edited_lines(engine, draft)
        asked = draft if as_of is None else draft.as_of(as_of)
        is_draft = as_of is not None or draft.digest != ours.digest
        for month in months:
            refuse_open_month(month_of(ours, month), now)
        found = [
            _month(engine, group, ours, asked if is_draft else None, month, now, store_code)
            for month in months
        ]
    return WhatIf(
        found,
        draft.digest,
        is_draft,
        as_of,
        _later(draft, ours, period.last_day(months[-1])),
        {**figure_titles(ours), **figure_titles(draft)},
    )


def _months(first: str, last: str | None) -> list[str]:
    start = period.read_month(first)
    end = period.read_month(last) if last is not None else start
    if end < start:
        raise PeriodRefused(f"{end} lies before {start}; give the earlier month first")
    return list(period.months(start, end))


def _month(
    engine: Engine,
    group: Group,
    ours: Policy,
    draft: Policy | None,
    month: str,
    now: date,
    store_code: str | None,
) -> MonthWhatIf:
    """A month by today's policy and, where there is one, by a draft."""
    still = engine.execution_options(isolation_level="REPEATABLE READ")
    with warehouse.rehearsal(still) as rehearsal:
        look = rehearsal.look()
        known = warehouse.run(look, "score/get_month", month=month).mappings().one_or_none()
        if known is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        bounds = month_of(ours, month)
        stores = [
            row.store_code
            for row in warehouse.run(
                look, "score/list_stores", first_day=bounds.first_day, last_day=bounds.last_day
            )
        ]
        if store_code is not None and store_code not in stores:
            raise BadData(f"there is no store {store_code}; stores are {', '.join(stores)}")
        issued = _stands(look, ours, month)
        # Rewards are not tried: what they stand on is other months' and people's, too.
        sanctions = [row for row in issued.proposals if row["kind"] == SANCTION]
        stands = replace(issued, proposals=sanctions)
        again = _scored(rehearsal, group, ours, month, now)
        would = again if draft is None else _scored(rehearsal, group, draft, month, now)
        return MonthWhatIf(
            month, known["published_at"] is not None, stands, would, again, store_code
        )


def standing(months: Sequence[str]) -> dict[str, Standing]:
    """Months as they stand, scored or not, from one snapshot."""
    ours = policy()
    still = connections.warehouse_engine().execution_options(isolation_level="REPEATABLE READ")
    found = {}
    with warehouse.in_words(), still.connect() as connection:
        for month in months:
            known = (
                warehouse.run(connection, "score/get_month", month=month).mappings().one_or_none()
            )
            counts = warehouse.run(
                connection, "score/get_scored_report", month=month
            ).scalar_one_or_none()
            is_published = known is not None and known["published_at"] is not None
            found[month] = Standing(
                _stands(connection, ours, month),
                is_published or (known is not None and known["is_decided"]),
                is_published,
                int((counts or {}).get("differs") or 0),
            )
    return found


def _stands(connection: Connection, ours: Policy, month: str) -> Scored:
    proposals = warehouse.run(connection, "score/list_proposals", month=month, proposals=[])
    return Scored(
        month_lines(connection, month),
        [dict(row) for row in proposals.mappings()],
        _least(ours, month),
    )


def _scored(
    rehearsal: warehouse.Rehearsal, group: Group, by: Policy, month: str, now: date
) -> Scored:
    """A month as it would be scored now; the next policy finds the warehouse as this one did."""
    from aftercare.stages.proposals import would_propose
    from aftercare.stages.scorecards import would_score

    lines = would_score(rehearsal.engine, group, by, month, now)
    return Scored(lines, would_propose(rehearsal.look(), group, by, month), _least(by, month))


def _least(by: Policy, month: str) -> int:
    """How many answers a ranked person has at least."""
    day = period.last_day(month)
    return int(by.value("house", "scoring", "minimum_n", day, "the ranks").value)


def _later(draft: Policy, ours: Policy, last: date) -> list[date]:
    """Days on which lines of a draft begin that are not ours and that no month up to ``last`` asks."""
    known = {line.line_id: line.value_json for line in ours.lines}
    return sorted(
        line.valid_from
        for line in draft.lines
        if line.valid_from > last and known.get(line.line_id) != line.value_json
    )
