"""The records of a list in a CRM, page after page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aftercare.sources.dealer_system import Cursors, Links, PageNumbers, Paging, RowOffsets
from aftercare.sources.nested import found
from aftercare.targets.http_trouble import CallError
from aftercare.targets.rest_calls import RestCalls
from aftercare.targets.rest_changes import Changes
from aftercare.targets.rest_requests import Find

MOST_PAGES = 100_000


def rows(calls: RestCalls, asked: Find | Changes, values: Mapping[str, object]) -> Iterator[Any]:
    """Every record of a list. Raises CallError where a page cannot be had, for an answer without a list and
    for a CRM that turns in a circle."""
    paging = asked.paging
    place: object = paging.first if isinstance(paging, PageNumbers | RowOffsets) else None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        at_links = isinstance(paging, Links)
        own: dict[str, object] = {str(paging.by): place} if paging and not at_links else {}
        link = str(place) if at_links and place is not None else None
        content = calls.call(asked, {**values, **own}, link)
        page = found(asked.rows, content)
        if not isinstance(page, list):
            raise CallError("retry", f"the CRM's answer has no list at {asked.rows}")
        told = json.dumps(page, sort_keys=True)
        if page and told in seen:
            break
        yield from page
        place = _next(paging, content, place, len(page))
        if place is None:
            return
        seen.add(told)
    raise CallError("retry", "the CRM turns in a circle; check paging in the mapping")


def _next(paging: Paging | None, content: object, place: object, count: int) -> object:
    """Where the next page is, None after the last."""
    if paging is None:
        return None
    if isinstance(paging, Cursors | Links):
        following = found(paging.next, content) if paging.next else None
        return str(following) if following not in (None, "", False) else None
    goes_on = bool(count) if paging.more is None else bool(found(paging.more, content))
    if not goes_on or not count:
        return None
    step = count if isinstance(paging, RowOffsets) else 1
    return int(str(place)) + step
