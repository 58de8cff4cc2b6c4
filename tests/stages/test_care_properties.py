"""Random histories: what must never be seen after a night, and nothing that was due is forgotten."""

from care_world import World
from sqlalchemy import Engine
from two_opinions import promises_kept


def test_no_night_breaks_what_customers_were_promised(warehouse: Engine) -> None:
    seen = promises_kept(warehouse, World(5, events=1200, nights=10, shared_phones=0.35))
    assert set(seen) == {"open", "held", "postponed", "missed", "withdrawn", "done"}
