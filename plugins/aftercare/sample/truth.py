"""The truth about the made-up rows: which night's load holds which bad row, and what is personal.

Written from what the generator did, never by running a rule. A load of a database holds the rows
it shows at the end of the business day that changed since the last night that ran, less the lag
of the mapping; the first load of all, and every load of a reference table, holds all rows. A load
of files holds what the nights since the last one brought, and of a row only the newest version.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from aftercare.sample import heyuan, skoda
from aftercare.sample.beside import rows_beside
from aftercare.sample.points import FEEDS as POINTS
from aftercare.sample.points import point_rows
from aftercare.sample.reference import employee_rows, score_rows, store_rows
from aftercare.sample.rows import Row, Version
from aftercare.sample.world import World
from aftercare.sources.feeds import FEEDS

SEVERITIES = {
    "SO05": "W", "SO08": "W", "SO09": "W", "SO11": "I", "RO05": "W", "RO10": "W", "RO11": "W",
    "RO12": "W", "IP05": "W", "IP11": "W", "LD08": "W", "LD10": "W", "BK05": "W", "BK09": "W",
    "CN05": "W", "CN10": "W", "PR05": "W", "PR12": "W", "RF05": "W", "RF08": "W", "RF09": "W",
}  # fmt: skip
# Their breaks also depend on what the warehouse knows of earlier visits, so the list is not whole.
INCOMPLETE = frozenset({"RO12"})
TWINS = ("duplicate", "superseded")


@dataclass(frozen=True)
class Nights:
    """The business days whose nights run, oldest first, and the lag of the database's mapping."""

    run: tuple[date, ...]
    lag_days: int = 3

    def since(self, day: date) -> tuple[date, ...]:
        """Those from a day on."""
        return self.run[bisect_left(self.run, day) :]

    def reads_from(self, day: date) -> date:
        """The first day whose changes a night's load of the database holds."""
        place = self.run.index(day)
        if place == 0:
            return date.min
        return self.run[place - 1] + timedelta(days=1 - self.lag_days)


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that breaks a rule in the loads of the business days ``first_day`` to ``last_day``.

    ``rule_id`` is ``duplicate`` for the second of two equal rows and ``superseded`` for an older
    version beside the newest.
    """

    system: str
    feed: str
    first_day: date
    last_day: date
    business_key: str
    rule_id: str
    severity: str
    changed_at: str
    why: str


def broken_rows(world: World, nights: Nights) -> Iterator[Broken]:
    """Every broken rule of every load of the nights.

    Equal rows of two lists of employees or stores that one load reads after an outage are not named.
    """
    main: Row | None = None
    for system, feed, row in _all_rows(world, nights.run[-1]):
        if not row.twin:
            main = row
        for index, version in enumerate(row.versions):
            if system == skoda.SYSTEM and feed in skoda.NIGHTLY:
                found = _load_of_file(row, main or row, index, nights)
            elif version.breaks or row.twin in TWINS:
                found = (*_loads(system, feed, row, index, nights), row.twin in TWINS)
            else:
                continue
            first, last, is_set_aside = found
            if first is None or last is None:
                continue
            marks: list[tuple[str, str, str, date | None]] = [
                (b.rule_id, SEVERITIES.get(b.rule_id, "C"), b.why, b.until) for b in version.breaks
            ]
            if is_set_aside:
                # Before rules are asked.
                kind = row.twin if row.twin in TWINS else _aside(row, main or row, index, last)
                marks = [(kind, "", "stands beside another row of its key", None)]
            for rule_id, severity, why, good_from in marks:
                end = last if good_from is None else min(last, good_from - timedelta(days=1))
                if first <= end:
                    yield Broken(
                        system,
                        feed,
                        first,
                        end,
                        business_key(feed, version),
                        rule_id,
                        severity,
                        version.changed_at.isoformat(sep=" "),
                        why,
                    )


def business_key(feed: str, version: Version) -> str:
    """The key columns' values joined with ``|``, nothing for a missing one."""
    values = (version.values[column] for column in FEEDS[feed].key)
    return "|".join("" if value is None else str(value) for value in values)


def _loads(
    system: str, feed: str, row: Row, index: int, nights: Nights
) -> tuple[date | None, date | None]:
    """First and last business day whose load of a table or a list holds a version, if any."""
    shown_from, shown_to = row.span(index)
    shown = [day for day in nights.since(shown_from) if shown_to is None or day <= shown_to]
    if feed in ("external_score", *POINTS):
        shown = shown[:1]
    elif system == heyuan.SYSTEM and feed not in ("store", "employee"):
        changed_on = row.versions[index].changed_at.date()
        shown = [day for day in shown if nights.reads_from(day) <= changed_on]
    return (shown[0], shown[-1]) if shown else (None, None)


def _load_of_file(
    row: Row, main: Row, index: int, nights: Nights
) -> tuple[date | None, date | None, bool]:
    """The load that reads the file in which a version stands, twice, and whether it is set aside there."""
    shown_from, shown_to = row.span(index)
    written_on = max(shown_from, nights.run[0])
    if shown_to is not None and shown_to < written_on:
        return None, None, False
    load = next(iter(nights.since(written_on)), None)
    if load is None:
        return None, None, False
    key = business_key(row.feed, row.versions[index])
    is_stale = any(
        written_on < later.visible_on <= load and business_key(row.feed, later) == key
        for later in main.versions
    )
    return load, load, is_stale or row.twin in TWINS


def _aside(row: Row, main: Row, index: int, load: date) -> str:
    """A version that a later one of the same load repeats, as after a conflict that was settled, is its
    duplicate."""
    version = row.versions[index]
    is_repeated = any(
        version.visible_on < later.visible_on <= load
        and (later.values, later.raw) == (version.values, version.raw)
        for later in main.versions
    )
    return "duplicate" if is_repeated else "superseded"


def _all_rows(world: World, until: date) -> Iterator[tuple[str, str, Row]]:
    for system in (skoda.SYSTEM, heyuan.SYSTEM):
        for make in (store_rows, employee_rows, score_rows, point_rows):
            for row in make(world, system):
                yield system, row.feed, row
    for store in world.stores:
        for row in world.rows(store, world.start, until):
            yield store.system, row.feed, row
        for row in rows_beside(world, store, world.start, until):
            yield store.system, row.feed, row


def canaries(world: World, until: date) -> Iterator[tuple[str, str]]:
    """Every personal value as (field, value), each as it is understood and as it was typed.

    Left out are what belongs to nobody in particular: numbers shared by many, words for a missing
    number, default birthdays, and names of the stores.
    """
    shared = {
        world.numbering.house_person(store, place).phone
        for store in world.stores
        for place in range(3)
    }
    no_canary = shared | {"不详", "1900-01-01"} | {store.name for store in world.stores}
    seen: set[tuple[str, str]] = set()
    for system, feed, row in _all_rows(world, until):
        source = _SOURCE_ROWS[system]
        contacts = [column.name for column in FEEDS[feed].contacts]
        for version in row.versions if contacts else ():
            if version.visible_on > until:
                continue
            typed = {str(cell) for cell in source(row, version)}
            for column in contacts:
                value = version.values[column]
                if value is None or str(value) in no_canary:
                    continue
                for text in (str(value), heyuan.full_width(str(value))):
                    found = (column, text)
                    if (text == str(value) or text in typed) and found not in seen:
                        seen.add(found)
                        yield found


def _heyuan_cells(row: Row, version: Version) -> Iterable[object]:
    return heyuan.source_row(row, version).values()


_SOURCE_ROWS: dict[str, Callable[[Row, Version], Iterable[object]]] = {
    heyuan.SYSTEM: _heyuan_cells,
    skoda.SYSTEM: skoda.source_row,
}


def write_truth(path: Path, broken: Iterable[Broken]) -> int:
    """Writes ``truth.csv``; returns its number of lines without the header."""
    return _write(
        path,
        tuple(Broken.__dataclass_fields__),
        ([getattr(b, name) for name in Broken.__dataclass_fields__] for b in broken),
    )


def write_canaries(path: Path, found: Iterable[tuple[str, str]]) -> int:
    """Writes ``canaries.csv``; returns its number of lines without the header."""
    return _write(path, ("field", "value"), found)


def _write(path: Path, header: Iterable[str], lines: Iterable[Iterable[object]]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for line in lines:
            writer.writerow(line)
            count += 1
    return count
