"""Codes of an unknown system: which columns hold them, and what each may mean.

A code means what its own text says, or what a dictionary table of the system says of it; where
neither is known, a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aftercare.sources import values
from aftercare.sources.codes import code_key
from aftercare.sources.feeds import Column
from aftercare.sources.names import Names
from aftercare.sources.probe import TableLook
from aftercare.sources.profile import ColumnLook

_MOST_DICTIONARY_ROWS = 1_000
_LEAST_COVERAGE = 0.6
_WORDS_FOR_YES = frozenset({"true", "t", "yes", "y", "是", "有"})
_WORDS_FOR_NO = frozenset({"false", "f", "no", "n", "否", "无"})


@dataclass(frozen=True)
class CodeDraft:
    """One code: its canonical value, None when nobody knows, and what a dictionary table says."""

    code: str
    rows: int
    value: str | bool | None
    said: str | None = None


def allowed_codes(column: Column, brands: Sequence[str]) -> tuple[str, ...]:
    """What a column may hold: its codes, and of a brand those that have a policy pack."""
    return tuple(brands) if column.name == "brand" else column.codes


def wants_codes(column: Column, source: ColumnLook, brands: Sequence[str]) -> bool:
    if not source.counts:
        return False
    if column.kind == "boolean":
        return True
    is_code = column.kind == "code" or column.name == "brand"
    return is_code and not set(source.counts) <= set(allowed_codes(column, brands))


def draft_codes(
    feed: str, column: Column, source: ColumnLook, tables: Iterable[TableLook], names: Names
) -> list[CodeDraft]:
    if column.kind == "boolean":

        def meaning(text: str) -> str | bool | None:
            word = text.casefold()
            return True if word in _WORDS_FOR_YES else False if word in _WORDS_FOR_NO else None

    else:

        def meaning(text: str) -> str | bool | None:
            return names.meaning(feed, column.name, text)

    said = _dictionary(set(source.counts), tables, meaning)
    return [
        CodeDraft(
            code, rows, meaning(code) if code not in said else meaning(said[code]), said.get(code)
        )
        for code, rows in sorted(source.counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _dictionary(
    codes: set[str], tables: Iterable[TableLook], meaning: Callable[[str], object]
) -> dict[str, str]:
    """What a table of codes and texts says of these codes; empty when none does."""
    best: tuple[float, float, dict[str, str]] = (0.0, 0.0, {})
    for table in tables:
        if not table.sampled or table.sampled > _MOST_DICTIONARY_ROWS:
            continue
        for coded in table.columns:
            for texts in table.columns:
                if texts is coded or texts.share("number") > 0 or texts.share("date") > 0:
                    continue
                for rows in _groups(table, coded, texts):
                    said = _said(rows, coded, texts, codes)
                    covered = len(said) / len(codes)
                    understood = sum(meaning(text) is not None for text in said.values())
                    if covered >= _LEAST_COVERAGE:
                        best = max(
                            best, (understood / len(codes), covered, said), key=lambda b: b[:2]
                        )
    return best[2]


def _groups(table: TableLook, *taken: ColumnLook) -> list[list[int]]:
    """All rows of a table, and the rows of each value of another column: the kinds of a dictionary."""
    groups = [list(range(table.sampled))]
    for column in table.columns:
        if column not in taken and column.distinct < table.sampled:
            by_value: dict[str, list[int]] = {}
            for row, raw in enumerate(column.sample):
                by_value.setdefault(code_key(raw), []).append(row)
            groups += by_value.values()
    return groups


def _said(rows: list[int], coded: ColumnLook, texts: ColumnLook, codes: set[str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for row in rows:
        code, text = code_key(coded.sample[row]), values.text_of(texts.sample[row])
        if code in codes and text:
            found.setdefault(code, set()).add(text)
    return {code: texts.pop() for code, texts in found.items() if len(texts) == 1}
