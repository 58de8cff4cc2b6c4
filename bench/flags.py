"""Flags: the statement compiled from the suite beside one written by hand for the same rules."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.quality.compile import read_statement
from aftercare.quality.suites import read_suite
from bench.history import fill_reference_data
from bench.pulling import FEED
from bench.results import DifferentWork, Result, timed
from bench.sizes import Size

LIMIT = 1.2


def bench_flags(engine: Engine, load_id: int, size: Size) -> Result:
    """Both statements by turns over a load that was pulled, each rolled back."""
    with engine.begin() as connection:
        fill_reference_data(connection, size.stores)
        run = {"load_id": load_id}
        warehouse.run(connection, "quality/analyze_repair_order")
        warehouse.run(connection, "quality/prepare_repair_order", **run, time_zone="Asia/Shanghai")
        warehouse.run(connection, "quality/analyze_facts")
        warehouse.run(connection, "quality/mark_versions", **run)
        warehouse.run(connection, "quality/analyze_facts")
    suite = read_suite(FEED)
    compiled = read_statement(suite)

    def ours(connection: Connection) -> None:
        connection.execute(compiled, {"load_id": load_id})

    def by_hand(connection: Connection) -> None:
        warehouse.run(connection, "bench/flag_repair_orders", load_id=load_id)

    ours_seconds, reference_seconds = [], []
    for _ in range(size.runs):
        reference, seconds = _rolled_back(engine, by_hand, load_id)
        reference_seconds.append(seconds)
        found, seconds = _rolled_back(engine, ours, load_id)
        ours_seconds.append(seconds)
        if found != reference:
            raise DifferentWork(f"flags differ: {found} and, by hand, {reference}")
    return Result(
        "flags",
        f"{size.pulled:,} rows × {len(suite.rules)} rules, {found[0]:,} flags",
        ours_seconds,
        reference_seconds,
        LIMIT,
    )


def _rolled_back(
    engine: Engine, work: Callable[[Connection], None], load_id: int
) -> tuple[tuple[int, int], float]:
    with engine.connect() as connection:
        seconds = timed(lambda: work(connection))
        flags = warehouse.run(connection, "bench/digest_flags", load_id=load_id).one()
        connection.rollback()
    return (int(flags.flags), int(flags.digest)), seconds
