"""Reading back from Odoo: finished activities, and the numbers of contacts that were written; once each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aftercare.targets.cursors import BEGINNING, closed, opened
from aftercare.targets.feedback import understand
from aftercare.targets.odoo_load import Call, batches
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.protocol import Result, Results, ToldNumber, ToldNumbers
from aftercare.targets.record_keys import task_of

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
    newest, stamps, keys = _written(
        call,
        "mail.activity",
        [["res_model", "=", "res.partner"], ["active", "=", False], ["date_done", "!=", False]],
        keys_of,
        mapping,
        cursor,
    )
    results: list[Result] = []
    for batch in batches([crm_id for crm_id in stamps if crm_id in keys], PAGE):
        rows = call(
            "mail.activity",
            "search_read",
            domain=[["id", "in", list(batch)]],
            fields=["write_date", "date_done", "feedback", *_named(mapping)],
            order="write_date, id",
            context={"active_test": False},
        )
        callers = _callers(call, mapping, rows)
        results += [_result(row, keys[row["id"]], callers, mapping) for row in rows]
        stamps |= {row["id"]: row["write_date"] for row in rows}
    return Results(results, _closed(stamps, newest, mapping))


def read_numbers(
    call: Call,
    keys_of: Callable[[Collection[int]], Mapping[int, str]],
    mapping: OdooMapping,
    cursor: str | None,
) -> ToldNumbers:
    """The numbers of contacts that were written since the cursor, by us or by staff; as `read`."""
    phone = mapping.phone_field
    newest, stamps, keys = _written(
        call, "res.partner", [["ref", "!=", False]], keys_of, mapping, cursor
    )
    numbers: list[ToldNumber] = []
    for batch in batches([crm_id for crm_id in stamps if crm_id in keys], PAGE):
        rows = call(
            "res.partner",
            "search_read",
            domain=[["id", "in", list(batch)]],
            fields=["write_date", phone],
            context={"active_test": False},
        )
        numbers += [
            ToldNumber(
                keys[row["id"]],
                str(row["id"]),
                _moment(row["write_date"]),
                row[phone] or "",
            )
            for row in rows
        ]
        stamps |= {row["id"]: row["write_date"] for row in rows}
    return ToldNumbers(numbers, _closed(stamps, newest, mapping))


def _written(
    call: Call,
    model: str,
    domain: list[object],
    keys_of: Callable[[Collection[int]], Mapping[int, str]],
    mapping: OdooMapping,
    cursor: str | None,
) -> tuple[datetime, dict[int, str], Mapping[int, str]]:
    """The newest time seen before, when each row since then was written, and the keys of ours among
    those that were not seen as they are now."""
    newest, seen = opened(cursor)
    if newest > BEGINNING:
        since = newest - timedelta(seconds=mapping.overlap_seconds)
        domain = [*domain, ["write_date", ">=", since.strftime(ODOO_TIME)]]
    found = call(
        model,
        "search_read",
        domain=domain,
        fields=["write_date"],
        order="write_date, id",
        context={"active_test": False},
    )
    stamps = {row["id"]: row["write_date"] for row in found}
    new = {crm_id for crm_id, stamp in stamps.items() if seen.get(str(crm_id)) != stamp}
    return newest, stamps, keys_of(new)


def _closed(stamps: Mapping[int, str], newest: datetime, mapping: OdooMapping) -> str:
    read_now = {str(crm_id): stamp for crm_id, stamp in stamps.items()}
    return closed(read_now, newest, mapping.overlap_seconds)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, ODOO_TIME).replace(tzinfo=UTC)


def _callers(call: Call, mapping: OdooMapping, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    ids = sorted({caller for row in rows if (caller := _caller(row, mapping))})
    match = mapping.owner.match
    users = call(
        "res.users",
        "search_read",
        domain=[["id", "in", ids]],
        fields=[match],
        context={"active_test": False},
    )
    return {user["id"]: str(user[match]) for user in users if user[match]}


def _named(mapping: OdooMapping) -> list[str]:
    """The fields that name who called, the better one first."""
    return [name for name in (mapping.results.caller, "write_uid") if name]


def _caller(row: Mapping[str, Any], mapping: OdooMapping) -> int | None:
    """The user who called."""
    return next((row[name][0] for name in _named(mapping) if row[name]), None)


def _result(
    row: Mapping[str, Any], key: str, callers: Mapping[int, str], mapping: OdooMapping
) -> Result:
    written = _moment(row["write_date"])
    done_on = date.fromisoformat(row["date_done"][:10])
    # Odoo keeps only the day. An edit on a later day moves write_date; noon stands on the right day.
    noon = datetime.combine(done_on, time(12), tzinfo=UTC)
    task_key, number = task_of(key)
    return Result(
        task_key=task_key,
        crm_id=str(row["id"]),
        attempt_no=number,
        called_at=written if written.date() == done_on else noon,
        version_at=written,
        caller_no=callers.get(_caller(row, mapping) or 0),
        remark=row["feedback"] or None,
        **understand(row["feedback"] or None, mapping.results),
    )
