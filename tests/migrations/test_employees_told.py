"""Version 0029: what happened before it is told to nobody by mail; what happens after it is."""

from typing import Any

from sqlalchemy import Connection, text

from aftercare import warehouse

OBJECTION = """
insert into score.objection (
    month, employee_no, store_code, scorecard_id, kpi_id, words, raised_by, raised_on,
    due_on, policy_line, state, answer, answered_by, answered_on, answered_at
)
select '2026-06', 'E1', 'SK01', 'card', kpi, 'no', 'hr.li', '2026-07-06', '2026-07-13', 'line',
    case when is_answered then 'upheld' else 'open' end,
    case when is_answered then 'yes' end, case when is_answered then 'hr.li' end,
    case when is_answered then date '2026-07-07' end, case when is_answered then now() end
from (values (:open, false), (:answered, true)) as given (kpi, is_answered)
"""
ADJUSTMENT = """
insert into score.adjustment (
    month, scorecard_id, kpi_id, employee_no, store_code, credit, unit, rows_behind, row_count,
    noticed_on
)
values ('2026-06', 'card', :kpi, 'E1', 'SK01', 'person', 'share', '[]', 0, '2026-07-20')
"""


def add(connection: Connection, when: str) -> None:
    # Whose rows they are does not matter here.
    connection.execute(text("set local session_replication_role = replica"))
    given = {"open": f"{when} open", "answered": f"{when} answered"}
    connection.execute(text(OBJECTION), given)
    connection.execute(text(ADJUSTMENT), {"kpi": when})


def test_only_what_happens_since_the_upgrade_is_told(postgres: Any) -> None:
    name = "told"
    postgres.create_database(name)
    engine = warehouse.connect(postgres.url(name))
    try:
        warehouse.migrate(engine, "0026")
        with engine.begin() as connection:
            add(connection, "before")
        warehouse.migrate(engine)
        with engine.begin() as connection:
            add(connection, "after")
        with engine.connect() as connection:
            told = connection.execute(
                text("select kpi_id, tells_receipt, tells_answer from score.objection order by 1")
            )
            assert [tuple(row) for row in told] == [
                ("after answered", True, True),
                ("after open", True, True),
                ("before answered", False, False),
                ("before open", False, True),
            ]
            told = connection.execute(
                text("select kpi_id, tells_employee from score.adjustment order by 1")
            )
            assert [tuple(row) for row in told] == [("after", True), ("before", False)]
    finally:
        engine.dispose()
        postgres.drop_database(name)
