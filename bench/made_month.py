"""A made-up month that is over: people, visits, follow-ups with their calls, complaints."""

from __future__ import annotations

from datetime import date

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.rules.month import Month, month_of
from aftercare.rules.policy import Policy
from aftercare.settings import read_group
from aftercare.stages.policy import load_policy
from aftercare.stages.proposals import propose
from aftercare.stages.rewards import propose_rewards
from aftercare.stages.scorecards import score_month
from bench.history import POLICY, keep_load
from bench.sizes import Size

MONTH = "2026-05"
TODAY = date(2026, 6, 10)


def bounds() -> Month:
    """The month's days, and the last day whose calls count."""
    return month_of(Policy.load(POLICY), MONTH)


def fill_month(server: EmbeddedPostgres, database: str, size: Size) -> None:
    """A warehouse that has seen the month and did not score it yet."""
    server.create_database(database)
    engine = warehouse.connect(server.url(database), statement_timeout_ms=0)
    warehouse.migrate(engine)
    load_policy(engine, Policy.load(POLICY))
    month, zone = bounds(), read_group().group.time_zone
    first = {"first_day": month.first_day}
    many = {"orders": size.month_orders, "stores": size.stores}
    with engine.begin() as connection:
        load_id = keep_load(connection, "all")
        warehouse.run(connection, "bench/create_draw")
        warehouse.run(
            connection,
            "bench/fill_stores",
            load_id=load_id,
            day=month.first_day,
            stores=size.stores,
        )
        warehouse.run(connection, "bench/fill_people")
        warehouse.run(connection, "bench/fill_posts")
        warehouse.run(
            connection,
            "bench/fill_month_orders",
            load_id=load_id,
            time_zone=zone,
            **first,
            **many,
        )
        warehouse.run(
            connection, "bench/fill_month_tasks", last_day=month.last_day, **first, **many
        )
        warehouse.run(connection, "bench/fill_month_calls", load_id=load_id)
        warehouse.run(connection, "bench/fill_complaints", load_id=load_id, time_zone=zone, **first)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "bench/vacuum")
    engine.dispose()


def publish_made_month(server: EmbeddedPostgres, database: str) -> None:
    """Scores the month, decides its proposals, and publishes it without any mail.

    The eleven months before get the same scorecards.
    """
    engine = warehouse.connect(server.url(database), statement_timeout_ms=0)
    group, policy = read_group(), Policy.load(POLICY)
    score_month(engine, group, policy, MONTH, TODAY)
    propose(engine, group, policy, MONTH)
    propose_rewards(engine, group, policy, MONTH)
    with engine.begin() as connection:
        warehouse.run(connection, "bench/decide_proposals", month=MONTH)
        warehouse.run(connection, "bench/fill_earlier_months", month=MONTH)
        warehouse.run(
            connection,
            "score/keep_publication",
            month=MONTH,
            approved_by="hr",
            is_told=True,
            tells_employees=True,
        )
        warehouse.run(connection, "score/close_month", month=MONTH)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "bench/vacuum")
    engine.dispose()
