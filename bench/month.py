"""The scorecards of a month, beside one statement written by hand for eight of their figures."""

from __future__ import annotations

from functools import partial
from time import perf_counter

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.reports.scorecard_report import SCORE, ranks_of
from aftercare.rules.policy import Policy
from aftercare.scored_lines import month_lines
from aftercare.settings import read_group
from aftercare.stages.scorecards import score_month, would_score
from bench.history import POLICY, copied
from bench.made_month import MONTH, TODAY, bounds
from bench.results import DifferentWork, Result, timed
from bench.sizes import Size

LIMIT = 3.0
Digests = dict[str, tuple[int, int]]


def bench_month(server: EmbeddedPostgres, template: str, size: Size) -> Result:
    """By turns, each on a copy of a warehouse that did not score the month; seconds a figure.

    Raises DifferentWork unless both come to the same eight figures, places, and rows behind them.
    """
    ours, reference, alone, alone_reference = [], [], [], []
    known: Digests = {}
    for _ in range(size.runs):
        with copied(server, template, f"{template}_by_hand") as engine:
            counted, kept = _by_hand(engine)
            expected = _left(engine, "_by_hand")
            places = _by_hand_places(engine)
            reference.append((counted + kept) / len(expected["figures"]))
            alone_reference.append(counted / len(expected["figures"]))
        with copied(server, template, f"{template}_scored") as engine:
            looked = timed(partial(_look, engine))
            seconds, found_places = _ours(engine)
            left = _left(engine, "", month=MONTH)
        for what, digests in expected.items():
            found = {name: left[what].get(name) for name in digests}
            if found != digests:
                raise DifferentWork(f"{what} differ: {found} and, by hand, {digests}")
        if found_places != places:
            raise DifferentWork("the places of people differ")
        known = left["figures"]
        ours.append(seconds / len(known))
        alone.append(looked / len(known))
    middle = size.runs // 2
    return Result(
        "scorecards of a month, a figure",
        f"{len(known)} figures and {len(expected['figures'])} by hand, {size.month_orders:,} "
        f"repair orders, as many follow-ups, {size.people:,} people, {size.stores} stores",
        ours,
        reference,
        LIMIT,
        parts={
            "all that is kept": (sorted(ours)[middle], sorted(reference)[middle]),
            "counted and not kept": (sorted(alone)[middle], sorted(alone_reference)[middle]),
        },
    )


def _by_hand(engine: Engine) -> tuple[float, float]:
    """Seconds of the statement that counts and ranks, and of the one that keeps the rows."""
    group, policy, month = read_group(), Policy.load(POLICY), bounds()
    given = {"time_zone": group.group.time_zone, **month.bounds}
    with engine.begin() as connection:
        warehouse.run(connection, "bench/create_figures")
        warehouse.run(connection, "bench/create_rows")
    with engine.begin() as connection:
        count = partial(
            warehouse.run,
            connection,
            "bench/score_month",
            minimum_n=_minimum_n(policy),
            **given,
        )
        counted = timed(count)
        kept = timed(partial(warehouse.run, connection, "bench/keep_rows", **given))
    return counted, kept


def _look(engine: Engine) -> None:
    """Counts the month's lines, and keeps none."""
    would_score(engine, read_group(), Policy.load(POLICY), MONTH, TODAY)


def _ours(engine: Engine) -> tuple[float, dict[str, int]]:
    """Scores the month, and ranks its people as the documents do: seconds, places by number."""
    policy = Policy.load(POLICY)
    began = perf_counter()
    score_month(engine, read_group(), policy, MONTH, TODAY)
    with engine.connect() as connection:
        lines = month_lines(connection, MONTH, kpi_id=SCORE)
    ranks = ranks_of(lines, _minimum_n(policy))
    seconds = perf_counter() - began
    return seconds, {
        line["employee_no"]: ranks[line["scorecard_id"]][0]
        for line in lines
        if line["scorecard_id"] in ranks
    }


def _minimum_n(policy: Policy) -> int:
    return int(policy.value("house", "scoring", "minimum_n", bounds().last_day).value)


def _left(engine: Engine, whose: str, **given: str) -> dict[str, Digests]:
    """Number and digest of figures, and of the rows behind them, by figure."""
    with engine.connect() as connection:
        return {
            what: {
                row.kpi_id: (row.figures, int(row.digest))
                for row in warehouse.run(connection, f"bench/digest_{what}{whose}", **given)
            }
            for what in ("figures", "rows")
        }


def _by_hand_places(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row.whose: row.place for row in warehouse.run(connection, "bench/list_places")}
