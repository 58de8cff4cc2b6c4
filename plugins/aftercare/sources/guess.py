"""Which table of an unknown system may be which feed, and which column which: by name and by values.

A guess is a proposal that a person reads; where values contradict a name, the name does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from aftercare.sources.feeds import FEEDS, Column, Feed
from aftercare.sources.names import Names
from aftercare.sources.probe import Look, TableLook
from aftercare.sources.profile import MOST_CODES, ColumnLook

SURE = 0.8
"""From this likeness on a name is not asked about again."""
_LEAST_NAME = 0.5
_MOST_DOUBTED = 0.7
_TABLE_WEIGHT = 1.5
_LEAST_SCORE = 2.0
_LEAST_COLUMNS = 4
_MOST, _SOME, _HARDLY = 0.8, 0.4, 0.1
# Shapes that tell what a column is whatever its name, and what they add to the likeness.
_SHAPES: dict[str, tuple[float, float]] = {
    "vin": (0.5, 0.6),
    "id_no": (0.3, 0.6),
    "email": (0.3, 0.6),
    "plate": (0.4, 0.4),
    "phone": (0.4, 0.3),
}
_SURROGATE = 0.3
_TELLING = ("vin", "plate", "id_no", "email")


@dataclass(frozen=True)
class ColumnGuess:
    """The source column that a canonical column may be; ``score`` from 0 to about 1.6."""

    source: ColumnLook
    score: float

    @property
    def is_sure(self) -> bool:
        """Whether nobody needs to look twice."""
        return self.score >= SURE


@dataclass(frozen=True)
class FeedGuess:
    """The table that may be a feed, with its columns by canonical name, in the feed's order.

    ``rivals`` are tables that were almost as like.
    """

    feed: Feed
    table: TableLook
    columns: Mapping[str, ColumnGuess]
    score: float
    rivals: tuple[str, ...] = ()

    @property
    def unused(self) -> tuple[ColumnLook, ...]:
        """Source columns that nothing is taken from."""
        used = {guess.source.name for guess in self.columns.values()}
        return tuple(column for column in self.table.columns if column.name not in used)


def guess(look: Look, names: Names) -> list[FeedGuess]:
    """At most one table for each feed and one feed for each table, feeds in their order.

    Tables of other databases are but rivals, and those of the default schema come first among equals.
    """
    all_guesses = sorted(
        (
            found
            for feed in FEEDS.values()
            for table in look.tables
            if (found := _feed(feed, table, names)) is not None
        ),
        key=lambda found: (-found.score, "." in found.table.name),
    )
    chosen: dict[str, FeedGuess] = {}
    taken: set[str] = set()
    for found in all_guesses:
        is_free = found.feed.name not in chosen and found.table.name not in taken
        if is_free and not found.table.is_elsewhere:
            chosen[found.feed.name] = found
            taken.add(found.table.name)
    return [
        FeedGuess(
            found.feed, found.table, found.columns, found.score, tuple(_rivals(found, all_guesses))
        )
        for name in FEEDS
        if (found := chosen.get(name)) is not None
    ]


def likely_feed(table: TableLook, names: Names) -> str | None:
    """The feed that a table is most like; None where it is like none."""
    found = (like for feed in FEEDS.values() if (like := _feed(feed, table, names)) is not None)
    best = max(found, key=lambda like: like.score, default=None)
    return None if best is None else best.feed.name


def is_like_a_feed(table: TableLook, names: Names) -> bool:
    """Whether a table may be any feed at all, and so holds records and no explanations."""
    return any(_feed(feed, table, names) is not None for feed in FEEDS.values())


def _rivals(chosen: FeedGuess, guesses: list[FeedGuess]) -> Iterator[str]:
    for other in guesses:
        is_close = other.score >= _MOST * chosen.score and other.table is not chosen.table
        if other.feed is chosen.feed and is_close:
            yield other.table.name


def _feed(feed: Feed, table: TableLook, names: Names) -> FeedGuess | None:
    pairs = sorted(
        (
            (score, order, column.name, source)
            for order, column in enumerate(feed.columns)
            for source in table.columns
            if (score := _score(feed, column, source, names)) is not None
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    found: dict[str, ColumnGuess] = {}
    used: set[str] = set()
    for score, _, name, source in pairs:
        if name not in found and source.name not in used:
            found[name] = ColumnGuess(source, score)
            used.add(source.name)
    likeness = names.table(feed.name, table.name)
    total = _TABLE_WEIGHT * likeness + sum(guess.score for guess in found.values())
    has_key = any(name in found for name in feed.key if name != "store_code" or len(feed.key) == 1)
    is_likely = likeness >= _LEAST_NAME or len(found) >= _LEAST_COLUMNS
    if not (has_key and is_likely and total >= _LEAST_SCORE):
        return None
    if feed.name == "repair_order":
        found |= _who_came(found)
    columns = {column.name: found[column.name] for column in feed.columns if column.name in found}
    return FeedGuess(feed, table, columns, total)


def _who_came(found: Mapping[str, ColumnGuess]) -> dict[str, ColumnGuess]:
    """Where a visit has one customer only, that is the owner and who is called about it: to be checked."""
    return {
        f"deliverer_{part}": replace(found[f"owner_{part}"], score=_MOST_DOUBTED)
        for part in ("name", "phone")
        if f"owner_{part}" in found and f"deliverer_{part}" not in found
    }


def _score(feed: Feed, column: Column, source: ColumnLook, names: Names) -> float | None:
    """How much a source column may be a canonical one; None when it is not."""
    likeness = names.column(feed.name, column.name, source.name)
    fit = _fit(feed, column, source, likeness, names)
    if fit is None:
        return None
    if source.is_key and source.type_name.endswith(("int", "integer", "serial")):
        # A number that only the database knows is nobody's order number.
        likeness -= _SURROGATE
    if likeness >= _LEAST_NAME:
        return likeness + fit
    shape = "vin" if column.name == "vin" else column.contact
    return fit if shape in _TELLING and fit >= _SHAPES[shape][1] else None


def _fit(
    feed: Feed, column: Column, source: ColumnLook, likeness: float, names: Names
) -> float | None:
    """What the values add to a name's likeness; None where they contradict it."""
    if not source.filled_values:
        return 0.0
    shape = "vin" if column.name == "vin" else column.contact
    if shape in _SHAPES:
        enough, bonus = _SHAPES[shape]
        share = source.share(shape)
        if share >= enough:
            return bonus
        return 0.0 if max(share, source.share(f"like_{shape}")) >= _HARDLY else None
    if column.contact == "birthday" or column.kind in ("date", "timestamp"):
        return 0.1 if source.share("date") >= enough_dates(source) else None
    if any(source.share(kind) >= _SOME for kind in _SHAPES):
        return None
    if column.contact == "name" and source.share("number") >= _SOME:
        # The number of a customer is not what they are called.
        return None
    if column.kind in ("integer", "decimal"):
        return 0.05 if source.share("number") >= _MOST else None
    is_code = column.kind in ("boolean", "code") or column.name == "brand"
    if is_code and (source.is_personal or source.distinct > MOST_CODES):
        # Every code stands in the draft.
        return None
    if column.kind == "boolean":
        return 0.05 if source.distinct <= 3 else None
    if column.kind == "code":
        return _fit_of_codes(feed, column, source, likeness, names)
    # A number of ten digits may count seconds, and may as well be an order's.
    if source.share("date") >= _MOST and source.epoch is None and column.name != "month":
        return None
    if column.name == feed.key[-1] and column.contact is None:
        different = source.distinct / len(source.filled_values)
        return 0.1 if different >= _MOST else -0.3 if different < _SOME else 0.0
    return 0.05


def enough_dates(source: ColumnLook) -> float:
    """The share of dates from which a column is one of dates: less where nobody can tell which."""
    return 0.0 if source.type_name.startswith(("date", "timestamp")) else 0.6


def _fit_of_codes(
    feed: Feed, column: Column, source: ColumnLook, likeness: float, names: Names
) -> float | None:
    if source.share("date") >= _MOST:
        return None
    meant = sum(names.meaning(feed.name, column.name, code) is not None for code in source.counts)
    if meant / source.distinct >= _SOME:
        return 0.3
    return 0.1 if source.is_coded else 0.0 if likeness >= SURE else None
