"""Tasks: whom to call on the next day, and what became of those who were to be called.

A night judges its tasks from what core knows, not from what earlier nights did: the same data
gives the same tasks, in whatever order nights run and however often. Therefore a night that is
run late judges as of the last night that was judged already (the *horizon*), and its own day only
says how far back events may lie that still make a task.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from aftercare.errors import PolicyError
from aftercare.protection import Keyring
from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.due import FollowUp, Offset, look_back
from aftercare.rules.events import BIRTHDAYS
from aftercare.rules.festivals import births_kept_on, festivals_on, open_days
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.rules.reach import PackRange, pack_ranges
from aftercare.scripts import script_version
from aftercare.settings import Group
from aftercare.tables import stage_report
from aftercare.warehouse import report, run
from aftercare.wording import require_wording

STAGE = "tasks"
WORK_TABLES = (
    "store",
    "pack",
    "rule",
    "range",
    "window",
    "load",
    "document",
    "touched",
    "birthday",
    "festival",
    "addressee",
    "subject",
    "owner",
    "task",
    "person",
    "call",
    "told",
    "wish",
    "number",
    "attempt",
    "change",
    "message",
)
CALENDAR_MARGIN_DAYS = 62
MANY_CHANGES = 1000
MANY_SHARE = 0.1
"""Of all tasks; what changed less is left to the server's own care."""
COUNTS = (
    "due",
    "made",
    "reopened",
    "messages",
    "expired",
    "held",
    "postponed",
    "missed",
    "done",
    "moved",
    "updated",
    "withdrawn",
    "later_held",
    "later_postponed",
    "later_missed",
    "later_done",
)

Counts = dict[str, Any]


def make_tasks(
    engine: Engine, keyring: Keyring, group: Group, policy: Policy, day: date, today: date
) -> dict[str, Any]:
    """Makes, moves, withdraws and closes follow-up tasks in the night of ``day``.

    Counts add up over all runs of the day's night: ``due`` = ``made`` + ``reopened`` =
    ``messages`` + ``expired`` + ``held`` + ``postponed`` + ``missed`` + ``done``, and of older tasks
    ``moved``, ``updated``, ``withdrawn``, ``later_held``, ``later_postponed``, ``later_missed``,
    ``later_done``;
    ``reasons`` says why, by status. ``changed`` is the number of tasks this run alone changed.
    ``keyring`` has to hash as the warehouse does now: birthdays are found by their hashes.

    Raises PolicyError where the policy was not loaded or misses a value, ConfigurationError for a script that
    says what none may say.
    """
    with engine.begin() as connection:
        run(connection, "care/lock_tasks")
        # What is merged or swept later is later than this night's report, and the next one's business.
        run(connection, "merge/lock_core")
        _require_policy(connection, policy)
        last: date | None = run(connection, "care/read_horizon").scalar_one()
        horizon = max(day, last or day)
        rules, looks = _prepare(connection, group, policy, day, horizon)
        _collect(connection, group, day, horizon)
        _find_addressees(connection, keyring, rules, looks, horizon)
        _collect_subjects(connection, group, day, horizon)
        _keep_calendars(connection, group, horizon)
        run(connection, "care/analyze_calendar_days")
        run(
            connection,
            "care/place_tasks",
            day=day,
            horizon=horizon,
            policy_digest=policy.digest,
        )
        run(connection, "care/keep_problem_tasks")
        run(connection, "care/analyze_night_tasks")
        run(connection, "care/find_persons")
        run(connection, "care/analyze_night_persons")
        run(connection, "care/find_calls", horizon=horizon)
        run(connection, "care/analyze_night_calls")
        run(connection, "care/find_told")
        run(connection, "care/find_wishes", horizon=horizon)
        run(connection, "care/find_numbers")
        run(connection, "care/find_attempts", horizon=horizon, time_zone=group.group.time_zone)
        run(connection, "care/judge_tasks", horizon=horizon)
        run(connection, "care/keep_declined", horizon=horizon)
        run(connection, "care/keep_asked")
        run(connection, "care/keep_settled", day=day, horizon=horizon)
        run(connection, "care/keep_quiet", horizon=horizon)
        run(connection, "care/keep_reissued")
        _keep_shadow(connection, group, horizon)
        run(connection, "care/hold_unreachable")
        run(connection, "care/hold_closed", horizon=horizon)
        run(connection, "care/keep_missed", day=day)
        run(connection, "care/keep_greeted")
        run(connection, "care/keep_budget")
        run(connection, "care/find_changes", day=day)
        run(connection, "care/keep_new_tasks")
        run(connection, "care/keep_changed_tasks", day=day)
        run(connection, "care/keep_tried")
        run(connection, "care/keep_arrivals")
        _mark_used(connection, rules)
        run(connection, "care/choose_messages", today=today)
        run(connection, "care/send_contacts", day=day)
        run(connection, "care/send_tasks", day=day)
        run(connection, "care/send_withdrawals", day=day)
        counts = _count(connection, day)
        report(connection, STAGE, day.isoformat(), counts)
        known = run(connection, "care/estimate_tasks").scalar_one()
        if counts["changed"] >= max(MANY_CHANGES, MANY_SHARE * known):
            run(connection, "care/analyze_tasks")
    return counts


def _require_policy(connection: Connection, policy: Policy) -> None:
    if run(connection, "policy/find_version", digest=policy.digest).first() is None:
        raise PolicyError(
            f"policy {policy.digest[:12]} is not in the warehouse; load it before tasks are made"
        )


def _prepare(
    connection: Connection, group: Group, policy: Policy, day: date, horizon: date
) -> tuple[list[FollowUp], list[tuple[date, date]]]:
    """Fills the night's work tables of stores and rules; a rule's number is its place.

    Gives the rules and between which event days tonight looks for each.
    """
    for table in WORK_TABLES:
        run(connection, f"care/create_night_{table}")
    followed = {
        store["store_code"]: tuple(
            (pack, start)
            for pack, start, _ in group.pack_windows(store["store_code"], store["brand"])
        )
        for store in run(connection, "care/list_stores").mappings()
    }
    packs = sorted({pack for of_store in followed.values() for pack, _ in of_store})
    by_pack = {pack: follow_ups(policy, pack) for pack in packs}
    rules = [follow_up for pack in packs for follow_up in by_pack[pack]]
    stores = [
        {
            "store_code": store_code,
            "calendar": group.calendar_of(store_code),
            "target_name": group.targets.of(store_code),
            "message_target": group.targets.messages.of(store_code),
        }
        for store_code in followed
    ]
    require_wording(policy, rules, horizon)
    calendars = list(open_days(group, horizon).values())
    looks = [look_back(follow_up, day, horizon + ONE_DAY, calendars) for follow_up in rules]
    windows = [
        _rule_window(number, follow_up, *look)
        for number, (follow_up, look) in enumerate(zip(rules, looks, strict=True))
    ]
    run(connection, "care/fill_night_stores", stores=json.dumps(stores))
    run(
        connection,
        "care/fill_night_packs",
        packs=json.dumps(list(_store_packs(followed, by_pack))),
    )
    run(connection, "care/fill_night_rules", rules=json.dumps(windows))
    run(connection, "care/fill_night_ranges")
    run(connection, "care/fill_night_windows")
    run(connection, "care/analyze_night_windows")
    return rules, looks


def _collect(connection: Connection, group: Group, day: date, horizon: date) -> None:
    """What came in, the documents that have no task yet, and the tasks that may change."""
    run(connection, "care/collect_loads", day=day)
    run(connection, "care/collect_documents", day=day)
    run(connection, "care/analyze_night_documents")
    run(connection, "care/collect_events")
    # What has no occasion any more was told nobody: no call is looked at for its sake.
    _judge_occasions(connection, group, horizon)
    run(connection, "care/collect_touched", day=day, horizon=horizon)


def _find_addressees(
    connection: Connection,
    keyring: Keyring,
    rules: list[FollowUp],
    looks: list[tuple[date, date]],
    horizon: date,
) -> None:
    """Whom greetings and campaigns of the days that tonight looks at are for."""
    asked = {
        (rule.event, day)
        for rule, look in zip(rules, looks, strict=True)
        if rule.event in BIRTHDAYS
        for day in _days_of(rule, *look)
    }
    births = [
        (event, day, birth.isoformat())
        for event, day in sorted(asked)
        for birth in births_kept_on(day, is_lunar=event == "lunar_birthday")
    ]
    hashes = keyring.hash_all([birth for _, _, birth in births])
    birthdays = [
        {"event": event, "kept_on": day.isoformat(), "birthday_hash": f"\\x{digest.hex()}"}
        for (event, day, _), digest in zip(births, hashes, strict=True)
        if digest
    ]
    run(connection, "care/fill_night_birthdays", birthdays=json.dumps(birthdays))
    festivals = [
        {"rule_no": number, "kept_on": day.isoformat()}
        for number, (rule, look) in enumerate(zip(rules, looks, strict=True))
        if rule.festivals
        for day in _days_of(rule, *look)
        if set(festivals_on(day)) & set(rule.festivals)
    ]
    run(connection, "care/fill_night_festivals", festivals=json.dumps(festivals))
    run(connection, "care/analyze_night_birthdays")
    run(connection, "care/find_birthdays")
    run(connection, "care/find_festivals")
    run(connection, "care/find_campaigns")
    run(connection, "care/find_referrals")
    run(connection, "care/analyze_night_addressees")
    run(connection, "care/keep_addressees", horizon=horizon)


def _days_of(rule: FollowUp, first: date, last: date) -> Iterator[date]:
    """The days from first to last for which a follow-up's policy holds."""
    first, last = max(first, rule.event_from), min(last, rule.event_to)
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _collect_subjects(connection: Connection, group: Group, day: date, horizon: date) -> None:
    """What tonight has to judge, and what of it has no occasion any more."""
    zone = group.group.time_zone
    run(connection, "care/collect_tasks")
    run(connection, "care/collect_addressees")
    run(connection, "care/collect_addressed_tasks", day=day)
    run(connection, "care/collect_troubles")
    run(connection, "care/collect_trouble_tasks")
    run(connection, "care/collect_lost_events", time_zone=zone)
    run(connection, "care/analyze_night_subjects")
    run(connection, "care/correct_numbers", horizon=horizon)
    run(connection, "care/find_arrivals", time_zone=zone)
    _judge_occasions(connection, group, horizon)


def _judge_occasions(connection: Connection, group: Group, horizon: date) -> None:
    """Whom the subjects are about, and which of them are the owner's no more, or agreed on."""
    zone = group.group.time_zone
    run(connection, "care/find_owners", time_zone=zone, horizon=horizon)
    run(connection, "care/judge_occasions", time_zone=zone, horizon=horizon)


def _store_packs(
    followed: Mapping[str, tuple[tuple[str, date], ...]],
    by_pack: Mapping[str, Sequence[FollowUp]],
) -> Iterator[dict[str, Any]]:
    """The packs of stores, each with the event days it rules; none before the first one."""
    known: dict[tuple[tuple[str, date], ...], list[PackRange]] = {}
    for store_code, packs in followed.items():
        if packs not in known:
            known[packs] = list(pack_ranges(packs, by_pack))
        for each in known[packs]:
            yield {
                "store_code": store_code,
                "pack": each.pack,
                "reach": each.reach,
                "event_from": each.event_from.isoformat(),
                "event_to": each.event_to.isoformat(),
            }


def _rule_window(
    number: int, follow_up: FollowUp, look_from: date, look_to: date
) -> dict[str, Any]:
    window: dict[str, Any] = {
        "rule_no": number,
        "event_from": follow_up.event_from.isoformat(),
        "event_to": follow_up.event_to.isoformat(),
        "look_from": look_from.isoformat(),
        "look_to": look_to.isoformat(),
        "contact_kind": follow_up.contact,
        "attempts": follow_up.ways.attempts,
        "afternoon_from": follow_up.ways.afternoon_from,
        "has_message_after": follow_up.ways.message_after,
        "otherwise_channel": follow_up.ways.otherwise_channel,
    }
    scripts = {
        "script": follow_up.script,
        "missed": follow_up.ways.missed_script,
        "message": follow_up.ways.message_script,
        "otherwise": follow_up.ways.otherwise_script,
    }
    for name, script in scripts.items():
        window[f"{name}_id"] = script
        window[f"{name}_version"] = script and script_version(script)
    for name in ("opens", "due", "deadline", "expires", "day_after"):
        offset: Offset | None = getattr(follow_up, name)
        window |= {
            f"{name}_{part}": size for part, size in (asdict(offset) if offset else {}).items()
        }
    for name in (
        "pack",
        "reach",
        "rule_id",
        "occurrence",
        "is_by_design",
        "owner_role",
        "cover_role",
        "channel",
        "priority",
        "policy_line",
        "event",
        "about",
        "purpose",
        "is_mergeable",
        "usages",
        "sale_types",
        "is_until_service",
        "party",
        "is_counted",
        "is_face_to_face",
        "is_sequence",
        "booked_days",
        "is_on_day",
        "known_months",
        "campaign",
        "satisfaction_from",
        "satisfaction_to",
        "has_trouble",
        "odometer_from",
        "quiet_months",
    ):
        window[name] = getattr(follow_up, name)
    # As text, for JSON has no decimal numbers.
    window["cost_from"] = None if follow_up.cost_from is None else str(follow_up.cost_from)
    return window


def _keep_shadow(connection: Connection, group: Group, horizon: date) -> None:
    if group.live_from:
        stores = [
            {"store_code": store_code, "live_from": first.isoformat()}
            for store_code, first in group.live_from.items()
        ]
        run(connection, "care/keep_shadow", stores=json.dumps(stores), horizon=horizon)


def _keep_calendars(connection: Connection, group: Group, horizon: date) -> None:
    """Keeps the open days that the dates of tonight's tasks can fall on."""
    wanted = run(connection, "care/read_event_range").mappings().one()
    margin = timedelta(days=CALENDAR_MARGIN_DAYS)
    first = min(wanted["first_on"] or horizon, horizon) - margin
    last = max(wanted["last_on"] or horizon, horizon) + margin
    days = [
        {
            "calendar": name,
            "day": day.isoformat(),
            "is_open": is_open,
            "previous_open_on": previous_open.isoformat(),
            "next_open_on": next_open.isoformat(),
        }
        for name, calendar in open_days(group, horizon).items()
        for day, is_open, previous_open, next_open in calendar.days(first, last)
    ]
    run(connection, "care/keep_calendar_days", days=json.dumps(days))


def _mark_used(connection: Connection, rules: list[FollowUp]) -> None:
    """Marks every line that decided about a task, so that it is never edited."""
    used = run(connection, "care/list_used_rules").scalars()
    line_ids = sorted({line_id for number in used for line_id in rules[number].line_ids})
    if line_ids:
        run(connection, "policy/mark_lines_used", line_ids=line_ids)


def _count(connection: Connection, day: date) -> Counts:
    """Adds what this run changed to what earlier runs of the same night reported."""
    kept = connection.scalar(
        select(stage_report.c.counts).where(
            stage_report.c.stage == STAGE,
            stage_report.c.partition_key == day.isoformat(),
            stage_report.c.part == "",
        )
    )
    counts: Counts = {name: (kept or {}).get(name, 0) for name in COUNTS}
    reasons: dict[str, dict[str, int]] = (kept or {}).get("reasons", {})
    counts |= {"reasons": reasons, "changed": 0}
    for row in run(connection, "care/count_changes").mappings():
        tasks, status = row["task_count"], row["new_status"]
        counts["changed"] += tasks
        if row["is_listed"]:
            counts["due"] += tasks
            counts["made" if row["old_status"] is None else "reopened"] += tasks
            name = {"pending": "messages", "expired": "expired"}.get(row["message_state"], status)
        elif status in ("open", row["old_status"]):
            name = "moved" if row["is_moved"] else "updated"
        else:
            name = status if status == "withdrawn" else f"later_{status}"
        counts[name] += tasks
        if status not in ("open", row["old_status"]):
            by_reason = reasons.setdefault(status, {})
            by_reason[row["status_reason"]] = by_reason.get(row["status_reason"], 0) + tasks
    return counts
