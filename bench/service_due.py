"""Next services of a night's touched vehicles, beside one statement written by hand for one policy."""

from __future__ import annotations

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.rules.policy import Policy
from aftercare.settings import read_group
from aftercare.stages.service_due import know_service_due
from bench.history import POLICY, copied
from bench.results import DifferentWork, Result, timed
from bench.sizes import DAY, TIMES_AS_LONG, Size

LIMIT = 1.5


def bench_service_due(server: EmbeddedPostgres, template: str, size: Size) -> Result:
    """By turns, each on a copy of one warehouse, whose vehicles are touched before."""
    group, policy = read_group(), Policy.load(POLICY)
    ours, reference = [], []
    for _ in range(size.runs):
        with copied(server, template, f"{template}_by_hand") as engine:
            _touch(engine, size)
            reference.append(timed(lambda: _by_hand(engine, group.group.time_zone)))
            expected = _digest(engine)
        with copied(server, template, f"{template}_due") as engine:
            _touch(engine, size)
            ours.append(timed(lambda: know_service_due(engine, group, policy, DAY)))
            found = _digest(engine)
        if found != expected:
            raise DifferentWork(f"next services differ: {found} and, by hand, {expected}")
    return Result(
        "service due",
        f"{size.touched:,} vehicles of {size.vehicles:,}, {size.history * TIMES_AS_LONG:,} visits",
        ours,
        reference,
        LIMIT,
    )


def _touch(engine: Engine, size: Size) -> None:
    before = _digest(engine)
    with engine.begin() as connection:
        warehouse.run(connection, "bench/touch_vehicles", touched=size.touched)
    if before[0] is None:
        raise DifferentWork("the template knows no next services")


def _by_hand(engine: Engine, time_zone: str) -> None:
    with engine.begin() as connection:
        warehouse.run(connection, "bench/know_service_due", time_zone=time_zone)


def _digest(engine: Engine) -> tuple[object, ...]:
    with engine.connect() as connection:
        return tuple(warehouse.run(connection, "bench/digest_service_due").one())
