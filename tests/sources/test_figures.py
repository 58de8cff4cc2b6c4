"""Figures of a sample: what the night would make of the rows, counted."""

from datetime import datetime, timedelta

from dealer_sources import DAY, GROUP, KEYRING, order, sql_system, sqlite

from aftercare.sources.batches import Window
from aftercare.sources.figures import measure

WINDOW = Window(DAY, 3, GROUP.time_zone)


def figures(folder, rows):
    return measure(sql_system(folder), "repair_order", sqlite(folder, rows), KEYRING, WINDOW)


def column(found, name):
    return next(figure for figure in found.columns if figure.column.name == name)


def test_every_kind_of_fault_is_counted_once(tmp_path):
    rows = [order(f"R{row}") for row in range(6)]
    rows[0]["vin"] = "LSVAA41"
    rows[1]["sender_phone"] = "0571-1234567"
    rows[2]["state"] = 5
    rows[3]["settled"] = datetime.fromisoformat("2027-01-01 10:00")
    rows[4]["plate"] = None
    rows[5]["ro_no"] = "R4"
    found = figures(tmp_path, [*rows, order(None)])
    assert (found.rows, found.duplicates, found.incomplete) == (7, 1, 1)
    assert column(found, "vin").checks == {"length": 1}
    assert column(found, "deliverer_phone").checks == {"landline": 1}
    assert column(found, "status").unreadable == 1
    assert column(found, "settled_at").ahead == 1
    assert (column(found, "plate").filled, column(found, "plate").valid) == (6, 6)
    assert column(found, "amount").valid is None


def test_an_older_version_of_a_row_is_no_duplicate(tmp_path):
    early = datetime.fromisoformat("2026-06-09 08:00")
    found = figures(tmp_path, [order("R1"), order("R1", changed=early)])
    assert (found.rows, found.duplicates) == (2, 0)


def test_rows_of_the_last_month_count_where_there_are_enough(tmp_path):
    old = order("R")["changed"] - timedelta(days=300)
    many = [order(f"R{row}") for row in range(60)]
    found = figures(tmp_path, [*many, order("OLD", changed=old)])
    assert (found.is_recent, found.rows) == (True, 60)
    found = figures(tmp_path, [*many[:9], order("OLD", changed=old)])
    assert (found.is_recent, found.rows) == (False, 10)
