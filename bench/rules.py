"""All follow-up rules of one day, beside statements written by hand for today's two packs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.rules.policy import Policy
from aftercare.settings import read_group
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.people import know_people
from aftercare.stages.pull import pull
from aftercare.stages.service_due import know_service_due
from aftercare.stages.tasks import make_tasks
from aftercare.stages.validate import validate
from bench.history import DAY_BEFORE, MAPPING, POLICY, copied, hash_parts
from bench.pulling import FEED, KEYRING, SYSTEM, connection_to
from bench.results import DifferentWork, Result, timed
from bench.sizes import DAY, TIMES_AS_LONG, Size

LIMIT = 3.0
LONGER_LIMIT = 1.5
TODAY = DAY + timedelta(days=1)


def bench_rules(
    server: EmbeddedPostgres, source: str, templates: tuple[str, str], size: Size
) -> Iterator[Result]:
    """One day's tasks over both histories, by turns, and the reference over the longer one.

    Seconds are those of a thousand tasks, for the histories do not have the same tasks due. The
    templates are used up: there is no room on a disk for many copies of a large history.
    """
    evenings = templates
    for template in templates:
        _bring_evening(server, source, template)
    group, policy = read_group(), Policy.load(POLICY)
    ours: dict[str, list[float]] = {evening: [] for evening in evenings}
    reference, tasks = [], {}
    for _ in range(size.runs):
        with copied(server, evenings[1], "rules_by_hand") as engine:
            seconds = timed(lambda: _by_hand(engine))
            expected = _digest(engine)
            by_rule = _by_rule(engine)
            reference.append(seconds / expected[0] * 1000)
        for evening in evenings:
            with copied(server, evening, "rules_of_a_day") as engine:
                seconds = timed(lambda: make_tasks(engine, KEYRING, group, policy, DAY, TODAY))
                found = _digest(engine)
                if evening == evenings[1] and found != expected:
                    raise DifferentWork(
                        f"tasks differ: {found} {_by_rule(engine)} and, by hand, {expected} {by_rule}"
                    )
            tasks[evening] = found[0]
            ours[evening].append(seconds / found[0] * 1000)
    fleet = f"{size.vehicles:,} vehicles, {size.stores} stores"
    yield Result(
        "rules of a day, a thousand tasks",
        f"{tasks[evenings[1]]:,} tasks of {len(by_rule)} follow-ups, {fleet}",
        ours[evenings[1]],
        reference,
        LIMIT,
    )
    yield Result(
        f"rules of a day over {TIMES_AS_LONG} × the history, a thousand tasks",
        f"{tasks[evenings[1]]:,} and {tasks[evenings[0]]:,} tasks, {fleet}",
        ours[evenings[1]],
        ours[evenings[0]],
        LONGER_LIMIT,
    )


def _bring_evening(server: EmbeddedPostgres, source: str, name: str) -> None:
    """The warehouse's last night is done, its staff called who was due, and it knows tonight's
    orders."""
    engine = warehouse.connect(server.url(name), statement_timeout_ms=0)
    group, system, policy = read_group(), read_dealer_system(MAPPING), Policy.load(POLICY)
    make_tasks(engine, KEYRING, group, policy, DAY_BEFORE, DAY)
    called = {"system": SYSTEM, "feed": "call_result", "day": DAY_BEFORE}
    with engine.begin() as connection:
        load_id = warehouse.run(connection, "bench/keep_load", **called).scalar_one()
        warehouse.run(connection, "bench/call_tasks", day=DAY_BEFORE)
        warehouse.run(connection, "bench/fill_calls", load_id=load_id)
    pull(engine, KEYRING, group, system, connection_to(make_url(source)), FEED, DAY)
    validate(engine, group, SYSTEM, FEED, DAY)
    merge(engine, group, SYSTEM, FEED, DAY)
    know_people(engine, group, DAY)
    know_service_due(engine, group, policy, DAY)
    with engine.begin() as connection:
        warehouse.run(connection, "bench/keep_known_tasks")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "bench/vacuum")
    engine.dispose()


def _by_hand(engine: Engine) -> None:
    with engine.begin() as connection:
        warehouse.run(connection, "bench/make_tasks", day=DAY, **hash_parts())
        warehouse.run(connection, "bench/tell_tasks", day=DAY)


def _digest(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        found = warehouse.run(connection, "bench/digest_tasks").one()
    if not found.tasks:
        raise DifferentWork("the day made no tasks")
    return int(found.tasks), int(found.dates)


def _by_rule(engine: Engine) -> dict[str, tuple[int, int]]:
    """New tasks by follow-up, and how many of them have to wait for the customer's consent."""
    with engine.connect() as connection:
        rows = warehouse.run(connection, "bench/count_tasks")
        return {f"{row.rule_id}.{row.occurrence}": (row.tasks, row.not_agreed) for row in rows}
