"""What the figures of scorecards are called, and in which order they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from aftercare.rules.policy import Policy
from aftercare.rules.scorecard_points import point_titles
from aftercare.rules.scorecard_targets import target_titles


def figure_titles(policy: Policy) -> dict[str, Mapping[str, str]]:
    """Names of all figures by language: KPIs by their position, coefficients, points, targets."""
    kpis: dict[str, tuple[int, Mapping[str, str]]] = {}
    coefficients: dict[str, Mapping[str, str]] = {}
    points: dict[str, Mapping[str, str]] = {}
    targets: dict[str, Mapping[str, str]] = {}
    for pack in policy.packs:
        for item in policy.items(pack, "kpis/"):
            known = policy.attributes(pack, item)
            kpis[item.removeprefix("kpis/")] = (int(known.get("position", 999)), known["title"])
        for entry in policy.attributes(pack, "scoring").get("coefficients", ()):
            coefficients[entry["name"]] = entry["title"]
        points |= point_titles(policy, pack)
        targets |= target_titles(policy, pack)
    ordered = sorted(kpis.items(), key=lambda pair: (pair[1][0], pair[0]))
    return {kpi: title for kpi, (_, title) in ordered} | coefficients | points | targets
