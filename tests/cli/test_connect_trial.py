"""A trial says what the night would do, and leaves nothing behind."""

from dataclasses import replace
from datetime import datetime

from dealer_sources import (
    DAY,
    GROUP,
    KEYRING,
    csv_file,
    file_system,
    folder_connection,
    know_stores,
    mapped,
    order,
    rows_of,
    sql_system,
    sqlite,
)
from sqlalchemy import text

from aftercare.cli.connect_trial import trial_lines, try_day
from aftercare.reports.scorecard_words import read_words
from aftercare.sources.mapping import read_dealer_system
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
    assert ("status", 1, 1, ("12559999",), False) in tried.unreadable


def test_a_feed_that_fails_is_told_and_hides_no_other(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system = file_system(tmp_path, "csv", more="    delimiter: ';'\n")
    csv_file(tmp_path / f"{DAY:%Y%m%d}" / "a.csv", orders())
    (tried,) = try_day(warehouse, KEYRING, GROUP, system, folder_connection(tmp_path), DAY)
    assert tried.problem is not None
    assert "its header lacks" in tried.problem
    with warehouse.connect() as connection:
        loads = connection.execute(text("select count(*) from ops.load where system = 'dms'"))
        assert loads.scalar_one() == 1  # of the store that was known before


def said(tried):
    return list(trial_lines(tried, "dms", GROUP, DAY, read_words("en", "connect")))


def test_a_rule_is_told_with_rows_that_break_it(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    rows = [order(f"R{row}", sender_phone="138") for row in range(5)]
    rows[4]["vin"] = "LSVAA41"
    tried = try_day(warehouse, KEYRING, GROUP, sql_system(tmp_path), sqlite(tmp_path, rows), DAY)
    assert tried[0].keys == {"RO04": ["R4"], "RO10": ["R0", "R1", "R2"]}
    assert any(line.endswith(": 1 row (held): R4") for line in said(tried))
    assert any(line.endswith(": 5 rows: R0, R1, R2 …") for line in said(tried))


def test_a_system_of_whom_nobody_can_be_called_does_not_go_live(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system, address = sql_system(tmp_path), sqlite(tmp_path, [order("R1")])
    assert said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))[-1].startswith(
        "It can go live: every row goes on. Add"
    )
    file = tmp_path / "dms.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(
        "".join(line for line in lines if "deliverer_phone" not in line), encoding="utf-8"
    )
    tried = try_day(warehouse, KEYRING, GROUP, read_dealer_system(file), address, DAY)
    assert tried[0].counts["quarantined"] == 0
    assert any(
        "deliverer_phone is not mapped, and without it nobody can be called" in line
        for line in said(tried)
    )
    assert "Add dms" not in said(tried)[-1]
    assert "repair_order.deliverer_phone" in said(tried)[-1]


def test_a_system_without_orders_does_not_go_live(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    tried = try_day(warehouse, KEYRING, GROUP, sql_system(tmp_path), sqlite(tmp_path, []), DAY)
    assert said(tried)[-1].startswith("It cannot go live: no order goes on")


def test_a_trial_ends_with_whether_the_system_can_go_live(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system, address = sql_system(tmp_path), sqlite(tmp_path, orders())
    tried = try_day(warehouse, KEYRING, GROUP, system, address, DAY)
    assert said(tried)[-1].startswith(
        "It can go live: rows that would be held and become cases for the steward: 2."
    )
    gone = replace(address, database=str(tmp_path / "gone.sqlite"))
    tried = try_day(warehouse, KEYRING, GROUP, system, gone, DAY)
    assert said(tried)[-1].startswith("It cannot go live: repair orders could not be read")


def test_money_that_is_hardly_in_yuan_is_told(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    rows = [order(f"R{row}", amount=40_000 + row) for row in range(3)]
    system, address = sql_system(tmp_path), sqlite(tmp_path, rows)
    (line,) = (
        line
        for line in said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))
        if "median" in line
    )
    assert line.endswith(
        "median 40,001.00 yuan; that is not usual. Is it kept in fen? Then write unit: fen"
    )
    file = tmp_path / "dms.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("amount: amount", "amount: {column: amount, unit: fen}"), "utf-8")
    tried = try_day(warehouse, KEYRING, GROUP, read_dealer_system(file), address, DAY)
    assert any(line.endswith("amount: median 400.01 yuan") for line in said(tried))


def test_unknown_stores_are_told_where_they_come_from(warehouse, tmp_path):
    address = sqlite(tmp_path, [order("R1")])
    tried = try_day(warehouse, KEYRING, GROUP, sql_system(tmp_path), address, DAY)
    assert any("store codes come from the feed store" in line for line in said(tried))


def test_an_unknown_store_is_named_and_the_others_need_no_explanation(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    rows = [*(order(f"R{row}") for row in range(9)), order("R9", dealer="HZ9")]
    tried = try_day(warehouse, KEYRING, GROUP, sql_system(tmp_path), sqlite(tmp_path, rows), DAY)
    lines = said(tried)
    assert any(line.strip() == "unknown store codes: HZ9 ×1" for line in lines)
    assert not any("store codes come from the feed store" in line for line in lines)


def test_a_brand_without_a_pack_is_named(warehouse, tmp_path):
    system = mapped(
        tmp_path,
        "sql",
        "    table: tt_order\n",
        "\n      store_code: ro_no\n      name: advisor\n      brand: dealer\n",
        "store",
    )
    tried = try_day(warehouse, KEYRING, GROUP, system, sqlite(tmp_path, [order("A")]), DAY)
    assert any(line.strip() == "brands without a policy pack: CA01 ×1" for line in said(tried))


def test_what_cannot_be_read_is_one_line_a_column(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    people = ("王军强 送", "赵强", "李超伟", "冯勇 送", "喆鑫")
    rows = [order(f"R{row}", opened=f"{row}.6.26", km_in=people[row % 5]) for row in range(1, 30)]
    tried = try_day(warehouse, KEYRING, GROUP, sql_system(tmp_path), sqlite(tmp_path, rows), DAY)
    lines = [line.strip() for line in said(tried) if "unreadable" in line]
    assert lines == [
        "unreadable odometer in (km): rows: 29, different values: 5",
        "unreadable opened at: rows: 29, different values: 29, such as “1.6.26” “10.6.26” “11.6.26”",
    ]


def test_phones_of_which_none_can_be_called_are_as_good_as_none(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    rows = [order("R1", sender_phone="138"), order("R2", sender_phone=None)]
    tried = try_day(warehouse, KEYRING, GROUP, sql_system(tmp_path), sqlite(tmp_path, rows), DAY)
    assert tried[0].counts["quarantined"] == 0
    assert "of no use: repair_order.deliverer_phone" in said(tried)[-1]


def wrong_system(folder):
    """A mapping that takes the status from the column of plates."""
    sql_system(folder)
    file = folder / "dms.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{column: state,", "{column: plate,"), encoding="utf-8")
    return read_dealer_system(file)


def test_a_wrong_column_of_codes_shows_nobody(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    given = {
        "plates": [f"川B{row:02d}4ZP" for row in range(4)],
        "vins": [f"LS502KNP1RF9289{row:02d}" for row in range(4)],
        "phones": ["车主13812345678", "0571-88888888", "客户在店等"],
        "one_plate": ["川BE94ZP", "未付"],
        "names": ["王军强", "已付"],
        "remarks": ["客户在店等，先做保养再看一下异响", "等"],
    }
    for kind, values in given.items():
        rows = [order(f"R{row}", plate=values[row % len(values)]) for row in range(30)]
        system, address = wrong_system(tmp_path), sqlite(tmp_path, rows)
        said_of = said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))
        assert [value for value in values[:-1] for line in said_of if value in line] == [], kind
        assert any("unreadable status: rows: 30" in line for line in said_of), kind


def test_of_many_different_codes_it_is_asked_whether_they_are_any(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    rows = [order(f"R{row}", plate=str(row)) for row in range(30)]
    system, address = wrong_system(tmp_path), sqlite(tmp_path, rows)
    told = said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))
    line = "  unreadable status: rows: 30, different values: 30; is this column one of codes?"
    assert line in told


def test_plates_and_vins_as_keys_are_masked(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    for given, seen in (("川A{}B6FV", "*****"), ("LS502KNP1RF92892{}", "*" * 15)):
        keys = [given.format(row) for row in range(3)]
        rows = [order(key, sender_phone="138") for key in keys]
        system, address = sql_system(tmp_path), sqlite(tmp_path, rows)
        told = said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))
        assert [key for key in keys for line in told if key in line] == []
        assert any(f": 3 rows: {seen}" in line for line in told)


def test_a_feed_that_was_not_read_shows_nothing_of_the_night(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system, address = sql_system(tmp_path), sqlite(tmp_path, orders())
    pull(warehouse, KEYRING, GROUP, system, address, "repair_order", DAY)
    validate(warehouse, GROUP, "dms", "repair_order", DAY)
    gone = replace(address, database=str(tmp_path / "gone.sqlite"))
    told = said(try_day(warehouse, KEYRING, GROUP, system, gone, DAY))
    assert len(told) == 2
    assert told[0].startswith("repair orders: ")


def test_where_all_changes_lie_after_the_day_the_day_is_asked_for(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    rows = [order("R1", changed=datetime.fromisoformat("2026-11-27 09:30"))]
    system, address = sql_system(tmp_path), sqlite(tmp_path, rows)
    told = said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))
    assert "  the newest change 2026-11-27 lies after 2026-06-10: give --day" in told
    (tried,) = try_day(warehouse, KEYRING, GROUP, system, sqlite(tmp_path, []), DAY)
    assert tried.newest is None


def test_phones_in_a_column_of_money_are_hardly_money(warehouse, tmp_path):
    know_stores(warehouse, "CA01")
    system, address = sql_system(tmp_path), sqlite(tmp_path, [order("R1", amount=1394812713)])
    told = said(try_day(warehouse, KEYRING, GROUP, system, address, DAY))
    assert any(line.endswith("in any unit. Is this money at all?") for line in told)
    file = tmp_path / "dms.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("amount: amount", "amount: {column: amount, unit: fen}"), "utf-8")
    told = said(try_day(warehouse, KEYRING, GROUP, read_dealer_system(file), address, DAY))
    assert any(line.endswith("in any unit. Is this money at all?") for line in told)
