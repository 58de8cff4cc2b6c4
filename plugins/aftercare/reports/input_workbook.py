"""An empty workbook for what people know and no dealer system does: plans, ratings, ranks, scores,
nominations.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from aftercare.quality.words import column_word
from aftercare.reports.scorecard_words import Words
from aftercare.sources.dealer_system import DealerSystem, FileFeedMap
from aftercare.sources.feeds import FEEDS, Column
from aftercare.sources.needs import NEEDS
from aftercare.words import FEEDS as FEED_WORDS
from aftercare.words import word

INPUTS = ("target", "rating", "regional_rank", "external_score", "nomination")
"""The feeds that people fill in, in the order of their sheets."""

ROWS = 500
"""Rows below the headings that choose from lists and are checked while they are typed."""

_OF_STORES = ("target", "external_score")
"""Feeds whose rows without an employee are the store's."""
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - of no day, so that equal workbooks are equal bytes


@dataclass(frozen=True)
class _Sheet:
    """A feed's sheet: headings with their canonical columns and what may be chosen below them."""

    feed: str
    name: str
    header_row: int
    headings: Mapping[str, Column]
    choices: Mapping[str, tuple[str, ...]]


def input_workbook(words: Words, system: DealerSystem | None = None) -> tuple[bytes, list[str]]:
    """The workbook and the names of its sheets, none where the system takes none of them as XLSX.

    With a system sheets, headings and codes are those that its mapping reads, without one our own.
    """
    sheets = list(_mapped(system)) if system else [_own(feed, words) for feed in INPUTS]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"author": "Aftercare", "created": _MADE})
        formats = {
            "title": book.add_format({"italic": True, "font_color": "#4A5568"}),
            "head": book.add_format({"bold": True, "bg_color": "#E2E8F0", "bottom": 1}),
            # Or Excel makes a date of 2026-06 and a number of 0012.
            "text": book.add_format({"num_format": "@"}),
        }
        for sheet in sheets:
            _write(book, sheet, words, formats)
    return buffer.getvalue(), [sheet.name for sheet in sheets]


def _mapped(system: DealerSystem) -> Iterator[_Sheet]:
    for feed in INPUTS:
        mapped = system.feeds.get(feed)
        if not isinstance(mapped, FileFeedMap) or mapped.format != "xlsx":
            continue
        headings, choices = {}, {}
        for name, entry in mapped.columns.items():
            if entry.column is None:
                continue
            headings[entry.column] = FEEDS[feed].column(name)
            if entry.codes is not None:
                choices[entry.column] = tuple(system.codes[entry.codes])
            elif FEEDS[feed].column(name).codes:
                choices[entry.column] = FEEDS[feed].column(name).codes
        name = mapped.sheet if isinstance(mapped.sheet, str) else feed
        yield _Sheet(feed, name, mapped.header_row, headings, choices)


def _own(feed: str, words: Words) -> _Sheet:
    columns = FEEDS[feed].columns
    return _Sheet(
        feed,
        word(FEED_WORDS, feed, words.language),
        1,
        {column.name: column for column in columns},
        {column.name: column.codes for column in columns if column.codes},
    )


def _write(book: Any, sheet: _Sheet, words: Words, formats: Mapping[str, Any]) -> None:
    made = book.add_worksheet(sheet.name)
    first = sheet.header_row
    if first > 1:
        title = words("title", feed=word(FEED_WORDS, sheet.feed, words.language))
        made.write_string(0, 0, title, formats["title"])
    for place, (heading, column) in enumerate(sheet.headings.items()):
        is_number = column.kind in ("integer", "decimal")
        width = 40 if column.contact else 16
        made.set_column(place, place, width, None if is_number else formats["text"])
        made.write_string(first - 1, place, heading, formats["head"])
        chosen = sheet.choices.get(heading, ())
        made.write_comment(first - 1, place, _help(sheet.feed, column, chosen, words))
        check = _check(column, chosen, words)
        if check:
            made.data_validation(first, place, first + ROWS - 1, place, check)
    made.freeze_panes(first, 0)
    made.set_landscape()
    made.set_paper(9)
    made.fit_to_pages(1, 0)


def _help(feed: str, column: Column, chosen: tuple[str, ...], words: Words) -> str:
    """What a column is, whether it has to be filled in, and how."""
    is_of_store = column.name == "employee_no" and feed in _OF_STORES
    needed = column.name in NEEDS[feed] and not is_of_store
    hints = [words("needed" if needed else "may_be_empty")]
    if is_of_store:
        hints.append(words("of_store_hint"))
    elif chosen:
        hints.append(words("code_hint", codes=words("comma").join(chosen)))
    elif column.kind in ("integer", "decimal"):
        hints.append(words("number_hint"))
    else:
        names = (f"{feed}_{column.name}_hint", f"{column.name}_hint")
        hints += [words(name) for name in names if words.has(name)][:1]
    named = column_word(column.name, words.language)
    return words("help", column=named, hint=words("space").join(hints))


def _check(column: Column, chosen: tuple[str, ...], words: Words) -> dict[str, Any] | None:
    if chosen:
        return {
            "validate": "list",
            "source": list(chosen),
            "error_message": words("code_wrong"),
        }
    if column.kind in ("integer", "decimal"):
        return {
            "validate": column.kind,
            "criteria": ">=",
            "value": 0,
            "error_message": words("number_wrong"),
        }
    if column.name == "month":
        return {
            "validate": "length",
            "criteria": "==",
            "value": len("2026-06"),
            "error_message": words("month_wrong"),
        }
    return None
