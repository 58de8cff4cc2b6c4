"""Version 0031: months that were published before it stay told."""

from typing import Any

from sqlalchemy import text

from aftercare import warehouse


def test_a_month_that_was_published_before_the_upgrade_was_told(postgres: Any) -> None:
    name = "old_months"
    postgres.create_database(name)
    engine = warehouse.connect(postgres.url(name))
    try:
        warehouse.migrate(engine, "0029")
        with engine.begin() as connection:
            # Whose month it is does not matter here.
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(
                text("insert into score.publication (month, approved_by) values ('2026-06', 'hr')")
            )
        warehouse.migrate(engine)
        with engine.connect() as connection:
            told = connection.execute(text("select month, is_told from score.publication"))
            assert [tuple(row) for row in told] == [("2026-06", True)]
            assert connection.execute(text("select count(*) from score.old_month")).scalar() == 0
    finally:
        engine.dispose()
        postgres.drop_database(name)
