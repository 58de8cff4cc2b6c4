"""Pull: what changed in one feed of one dealer system, copied to staging with contact data sealed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, column, delete, table
from sqlalchemy.exc import SQLAlchemyError

from aftercare import warehouse
from aftercare.errors import AftercareError, BadData, ConfigurationError, SystemUnreachable
from aftercare.protection import Keyring
from aftercare.settings import Group
from aftercare.sources import rest, sql
from aftercare.sources.batches import Address, Batch, Window
from aftercare.sources.canonical import Translator
from aftercare.sources.dealer_system import DealerSystem, FileFeedMap
from aftercare.sources.feeds import FEEDS
from aftercare.sources.files import Folder, SourceFile, Trace
from aftercare.sources.staging import copy_rows

log = logging.getLogger(__name__)


def pull(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    system: DealerSystem,
    connection: Address,
    feed: str,
    day: date,
) -> dict[str, Any]:
    """Copies a feed's rows of the window that ends with ``day`` to staging.

    One load row per system, feed and day; a repeated pull replaces its rows, and one that fails
    leaves those of an earlier one as they were. Counts: ``pulled`` rows and, for file systems,
    ``files`` read. No file, or an empty window, is a load of no rows.

    Raises ConfigurationError, SystemUnreachable or BadData; the load keeps the message.
    """
    if feed not in system.feeds:
        raise system.wrong(f"feed {feed} is not mapped", "feeds")
    with engine.begin() as warehouse_connection:
        named = {"system": system.system, "feed": feed, "day": day}
        load_id: int = warehouse.run(warehouse_connection, "pull/open_load", **named).scalar_one()
        earlier = warehouse.run(warehouse_connection, "pull/find_last_read", **named).one()
    window = Window(
        day, system.lag_days, group.time_zone, earlier.last_read, is_first=not earlier.is_known
    )
    try:
        with engine.begin() as warehouse_connection:
            load = _Load(
                warehouse_connection, keyring, system, feed, window, load_id, earlier.first_night
            )
            counts = load.replace(connection)
    except AftercareError as problem:
        _fail(engine, load_id, str(problem))
        raise
    except SQLAlchemyError as problem:
        said = warehouse.trouble(getattr(problem, "orig", None))
        _fail(engine, load_id, said)
        raise SystemUnreachable(f"{system.system}/{feed} was not copied: {said}") from None
    except Exception as problem:
        _fail(engine, load_id, type(problem).__name__)
        raise
    if load.broken:
        raise BadData("; ".join(load.broken))
    return counts


def keep_failure(
    engine: Engine, system: DealerSystem, day: date, problem: ConfigurationError
) -> None:
    """Keeps for each feed of a system why nothing of it could be asked for on a day."""
    for feed in system.feeds:
        named = {"system": system.system, "feed": feed, "day": day}
        with engine.begin() as connection:
            load_id = warehouse.run(connection, "pull/open_load", **named).scalar_one()
        _fail(engine, load_id, str(problem))


def _fail(engine: Engine, load_id: int, failure: str) -> None:
    # The failure itself is what must be seen, even where the warehouse is what failed.
    with suppress(SQLAlchemyError), engine.begin() as connection:
        warehouse.run(connection, "pull/fail_load", load_id=load_id, failure=failure)


class _Load:
    """One load being written, in one transaction."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        system: DealerSystem,
        feed: str,
        window: Window,
        load_id: int,
        first_night: date,
    ) -> None:
        self._connection, self._first_night = connection, first_night
        self._system, self._feed, self._window, self._load_id = system, feed, window, load_id
        self._translator = Translator(system, FEEDS[feed], keyring, window.end)
        self._rows = 0
        self.broken: list[str] = []

    def replace(self, address: Address) -> dict[str, Any]:
        """Empties the load and fills it anew; counts what was read."""
        # COPY stays open for as long as the dealer system takes to hand its rows over.
        warehouse.run(self._connection, "ops/lift_timeout")
        self._run(
            "restart_load",
            window_start=self._window.start,
            window_end=self._window.end,
            mapping_digest=self._system.digest,
        )
        staging = table(self._feed, column("load_id"), schema="staging")
        gone = delete(staging).where(staging.c.load_id == bindparam("load_id"))
        self._connection.execute(gone, {"load_id": self._load_id})
        counts: dict[str, Any] = {}
        if self._system.kind == "files":
            counts = self._copy_files(Folder(self._system, self._feed, address, self._window))
        else:
            read = rest.read if self._system.kind == "rest" else sql.read
            self._copy(read(self._system, self._feed, address, self._window))
        counts = {"pulled": self._rows, **counts}
        self._run("finish_load", pulled=self._rows)
        warehouse.report(
            self._connection,
            "pull",
            str(self._window.day),
            counts,
            f"{self._system.system}/{self._feed}",
        )
        log.info("%s/%s of %s: %s", self._system.system, self._feed, self._window.day, counts)
        return counts

    def _run(self, name: str, **parameters: Any) -> Any:
        return warehouse.run(self._connection, f"pull/{name}", load_id=self._load_id, **parameters)

    def _copy_files(self, folder: Folder) -> dict[str, Any]:
        mapped = self._system.feeds[self._feed]
        files, absent = self._unread(folder)
        leaves_broken = isinstance(mapped, FileFeedMap) and mapped.broken_file == "leave"
        for file in files:
            before = self._rows
            try:
                with self._connection.begin_nested():
                    self._copy(folder.batches(file))
            except BadData as problem:
                if not leaves_broken:
                    raise
                self._rows = before
                self.broken.append(str(problem))
                continue
            self._run(
                "record_file",
                system=self._system.system,
                feed=self._feed,
                path=file.name,
                digest=file.digest,
                rows=self._rows - before,
            )
        counts: dict[str, Any] = {"files": len(files) - len(self.broken)}
        if self.broken:
            counts["files_left"] = self.broken
        return {**counts, "files_absent": absent} if absent else counts

    def _unread(self, folder: Folder) -> tuple[list[SourceFile], list[str]]:
        """Without the files that other loads have read; files of the window are read again.

        Beside them, names of files that should be there.
        """
        mapped = self._system.feeds[self._feed]
        named = {"system": self._system.system, "feed": self._feed}
        if not isinstance(mapped, FileFeedMap) or not mapped.is_dated:
            files = self._traced(folder.files)
            digests = [file.digest for file in files]
            read = set(self._run("list_read_digests", digests=digests, **named).scalars())
            return [file for file in files if file.digest not in read], []
        files = folder.files()
        late = self._traced(lambda known: folder.late_files(self._first_night, known))
        paths = [file.name for file in late]
        before = {tuple(row) for row in self._run("list_read_files", paths=paths, **named)}
        late = [file for file in late if (file.name, file.digest) not in before]
        nights: dict[date, set[str]] = {}
        for row in warehouse.run(
            self._connection, "pull/list_earlier_files", day=self._window.day, **named
        ):
            nights.setdefault(row.business_day, set()).add(row.path)
        return [*late, *files], folder.absent(files, nights)

    def _traced(
        self, list_files: Callable[[Mapping[Trace, str]], list[SourceFile]]
    ) -> list[SourceFile]:
        """Files listed with the digests of those that look as they did, and these remembered."""
        named = {"system": self._system.system, "feed": self._feed}
        known = {
            Trace(row.path, row.size, row.written_at): row.digest
            for row in warehouse.run(self._connection, "pull/list_traces", **named)
        }
        files = list_files(known)
        looked_at = [
            {"path": trace.path, "size": trace.size, "written_at": trace.written_at.isoformat()}
            | {"digest": file.digest}
            for file in files
            if (trace := file.trace) is not None and trace not in known
        ]
        paths = [file.name for file in files]
        warehouse.run(self._connection, "pull/forget_traces", paths=paths, **named)
        warehouse.run(self._connection, "pull/keep_traces", traces=json.dumps(looked_at), **named)
        return files

    def _copy(self, batches: Iterable[Batch]) -> None:
        copy_rows(self._connection, FEEDS[self._feed], self._counted(batches))

    def _counted(self, batches: Iterable[Batch]) -> Iterator[list[str]]:
        for batch in batches:
            lines = self._translator.lines(batch, self._load_id, self._rows + 1).lines
            yield lines
            self._rows += len(lines)
