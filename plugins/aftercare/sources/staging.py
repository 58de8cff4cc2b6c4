"""Rows into the staging tables, by COPY in PostgreSQL's text form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from aftercare import warehouse
from aftercare.errors import PipelineFault, SystemUnreachable
from aftercare.sources.canonical import staging_columns
from aftercare.sources.feeds import Feed


def copy_rows(connection: Connection, feed: Feed, blocks: Iterable[Sequence[str]]) -> None:
    """Copies lines of `Translator.lines` to the feed's staging table, in the transaction at hand.

    Raises SystemUnreachable where the warehouse cannot go on now, and PipelineFault where it does
    not take a row.
    """
    names = [name for name, _ in staging_columns(feed)]
    with _copying(connection, feed.name, names) as copy:
        for lines in blocks:
            if lines:
                copy.write("\n".join(lines) + "\n")


def copy_keys(connection: Connection, sweep_id: int, keys: Iterable[tuple[Any, ...]]) -> int:
    """Copies pairs of store and document to the keys of a sweep; returns their number.

    Raises what `copy_rows` raises.
    """
    count = 0
    with _copying(connection, "swept_key", ("sweep_id", "store_code", "document_no")) as copy:
        for key in keys:
            copy.write_row((sweep_id, *key))
            count += 1
    return count


@contextmanager
def _copying(connection: Connection, table: str, names: Iterable[str]) -> Iterator[psycopg.Copy]:
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("staging", table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    # COPY goes past SQLAlchemy, and the server's words quote the row.
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except psycopg.OperationalError as problem:
        if driver.broken:
            # SQLAlchemy would try to roll back, and that failure would hide this one.
            connection.invalidate(problem)
        raise SystemUnreachable(
            f"staging.{table} was not filled: {warehouse.trouble(problem)}"
        ) from None
    except psycopg.Error as problem:
        raise PipelineFault(
            f"staging.{table} does not take a row that was read "
            f"({problem.sqlstate or type(problem).__name__})"
        ) from None
