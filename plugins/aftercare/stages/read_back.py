"""Read back: what people did about tasks in a CRM, staged like the feeds of any dealer system.

Results go through validation and merge as system = the target's name, feed = ``call_result``; a call that
was marked as a complaint is a ``complaint``, too, where the target says so, and a number that staff put
right is a ``contact_number``, and what a customer asked for in a call a ``preference``. They are staged
and the cursors moved on in one transaction, so none is lost and none counts twice.

A gateway of messages is not asked: that it took a message, or refused its number, stands in the outbox
since then, and is the result of that task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.errors import AftercareError
from aftercare.protection import Keyring
from aftercare.settings import Group
from aftercare.sources.batches import Batch, Window
from aftercare.sources.feeds import FEEDS
from aftercare.sources.told_load import ToldLoad
from aftercare.targets import wishes
from aftercare.targets.corrections import as_batch, corrections
from aftercare.targets.protocol import MessageTarget, NumberTarget, Result, Target

RESULTS, COMPLAINTS, NUMBERS = "call_result", "complaint", "contact_number"
WISHES = wishes.FEED
MESSAGE_NO = 0
"""A message is no attempt of a call, so it has the number that no call has."""

TOLD_IN_A_CALL = "回访"
"""The source of a complaint, as task workbooks name it."""


def feeds_of(target: Target | MessageTarget) -> tuple[str, ...]:
    """The feeds that a target brings back."""
    if isinstance(target, MessageTarget):
        return (RESULTS,)
    can = target.capabilities
    if not can.reads_results:
        return ()
    return (
        RESULTS,
        *((COMPLAINTS,) if can.tells_complaints else ()),
        *((NUMBERS,) if can.tells_numbers else ()),
        *((WISHES,) if can.tells_wishes else ()),
    )


def read_back(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    target: Target | MessageTarget,
    day: date,
) -> dict[str, Any]:
    """Stages the results of a target up to the end of the business day.

    Counts: ``read`` rows of the day's load of results, ``new`` among them in this run, ``later``
    results of calls after the day, which a later night reads; ``complaints``, ``wishes`` and ``numbers`` of the
    day's loads, where the target tells them; ``misdated`` calls of this run, where there are any, that are
    dated after they were written down, and count from when they were. A repeated run adds what is new to the loads.

    Raises what the target raises where it cannot be read; the loads keep the message.
    """
    feeds = feeds_of(target)
    if not feeds:
        return {"read": 0, "new": 0, "later": 0}
    load_ids: dict[str, int] = {}
    with engine.begin() as connection:
        for feed in feeds:
            load_ids[feed] = warehouse.run(
                connection, "pull/open_load", system=target.name, feed=feed, day=day
            ).scalar_one()
    try:
        with engine.begin() as connection:
            window = Window(day, 0, group.time_zone)
            keep: str | None = None
            pages: Iterator[tuple[Sequence[Result], str | None]]
            if isinstance(target, MessageTarget):
                pages = _said(connection, target, window, load_ids[RESULTS])
            else:
                keep = _cursor(connection, target.name, RESULTS)
                pages = _pages(target, keep)
            loads = {
                feed: ToldLoad(connection, keyring, target.name, feed, load_id, window)
                for feed, load_id in load_ids.items()
            }
            counts = _stage(connection, keyring, target.name, pages, keep, window, loads)
            if NUMBERS in loads and isinstance(target, NumberTarget):
                counts["later"] += _stage_numbers(
                    connection, keyring, target, target.name, window, loads[NUMBERS]
                )
                counts["numbers"] = loads[NUMBERS].rows
            for load in loads.values():
                load.finish()
            warehouse.report(connection, "read_back", day.isoformat(), counts, part=target.name)
            return counts
    except AftercareError as problem:
        with engine.begin() as connection:
            for load_id in load_ids.values():
                warehouse.run(connection, "pull/fail_load", load_id=load_id, failure=str(problem))
        raise


def _stage(
    connection: Connection,
    keyring: Keyring,
    name: str,
    pages: Iterable[tuple[Sequence[Result], str | None]],
    keep: str | None,
    window: Window,
    loads: Mapping[str, ToldLoad],
) -> dict[str, Any]:
    later = misdated = 0
    for told, cursor in pages:
        # Nobody writes down a call before it is made; waiting for a date of next year would hold up the cursor.
        results = [replace(each, called_at=min(each.called_at, each.version_at)) for each in told]
        misdated += sum(each.called_at > each.version_at for each in told)
        on_time = [result for result in results if result.called_at < window.end]
        later += len(results) - len(on_time)
        # A cursor is all or nothing: one that passes over a later call is not kept, and what the
        # old one gives again is staged already.
        keep = cursor if not later else keep
        stores = _stores(connection, on_time)
        loads[RESULTS].add(_results(on_time, stores), len(on_time))
        if COMPLAINTS in loads:
            complaints = [result for result in on_time if result.is_complaint]
            loads[COMPLAINTS].add(_complaints(complaints, stores), len(complaints))
        if WISHES in loads:
            wished = [result for result in on_time if result.wish is not None]
            loads[WISHES].add(_wishes(connection, keyring, wished, window), len(wished))
    _keep_cursor(connection, name, RESULTS, keep)
    counts = {"read": loads[RESULTS].rows, "new": loads[RESULTS].new, "later": later}
    if COMPLAINTS in loads:
        counts["complaints"] = loads[COMPLAINTS].rows
    if misdated:
        counts["misdated"] = misdated
    if WISHES in loads:
        counts["wishes"] = loads[WISHES].rows
    return counts


def _stage_numbers(
    connection: Connection,
    keyring: Keyring,
    target: NumberTarget,
    name: str,
    window: Window,
    load: ToldLoad,
) -> int:
    """Stages the numbers that staff put right by the end of the day; returns how many came later."""
    keep = cursor = _cursor(connection, name, NUMBERS)
    later = 0
    while True:
        page = target.read_numbers(cursor)
        found = corrections(connection, keyring, name, page.numbers)
        on_time = [each for each in found if each.told.version_at < window.end]
        later += len(found) - len(on_time)
        load.add(as_batch(on_time), len(on_time))
        # As of results: one that passes over a later number is not kept.
        keep = page.cursor if not later else keep
        if not page.numbers or page.cursor == cursor:
            break
        cursor = page.cursor
    _keep_cursor(connection, name, NUMBERS, keep)
    return later


def _cursor(connection: Connection, name: str, feed: str) -> str | None:
    found = warehouse.run(connection, "outbound/read_cursor", target=name, feed=feed)
    return found.scalar_one_or_none()


def _keep_cursor(connection: Connection, name: str, feed: str, cursor: str | None) -> None:
    if cursor is not None:
        warehouse.run(connection, "outbound/keep_cursor", target=name, feed=feed, cursor=cursor)


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


def _stores(connection: Connection, results: Sequence[Result]) -> Mapping[str, str]:
    """The store of each task that is known."""
    found = warehouse.run(
        connection,
        "outbound/list_task_stores",
        task_keys=[result.task_key for result in results],
    )
    return {row.task_key: row.store_code for row in found}


def _results(results: Sequence[Result], stores: Mapping[str, str]) -> Batch:
    own = {column.name for column in FEEDS[RESULTS].columns} | {"crm_id", "version_at"}
    names = [field.name for field in fields(Result) if field.name in own]
    columns: dict[str, list[object]] = {
        name: [getattr(result, name) for result in results] for name in names
    }
    columns["store_code"] = [stores.get(result.task_key) for result in results]
    return Batch(columns, [result.crm_id for result in results], columns["version_at"])


def _wishes(
    connection: Connection, keyring: Keyring, results: Sequence[Result], window: Window
) -> Batch:
    keys = [result.task_key for result in results]
    found = warehouse.run(connection, "wishes/list_tasks", task_keys=keys).mappings()
    tasks = {row["task_key"]: dict(row) for row in found}
    return wishes.as_batch(keyring, results, tasks, window.zone)


def _complaints(results: Sequence[Result], stores: Mapping[str, str]) -> Batch:
    """A call has no number for its complaint, and a task has one complaint: the task's key is it."""
    keys: list[object] = [result.task_key for result in results]
    columns: dict[str, list[object]] = {
        "store_code": [stores.get(result.task_key) for result in results],
        "complaint_no": keys,
        "task_key": keys,
        "received_at": [result.called_at for result in results],
        "source": [TOLD_IN_A_CALL for _ in results],
        "verdict": ["pending" for _ in results],
        "description": [result.remark for result in results],
    }
    unknown = [column.name for column in FEEDS[COMPLAINTS].columns if column.name not in columns]
    columns |= {name: [None for _ in results] for name in unknown}
    versions: list[object] = [result.version_at for result in results]
    return Batch(columns, [result.crm_id for result in results], versions)
