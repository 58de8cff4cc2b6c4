"""Months of a small made-up group, one after the other: what plain loops say of the same rows.

Unlike the second opinions of single kinds it scores months as a run does, so that coefficients,
sanctions and rewards stand on figures that were counted, and on what people decided before.
"""

from __future__ import annotations

from sqlalchemy import Engine
from year_agreed import agreed
from year_guards import missing, of_a_quarter


def test_plain_loops_say_the_same_of_every_line_and_proposal(warehouse: Engine) -> None:
    found = agreed(warehouse, seed=7, stores=8, months=3)
    assert not found.wrong, str(found)
    assert missing(found.seen, of_a_quarter()) == []
