"""Which side wins where staff changed a field in the CRM that we send, too.

A mapping says it field by field (`wins`). Whether staff changed a field is seen by comparing what the CRM
holds with what it last took from us; of that only keyed hashes are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aftercare.errors import ConfigurationError
from aftercare.protection import Keyring

Winner = Literal["ours", "theirs"]
"""`ours`: what we know is written over what staff wrote. `theirs`: what staff wrote stays."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that staff changed in the CRM and that we would say otherwise; `has_ours_changed` since the
    CRM last took it from us, too."""

    field: str
    winner: Winner
    has_ours_changed: bool


class Taken:
    """What a target last took from us of the watched fields of a record, known by keyed hashes only."""

    def __init__(self, keyring: Keyring, key: Sequence[str], hashes: Mapping[str, bytes]) -> None:
        self._keyring, self._key, self._hashes = keyring, key, hashes

    def differs(self, field: str, value: str) -> bool:
        """Whether a value is another than the one that was taken; no where nobody knows that one."""
        stored = self._hashes.get(field)
        try:
            known = self._keyring.newest_hash(stored) if stored else None
        except ConfigurationError:
            # Its key was retired, so it says nothing any more.
            return False
        return known is not None and known != field_hash(self._keyring, self._key, field, value)


def field_hash(keyring: Keyring, key: Sequence[str], field: str, value: str) -> bytes:
    """What is kept of a field's value; equal values of other records and fields look different."""
    return keyring.hash("\x1f".join((*key, field, value)))


def conflicts(
    winners: Mapping[str, Winner],
    wanted: Mapping[str, object],
    now: Mapping[str, object],
    taken: Taken | None,
) -> tuple[Conflict, ...]:
    """The watched fields that staff changed: neither as we want them, nor as they were taken from us.

    A field that `now` does not tell was looked at by nobody. What was taken is not known (`taken` is
    None) of a record whose last call came to no known end; then nothing is taken for staff's work.
    """
    found = []
    for field, winner in winners.items():
        if taken is None or field not in now or field not in wanted:
            continue
        theirs, ours = told(now[field]), told(wanted[field])
        if theirs != ours and taken.differs(field, theirs):
            found.append(Conflict(field, winner, taken.differs(field, ours)))
    return tuple(found)


def left_to_them(found: Iterable[Conflict]) -> frozenset[str]:
    """The fields that stay as staff wrote them."""
    return frozenset(each.field for each in found if each.winner == "theirs")


def watched(winners: Mapping[str, Winner], written: Mapping[str, object]) -> dict[str, str]:
    """What the CRM holds of the watched fields as we wrote it, or would have."""
    return {field: told(written[field]) for field in winners if field in written}


def told(value: object) -> str:
    """A value as a text, the same for each way in which a CRM writes it: blanks at its ends are lost, lines end
    otherwise, and a whole number is a fraction there."""
    if value is None or value is False:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "\n".join(str(value).split("\r\n")).strip()
