"""The story of one task, read from the warehouse, beside what today's policy says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from aftercare import connections, warehouse
from aftercare.errors import BadData
from aftercare.reports.why import Story
from aftercare.rules.due import FollowUp, Offset
from aftercare.rules.events import NUMBERED
from aftercare.rules.festivals import open_days
from aftercare.rules.follow_ups import FOLDER, MORE_VALUES, VALUES, follow_ups
from aftercare.rules.placed import PlacedDate, placed_dates
from aftercare.rules.policy import Policy
from aftercare.rules.reach import OWN_DAY
from aftercare.rules.script_policy import approval_packs
from aftercare.rules.titles import stem_of
from aftercare.runs.house import policy
from aftercare.settings import Group, read_group

Row = Mapping[str, Any]

UNFINISHED = ("open", "held", "postponed")


def explain_task(task_key: str) -> Story:
    """All that is known of a task; BadData with what to do where there is none of that key."""
    group, ours = read_group(), policy()
    with connections.warehouse_engine().connect() as connection:
        task = _one(connection, task_key)
        rows = _all(connection, "why/list_rows", task_key=task_key)
        item = FOLDER + stem_of(task["policy_line"])
        return Story(
            task=task,
            title=ours.attributes(task["pack"], item).get("title", {})
            if task["pack"] in ours.packs
            else {},
            rows=rows,
            decisions=[
                decision
                for row in rows
                if row["case_id"] is not None
                for decision in _all(connection, "why/list_decisions", case_id=row["case_id"])
            ],
            policy_lines=_policy_lines(connection, ours, task, item),
            placed=_placed(group, ours, task, _known_on(connection, task)),
            policy_digest=ours.digest,
            owners=_all(connection, "why/list_owners", task_key=task_key),
            absences=_all(connection, "why/list_absences", task_key=task_key),
            calls=_all(connection, "why/list_calls", task_key=task_key),
            told=_all(connection, "why/list_told", task_key=task_key),
            wishes=_all(connection, "why/list_wishes", task_key=task_key),
            words=_all(connection, "why/list_words", task_key=task_key),
            visit=next(iter(_all(connection, "why/get_visit", task_key=task_key)), None),
            service=next(iter(_all(connection, "why/get_service_due", task_key=task_key)), None),
            number=next(iter(_all(connection, "why/get_number", task_key=task_key)), None),
            merged=_all(connection, "why/list_merged", task_key=task_key),
            messages=_all(connection, "why/list_messages", task_key=task_key),
            wants_approval=task["pack"] in approval_packs(ours, task["open_on"]),
        )


def _one(connection: Connection, task_key: str) -> Row:
    found = warehouse.run(connection, "why/get_task", task_key=task_key).mappings().first()
    if found is None:
        raise BadData(
            "there is no task with this key; copy it from the list, where it looks like "
            "CA01.S4-03.SO-2026-0001; where an order should have made one, `aftercare cases list` says "
            "whether its row is held"
        )
    return dict(found)


def _all(connection: Connection, statement: str, **parameters: Any) -> Sequence[Row]:
    return warehouse.rows(connection, statement, **parameters)


def _known_on(connection: Connection, task: Row) -> date:
    """The night as of which a task's dates were placed last: a finished one keeps them."""
    last: date | None = warehouse.run(connection, "care/read_horizon").scalar_one()
    changed: date = task["changed_day"]
    return max(changed, last or changed) if task["status"] in UNFINISHED else changed


def _policy_lines(connection: Connection, ours: Policy, task: Row, item: str) -> list[Row]:
    """The lines that decided about a task, those of a call that it gives way to among them."""
    is_known = task["pack"] in ours.packs
    packs = ours.lineage(task["pack"]) if is_known else (task["pack"],)
    other = ours.attributes(task["pack"], item).get("not_on_day_of") if is_known else None
    asked: Sequence[tuple[str, tuple[str, ...]]] = (
        (item, (*VALUES, *MORE_VALUES)),
        *(((FOLDER + other, ("due_after", "opens_after")),) if other else ()),
    )
    return [
        line
        for stem, names in asked
        for line in _all(
            connection,
            "why/list_policy_lines",
            packs=list(packs),
            item=stem,
            names=list(names),
            event_on=_ruled_on(ours, task, item),
        )
    ]


def _ruled_on(ours: Policy, task: Row, item: str) -> date:
    """A day whose policy counts: that of the event, or of what comes long after it."""
    event_on: date = task["event_on"]
    follow_up = _follow_up(ours, task)
    if follow_up is not None and follow_up.reach != OWN_DAY:
        return follow_up.ruled_from
    if task["pack"] not in ours.packs or task["event"] in NUMBERED:
        return event_on
    recurs_on = Offset(months=task["occurrence"]).after(event_on)
    recurs = ours.find(task["pack"], item, "recurs_after", recurs_on)
    return recurs_on if recurs is not None else event_on


def _follow_up(ours: Policy, task: Row) -> FollowUp | None:
    """What the policy of today has for a task.

    Two of one number are for different uses of a vehicle: the task's policy line says which of them made it.
    """
    if task["pack"] not in ours.packs:
        return None
    stem = stem_of(task["policy_line"])
    for each in follow_ups(ours, task["pack"]):
        # Occasions of people, and troubles, are numbered by their day or campaign.
        number = 0 if task["event"] in NUMBERED else task["occurrence"]
        is_it = (each.stem, each.rule_id, each.occurrence) == (stem, task["rule_id"], number)
        if is_it and each.event_from <= task["event_on"] <= each.event_to:
            return each
    return None


def _placed(group: Group, ours: Policy, task: Row, known_on: date) -> tuple[PlacedDate, ...]:
    """The task's dates as today's policy places them, by the calendar as it was known on a day.

    Empty without such a follow-up.
    """
    follow_up = _follow_up(ours, task)
    if follow_up is None:
        return ()
    days = open_days(group, known_on)[group.calendar_of(task["store_code"])]
    return placed_dates(follow_up, task["event_on"], days)
