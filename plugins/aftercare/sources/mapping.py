"""Reading mapping files: structure by the models, sense by the checks below.

Each error names file, line and key and says what to do.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import string
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from aftercare.configuration import Lines, line_of, read_model, read_yaml
from aftercare.errors import ConfigurationError
from aftercare.sources.dealer_system import (
    ColumnMap,
    DealerSystem,
    FeedMap,
    FileFeedMap,
    FileSystem,
    RestFeedMap,
    RestSystem,
    SqlFeedMap,
    SqlSystem,
    VersionColumn,
)
from aftercare.sources.feeds import FEEDS, Column, Feed
from aftercare.sources.moments import EPOCHS
from aftercare.sources.needs import holds_blanks
from aftercare.sources.rest_mapping import rest_problems

__all__ = ["DealerSystem", "read_dealer_system"]

KINDS: dict[str, type[DealerSystem]] = {
    "sql": SqlSystem,
    "files": FileSystem,
    "rest": RestSystem,
}

UNDECIDED = "TODO"
"""Stands in a draft where a person still has to say what a code means."""


class _Open(str):
    """A problem that is a question: all of them are told at once. ``asks``: the name by which a comment
    of the draft asks it too.
    """

    asks: str | None

    def __new__(cls, said: str, asks: str | None = None) -> Self:
        made = super().__new__(cls, said)
        made.asks = asks
        return made


_COMMENT = re.compile(rf"\s*# {UNDECIDED} (\w+):")

Place = tuple[str | int, ...]
Problem = tuple[str, Place]


def read_dealer_system(path: Path) -> DealerSystem:
    """The mapping file of one dealer system, checked whole.

    Raises ConfigurationError with file, line and key for the first thing that is wrong,
    and the places of all that nobody decided yet.
    """
    data, lines = read_yaml(path)
    if not isinstance(data, dict):
        raise ConfigurationError("is not a mapping; begin with `system:`", file=str(path), line=1)
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ConfigurationError(
            "kind is sql, files or rest", file=str(path), line=lines.get(("kind",), 1), key="kind"
        )
    system = read_model(path, KINDS[kind])
    system.read_from(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), lines)
    problems = list(_problems(system, path, lines))
    if problems:
        message, place = problems[0]
        if isinstance(message, _Open):
            others = _others(problems, path, lines)
            listed = ", ".join(f"line {number} {asked}" for number, asked in others)
            if others:
                message = f"{message}; {len(others)} more to decide: {listed}"
        raise system.wrong(message, *place)
    return system


def _others(problems: Sequence[Problem], path: Path, lines: Lines) -> list[tuple[int, str]]:
    """What else is to be decided than the first problem, by line: also what a draft asks in comments."""
    texts = path.read_text(encoding="utf-8").splitlines()
    comments = {
        number: found[1]
        for number, text in enumerate(texts, start=1)
        if (found := _COMMENT.match(text))
    }
    asked = [
        (
            _line_of(said, place, comments, lines),
            ".".join(str(part) for part in (*place, *filter(None, [said.asks]))),
        )
        for said, place in problems
        if isinstance(said, _Open)
    ]
    answered = {number for number, _ in asked}
    return sorted([*asked[1:], *(item for item in comments.items() if item[0] not in answered)])


def _line_of(said: _Open, place: Place, comments: dict[int, str], lines: Lines) -> int:
    """The line of the comment in the same feed that asks this, else of the place itself."""
    first = line_of(lines, place[:2]) or 1
    begins = [line for at, line in lines.items() if len(at) == 2 and line > first]
    end = min(begins, default=max(comments, default=first) + 1)
    same = (number for number in range(first, end) if comments.get(number, "") == said.asks)
    return next(same, None) or line_of(lines, place) or 1


def _problems(system: DealerSystem, path: Path, lines: Lines) -> Iterator[Problem]:
    if system.system != path.stem:
        yield f"the file is called {path.name}; call the system {path.stem}", ("system",)
    if not system.feeds:
        yield f"names no feed; feeds are {', '.join(FEEDS)}", ("feeds",)
    yield from _misread_codes(system, lines)
    used: set[str | None] = set()
    for name, mapped in system.feeds.items():
        here: Place = ("feeds", name)
        if name not in FEEDS:
            yield f"there is no such feed{_guess(name, FEEDS)}; feeds are {', '.join(FEEDS)}", here
            continue
        feed = FEEDS[name]
        yield from _columns(system, feed, mapped, here)
        version = getattr(mapped, "version", None)
        if isinstance(version, VersionColumn) and version.format is not None:
            yield from _written(version.format, (*here, "version", "format"))
        if isinstance(mapped, SqlFeedMap):
            yield from _table(feed, mapped, here)
        elif isinstance(mapped, FileFeedMap):
            yield from _file(mapped, here)
        elif isinstance(mapped, RestFeedMap):
            yield from rest_problems(feed, mapped, here)
        used.update(entry.codes for entry in mapped.columns.values())
    for name in system.codes:
        if name not in used:
            yield (
                "no column uses this code dictionary; name it under a column or remove it",
                ("codes", name),
            )


def _misread_codes(system: DealerSystem, lines: Lines) -> Iterator[Problem]:
    """YAML reads an unquoted yes, no, on or off as true or false; then the code would never match."""
    for name in system.codes:
        for written in ("yes", "no", "on", "off"):
            for spelling in (written, written.capitalize(), written.upper()):
                place: Place = ("codes", name, spelling)
                if place in lines and spelling not in system.codes[name]:
                    yield f'YAML reads {spelling} as a truth value; write "{spelling}"', place


def _columns(system: DealerSystem, feed: Feed, mapped: FeedMap, here: Place) -> Iterator[Problem]:
    known = {column.name: column for column in feed.columns}
    for name, entry in mapped.columns.items():
        place = (*here, "columns", name)
        if name not in known:
            yield f"feed {feed.name} has no column {name}{_guess(name, known)}", place
            continue
        yield from _column(system, known[name], entry, place)
    for name in feed.key:
        if name not in mapped.columns:
            said = f"{name} is part of the key of {feed.name}; map it"
            yield _Open(said, name), (*here, "columns")


def _column(
    system: DealerSystem, column: Column, entry: ColumnMap, place: Place
) -> Iterator[Problem]:
    has_value = "value" in entry.model_fields_set
    if has_value == (entry.column is not None):
        yield "give either a column or a value", place
    if has_value and entry.value == UNDECIDED:
        yield _Open(f"say which {column.name} it is"), (*place, "value")
        return
    if has_value and (entry.codes or entry.format):
        yield "a constant value takes neither codes nor format", place
    if entry.unit != "yuan" and not column.is_money:
        yield f"{column.name} is no money; remove unit", (*place, "unit")
    if has_value and entry.unit != "yuan":
        yield "a constant value takes no unit; write it in yuan", (*place, "unit")
    if has_value and column.kind == "code" and entry.value not in column.codes:
        yield (
            f"{entry.value!r} is no {column.name}; use one of {', '.join(column.codes)}",
            (*place, "value"),
        )
    if entry.format is not None:
        yield from _format(column, entry.format, (*place, "format"))
    if entry.codes is not None:
        yield from _codes(system, column, entry.codes, (*place, "codes"))


def _format(column: Column, written: str, place: Place) -> Iterator[Problem]:
    if column.kind not in ("date", "timestamp") and column.contact != "birthday":
        yield f"{column.name} is no date or time; remove format", place
        return
    yield from _written(written, place)


def _written(written: str, place: Place) -> Iterator[Problem]:
    if not _tells_a_day(written):
        yield (
            f'{written!r} does not hold year, month and day; write it like "%Y-%m-%d %H:%M"',
            place,
        )


def _tells_a_day(written: str) -> bool:
    """Whether a format says which day it is: a strptime format, or one that counts since 1970."""
    if written in EPOCHS:
        return True
    sample = datetime(2026, 11, 21, 13, 45, 59)  # noqa: DTZ001 - only its digits matter
    try:
        understood = datetime.strptime(sample.strftime(written), written)  # noqa: DTZ007
    except ValueError:
        return False
    return understood.date() == sample.date()


def _codes(system: DealerSystem, column: Column, name: str, place: Place) -> Iterator[Problem]:
    if column.kind not in ("code", "boolean", "text") or column.contact:
        yield f"{column.name} is no code; remove codes", place
        return
    if name not in system.codes:
        yield (
            f"there is no code dictionary {name}{_guess(name, system.codes)}; add it under codes",
            place,
        )
        return
    allowed = {
        "code": column.codes,
        "boolean": ("true", "false", True, False),
    }.get(column.kind)
    for code, value in system.codes[name].items():
        if value == UNDECIDED:
            choices = ", ".join(column.codes) or "our values"
            rule = holds_blanks(str(place[1]), column.name)
            nothing = f"null would hold its rows ({rule})" if rule else "or null for nothing"
            said = f"say what {code!r} means as {column.name}: one of {choices}, {nothing}"
            yield _Open(said), ("codes", name, code)
            continue
        if allowed is not None and value is not None and value not in allowed:
            shown = ", ".join(str(choice) for choice in allowed if isinstance(choice, str))
            yield f"{value!r} is no {column.name}; use one of {shown}", ("codes", name, code)


def _table(feed: Feed, mapped: SqlFeedMap, here: Place) -> Iterator[Problem]:
    if not mapped.cursor and not feed.is_reference and not mapped.read_whole:
        said = (
            f"{feed.name} grows, so it needs a cursor: the column that says when a row changed; "
            "for a small table without one, write read_whole: true"
        )
        yield _Open(said, "cursor"), here
    days = (datetime(2025, 12, 31), datetime(2026, 1, 1), datetime(2026, 2, 1))  # noqa: DTZ001
    written = [day.strftime(mapped.cursor_format) for day in days]
    if mapped.cursor_format not in EPOCHS and sorted(set(written)) != written:
        yield (
            "texts that are written so do not sort like times; choose another cursor",
            (*here, "cursor_format"),
        )
    if mapped.cursor and mapped.read_whole:
        yield "give a cursor or read_whole, not both", (*here, "read_whole")


def _file(mapped: FileFeedMap, here: Place) -> Iterator[Problem]:
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(mapped.pattern) if field]
        mapped.pattern.format(day=date(2026, 11, 21))
        unknown = [field for field in fields if field != "day"]
    except (ValueError, KeyError, IndexError):
        unknown = ["?"]
    if unknown:
        yield 'only {day:…} may stand in braces, like "{day:%Y%m%d}/*.csv"', (*here, "pattern")
    if mapped.format == "csv":
        if mapped.sheet is not None:
            yield "a CSV file has no sheets; remove sheet", (*here, "sheet")
        if mapped.encoding is None:
            yield "a CSV file needs its encoding: gbk, utf-8, latin-1 …", here
        elif not _is_encoding(mapped.encoding):
            yield (
                f"there is no encoding {mapped.encoding}; use gbk, utf-8, latin-1 …",
                (*here, "encoding"),
            )
    else:
        for key in ("encoding", "delimiter"):
            if getattr(mapped, key) is not None:
                yield f"an XLSX file has no {key}; remove it", (*here, key)


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False


def _guess(name: str, known: object) -> str:
    close = get_close_matches(name, list(known), n=1)  # type: ignore[call-overload]
    return f" (is it {close[0]}?)" if close else ""
