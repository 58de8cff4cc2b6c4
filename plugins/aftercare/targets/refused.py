"""What targets refused: kept masked until it is settled, and sent again when it says something else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from aftercare import warehouse
from aftercare.targets.outbox import Outbox
from aftercare.targets.rehearsed import masked_fields

LOOKED_AT = 1000
"""Rejected messages that are put into words at once."""

LONGEST = 200
"""Characters of a field that are kept."""


def kept_fields(fields: Mapping[str, object]) -> str:
    """A record's known fields as they are kept: masked, and cut."""
    shown = masked_fields(fields)
    return json.dumps(
        {name: text[:LONGEST] for name, text in shown.items() if text}, ensure_ascii=False
    )


def revive_changed(
    connection: Connection, outbox: Outbox, mapping_digest: str, today: date
) -> None:
    """Sends again what was rejected and says something else now; what says the same stays rejected."""
    found = (
        warehouse.run(
            connection,
            "outbound/list_rejected",
            target=outbox.target,
            mapping_digest=mapping_digest,
            today=today,
        )
        .mappings()
        .all()
    )
    for start in range(0, len(found), LOOKED_AT):
        work = outbox.prepare(connection, found[start : start + LOOKED_AT])
        # Of a task whose contact is rejected nothing is said, so there is nothing to compare.
        said = [key for key in work.messages if key in work.digests]
        warehouse.run(
            connection,
            "outbound/revive_changed",
            message_ids=[work.messages[key]["message_id"] for key in said],
            digests=[work.digests[key][0].hex() for key in said],
        )
