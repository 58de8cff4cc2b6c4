"""Which stores somebody may decide about: roles that were granted for stores, or for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection

from aftercare.errors import NotAllowed
from aftercare.warehouse import run

ALL_STORES = "*"


def require_role(
    connection: Connection, stores: Collection[str], user: str, today: date, roles: Sequence[str]
) -> None:
    """Raises NotAllowed, naming stores, where somebody has none of the roles for one of them."""
    granted = run(
        connection, "ops/list_user_stores", user_name=user, today=today, roles=list(roles)
    )
    allowed = set(granted.scalars())
    missing = sorted(set(stores) - allowed)
    if ALL_STORES not in allowed and (missing or not allowed):
        raise NotAllowed(
            f"{user} is no {' or '.join(roles)} of {', '.join(missing) or 'any store'}; `aftercare users "
            "grant` gives the role"
        )
