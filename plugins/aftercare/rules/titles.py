"""What follow-ups are called, by what tasks say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aftercare.rules.follow_ups import FOLDER, follow_ups
from aftercare.rules.policy import Policy

Titles = Mapping[tuple[str, str], Mapping[str, str]]
"""Title by language, by pack and stem: several follow-ups of a rule may have one number, for different uses
of a vehicle."""


def rule_titles(policy: Policy) -> Titles:
    """The titles of all follow-ups that a pack has enabled on any day."""
    return {
        (pack, each.stem): policy.attributes(pack, FOLDER + each.stem)["title"]
        for pack in policy.packs
        for each in follow_ups(policy, pack)
    }


def stem_of(policy_line: str) -> str:
    """`first_call` of `changan-dealer/follow_ups/first_call/due_after@2012-01-01`."""
    return policy_line.partition(f"/{FOLDER}")[2].rpartition("/")[0]


def title_of(
    titles: Titles,
    pack: str,
    stem: str,
    rule_id: str,
    occurrence: int,
    language: Literal["zh", "en"],
) -> str:
    """Rule and title, such as `S4-03 First call …`; the rule alone where nobody named it."""
    name = rule_id if occurrence in (0, 1) else f"{rule_id}.{occurrence}"
    title = titles.get((pack, stem))
    return f"{name} {title[language]}" if title else name
