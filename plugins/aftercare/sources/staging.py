"""Rows into the staging tables, by COPY in PostgreSQL's text form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from aftercare.sources.canonical import staging_columns
from aftercare.sources.feeds import Feed


def copy_rows(connection: Connection, feed: Feed, blocks: Iterable[Sequence[str]]) -> None:
    """Copies lines of `Translator.lines` to the feed's staging table, in the transaction at hand.

    Raises psycopg.Error as it comes; its words may quote a row, so they go no further than the caller.
    """
    names = (sql.Identifier(name) for name, _ in staging_columns(feed))
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("staging", feed.name), sql.SQL(", ").join(names)
    )
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for lines in blocks:
            if lines:
                copy.write("\n".join(lines) + "\n")
