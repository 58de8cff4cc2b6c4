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
