"""A draft of a mapping file, made of guesses: what a person still has to decide is marked in it.

``mapping.UNDECIDED`` stands where a code's meaning is not known; the reader of mappings refuses it
with file, line and key, so that no draft goes live by accident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from aftercare.settings import Group
from aftercare.sources import money
from aftercare.sources.batches import Address
from aftercare.sources.cursor_text import USUAL
from aftercare.sources.dealer_system import DealerSystem, FileSystem, SqlSystem
from aftercare.sources.dictionaries import dictionary_tables
from aftercare.sources.draft_codes import (
    CodeChoice,
    CodeDraft,
    best_choices,
    draft_codes,
    may_be_codes,
    wants_codes,
)
from aftercare.sources.feeds import FEEDS
from aftercare.sources.guess import SURE, FeedGuess, likely_feed
from aftercare.sources.joins import PeopleTable, StoreTable, people_table, store_tables
from aftercare.sources.money import Unit
from aftercare.sources.names import Names
from aftercare.sources.needs import NEEDS, Need
from aftercare.sources.probe import Look, TableLook, count_codes, newest_time
from aftercare.sources.profile import ColumnLook

LAG_DAYS = 3
_LEAST_LIKENESS = 0.6


@dataclass(frozen=True)
class CursorDraft:
    """A column that may say when a row changed. ``newest`` is its greatest value, None where that is
    no time or cannot be told. ``written`` is the format of its texts, where the mapping has to name
    one; texts that do not sort like the times they hold (``is_sorted``) are no cursor.
    """

    column: ColumnLook
    likeness: float
    newest: datetime | None
    written: str | None = None
    is_sorted: bool = True


@dataclass(frozen=True)
class FeedDraft:
    """A feed of the draft: the guess, the chosen cursors, all candidates, and codes by column.

    ``people``: where nobody could be called, the table in which the people may be. ``choices``: for a
    column of codes that was not found, the left-over columns that may be it.
    """

    guess: FeedGuess
    cursor: tuple[str, ...]
    cursor_format: str | None
    candidates: tuple[CursorDraft, ...]
    codes: Mapping[str, tuple[CodeDraft, ...]]
    people: PeopleTable | None = None
    choices: Mapping[str, tuple[CodeChoice, ...]] = field(default_factory=dict)

    @property
    def unused(self) -> tuple[ColumnLook, ...]:
        """Source columns that neither a column nor the cursor takes anything from."""
        return tuple(column for column in self.guess.unused if column.name not in self.cursor)

    def unit_of(self, name: str) -> Unit | None:
        """The unit in which a column of money is likely to be; None for other columns."""
        if not self.guess.feed.column(name).is_money:
            return None
        values_of = self.guess.columns[name].source.filled_values
        return money.likely_unit(self.guess.feed.name, name, values_of)

    @property
    def missing_key(self) -> tuple[str, ...]:
        """Columns of the feed's key that nothing looks like."""
        return tuple(name for name in self.guess.feed.key if name not in self.guess.columns)

    @property
    def lacking(self) -> Mapping[str, Need]:
        """Columns beyond the key that nothing looks like, and what cannot be done without them."""
        return {
            name: need
            for name, need in NEEDS[self.guess.feed.name].items()
            if need.loss != "key" and name not in self.guess.columns
        }

    @property
    def lacks_cursor(self) -> bool:
        """Whether nothing says when a row changed, in a feed that grows."""
        is_table = self.guess.table.layout is None
        return is_table and not self.cursor and not self.guess.feed.is_reference


@dataclass(frozen=True)
class Draft:
    """A mapping in the making. ``stores``: tables that may be that of the stores, where none was taken.
    ``elsewhere``: tables of other databases that are like a feed, and which.
    """

    system: str
    conn_id: str
    kind: str
    time_zone: str
    feeds: tuple[FeedDraft, ...]
    brands: tuple[str, ...] = ()
    dictionaries: Mapping[tuple[str, str], str] = field(default_factory=dict)
    stores: tuple[StoreTable, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def to_decide(self) -> int:
        """How many places of the file a person has to fill in before it loads."""
        codes = (code for feed in self.feeds for drafts in feed.codes.values() for code in drafts)
        places = sum(
            len(feed.missing_key) + len(feed.lacking) + feed.lacks_cursor for feed in self.feeds
        )
        return places + self.lacks_stores + sum(code.value is None for code in codes)

    @property
    def lacks_stores(self) -> bool:
        """Whether no table was taken for that of the stores, so that somebody has to say what they are."""
        return bool(self.feeds) and all(feed.guess.feed.name != "store" for feed in self.feeds)

    @property
    def names_stores(self) -> FeedDraft | None:
        """The feed whose table names stores, where no table of stores was found: the first of them."""
        by_name = {feed.guess.feed.name: feed for feed in self.feeds}
        naming = [
            by_name[name]
            for name in FEEDS
            if name in by_name and "store_code" in by_name[name].guess.columns
        ]
        return naming[0] if naming and "store" not in by_name else None

    def system_for_samples(self) -> DealerSystem:
        """The draft as far as it is decided, to read samples with."""
        feeds = {feed.guess.feed.name: _feed_map(feed, self.dictionaries) for feed in self.feeds}
        codes = {
            self.dictionaries[feed.guess.feed.name, name]: {
                code.code: code.value for code in drafts if code.value is not None
            }
            for feed in self.feeds
            for name, drafts in feed.codes.items()
        }
        model = SqlSystem if self.kind == "sql" else FileSystem
        return TypeAdapter(model).validate_python(
            {
                "system": self.system,
                "title": {"zh": self.system, "en": self.system},
                "kind": self.kind,
                "connection": self.conn_id,
                "time_zone": self.time_zone,
                "lag_days": LAG_DAYS,
                "feeds": feeds,
                "codes": codes,
            }
        )


def make_draft(
    system: str,
    look: Look,
    guesses: Sequence[FeedGuess],
    address: Address,
    group: Group,
    names: Names,
) -> Draft:
    """Makes a draft of guesses; codes and newest values are asked of the source once more."""
    feeds = []
    zone, brands = group.time_zone, tuple(group.packs)
    used = {guess.table.name for guess in guesses}
    known = dictionary_tables((table for table in look.own if table.name not in used), names)
    for guess in guesses:
        whole = {
            name: count_codes(address, zone, guess.table, found.source.name)
            for name, found in guess.columns.items()
            if wants_codes(guess.feed.column(name), found.source, brands)
        }
        codes = {
            name: tuple(draft_codes(guess.feed.name, guess.feed.column(name), column, known, names))
            for name, column in whole.items()
            if not column.is_personal
        }
        candidates = sorted(
            (
                CursorDraft(
                    column,
                    names.changed(column.name),
                    newest_time(address, zone, guess.table, column.name, column.epoch),
                    *_written(look, column),
                )
                for column in _cursor_columns(guess)
            ),
            key=lambda found: -found.likeness,
        )
        cursor = _cursor(candidates, names)
        written = next((one.written for one in candidates if one.column.name in cursor), None)
        draft = FeedDraft(guess, cursor, written, tuple(candidates), codes)
        if look.kind == "sql" and any(need.loss == "calls" for need in draft.lacking.values()):
            draft = replace(draft, people=people_table(look.own, guess, names))
        feeds.append(replace(draft, choices=_choices(draft, address, zone, known, names)))
    others = {
        table.name: like
        for table in look.tables
        if table.is_elsewhere and (like := likely_feed(table, names)) is not None
    }
    draft_of_all = Draft(
        system,
        look.conn_id,
        look.kind,
        str(zone),
        tuple(feeds),
        brands,
        _dictionaries(feeds),
        elsewhere=others,
    )
    if draft_of_all.lacks_stores:
        return replace(draft_of_all, stores=tuple(store_tables(look.own, guesses)))
    return draft_of_all


def _choices(
    feed: FeedDraft,
    address: Address,
    zone: ZoneInfo,
    known: Sequence[TableLook],
    names: Names,
) -> dict[str, tuple[CodeChoice, ...]]:
    """For each column of codes that is asked for, the left-over columns that may be it."""
    guess = feed.guess
    asked = [
        guess.feed.column(name)
        for name in (*feed.missing_key, *feed.lacking)
        if guess.feed.column(name).kind == "code"
    ]
    if not asked:
        return {}
    left = [
        count_codes(address, zone, guess.table, source.name)
        for source in feed.unused
        if may_be_codes(source)
    ]
    return {
        column.name: best_choices(
            CodeChoice(
                source.name, tuple(draft_codes(guess.feed.name, column, source, known, names))
            )
            for source in left
            if may_be_codes(source)
        )
        for column in asked
    }


def _cursor_columns(guess: FeedGuess) -> list[ColumnLook]:
    """Columns of times, but those that are somebody's birthday."""
    if guess.table.layout is not None:
        return []
    personal = {
        found.source.name
        for name, found in guess.columns.items()
        if guess.feed.column(name).contact is not None
    }
    return [
        column
        for column in guess.table.columns
        if column.name not in personal
        and column.filled_values
        and not (column.is_numeric and column.epoch is None)
        and column.share("date") >= SURE
    ]


def _cursor(candidates: Sequence[CursorDraft], names: Names) -> tuple[str, ...]:
    """The column of the last change; with that of the making where the first has blanks."""
    changed = [
        found for found in candidates if found.likeness >= _LEAST_LIKENESS and found.is_sorted
    ]
    if not changed:
        return ()
    best = max(changed, key=lambda found: (found.likeness, bool(found.column.indexed)))
    made = [
        found.column
        for found in candidates
        if names.made(found.column.name) >= _LEAST_LIKENESS
        and (found.written, found.is_sorted) == (best.written, True)
    ]
    if best.column.filled == 1 or not made:
        return (best.column.name,)
    return best.column.name, made[0].name


def _written(look: Look, column: ColumnLook) -> tuple[str | None, bool]:
    """How a column's texts are written, where that is not as the mapping expects, and whether they
    sort like times.
    """
    is_time = column.type_name.startswith(("date", "time"))
    if is_time and (look.dialect != "sqlite" or column.type_name == "date"):
        return None, True
    written = column.sorted_format
    return (None if written is None or written.startswith(USUAL) else written), written is not None


def _dictionaries(feeds: Sequence[FeedDraft]) -> dict[tuple[str, str], str]:
    """A name in the file for the codes of each feed's column; short where nobody else has it."""
    wanted = [(feed.guess.feed.name, name) for feed in feeds for name in feed.codes]
    columns = [name for _, name in wanted]
    return {
        (feed, name): name if columns.count(name) == 1 else f"{feed}_{name}"
        for feed, name in wanted
    }


def _feed_map(feed: FeedDraft, dictionaries: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    columns = {name: column_map(feed, name, dictionaries) for name in feed.guess.columns}
    layout = feed.guess.table.layout
    if layout is None:
        found: dict[str, Any] = {"table": feed.guess.table.name, "columns": columns}
        if feed.cursor:
            found["cursor"] = list(feed.cursor)
        if feed.cursor_format:
            found["cursor_format"] = feed.cursor_format
        return found
    named = {
        "pattern": layout.name, "format": layout.form, "encoding": layout.encoding,
        "delimiter": layout.delimiter, "sheet": layout.sheet,
    }  # fmt: skip
    head = {} if layout.header_row == 1 else {"header_row": layout.header_row}
    return {
        **{key: part for key, part in named.items() if part is not None},
        **head,
        "columns": columns,
    }


def column_map(
    feed: FeedDraft, name: str, dictionaries: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """A column of a feed as the mapping writes it."""
    source = feed.guess.columns[name].source
    found = {"column": source.name}
    if (unit := feed.unit_of(name)) is not None and unit != "yuan":
        found["unit"] = unit
    if name in feed.codes:
        found["codes"] = dictionaries[feed.guess.feed.name, name]
    is_day = feed.guess.feed.column(name)
    if (
        is_day.kind in ("date", "timestamp") or is_day.contact == "birthday"
    ) and source.date_format:
        found["format"] = source.date_format
    return found
