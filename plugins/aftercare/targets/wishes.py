"""What customers ask for in a call (S3-03): how a wish that staff note becomes a row of the feed ``preference``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from aftercare.protection import Keyring
from aftercare.sources.batches import Batch
from aftercare.sources.feeds import FEEDS
from aftercare.targets.protocol import Result, WishCode

FEED = "preference"
DELIVERER = "deliverer"
"""Who brings a car speaks for their own number, not for the owner of the car."""

COLUMNS = ("kind", "about", "stopped_contact", "preferred_channel")


def as_preference(code: WishCode) -> dict[str, str | None]:
    """The columns of the feed that a wish fills, by name."""
    values: tuple[str | None, ...]
    match code:
        case "pause":
            values = ("pause", "all", None, None)
        case "messages":
            values = ("channel", "all", None, "sms")
        case _:
            values = ("stop", code.removeprefix("stop_"), "all", None)
    return dict(zip(COLUMNS, values, strict=True))


def wish_no(task_key: str, attempt_no: int) -> str:
    """The number of a wish that was noted beside a call: no dealer system gives such a one."""
    return f"{task_key}#{attempt_no}"


def as_batch(
    keyring: Keyring,
    results: Sequence[Result],
    tasks: Mapping[str, Mapping[str, Any]],
    zone: tzinfo,
) -> Batch:
    """Rows of the feed of the results in which a customer wished something, in clear.

    ``tasks`` are those of ``wishes/list_tasks`` by key; of a task that is not known the row says nothing of whose
    wish it is, and is held.
    """
    rows = [_row(keyring, result, tasks.get(result.task_key, {}), zone) for result in results]
    columns: dict[str, list[object]] = {
        column.name: [row.get(column.name) for row in rows] for column in FEEDS[FEED].columns
    }
    versions: list[object] = [result.version_at for result in results]
    return Batch(columns, [result.crm_id for result in results], versions)


def _row(
    keyring: Keyring, result: Result, task: Mapping[str, Any], zone: tzinfo
) -> dict[str, object]:
    cipher = task.get("phone_cipher")
    code = result.wish
    return {
        **(as_preference(code) if code is not None else {}),
        "store_code": task.get("store_code"),
        "preference_no": wish_no(result.task_key, result.attempt_no),
        "valid_from": result.called_at.astimezone(zone).date(),
        "valid_until": result.wish_until,
        # What was written beside the wish is the reason; a bare wish is its own.
        "reason": result.remark,
        "vin": None if task.get("contact_kind") == DELIVERER else task.get("vin"),
        "customer_phone": keyring.decrypt(bytes(cipher)) if cipher is not None else None,
    }
