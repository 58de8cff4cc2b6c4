"""Reading back from Odoo: finished activities, once each, as rows of the feed `call_result`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aftercare.targets.cursors import BEGINNING, closed, opened
from aftercare.targets.feedback import ResultWords, understand
from aftercare.targets.odoo_load import Call, batches
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.protocol import Result, Results

ODOO_TIME = "%Y-%m-%d %H:%M:%S"
PAGE = 500


def day(text: str | None) -> date | None:
    """A date as Odoo writes it."""
    return date.fromisoformat(text[:10]) if text else None


def read(
    call: Call,
    keys_of: Callable[[Collection[int]], Mapping[int, str]],
    mapping: OdooMapping,
    cursor: str | None,
) -> Results:
    """Finished activities since the cursor.

    Odoo stamps a row with the time at which its transaction *began*, so a row may appear behind
    the newest one seen. Each reading starts `overlap_seconds` before that one; the cursor keeps
    what was seen there. A result that was edited since is read again with its new `version_at`.
    """
    newest, seen = opened(cursor)
    domain: list[object] = [
        ["res_model", "=", "res.partner"],
        ["active", "=", False],
        ["date_done", "!=", False],
    ]
    if newest > BEGINNING:
        since = newest - timedelta(seconds=mapping.overlap_seconds)
        domain.append(["write_date", ">=", since.strftime(ODOO_TIME)])
    found = call(
        "mail.activity",
        "search_read",
        domain=domain,
        fields=["write_date"],
        order="write_date, id",
        context={"active_test": False},
    )
    stamps = {row["id"]: row["write_date"] for row in found}
    new = {crm_id for crm_id, stamp in stamps.items() if seen.get(str(crm_id)) != stamp}
    keys = keys_of(new)
    results: list[Result] = []
    for batch in batches([crm_id for crm_id in stamps if crm_id in keys], PAGE):
        rows = call(
            "mail.activity",
            "search_read",
            domain=[["id", "in", list(batch)]],
            fields=["write_date", "date_done", "feedback", "write_uid"],
            order="write_date, id",
            context={"active_test": False},
        )
        callers = _callers(call, mapping, rows)
        results += [_result(row, keys[row["id"]], callers, mapping.results) for row in rows]
        stamps |= {row["id"]: row["write_date"] for row in rows}
    read_now = {str(crm_id): stamp for crm_id, stamp in stamps.items()}
    return Results(results, closed(read_now, newest, mapping.overlap_seconds))


def _callers(call: Call, mapping: OdooMapping, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    ids = sorted({row["write_uid"][0] for row in rows if row["write_uid"]})
    match = mapping.owner.match
    users = call(
        "res.users",
        "search_read",
        domain=[["id", "in", ids]],
        fields=[match],
        context={"active_test": False},
    )
    return {user["id"]: str(user[match]) for user in users if user[match]}


def _result(
    row: Mapping[str, Any], key: str, callers: Mapping[int, str], words: ResultWords
) -> Result:
    written = datetime.strptime(row["write_date"], ODOO_TIME).replace(tzinfo=UTC)
    done_on = date.fromisoformat(row["date_done"][:10])
    # Odoo keeps only the day. An edit on a later day moves write_date; noon stands on the right day.
    noon = datetime.combine(done_on, time(12), tzinfo=UTC)
    caller = row["write_uid"][0] if row["write_uid"] else 0
    return Result(
        task_key=key,
        crm_id=str(row["id"]),
        attempt_no=1,
        called_at=written if written.date() == done_on else noon,
        version_at=written,
        caller_no=callers.get(caller),
        remark=row["feedback"] or None,
        **understand(row["feedback"] or None, words),
    )
