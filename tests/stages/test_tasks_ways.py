"""By which way a task reaches a customer: call, gateway or message by hand, and how often."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import REPAIR, CareGroup, changed_policy, group_of, july, policy_without
from sqlalchemy import Engine

from aftercare.warehouse import run

REMINDER = "CA01.S4-05.A"


def with_gateway(engine: Engine, **targets: Any) -> CareGroup:
    return CareGroup(engine, group_of(targets={"messages": {"default": "sms"}, **targets}))


def told(care: CareGroup, key: str) -> list[tuple[str, str]]:
    rows = care.messages("external_key", "target", "action")
    return [(target, action) for name, target, action in rows if name == key]


def test_messages_go_to_the_gateway_and_calls_to_the_list(warehouse: Engine) -> None:
    care = with_gateway(warehouse)
    care.deliver("A", july(1))
    care.deliver("B", july(18))
    care.night(july(18))
    assert told(care, REMINDER) == [("sms", "upsert")]
    assert told(care, "CA01.S4-02.B") == [("workbook", "upsert")]


@pytest.mark.parametrize("messages", [{}, {"default": "sms", "stores": {"CA01": None}}])
def test_without_a_gateway_messages_stay_by_hand(warehouse: Engine, messages: Any) -> None:
    care = with_gateway(warehouse, messages=messages)
    care.deliver("A", july(1))
    care.night(july(18))
    assert told(care, REMINDER) == [("workbook", "upsert")]


def test_a_store_that_gets_a_gateway_takes_its_messages_from_the_list(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    care.deliver("A", july(1))
    care.night(july(18))
    care.group = group_of(targets={"messages": {"default": "sms"}})
    care.night(july(19))
    assert told(care, REMINDER) == [
        ("workbook", "upsert"),
        ("sms", "upsert"),
        ("workbook", "withdraw"),
    ]


def test_a_message_that_was_sent_finishes_its_task(warehouse: Engine) -> None:
    care = with_gateway(warehouse)
    care.deliver("A", july(1))
    care.night(july(18))
    care.call(REMINDER, july(19), "message_sent", attempt_no=0)
    care.night(july(19))
    assert care.tasks("status", "status_reason")[REMINDER] == ("done", "message_sent")


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """A repair whose customer may be called from 2 to 16 July."""
    care = CareGroup(warehouse)
    care.repair("R", july(1))
    care.night(july(1))
    return care


def called(
    care: CareGroup, *days: int, key: str = REPAIR, outcome: str = "no_answer", hours: int = 0
) -> None:
    """Calls in vain at noon of days of July, or so many hours later, with the nights after them."""
    for number, day in enumerate(days, start=1):
        moment = care_noon(day) + timedelta(hours=hours)
        care.call(key, july(day), outcome, attempt_no=number, called_at=moment)
        care.night(july(day))


def care_noon(day: int) -> datetime:
    return datetime(2026, 7, day, 4, tzinfo=UTC)


def row(care: CareGroup, *columns: str, key: str = REPAIR) -> Any:
    return care.tasks(*columns)[key]


def to_be_checked(care: CareGroup, *stores: str) -> list[str]:
    with care.engine.connect() as connection:
        found = run(connection, "morning/list_unreachable", stores=list(stores or ("*",)))
        return [line.task_key for line in found]


@pytest.mark.parametrize(
    ("hours", "half"), [(-1, "afternoon"), (0, "morning"), (5, "morning"), (-12, None)]
)
def test_a_call_in_vain_is_followed_by_one_on_another_half_day(
    care: CareGroup, hours: int, half: str | None
) -> None:
    called(care, 2, hours=hours)
    found = row(care, "status", "attempts", "next_attempt_on", "next_attempt_half")
    assert found == ("open", 1, july(3), half)


def test_the_next_attempt_is_on_an_open_day(warehouse: Engine) -> None:
    care = CareGroup(warehouse, group_of(closed=frozenset({july(3), july(4)})))
    care.repair("R", july(1))
    called(care, 2)
    assert row(care, "next_attempt_on") == (july(5),)


def test_the_time_of_day_that_the_customer_likes_comes_first(care: CareGroup) -> None:
    care.prefer("channel", july(1), vin="VINR", preferred_slot="evening")
    called(care, 2)
    found = row(care, "preferred_slot", "next_attempt_on", "next_attempt_half")
    assert found == ("evening", july(3), None)


def test_an_attempt_is_sent_once_and_again_only_with_the_next(care: CareGroup) -> None:
    called(care, 2)
    version = row(care, "version")
    assert care.night(july(2))["changed"] == 0
    care.nights(july(3), july(4))
    assert row(care, "version") == version
    care.call(REPAIR, july(5), "busy", attempt_no=2)
    care.night(july(5))
    assert row(care, "attempts", "next_attempt_on") == (2, july(6))


def test_several_calls_of_one_half_day_are_one_attempt(care: CareGroup) -> None:
    for number, minutes in enumerate((0, 10, 200), start=1):
        moment = care_noon(2) + timedelta(minutes=minutes)
        care.call(REPAIR, july(2), "busy", attempt_no=number, called_at=moment)
    care.call(REPAIR, july(2), "busy", attempt_no=4, called_at=care_noon(2) - timedelta(hours=1))
    care.night(july(2))
    assert row(care, "attempts", "channel") == (2, "phone")


def test_after_three_attempts_a_message_and_then_nothing_more(care: CareGroup) -> None:
    called(care, 2, 3, 4)
    found = row(care, "status", "channel", "script_id", "attempts", "next_attempt_on")
    assert found == ("open", "sms", "repair_missed", 3, None)
    assert to_be_checked(care) == []
    care.call(REPAIR, july(5), "message_sent", attempt_no=4)
    care.night(july(5))
    assert row(care, "status", "status_reason") == ("done", "unreachable")
    assert care.night(july(6))["changed"] == 0
    assert told(care, REPAIR)[-1] == ("workbook", "withdraw")


def test_the_message_after_the_calls_goes_through_the_gateway(warehouse: Engine) -> None:
    care = with_gateway(warehouse)
    care.repair("R", july(1))
    called(care, 2, 3, 4)
    assert told(care, REPAIR)[-2:] == [("sms", "upsert"), ("workbook", "withdraw")]
    care.call(REPAIR, july(5), "message_sent", attempt_no=0)
    care.night(july(5))
    assert row(care, "status", "status_reason") == ("done", "unreachable")


def test_who_wants_no_message_is_unreachable_after_the_calls(care: CareGroup) -> None:
    care.prefer("stop", july(1), vin="VINR", stopped_contact="sms")
    called(care, 2, 3, 4)
    assert row(care, "status", "status_reason") == ("done", "unreachable")


def test_a_message_that_nobody_sent_ends_with_the_task(care: CareGroup) -> None:
    called(care, 2, 3, 4)
    care.nights(july(5), july(15))
    assert row(care, "status") == ("open",)
    care.night(july(16))
    assert row(care, "status", "status_reason") == ("done", "unreachable")


def test_policy_says_how_often_and_whether_a_message_follows(
    warehouse: Engine, tmp_path: Path
) -> None:
    changed_policy(tmp_path, "house/attempts", "attempts", {date(2026, 7, 1): 2})
    policy = changed_policy(tmp_path, "house/attempts", "message_after", {date(2026, 7, 1): False})
    care = CareGroup(warehouse, policy=policy)
    care.repair("R", july(1))
    called(care, 2, 3)
    assert row(care, "status", "status_reason") == ("done", "unreachable")


def test_who_was_reached_after_all_is_reached(care: CareGroup) -> None:
    called(care, 2, 3, 4)
    care.call(REPAIR, july(5), "reached", attempt_no=4)
    care.night(july(5))
    assert row(care, "status", "status_reason") == ("done", "reached")
    assert to_be_checked(care) == []


def given_up(care: CareGroup, **other: Any) -> None:
    """The repair's customer is unreachable, and a delivery on the same number is to be followed up."""
    care.deliver("A", july(2), customer_phone_hash=b"phone R", vin="VINR", **other)
    care.prefer("stop", july(1), vin="VINR", stopped_contact="sms")
    called(care, 2, 3, 4)


def test_a_number_that_nobody_answers_is_called_for_nothing_else(care: CareGroup) -> None:
    given_up(care)
    assert row(care, "status", "status_reason") == ("done", "unreachable")
    care.nights(july(5), july(8))
    assert row(care, "status", "status_reason", key="CA01.S4-04.A") == ("held", "unreachable")
    assert to_be_checked(care) == [REPAIR]
    assert to_be_checked(care, "CA01") == [REPAIR]
    assert to_be_checked(care, "SK01") == []


def test_a_number_that_is_put_right_is_called_again(care: CareGroup) -> None:
    given_up(care)
    care.nights(july(5), july(8))
    care.deliver("A", july(2), arrives=july(9), customer_phone_hash=b"phone new", vin="VINR")
    care.night(july(9))
    assert row(care, "status", key="CA01.S4-04.A") == ("open",)
    assert to_be_checked(care) == [REPAIR]
    care.repair("R", july(1), arrives=july(10), deliverer_phone_hash=b"phone new", vin="VINR")
    care.night(july(10))
    assert row(care, "attempts", "tried_hash", "merged_into")[:2] == (0, None)
    assert row(care, "status")[0] in ("open", "postponed")
    assert to_be_checked(care) == []


def test_a_number_that_is_given_again_is_called_again(care: CareGroup) -> None:
    care.prefer("stop", july(1), vin="VINR", stopped_contact="sms")
    called(care, 2, 3, 4)
    care.repair("S", july(6), deliverer_phone_hash=b"phone R")
    care.night(july(6))
    assert row(care, "status", key="CA01.S4-06.S") == ("open",)


def test_a_call_in_vain_that_is_told_later_still_counts_for_what_was_given_before_it(
    care: CareGroup,
) -> None:
    care.prefer("stop", july(1), vin="VINR", stopped_contact="sms")
    called(care, 2, 3, 4)
    care.repair("S", july(5), deliverer_phone_hash=b"phone R")
    care.night(july(5))
    assert row(care, "status", key="CA01.S4-06.S") == ("open",)
    care.call(REPAIR, july(5), "no_answer", attempt_no=4, arrives=july(6))
    for day in (6, 7):
        care.night(july(day))
        assert row(care, "tried_on") == (july(5),)
        assert row(care, "status", "status_reason", key="CA01.S4-06.S") == ("held", "unreachable")


def test_one_person_is_checked_once_however_many_tasks_ended(care: CareGroup) -> None:
    care.prefer("stop", july(1), vin="VINR", stopped_contact="sms")
    care.repair("S", july(1), deliverer_phone_hash=b"phone R", vin="VINR")
    for key in (REPAIR, "CA01.S4-06.S"):
        for number, day in enumerate((2, 3, 4), start=1):
            care.call(key, july(day), "no_answer", attempt_no=number)
    care.night(july(4))
    assert set(care.tasks("status_reason").values()) == {("unreachable",)}
    assert to_be_checked(care) == [REPAIR]


def test_the_order_of_nights_changes_nothing_about_attempts(warehouse: Engine) -> None:
    ends = []
    for order in ((2, 3, 4, 5, 6, 9), (9, 6, 2, 5, 4, 3)):
        care = CareGroup(warehouse)
        care.empty("outbound.message", "care.follow_up_task", "ops.stage_report")
        care.repair("R", july(1))
        care.repair("S", july(1), deliverer_phone_hash=b"phone R", vin="VINR")
        for number, day in enumerate((2, 3, 4), start=1):
            care.call(REPAIR, july(day), "no_answer", attempt_no=number)
        care.call(REPAIR, july(5), "message_sent", attempt_no=4)
        care.night(july(1))
        for day in order:
            care.night(july(day))
        columns = ("status", "status_reason", "attempts", "channel", "next_attempt_on", "tried_on")
        ends.append(care.tasks(*columns, "script_id", "tried_hash"))
    assert ends[0] == ends[1]
    assert ends[0][REPAIR][:2] == ("done", "unreachable")
    assert ends[0]["CA01.S4-06.S"][:2] == ("held", "unreachable")


def test_a_message_instead_of_a_call_has_words_of_its_own_and_ends_with_it(
    care: CareGroup,
) -> None:
    care.prefer("channel", july(1), vin="VINR", preferred_channel="sms")
    care.night(july(1))
    assert row(care, "channel", "script_id") == ("sms", "repair_message")
    care.call(REPAIR, july(2), "message_sent")
    care.night(july(2))
    assert row(care, "status", "status_reason") == ("done", "message_sent")


def test_a_follow_up_without_messages_of_its_own_has_the_house_s(
    warehouse: Engine, tmp_path: Path
) -> None:
    policy = policy_without(
        tmp_path, "changan-dealer/follow_ups/repair_call", "message_script", "missed_script"
    )
    care = CareGroup(warehouse, policy=policy)
    care.repair("R", july(1))
    care.repair("S", july(1))
    care.prefer("channel", july(1), vin="VINS", preferred_channel="sms")
    called(care, 2, 3, 4)
    assert row(care, "channel", "script_id") == ("sms", "missed_call")
    assert care.tasks("channel", "script_id")["CA01.S4-06.S"] == ("sms", "care_message")


def test_a_message_by_the_way_ends_no_call(care: CareGroup) -> None:
    care.call(REPAIR, july(2), "message_sent")
    care.night(july(2))
    assert row(care, "status", "channel") == ("open", "phone")


@pytest.mark.parametrize("stopped", ["sms", "all"])
def test_a_reminder_that_may_not_be_written_is_called(care: CareGroup, stopped: str) -> None:
    care.deliver("A", july(1))
    care.prefer("stop", july(1), vin="VINA", stopped_contact=stopped)
    care.night(july(18))
    status, reason, channel, script = row(
        care, "status", "status_reason", "channel", "script_id", key=REMINDER
    )
    assert (channel, script) == ("phone", "run_in_call")
    assert (status, reason) == (("held", "stopped") if stopped == "all" else ("open", None))


def test_a_reminder_that_the_gateway_cannot_send_is_called(warehouse: Engine) -> None:
    care = with_gateway(warehouse)
    care.deliver("A", july(1))
    care.night(july(18))
    care.call(REMINDER, july(19), "message_refused", attempt_no=0)
    care.night(july(19))
    assert row(care, "status", "channel", "script_id", key=REMINDER) == (
        "open",
        "phone",
        "run_in_call",
    )
    assert told(care, REMINDER)[-2:] == [("workbook", "upsert"), ("sms", "withdraw")]
    called(care, 20, 21, 22, key=REMINDER)
    assert row(care, "status_reason", key=REMINDER) == ("unreachable",)


def test_who_was_unreachable_stays_so_when_only_asked_what_was_told(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    care.repair("R", july(5))
    care.night(july(5))
    for number in (8, 9, 10):
        care.call(REPAIR, july(number), "no_answer", attempt_no=number)
        care.call(REPAIR, july(number), "message_sent", attempt_no=10 + number)
        care.night(july(number))
    assert care.tasks("status_reason")[REPAIR] == ("unreachable",)
    care.prefer("channel", july(12), vin="VINR", preferred_channel="sms")
    care.night(july(12))
    # What this order has to say might have been said in the call that was a message.
    care.deliver("A", july(1) - timedelta(days=11), arrives=july(13))
    care.night(july(13))
    assert REMINDER in care.tasks()
    assert care.tasks("status_reason")[REPAIR] == ("unreachable",)
