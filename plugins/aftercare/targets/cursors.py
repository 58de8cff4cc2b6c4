"""How far a CRM was read back, as text: the newest change seen, and what was seen shortly before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from aftercare.errors import ConfigurationError

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def opened(cursor: str | None) -> tuple[datetime, Mapping[str, str]]:
    """The newest change seen, and the stamp of each id that was seen shortly before it.

    Raises ConfigurationError for a text that is no cursor.
    """
    if not cursor:
        return BEGINNING, {}
    try:
        kept = json.loads(cursor)
        return moment_of(kept["newest"]), dict(kept["seen"])
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            "the cursor of this target cannot be read; delete its row in outbound.read_cursor to "
            "read everything again"
        ) from None


def closed(stamps: Mapping[str, str], newest: datetime, overlap_seconds: int) -> str:
    """The cursor after these ids were seen with these stamps; older ones than the overlap are forgotten."""
    moments = {crm_id: moment_of(stamp) for crm_id, stamp in stamps.items()}
    latest = max([newest, *moments.values()])
    since = latest - timedelta(seconds=overlap_seconds) if latest > BEGINNING else latest
    seen = {crm_id: stamps[crm_id] for crm_id, seen_at in moments.items() if seen_at >= since}
    return json.dumps({"newest": latest.isoformat(), "seen": seen}, sort_keys=True)


def moment_of(stamp: str) -> datetime:
    """A stamp of ISO 8601 or as Odoo writes it, which is UTC; ValueError for any other text."""
    read_as = datetime.fromisoformat(stamp)
    return read_as if read_as.tzinfo else read_as.replace(tzinfo=UTC)
