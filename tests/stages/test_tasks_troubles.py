"""What customers complain of in a call is work inside the house: seen to, and never a second call."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from care_group import CareGroup, changed_policy, july
from sqlalchemy import Engine, text

from aftercare.stages.policy import load_policy

CALL = "CA01.S4-06.A"
TROUBLE, REVIEW = "CA01.S4-26.A.20260702R1", "CA01.S4-26.A.20260702R5"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """A visit that ended on the 1st of July, with the task to call about it on the 2nd."""
    made = CareGroup(warehouse)
    made.person("CA01-SUP1", "SUP", "CA01")
    made.repair("A", july(1))
    made.night(july(1))
    return made


def status(care: CareGroup, key: str = TROUBLE) -> tuple[Any, ...]:
    task = care.task(key)
    return task["status"], task["status_reason"]


def test_a_trouble_is_on_the_list_of_the_next_day(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3)
    counts = care.night(july(2))
    assert counts["messages"] == 1
    assert status(care) == ("open", None)
    assert ("workbook", "upsert") in [
        (target, action)
        for key, target, action in care.messages("external_key", "target", "action")
        if key == TROUBLE
    ]


def test_nothing_that_a_customer_said_holds_it(care: CareGroup) -> None:
    care.prefer("stop", july(1), vin="VINA", stopped_contact="all")
    care.call(CALL, july(2), satisfaction=3, is_do_not_call=True)
    care.night(july(2))
    assert status(care) == ("open", None)


def test_it_takes_nobody_s_one_call_of_the_day(care: CareGroup) -> None:
    care.call(CALL, july(2), is_complaint=True)
    care.repair("B", july(2), vin="VINA", deliverer_phone_hash=b"phone A")
    care.night(july(2))
    assert status(care) == ("open", None)
    assert status(care, "CA01.S4-06.B") == ("open", None)


def test_who_passed_it_on_finishes_it_and_has_called_nobody(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3)
    care.night(july(2))
    care.deliver("C", date(2026, 6, 15), vin="VINA", customer_phone_hash=b"phone A")
    care.call(TROUBLE, july(3), satisfaction=1)
    care.night(july(3))
    assert status(care) == ("done", "reached")
    assert [key for key in care.tasks() if ".S4-26." in key] == [TROUBLE]
    assert status(care, "CA01.S4-05.C") == ("open", None)


def test_what_nobody_saw_to_stands_until_its_time_is_over(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3)
    care.night(july(2))
    care.call(TROUBLE, july(3), "no_answer")
    care.call(TROUBLE, july(6), "no_answer")
    care.call(TROUBLE, july(7), "no_answer")
    care.night(july(7))
    assert status(care) == ("open", None)
    care.night(date(2026, 8, 1))
    assert status(care) == ("missed", "no_answer")


def test_two_calls_of_a_day_about_one_visit_are_one_trouble(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=6)
    care.call(CALL, july(2), satisfaction=2, attempt_no=2)
    care.night(july(2))
    assert [key for key in care.tasks() if ".S4-26." in key] == [TROUBLE]
    assert care.task(TROUBLE)["script_id"] == "trouble"


def test_a_mark_that_was_put_right_is_another_rule_s_or_nobody_s(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3)
    care.night(july(2))
    care.call(CALL, july(2), satisfaction=6, arrives=july(3))
    care.night(july(3))
    assert status(care) == ("withdrawn", "answer_corrected")
    assert status(care, REVIEW) == ("open", None)
    care.call(CALL, july(2), satisfaction=9, arrives=july(4))
    care.night(july(4))
    assert status(care, REVIEW) == ("withdrawn", "answer_corrected")
    care.call(CALL, july(2), satisfaction=4, arrives=july(5))
    care.night(july(5))
    assert status(care) == ("open", None)


def test_a_review_that_was_done_does_not_settle_a_complaint_that_comes_later(
    care: CareGroup,
) -> None:
    care.call(CALL, july(2), satisfaction=6)
    care.night(july(2))
    care.call(REVIEW, july(3))
    care.night(july(3))
    care.call(CALL, july(2), satisfaction=6, is_complaint=True, arrives=july(4))
    care.night(july(4))
    assert status(care, REVIEW) == ("done", "reached")
    assert status(care) == ("open", None)


def test_what_is_told_later_is_sent_again(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3)
    care.night(july(2))
    care.call(CALL, july(2), satisfaction=3, remark_hash=b"waited", arrives=july(3))
    care.night(july(3))
    assert care.task(TROUBLE)["version"] == 2
    assert care.night(july(3))["changed"] == 0


def test_an_order_and_a_visit_of_one_number_have_a_trouble_each(care: CareGroup) -> None:
    care.deliver("A", date(2026, 6, 25), vin="VINS")
    care.nights(july(1), july(1))
    care.call(CALL, july(2), satisfaction=3)
    care.call("CA01.S4-04.A", july(2), satisfaction=3)
    care.night(july(2))
    found = sorted(key for key in care.tasks() if ".S4-26." in key)
    assert found == [TROUBLE, "CA01.S4-26.A.20260702S1"]


def test_a_rule_that_is_switched_off_takes_its_tasks_along(care: CareGroup, tmp_path: Path) -> None:
    care.call(CALL, july(2), satisfaction=3)
    care.night(july(2))
    item = "changan-dealer/follow_ups/trouble"
    care.policy = changed_policy(tmp_path, item, "enabled", {date(2026, 7, 1): False})
    load_policy(care.engine, care.policy)
    care.night(july(3))
    assert status(care) == ("withdrawn", "rule_off")


def test_a_call_that_is_handed_in_late_is_seen_to_and_says_so(care: CareGroup) -> None:
    care.night(july(5))
    care.call(CALL, july(2), satisfaction=3, arrives=july(6))
    care.night(july(6))
    task = care.task(TROUBLE)
    assert (task["status"], task["late_reason"]) == ("open", "late_by_data")
    assert task["arrived_day"] == july(6)


def test_what_is_said_of_a_trouble_makes_no_other_one(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3)
    care.night(july(2))
    care.call(TROUBLE, july(3), is_complaint=True, satisfaction=1)
    care.night(july(3))
    care.night(july(4))
    assert [key for key in care.tasks() if ".S4-26." in key] == [TROUBLE]


def test_new_keys_send_no_trouble_again(care: CareGroup) -> None:
    care.call(CALL, july(2), satisfaction=3, remark_hash=b"waited")
    care.night(july(2))
    with care.engine.begin() as connection:
        connection.execute(text("update core.call_result set remark_hash = 'by a new key'"))
    assert care.night(july(2))["changed"] == 0
