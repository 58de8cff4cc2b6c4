"""The sample dealer group: fills its two dealer systems, moves them on, and writes the truth."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine

from aftercare.errors import PeriodRefused
from aftercare.rules import period
from aftercare.sample import heyuan, skoda
from aftercare.sample.complaints import blamed_employee
from aftercare.sample.truth import (
    Broken,
    Nights,
    broken_rows,
    canaries,
    write_canaries,
    write_truth,
)
from aftercare.sample.world import World


class SampleGroup:
    """A made-up dealer group; equal arguments give equal systems, whatever was written before.

    ``end`` is the last day there is. ``first_night`` is the business day whose night reads the
    history; the first of the month before ``end``'s month if not given. ``daily_sales`` and
    ``daily_repairs`` are averages per store. Raises ConfigurationError for a size out of range.
    """

    def __init__(
        self,
        seed: int,
        stores: int,
        years: int,
        end: date,
        first_night: date | None = None,
        daily_sales: float = 1.5,
        daily_repairs: float = 10.0,
    ) -> None:
        self.world = World(seed, stores, years, end, daily_sales, daily_repairs)
        self.end = end
        before = end.replace(day=1) - timedelta(days=1)
        self.first_night = first_night or before.replace(day=1)
        self._check(self.first_night)

    @property
    def store_codes(self) -> tuple[str, ...]:
        """Codes of all stores."""
        return tuple(store.code for store in self.world.stores)

    @property
    def weak_specialist(self) -> str:
        """The number of the after-sales specialist (SK01) who leaves many customers unsatisfied."""
        return self.world.roster.working("SK01", "AC", self.end)[1]

    @property
    def blamed_employee(self) -> str:
        """The number of the sales specialist (CA01) against whom a complaint a month is upheld."""
        return blamed_employee(self.world)

    def write_sql(self, engine: Engine, until: date) -> dict[str, int]:
        """Makes the database as it stands at the end of a day; returns rows by feed."""
        self._check(until)
        return heyuan.write(self.world, engine, until)

    def advance_sql(self, engine: Engine, day: date) -> dict[str, dict[str, int]]:
        """Moves the database on by one day; returns new, changed and vanished rows by feed."""
        self._check(day)
        return heyuan.advance(self.world, engine, day)

    def write_files(self, folder: Path, until: date) -> dict[str, int]:
        """Writes the folders of all nights until a day; returns rows by feed."""
        self._check(until)
        return skoda.write(self.world, folder, self.first_night, until)

    def advance_files(self, folder: Path, day: date) -> dict[str, int]:
        """Adds the folder of one night; returns its rows by feed."""
        self._check(day)
        return skoda.advance(self.world, folder, self.first_night, day)

    def write(self, engine: Engine, folder: Path, until: date) -> dict[str, dict[str, int]]:
        """Both systems as they stand at the end of a day; returns rows by system and feed."""
        return {
            heyuan.SYSTEM: self.write_sql(engine, until),
            skoda.SYSTEM: self.write_files(folder, until),
        }

    def advance(self, engine: Engine, folder: Path, day: date) -> None:
        """Moves both systems on to the end of a day."""
        self.advance_sql(engine, day)
        self.advance_files(folder, day)

    def truth(
        self, until: date | None = None, nights: Collection[date] | None = None, lag_days: int = 3
    ) -> Iterator[Broken]:
        """Which rows break which rules in the loads of which nights.

        ``nights`` are the business days whose nights run, if not all from the first night until
        a day; ``lag_days`` is that of the database's mapping.
        """
        run = nights or period.days(self.first_night, until or self.end)
        return broken_rows(self.world, Nights(tuple(sorted(run)), lag_days))

    def write_truth(
        self, folder: Path, until: date | None = None, with_canaries: bool = False
    ) -> dict[str, int]:
        """Writes ``truth.csv`` and, if asked, ``canaries.csv``; returns lines by file."""
        counts = {"truth.csv": write_truth(folder / "truth.csv", self.truth(until))}
        if with_canaries:
            found = canaries(self.world, until or self.end)
            counts["canaries.csv"] = write_canaries(folder / "canaries.csv", found)
        return counts

    def _check(self, day: date) -> None:
        if not self.world.start <= day <= self.end:
            raise PeriodRefused(
                f"{day} lies outside the sample group, which goes from {self.world.start} to {self.end}"
            )


@dataclass(frozen=True)
class Made:
    """What `make` made: rows by feed of each system, and lines of the truth by file."""

    group: SampleGroup
    sql: dict[str, int]
    files: dict[str, int]
    truth: dict[str, int]


def make(
    engine: Engine,
    folder: Path,
    truth_folder: Path,
    seed: int,
    stores: int,
    years: int,
    end: date,
    until: date | None = None,
    first_night: date | None = None,
    with_canaries: bool = False,
    say: Callable[[str], None] = print,
) -> Made:
    """Makes a whole sample group and says what it made, in numbers."""
    group = SampleGroup(seed, stores, years, end, first_night)
    day = until or end
    say(
        f"{stores} stores, {years} years until {day}, seed {seed}: {', '.join(group.store_codes[:6])} …"
    )
    sql = group.write_sql(engine, day)
    say(f"{heyuan.SYSTEM}: " + _listed(sql))
    files = group.write_files(folder, day)
    say(f"{skoda.SYSTEM}: " + _listed(files) + f" (nights from {group.first_night})")
    truth = group.write_truth(truth_folder, day, with_canaries)
    say("truth: " + _listed(truth))
    return Made(group, sql, files, truth)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
