"""How good a system's data is: figures of a sample, as the night itself understands the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from aftercare.protection import Keyring
from aftercare.sources.batches import Address, Window
from aftercare.sources.canonical import Translator, staging_columns
from aftercare.sources.dealer_system import DealerSystem, FeedMap, FileFeedMap, SqlFeedMap
from aftercare.sources.feeds import FEEDS, Column
from aftercare.sources.sampling import sample

SAMPLE_ROWS = 5_000
_RECENT_DAYS = 30
_FEW_ROWS = 50
_MAY_LIE_AHEAD = frozenset(
    {
        "valid_to",
        "closed_on",
        "starts_on",
        "ends_on",
        "booked_for",
        "valid_from",
        "valid_until",
        "service_on",
    }
)


@dataclass(frozen=True)
class ColumnFigures:
    """One canonical column: values that are there, that could not be read, and failed checks.

    ``checks`` counts what is wrong with contact data and VINs by its name; ``ahead`` counts times
    after the business day.
    """

    column: Column
    filled: int
    unreadable: int
    checks: dict[str, int]
    ahead: int

    @property
    def valid(self) -> int | None:
        """Filled values that pass their check; None for columns without one."""
        if self.column.name != "vin" and self.column.contact in (None, "name", "text"):
            return None
        return self.filled - sum(self.checks.values())


@dataclass(frozen=True)
class FeedFigures:
    """One feed's sample: ``rows`` that are records, ``duplicates`` of a key with one time of change, and
    rows whose key has a blank; both None where a column of the key is not mapped.
    ``is_recent``: rows of the last month, not the first ones of all.
    """

    feed: str
    rows: int
    is_recent: bool
    duplicates: int | None
    incomplete: int | None
    columns: tuple[ColumnFigures, ...]


def measure(
    system: DealerSystem, feed: str, address: Address, keyring: Keyring, window: Window
) -> FeedFigures:
    """Figures of at most SAMPLE_ROWS rows: those of the last month where there are enough.

    Raises what the readers raise.
    """
    mapped = system.feeds[feed]
    rows: list[tuple[Any, ...]] = []
    if _tells_time(mapped):
        recent = replace(window, lag_days=_RECENT_DAYS, is_first=False)
        rows = _rows(system, feed, address, keyring, recent)
    is_recent = len(rows) >= _FEW_ROWS
    if not is_recent:
        rows = _rows(system, feed, address, keyring, replace(window, is_first=True))
    names = [name for name, _ in staging_columns(FEEDS[feed])]
    cells: dict[str, tuple[Any, ...]] = dict(
        zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)
    )
    unreadable = Counter(
        name for found in cells["unreadable"] if found is not None for name in found.obj
    )
    duplicates, incomplete = None, None
    if all(name in mapped.columns for name in FEEDS[feed].key):
        duplicates, incomplete = _key_faults(feed, cells)
    return FeedFigures(
        feed,
        len(rows),
        is_recent,
        duplicates,
        incomplete,
        tuple(
            _column(column, cells, unreadable[column.name], window)
            for column in FEEDS[feed].columns
            if column.name in mapped.columns
        ),
    )


def _tells_time(mapped: FeedMap) -> bool:
    """Whether a window of days says which rows are read."""
    if isinstance(mapped, SqlFeedMap):
        return bool(mapped.cursor)
    return not isinstance(mapped, FileFeedMap) or mapped.is_dated


def _key_faults(feed: str, cells: dict[str, tuple[Any, ...]]) -> tuple[int, int]:
    """Rows that repeat a key, and rows with a blank in it; an older version is no repeat.

    A value that is there and not understood, as a code that nobody decided yet, is no blank.
    """
    names = FEEDS[feed].key
    keys = list(zip(*(cells[name] for name in (*names, "version_at")), strict=True))
    whole = [key for key in keys if None not in key]
    incomplete = sum(
        any(
            part is None and (unread is None or name not in unread.obj)
            for name, part in zip(names, key, strict=False)
        )
        for key, unread in zip(keys, cells["unreadable"], strict=True)
    )
    return len(whole) - len(set(whole)), incomplete


def _rows(
    system: DealerSystem, feed: str, address: Address, keyring: Keyring, window: Window
) -> list[tuple[Any, ...]]:
    translator = Translator(system, FEEDS[feed], keyring, window.end)
    rows: list[tuple[Any, ...]] = []
    for batch in sample(system, feed, address, window, SAMPLE_ROWS):
        rows += translator.rows(batch, 0, len(rows) + 1)
    return rows[:SAMPLE_ROWS]


def _column(
    column: Column, cells: dict[str, tuple[Any, ...]], unreadable: int, window: Window
) -> ColumnFigures:
    checked = f"{column.name}_check"
    if checked in cells:
        checks = Counter(check for check in cells[checked] if check not in ("valid", "missing"))
        filled = sum(check != "missing" for check in cells[checked])
        return ColumnFigures(column, filled, unreadable, dict(checks), 0)
    given = [value for value in cells[column.name] if value is not None]
    ahead = 0 if column.name in _MAY_LIE_AHEAD else sum(_is_ahead(at, window) for at in given)
    return ColumnFigures(column, len(given) + unreadable, unreadable, {}, ahead)


def _is_ahead(value: object, window: Window) -> bool:
    if isinstance(value, datetime):
        return value > window.end
    return isinstance(value, date) and value > window.day
