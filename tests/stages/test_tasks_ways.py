"""By which way a task reaches a customer: call, gateway or message by hand."""

from typing import Any

import pytest
from care_group import CareGroup, group_of, july
from sqlalchemy import Engine

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
