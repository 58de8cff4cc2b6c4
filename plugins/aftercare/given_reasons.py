"""Why somebody rated or nominated, opened for who decides and for who looks at the rows behind a line.

The reasons are sealed at rest: they are opened for display only, and stand in no log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from aftercare.errors import ConfigurationError
from aftercare.protection import Keyring
from aftercare.warehouse import run

KINDS = ("rating", "nomination")
AT_ONCE = 500
"""Rows whose reasons one statement reads."""

RowId = tuple[str, str]
"""Kind and key of a row behind a line or proposal."""


@dataclass(frozen=True)
class GivenReason:
    """Who rated or nominated, and why; ``words`` is None where the keys cannot open it."""

    by_no: str
    by_name: str
    words: str | None


def given_reasons(
    engine: Engine, keyring: Callable[[], Keyring], rows: Iterable[tuple[str, str]]
) -> dict[RowId, GivenReason]:
    """The reasons of those of ``rows``, by kind and key, that are ratings or nominations.

    Without keys who it was is told all the same: nothing fails for want of a reason.
    """
    asked = sorted({(kind, key) for kind, key in rows if kind in KINDS})
    if not asked:
        return {}
    try:
        ring: Keyring | None = keyring()
    except ConfigurationError:
        ring = None
    return dict(_opened(engine, ring, asked))


def _opened(
    engine: Engine, ring: Keyring | None, asked: list[RowId]
) -> Iterator[tuple[RowId, GivenReason]]:
    wanted = set(asked)
    with engine.connect() as connection:
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            keys = [key for _, key in some]
            parts = [key.split("|") for key in keys]
            found = run(
                connection,
                "score/list_given_reasons",
                row_keys=keys,
                stores=sorted({part[0] for part in parts}),
                months=sorted({part[2] for part in parts}),
            ).mappings()
            for row in found:
                name = (row["row_kind"], row["row_key"])
                if name in wanted:
                    words = _words(ring, row["reason_cipher"])
                    yield name, GivenReason(row["by_no"], row["by_name"], words)


def _words(ring: Keyring | None, cipher: bytes | None) -> str | None:
    if ring is None or cipher is None:
        return None
    try:
        text = ring.decrypt(bytes(cipher))
    except ConfigurationError:
        return None
    # One line that a terminal and a cell may show: what people typed holds no commands.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
