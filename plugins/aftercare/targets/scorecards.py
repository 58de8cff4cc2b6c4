"""A store's published month as a short summary that leaves the house: figures of the store, and of nobody.

What people earned, missed or were told is personnel data: it is decided on in the house and belongs in no CRM and
on no task list. So a summary holds no name, number, points or rank of a person, and a figure that fewer people
made than policy says (`house/statements`: `summary_people`) is left out, for it would tell theirs. Only what a
person approved and the month's publication issued is told.

A correction that came later stands beside the figure that was issued, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from aftercare import warehouse
from aftercare.rules.figure_titles import figure_titles
from aftercare.rules.kpis import LOWER, STORE
from aftercare.rules.month import month_of
from aftercare.rules.policy import Policy
from aftercare.rules.scoring import meets, percent, share
from aftercare.rules.store_figures import StoreFigure, store_figures
from aftercare.settings import Group, Language
from aftercare.targets.protocol import Record
from aftercare.words import Pair, Words, say, word

TITLE: Pair = ("月度评分 {month} {store}", "month's scorecard {month}, {store}")
RESULT: Pair = ("{met} / {judged} 项达标", "{met} of {judged} targets met")
NO_TARGET: Pair = ("没有设目标的指标", "no figure has a target")
TRIAL: Pair = ("试运行", "trial")
MET: Words = {"True": ("达标", "met"), "False": ("未达标", "not met")}
PARTS: Words = {
    "target": ("目标 {target}", "target {target}"),
    "place": ("同品牌第 {place} / {ranked} 名", "place {place} of {ranked} in its brand"),
    "adjusted": (
        "公布后有更正，现为 {value}（{counts}）",
        "corrected since, now {value} ({counts})",
    ),
}
WITHHELD: Pair = (
    "另有 {count} 项由不足 {people} 人完成，会推算出个人成绩，不在此列出",
    "{count} more are left out: fewer than {people} people made them, and theirs could be told",
)
POSTS: Words = {
    "SC": ("销售关爱 SC", "sales care SC"),
    "AC": ("售后关爱 AC", "after-sales care AC"),
    "SUP": ("客服主管 SUP", "customer-service supervisor SUP"),
    "SA": ("服务顾问 SA", "service advisor SA"),
    "CONSULTANT": ("销售顾问 CONSULTANT", "sales consultant CONSULTANT"),
    "RENEWAL": ("续保专员 RENEWAL", "renewal specialist RENEWAL"),
    "": ("本店", "store"),
}
NONE = "–"


@dataclass(frozen=True)
class SummaryFigure:
    """One figure as it is told: whose (`post`), name, value, counts, target, and what came of it.

    `is_met` is None without a target or a value, `place` is a rank among `ranked` stores of the brand or None.
    `adjusted_value` and `adjusted_counts` are empty where nothing was corrected.
    """

    post: str
    name: str
    value: str
    counts: str
    target: str
    is_met: bool | None
    place: int | None
    ranked: int
    is_trial: bool
    adjusted_value: str = ""
    adjusted_counts: str = ""

    def line(self, language: Language) -> str:
        """The figure in one line."""
        parts = [self.counts] if self.counts else []
        if self.target:
            parts.append(word(PARTS, "target", language, target=self.target))
        if self.is_met is not None:
            parts.append(word(MET, str(self.is_met), language))
        if self.place is not None:
            parts.append(word(PARTS, "place", language, place=self.place, ranked=self.ranked))
        if self.is_trial:
            parts.append(say(TRIAL, language))
        if self.adjusted_value:
            now = {"value": self.adjusted_value, "counts": self.adjusted_counts}
            parts.append(word(PARTS, "adjusted", language, **now))
        colon, comma = ("：", "，") if language == "zh" else (": ", ", ")
        said = f"{self.post} · {self.name}{colon}{self.value}"
        if not parts:
            return said
        inside = comma.join(parts)
        return f"{said}（{inside}）" if language == "zh" else f"{said} ({inside})"


@dataclass(frozen=True)
class _Month:
    """What is read of a month for all stores: their rows and figures by store, what adjustments add to numerator and
    denominator of a figure, and how few people tell nobody's own."""

    month: str
    first_day: date
    published_on: date
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    figures: Mapping[str, Sequence[StoreFigure]]
    more: Mapping[tuple[str, str, str, str], tuple[Decimal, Decimal]]
    least: int

    def adjusted(self, figure: StoreFigure) -> tuple[Decimal, Decimal] | None:
        """Numerator and denominator as they would be now; None where they are as issued."""
        key = (figure.store_code, figure.role, figure.kpi_id, figure.credit)
        more = self.more.get(key, (Decimal(0), Decimal(0)))
        if not any(more):
            return None
        return figure.numerator + more[0], figure.denominator + more[1]


@dataclass(frozen=True)
class Summaries:
    """Summaries in one language; `zone` is that in which a day of publication is told."""

    policy: Policy
    language: Language
    zone: tzinfo

    def read(
        self, connection: Connection, asked: Mapping[tuple[str, str], int]
    ) -> dict[tuple[str, str], Record]:
        """Records of stores' months, by store and month; `asked` says which, with the version of each. A store
        that no KPI measures has none."""
        found: dict[tuple[str, str], Record] = {}
        for month in sorted({month for _, month in asked}):
            facts = self._read_month(connection, month)
            for store in (store for store, each in asked if each == month):
                if store in facts.rows:
                    found[store, month] = self._record(facts, store, asked[store, month])
        return found

    def one(self, connection: Connection, store: str, month: str, version: int) -> Record | None:
        """The record of one of many stores, one after the other: a month is read once for all of them."""
        if month not in self._known:
            self._known[month] = self._read_month(connection, month)
        facts = self._known[month]
        return self._record(facts, store, version) if store in facts.rows else None

    @cached_property
    def _known(self) -> dict[str, _Month]:
        return {}

    def _read_month(self, connection: Connection, month: str) -> _Month:
        bounds = month_of(self.policy, month)

        def house(item: str, name: str) -> int:
            return int(
                self.policy.value("house", item, name, bounds.last_day, "the summaries").value
            )

        published = warehouse.run(connection, "score/get_publication", month=month).one()
        everything = warehouse.rows(connection, "score/list_store_figures", months=[month])
        rows: dict[str, list[Mapping[str, Any]]] = {}
        for row in everything:
            rows.setdefault(row["store_code"], []).append(row)
        adjusted = warehouse.run(connection, "outbound/list_summary_adjustments", month=month)
        return _Month(
            month,
            bounds.first_day,
            published.published_at.astimezone(self.zone).date(),
            rows,
            store_figures(
                everything, house("scoring", "minimum_n"), house("statements", "median_stores")
            ),
            {
                (row.store_code, row.role, row.kpi_id, row.credit): (
                    row.more_in_numerator,
                    row.more_in_denominator,
                )
                for row in adjusted
            },
            house("statements", "summary_people"),
        )

    def _record(self, facts: _Month, store: str, version: int) -> Record:
        language, month, least = self.language, facts.month, facts.least
        rows = facts.rows[store]
        of_row = {(row["role"], row["kpi_id"], row["credit"]): row for row in rows}
        counted = [
            (figure, row)
            for figure in sorted(facts.figures[store], key=self._order)
            if (row := of_row[figure.role, figure.kpi_id, figure.credit])
            and (figure.value is not None or facts.adjusted(figure))
        ]
        shown = [
            self._figure(figure, row["is_trial"], facts.adjusted(figure))
            for figure, row in counted
            if figure.credit == STORE or row["people"] >= least
        ]
        marks = [each.is_met for each in shown if each.is_met is not None]
        withheld = len(counted) - len(shown)
        note = say(WITHHELD, language, count=withheld, people=least) if withheld else None
        result = (
            say(RESULT, language, met=marks.count(True), judged=len(marks))
            if marks
            else say(NO_TARGET, language)
        )
        store_code, store_name = rows[0]["store_code"], rows[0]["store_name"]
        is_trial = bool(shown) and all(each.is_trial for each in shown)
        return Record(
            entity="scorecard",
            key=f"{store_code}.{month}",
            version=version,
            fields={
                "store_code": store_code,
                "store_name": store_name,
                "month": month,
                "month_on": facts.first_day,
                "title": say(TITLE, language, month=month, store=store_name),
                "published_on": facts.published_on,
                "result": result,
                "judged": len(marks),
                "met": marks.count(True),
                "missed": marks.count(False),
                "adjusted": sum(bool(each.adjusted_value) for each in shown),
                "trial": say(TRIAL, language) if is_trial else None,
                "note": note,
                "summary": "\n".join(
                    [*(each.line(language) for each in shown), *([note] if note else [])]
                ),
                "figures": tuple(shown),
            },
        )

    @cached_property
    def _titles(self) -> dict[str, Mapping[str, str]]:
        return figure_titles(self.policy)

    def _title(self, kpi_id: str) -> str:
        """The name of a figure, also where the policy has it no more."""
        known = self._titles.get(kpi_id)
        return known[self.language] if known else kpi_id

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self._titles)}

    def _order(self, figure: StoreFigure) -> tuple[bool, bool, str, int]:
        """Posts first, then the whole store, each in the order of the month's documents."""
        place = self._places.get(figure.kpi_id, len(self._places))
        return (figure.credit == STORE, figure.role != "SC", figure.role, place)

    def _figure(
        self, figure: StoreFigure, is_trial: bool, adjusted: tuple[Decimal, Decimal] | None
    ) -> SummaryFigure:
        sign = "<" if figure.direction == LOWER else ""
        return SummaryFigure(
            post=word(POSTS, figure.role, self.language) if figure.role in POSTS else figure.role,
            name=self._title(figure.kpi_id),
            value=_shown(figure.value),
            counts=f"{figure.numerator:f}/{figure.denominator:f}" if figure.denominator else "",
            target="" if figure.target is None else f"{sign}{percent(figure.target)}",
            is_met=meets(figure.value, figure.target, figure.direction),
            place=figure.place,
            ranked=figure.ranked,
            is_trial=is_trial,
            adjusted_value=_shown(share(*adjusted)) if adjusted else "",
            adjusted_counts=f"{adjusted[0]:f}/{adjusted[1]:f}" if adjusted else "",
        )


def _shown(value: Decimal | None) -> str:
    return NONE if value is None else percent(value)


def tell(
    connection: Connection, target: str, stores: Sequence[str], group: Group, today: date, day: date
) -> int:
    """Puts into the outbox what a target has to hear of the published months of the stores that it serves.

    With no stores it takes none, and begins anew another time. `day` is the work day to count the messages
    on. Returns how many there are.
    """
    warehouse.run(connection, "outbound/lock_scorecards", target=target)
    warehouse.run(
        connection,
        "outbound/start_scorecards",
        target=target,
        store_codes=list(stores),
        today=today,
    )
    return warehouse.run(
        connection,
        "outbound/tell_scorecards",
        target=target,
        zone=str(group.time_zone),
        work_day=day,
    ).rowcount
