"""Which events a pack, or a line of policy, has a say in: those whose follow-up's day it is in force on.

Most follow-ups come so soon that this is the event's own day. What comes long after, an inspection say,
follows what is in force then. Follow-ups whose days lie as far from their events share a *reach*; where a
change makes them come sooner or later than before, an event stays with what was in force before as long as
that, or what follows it, would have come before the change. So a change leaves nobody out and asks nobody twice,
as long as both name the follow-up by the same rule: under another rule it is another follow-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate

from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.due import FollowUp, Offset

OWN_DAY = ""
"""The reach of what follows the policy of the event's day."""


@dataclass(frozen=True, slots=True)
class PackRange:
    """The event days, both included, from which follow-ups of a reach are those of a pack."""

    pack: str
    reach: str
    event_from: date
    event_to: date


def in_event_days(parts: Sequence[FollowUp]) -> Iterator[FollowUp]:
    """Parts of one follow-up, of ranges of days of policy in their order, with the event days instead."""
    ends = [each.event_to for each in parts]
    touches = [
        end + ONE_DAY == after.event_from for end, after in zip(ends, parts[1:], strict=False)
    ]
    earliest = date.min
    for index, part in enumerate(parts):
        before = parts[index - 1] if index and touches[index - 1] else part
        after = parts[index + 1] if index < len(touches) and touches[index] else part
        first = max(earliest, _cut(part.event_from, before.ruled_after, part.ruled_after))
        last = date.max
        if part.event_to < date.max:
            last = _cut(part.event_to + ONE_DAY, part.ruled_after, after.ruled_after) - ONE_DAY
        if first <= last:
            yield replace(part, event_from=first, event_to=last)
            earliest = last + ONE_DAY if last < date.max else last


def pack_ranges(
    packs: Sequence[tuple[str, date]], follow_ups: Mapping[str, Sequence[FollowUp]]
) -> Iterator[PackRange]:
    """Of a store that follows packs, each from a day on: what is each one's to follow up.

    Where one pack's days begin, those of the one before it end.
    """
    if not packs:
        return
    reaches = {each.reach for pack, _ in packs for each in follow_ups[pack]} | {OWN_DAY}
    for reach in sorted(reaches):
        starts = list(accumulate(_starts(packs, follow_ups, reach), max))
        lasts = [start - ONE_DAY for start in starts[1:]] + [date.max]
        for (pack, _), first, last in zip(packs, starts, lasts, strict=True):
            has_any = reach == OWN_DAY or any(each.reach == reach for each in follow_ups[pack])
            if has_any and first <= last:
                yield PackRange(pack, reach, first, last)


def is_in_force(follow_up: FollowUp, day: date) -> bool:
    """Whether something may be followed up by these values on a day of policy."""
    is_over = (
        follow_up.event_to < date.max and follow_up.ruled_after.after(follow_up.event_to) < day
    )
    return follow_up.ruled_from <= day and not is_over


def _starts(
    packs: Sequence[tuple[str, date]], follow_ups: Mapping[str, Sequence[FollowUp]], reach: str
) -> Iterator[date]:
    """The first event day of each pack."""
    before: Sequence[FollowUp] = ()
    for pack, start in packs:
        now = [each for each in follow_ups[pack] if each.reach == reach]
        sides = (*_ruled_after(before, start - ONE_DAY), *_ruled_after(now, start))
        yield _cut(start, *(sides or (Offset(),)))
        before = now


def _ruled_after(follow_ups: Sequence[FollowUp], day: date) -> list[Offset]:
    """How long after its event the day of one of a reach lies, by what is in force on a day, if there is one."""
    if not follow_ups:
        return []
    begun = [each for each in follow_ups if each.ruled_from <= day]
    chosen = max(begun or follow_ups[:1], key=lambda each: each.ruled_from)
    return [chosen.ruled_after]


def _cut(day: date, *sides: Offset) -> date:
    """The first event day of what is in force from a day on; ``sides``: before and after that day."""
    return max(side.first(day) for side in sides)
