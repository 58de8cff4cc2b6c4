"""Tells employees by mail that an objection was received, what it was answered, and what was adjusted.

Each under a key of its own in the mail ledger, so once, whoever runs this again. The rules are those
of statements: an address of the person's own, statements that are on, a month that tells employees;
whatever is held back stands in the ledger with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.reports.told import House, adjusted_texts, answer_texts, receipt_texts, told_message
from aftercare.rules.figure_titles import figure_titles
from aftercare.rules.month import month_of
from aftercare.rules.objection_terms import objection_terms
from aftercare.rules.policy import Policy
from aftercare.settings import Group, Language, Recipient
from aftercare.targets.mail_ledger import STATES, Role, Sender, count_waiting, deliver, hold_back
from aftercare.targets.mail_tries import MailTries
from aftercare.targets.own_mails import own_address, own_mail, plan_own
from aftercare.warehouse import run

STAGE = "told"
NAME = "objections and adjustments"
STATEMENTS_OFF, NOT_PUBLISHED, NOT_TOLD = "statements_off", "not_published", "month_not_told"
OVERTAKEN = "overtaken"
"""It was answered, or is no more, before a mail could say it."""

Rows = Sequence[Mapping[str, Any]]


def tell_answers(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    policy: Policy,
    day: date,
    today: date,
    mailer: Sender,
) -> dict[str, int]:
    """Mails each employee what is new about their objections, and adjustments of days before ``today``.

    Counts, under the night's ``day``: ``objections`` and ``adjusted`` mails that were not out yet, these
    by state, those that are held back by reason, and ``changed``. Raises, after all were tried,
    SystemUnreachable where a mail has to wait, and PipelineFault where one cannot be made.
    """
    with engine.connect() as connection:
        # First: what another run plans from here on is overtaken by nothing.
        waiting = list(run(connection, "outbound/list_waiting_answers").scalars())
        objections = _rows(run(connection, "objections/list_untold"))
        adjusted: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in _rows(run(connection, "adjustments/list_untold", today=today)):
            adjusted[row["report_key"]].append(row)
    house = House(
        group.group.name,
        [recipient.address for recipient in group.mail.recipients.get("hr", ())],
        figure_titles(policy),
    )
    mails: dict[str, Rows] = {row["report_key"]: [row] for row in objections} | dict(adjusted)
    with engine.begin() as connection:
        plan_own(
            connection,
            keyring,
            group,
            [
                replace(mail, obstacle=_month_obstacle(group, rows[0]) or mail.obstacle)
                for key, rows in mails.items()
                for mail in [own_mail(keyring, group, key, rows[0])]
            ],
        )
    for key in waiting:
        if key not in mails:
            hold_back(engine, key, OVERTAKEN)
        elif reason := _month_obstacle(group, mails[key][0]):
            hold_back(engine, key, reason)
    tries = _send(engine, keyring, group, policy, today, mailer, house, mails)
    counts, in_all = _report(
        engine, day, [*mails, *waiting], len(objections), len(adjusted), tries.changed
    )
    tries.raise_troubles(NAME, in_all)
    return counts


def list_told(engine: Engine) -> dict[int, list[dict[str, Any]]]:
    """By objection, what became of the mails to the employee: ``told`` (receipt, answer), state, reason."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    with engine.connect() as connection:
        for row in _rows(run(connection, "objections/list_mails")):
            found[row["objection_id"]].append(row)
    return {number: sorted(rows, key=_receipt_first) for number, rows in found.items()}


def _receipt_first(row: Mapping[str, Any]) -> bool:
    return bool(row["told"] == "answer")


def _month_obstacle(group: Group, row: Mapping[str, Any]) -> str | None:
    """Why employees are not told of a row's month, if that is so."""
    if not group.mail.statements:
        return STATEMENTS_OFF
    if row["published_at"] is None:
        return NOT_PUBLISHED
    return None if row["tells_employees"] else NOT_TOLD


def _send(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    policy: Policy,
    today: date,
    mailer: Sender,
    house: House,
    mails: Mapping[str, Rows],
) -> MailTries:
    """Delivers what is planned, until the server must be down."""
    tries = MailTries()
    for key, rows in mails.items():
        address, _ = own_address(keyring, rows[0])
        recipients = [Recipient(address=address)] if address else []
        render = _Render(rows, house, lambda row: _until(policy, group, row, today))
        with tries.next(key):
            done = deliver(engine, keyring, group, mailer, key, render, recipients)
            tries.changed += done["changed"]
        if tries.is_in_vain:
            break
    return tries


@dataclass(frozen=True)
class _Render:
    """Renders the mail of an objection, or of a person's adjustments of a day."""

    rows: Rows
    house: House
    until: Callable[[Mapping[str, Any]], date | None]

    def __call__(self, _recipient: Recipient, _role: Role, language: Language) -> EmailMessage:
        told, first = self.rows[0].get("told"), self.rows[0]
        if told is None:
            texts = adjusted_texts(self.rows, self.house, language)
        elif told == "receipt":
            texts = receipt_texts(first, self.house, language)
        else:
            texts = answer_texts(first, self.house, language, self.until(first))
        return told_message(texts, self.house)


def _until(policy: Policy, group: Group, row: Mapping[str, Any], today: date) -> date | None:
    """Until when somebody may object to a published month; None where that day is over."""
    published_on = row["published_at"].astimezone(group.time_zone).date()
    terms = objection_terms(policy, month_of(policy, row["month"]).last_day, published_on)
    return terms.until if today <= terms.until else None


def _report(
    engine: Engine, day: date, keys: Sequence[str], objections: int, adjusted: int, changed: int
) -> tuple[dict[str, int], int]:
    """The counts, and how many mails wait for the server."""
    counts = {"objections": objections, "adjusted": adjusted, "changed": changed}
    counts |= dict.fromkeys(STATES, 0)
    with engine.begin() as connection:
        found = _rows(run(connection, "outbound/count_mails", report_keys=keys))
        for row in found:
            counts[row["state"]] += row["mails"]
            if row["state"] == "suppressed":
                counts[row["reason"]] = counts.get(row["reason"], 0) + row["mails"]
        warehouse.report(connection, STAGE, day.isoformat(), counts)
    return counts, count_waiting(found)


def _rows(found: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in found.mappings()]
