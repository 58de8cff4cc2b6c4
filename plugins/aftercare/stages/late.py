"""Late: a notice to operators when a night is not done by its hour, once a night.

The morning mail says what is wrong with a night that ran. This says that one did not: it must
not depend on the night, nor on Airflow, so whatever runs it stands outside of both.
"""

from __future__ import annotations

import logging
from datetime import date
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.reports.late import MAIL, PUSH, TASKS, WAREHOUSE, view
from aftercare.reports.mail_layout import mail_message
from aftercare.settings import Group, Language, Recipient
from aftercare.targets.mail_ledger import Role, Sender, deliver, plan
from aftercare.targets.smime import CertificateUnusable, read_certificate, sealed

log = logging.getLogger(__name__)

STAGES = (TASKS, PUSH, MAIL)


def missing_steps(engine: Engine, group: Group, day: date) -> list[str]:
    """Steps of a night that have not come to their end: tasks, push of each target, morning mail."""
    with engine.connect() as connection:
        reports = warehouse.run(
            connection, "ops/list_reports", stages=list(STAGES), keys=[day.isoformat()]
        )
        done = {(row.stage, row.part) for row in reports}
    targets = group.targets.names
    steps = [] if (TASKS, "") in done else [TASKS]
    steps += [f"{PUSH}:{target}" for target in targets if (PUSH, target) not in done]
    return steps if (MAIL, "") in done else [*steps, MAIL]


def tell_late(
    engine: Engine, keyring: Keyring, group: Group, day: date, mailer: Sender
) -> dict[str, Any]:
    """Tells operators what a night still lacks; nobody hears of one night twice.

    Returns ``missing`` and, where something is missing, the mails by state and ``changed``.
    Raises SystemUnreachable where a mail has to wait for the mail server.
    """
    missing = missing_steps(engine, group, day)
    if not missing:
        return {"missing": []}
    report_key = f"late/{day}"
    plan(engine, keyring, group, report_key, "operator")

    def render(_recipient: Recipient, _role: Role, language: Language) -> EmailMessage:
        return _notice(group, day, missing, language)

    return {"missing": missing, **deliver(engine, keyring, group, mailer, report_key, render)}


def tell_silent_warehouse(group: Group, day: date, mailer: Sender) -> int:
    """Tells operators that the warehouse does not answer; the number of mails that went out.

    Without the warehouse there is no ledger: whoever calls this has to remember that it did.
    """
    sent = 0
    for recipient in group.mail.recipients.get("operator", ()):
        message = _notice(group, day, [WAREHOUSE], recipient.language or group.group.language)
        message["From"], message["To"] = group.mail.sender, recipient.address
        if name := group.mail.certificate_of(recipient.address):
            try:
                certificate = read_certificate(name)
            except CertificateUnusable as problem:
                # Who calls this remembers that it did: raised, it would tell the others again and again.
                log.error("somebody is not told: %s", problem)
                continue
            message = sealed(
                message, certificate, f"late/{day}", recipient.language or group.group.language
            )
        sent += mailer.send(message, group.mail.sender, recipient.address).state == "sent"
    return sent


def _notice(group: Group, day: date, missing: list[str], language: Language) -> EmailMessage:
    texts = view(group.group.name, day, group.night.due_by, missing, language)
    return mail_message("late", texts)
