"""Staging rows: however a batch is read, values, hashes and lines say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dealer_sources import KEYRING
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.sources.batches import Batch
from aftercare.sources.canonical import Translator, staging_columns
from aftercare.sources.dealer_system import ColumnMap, SqlFeedMap, SqlSystem, Title
from aftercare.sources.feeds import FEEDS

FEED = FEEDS["repair_order"]
NAMES = [name for name, _ in staging_columns(FEED)]
LATEST = datetime(2026, 6, 11, tzinfo=ZoneInfo("Asia/Shanghai"))
WRITTEN = (
    *(
        "",
        "-",
        "１２,３４５公里",
        "12.50",
        "RO\t1",
        "a\\b",
        "x\ny",
        "2026-06-10 09:05",
        "2026-02-30",
    ),
    *("2026/06/10 09:05", "45800.5", "13812345678", "+86 138-1234-5678", "浙A12345", "浙a·12345"),
    *("LSVAA4182E2184847", "ls5a1b2c0t0000001", "张　三", "是", "0", "12551010", "0001-01-01"),
)
VALUES = st.one_of(
    st.none(),
    st.sampled_from(WRITTEN),
    st.integers(-5, 10**11),
    st.booleans(),
    st.decimals(-100, 10**6, places=2),
    st.datetimes(datetime(1890, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - as dealers keep them
    st.dates(date(1890, 1, 1), date(2030, 1, 1)),
)


def translator(zone: str = "Asia/Shanghai", **written: str) -> Translator:
    columns = {
        column.name: ColumnMap(
            column=column.name,
            codes="code" if column.kind == "code" else None,
            format=written.get(column.name),
        )
        for column in FEED.columns
    }
    system = SqlSystem(
        system="dms",
        title=Title(zh="测试", en="Test"),
        kind="sql",
        connection="source",
        time_zone=zone,
        feeds={FEED.name: SqlFeedMap(columns=columns, table="orders")},
        codes={"code": {"12551010": "settled", "是": "repair"}},
    )
    return Translator(system, FEED, KEYRING, LATEST)


def batch(rows: list[dict[str, Any]]) -> Batch:
    columns = {column.name: [row.get(column.name) for row in rows] for column in FEED.columns}
    return Batch(columns, [f"orders:{at}" for at in range(len(rows))], LATEST)


def one_row(translated: Translator, **given: Any) -> dict[str, Any]:
    (row,) = translated.rows(batch([given]), 1, 1)
    return dict(zip(NAMES, row, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries({c.name: VALUES for c in FEED.columns}), min_size=1))
def test_lines_hold_what_rows_hold(rows: list[dict[str, Any]]) -> None:
    translated, given_batch = translator(), batch(rows)
    hashes, lines = translated.lines(given_batch, 7, 1)
    for line, digest, row in zip(lines, hashes, translated.rows(given_batch, 7, 1), strict=True):
        cells = dict(zip(NAMES, line.split("\t"), strict=True))
        values = dict(zip(NAMES, row, strict=True))
        assert values["row_hash"] == digest
        for name, value in values.items():
            if name != "unreadable" and not name.endswith("_cipher"):
                assert cells[name] == as_cell(value)
            assert (cells[name] == "\\N") == (value is None)


def as_cell(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return (
        str(value)
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=12))
def test_a_value_means_the_same_alone_and_in_a_column_of_others(column: list[Any]) -> None:
    names = [c.name for c in FEED.columns]
    alone = [one_row(translator(), **dict.fromkeys(names, raw))["row_hash"] for raw in column]
    together = translator().lines(batch([dict.fromkeys(names, raw) for raw in column]), 1, 1)
    assert together.hashes == alone


def test_a_row_keeps_its_hash_between_versions_of_this_program() -> None:
    row = one_row(
        translator(opened_at="%Y/%m/%d %H:%M"),
        store_code="CA01",
        ro_no="RO1",
        status=12551010,
        is_reversed=False,
        opened_at="2026/06/10 09:05",
        settled_at=datetime(2026, 6, 10, 17, 30),  # noqa: DTZ001
        odometer_in_km="12,345",
        vin="LSVAA4182E2184847",
        amount=Decimal("1200.50"),
        deliverer_phone="138 1234 5678",
    )
    assert row["row_hash"].hex() == "aa8050fd1c86a707d273e35cd002a284"


def test_local_times_are_right_on_days_when_clocks_change() -> None:
    # Chinese clocks went forward at two in the morning of that day.
    for zone, local, utc in (
        ("Asia/Shanghai", "1986-05-04 01:30", "1986-05-03 17:30"),
        ("Asia/Shanghai", "1986-05-04 03:30", "1986-05-03 18:30"),
        ("Asia/Shanghai", "1986-05-05 03:30", "1986-05-04 18:30"),
        ("America/New_York", "2026-11-01 12:00", "2026-11-01 17:00"),
    ):
        expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
        for raw in (local, datetime.fromisoformat(local)):
            assert one_row(translator(zone), opened_at=raw)["opened_at"] == expected


def test_a_version_is_never_newer_than_the_window() -> None:
    cells = batch([{"ro_no": "RO1"}, {"ro_no": "RO2"}])
    late = Batch(cells.columns, cells.refs, [LATEST + timedelta(days=1), None])
    assert {row[NAMES.index("version_at")] for row in translator().rows(late, 1, 1)} == {LATEST}
