"""What a connection may do in a dealer system's database beside reading, and what its clock says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

WRITING = ("insert", "update", "delete")


def rights_to_write(connection: Connection, tables: Iterable[str]) -> list[str]:
    """What of `WRITING` the user may do to one of these tables or views; empty where nobody can tell."""
    if connection.dialect.name == "postgresql":
        return _of_postgresql(connection, tables)
    if connection.dialect.name == "mysql":
        return _of_mysql(connection, tables)
    return []


def server_clock(connection: Connection) -> datetime | None:
    """The server's time, with its zone; None for a file, which has no clock."""
    match connection.dialect.name:
        case "postgresql":
            told: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
            return told
        case "mysql":
            now: datetime = connection.execute(sa.select(sa.func.utc_timestamp(6))).scalar_one()
            return now.replace(tzinfo=UTC)
        case _:
            return None


def _of_postgresql(connection: Connection, tables: Iterable[str]) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    names = [".".join(quote(part) for part in table.split(".")) for table in tables]
    return [
        right
        for right in WRITING
        if any(
            connection.execute(sa.select(sa.func.has_table_privilege(name, right))).scalar()
            for name in names
        )
    ]


def _of_mysql(connection: Connection, tables: Iterable[str]) -> list[str]:
    """Of the user's own grants: on everything, on a database, on a table."""
    own = connection.engine.url.database or ""
    places = [
        (schema or own, name) for schema, _, name in (table.rpartition(".") for table in tables)
    ]
    schemas, names = {schema for schema, _ in places}, {name for _, name in places}
    found: set[str] = set()
    for view, wanted in (
        ("user_privileges", {}),
        ("schema_privileges", {"table_schema": schemas}),
        ("table_privileges", {"table_schema": schemas, "table_name": names}),
    ):
        found |= _granted(connection, view, wanted)
    return [right for right in WRITING if right in found]


def _granted(connection: Connection, view: str, wanted: dict[str, set[str]]) -> set[str]:
    grants = sa.table(
        view,
        sa.column("grantee"),
        sa.column("privilege_type"),
        *(sa.column(name) for name in wanted),
        schema="information_schema",
    )
    user = sa.func.concat("'", sa.func.replace(sa.func.current_user(), "@", "'@'"), "'")
    conditions: Sequence[sa.ColumnElement[Any]] = [
        grants.c[name].in_(sorted(values)) for name, values in wanted.items()
    ]
    chosen = sa.select(grants.c.privilege_type).where(grants.c.grantee == user, *conditions)
    return {str(right).lower() for right in connection.execute(chosen).scalars()}
