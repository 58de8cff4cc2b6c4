"""A birthday from the order to the phone: the gateway wishes it once, or a caller does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from care_group import CareGroup, group_of, july
from sms_gateway import SmsGateway
from sqlalchemy import Engine

from aftercare.stages.campaigns import Campaign, start
from aftercare.stages.merge import merge
from aftercare.stages.push import push
from aftercare.stages.read_back import read_back
from aftercare.stages.validate import validate

GREETING, CALL = "SK01.S2-06.A.20260709", "SK01.S2-03.R"
PHONE = "13900000001"


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with SmsGateway() as running:
        yield running


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    made = CareGroup(warehouse, group_of(targets={"messages": {"default": "sms"}}))
    made.deliver(
        "A",
        date(2025, 3, 10),
        store_code="SK01",
        born_on=date(1986, 7, 9),
        customer_phone_hash=b"one phone",
        customer_phone_cipher=made.keyring.encrypt(PHONE),
    )
    return made


def send(care: CareGroup, gateway: SmsGateway, on: date) -> dict[str, Any]:
    """The gateway's push of a morning, after the night before."""
    moment = datetime.combine(on, time(10), care.group.time_zone)
    day = july(on.day - 1)
    return push(
        care.engine,
        care.keyring,
        care.group,
        gateway.target(),
        day,
        on,
        care.policy,
        lambda: moment,
    )


def read(care: CareGroup, gateway: SmsGateway, day: date) -> None:
    """What the gateway said that day, as calls of the tasks."""
    with care.engine.begin() as connection:
        said = datetime.combine(day, time(10), care.group.time_zone)
        connection.execute(care.table("outbound.ledger").update().values(acknowledged_at=said))
        connection.execute(care.table("outbound.message").update().values(finished_at=said))
    read_back(care.engine, care.keyring, care.group, gateway.target(), day)
    validate(care.engine, care.group, "sms", "call_result", day)
    merge(care.engine, care.group, "sms", "call_result", day)


def test_a_birthday_is_wished_by_message_once_and_its_task_is_done(
    care: CareGroup, gateway: SmsGateway
) -> None:
    care.nights(july(7), july(8))
    assert care.task(GREETING)["status"] == "open"
    for _ in range(2):
        send(care, gateway, july(9))
    assert [each["mobile"] for each in gateway.taken] == [PHONE]
    assert "生日快乐" in str(gateway.taken[0])
    for _ in range(2):
        read(care, gateway, july(9))
        care.night(july(9))
        send(care, gateway, july(10))
    task = care.task(GREETING)
    assert (task["status"], task["status_reason"]) == ("done", "message_sent")
    assert list(gateway.times().values()) == [1]


def test_where_there_is_a_call_that_day_the_caller_wishes_it_and_no_message_leaves(
    care: CareGroup, gateway: SmsGateway
) -> None:
    care.repair("R", july(8), store_code="SK01", deliverer_phone_hash=b"one phone")
    care.nights(july(7), july(8))
    send(care, gateway, july(9))
    assert gateway.taken == []
    assert care.task(CALL)["also"] == [GREETING]
    care.call(CALL, july(9))
    care.night(july(9))
    send(care, gateway, july(10))
    assert (care.task(GREETING)["status_reason"], gateway.taken) == ("told", [])


def test_a_birthday_that_is_over_is_wished_by_nobody(care: CareGroup, gateway: SmsGateway) -> None:
    care.nights(july(7), july(8))
    send(care, gateway, july(10))
    assert gateway.taken == []
    care.night(july(9))
    assert care.task(GREETING)["status"] == "missed"


def test_a_festival_and_a_campaign_are_named_in_their_messages(
    care: CareGroup, gateway: SmsGateway
) -> None:
    care.grant("operator", "operator")
    storm = Campaign("storm-1", "special_weather", "今夜有暴雨", date(2026, 9, 25), ("SK01",))
    start(care.engine, care.group, care.policy, storm, "operator", date(2026, 9, 24))
    care.repair(
        "R",
        date(2026, 8, 1),
        store_code="SK01",
        owner_phone_hash=b"another phone",
        owner_phone_check="valid",
        owner_phone_cipher=care.keyring.encrypt("13900000002"),
    )
    care.night(date(2026, 9, 24))
    moment = datetime(2026, 9, 25, 10, tzinfo=care.group.time_zone)
    night = (date(2026, 9, 24), moment.date())
    args = (care.engine, care.keyring, care.group, gateway.target(), *night, care.policy)
    push(*args, lambda: moment)
    said = " ".join(str(each) for each in gateway.taken)
    assert "中秋节到来之际" in said
    assert "今夜有暴雨" in said
    assert "None" not in said
