"""Alembic's entry: runs the versions on the connection that warehouse.migrate hands over.

One upgrade at a time, alone in the warehouse; a second one finds nothing left to do.
"""

from alembic import context

from aftercare import warehouse
from aftercare.errors import Retriable

MOST_NAMED = 5

connection = context.config.attributes["connection"]
warehouse.run(connection, "ops/lock_upgrade")
context.configure(
    connection=connection,
    version_table="warehouse_version",
    version_table_schema="public",
    transaction_per_migration=False,
)


def _refuse_loads_half_way() -> None:
    loads = warehouse.run(connection, "ops/list_half_way_loads").all()
    if loads and not context.config.attributes["among_half_way_loads"]:
        named = [f"{row.system}/{row.feed} of {row.business_day}" for row in loads[:MOST_NAMED]]
        more = ["…"] if len(loads) > MOST_NAMED else []
        raise Retriable(
            f"{len(loads)} loads of nights stand half way: {', '.join(named + more)}; let these "
            "nights end (`aftercare night DAY`), or upgrade with --among-half-way-loads"
        )


found = context.get_context().get_current_revision()
warehouse.refuse_newer(found)
if found is not None and found != context.get_revision_argument():
    warehouse.go_alone(connection, patience=0)
    _refuse_loads_half_way()
with context.begin_transaction():
    warehouse.run(connection, "ops/lift_timeout")
    context.run_migrations()
