"""What the Škoda stores hand in by month: plans, ratings and ranks for points, and nominations.

They come in one workbook a month, with the external scores. The newest month holds one bad row for
each way in which a row can be bad.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from random import Random

from aftercare.sample.reference import score_months
from aftercare.sample.roster import POSITIONS, Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.spoil import UNKNOWN_STORE
from aftercare.sample.world import World

FEEDS = ("target", "rating", "regional_rank", "nomination")
# What a store plans for a month, by its average sales a day; policies are sold by car and kind.
DAYS = 30
PLANNED = {"renewal": 0.9, "new_insurance": 1.6, "sales": 1.1}
RANKED = (9, 16)
COMPONENTS = ("showroom", "reception", "test_drive", "delivery", "workshop", "booking", "follow_up")
ACTIVITIES = ("6", "7", "8", "8.5", "9")
IMPROVEMENTS = ("5", "6", "7", "8", "10")
REASONS = {
    "care_activity": "{name}当月组织{count}场车主活动，到场{guests}组",
    "improvement": "{name}较上季度{count}项短板有改善，抽查{guests}份记录",
}
AWARDED = {
    "complaint_handling": "{name}当月处理投诉{count}起，回访{guests}次均无异议",
    "innovation": "{name}改进{count}张表格，每月少填{guests}份",
    "collaboration": "{name}替班{count}天，代办{guests}件",
}
NOMINATED = ("SC", "AC", "SA", "TECHNICIAN")
NOMINATED_SHARE = 0.5
CONFLICT = "conflict"
THEMSELVES = {
    "somebody rated themselves": "rater_no",
    "somebody nominated themselves": "nominator_no",
}


def point_rows(world: World, system: str) -> Iterator[Row]:
    """Plans, ratings and ranks of the Škoda stores for all months; the other brands have none."""
    if system != "skoda_export":
        return
    stores = [store for store in world.stores if store.system == system]
    made = _Made(world)
    months = score_months(world)
    for month, released in months:
        for store in stores:
            yield from made.rows(store, month, released)
    if months:
        yield from made.bad_rows(stores[0], *months[-1])


class _Made:
    """Rows, numbered as they come."""

    def __init__(self, world: World) -> None:
        self._world, self._number = world, 0

    def rows(self, store: Store, month: date, released: date) -> Iterator[Row]:
        """What is right with a store's month."""
        rng = Random(f"{self._world.seed}/{store.code}/{month}/points")
        for metric in PLANNED:
            yield self._row("target", released, self._target(store, month, metric, rng))
        for supervisor in self._world.roster.working(store.code, "SUP", released):
            for item in REASONS:
                yield self._row(
                    "rating", released, self._rating(store, month, released, supervisor, item, rng)
                )
        yield self._row("regional_rank", released, _rank(store, month, "overall", rng))
        drawn = Random(f"{self._world.seed}/{store.code}/{month}/nominations")
        if drawn.random() < NOMINATED_SHARE:
            deserving = self._world.roster.working(store.code, drawn.choice(NOMINATED), released)
            for employee_no in deserving[:1]:
                yield self._row(
                    "nomination",
                    released,
                    self._nomination(store, month, released, employee_no, drawn),
                )

    def bad_rows(self, store: Store, month: date, released: date) -> Iterator[Row]:
        """One row for each kind of mistake, each of somebody or something else."""
        rng = Random(f"{self._world.seed}/{store.code}/points that are bad")
        for feed, kinds in _MISTAKES.items():
            for place, (why, (rules, changes, raw)) in enumerate(kinds.items()):
                somebody = self._world.roster.employee_no(store, len(POSITIONS) - 1 - place)
                values = {
                    "target": lambda who=somebody: self._target(store, month, "sales", rng, who),
                    "rating": lambda who=somebody: self._rating(
                        store, month, released, who, "care_activity", rng
                    ),
                    "regional_rank": lambda name=COMPONENTS[place % 7]: _rank(
                        store, month, name, rng
                    ),
                    "nomination": lambda who=somebody: self._nomination(
                        store, month, released, who, rng
                    ),
                }[feed]()
                row = self._row(feed, released, values | changes)
                version = row.versions[0]
                if why in THEMSELVES:
                    version.values[THEMSELVES[why]] = somebody
                version.raw.update(raw)
                version.breaks = tuple(Break(rule, why) for rule in rules)
                yield row
                if why == CONFLICT:
                    rival = copy_version(version, _rival(feed, version.values))
                    yield replace(
                        self._row(feed, released, values), versions=[rival], twin=CONFLICT
                    )

    def _row(self, feed: str, released: date, values: Values) -> Row:
        self._number += 1
        version = Version(released, datetime.combine(released, time(18, 0)), dict(values))
        return Row(self._number, feed, [version])

    def _target(
        self, store: Store, month: date, metric: str, rng: Random, employee_no: str | None = None
    ) -> Values:
        planned = self._world.daily_sales * DAYS * PLANNED[metric]
        return {
            "store_code": store.code,
            "employee_no": employee_no,
            "month": f"{month:%Y-%m}",
            "metric": metric,
            "value": max(1, round(planned * rng.uniform(0.85, 1.15))),
        }

    def _rating(
        self, store: Store, month: date, released: date, rated: str, item: str, rng: Random
    ) -> Values:
        given = ACTIVITIES if item == "care_activity" else IMPROVEMENTS
        name = self._world.roster.person(store, POSITIONS.index("SUP")).name
        return {
            "store_code": store.code,
            "employee_no": rated,
            "month": f"{month:%Y-%m}",
            "item": item,
            "value": Decimal(rng.choice(given)),
            "rater_no": self._world.roster.working(store.code, "DIR", released)[0],
            "reason": REASONS[item].format(
                name=name, count=rng.randint(2, 5), guests=rng.randint(11, 60)
            ),
        }

    def _nomination(
        self, store: Store, month: date, released: date, nominated: str, rng: Random
    ) -> Values:
        award = rng.choice(list(AWARDED))
        name = self._world.roster.person(store, POSITIONS.index("SUP")).name
        return {
            "store_code": store.code,
            "employee_no": nominated,
            "month": f"{month:%Y-%m}",
            "award": award,
            "nominator_no": self._world.roster.working(store.code, "DIR", released)[0],
            "reason": AWARDED[award].format(
                name=name, count=rng.randint(2, 9), guests=rng.randint(11, 60)
            ),
        }


def _rival(feed: str, values: Values) -> Values:
    """What another row of the same key says."""
    if feed == "nomination":
        return {"reason": f"{values['reason']}，并主持晨会"}
    column = "rank_no" if feed == "regional_rank" else "value"
    return {column: 1 if values[column] != 1 else 2}


def _rank(store: Store, month: date, metric: str, rng: Random) -> Values:
    ranked = rng.randint(*RANKED)
    return {
        "store_code": store.code,
        "month": f"{month:%Y-%m}",
        "metric": metric,
        "rank_no": rng.randint(1, ranked),
        "ranked": ranked,
        "region": store.region,
    }


_Mistake = tuple[tuple[str, ...], Values, dict[str, object]]


def _common(prefix: str, what: str) -> dict[str, _Mistake]:
    return {
        "a thing that nobody knows": (
            (f"{prefix}01", f"{prefix}02"),
            {what: None},
            {what: "?"},
        ),
        "the month was left empty": ((f"{prefix}02",), {"month": None}, {}),
        "no system knows the store": ((f"{prefix}03",), {"store_code": UNKNOWN_STORE}, {}),
        CONFLICT: ((f"{prefix}06",), {}, {}),
    }


_MISTAKES: dict[str, dict[str, _Mistake]] = {
    "target": {
        **_common("TG", "metric"),
        "the plan was left empty": (("TG04",), {"value": None}, {}),
        "a minus was typed": (("TG05",), {"value": -20}, {}),
    },
    "rating": {
        **_common("RT", "item"),
        "nobody is rated": (("RT04",), {"employee_no": None}, {}),
        "the points were left empty": (("RT05",), {"value": None}, {}),
        "somebody rated themselves": (("RT07",), {}, {}),
        "no reason was typed": (("RT08",), {"reason": None}, {}),
    },
    "regional_rank": {
        "a rank in words": (("RR01", "RR04"), {"rank_no": None}, {"rank_no": "第三"}),
        "the month was left empty": (("RR02",), {"month": None}, {}),
        "no system knows the store": (("RR03",), {"store_code": UNKNOWN_STORE}, {}),
        "the rank was left empty": (("RR04",), {"rank_no": None}, {}),
        "it is not said among how many": (("RR05",), {"ranked": None}, {}),
        "a rank after the last": (("RR07",), {"rank_no": 99}, {}),
        CONFLICT: (("RR06",), {}, {}),
    },
    "nomination": {
        **_common("NM", "award"),
        "nobody is nominated": (("NM04",), {"employee_no": None}, {}),
        "no reason was typed": (("NM05",), {"reason": None}, {}),
        "somebody nominated themselves": (("NM07",), {}, {}),
    },
}
