"""Merge: our stage beside an ``insert … on conflict`` written by hand, vehicles included."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.settings import read_group
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate
from bench.history import MAPPING, copied
from bench.pulling import FEED, KEYRING, SYSTEM, connection_to
from bench.results import DifferentWork, Result, timed
from bench.sizes import DAY, Size

LIMIT = 1.3


def bench_merge(server: EmbeddedPostgres, source: str, template: str, size: Size) -> Result:
    """By turns, each on a copy of one warehouse whose load was validated."""
    validated = f"{template}_validated"
    server.create_database(validated, template=template)
    load_id = _validated_load(server, validated, source)
    group = read_group()
    ours, reference = [], []
    for _ in range(size.runs):
        with copied(server, validated, f"{template}_by_hand") as engine:
            reference.append(timed(lambda: _by_hand(engine, load_id, group.group.time_zone)))
            expected = _digest(engine, load_id)
        with copied(server, validated, f"{template}_merged") as engine:
            ours.append(timed(lambda: merge(engine, group, SYSTEM, FEED, DAY)))
            found = _digest(engine, load_id)
        if found != expected:
            raise DifferentWork(f"core differs: {found} and, by hand, {expected}")
    server.drop_database(validated)
    return Result(
        "merge",
        f"{size.night:,} rows into {size.history:,}, a fifth of them known",
        ours,
        reference,
        LIMIT,
    )


def _validated_load(server: EmbeddedPostgres, database: str, source: str) -> int:
    engine = warehouse.connect(server.url(database), statement_timeout_ms=0)
    group, system = read_group(), read_dealer_system(MAPPING)
    pull(engine, KEYRING, group, system, connection_to(make_url(source)), FEED, DAY)
    validate(engine, group, SYSTEM, FEED, DAY)
    with engine.connect() as connection:
        load_id: int = (
            warehouse.run(connection, "merge/lock_load", system=SYSTEM, feed=FEED, day=DAY)
            .one()
            .load_id
        )
    engine.dispose()
    return load_id


def _by_hand(engine: Engine, load_id: int, time_zone: str) -> None:
    with engine.begin() as connection:
        for part in ("merge_repair_orders", "merge_vehicles"):
            warehouse.run(connection, f"bench/{part}", load_id=load_id, time_zone=time_zone)


def _digest(engine: Engine, load_id: int) -> tuple[object, ...]:
    with engine.connect() as connection:
        return tuple(warehouse.run(connection, "bench/digest_core", load_id=load_id).one())
