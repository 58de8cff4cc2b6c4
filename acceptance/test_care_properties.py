"""A hundred thousand customers, and no night that breaks what they were promised.

``AFTERCARE_SHARE=0.1`` runs a tenth of it.
"""

import os

from care_world import World
from two_opinions import promises_kept

SHARE = float(os.environ.get("AFTERCARE_SHARE", "1"))
EVENTS, NIGHTS = int(300_000 * SHARE), 20


def test_no_night_breaks_what_a_hundred_thousand_customers_were_promised(warehouse):
    world = World(100_020, EVENTS, NIGHTS, shared_phones=0.35)
    assert len(world.people) >= 100_000 * SHARE
    seen = promises_kept(warehouse, world)
    assert set(seen) == {"open", "held", "postponed", "missed", "withdrawn", "done"}
