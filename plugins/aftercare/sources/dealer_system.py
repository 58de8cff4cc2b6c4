"""A mapping file as data: how one dealer system's tables, files or pages become canonical feeds.

Nothing in a mapping is evaluated; what it cannot say, a view in the dealer system has to.
`aftercare.sources.mapping` reads and checks one.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
)

from aftercare.configuration import Lines, line_of
from aftercare.errors import ConfigurationError
from aftercare.sources.codes import code_key
from aftercare.sources.feeds import FEEDS
from aftercare.sources.money import Unit

SYSTEM_NAME = "[a-z][a-z0-9_]*"
Constant = bool | int | Decimal | date | str
CodeValue = bool | str | None


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"there is no time zone {name}")
    return name


def _spelled_out(short: object) -> object:
    return {"column": short} if isinstance(short, str) else short


def _listed(one: object) -> object:
    return (one,) if isinstance(one, str) else one


def _by_code_key(codes: object) -> object:
    """Keys as code_key spells them, so that YAML may write a code as a number."""
    if not isinstance(codes, dict):
        return codes
    spelled = {code_key(code): value for code, value in codes.items()}
    if len(spelled) < len(codes):
        raise ValueError("two codes are the same when written as text; leave one of them out")
    return spelled


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnMap(_Part):
    """Where a canonical column comes from: a source column, or a constant ``value``.

    ``codes`` names a dictionary of the file; ``format`` is a strptime format for texts that hold
    dates or times, or ``unix`` or ``unix_ms`` for seconds or milliseconds since 1970. ``unit``
    is that of money, where it is not yuan: ``fen``, or ``wan`` for 10,000 yuan. The short form of ``{column: x}`` is ``x``.
    """

    column: str | None = None
    value: Constant | None = None
    codes: str | None = None
    format: str | None = None
    unit: Unit = "yuan"


class VersionColumn(_Part):
    """A column or path that says when its row changed; ``format`` as in a column."""

    column: str
    format: str | None = None


class FeedMap(_Part):
    """What feeds of all kinds share.

    ``key`` are source columns that name a row to people; the canonical key's columns if absent.
    ``needs``: a row in which one of these source columns is blank is no record. ``only``: rows
    whose source column holds one of the given codes are records, others are not.
    """

    columns: dict[
        str,
        Annotated[ColumnMap, BeforeValidator(_spelled_out, json_schema_input_type=ColumnMap | str)],
    ]
    key: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only: dict[str, frozenset[str]] = {}

    @field_validator("only", mode="before")
    @classmethod
    def _codes_as_text(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {
            column: [code_key(code) for code in codes] if isinstance(codes, list) else codes
            for column, codes in given.items()
        }

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every source column that is read, once."""
        mapped = [entry.column for entry in self.columns.values() if entry.column is not None]
        return tuple(dict.fromkeys([*mapped, *self.key, *self.needs, *self.only]))

    def naming(self, feed: str) -> tuple[str, ...]:
        """Source columns that name a row to people."""
        mapped = (self.columns[name].column for name in FEEDS[feed].key if name in self.columns)
        return self.key or tuple(column for column in mapped if column is not None)


class SqlFeedMap(FeedMap):
    """A table or view. ``cursor`` are columns that say when a row changed: the first that is filled
    counts. ``cursor_format`` is that of texts, or ``unix`` or ``unix_ms`` for numbers. Without one the table is read whole each night, which ``read_whole`` has to confirm
    for feeds that grow.
    """

    table: str
    cursor: Annotated[
        tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])
    ] = ()
    cursor_format: str = "%Y-%m-%d %H:%M:%S"
    read_whole: bool = False

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every source column that is read, once."""
        return tuple(dict.fromkeys([*super().source_columns, *self.cursor]))


class FileFeedMap(FeedMap):
    """Files below the connection's path.

    ``pattern`` with ``{day:…}`` names the files of each day; without it, all matching files whose
    content was not read before. ``version`` orders versions of a row: ``file_day`` (midnight after
    the file's day), ``file_time`` (when the file was last written) or a column. ``broken_file``:
    ``fail`` stops the feed's load at a file that cannot be read, ``leave`` reads the others and
    tries that one again the next night. ``missing_file``: ``fail`` where every business day has a
    file, ``accept`` where days without one are normal. ``missing_columns``: ``accept`` where a file without
    the columns of ``needs``, as an older form, has no row of this feed. A file that comes or changes up to
    ``late_days`` after the days that a night reads is read by the next night.
    """

    pattern: str
    format: Literal["csv", "xlsx"]
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: str | int | None = None
    header_row: Annotated[int, Field(ge=1)] = 1
    version: Literal["file_day", "file_time"] | VersionColumn = "file_day"
    broken_file: Literal["fail", "leave"] = "fail"
    missing_file: Literal["fail", "accept"] = "fail"
    missing_columns: Literal["fail", "accept"] = "fail"
    late_days: Annotated[int, Field(ge=0, le=60)] = 14

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every source column that is read, once."""
        own = (self.version.column,) if isinstance(self.version, VersionColumn) else ()
        return tuple(dict.fromkeys([*super().source_columns, *own]))

    @property
    def is_dated(self) -> bool:
        """Whether the pattern names a day."""
        return any(field == "day" for _, field, _, _ in string.Formatter().parse(self.pattern))


class _Paging(_Part):
    """``more``: path in the answer to what says whether another page follows; without it the
    first empty page is the end.
    """

    more: str | None = None


class PageNumbers(_Paging):
    """Pages are counted; ``{page}`` in the request is the number, from ``first``."""

    by: Literal["page"]
    first: Annotated[int, Field(ge=0)] = 1


class RowOffsets(_Paging):
    """Rows are counted; ``{offset}`` in the request is the number of rows already received."""

    by: Literal["offset"]
    first: Annotated[int, Field(ge=0)] = 0


class Cursors(_Part):
    """Each answer names the next: ``{cursor}`` in the request is what stood at the path ``next``."""

    by: Literal["cursor"]
    next: str


class Links(_Part):
    """Each answer links to the next: at the path ``next``, without one in the header Link (RFC 8288)."""

    by: Literal["link"]
    next: str | None = None


Paging = Annotated[PageNumbers | RowOffsets | Cursors | Links, Field(discriminator="by")]
Parameter = bool | int | str


class RestFeedMap(FeedMap):
    """Records of an address that answers in JSON.

    Source columns, and all that is called a path here, are JMESPath expressions over one record.
    ``path`` of the address, ``parameters`` of its query and the texts in ``body`` (of a search by
    POST) may hold placeholders: ``{start}``, ``{end}`` and ``{day}`` of the window, and that of the
    paging. ``{start}`` and ``{end}`` are times in ``window_zone`` (the system's zone, if absent); a
    parameter whose placeholder has no value is left out. A first load begins with ``history_from``.

    ``rows`` is the path to the list of records; ``each``, if given, the path from a record to a list
    of which every item is a row: columns then begin with ``record`` or ``item``. ``version`` says when
    a record changed. Without start in the request everything is read each night, which
    ``read_whole`` has to confirm for feeds that grow.
    """

    path: str
    method: Literal["get", "post"] = "get"
    parameters: dict[str, Parameter] = {}
    body: dict[str, Any] = {}
    rows: str
    each: str | None = None
    version: Annotated[
        VersionColumn | None,
        BeforeValidator(_spelled_out, json_schema_input_type=VersionColumn | str | None),
    ] = None
    paging: Paging | None = None
    window_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    history_from: date | None = None
    read_whole: bool = False

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every path that is read, once."""
        own = (self.version.column,) if self.version is not None else ()
        return tuple(dict.fromkeys([*super().source_columns, *own]))


class Title(_Part):
    """The system's name for people."""

    zh: str
    en: str


class DealerSystem(_Part):
    """One dealer system: the mapping file as data, with the place of each key."""

    system: Annotated[str, Field(pattern=f"^{SYSTEM_NAME}$")]
    title: Title
    kind: Literal["sql", "files", "rest"]
    connection: str
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    lag_days: Annotated[int, Field(ge=0, le=60)] = 3
    feeds: Mapping[str, FeedMap]
    codes: dict[str, Annotated[dict[str, CodeValue], BeforeValidator(_by_code_key)]] = {}

    _file: str = PrivateAttr("")
    _digest: str = PrivateAttr("")
    _lines: Lines = PrivateAttr(default_factory=dict)

    def read_from(self, file: str, digest: str, lines: Lines) -> None:
        """Remembers where the mapping was read."""
        self._file, self._digest, self._lines = file, digest, lines

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times without one."""
        return ZoneInfo(self.time_zone)

    @property
    def digest(self) -> str:
        """SHA-256 of the mapping file, hexadecimal."""
        return self._digest

    def wrong(self, message: str, *place: str | int) -> ConfigurationError:
        """An error at a place of the mapping file, for checks that need the source itself."""
        return ConfigurationError(
            message,
            file=self._file or None,
            line=line_of(self._lines, place),
            key=".".join(str(part) for part in place) or None,
        )


Weekday = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "never"
]


class Sweep(_Part):
    """When deletions are looked for, which no cursor shows.

    The night of ``weekday``, or the next one that can, compares the keys of what changed in the
    last ``days``. One that would lose more than the share ``most_lost`` is refused. The short form
    of ``{weekday: x}`` is ``x``.
    """

    weekday: Weekday = "sunday"
    days: Annotated[int, Field(ge=1, le=800)] = 70
    most_lost: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.05")

    def due_since(self, day: date) -> date | None:
        """The last such weekday up to a day; None where deletions are not looked for."""
        if self.weekday == "never":
            return None
        return day - timedelta(days=(day.weekday() - get_args(Weekday).index(self.weekday)) % 7)


def _weekday(short: object) -> object:
    return {"weekday": short} if isinstance(short, str) else short


class SqlSystem(DealerSystem):
    """A dealer system whose database is read."""

    kind: Literal["sql"]
    sweep: Annotated[Sweep, BeforeValidator(_weekday, json_schema_input_type=Sweep | Weekday)] = (
        Sweep()
    )
    feeds: dict[str, SqlFeedMap]


class FileSystem(DealerSystem):
    """A dealer system that hands over files."""

    kind: Literal["files"]
    feeds: dict[str, FileFeedMap]


class RestSystem(DealerSystem):
    """A dealer system that is asked over HTTP, at most ``requests_per_second``."""

    kind: Literal["rest"]
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] | None = None
    feeds: dict[str, RestFeedMap]
