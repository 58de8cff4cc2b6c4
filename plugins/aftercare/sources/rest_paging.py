"""Page after page of a feed, until there is no other; a service that goes in a circle is stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.errors import BadData
from aftercare.sources.batches import Window
from aftercare.sources.dealer_system import (
    Cursors,
    Links,
    PageNumbers,
    Paging,
    RestFeedMap,
    RestSystem,
    RowOffsets,
)
from aftercare.sources.nested import found
from aftercare.sources.placeholders import filled
from aftercare.sources.rest_client import Answer, RestClient

MOST_PAGES = 1_000_000


class Moment(datetime):
    """A time that stands in a request as ISO 8601 with offset, or as its format says."""

    def __format__(self, form: str) -> str:
        return super().__format__(form) if form else self.isoformat(timespec="seconds")


def pages(
    client: RestClient, system: RestSystem, mapped: RestFeedMap, window: Window
) -> Iterator[tuple[int, list[Any]]]:
    """The records of each page, with its number from 1. Raises BadData for a page without a list."""
    asked = _asked(system, mapped, window)
    seen: dict[bytes, int] = {}
    paging = mapped.paging
    place: int | str | None = paging.first if isinstance(paging, PageNumbers | RowOffsets) else None
    before: Answer | None = None
    for page in range(1, MOST_PAGES + 1):
        if isinstance(paging, Links) and before is not None:
            answer = client.follow(page, before, str(place))
        else:
            values = {**asked, paging.by: place} if paging else asked
            answer = client.ask(
                page,
                filled(mapped.path, values) or "",
                filled(mapped.parameters, values),
                filled(mapped.body, values),
            )
        rows = _rows(client, mapped, answer, page)
        if rows:
            _refuse_circle(client, page, repr(rows), seen)
            yield page, rows
        place = _next(client, paging, answer, place, len(rows), page)
        if place is None:
            return
        if isinstance(paging, Cursors | Links):
            _refuse_circle(client, page, f"next {place}", seen)
        before = answer
    raise BadData(f"{client.place(MOST_PAGES)} is followed by another; check paging in the mapping")


def _asked(system: RestSystem, mapped: RestFeedMap, window: Window) -> dict[str, Any]:
    zone = ZoneInfo(mapped.window_zone) if mapped.window_zone else system.zone
    start = window.start
    if start is None and mapped.history_from is not None:
        start = window.midnight(mapped.history_from)
    return {
        "start": start and _moment(start, zone),
        "end": _moment(window.end, zone),
        "day": window.day,
    }


def _moment(at: datetime, zone: ZoneInfo) -> Moment:
    local = at.astimezone(zone)
    return Moment.combine(local.date(), local.timetz())


def _rows(client: RestClient, mapped: RestFeedMap, answer: Answer, page: int) -> list[Any]:
    if answer.body is None:
        return []
    rows = found(mapped.rows, answer.body)
    if not isinstance(rows, list):
        what = "nothing" if rows is None else "no list"
        raise BadData(
            f"{client.place(page)} has {what} at {mapped.rows}: correct rows in the mapping, or have the "
            "service's answer looked at; it may be an error message"
        )
    if rows and not any(isinstance(row, dict) for row in rows):
        raise BadData(
            f"{client.place(page)} has a list without objects at {mapped.rows}: correct rows in the mapping"
        )
    return rows


def _refuse_circle(client: RestClient, page: int, what: str, seen: dict[bytes, int]) -> None:
    digest = hashlib.sha256(what.encode("utf-8", "surrogatepass")).digest()
    if digest in seen:
        raise BadData(
            f"{client.place(page)} repeats page {seen[digest]}: the service turns in a circle; check paging "
            "and parameters in the mapping"
        )
    seen[digest] = page


def _next(
    client: RestClient,
    paging: Paging | None,
    answer: Answer,
    place: int | str | None,
    count: int,
    page: int,
) -> int | str | None:
    """Where the next page is, None after the last."""
    if paging is None:
        return None
    if isinstance(paging, Cursors | Links):
        if paging.next is None:
            return answer.next_link
        following = found(paging.next, answer.body)
        if following is None or following == "" or following is False:
            return None
        if isinstance(following, bool | dict | list):
            raise BadData(
                f"{client.place(page)} has no text or number at {paging.next}; correct next in the mapping"
            )
        try:
            str(following).encode()
        except UnicodeEncodeError:
            raise BadData(
                f"{client.place(page)} has half a character at {paging.next}: have the service's answer "
                "looked at"
            ) from None
        return str(following)
    goes_on = bool(count) if paging.more is None else bool(found(paging.more, answer.body))
    if not goes_on:
        return None
    if not count:
        raise BadData(
            f"{client.place(page)} is empty and says that more follows; check paging.more in the mapping"
        )
    return int(place or 0) + (count if isinstance(paging, RowOffsets) else 1)
