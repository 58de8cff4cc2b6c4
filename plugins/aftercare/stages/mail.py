"""Mail: what became of the mails of a report, and a person's word about those nobody knows of.

Reports are planned and delivered by the stages that make them, through the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.settings import Group
from aftercare.targets.mail_ledger import TRIED_DAYS, WAITING, deliver, plan

__all__ = [
    "WAITING",
    "WaitingMonth",
    "deliver",
    "list_mails",
    "list_waiting_months",
    "plan",
    "send_again",
]


@dataclass(frozen=True)
class WaitingMonth:
    """A published month of which mails wait, who approved it, and of which of its ``parts`` they are:
    ``hr``, ``stores``, ``statements``."""

    month: str
    approved_by: str
    parts: Sequence[str]


def list_waiting_months(engine: Engine, group: Group, today: date) -> list[WaitingMonth]:
    """Months that are told, were published up to TRIED_DAYS days before ``today``, and have mails that wait."""
    with engine.connect() as connection:
        found = warehouse.run(
            connection,
            "outbound/list_waiting_months",
            since=today - timedelta(days=TRIED_DAYS),
            time_zone=group.group.time_zone,
            statements=group.mail.statements,
        )
        return [WaitingMonth(row.month, row.approved_by, row.parts) for row in found]


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
