"""What leaves the house in the morning: tasks to their targets, the mail, the notice of a late night."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from aftercare import connections
from aftercare.errors import AftercareError, ConfigurationError
from aftercare.reports.morning_facts import Unapproved
from aftercare.rules import period
from aftercare.runs.house import (
    WORKBOOK,
    Counts,
    crm_targets,
    each,
    keyring,
    mailer,
    message_targets,
    now,
    policy,
    raise_problems,
    step,
    target,
    today,
)
from aftercare.runs.scripts import unapproved_words
from aftercare.settings import read_group

MOST_CASES = 2_000
"""Open cases in a steward's workbook at most; the page shows all."""


def open_delivery(key: str | None) -> list[str]:
    """Refuses a wrong day and names the targets that serve stores."""
    period.read_day(key)
    group = read_group()
    return [WORKBOOK, *crm_targets(group)]


@step
def push(key: str | None, name: str, guarded: bool = True) -> Counts:
    """Sends to one target what differs from what it acknowledged; without ``guarded`` also where that
    looks wrong."""
    from aftercare.stages.push import push as push_target

    group, day = read_group(), period.read_day(key)
    return push_target(
        connections.warehouse_engine(),
        keyring(),
        group,
        target(group, name),
        day,
        today(group),
        policy(),
        lambda: now(group),
        guarded,
    )


def push_messages() -> Counts:
    """Sends what waits at the gateways and may leave at this hour; each message once.

    What keeps one gateway from sending keeps no other.
    """
    group = read_group()
    key = (today(group) - timedelta(days=1)).isoformat()
    problems: list[tuple[str, AftercareError]] = []
    counts = each(message_targets(group), lambda name: push(key, name), problems)
    raise_problems(problems)
    return counts


@step
def morning(key: str | None, notify: bool = False) -> Counts:
    """Sends the morning mail of a night, unless the night is an old one."""
    from aftercare.stages.cases import list_cases
    from aftercare.stages.morning import morning as send_morning

    group, day = read_group(), period.read_day(key)
    return send_morning(
        connections.warehouse_engine(),
        keyring(),
        group,
        day,
        today(group),
        mailer(),
        notify=notify,
        open_cases=lambda stores: list_cases(
            connections.warehouse_engine(), stores, day, most=MOST_CASES
        ),
        unapproved=_unapproved(day),
    )


@step
def tell_answers(key: str | None) -> Counts:
    """Mails employees what is new about their objections and adjustments, each matter once."""
    from aftercare.stages.told import tell_answers as tell

    group, day = read_group(), period.read_day(key)
    with mailer().many() as line:
        return tell(
            connections.warehouse_engine(), keyring(), group, policy(), day, today(group), line
        )


@step
def tell_overturned(key: str | None) -> Counts:
    """Settles steps that stand on overturned ones, and mails HR, once each, those that were approved."""
    from aftercare.stages.ladder import settle_ladder
    from aftercare.stages.told_overturned import tell_overturned as tell

    group, day, engine = read_group(), period.read_day(key), connections.warehouse_engine()
    counts = settle_ladder(engine, group, policy())
    with mailer().many() as line:
        return counts | tell(engine, keyring(), group, day, line)


def _unapproved(day: date) -> Unapproved | None:
    """What the lists say unapproved; None where policy or scripts cannot be read, which the mail then tells
    by the tasks that were not made."""
    try:
        return unapproved_words(day)
    except ConfigurationError:
        return None


def overdue_night(moment: datetime | None = None) -> date | None:
    """Last night's business day once the hour has passed by which it has to be done."""
    group = read_group()
    moment = moment or datetime.now(group.time_zone)
    return moment.date() - timedelta(days=1) if moment.time() >= group.night.due_by else None


def tell_late(day: date) -> Counts:
    """Tells operators, once a night, what the night of a day still lacks."""
    from aftercare.stages.late import tell_late as tell

    engine, ring = connections.warehouse_engine(), keyring()
    return tell(engine, ring, read_group(), day, mailer())


def tell_silent_warehouse(day: date) -> int:
    """Tells operators that the warehouse does not answer; the number of mails."""
    from aftercare.stages.late import tell_silent_warehouse as tell

    return tell(read_group(), day, mailer())
