"""Odoo's import method `load()`, made to answer for each row, and methods that answer for many records.

`load()` keeps a batch whole or not at all and lists about ten bad rows at a time, so the rows it
names are taken out and the rest is sent again. A batch that is refused without a name is halved
until the bad rows are found. Every round has fewer rows than the one before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from aftercare.targets.http_trouble import CallError
from aftercare.targets.protocol import Outcome

Answer: TypeAlias = Any
"""What JSON-2 returned: plain data, whose shape only the caller knows."""

Call: TypeAlias = Callable[..., Answer]
Cell: TypeAlias = str | int | float | bool
Item = TypeVar("Item")

PASSING = re.compile(
    r"could not serialize|deadlock detected|could not obtain lock|statement timeout|lock timeout"
    r"|transaction is aborted|connection already closed|server closed the connection"
    # Two calls that make a key, or a contact's follower, in the same moment: the second finds it.
    r"|constraint \"(mail_followers|ir_model_data)"
)
"""Troubles of the database that end by themselves; Odoo reports them like bad rows."""

KINDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"does not seem to be"), "is not of the type that the CRM wants"),
    (re.compile(r"No matching record"), "names a record that the CRM does not have"),
    (re.compile(r"[Mm]issing required|require"), "is required in the CRM"),
    (re.compile(r"already exist|must be unique|duplicate key"), "must be unique in the CRM"),
    (
        re.compile(r"security restrictions|not allowed|access", re.IGNORECASE),
        "may not be written by the user of the API key, or its contact is gone",
    ),
)
"""Odoo's messages quote values, so they are sorted into these sentences and never kept."""


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def failed(keys: Sequence[str], problem: CallError) -> dict[str, Outcome]:
    """The same outcome for every key of a call that came to nothing."""
    return {
        key: Outcome(key, problem.state, None, problem.text, problem.retry_after) for key in keys
    }


def load(
    call: Call,
    model: str,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[Cell]],
    context: Mapping[str, object],
) -> dict[str, Outcome]:
    """Make or update one record per row; the outcome of each by its key.

    `rows` holds the cells in the order of `columns`, the first of which is `id`, the external id.
    """
    outcomes: dict[str, Outcome] = {}
    waiting: list[list[str]] = [list(rows)] if rows else []
    while waiting:
        keys = waiting.pop()
        try:
            answer = call(
                model,
                "load",
                fields=list(columns),
                data=[list(rows[key]) for key in keys],
                context=context,
            )
        except CallError as problem:
            if problem.state == "rejected" and len(keys) > 1:
                waiting += _halves(keys)
            else:
                outcomes |= failed(keys, problem)
            continue
        ids = answer.get("ids")
        if isinstance(ids, list) and len(ids) == len(keys) and all(ids):
            outcomes |= {
                key: Outcome(key, "sent", str(found)) for key, found in zip(keys, ids, strict=True)
            }
            continue
        settled, again = _sort(keys, answer.get("messages") or (), columns)
        outcomes |= settled
        waiting += again
    return outcomes


def on_ids(
    call: Call,
    model: str,
    method: str,
    ids: Mapping[str, int],
    context: Mapping[str, object],
    **arguments: object,
) -> dict[str, Outcome]:
    """Call a method on many records, and on ever fewer until those it refuses are found."""
    outcomes: dict[str, Outcome] = {}
    waiting = [list(ids)] if ids else []
    while waiting:
        keys = waiting.pop()
        try:
            call(model, method, ids=[ids[key] for key in keys], context=context, **arguments)
        except CallError as problem:
            if problem.state == "rejected" and len(keys) > 1:
                waiting += _halves(keys)
            elif problem.status == 404:
                gone = "somebody deleted it in the CRM meanwhile"
                outcomes |= {key: Outcome(key, "retry", None, gone) for key in keys}
            else:
                outcomes |= failed(keys, problem)
        else:
            outcomes |= {key: Outcome(key, "sent", str(ids[key])) for key in keys}
    return outcomes


def _sort(
    keys: list[str], messages: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> tuple[dict[str, Outcome], list[list[str]]]:
    """The rows that are settled by these messages, and the lists of keys to send again."""
    errors = [message for message in messages if message.get("type") == "error"]
    named: dict[int, Mapping[str, Any]] = {}
    for message in errors:
        row = message.get("record")
        if isinstance(row, int) and 0 <= row < len(keys):
            named[row] = message
    if not named:
        if len(keys) > 1:
            return {}, _halves(keys)
        text = str(errors[0].get("message")) if errors else ""
        if not errors or PASSING.search(text):
            return {
                keys[0]: Outcome(keys[0], "retry", None, "the CRM was busy with this record")
            }, []
        return {keys[0]: Outcome(keys[0], "rejected", None, _reason(errors[0], columns))}, []
    again: list[list[str]] = []
    if 0 in named and len(named) > 1 and not named[0].get("field"):
        # Odoo blames a fault of the batch as a whole on its first row: that one is asked alone.
        del named[0]
        again.append([keys[0]])
        rest = [key for row, key in enumerate(keys) if row and row not in named]
    else:
        rest = [key for row, key in enumerate(keys) if row not in named]
    if rest:
        again.append(rest)
    return {keys[row]: _of_message(keys[row], named[row], columns) for row in named}, again


def _of_message(key: str, message: Mapping[str, Any], columns: Sequence[str]) -> Outcome:
    if PASSING.search(str(message.get("message"))):
        return Outcome(key, "retry", None, "the CRM was busy with this record")
    return Outcome(key, "rejected", None, _reason(message, columns))


def _reason(message: Mapping[str, Any], columns: Sequence[str]) -> str:
    text = str(message.get("message"))
    ours = {column.partition("/")[0] for column in columns} - {"id"}
    # Some messages carry the field only in brackets: 'Due Date' (date_deadline).
    candidates = [str(message.get("field")), *re.findall(r"\((\w+)\)", text)]
    field = next((name for name in candidates if name in ours), None)
    kind = next((words for pattern, words in KINDS if pattern.search(text)), "the CRM refuses it")
    return f"field {field}: {kind}" if field else f"record: {kind}"


def _halves(keys: list[str]) -> list[list[str]]:
    middle = len(keys) // 2
    return [keys[:middle], keys[middle:]]
