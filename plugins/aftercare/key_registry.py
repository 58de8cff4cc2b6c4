"""Which keys a warehouse was protected with, and whether a ring fits it.

The warehouse knows its keys by number and fingerprint. A ring may hold newer ones; they do not write
before `aftercare.stages.keys.rotate` lets them take over, so a ring can be handed out at leisure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from aftercare.errors import ConfigurationError
from aftercare.protection import KINDS, Keyring, Kind
from aftercare.warehouse import at_work, run


@dataclass(frozen=True)
class KnownKey:
    """A key that the warehouse was protected with."""

    kind: Kind
    key_id: int
    fingerprint: bytes
    state: str
    is_finished: bool


def in_use(engine: Engine, keyring: Keyring) -> Keyring:
    """The ring as the warehouse uses it: keys that have not taken over yet do not write.

    The first ring that a warehouse meets is written down. Raises ConfigurationError where the ring
    lacks a key that is in use, or has another one under its number.
    """
    with engine.begin() as connection:
        known = known_keys(connection)
        if not known:
            _register(connection, keyring)
            known = known_keys(connection)
    _check(known, keyring)
    return as_used(known, keyring)


def as_known(engine: Engine, keyring: Keyring) -> Keyring:
    """`in_use` for somebody who only looks: the first ring of a warehouse is not written down."""
    with engine.connect() as connection:
        known = known_keys(connection)
    _check(known, keyring)
    return as_used(known, keyring) if known else keyring


@contextmanager
def step(engine: Engine, keyring: Keyring) -> Iterator[Keyring]:
    """A step of a night or month, and the ring that it uses; keys do not change meanwhile.

    Raises what `in_use` and `warehouse.at_work` raise.
    """
    with at_work(engine):
        yield in_use(engine, keyring)


def known_keys(connection: Connection) -> list[KnownKey]:
    """The keys that the warehouse was protected with, the oldest of each kind first."""
    return [
        KnownKey(
            row.kind, row.key_id, bytes(row.fingerprint), row.state, row.finished_at is not None
        )
        for row in run(connection, "keys/list_keys")
    ]


def ids_in(keyring: Keyring, kind: Kind) -> tuple[int, ...]:
    """Numbers of a ring's keys of a kind, the oldest first."""
    return keyring.encryption_ids if kind == "encryption" else keyring.hash_ids


def _register(connection: Connection, keyring: Keyring) -> None:
    """Keys of encryption all read; of hashing only the newest was in use before there were chains."""
    for kind in KINDS:
        *earlier, newest = ids_in(keyring, kind)
        states = {newest: "writing"}
        if kind == "encryption":
            states |= dict.fromkeys(earlier, "reading")
        for key_id, state in states.items():
            run(
                connection,
                "keys/register_key",
                kind=kind,
                key_id=key_id,
                fingerprint=keyring.fingerprint(kind, key_id),
                state=state,
            )


def _check(known: Iterable[KnownKey], keyring: Keyring) -> None:
    for key in known:
        found = keyring.fingerprint(key.kind, key.key_id)
        if found == key.fingerprint or (found is None and key.state == "retired"):
            continue
        named = f"{key.kind} key {key.key_id}"
        if found is not None:
            raise ConfigurationError(
                f"{named} in the connection aftercare_keys is not the one that this warehouse was "
                "protected with; put the right one back"
            )
        why = (
            "each later key builds on it, so it stays for good"
            if key.kind == "hashing"
            else "contact data was written with it; `aftercare keys status` says when it may go"
        )
        raise ConfigurationError(
            f"the connection aftercare_keys lacks {named}, which is in use: {why}. Put it back"
        )


def as_used(known: Sequence[KnownKey], keyring: Keyring) -> Keyring:
    """The ring with the keys alone that have taken over."""
    writing = next(
        key.key_id for key in known if key.kind == "encryption" and key.state == "writing"
    )
    return keyring.using(writing, [key.key_id for key in known if key.kind == "hashing"])


def new_keys(known: Iterable[KnownKey], keyring: Keyring) -> dict[Kind, int]:
    """The newest key of each kind that is newer than all that took over so far."""
    newest = {kind: max(key.key_id for key in known if key.kind == kind) for kind in KINDS}
    return {
        kind: ids_in(keyring, kind)[-1]
        for kind in KINDS
        if ids_in(keyring, kind)[-1] > newest[kind]
    }
