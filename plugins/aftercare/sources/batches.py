"""What readers hand over: raw rows in columns, a few thousand at a time, for a window of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Protocol

from sqlalchemy.engine import URL

from aftercare.sources.values import text_of

BATCH_ROWS = 5_000


class Address(Protocol):
    """Where a dealer system is and how to enter it; `aftercare.connections.Connection` is one."""

    @property
    def conn_id(self) -> str:
        """Id of the connection, for messages."""
        ...

    @property
    def url(self) -> URL:
        """Of a database."""
        ...

    @property
    def path(self) -> str:
        """Of a folder, any fsspec address."""
        ...

    @property
    def host(self) -> str | None:
        """Of a web service: its address, with or without scheme and path."""
        ...

    @property
    def port(self) -> int | None:
        """Of a web service."""
        ...

    @property
    def database(self) -> str | None:
        """Airflow's schema; of a web service: http or https, where its host does not say."""
        ...

    @property
    def login(self) -> str | None:
        """Who enters a web service, if it wants a name."""
        ...

    @property
    def password(self) -> str | None:
        """Password, token or key of a web service."""
        ...

    @property
    def extra(self) -> dict[str, Any]:
        """Further settings: ``storage_options`` of fsspec, how to enter a web service."""
        ...


@dataclass(frozen=True)
class Window:
    """What one night reads, as instants: closed at ``start``, open at ``end``.

    A night reads what changed since the last night that was merged (``last_read``, None where
    there is none), and the ``lag_days`` before that once more; so an outage is caught up by the next
    night. ``is_first``: nothing of the feed was ever merged, so the whole history is read. Midnights
    are those of the group's zone.
    """

    day: date
    lag_days: int
    zone: tzinfo
    last_read: date | None = None
    is_first: bool = False

    @property
    def first_day(self) -> date:
        """The first day that is read; of a first load, the first whose nightly files are read."""
        caught_up = self.day if self.last_read is None else self.last_read + timedelta(days=1)
        return min(caught_up, self.day) - timedelta(days=self.lag_days)

    @property
    def start(self) -> datetime | None:
        """Midnight at the beginning of the first day that is read; None is the beginning of time."""
        return None if self.is_first else self.midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """Midnight at the end of the business day."""
        return self.after(self.day)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the window, oldest first."""
        number = (self.day - self.first_day).days
        return tuple(self.day - timedelta(days=back) for back in range(number, -1, -1))

    def midnight(self, day: date) -> datetime:
        """The beginning of a day."""
        return datetime.combine(day, time(), self.zone)

    def after(self, day: date) -> datetime:
        """The end of a day."""
        return self.midnight(day + timedelta(days=1))


@dataclass(frozen=True)
class Batch:
    """Raw rows by source column.

    ``refs`` say where each row was read. ``versions`` are raw times of change by row, or one time
    for all. ``torn`` says of rows that could not be taken apart what was wrong with them: their
    cells mean nothing.
    """

    columns: Mapping[str, Sequence[object]]
    refs: Sequence[str]
    versions: Sequence[object] | datetime
    torn: Mapping[int, str] = field(default_factory=dict)


def naming_refs(place: str, key: Sequence[Sequence[object]], count: int) -> list[str]:
    """A name for each row: the table or address it comes from, and its key."""
    if not key:
        return [place] * count
    return [
        f"{place}:" + "|".join(text_of(part) or "" for part in row)
        for row in zip(*key, strict=True)
    ]
