"""The warehouse: its engine, its statements and its versions.

Statements are files under ``include/sql/<area>/<verb_object>.sql``, one a file, with ``:name``
bind parameters; ``statement("care/make_follow_up_tasks")`` loads one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, create_engine, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL, CursorResult

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT

SQL_FOLDER = PROJECT / "include" / "sql"
STATEMENT_TIMEOUT_MS = 15 * 60 * 1000


def connect(url: str | URL, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Engine:
    """An engine on the warehouse; every statement ends after ``statement_timeout_ms``.

    Session time zone is UTC: dates of the store come from the group's time zone, as a parameter.
    """
    return create_engine(
        url,
        pool_pre_ping=True,
        # Rows must not reach a log by way of an error.
        hide_parameters=True,
        connect_args={
            "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC",
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


def migrate(engine: Engine, revision: str = "head") -> None:
    """Brings the warehouse to a version, by Alembic, with its own version table."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
