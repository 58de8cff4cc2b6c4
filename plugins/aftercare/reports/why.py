"""The whole story of one task, for people and for programs: what made it, and what became of it.

Of the customer only the role and the check of the contact are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.quality.words import ACTIONS, CHECKS, value_text
from aftercare.quality.words import REASONS as DECISION_REASONS
from aftercare.quality.words import STATES as CASE_STATES
from aftercare.reports.morning_words import REASONS
from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.rules.events import BIRTHDAYS
from aftercare.rules.festivals import festivals_on
from aftercare.rules.follow_ups import OF_VISITS
from aftercare.rules.placed import PlacedDate
from aftercare.words import ANSWERS, FEEDS, FESTIVALS, OUTCOMES, YES_NO, word
from aftercare.words import say as say_pair

Row = Mapping[str, Any]
SAID = (
    "satisfaction",
    "is_fault_cleared",
    "is_next_service_told",
    "is_complaint",
    "is_do_not_call",
)
SAID_OF_TROUBLE = ("satisfaction", "is_complaint", "is_fault_cleared")


@dataclass(frozen=True)
class Story:
    """All that the warehouse knows of a task, and how today's policy would place its dates.

    ``title`` is by language. ``words`` are consents and preferences, ``merged`` the tasks that wait for
    this one or were told in its call, ``visit`` what the odometer of a visit read and what it cost, ``told`` the calls in which a trouble was told. ``decisions`` are of the case in which the row was held. ``placed`` is
    empty where today's policy has no such follow-up for the event. ``wants_approval``: today's policy asks
    for scripts that somebody approved.
    """

    task: Row
    title: Mapping[str, str]
    rows: Sequence[Row]
    decisions: Sequence[Row]
    policy_lines: Sequence[Row]
    placed: Sequence[PlacedDate]
    policy_digest: str
    owners: Sequence[Row]
    absences: Sequence[Row]
    calls: Sequence[Row]
    told: Sequence[Row]
    wishes: Sequence[Row]
    words: Sequence[Row]
    visit: Row | None
    service: Row | None
    number: Row | None
    merged: Sequence[Row]
    messages: Sequence[Row]
    wants_approval: bool

    @property
    def is_explained(self) -> bool:
        """Whether the dates are those that today's policy and calendar give."""
        return bool(self.placed) and all(
            date_.placed == self.task[date_.name] for date_ in self.placed
        )

    @property
    def answers(self) -> list[Row]:
        """What staff said against the task."""
        return [call for call in self.calls if call["outcome"] in ANSWERS]

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "task": dict(self.task),
            "title": dict(self.title),
            "rows": [dict(row) for row in self.rows],
            "decisions": [dict(row) for row in self.decisions],
            "policy_lines": [dict(row) for row in self.policy_lines],
            "dates": [asdict(placed) for placed in self.placed] if self.is_explained else [],
            "owners": [dict(row) for row in self.owners],
            "calls": [dict(row) for row in self.calls],
            "told": [dict(row) for row in self.told],
            "answers": [row["outcome"] for row in self.answers],
            "wishes": [dict(row) for row in self.wishes],
            "words": [dict(row) for row in self.words],
            "visit": dict(self.visit) if self.visit else None,
            "service": dict(self.service) if self.service else None,
            "number": dict(self.number) if self.number else None,
            "merged": [dict(row) for row in self.merged],
            "messages": [dict(row) for row in self.messages],
        }


def story_lines(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    """Part by part, each under its heading."""
    task = story.task
    title = story.title.get(say.language, "")
    yield say("head", task=task["task_key"], rule=task["rule_id"], title=title).rstrip()
    yield "  " + say("store", store=task["store_code"], name=task["store_name"])
    for line in _occasion(story, say, zone):
        yield "  " + line
    for name, part in (
        ("rows", _rows(story, say, zone)),
        ("policy", _policy(story, say, zone)),
        ("dates", _dates(story, say)),
        ("contact", _contact(story, say)),
        ("owner", _owner(story, say)),
        ("status", _status(story, say)),
        ("calls", _calls(story, say, zone)),
        ("wishes", _wishes(story, say)),
        ("words", _words(story, say, zone)),
        ("messages", _messages(story, say, zone)),
    ):
        yield ""
        yield say(f"part_{name}")
        for line in part:
            yield line if line.startswith("  ") else f"  {line}"


def _occasion(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    """What a greeting or an invitation is about, and who started it."""
    task = story.task
    if task["event"] in (*BIRTHDAYS, "referral"):
        yield say(f"of_{task['event']}", day=task["event_on"])
    if task["event"] == "festival":
        names = [word(FESTIVALS, name, say.language) for name in festivals_on(task["event_on"])]
        yield say("of_festival", day=task["event_on"], name=say("comma").join(names))
    if task["event"] == "campaign":
        yield say(
            "of_campaign",
            code=task["campaign_code"],
            subject=task["campaign_subject"],
            user=task["started_by"],
            at=_moment(task["started_at"], zone),
        )
        if task["stopped_at"] is not None:
            yield say("of_stopped", user=task["stopped_by"], at=_moment(task["stopped_at"], zone))
    for call in story.told:
        said = [name for name in SAID_OF_TROUBLE if call[name] is not None]
        yield say(
            "of_trouble",
            task=call["task_key"],
            number=call["attempt_no"],
            at=_moment(call["called_at"], zone),
            said="".join(say("and", text=_said(call, name, say, zone)) for name in said),
            system=call["system"],
            day=call["business_day"],
        )


def _rows(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    if not story.rows:
        yield say("no_row")
    for row in story.rows:
        yield say(
            "row",
            feed=word(FEEDS, row["feed"], say.language),
            system=row["system"],
            load=row["load_id"],
            day=row["business_day"],
            place=row["source_ref"] or say("read_anew"),
            digest=row["row_digest"],
        )
        if row["is_vanished"]:
            yield say("vanished", day=row["vanished_day"])
        if row["case_id"] is not None:
            yield say(
                "case",
                case=row["case_id"],
                rules=say("comma").join(row["rule_ids"]),
                state=word(CASE_STATES, row["case_state"], say.language),
                held=row["held_day"],
                closed=row["closed_day"] or "–",
            )
    for decision in story.decisions:
        yield say(
            "decision",
            action=word(ACTIONS, decision["action"], say.language),
            user=decision["decided_by"],
            at=_moment(decision["decided_at"], zone),
            reason=word(DECISION_REASONS, decision["reason_code"], say.language),
        )


def _policy(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    task = story.task
    yield say(
        "script",
        script=task["script_id"],
        version=task["script_version"],
        digest=task["policy_digest"][:12],
    )
    if task["approved_by"] is not None:
        yield say("approved", user=task["approved_by"], at=_moment(task["approved_at"], zone))
    elif story.wants_approval:
        yield say("not_approved")
    if task["policy_digest"] != story.policy_digest:
        yield say("other_policy", digest=story.policy_digest[:12])
    heads = ("line", "value", "unit", "rule", "reference", "since")
    yield from table_lines(
        [say(f"head_{name}") for name in heads],
        [
            [
                line["line_id"],
                _value(line["value"], say),
                _unit(line["unit"], say),
                line["rule_id"],
                line["reference"],
                str(line["valid_from"]),
            ]
            for line in story.policy_lines
        ],
    )


def _unit(unit: str, say: Words) -> str:
    """A unit in words; one that only other policy files have, as it is."""
    name = f"unit_{unit}"
    return say(name) if say.has(name) else unit


def _service(due: Row, say: Words) -> Iterator[str]:
    """From when, how far apart and how many kilometres a day: why the service is due on its day."""
    yield say(
        "service_base",
        day=due["base_on"],
        document=say(f"service_{due['document_kind']}"),
        number=due["document_no"],
        km="–" if due["base_odometer_km"] is None else due["base_odometer_km"],
        months=due["interval_months"],
        interval=due["interval_km"],
    )
    yield say(
        "service_pace",
        km=f"{due['daily_km'].normalize():f}",
        source=say(f"pace_{due['daily_km_source']}"),
        last="–" if due["last_odometer_km"] is None else due["last_odometer_km"],
        day=due["last_odometer_on"] or "–",
    )
    yield say(
        "service_due",
        day=due["due_on"],
        reason=say(f"service_by_{due['reason']}"),
        by_time=due["due_by_time_on"],
        by_km=due["due_by_km_on"] or "–",
        confidence=say(f"pace_{due['confidence']}"),
    )
    yield say("service_policy", lines=say("comma").join(due["policy_line"]))
    if not due["is_of_task"]:
        yield say("service_moved")


def _visit(visit: Row, say: Words) -> str:
    """What a follow-up about kilometres or cost rests on, as the order says by now."""
    cost = visit["cost"]
    return say(
        "visit",
        km="–" if visit["odometer_km"] is None else visit["odometer_km"],
        cost="–" if cost is None else cost,
        why=say("visit_warranty") if visit["is_warranty"] else "",
    )


def _dates(story: Story, say: Words) -> Iterator[str]:
    task = story.task
    yield say("date_event_on", day=task["event_on"])
    if story.visit and any(line["name"] in OF_VISITS for line in story.policy_lines):
        yield _visit(story.visit, say)
    if story.service:
        yield from _service(story.service, say)
    wanted = {placed.name: placed for placed in story.placed} if story.is_explained else {}
    for name in ("open_on", "due_on", "deadline_on", "expires_on"):
        text = say(f"date_{name}", day=task[name])
        placed = wanted.get(name)
        if placed is not None and placed.wanted != placed.placed:
            movers = say("comma").join(say(f"mover_{mover}") for mover in placed.movers)
            text += say("moved", wanted=placed.wanted, why=movers)
        yield text
    if not story.is_explained:
        yield say("dates_kept")
    if task["late_reason"]:
        yield say(task["late_reason"])


def _contact(story: Story, say: Words) -> Iterator[str]:
    task = story.task
    yield say(
        "contact",
        kind=say(f"contact_{task['contact_kind']}"),
        check=word(CHECKS, task["contact_check"] or "missing", say.language),
        vin=task["vin_masked"] or "–",
    )
    number = story.number
    if number and number["put_right_on"]:
        yield say("number_put_right", day=number["put_right_on"])
    if number and number["is_staff"]:
        yield say("number_staff")
    elif number and number["is_nobodys"]:
        yield say("number_shared", names=number["names"], vehicles=number["vehicles"])


def _owner(story: Story, say: Words) -> Iterator[str]:
    task = story.task
    yield say("owner", owner=task["owner_no"] or say("nobody"), role=task["owner_role"])
    others = [row for row in story.owners if not row["is_owner"]]
    is_covered = task["owner_no"] and len(others) == len(story.owners)
    if is_covered and story.absences:
        yield say("covers")
    elif others and task["owner_no"]:
        yield say("drawn")
    for row in others:
        since = say("had_role_when_opened") if row["had_role_when_opened"] else ""
        yield say(
            "other_owner",
            employee=row["employee_no"],
            first=row["valid_from"],
            last=row["valid_to"] or "…",
            since=since,
        )
    for row in story.absences:
        deputy = say("deputy", employee=row["deputy_no"]) if row["deputy_no"] else ""
        yield say(
            "away",
            employee=row["employee_no"],
            first=row["first_on"],
            last=row["last_on"],
            deputy=deputy,
        )


def _status(story: Story, say: Words) -> Iterator[str]:
    task = story.task
    text = say(f"status_{task['status']}")
    if task["status_reason"]:
        text = say("because", text=text, why=word(REASONS, task["status_reason"], say.language))
    yield text
    if task["merged_into"]:
        reason = "told" if task["status"] == "done" else task["status_reason"]
        yield say(f"merged_{reason}", task=task["merged_into"])
    for other in story.merged:
        name = "also_said" if other["is_said"] else "also_waits"
        if other["status_reason"] == "told":
            name = "also_told"
        yield say(name, task=other["task_key"])
    yield say(
        "nights",
        made=task["made_day"],
        listed=task["listed_day"],
        changed=task["changed_day"],
        version=task["version"],
    )


def _calls(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    if not story.calls:
        yield say("no_call")
    for call in story.calls:
        more = [_said(call, name, say, zone) for name in SAID if call[name] not in (None, False)]
        is_answer = call["outcome"] in ANSWERS
        yield say(
            "answer" if is_answer else "call",
            number=call["attempt_no"],
            at=_moment(call["called_at"], zone),
            outcome=word(OUTCOMES, call["outcome"], say.language),
            caller=call["caller_no"] or say("nobody_named"),
            system=call["system"],
            day=call["business_day"],
            more="".join(say("and", text=text) for text in more),
        )


def _said(call: Row, name: str, say: Words, zone: ZoneInfo) -> str:
    return f"{say(f'said_{name}')} {value_text(call[name], name, say.language, zone)}"


def _wishes(story: Story, say: Words) -> Iterator[str]:
    if not story.wishes:
        yield say("no_wish")
    for wish in story.wishes:
        yield say(f"wish_{wish['about']}", day=wish["called_on"], task=wish["said_about_task"])


def _words(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    if not story.words:
        yield say("no_word")
    for row in story.words:
        more = [
            say(f"word_{name}", value=_code(row[name], say))
            for name in ("way", "preferred_slot", "service_on", "valid_until")
            if row[name] is not None
        ]
        more += _told_to(row, say, zone)
        yield say(
            "word",
            day=row["said_on"],
            kind=_code(row["state"] or row["kind"], say),
            about=_code(row["about"], say),
            whose=say("word_of_vehicle" if row["is_about_vehicle"] else "word_of_number"),
            number=row["word_no"],
            more="".join(say("and", text=text) for text in more),
        )


def _told_to(row: Row, say: Words, zone: ZoneInfo) -> Iterator[str]:
    """To whom of ours the customer said it, and who ended it."""
    if row["entered_by"] is not None:
        yield say(
            "word_entered",
            user=row["entered_by"],
            at=_moment(row["entered_at"], zone),
            speaker=say(f"speaker_{row['said_by']}"),
        )
    if row["ended_by"] is not None:
        yield say("word_ended", user=row["ended_by"], day=row["ended_on"])
    if row["noted_task"] is not None:
        yield say(
            "word_noted",
            task=row["noted_task"],
            number=row["noted_attempt"],
            caller=row["noted_by"] or say("nobody_named"),
        )


def _code(value: object, say: Words) -> str:
    """A code of what customers say, in words; a day as it is."""
    name = f"code_{value}"
    return say(name) if say.has(name) else str(value)


def _messages(story: Story, say: Words, zone: ZoneInfo) -> Iterator[str]:
    if not story.messages:
        yield say("no_message")
    for message in story.messages:
        state = word(REASONS, message["state"], say.language)
        if say.has(f"state_{message['state']}"):
            state = say(f"state_{message['state']}")
        if message["reason"] and message["reason"] != message["state"]:
            why = word(REASONS, message["reason"], say.language)
            state = say("because", text=state, why=why)
        yield say(
            "message",
            target=message["target"],
            action=say(f"action_{message['action']}"),
            version=message["version"],
            day=message["work_day"],
            state=state,
            at=_moment(message["finished_at"], zone) if message["finished_at"] else "–",
        )
    acknowledged = {
        message["target"]: message
        for message in story.messages
        if message["acknowledged_version"] is not None
    }
    for target, message in acknowledged.items():
        text = say(
            "acknowledged_gone" if message["is_withdrawn"] else "acknowledged",
            target=target,
            version=message["acknowledged_version"],
            at=_moment(message["acknowledged_at"], zone),
        )
        if message["crm_id"]:
            text += say("and", text=say("crm_id", crm_id=message["crm_id"]))
        yield text


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _value(value: object, say: Words) -> str:
    if isinstance(value, bool):
        return say_pair(YES_NO[value], say.language)
    if isinstance(value, Mapping):
        return say("comma").join(f"{name} {part}" for name, part in value.items())
    return "–" if value is None else str(value)
