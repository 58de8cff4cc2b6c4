"""Complaints that the dealer systems record, good and bad.

In every month one complaint against the same sales specialist of CA01 is upheld; others are
rejected, pending, or upheld against nobody in particular. Of most that are closed the cause is told,
and what the customer said of the solution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from aftercare.sample.identity import Person
from aftercare.sample.roster import Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.sales import at
from aftercare.sample.spoil import UNKNOWN_STORE
from aftercare.sample.world import SINCE, World

TOPICS = (
    "等候时间过长",
    "交车时未讲解功能",
    "收费与报价不一致",
    "回访时态度冷淡",
    "故障未彻底排除",
)
SOURCES = ("customer", "factory", "internal")
CAUSES = ("product", "service", "other", None)
LEVELS = ("minor", "normal", "serious")
EVERY = 0.06  # complaints per store and day
UPHELD_DAY, CLOSED_AFTER = 10, 6
# Minutes until a plan is handed in, at the latest with the solution; what customers say of it.
PLANNED_AFTER, ANSWERS = (120, 1700), (True,) * 7 + (False, None)
# Minutes until somebody speaks to the customer, and until it is with who is responsible; days until solved; hours until called again.
ACKNOWLEDGED_AFTER, DISPATCHED_AFTER, SOLVED_AFTER = (5, 45), (10, 90), (1, 3)
CALLED_AGAIN_AFTER = (16, 30)
# Column, raw text instead of it, rules.
_BAD: dict[str, tuple[str | None, str | None, tuple[str, ...]]] = {
    "unknown_level": ("level", "?", ("CP01",)),
    "unreadable_time": ("received_at", "上周", ("CP01", "CP04")),
    "number_missing": ("complaint_no", None, ("CP02",)),
    "unknown_store": ("store_code", None, ("CP03",)),
    "time_missing": ("received_at", None, ("CP04",)),
    "conflict": (None, None, ("CP06",)),
}


def blamed_employee(world: World) -> str:
    """The number of the sales specialist of CA01 against whom complaints are upheld."""
    return world.roster.working("CA01", "SC", world.end)[0]


def complaint_rows(world: World, store: Store) -> Iterator[Row]:
    """Complaints of one store over the whole time."""
    blamed = blamed_employee(world)
    bad = dict(_planned_bad(world)) if store.code == _first(world).code else {}
    for offset in range(world.days):
        day = world.start + timedelta(days=offset)
        rng = Random((world.seed * 1000 + store.index) * 10**6 + offset)
        if store.code == "CA01" and day.day == UPHELD_DAY:
            yield _complaint(world, store, day, offset * 10, rng, "upheld", blamed)
        if rng.random() < EVERY:
            verdict = rng.choices(("rejected", "pending", "upheld"), (6, 3, 1))[0]
            yield _complaint(world, store, day, offset * 10 + 2, rng, verdict, None)
        if day in bad:
            row = _complaint(world, store, day, offset * 10 + 4, rng, "pending", None)
            yield from _spoil(row, bad[day])


def _first(world: World) -> Store:
    return next(store for store in world.stores if store.system == "heyuan_dms")


def _planned_bad(world: World) -> Iterator[tuple[date, str]]:
    for place, kind in enumerate(_BAD):
        yield world.end - timedelta(days=SINCE + 2 * place), kind
    yield world.end, "unknown_level"


def _complaint(
    world: World, store: Store, day: date, slot: int, rng: Random, verdict: str, owner: str | None
) -> Row:
    local = slot % 600
    somebody: Person = world.numbering.driver(store, local)
    topic = rng.choice(TOPICS)
    number = store.index * 10**6 + slot
    received_at = at(rng, day, 9, 17)
    # Chances of their own, so that those of the other columns stay as they were.
    steps = Random(world.seed * 10**9 + number)
    acknowledged_at = received_at + timedelta(minutes=steps.randint(*ACKNOWLEDGED_AFTER))
    dispatched_at = acknowledged_at + timedelta(minutes=steps.randint(*DISPATCHED_AFTER))
    solved_at = at(steps, day + timedelta(days=steps.randint(*SOLVED_AFTER)), 9, 17)
    values: Values = {
        "store_code": store.code,
        "complaint_no": f"TS{store.code}{day:%y%m%d}{slot % 10}",
        "task_key": None,
        "vin": world.vehicle(store, local).vin,
        "received_at": received_at,
        "source": rng.choice(SOURCES),
        "level": rng.choice(LEVELS),
        "owner_no": owner,
        "verdict": "pending",
        "cause": None,
        "acknowledged_at": acknowledged_at,
        "dispatched_at": dispatched_at,
        "planned_at": None,
        "solved_at": None,
        "second_call_at": None,
        "is_satisfied": None,
        "closed_at": None,
        "description": f"{somebody.name}反映{topic}，{day:%m月%d日}来店，要求回电",
    }
    received = Version(day, dispatched_at, values)
    row = Row(number, "complaint", [received])
    if verdict != "pending":
        closed_at = at(rng, day + timedelta(days=CLOSED_AFTER), 9, 17)
        after = Random(f"{world.seed} plan {number}")
        planned_at = received_at + timedelta(minutes=after.randint(*PLANNED_AFTER))
        done = {"planned_at": min(planned_at, solved_at), "solved_at": solved_at}
        solved = copy_version(received, done)
        row.add(replace(solved, visible_on=solved_at.date(), changed_at=solved_at))
        called = solved_at + timedelta(hours=steps.randint(*CALLED_AGAIN_AFTER))
        said = {"second_call_at": called, "is_satisfied": after.choice(ANSWERS)}
        again = copy_version(solved, said)
        row.add(replace(again, visible_on=called.date(), changed_at=called))
        cause = "service" if owner else Random(f"{world.seed} cause {number}").choice(CAUSES)
        told = {"verdict": verdict, "closed_at": closed_at, "cause": cause}
        closed = copy_version(again, told)
        row.add(replace(closed, visible_on=closed_at.date(), changed_at=closed_at))
    return row


def _spoil(row: Row, kind: str) -> Iterator[Row]:
    column, raw, rules = _BAD[kind]
    version = row.versions[0]
    version.changed_at = datetime.combine(version.visible_on, time(18, 0))
    version.breaks = tuple(Break(rule, kind.replace("_", " ")) for rule in rules)
    if kind == "unknown_store":
        version.values["store_code"] = UNKNOWN_STORE
    elif column is not None:
        version.values[column] = None
        version.raw.update({column: raw} if raw else {})
    yield row
    if kind == "conflict":
        rival = copy_version(version, {"level": "serious", "verdict": "rejected"})
        yield Row(row.number + 1, row.feed, [rival], twin="conflict")
