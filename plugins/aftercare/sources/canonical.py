"""From raw batches to rows of a staging table: canonical, checked, and with contact data sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from psycopg.types.json import Jsonb

from aftercare.protection import Keyring
from aftercare.sources import contacts, values, vin
from aftercare.sources.batches import Batch
from aftercare.sources.codes import BLANKS, code_key
from aftercare.sources.dealer_system import ColumnMap, DealerSystem
from aftercare.sources.feeds import Column, Feed
from aftercare.sources.values import Understood

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

    def rows(self, batch: Batch, load_id: int, first_row_id: int) -> Iterator[tuple[Any, ...]]:
        """Staging rows of a batch, in the order of `staging_columns`; some may be left out.

        Row ids count on from ``first_row_id``.
        """
        batch = self._records(batch)
        count = len(batch.refs)
        clear: list[Sequence[object]] = []
        stored: list[Sequence[object]] = []
        unreadable: dict[int, dict[str, str]] = {
            row: {TORN: reason} for row, reason in batch.torn.items()
        }
        for column in self.feed.columns:
            entry = self.system.feeds[self.feed.name].columns.get(column.name)
            raw = self._raw(batch, entry, count)
            if column.contact:
                written = entry.format if entry else None
                sealed = contacts.sealed(raw, column.contact, self.keyring, written)
                clear.append(sealed.clear)
                stored += [sealed.ciphers, sealed.hashes, sealed.checks]
            elif column.name == "vin":
                vins, checks = vin.checked(raw)
                clear.append(vins)
                stored += [vins, checks]
            else:
                understood = self._understood(column, entry, raw)
                clear.append(understood.values)
                stored.append(understood.values)
                for row, shown in understood.unreadable.items():
                    unreadable.setdefault(row, {})[column.name] = shown
        return zip(
            (load_id,) * count,
            range(first_row_id, first_row_id + count),
            batch.refs,
            self._hashes(clear, unreadable, count),
            self._versions(batch, count),
            [Jsonb(unreadable[row]) if row in unreadable else None for row in range(count)]
            if unreadable
            else (None,) * count,
            *stored,
            strict=True,
        )

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
                return values.decimals(raw)
            case "boolean":
                return values.booleans(raw)
            case "date":
                return values.dates(raw, zone, written)
            case "timestamp":
                return values.timestamps(raw, zone, written)
            case "code":
                return values.coded(raw, {code: code for code in column.codes})
            case _:
                return values.texts(raw)

    def _hashes(
        self, clear: list[Sequence[object]], unreadable: Mapping[int, dict[str, str]], count: int
    ) -> list[bytes]:
        """Of all canonical values, contact data in clear: a new nonce is no change."""
        hash_row = self.keyring.hash_row
        if not unreadable:
            return [hash_row(row) for row in zip(*clear, strict=True)]
        return [
            hash_row((*row, *sorted(unreadable[at].items())) if at in unreadable else row)
            for at, row in zip(range(count), zip(*clear, strict=True), strict=True)
        ]

    def _versions(self, batch: Batch, count: int) -> Sequence[datetime]:
        if isinstance(batch.versions, datetime):
            return (batch.versions,) * count
        latest = self.latest
        understood = values.timestamps(batch.versions, self.system.zone)
        return [latest if at is None or at > latest else at for at in understood.values]
