"""Scripts and their approvals, as people see and decide them; and what the lists say unapproved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from aftercare import connections, warehouse, wording
from aftercare.rules.follow_ups import follow_ups
from aftercare.runs.house import Counts, policy, step, today
from aftercare.scripts import script_ids
from aftercare.settings import Group, read_group

if TYPE_CHECKING:
    from aftercare.reports.morning_facts import Unapproved


@step
def list_scripts() -> list[Counts]:
    """Every script with its follow-ups, its approval and its open tasks."""
    from aftercare.stages import scripts

    group = read_group()
    return scripts.list_scripts(connections.warehouse_engine(), group, policy(), today(group))


@step
def list_approvals(script_id: str) -> list[Counts]:
    """Who approved which versions of a script."""
    from aftercare.stages import scripts

    return scripts.list_approvals(connections.warehouse_engine(), script_id)


@step
def approve_scripts(wanted: Sequence[str] | None, user: str, remark: str | None = None) -> Counts:
    """Keeps that somebody agreed to scripts as they are now; to all of them where none is named."""
    from aftercare.stages.scripts import approve

    chosen = script_ids() if wanted is None else wanted
    return approve(connections.warehouse_engine(), chosen, user, today(read_group()), remark)


def wording_faults(group: Group) -> list[str]:
    """What is wrong with the words of scripts today, used or not, by the packs that the settings assign."""
    ours = policy()
    packs = sorted(group.assigned_packs & ours.packs.keys())
    rules = [follow_up for pack in packs for follow_up in follow_ups(ours, pack)]
    faults = wording.wording_faults(ours, rules, today(group), script_ids())
    return [str(fault) for fault in faults]


def newest_night() -> date | None:
    """The newest night that made lists, if one did."""
    with connections.warehouse_engine().connect() as connection:
        found: date | None = warehouse.run(connection, "care/read_horizon").scalar_one()
    return found


def unapproved_words(day: date) -> Unapproved:
    """What the lists that the night of a day prepares say in words that nobody approved."""
    from aftercare.stages.scripts import count_unapproved

    return count_unapproved(connections.warehouse_engine(), policy(), day + timedelta(days=1))
