"""What follow-ups are called, by what tasks say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aftercare.rules.follow_ups import FOLDER, follow_ups
from aftercare.rules.policy import Policy

Titles = Mapping[tuple[str, str, int], Mapping[str, str]]
"""Title by language, by pack, rule and occurrence; 0 for those that are numbered by day or campaign."""


def rule_titles(policy: Policy) -> Titles:
    """The titles of all follow-ups that a pack has enabled on any day."""
    return {
        (pack, each.rule_id, each.occurrence): policy.attributes(pack, FOLDER + each.stem)["title"]
        for pack in policy.packs
        for each in follow_ups(policy, pack)
    }


def title_of(
    titles: Titles, pack: str, rule_id: str, occurrence: int, language: Literal["zh", "en"]
) -> str:
    """Rule and title, such as `S4-03 First call …`; the rule alone where nobody named it."""
    name = rule_id if occurrence in (0, 1) else f"{rule_id}.{occurrence}"
    title = titles.get((pack, rule_id, occurrence)) or titles.get((pack, rule_id, 0))
    return f"{name} {title[language]}" if title else name
