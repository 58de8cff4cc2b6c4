"""Numbers that staff put right in a CRM: which of those that it tells are not the ones it took from us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.sources.batches import Batch
from aftercare.sources.contacts import phone
from aftercare.targets.protocol import ToldNumber


@dataclass(frozen=True, slots=True)
class Correction:
    """A number that staff put right, and the one of the documents that it replaces."""

    told: ToldNumber
    replaced: str = field(repr=False)


def corrections(
    connection: Connection, keyring: Keyring, target: str, numbers: Sequence[ToldNumber]
) -> list[Correction]:
    """The numbers that staff put right, each with the one of the documents that it replaces.

    Of a contact that was last taken before its number was kept, or whose number was emptied, nothing is
    said. Who puts right what was put right before replaces the number that the documents give.
    """
    found = warehouse.run(
        connection,
        "outbound/list_taken_numbers",
        target=target,
        external_keys=sorted({number.contact_key for number in numbers}),
    )
    taken = {row["external_key"]: row for row in found.mappings()}
    return [
        Correction(number, replaced)
        for number in numbers
        if number.contact_key in taken
        and (replaced := _replaced(keyring, taken[number.contact_key], number)) is not None
    ]


def _replaced(keyring: Keyring, taken: RowMapping, number: ToldNumber) -> str | None:
    """The number that is put right, or None where the one that is told is ours."""
    ours = keyring.decrypt(bytes(taken["phone_cipher"]))
    theirs, _ = phone(number.phone)
    if theirs is None or theirs == phone(ours)[0]:
        return None
    if taken["known_cipher"] and keyring.decrypt(bytes(taken["known_cipher"])) == ours:
        return keyring.decrypt(bytes(taken["replaced_cipher"]))
    return ours


def as_batch(found: Sequence[Correction]) -> Batch:
    """Rows of the feed ``contact_number``, in clear."""
    keys = [each.told.contact_key.partition(".") for each in found]
    versions: list[object] = [each.told.version_at for each in found]
    columns: dict[str, list[object]] = {
        "store_code": [store_code for store_code, _, _ in keys],
        "subject": [subject for _, _, subject in keys],
        "said_at": versions,
        "phone": [each.told.phone for each in found],
        "replaced_phone": [each.replaced for each in found],
    }
    return Batch(columns, [each.told.crm_id for each in found], versions)
