"""Keys: which of them protect the warehouse, and how a new one takes over while nights run.

A ring may hold keys that do not write yet. A new one takes over between two steps of nights: in that
transaction all hashes outside staging are brought up to it, so that two equal values never look
different. Ciphertext, and the hashes in staging, are renewed after that in short transactions while nights
go on. What is left to do shows in the first byte of each value, so nothing has to be remembered, and a
rotation that was killed begins where it ended.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Connection, Engine, RowMapping

from aftercare.errors import Fatal
from aftercare.key_registry import as_used, ids_in, in_use, known_keys, new_keys
from aftercare.protected import ProtectedTable, Row, protected_tables
from aftercare.protection import KINDS, Keyring, Kind
from aftercare.warehouse import LOCK_CLASS, PATIENCE_SECONDS, go_alone, report, run

BATCH = 500
"""Rows renewed in one transaction while nights go on."""
LARGE_BATCH = 5_000
"""Rows whose hashes are brought up at once while no step is at work."""
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 30.0
"""Between two passes over the tables; longer each time that steps of nights hold all that is left."""
ROTATION = 1
"""Second half of the advisory lock that a rotation holds."""

CONTACTS = {
    "sales_order": ("order_no", ("customer",)),
    "repair_order": ("ro_no", ("deliverer", "owner")),
    "insurance_policy": ("policy_no", ("holder",)),
    "lead": ("lead_no", ("customer",)),
}
"""Documents of which tasks keep a digest of the contact: the document's number, and the roles."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: the keys that took over, and rows renewed by table."""

    begun: dict[Kind, int]
    renewed: dict[str, int]
    retired: tuple[int, ...]


def ready_load(engine: Engine, keyring: Keyring, system: str, feed: str, day: date) -> int:
    """Brings the hashes of a load's staging rows up to the key that hashes now; rows changed.

    Before a load is validated and merged: it may have been pulled before a key took over.
    """
    with engine.begin() as connection:
        if all(key.is_finished for key in known_keys(connection) if key.kind == "hashing"):
            return 0
        load = run(connection, "keys/find_load", system=system, feed=feed, day=day).scalar()
        staging = next(
            found
            for found in protected_tables(connection)
            if (found.schema, found.name) == ("staging", feed)
        )
        return _renew_all(
            connection, staging, keyring, ("hashing",), skips_locked=False, load_id=load
        )


def status(engine: Engine, keyring: Keyring) -> dict[str, Any]:
    """Which keys there are, and how many values of each table were written with which.

    ``keys``: kind, key_id, state (``writing``, ``reading``, ``retired``; ``new``: in the ring only),
    in_ring. ``tables``: table to kind to key id to values; 0 stands for keys that nobody knows.
    """
    with engine.connect() as connection:
        known = known_keys(connection)
        keys = [
            {
                "kind": key.kind,
                "key_id": key.key_id,
                "state": key.state,
                "in_ring": keyring.fingerprint(key.kind, key.key_id) == key.fingerprint,
            }
            for key in known
        ]
        listed = {(key["kind"], key["key_id"]) for key in keys}
        keys += [
            {"kind": kind, "key_id": key_id, "state": "new", "in_ring": True}
            for kind in KINDS
            for key_id in ids_in(keyring, kind)
            if (kind, key_id) not in listed
        ]
        tables: dict[str, dict[str, dict[int, int]]] = {}
        for table in protected_tables(connection):
            for kind in KINDS:
                ids = sorted(cast(int, key["key_id"]) for key in keys if key["kind"] == kind)
                counts = table.count(connection, kind, ids)
                if any(counts.values()):
                    tables.setdefault(table.full_name, {})[kind] = counts
    return {"keys": keys, "tables": tables}


def rotate(
    engine: Engine, keyring: Keyring, say: Say = lambda _: None, patience: float = PATIENCE_SECONDS
) -> Rotation:
    """Lets the ring's newest keys take over and renews what earlier ones wrote; safe to kill.

    Nights may run meanwhile. Raises ConfigurationError for a ring that lacks a key in use, Fatal
    while another rotation is at work, and Retriable where steps of nights leave no gap for
    ``patience`` seconds.
    """
    in_use(engine, keyring)
    with _only_rotation(engine):
        with engine.begin() as connection:
            begun = new_keys(known_keys(connection), keyring)
        if begun:
            _take_over(engine, keyring, begun, say, patience)
        with engine.begin() as connection:
            known = known_keys(connection)
            tables = protected_tables(connection)
        used = as_used(known, keyring)
        renewed: Counter[str] = Counter()
        if not all(key.is_finished for key in known):
            _renew(engine, tables, used, say, renewed, patience)
            with engine.begin() as connection:
                run(connection, "keys/finish_keys")
                ids = f"encryption {used.encryption_id}, hashing {used.hash_ids[-1]}"
                report(connection, "keys", ids, dict(renewed))
        with engine.connect() as connection:
            retired = tuple(key.key_id for key in known_keys(connection) if key.state == "retired")
    return Rotation(begun, dict(renewed), retired)


@contextmanager
def _only_rotation(engine: Engine) -> Iterator[None]:
    lock = {"lock_class": LOCK_CLASS, "number": ROTATION}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not run(connection, "outbound/try_lock", **lock).scalar_one():
            raise Fatal("another rotation of keys is at work; let it end")
        try:
            yield
        finally:
            run(connection, "outbound/drop_lock", **lock)


def _take_over(
    engine: Engine, keyring: Keyring, begun: dict[Kind, int], say: Say, patience: float
) -> None:
    """Between two steps of nights, and whole or not at all."""
    with engine.begin() as connection:
        go_alone(connection, patience, lambda: say("waiting for the steps of nights at work …"))
        for kind, key_id in begun.items():
            run(connection, "keys/demote_key", kind=kind)
            run(
                connection,
                "keys/begin_key",
                kind=kind,
                key_id=key_id,
                fingerprint=keyring.fingerprint(kind, key_id),
            )
        if "hashing" in begun:
            used = as_used(known_keys(connection), keyring)
            for table in protected_tables(connection):
                # Staging is the largest room, and a load's rows are brought up before they are read.
                if table.schema != "staging":
                    rows = _renew_all(connection, table, used, ("hashing",), skips_locked=False)
                    say(f"{table.full_name}: hashes of {rows} rows brought up")
    for kind, key_id in begun.items():
        say(f"{kind} key {key_id} writes from now on")


def _renew_all(
    connection: Connection,
    table: ProtectedTable,
    keyring: Keyring,
    kinds: Sequence[Kind],
    **limits: Any,
) -> int:
    """Renews a table in the transaction at hand; rows changed."""
    total, last = 0, None
    while rows := table.take_outdated(
        connection, keyring, kinds, after=last, most=LARGE_BATCH, **limits
    ):
        _write(connection, table, keyring, rows, kinds)
        total, last = total + len(rows), table.key_of(rows[-1])
    return total


def _renew(
    engine: Engine,
    tables: Sequence[ProtectedTable],
    keyring: Keyring,
    say: Say,
    renewed: Counter[str],
    patience: float,
) -> None:
    """Renews all tables until nothing is left, also not of what steps at work copied meanwhile."""
    pause = PAUSE_SECONDS
    while True:
        while _is_left(engine, tables, keyring):
            before = renewed.total()
            for table in tables:
                rows = _renew_table(engine, table, keyring)
                if rows:
                    renewed[table.full_name] += rows
                    say(f"{table.full_name}: {rows} rows renewed")
            pause = (
                PAUSE_SECONDS if renewed.total() > before else min(2 * pause, LONGEST_PAUSE_SECONDS)
            )
            time.sleep(pause)
        with engine.begin() as connection:
            go_alone(connection, patience)
        if not _is_left(engine, tables, keyring):
            return


def _is_left(engine: Engine, tables: Sequence[ProtectedTable], keyring: Keyring) -> bool:
    with engine.connect() as connection:
        return any(table.has_outdated(connection, keyring) for table in tables)


def _renew_table(engine: Engine, table: ProtectedTable, keyring: Keyring) -> int:
    """One pass in the order of the key; rows that a step of a night holds are left for the next."""
    total, last = 0, None
    while True:
        with engine.begin() as connection:
            rows = table.take_outdated(connection, keyring, after=last, most=BATCH)
            _write(connection, table, keyring, rows)
        if not rows:
            return total
        total, last = total + len(rows), table.key_of(rows[-1])


def _write(
    connection: Connection,
    table: ProtectedTable,
    keyring: Keyring,
    rows: Sequence[RowMapping],
    kinds: Sequence[Kind] = KINDS,
) -> None:
    renewed = table.renew(connection, keyring, rows, kinds)
    if table.schema == "core" and table.name in CONTACTS:
        _move_digests(connection, table.name, rows, renewed)


def _move_digests(
    connection: Connection, document: str, before: Sequence[RowMapping], after: Sequence[Row]
) -> None:
    number, roles = CONTACTS[document]
    moves = [
        (new["store_code"], new[number], _digest(old, role), _digest(new, role))
        for old, new in zip(before, after, strict=True)
        for role in roles
    ]
    changed = sorted({move for move in moves if move[2] != move[3]})
    if changed:
        stores, numbers, old_digests, new_digests = (
            list(part) for part in zip(*changed, strict=True)
        )
        run(
            connection,
            "keys/move_digests",
            document_kind=document,
            store_codes=stores,
            document_nos=numbers,
            old_digests=old_digests,
            new_digests=new_digests,
        )


def _digest(row: RowMapping | Row, role: str) -> bytes:
    """As the night's statements make it: name, number and, where the document has one, plate."""
    names = (f"{role}_name_hash", f"{role}_phone_hash", "plate_hash")
    return sha256(b"".join(bytes(row[name] or b"") for name in names if name in row)).digest()
