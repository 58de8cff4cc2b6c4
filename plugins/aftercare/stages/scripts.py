"""Approvals of scripts: who agreed to which words; kept by version, so other words are nobody's yet.

Nothing waits for an approval: what is not approved is said all the same, and told each morning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine

from aftercare.errors import BadData
from aftercare.reports.morning_facts import Unapproved
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.rules.reach import is_in_force
from aftercare.rules.script_policy import approval_packs, scripts_of
from aftercare.scripts import present_versions, title_of
from aftercare.settings import Group
from aftercare.user_roles import require_role
from aftercare.warehouse import run

ROLES = ("manager",)
"""Scripts are said in all stores, so the role is needed for all of them."""


def approve(
    engine: Engine, wanted: Sequence[str], user: str, today: date, remark: str | None = None
) -> dict[str, list[str]]:
    """Keeps that somebody agreed to scripts as they are now.

    Gives the scripts that are ``approved`` by this and those that were ``known`` as approved, which keep who
    said so first. Raises BadData for a script that there is not, NotAllowed without a role for all stores.
    """
    versions = _chosen(wanted)
    with engine.begin() as connection:
        stores = {row.store_code for row in run(connection, "care/list_stores")}
        require_role(connection, stores, user, today, ROLES)
        approved = run(
            connection,
            "scripts/approve_scripts",
            scripts=_recordset(versions),
            user_name=user,
            remark=remark,
        )
        new = sorted(approved.scalars())
    return {"approved": new, "known": sorted(versions.keys() - set(new))}


def list_scripts(engine: Engine, group: Group, policy: Policy, today: date) -> list[dict[str, Any]]:
    """Every script: its version, what follow-ups of today ask for it, who approved it, and open tasks.

    ``older_tasks`` are those among ``open_tasks`` that were made with an earlier version.
    """
    used = _used_by(group, policy, today)
    with engine.connect() as connection:
        approvals = {
            (row["script_id"], row["script_version"]): dict(row)
            for row in run(connection, "scripts/list_approvals").mappings()
        }
        tasks: dict[str, dict[str, int]] = {}
        for row in run(connection, "scripts/count_open_tasks"):
            tasks.setdefault(row.script_id, {})[row.script_version] = row.tasks
    found = []
    for script_id, version in present_versions().items():
        approval = approvals.get((script_id, version), {})
        of_script = tasks.get(script_id, {})
        found.append(
            {
                "script_id": script_id,
                "title": title_of(script_id, group.group.language),
                "version": version,
                "used_by": sorted(used.get(script_id, ())),
                **{name: approval.get(name) for name in ("approved_by", "approved_at", "remark")},
                "open_tasks": sum(of_script.values()),
                "older_tasks": sum(
                    count for made_with, count in of_script.items() if made_with != version
                ),
            }
        )
    return found


def list_approvals(engine: Engine, script_id: str) -> list[dict[str, Any]]:
    """Who approved which versions of a script; BadData where there is no such script."""
    _chosen([script_id])
    with engine.connect() as connection:
        found = run(connection, "scripts/list_approvals").mappings()
        return [dict(row) for row in found if row["script_id"] == script_id]


def count_unapproved(engine: Engine, policy: Policy, work_day: date) -> Unapproved:
    """How much of a day's lists is said in words that nobody approved, where the policy wants it."""
    with engine.connect() as connection:
        row = run(
            connection,
            "scripts/count_unapproved",
            scripts=_recordset(present_versions()),
            work_day=work_day,
            packs=approval_packs(policy, work_day),
        ).one()
    return Unapproved(scripts=row.scripts, tasks=row.tasks)


def _chosen(wanted: Iterable[str]) -> dict[str, str]:
    versions = present_versions()
    strange = sorted(set(wanted) - versions.keys())
    if strange:
        raise BadData(
            f"there is no script {', '.join(strange)}; `aftercare scripts list` shows those that there are"
        )
    return {script_id: versions[script_id] for script_id in wanted}


def _recordset(versions: Mapping[str, str]) -> str:
    return json.dumps(
        [
            {"script_id": script_id, "script_version": version}
            for script_id, version in versions.items()
        ]
    )


def _used_by(group: Group, policy: Policy, day: date) -> dict[str, set[str]]:
    """What asks for a script on a day, in the packs that the settings assign."""
    found: dict[str, set[str]] = {}
    for pack in sorted(group.assigned_packs & policy.packs.keys()):
        for each in follow_ups(policy, pack):
            if is_in_force(each, day):
                for script_id, user in scripts_of(each):
                    found.setdefault(script_id, set()).add(user)
    return found
