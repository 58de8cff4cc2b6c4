"""Who edited the policy by which a month is judged, and so neither decides about it nor lets it leave.

``edited_by`` in a pack's ``pack.yaml`` names them, by login or employee number; whoever reviews a
change writes the name there. Packs that scored somebody count, with all that they extend.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from aftercare.errors import NotAllowed
from aftercare.rules.month import month_of
from aftercare.rules.policy import HOUSE, Policy
from aftercare.settings import Group
from aftercare.warehouse import run


def refuse_editor(
    connection: Connection,
    group: Group,
    policy: Policy,
    months: Sequence[str],
    user: str,
    names: Collection[str],
    act: str,
) -> None:
    """Raises NotAllowed, naming the pack, for a user, known by ``names``, who edited a pack of a month."""
    for month in months:
        for pack in _packs(connection, group, policy, month):
            editors = {editor.casefold() for editor in policy.packs[pack].edited_by}
            if editors & set(names):
                raise NotAllowed(
                    f"{user} edited the policy pack {pack}, by which {month} is scored "
                    f"(edited_by in {pack}/pack.yaml); somebody else must {act}"
                )


def _packs(connection: Connection, group: Group, policy: Policy, month: str) -> list[str]:
    day = month_of(policy, month).last_day
    scored = {
        group.pack_of(row.store_code, row.brand, day)
        for row in run(connection, "score/list_scored_stores", month=month)
    }
    return sorted({HOUSE, *(pack for each in scored for pack in policy.lineage(each))})
