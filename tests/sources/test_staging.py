"""The staging tables take what the feeds say."""

from sqlalchemy import Engine, text

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
