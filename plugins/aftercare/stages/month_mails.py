"""Tells a published month to stores and employees: a mail for each store's managers, a statement for each employee.

Both go through the mail ledger under a key of their own for each store and each person, so every
mail is sent once, whoever runs this again. Only months that were published since there are such mails
are told.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.errors import BadData, PeriodRefused
from aftercare.protection import Keyring
from aftercare.reports.scorecard_report import Row
from aftercare.reports.statement import Statement, statement_message
from aftercare.reports.store_mail import StoreMonth, store_message
from aftercare.rules.policy import Policy
from aftercare.rules.store_figures import StoreFigure
from aftercare.settings import Group, Language, Recipient
from aftercare.targets.mail_ledger import (
    STATES,
    Role,
    Sender,
    count_waiting,
    deliver,
    plan,
)
from aftercare.targets.mail_tries import MailTries
from aftercare.targets.own_mails import own_mail, plan_own
from aftercare.told_month import ToldMonth

log = logging.getLogger(__name__)

STORES, EMPLOYEES = "month_mails", "statements"
BATCH = 200
"""People whose rows are read at a time."""

STORES_AT_ONCE = 100
"""Stores whose rows are read at a time."""

TOLD_EVERY = 50
"""Stores after which the log says how far it is."""


def store_key(month: str, store_code: str = "") -> str:
    """The key of a store's mails, or where those of all stores begin."""
    return f"scorecards/{month}/store" + (f"/{store_code}" if store_code else "")


def employee_key(month: str, employee_no: str = "") -> str:
    """The key of an employee's statement, or where all of them begin."""
    return f"scorecards/{month}/employee" + (f"/{employee_no}" if employee_no else "")


def tell_managers(
    engine: Engine, keyring: Keyring, group: Group, policy: Policy, month: str, mailer: Sender
) -> dict[str, int]:
    """Mails each store's month to the managers that the group names for it, each recipient once.

    Counts: stores, ``without_manager``, and the mails by state; nothing for a month that is not
    published or was before there were such mails. Raises, after all were tried, SystemUnreachable where
    a mail has to wait, and PipelineFault where one cannot be made.
    """
    told = ToldMonth.of(engine, group, policy, month)
    if told is None or not told.tells_managers:
        return {}
    tries = _Tries()
    with engine.connect() as connection:
        found = warehouse.rows(connection, "score/list_scored_stores", month=month)
    managers = {
        row["store_code"]: [
            recipient
            for recipient in group.mail.recipients.get("manager", ())
            if not recipient.stores or row["store_code"] in recipient.stores
        ]
        for row in found
    }
    # All before the first is sent: where the server is down, the ledger shows everybody who waits.
    for code, recipients in managers.items():
        plan(engine, keyring, group, store_key(month, code), "manager", recipients=recipients)
    for tried, (code, render) in enumerate(_store_mails(told, engine, found), 1):
        key = store_key(month, code)
        with tries.next(key):
            done = deliver(engine, keyring, group, mailer, key, render, managers[code])
            tries.changed += done["changed"]
        if tried % TOLD_EVERY == 0 or tried == len(found):
            log.info(
                "mails of %s: %d of %d stores, %d sent", month, tried, len(found), tries.changed
            )
        if tries.is_in_vain:
            break
    without = sum(not recipients for recipients in managers.values())
    counts = {"stores": len(managers), "without_manager": without}
    return tries.done(engine, STORES, month, store_key(month), counts)


def tell_employees(
    engine: Engine, keyring: Keyring, group: Group, policy: Policy, month: str, mailer: Sender
) -> dict[str, int]:
    """Mails each employee who is scored their own statement, to their own address, once.

    Nothing is sent to an address that several employees have, or outside the allowed domains. Counts:
    people, the mails by state, and of those that are held back why: ``no_address`` and so on; nothing for
    a month that is not published or was while statements were off, and while they are off now. Raises,
    after all were tried, SystemUnreachable where a mail has to wait, and PipelineFault where one cannot
    be made.
    """
    told = ToldMonth.of(engine, group, policy, month)
    if told is None or not told.tells_employees or not group.mail.statements:
        return {}
    people = _plan_statements(engine, keyring, group, month)
    tries = _Tries()
    medians = told.medians(engine)
    tried = 0
    for waiting in _waiting(engine, month):
        addresses, statements = told.people(engine, keyring, waiting, medians)
        for employee_no in waiting:
            tried += 1
            address = addresses.get(employee_no)
            recipients = [Recipient(address=address)] if address else []
            key, render = employee_key(month, employee_no), _OwnMail(statements[employee_no])
            with tries.next(key):
                done = deliver(engine, keyring, group, mailer, key, render, recipients)
                tries.changed += done["changed"]
            if tries.is_in_vain:
                break
        # So that somebody who looks while thousands are sent sees how far it is.
        tries.report(engine, EMPLOYEES, month, employee_key(month), {"people": people})
        log.info(
            "statements of %s: %d tried, %d sent, %d people", month, tried, tries.changed, people
        )
        if tries.is_in_vain:
            break
    return tries.done(engine, EMPLOYEES, month, employee_key(month), {"people": people})


def list_statements(engine: Engine, month: str) -> list[dict[str, Any]]:
    """Each person scored in a month, and what became of their statement; ``state`` None: not planned."""
    with engine.connect() as connection:
        return warehouse.rows(
            connection, "score/list_statements", month=month, report_key=employee_key(month)
        )


def statement_of(
    engine: Engine, group: Group, policy: Policy, month: str, employee_no: str
) -> Statement:
    """One person's statement, for who has no address.

    Raises PeriodRefused for a month that is not published, and BadData for somebody without a scorecard.
    """
    told = ToldMonth.of(engine, group, policy, month)
    if told is None:
        raise PeriodRefused(f"{month} is not published; there are no statements of it yet")
    statements = told.statements(engine, {employee_no: ""}, told.medians(engine))
    if not statements[employee_no].lines:
        raise BadData(f"{employee_no} has no scorecard of {month}")
    return statements[employee_no]


@dataclass(frozen=True)
class _Stores:
    """Some stores by code and name, whose rows are read together when the first mail needs them."""

    told: ToldMonth
    engine: Engine
    names: Mapping[str, str]
    figures: Mapping[str, Sequence[StoreFigure]]

    @cached_property
    def months(self) -> dict[str, StoreMonth]:
        return self.told.stores(self.engine, self.names, self.figures)


@dataclass(frozen=True)
class _StoreMail:
    """Renders a store's mail."""

    stores: _Stores
    store_code: str

    def __call__(self, _recipient: Recipient, _role: Role, language: Language) -> EmailMessage:
        return store_message(self.stores.months[self.store_code], language)


def _store_mails(
    told: ToldMonth, engine: Engine, found: Sequence[Row]
) -> Iterator[tuple[str, _StoreMail]]:
    """Each store's code and mail; the rows of some are read at a time."""
    figures = told.store_figures(engine)
    for first in range(0, len(found), STORES_AT_ONCE):
        some = found[first : first + STORES_AT_ONCE]
        names = {row["store_code"]: row["store_name"] for row in some}
        together = _Stores(told, engine, names, figures)
        for code in names:
            yield code, _StoreMail(together, code)


@dataclass(frozen=True)
class _OwnMail:
    """Renders a person's statement."""

    statement: Statement

    def __call__(self, _recipient: Recipient, _role: Role, language: Language) -> EmailMessage:
        return statement_message(self.statement, language)


class _Tries(MailTries):
    """Deliveries of a month's mails, with their counts."""

    waiting_in_all = 0
    """Mails that wait for the server, those of other runs too, when the last report was made."""

    def report(
        self, engine: Engine, stage: str, month: str, key: str, counts: dict[str, int]
    ) -> dict[str, int]:
        with engine.begin() as connection:
            found = warehouse.rows(connection, "outbound/count_mails_below", report_key=key)
            self.waiting_in_all = count_waiting(found)
            states = dict.fromkeys(STATES, 0)
            reasons: defaultdict[str, int] = defaultdict(int)
            for row in found:
                states[row["state"]] += row["mails"]
                if row["state"] == "suppressed":
                    reasons[row["reason"]] += row["mails"]
            counts = {**counts, **states, **reasons, "changed": self.changed}
            warehouse.report(connection, stage, month, counts)
        return counts

    def done(
        self, engine: Engine, stage: str, month: str, key: str, counts: dict[str, int]
    ) -> dict[str, int]:
        counts = self.report(engine, stage, month, key, counts)
        self.raise_troubles(key, self.waiting_in_all)
        return counts


def _plan_statements(engine: Engine, keyring: Keyring, group: Group, month: str) -> int:
    """Enters a statement for everybody who is scored; returns how many people."""
    people, after = 0, ""
    while True:
        with engine.begin() as connection:
            rows = warehouse.rows(
                connection,
                "score/list_scored_addresses",
                month=month,
                last_no=after,
                is_all=True,
                employee_nos=[],
                most=BATCH,
            )
            if not rows:
                return people
            plan_own(
                connection,
                keyring,
                group,
                [
                    own_mail(keyring, group, employee_key(month, row["employee_no"]), row)
                    for row in rows
                ],
            )
        people, after = people + len(rows), rows[-1]["employee_no"]


def _waiting(engine: Engine, month: str) -> Iterator[list[str]]:
    """Employees whose statement is not done, some at a time; each mail is looked at once."""
    key, after = employee_key(month), 0
    while True:
        with engine.connect() as connection:
            rows = warehouse.rows(
                connection,
                "outbound/list_waiting_mails",
                report_key=key,
                after=after,
                most=BATCH,
            )
        if not rows:
            return
        after = rows[-1]["mail_id"]
        yield list(dict.fromkeys(row["report_key"].removeprefix(f"{key}/") for row in rows))
