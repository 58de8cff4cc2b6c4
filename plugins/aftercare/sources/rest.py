"""Reading dealer systems that answer in JSON over HTTP, page by page.

The mapping says what to ask for and which paths become columns; nothing is written for one system.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from aftercare.sources import values
from aftercare.sources.batches import Address, Batch, Window, naming_refs
from aftercare.sources.dealer_system import DealerSystem, RestFeedMap, RestSystem
from aftercare.sources.nested import Records
from aftercare.sources.rest_client import RestClient
from aftercare.sources.rest_paging import pages


def read(system: DealerSystem, feed: str, address: Address, window: Window) -> Iterator[Batch]:
    """Rows of a feed that changed in the window, a batch a page.

    Rows that the service says changed after the window are left to the next night. Raises
    ConfigurationError, SystemUnreachable and BadData as `RestClient` and `pages` do.
    """
    mapped = system.feeds[feed]
    if not isinstance(system, RestSystem) or not isinstance(mapped, RestFeedMap):
        raise system.wrong("is not asked over HTTP", "feeds", feed)
    records = Records(mapped.source_columns, mapped.each)
    with RestClient(system, feed, mapped, address) as client:
        for page, found in pages(client, system, mapped, window):
            batch = _batch(system, mapped, feed, window, list(records.rows(found)), page)
            if batch is not None:
                yield batch


def _batch(
    system: RestSystem,
    mapped: RestFeedMap,
    feed: str,
    window: Window,
    rows: Sequence[tuple[dict[str, object], str | None]],
    page: int,
) -> Batch | None:
    versions: list[Any] | None = None
    if mapped.version is not None:
        changed = values.timestamps(
            [cells[mapped.version.column] for cells, _ in rows],
            system.zone,
            mapped.version.format,
        ).values
        kept = [row for row, at in enumerate(changed) if at is None or at < window.end]
        rows, versions = [rows[row] for row in kept], [changed[row] for row in kept]
    if not rows:
        return None
    columns = {path: [cells[path] for cells, _ in rows] for path in mapped.source_columns}
    torn = {row: reason for row, (_, reason) in enumerate(rows) if reason is not None}
    key = [columns[path] for path in mapped.naming(feed)]
    refs = naming_refs(mapped.path, key, len(rows))
    for row in torn:
        refs[row] = f"{mapped.path}, page {page}"
    at: Sequence[object] | datetime = window.end if versions is None else versions
    return Batch(columns, refs, at, torn)
