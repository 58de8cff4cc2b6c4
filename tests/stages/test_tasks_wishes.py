"""What customers said about being contacted, and numbers that are nobody's."""

from datetime import timedelta
from typing import Any

import pytest
from care_group import REPAIR, THREE_DAYS, CareGroup, july
from sqlalchemy import Engine, text

from aftercare.warehouse import run

PHONE = b"phone R"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    care = CareGroup(warehouse)
    care.repair("R", july(1))
    return care


def status(care: CareGroup) -> Any:
    return care.tasks("status", "status_reason")[REPAIR]


@pytest.mark.parametrize("whose", [{"vin": "VINR"}, {"customer_phone_hash": PHONE}])
def test_who_refused_service_contact_is_not_called_until_they_say_otherwise(
    care: CareGroup, whose: dict[str, Any]
) -> None:
    care.consent(july(1), "refused", purpose="service", **whose)
    care.night(july(1))
    assert status(care) == ("held", "consent_refused")
    care.consent(july(3), "given", purpose="service", **whose)
    care.night(july(3))
    assert status(care) == ("open", None)


def test_of_two_words_of_one_day_the_refusal_counts(care: CareGroup) -> None:
    for state in ("refused", "given"):
        care.consent(july(1), state, purpose="service", vin="VINR")
    care.night(july(1))
    assert status(care) == ("held", "consent_refused")


def test_who_refused_advertising_is_called_about_the_repair(care: CareGroup) -> None:
    care.consent(july(1), "refused", vin="VINR")
    care.night(july(1))
    assert status(care) == ("open", None)


def test_what_was_said_about_another_car_says_nothing(care: CareGroup) -> None:
    care.consent(july(1), "refused", purpose="service", vin="OTHER")
    care.prefer("stop", july(1), vin="OTHER", about="all")
    care.night(july(1))
    assert status(care) == ("open", None)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"about": "follow_up", "stopped_contact": "call"}, ("held", "stopped")),
        ({"about": "all", "stopped_contact": "all"}, ("held", "stopped")),
        ({"about": None, "stopped_contact": None}, ("held", "stopped")),
        ({"about": "follow_up", "stopped_contact": "sms"}, ("open", None)),
        ({"about": "insurance", "stopped_contact": "call"}, ("open", None)),
    ],
)
def test_a_stop_holds_for_its_topic_and_way(
    care: CareGroup, wish: dict[str, Any], expected: Any
) -> None:
    care.prefer("stop", july(1), vin="VINR", **wish)
    care.night(july(1))
    assert status(care) == expected


def test_a_pause_postpones_until_it_is_over(care: CareGroup) -> None:
    care.prefer("pause", july(1), vin="VINR", about="follow_up", valid_until=july(5))
    care.nights(july(1), july(4))
    assert status(care) == ("postponed", "paused")
    assert care.messages("message_id") == []
    care.night(july(5))
    assert status(care) == ("open", None)


def test_a_task_that_was_paused_to_its_end_says_so(care: CareGroup) -> None:
    care.prefer("pause", july(1), vin="VINR")
    care.nights(july(1), july(17))
    assert status(care) == ("missed", "paused")


def test_who_prefers_messages_is_not_called_and_their_time_of_day_is_told(
    care: CareGroup,
) -> None:
    wish = {"preferred_channel": "sms", "preferred_slot": "evening"}
    care.prefer("channel", july(1), vin="VINR", **wish)
    care.night(july(1))
    assert care.tasks("channel", "preferred_slot")[REPAIR] == ("sms", "evening")


def test_our_own_staff_is_not_called(care: CareGroup) -> None:
    care.person("CA01-X", "SA", "CA01")
    people = care.table("core.employee")
    with care.engine.begin() as connection:
        connection.execute(
            people.update().values(mobile_hash=PHONE).filter_by(employee_no="CA01-X")
        )
    care.night(july(1))
    assert status(care) == ("held", "staff_number")


def test_nobody_calls_a_customer_they_served(care: CareGroup) -> None:
    care.repair("R", july(1), service_advisor_no="CA01-AC1")
    care.night(july(1))
    assert care.tasks("owner_no", "status_reason")[REPAIR] == (None, "no_owner")
    care.person("CA01-AC2", "AC", "CA01")
    care.night(july(2))
    assert care.tasks("owner_no", "status_reason")[REPAIR] == ("CA01-AC2", None)


def test_who_prefers_messages_and_stopped_them_gets_none(care: CareGroup) -> None:
    care.prefer("channel", july(1), vin="VINR", preferred_channel="sms")
    care.prefer("stop", july(1), vin="VINR", stopped_contact="sms")
    care.night(july(1))
    assert status(care) == ("held", "stopped")


def test_who_prefers_messages_and_stopped_calls_gets_messages(care: CareGroup) -> None:
    care.prefer("channel", july(1), vin="VINR", preferred_channel="sms")
    care.prefer("stop", july(1), vin="VINR", stopped_contact="call")
    care.night(july(1))
    assert care.tasks("status", "channel")[REPAIR] == ("open", "sms")


def test_a_call_that_the_number_forbade_is_not_required(care: CareGroup) -> None:
    care.deliver("A", july(1), customer_name_hash=None, customer_phone_hash=b"one")
    care.repair("B", july(8), deliverer_phone_hash=b"one")
    care.nights(july(1), july(2))
    care.call(THREE_DAYS, july(3), "refused", is_do_not_call=True)
    care.nights(july(3), july(12))
    month = {"first_day": july(1), "last_day": july(31), "closing_on": july(31)}
    with care.engine.begin() as connection:
        days = {name: month[name] for name in ("first_day", "last_day")}
        run(connection, "score/find_waited", **days)
        run(connection, "score/judge_follow_ups", **month)
        excuses = connection.execute(text("select row_key, excuse from judged_follow_up"))
        assert dict(map(tuple, excuses))["CA01.S4-06.B"] == "do_not_call"


def test_where_nobody_is_known_the_wish_not_to_be_called_is_that_of_the_number(
    care: CareGroup,
) -> None:
    care.consent(july(1), customer_phone_hash=PHONE)
    for lead_no, defeated_on in (("L1", july(1)), ("L2", july(5))):
        care.defeat(lead_no, defeated_on, store_code="SK01", customer_phone_hash=PHONE)
    care.nights(july(1), july(8))
    care.call("SK01.S2-14.L1", july(9), "refused", is_do_not_call=True)
    care.nights(july(9), july(12))
    assert care.tasks("status", "status_reason")["SK01.S2-14.L2"] == ("held", "do_not_call")
    assert status(care) == ("held", "do_not_call")
    with care.engine.begin() as connection:
        wishes = run(connection, "why/list_wishes", task_key=REPAIR).all()
        assert [(about, key) for about, key, *_ in wishes] == [("number", "SK01.S2-14.L1")]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(b"phone I", ("open", None)), (None, ("open", None)), (b"old", ("held", "no_consent"))],
)
def test_a_consent_that_names_a_number_is_of_that_number(
    care: CareGroup, number: bytes | None, expected: Any
) -> None:
    care.insure("I", july(2) + timedelta(days=33), store_code="SK01")
    care.consent(july(1), vin="VINI", customer_phone_hash=number)
    care.night(july(1))
    assert care.tasks("status", "status_reason")["SK01.S2-18.I.2"] == expected


def test_a_refusal_about_a_car_holds_whatever_number_it_names(care: CareGroup) -> None:
    care.consent(july(1), "refused", purpose="service", vin="VINR", customer_phone_hash=b"another")
    care.night(july(1))
    assert status(care) == ("held", "consent_refused")
