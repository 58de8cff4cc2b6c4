"""What a dealer system's name may stand for: English words, Chinese, pinyin and first letters.

The words stand in ``include/mappings/names.yaml``. A likeness is 0 to 1; nothing is decided here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pypinyin import Style, lazy_pinyin

from aftercare.configuration import read_model
from aftercare.settings import PROJECT

FILE = PROJECT / "include" / "mappings" / "names.yaml"

SAME, INITIALS, SHORT_INITIALS, PART, SIMILAR = 1.0, 0.9, 0.7, 0.75, 0.6
_LEAST_PART = 4
_LEAST_CHINESE_PART = 2
_LEAST_RATIO = 0.85
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|\d+|[\u4e00-\u9fff]+")


def _as_text(words: object) -> object:
    return [str(word) for word in words] if isinstance(words, list) else words


Spellings = Annotated[tuple[str, ...], BeforeValidator(_as_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FeedNames(_Part):
    """What a feed's tables and columns are called."""

    tables: Spellings
    columns: dict[str, Spellings]


class _File(_Part):
    alike: dict[str, Spellings]
    changed: Spellings
    made: Spellings
    personal: Spellings
    feeds: dict[str, FeedNames]
    meanings: dict[str, dict[str, Spellings]]


@dataclass(frozen=True)
class _Name:
    """A name taken apart: its words as written, and all of it in one."""

    words: tuple[str, ...]
    whole: str
    is_initials: bool = False


class Names:
    """Names of feeds, columns and codes, ready to be compared with those of a system."""

    def __init__(self, path: Path = FILE) -> None:
        file = read_model(path, _File)
        self._alike = {word: common for common, words in file.alike.items() for word in words}
        self._tables = {feed: self._spelled(names.tables) for feed, names in file.feeds.items()}
        self._columns = {
            (feed, column): self._spelled(words)
            for feed, names in file.feeds.items()
            for column, words in names.columns.items()
        }
        self._changed, self._made = self._spelled(file.changed), self._spelled(file.made)
        self._personal = self._spelled(file.personal)
        self._meanings = {
            column: {_plain(word): code for code, words in codes.items() for word in words}
            for column, codes in file.meanings.items()
        }

    def table(self, feed: str, name: str) -> float:
        """How much a table's or file's name is like that of a feed."""
        return self._likeness(name, self._tables.get(feed, ()))

    def column(self, feed: str, column: str, name: str) -> float:
        """How much a source column's name is like that of a canonical column."""
        return self._likeness(name, self._columns.get((feed, column), ()))

    def changed(self, name: str) -> float:
        """How much a name says that its column holds the time of the last change."""
        return self._likeness(name, self._changed)

    def made(self, name: str) -> float:
        """How much a name says that its column holds the time at which a row was made."""
        return self._likeness(name, self._made)

    def personal(self, name: str) -> float:
        """How much a name says that its column holds what belongs to a person."""
        return self._likeness(name, self._personal)

    def meaning(self, feed: str, column: str, text: str) -> str | None:
        """The canonical code that a text stands for; None when it is not known."""
        return self._meanings.get(f"{feed}.{column}", {}).get(_plain(text))

    def _likeness(self, name: str, spellings: Iterable[_Name]) -> float:
        taken = self._taken_apart(name)
        return max((_compare(taken, spelling) for spelling in spellings), default=0.0)

    def _taken_apart(self, name: str) -> _Name:
        narrow = unicodedata.normalize("NFKC", name).strip()
        words = _WORD.findall(_CAMEL.sub(" ", narrow).lower())
        common = tuple(self._alike.get(word, word) for word in words)
        return _Name(common, "".join(common))

    def _spelled(self, spellings: Iterable[str]) -> tuple[_Name, ...]:
        found = []
        for spelling in spellings:
            found.append(self._taken_apart(spelling))
            if not spelling.isascii():
                for style, is_initials in ((Style.NORMAL, False), (Style.FIRST_LETTER, True)):
                    whole = "".join(lazy_pinyin(spelling, style=style)).lower()
                    found.append(_Name((whole,), whole, is_initials))
        return tuple(found)


def _compare(name: _Name, spelling: _Name) -> float:
    if name.whole == spelling.whole:
        if not spelling.is_initials:
            return SAME
        return INITIALS if len(name.whole) > _LEAST_CHINESE_PART else SHORT_INITIALS
    if spelling.is_initials:
        # t_wxgd: the initials are one word of the name.
        is_word = spelling.whole in name.words and len(spelling.whole) > _LEAST_CHINESE_PART
        return PART if is_word else 0.0
    if not spelling.whole or not name.whole:
        return 0.0
    least = _LEAST_PART if spelling.whole.isascii() else _LEAST_CHINESE_PART
    if len(spelling.whole) >= least and set(spelling.words) <= set(name.words):
        return PART
    if len(spelling.whole) >= least and spelling.whole in name.whole:
        return PART * (0.5 + 0.5 * len(spelling.whole) / len(name.whole))
    shorter, longer = sorted((len(name.whole), len(spelling.whole)))
    # Lengths say of most names that they are not similar.
    if 2 * shorter < _LEAST_RATIO * (shorter + longer):
        return 0.0
    ratio = SequenceMatcher(None, name.whole, spelling.whole, autojunk=False).ratio()
    return SIMILAR * ratio if ratio >= _LEAST_RATIO else 0.0


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


@cache
def known_names() -> Names:
    """The names of this installation, read once a process."""
    return Names()
