"""What reads a KPI that ends by a dated null: told before a month is scored without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from aftercare.rules import rewards, sanctions
from aftercare.rules.coefficients import coefficients_of
from aftercare.rules.kpis import FOLDER
from aftercare.rules.policy import HOUSE, Line, Policy
from aftercare.rules.proposal_kpi import SCORE, proposal_kpi
from aftercare.rules.rewards import RewardRules
from aftercare.rules.scorecard_targets import TargetRules


@dataclass(frozen=True)
class EndedKpi:
    """``line`` ends the KPI ``kpi``, which ``readers`` of the pack still read.

    These are figures of a scorecard, or, where ``is_proposing``, places of the policy by which
    rewards and sanctions are proposed.
    """

    pack: str
    kpi: str
    line: Line
    is_proposing: bool
    readers: tuple[str, ...]


def ended_kpis(policy: Policy, pack: str, month_ends: tuple[date, ...]) -> list[EndedKpi]:
    """KPIs that are not counted in one of these months, by their last days, and are read in it.

    Raises PolicyError for what cannot be read on one of the days.
    """
    found: dict[tuple[str, str, bool], list[str]] = {}
    lines: dict[str, Line] = {}
    for day in month_ends:
        for kpi, is_proposing, reader in _readers(policy, pack, day):
            line = policy.find(pack, FOLDER + kpi, "scale", day)
            if line is None or line.value is not None:
                continue
            lines[line.line_id] = line
            readers = found.setdefault((kpi, line.line_id, is_proposing), [])
            if reader not in readers:
                readers.append(reader)
    return [
        EndedKpi(pack, kpi, lines[line_id], is_proposing, tuple(readers))
        for (kpi, line_id, is_proposing), readers in sorted(found.items())
    ]


def _readers(policy: Policy, pack: str, day: date) -> Iterator[tuple[str, bool, str]]:
    """Each KPI that something reads on a day: whether to propose by it, and what."""
    for coefficient in coefficients_of(policy, pack, day):
        if coefficient.is_kpi:
            yield coefficient.metric, False, coefficient.name
    targets = TargetRules.read(policy, pack, day)
    for target in targets.rules if targets else ():
        if target.reads_kpi:
            yield target.metric, False, target.name
    if score := _score(policy, sanctions.ITEM, day):
        yield score, True, f"{HOUSE}/{sanctions.ITEM}/{SCORE}"
    if rewards.ITEM in policy.items(HOUSE):
        rules = RewardRules.read(policy, pack, day)
        score = _score(policy, rewards.ITEM, day)
        if score and rules.reads_score:
            yield score, True, f"{HOUSE}/{rewards.ITEM}/{SCORE}"
        for line, name in rules.named_figures:
            yield name, True, f"{line.pack}/{line.item}/{line.name}"


def _score(policy: Policy, item: str, day: date) -> str | None:
    """What the house proposes by; None where it has no such item."""
    return proposal_kpi(policy, item, day) if item in policy.items(HOUSE) else None
