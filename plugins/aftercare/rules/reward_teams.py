"""The award of the store that did best over a quarter or a year, and of its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aftercare.rules.kpis import LOWER
from aftercare.rules.rewards import (
    TEAM,
    TEAM_HEAD,
    YEAR_TEAM,
    YEAR_TEAM_HEAD,
    Note,
    Outcome,
    Reward,
    RewardRules,
)
from aftercare.rules.scoring import percent, places_of


@dataclass(frozen=True)
class Span:
    """What the award is over: its kinds, the line that gives the places, and its words."""

    team: str
    head: str
    places: str
    zh: str
    en: str


QUARTER = Span(TEAM, TEAM_HEAD, "team_places", "季", "quarter")
YEAR = Span(YEAR_TEAM, YEAR_TEAM_HEAD, "team_year_places", "年", "year")


@dataclass(frozen=True)
class StoreFigure:
    """A store's figure over the quarter or year, with the scorecards on which it stands."""

    value: Decimal
    denominator: Decimal
    direction: str
    scorecards: tuple[str, ...]

    @property
    def merit(self) -> Decimal:
        """The share of which more is better."""
        return 1 - self.value if self.direction == LOWER else self.value


def team_awards(
    stores: Sequence[str],
    figures: Mapping[tuple[str, str], StoreFigure],
    heads: Mapping[str, Sequence[str]],
    rules: RewardRules,
    titles: Mapping[str, Mapping[str, str]],
    span: Span = QUARTER,
) -> Outcome:
    """The best of the stores by the mean of the lines that policy names, and its head."""
    line, lines = rules.lines[span.places], rules.names("team_lines")
    minimum_n, least = rules.number("team_minimum_n"), rules.number("team_minimum_ranked")
    merits: dict[str, Decimal] = {}
    lacking: list[str] = []
    for store in stores:
        own = [figures.get((store, name)) for name in lines]
        known = [one for one in own if one is not None and one.denominator >= minimum_n]
        if known and len(known) == len(lines):
            merits[store] = sum((one.merit for one in known), Decimal(0)) / len(known)
        else:
            lacking.append(store)
    found = Outcome()
    if lacking:
        found.notes.append(
            Note(
                span.team,
                line.line_id,
                f"缺指标或样本少于 {minimum_n}，未参评：{'、'.join(lacking)}。",
                f"A figure is unknown or stands on fewer than {minimum_n}, so not ranked: "
                f"{', '.join(lacking)}.",
                rules.lines["team_minimum_n"],
            )
        )
    if len(merits) < least:
        found.notes.append(
            Note(
                span.team,
                "",
                f"参评门店 {len(merits)} 家，少于 {least} 家，不评选。",
                f"{len(merits)} stores are ranked, fewer than {least}: none is chosen.",
                rules.lines["team_minimum_ranked"],
            )
        )
        return found
    place_of = places_of(list(merits.values()))
    for store in sorted(merits, key=lambda store: (place_of[merits[store]], store)):
        place = place_of[merits[store]]
        if place > int(line.value):
            break
        found += _team(
            store,
            place,
            len(merits),
            merits[store],
            figures,
            heads.get(store, ()),
            rules,
            titles,
            span,
        )
    return found


def _team(
    store: str,
    place: int,
    ranked: int,
    merit: Decimal,
    figures: Mapping[tuple[str, str], StoreFigure],
    heads: Sequence[str],
    rules: RewardRules,
    titles: Mapping[str, Mapping[str, str]],
    span: Span,
) -> Outcome:
    line, lines = rules.lines[span.places], rules.names("team_lines")

    def parts(language: str, comma: str) -> str:
        return comma.join(
            f"{titles.get(name, {}).get(language, name)} {percent(figures[store, name].value)}"
            for name in lines
        )

    rows = tuple(
        ("scorecard_line", f"{card}|{name}")
        for name in lines
        for card in figures[store, name].scorecards
    )
    found = Outcome(
        [
            Reward(
                span.team,
                None,
                store,
                line,
                f"{span.zh}度综合 {percent(merit)}，参评门店 {ranked} 家中排第 {place} 名；为各项的算术平均："
                f"{parts('zh', '、')}。",
                f"The {span.en}'s composite is {percent(merit)}, place {place} of {ranked} ranked "
                f"stores; it is the mean of {parts('en', ', ')}.",
                rows,
                None,
                place,
                ranked,
            )
        ]
    )
    if not rules.is_on("team_head_roles"):
        return found
    posts = rules.names("team_head_roles")
    if not heads:
        found.notes.append(
            Note(
                span.head,
                store,
                f"{span.zh}末门店 {store} 无人任 {'、'.join(posts)}，不另提负责人。",
                f"At the {span.en}'s end nobody was {' or '.join(posts)} of {store}: no head is proposed.",
                rules.lines["team_head_roles"],
            )
        )
    for head in heads:
        found.rewards.append(
            Reward(
                span.head,
                head,
                store,
                rules.lines["team_head_roles"],
                f"任负责人的门店 {store} 在 {ranked} 家中排第 {place} 名，提议团队奖；负责人另行奖励。",
                f"Head of {store}, which is place {place} of {ranked} stores and proposed for the "
                "team award; its head is rewarded beside it.",
                rows,
                None,
                place,
                ranked,
                store,
            )
        )
    return found
