"""A night, system by system: pull, settle, sweep, tasks; and what stewards let through."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from aftercare import connections, warehouse
from aftercare.errors import AftercareError, BadData, ConfigurationError, Fatal, Retriable
from aftercare.rules import period
from aftercare.runs.delivery import morning
from aftercare.runs.house import (
    WORKBOOK,
    Counts,
    crm_targets,
    dealer_system,
    docs_folder,
    keyring,
    policy,
    step,
    target,
    today,
)
from aftercare.runs.plan import compare_draft
from aftercare.settings import Group, read_group
from aftercare.sources.dealer_system import SqlSystem
from aftercare.sources.feeds import FEEDS

log = logging.getLogger(__name__)


def open_night(key: str | None) -> list[str]:
    """Refuses a wrong or open day, loads the policy and names the systems to read."""
    from aftercare.stages.policy import load_policy

    group = read_group()
    day = period.read_day(key)
    with warehouse.in_words():
        _refuse_period(group, day)
        load_policy(connections.warehouse_engine(), policy())
        entered = _wishes(group, day)
    return [*group.systems, WORKBOOK, *crm_targets(group), *entered]


def _wishes(group: Group, day: date) -> list[str]:
    """The system of wishes that somebody entered, where the night has some to read."""
    from aftercare.stages import wishes

    engine = connections.warehouse_engine()
    return [wishes.SYSTEM] if wishes.is_awaited(engine, group, day) else []


def _refuse_period(group: Group, day: date) -> None:
    """PeriodRefused for a day that is not over, or by a clock that cannot be right."""
    now = today(group)
    with connections.warehouse_engine().connect() as connection:
        newest = warehouse.run(connection, "care/read_horizon").scalar_one()
    period.refuse_wrong_clock(day, now, newest)
    period.refuse_open_day(day, now)


@step
def pull(key: str | None, system: str) -> Counts:
    """Copies what changed in one system to staging; a feed that fails does not stop the others."""
    from aftercare.stages import wishes
    from aftercare.stages.keys import ready_load
    from aftercare.stages.pull import keep_failure
    from aftercare.stages.pull import pull as pull_feed
    from aftercare.stages.read_back import feeds_of, read_back

    group, day = read_group(), period.read_day(key)
    if system == wishes.SYSTEM:
        ready_load(connections.warehouse_engine(), keyring(), system, wishes.FEED, day)
        return wishes.read_wishes(connections.warehouse_engine(), keyring(), group, day)
    if system in crm_targets(group):
        crm = target(group, system)
        for feed in feeds_of(crm):
            ready_load(connections.warehouse_engine(), keyring(), system, feed, day)
        return read_back(connections.warehouse_engine(), keyring(), group, crm, day)
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
            keyring(),
            group,
            dealer,
            connection,
            feed,
            day,
        ),
    )


@step
def settle(key: str | None, system: str) -> Counts:
    """Validates and merges what was pulled of one system, reference feeds first.

    Then rows that stewards let through go on, and where the system's weekly sweep is due, merged
    feeds are swept. What fails keeps back nothing else; it is raised at the end.
    """
    day = period.read_day(key)
    problems: list[AftercareError] = []
    missed: list[AftercareError] = []
    counts = _attempt(
        pulled_feeds(day, system), lambda feed: _settle_load(system, feed, day), problems
    )
    _settle_released(system, problems)
    for feed, swept in _attempt(
        counts, lambda feed: _sweep_feed(system, feed, day), missed
    ).items():
        if swept:
            counts[feed]["swept"] = swept
    _raise_together(problems, missed)
    return counts


@step
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
        keyring(),
        group,
        dealer,
        connections.connection(dealer.connection),
        feed,
        day,
        is_asked_for,
        most_lost,
    )


@step
def settle_released(system: str | None = None) -> list[Counts]:
    """Validates and merges loads again that hold rows which stewards let through since."""
    problems: list[AftercareError] = []
    settled = _settle_released(system, problems)
    _raise_together(problems)
    return settled


def _settle_released(system: str | None, problems: list[AftercareError]) -> list[Counts]:
    from aftercare.stages.cases import pending_loads

    settled: list[Counts] = []
    for name, feed, day in pending_loads(connections.warehouse_engine(), system):
        counts = _attempt([feed], partial(_settle_load, name, day=day), problems)
        settled += [{"system": name, "feed": feed, "day": day, **counts[feed]} for feed in counts]
    return settled


def _settle_load(system: str, feed: str, day: date) -> Counts:
    from aftercare.stages.keys import ready_load
    from aftercare.stages.merge import merge
    from aftercare.stages.sweep import judge_again
    from aftercare.stages.validate import only_settler, validate

    engine, group = connections.warehouse_engine(), read_group()
    with only_settler(engine, system, feed, day):
        ready_load(engine, keyring(), system, feed, day)
        checked = validate(engine, group, system, feed, day, docs_folder=docs_folder())
        counts = {**checked, **merge(engine, group, system, feed, day)}
    dealer = dealer_system(system) if system in group.systems else None
    again = judge_again(engine, group, dealer, feed) if isinstance(dealer, SqlSystem) else {}
    return {**counts, "swept": again} if again else counts


@step
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


@step
def make_tasks(key: str | None) -> Counts:
    """Works out who people are and when services are due, then makes, moves, withdraws and closes
    follow-up tasks of a night; before, compares last night with the draft of the settings."""
    from aftercare.stages.people import know_people
    from aftercare.stages.service_due import know_service_due
    from aftercare.stages.tasks import make_tasks as make

    group, day = read_group(), period.read_day(key)
    _refuse_period(group, day)
    if group.night.draft:
        compare_draft(day, group.night.draft)
    know_people(connections.warehouse_engine(), group, day)
    know_service_due(connections.warehouse_engine(), group, policy(), day)
    return make(connections.warehouse_engine(), keyring(), group, policy(), day, today(group))


@step
def know_people(everybody: bool) -> Counts:
    """Works out who people are: of the vehicles that wait for it, or of all."""
    from aftercare.stages import people

    know = people.know_again if everybody else people.know_people
    return dict(know(connections.warehouse_engine(), read_group()))


def require_complete(key: str | None, systems: Iterable[str] | None) -> None:
    """Raises BadData naming system and feed for each load of the night that did not get through.

    ``systems`` are those to read, None where the night was not even opened: then all of the group.
    """
    day = period.read_day(key)
    with warehouse.in_words(), connections.warehouse_engine().connect() as connection:
        loads = warehouse.run(connection, "ops/list_unfinished_loads", day=day).mappings().all()
        made = warehouse.run(
            connection, "ops/list_reports", stages=["tasks"], keys=[day.isoformat()]
        ).all()
        seen = set(warehouse.run(connection, "ops/list_loaded_systems", day=day).scalars())
    wanted = read_group().systems if systems is None else systems
    missing = set(wanted) - seen - {WORKBOOK, *crm_targets(read_group())}
    problems = [
        f"{load['system']}/{load['feed']}: {load['failure'] or load['state']}" for load in loads
    ]
    problems += [f"{name}: nothing was read" for name in sorted(missing)]
    if not made:
        # Without tasks the delivery never begins, so the morning mail has to come from here.
        morning(key)
        problems.append("no tasks were made")
    if problems:
        raise BadData(f"the night of {day} is incomplete: " + "; ".join(problems))


def pulled_feeds(day: date, system: str) -> list[str]:
    """Feeds of a system that have a load for the day, reference feeds first."""
    with connections.warehouse_engine().connect() as connection:
        loaded = set(
            warehouse.run(connection, "ops/list_pulled_feeds", day=day, system=system).scalars()
        )
    return [feed for feed in FEEDS if feed in loaded]


def _each_feed(feeds: Iterable[str], act: Callable[[str], Counts]) -> Counts:
    """Acts on each feed; the failures are raised together at the end."""
    problems: list[AftercareError] = []
    counts = _attempt(feeds, act, problems)
    _raise_together(problems)
    return counts


def _attempt(
    feeds: Iterable[str], act: Callable[[str], Counts], problems: list[AftercareError]
) -> Counts:
    """Acts on each feed, reference feeds first; failures are added to ``problems``."""
    chosen = set(feeds)
    counts: Counts = {}
    for feed in (name for name in FEEDS if name in chosen):
        try:
            counts[feed] = act(feed)
        except AftercareError as problem:
            log.error("%s: %s", feed, problem)
            problems.append(problem)
    return counts


def _raise_together(
    problems: Sequence[AftercareError], missed: Sequence[AftercareError] = ()
) -> None:
    """Raises all as one, retriable if one of ``problems`` is.

    What was ``missed`` is made up for by the next night: for its sake nothing is done again.
    """
    if not problems and not missed:
        return
    said = [*map(str, problems), *(f"not swept, the next night does it: {it}" for it in missed)]
    message = "; ".join(said)
    waits = [problem for problem in problems if isinstance(problem, Retriable)]
    if waits:
        asked = [problem.retry_after for problem in waits if problem.retry_after is not None]
        raise type(waits[0])(message, max(asked, default=None))
    raise Fatal(message)
