"""How raw values are understood, and what stays unreadable."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.sources import values
from aftercare.sources.moments import epoch_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = [None, "", "  ", "　", "-", "—", "/", "NULL", "无"]


def one(understood: values.Understood) -> object:
    """The value, or `?` and the raw text when it was unreadable."""
    [value] = understood.values
    return "?" + understood.unreadable[0] if understood.unreadable else value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("  浙Ａ１２３４５　", "浙A12345"),
        ("和远（杭州）４Ｓ店", "和远（杭州）4S店"),
        ("a\0b\u200b", "ab"),
        ("", None),
        ("NULL", None),
        (7, "7"),
        (7.0, "7"),
        (Decimal("12551010"), "12551010"),
        (True, "true"),
        ("无", "无"),
        ("007", "007"),
    ],
)
def test_texts_are_clean_and_never_unreadable(raw: object, value: object) -> None:
    assert one(values.texts([raw])) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("１２,３４５公里", 12345),
        ("12 km", 12),
        (Decimal("12.0"), 12),
        (12.0, 12),
        ("-3", -3),
        ("12.5", "?12.5"),
        ("12,5", "?12,5"),
        ("1,234,5", "?1,234,5"),
        ("很多", "?很多"),
        (2**31, "?2147483648"),
        (True, "?true"),
        *((raw, None) for raw in NOTHING),
    ],
)
def test_integers(raw: object, value: object) -> None:
    assert one(values.integers([raw])) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("￥1，234.50元", Decimal("1234.5")),
        ("¥ 1,234.50", Decimal("1234.5")),
        ("RMB 12", Decimal(12)),
        ("-1,234.5", Decimal("-1234.5")),
        (0.1 + 0.2, Decimal("0.3")),
        (Decimal("100.00"), Decimal(100)),
        (".5", Decimal("0.5")),
        (float("nan"), "?nan"),
        ("1e5", "?1e5"),
        ("9" * 13, "?" + "9" * 13),
        *((raw, None) for raw in NOTHING),
    ],
)
def test_decimals(raw: object, value: object) -> None:
    assert one(values.decimals([raw])) == value


def test_equal_decimals_are_written_alike() -> None:
    column = values.decimals(["100", "100.00", 100, 100.0, Decimal("1E+2"), "-0"]).values
    assert {str(value) for value in column[:5]} == {"100"}
    assert str(column[5]) == "0"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *((raw, True) for raw in (True, 1, "1", "是", "Y", "Ｙ", "true", "√", "有", Decimal(1))),
        *((raw, False) for raw in (False, 0, "0", "否", "no", "F", "×")),
        ("也许", "?也许"),
        (2, "?2"),
        ("", None),
        (None, None),
        ("-", None),
    ],
)
def test_booleans(raw: object, value: object) -> None:
    found = one(values.booleans([raw]))
    assert (type(found), found) == (type(value), value)


DAY = date(2026, 6, 3)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *(
            (raw, DAY)
            for raw in (
                DAY,
                datetime.fromisoformat("2026-06-03 23:59"),
                "2026-06-03",
                "2026/6/3",
                "2026.6.3",
                "20260603",
                20260603,
                "2026年6月3日",
                "２０２６年６月３日",
                "2026年06月03日 星期三 上午9:05",
                "2026-06-03 09:05:00",
                46176,
                46176.75,
                "46176",
                datetime(2026, 6, 2, 16, tzinfo=UTC),
            )
        ),
        ("2026-13-40", "?2026-13-40"),
        ("26-06-03", "?26-06-03"),
        ("06/03/2026", "?06/03/2026"),
        ("2026年2月30日", "?2026年2月30日"),
        (5, "?5"),
        (True, "?true"),
        ("1753-01-01", "?1753-01-01"),
        ("0000-00-00", None),
        ("0001-01-01", None),
        *((raw, None) for raw in NOTHING),
    ],
)
def test_dates(raw: object, value: object) -> None:
    assert one(values.dates([raw], SHANGHAI)) == value


NOON = datetime(2026, 6, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *(
            (raw, NOON)
            for raw in (
                datetime.fromisoformat("2026-06-03 12:05"),
                datetime(2026, 6, 3, 4, 5, tzinfo=UTC),
                datetime(2026, 6, 3, 13, 5, tzinfo=timezone(timedelta(hours=9))),
                "2026-06-03 12:05",
                "2026-06-03T12:05:00",
                "2026-06-03T04:05:00Z",
                "2026-06-03 12:05:00.000000+08:00",
                "2026/6/3 12：05",
                "2026年6月3日12时5分",
                "2026年6月3日 下午12:05",
                "2026/6/3 12:05 PM",
                "20260603120500",
                "46176.50347222",
                46176.50347222,
            )
        ),
        ("2026年6月3日 下午1时05分30秒", datetime(2026, 6, 3, 5, 5, 30, tzinfo=UTC)),
        ("2026-06-03", datetime(2026, 6, 2, 16, tzinfo=UTC)),
        ("2026-06-03 24:00", "?2026-06-03 24:00"),
        ("2026-06-03 下午13:00", "?2026-06-03 下午13:00"),
        ("yesterday", "?yesterday"),
        *((raw, None) for raw in NOTHING),
    ],
)
def test_timestamps_without_zone_are_the_systems(raw: object, value: object) -> None:
    assert one(values.timestamps([raw], SHANGHAI)) == value


def test_a_format_is_the_only_one_that_texts_may_have() -> None:
    american = "%m/%d/%Y"
    assert one(values.dates(["06/03/2026"], SHANGHAI, american)) == DAY
    assert one(values.dates(["2026-06-03"], SHANGHAI, american)) == "?2026-06-03"
    assert one(values.dates([DAY], SHANGHAI, american)) == DAY


@pytest.mark.parametrize(
    ("raw", "written", "value"),
    [
        (1781056800, "unix", datetime(2026, 6, 10, 2, tzinfo=UTC)),
        ("1781056800", "unix", datetime(2026, 6, 10, 2, tzinfo=UTC)),
        (" １７８１０５６８００ ", "unix", datetime(2026, 6, 10, 2, tzinfo=UTC)),
        (Decimal("1781056800.5"), "unix", datetime(2026, 6, 10, 2, 0, 0, 500_000, UTC)),
        (1781056800000, "unix_ms", datetime(2026, 6, 10, 2, tzinfo=UTC)),
        (-86_400, "unix", datetime(1969, 12, 31, tzinfo=UTC)),
        (0, "unix", None),
        (None, "unix", None),
        ("-", "unix", None),
        (1781056800000, "unix", "?*********0000"),
        ("2026-06-10", "unix", "?2026-06-10"),
        (True, "unix", "?true"),
        (1781056800, None, "?1781056800"),
    ],
)
def test_times_that_count_since_1970_are_understood_where_the_mapping_says_so(
    raw: object, written: str | None, value: object
) -> None:
    assert one(values.timestamps([raw], SHANGHAI, written)) == value


def test_a_day_that_is_counted_is_the_day_of_the_system_s_zone() -> None:
    assert one(values.dates([1781020799], SHANGHAI, "unix")) == date(2026, 6, 9)
    assert one(values.dates([1781020800], SHANGHAI, "unix")) == date(2026, 6, 10)


@pytest.mark.parametrize(
    ("column", "form"),
    [
        ([1781056800, None, 1700000000], "unix"),
        (["1781056800000"], "unix_ms"),
        ([1781056800, 1781056800000], None),
        ([2026061001, 2026123199], None),
        ([13812345678], None),
        ([20260610], None),
        ([None, ""], None),
    ],
)
def test_what_counts_since_1970_is_known_by_its_size(
    column: list[object], form: str | None
) -> None:
    assert epoch_of(column) == form


def test_codes_are_looked_up_and_unknown_ones_unreadable() -> None:
    codes = {"1": "repair", "2": None, "无": "other"}
    found = values.coded([1, "１", 2, None, "", "无", 9], codes)
    assert found.values == ["repair", "repair", None, None, None, "other", None]
    assert found.unreadable == {6: "9"}


def test_unreadable_text_is_short_and_hides_what_looks_personal() -> None:
    assert values.shown("x" * 100) == "x" * 59 + "…"
    assert values.shown("电话13812345678") == "电话*********78"
    assert values.shown("11010519491231002X") == "*" * 16 + "2X"
    assert values.shown("川BE94ZP") == "*" * 6 + "P"
    assert values.shown("LS502KNP1RF928922") == "*" * 15 + "22"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.binary(), st.datetimes(), st.decimals()))
def test_no_value_whatever_breaks_understanding(raw: object) -> None:
    for understood in (
        values.texts([raw]),
        values.integers([raw]),
        values.decimals([raw]),
        values.booleans([raw]),
        values.dates([raw], SHANGHAI),
        values.timestamps([raw], SHANGHAI),
        values.coded([raw], {}),
    ):
        assert len(understood.values) == 1
