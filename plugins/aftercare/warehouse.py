"""The warehouse: its engine, its statements and its versions.

Statements are files under ``include/sql/<area>/<verb_object>.sql``, one a file, with ``:name``
bind parameters; ``statement("care/make_follow_up_tasks")`` loads one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, TextClause, create_engine, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from aftercare.errors import ConfigurationError, Retriable
from aftercare.migrations.versions import newest
from aftercare.settings import PROJECT

SQL_FOLDER = PROJECT / "include" / "sql"
STATEMENT_TIMEOUT_MS = 15 * 60 * 1000

WORK_TABLES = "64MB"
"""How much of its work tables a step keeps in memory, if it needs as much."""

LOCK_CLASS = 5110
"""First half of the advisory locks of steps at work (0) and of a change of keys (1)."""

PATIENCE_SECONDS = 60 * 60
"""How long a step waits while the warehouse is upgraded or its keys change."""
PAUSE_SECONDS = 0.5
TROUBLES = {
    "53100": "the disk of the warehouse is full: free some of it, or give it more",
    "53": "the server of the warehouse has too little memory or too few connections left",
    "57014": "a statement of the warehouse took too long and was ended: see what else runs there",
    "40": "two steps got into each other's way in the warehouse",
    "55": "something in the warehouse is locked by somebody else: see what else runs there",
    "28": "the warehouse refuses the connection: check its login and password",
    "3D": "the warehouse's server has no such database: check the connection",
}
"""What SQLSTATEs mean for a person, the more exact one first."""
SILENT = "the warehouse does not answer: see whether its server runs and can be reached"
TOGETHER = 1_000
"""Rows that are taken from a result at a time."""
TURN_MS = 5_000
"""How long those who go alone stand first in the row; then steps that wait have their turn."""


def connect(url: str | URL, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Engine:
    """An engine on the warehouse; every statement ends after ``statement_timeout_ms``.

    No statement is compiled to machine code: a night has many that are long to read and short to run.
    Session time zone is UTC: dates of the store come from the group's time zone, as a parameter.
    """
    return create_engine(
        url,
        pool_pre_ping=True,
        # Rows must not reach a log by way of an error.
        hide_parameters=True,
        connect_args={
            "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"
            f" -c temp_buffers={WORK_TABLES}",
            "application_name": "aftercare",
        },
    )


@cache
def statement(name: str) -> TextClause:
    """The statement in ``include/sql/<name>.sql``; ConfigurationError when there is none."""
    path = SQL_FOLDER / f"{name}.sql"
    try:
        return text(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            "there is no such statement", file=f"include/sql/{name}.sql"
        ) from None


def run(connection: Connection, name: str, /, **parameters: Any) -> CursorResult[Any]:
    """Runs the named statement file with its bind parameters."""
    return connection.execute(statement(name), parameters)


def rows(connection: Connection, name: str, /, **parameters: Any) -> list[dict[str, Any]]:
    """All rows of the named statement file as dicts by column.

    A month has hundreds of thousands: the names are asked for once, and the rows some at a time.
    """
    found = run(connection, name, **parameters)
    names = tuple(found.keys())
    return [
        dict(zip(names, row, strict=True)) for part in found.partitions(TOGETHER) for row in part
    ]


def report(
    connection: Connection,
    stage: str,
    partition_key: str,
    counts: Mapping[str, Any],
    part: str = "",
) -> None:
    """Keeps what a stage did in a partition, as counts; a repeated run replaces its report."""
    from aftercare.tables import stage_report

    row = {"stage": stage, "partition_key": partition_key, "part": part, "counts": dict(counts)}
    upsert = insert(stage_report).values(row)
    connection.execute(
        upsert.on_conflict_do_update(
            index_elements=["stage", "partition_key", "part"],
            set_={"counts": upsert.excluded.counts, "reported_at": text("clock_timestamp()")},
        )
    )


@contextmanager
def at_work(engine: Engine, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """A step of a night or month is at work; upgrades and changes of keys wait for its end.

    Raises Retriable where one of these takes longer than ``patience`` seconds, and
    ConfigurationError where warehouse and code are of different versions.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        last_try = time.monotonic() + patience
        while not run(connection, "ops/try_enter", lock_class=LOCK_CLASS).scalar_one():
            if time.monotonic() > last_try:
                raise Retriable(
                    "the warehouse is being upgraded or its keys are being changed; run this again "
                    "when that is over"
                )
            time.sleep(PAUSE_SECONDS)
        try:
            require_version(connection)
            yield
        finally:
            # A line that broke holds no lock.
            with suppress(SQLAlchemyError):
                run(connection, "ops/leave", lock_class=LOCK_CLASS)


def go_alone(
    connection: Connection,
    patience: float = PATIENCE_SECONDS,
    waits: Callable[[], None] = lambda: None,
) -> None:
    """Waits until no step is at work; none begins until the end of the transaction.

    ``waits`` is called once when there is something to wait for. Raises Retriable when steps are
    still at work after ``patience`` seconds; 0 does not wait.
    """
    last_try = time.monotonic() + patience
    is_first = True
    while True:
        turn = TURN_MS if patience else 1
        try:
            with connection.begin_nested():
                run(connection, "ops/wait_briefly", milliseconds=turn)
                run(connection, "ops/go_alone", lock_class=LOCK_CLASS)
                run(connection, "ops/wait_briefly", milliseconds=0)
            return
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", None) != "55P03":
                raise
        if time.monotonic() >= last_try:
            raise Retriable(
                "steps of a night or month are at work; wait for their end or pause the Dags, then "
                "run this again"
            )
        if is_first:
            waits()
            is_first = False
        time.sleep(PAUSE_SECONDS)


class Rehearsal:
    """One transaction that is undone at the end, in which stages are played."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def engine(self) -> Engine:
        """An engine for stages. It can do no more than ``begin``: each of its transactions is a savepoint.

        A later one sees what an earlier one wrote, and no other connection does. Temporary tables
        of a transaction go when the next one begins.
        """
        return cast(Engine, self)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction within the one that is undone."""
        with self._connection.begin_nested():
            run(self._connection, "ops/empty_temporary")
            yield self._connection

    @contextmanager
    def scene(self) -> Iterator[None]:
        """A part of the rehearsal that is undone before the next one."""
        undone = self._connection.begin_nested()
        try:
            yield
        finally:
            if undone.is_active:
                undone.rollback()

    def look(self) -> Connection:
        """What the last transaction left, with its temporary tables."""
        return self._connection


@contextmanager
def rehearsal(engine: Engine) -> Iterator[Rehearsal]:
    """Stages run and everything that they wrote is undone."""
    with engine.connect() as connection:
        undone = connection.begin()
        try:
            yield Rehearsal(connection)
        finally:
            undone.rollback()


@contextmanager
def in_words() -> Iterator[None]:
    """Turns what the warehouse's server cannot do now into Retriable; errors of our own stay.

    Its own words may quote rows, so they go no further.
    """
    try:
        yield
    except OperationalError as problem:
        raise Retriable(
            f"{trouble(problem.orig)}; it is tried again, and what this night does not get done the "
            "next one catches up"
        ) from None


def trouble(problem: BaseException | None) -> str:
    """What an error of the driver means for a person, and what to do."""
    state: str = getattr(problem, "sqlstate", None) or ""
    said = next((words for code, words in TROUBLES.items() if state.startswith(code)), SILENT)
    return f"{said} (connection aftercare_warehouse{state and ', SQLSTATE '}{state})"


def require_version(connection: Connection) -> None:
    """Raises ConfigurationError where the warehouse is not of the version that this code writes."""
    try:
        found = run(connection, "ops/read_version").scalar_one_or_none()
    except ProgrammingError:
        found = None
    if found != newest():
        refuse_newer(found)
        raise ConfigurationError(
            f"the warehouse is at version {found or 0} and this code needs {newest()}; run "
            "`aftercare migrate`"
        )


def refuse_newer(found: str | None) -> None:
    """Raises ConfigurationError where the warehouse has a version that this code does not know."""
    if found is not None and found > newest():
        raise ConfigurationError(
            f"this code is older than the warehouse: it knows versions up to {newest()}, the "
            f"warehouse is at {found}; install the code that upgraded it, or restore the backup "
            "from before the upgrade"
        )


def migrate(engine: Engine, revision: str = "head", among_half_way_loads: bool = False) -> None:
    """Brings the warehouse to a version, by Alembic, with its own version table.

    Nothing happens where it is there already. Raises Retriable where steps are at work or, unless
    ``among_half_way_loads``, where loads stand half way; ConfigurationError where the warehouse is
    newer than this code.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        config.attributes["among_half_way_loads"] = among_half_way_loads
        command.upgrade(config, revision)
