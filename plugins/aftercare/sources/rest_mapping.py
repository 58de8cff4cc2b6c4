"""What a mapping of a REST feed must make sense of: paths, placeholders, paging."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from aftercare.sources import nested, placeholders
from aftercare.sources.dealer_system import RestFeedMap
from aftercare.sources.feeds import Feed

WINDOW = ("start", "end", "day")
_COUNTED = {"page": "page", "offset": "offset", "cursor": "cursor"}

Problem = tuple[str, tuple[str | int, ...]]


def rest_problems(
    feed: Feed, mapped: RestFeedMap, here: tuple[str | int, ...]
) -> Iterator[Problem]:
    """What is wrong with a feed's request, paging or paths, and at which place of the file."""
    for path, place in _paths(mapped):
        if (fault := nested.fault(path)) is not None:
            yield fault, (*here, *place)
    if mapped.path.strip().startswith(("http:", "https:", "//")):
        yield "give the path only; the address is the connection's host", (*here, "path")
    if "?" in mapped.path:
        yield "what stands after the question mark belongs to parameters", (*here, "path")
    if mapped.body and mapped.method == "get":
        yield "a request by get has no body; write method: post", (*here, "body")
    yield from _request(feed, mapped, here)


def _paths(mapped: RestFeedMap) -> Iterator[Problem]:
    yield mapped.rows, ("rows",)
    if mapped.each is not None:
        yield mapped.each, ("each",)
    if mapped.version is not None:
        yield mapped.version.column, ("version",)
    for key in ("next", "more"):
        if (path := getattr(mapped.paging, key, None)) is not None:
            yield path, ("paging", key)
    for name, entry in mapped.columns.items():
        if entry.column is not None:
            yield entry.column, ("columns", name)
    for key in ("key", "needs", "only"):
        for path in getattr(mapped, key):
            yield path, (key,)


def _request(feed: Feed, mapped: RestFeedMap, here: tuple[str | int, ...]) -> Iterator[Problem]:
    counted = _COUNTED.get(mapped.paging.by) if mapped.paging else None
    allowed = [*WINDOW, counted] if counted else list(WINDOW)
    used: set[str] = set()
    for key in ("path", "parameters", "body"):
        part = getattr(mapped, key)
        try:
            wanted = set(placeholders.names(part))
            if wanted <= set(allowed):
                placeholders.filled(part, _sample(allowed))
        except (ValueError, IndexError, KeyError):
            yield 'braces hold a placeholder, like "{start:%Y-%m-%d}"', (*here, key)
            return
        for name in sorted(wanted - set(allowed)):
            shown = ", ".join(f"{{{choice}}}" for choice in allowed)
            yield f"{{{name}}} stands for nothing here; use {shown}", (*here, key)
        used |= wanted
    if counted and counted not in used:
        yield (
            f"paging by {counted} needs {{{counted}}} in parameters, body or path",
            (*here, "paging"),
        )
    is_windowed = bool({"start", "day"} & used)
    if not is_windowed and not feed.is_reference and not mapped.read_whole:
        yield (
            f"{feed.name} grows, so ask for what changed: put {{start}} into a parameter; for a short "
            "list without one, write read_whole: true",
            here,
        )
    if is_windowed and mapped.read_whole:
        yield "give {start} or read_whole, not both", (*here, "read_whole")


def _sample(names: list[str]) -> dict[str, object]:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    return {name: moment if name in WINDOW else 1 for name in names}
