"""Figures that are read from a KPI which ends by a dated null: told before a month is scored without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from aftercare.rules.coefficients import coefficients_of
from aftercare.rules.kpis import FOLDER
from aftercare.rules.policy import Line, Policy
from aftercare.rules.scorecard_targets import TargetRules


@dataclass(frozen=True)
class EndedKpi:
    """``line`` ends the KPI ``kpi``, which the figures ``readers`` of the pack still read."""

    pack: str
    kpi: str
    line: Line
    readers: tuple[str, ...]


def ended_kpis(policy: Policy, packs: Iterable[str], today: date) -> list[EndedKpi]:
    """KPIs that are not counted in the newest month that is over, or end later, and are read all the same.

    Raises PolicyError for coefficients and targets that cannot be read at all.
    """
    ended = today.replace(day=1) - timedelta(days=1)
    found = []
    for pack in sorted(packs):
        readers: dict[str, list[str]] = {}
        for coefficient in coefficients_of(policy, pack, ended):
            if coefficient.is_kpi:
                readers.setdefault(coefficient.metric, []).append(coefficient.name)
        targets = TargetRules.read(policy, pack, ended)
        for rule in targets.rules if targets else ():
            if rule.reads_kpi:
                readers.setdefault(rule.metric, []).append(rule.name)
        found += [
            EndedKpi(pack, kpi, line, tuple(names))
            for kpi, names in sorted(readers.items())
            for line in _ends(policy, pack, kpi, ended)
        ]
    return found


def _ends(policy: Policy, pack: str, kpi: str, day: date) -> Iterator[Line]:
    """Lines by which a pack does not count a KPI on a day or from a later one on."""
    item = FOLDER + kpi
    for start in sorted({day, *(each for each in policy.dates(pack, item) if each > day)}):
        line = policy.find(pack, item, "scale", start)
        if line is not None and line.value is None and (start == day or line.valid_from == start):
            yield line
