"""What a connection may do beside reading, and what the server's clock says."""

from datetime import UTC, datetime, timedelta

import pytest
from dealer_databases import dealer_database
from dealer_sources import GROUP, database

from aftercare.sources.rights import rights_to_write, server_clock
from aftercare.sources.sql_session import connected


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_who_may_write_is_told_from_who_may_read(kind, request, tmp_path):
    with dealer_database(kind, request, tmp_path) as dealer:
        database(dealer.engine, [])
        name = dealer.engine.url.database
        makes = [f"create role {name} login password 'pw'", f"drop owned by {name}"]
        ends = [*makes[1:], f"drop role {name}"]
        if kind == "mariadb":
            makes, ends = [f"create user {name} identified by 'pw'"], [f"drop user {name}"]
        dealer.run(makes[0], f"grant select on tt_order to {name}")
        try:
            reader = dealer.connection_as(str(name), "pw")
            with connected(reader, GROUP.time_zone) as connection:
                assert rights_to_write(connection, ["tt_order"]) == []
                clock = server_clock(connection)
            dealer.run(f"grant update, delete on tt_order to {name}")
            with connected(reader, GROUP.time_zone) as connection:
                assert rights_to_write(connection, ["tt_order"]) == ["update", "delete"]
        finally:
            dealer.run(*ends)
    assert clock is not None
    assert abs(clock - datetime.now(UTC)) < timedelta(minutes=1)
