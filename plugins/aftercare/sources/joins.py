"""Tables of an unknown system that belong together, told by names and by values that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aftercare.sources.guess import FeedGuess
from aftercare.sources.names import SHORT_INITIALS, Names
from aftercare.sources.probe import TableLook
from aftercare.sources.profile import ColumnLook

_MOST_STORES = 500
_LEAST_SHARED = 0.8
_SHORT_NUMBER = 3
_MOST_NAMED = 3
_PHONES = 0.4


@dataclass(frozen=True)
class StoreTable:
    """A small table that may be that of the stores: its column has the values of ``shared`` columns,
    which are named with their tables. ``columns`` are all it has.
    """

    table: str
    column: str
    rows: int
    columns: tuple[str, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True)
class PeopleTable:
    """A table with phones that a feed's table leads to: ``theirs`` is its column, ``ours`` the feed's.
    ``wanted`` are its columns about people that the feed's table has not.
    """

    table: str
    ours: str
    theirs: str
    wanted: tuple[str, ...]


def store_tables(tables: Sequence[TableLook], guesses: Sequence[FeedGuess]) -> list[StoreTable]:
    """Tables that name what some column of the feeds repeats; those that most columns share first."""
    shared: dict[tuple[str, str, int, tuple[str, ...]], list[str]] = {}
    used = {guess.table.name for guess in guesses}
    for guess in guesses:
        known = guess.columns.get("store_code")
        for ours in guess.unused if known is None else (known.source,):
            for table in tables:
                if table.name in used or not 0 < table.sampled <= _MOST_STORES or not _whole(table):
                    continue
                for theirs in table.columns:
                    if theirs.is_unique and not theirs.is_personal and _names_groups(ours, theirs):
                        names = tuple(column.name for column in table.columns)
                        key = (table.name, theirs.name, table.sampled, names)
                        shared.setdefault(key, []).append(f"{guess.table.name}.{ours.name}")
    found = [StoreTable(*key, tuple(columns)) for key, columns in shared.items()]
    return sorted(found, key=lambda one: (-len(one.shared), one.rows))[:_MOST_NAMED]


def people_table(tables: Sequence[TableLook], guess: FeedGuess, names: Names) -> PeopleTable | None:
    """The table in which the people of a feed are, where one of the feed's columns leads to it."""
    ours_by_name = {column.name for column in guess.table.columns}
    for table in tables:
        if table is guess.table or not any(_holds_phones(one) for one in table.columns):
            continue
        wanted = tuple(
            column.name
            for column in table.columns
            if column.name not in ours_by_name
            and (_holds_phones(column) or _is_asked_for(guess, column, names))
        )
        for ours, theirs in _leading(guess, table):
            if wanted:
                return PeopleTable(table.name, ours.name, theirs.name, wanted)
    return None


def _is_asked_for(guess: FeedGuess, column: ColumnLook, names: Names) -> bool:
    """Whether it is called like what the feed has of people, and nothing more of them is wanted."""
    feed = guess.feed
    return any(
        names.column(feed.name, contact.name, column.name) >= SHORT_INITIALS
        for contact in feed.contacts
    )


def _leading(guess: FeedGuess, table: TableLook) -> Iterator[tuple[ColumnLook, ColumnLook]]:
    """Columns of a feed that nothing is taken from, and those of a table that they name rows by."""
    for ours in guess.unused:
        for theirs in table.columns:
            if ours.is_key or not (theirs.is_key or theirs.is_unique) or not ours.counts:
                continue
            if ours.name == theirs.name and (_shares(ours, theirs) or not _whole(table)):
                yield ours, theirs


def _names_groups(ours: ColumnLook, theirs: ColumnLook) -> bool:
    """Whether many rows of a feed are named by few of a table."""
    if ours.is_unique or ours.is_personal or not ours.counts or ours.distinct > _MOST_STORES:
        return False
    # 1, 2 and 3 stand in every table.
    are_short = all(code.isdecimal() and len(code) <= _SHORT_NUMBER for code in ours.counts)
    return (not are_short or ours.name == theirs.name) and _shares(ours, theirs)


def _shares(ours: ColumnLook, theirs: ColumnLook) -> bool:
    """Whether nearly all rows have a value of the other column."""
    known = sum(rows for code, rows in ours.counts.items() if code in theirs.counts)
    return known >= _LEAST_SHARED * ours.counts.total()


def _whole(table: TableLook) -> bool:
    return table.rows == table.sampled and not table.is_more


def _holds_phones(column: ColumnLook) -> bool:
    return column.share("phone") >= _PHONES
