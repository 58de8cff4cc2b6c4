"""Counts the rows of a month's figures: what each statement gives, and on whose scorecards it stands.

Only temporary tables of the scoring's own transaction are written; judging and keeping what was counted
is the stage's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnClause,
    Connection,
    Select,
    Text,
    TextClause,
    column,
    insert,
    literal,
    null,
    select,
    table,
)

from aftercare import warehouse
from aftercare.errors import ConfigurationError, PolicyError
from aftercare.rules.binding import lacks
from aftercare.rules.coefficients import coefficients_of
from aftercare.rules.kpis import HIGHER, STORE, Kpi, kpis_of
from aftercare.rules.month import Month
from aftercare.rules.opening import opening_days, opening_stores
from aftercare.rules.policy import Policy
from aftercare.rules.scorecard_lines import Bands
from aftercare.rules.scorecard_points import ITEM as POINTS
from aftercare.rules.scorecard_points import PointRules
from aftercare.rules.scorecard_targets import TargetRules
from aftercare.settings import Group
from aftercare.warehouse import run

STORE_COLUMNS: tuple[ColumnClause[Any], ...] = tuple(
    column(name)
    for name in (
        "store_code",
        "counted_on",
        "row_kind",
        "row_key",
        "is_numerator",
        "is_excluded",
        "reason",
    )
)
OWNER_COLUMNS: tuple[ColumnClause[Any], ...] = (column("owner_role"), column("employee_no"))
GIVEN = {"first_day", "last_day", "closing_on", "time_zone"}
"""What a statement may ask for that is no policy value: bounds of the month, and the zone."""
KPI_FACT = table(
    "kpi_fact", column("kpi_id"), column("holder_roles"), *STORE_COLUMNS, *OWNER_COLUMNS
)


@dataclass(frozen=True)
class Counted:
    """What is counted by ``statement`` in ``stores``, under the name of ``kpi``.

    ``item`` has the policy values that the statement asks for. A store's figure over what people did takes the rows of ``owners``, the posts that do it.
    """

    kpi: Kpi
    statement: str
    item: str
    stores: Sequence[str]
    owners: tuple[str, ...] = ()


def fill_opening(
    connection: Connection,
    group: Group,
    policy: Policy,
    packs: Mapping[str, Sequence[str]],
    month: Month,
) -> None:
    """Says when stores are open, for KPIs whose terms are minutes."""
    run(
        connection,
        "score/fill_opening",
        stores=json.dumps(opening_stores(group, policy, packs, month.last_day)),
        days=json.dumps(opening_days(group, month)),
    )


def count_pack(
    connection: Connection,
    policy: Policy,
    pack: str,
    stores: Sequence[str],
    month: Month,
    time_zone: str,
) -> None:
    """Fills scorecards of a pack's stores, and the rows of all that is counted there."""
    kpis = kpis_of(policy, pack, month.last_day)
    points = PointRules.read(policy, pack, month.last_day)
    targets = TargetRules.read(policy, pack, month.last_day)
    roles = {role for kpi in kpis for role in kpi.roles}
    roles |= {role for rules in (points, targets) if rules for role in rules.roles}
    run(
        connection,
        "score/fill_new_scorecards",
        month=month.key,
        roles=sorted(roles),
        stores=list(stores),
        is_trial=bool(lacks(policy, pack, month.first_day)),
        first_day=month.first_day,
        last_day=month.last_day,
    )
    # Of a store in which nobody holds the post there is no such figure: no row is nobody's. Only
    # the figures of work that somebody has to do are counted there all the same.
    held = _stores_by_role(connection, stores)

    def holding(roles: Sequence[str]) -> list[str]:
        return sorted({store for role in roles for store in held[role]})

    counted = [
        Counted(
            kpi, kpi.counted_by, kpi.item, holding(kpi.roles) if kpi.only_where_held else stores
        )
        for kpi in kpis
    ]
    if points:
        where = holding(points.roles)
        counted += [
            Counted(Kpi(name, points.roles, STORE, HIGHER), statement, statement, where)
            for name, statement in points.statements
        ]
    if targets:
        where = holding(targets.roles)
        counted += [
            Counted(
                Kpi(name, targets.roles, STORE, kpi.direction),
                kpi.counted_by,
                kpi.item,
                where,
                owners,
            )
            for name, kpi, owners in targets.counted
        ]
    for each in counted:
        statement = _statement(policy, pack, each.statement, each.item)
        connection.execute(
            insert(KPI_FACT).from_select(
                [c.name for c in KPI_FACT.columns], _facts(each, statement)
            ),
            _parameters(policy, pack, each.item, statement, month, time_zone),
        )


def count_faults(policy: Policy, pack: str, month_ends: Sequence[date]) -> list[str]:
    """What would keep months of a pack, by their last days, from being scored, each told once.

    A statement that is not there, one that asks for a value which is not in force, and a coefficient
    without bands or scale. Raises PolicyError where it cannot be read what is counted.
    """
    faults: dict[tuple[str, str], str] = {}
    for day in month_ends:
        for coefficient in coefficients_of(policy, pack, day):
            try:
                Bands.read(policy, pack, coefficient.name, day)
            except PolicyError as problem:
                faults.setdefault(("scoring", coefficient.name), str(problem))
        asked = {(kpi.counted_by, kpi.item) for kpi in kpis_of(policy, pack, day)}
        if points := PointRules.read(policy, pack, day):
            asked |= {(statement, statement) for _, statement in points.statements}
        if targets := TargetRules.read(policy, pack, day):
            asked |= {(kpi.counted_by, kpi.item) for _, kpi, _ in targets.counted}
        for place, item in sorted(asked):
            try:
                _values(policy, pack, item, _statement(policy, pack, place, item), day)
            except PolicyError as problem:
                faults.setdefault((place, item), str(problem))
    return list(faults.values())


def _statement(policy: Policy, pack: str, place: str, item: str) -> TextClause:
    """The statement that counts an item; PolicyError, with the item's file, where there is none."""
    try:
        return warehouse.statement(place)
    except ConfigurationError:
        raise PolicyError(
            f"there is no include/sql/{place}.sql to count it: name a statement that there is",
            file=policy.file_of(pack, item) or policy.file_of(pack, POINTS),
            key="statement",
        ) from None


def _stores_by_role(connection: Connection, stores: Sequence[str]) -> dict[str, set[str]]:
    """In which of these stores somebody has a scorecard in a post."""
    held: dict[str, set[str]] = defaultdict(set)
    for card in run(connection, "score/list_new_scorecards").mappings():
        if card["store_code"] in stores:
            held[card["role"]].add(card["store_code"])
    return held


def _facts(counted: Counted, statement: TextClause) -> Select[Any]:
    """The rows of a statement in these stores, with who has them on their scorecard."""
    kpi, stores = counted.kpi, counted.stores
    if kpi.credit == STORE:
        owner = OWNER_COLUMNS[:1] if counted.owners else ()
        facts = statement.columns(*STORE_COLUMNS, *owner).subquery("facts")
        holders = literal(list(kpi.roles), ARRAY(Text()))
        columns = [facts.c[each.name] for each in STORE_COLUMNS]
        chosen = select(literal(kpi.name), holders, *columns, null(), null()).where(
            facts.c.store_code.in_(stores)
        )
        return chosen.where(facts.c.owner_role.in_(counted.owners)) if counted.owners else chosen
    # A row of the post without a name stays, so that somebody learns how many lack an owner. One
    # without an `owner_role` is of no such post: it is the store's alone, and lacks nobody.
    facts = statement.columns(*STORE_COLUMNS, *OWNER_COLUMNS).subquery("facts")
    return select(literal(kpi.name), null(), *facts.c).where(
        facts.c.owner_role.in_(kpi.roles), facts.c.store_code.in_(stores)
    )


def _parameters(
    policy: Policy,
    pack: str,
    item: str,
    statement: TextClause,
    month: Month,
    time_zone: str,
) -> dict[str, Any]:
    """What a statement asks for: bounds of the month, the zone, policy values by their names."""
    values = _values(policy, pack, item, statement, month.last_day)
    known = {**month.bounds, "time_zone": time_zone, **values}
    return {name: known[name] for name in statement.compile().params}


def _values(
    policy: Policy, pack: str, item: str, statement: TextClause, day: date
) -> dict[str, Any]:
    """The policy values that a statement asks for; PolicyError for one that is not in force."""
    known = {}
    for name in statement.compile().params.keys() - GIVEN:
        value = policy.value(pack, item, name, day, f"statement {item}").value
        # A list of texts is an array for a statement, where a tuple would be a row.
        known[name] = list(value) if isinstance(value, tuple) else value
    return known
