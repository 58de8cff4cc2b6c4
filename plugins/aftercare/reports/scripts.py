"""Scripts in plain text: which there are, who approved them, and all that each of them may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.scripts import (
    QUESTION_GROUPS,
    asked_items,
    render_script,
    script_version,
    title_of,
)

Row = Mapping[str, Any]

MOST_USERS = 3
EXAMPLE_DAYS = 3


def list_lines(rows: Sequence[Row], say: Words, zone: ZoneInfo) -> Iterator[str]:
    """Every script with what asks for it, who approved it and how many open tasks it has."""
    names = ("script", "title", "version", "used_by", "approval", "tasks")
    yield from table_lines(
        [say(name) for name in names],
        [
            [
                row["script_id"],
                row["title"],
                row["version"],
                _users(row["used_by"], say),
                _approval(row, say, zone),
                _tasks(row, say),
            ]
            for row in rows
        ],
    )
    yield say("listed", count=len(rows), open=sum(row["approved_by"] is None for row in rows))


def done_lines(done: Mapping[str, Sequence[str]], say: Words) -> Iterator[str]:
    """What somebody approved just now, and what was approved before."""
    names = say("comma").join(done["approved"]) or say("nothing")
    yield say("done", count=len(done["approved"]), names=names)
    if done["known"]:
        yield say("known", count=len(done["known"]))


def show_lines(
    script_id: str, approvals: Sequence[Row], day: date, say: Words, zone: ZoneInfo
) -> Iterator[str]:
    """One script: who approved which versions, and its words with examples for facts.

    Below them stands what is said besides or instead where other facts are known: whoever approves a script
    approves that, too.
    """
    language, version = say.language, script_version(script_id)
    title = title_of(script_id, language)
    yield say("head", script=script_id, title=title, version=version)
    for row in approvals:
        line = say(
            "approval_line",
            when=_moment(row, zone),
            who=row["approved_by"],
            version=row["script_version"],
        )
        yield "  " + line + (say("remark", remark=row["remark"]) if row["remark"] else "")
    if version not in {row["script_version"] for row in approvals}:
        yield "  " + say("this_version")
    items = asked_items(script_id, language)
    if items:
        yield "  " + say("asks", items=say("comma").join(items))
    yield ""
    yield say("says")
    facts = _example(day, say)
    ordinary = render_script(script_id, facts, language).splitlines()
    yield from ordinary
    said = set(ordinary)
    for name, changes in _variants(day, say):
        spoken = render_script(script_id, {**facts, **changes}, language)
        more = [line for line in spoken.splitlines() if line and line not in said]
        if more:
            yield ""
            yield say(f"variant_{name}")
            yield from more


def _example(day: date, say: Words) -> dict[str, object]:
    named = ("customer", "model", "plate", "festival", "subject")
    return {
        "store_name": say("example_store"),
        "owner_name": say("example_owner"),
        "customer_name": say("example_customer"),
        **{name: say(f"example_{name}") for name in named if name != "customer"},
        "event_on": day,
        "deadline_date": day + timedelta(days=EXAMPLE_DAYS),
    }


def _variants(day: date, say: Words) -> Iterator[tuple[str, dict[str, object]]]:
    """Facts that make a script say something else, each with the words' name for it."""
    unknown = ("owner_name", "customer_name", "model", "plate")
    yield "nothing_known", dict.fromkeys(unknown)
    yield "company", {"customer_class": "company", "is_company": True}
    yield "vip", {"customer_class": "vip"}
    yield "next_service", {"next_service_on": day}
    yield "service_overdue", {"next_service_on": day - timedelta(days=EXAMPLE_DAYS)}
    yield "pick_up", {"has_pick_up": True}
    for visit in ("maintenance", "bodywork", "tyre", "mechanical"):
        yield visit, {"last_visit": visit}
    yield "asked", {"asked": ("odometer",)}
    for group in range(QUESTION_GROUPS):
        yield "other_questions", {"question_group": group}
    call = {"title": say("example_title"), "words": [say("example_words")]}
    weak = {"satisfaction": 1, "is_complaint": True, "is_fault_cleared": False}
    yield "told", {"told": [call | weak]}


def _users(users: Sequence[str], say: Words) -> str:
    shown = say("comma").join(users[:MOST_USERS]) or say("nothing")
    left = len(users) - MOST_USERS
    return f"{shown} {say('more', count=left)}" if left > 0 else shown


def _approval(row: Row, say: Words, zone: ZoneInfo) -> str:
    if row["approved_by"] is None:
        return say("not_approved")
    return say("approved", who=row["approved_by"], when=_moment(row, zone))


def _tasks(row: Row, say: Words) -> str:
    if row["older_tasks"]:
        return say("older", count=row["open_tasks"], older=row["older_tasks"])
    return str(row["open_tasks"])


def _moment(row: Row, zone: ZoneInfo) -> str:
    return f"{row['approved_at'].astimezone(zone):%Y-%m-%d %H:%M}"
