"""Where contact data stands in the warehouse, by the names of columns: find, count and renew it.

Columns ending in ``_cipher`` hold ciphertext, those ending in ``_hash`` keyed hashes, and a JSON
``source_row`` holds both, as the staging row did that it was. A new table is covered by the names of
its columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    LargeBinary,
    RowMapping,
    Text,
    and_,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import NullType, TypeEngine

from aftercare import warehouse
from aftercare.protection import HASH_BYTES, KINDS, Keyring, Kind

SCHEMAS = ("staging", "core", "care", "quality", "outbound", "score", "ops")
"""In the order in which they are renewed: what nights copy from comes first."""

ENDS: dict[Kind, str] = {"encryption": "_cipher", "hashing": "_hash"}
KEY_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "bigint": BigInteger,
    "date": Date,
    "integer": Integer,
    "text": Text,
}
"""Types of primary keys, as the database names them."""

OTHER = 0
"""The key under which values are counted that none of the keys asked for wrote."""

Row = dict[str, Any]
_HEX = "\\x"


@dataclass(frozen=True)
class ProtectedTable:
    """A table with contact data: its primary key and its protected columns, by what they hold."""

    schema: str
    name: str
    key: tuple[str, ...]
    key_types: tuple[str, ...]
    ciphers: tuple[str, ...]
    hashes: tuple[str, ...]
    source_rows: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def _protected(self) -> tuple[str, ...]:
        return (*self.ciphers, *self.hashes, *self.source_rows)

    @cached_property
    def _table(self) -> Any:
        return table(
            self.name,
            *(column(name) for name in self.key),
            *(column(name, LargeBinary) for name in (*self.ciphers, *self.hashes)),
            *(column(name, JSONB) for name in self.source_rows),
            schema=self.schema,
        )

    def _outdated(self, keyring: Keyring, kinds: Iterable[Kind]) -> ColumnElement[bool]:
        """Rows with a value that the ring would write with another key today."""
        columns = self._table.c
        found: list[ColumnElement[bool]] = []
        if "encryption" in kinds:
            found += [
                _is_by_other(columns[name], keyring.encryption_id, None) for name in self.ciphers
            ]
            found += [
                _holds_by_other(columns[name], "encryption", keyring.encryption_id)
                for name in self.source_rows
            ]
        if "hashing" in kinds and len(keyring.hash_ids) > 1:
            newest = keyring.hash_ids[-1]
            found += [_is_by_other(columns[name], newest, HASH_BYTES) for name in self.hashes]
            found += [
                _holds_by_other(columns[name], "hashing", newest) for name in self.source_rows
            ]
        return or_(false(), *found)

    def has_outdated(
        self, connection: Connection, keyring: Keyring, kinds: Iterable[Kind] = KINDS
    ) -> bool:
        """Whether any value was written with another key than the ring would write with today."""
        asked = select(exists().select_from(self._table).where(self._outdated(keyring, kinds)))
        return bool(connection.execute(asked).scalar_one())

    def take_outdated(
        self,
        connection: Connection,
        keyring: Keyring,
        kinds: Iterable[Kind] = KINDS,
        *,
        after: Sequence[Any] | None = None,
        most: int,
        skips_locked: bool = True,
        **fixed: Any,
    ) -> Sequence[RowMapping]:
        """The next rows to renew in the order of the primary key, locked: key and protected columns.

        ``after`` is the key of the last row of the batch before; ``fixed`` names values of columns.
        """
        columns = self._table.c
        key = [columns[name] for name in self.key]
        asked = (
            select(*key, *(columns[name] for name in self._protected))
            .where(self._outdated(keyring, kinds))
            .where(*(columns[name] == value for name, value in fixed.items()))
            .order_by(*key)
            .limit(most)
            .with_for_update(skip_locked=skips_locked)
        )
        if after is not None:
            asked = asked.where(tuple_(*key) > tuple_(*after))
        return connection.execute(asked).mappings().all()

    def key_of(self, row: RowMapping) -> tuple[Any, ...]:
        """The primary key of a row."""
        return tuple(row[name] for name in self.key)

    def renew(
        self,
        connection: Connection,
        keyring: Keyring,
        rows: Sequence[RowMapping],
        kinds: Iterable[Kind] = KINDS,
    ) -> list[Row]:
        """Writes rows with the keys that write today; the rows as they are then.

        What is current already stays as it is, byte by byte.
        """
        renewed = [self._renewed(keyring, row, kinds) for row in rows]
        if renewed:
            names = (
                *(self.ciphers if "encryption" in kinds else ()),
                *(self.hashes if "hashing" in kinds else ()),
                *self.source_rows,
            )
            given = self._given(renewed, names)
            columns = self._table.c
            connection.execute(
                update(self._table)
                .values({name: cast(given.c[name], columns[name].type) for name in names})
                .where(*(columns[name] == given.c[name] for name in self.key))
            )
        return renewed

    def _given(self, rows: Sequence[Row], names: Sequence[str]) -> Any:
        """Rows of the key and of some columns, as a table in a statement."""
        types: dict[str, type[TypeEngine[Any]]] = {
            **{name: KEY_TYPES[kind] for name, kind in zip(self.key, self.key_types, strict=True)},
            **dict.fromkeys((*self.ciphers, *self.hashes), LargeBinary),
            **dict.fromkeys(self.source_rows, Text),
        }
        arrays = {name: [row[name] for row in rows] for name in (*self.key, *names)}
        for name in self.source_rows:
            arrays[name] = [json.dumps(row, ensure_ascii=False) for row in arrays[name]]
        unnested = func.unnest(
            *(
                cast(literal(cells, NullType()), ARRAY(types[name]))
                for name, cells in arrays.items()
            )
        )
        return unnested.table_valued(*arrays, name="given").render_derived()

    def _renewed(self, keyring: Keyring, row: RowMapping, kinds: Iterable[Kind]) -> Row:
        made: Row = dict(row)
        names: dict[Kind, tuple[str, ...]] = {"encryption": self.ciphers, "hashing": self.hashes}
        for kind in kinds:
            made |= {name: _RENEW[kind](keyring, row[name]) for name in names[kind]}
        made |= {name: _source_row(keyring, row[name], kinds) for name in self.source_rows}
        return made

    def count(self, connection: Connection, kind: Kind, key_ids: Sequence[int]) -> dict[int, int]:
        """How many values each key of a kind wrote; under OTHER what none of ``key_ids`` wrote.

        Hashes without a number count for the first key.
        """
        columns = self._table.c
        names = self.ciphers if kind == "encryption" else self.hashes
        if not names and not self.source_rows:
            return {}
        first = key_ids[0] if kind == "hashing" else None

        def total(tests: Iterable[ColumnElement[Any]]) -> ColumnElement[Any]:
            return sum(tests, start=func.coalesce(0, 0))

        def by(key_id: int) -> ColumnElement[Any]:
            return total(
                [
                    func.count().filter(_is_by(columns[name], key_id, key_id == first))
                    for name in names
                ]
                + [
                    func.coalesce(
                        func.sum(
                            func.regexp_count(
                                cast(columns[name], Text),
                                _pattern_by(kind, key_id, key_id == first),
                            )
                        ),
                        0,
                    )
                    for name in self.source_rows
                ]
            )

        everything = total(
            [func.count().filter(func.length(columns[name]) > 0) for name in names]
            + [
                func.coalesce(
                    func.sum(func.regexp_count(cast(columns[name], Text), f'{ENDS[kind]}": "')), 0
                )
                for name in self.source_rows
            ]
        )
        counts = connection.execute(
            select(*(by(key_id).label(f"k{key_id}") for key_id in key_ids), everything.label("all"))
        ).one()
        known = {key_id: int(number) for key_id, number in zip(key_ids, counts[:-1], strict=True)}
        return known | {OTHER: int(counts[-1]) - sum(known.values())}


def protected_tables(connection: Connection) -> list[ProtectedTable]:
    """All tables with contact data, those from which nights copy first."""
    found = warehouse.run(connection, "keys/list_protected_columns", schemas=list(SCHEMAS)).all()
    tables = []
    for (schema, name, key, types), group in groupby(
        found,
        key=lambda row: (row.room, row.table_name, tuple(row.key_columns), tuple(row.key_types)),
    ):
        columns = list(group)
        by_kind = {
            kind: tuple(row.column_name for row in columns if row.kind == kind)
            for kind in ("cipher", "hash", "row")
        }
        tables.append(
            ProtectedTable(
                schema, name, key, types, by_kind["cipher"], by_kind["hash"], by_kind["row"]
            )
        )
    return tables


def _is_by(value: ColumnElement[Any], key_id: int, is_first: bool) -> ColumnElement[bool]:
    # A hash without a number may begin with any byte.
    numbered = and_(func.length(value) > HASH_BYTES, func.substr(value, 1, 1) == bytes((key_id,)))
    return or_(numbered, func.length(value) == HASH_BYTES) if is_first else numbered


def _is_by_other(
    value: ColumnElement[Any], key_id: int, bare_length: int | None
) -> ColumnElement[bool]:
    other: ColumnElement[bool] = func.substr(value, 1, 1) != bytes((key_id,))
    if bare_length is not None:
        other = or_(other, func.length(value) == bare_length)
    return and_(func.length(value) > 0, other)


def _pattern_by(kind: Kind, key_id: int, is_first: bool) -> str:
    """Matches, in a row as JSON text, each value that a key of a kind wrote."""
    if kind == "encryption":
        return rf'{ENDS[kind]}": "\\\\x{key_id:02x}'
    bare = "[0-9a-f]{32}"
    return rf'{ENDS[kind]}": "\\\\x({key_id:02x}{bare}{"|" + bare if is_first else ""})"'


def _holds_by_other(source_row: ColumnElement[Any], kind: Kind, key_id: int) -> ColumnElement[bool]:
    if kind == "encryption":
        pattern = rf'{ENDS[kind]}": "\\\\x(?!{key_id:02x})'
    else:
        pattern = rf'{ENDS[kind]}": "\\\\x(?!{key_id:02x}[0-9a-f]{{32}}")'
    return cast(source_row, Text).regexp_match(pattern)


def _cipher(keyring: Keyring, value: bytes | None) -> bytes | None:
    if not value or keyring.is_sealed_anew(value):
        return value
    return keyring.encrypt(keyring.decrypt(value))


def _hash(keyring: Keyring, value: bytes | None) -> bytes | None:
    return keyring.newest_hash(value) if value else value


_RENEW: dict[Kind, Callable[[Keyring, bytes | None], bytes | None]] = {
    "encryption": _cipher,
    "hashing": _hash,
}


def _source_row(keyring: Keyring, row: Row, kinds: Iterable[Kind]) -> Row:
    renewed = dict(row)
    for kind in kinds:
        for name, shown in row.items():
            if name.endswith(ENDS[kind]) and isinstance(shown, str):
                value = _RENEW[kind](keyring, bytes.fromhex(shown.removeprefix(_HEX)))
                renewed[name] = _HEX + (value or b"").hex()
    return renewed
