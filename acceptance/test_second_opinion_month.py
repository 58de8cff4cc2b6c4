"""A year of a whole group, month by month: every figure and every proposal is what plain loops say.

Two hundred stores of all packs with people who come, go and change posts. ``AFTERCARE_SHARE=0.1``
runs a tenth of the stores, ``AFTERCARE_SEED`` another group; what did not occur in so few stores
is not asked for.
"""

import os
import time

from year_agreed import agreed
from year_guards import missing, of_a_quarter, of_a_year

SHARE = float(os.environ.get("AFTERCARE_SHARE", "1"))
SEED = int(os.environ.get("AFTERCARE_SEED", "20260"))
STORES, MONTHS = max(int(200 * SHARE), 8), 12
PACKS = {"care-norm", "changan-dealer", "ev-company", "heyuan-deepal", "skoda-dealer"}


def test_plain_loops_say_the_same_of_every_line_and_proposal_of_a_year(warehouse):
    began = time.monotonic()
    print(f"AFTERCARE_SEED={SEED}: {STORES} stores, {MONTHS} months")
    found = agreed(
        warehouse,
        SEED,
        STORES,
        MONTHS,
        lambda w: print(f"{time.monotonic() - began:.0f} s: {w}", flush=True),
    )
    kinds = ("points", "coefficient", "band", "rows", "sanction", "reward")
    print({kind: found.seen["compared", kind] for kind in ("numerator", *kinds)})
    assert not found.wrong, str(found)
    assert found.packs == PACKS
    assert missing(found.seen, of_a_year() if SHARE >= 1 else of_a_quarter()) == []
