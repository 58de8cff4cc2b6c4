"""Reading dealer systems that hand over files: CSV and XLSX in any folder that fsspec reaches.

A message about a file names the file and its line, never what stands in it: where a header is
missing, the first line is somebody's name and phone.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple

import fsspec

from aftercare.errors import AftercareError, ConfigurationError, SystemUnreachable
from aftercare.sources import values
from aftercare.sources.batches import BATCH_ROWS, Address, Batch, Window
from aftercare.sources.dealer_system import DealerSystem, FileFeedMap, VersionColumn
from aftercare.sources.file_rows import Cells, csv_rows, lacking, places, xlsx_rows

CHUNK_BYTES = 1 << 20
# What Excel and copying programs leave beside a file that is open or not yet whole.
_UNFINISHED = ("~$", ".")
_UNFINISHED_ENDS = (".tmp", ".part", ".crdownload", ".filepart")


class Trace(NamedTuple):
    """What a listing says of a file: its path below the connection's, bytes, time of writing."""

    path: str
    size: int
    written_at: datetime


@dataclass(frozen=True)
class SourceFile:
    """A file to read. ``name`` is its path below the connection's; ``day`` is the one its pattern
    names, or the business day; ``digest`` is SHA-256 of its content. ``size`` and ``changed_at`` are
    None where the file system does not say.
    """

    name: str
    path: str
    day: date
    size: int | None
    changed_at: datetime | None
    digest: str

    @property
    def trace(self) -> Trace | None:
        """None where the file system says too little to know a file again without reading it."""
        if self.size is None or self.changed_at is None:
            return None
        return Trace(self.name, self.size, self.changed_at)


class Folder:
    """The files of one feed in the folder of a connection.

    Raises SystemUnreachable when the folder is not there and ConfigurationError when it may not
    be entered.
    """

    def __init__(self, system: DealerSystem, feed: str, address: Address, window: Window) -> None:
        mapped = system.feeds[feed]
        if not isinstance(mapped, FileFeedMap):
            raise system.wrong("is not a feed of files", "feeds", feed)
        self._system, self._feed, self._mapped, self._window = system, feed, mapped, window
        self._conn_id = address.conn_id
        try:
            self._fs, self._root = fsspec.core.url_to_fs(
                address.path, **address.extra.get("storage_options", {})
            )
        except (ImportError, ValueError) as problem:
            raise ConfigurationError(
                f"the path of connection {address.conn_id} cannot be opened "
                f"({type(problem).__name__}); give a folder or an fsspec address whose driver is installed"
            ) from None
        with self._reachable():
            if not self._fs.isdir(self._root):
                raise SystemUnreachable(
                    f"the folder of connection {address.conn_id} is not there; is it mounted, and "
                    "is its path right?"
                )

    def files(self, known: Mapping[Trace, str] | None = None) -> list[SourceFile]:
        """The files of the window, the oldest day first; of a pattern without day, all files.

        ``known`` gives the digests of files that are not opened again to tell their content.
        Raises SystemUnreachable where the business day itself has no file, and should have one.
        """
        listed = self.listed()
        is_wanted = self._mapped.is_dated and self._mapped.missing_file == "fail"
        if is_wanted and not any(file.day == self._window.day for file in listed):
            named = self._mapped.pattern.format(day=self._window.day)
            raise SystemUnreachable(
                f"{named}: no such file has come over connection {self._conn_id}; have the export of "
                f"{self._window.day} sent, it is read when it is there (days without one are normal? "
                "then say missing_file: accept in the mapping)"
            )
        return self._digested(listed, known or {})

    def late_files(self, since: date, known: Mapping[Trace, str]) -> list[SourceFile]:
        """Files of the days before the window, as many as ``late_days`` and none before ``since``."""
        if not self._mapped.is_dated:
            return []
        first = self._window.first_day
        days = (first - timedelta(days=back) for back in range(self._mapped.late_days, 0, -1))
        return self._digested(self.listed([day for day in days if day >= since]), known)

    def absent(self, found: Iterable[SourceFile], before: Mapping[date, set[str]]) -> list[str]:
        """Names that files of the business day should have, since those of nights ``before`` had them.

        Only names that are the same each night but for the day are missed.
        """
        wanted = [{self._of_today(name, day) for name in names} for day, names in before.items()]
        there = {file.name for file in found}
        return sorted(set.intersection(*wanted) - there) if wanted else []

    def _of_today(self, name: str, day: date) -> str:
        for _, field, form, _ in string.Formatter().parse(self._mapped.pattern):
            if field == "day":
                name = name.replace(format(day, form or ""), format(self._window.day, form or ""))
        return name

    def _digested(
        self, listed: Sequence[SourceFile], traces: Mapping[Trace, str]
    ) -> list[SourceFile]:
        with self._reachable():
            return [
                replace(file, digest=digest or self._digest(file.path))
                for file in listed
                for digest in (traces.get(file.trace) if file.trace else None,)
            ]

    def listed(self, of_days: Sequence[date] | None = None) -> list[SourceFile]:
        """The files of the window, or of some days, unopened: without their digests."""
        days = self._window.days if self._mapped.is_dated else (self._window.day,)
        days = days if of_days is None else tuple(of_days)
        found: dict[str, SourceFile] = {}
        with self._reachable():
            self._fs.invalidate_cache()
            for day in days:
                pattern = f"{self._root.rstrip('/')}/{self._mapped.pattern.format(day=day)}"
                for path, info in sorted(self._fs.glob(pattern, detail=True).items()):
                    if info["type"] == "file" and _is_finished(path):
                        found[path] = SourceFile(
                            self._name(path), path, day, info.get("size"), _changed_at(info), ""
                        )
        return list(found.values())

    @contextmanager
    def opened(self, file: SourceFile) -> Iterator[BinaryIO]:
        """A file's bytes."""
        with self._reachable(), self._fs.open(file.path, "rb") as opened:
            yield opened

    def batches(self, file: SourceFile) -> Iterator[Batch]:
        """The rows of a file; BadData names the file, the line and what to do."""
        with self.opened(file) as opened:
            if self._mapped.format == "csv":
                rows = csv_rows(opened, file.name, self._mapped)
            else:
                rows = xlsx_rows(opened, file.name, self._mapped)
            yield from self._in_columns(file, rows)

    def _in_columns(self, file: SourceFile, rows: Iterator[Cells]) -> Iterator[Batch]:
        names = self._mapped.source_columns
        header = next((cells for line, cells in rows if line >= self._mapped.header_row), None)
        if (
            header
            and self._mapped.missing_columns == "accept"
            and lacking(header, self._mapped.needs)
        ):
            return
        found, width = places(file.name, header, names)
        while block := list(islice(rows, BATCH_ROWS)):
            torn = {
                row: f"{len(cells)} cells where the header has {width}"
                for row, (_, cells) in enumerate(block)
                if len(cells) != width
            }
            columns = {
                name: [
                    None if row in torn else cells[place] for row, (_, cells) in enumerate(block)
                ]
                for name, place in found.items()
            }
            refs = [f"{file.name}:{line}" for line, _ in block]
            yield Batch(columns, refs, self._versions(file, columns), torn)

    def _versions(
        self, file: SourceFile, columns: dict[str, list[object]]
    ) -> Sequence[object] | datetime:
        version = self._mapped.version
        if isinstance(version, VersionColumn):
            given = columns[version.column]
            if version.format is None:
                return given
            return values.timestamps(given, self._system.zone, version.format).values
        if version == "file_time" and file.changed_at is not None:
            return file.changed_at
        return self._window.after(file.day)

    def _name(self, path: str) -> str:
        return str(PurePosixPath(path).relative_to(PurePosixPath(self._root)))

    def _digest(self, path: str) -> str:
        digest = hashlib.sha256()
        with self._fs.open(path, "rb") as opened:
            while chunk := opened.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        conn = self._conn_id
        try:
            yield
        except AftercareError:
            raise
        except PermissionError:
            raise ConfigurationError(
                f"files of connection {conn} may not be read; grant it"
            ) from None
        except OSError as problem:
            raise SystemUnreachable(
                f"the folder of connection {conn} cannot be read ({type(problem).__name__})"
            ) from None


def _is_finished(path: str) -> bool:
    name = PurePosixPath(path).name
    return not name.startswith(_UNFINISHED) and not name.lower().endswith(_UNFINISHED_ENDS)


def _changed_at(info: dict[str, Any]) -> datetime | None:
    """When a file was last written, under whatever name its file system gives it."""
    for key in ("mtime", "LastModified", "last_modified", "modified", "updated"):
        changed = info.get(key)
        if isinstance(changed, int | float):
            return datetime.fromtimestamp(changed, UTC)
        if isinstance(changed, datetime):
            return changed if changed.tzinfo else changed.replace(tzinfo=UTC)
    return None
