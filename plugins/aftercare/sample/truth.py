"""The truth about the made-up rows: which night's load holds which bad row, and what is personal.

Written from what the generator did, never by running a rule. A database's load of business day D
holds the rows it shows at the end of D that changed since D less the lag of the mapping; a load of
a reference table holds all of them. A night's file holds what that night brought.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from aftercare.sample import heyuan, skoda
from aftercare.sample.complaints import complaint_rows
from aftercare.sample.reference import employee_rows, score_rows, store_rows
from aftercare.sample.rows import Row, Version
from aftercare.sample.world import World
from aftercare.sources.feeds import FEEDS

SEVERITIES = {"SO05": "W", "SO08": "W", "SO09": "W", "SO11": "I", "RO05": "W", "RO10": "W", "RO11": "W", "RO12": "W"}  # fmt: skip
# Their breaks also depend on what the warehouse knows of earlier visits, so the list is not whole.
INCOMPLETE = frozenset({"RO12"})
TWINS = ("duplicate", "superseded")


@dataclass(frozen=True, slots=True)
class Nights:
    """Which nights run, and how they read the database.

    The first and the last business day, the lag of the mapping, and whether the first load of a
    feed that has a cursor reads the whole table.
    """

    first: date
    last: date
    lag_days: int = 3
    is_first_whole: bool = False


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
    """Every broken rule of every load of the nights."""
    for system, feed, row in _all_rows(world, nights.last):
        for index, version in enumerate(row.versions):
            if not version.breaks and row.twin not in TWINS:
                continue
            days = _loads(system, feed, row, index, nights)
            if days is None:
                continue
            first, last = days
            marks: list[tuple[str, str, str, date | None]] = [
                (b.rule_id, SEVERITIES.get(b.rule_id, "C"), b.why, b.until) for b in version.breaks
            ]
            if row.twin in TWINS:
                # Set aside before rules are asked.
                marks = [(row.twin, "", "stands beside another row of its key", None)]
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
) -> tuple[date, date] | None:
    """First and last business day whose load holds a version, or None."""
    shown_from, shown_to = row.span(index)
    first, last = max(shown_from, nights.first), min(shown_to or nights.last, nights.last)
    if first > last:
        return None
    if feed in ("store", "employee"):
        return first, last
    if system == skoda.SYSTEM:
        return first, first
    last = min(last, row.versions[index].changed_at.date() + timedelta(days=nights.lag_days))
    if nights.is_first_whole and first == nights.first:
        last = max(first, last)
    return (first, last) if first <= last else None


def _all_rows(world: World, until: date) -> Iterator[tuple[str, str, Row]]:
    for system in (skoda.SYSTEM, heyuan.SYSTEM):
        for make in (store_rows, employee_rows, score_rows):
            for row in make(world, system):
                yield system, row.feed, row
    for store in world.stores:
        for row in world.rows(store, world.start, until):
            yield store.system, row.feed, row
        if store.system == heyuan.SYSTEM:
            for row in complaint_rows(world, store):
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
