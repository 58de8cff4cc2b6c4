"""The outbox in plain text: what is not settled, the story of one key, and what a push would send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.reports.morning import why_stopped
from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.targets.rehearsed import masked_key

Row = Mapping[str, Any]

WOULD = (
    "contact_create",
    "contact_update",
    "task_create",
    "task_update",
    "task_withdraw",
    "complaint_create",
    "complaint_update",
    "complaint_withdraw",
    "scorecard_create",
    "scorecard_update",
    "message",
    "list",
)
LEFT = ("unchanged", "expired", "rejected", "waiting")
LONGEST_FIELD = 120


def with_masked_key(row: Row) -> dict[str, Any]:
    """A row for the screen: a contact's key holds the vehicle's number."""
    return {**row, "external_key": masked_key(row["entity"], row["external_key"])}


def outbox_lines(
    counts: Sequence[Row], messages: Sequence[Row], say: Words, zone: ZoneInfo
) -> Iterator[str]:
    """How much is not settled, and the chosen messages."""
    yield say("unsettled")
    if counts:
        heads = [say("target"), say("state"), say("count")]
        rows = [
            [row["target"], say(f"state_{row['state']}"), str(row["messages"])] for row in counts
        ]
        yield from table_lines(heads, rows)
    else:
        yield "  " + say("nothing_unsettled")
    in_all = messages[0]["in_all"] if messages else 0
    yield say("listed", count=in_all)
    if not messages:
        yield "  " + say("none")
        return
    yield from _table(messages, say, zone)
    if in_all > len(messages):
        yield "  " + say("more", count=in_all - len(messages))


def story_lines(story: Mapping[str, Any], say: Words, zone: ZoneInfo) -> Iterator[str]:
    """All messages of a key, what was decided about them, what targets took, what would be said."""
    messages = story["messages"]
    newest = messages[-1]
    yield say("story", key=masked_key(newest["entity"], newest["external_key"]))
    yield from _table(messages, say, zone)
    for row in story["decisions"]:
        yield "  " + say(
            "decided",
            when=f"{row['decided_at'].astimezone(zone):%Y-%m-%d %H:%M}",
            who=row["decided_by"],
            action=say(f"action_{row['action']}"),
            reason=row["reason"],
        )
    for row in story["acknowledged"]:
        yield "  " + say(
            "acknowledged",
            target=row["target"],
            version=row["acknowledged_version"],
            crm_id=row["crm_id"] or say("no_id"),
            withdrawn=say("withdrawn") if row["is_withdrawn"] else "",
        )
    if not story["acknowledged"]:
        yield "  " + say("nothing_acknowledged")
    if story["conflicts"]:
        yield from conflict_lines(story["conflicts"], say, zone)
    if story["refused"]:
        yield say("refused")
        yield from _fields(story["refused"])
    if not story["said"]:
        yield say("nobody")
        return
    yield say("now")
    yield from _fields(story["said"])


def conflict_lines(found: Sequence[Row], say: Words, zone: ZoneInfo) -> Iterator[str]:
    """Fields that both sides wrote, and who won."""
    in_all = found[0]["in_all"] if found else 0
    yield say("conflicts", count=in_all)
    if not found:
        yield "  " + say("no_conflict")
        return
    rows = [
        [
            row["target"],
            f"{masked_key(row['entity'], row['external_key'])} v{row['version']}",
            row["field"],
            say(f"winner_{row['winner']}"),
            say("changed_too" if row["has_ours_changed"] else "not_changed"),
            f"{row['noticed_at'].astimezone(zone):%m-%d %H:%M}",
        ]
        for row in found
    ]
    names = ("target", "key", "field", "winner", "ours", "noticed")
    yield from table_lines([say(name) for name in names], rows)
    if in_all > len(found):
        yield "  " + say("more", count=in_all - len(found))


def rehearsal_lines(target: str, day: str, found: Mapping[str, Any], say: Words) -> Iterator[str]:
    """What a push would send, as counts and samples."""
    yield say("would", target=target, day=day)
    would, counts = found["would"], found["counts"]
    for kind in WOULD:
        if would.get(kind):
            yield "  " + say(f"would_{kind}", count=would[kind])
    if not would:
        yield "  " + say("would_nothing")
    for kind in LEFT:
        if counts.get(kind):
            yield "  " + say(f"would_{kind}", count=counts[kind])
    if counts.get("let_through"):
        yield "  " + say("looks_wrong", why=why_stopped(counts["let_through"], say.language))
    if found["samples"]:
        yield say("samples")
    for sample in found["samples"]:
        yield f"  {sample['key']}"
        for line in _fields(sample["fields"]):
            yield "  " + line
    yield say("dry")


def _table(messages: Sequence[Row], say: Words, zone: ZoneInfo) -> Iterator[str]:
    names = ("number", "target", "what", "key", "state", "tries", "made", "reason")
    rows = [
        [
            str(row["message_id"]),
            row["target"],
            say(f"{row['entity']}_{row['action']}"),
            f"{masked_key(row['entity'], row['external_key'])} v{row['version']}",
            say(f"state_{row['state']}"),
            str(row["attempts"]),
            f"{row['made_at'].astimezone(zone):%m-%d %H:%M}",
            row["reason"] or "",
        ]
        for row in messages
    ]
    yield from table_lines([say(name) for name in names], rows)


def _fields(fields: Mapping[str, object]) -> Iterator[str]:
    for name, value in fields.items():
        text = " ".join(str(value).split())
        if text:
            yield f"    {name}: {text if len(text) <= LONGEST_FIELD else text[: LONGEST_FIELD - 1] + '…'}"
