"""Lines of a scorecard of points: each item, the parts it is made of, and the total.

``points.yaml`` of a pack says which items there are and of what kind; `aftercare.rules.points` reckons
them. An item's line stands on the lines of its parts, and a part's on the rows that were counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, cast

from aftercare.errors import PolicyError
from aftercare.rules import points, scoring
from aftercare.rules.kpis import PERSON, STORE, Credit
from aftercare.rules.points import Figure, Part, Points
from aftercare.rules.policy import Line, Policy
from aftercare.rules.scorecard_lines import LINE_COLUMNS, Row

ITEM = "points"
TOTAL = "points_total"
INCOMPLETE = "total_incomplete"
NOTHING_JUDGED = "nothing_judged"
NOT_DELIVERED = "not_delivered"
NO_ROWS = "no_rows"
POINTS: Final = "point"
Kind = Literal["parts", "rating", "rank", "share"]
KINDS: tuple[Kind, ...] = ("parts", "rating", "rank", "share")


@dataclass(frozen=True)
class PartRule:
    """A part of an item: ``metric`` names the plan it is measured by, None: it is a share.

    ``feed`` is what has to be delivered for a count of nothing to mean nothing. ``needs_due``:
    where there was nothing to be had, there is nothing to judge.
    """

    name: str
    statement: str
    feed: str
    metric: str | None
    needs_due: bool
    factor: Line


@dataclass(frozen=True)
class ItemRule:
    """An item with its weight and whatever its kind asks for.

    ``feeds`` are those on which a share stands: without one of them nothing due says nothing.
    """

    name: str
    kind: Kind
    weight: Line
    parts: tuple[PartRule, ...] = ()
    statement: str | None = None
    rated: str | None = None
    allowed: Sequence[Mapping[str, Decimal]] = ()
    curve: Sequence[Mapping[str, Decimal]] = ()
    least_ranked: int = 0
    metrics: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class PointRules:
    """What a pack's scorecard of points is on a day."""

    roles: tuple[str, ...]
    items: tuple[ItemRule, ...]
    full_marks: Line

    @classmethod
    def read(cls, policy: Policy, pack: str, day: date) -> PointRules | None:
        """None for a pack without points; PolicyError for what it leaves out or does not add up to."""
        if ITEM not in policy.items(pack):
            return None

        def value(name: str) -> Line:
            return policy.value(pack, ITEM, name, day, f"the points of {pack}")

        known = policy.attributes(pack, ITEM)
        found = cls(
            tuple(known["roles"]),
            tuple(_item(entry, value, policy.file_of(pack, ITEM)) for entry in known["items"]),
            value("full_marks"),
        )
        weights = sum((item.weight.value for item in found.items), Decimal(0))
        if weights != found.full_marks.value:
            raise PolicyError(
                f"the items weigh {weights}, and full marks are {found.full_marks.value}; "
                "on every day the two have to be equal",
                file=policy.file_of(pack, ITEM),
                key="full_marks",
            )
        return found

    @property
    def statements(self) -> Iterator[tuple[str, str]]:
        """What is counted, as line and statement."""
        for item in self.items:
            if item.statement is not None:
                yield item.name, item.statement
            for part in item.parts:
                yield part.name, part.statement

    @property
    def feeds(self) -> list[str]:
        """The feeds that the counts stand on."""
        of_parts = {part.feed for item in self.items for part in item.parts}
        return sorted(of_parts | {feed for item in self.items for feed in item.feeds})


def _item(entry: Mapping[str, Any], value: Any, file: str | None) -> ItemRule:
    name, kind = entry["name"], entry["kind"]
    if kind not in KINDS:
        raise PolicyError(f"an item's kind is one of {', '.join(KINDS)}, not {kind!r}", file=file)
    more: dict[str, Any] = {}
    if kind == "parts":
        more["parts"] = tuple(
            PartRule(
                part["name"],
                part["statement"],
                part["feed"],
                part.get("metric"),
                bool(part.get("needs_due")),
                value(f"{part['name']}_factor"),
            )
            for part in entry["parts"]
        )
    elif kind == "rating":
        more = {"rated": entry["rated"], "allowed": value(f"{name}_allowed").value}
    elif kind == "rank":
        more = {
            "curve": value(f"{name}_curve").value,
            "least_ranked": value(f"{name}_least_ranked").value,
            "metrics": value(f"{name}_metrics").value,
        }
    else:
        if not entry.get("feeds"):
            raise PolicyError(
                f"the share {name} names no feeds; say in `feeds` what has to be delivered "
                "for a month without any row to mean that nothing was due",
                file=file,
                key="items",
            )
        more = {"statement": entry["statement"], "feeds": tuple(entry["feeds"])}
    return ItemRule(name, cast("Kind", kind), value(f"{name}_weight"), **more)


def point_titles(policy: Policy, pack: str) -> dict[str, Mapping[str, str]]:
    """Names of a pack's lines of points by language, each item before its parts, the total last."""
    known = policy.attributes(pack, ITEM)
    if not known:
        return {}
    titles: dict[str, Mapping[str, str]] = {}
    for item in known["items"]:
        for entry in (item, *item.get("parts", ())):
            titles[entry["name"]] = entry["title"]
    return titles | {TOTAL: known["title"]}


@dataclass(frozen=True)
class Known:
    """What is known of the stores of a pack in a month.

    ``counted`` has numerator, denominator and excluded by scorecard and line, ``fed`` the stores
    and feeds that are delivered, ``targets`` rows by store, employee (``""``: the store) and metric,
    ``ratings`` by store, employee and item, ``ranks`` by store and metric.
    """

    month: str
    counted: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    fed: frozenset[tuple[str, str]] = frozenset()
    targets: Mapping[tuple[str, str, str], Row] = field(default_factory=dict)
    ratings: Mapping[tuple[str, str, str], Row] = field(default_factory=dict)
    ranks: Mapping[tuple[str, str], Row] = field(default_factory=dict)


@dataclass
class CardPoints:
    """Lines of one scorecard, and the rows behind them that no statement counts."""

    card: Row
    lines: list[Row] = field(default_factory=list)
    proofs: list[Row] = field(default_factory=list)

    def line(self, name: str, source: Line, **figures: Any) -> None:
        """One line, by the policy line that makes it."""
        self.lines.append(
            dict.fromkeys(LINE_COLUMNS)
            | {
                "scorecard_id": self.card["scorecard_id"],
                "kpi_id": name,
                "rule_id": source.rule,
                "policy_line": source.line_id,
                "unit": scoring.SHARE,
                "credit": PERSON,
                "direction": "higher",
            }
            | figures
        )

    def proof(
        self, name: str, kind: str, key: str, reason: str, *, is_excluded: bool = False
    ) -> None:
        """One row behind a line; what is only a measure is shown beside."""
        self.proofs.append(
            {
                "scorecard_id": self.card["scorecard_id"],
                "kpi_id": name,
                "row_kind": kind,
                "row_key": key,
                "is_numerator": not is_excluded,
                "is_excluded": is_excluded,
                "reason": reason,
            }
        )


def card_points(rules: PointRules, card: Row, known: Known) -> CardPoints:
    """All lines of points of a scorecard."""
    made = CardPoints(card)
    judged = {item.name: _JUDGES[item.kind](made, item, known) for item in rules.items}
    for name, each in judged.items():
        _stands_on(made, TOTAL, name, _earned(each.points, each.weight, each.note))
    total = points.total(list(judged.values()))
    is_judged = total.weight > 0
    made.line(
        TOTAL,
        rules.full_marks,
        numerator=total.points if is_judged else None,
        denominator=rules.full_marks.value,
        value=scoring.share(total.points, total.weight),
        points=total.points if is_judged else None,
        weight=total.weight,
        note=None if total.is_whole else INCOMPLETE if is_judged else NOTHING_JUDGED,
    )
    return made


def _parts(made: CardPoints, item: ItemRule, known: Known) -> Points:
    parts = [Part(part.name, part.factor.value, _part(made, part, known)) for part in item.parts]
    for part in parts:
        earned = None if part.figure.value is None else part.factor * part.figure.value
        _stands_on(made, item.name, part.name, _earned(earned, part.factor, part.figure.note))
    found = points.weighted(parts, item.weight.value)
    _item_line(made, item, found, numerator=found.raw, denominator=found.maximum)
    return found


def _part(made: CardPoints, part: PartRule, known: Known) -> Figure:
    store = made.card["store_code"]
    counts = _counts(made, part.name, known)
    done, due, excluded = counts["numerator"], counts["denominator"], counts["excluded"]
    is_fed = (store, part.feed) in known.fed
    credit: Credit = STORE
    of: Decimal | int | None = due
    if part.metric is None:
        figure = Figure(scoring.share(done, due), None if due else NO_ROWS)
    else:
        target = _target(known, made.card, part.metric)
        of = target["value"] if target else None
        figure = points.completion(done, of, due if part.needs_due else None)
        if target:
            key = (store, target["employee_no"], known.month, part.metric)
            plan = f"plan_{target['value'].normalize():f}"
            made.proof(part.name, "target", "|".join(key), plan, is_excluded=True)
            credit = PERSON if target["employee_no"] else STORE
    if not is_fed:
        figure = Figure(note=NOT_DELIVERED)
    made.line(
        part.name,
        part.factor,
        numerator=done if is_fed else None,
        denominator=of,
        excluded=excluded,
        value=figure.value,
        note=figure.note,
        credit=credit,
    )
    return figure


def _share(made: CardPoints, item: ItemRule, known: Known) -> Points:
    counts = _counts(made, item.name, known)
    store = made.card["store_code"]
    if any((store, feed) not in known.fed for feed in item.feeds):
        found = Points(item.weight.value, note=NOT_DELIVERED)
        unknown = dict.fromkeys(("numerator", "denominator"))
        _item_line(made, item, found, **unknown, excluded=counts["excluded"], credit=STORE)
        return found
    found = points.share_points(counts["numerator"], counts["denominator"], item.weight.value)
    _item_line(made, item, found, **counts, credit=STORE)
    return found


def _rating(made: CardPoints, item: ItemRule, known: Known) -> Points:
    card = made.card
    key = (card["store_code"], card["employee_no"], str(item.rated))
    given = known.ratings.get(key)
    found = points.rating_points(given["value"] if given else None, item.allowed, item.weight.value)
    if given:
        row_key = "|".join((*key[:2], known.month, key[2]))
        rated = f"rated_{given['value'].normalize():f}_by_{given['rater_no']}"
        made.proof(item.name, "rating", row_key, rated)
    _item_line(made, item, found, unit=POINTS)
    return found


def _rank(made: CardPoints, item: ItemRule, known: Known) -> Points:
    store = made.card["store_code"]
    found: list[tuple[Points, Row | None]] = []
    for metric in item.metrics:
        row = known.ranks.get((store, metric))
        each = points.rank_points(
            row["rank_no"] if row else None,
            row["ranked"] if row else None,
            item.curve,
            item.least_ranked,
            item.weight.value,
        )
        found.append((each, row))
        if row:
            place = f"rank_{row['rank_no']}_of_{row['ranked']}"
            made.proof(item.name, "regional_rank", "|".join((store, known.month, metric)), place)
    if not found:
        raise PolicyError(f"{item.name}_metrics names no ranking", key=f"{item.name}_metrics")
    judged = points.lowest([each for each, _ in found], item.weight.value)
    row = next(row for each, row in found if each is judged)
    counts = {"numerator": row["rank_no"], "denominator": row["ranked"]} if row else {}
    _item_line(made, item, judged, **counts, credit=STORE)
    return judged


_JUDGES = {"parts": _parts, "share": _share, "rating": _rating, "rank": _rank}


def _item_line(made: CardPoints, item: ItemRule, found: Points, **figures: Any) -> None:
    made.line(
        item.name,
        item.weight,
        **{
            "value": found.value,
            "band": found.band,
            "points": found.points,
            "weight": found.weight,
            "note": found.note,
        }
        | figures,
    )


def _counts(made: CardPoints, name: str, known: Known) -> dict[str, int]:
    counted = known.counted.get((made.card["scorecard_id"], name))
    columns = ("numerator", "denominator", "excluded")
    return {column: int(counted[column]) if counted else 0 for column in columns}


def _target(known: Known, card: Row, metric: str) -> Row | None:
    """A person's own plan, else the store's."""
    for employee_no in (card["employee_no"], ""):
        found = known.targets.get((card["store_code"], employee_no, metric))
        if found:
            return found
    return None


def _stands_on(made: CardPoints, name: str, other: str, reason: str) -> None:
    made.proof(name, "scorecard_line", f"{made.card['scorecard_id']}|{other}", reason)


def _earned(earned: Decimal | None, of: Decimal, note: str | None) -> str:
    """``earned_5.2_of_8``, or why nothing is known."""
    if earned is None:
        return f"unknown_{note}"
    return f"earned_{earned.normalize():f}_of_{of.normalize():f}"
