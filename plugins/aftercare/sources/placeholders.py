"""Requests with gaps: ``{start:%Y-%m-%d}`` in a mapping becomes a day, ``{page}`` a number."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from aftercare.sources.moments import EPOCHS

_FORMATTER = string.Formatter()


def names(part: object) -> Iterator[str]:
    """Names of the placeholders in a text, or in the texts of nested data.

    Raises ValueError for braces that are no placeholder.
    """
    if isinstance(part, str):
        for _, name, form, conversion in _FORMATTER.parse(part):
            if name is not None:
                if conversion or not name.isidentifier() or "{" in (form or ""):
                    raise ValueError(part)
                yield name
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from names(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from names(inner)


def filled(part: Any, values: Mapping[str, Any]) -> Any:
    """The same data with values for placeholders.

    A text that is one placeholder without a format, whose value is a number, a list or a mapping, becomes
    that value; one of a time with the format unix or unix_ms becomes a number. What holds a placeholder whose value is None is left
    out of mappings and lists.
    """
    if isinstance(part, Mapping):
        inner = {key: filled(value, values) for key, value in part.items()}
        return {key: value for key, value in inner.items() if value is not None}
    if isinstance(part, list | tuple):
        return [inner for value in part if (inner := filled(value, values)) is not None]
    if not isinstance(part, str):
        return part
    wanted = list(names(part))
    if any(values[name] is None for name in wanted):
        return None
    is_alone = len(wanted) == 1 and part == f"{{{wanted[0]}}}"
    if is_alone and isinstance(values[wanted[0]], int | float | list | Mapping):
        return values[wanted[0]]
    pieces = [
        text + ("" if name is None else str(_told(values[name], form or "")))
        for text, name, form, _ in _FORMATTER.parse(part)
    ]
    if len(wanted) == 1 and any(part == f"{{{wanted[0]}:{form}}}" for form in EPOCHS):
        return int(pieces[0])
    return "".join(pieces)


def _told(value: Any, form: str) -> str:
    if form in EPOCHS and isinstance(value, datetime):
        return str(int(value.timestamp() * EPOCHS[form]))
    return format(value, form)
