"""A trial says what the night would do, and leaves nothing behind."""

from datetime import datetime

from dealer_sources import (
    DAY,
    GROUP,
    KEYRING,
    csv_file,
    file_system,
    folder_connection,
    know_stores,
    order,
    rows_of,
    sql_system,
    sqlite,
)
from sqlalchemy import text

from aftercare.cli.connect_trial import try_day
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate

TABLES = (
    "ops.load",
    "ops.stage_report",
    "ops.file_read",
    "staging.repair_order",
    "quality.quarantine",
    "quality.flag",
    "quality.good_row",
)


def orders():
    early = datetime.fromisoformat("2026-06-10 08:00")
    return [
        order("R1"),
        order("R1", changed=early, amount=9),
        order("R2", vin="LSVAA41"),
        order("R3", state="12559999"),
        order("R4", sender_phone="138"),
        order("R4", sender_phone="138"),
    ]


def contents(engine):
    return {name: rows_of(engine, f"select count(*) as n from {name}")[0]["n"] for name in TABLES}  # noqa: S608


def test_a_trial_counts_as_the_night_does_and_keeps_nothing(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system, address = sql_system(tmp_path), sqlite(tmp_path, orders())
    before = contents(warehouse)
    (tried,) = try_day(warehouse, KEYRING, GROUP, system, address, DAY)
    assert contents(warehouse) == before
    night = pull(warehouse, KEYRING, GROUP, system, address, "repair_order", DAY)
    night |= validate(warehouse, GROUP, "dms", "repair_order", DAY)
    assert tried.counts == night
    assert (tried.counts["quarantined"], tried.counts["stale"]) == (2, 1)
    assert not tried.is_sound
    assert ("status", "12559999", 1) in tried.unreadable


def test_a_feed_that_fails_is_told_and_hides_no_other(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system = file_system(tmp_path, "csv", more="    delimiter: ';'\n")
    csv_file(tmp_path / f"{DAY:%Y%m%d}" / "a.csv", orders())
    (tried,) = try_day(warehouse, KEYRING, GROUP, system, folder_connection(tmp_path), DAY)
    assert tried.problem is not None
    assert "its header lacks" in tried.problem
    assert not tried.is_sound
    with warehouse.connect() as connection:
        loads = connection.execute(text("select count(*) from ops.load where system = 'dms'"))
        assert loads.scalar_one() == 1  # of the store that was known before
