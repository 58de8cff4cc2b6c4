"""A first look at a dealer system that nobody has mapped: its tables or files and their columns.

Reads little, changes nothing, and gives every statement a short time. What it returns holds values
of the source in memory; `repr` and messages never show them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection, inspect
from sqlalchemy.engine import Inspector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from aftercare.errors import AftercareError, BadData, ConfigurationError, SystemUnreachable
from aftercare.sources import sql_session, values
from aftercare.sources.batches import Address
from aftercare.sources.codes import code_key
from aftercare.sources.files_probe import FileLayout, layouts
from aftercare.sources.profile import MOST_CODES, ColumnLook
from aftercare.sources.sql_columns import column_types

SAMPLE_ROWS = 1_000
MOST_COUNTED = 1_000_000
MOST_TABLES = 400
_OWN_SCHEMAS = ("information_schema", "mysql", "performance_schema", "sys")


@dataclass(frozen=True)
class TableLook:
    """A table, a view, or files of one form.

    ``rows`` is None where they could not be counted in time; ``is_more``: there are more than were
    counted. ``problem`` says why there is no sample. ``is_elsewhere``: it belongs to another database of
    the server, which the connection does not name.
    """

    name: str
    columns: tuple[ColumnLook, ...]
    rows: int | None = None
    is_more: bool = False
    key: tuple[str, ...] = ()
    layout: FileLayout | None = None
    problem: str | None = None
    is_forbidden: bool = False
    is_elsewhere: bool = False

    def column(self, name: str) -> ColumnLook:
        """The column of that name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def sampled(self) -> int:
        """How many rows were looked at."""
        return len(self.columns[0].sample) if self.columns else 0


@dataclass(frozen=True)
class Look:
    """What was found behind a connection. ``kind`` is the mapping's; ``dialect`` the database's."""

    conn_id: str
    kind: str
    dialect: str
    tables: tuple[TableLook, ...]
    left_out: int = 0

    @property
    def own(self) -> tuple[TableLook, ...]:
        """What belongs to the connection's own database; all where it names none."""
        return tuple(table for table in self.tables if not table.is_elsewhere)


def look(address: Address, zone: ZoneInfo) -> Look:
    """Looks at every table or form of file behind a connection.

    Raises ConfigurationError for a connection that is wrong and SystemUnreachable when nothing
    answers; a table that cannot be read is named in its `TableLook`.
    """
    if "path" in address.extra:
        found = tuple(_file_look(layout) for layout in layouts(address))
        return Look(address.conn_id, "files", "files", found)
    with (
        sql_session.told(address),
        sql_session.connected(address, zone, sql_session.LOOK_SECONDS) as connection,
    ):
        names = list(_names(inspect(connection)))
        # What MySQL calls a schema is another database: a copy for tests, or another group's.
        has_others = connection.dialect.name == "mysql" and bool(address.url.database)
        tables = tuple(
            replace(
                _table_look(connection, schema, name),
                is_elsewhere=has_others and schema is not None,
            )
            for schema, name in names[:MOST_TABLES]
        )
        return Look(
            address.conn_id,
            "sql",
            connection.dialect.name,
            tables,
            max(len(names) - MOST_TABLES, 0),
        )


def count_codes(address: Address, zone: ZoneInfo, table: TableLook, name: str) -> ColumnLook:
    """The column with its codes and their numbers in the whole table, not in a sample alone.

    The column as it was where the table cannot be counted in time, or turns out to hold no codes.
    """
    known = table.column(name)
    if table.layout is not None:
        return known
    source = _source(table.name, [name])
    column: sa.ColumnClause[Any] = sa.column(name)
    counted = (
        sa.select(column, sa.func.count().label("rows"))
        .select_from(source)
        .where(column.is_not(None))
        .group_by(column)
        .limit(MOST_CODES + 1)
    )
    with (
        suppress(AftercareError, SQLAlchemyError),
        sql_session.connected(address, zone, sql_session.LOOK_SECONDS) as connection,
    ):
        found = connection.execute(counted).all()
        if len(found) <= MOST_CODES:
            counts: Counter[str] = Counter()
            for raw, rows in found:
                counts[code_key(raw)] += rows
            return replace(known, counted=counts)
    return known


def newest(address: Address, zone: ZoneInfo, table: TableLook, name: str) -> object:
    """The greatest value of a column; None when it cannot be told in time."""
    if table.layout is not None:
        return None
    column: sa.ColumnClause[Any] = sa.column(name)
    greatest = sa.select(sa.func.max(column)).select_from(_source(table.name, [name]))
    with (
        suppress(AftercareError, SQLAlchemyError),
        sql_session.connected(address, zone, sql_session.LOOK_SECONDS) as connection,
    ):
        return connection.execute(greatest).scalar()
    return None


def newest_time(
    address: Address, zone: ZoneInfo, table: TableLook, name: str, written: str | None
) -> datetime | None:
    """The greatest value of a column as a time of ``zone``: free text that stands for one is not shown."""
    raw = newest(address, zone, table, name)
    found: list[datetime | None] = values.timestamps([raw], zone, written).values
    return found[0].astimezone(zone) if found[0] is not None else None


def _names(inspector: Inspector) -> Iterator[tuple[str | None, str]]:
    """Tables and views, those of the default schema first and without its name."""
    default = inspector.default_schema_name
    for schema in sorted(inspector.get_schema_names(), key=lambda name: name != default):
        if schema in _OWN_SCHEMAS or schema.startswith("pg_"):
            continue
        shown = None if schema == default else schema
        for name in sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)}):
            yield shown, name


def _table_look(connection: Connection, schema: str | None, name: str) -> TableLook:
    full = f"{schema}.{name}" if schema else name
    inspector = inspect(connection)
    try:
        described = column_types(connection, name, schema)
        key, indexes = _key_and_indexes(inspector, schema, name)
        names = list(described)
        with connection.begin_nested():
            rows = _sample(connection, full, names, _order(described, key, indexes))
    except SQLAlchemyError as problem:
        connection.rollback()
        forbidden = sql_session.is_forbidden(problem)
        return TableLook(full, (), problem=type(problem).__name__, is_forbidden=forbidden)
    cells: list[Sequence[object]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    first = {str(index["column_names"][0]) for index in indexes if index["column_names"]}
    unique = [index["column_names"] for index in indexes if index["unique"]]
    columns = tuple(
        ColumnLook(
            column_name,
            str(kind).split(" COLLATE")[0].lower(),
            sample,
            column_name in first or column_name == (key or (None,))[0],
            (column_name,) == key or [column_name] in unique,
        )
        for (column_name, kind), sample in zip(described.items(), cells, strict=True)
    )
    counted = _count(connection, full)
    is_more = counted is not None and counted > MOST_COUNTED
    return TableLook(
        full, columns, min(counted, MOST_COUNTED) if counted else counted, is_more, key
    )


def _key_and_indexes(
    inspector: Inspector, schema: str | None, name: str
) -> tuple[tuple[str, ...], Sequence[Any]]:
    """None of either where the user may not see how a view is made: a view has none."""
    try:
        key = tuple(inspector.get_pk_constraint(name, schema)["constrained_columns"])
        return key, inspector.get_indexes(name, schema)
    except SQLAlchemyError as problem:
        if not sql_session.is_forbidden(problem):
            raise
        return (), ()


def _source(full: str, names: Sequence[str]) -> sa.TableClause:
    schema, _, name = full.rpartition(".")
    return sa.table(name, *(sa.column(column) for column in names), schema=schema or None)


def _order(
    described: Mapping[str, TypeEngine[Any]], key: tuple[str, ...], indexes: Sequence[Any]
) -> str | None:
    """A column by which the newest rows come first without sorting the table."""
    times = {
        name
        for name, kind in described.items()
        if isinstance(kind, sa.types.DateTime | sa.types.Date)
    }
    first = [str(index["column_names"][0]) for index in indexes if index["column_names"]]
    return next((name for name in first if name in times), key[0] if key else None)


def _sample(
    connection: Connection, full: str, names: Sequence[str], order: str | None
) -> list[Any]:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    chosen = sa.select(*columns).select_from(_source(full, names))
    if order is not None:
        chosen = chosen.order_by(sa.desc(order))
    return list(connection.execute(chosen.limit(SAMPLE_ROWS)).all())


def _count(connection: Connection, full: str) -> int | None:
    some = sa.select(sa.literal(1)).select_from(_source(full, [])).limit(MOST_COUNTED + 1)
    try:
        with connection.begin_nested():
            found: int = connection.execute(
                sa.select(sa.func.count()).select_from(some.subquery())
            ).scalar_one()
    except SQLAlchemyError:
        connection.rollback()
        return None
    return found


def _file_look(layout: FileLayout) -> TableLook:
    cells: dict[str, list[object]] = {name: [] for name in layout.header}
    sampled, problem = 0, None
    try:
        for batch in layout.batches():
            for name, column in batch.columns.items():
                cells[name] += islice(column, SAMPLE_ROWS - sampled)
            sampled = len(cells[layout.header[0]])
            if sampled >= SAMPLE_ROWS:
                break
    except (BadData, ConfigurationError, SystemUnreachable) as found:
        problem = str(found)
    columns = tuple(ColumnLook(name, "text", sample) for name, sample in cells.items())
    is_more = sampled >= SAMPLE_ROWS
    return TableLook(layout.name, columns, sampled, is_more, layout=layout, problem=problem)
