"""Reading dealer systems that are SQL databases: PostgreSQL, MariaDB or MySQL, SQLite.

One select per feed and night, streamed, of the mapped columns only. Statements are built with
SQLAlchemy Core, so that names are quoted as each database wants it.
"""

from __future__ import annotations

import operator
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    column,
    create_engine,
    event,
    inspect,
    literal,
    or_,
    select,
    table,
    types,
)
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    NoSuchModuleError,
    NoSuchTableError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from aftercare.errors import AftercareError, BadData, ConfigurationError, SystemUnreachable
from aftercare.sources.batches import BATCH_ROWS, Address, Batch, Window
from aftercare.sources.dealer_system import DealerSystem, SqlFeedMap
from aftercare.sources.values import text_of

CONNECT_SECONDS = 15
LOOK_SECONDS = 30
"""How long one statement may take that only looks at a table."""
SQLITE_STATEMENTS = 20
SQLITE_STEPS = 100_000
# Answers by which a server says that it is well and the connection's settings are not.
_REFUSALS = (
    "authentication failed",
    "no password supplied",
    "access denied",
    "unknown database",
    "does not exist",
    "no pg_hba.conf entry",
)
_NOT_ALLOWED = ("permission denied", "command denied", "access denied")


def read(
    system: DealerSystem, feed: str, address: Address, window: Window, most: int | None = None
) -> Iterator[Batch]:
    """Rows of a feed that changed in the window, or all rows of a feed without cursor.

    ``most``: at most so many rows, for a look at a table. Raises ConfigurationError for a table, column or connection that is wrong and
    SystemUnreachable when the database does not answer.
    """
    mapped = system.feeds[feed]
    if not isinstance(mapped, SqlFeedMap):
        raise system.wrong("is not a table", "feeds", feed)
    seconds = None if most is None else LOOK_SECONDS
    with (
        _failures(system, feed, mapped, address),
        connected(address, system.zone, seconds) as connection,
    ):
        found = _column_types(system, feed, mapped, connection, address)
        names = mapped.source_columns
        key = mapped.naming(feed)
        result = connection.execute(
            _select(system, feed, mapped, found, window, connection.dialect.name == "sqlite").limit(
                most
            ),
            execution_options={"stream_results": True, "yield_per": BATCH_ROWS},
        )
        for rows in result.partitions():
            cells = dict(zip(names, zip(*rows, strict=True), strict=True))
            versions: Any = window.end
            if mapped.cursor:
                versions = _first_filled([cells[name] for name in mapped.cursor])
            yield Batch(
                cells, _refs(mapped.table, [cells[name] for name in key], len(rows)), versions
            )


def _first_filled(cursors: list[tuple[object, ...]]) -> list[object]:
    if len(cursors) == 1:
        return list(cursors[0])
    return [next((at for at in row if at is not None), None) for row in zip(*cursors, strict=True)]


def _refs(name: str, key: list[tuple[object, ...]], count: int) -> list[str]:
    if not key:
        return [name] * count
    return [
        f"{name}:" + "|".join(text_of(part) or "" for part in row) for row in zip(*key, strict=True)
    ]


@contextmanager
def connected(address: Address, zone: ZoneInfo, seconds: int | None = None) -> Iterator[Connection]:
    """A connection that changes nothing; times without a zone are ``zone``'s.

    ``seconds`` is how long a statement may take. Raises SystemUnreachable for a SQLite file that is
    not there; else what the driver raises.
    """
    url = address.url
    kind = url.get_backend_name()
    options: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    if kind == "sqlite":
        if not Path(url.database or "").is_file():
            raise SystemUnreachable(
                f"the SQLite file of connection {address.conn_id} is not there; put it back or "
                "correct the connection"
            )
        file = quote(str(Path(url.database or "").resolve()))
        url = url.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    else:
        arguments["connect_timeout"] = CONNECT_SECONDS
    if kind == "postgresql":
        options["postgresql_readonly"] = True
        if seconds is not None:
            arguments["options"] = f"-c statement_timeout={seconds * 1000}"
    engine: Engine = create_engine(
        url, poolclass=NullPool, connect_args=arguments, hide_parameters=True
    )
    if kind == "mysql":
        event.listen(engine, "connect", partial(_open_mysql, zone=zone, seconds=seconds))
    if kind == "sqlite" and seconds is not None:
        event.listen(engine, "connect", partial(_limit_sqlite, seconds=seconds))
    try:
        with engine.connect().execution_options(**options) as connection:
            yield connection
    finally:
        engine.dispose()


def _open_mysql(driver: Any, _record: object, zone: ZoneInfo, seconds: int | None) -> None:
    settings = ["transaction read only"]
    if offset := _fixed_offset(zone):
        # A TIMESTAMP is given in the session's zone, which else is whatever the server runs in.
        settings.append(f"time_zone = '{offset}'")
    if seconds is not None:
        is_mariadb = "mariadb" in driver.get_server_info().lower()
        settings.append(
            f"max_statement_time = {seconds}"
            if is_mariadb
            else f"max_execution_time = {seconds * 1000}"
        )
    with driver.cursor() as cursor:
        for setting in settings:
            cursor.execute(f"set session {setting}")


def _limit_sqlite(driver: Any, _record: object, seconds: int) -> None:
    """SQLite has no clock of its own: the whole look at a file ends after a while."""
    last = time.monotonic() + seconds * SQLITE_STATEMENTS
    driver.set_progress_handler(lambda: time.monotonic() > last, SQLITE_STEPS)


def _fixed_offset(zone: ZoneInfo) -> str | None:
    """The zone's offset as ±hh:mm, None where it changes with the season."""
    winter, summer = (datetime(2026, month, 1, tzinfo=zone).strftime("%z") for month in (1, 7))
    return f"{winter[:3]}:{winter[3:5]}" if winter == summer else None


def _column_types(
    system: DealerSystem, feed: str, mapped: SqlFeedMap, connection: Connection, address: Address
) -> Mapping[str, types.TypeEngine[Any]]:
    schema, _, name = mapped.table.rpartition(".")
    inspector = inspect(connection)
    try:
        columns = inspector.get_columns(name, schema or None)
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
    found = {str(entry["name"]): entry["type"] for entry in columns}
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
    window: Window,
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
            for compare, at in ((operator.ge, window.start), (operator.lt, window.end))
            if at is not None
        ]
        changed.append(and_(*blank_before, *bounds))
        blank_before.append(column(cursor).is_(None))
    return rows.where(or_(*changed))


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
    if is_sqlite and isinstance(kind, types.Date):
        return literal(local.date().isoformat(), types.String())
    if is_sqlite or isinstance(kind, types.String):
        # SQLite keeps times as text, whatever the column's type.
        return literal(local.strftime(mapped.cursor_format), types.String())
    if isinstance(kind, types.DateTime):
        if kind.timezone:
            return literal(at.astimezone(UTC), types.DateTime(timezone=True))
        return literal(local, types.DateTime())
    if isinstance(kind, types.Date):
        return literal(local.date(), types.Date())
    raise system.wrong(
        f"column {cursor} of table {mapped.table} holds neither times nor dates; choose another cursor",
        "feeds",
        feed,
        "cursor",
    )


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
    except NoSuchModuleError:
        raise ConfigurationError(
            f"connection {conn}: the driver for its type is not installed"
        ) from None
    except DBAPIError as problem:
        words = str(problem.orig).casefold()
        if problem.statement is None or problem.connection_invalidated:
            if any(refusal in words for refusal in _REFUSALS):
                raise ConfigurationError(
                    f"the database of connection {conn} refuses it; check login, password and database"
                ) from None
        elif any(refusal in words for refusal in _NOT_ALLOWED):
            raise system.wrong(
                f"connection {conn} may not read table {mapped.table}; grant select on it",
                "feeds",
                feed,
                "table",
            ) from None
        elif "decode" in words or "invalid byte sequence" in words:
            raise BadData(
                f"table {mapped.table} of connection {conn} holds text in a wrong encoding; "
                "correct it in the system or its connection"
            ) from None
        if isinstance(problem, ProgrammingError | NotSupportedError | DataError):
            raise system.wrong(
                f"connection {conn} cannot read {mapped.table} as it is mapped; try the mapping's "
                "columns by hand in the database",
                "feeds",
                feed,
                "table",
            ) from None
        raise SystemUnreachable(
            f"the database of connection {conn} does not answer while {mapped.table} is read "
            f"({type(problem).__name__}); it is tried again"
        ) from None
    except (SQLAlchemyError, OSError) as problem:
        raise SystemUnreachable(
            f"reading {mapped.table} over connection {conn} broke off ({type(problem).__name__})"
        ) from None
