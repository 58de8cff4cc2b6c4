"""Reading dealer systems that are SQL databases: PostgreSQL, MariaDB or MySQL, SQLite.

One select per feed and night, streamed, of the mapped columns only. Statements are built with
SQLAlchemy Core, so that names are quoted as each database wants it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    inspect,
    literal,
    or_,
    select,
    table,
    types,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    NoSuchModuleError,
    NoSuchTableError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)

from aftercare.errors import AftercareError, BadData, ConfigurationError, SystemUnreachable
from aftercare.sources import values
from aftercare.sources.batches import BATCH_ROWS, Address, Batch, Window, naming_refs
from aftercare.sources.codes import BLANKS, code_key
from aftercare.sources.cursor_text import format_of, sorts
from aftercare.sources.dealer_system import DealerSystem, SqlFeedMap
from aftercare.sources.feeds import FEEDS
from aftercare.sources.moments import EPOCHS
from aftercare.sources.sql_columns import column_types
from aftercare.sources.sql_session import (
    LOOK_SECONDS,
    connected,
    fixed_offset,
    is_forbidden,
    streamed,
    wrong_connection,
)

CHECKED_TEXTS = 100
Changed = tuple[datetime | None, datetime | None]
"""From an instant on, and before another one; None is no limit."""


def read(
    system: DealerSystem, feed: str, address: Address, window: Window, most: int | None = None
) -> Iterator[Batch]:
    """Rows of a feed that changed in the window, or all rows of a feed without cursor.

    ``most``: at most so many rows, for a look at a table. Raises ConfigurationError for a table, column
    or connection that is wrong, BadData for text that its encoding does not explain, and
    SystemUnreachable when the database does not answer.
    """
    mapped = _mapped(system, feed)
    yield from _batches(system, feed, mapped, address, (window.start, window.end), most)


def read_keys(
    system: DealerSystem, feed: str, address: Address, changed_since: datetime
) -> Iterator[Batch]:
    """What names a row, and says whether it is a record, of all rows that changed since then.

    Rows that change while this runs are among them. Raises what `read` raises.
    """
    whole = _mapped(system, feed)
    columns = {name: whole.columns[name] for name in FEEDS[feed].key}
    mapped = whole.model_copy(update={"columns": columns, "key": ()})
    yield from _batches(system, feed, mapped, address, (changed_since, None))


def _mapped(system: DealerSystem, feed: str) -> SqlFeedMap:
    mapped = system.feeds[feed]
    if not isinstance(mapped, SqlFeedMap):
        raise system.wrong("is not a table", "feeds", feed)
    return mapped


def _batches(
    system: DealerSystem,
    feed: str,
    mapped: SqlFeedMap,
    address: Address,
    changed: Changed,
    most: int | None = None,
) -> Iterator[Batch]:
    seconds = None if most is None else LOOK_SECONDS
    with (
        _failures(system, feed, mapped, address),
        connected(address, system.zone, seconds) as connection,
    ):
        found = _column_types(system, feed, mapped, connection, address)
        _check_texts(system, feed, mapped, connection, found)
        names = mapped.source_columns
        key = mapped.naming(feed)
        is_sqlite = connection.dialect.name == "sqlite"
        statement = _select(system, feed, mapped, found, changed, is_sqlite)
        # The same rows in the same places, so that reading a night again changes nothing. A look at
        # a few rows need not sort the table.
        statement = (
            statement.order_by(*_order(mapped, key, found))
            if most is None
            else statement.limit(most)
        )
        instants = [name for name in names if _is_given_in_utc(found[name], system.zone)]
        with streamed(connection, statement, BATCH_ROWS) as result:
            for rows in result.partitions():
                cells: dict[str, Sequence[Any]] = dict(
                    zip(names, zip(*rows, strict=True), strict=True)
                )
                for name in instants:
                    cells[name] = [at and at.replace(tzinfo=UTC) for at in cells[name]]
                versions: Any = changed[1]
                if mapped.cursor:
                    versions = _first_filled(
                        [
                            values.timestamps(cells[name], system.zone, mapped.cursor_format).values
                            if _is_counted(mapped, found[name], is_sqlite)
                            else cells[name]
                            for name in mapped.cursor
                        ]
                    )
                refs = naming_refs(mapped.table, [cells[name] for name in key], len(rows))
                yield Batch(cells, refs, versions)


def _check_texts(
    system: DealerSystem,
    feed: str,
    mapped: SqlFeedMap,
    connection: Connection,
    found: Mapping[str, types.TypeEngine[Any]],
) -> None:
    """Values of another format than the window's ends would be passed over, and nobody would see it."""
    for name in mapped.cursor:
        is_number = isinstance(found[name], types.Integer | types.Numeric)
        if not is_number and not _is_text(found[name], connection.dialect.name == "sqlite"):
            continue
        schema, _, table_name = mapped.table.rpartition(".")
        cursor: ColumnClause[Any] = column(name)
        last = (
            select(cursor)
            .select_from(table(table_name, cursor, schema=schema or None))
            .where(cursor.is_not(None))
            .order_by(cursor.desc())
            .limit(CHECKED_TEXTS)
        )
        given = [at for at in connection.scalars(last) if code_key(at) not in BLANKS]
        if not given or any(sorts(at, mapped.cursor_format, system.zone) for at in given):
            continue
        known = format_of(given, system.zone)
        if is_number and known not in EPOCHS:
            raise _no_times(system, feed, mapped, name)
        advice = f'write cursor_format: "{known}"' if known else "choose another cursor"
        raise system.wrong(
            f"no value of column {name} of table {mapped.table} is written as "
            f'"{mapped.cursor_format}", so no row would be found; {advice}',
            *("feeds", feed, "cursor"),
        )


def _is_text(kind: types.TypeEngine[Any], is_sqlite: bool) -> bool:
    """SQLite keeps times as text, whatever the column's type; a day it writes in one way only."""
    if is_sqlite:
        return not isinstance(kind, types.Date)
    return isinstance(kind, types.String)


def _is_counted(mapped: SqlFeedMap, kind: types.TypeEngine[Any], is_sqlite: bool) -> bool:
    """Whether a cursor counts since 1970; one beside it may be a time."""
    is_time = isinstance(kind, types.DateTime | types.Date) and not is_sqlite
    return mapped.cursor_format in EPOCHS and not is_time


def _no_times(
    system: DealerSystem, feed: str, mapped: SqlFeedMap, cursor: str
) -> ConfigurationError:
    return system.wrong(
        f"column {cursor} of table {mapped.table} holds neither times nor dates; choose another cursor",
        *("feeds", feed, "cursor"),
    )


def _first_filled(cursors: list[Sequence[object]]) -> list[object]:
    if len(cursors) == 1:
        return list(cursors[0])
    return [next((at for at in row if at is not None), None) for row in zip(*cursors, strict=True)]


def _is_given_in_utc(kind: types.TypeEngine[Any], zone: ZoneInfo) -> bool:
    """Whether MySQL gives a column's times in UTC, since the zone has no one offset."""
    return isinstance(kind, mysql.TIMESTAMP) and fixed_offset(zone) is None


def _column_types(
    system: DealerSystem, feed: str, mapped: SqlFeedMap, connection: Connection, address: Address
) -> Mapping[str, types.TypeEngine[Any]]:
    schema, _, name = mapped.table.rpartition(".")
    inspector = inspect(connection)
    try:
        found = column_types(connection, name, schema or None)
    except NoSuchTableError:
        known = [
            *inspector.get_table_names(schema or None),
            *inspector.get_view_names(schema or None),
        ]
        raise system.wrong(
            f"{address.conn_id} has no table {mapped.table}{_guess(name, known)}",
            "feeds",
            feed,
            "table",
        ) from None
    for source_column in mapped.source_columns:
        if source_column not in found:
            raise system.wrong(
                f"table {mapped.table} of {address.conn_id} has no column {source_column}"
                f"{_guess(source_column, list(found))}",
                *_place_of(feed, mapped, source_column),
            )
    return found


def _place_of(feed: str, mapped: SqlFeedMap, source_column: str) -> tuple[str | int, ...]:
    for name, entry in mapped.columns.items():
        if entry.column == source_column:
            return "feeds", feed, "columns", name
    for key in ("cursor", "key", "needs", "only"):
        if source_column in getattr(mapped, key):
            return "feeds", feed, key
    return "feeds", feed


def _guess(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f" (is it {close[0]}?)" if close else ""


def _select(
    system: DealerSystem,
    feed: str,
    mapped: SqlFeedMap,
    found: Mapping[str, types.TypeEngine[Any]],
    changed_within: Changed,
    is_sqlite: bool,
) -> Select[Any]:
    schema, _, name = mapped.table.rpartition(".")
    # Columns without a type give what the driver gives: understanding values is ours.
    columns: list[ColumnClause[Any]] = [
        column(source_column) for source_column in mapped.source_columns
    ]
    rows = select(*columns).select_from(table(name, *columns, schema=schema or None))
    if not mapped.cursor:
        return rows
    changed: list[ColumnElement[bool]] = []
    blank_before: list[ColumnElement[bool]] = []
    for cursor in mapped.cursor:
        bounds = [
            compare(
                column(cursor), _bound(system, feed, mapped, cursor, found[cursor], at, is_sqlite)
            )
            for compare, at in zip((operator.ge, operator.lt), changed_within, strict=True)
            if at is not None
        ]
        changed.append(and_(*blank_before, *bounds))
        blank_before.append(column(cursor).is_(None))
    return rows.where(or_(*changed))


def _order(
    mapped: SqlFeedMap, key: tuple[str, ...], found: Mapping[str, types.TypeEngine[Any]]
) -> list[ColumnClause[Any]]:
    """The key, and for rows that share one all other columns that a database can sort by."""
    unsorted = (types.JSON, types.LargeBinary, types.NullType, types.ARRAY)
    names = dict.fromkeys([*key, *mapped.source_columns])
    return [column(name) for name in names if not isinstance(found[name], unsorted)]


def _bound(
    system: DealerSystem,
    feed: str,
    mapped: SqlFeedMap,
    cursor: str,
    kind: types.TypeEngine[Any],
    at: datetime,
    is_sqlite: bool,
) -> ColumnElement[Any]:
    """An end of the window as the cursor's column stores times."""
    local = at.astimezone(system.zone).replace(tzinfo=None)
    if _is_counted(mapped, kind, is_sqlite):
        counted = int(at.timestamp()) * EPOCHS[mapped.cursor_format]
        if isinstance(kind, types.String):
            return literal(str(counted), types.String())
        return literal(counted, types.BigInteger())
    if is_sqlite and isinstance(kind, types.Date):
        return literal(local.date().isoformat(), types.String())
    if _is_text(kind, is_sqlite):
        return literal(local.strftime(mapped.cursor_format), types.String())
    if _is_given_in_utc(kind, system.zone):
        return literal(at.astimezone(UTC).replace(tzinfo=None), types.DateTime())
    if isinstance(kind, types.DateTime):
        if kind.timezone:
            return literal(at.astimezone(UTC), types.DateTime(timezone=True))
        return literal(local, types.DateTime())
    if isinstance(kind, types.Date):
        return literal(local.date(), types.Date())
    raise _no_times(system, feed, mapped, cursor)


@contextmanager
def _failures(
    system: DealerSystem, feed: str, mapped: SqlFeedMap, address: Address
) -> Iterator[None]:
    """A driver's words may hold values, users and hosts: only our own go further."""
    conn = address.conn_id
    try:
        yield
    except AftercareError:
        raise
    except (DBAPIError, NoSuchModuleError) as problem:
        if (wrong := wrong_connection(problem, conn)) is not None:
            raise wrong from None
        if not isinstance(problem, DBAPIError):
            raise
        words = str(problem.orig).casefold()
        if is_forbidden(problem):
            raise system.wrong(
                f"connection {conn} may not read table {mapped.table}; grant select on it",
                "feeds",
                feed,
                "table",
            ) from None
        elif "decode" in words or "invalid byte sequence" in words:
            raise _wrong_encoding(mapped, conn) from None
        if isinstance(problem, ProgrammingError | NotSupportedError | DataError):
            raise system.wrong(
                f"connection {conn} cannot read {mapped.table} as it is mapped; try the mapping's "
                "columns by hand in the database",
                "feeds",
                feed,
                "table",
            ) from None
        # Not entered at all, it is one cause for all tables, and is told once.
        place = f" while {mapped.table} is read" if problem.statement is not None else ""
        raise SystemUnreachable(
            f"the database of connection {conn} does not answer{place} "
            f"({type(problem).__name__}); it is tried again. If that goes on, look whether it runs, and "
            "whether host and port are right"
        ) from None
    except UnicodeDecodeError:
        raise _wrong_encoding(mapped, conn) from None
    except (SQLAlchemyError, OSError) as problem:
        raise SystemUnreachable(
            f"reading {mapped.table} over connection {conn} broke off ({type(problem).__name__})"
        ) from None


def _wrong_encoding(mapped: SqlFeedMap, conn_id: str) -> BadData:
    return BadData(
        f"table {mapped.table} of connection {conn_id} holds text in a wrong encoding; correct it in "
        "the system, or map a view that converts it"
    )
