"""What a Dag's task and a command do alike: fetch connections, call stages for a period.

Here, and only here, the clock is read: ``today`` decides whether a period is over and whether
something is too old to be sent. Partition keys arrive as text and are refused in plain words.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from aftercare import connections, warehouse
from aftercare.errors import AftercareError, BadData, ConfigurationError, Fatal, Retriable
from aftercare.key_registry import in_use, step
from aftercare.protection import Keyring
from aftercare.rules import period
from aftercare.rules.month import month_of, months_before
from aftercare.rules.month import refuse_open_month as refuse
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT, Group, read_group
from aftercare.sources.dealer_system import DealerSystem, SqlSystem
from aftercare.sources.feeds import FEEDS
from aftercare.sources.mapping import read_dealer_system
from aftercare.targets.smtp import Mailer

log = logging.getLogger(__name__)

WORKBOOK = "workbook"
MOST_CASES = 2_000
"""Open cases in a steward's workbook at most; the page shows all."""

Counts = dict[str, Any]
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def _step(act: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """A step that upgrades and changes of keys wait for, begun only where code and keys fit."""

    @wraps(act)
    def guarded(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        engine, ring = connections.warehouse_engine(), connections.keyring()
        with warehouse.in_words(), step(engine, ring):
            return act(*given, **named)

    return guarded


def _keyring() -> Keyring:
    """The key ring as the warehouse uses it; inside a step it does not change."""
    return in_use(connections.warehouse_engine(), connections.keyring())


@cache
def policy() -> Policy:
    """The policy of this installation, read once a process."""
    return Policy.load(PROJECT / "include" / "policy")


def today(group: Group) -> date:
    """The date in the group's time zone; ``AFTERCARE_TODAY`` replaces it in rehearsals and tests."""
    rehearsed = os.environ.get("AFTERCARE_TODAY")
    return date.fromisoformat(rehearsed) if rehearsed else datetime.now(group.time_zone).date()


def dealer_system(name: str) -> DealerSystem:
    """The mapping of a dealer system; ``workbook`` is the one of the stores' filled task lists."""
    return read_dealer_system(PROJECT / "include" / "mappings" / "dealer" / f"{name}.yaml")


def open_night(key: str | None) -> list[str]:
    """Refuses a wrong or open day, loads the policy and names the systems to read."""
    from aftercare.stages.policy import load_policy

    group = read_group()
    day = period.read_day(key)
    with warehouse.in_words():
        _refuse_period(group, day)
        load_policy(connections.warehouse_engine(), policy())
    return [*group.systems, WORKBOOK, *crm_targets(group)]


def _refuse_period(group: Group, day: date) -> None:
    """PeriodRefused for a day that is not over, or by a clock that cannot be right."""
    now = today(group)
    with connections.warehouse_engine().connect() as connection:
        newest = warehouse.run(connection, "care/read_horizon").scalar_one()
    period.refuse_wrong_clock(day, now, newest)
    period.refuse_open_day(day, now)


@_step
def pull(key: str | None, system: str) -> Counts:
    """Copies what changed in one system to staging; a feed that fails does not stop the others."""
    from aftercare.stages.keys import ready_load
    from aftercare.stages.pull import keep_failure
    from aftercare.stages.pull import pull as pull_feed
    from aftercare.stages.read_back import FEED, read_back

    group, day = read_group(), period.read_day(key)
    if system in crm_targets(group):
        ready_load(connections.warehouse_engine(), _keyring(), system, FEED, day)
        return read_back(
            connections.warehouse_engine(), _keyring(), group, target(group, system), day
        )
    dealer = dealer_system(system)
    try:
        connection = connections.connection(dealer.connection)
    except ConfigurationError as problem:
        keep_failure(connections.warehouse_engine(), dealer, day, problem)
        raise
    return _each_feed(
        dealer.feeds,
        lambda feed: pull_feed(
            connections.warehouse_engine(),
            _keyring(),
            group,
            dealer,
            connection,
            feed,
            day,
        ),
    )


@_step
def settle(key: str | None, system: str) -> Counts:
    """Validates and merges what was pulled of one system, reference feeds first.

    Where the system's weekly sweep is due, a merged feed is swept too.
    """
    day = period.read_day(key)

    def settle_feed(feed: str) -> Counts:
        counts = _settle_load(system, feed, day)
        swept = _sweep_feed(system, feed, day)
        return {**counts, "swept": swept} if swept else counts

    counts = _each_feed(pulled_feeds(day, system), settle_feed)
    _settle_released(system)
    return counts


@_step
def sweep(key: str | None, system: str | None = None, most_lost: Decimal | None = None) -> Counts:
    """Looks for deletions now, in one system or in all, as of the night of a day."""
    group, day = read_group(), period.read_day(key)
    period.refuse_open_day(day, today(group))
    if system is not None and system not in group.systems:
        raise ConfigurationError(
            f"there is no system {system}; systems are {', '.join(group.systems)}"
        )
    return {
        name: _each_feed(
            dealer_system(name).feeds,
            lambda feed, name=name: _sweep_feed(name, feed, day, True, most_lost),  # type: ignore[misc]
        )
        for name in ([system] if system else group.systems)
    }


def _sweep_feed(
    system: str,
    feed: str,
    day: date,
    is_asked_for: bool = False,
    most_lost: Decimal | None = None,
) -> Counts:
    from aftercare.stages.sweep import sweep as sweep_feed

    group = read_group()
    dealer = dealer_system(system) if system in group.systems else None
    if not isinstance(dealer, SqlSystem):
        return {}
    return sweep_feed(
        connections.warehouse_engine(),
        _keyring(),
        group,
        dealer,
        connections.connection(dealer.connection),
        feed,
        day,
        is_asked_for,
        most_lost,
    )


@_step
def settle_released(system: str | None = None) -> list[Counts]:
    """Validates and merges loads again that hold rows which stewards let through since."""
    return _settle_released(system)


def _settle_released(system: str | None) -> list[Counts]:
    from aftercare.stages.cases import pending_loads

    return [
        {"system": name, "feed": feed, "day": day, **_settle_load(name, feed, day)}
        for name, feed, day in pending_loads(connections.warehouse_engine())
        if system in (None, name)
    ]


def _settle_load(system: str, feed: str, day: date) -> Counts:
    from aftercare.stages.keys import ready_load
    from aftercare.stages.merge import merge
    from aftercare.stages.validate import validate

    engine, group = connections.warehouse_engine(), read_group()
    ready_load(engine, _keyring(), system, feed, day)
    checked = validate(engine, group, system, feed, day, docs_folder=docs_folder())
    return {**checked, **merge(engine, group, system, feed, day)}


@_step
def make_tasks(key: str | None) -> Counts:
    """Works out who people are, then makes, moves, withdraws and closes follow-up tasks of a night."""
    from aftercare.stages.people import know_people
    from aftercare.stages.tasks import make_tasks as make

    group, day = read_group(), period.read_day(key)
    _refuse_period(group, day)
    know_people(connections.warehouse_engine(), group, day)
    return make(connections.warehouse_engine(), group, policy(), day, today(group))


@_step
def know_people(everybody: bool) -> Counts:
    """Works out who people are: of the vehicles that wait for it, or of all."""
    from aftercare.stages import people

    know = people.know_again if everybody else people.know_people
    return dict(know(connections.warehouse_engine(), read_group()))


def require_complete(key: str | None, systems: Iterable[str]) -> None:
    """Raises BadData naming system and feed for each load of the night that did not get through."""
    day = period.read_day(key)
    with connections.warehouse_engine().connect() as connection:
        loads = warehouse.run(connection, "ops/list_unfinished_loads", day=day).mappings().all()
        made = warehouse.run(
            connection, "ops/list_reports", stages=["tasks"], keys=[day.isoformat()]
        ).all()
        seen = set(warehouse.run(connection, "ops/list_loaded_systems", day=day).scalars())
    missing = [
        name for name in systems if name not in seen and name not in crm_targets(read_group())
    ]
    problems = [
        f"{load['system']}/{load['feed']}: {load['failure'] or load['state']}" for load in loads
    ]
    problems += [f"{name}: nothing was read" for name in missing if name != WORKBOOK]
    if not made:
        # Without tasks the delivery never begins, so the morning mail has to come from here.
        morning(key)
        problems.append("no tasks were made")
    if problems:
        raise BadData(f"the night of {day} is incomplete: " + "; ".join(problems))


def open_delivery(key: str | None) -> list[str]:
    """Refuses a wrong day and names the targets that serve stores."""
    period.read_day(key)
    group = read_group()
    return [WORKBOOK, *crm_targets(group)]


@_step
def push(key: str | None, name: str) -> Counts:
    """Sends to one target what differs from what it acknowledged."""
    from aftercare.stages.push import push as push_target

    group, day = read_group(), period.read_day(key)
    return push_target(
        connections.warehouse_engine(),
        _keyring(),
        group,
        target(group, name),
        day,
        today(group),
    )


@_step
def morning(key: str | None, notify: bool = False) -> Counts:
    """Sends the morning mail of a night, unless the night is an old one."""
    from aftercare.stages.cases import list_cases
    from aftercare.stages.morning import morning as send_morning

    group, day = read_group(), period.read_day(key)
    return send_morning(
        connections.warehouse_engine(),
        _keyring(),
        group,
        day,
        today(group),
        _mailer(),
        notify=notify,
        open_cases=lambda stores: list_cases(
            connections.warehouse_engine(), stores, day, most=MOST_CASES
        ),
    )


def overdue_night(now: datetime | None = None) -> date | None:
    """Last night's business day once the hour has passed by which it has to be done."""
    group = read_group()
    now = now or datetime.now(group.time_zone)
    return now.date() - timedelta(days=1) if now.time() >= group.night.due_by else None


def tell_late(day: date) -> Counts:
    """Tells operators, once a night, what the night of a day still lacks."""
    from aftercare.stages.late import tell_late as tell

    engine, ring = connections.warehouse_engine(), _keyring()
    return tell(engine, ring, read_group(), day, _mailer())


def tell_silent_warehouse(day: date) -> int:
    """Tells operators that the warehouse does not answer; the number of mails."""
    from aftercare.stages.late import tell_silent_warehouse as tell

    return tell(read_group(), day, _mailer())


@_step
def score(key: str | None) -> Counts:
    """Scores a closed month and makes its proposals."""
    from aftercare.stages.policy import load_policy
    from aftercare.stages.proposals import propose
    from aftercare.stages.scorecards import score_month

    group, month = read_group(), period.read_month(key)
    load_policy(connections.warehouse_engine(), policy())
    counts = score_month(connections.warehouse_engine(), group, policy(), month, today(group))
    return {**counts, **propose(connections.warehouse_engine(), group, policy(), month)}


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
    """Refuses a wrong month; counts its proposals that are decided and those that are not.

    Empty, so that nobody is asked, for a month that was published and whose mails do not wait.
    """
    from aftercare.stages.mail import list_mails
    from aftercare.stages.proposals import list_proposals

    month = period.read_month(key)
    with connections.warehouse_engine().connect() as connection:
        known = warehouse.run(connection, "score/get_month", month=month).mappings().one_or_none()
    waiting = [
        mail
        for mail in list_mails(connections.warehouse_engine(), f"scorecards/{month}")
        if mail["state"] in ("planned", "retry")
    ]
    if known is not None and known["published_at"] is not None and not waiting:
        return {}
    rows = list_proposals(connections.warehouse_engine(), month)
    open_rows = sum(1 for row in rows if not row["decision"])
    return {"proposals": len(rows), "decided": len(rows) - open_rows, "undecided": open_rows}


@_step
def publish(key: str | None, approved_by: str) -> Counts:
    """Closes a scored month and mails it to HR, in the name of who approved."""
    from aftercare.stages.publish import publish as publish_month

    group, month = read_group(), period.read_month(key)
    return publish_month(
        connections.warehouse_engine(),
        _keyring(),
        group,
        policy(),
        month,
        _mailer(),
        approved_by,
        today(group),
    )


def crm_targets(group: Group) -> list[str]:
    """Targets that serve at least one store, beside the workbook."""
    return sorted({group.targets.default, *group.targets.stores.values()} - {WORKBOOK})


def target(group: Group, name: str) -> Any:
    """The target of this name with its connection."""
    if name == WORKBOOK:
        from aftercare.targets.workbook import WorkbookTarget

        return WorkbookTarget(connections.exchange_folder(), group.group.language)
    from aftercare.targets.odoo import OdooTarget

    return OdooTarget.from_mapping(name, connections.connection)


def _mailer() -> Mailer:
    return Mailer(connections.connection("aftercare_smtp"))


@_step
def decide_cases(
    case_ids: Iterable[int],
    action: Any,
    user: str,
    reason: str,
    comment: str | None,
    rule_id: str,
    expires_on: date | None,
) -> dict[int, str]:
    """Keeps a steward's decision, then validates and merges the loads that hold the rows again."""
    from aftercare.stages.cases import decide

    group = read_group()
    decided = decide(
        connections.warehouse_engine(),
        case_ids,
        action,
        user,
        today(group),
        reason,
        comment,
        rule_id,
        expires_on,
    )
    for system, feed, day in decided.loads:
        _settle_load(system, feed, day)
    return decided.states


def docs_folder() -> Path | None:
    """Where data docs are written (connection ``aftercare_docs``); None where there is none."""
    try:
        return Path(connections.connection("aftercare_docs").path)
    except ConfigurationError:
        return None


def pulled_feeds(day: date, system: str) -> list[str]:
    """Feeds of a system that have a load for the day, reference feeds first."""
    with connections.warehouse_engine().connect() as connection:
        loaded = set(
            warehouse.run(connection, "ops/list_pulled_feeds", day=day, system=system).scalars()
        )
    return [feed for feed in FEEDS if feed in loaded]


def _each_feed(feeds: Iterable[str], act: Callable[[str], Counts]) -> Counts:
    """Acts on each feed; the failures are raised together at the end, retriable if one of them is."""
    chosen = set(feeds)
    counts: Counts = {}
    problems: list[AftercareError] = []
    for feed in (name for name in FEEDS if name in chosen):
        try:
            counts[feed] = act(feed)
        except AftercareError as problem:
            log.error("%s: %s", feed, problem)
            problems.append(problem)
    if problems:
        message = "; ".join(str(problem) for problem in problems)
        waits = [problem for problem in problems if isinstance(problem, Retriable)]
        if waits:
            asked = [problem.retry_after for problem in waits if problem.retry_after is not None]
            raise type(waits[0])(message, max(asked, default=None))
        raise Fatal(message)
    return counts
