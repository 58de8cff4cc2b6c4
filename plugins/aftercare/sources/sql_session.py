"""Entering a dealer system's database: to read, for a limited time, and telling why it fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, CursorResult, Engine, Select, create_engine, event
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from aftercare.errors import AftercareError, ConfigurationError, SystemUnreachable
from aftercare.sources.batches import Address

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
_NOT_ALLOWED = ("permission denied", "command denied", "access denied", "lacking privileges")


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
                f"the SQLite file {url.database} of connection {address.conn_id} is not there; put it "
                "back or correct the connection"
            )
        file = quote(str(Path(url.database or "").resolve()))
        url = url.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    else:
        arguments["connect_timeout"] = CONNECT_SECONDS
    if kind == "postgresql":
        options["postgresql_readonly"] = True
        # A database without an encoding would hand over bytes, of which nobody says what they mean.
        arguments["client_encoding"] = "utf8"
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


@contextmanager
def streamed(
    connection: Connection, statement: Select[Any], rows: int
) -> Iterator[CursorResult[Any]]:
    """The result of a select, in partitions of ``rows`` that come as they are asked for.

    Where the reader stops early, the connection ends too, and the rest is not sent for.
    """
    result = connection.execute(
        statement, execution_options={"stream_results": True, "yield_per": rows}
    )
    try:
        yield result
    except BaseException:
        if connection.dialect.name == "mysql" and result.cursor is not None:
            # PyMySQL would fetch all rows before it lets go of them.
            result.cursor._result.unbuffered_active = False
        result.close()
        if not connection.invalidated:
            connection.invalidate()
        raise


def _open_mysql(driver: Any, _record: object, zone: ZoneInfo, seconds: int | None) -> None:
    # A TIMESTAMP is given in the session's zone, which else is whatever the server runs in.
    settings = ["transaction read only", f"time_zone = '{fixed_offset(zone) or '+00:00'}'"]
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


def fixed_offset(zone: ZoneInfo) -> str | None:
    """The zone's offset as ±hh:mm, None where it changes with the season."""
    winter, summer = (datetime(2026, month, 1, tzinfo=zone).strftime("%z") for month in (1, 7))
    return f"{winter[:3]}:{winter[3:5]}" if winter == summer else None


def wrong_connection(problem: SQLAlchemyError, conn_id: str) -> ConfigurationError | None:
    """The error where a server is well and the connection's settings are not; else None.

    A driver's words may hold values, users and hosts, so they go no further.
    """
    if isinstance(problem, NoSuchModuleError):
        return ConfigurationError(f"connection {conn_id}: the driver for its type is not installed")
    if not isinstance(problem, DBAPIError):
        return None
    if problem.statement is not None and not problem.connection_invalidated:
        return None
    words = str(problem.orig).casefold()
    if not any(refusal in words for refusal in _REFUSALS):
        return None
    return ConfigurationError(
        f"the database of connection {conn_id} refuses it; check login, password and database"
    )


def is_forbidden(problem: SQLAlchemyError) -> bool:
    """Whether a statement failed because the connection's user may not do it."""
    if not isinstance(problem, DBAPIError) or problem.statement is None:
        return False
    words = str(problem.orig).casefold()
    return not problem.connection_invalidated and any(said in words for said in _NOT_ALLOWED)


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Turns what a driver raises into ConfigurationError or SystemUnreachable."""
    try:
        yield
    except AftercareError:
        raise
    except SQLAlchemyError as problem:
        wrong = wrong_connection(problem, address.conn_id)
        raise wrong or SystemUnreachable(
            f"the database of connection {address.conn_id} does not answer ({type(problem).__name__}): "
            "look whether it runs, and whether host and port are right"
        ) from None
