"""Codes of an unknown system: which columns hold them, and what each may mean.

A code means what its own text says, or what a dictionary table of the system says of it; where
neither is known, a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftercare.sources.dictionaries import said_of
from aftercare.sources.feeds import Column
from aftercare.sources.names import Names
from aftercare.sources.private import is_long, is_private
from aftercare.sources.probe import TableLook
from aftercare.sources.profile import ColumnLook

_MOST_CHOICES = 3
_MOST_OF_CHOICE = 12

_WORDS_FOR_YES = frozenset({"true", "t", "yes", "y", "是", "有"})
_WORDS_FOR_NO = frozenset({"false", "f", "no", "n", "否", "无"})


@dataclass(frozen=True)
class CodeDraft:
    """One code: its canonical value, None when nobody knows, and what a dictionary table says."""

    code: str
    rows: int
    value: str | bool | None
    said: str | None = None


@dataclass(frozen=True)
class CodeChoice:
    """A column of the source that may be one of codes that was not found, with what they would mean."""

    column: str
    codes: tuple[CodeDraft, ...]

    @property
    def understood(self) -> float:
        """The share of its codes whose meaning is known."""
        return sum(code.value is not None for code in self.codes) / len(self.codes)


def may_be_codes(source: ColumnLook) -> bool:
    """Whether a column that is left over has few short values, and none of a person."""
    return (
        source.is_coded
        and not source.share("date")
        and source.distinct <= _MOST_OF_CHOICE
        and all(not is_long(code) and not is_private(code) for code in source.counts)
    )


def best_choices(choices: Iterable[CodeChoice]) -> tuple[CodeChoice, ...]:
    """Those that are likeliest to be meant: of which most codes are understood."""
    return tuple(sorted(choices, key=lambda one: -one.understood)[:_MOST_CHOICES])


def allowed_codes(column: Column, brands: Sequence[str]) -> tuple[str, ...]:
    """What a column may hold: its codes, and of a brand those that have a policy pack."""
    return tuple(brands) if column.name == "brand" else column.codes


def wants_codes(column: Column, source: ColumnLook, brands: Sequence[str]) -> bool:
    if not source.counts or source.is_personal:
        return False
    if column.kind == "boolean":
        return True
    is_code = column.kind == "code" or column.name == "brand"
    return is_code and not set(source.counts) <= set(allowed_codes(column, brands))


def draft_codes(
    feed: str,
    column: Column,
    source: ColumnLook,
    dictionaries: Iterable[TableLook],
    names: Names,
) -> list[CodeDraft]:
    if column.kind == "boolean":

        def meaning(text: str) -> str | bool | None:
            word = text.casefold()
            return True if word in _WORDS_FOR_YES else False if word in _WORDS_FOR_NO else None

    else:

        def meaning(text: str) -> str | bool | None:
            return names.meaning(feed, column.name, text)

    said = said_of(set(source.counts), dictionaries, meaning)
    return [
        CodeDraft(
            code, rows, meaning(code) if code not in said else meaning(said[code]), said.get(code)
        )
        for code, rows in sorted(source.counts.items(), key=lambda item: (-item[1], item[0]))
    ]
