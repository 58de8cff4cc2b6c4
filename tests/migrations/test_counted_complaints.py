"""Version 0040: what settled months counted is taken as counted, and no complaint is lost by the clock."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from aftercare import warehouse

SETTLED, DECIDED = "2026-06", "2026-07"
FILL = (
    "set local session_replication_role = replica",
    """
    insert into score.month (month, state, policy_digest)
    select unnest(array['2026-06', '2026-07', '2026-08']), 'closed', 'x'
    """,
    "insert into score.publication (month, approved_by) values ('2026-06', 'hr')",
    """
    insert into score.sanction_proposal
    (
        proposal_id, month, kind, employee_no, store_code, step, rule_id, reason, correct_within,
        policy_line, scorecard_id
    )
    values ('2026-07.E1.oral_warning', '2026-07', 'sanction', 'E1', 'S1', 'oral_warning', 'S1-35', 'why', 30, 'l', 'c')
    """,
    """
    insert into score.decision (proposal_id, decision, decided_by)
    values ('2026-07.E1.oral_warning', 'approve', 'hr')
    """,
)
COMPLAINT = """
    insert into core.complaint
    (
        store_code, complaint_no, received_at, received_on, owner_no, verdict, closed_at, vanished_day,
        row_hash, version_at, version_day, load_id
    )
    values (
        'S1', :number, cast(:on as date), :on, 'E1', 'upheld', cast(:closed_at as timestamptz), cast(:vanished as date),
        '', now(), '2026-09-01', 1
    )
"""


@pytest.fixture
def old(postgres: Any) -> Iterator[Engine]:
    """A warehouse of 0039 with a month that was published, one that was decided on and one that is open."""
    name = "counted_complaints"
    postgres.create_database(name)
    engine = warehouse.connect(postgres.url(name))
    warehouse.migrate(engine, "0039")
    with engine.begin() as connection:
        for statement in FILL:
            connection.execute(text(statement))
    yield engine
    engine.dispose()
    postgres.drop_database(name)


COMPLAINTS = {
    "published": ("2026-06-12", None, None, SETTLED),
    "decided on": ("2026-07-12", None, None, DECIDED),
    "closed in time": ("2026-06-28", "2026-07-05 09:00Z", None, SETTLED),
    "closed late": ("2026-06-12", "2026-07-20 09:00Z", None, DECIDED),
    "open": ("2026-08-12", None, None, None),
    "closed late in an open one": ("2026-07-12", "2026-08-20 09:00Z", None, None),
    # On 1 August and on 6 August by Shanghai's clock: the open month counts them.
    "closed in an open month by the clock": ("2026-06-12", "2026-07-31 16:30Z", None, None),
    "closed late by the clock": ("2026-07-28", "2026-08-05 16:30Z", None, None),
    # In time or late by the clock, and settled either way.
    "settled either way": ("2026-06-28", "2026-07-05 16:30Z", None, SETTLED),
    "deleted": ("2026-06-12", None, "2026-09-02", None),
    "never scored": ("2026-01-12", None, None, None),
}
"""Day of receipt, closing, day on which it was found deleted, and the month that has it as counted."""


def test_upheld_complaints_are_taken_as_counted_where_only_settled_months_can_have_them(
    old: Engine,
) -> None:
    with old.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for number, (on, closed_at, vanished, _) in COMPLAINTS.items():
            given = {"number": number, "on": on, "closed_at": closed_at, "vanished": vanished}
            connection.execute(text(COMPLAINT), given)
    warehouse.migrate(old)
    with old.connect() as connection:
        found = connection.execute(text("select row_key, month from score.counted_complaint")).all()
    assert {row.row_key: row.month for row in found} == {
        f"S1|{number}": month for number, (*_, month) in COMPLAINTS.items() if month
    }
    assert len(found) == len({row.row_key for row in found})
