"""A row shows its newest visible version until it vanishes."""

from datetime import date, datetime

from aftercare.sample.rows import Row, Version


def version(day: int, name: str) -> Version:
    return Version(
        date(2026, 3, day), datetime.fromisoformat(f"2026-03-{day:02d} 10:00"), {"name": name}
    )


def test_a_row_is_not_there_before_its_first_version():
    assert Row(1, "store", [version(5, "a")]).at(date(2026, 3, 4)) is None


def test_the_newest_visible_version_is_shown():
    row = Row(1, "store", [version(5, "a"), version(8, "b")])
    assert row.at(date(2026, 3, 7)).values == {"name": "a"}
    assert row.at(date(2026, 3, 8)).values == {"name": "b"}
    assert row.span(0) == (date(2026, 3, 5), date(2026, 3, 7))
    assert row.span(1) == (date(2026, 3, 8), None)


def test_a_vanished_row_shows_nothing():
    row = Row(1, "store", [version(5, "a")], gone_on=date(2026, 3, 9))
    assert row.at(date(2026, 3, 8)) is not None
    assert row.at(date(2026, 3, 9)) is None
    assert row.span(0) == (date(2026, 3, 5), date(2026, 3, 8))
    assert row.touched_on(date(2026, 3, 9))


def test_two_versions_of_one_day_are_one():
    row = Row(1, "store", [])
    row.add(version(5, "a"))
    row.add(version(5, "b"))
    assert [v.values["name"] for v in row.versions] == ["b"]
