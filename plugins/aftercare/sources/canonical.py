"""From raw batches to rows of a staging table: canonical, checked, and with contact data sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from aftercare.protection import NOTHING, Keyring
from aftercare.sources import contacts, copy_text, money, values, vin
from aftercare.sources.batches import Batch
from aftercare.sources.codes import BLANKS, code_key
from aftercare.sources.contacts import Sealed
from aftercare.sources.dealer_system import ColumnMap, DealerSystem
from aftercare.sources.feeds import Column, Feed
from aftercare.sources.values import Understood

Texts = Sequence[str | None]

TORN = "*"
"""The key in ``unreadable`` for a row that could not be taken apart."""

_TYPES = {
    "text": "text",
    "code": "text",
    "integer": "int4",
    "decimal": "numeric",
    "date": "date",
    "timestamp": "timestamptz",
    "boolean": "bool",
}
_HEAD = (
    ("load_id", "int8"),
    ("row_id", "int8"),
    ("source_ref", "text"),
    ("row_hash", "bytea"),
    ("version_at", "timestamptz"),
    ("unreadable", "jsonb"),
)


def staging_columns(feed: Feed) -> list[tuple[str, str]]:
    """Names and PostgreSQL types of the staging table's columns, in the order of its rows here."""
    columns = list(_HEAD)
    for column in feed.columns:
        if column.contact:
            columns += [
                (f"{column.name}_cipher", "bytea"),
                (f"{column.name}_hash", "bytea"),
                (f"{column.name}_check", "text"),
            ]
        else:
            columns.append((column.name, _TYPES[column.kind]))
            if column.name == "vin":
                columns.append(("vin_check", "text"))
    return columns


class Lines(NamedTuple):
    """Staging rows as lines of COPY's text form, without the end of line, and the rows' hashes."""

    hashes: list[bytes]
    lines: list[str]


class _Checks(NamedTuple):
    """What is wrong with the VINs of the column before."""

    checks: list[str]


class _Understood(NamedTuple):
    """A batch by column: what goes into the hash, what is stored, and what could not be read.

    Timestamps are UTC's without saying so.
    """

    clear: list[tuple[Column, Sequence[Any]]]
    stored: list[tuple[Column, Sequence[Any]] | Sealed | _Checks]
    unreadable: dict[int, dict[str, str]]
    versions: Sequence[datetime]


@dataclass(frozen=True)
class Translator:
    """Turns raw batches of one feed of one system into staging rows.

    ``latest`` is the end of the night's window: a version cannot be newer than that, and rows
    whose time of change is blank count as of then.
    """

    system: DealerSystem
    feed: Feed
    keyring: Keyring
    latest: datetime

    def lines(self, batch: Batch, load_id: int, first_row_id: int) -> Lines:
        """Staging rows of a batch, in the order of `staging_columns`, ready to be copied.

        Row ids count on from ``first_row_id``; rows that are no records are left out.
        """
        batch = self._records(batch)
        count = len(batch.refs)
        found = self._understood_batch(batch)
        # A value is written once, for its row's hash and for its line.
        written = {column.name: _written(column, values) for column, values in found.clear}
        hashes = self._hashes(list(written.values()), found.unreadable)
        cells: list[Sequence[str]] = [
            (str(load_id),) * count,
            list(map(str, range(first_row_id, first_row_id + count))),
            copy_text.texts(batch.refs),
            copy_text.binary(hashes),
            _times(found.versions),
            copy_text.documents(found.unreadable, count),
        ]
        for part in found.stored:
            if isinstance(part, Sealed):
                cells += [copy_text.binary(part.ciphers), copy_text.binary(part.hashes)]
                cells.append(part.checks)
            elif isinstance(part, _Checks):
                cells.append(part.checks)
            else:
                cells.append(copy_text.texts(written[part[0].name]))
        return Lines(hashes, copy_text.lines(cells))

    def rows(self, batch: Batch, load_id: int, first_row_id: int) -> Iterator[tuple[Any, ...]]:
        """The same rows as values, to be looked at."""
        batch = self._records(batch)
        count = len(batch.refs)
        found = self._understood_batch(batch)
        clear = [_written(column, values) for column, values in found.clear]
        stored: list[Sequence[Any]] = []
        for part in found.stored:
            if isinstance(part, Sealed):
                stored += [part.ciphers, part.hashes, part.checks]
            elif isinstance(part, _Checks):
                stored.append(part.checks)
            elif part[0].kind == "timestamp":
                stored.append([at and at.replace(tzinfo=UTC) for at in part[1]])
            else:
                stored.append(part[1])
        return zip(
            (load_id,) * count,
            range(first_row_id, first_row_id + count),
            batch.refs,
            self._hashes(clear, found.unreadable),
            [at.replace(tzinfo=UTC) for at in found.versions],
            [
                Jsonb(found.unreadable[row]) if row in found.unreadable else None
                for row in range(count)
            ],
            *stored,
            strict=True,
        )

    def keys(self, batch: Batch) -> list[tuple[Any, ...]]:
        """Business keys of the rows that are records, as staging holds them; whole ones only."""
        batch = self._records(batch)
        mapped = self.system.feeds[self.feed.name].columns
        count = len(batch.refs)
        columns = [
            self._understood(
                self.feed.column(name), mapped.get(name), self._raw(batch, mapped.get(name), count)
            ).values
            for name in self.feed.key
        ]
        return [key for key in zip(*columns, strict=True) if None not in key]

    def _understood_batch(self, batch: Batch) -> _Understood:
        count = len(batch.refs)
        found = _Understood([], [], {}, self._versions(batch, count))
        found.unreadable.update({row: {TORN: reason} for row, reason in batch.torn.items()})
        for column in self.feed.columns:
            entry = self.system.feeds[self.feed.name].columns.get(column.name)
            raw = self._raw(batch, entry, count)
            if column.contact:
                written = entry.format if entry else None
                sealed = contacts.sealed(raw, column.contact, self.keyring, written)
                found.clear.append((column, sealed.clear))
                found.stored.append(sealed)
            elif column.name == "vin":
                vins, checks = vin.checked(raw)
                found.clear.append((column, vins))
                found.stored.extend([(column, vins), _Checks(checks)])
            else:
                understood = self._understood(column, entry, raw)
                found.clear.append((column, understood.values))
                found.stored.append((column, understood.values))
                for row, shown in understood.unreadable.items():
                    found.unreadable.setdefault(row, {})[column.name] = shown
        return found

    def _records(self, batch: Batch) -> Batch:
        """Without the rows that the mapping says are no records."""
        mapped = self.system.feeds[self.feed.name]
        if not mapped.needs and not mapped.only:
            return batch
        kept = [
            row
            for row in range(len(batch.refs))
            if row in batch.torn
            or (
                all(code_key(batch.columns[name][row]) not in BLANKS for name in mapped.needs)
                and all(
                    code_key(batch.columns[name][row]) in codes
                    for name, codes in mapped.only.items()
                )
            )
        ]
        versions = batch.versions
        return Batch(
            {name: [cells[row] for row in kept] for name, cells in batch.columns.items()},
            [batch.refs[row] for row in kept],
            versions if isinstance(versions, datetime) else [versions[row] for row in kept],
            {new: batch.torn[old] for new, old in enumerate(kept) if old in batch.torn},
        )

    @staticmethod
    def _raw(batch: Batch, entry: ColumnMap | None, count: int) -> Sequence[object]:
        if entry is None:
            return (None,) * count
        if entry.column is None:
            return (entry.value,) * count
        return batch.columns[entry.column]

    def _understood(
        self, column: Column, entry: ColumnMap | None, raw: Sequence[object]
    ) -> Understood:
        written = entry.format if entry else None
        zone: tzinfo = self.system.zone
        if entry is not None and entry.codes is not None:
            found = values.coded(raw, self.system.codes[entry.codes])
            return (
                values.booleans(found.values)._replace(unreadable=found.unreadable)
                if (column.kind == "boolean")
                else found
            )
        match column.kind:
            case "integer":
                return values.integers(raw)
            case "decimal":
                return money.amounts(raw, entry.unit if entry else "yuan")
            case "boolean":
                return values.booleans(raw)
            case "date":
                return values.dates(raw, zone, written)
            case "timestamp":
                return values.naive_timestamps(raw, zone, written)
            case "code":
                return values.coded(raw, {code: code for code in column.codes})
            case _:
                return values.texts(raw)

    def _hashes(
        self, clear: Sequence[Texts], unreadable: Mapping[int, dict[str, str]]
    ) -> list[bytes]:
        """Of all canonical values, contact data in clear: a new nonce is no change."""
        hashes = self.keyring.hash_rows(
            [[NOTHING if text is None else text for text in column] for column in clear]
        )
        for row, found in unreadable.items():
            values_of_row = (*(column[row] for column in clear), *sorted(found.items()))
            hashes[row] = self.keyring.hash_row(values_of_row)
        return hashes

    def _versions(self, batch: Batch, count: int) -> Sequence[datetime]:
        if isinstance(batch.versions, datetime):
            return (_in_utc(batch.versions),) * count
        latest = _in_utc(self.latest)
        understood = values.naive_timestamps(batch.versions, self.system.zone)
        return [latest if at is None or at > latest else at for at in understood.values]


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _written(column: Column, values: Sequence[Any]) -> Texts:
    """Canonical values as texts, both for the row's hash and for PostgreSQL."""
    if column.contact or column.kind == "text":
        return values
    if column.kind == "timestamp":
        return [None if at is None else f"{at}+00:00" for at in values]
    return [None if value is None else str(value) for value in values]


def _times(times: Sequence[datetime]) -> list[str]:
    return [f"{at}+00:00" for at in times]
