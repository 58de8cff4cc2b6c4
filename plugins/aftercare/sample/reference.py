"""Rows of stores, employees and external scores, good and bad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from aftercare.sample.director import NUMBERS, SCORES, director_score
from aftercare.sample.roster import PATTERN, POSITIONS, Assignment, Store
from aftercare.sample.rows import Break, Row, Values, Version, copy_version
from aftercare.sample.spoil import UNKNOWN_STORE
from aftercare.sample.world import World

BAD_SINCE = 50  # days before the end from which systems hold the bad reference rows
SPARE_PLACE = 20  # numbers of people of a store who only stand in bad rows begin here
BRAND_WITHOUT_PACK = {"heyuan_dms": "KUAYUE", "skoda_export": "SVW"}
RELEASED_ON = 4  # day of the following month on which external scores come
CORRECTED_ON = 7


def _version(day: date, values: Values, *breaks: Break) -> Version:
    return Version(day, datetime.combine(day, time(18, 0)), values, breaks=breaks)


def store_rows(world: World, system: str) -> Iterator[Row]:
    """One row a store, and one for each way in which a store's row can be bad."""
    for store in world.stores:
        if store.system == system:
            yield Row(store.index, "store", [_version(world.start, _store_values(store))])
    since = world.end - timedelta(days=BAD_SINCE)
    like = _store_values(next(s for s in world.stores if s.system == system))
    prefix = like["store_code"][:2]

    def bad(number: int, changes: Values, rule: str, why: str) -> Row:
        values = {
            **like,
            "name": f"和远筹备{number}店",
            "store_code": f"{prefix}X{number}",
            **changes,
        }
        return Row(1000 + number, "store", [_version(since, values, Break(rule, why))])

    unreadable = bad(1, {"opened_on": None}, "ST01", "a word for a date")
    unreadable.versions[0].raw["opened_on"] = "待定"
    yield unreadable
    yield bad(2, {"store_code": None}, "ST02", "the code was left empty")
    yield bad(3, {"brand": BRAND_WITHOUT_PACK[system]}, "ST03", "no pack is assigned to the brand")
    yield bad(4, {"name": None}, "ST04", "the name was left empty")
    rival = bad(5, {"city": "昆山"}, "ST06", "two rows say different things at the same time")
    yield bad(5, {}, "ST06", "two rows say different things at the same time")
    yield Row(1006, "store", rival.versions, twin="conflict")


def _store_values(store: Store) -> Values:
    return {
        "store_code": store.code,
        "name": store.name,
        "brand": store.brand,
        "region": store.region,
        "city": store.city,
        "opened_on": store.opened_on,
        "closed_on": None,
    }


def employee_rows(world: World, system: str) -> Iterator[Row]:
    """One row an assignment, which gets its end when it ends; then the bad ones."""
    number = 0
    for store in world.stores:
        if store.system != system:
            continue
        for assignment in world.roster.by_store[store.code]:
            number += 1
            yield _employee_row(world, number, assignment)
    yield from _bad_employees(world, next(s for s in world.stores if s.system == system))


def _employee_row(world: World, number: int, assignment: Assignment) -> Row:
    person = assignment.person
    values: Values = {
        "employee_no": assignment.employee_no,
        "name": person.name,
        "store_code": assignment.store_code,
        "role": assignment.role,
        "valid_from": assignment.start,
        "valid_to": None,
        "mobile": person.phone,
        "email": f"{assignment.employee_no.lower()}@heyuan.example",
    }
    row = Row(number, "employee", [_version(max(assignment.start, world.start), values)])
    if assignment.end is not None:
        known_on = assignment.end + timedelta(days=1)
        row.add(_version(known_on, {**values, "valid_to": assignment.end}))
    return row


def _bad_employees(world: World, store: Store) -> Iterator[Row]:
    since = world.end - timedelta(days=BAD_SINCE)

    def bad(
        place: int, changes: Values, *rules: str, why: str, raw: dict[str, object] | None = None
    ) -> Row:
        assignment = Assignment(
            world.roster.employee_no(store, SPARE_PLACE + place),
            world.roster.person(store, SPARE_PLACE + place),
            store.code,
            "TECHNICIAN",
            since,
        )
        good = _employee_row(world, 10**6 + place * 2, assignment)
        version = copy_version(good.versions[0], changes)
        version.raw.update(raw or {})
        version.breaks = tuple(Break(rule, why) for rule in rules)
        return replace(good, versions=[version])

    yield bad(0, {}, "EM01", why="no such date", raw={"valid_to": "2026-02-30"})
    yield bad(1, {"role": None}, "EM01", "EM04", why="an unknown code", raw={"role": "?"})
    yield bad(2, {"employee_no": None}, "EM02", why="the number was left empty")
    yield bad(3, {"store_code": UNKNOWN_STORE}, "EM03", why="no system knows the store")
    yield bad(4, {"role": None}, "EM04", why="the role was left empty")
    ended = since - timedelta(days=30)
    yield bad(5, {"valid_to": ended}, "EM05", why="left before coming")
    conflict = "two rows say different things at the same time"
    yield bad(6, {}, "EM06", why=conflict)
    rival = bad(6, {"name": world.roster.person(store, SPARE_PLACE + 8).name}, "EM06", why=conflict)
    yield replace(rival, number=rival.number + 1, twin="conflict")
    yield bad(7, {"valid_from": None}, "EM07", why="the first day was left empty")
    yield bad(9, {"name": None}, "EM08", why="the name was left empty")
    doubled = _employee_row(world, 2 * 10**6, world.roster.by_store[store.code][0])
    yield replace(doubled, twin="duplicate")


def score_months(world: World) -> list[tuple[date, date]]:
    """Months (their first days) with the day on which their scores come, up to the end."""
    months: list[tuple[date, date]] = []
    month = world.start.replace(day=1)
    while True:
        following = (month + timedelta(days=32)).replace(day=1)
        released = following.replace(day=RELEASED_ON)
        if released > world.end:
            return months
        if released > world.start:
            months.append((month, released))
        month = following


def score_rows(world: World, system: str) -> Iterator[Row]:
    """External scores of the Škoda stores; the other brands get none.

    The value that was missing in the file two months ago comes with a corrected file on the 7th,
    in which every row of the month stands again.
    """
    if system != "skoda_export":
        return
    months = score_months(world)
    bad_months = dict(zip([m for m, _ in reversed(months)], _BAD_SCORES, strict=False))
    stores = [store for store in world.stores if store.system == system]
    number = 0
    director_number = NUMBERS
    for month, released in months:
        corrected = released.replace(day=CORRECTED_ON)
        is_corrected = bool(months) and month == _corrected_month(months) and corrected <= world.end
        for store in stores:
            scores = []
            for employee_no, metric in _scored(world, store, released):
                number += 1
                rng = Random(f"{world.seed}/{number}/{metric}")
                scores.append(_score(number, store.code, employee_no, month, metric, rng, released))
            for employee_no, metric in _scored_of_director(world, store, released):
                director_number += 1
                rng = Random(f"{world.seed}/{director_number}/{metric}")
                row = _score(director_number, store.code, employee_no, month, metric, rng, released)
                row.versions[0].values.update(director_score(metric, rng))
                scores.append(row)
            for row in scores:
                if is_corrected:
                    row.add(replace(copy_version(row.versions[0]), visible_on=corrected))
                yield row
        for place, change in enumerate(bad_months.get(month, ())):
            subject = world.roster.employee_no(stores[0], len(POSITIONS) - 1 - place)
            bad_number = number + 10**6 + place * 2
            for row in _bad_score(bad_number, stores[0], subject, month, released, change):
                if is_corrected:
                    value = {"value": Decimal("95.5")} if change == "value_missing" else {}
                    again = replace(copy_version(row.versions[0], value), visible_on=corrected)
                    row.versions.append(replace(again, breaks=()) if value else again)
                yield row


def _corrected_month(months: list[tuple[date, date]]) -> date:
    return months[-2 if len(months) > 1 else -1][0]


def _scored(world: World, store: Store, day: date) -> list[tuple[str, str]]:
    callers = world.roster.working(store.code, "SC", day)
    sellers = world.roster.working(store.code, "CONSULTANT", day)
    advisors = world.roster.working(store.code, "SA", day)
    return [
        *((number, "SQS") for number in ("", *callers, *sellers)),
        *((number, "quick_return") for number in ("", *callers, *advisors)),
    ]


def _scored_of_director(world: World, store: Store, day: date) -> list[tuple[str, str]]:
    """What is measured for the director's targets: of the store, or where it is own of the person."""
    directors = world.roster.working(store.code, "DIR", day)
    return [
        (directors[0] if kind.is_own else "", metric)
        for metric, kind in SCORES.items()
        if directors and store.index % (len(PATTERN) * kind.given_by) < len(PATTERN)
    ]


def _score(
    number: int, store_code: str, employee_no: str, month: date, metric: str, rng: Random, day: date
) -> Row:
    is_sqs = metric == "SQS"
    value = Decimal(rng.randint(930, 1000)) / 10 if is_sqs else Decimal(rng.randint(94, 100)) / 10
    values: Values = {
        "store_code": store_code,
        "employee_no": employee_no or None,
        "month": f"{month:%Y-%m}",
        "metric": metric,
        "scale": "100" if is_sqs else "10",
        "value": value,
    }
    return Row(number, "external_score", [_version(day, values)])


def _bad_score(
    number: int, store: Store, employee_no: str, month: date, day: date, change: str
) -> Iterator[Row]:
    row = _score(number, store.code, employee_no, month, "SQS", Random(number), day)
    version = row.versions[0]
    column, raw, rules = _SCORE_CHANGES[change]
    version.breaks = tuple(Break(rule, change.replace("_", " ")) for rule in rules)
    if change == "unknown_store":
        version.values["store_code"] = UNKNOWN_STORE
    elif change == "value_off_scale":
        version.values[column] = Decimal(raw or 0)
    elif change != "conflict":
        version.values[column] = None
        version.raw.update({column: raw} if raw else {})
    yield row
    if change == "conflict":
        rival = copy_version(version, {"value": version.values["value"] - 1})
        yield Row(number + 1, row.feed, [rival], twin="conflict")


_SCORE_CHANGES: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "unreadable_value": ("value", "缺测", ("XS01", "XS05")),
    "unknown_metric": ("metric", "?", ("XS01", "XS02")),
    "metric_missing": ("metric", None, ("XS02",)),
    "month_missing": ("month", None, ("XS02",)),
    "unknown_store": ("store_code", None, ("XS03",)),
    "scale_missing": ("scale", None, ("XS04",)),
    "value_missing": ("value", None, ("XS05",)),
    "conflict": ("value", None, ("XS06",)),
    "value_off_scale": ("value", "900", ("XS07",)),
}
# From the newest month backwards.
_BAD_SCORES = (
    ("unreadable_value", "scale_missing"),
    ("value_missing",),
    ("conflict", "value_off_scale"),
    ("unknown_metric",),
    ("metric_missing",),
    ("month_missing",),
    ("unknown_store",),
)
