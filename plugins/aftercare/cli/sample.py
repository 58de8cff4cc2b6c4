"""Commands of the sample dealer group."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def sample() -> None:
    """A made-up dealer group with the faults of real ones, and the truth about them."""


@sample.command()
@click.option("--database", required=True, help="SQLAlchemy URL of an empty database for the DMS.")
@click.option("--folder", required=True, type=click.Path(path_type=Path), help="For nightly files.")
@click.option("--truth", required=True, type=click.Path(path_type=Path), help="For the truth.")
@click.option("--seed", type=int, default=2026, show_default=True)
@click.option("--stores", type=click.IntRange(3, 400), default=3, show_default=True)
@click.option("--years", type=click.IntRange(1, 6), default=1, show_default=True)
@click.option("--end", type=DAY, required=True, help="The last day there is.")
@click.option("--until", type=DAY, help="How far both systems are filled; default: the end.")
@click.option("--first-night", type=DAY, help="The night that reads the history.")
@click.option("--canaries", is_flag=True, help="Also list every personal value.")
def make(
    database: str,
    folder: Path,
    truth: Path,
    seed: int,
    stores: int,
    years: int,
    end: datetime,
    until: datetime | None,
    first_night: datetime | None,
    canaries: bool,
) -> None:
    """Fill a database and a folder with the group, and write which rows are bad and why."""
    from sqlalchemy import create_engine

    from aftercare.sample.group import make as make_group

    truth.mkdir(parents=True, exist_ok=True)
    engine = create_engine(database)
    make_group(
        engine,
        folder,
        truth,
        seed,
        stores,
        years,
        end.date(),
        until.date() if until else None,
        first_night.date() if first_night else None,
        canaries,
        click.echo,
    )
    engine.dispose()


@sample.command()
@click.option("--file", required=True, type=click.Path(path_type=Path), help="A new SQLite file.")
@click.option("--end", type=DAY, required=True, help="The last day there is.")
def foreign(file: Path, end: datetime) -> None:
    """Make a small dealer system with names and codes of its own, to practise connecting one."""
    from sqlalchemy import create_engine

    from aftercare.errors import ConfigurationError
    from aftercare.sample.foreign import make_foreign

    if file.exists():
        raise ConfigurationError("is there already; give another file", file=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{file}")
    for table, rows in make_foreign(engine, end.date()).items():
        click.echo(f"{table}\t{rows}")
    engine.dispose()


COMMANDS = (sample,)
