"""Columns of a table or view with their types, also of a view whose definition is not shown to its reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from aftercare.sources.sql_session import is_forbidden


def column_types(
    connection: Connection, name: str, schema: str | None
) -> Mapping[str, TypeEngine[Any]]:
    """Types by name, in the order of the columns.

    Raises NoSuchTableError, and what the driver raises where the user may not read the table.
    """
    try:
        columns = inspect(connection).get_columns(name, schema)
    except DBAPIError as problem:
        if connection.dialect.name != "mysql" or not is_forbidden(problem):
            raise
        # MariaDB and MySQL describe a view by its definition, for which select is not enough.
        found = _of_readable(connection, name, schema)
        if not found:
            raise
        return found
    return {str(column["name"]): column["type"] for column in columns}


def _of_readable(
    connection: Connection, name: str, schema: str | None
) -> dict[str, TypeEngine[Any]]:
    """What the server says of every table that its user may read; empty for the others."""
    known = sa.table(
        "columns",
        sa.column("column_name"),
        sa.column("data_type"),
        sa.column("table_schema"),
        sa.column("table_name"),
        sa.column("ordinal_position"),
        schema="information_schema",
    )
    chosen = (
        sa.select(known.c.column_name, known.c.data_type)
        .where(
            known.c.table_schema == (schema or connection.engine.url.database),
            known.c.table_name == name,
        )
        .order_by(known.c.ordinal_position)
    )
    kinds: Any = connection.dialect
    return {
        str(column): kinds.ischema_names.get(str(kind).lower(), sa.types.NullType)()
        for column, kind in connection.execute(chosen)
    }
