"""Follow-up tasks that change, fall away or end after they were made, on a real warehouse."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from care_group import (
    REPAIR,
    SEVEN_DAYS,
    THREE_DAYS,
    TWO_HOURS,
    CareGroup,
    changed_policy,
    group_of,
    is_balanced,
    july,
)
from sqlalchemy import Engine


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def test_a_number_that_is_put_right_releases_the_task(care: CareGroup) -> None:
    care.repair("R", july(1), deliverer_phone_check="too_short")
    care.night(july(1))
    care.repair("R", july(1), arrives=july(2))
    counts = care.night(july(2))
    assert care.tasks("status", "version") == {REPAIR: ("open", 2)}
    assert (counts["due"], counts["reopened"], counts["messages"]) == (1, 1, 1)
    assert is_balanced(counts)


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
    care.repair("R", july(2), arrives=july(2))
    counts = care.night(july(2))
    assert (counts["moved"], counts["made"]) == (1, 0)
    assert care.tasks("open_on", "due_on", "deadline_on", "expires_on", "version", "status") == {
        REPAIR: (july(3), july(5), july(5), july(17), 2, "open")
    }
    assert care.messages("external_key", "version", "action")[-1] == (REPAIR, 2, "upsert")


def test_a_task_that_moves_ahead_waits_for_its_day(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.answer("sent")
    care.repair("R", july(10), arrives=july(2))
    care.night(july(2))
    assert care.tasks("status", "status_reason") == {REPAIR: ("postponed", "not_yet")}
    assert care.messages("external_key", "action")[-1] == (REPAIR, "withdraw")
    care.nights(july(3), july(10))
    assert care.tasks("status", "status_reason") == {REPAIR: ("open", None)}


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
    assert (counts["reopened"], counts["made"], is_balanced(counts)) == (1, 0, True)
    columns = ("status", "version", "open_on", "made_day", "listed_day")
    assert care.tasks(*columns) == {REPAIR: ("open", 3, july(4), july(3), july(3))}


def test_what_comes_and_goes_in_runs_of_one_night_is_due_once(care: CareGroup) -> None:
    care.repair("R", july(1))
    for is_reversed in (False, True, False):
        care.repair("R", july(1), is_reversed=is_reversed)
        counts = care.night(july(1))
        assert (counts["due"], is_balanced(counts)) == (1, True)
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


@pytest.mark.parametrize("end", ["dead", "rejected", "dropped"])
def test_a_withdrawal_that_came_to_nothing_is_not_made_again(care: CareGroup, end: str) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.answer("sent")
    care.repair("R", july(1), arrives=july(2), status="cancelled")
    care.night(july(2))
    care.answer(end)
    care.nights(july(3), july(4))
    assert [row for row in care.messages("entity", "action", "state") if row[1] == "withdraw"] == [
        ("task", "withdraw", end)
    ]


def test_what_was_given_up_may_be_held_and_is_withdrawn(care: CareGroup) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    care.answer("dead")
    care.repair("R", july(1), arrives=july(2), status="cancelled")
    care.night(july(2))
    assert care.messages("entity", "action", "state")[-1] == ("task", "withdraw", "pending")


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


@pytest.mark.parametrize(
    "outcome",
    ["refused", "invalid_number", "wrong_person", "already_called", "not_our_customer"],
)
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


def after_a_change_of_policy(care: CareGroup, folder: Path, name: str, value: object) -> CareGroup:
    """Makes the repair calls of 8 and 9 July, and then gives a value a line from the 9th on."""
    for day in (8, 9):
        care.repair(f"R{day}", july(day))
        care.night(july(day))
    item = "changan-dealer/follow_ups/repair_call"
    return CareGroup(care.engine, policy=changed_policy(folder, item, name, {july(9): value}))


def test_a_line_added_for_days_that_were_served_moves_just_their_open_tasks(
    care: CareGroup, tmp_path: Path
) -> None:
    later = after_a_change_of_policy(care, tmp_path, "due_after", 2)
    assert later.night(july(10))["moved"] == 1
    assert later.tasks("due_on", "version") == {
        "CA01.S4-06.R8": (july(11), 1),
        "CA01.S4-06.R9": (july(11), 2),
    }


def test_a_rule_that_is_switched_off_for_a_day_withdraws_its_open_tasks(
    care: CareGroup, tmp_path: Path
) -> None:
    later = after_a_change_of_policy(care, tmp_path, "enabled", False)
    assert later.night(july(10))["reasons"] == {"withdrawn": {"rule_off": 1}}
    assert later.tasks("status") == {
        "CA01.S4-06.R8": ("open",),
        "CA01.S4-06.R9": ("withdrawn",),
    }


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
