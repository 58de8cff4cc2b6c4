"""The morning mail: complete or not, what to do, who owns it; from counts, never from rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from aftercare.reports.mail_layout import TooLong, mail_message
from aftercare.reports.morning_facts import DraftDifference, Load, Morning, Refusal, deliveries
from aftercare.reports.morning_words import (
    ACTIONS,
    BAD_WAYS,
    KINDS_OF,
    NOBODY,
    PUSH_HEADS,
    REASONS,
    STATES,
    TEXTS,
    WORDS,
    WORKBOOK,
)
from aftercare.settings import Language
from aftercare.words import FEEDS, LOAD_COUNTS, WAYS, say, word

REASONS_SHOWN = 6
SOURCES_NAMED = 4


@dataclass(frozen=True)
class Room:
    """How many things to do, cases and loads a mail shows, and how many characters of a text."""

    todo: int
    cases: int
    loads: int
    text: int


ROOMS = (Room(40, 20, 16, 2000), Room(30, 10, 10, 800), Room(20, 5, 5, 400), Room(10, 3, 3, 150))
"""From the widest to one in which everything fits: a mail that is not sent tells nobody."""


def morning_mail(
    morning: Morning, language: Language, workbooks: Iterable[tuple[str, bytes]] = ()
) -> EmailMessage:
    """The message with as much as mail programs show without cutting it.

    Raises TooLong when even the shortest one is too long.
    """
    attached = list(workbooks)
    for room in ROOMS[:-1]:
        with suppress(TooLong):
            return mail_message("morning", view(morning, language, room), attached)
    return mail_message("morning", view(morning, language, ROOMS[-1]), attached)


def todo(morning: Morning, language: Language) -> list[dict[str, str]]:
    """What a person has to do: what, action, owner; the most pressing first."""
    items: list[dict[str, str]] = []
    day = morning.day

    def add(owner: str, what: str, action: str, **values: object) -> None:
        items.append(
            {
                "what": say(TEXTS[what], language, **values),
                "action": say(TEXTS[action], language, day=day, **values),
                "owner": morning.owners.get(owner) or say(NOBODY, language),
            }
        )

    def add_feed(about: Load | Refusal, what: str, action: str, **values: object) -> None:
        system, feed = (
            word(morning.systems, about.system, language),
            word(FEEDS, about.feed, language),
        )
        add(about.system, what, action, system=system, feed=feed, **values)

    refused = {(refusal.system, refusal.feed) for refusal in morning.refusals}
    for (system, failure), loads in _together(morning.bad_loads, refused).items():
        add(
            system,
            "load_failed",
            "load_action",
            system=word(morning.systems, system, language),
            feed=_and([word(FEEDS, load.feed, language) for load in loads], language),
            state=say(STATES[loads[0].state], language),
            failure=failure,
        )
    for refusal in morning.refusals:
        add_feed(
            refusal,
            "refused",
            "refused_action",
            rule=_rule(morning, refusal.rule_id, language),
            flagged=refusal.flagged,
            rows=refusal.rows,
            share=f"{refusal.limit:.1%}",
        )
    for load in morning.loads:
        if load.usual_rows is not None:
            add_feed(
                load,
                "few_rows",
                "few_rows_action",
                count=load.counts["pulled"],
                usual=load.usual_rows,
            )
    for sweep in morning.failed_sweeps:
        add_feed(sweep, "sweep_failed", "sweep_action", failure=sweep.failure)
    if not morning.has_task_report:
        add("tasks", "no_task_report", "no_task_action")
    for target, push in morning.pushes.items():
        name = _target(target, language)
        if push is None:
            add(target, "no_push", "push_action", target=name)
            continue
        behind = morning.behind(target)
        stopped = push.get("stopped")
        if stopped:
            add(
                target,
                "push_stopped",
                "push_stopped_action",
                target=name,
                name=target,
                why=why_stopped(stopped, language),
            )
        elif behind:
            kinds = [f"{say(PUSH_HEADS[kind], language)} {count}" for kind, count in behind.items()]
            add(
                target,
                "push_waits",
                "push_action",
                target=name,
                count=sum(behind.values()),
                reasons=_and(kinds, language),
            )
        for kind, part in deliveries(push).items():
            if not part["rejected"]:
                continue
            reasons = [
                f"{word(REASONS, reason, language)} ({count})"
                for reason, count in part["rejected_by"].items()
            ]
            add(
                target,
                f"rejected_{kind}",
                "rejected_action",
                target=name,
                name=target,
                count=part["rejected"],
                reasons="; ".join(reasons[:REASONS_SHOWN]),
            )
        if push.get("given_up"):
            add(target, "dead", "dead_action", target=name, name=target, count=push["given_up"])
    ownerless = sum(line.current for line in morning.tasks if line.reason == "no_owner")
    if ownerless:
        add("tasks", "no_owner", "no_owner_action", count=ownerless)
    if morning.doubts:
        add("sms", "doubts", "doubts_action", count=morning.doubts)
    if morning.unreachable:
        add("quality", "unreachable", "unreachable_action", count=morning.unreachable)
    if morning.draft and morning.draft.failure:
        add(
            "tasks",
            "draft_failed",
            "draft_failed_action",
            folder=morning.draft.folder,
            failure=morning.draft.failure,
        )
    if morning.new_cases:
        add("quality", "cases", "cases_action", new=morning.new_cases, open=morning.open_cases)
    if morning.unapproved and morning.unapproved.tasks:
        add(
            "scripts",
            "unapproved",
            "unapproved_action",
            tasks=morning.unapproved.tasks,
            scripts=morning.unapproved.scripts,
        )
    for asked in morning.objections:
        add(
            "objections",
            "objections_late" if asked.late else "objections",
            "objections_action",
            month=asked.month,
            count=asked.open,
            late=asked.late,
            due=asked.first_due_on,
        )
    for lost in morning.lost_mails:
        state = say(TEXTS[f"mail_{lost.state}"], language)
        add("mail", "mails", "mails_action", report=lost.report_key, count=lost.mails, state=state)
    for waiting in morning.waiting_mails:
        is_tried = day + timedelta(days=1) <= waiting.tried_until
        what, action = (
            ("mails_uncertified", "mails_uncertified_action")
            if waiting.is_for_certificate
            else ("mails_waiting", "mails_tried_action" if is_tried else "mails_left_action")
        )
        add(
            "mail",
            what,
            action,
            month=waiting.month,
            count=waiting.mails,
            until=waiting.tried_until,
        )
    return items


def view(morning: Morning, language: Language, room: Room = ROOMS[0]) -> dict[str, Any]:
    """Every text of the mail, ready for the templates, as far as there is room."""
    items = todo(morning, language)
    left_out = len(items) - room.todo
    delivered = [
        (word(KINDS_OF, kind, language, target=_target(target, language)), part)
        for target, push in morning.pushes.items()
        for kind, part in (deliveries(push) if push else {"tasks": None}).items()
    ]
    # Nine columns do not fit on a phone, and most of them say nothing on most days.
    heads = [
        head
        for head in PUSH_HEADS
        if head in ("due", "sent") or any(part and part.get(head) for _, part in delivered)
    ]
    verdict = "complete" if morning.is_complete else "incomplete"
    new, current = morning.count(is_new=True), morning.count(is_new=False)
    loads = _shown_loads(morning, room.loads)
    if items:
        detail = say(TEXTS["detail_todo"], language, count=len(items))
    else:
        detail = say(TEXTS["detail_tasks"], language, new=new, current=current)
    return {
        "language": language,
        "is_complete": morning.is_complete,
        "words": {name: say(pair, language) for name, pair in WORDS.items()},
        "subject": say(
            TEXTS["subject"],
            language,
            day=f"{morning.day:%m-%d}",
            verdict=say(TEXTS[f"is_{verdict}"], language),
            detail=detail,
        ),
        "stamp": say(
            TEXTS["stamp"],
            language,
            group=morning.group,
            day=morning.day,
            work_day=morning.day + timedelta(days=1),
        ),
        "title": say(TEXTS[verdict], language, day=morning.day),
        "conclusion": _conclusion(morning, len(items), language),
        "todo": [
            {name: shorten(text, room.text) for name, text in item.items()}
            for item in items[: room.todo]
        ],
        "todo_more": say(TEXTS["todo_more"], language, count=left_out, day=morning.day)
        if left_out > 0
        else "",
        "task_rows": _task_rows(morning, language),
        "task_sum": {"new": new, "current": current},
        "target_heads": [say(PUSH_HEADS[head], language) for head in heads],
        "target_rows": [
            {
                "name": name,
                "cells": [_shown(part.get(head) if part else None) for head in heads],
            }
            for name, part in delivered
        ],
        "load_heads": [say(pair, language) for pair in LOAD_COUNTS.values()],
        "load_rows": [
            {
                "system": word(morning.systems, load.system, language),
                "feed": word(FEEDS, load.feed, language),
                "state": say(STATES[load.state], language),
                "is_good": load.is_good,
                "cells": [_shown(load.counts.get(head)) for head in LOAD_COUNTS],
            }
            for load in loads
        ],
        "loads_more": say(TEXTS["loads_more"], language, count=len(morning.loads) - len(loads))
        if len(morning.loads) > len(loads)
        else "",
        "case_rows": [
            {
                "rule": _rule(morning, case.rule_id, language),
                "system": word(morning.systems, case.system, language),
                "feed": word(FEEDS, case.feed, language),
                "open": case.open,
                "new": case.new,
                "oldest": f"{case.oldest_day:%m-%d}",
            }
            for case in morning.cases[: room.cases]
        ],
        "foot": say(TEXTS["foot"], language),
    }


def why_stopped(stopped: Mapping[str, Any], language: Language) -> str:
    """What looked wrong: the volume of a day, or the share that was rejected."""
    if stopped["guard"] == "rejected":
        shares = {name: f"{Decimal(stopped[name]):.0%}" for name in ("found", "limit")}
        return say(TEXTS["stopped_rejected"], language, **shares)
    kind = say(ACTIONS[stopped["action"]], language)
    usual = f"{Decimal(stopped['usual']).normalize():f}"
    return say(TEXTS["stopped_volume"], language, **{**stopped, "action": kind, "usual": usual})


def shorten(text: str, longest: int) -> str:
    """A text of at most so many characters; an end that is left out shows as `…`."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _shown_loads(morning: Morning, most: int) -> list[Load]:
    """As many as a mail has room for: those that are bad, then those that read most."""
    by_weight = sorted(
        morning.loads, key=lambda load: (load.is_good, -(load.counts.get("pulled") or 0))
    )
    shown = by_weight[:most]
    return [load for load in morning.loads if load in shown]


def _conclusion(morning: Morning, todo_count: int, language: Language) -> list[str]:
    lines = []
    if morning.bad_loads:
        named = [
            f"{word(morning.systems, load.system, language)} {word(FEEDS, load.feed, language)}"
            for load in morning.bad_loads
        ]
        more = ["…"] if len(named) > SOURCES_NAMED else []
        names = _and([*named[:SOURCES_NAMED], *more], language)
        lines.append(say(TEXTS["loads_line"], language, count=len(named), names=names))
    if morning.has_task_report:
        lines.append(
            say(
                TEXTS["tasks_line"],
                language,
                new=morning.count(is_new=True),
                current=morning.count(is_new=False),
                sent=morning.count(is_new=False, way="sent"),
            )
        )
    kind = "todo_line" if todo_count else "nothing_line"
    lines.append(say(TEXTS[kind], language, count=todo_count))
    if morning.draft and not morning.draft.failure:
        lines.append(_draft_line(morning.draft, morning.day, language))
    if morning.provisional_years:
        years = _and([str(year) for year in morning.provisional_years], language)
        lines.append(say(TEXTS["provisional"], language, years=years))
    return lines


def _draft_line(draft: DraftDifference, day: date, language: Language) -> str:
    """In what the night differs from a draft, and the command that names the tasks."""
    store = f" --store {draft.store}" if draft.store else ""
    counts = {name: getattr(draft, name) for name in ("only_here", "only_there", "differing")}
    said = "draft_line" if any(counts.values()) else "draft_same"
    command = f"aftercare plan --day {day} --against {draft.folder}{store} --list"
    return say(TEXTS[said], language, folder=draft.folder, command=command, **counts)


def _task_rows(morning: Morning, language: Language) -> list[dict[str, Any]]:
    rows = []
    for way, pair in WAYS.items():
        lines = [line for line in morning.tasks if line.way == way]
        if not lines:
            continue
        reasons = [
            f"{word(REASONS, line.reason, language)} {line.current or line.new}"
            for line in sorted(lines, key=lambda line: (-line.current, -line.new, line.reason))
            if line.reason
        ]
        more = ["…"] if len(reasons) > REASONS_SHOWN else []
        rows.append(
            {
                "way": say(pair, language).capitalize(),
                "new": sum(line.new for line in lines),
                "current": sum(line.current for line in lines),
                "reasons": _and([*reasons[:REASONS_SHOWN], *more], language),
                "is_bad": way in BAD_WAYS,
            }
        )
    return rows


def _together(
    loads: Sequence[Load], refused: set[tuple[str, str]]
) -> dict[tuple[str, str], list[Load]]:
    """Bad loads that have one cause, such as a system that does not answer; refusals speak for
    themselves."""
    grouped: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        if (load.system, load.feed) not in refused:
            grouped.setdefault((load.system, load.failure or ""), []).append(load)
    return grouped


def _target(target: str, language: Language) -> str:
    return say(WORKBOOK, language) if target == "workbook" else target.capitalize()


def _rule(morning: Morning, rule_id: str, language: Language) -> str:
    message = morning.rules.get(rule_id)
    return f"{rule_id} {say(message, language)}" if message else rule_id


def _and(parts: Sequence[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(parts)


def _shown(count: object) -> str:
    return "—" if count is None else str(count)
