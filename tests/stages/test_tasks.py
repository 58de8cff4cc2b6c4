"""Making follow-up tasks, night by night, on a real warehouse."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import (
    ONE_DAY,
    REPAIR,
    SEVEN_DAYS,
    THREE_DAYS,
    TWO_HOURS,
    CareGroup,
    changed_policy,
    group_of,
    house_policy,
    is_balanced,
    july,
)
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from aftercare.errors import PolicyError
from aftercare.rules.calendar import OpenDays
from aftercare.rules.due import due_dates
from aftercare.rules.follow_ups import OF_ATTEMPTS, follow_ups
from aftercare.stages.tasks import make_tasks

REPAIR_CALL = "changan-dealer/follow_ups/repair_call"
ORDER_EVENTS = ("delivery", "registration", "workshop_exit")


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def test_a_delivery_makes_its_tasks_as_their_days_come(care: CareGroup) -> None:
    care.deliver("A", july(1))
    made = {}
    for day in range(1, 9):
        care.night(july(day))
        made[day] = sorted(care.tasks())
    assert made[1] == [TWO_HOURS]
    assert made[2] == made[6] == [TWO_HOURS, THREE_DAYS]
    assert made[7] == [TWO_HOURS, THREE_DAYS, SEVEN_DAYS]
    assert care.tasks("made_day") == {
        TWO_HOURS: (july(1),),
        THREE_DAYS: (july(2),),
        SEVEN_DAYS: (july(7),),
    }


def test_three_calls_of_one_rule_have_three_keys(care: CareGroup) -> None:
    care.deliver("A", date(2026, 1, 31), "SK01")
    for day in (date(2026, 2, 1), date(2026, 4, 29), date(2026, 7, 30)):
        care.night(day)
    tasks = care.tasks("occurrence", "due_on")
    assert {key: row for key, row in tasks.items() if ".S2-01." in key} == {
        "SK01.S2-01.A": (1, date(2026, 2, 3)),
        "SK01.S2-01.A.2": (2, date(2026, 4, 30)),
        "SK01.S2-01.A.3": (3, date(2026, 7, 31)),
    }


def test_the_same_night_again_changes_nothing(care: CareGroup) -> None:
    care.deliver("A", july(1))
    care.deliver("B", july(1), customer_phone_check="too_short")
    care.repair("R", july(1))
    first = care.night(july(1))
    tasks, messages = care.tasks(), care.messages("message_id", "state")
    again = care.night(july(1))
    assert (first["changed"], again["changed"]) == (3, 0)
    assert {**again, "changed": first["changed"]} == first
    assert care.tasks() == tasks
    assert care.messages("message_id", "state") == messages


def test_due_is_messages_and_held_and_missed_with_reasons(care: CareGroup) -> None:
    care.deliver("A", july(1))
    care.deliver("B", july(1), customer_phone_check="too_short")
    care.deliver("C", july(1), customer_phone_check=None)
    care.repair("R", date(2026, 6, 16))
    counts = care.night(july(1))
    assert is_balanced(counts)
    names = ("due", "made", "messages", "held", "missed")
    assert [counts[name] for name in names] == [4, 4, 1, 2, 1]
    assert counts["reasons"] == {
        "held": {"missing": 1, "too_short": 1},
        "missed": {"not_called": 1},
    }


def test_the_contact_goes_before_the_task(care: CareGroup) -> None:
    care.deliver("A", july(1))
    care.night(july(1))
    columns = ("target", "entity", "external_key", "version", "action", "state", "work_day")
    assert care.messages(*columns) == [
        ("workbook", "contact", "CA01.VINA", 1, "upsert", "pending", july(2)),
        ("workbook", "task", TWO_HOURS, 1, "upsert", "pending", july(2)),
    ]


def test_a_task_without_a_usable_number_is_held_and_not_sent(care: CareGroup) -> None:
    care.deliver("A", july(1), customer_phone_check="landline")
    care.night(july(1))
    assert care.tasks("status", "status_reason") == {TWO_HOURS: ("held", "landline")}
    assert care.messages("message_id") == []


def test_a_late_row_still_makes_its_tasks_until_they_expire(care: CareGroup) -> None:
    care.nights(july(1), july(5))
    care.deliver("A", july(1), arrives=july(6))
    care.night(july(6))
    assert care.tasks("status", "late_reason", "made_day") == {
        THREE_DAYS: ("open", "late_by_data", july(6)),
    }


def test_a_row_released_by_a_steward_makes_its_tasks_that_night(care: CareGroup) -> None:
    care.nights(july(1), july(5))
    care.repair("R", july(1), arrives=july(1))
    care.close_case("repair_order", "CA01", "R", july(6))
    counts = care.night(july(6))
    assert (counts["made"], counts["due"], is_balanced(counts)) == (1, 1, True)
    columns = ("status", "made_day", "listed_day", "late_reason")
    assert care.tasks(*columns) == {REPAIR: ("open", july(6), july(6), "late_by_data")}


def test_connecting_a_store_with_history_makes_nothing_that_is_over(care: CareGroup) -> None:
    for number in range(200):
        care.repair(f"R{number}", july(1) - number * ONE_DAY, arrives=july(1))
    counts = care.night(july(1))
    assert (counts["made"], counts["missed"]) == (16, 1)
    assert min(row["expires_on"] for row in care.tasks().values()) == july(1)


def test_a_backfill_gives_the_tasks_of_undisturbed_nights_and_sends_nothing(
    care: CareGroup,
) -> None:
    care.deliver("A", july(1))
    care.repair("R", july(2))
    care.nights(july(1), july(25), today=date(2026, 9, 1))
    backfilled = care.tasks()
    assert {state for (state,) in care.messages("state")} == {"expired"}
    assert {row["status"] for row in backfilled.values()} == {"missed"}
    care.empty("outbound.message", "care.follow_up_task", "ops.stage_report")
    care.nights(july(1), july(25))
    assert care.tasks() == backfilled
    assert "pending" in {state for (state,) in care.messages("state")}


def test_nights_in_any_order_end_alike(care: CareGroup) -> None:
    care.deliver("A", july(1))
    care.deliver("B", july(3), arrives=july(5))
    care.repair("R", july(2))
    care.repair("S", july(4), deliverer_phone_check="missing")
    care.call(TWO_HOURS, july(2), "reached")
    care.call(REPAIR, july(6), "no_answer")
    ends = []
    days = [july(day) for day in range(1, 21)]
    for order in (days, days[::-1], random.Random(7).sample(days, len(days))):
        for day in order:
            care.night(day, today=date(2026, 7, 21))
        kept = care.tasks()
        ends.append(
            {
                key: {
                    name: value
                    for name, value in row.items()
                    if name not in ("version", "listed_day", "changed_day")
                }
                for key, row in kept.items()
            }
        )
        care.empty("outbound.message", "care.follow_up_task", "ops.stage_report")
    assert ends[0] == ends[1] == ends[2]
    assert len(ends[0]) == 10


def test_one_date_in_a_policy_changes_the_tasks_from_that_day_on(
    warehouse: Engine, tmp_path: Path
) -> None:
    policy = changed_policy(tmp_path, REPAIR_CALL, "due_after", {july(10): 2})
    care = CareGroup(warehouse, policy=policy)
    for day in (8, 9, 10, 11):
        care.repair(f"R{day}", july(day))
    care.nights(july(8), july(12))
    line = "changan-dealer/follow_ups/repair_call/due_after@"
    assert care.tasks("due_on", "policy_line") == {
        "CA01.S4-06.R8": (july(11), line + "2012-01-01"),
        "CA01.S4-06.R9": (july(12), line + "2012-01-01"),
        "CA01.S4-06.R10": (july(12), line + "2026-07-10"),
        "CA01.S4-06.R11": (july(13), line + "2026-07-10"),
    }


def test_the_lines_that_made_a_task_are_marked_as_used(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    with care.engine.connect() as connection:
        used = connection.execute(
            text("select line_id from ops.policy_line where is_used order by 1")
        ).scalars()
        names = [line_id.rpartition("/")[2].partition("@")[0] for line_id in used]
    assert sorted(names) == sorted(
        [
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
            "cover_of_ac",
            *OF_ATTEMPTS,
        ]
    )


def test_tasks_ask_for_a_policy_that_was_loaded(care: CareGroup, tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, REPAIR_CALL, "due_after", {july(9): 2})
    with pytest.raises(PolicyError, match="is not in the warehouse; load it before"):
        make_tasks(care.engine, care.keyring, care.group, policy, july(1), july(2))


def test_a_store_follows_the_pack_of_the_day_of_the_event(warehouse: Engine) -> None:
    packs = [
        {"from": date(2012, 1, 1), "pack": "changan-dealer"},
        {"from": july(5), "pack": "skoda-dealer"},
    ]
    care = CareGroup(warehouse, group_of(store_packs={"CA01": packs}))
    care.repair("R4", july(4))
    care.repair("R5", july(5))
    care.nights(july(4), july(6))
    assert care.tasks("pack") == {
        "CA01.S4-06.R4": ("changan-dealer",),
        "CA01.S2-03.R5": ("skoda-dealer",),
    }


def test_before_its_first_pack_a_store_has_no_tasks(warehouse: Engine) -> None:
    packs = {"CHANGAN": [{"from": july(5), "pack": "changan-dealer"}]}
    care = CareGroup(warehouse, group_of(packs=packs))
    care.repair("R4", july(4))
    care.repair("R5", july(5))
    care.nights(july(4), july(6))
    assert list(care.tasks()) == ["CA01.S4-06.R5"]


def test_tasks_are_shared_among_the_people_of_the_role(care: CareGroup) -> None:
    for number in range(2, 5):
        care.person(f"CA01-AC{number}", "AC", "CA01")
    for number in range(80):
        care.repair(f"R{number}", july(1))
    care.night(july(1))
    owners = [owner for (owner,) in care.tasks("owner_no").values()]
    shares = {owner: owners.count(owner) for owner in owners}
    assert set(shares) == {f"CA01-AC{number}" for number in range(1, 5)}
    assert min(shares.values()) >= 10


def test_a_task_nobody_can_own_is_open_and_says_so(care: CareGroup) -> None:
    care.person("SK01-AC1", "AC", "SK01", until=july(1))
    care.repair("R", july(1), "SK01")
    care.night(july(1))
    assert care.tasks("owner_no", "status", "status_reason") == {
        "SK01.S2-03.R": (None, "open", "no_owner")
    }


def test_a_task_stores_script_policy_line_and_digest(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    task = care.task(REPAIR)
    assert (task["script_id"], len(task["script_version"])) == ("repair_call", 12)
    assert task["policy_digest"] == care.policy.digest
    assert task["policy_line"] == "changan-dealer/follow_ups/repair_call/due_after@2012-01-01"
    assert (task["channel"], task["owner_role"], task["priority"]) == ("phone", "AC", 3)


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    weekly_closed=st.sets(st.integers(1, 7), max_size=4),
    closed=st.sets(st.dates(date(2026, 1, 20), date(2026, 3, 20)), max_size=25),
    deliveries=st.lists(st.dates(date(2026, 1, 25), date(2026, 3, 5)), min_size=1, max_size=25),
)
@example(weekly_closed=set(), closed=set(), deliveries=[date(2026, 1, 25)] * 2)
def test_the_night_and_the_rules_agree_on_every_date(
    warehouse: Engine, weekly_closed: set[int], closed: set[date], deliveries: list[date]
) -> None:
    group = group_of(frozenset(weekly_closed), frozenset(closed))
    care = CareGroup(warehouse, group)
    care.empty("outbound.message", "care.follow_up_task", "ops.stage_report")
    care.empty("core.sales_order", "core.repair_order")
    for number, day in enumerate(deliveries):
        care.deliver(f"D{number}", day, ("CA01", "SK01")[number % 2])
        care.repair(f"R{number}", day, ("CA01", "SK01")[number % 2])
    first = min(deliveries)
    last = first + timedelta(days=60)
    for offset in range(0, 61, 2):
        care.night(first + timedelta(days=offset))
    open_days = OpenDays(weekly_closed, closed)
    expected: dict[str, Any] = {}
    for number, day in enumerate(deliveries):
        pack, store = (("changan-dealer", "CA01"), ("skoda-dealer", "SK01"))[number % 2]
        for follow_up in follow_ups(house_policy(), pack):
            if follow_up.event not in ORDER_EVENTS:
                continue
            document = ("R" if follow_up.event == "workshop_exit" else "D") + str(number)
            occurrence = f".{follow_up.occurrence}" if follow_up.occurrence > 1 else ""
            dates = due_dates(follow_up, day, open_days)
            if dates.open_on <= last + ONE_DAY:
                key = f"{store}.{follow_up.rule_id}.{document}{occurrence}"
                expected[key] = (
                    dates.open_on,
                    dates.due_on,
                    dates.deadline_on,
                    dates.expires_on,
                    dates.late_reason,
                )
    found = {
        key: (*row[1:5], None if row[5] == "late_by_data" else row[5])
        for key, row in care.tasks(
            "event", "open_on", "due_on", "deadline_on", "expires_on", "late_reason"
        ).items()
        if row[0] in ORDER_EVENTS
    }
    assert found == expected
