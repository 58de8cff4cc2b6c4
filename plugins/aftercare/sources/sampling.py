"""A few rows of a mapped feed, whatever kind its system is, to be looked at and not kept."""

from __future__ import annotations

from collections.abc import Iterator

from aftercare.sources import rest, sql
from aftercare.sources.batches import Address, Batch, Window
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.files import Folder


def sample(
    system: DealerSystem, feed: str, address: Address, window: Window, most: int
) -> Iterator[Batch]:
    """Batches of a window, until about ``most`` rows; of files the newest first.

    Raises what the readers raise.
    """
    given = 0
    for batch in _batches(system, feed, address, window, most):
        yield batch
        given += len(batch.refs)
        if given >= most:
            return


def _batches(
    system: DealerSystem, feed: str, address: Address, window: Window, most: int
) -> Iterator[Batch]:
    if system.kind == "sql":
        yield from sql.read(system, feed, address, window, most=most)
    elif system.kind == "rest":
        yield from rest.read(system, feed, address, window)
    else:
        folder = Folder(system, feed, address, window)
        for file in reversed(folder.listed()):
            yield from folder.batches(file)
