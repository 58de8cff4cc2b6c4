"""The Chinese calendar: what is announced, what is only expected, and since when it is known."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import chinese_calendar
import pytest
import yaml
from borax.calendars.lunardate import LunarDate
from care_group import group_of, house_policy
from hypothesis import given
from hypothesis import strategies as st

from aftercare.errors import ConfigurationError
from aftercare.rules.due import due_dates
from aftercare.rules.festivals import (
    FILE,
    CalendarFile,
    Festivals,
    births_kept_on,
    festival_days,
    festivals_on,
    open_days,
    provisional_years,
    read_calendar,
    solar_birthday,
)
from aftercare.rules.follow_ups import follow_ups
from aftercare.settings import PROJECT, read_group

ONE_DAY = timedelta(days=1)
TODAY = date(2026, 7, 1)
DAYS = st.dates(date(2004, 1, 1), date(2100, 12, 31))
NOTICE = """  - year: 2027
    published_on: 2026-11-10
    source: 国办发明电〔2026〕0号
    holidays:
      new_year: {from: 2026-12-31, to: 2027-01-03}
      spring_festival: {from: 2027-02-05, to: 2027-02-11}
      qingming: {from: 2027-04-03, to: 2027-04-05}
      labour_day: {from: 2027-05-01, to: 2027-05-05}
      dragon_boat: {from: 2027-06-09, to: 2027-06-09}
      mid_autumn: {from: 2027-09-15, to: 2027-09-15}
      national_day: {from: 2027-10-01, to: 2027-10-07}
    make_up: [2026-12-26, 2027-01-30, 2027-02-20]
"""
"""A made-up notice: only its form is that of the real ones."""


def written(tmp_path: Path, *changes: tuple[str, str], notice: str = NOTICE) -> Path:
    """The calendar file with one more notice, with texts changed in it."""
    for old, new in changes:
        assert old in notice
        notice = notice.replace(old, new)
    path = tmp_path / "cn.yaml"
    path.write_text(FILE.read_text(encoding="utf-8") + notice, encoding="utf-8")
    return path


def last_line(path: Path, marked: str) -> int:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return max(number for number, text in lines if marked in text)


@cache
def known(as_of: date = TODAY, path: Path = FILE) -> Festivals:
    return Festivals.load(as_of, path)


def year_of(number: int) -> list[date]:
    first, last = date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal()
    return [date.fromordinal(each) for each in range(first, last + 1)]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-02-14", "make_up"),
        ("2026-02-15", "holiday"),
        ("2026-02-16", "statutory"),
        ("2026-02-19", "statutory"),
        ("2026-02-20", "holiday"),
        ("2026-02-24", "working_day"),
        ("2026-02-28", "make_up"),
        ("2026-03-07", "weekend"),
        ("2026-05-02", "statutory"),
        ("2026-10-07", "holiday"),
        ("2026-10-10", "make_up"),
    ],
)
def test_a_day_of_2026_is_what_the_state_council_announced(day: str, kind: str) -> None:
    assert known().kind(date.fromisoformat(day)) == kind


def test_the_file_and_the_package_say_the_same_of_2026() -> None:
    of_package = Festivals(CalendarFile(laws=read_calendar().laws), TODAY)
    assert of_package.year(2026).notice.source == f"chinesecalendar {chinese_calendar.__version__}"
    assert known().year(2026).notice.source == "国办发明电〔2025〕7号"
    for day in year_of(2026):
        assert known().kind(day) == of_package.kind(day), day


def test_every_day_that_the_package_knows_is_worked_as_it_says() -> None:
    festivals = known()
    for year in range(2004, 2027):
        assert festivals.year(year).is_official
        for day in year_of(year):
            assert festivals.is_working_day(day) == chinese_calendar.is_workday(day), day


def test_statutory_days_by_law_and_moon_were_days_off_in_every_announced_year() -> None:
    for year in range(2004, 2027):
        statutory = known().year(year).statutory
        assert len(statutory) >= 10
        assert not any(chinese_calendar.is_workday(day) for day in statutory), year


@pytest.mark.parametrize(
    ("festival", "day"),
    [
        ("eve", "2027-02-05"),
        ("spring_festival", "2027-02-06"),
        ("lantern", "2027-02-20"),
        ("qingming", "2027-04-05"),
        ("dragon_boat", "2027-06-09"),
        ("mid_autumn", "2027-09-15"),
        ("double_ninth", "2027-10-08"),
    ],
)
def test_festivals_of_2027_are_placed_by_sun_and_moon(festival: str, day: str) -> None:
    assert festival_days(2027)[festival] == date.fromisoformat(day)


def test_a_year_that_nobody_announced_is_provisional_with_weekends_and_statutory_days() -> None:
    festivals = known()
    assert festivals.is_provisional(date(2027, 1, 1))
    assert not festivals.is_provisional(date(2026, 12, 31))
    assert festivals.kind(date(2027, 2, 8)) == "statutory"
    assert festivals.kind(date(2027, 2, 9)) == "working_day"
    assert festivals.kind(date(2027, 2, 20)) == "weekend"
    # Known, and not statutory.
    assert festivals.kind(date(2027, 10, 8)) == "working_day"


def test_no_day_from_2026_to_2028_is_without_an_answer() -> None:
    festivals = known()
    answers = [festivals.kind(day) for year in (2026, 2027, 2028) for day in year_of(year)]
    assert len(answers) == 365 + 365 + 366
    # In 2028 the Mid-Autumn Festival is the third day of the National Day.
    assert answers.count("statutory") == 13 + 13 + 12


@given(DAYS, DAYS)
def test_every_day_of_a_century_has_an_answer_at_any_time(day: date, as_of: date) -> None:
    assert known(as_of).kind(day)


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2101, 2, 1), date.max])
def test_days_beyond_the_moon_s_tables_have_one_too(day: date) -> None:
    assert known().kind(day) in ("working_day", "weekend")
    assert known().is_provisional(day)


def test_a_notice_counts_from_the_day_of_its_publication(tmp_path: Path) -> None:
    path = written(tmp_path)
    before, after = known(date(2026, 11, 9), path), known(date(2026, 11, 10), path)
    assert before.is_provisional(date(2027, 6, 1))
    assert not after.is_provisional(date(2027, 6, 1))
    assert after.year(2027).notice.published_on == date(2026, 11, 10)
    for day in year_of(2027):
        assert before.kind(day) == known().kind(day)
    assert (before.kind(date(2027, 2, 20)), after.kind(date(2027, 2, 20))) == ("weekend", "make_up")
    assert (before.kind(date(2027, 2, 9)), after.kind(date(2027, 2, 9))) == (
        "working_day",
        "holiday",
    )


def test_a_new_year_s_holiday_reaches_back_into_december(tmp_path: Path) -> None:
    festivals = known(date(2026, 12, 1), written(tmp_path))
    assert festivals.kind(date(2026, 12, 26)) == "make_up"
    assert festivals.kind(date(2026, 12, 31)) == "holiday"
    assert not festivals.is_working_day(date(2026, 12, 27))


def test_a_correction_beats_what_was_announced_before_it(tmp_path: Path) -> None:
    later = NOTICE.replace("2026-11-10", "2027-01-20").replace("to: 2027-02-11", "to: 2027-02-14")
    path = written(tmp_path, notice=later + NOTICE)
    assert known(date(2027, 1, 19), path).kind(date(2027, 2, 12)) == "working_day"
    assert known(date(2027, 1, 20), path).kind(date(2027, 2, 12)) == "holiday"


def test_a_notice_beats_the_package(tmp_path: Path) -> None:
    data = yaml.safe_load(FILE.read_text("utf-8"))
    data["versions"][0]["published_on"] = date(2026, 2, 1)
    data["versions"][0]["holidays"]["spring_festival"]["to"] = date(2026, 2, 25)
    path = tmp_path / "cn.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    assert known(date(2026, 1, 31), path).is_working_day(date(2026, 2, 24))
    assert not known(date(2026, 2, 1), path).is_working_day(date(2026, 2, 24))


def test_working_days_are_counted_over_holidays_and_made_up_ones() -> None:
    festivals = known()
    assert festivals.add_working_days(date(2026, 2, 12), 5) == date(2026, 2, 26)
    assert festivals.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert festivals.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 3)


@given(DAYS, st.integers(1, 30))
def test_so_many_working_days_lie_between(day: date, number: int) -> None:
    festivals = known()
    found = festivals.add_working_days(day, number)
    days = [date.fromordinal(each) for each in range(day.toordinal() + 1, found.toordinal() + 1)]
    assert sum(festivals.is_working_day(each) for each in days) == number
    assert festivals.is_working_day(found)


@pytest.mark.parametrize(
    ("old", "new", "marked", "message"),
    [
        ("to: 2027-02-11", "to: 2027-02-01", "spring_festival", "to is before from"),
        ("to: 2027-02-11", "to: 2027-20-11", "spring_festival", "is no day of the calendar"),
        ("spring_festival:", "spring_holiday:", "spring_holiday", "should be 'new_year', 'spring"),
        ("2027-02-20]", "2027-02-22]", "year: 2027", "2027-02-22 is no weekend"),
        ("2027-02-20]", "2027-02-06]", "year: 2027", "a holiday and a make-up working day"),
        ("2027-02-20]", "2028-02-19]", "year: 2027", "2028-02-19 is no day of the notice for 2027"),
        (
            "from: 2026-12-31, to: 2027-01-03",
            "from: 2026-11-30, to: 2026-12-01",
            "year: 2027",
            "2026-11-30 is no day of",
        ),
        ("06-09, to: 2027-06-09", "06-10, to: 2027-06-10", "year: 2027", "lack 2027-06-09, a stat"),
        ("    published_on: 2026-11-10\n", "", "year: 2027", "Field required"),
        ("published_on: 2026", "publishd_on: 2026", "year: 2027", "Field required"),
    ],
)
def test_a_broken_notice_is_refused_with_file_and_line(
    old: str, new: str, marked: str, message: str, tmp_path: Path
) -> None:
    path = written(tmp_path, (old, new))
    with pytest.raises(ConfigurationError, match=message) as refused:
        read_calendar(path)
    assert (refused.value.file, refused.value.line) == (str(path), last_line(path, marked))


def test_two_versions_of_a_year_and_day_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, notice=NOTICE + NOTICE)
    with pytest.raises(ConfigurationError, match="two versions of 2026-11-10; keep one") as refused:
        read_calendar(path)
    assert refused.value.line == last_line(path, "year: 2027")


def test_dates_are_provisional_for_stores_that_keep_the_holidays_of_a_year_nobody_announced() -> (
    None
):
    group = group_of(
        calendars={"default": {}, "cn": {"holidays": "cn"}}, store_calendars={"CA01": "cn"}
    )
    days = [date(2026, 12, 31), date(2036, 1, 1), date(2035, 5, 5), date(2036, 2, 1)]
    of_store = {
        store: provisional_years(group, TODAY, [(store, day) for day in days])
        for store in ("CA01", "SK01")
    }
    assert of_store == {"CA01": [2035, 2036], "SK01": []}


def test_a_store_that_keeps_the_holidays_is_closed_on_statutory_days_only() -> None:
    days = open_days(group_of(calendars={"default": {"holidays": "cn"}}), TODAY)["default"]
    assert not days.is_open(date(2026, 10, 3))
    assert days.is_open(date(2026, 10, 4))
    assert days.next_open(date(2027, 2, 5)) == date(2027, 2, 9)


def test_a_store_may_close_on_single_festivals_on_all_days_off_or_on_none() -> None:
    calendars = {
        "spring": {"holidays": "cn", "closed_on": ["spring_festival"]},
        "office": {"holidays": "cn", "closed_on": "days_off"},
        "default": {"holidays": "cn", "closed_on": "none"},
    }
    found = open_days(group_of(calendars=calendars), TODAY)
    spring_festival, national_day, saturday, made_up = (
        date.fromisoformat(day) for day in ("2026-02-17", "2026-10-01", "2026-07-04", "2026-10-10")
    )
    is_open = {
        name: [days.is_open(day) for day in (spring_festival, national_day, saturday, made_up)]
        for name, days in found.items()
    }
    assert is_open == {
        "spring": [False, True, True, True],
        "office": [False, False, False, True],
        "default": [True, True, True, True],
    }


def test_what_the_group_closes_is_closed_on_a_make_up_day_too() -> None:
    calendar = {"holidays": "cn", "closed_on": "days_off", "weekly_closed": [6]}
    days = open_days(group_of(calendars={"default": calendar}), TODAY)["default"]
    assert not days.is_open(date(2026, 10, 10))
    calendar = {"holidays": "cn", "closed_on": "none", "closed": [date(2026, 10, 9)]}
    days = open_days(group_of(calendars={"default": calendar}), TODAY)["default"]
    assert not days.is_open(date(2026, 10, 9))


def test_a_calendar_without_holidays_has_the_days_that_it_names() -> None:
    sunday = group_of(frozenset({7}), frozenset({date(2026, 7, 6)}))
    days = open_days(sunday, TODAY)["default"]
    assert not days.is_open(date(2026, 7, 5))
    assert not days.is_open(date(2026, 7, 6))
    assert days.is_open(date(2026, 10, 1))


def test_closed_on_without_holidays_is_refused() -> None:
    with pytest.raises(ValueError, match="closed_on needs holidays: cn"):
        group_of(calendars={"default": {"closed_on": "days_off"}})


def test_the_sample_group_closes_on_the_statutory_days_of_the_spring_festival() -> None:
    explicit = open_days(read_group(PROJECT / "include" / "group.yaml"), TODAY)["default"]
    same = group_of(calendars={"default": {"holidays": "cn", "closed_on": ["spring_festival"]}})
    by_moon = open_days(same, TODAY)["default"]
    for day in (day for year in (2026, 2027, 2028) for day in year_of(year)):
        assert explicit.is_open(day) == by_moon.is_open(day), day


def test_a_task_is_placed_anew_when_the_year_is_announced(tmp_path: Path) -> None:
    group = group_of(calendars={"default": {"holidays": "cn", "closed_on": "days_off"}})
    file = read_calendar(written(tmp_path))
    (repair_call,) = (
        one for one in follow_ups(house_policy(), "changan-dealer") if one.rule_id == "S4-06"
    )
    before, after = (
        due_dates(repair_call, date(2027, 2, 8), open_days(group, day, file)["default"])
        for day in (date(2026, 11, 9), date(2026, 11, 10))
    )
    assert (before.open_on, after.open_on) == (date(2027, 2, 9), date(2027, 2, 12))
    assert before.due_on < after.due_on


@pytest.mark.parametrize(
    ("birthday", "year", "kept"),
    [
        ((6, 30, False), 2026, "2026-06-30"),
        ((2, 29, False), 2028, "2028-02-29"),
        ((2, 29, False), 2027, "2027-02-28"),
        ((8, 15, True), 2027, "2027-09-15"),
        ((12, 30, True), 2026, "2027-02-05"),
    ],
)
def test_a_birthday_is_kept_once_a_year(
    birthday: tuple[int, int, bool], year: int, kept: str
) -> None:
    assert solar_birthday(year, *birthday) == date.fromisoformat(kept)


def test_a_birthday_is_kept_in_the_ordinary_month_of_a_year_with_a_leap_month() -> None:
    # 2025 has two sixth months; the ordinary one begins on 25 June, the leap one on 25 July.
    assert solar_birthday(2025, 6, 1, True) == date(2025, 6, 25)


@pytest.mark.parametrize(
    "birthday", [(2, 30, False), (4, 31, False), (13, 1, False), (0, 1, True), (1, 31, True)]
)
def test_a_day_that_no_year_has_is_nobody_s_birthday(birthday: tuple[int, int, bool]) -> None:
    assert solar_birthday(2028, *birthday) is None


def test_beyond_the_moon_s_tables_a_lunar_birthday_is_unknown() -> None:
    assert solar_birthday(2101, 1, 1, True) is None
    assert solar_birthday(2101, 1, 1, False) == date(2101, 1, 1)


@given(st.integers(2004, 2099), st.integers(1, 12), st.integers(1, 30))
def test_a_lunar_birthday_comes_about_a_year_after_the_last(
    year: int, month: int, day: int
) -> None:
    first, second = (solar_birthday(each, month, day, True) for each in (year, year + 1))
    assert first is not None
    assert second is not None
    assert 350 <= (second - first).days <= 386


@given(st.dates(date(1955, 1, 1), date(2010, 12, 31)), st.integers(2020, 2060))
def test_a_birthday_is_kept_on_the_one_day_whose_births_it_is_among(born: date, year: int) -> None:
    kept = solar_birthday(year, born.month, born.day, False)
    assert kept is not None
    near = [kept + timedelta(days=number) for number in (-1, 0, 1)]
    assert [day for day in near if born in births_kept_on(day, False)] == [kept]


@given(st.dates(date(1955, 1, 1), date(2010, 12, 31)), st.integers(2020, 2060))
def test_so_is_a_lunar_one(born: date, year: int) -> None:
    moon = LunarDate.from_solar_date(born.year, born.month, born.day)
    kept = solar_birthday(year, moon.month, moon.day, True)
    assert kept is not None
    near = [kept + timedelta(days=number) for number in (-1, 0, 1)]
    assert [day for day in near if born in births_kept_on(day, True)] == [kept]


def test_in_a_leap_month_nobody_has_a_lunar_birthday() -> None:
    assert births_kept_on(date(2025, 7, 25), True) == []
    assert births_kept_on(date(2025, 6, 25), True) != []


def test_a_day_has_the_names_of_its_festivals() -> None:
    assert festivals_on(date(2026, 9, 25)) == ["mid_autumn"]
    assert festivals_on(date(2020, 10, 1)) == ["national_day", "mid_autumn"]
    assert festivals_on(date(2026, 9, 24)) == []
