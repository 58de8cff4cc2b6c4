"""Rows of the made-up dealer systems through the days.

A row has versions, each with the day from which the system shows it, and may vanish. What a
system holds at the end of a day is a pure function of its rows and that day, so writing it until a
day and moving it there day by day come to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """A rule that a version breaks, and why. ``until``: from that business day on it does not."""

    rule_id: str
    why: str
    until: date | None = None


@dataclass(slots=True)
class Version:
    """What a row says from ``visible_on`` on.

    ``values`` are canonical columns; ``raw`` are texts that the system holds instead of them.
    ``changed_at`` is what the system itself says: local time, never after ``visible_on``.
    """

    visible_on: date
    changed_at: datetime
    values: Values
    raw: dict[str, object] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()


@dataclass(slots=True)
class Row:
    """One row of one feed. ``twin`` says what it is to another row with its key, if it is.

    ``duplicate``: equal to it; ``conflict``: different at the same time; ``superseded``: an older
    version that was never removed.
    """

    number: int
    feed: str
    versions: list[Version]
    gone_on: date | None = None
    twin: str = ""

    def at(self, day: date) -> Version | None:
        """What the system shows at the end of a day, or None."""
        if self.gone_on is not None and self.gone_on <= day:
            return None
        shown = None
        for version in self.versions:
            if version.visible_on > day:
                break
            shown = version
        return shown

    def span(self, index: int) -> tuple[date, date | None]:
        """First and last day on whose end the system shows a version; None: to this day."""
        following = [v.visible_on for v in self.versions[index + 1 : index + 2]]
        ends = [*following, *([self.gone_on] if self.gone_on else [])]
        return self.versions[index].visible_on, min(ends) - timedelta(days=1) if ends else None

    def add(self, version: Version) -> None:
        """Adds a later version; one of the same day takes the place of the last."""
        if self.versions and self.versions[-1].visible_on >= version.visible_on:
            version.visible_on = self.versions[-1].visible_on
            self.versions.pop()
        self.versions.append(version)

    def touched_on(self, day: date) -> bool:
        """Whether the system shows something else than the day before."""
        return self.gone_on == day or any(v.visible_on == day for v in self.versions)


def copy_version(version: Version, changes: Values | None = None) -> Version:
    """The same version, with other values if given, sharing nothing that can be changed."""
    return replace(
        version,
        values={**version.values, **(changes or {})},
        raw=dict(version.raw),
    )
