"""Mails to employees: to an address of their own or to none, and of each report one at most.

Addresses are ciphertext until a mail is planned or sent; the ledger says of each that was held back why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.settings import Group, Recipient
from aftercare.targets.mail_ledger import address_hash, masked, obstacle

NO_ADDRESS, SHARED = "no_address", "address_shared"


@dataclass(frozen=True)
class OwnMail:
    """A mail to be planned: its key, somebody's own address or none, and why it may not be sent."""

    key: str
    address: str
    obstacle: str | None


def own_address(keyring: Keyring, row: Mapping[str, Any]) -> tuple[str, str | None]:
    """Somebody's own address, or nothing and why; ``row`` has ``email_cipher`` and ``is_shared``."""
    if not row["email_cipher"]:
        return "", NO_ADDRESS
    if row["is_shared"]:
        return "", SHARED
    return keyring.decrypt(bytes(row["email_cipher"])), None


def own_mail(keyring: Keyring, group: Group, key: str, row: Mapping[str, Any]) -> OwnMail:
    """The mail of a key to the person of a row, as the settings allow it."""
    address, reason = own_address(keyring, row)
    if address:
        reason = obstacle(group, Recipient(address=address))
    return OwnMail(key, address, reason)


def plan_own(
    connection: Connection, keyring: Keyring, group: Group, mails: Iterable[OwnMail]
) -> None:
    """Enters mails, each key once; what was held back before is judged anew."""
    listed = list(mails)
    warehouse.run(
        connection,
        "outbound/plan_own_mails",
        report_keys=[mail.key for mail in listed],
        hash_texts=[
            address_hash(keyring, mail.address).hex() if mail.address else "" for mail in listed
        ],
        shown=[masked(mail.address) if mail.address else "" for mail in listed],
        obstacles=[mail.obstacle for mail in listed],
        recipient_role="employee",
        language=group.group.language,
    )
