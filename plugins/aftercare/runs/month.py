"""A month: scorecards and proposals, then their publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from aftercare import connections, warehouse
from aftercare.errors import AftercareError, ConfigurationError, PipelineFault, Retriable
from aftercare.rules import period
from aftercare.rules.month import month_of, months_before
from aftercare.rules.month import refuse_open_month as refuse
from aftercare.runs.house import (
    WORKBOOK,
    Counts,
    crm_targets,
    each,
    keyring,
    mailer,
    message_targets,
    policy,
    raise_problems,
    step,
    target,
    today,
)
from aftercare.settings import Group, read_group


@step
def score(key: str | None) -> Counts:
    """Scores a closed month and proposes sanctions, then rewards, which look at these.

    Then what later months, which were scored before it, propose otherwise because of it: ``later_proposals``
    and ``later_rewards``, counts by month. One of these that cannot be proposed stops no other; what there was
    is raised when all is kept.
    """
    from aftercare.stages.ladder import settle_ladder
    from aftercare.stages.policy import load_policy
    from aftercare.stages.proposals import propose
    from aftercare.stages.rewards import propose_rewards
    from aftercare.stages.scorecards import score_month

    group, month = read_group(), period.read_month(key)
    load_policy(connections.warehouse_engine(), policy())
    counts = score_month(connections.warehouse_engine(), group, policy(), month, today(group))
    # First, so that what is withdrawn is kept with its reason.
    counts |= settle_ladder(connections.warehouse_engine(), group, policy(), month)
    counts |= propose(connections.warehouse_engine(), group, policy(), month)
    counts |= propose_rewards(connections.warehouse_engine(), group, policy(), month)
    return counts | _propose_later(group, month)


def _propose_later(group: Group, month: str) -> Counts:
    from aftercare.stages.proposals import list_later_months as with_a_complaint_of
    from aftercare.stages.proposals import propose
    from aftercare.stages.rewards import list_later_months as looking_back_on
    from aftercare.stages.rewards import propose_rewards

    engine = connections.warehouse_engine()
    problems: list[tuple[str, AftercareError]] = []
    steps = with_a_complaint_of(engine, month)
    rewards = {
        *steps,
        *(later for key in (month, *steps) for later in looking_back_on(engine, key)),
    }
    counts: Counts = {
        "later_proposals": each(steps, lambda key: propose(engine, group, policy(), key), problems),
        "later_rewards": each(
            sorted(rewards), lambda key: propose_rewards(engine, group, policy(), key), problems
        ),
    }
    raise_problems(problems)
    return {name: found for name, found in counts.items() if found}


@step
def adjust(key: str | None) -> Counts:
    """Scores the published months before one again where something came in, and keeps adjustments.

    Counts by month; nothing for a month that nothing came in for.
    """
    from aftercare.stages.adjustments import list_due_months
    from aftercare.stages.policy import load_policy
    from aftercare.stages.scorecards import score_month

    group, month, engine = read_group(), period.read_month(key), connections.warehouse_engine()
    day = month_of(policy(), month).last_day
    number = policy().value("house", "month", "adjust_months", day, "adjustments").value
    load_policy(engine, policy())
    due = list_due_months(engine, months_before(month, int(number)))
    return {each: score_month(engine, group, policy(), each, today(group)) for each in due}


@step
def object_to(
    key: str, employee_no: str, about: str, words: str, user: str, scorecard_id: str = ""
) -> Counts:
    """Raises an objection in the name of an employee."""
    from aftercare.stages.objections import raise_objection

    group, engine = read_group(), connections.warehouse_engine()
    return raise_objection(
        engine,
        group,
        policy(),
        key,
        employee_no,
        about,
        words,
        user,
        today(group),
        scorecard_id,
    )


def refuse_open_month(key: str) -> None:
    """PeriodRefused, in plain words, for a month whose closing day is not over."""
    refuse(month_of(policy(), period.read_month(key)), today(read_group()))


def newest_closed_month(day: date) -> str:
    """The newest month that may be scored on a day."""
    month = f"{day:%Y-%m}"
    for _ in range(3):
        month = months_before(month, 1)[0]
        if day > month_of(policy(), month).closing_on:
            break
    return month


def closing_day(month: str) -> date:
    """The last day whose calls count for a month; it may be scored from the next day on."""
    return month_of(policy(), month).closing_on


def open_publication(key: str | None) -> Counts:
    """Refuses a wrong month; counts its proposals that are decided and those that are not, and says whether
    the month is ``told`` to anybody when it is published.

    Empty, so that nobody is asked, for a month that was published and whose mails do not wait; those
    about adjustments are no part of a publication.
    """
    from aftercare.stages.mail import list_mails
    from aftercare.stages.old_months import is_told
    from aftercare.stages.proposals import list_proposals

    month = period.read_month(key)
    adjusted = f"scorecards/{month}/adjusted/"
    with connections.warehouse_engine().connect() as connection:
        known = warehouse.run(connection, "score/get_month", month=month).mappings().one_or_none()
    waiting = [
        mail
        for mail in list_mails(connections.warehouse_engine(), f"scorecards/{month}")
        if mail["state"] in ("planned", "retry") and not mail["report_key"].startswith(adjusted)
    ]
    if known is not None and known["published_at"] is not None and not waiting:
        return {}
    rows = list_proposals(connections.warehouse_engine(), month)
    open_rows = sum(1 for row in rows if not row["decision"])
    return {
        "proposals": len(rows),
        "decided": len(rows) - open_rows,
        "undecided": open_rows,
        "told": is_told(connections.warehouse_engine(), month),
    }


@step
def publish(key: str | None, approved_by: str, asked_to_tell: bool | None = None) -> Counts:
    """Closes a scored month in the name of who approved, and mails it: to HR, managers and employees.
    CRMs and task workbooks that show months of stores get it with their next push. Nobody hears of an old
    month that was backfilled without a word that they shall.

    ``asked_to_tell`` is what the person was asked who approved: to send the month or to send nothing.

    Mails that have to wait, or cannot be made or sent, stop none of the others, and are planned all the
    same: what waits is sent by nights (`tell_waiting`).
    """
    group, month = read_group(), period.read_month(key)
    troubles = _Troubles()
    counts = _tell_parts(group, month, PARTS, approved_by, troubles, asked_to_tell)
    counts["summaries"] = _tell_summaries(group)
    troubles.raise_first()
    return counts


@step
def tell_waiting(key: str | None) -> Counts:
    """Sends what still waits of months that were published and are told, each mail once.

    Counts by month, and only the parts that wait; nothing where none does. One month's troubles stop no
    other. Raises Retriable where mails wait still.
    """
    from aftercare.stages.mail import list_waiting_months

    period.read_day(key)
    group = read_group()
    months = {
        waiting.month: waiting
        for waiting in list_waiting_months(connections.warehouse_engine(), group, today(group))
    }
    problems: list[tuple[str, AftercareError]] = []

    def tell(month: str) -> Counts:
        troubles, waiting = _Troubles(), months[month]
        counts = _tell_parts(group, month, waiting.parts, waiting.approved_by, troubles)
        troubles.raise_first()
        return counts

    counts = each(months, tell, problems)
    raise_problems(problems)
    return counts


PARTS = ("hr", "stores", "statements")
"""Whom a month is told to: HR, stores' managers, employees."""


class _Troubles:
    """What became of telling the parts of a month; what one comes to stops no other."""

    def __init__(self) -> None:
        self._waiting: list[AftercareError] = []
        self._faults: list[AftercareError] = []

    @contextmanager
    def next(self) -> Iterator[None]:
        """One part."""
        try:
            yield
        except Retriable as problem:
            self._waiting.append(problem)
        except (ConfigurationError, PipelineFault) as fault:
            self._faults.append(fault)

    def raise_first(self) -> None:
        """Raises what there was. What waits comes first: another run may send it, and meets the faults again."""
        for found, kind in (
            (self._waiting, Retriable),
            (self._faults, type(self._faults[0]) if self._faults else PipelineFault),
        ):
            # Parts over one wrong line say the same.
            texts = list(dict.fromkeys(map(str, found)))
            if len(texts) == 1:
                raise found[0]
            if texts:
                raise kind("; ".join(texts)) from found[0]


def _tell_parts(
    group: Group,
    month: str,
    parts: Sequence[str],
    approved_by: str,
    troubles: _Troubles,
    asked_to_tell: bool | None = None,
) -> Counts:
    """Publishes a month with HR's part, where it is not published, and mails these parts of it."""
    from aftercare.stages.month_mails import tell_employees, tell_managers
    from aftercare.stages.publish import publish as publish_month

    engine, ring, rules, server = connections.warehouse_engine(), keyring(), policy(), mailer()
    counts: Counts = {}
    if "hr" in parts:
        with troubles.next():
            counts |= publish_month(
                engine, ring, group, rules, month, server, approved_by, today(group), asked_to_tell
            )
    with server.many() as line:
        for name, tell in (("stores", tell_managers), ("statements", tell_employees)):
            if name in parts:
                with troubles.next():
                    counts[name] = tell(engine, ring, group, rules, month, line)
    return counts


def _tell_summaries(group: Group) -> Counts:
    """Stores' months that each target has to hear of. One that cannot be opened now is told by its next push, which
    also says why that fails."""
    from aftercare.stages.push import takes_scorecards
    from aftercare.stages.summaries import tell_summaries

    engine, gateways = connections.warehouse_engine(), message_targets(group)
    counts: Counts = {}
    for name in (WORKBOOK, *crm_targets(group)):
        # A folder of others is not even opened where lists show no months.
        is_off = name == WORKBOOK and not group.targets.workbook_scorecards
        if name in gateways or is_off:
            continue
        try:
            takes = takes_scorecards(target(group, name))
        except ConfigurationError:
            continue
        if takes:
            counts[name] = tell_summaries(engine, group, name, today(group))
    return counts
