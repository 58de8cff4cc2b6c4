"""The made-up DMS: equal arguments give equal tables, day by day or at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, create_engine, select

from aftercare.errors import ConfigurationError, PeriodRefused
from aftercare.sample.group import SampleGroup
from aftercare.sample.heyuan import TABLES

END = date(2026, 11, 20)


def group(seed: int = 5) -> SampleGroup:
    return SampleGroup(seed, 3, 1, END, daily_sales=1, daily_repairs=4)


def tables(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            feed: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for feed, table in TABLES.items()
        }


@pytest.fixture
def sqlite():
    engine = create_engine("sqlite://")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def at_the_end():
    engine = create_engine("sqlite://")
    group().write_sql(engine, END)
    found = tables(engine)
    engine.dispose()
    return found


def test_equal_arguments_give_equal_tables(sqlite, at_the_end):
    group().write_sql(sqlite, END)
    assert tables(sqlite) == at_the_end


def test_another_seed_gives_other_rows(sqlite, at_the_end):
    group(6).write_sql(sqlite, END)
    assert tables(sqlite)["repair_order"] != at_the_end["repair_order"]


def test_moving_day_by_day_comes_to_the_same_as_writing_at_once(sqlite, at_the_end):
    made = group()
    made.write_sql(sqlite, END - timedelta(days=10))
    seen: dict[str, int] = {}
    for back in range(9, -1, -1):
        for counts in made.advance_sql(sqlite, END - timedelta(days=back)).values():
            for what, count in counts.items():
                seen[what] = seen.get(what, 0) + count
    assert tables(sqlite) == at_the_end
    assert seen.keys() == {"new", "changed", "vanished"}
    assert all(count > 0 for count in seen.values())


def test_postgresql_holds_what_sqlite_holds(warehouse, at_the_end):
    group().write_sql(warehouse, END - timedelta(days=1))
    group().advance_sql(warehouse, END)
    assert tables(warehouse) == at_the_end


def test_nothing_is_known_of_a_day_after_its_end(sqlite):
    day = END - timedelta(days=30)
    group().write_sql(sqlite, day)
    for feed in ("sales_order", "repair_order"):
        table = TABLES[feed]
        with sqlite.connect() as connection:
            newest = max(connection.execute(select(table.c.updated_at)).scalars())
        assert newest.date() == day


def test_valid_means_opposite_things_in_two_tables(at_the_end):
    def most(feed: str) -> int:
        place = list(TABLES[feed].c.keys()).index("is_valid")
        values = [row[place] for row in at_the_end[feed]]
        return max(set(values), key=values.count)

    assert (most("sales_order"), most("repair_order")) == (1, 0)


def test_a_day_outside_the_group_is_refused(sqlite):
    with pytest.raises(PeriodRefused, match="2026-11-21 lies outside the sample group"):
        group().write_sql(sqlite, END + timedelta(days=1))


@pytest.mark.parametrize(("stores", "years"), [(2, 1), (401, 1), (3, 0), (3, 7)])
def test_a_size_out_of_range_is_refused(stores, years):
    with pytest.raises(ConfigurationError, match="3 to 400 stores and 1 to 6 years"):
        SampleGroup(1, stores, years, END)
