"""Rows into the staging tables, by COPY in PostgreSQL's binary form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from aftercare.sources.canonical import staging_columns
from aftercare.sources.feeds import Feed


def copy_rows(connection: Connection, feed: Feed, rows: Iterable[tuple[Any, ...]]) -> None:
    """Copies rows of `Translator.rows` to the feed's staging table, in the transaction at hand.

    Raises psycopg.Error as it comes; its words may quote a row, so they go no further than the caller.
    """
    columns = staging_columns(feed)
    names = (sql.Identifier(name) for name, _ in columns)
    statement = sql.SQL("copy {} ({}) from stdin with (format binary)").format(
        sql.Identifier("staging", feed.name), sql.SQL(", ").join(names)
    )
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([kind for _, kind in columns])
        for row in rows:
            copy.write_row(row)
