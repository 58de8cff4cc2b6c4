"""Nested JSON as columns: each source column is a JMESPath expression over one record.

JMESPath selects and joins; it cannot calculate, call anything or run on. A record that an
expression does not fit is torn, with the reason; other records are read.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

# What JMESPath's functions raise for records they were not written for.
_DOES_NOT_FIT = (
    JMESPathError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)

Row = tuple[dict[str, object], str | None]


def fault(path: str) -> str | None:
    """What is wrong with an expression, None when it can be used."""
    try:
        with warnings.catch_warnings():
            # A literal that is no JSON is an old way of writing that JMESPath gives up.
            warnings.simplefilter("error", PendingDeprecationWarning)
            parsed = jmespath.compile(path).parsed
    except PendingDeprecationWarning:
        return (
            "has something between backquotes that is no JSON; write texts as `\"text\"` or 'text'"
        )
    except JMESPathError as problem:
        near = getattr(problem, "lex_position", None)
        where = f", near character {near + 1}" if isinstance(near, int) else ""
        return f"is no JMESPath expression{where}"
    for node in _nodes(parsed):
        if node["type"] == "function_expression":
            known = Functions.FUNCTION_TABLE.get(node["value"])
            if known is None:
                return f"there is no function {node['value']} in JMESPath"
            wanted, given = known["signature"], len(node["children"])
            is_open = bool(wanted) and wanted[-1].get("variadic", False)
            if given < len(wanted) or (given > len(wanted) and not is_open):
                return f"function {node['value']} takes {len(wanted)} arguments, not {given}"
    return None


def _nodes(parsed: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield parsed
    for child in parsed["children"]:
        # Children of a slice are numbers.
        if isinstance(child, Mapping):
            yield from _nodes(child)


def names_made(path: str) -> frozenset[str] | None:
    """The names in the objects that an expression makes by itself (`rows[].{id: id}`), None where they
    are the data's own."""
    node = jmespath.compile(path).parsed
    while node["type"] in _LAST_STEP:
        node = node["children"][_LAST_STEP[node["type"]]]
    if node["type"] != "multi_select_dict":
        return None
    return frozenset(pair["value"] for pair in node["children"])


_LAST_STEP = {"projection": 1, "filter_projection": 1, "subexpression": -1, "pipe": -1}
"""Which child says what the results look like."""


def found(path: str, data: object) -> Any:
    """What stands at a path, None where nothing does or the path does not fit."""
    try:
        return jmespath.compile(path).search(data)
    except _DOES_NOT_FIT:
        return None


class Records:
    """Takes records apart into cells by path; ``each`` makes a row of every item of a list."""

    def __init__(self, paths: Sequence[str], each: str | None = None) -> None:
        self._paths = {path: jmespath.compile(path) for path in paths}
        self._each = None if each is None else jmespath.compile(each)

    def rows(self, records: Sequence[object]) -> Iterator[Row]:
        """Cells by path for each row, or None for all with the reason why it cannot be taken apart."""
        for record in records:
            if not isinstance(record, dict):
                yield self._torn("is no object")
            elif self._each is None:
                yield self._row(record)
            else:
                yield from self._items(record, self._each)

    def _items(self, record: object, each: Any) -> Iterator[Row]:
        try:
            items = each.search(record)
        except _DOES_NOT_FIT:
            items = record
        if items is None:
            return
        if not isinstance(items, list):
            yield self._torn(f"no list stands at {each.expression}")
            return
        for item in items:
            yield self._row({"record": record, "item": item})

    def _row(self, record: object) -> Row:
        cells: dict[str, object] = {}
        for path, compiled in self._paths.items():
            try:
                value = compiled.search(record)
            except _DOES_NOT_FIT:
                return self._torn(f"does not fit {path}")
            if isinstance(value, list):
                return self._torn(f"a list stands at {path}; write | [0] for its first")
            if isinstance(value, dict):
                return self._torn(f"an object stands at {path}; name one of its fields")
            cells[path] = _storable(value) if isinstance(value, str) else value
        return cells, None

    def _torn(self, reason: str) -> Row:
        return dict.fromkeys(self._paths), reason


def _storable(text: str) -> str:
    """Without what JSON may spell but no database stores: halves of characters, NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()
