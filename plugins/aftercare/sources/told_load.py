"""A day's load of what no dealer system brings but we were told: in a CRM, by a gateway, at a desk.

It grows with each run of its day and loses nothing: rows that it holds already are known by their hashes.
"""

from __future__ import annotations

from sqlalchemy import Connection

from aftercare import warehouse
from aftercare.protection import Keyring
from aftercare.sources.batches import Batch, Window
from aftercare.sources.canonical import Translator
from aftercare.sources.dealer_system import ColumnMap, SqlFeedMap, SqlSystem, Title
from aftercare.sources.feeds import FEEDS
from aftercare.sources.staging import copy_rows


class ToldLoad:
    """A feed's load of the day, to which is added what it does not hold yet."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        system: str,
        feed: str,
        load_id: int,
        window: Window,
    ) -> None:
        self._connection, self._feed, self._load_id = connection, FEEDS[feed], load_id
        warehouse.run(
            connection,
            "pull/restart_load",
            load_id=load_id,
            window_start=window.start,
            window_end=window.end,
            mapping_digest=None,
        )
        self._translator = Translator(_as_told(system, feed), self._feed, keyring, window.end)
        staged = warehouse.run(connection, "outbound/list_staged_results", load_id=load_id).all()
        self._known = {bytes(row.row_hash) for row in staged}
        self._last_row_id = max((row.row_id for row in staged), default=0)
        self.rows = len(staged)
        self.new = 0

    def add(self, batch: Batch, count: int) -> None:
        """Stages the rows that it does not hold."""
        rows = self._translator.lines(batch, self._load_id, self._last_row_id + 1)
        fresh = [
            line
            for digest, line in zip(rows.hashes, rows.lines, strict=True)
            if digest not in self._known
        ]
        copy_rows(self._connection, self._feed, [fresh])
        self._known.update(rows.hashes)
        self._last_row_id += count
        self.new += len(fresh)
        self.rows += len(fresh)

    def finish(self) -> None:
        """All rows are staged."""
        warehouse.run(self._connection, "pull/finish_load", load_id=self._load_id, pulled=self.rows)


def _as_told(name: str, feed: str) -> SqlSystem:
    """What is told has canonical names already, so each column is mapped to itself."""
    columns = {column.name: ColumnMap(column=column.name) for column in FEEDS[feed].columns}
    feed_map = SqlFeedMap(columns=columns, table=feed, read_whole=True)
    return SqlSystem(
        system=name,
        title=Title(zh=name, en=name),
        kind="sql",
        connection=f"aftercare_{name}",
        time_zone="UTC",
        feeds={feed: feed_map},
    )
