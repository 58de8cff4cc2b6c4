"""Tables of an unknown system that say what its codes mean.

What they say is written beside a code for people to read, so a table of people is never asked: their
numbers count up like codes, and their names would stand in the mapping file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from aftercare.sources import values
from aftercare.sources.codes import code_key
from aftercare.sources.guess import is_like_a_feed
from aftercare.sources.names import PART, Names
from aftercare.sources.probe import TableLook
from aftercare.sources.profile import MOST_CODES, ColumnLook

_MOST_ROWS = 1_000
_LEAST_COVERAGE = 0.6
_MOST_IDS_PER_CODE = 2
_MOST_TEXT = 30
_NUMBERS = re.compile(r"\d{7}")
_LEAST_DIFFERENT = 2 / 3


def dictionary_tables(tables: Iterable[TableLook], names: Names) -> list[TableLook]:
    """Tables that may be dictionaries: whole in their sample, of nobody, and like no feed."""
    return [
        table
        for table in tables
        if 0 < table.sampled <= _MOST_ROWS
        and table.rows == table.sampled
        and not table.is_more
        and not any(
            column.is_personal or names.personal(column.name) >= PART for column in table.columns
        )
        and not is_like_a_feed(table, names)
    ]


def said_of(
    codes: set[str], dictionaries: Iterable[TableLook], meaning: Callable[[str], object]
) -> dict[str, str]:
    """What the best of these tables says of these codes; empty when none does."""
    best: tuple[float, float, dict[str, str]] = (0.0, 0.0, {})
    for table in dictionaries:
        for coded in table.columns:
            for texts in table.columns:
                if texts is coded or not _holds_texts(texts):
                    continue
                for rows, least in _kinds(table, coded, texts, codes):
                    said = _said(rows, coded, texts, codes)
                    covered = len(said) / len(codes)
                    if covered < least or not _differ(said):
                        continue
                    understood = sum(meaning(text) is not None for text in said.values())
                    best = max(best, (understood / len(codes), covered, said), key=lambda b: b[:2])
    return best[2]


def _holds_texts(column: ColumnLook) -> bool:
    return (
        not column.share("number")
        and not column.share("date")
        and all(len(text) <= _MOST_TEXT and not _NUMBERS.search(text) for text in column.counts)
    )


def _kinds(
    table: TableLook, coded: ColumnLook, texts: ColumnLook, codes: set[str]
) -> Iterator[tuple[list[int], float]]:
    """Rows that may be the dictionary of one column, and the share of codes that it has to know.

    All rows of a small table, if it knows every code: numbers that count up know every code of few,
    so of those there must not be many more than codes. Or the rows of one kind, where another column
    tells kinds; those may lack a code that nobody knows.
    """
    whole = list(range(table.sampled))
    is_running = _is_running(coded)
    most = min(MOST_CODES, _MOST_IDS_PER_CODE * len(codes)) if is_running else MOST_CODES
    if _names_each_once(whole, coded) and len(whole) <= most:
        yield whole, 1.0
    if is_running:
        return
    for column in table.columns:
        if column not in (coded, texts) and 1 < column.distinct < table.sampled:
            kinds: dict[str, list[int]] = {}
            for row, raw in enumerate(column.sample):
                kinds.setdefault(code_key(raw), []).append(row)
            for rows in kinds.values():
                if len(rows) <= MOST_CODES and _names_each_once(rows, coded):
                    yield rows, _LEAST_COVERAGE


def _is_running(column: ColumnLook) -> bool:
    """Whether its values are the numbers 1, 2, 3 … of its rows, with few gaps."""
    if not column.is_unique or not all(code.isdecimal() for code in column.counts):
        return False
    numbers = [int(code) for code in column.counts]
    return max(numbers) - min(numbers) < _MOST_IDS_PER_CODE * len(numbers)


def _names_each_once(rows: list[int], coded: ColumnLook) -> bool:
    return len({code_key(coded.sample[row]) for row in rows}) == len(rows)


def _said(rows: list[int], coded: ColumnLook, texts: ColumnLook, codes: set[str]) -> dict[str, str]:
    pairs = ((code_key(coded.sample[row]), values.text_of(texts.sample[row])) for row in rows)
    return {code: text for code, text in pairs if code in codes and text}


def _differ(said: dict[str, str]) -> bool:
    """Whether codes have texts of their own: what is the same for all of them is no meaning."""
    return len(set(said.values())) >= _LEAST_DIFFERENT * len(said)
