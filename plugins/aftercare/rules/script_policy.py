"""What the policy says of scripts: who has to agree to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aftercare.rules.due import FollowUp
from aftercare.rules.follow_ups import ATTEMPTS
from aftercare.rules.policy import Policy

ITEM = "scripts"


def approval_packs(policy: Policy, day: date) -> list[str]:
    """The packs whose scripts somebody has to approve before they are said on a day."""
    return [
        pack
        for pack in sorted(policy.packs)
        if policy.value(pack, ITEM, "approval_wanted", day, asker="scripts").value
    ]


def scripts_of(follow_up: FollowUp) -> Iterator[tuple[str, str]]:
    """Every script that may be said for a follow-up, with what asks for it: the follow-up by its rule and
    stem or, for messages in place of its calls, the policy of attempts."""
    own = f"{follow_up.rule_id} {follow_up.stem}"
    yield follow_up.script, own
    if follow_up.ways.otherwise_script is not None:
        yield follow_up.ways.otherwise_script, own
    if "phone" in (follow_up.channel, follow_up.ways.otherwise_channel):
        yield follow_up.ways.message_script, f"S4-07 {ATTEMPTS}"
        if follow_up.ways.message_after:
            yield follow_up.ways.missed_script, f"S4-07 {ATTEMPTS}"
