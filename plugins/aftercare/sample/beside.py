"""What stands beside the orders of a store: complaints, policies, leads, bookings, and what customers said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aftercare.sample.bookings import booking_rows
from aftercare.sample.complaints import complaint_rows
from aftercare.sample.insurance import policy_rows
from aftercare.sample.leads import lead_rows
from aftercare.sample.roster import Store
from aftercare.sample.rows import Row
from aftercare.sample.wishes import consent_rows, referral_rows, wish_rows
from aftercare.sample.world import World

EXPORTED = ("complaint", "insurance_policy", "lead", "consent", "referral")
"""What the nightly export of the Škoda stores holds of it."""


def rows_beside(world: World, store: Store, first: date, last: date) -> Iterator[Row]:
    """Rows of a store that may show something new between two days."""
    yield from complaint_rows(world, store)
    yield from policy_rows(world, store, first, last)
    yield from lead_rows(world, store, first, last)
    yield from consent_rows(world, store, first, last)
    yield from referral_rows(world, store, first, last)
    if store.system == "heyuan_dms":
        yield from booking_rows(world, store, first, last)
        yield from wish_rows(world, store, first, last)
