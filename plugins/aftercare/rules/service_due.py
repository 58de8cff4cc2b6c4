"""When a vehicle's next service is due, from its orders and the policy; and what a policy says of it.

``next_service`` is the twin, in plain Python, of the statements under ``include/sql/service_due``:
tests hold both to one outcome. ``Terms`` is what a pack says for a range of base days on which none
of its values changes; ``terms`` cuts a policy into them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Literal

from aftercare.errors import PolicyError
from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.due import Offset
from aftercare.rules.policy import Line, Policy

Source = Literal["own", "model", "default"]

ITEM = "service_due"
UNITS = {
    "first": "service_interval",
    "first_by_model": "service_interval_by_model",
    "periodic": "service_interval",
    "periodic_by_model": "service_interval_by_model",
    "reading_days": "calendar_day",
    "pair_days": "calendar_day",
    "pair_months": "calendar_month",
    "pairs_needed": "count",
    "pairs_counted": "count",
    "most_daily_km": "kilometre_per_day",
    "private_range": "kilometre_per_day_range",
    "fleet_range": "kilometre_per_day_range",
    "typical_daily_km": "kilometre_per_day",
    "typical_daily_km_by_model": "kilometre_per_day_by_model",
}
"""The values that are needed, with their units."""
AT_LEAST_ONE = ("pair_days", "pairs_needed", "pairs_counted")
FLEET_USAGES = ("business", "taxi", "lease")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """The values of a pack for base days from ``base_from`` to ``base_to``, both included.

    ``digest`` tells two sets of values, or of lines, apart.
    """

    pack: str
    base_from: date
    base_to: date
    lines: Mapping[str, Line]
    digest: str

    def value(self, name: str) -> Any:
        """The value of that name."""
        return self.lines[name].value

    def chosen(self, name: str, model: str | None) -> tuple[Any, str]:
        """The model's own value, else that for all; with the id of its line."""
        table = self.lines[f"{name}_by_model"]
        if model is not None and model in table.value:
            return table.value[model], table.line_id
        return self.lines[name].value, self.lines[name].line_id


@dataclass(frozen=True, slots=True)
class Sale:
    """A sales order that stands and is delivered."""

    store_code: str
    order_no: str
    delivered_on: date
    signed_on: date | None = None
    sale_type: str | None = None
    usage: str | None = None
    customer_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A repair order that stands; ``opened_at`` in the group's time zone."""

    store_code: str
    ro_no: str
    opened_at: datetime
    exit_on: date | None = None
    odometer_km: int | None = None
    is_odometer_replaced: bool = False
    ro_type: str = "repair"
    repair_type: str | None = None
    owner_kind: str | None = None


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day that a customer chose for the next service."""

    store_code: str
    preference_no: str
    service_on: date
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class ServiceDue:
    """A row of care.service_due, without its vehicle."""

    kind: str
    store_code: str
    document_kind: str
    document_no: str
    base_on: date
    base_odometer_km: int | None
    interval_months: int
    interval_km: int
    daily_km: Decimal
    daily_km_source: Source
    due_by_time_on: date
    due_by_km_on: date | None
    due_on: date
    reason: str
    confidence: Source
    last_odometer_km: int | None
    last_odometer_on: date | None
    policy_line: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Base:
    """The order that the interval counts from; its odometer is read from ``read_from`` on."""

    kind: str
    store_code: str
    document_kind: str
    document_no: str
    base_on: date
    read_from: date | None
    read_to: date


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the odometer said on a day; ``odometer_no`` counts the vehicle's odometers."""

    read_on: date
    odometer_no: int
    km: int


def next_service(
    sales: Sequence[Sale],
    visits: Sequence[Visit],
    model: str | None,
    terms_on: Callable[[str, date], Terms | None],
    own_days: Sequence[OwnDay] = (),
) -> ServiceDue | None:
    """When the next service of a vehicle is due, from the orders that stand.

    A day of the customer's own comes before what is worked out.

    None without a delivery or a maintenance here, and where no policy is in force for the base
    order's store on its day (``terms_on``).
    """
    sale = min(sales, key=_newest_sale, default=None)
    # Of a day's orders the last counts, of one moment's the first by store and number.
    in_order = sorted(visits, key=lambda each: (each.store_code, each.ro_no), reverse=True)
    in_order.sort(key=lambda each: each.opened_at)
    own_visits = [each for each in in_order if each.ro_type != "pre_delivery"]
    base = _base(sale, own_visits)
    terms = terms_on(base.store_code, base.base_on) if base else None
    if base is None or terms is None:
        return None
    readings = _sound_readings(in_order, terms.value("most_daily_km"))
    is_fleet = _is_fleet(sale, own_visits)
    daily_km, source, daily_line = _daily_km(readings, is_fleet, model, terms)
    interval, interval_line = terms.chosen(base.kind, model)
    by_time = Offset(months=interval["calendar_month"]).after(base.base_on)
    on_base = _on_base(base, readings, terms)
    by_km = None
    if on_base is not None:
        by_km = _by_km(base.base_on, on_base, readings, interval["kilometre"], daily_km)
    is_by_km = by_km is not None and by_km < by_time
    worked_out = by_km if by_km is not None and is_by_km else by_time
    chosen = _chosen(base.base_on, own_days)
    return ServiceDue(
        kind=base.kind,
        store_code=base.store_code,
        document_kind=base.document_kind,
        document_no=base.document_no,
        base_on=base.base_on,
        base_odometer_km=on_base.km if on_base else None,
        interval_months=interval["calendar_month"],
        interval_km=interval["kilometre"],
        daily_km=daily_km,
        daily_km_source=source,
        due_by_time_on=by_time,
        due_by_km_on=by_km,
        due_on=chosen or worked_out,
        reason="customer" if chosen else "km" if is_by_km else "time",
        confidence=source if by_km is not None else "default",
        last_odometer_km=readings[-1].km if readings else None,
        last_odometer_on=readings[-1].read_on if readings else None,
        policy_line=(interval_line, daily_line),
    )


def _chosen(base_on: date, own_days: Sequence[OwnDay]) -> date | None:
    """The day that the customer chose last, since the base, if that word holds until then."""
    in_order = sorted(own_days, key=lambda each: (each.store_code, each.preference_no))
    in_order.sort(key=lambda each: each.valid_from, reverse=True)
    for each in in_order:
        is_said_since = each.valid_from >= base_on and each.service_on > base_on
        if is_said_since and each.service_on <= (each.valid_until or each.service_on):
            return each.service_on
    return None


def _newest_sale(sale: Sale) -> tuple[int, bool, int, str, str]:
    signed_on = sale.signed_on or date.min
    return (
        -sale.delivered_on.toordinal(),
        sale.signed_on is None,
        -signed_on.toordinal(),
        sale.store_code,
        sale.order_no,
    )


def _base(sale: Sale | None, own_visits: Sequence[Visit]) -> _Base | None:
    """The last maintenance, or the delivery that came after it or on its day."""
    service = next((each for each in own_visits[::-1] if each.repair_type == "maintenance"), None)
    served_on = (service.exit_on or service.opened_at.date()) if service else None
    if sale and (served_on is None or sale.delivered_on >= served_on):
        return _Base(
            # A used car has had its first service.
            "periodic" if sale.sale_type == "used" else "first",
            sale.store_code,
            "sales_order",
            sale.order_no,
            sale.delivered_on,
            None,
            sale.delivered_on,
        )
    if service is None or served_on is None:
        return None
    opened_on = service.opened_at.date()
    return _Base(
        "periodic",
        service.store_code,
        "repair_order",
        service.ro_no,
        served_on,
        opened_on,
        opened_on,
    )


def _on_base(base: _Base, readings: Sequence[_Reading], terms: Terms) -> _Reading | None:
    """What the odometer said on the base day, or a few days before a delivery."""
    since = base.read_from or base.base_on - timedelta(days=terms.value("reading_days"))
    found = [each for each in readings if since <= each.read_on <= base.read_to]
    return found[-1] if found else None


def _by_km(
    base_on: date,
    on_base: _Reading,
    readings: Sequence[_Reading],
    interval_km: int,
    daily_km: Decimal,
) -> date:
    """The day on which the interval's kilometres are driven, from the last reading of its odometer."""
    last = [
        each
        for each in readings
        if each.odometer_no == on_base.odometer_no
        and each.read_on >= on_base.read_on
        and each.km >= on_base.km
    ][-1]
    left = max(on_base.km + interval_km - last.km, 0)
    return max(last.read_on, base_on) + timedelta(days=math.ceil(Decimal(left) / daily_km))


def _sound_readings(in_order: Sequence[Visit], most_daily_km: Decimal) -> list[_Reading]:
    """The last reading of each day, without those that cannot be.

    What jumps, by more than a vehicle can drive, is left out first, then what falls below the reading
    before it. A replaced odometer begins anew.
    """
    days: dict[date, _Reading] = {}
    odometer_no = 0
    for visit in in_order:
        odometer_no += visit.is_odometer_replaced
        if visit.odometer_km is not None:
            read_on = visit.opened_at.date()
            days[read_on] = _Reading(read_on, odometer_no, visit.odometer_km)
    read = list(days.values())
    steady = [
        each
        for before, each in pairwise([None, *read])
        if each is not None and not (before and _jumps(before, each, most_daily_km))
    ]
    return [
        each
        for before, each in pairwise([None, *steady])
        if each is not None and not (before and _falls(before, each))
    ]


def _jumps(before: _Reading, after: _Reading, most_daily_km: Decimal) -> bool:
    days = (after.read_on - before.read_on).days
    return after.odometer_no == before.odometer_no and after.km - before.km > most_daily_km * days


def _falls(before: _Reading, after: _Reading) -> bool:
    return after.odometer_no == before.odometer_no and after.km < before.km


def _daily_km(
    readings: Sequence[_Reading], is_fleet: bool, model: str | None, terms: Terms
) -> tuple[Decimal, Source, str]:
    """Kilometres a day, where they come from, and the line that decided.

    A model's typical kilometres are those of private cars, so a fleet's never are.
    """
    slopes = _slopes(readings, terms)[-terms.value("pairs_counted") :]
    if len(slopes) >= terms.value("pairs_needed"):
        line = terms.lines["fleet_range" if is_fleet else "private_range"]
        clamped = max(line.value["least"], min(_median(slopes), line.value["most"]))
        return clamped, "own", line.line_id
    typical, line_id = terms.chosen("typical_daily_km", None if is_fleet else model)
    is_models = line_id == terms.lines["typical_daily_km_by_model"].line_id
    return typical, "model" if is_models else "default", line_id


def _slopes(readings: Sequence[_Reading], terms: Terms) -> list[Decimal]:
    """Each reading with the newest one of the same odometer that lies long enough before it.

    Of several with the same one before them only the last counts: they tell of one stretch of road.
    """
    if not readings:
        return []
    oldest = Offset(months=-terms.value("pair_months")).after(readings[-1].read_on)
    stretches: dict[date, tuple[date, Decimal]] = {}
    for later in readings:
        for earlier in reversed(readings):
            km, days = later.km - earlier.km, (later.read_on - earlier.read_on).days
            if (
                earlier.odometer_no == later.odometer_no
                and earlier.read_on >= oldest
                and days >= terms.value("pair_days")
                and 0 <= km <= terms.value("most_daily_km") * days
            ):
                slope = (Decimal(km) / days).quantize(HUNDREDTH, ROUND_HALF_UP)
                stretches[earlier.read_on] = later.read_on, slope
                break
    return [slope for _, slope in sorted(stretches.values())]


def _median(slopes: Sequence[Decimal]) -> Decimal:
    ordered = sorted(slopes)
    middle = ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
    return (middle / 2).quantize(HUNDREDTH, ROUND_HALF_UP)


def _is_fleet(sale: Sale | None, own_visits: Sequence[Visit]) -> bool:
    """By the usage it was sold for, or by its owner's kind as the last visit that tells has it."""
    owners = (each.owner_kind for each in reversed(own_visits) if each.owner_kind)
    owner_kind = next(owners, sale.customer_kind if sale else None)
    return owner_kind == "company" or (sale is not None and sale.usage in FLEET_USAGES)


def terms(policy: Policy, pack: str) -> tuple[Terms, ...]:
    """What a pack says, cut where any of its values changes; nothing where it has no such item.

    Raises PolicyError for a value that is missing or cannot be used.
    """
    starts = policy.dates(pack, ITEM)
    return tuple(
        _terms(policy, pack, start, after - ONE_DAY if after else date.max)
        for start, after in pairwise([*starts, None])
        if start is not None
    )


def _terms(policy: Policy, pack: str, start: date, end: date) -> Terms:
    lines = {name: policy.value(pack, ITEM, name, start, asker=ITEM) for name in UNITS}
    for name, line in lines.items():
        problem = None
        if line.value is None:
            problem = "is null, and the next service needs a value; an empty table is {}"
        elif line.unit != UNITS[name]:
            problem = f"is given in {UNITS[name]}, not in {line.unit}"
        elif name in AT_LEAST_ONE and line.value < 1:
            problem = "has to be 1 or more"
        if problem:
            raise PolicyError(problem, file=line.file, line=line.file_line, key=name)
    said = json.dumps([[line.line_id, line.value_json] for line in lines.values()])
    return Terms(pack, start, end, lines, hashlib.sha256(said.encode()).hexdigest())
