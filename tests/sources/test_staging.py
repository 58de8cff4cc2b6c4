"""The staging tables take what the feeds say."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from aftercare.errors import PipelineFault, SystemUnreachable
from aftercare.sources.canonical import staging_columns
from aftercare.sources.feeds import FEEDS
from aftercare.sources.staging import copy_rows

COLUMNS = text(
    "select column_name, udt_name from information_schema.columns "
    "where table_schema = 'staging' and table_name = :feed order by ordinal_position"
)


def test_every_staging_table_has_the_columns_of_its_feed(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        for feed in FEEDS.values():
            found = connection.execute(COLUMNS, {"feed": feed.name}).all()
            assert [tuple(row) for row in found] == staging_columns(feed)
            copy_rows(connection, feed, [])


def test_a_row_that_staging_does_not_take_is_a_fault_without_its_words(warehouse: Engine) -> None:
    with warehouse.connect() as connection, pytest.raises(PipelineFault) as raised:
        copy_rows(connection, FEEDS["store"], [["喆鑫\t13812345678"]])
    assert str(raised.value) == "staging.store does not take a row that was read (22P02)"
    assert raised.value.__cause__ is None


def test_a_line_that_breaks_while_rows_are_copied_is_worth_another_try(warehouse: Engine) -> None:
    def broken(pid: int) -> Iterator[list[str]]:
        with warehouse.connect() as other:
            other.execute(text("select pg_terminate_backend(:pid, 10000)"), {"pid": pid})
        yield ["喆鑫"]

    def copied() -> None:
        with warehouse.begin() as connection:
            pid = connection.execute(text("select pg_backend_pid()")).scalar_one()
            copy_rows(connection, FEEDS["store"], broken(pid))

    with pytest.raises(SystemUnreachable, match=r"staging\.store was not filled: the"):
        copied()
