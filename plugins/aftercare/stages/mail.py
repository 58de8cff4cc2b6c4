"""Mail: what became of the mails of a report, and a person's word about those nobody knows of.

Reports are planned and delivered by the stages that make them, through the ledger.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.targets.mail_ledger import deliver, plan

__all__ = ["deliver", "list_mails", "plan", "send_again"]


def list_mails(engine: Engine, report_key: str) -> list[dict[str, Any]]:
    """The mails of a report and its parts: key, masked recipient, role, state, reason, attempts, time of change."""
    shown = (
        "report_key",
        "recipient_masked",
        "recipient_role",
        "state",
        "reason",
        "attempts",
        "changed_at",
    )
    with engine.connect() as connection:
        found = warehouse.run(connection, "outbound/list_mails_below", report_key=report_key)
        return [{name: row[name] for name in shown} for row in found.mappings()]


def send_again(engine: Engine, report_key: str) -> int:
    """Lets the next delivery send what was refused or is unknown of a report and its parts; returns how many.

    The Message-ID stays, so a mailbox that has the first one can tell the second.
    """
    with engine.begin() as connection:
        return warehouse.run(connection, "outbound/send_again", report_key=report_key).rowcount
