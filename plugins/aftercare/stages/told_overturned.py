"""Tells HR by mail which approved steps stand on an earlier step that was overturned: once for each such step.

Nothing is planned by whoever overturns a step: each run finds what no mail told yet, so what one missed
the next makes up for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.reports.overturned import overturned_message
from aftercare.settings import Group, Language, Recipient
from aftercare.targets.mail_ledger import (
    STATES,
    Role,
    Sender,
    count_waiting,
    deliver,
    hold_back,
    plan,
)
from aftercare.targets.mail_tries import MailTries
from aftercare.warehouse import run

STAGE = "told_overturned"
NAME = "overturned steps"
HR: Role = "hr"
OVERTAKEN = "overtaken"
"""What stood on the step was overturned, too, or the step counts again, before a mail could say it."""


def tell_overturned(
    engine: Engine, keyring: Keyring, group: Group, day: date, mailer: Sender
) -> dict[str, int]:
    """Mails HR, once for each overturned step, the approved ones that stand on it.

    Counts, under the night's ``day``: ``steps`` that were overturned and on which something approved
    stands, their mails by state, and ``changed``. Raises, after all were tried, SystemUnreachable where
    a mail has to wait, and PipelineFault where one cannot be made.
    """
    with engine.connect() as connection:
        # First: what another run plans from here on is overtaken by nothing.
        waiting = list(run(connection, "outbound/list_waiting_overturned").scalars())
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in run(connection, "ladder/list_unfounded").mappings():
            found[mail_key(row["overturned_id"])].append(dict(row))
    for key in waiting:
        if key not in found:
            hold_back(engine, key, OVERTAKEN)
    tries, counts = MailTries(), {"steps": len(found), **dict.fromkeys(STATES, 0)}
    for key, rows in found.items():
        plan(engine, keyring, group, key, HR)
        with tries.next(key):
            done = deliver(engine, keyring, group, mailer, key, _Render(rows, group.group.name))
            tries.changed += done["changed"]
        if tries.is_in_vain:
            break
    with engine.begin() as connection:
        mails = warehouse.rows(connection, "outbound/count_mails", report_keys=list(found))
        for each in mails:
            counts[each["state"]] += each["mails"]
        counts["changed"] = tries.changed
        warehouse.report(connection, STAGE, day.isoformat(), counts)
    tries.raise_troubles(NAME, count_waiting(mails))
    return counts


def mail_key(proposal_id: str) -> str:
    """The key of the mail about an overturned step."""
    return f"overturned/{proposal_id}"


class _Render:
    """Renders the mail about one overturned step."""

    def __init__(self, rows: Sequence[dict[str, Any]], group_name: str) -> None:
        self._rows, self._group_name = rows, group_name

    def __call__(self, _recipient: Recipient, _role: Role, language: Language) -> EmailMessage:
        return overturned_message(self._rows, self._group_name, language)
