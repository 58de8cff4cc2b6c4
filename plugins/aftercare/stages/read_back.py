"""Read back: what people did about tasks in a CRM, staged like the feed of any dealer system.

Results go through validation and merge as system = the target's name, feed = ``call_result``. They
are staged and the cursor moved on in one transaction, so none is lost and none counts twice.

A gateway of messages is not asked: that it took a message, or refused its number, stands in the outbox
since then, and is the result of that task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.errors import AftercareError
from aftercare.protection import Keyring
from aftercare.settings import Group
from aftercare.sources.batches import Batch, Window
from aftercare.sources.canonical import Translator
from aftercare.sources.dealer_system import ColumnMap, SqlFeedMap, SqlSystem, Title
from aftercare.sources.feeds import FEEDS
from aftercare.sources.staging import copy_rows
from aftercare.targets.protocol import MessageTarget, Result, Target

FEED = "call_result"
MESSAGE_NO = 0
"""A message is no attempt of a call, so it has the number that no call has."""


def read_back(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    target: Target | MessageTarget,
    day: date,
) -> dict[str, Any]:
    """Stages the results of a target up to the end of the business day.

    Counts: ``read`` rows of the day's load, ``new`` among them in this run, ``later`` results of
    calls after the day, which a later night reads. A repeated run adds what is new to the load.

    Raises what the target raises where it cannot be read; the load keeps the message.
    """
    if not isinstance(target, MessageTarget) and not target.capabilities.reads_results:
        return {"read": 0, "new": 0, "later": 0}
    with engine.begin() as connection:
        load_id: int = warehouse.run(
            connection, "pull/open_load", system=target.name, feed=FEED, day=day
        ).scalar_one()
    try:
        with engine.begin() as connection:
            window = Window(day, 0, group.time_zone)
            keep: str | None = None
            pages: Iterator[tuple[Sequence[Result], str | None]]
            if isinstance(target, MessageTarget):
                pages = _said(connection, target, window, load_id)
            else:
                cursors = warehouse.run(connection, "outbound/read_cursor", target=target.name)
                keep = cursors.scalar_one_or_none()
                pages = _pages(target, keep)
            return _stage(connection, keyring, target.name, pages, keep, window, load_id)
    except AftercareError as problem:
        with engine.begin() as connection:
            warehouse.run(connection, "pull/fail_load", load_id=load_id, failure=str(problem))
        raise


def _stage(
    connection: Connection,
    keyring: Keyring,
    name: str,
    pages: Iterable[tuple[Sequence[Result], str | None]],
    keep: str | None,
    window: Window,
    load_id: int,
) -> dict[str, Any]:
    warehouse.run(
        connection,
        "pull/restart_load",
        load_id=load_id,
        window_start=window.start,
        window_end=window.end,
        mapping_digest=None,
    )
    translator = Translator(_system(name), FEEDS[FEED], keyring, window.end)
    staged = warehouse.run(connection, "outbound/list_staged_results", load_id=load_id).all()
    known_rows = {bytes(row.row_hash) for row in staged}
    last_row_id = max((row.row_id for row in staged), default=0)
    new = later = 0
    for results, cursor in pages:
        on_time = [result for result in results if result.called_at < window.end]
        later += len(results) - len(on_time)
        # A cursor is all or nothing: one that passes over a later call is not kept, and what the
        # old one gives again is staged already.
        keep = cursor if not later else keep
        rows = translator.lines(_batch(connection, on_time), load_id, last_row_id + 1)
        fresh = [
            line
            for digest, line in zip(rows.hashes, rows.lines, strict=True)
            if digest not in known_rows
        ]
        copy_rows(connection, FEEDS[FEED], [fresh])
        known_rows.update(rows.hashes)
        new += len(fresh)
        last_row_id += len(on_time)
    if keep is not None:
        warehouse.run(connection, "outbound/keep_cursor", target=name, cursor=keep)
    total = len(staged) + new
    warehouse.run(connection, "pull/finish_load", load_id=load_id, pulled=total)
    counts = {"read": total, "new": new, "later": later}
    warehouse.report(connection, "read_back", window.day.isoformat(), counts, part=name)
    return counts


def _pages(target: Target, cursor: str | None) -> Iterator[tuple[Sequence[Result], str | None]]:
    """Pages until one that gives nothing more; its cursor counts too."""
    while True:
        page = target.read_results(cursor)
        yield page.results, page.cursor
        if not page.results or page.cursor == cursor:
            return
        cursor = page.cursor


def _said(
    connection: Connection, target: MessageTarget, window: Window, load_id: int
) -> Iterator[tuple[Sequence[Result], str | None]]:
    """What the gateway took or refused by the end of the day."""
    found = warehouse.run(
        connection,
        "outbound/list_said_messages",
        target=target.name,
        window_end=window.end,
        load_id=load_id,
    )
    results = [
        Result(
            task_key=row.task_key,
            crm_id=row.crm_id or target.name,
            attempt_no=MESSAGE_NO,
            called_at=row.said_at,
            version_at=row.said_at,
            outcome=row.outcome,
        )
        for row in found
    ]
    yield results, None


def _system(name: str) -> SqlSystem:
    """A result's own names are the canonical ones, so each column is mapped to itself."""
    columns = {column.name: ColumnMap(column=column.name) for column in FEEDS[FEED].columns}
    feed = SqlFeedMap(columns=columns, table=FEED, read_whole=True)
    return SqlSystem(
        system=name,
        title=Title(zh=name, en=name),
        kind="sql",
        connection=f"aftercare_{name}",
        time_zone="UTC",
        feeds={FEED: feed},
    )


def _batch(connection: Connection, results: Sequence[Result]) -> Batch:
    stores = {
        row.task_key: row.store_code
        for row in warehouse.run(
            connection,
            "outbound/list_task_stores",
            task_keys=[result.task_key for result in results],
        )
    }
    names = [field.name for field in fields(Result)]
    columns: dict[str, list[object]] = {
        name: [getattr(result, name) for result in results] for name in names
    }
    columns["store_code"] = [stores.get(result.task_key) for result in results]
    return Batch(columns, [result.crm_id for result in results], columns["version_at"])
