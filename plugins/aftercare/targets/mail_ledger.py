"""The ledger of mails: each report reaches each recipient once.

A mail goes planned → sending → sent, retry, failed or unknown. Whoever sends one holds a lock of
the database for as long as it lives, so a row that stands at `sending` without its lock was left
by a process that died: nobody knows whether that mail went out, and it is not sent by itself.

Recipients stand in the ledger hashed and masked; addresses come from the group's settings at the
time of sending, so somebody who lost a role gets nothing any more.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Literal, Protocol, TypeAlias

from sqlalchemy import Connection, Engine, RowMapping

from aftercare import warehouse
from aftercare.errors import ConfigurationError, PipelineFault, SystemUnreachable
from aftercare.protection import Keyring, mask
from aftercare.settings import Group, Language, Recipient, normalised_address
from aftercare.targets.smime import CertificateUnusable, read_certificate, sealed
from aftercare.targets.smtp import MailOutcome, message_id

Role = Literal["operator", "steward", "hr", "manager", "employee"]
Render: TypeAlias = Callable[[Recipient, Role, Language], EmailMessage]
"""A message with subject and content; sender, recipient and Message-ID are set here."""

LOCK_CLASS = 5108
"""First half of the advisory locks on mails; the second is the mail's id."""

STATES = ("planned", "sending", "sent", "retry", "failed", "unknown", "suppressed")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
TOO_OLD, NO_CERTIFICATE = "too_old", "certificate_unusable"
WAITING = ("planned", "retry", "sending")
"""States of mails that are not done."""

TRIED_DAYS = 31
"""Days after its publication on which each night tries what waits of a month; older mails go out on a person's
word alone."""


class Sender(Protocol):
    """Something that sends one message to one recipient and says what became of it."""

    def send(self, message: EmailMessage, sender: str, recipient: str) -> MailOutcome:
        """See `aftercare.targets.smtp.Mailer.send`."""
        ...


def plan(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    report_key: str,
    role: Role,
    is_too_old: bool = False,
    recipients: Sequence[Recipient] | None = None,
) -> None:
    """Enters a report for everybody who has the role now; who stands there already stays as is.

    ``recipients`` are those of the role whom the report is for, None: all. Addresses outside the allowed
    domains, and reports that are too old, are entered as suppressed.
    """
    with engine.begin() as connection:
        for recipient in _holders(group, role) if recipients is None else recipients:
            reason = obstacle(group, recipient) or (TOO_OLD if is_too_old else None)
            warehouse.run(
                connection,
                "outbound/plan_mail",
                report_key=report_key,
                recipient_role=role,
                recipient_hash=address_hash(keyring, recipient.address),
                recipient_masked=masked(recipient.address),
                language=recipient.language or group.group.language,
                state="suppressed" if reason else "planned",
                reason=reason,
            )


def deliver(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    mailer: Sender,
    report_key: str,
    render: Render,
    recipients: Sequence[Recipient] | None = None,
) -> dict[str, int]:
    """Sends what is planned or put off of a report, each mail at most once.

    ``recipients`` are those who may have it now, None: whoever has the mail's role. Counts the report's mails by state, and as `changed` those that this run sent. Raises,
    after all were tried, SystemUnreachable where a mail has to wait for the server, CertificateUnusable where
    one cannot be encrypted as its recipient's settings want it, and PipelineFault where one cannot be made.
    """
    came_to: Counter[str] = Counter()
    unusable: list[CertificateUnusable] = []
    faults: list[PipelineFault] = []

    def send(mail: RowMapping, state: str) -> None:
        try:
            outcome = _send(engine, keyring, group, mailer, mail, state, render, recipients)
        except CertificateUnusable as problem:
            unusable.append(problem)
            return
        except PipelineFault as fault:
            # Others may read it in another language, whose words are whole.
            faults.append(fault)
            return
        came_to[outcome.state] += 1

    _each_waiting(engine, report_key, send)
    with engine.connect() as connection:
        states = Counter(mail["state"] for mail in _mails(connection, report_key))
    if came_to["retry"]:
        raise SystemUnreachable(
            f"{came_to['retry']} mails of {report_key} wait for the mail server"
        )
    raise_unusable(unusable)
    if faults:
        raise PipelineFault("; ".join(dict.fromkeys(map(str, faults)))) from faults[0]
    return {**{state: states[state] for state in STATES}, "changed": came_to["sent"]}


def count_waiting(found: Iterable[Mapping[str, Any]]) -> int:
    """How many mails wait for the server, of counts by ``state`` and ``reason``; those that wait for a certificate
    do not."""
    return sum(
        row["mails"]
        for row in found
        if row["state"] in ("planned", "retry") and row["reason"] != NO_CERTIFICATE
    )


def raise_unusable(found: Sequence[CertificateUnusable]) -> None:
    """Raises what is wrong with certificates, each once; nothing where all were usable."""
    texts = list(dict.fromkeys(map(str, found)))
    if texts:
        raise CertificateUnusable("; ".join(texts)) from found[0]


def hold_back(engine: Engine, report_key: str, reason: str) -> None:
    """Sends no more what is planned or put off of a report; ``reason`` is a code that says why."""
    _each_waiting(
        engine,
        report_key,
        lambda mail, state: _finish(engine, mail, state, "suppressed", reason),
    )


def _each_waiting(
    engine: Engine, report_key: str, act: Callable[[RowMapping, str], object]
) -> None:
    """Acts on each mail of a report that is planned or put off, by itself; what a sender that ended
    left is unknown."""
    with engine.connect() as connection:
        mails = _mails(connection, report_key)
    for mail in mails:
        if mail["state"] not in WAITING:
            continue
        with _held(engine, mail["mail_id"]) as state:
            if state == "sending":
                _finish(engine, mail, "sending", "unknown", "sender_ended")
            elif state in ("planned", "retry"):
                act(mail, state)


def _send(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    mailer: Sender,
    mail: RowMapping,
    state: str,
    render: Render,
    recipients: Sequence[Recipient] | None,
) -> MailOutcome:
    allowed = _holders(group, mail["recipient_role"]) if recipients is None else recipients
    recipient = _recipient(keyring, allowed, mail)
    if recipient is None or obstacle(group, recipient):
        _finish(engine, mail, state, "suppressed", "no_longer_a_recipient")
        return MailOutcome("failed")
    try:
        # Of the address: whoever has one in any role gets their own statement encrypted, too.
        name = group.mail.certificate_of(recipient.address)
        certificate = name and read_certificate(name)
    except CertificateUnusable:
        # It waits, and nothing of it leaves: what the recipient wants encrypted goes in no other way.
        _finish(engine, mail, state, "retry", NO_CERTIFICATE)
        raise
    message = render(recipient, mail["recipient_role"], mail["language"])
    domain = group.mail.sender.rpartition("@")[2]
    message["From"] = Address(group.mail.sender_name, addr_spec=group.mail.sender)
    message["To"] = Address(addr_spec=recipient.address)
    # A mail that may have gone out keeps its id, also where keys changed since.
    message["Message-ID"] = mail["message_id"] or message_id(
        mail["report_key"], bytes(mail["recipient_hash"]), domain
    )
    message["Auto-Submitted"] = "auto-generated"
    digest = _digest(message)
    if certificate:
        message = sealed(message, certificate, mail["report_key"], mail["language"])
    with engine.begin() as connection:
        warehouse.run(
            connection,
            "outbound/take_mail",
            mail_id=mail["mail_id"],
            message_id=message["Message-ID"],
            content_digest=digest,
        )
    try:
        outcome = mailer.send(message, group.mail.sender, recipient.address)
    except ConfigurationError:
        # The line was never opened far enough for a message to leave.
        _finish(engine, mail, "sending", "retry", "connection_refused")
        raise
    _finish(engine, mail, "sending", outcome.state, outcome.reason)
    return outcome


@contextmanager
def _held(engine: Engine, mail_id: int) -> Iterator[str | None]:
    """The state of a mail while nobody else can send it; None where somebody else is at it."""
    lock = {"lock_class": LOCK_CLASS, "number": mail_id}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not warehouse.run(connection, "outbound/try_lock", **lock).scalar_one():
            yield None
            return
        try:
            yield warehouse.run(
                connection, "outbound/read_mail_state", mail_id=mail_id
            ).scalar_one()
        finally:
            warehouse.run(connection, "outbound/drop_lock", **lock)


def _mails(connection: Connection, report_key: str) -> list[RowMapping]:
    return list(warehouse.run(connection, "outbound/list_mails", report_key=report_key).mappings())


def _finish(
    engine: Engine, mail: RowMapping, from_state: str, state: str, reason: str | None
) -> None:
    with engine.begin() as connection:
        warehouse.run(
            connection,
            "outbound/finish_mail",
            mail_id=mail["mail_id"],
            from_state=from_state,
            state=state,
            reason=reason,
        )


def _holders(group: Group, role: Role) -> Sequence[Recipient]:
    # Employees' addresses are no setting: whoever mails them says whose they are.
    return () if role == "employee" else group.mail.recipients.get(role, ())


def _recipient(
    keyring: Keyring, allowed: Sequence[Recipient], mail: RowMapping
) -> Recipient | None:
    for recipient in allowed:
        if address_hash(keyring, recipient.address) == bytes(mail["recipient_hash"]):
            return recipient
    return None


def address_hash(keyring: Keyring, address: str) -> bytes:
    """By what the ledger knows an address."""
    return keyring.hash(normalised_address(address))


def masked(address: str) -> str:
    """An address as people may see it in the ledger."""
    local, _, domain = address.rpartition("@")
    return f"{mask(local)}@{domain}"


def obstacle(group: Group, recipient: Recipient) -> str | None:
    """Why an address may not be written to, if that is so."""
    if not ADDRESS.fullmatch(recipient.address):
        return "address_malformed"
    domain = recipient.address.rpartition("@")[2].lower()
    return None if domain in group.mail.allowed_domains else "domain_not_allowed"


def _digest(message: EmailMessage) -> str:
    """Digest of subject and content, without the boundaries that differ each time."""
    digest = hashlib.sha256(str(message["Subject"]).encode())
    for part in message.walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            digest.update(content if isinstance(content, bytes) else b"")
    return digest.hexdigest()
