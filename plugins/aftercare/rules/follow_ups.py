"""Which follow-ups a policy has: read, checked, and cut where any of their values changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from aftercare.errors import PolicyError
from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.due import FollowUp, Offset, Ways
from aftercare.rules.events import (
    ABOUT,
    CAMPAIGNS,
    CHANNELS,
    CONTACTS,
    INTERNAL,
    NUMBERED,
    OF_ABSENCE,
    OF_SALES,
    PARTIES,
    PARTY,
    PURPOSES,
    ROLES,
    SALES,
    TOPICS,
    USAGES,
    Event,
)
from aftercare.rules.festivals import FESTIVAL_NAMES, Festival
from aftercare.rules.policy import Line, Policy
from aftercare.rules.reach import OWN_DAY, in_event_days

FOLDER = "follow_ups/"
ATTEMPTS = "attempts"
"""The item that says how often somebody is called in vain, and what comes after it."""
COVER = "cover"
"""The item that says which role does the work of another that is away."""

VALUES = (
    "opens_after",
    "due_after",
    "deadline_after",
    "expires_after",
    "owner_role",
    "channel",
    "script",
    "contact",
    "priority",
    "enabled",
)
FESTIVALS, KNOWN_WITHIN, RECURS = "festivals", "known_within", "recurs_after"
SALE_TYPES = "sale_types"
"""The value that says which kinds of sale a follow-up is for, where it says so."""
SATISFACTION = ("satisfaction_from", "satisfaction_to")
OF_VISITS = {"odometer_from": "kilometre", "cost_from": "yuan"}
"""What a visit to the workshop must have reached where a follow-up says so, and in which unit."""
QUIET = "quiet_months"
OF_ATTEMPTS = ("attempts", "afternoon_from", "message_after", "missed_script", "message_script")
OTHERWISE = ("otherwise_channel", "otherwise_script")
"""The way of a message that cannot be sent, where a follow-up has one."""
OWN_WORDS = ("message_script", "missed_script")
"""Scripts of messages in place of a call, of which a follow-up may have its own instead of the house's."""
MORE_VALUES = (
    FESTIVALS,
    KNOWN_WITHIN,
    RECURS,
    *SATISFACTION,
    *OF_VISITS,
    QUIET,
    SALE_TYPES,
    "silent_after_booking",
    *OWN_WORDS,
)
"""Values that only some follow-ups have."""


def follow_ups(policy: Policy, pack: str) -> tuple[FollowUp, ...]:
    """The enabled follow-ups of a pack, cut where any of their values changes.

    Raises PolicyError for a value that is missing or cannot be used, naming file and key.
    """
    stems = [item.removeprefix(FOLDER) for item in policy.items(pack, FOLDER)]
    instead = {
        stem: policy.attributes(pack, FOLDER + stem)["instead_of"]
        for stem in stems
        if "instead_of" in policy.attributes(pack, FOLDER + stem)
    }
    items = [*(FOLDER + stem for stem in stems), *([ATTEMPTS, COVER] if stems else [])]
    dates = sorted({day for item in items for day in policy.dates(pack, item)})
    found: list[FollowUp] = []
    for start, end in _ranges(dates):
        enabled = {stem for stem in stems if _is_enabled(policy, pack, stem, start)}
        enabled -= {replaced for stem, replaced in instead.items() if stem in enabled}
        for stem in sorted(enabled):
            found += _follow_ups(policy, pack, stem, enabled, start, end)
    _refuse_two_of_one_key(policy, found)
    return tuple(each for parts in _joined(found) for each in in_event_days(parts))


def _ranges(dates: list[date]) -> Iterator[tuple[date, date]]:
    for index, start in enumerate(dates):
        yield start, dates[index + 1] - ONE_DAY if index + 1 < len(dates) else date.max


def _is_enabled(policy: Policy, pack: str, stem: str, day: date) -> bool:
    line = policy.find(pack, FOLDER + stem, "enabled", day)
    return line is not None and bool(line.value)


def _follow_ups(
    policy: Policy, pack: str, stem: str, enabled: set[str], start: date, end: date
) -> Iterator[FollowUp]:
    """The follow-up, or where it recurs, one for each time, numbered by its months; for days of policy.

    The policy of the day on which it recurs counts, not that of the event, which may lie years back.
    """
    once = _follow_up(policy, pack, stem, enabled, start, end)
    line = policy.find(pack, FOLDER + stem, RECURS, start)
    if line is None:
        yield once
        return
    if line.unit != "month_list":
        raise PolicyError(
            f"recurs_after is given in month_list, not in {line.unit}",
            file=line.file,
            line=line.file_line,
            key=line.name,
        )
    for months in line.value:
        yield replace(
            once,
            occurrence=months,
            is_sequence=False,
            ruled_after=Offset(months=months),
            reach=str(months),
            opens=once.opens.later(months),
            due=once.due.later(months),
            deadline=once.deadline.later(months),
            expires=once.expires.later(months),
            line_ids=(*once.line_ids, line.line_id),
        )


def _follow_up(
    policy: Policy, pack: str, stem: str, enabled: set[str], start: date, end: date
) -> FollowUp:
    item = FOLDER + stem
    about = policy.attributes(pack, item)
    lines = {name: policy.value(pack, item, name, start, asker="make_tasks") for name in VALUES}
    event = _one_of(policy, pack, item, "event", about.get("event"), tuple(CONTACTS))
    used = list(lines.values())
    day_after = None
    other = about.get("not_on_day_of")
    if other in enabled:
        line = policy.value(pack, FOLDER + other, "due_after", start, asker=item)
        if line.unit not in ("hour", "minute"):
            raise PolicyError(
                f"not_on_day_of works for a call that is due within hours; {other} is due after {line.unit}",
                file=policy.file_of(pack, item),
                key="not_on_day_of",
            )
        day_after = max(
            _offset(line),
            _offset(policy.value(pack, FOLDER + other, "opens_after", start, asker=item)),
            key=lambda offset: offset.after(start),
        )
        used.append(line)
    booked = policy.find(pack, item, "silent_after_booking", start)
    if booked is not None:
        if booked.unit != "calendar_day":
            raise PolicyError(
                f"silent_after_booking is given in calendar_day, not in {booked.unit}",
                file=booked.file,
                line=booked.file_line,
                key=booked.name,
            )
        used.append(booked)
    of_people = _of_people(policy, pack, item, event, start)
    used += of_people.values()
    told = _told(policy, pack, item, event, start)
    used += told.values()
    sale_types = _sale_types(policy, pack, item, event, start)
    used += [sale_types] if sale_types else []
    asked = _asked(policy, pack, item, event, start)
    used += asked.values()
    channels = (INTERNAL,) if event == "trouble_told" else CHANNELS
    due = lines["due_after"]
    topic = _one_of(policy, pack, item, "about", about.get("about", ABOUT[event]), TOPICS)
    ways, of_ways = _ways(policy, pack, item, start)
    opens = _offset(lines["opens_after"])
    occurrence = 0 if event in NUMBERED else int(about.get("occurrence", 1))
    is_absence = event in OF_ABSENCE
    owner_role = _one_of(policy, pack, item, "owner_role", lines["owner_role"].value, ROLES)
    cover = policy.find(pack, COVER, f"cover_of_{owner_role.lower()}", start)
    if cover is not None:
        _one_of(policy, pack, COVER, cover.name, cover.value, ROLES)
        used.append(cover)
    return FollowUp(
        pack=pack,
        stem=stem,
        rule_id=due.rule,
        occurrence=occurrence,
        event=event,
        event_from=start,
        event_to=end,
        ruled_from=start,
        ruled_after=opens if is_absence else Offset(),
        reach=f"{due.rule}.{occurrence}" if is_absence else OWN_DAY,
        opens=opens,
        due=_offset(due),
        deadline=_offset(lines["deadline_after"]),
        expires=_offset(lines["expires_after"]),
        is_by_design=due.unit in ("hour", "minute"),
        day_after=day_after,
        owner_role=owner_role,
        cover_role=cover.value if cover else None,
        channel=_one_of(policy, pack, item, "channel", lines["channel"].value, channels),
        script=str(lines["script"].value),
        contact=_one_of(policy, pack, item, "contact", lines["contact"].value, CONTACTS[event]),
        priority=int(lines["priority"].value),
        about=topic,
        purpose=_one_of(policy, pack, item, "purpose", about.get("purpose"), PURPOSES),
        is_mergeable=bool(about.get("mergeable", False)),
        usages=tuple(
            _one_of(policy, pack, item, "usage", usage, USAGES) for usage in about.get("usage", ())
        ),
        sale_types=_names(sale_types.value) if sale_types else (),
        is_until_service=_is_until_service(policy, pack, item, event),
        party=_one_of(policy, pack, item, "party", about.get("party", PARTY[event]), PARTIES),
        is_counted=bool(about.get("counted", topic == "follow_up" and event != "trouble_told")),
        is_face_to_face=bool(about.get("face_to_face", False)),
        is_sequence=event not in NUMBERED,
        booked_days=booked.value if booked else None,
        is_on_day=bool(about.get("on_day", False)),
        festivals=_festivals(of_people.get(FESTIVALS)),
        known_months=of_people[KNOWN_WITHIN].value if KNOWN_WITHIN in of_people else None,
        campaign=_one_of(policy, pack, item, "campaign", about.get("campaign"), CAMPAIGNS)
        if event == "campaign"
        else None,
        **{name: told[name].value if name in told else None for name in SATISFACTION},
        has_trouble=bool(about.get("trouble", False)),
        **{name: asked[name].value if name in asked else None for name in (*OF_VISITS, QUIET)},
        ways=ways,
        policy_line=due.line_id,
        line_ids=tuple(line.line_id for line in (*used, *of_ways)),
    )


def _of_people(policy: Policy, pack: str, item: str, event: Event, start: date) -> dict[str, Line]:
    """The values that say of which festivals it is, and of how old acquaintances."""
    names = {"festival": (FESTIVALS, KNOWN_WITHIN), "campaign": (KNOWN_WITHIN,)}.get(event, ())
    lines = {name: policy.value(pack, item, name, start, asker="make_tasks") for name in names}
    known = lines.get(KNOWN_WITHIN)
    if known is not None and known.unit != "calendar_month":
        raise PolicyError(
            f"known_within is given in calendar_month, not in {known.unit}",
            file=known.file,
            line=known.file_line,
            key=known.name,
        )
    return lines


def _told(policy: Policy, pack: str, item: str, event: Event, start: date) -> dict[str, Line]:
    """The values that say which marks of a customer it is for."""
    if event != "trouble_told":
        return {}
    about = policy.attributes(pack, item)
    for name in ("mergeable", "face_to_face", "counted", "usage", "otherwise_channel", *OWN_WORDS):
        if about.get(name) or policy.find(pack, item, name, start):
            raise PolicyError(
                f"{name} is for contacts with customers, and {event} is work inside the house",
                file=policy.file_of(pack, item),
                key=name,
            )
    lines = {
        name: policy.value(pack, item, name, start, asker="make_tasks") for name in SATISFACTION
    }
    first, last = (lines[name] for name in SATISFACTION)
    if first.value > last.value:
        raise PolicyError(
            f"satisfaction_from {first.value} lies above satisfaction_to {last.value}",
            file=first.file,
            line=first.file_line,
            key=first.name,
        )
    return lines


def _asked(policy: Policy, pack: str, item: str, event: Event, start: date) -> dict[str, Line]:
    """The values that say for which visits it is, and for how long its vehicle is left in peace."""
    found = {name: policy.find(pack, item, name, start) for name in (*OF_VISITS, QUIET)}
    lines = {name: line for name, line in found.items() if line is not None}
    for name, line in lines.items():
        unit = OF_VISITS.get(name, "calendar_month")
        trouble = None
        if line.unit != unit:
            trouble = f"{name} is given in {unit}, not in {line.unit}"
        elif name in OF_VISITS and event != "workshop_exit":
            trouble = f"{name} is for workshop_exit, and {event} is no visit to the workshop"
        elif name == QUIET and (event in (*NUMBERED, "lead_defeated") or not line.value):
            trouble = f"{name} is at least 1, and for what is about one vehicle"
        if trouble:
            raise PolicyError(trouble, file=line.file, line=line.file_line, key=line.name)
    return lines


def _sale_types(policy: Policy, pack: str, item: str, event: Event, start: date) -> Line | None:
    """The value that says which kinds of sale it is for."""
    line = policy.find(pack, item, SALE_TYPES, start)
    if line is None:
        return None
    strange = sorted(set(_names(line.value)) - set(SALES))
    trouble = None
    if event not in OF_SALES:
        trouble = f"{SALE_TYPES} is for {', '.join(OF_SALES)}, and {event} need not be of a sale"
    elif strange:
        trouble = f"{', '.join(strange)} is no kind of sale; there are {', '.join(SALES)}"
    if trouble:
        raise PolicyError(trouble, file=line.file, line=line.file_line, key=line.name)
    return line


def _is_until_service(policy: Policy, pack: str, item: str, event: Event) -> bool:
    is_so = bool(policy.attributes(pack, item).get("until_service", False))
    if is_so and event not in OF_SALES:
        raise PolicyError(
            f"until_service is for {', '.join(OF_SALES)}, and {event} need not be of a sale",
            file=policy.file_of(pack, item),
            key="until_service",
        )
    return is_so


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _festivals(line: Line | None) -> tuple[Festival, ...]:
    if line is None:
        return ()
    names = _names(line.value)
    strange = sorted(set(names) - set(FESTIVAL_NAMES))
    if strange:
        raise PolicyError(
            f"{', '.join(strange)} is no festival; there are {', '.join(FESTIVAL_NAMES)}",
            file=line.file,
            line=line.file_line,
            key=line.name,
        )
    return tuple(name for name in FESTIVAL_NAMES if name in names)


def _ways(policy: Policy, pack: str, item: str, start: date) -> tuple[Ways, list[Line]]:
    lines = {name: policy.value(pack, ATTEMPTS, name, start, asker=item) for name in OF_ATTEMPTS}
    own = {name: policy.find(pack, item, name, start) for name in OWN_WORDS}
    own_words = {name: line for name, line in own.items() if line and line.value is not None}
    for line in own_words.values():
        if not isinstance(line.value, str):
            raise PolicyError(
                "names one script", file=line.file, line=line.file_line, key=line.name
            )
    lines |= own_words
    found = {name: policy.find(pack, item, name, start) for name in OTHERWISE}
    otherwise = {name: line for name, line in found.items() if line and line.value is not None}
    if otherwise:
        lines |= {name: policy.value(pack, item, name, start, asker=item) for name in OTHERWISE}
        _one_of(
            policy, pack, item, "otherwise_channel", lines["otherwise_channel"].value, ("phone",)
        )
    ways = {name: line.value for name, line in lines.items()}
    return Ways(**ways, own_scripts=frozenset(own_words)), list(lines.values())


def _one_of(
    policy: Policy, pack: str, item: str, name: str, value: Any, allowed: tuple[str, ...]
) -> Any:
    if value not in allowed:
        raise PolicyError(
            f"{value!r} is not one of {', '.join(allowed)}",
            file=policy.file_of(pack, item),
            key=name,
        )
    return value


def _offset(line: Line) -> Offset:
    """A line as months and days; hours and minutes count as the days that a night can serve."""
    if line.unit == "calendar_month":
        return Offset(months=line.value)
    if line.unit == "calendar_day":
        return Offset(days=line.value)
    if line.unit == "day_before":
        return Offset(days=-line.value)
    if line.unit == "period":
        return Offset(line.value.get("calendar_month", 0), line.value.get("calendar_day", 0))
    if line.unit in ("hour", "minute"):
        per_day = 24 if line.unit == "hour" else 24 * 60
        return Offset(days=max(1, math.ceil(line.value / per_day)))
    raise PolicyError(
        f"a time after an event is given in minute, hour, calendar_day, calendar_month or period, "
        f"one before it in day_before, not in {line.unit}",
        file=line.file,
        line=line.file_line,
        key=line.name,
    )


def _refuse_two_of_one_key(policy: Policy, found: list[FollowUp]) -> None:
    """Two follow-ups that could be made for one vehicle's event need numbers of their own."""
    seen: dict[tuple[str, int, date], list[FollowUp]] = {}
    for each in found:
        # Of a rule that recurs, only the times of one stem have a number of their own.
        others = seen.setdefault((each.rule_id, each.occurrence, each.event_from), [])
        for other in others:
            if other.stem == each.stem:
                continue
            if each.event == other.event == "trouble_told":
                if _share_an_answer(other, each):
                    raise PolicyError(
                        f"{other.stem} and {each.stem} are both {each.rule_id} and take the same answer; "
                        "part their marks, and let one of them have `trouble: true`",
                        file=policy.file_of(each.pack, FOLDER + each.stem),
                        key="satisfaction_from",
                    )
            elif _share_a_usage(other, each):
                raise PolicyError(
                    f"{other.stem} and {each.stem} are both {each.rule_id}, occurrence "
                    f"{each.occurrence}; number one of them with `occurrence:`",
                    file=policy.file_of(each.pack, FOLDER + each.stem),
                    key="occurrence",
                )
        others.append(each)


def _share_an_answer(one: FollowUp, other: FollowUp) -> bool:
    return (one.has_trouble and other.has_trouble) or not _marks(one).isdisjoint(_marks(other))


def _marks(follow_up: FollowUp) -> set[int]:
    first, last = follow_up.satisfaction_from, follow_up.satisfaction_to
    return set(range(first, last + 1)) if first is not None and last is not None else set()


def _share_a_usage(one: FollowUp, other: FollowUp) -> bool:
    is_for_all = not one.usages or not other.usages
    return is_for_all or not set(one.usages).isdisjoint(other.usages)


def _joined(found: list[FollowUp]) -> Iterator[list[FollowUp]]:
    """The ranges of each; those in which nothing differs become one, so that a new date splits
    only what it changes."""
    by_stem: dict[tuple[str, int], list[FollowUp]] = {}
    for each in found:
        parts = by_stem.setdefault((each.stem, each.occurrence), [])
        last = parts[-1] if parts else each
        touches = bool(parts) and last.event_to + ONE_DAY == each.event_from
        if touches and each.line_ids == last.line_ids and each.day_after == last.day_after:
            parts[-1] = replace(last, event_to=each.event_to)
        else:
            parts.append(each)
    yield from by_stem.values()
