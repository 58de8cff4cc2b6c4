"""What the policy says of scripts: who has to agree to them, what they may never say, which offer what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aftercare.errors import PolicyError
from aftercare.rules.due import FollowUp
from aftercare.rules.follow_ups import ATTEMPTS
from aftercare.rules.policy import HOUSE, Line, Policy
from aftercare.settings import Language

ITEM = "scripts"


def approval_packs(policy: Policy, day: date) -> list[str]:
    """The packs whose scripts somebody has to approve before they are said on a day."""
    return [
        pack
        for pack in sorted(policy.packs)
        if policy.value(pack, ITEM, "approval_wanted", day, asker="scripts").value
    ]


def never_said(
    policy: Policy, pack: str, language: Language, day: date
) -> tuple[Line, tuple[str, ...]]:
    """The line that says what no script of a pack may say in a language, and its phrases."""
    line = policy.value(pack, ITEM, f"never_said_{language}", day, asker="scripts")
    return line, _texts(line)


def call_closing(policy: Policy, pack: str, day: date) -> Line:
    """The line that names the part by which every call of a pack ends; its value is None where none does."""
    return policy.value(pack, ITEM, "call_closing", day, asker="scripts")


def pick_up_scripts(policy: Policy, pack: str, day: date) -> tuple[Line, tuple[str, ...]]:
    """The line that says which scripts of a pack offer that the car is fetched, and those scripts."""
    line = policy.value(pack, ITEM, "pick_up_scripts", day, asker="scripts")
    return line, _texts(line)


def is_offering_pick_up(policy: Policy, pack: str, day: date, script_id: str) -> bool:
    """Whether a script of a task offers it, where the store has it; a task may outlive its pack."""
    return pack in policy.packs and script_id in pick_up_scripts(policy, pack, day)[1]


def most_named(policy: Policy, pack: str, day: date) -> int:
    """How many of a person's same follow-ups are named in one call or message; the others are counted. A
    task may outlive its pack."""
    known = pack if pack in policy.packs else HOUSE
    return int(policy.value(known, ITEM, "same_named", day, asker="scripts").value)


def call_scripts(follow_up: FollowUp) -> Iterator[str]:
    """The scripts by which a follow-up's customers are called."""
    if follow_up.channel == "phone":
        yield follow_up.script
    if follow_up.ways.otherwise_channel == "phone" and follow_up.ways.otherwise_script:
        yield follow_up.ways.otherwise_script


def scripts_of(follow_up: FollowUp) -> Iterator[tuple[str, str]]:
    """Every script that may be said for a follow-up, with what asks for it: the follow-up by its rule and
    stem or, for messages in place of its calls that it does not name itself, the policy of attempts."""
    own = f"{follow_up.rule_id} {follow_up.stem}"
    yield follow_up.script, own
    if follow_up.ways.otherwise_script is not None:
        yield follow_up.ways.otherwise_script, own
    # The call of a message that cannot be sent is followed by none.
    if follow_up.channel == "phone":
        for name, script_id in message_scripts(follow_up):
            yield script_id, own if name in follow_up.ways.own_scripts else f"S4-07 {ATTEMPTS}"


def message_scripts(follow_up: FollowUp) -> Iterator[tuple[str, str]]:
    """The messages in place of a follow-up's call, each with the value that names it: for who prefers
    messages, and after calls in vain."""
    yield "message_script", follow_up.ways.message_script
    if follow_up.ways.message_after:
        yield "missed_script", follow_up.ways.missed_script


def _texts(line: Line) -> tuple[str, ...]:
    """The texts of a line: one, several, or none where it is null."""
    if isinstance(line.value, dict):
        raise PolicyError(
            "is a list of texts, not a pair of titles",
            file=line.file,
            line=line.file_line,
            key=line.name,
        )
    if line.value is None:
        return ()
    return (line.value,) if isinstance(line.value, str) else tuple(line.value)
