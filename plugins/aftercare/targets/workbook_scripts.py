"""The third sheet of the task workbook: what to say, a few rows a text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from aftercare.scripts import HEADING
from aftercare.targets.protocol import Record
from aftercare.targets.workbook_look import QUIET, RULE, Look, lines_of
from aftercare.targets.workbook_words import SHEETS

WIDTHS = (7, 16, 26, 100)
"""Letters that fit into the columns: the link back, the tasks, the title, the words."""

LINE = 15
"""Points a line of 10-point letters takes."""

GAP = 8
"""Points below the last line of a section."""

WORDS = WIDTHS[3] - 8
"""Letters of a line of words: a margin, for words are not broken and letters not equally wide."""

MOST_LINES = 20
"""Lines in one row. Excel shows 409 points of a row and cuts off what is below."""

MOST_LETTERS = 400
"""Letters a piece of a line that would fill a row alone, such as long words of a customer."""

MOST_PLACES = 20
"""Tasks that are listed beside their text; of the rest it is said how many there are."""


class Scripts:
    """Every text of a list once, in the order of its tasks, with its rows on the sheet."""

    def __init__(self, tasks: Sequence[Record]) -> None:
        self.users: dict[str, list[int]] = {}
        for place, task in enumerate(tasks):
            text = str(task.fields.get("script") or "")
            if text:
                self.users.setdefault(text, []).append(place)
        self.numbers = {text: number for number, text in enumerate(self.users, start=1)}
        self.parts = {text: list(split(text)) for text in self.users}
        rows = accumulate((len(parts) for parts in self.parts.values()), initial=1)
        self.first_rows = dict(zip(self.parts, rows, strict=False))
        """0-based row on which a text begins."""


def split(text: str) -> Iterator[str]:
    """The sections of a script, longer ones in pieces that fit into one row each.

    One after the other, each on a line of its own, they are the whole text but for empty lines.
    """
    for section in HEADING.split(text):
        piece: list[str] = []
        height = 0
        for line in _short_lines(section.strip("\n")):
            more = _lines(line)
            while piece and height + more > MOST_LINES:
                cut = _cut(piece)
                yield "\n".join(piece[:cut])
                piece = piece[cut:]
                height = sum(map(_lines, piece))
            piece.append(line)
            height += more
        if any(piece):
            yield "\n".join(piece)


def write_scripts(
    sheet: Any, look: Look, tasks: Sequence[Record], scripts: Scripts, rows: Sequence[int]
) -> None:
    """Each text as one block of rows, with the tasks it is for and a link back to the first of them.

    ``rows`` holds the row of each task on the second sheet, counted from 1.
    """
    head = look.format(bold=True, font_color="#FFFFFF", bg_color="#2F4858", align="center")
    titles = (look.say("back"), look.say("for"), look.say("title"), SHEETS[look.language][2])
    for index, (title, width) in enumerate(zip(titles, WIDTHS, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, head)
    sheet.freeze_panes(1, 0)
    for text, users in scripts.users.items():
        parts = scripts.parts[text]
        places = _places(users, look)
        title = str(tasks[users[0]].fields.get("title") or "")
        for index, part in enumerate(parts):
            row = scripts.first_rows[text] + index
            cell = _edge(index == 0, index == len(parts) - 1)
            beside = (places, title) if index == 0 else ("", "")
            lines = max(map(lines_of, (*beside, part), (*WIDTHS[1:3], WORDS)))
            sheet.set_row(row, LINE * lines + GAP)
            if index == 0:
                target = f"internal:'{SHEETS[look.language][1]}'!A{rows[users[0]]}"
                link = look.format(**cell, font_color="#0B5CAD", underline=1, align="center")
                sheet.write_url(row, 0, target, link, look.say("back"))
            else:
                sheet.write_blank(row, 0, None, look.format(**cell))
            for column, words in enumerate((*beside, part), start=1):
                sheet.write_string(row, column, words, look.format(**cell))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _places(users: Sequence[int], look: Look) -> str:
    """The numbers of the tasks on the list that a text is for."""
    shown = ", ".join(str(place + 1) for place in users[:MOST_PLACES])
    more = len(users) - MOST_PLACES
    if more > 0:
        shown = look.say("many").format(shown, total=len(users), more=more)
    return shown


def _edge(is_first: bool, is_last: bool) -> Mapping[str, Any]:
    """A frame around the block of a text, without lines between its rows."""
    cell = {"text_wrap": True, "valign": "top", "left": 1, "right": 1}
    cell |= {"left_color": RULE, "right_color": RULE}
    if is_first:
        cell |= {"top": 2, "top_color": QUIET}
    if is_last:
        cell |= {"bottom": 2, "bottom_color": QUIET}
    return cell


def _lines(text: str) -> int:
    return lines_of(text, WORDS)


def _cut(piece: Sequence[str]) -> int:
    """Where to end a piece: before its last item, whose other lines are indented; else at its end."""
    items = [index for index, line in enumerate(piece) if index > 1 and line[:1].strip()]
    is_amid = items and sum(map(_lines, piece[items[-1] :])) < MOST_LINES // 2
    return items[-1] if is_amid else len(piece)


def _short_lines(section: str) -> Iterator[str]:
    for line in section.splitlines():
        if _lines(line) < MOST_LINES:
            yield line
        else:
            yield from textwrap.wrap(
                line,
                MOST_LETTERS,
                drop_whitespace=False,
                replace_whitespace=False,
                expand_tabs=False,
            )
