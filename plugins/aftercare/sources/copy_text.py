"""Columns as PostgreSQL's COPY takes them in its text form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def texts(column: Sequence[str | None]) -> Sequence[str]:
    """Texts of any characters."""
    filled = [NULL if text is None else text for text in column]
    joined = "".join(text for text in column if text)
    if not any(character in joined for character in "\\\t\n\r"):
        return filled
    return [NULL if text is None else text.translate(_ESCAPES) for text in column]


def binary(column: Sequence[bytes | None]) -> Sequence[str]:
    """Values of bytea."""
    return [NULL if value is None else "\\\\x" + value.hex() for value in column]


def documents(by_row: Mapping[int, Mapping[str, str]], count: int) -> Sequence[str]:
    """Values of jsonb for ``count`` rows, of which few have one."""
    if not by_row:
        return (NULL,) * count
    return texts([json.dumps(by_row[row]) if row in by_row else None for row in range(count)])


def lines(columns: Sequence[Sequence[str]]) -> list[str]:
    """Rows of columns that are written already, without the end of line."""
    return list(map("\t".join, zip(*columns, strict=True)))
