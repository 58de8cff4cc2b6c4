"""Follow-up tasks, night by night, on a real warehouse."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import CareGroup, changed_policy, group_of, house_policy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from aftercare.errors import PolicyError
from aftercare.rules.calendar import OpenDays
from aftercare.rules.due import due_dates, follow_ups
from aftercare.stages.tasks import make_tasks

FIRST = date(2026, 7, 1)
ONE_DAY = timedelta(days=1)
TWO_HOURS, THREE_DAYS, SEVEN_DAYS = "CA01.S4-02.A", "CA01.S4-03.A", "CA01.S4-04.A"
REPAIR = "CA01.S4-06.R"
DATES = ("open_on", "due_on", "deadline_on", "expires_on")


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def july(day: int) -> date:
    return date(2026, 7, day)


def balance(counts: dict[str, Any]) -> bool:
    ends = ("messages", "expired", "held", "postponed", "missed", "done")
    due: int = counts["due"]
    return due == sum(counts[name] for name in ends) == counts["made"] + counts["reopened"]


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
    assert care.tasks("occurrence", "due_on") == {
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
    assert balance(counts)
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


def test_a_number_that_is_put_right_releases_the_task(care: CareGroup) -> None:
    care.repair("R", july(1), deliverer_phone_check="too_short")
    care.night(july(1))
    care.repair("R", july(1), arrives=july(2))
    counts = care.night(july(2))
    assert care.tasks("status", "version") == {REPAIR: ("open", 2)}
    assert (counts["due"], counts["reopened"], counts["messages"]) == (1, 1, 1)
    assert balance(counts)


def test_a_new_number_is_sent_again(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.repair("R", july(1), arrives=july(2), deliverer_phone_hash=b"another")
    counts = care.night(july(2))
    assert (counts["updated"], counts["due"]) == (1, 0)
    assert care.messages("entity", "version") == [
        ("contact", 1),
        ("task", 1),
        ("contact", 2),
        ("task", 2),
    ]


def test_a_day_that_is_closed_afterwards_moves_its_tasks(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.group = group_of(closed=frozenset({july(4)}))
    assert care.night(july(2))["moved"] == 1
    assert care.tasks("due_on", "deadline_on") == {REPAIR: (july(3), july(3))}


def test_a_moved_document_moves_its_task_under_the_same_key(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.repair("R", july(3), arrives=july(2))
    counts = care.night(july(2))
    assert (counts["moved"], counts["made"]) == (1, 0)
    assert care.tasks(*DATES, "version", "status") == {
        REPAIR: (july(4), july(6), july(6), july(18), 2, "open")
    }
    assert care.messages("external_key", "version", "action")[-1] == (REPAIR, 2, "upsert")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_reversed": True}, "reversed"),
        ({"status": "cancelled"}, "cancelled"),
        ({"ro_type": "pre_delivery"}, "pre_delivery"),
        ({"exit_on": None}, "not_left"),
    ],
)
def test_a_repair_order_that_falls_away_withdraws_its_task(
    care: CareGroup, change: dict[str, Any], reason: str
) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    exit_on = change.pop("exit_on", july(1))
    care.repair("R", exit_on, arrives=july(2), **change)
    counts = care.night(july(2))
    assert counts["withdrawn"] == 1
    assert care.tasks("status", "status_reason", "due_on") == {
        REPAIR: ("withdrawn", reason, july(4))
    }
    assert care.messages("external_key", "version", "action", "state")[-1] == (
        REPAIR,
        2,
        "withdraw",
        "pending",
    )


def test_a_withdrawn_task_keeps_the_day_on_which_it_was_withdrawn(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    for arrives, change in ((july(2), {"is_reversed": True}), (july(3), {"status": "cancelled"})):
        care.repair("R", july(1), arrives=arrives, **change)
        care.night(arrives)
    assert care.tasks("status", "status_reason", "version", "changed_day") == {
        REPAIR: ("withdrawn", "cancelled", 3, july(2))
    }


def test_an_order_that_vanished_withdraws_its_task(care: CareGroup) -> None:
    care.deliver("A", july(1))
    care.night(july(1))
    care.forget("A")
    care.night(july(2))
    assert care.tasks("status", "status_reason") == {TWO_HOURS: ("withdrawn", "document_gone")}


def test_a_reissued_settlement_opens_the_same_task_again(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.repair("R", july(1), arrives=july(2), is_reversed=True)
    care.night(july(2))
    care.repair("R", july(3), arrives=july(3), previous_settlement_no="1")
    counts = care.night(july(3))
    assert (counts["reopened"], counts["made"], balance(counts)) == (1, 0, True)
    columns = ("status", "version", "open_on", "made_day", "listed_day")
    assert care.tasks(*columns) == {REPAIR: ("open", 3, july(4), july(1), july(3))}


def test_what_comes_and_goes_in_runs_of_one_night_is_due_once(care: CareGroup) -> None:
    care.repair("R", july(1))
    for is_reversed in (False, True, False):
        care.repair("R", july(1), is_reversed=is_reversed)
        counts = care.night(july(1))
        assert (counts["due"], balance(counts)) == (1, True)
    assert care.tasks("status", "version") == {REPAIR: ("open", 3)}


def test_what_was_never_told_is_not_withdrawn(care: CareGroup) -> None:
    care.repair("R", july(1), deliverer_phone_check="missing")
    care.night(july(1))
    care.repair("R", july(1), arrives=july(2), is_reversed=True)
    care.night(july(2))
    assert care.messages("message_id") == []


def test_a_task_is_withdrawn_from_a_target_once(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.answer("sent")
    care.repair("R", july(1), arrives=july(2), is_reversed=True)
    care.nights(july(2), july(18))
    actions = [action for entity, action in care.messages("entity", "action") if entity == "task"]
    assert actions == ["upsert", "withdraw"]


def test_a_customer_who_was_reached_closes_the_task(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(2), "no_answer")
    care.night(july(2))
    assert care.tasks("status") == {REPAIR: ("open",)}
    care.call(REPAIR, july(3), "reached", attempt_no=2)
    counts = care.night(july(3))
    assert counts["later_done"] == 1
    assert care.tasks("status", "status_reason") == {REPAIR: ("done", "reached")}


@pytest.mark.parametrize("outcome", ["refused", "invalid_number", "wrong_person"])
def test_a_final_outcome_closes_the_task_with_that_reason(care: CareGroup, outcome: str) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(2), outcome)
    care.night(july(2))
    assert care.tasks("status", "status_reason") == {REPAIR: ("done", outcome)}


def test_who_is_reached_in_the_end_was_reached(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(2), "reached")
    care.call(REPAIR, july(3), "refused", attempt_no=2)
    care.night(july(3))
    assert care.task(REPAIR)["status_reason"] == "reached"


def test_a_corrected_outcome_opens_the_task_again(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(2), "reached")
    care.night(july(2))
    care.call(REPAIR, july(2), "no_answer", arrives=july(3))
    care.night(july(3))
    assert care.tasks("status", "status_reason") == {REPAIR: ("open", None)}


def test_a_task_is_missed_at_the_end_of_its_last_day(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.nights(july(1), july(15))
    assert care.task(REPAIR)["status"] == "open"
    counts = care.night(july(16))
    assert counts["later_missed"] == 1
    assert care.tasks("status", "status_reason", "expires_on") == {
        REPAIR: ("missed", "not_called", july(16))
    }


def test_a_missed_task_says_what_became_of_the_last_call(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(5), "busy")
    care.call(REPAIR, july(6), "powered_off", attempt_no=2)
    care.nights(july(6), july(16))
    assert care.task(REPAIR)["status_reason"] == "powered_off"


def test_a_call_that_becomes_known_after_the_expiry_undoes_missed(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.nights(july(1), july(16))
    care.call(REPAIR, july(16), "reached", arrives=july(18))
    care.night(july(18))
    assert care.tasks("status", "status_reason") == {REPAIR: ("done", "reached")}


def test_a_call_after_the_expiry_changes_nothing(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.nights(july(1), july(16))
    care.call(REPAIR, july(17), "reached")
    assert care.night(july(17))["changed"] == 0


def test_a_call_that_was_made_stays_made_when_the_order_is_reversed(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.repair("R", july(1), arrives=july(2), is_reversed=True)
    care.night(july(2))
    care.call(REPAIR, july(2), "reached", arrives=july(3))
    care.night(july(3))
    assert care.tasks("status", "status_reason") == {REPAIR: ("done", "reached")}


def test_a_finished_task_keeps_the_dates_it_was_finished_with(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.call(REPAIR, july(2), "reached")
    care.night(july(2))
    care.repair("R", date(2026, 6, 1), arrives=july(3))
    assert care.night(july(3))["changed"] == 0


def test_a_document_that_moves_after_the_task_was_missed_opens_it_again(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.nights(july(1), july(16))
    care.repair("R", july(10), arrives=july(17))
    counts = care.night(july(17))
    assert (counts["reopened"], counts["messages"]) == (1, 1)
    assert care.tasks("status", "expires_on") == {REPAIR: ("open", july(25))}


def test_nobody_is_called_who_asked_not_to_be_called_again(care: CareGroup) -> None:
    care.deliver("A", july(1), vin="SAME")
    care.night(july(1))
    care.call(TWO_HOURS, july(2), "reached", is_do_not_call=True)
    care.nights(july(2), july(7))
    assert care.tasks("status", "status_reason") == {
        TWO_HOURS: ("done", "reached"),
        THREE_DAYS: ("missed", "do_not_call"),
        SEVEN_DAYS: ("held", "do_not_call"),
    }


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
    care.release("repair_order", "CA01", "R", july(6))
    counts = care.night(july(6))
    assert (counts["made"], counts["due"], balance(counts)) == (1, 1, True)
    columns = ("status", "made_day", "listed_day", "late_reason")
    assert care.tasks(*columns) == {REPAIR: ("open", july(6), july(6), "late_by_data")}


def test_connecting_a_store_with_history_makes_nothing_that_is_over(care: CareGroup) -> None:
    for number in range(200):
        care.repair(f"R{number}", FIRST - number * ONE_DAY, arrives=july(1))
    counts = care.night(july(1))
    assert (counts["made"], counts["missed"]) == (16, 1)
    assert min(row["expires_on"] for row in care.tasks().values()) == july(1)


def test_a_backfill_gives_the_tasks_of_undisturbed_nights_and_sends_nothing(
    care: CareGroup,
) -> None:
    care.deliver("A", july(1))
    care.repair("R", july(2))
    care.nights(july(1), july(20), today=date(2026, 9, 1))
    backfilled = care.tasks()
    assert {state for (state,) in care.messages("state")} == {"expired"}
    assert {row["status"] for row in backfilled.values()} == {"missed"}
    care.empty("outbound.message", "care.follow_up_task", "ops.stage_report")
    care.nights(july(1), july(20))
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
    assert len(ends[0]) == 8


def test_one_date_in_a_policy_changes_the_tasks_from_that_day_on(
    warehouse: Engine, tmp_path: Path
) -> None:
    policy = changed_policy(
        tmp_path, "changan-dealer/follow_ups/repair_call", "due_after", {july(10): 2}
    )
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


def test_a_line_added_for_days_that_were_served_moves_just_their_open_tasks(
    care: CareGroup, tmp_path: Path
) -> None:
    care.repair("R8", july(8))
    care.repair("R9", july(9))
    care.nights(july(8), july(9))
    policy = changed_policy(
        tmp_path, "changan-dealer/follow_ups/repair_call", "due_after", {july(9): 2}
    )
    later = CareGroup(care.engine, policy=policy)
    assert later.night(july(10))["moved"] == 1
    assert later.tasks("due_on", "version") == {
        "CA01.S4-06.R8": (july(11), 1),
        "CA01.S4-06.R9": (july(11), 2),
    }


def test_a_rule_that_is_switched_off_for_a_day_withdraws_its_open_tasks(
    care: CareGroup, tmp_path: Path
) -> None:
    care.repair("R8", july(8))
    care.repair("R9", july(9))
    care.nights(july(8), july(9))
    policy = changed_policy(
        tmp_path, "changan-dealer/follow_ups/repair_call", "enabled", {july(9): False}
    )
    later = CareGroup(care.engine, policy=policy)
    assert later.night(july(10))["reasons"] == {"withdrawn": {"rule_off": 1}}
    assert later.tasks("status") == {
        "CA01.S4-06.R8": ("open",),
        "CA01.S4-06.R9": ("withdrawn",),
    }


def test_the_lines_that_made_a_task_are_marked_as_used(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    with care.engine.connect() as connection:
        used = connection.execute(
            text("select line_id from ops.policy_line where is_used order by 1")
        ).scalars()
        names = [line_id.rpartition("/")[2].partition("@")[0] for line_id in used]
    assert names == sorted(
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
        ]
    )


def test_tasks_ask_for_a_policy_that_was_loaded(care: CareGroup, tmp_path: Path) -> None:
    policy = changed_policy(
        tmp_path, "changan-dealer/follow_ups/repair_call", "due_after", {july(9): 2}
    )
    with pytest.raises(PolicyError, match="is not in the warehouse; load it before"):
        make_tasks(care.engine, care.group, policy, july(1), july(2))


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


def test_a_store_that_gets_another_target_leaves_the_old_one(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    care.repair("R", july(1))
    care.night(july(1))
    care.answer("sent")
    care.group = group_of(targets={"default": "workbook", "stores": {"CA01": "odoo"}})
    assert care.night(july(2))["changed"] == 0
    columns = ("target", "entity", "version", "action")
    assert care.messages(*columns)[2:] == [
        ("odoo", "contact", 1, "upsert"),
        ("odoo", "task", 1, "upsert"),
        ("workbook", "task", 1, "withdraw"),
    ]
    care.night(july(3))
    assert len(care.messages(*columns)) == 5


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


def test_a_task_keeps_its_owner_when_somebody_joins_and_not_when_they_leave(
    warehouse: Engine,
) -> None:
    care = CareGroup(warehouse)
    care.person("CA01-AC2", "AC", "CA01")
    for number in range(20):
        care.repair(f"R{number}", july(1))
    care.night(july(1))
    before = care.tasks("owner_no")
    care.person("CA01-AC3", "AC", "CA01", since=july(3))
    care.night(july(2))
    care.night(july(3))
    assert care.tasks("owner_no") == before
    care.person("CA01-AC2", "AC", "CA01", until=july(4))
    care.night(july(4))
    after = care.tasks("owner_no")
    moved = {key for key in after if after[key] != before[key]}
    assert moved == {key for key, owner in before.items() if owner == ("CA01-AC2",)}
    assert {after[key] for key in moved} == {("CA01-AC1",)}


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
            document = ("D" if follow_up.event == "delivery" else "R") + str(number)
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
        key: (*row[:4], None if row[4] == "late_by_data" else row[4])
        for key, row in care.tasks(*DATES, "late_reason").items()
    }
    assert found == expected
