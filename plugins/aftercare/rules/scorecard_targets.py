"""Lines of a scorecard of targets: figures that others measured or that are counted here, judged one by one.

``targets.yaml`` of a pack says which lines there are; `aftercare.rules.targets` judges them. No
points and no coefficient come of them, and nothing is proposed by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, cast

from aftercare.errors import PolicyError
from aftercare.rules import scoring
from aftercare.rules.kpis import (
    HIGHER,
    NOT_COUNTED,
    PERSON,
    STORE,
    Credit,
    Kpi,
    is_counted,
    read_kpi,
)
from aftercare.rules.policy import Line, Policy
from aftercare.rules.scorecard_lines import Row, line_of, score_of, score_proof
from aftercare.rules.targets import Judged, Measured, Target, judge, judge_joint

ITEM = "targets"
JOINT: Final = "joint"
"""The unit of a line that is met when all its parts are: its value counts those that are."""
Source = Literal["external", "kpi", "joint"]
SOURCES: tuple[Source, ...] = ("external", "kpi", "joint")
Scores = Mapping[tuple[str, str, str], Row]


@dataclass(frozen=True)
class TargetRule:
    """A line with its target.

    ``line`` is the policy line that names the target, of a joint one the parts. ``metric`` is what
    a score is called in the feed ``external_score``, ``kpi`` what is counted here, of a KPI of
    people the work of ``owners``, all posts that it scores unless the entry names some of them.
    A KPI that is not counted on the day leaves the line unknown: ``metric`` has its name then, too.
    """

    name: str
    source: Source
    line: Line
    target: Target = field(default_factory=Target)
    metric: str = ""
    kpi: Kpi | None = None
    owners: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def reads_kpi(self) -> bool:
        """Whether it stands on a KPI, be it counted or not."""
        return self.source == "kpi"


@dataclass(frozen=True)
class TargetRules:
    """What a pack's scorecard of targets is on a day."""

    roles: tuple[str, ...]
    rules: tuple[TargetRule, ...]
    minimum_n: int

    @classmethod
    def read(cls, policy: Policy, pack: str, day: date) -> TargetRules | None:
        """None for a pack without targets; PolicyError for one that cannot be judged."""
        if ITEM not in policy.items(pack):
            return None
        known = policy.attributes(pack, ITEM)
        read = _Reader(policy, pack, day)
        rules = tuple(read.rule(entry) for entry in known["lines"])
        single = {rule.name for rule in rules if rule.source != JOINT}
        for rule in rules:
            for part in rule.parts:
                if part not in single:
                    raise read.error(f"{part!r} is no line of its own", f"{rule.name}_needs")
        return cls(tuple(known["roles"]), rules, read.value("minimum_n").value)

    @property
    def counted(self) -> Iterator[tuple[str, Kpi, tuple[str, ...]]]:
        """What is counted here, as line, KPI and the posts whose work it is; none for a store's figure."""
        for rule in self.rules:
            if rule.kpi is not None:
                yield rule.name, rule.kpi, rule.owners


class _Reader:
    """Reads entries of one pack's file as of a day."""

    def __init__(self, policy: Policy, pack: str, day: date) -> None:
        self._policy, self._pack, self._day = policy, pack, day

    def value(self, name: str) -> Line:
        return self._policy.value(self._pack, ITEM, name, self._day, f"the targets of {self._pack}")

    def error(self, message: str, key: str) -> PolicyError:
        return PolicyError(message, file=self._policy.file_of(self._pack, ITEM), key=key)

    def rule(self, entry: Mapping[str, Any]) -> TargetRule:
        name, source = entry["name"], entry["source"]
        if source not in SOURCES:
            raise self.error(f"a source is one of {', '.join(SOURCES)}, not {source!r}", name)
        if source == JOINT:
            needs = self.value(f"{name}_needs")
            parts = needs.value if isinstance(needs.value, tuple) else ()
            if not parts:
                raise self.error("names no lines: a list of them is needed", f"{name}_needs")
            return TargetRule(name, JOINT, needs, parts=parts)
        line, scale = self.value(f"{name}_target"), self.value(f"{name}_scale").value
        counted = (
            is_counted(self._policy, self._pack, entry["metric"], self._day)
            if source == "kpi"
            else False
        )
        if counted is None:
            raise self.error(f"{self._pack} has no KPI {entry['metric']!r}", name)
        kpi = read_kpi(self._policy, self._pack, entry["metric"]) if source == "kpi" else None
        if line.value is not None and scale is not None:
            low, high = scoring.scale_limits(scale)
            if not low <= line.value <= high:
                raise self.error(
                    f"the target {line.value} lies outside its scale {scale}", f"{name}_target"
                )
        owners = self._owners(entry, kpi) if kpi else ()
        target = Target(
            None if line.value is None else Decimal(line.value),
            scale,
            kpi.direction if kpi else HIGHER,
            bool(entry.get("is_gate")),
        )
        # One that is not counted keeps its direction, by which the target reads.
        found = kpi if counted else None
        return TargetRule(
            name, cast("Source", source), line, target, entry["metric"], found, owners
        )

    def _owners(self, entry: Mapping[str, Any], kpi: Kpi) -> tuple[str, ...]:
        named = entry.get("owners")
        if kpi.credit == STORE:
            if named:
                raise self.error(f"{kpi.name} is the store's and nobody's own work", entry["name"])
            return ()
        owners = tuple(kpi.roles if named is None else named)
        if not owners or not set(owners) <= set(kpi.roles):
            raise self.error(
                f"`owners` are some of {', '.join(kpi.roles)}, whom {kpi.name} scores",
                entry["name"],
            )
        return owners


def target_titles(policy: Policy, pack: str) -> dict[str, Mapping[str, str]]:
    """Names of a pack's lines of targets by language, in their order."""
    lines = policy.attributes(pack, ITEM).get("lines", ())
    return {entry["name"]: entry["title"] for entry in lines}


@dataclass
class CardTargets:
    """Lines of one scorecard, and the rows behind them that no statement counts."""

    lines: list[Row] = field(default_factory=list)
    proofs: list[Row] = field(default_factory=list)


def card_targets(
    rules: TargetRules,
    card: Row,
    month: str,
    counted: Mapping[tuple[str, str], Row],
    scores: Scores,
) -> CardTargets:
    """All lines of targets of a scorecard.

    ``counted`` has numerator, denominator and excluded by scorecard and line, ``scores`` what others
    gave by store, employee (``""``: the store) and METRIC.
    """
    made = CardTargets()
    judged: dict[str, Judged] = {}
    for rule in rules.rules:
        if rule.source == JOINT:
            continue
        figures: dict[str, Any]
        if rule.kpi is not None:
            measured, figures = _counted(card, rule, counted)
        elif rule.reads_kpi:
            measured, figures = Measured(), {"credit": STORE}
        else:
            score = score_of(scores, card, rule.metric)
            measured, figures = _given(score)
            made.proofs += [score_proof(card, rule.name, month, score)] if score else []
        judged[rule.name] = (
            Judged(note=NOT_COUNTED)
            if rule.reads_kpi and rule.kpi is None
            else judge(measured, rule.target, rules.minimum_n)
        )
        made.lines.append(
            line_of(
                card,
                rule.name,
                rule.line,
                value=measured.value,
                unit=measured.scale or rule.target.scale or "",
                target=rule.target.value,
                is_target_met=judged[rule.name].is_met,
                note=judged[rule.name].note,
                direction=rule.target.direction,
                **figures,
            )
        )
    for rule in rules.rules:
        if rule.source == JOINT:
            _joint(made, card, rule, {part: judged[part] for part in rule.parts})
    return made


def _counted(
    card: Row, rule: TargetRule, counted: Mapping[tuple[str, str], Row]
) -> tuple[Measured, dict[str, Any]]:
    row = counted.get((card["scorecard_id"], rule.name))
    counts = {
        column: int(row[column]) if row else 0
        for column in ("numerator", "denominator", "excluded")
    }
    value = scoring.share(counts["numerator"], counts["denominator"])
    measured = Measured(value, scoring.SHARE, counts["denominator"])
    return measured, {**counts, "credit": STORE}


def _given(score: Row | None) -> tuple[Measured, dict[str, Any]]:
    if score is None:
        return Measured(), {"credit": STORE}
    credit: Credit = PERSON if score["employee_no"] else STORE
    return Measured(score["value"], score["scale"].strip()), {"credit": credit}


def _joint(made: CardTargets, card: Row, rule: TargetRule, parts: Mapping[str, Judged]) -> None:
    found = judge_joint(parts)
    met = sum(part.is_met is True for part in parts.values())
    is_known = found.is_met is not None
    made.lines.append(
        line_of(
            card,
            rule.name,
            rule.line,
            numerator=met if is_known else None,
            denominator=len(parts),
            value=Decimal(met) if is_known else None,
            unit=JOINT,
            target=Decimal(len(parts)),
            is_target_met=found.is_met,
            note=found.note,
        )
    )
    made.proofs += [
        {
            "scorecard_id": card["scorecard_id"],
            "kpi_id": rule.name,
            "row_kind": "scorecard_line",
            "row_key": f"{card['scorecard_id']}|{name}",
            "is_numerator": part.is_met is True,
            # What is unknown is no miss.
            "is_excluded": part.is_met is None,
            "reason": _word_of(part),
        }
        for name, part in parts.items()
    ]


def _word_of(part: Judged) -> str:
    if part.is_met is None:
        return f"unknown_{part.note}"
    return "target_met" if part.is_met else "target_missed"
