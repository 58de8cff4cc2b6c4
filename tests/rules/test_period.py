from datetime import date
from zoneinfo import ZoneInfo

import pytest

from aftercare.errors import PeriodRefused
from aftercare.rules import period


@pytest.mark.parametrize(
    "key", [None, "", "2026-6-1", "2026-02-30", "2026-06", "yesterday", "20260601"]
)
def test_a_wrong_day_is_refused_in_plain_words(key):
    with pytest.raises(PeriodRefused, match=r"give a day|start it with a day"):
        period.read_day(key)


@pytest.mark.parametrize("key", [None, "", "2026-13", "2026-00", "0000-01", "2026-06-01", "June"])
def test_a_wrong_month_is_refused_in_plain_words(key):
    with pytest.raises(PeriodRefused, match=r"give a month|start it with a month"):
        period.read_month(key)


def test_a_day_that_is_not_over_is_refused_and_the_refusal_says_when_it_runs():
    with pytest.raises(PeriodRefused, match="its night runs on 2026-07-01"):
        period.refuse_open_day(date(2026, 6, 30), today=date(2026, 6, 30))
    period.refuse_open_day(date(2026, 6, 30), today=date(2026, 7, 1))


def test_a_business_day_ends_at_midnight_of_the_stores():
    end = period.end_of_day(date(2026, 6, 30), ZoneInfo("Asia/Shanghai"))
    assert end.isoformat() == "2026-07-01T00:00:00+08:00"


def test_months_and_days_include_both_ends():
    assert list(period.months("2026-11", "2027-02")) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert [d.day for d in period.days(date(2026, 6, 29), date(2026, 7, 1))] == [29, 30, 1]
    assert period.last_day("2028-02") == date(2028, 2, 29)


def test_a_clock_that_was_set_back_is_refused() -> None:
    ran = date(2026, 6, 10)
    period.refuse_wrong_clock(date(2026, 6, 9), date(2026, 6, 11), ran)
    with pytest.raises(
        PeriodRefused, match="the night of 2026-06-10 has run already: set the clock"
    ):
        period.refuse_wrong_clock(date(2026, 6, 9), date(2026, 6, 10), ran)


def test_a_clock_that_is_far_ahead_is_refused_with_the_nights_to_run_first() -> None:
    ran = date(2026, 6, 10)
    period.refuse_wrong_clock(date(2026, 7, 11), date(2026, 7, 12), ran)
    with pytest.raises(PeriodRefused, match="backfill nights 2026-06-11 2027-06-09"):
        period.refuse_wrong_clock(date(2027, 6, 10), date(2027, 6, 11), ran)


def test_the_first_night_of_all_takes_any_clock() -> None:
    period.refuse_wrong_clock(date(2027, 6, 10), date(2027, 6, 11), None)
