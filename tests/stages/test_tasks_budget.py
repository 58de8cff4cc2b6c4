"""One call and one message a day for each person, whatever stores and rules want."""

from datetime import date
from typing import Any

import pytest
from care_group import CareGroup, july
from sqlalchemy import Engine, text

from aftercare.stages.people import know_people
from aftercare.warehouse import run

SAME = {"deliverer_phone_hash": b"same"}
SERVICE = "SK01.S2-09.R"
FIRST, SECOND, THIRD = "CA01.S4-06.R1", "SK01.S2-03.R2", "CA01.S4-02.A"


def august(day: int) -> date:
    return date(2026, 8, day)


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    care = CareGroup(warehouse)
    care.repair("R1", july(1), **SAME)
    care.repair("R2", july(2), store_code="SK01", **SAME)
    return care


def test_the_second_task_of_a_person_waits_for_the_first_whatever_store_it_is_of(
    care: CareGroup,
) -> None:
    care.nights(july(1), july(2))
    columns = ("status", "status_reason", "merged_into", "also")
    assert care.tasks(*columns) == {
        FIRST: ("open", None, None, [SECOND]),
        SECOND: ("postponed", "contact_budget", FIRST, []),
    }
    told = care.messages("external_key", "action", "version")
    assert told == [
        ("CA01.VINR1", "upsert", 1),
        (FIRST, "upsert", 1),
        ("CA01.VINR1", "upsert", 2),
        (FIRST, "upsert", 2),
    ]


def test_what_waited_is_called_when_the_first_is_done(care: CareGroup) -> None:
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert care.tasks("status", "merged_into") == {FIRST: ("done", None), SECOND: ("open", None)}
    assert care.night(july(3))["changed"] == 0


def test_the_order_is_that_of_priorities_and_then_of_deadlines(care: CareGroup) -> None:
    care.deliver("A", july(1), customer_phone_hash=b"same")
    care.nights(july(1), july(2))
    open_tasks = [key for key, (status,) in care.tasks("status").items() if status == "open"]
    assert open_tasks == [THIRD]


def test_two_people_do_not_wait_for_each_other(care: CareGroup) -> None:
    care.repair("R2", july(2), store_code="SK01", deliverer_phone_hash=b"another")
    care.nights(july(1), july(2))
    assert {status for (status,) in care.tasks("status").values()} == {"open"}


def test_what_may_not_be_called_takes_nobodys_place(care: CareGroup) -> None:
    care.prefer("stop", july(1), vin="VINR1")
    care.nights(july(1), july(2))
    assert care.tasks("status") == {FIRST: ("held",), SECOND: ("open",)}


def test_what_is_withdrawn_waits_for_nobody(care: CareGroup) -> None:
    care.nights(july(1), july(2))
    care.repair("R2", july(2), store_code="SK01", arrives=july(3), is_reversed=True, **SAME)
    care.night(july(3))
    assert care.tasks("status", "merged_into", "also") == {
        FIRST: ("open", None, []),
        SECOND: ("withdrawn", None, []),
    }


def remind(care: CareGroup) -> None:
    """The owner who brought R1 is to be reminded of a service, too."""
    owner = {"owner_phone_hash": b"same", "owner_phone_check": "valid"}
    care.repair("R", date(2026, 1, 15), store_code="SK01", **owner)
    care.service_due("repair_order", "R", date(2026, 1, 15), july(15), "SK01")


def service(care: CareGroup) -> Any:
    return care.tasks("status", "status_reason", "merged_into")[SERVICE]


def test_what_was_said_in_the_call_that_reached_the_customer_is_done(care: CareGroup) -> None:
    remind(care)
    care.nights(july(1), july(2))
    assert service(care) == ("postponed", "contact_budget", FIRST)
    care.call(FIRST, july(3), "no_answer")
    care.night(july(3))
    assert service(care) == ("postponed", "contact_budget", FIRST)
    care.call(FIRST, july(4), attempt_no=2)
    care.night(july(4))
    assert service(care) == ("done", "told", FIRST)
    assert care.task(SECOND)["status"] == "open"
    assert care.night(july(4))["changed"] == 0
    care.nights(july(5), july(8))
    assert service(care) == ("done", "told", FIRST)


def test_a_call_of_another_way_tells_nothing_and_neither_does_one_on_the_day_before(
    care: CareGroup,
) -> None:
    remind(care)
    care.prefer("channel", july(1), vin="VINR", preferred_channel="sms")
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert service(care) == ("open", None, None)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"valid_until": july(3)}, ("open", None, None)),
        ({"valid_until": july(2)}, ("done", "told", FIRST)),
    ],
)
def test_what_was_paused_on_the_day_of_the_call_was_not_said(
    care: CareGroup, wish: dict[str, Any], expected: Any
) -> None:
    care.repair("R2", july(2), store_code="SK01", deliverer_phone_hash=b"another")
    remind(care)
    care.prefer("pause", july(1), vin="VINR", **wish)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert service(care) == expected


def test_a_call_that_comes_late_tells_what_was_over_by_then(care: CareGroup) -> None:
    remind(care)
    care.nights(july(1), july(8))
    assert service(care) == ("missed", "not_called", None)
    care.call(FIRST, july(6), arrives=july(9))
    care.night(july(9))
    assert service(care) == ("done", "told", FIRST)


def test_what_was_told_stays_told_when_the_customer_came_afterwards(care: CareGroup) -> None:
    remind(care)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert service(care) == ("done", "told", FIRST)
    care.empty("care.service_due")
    care.call(FIRST, july(3), arrives=july(5))
    care.night(july(5))
    assert service(care) == ("done", "told", FIRST)


def test_what_was_told_is_told_also_where_staff_notes_the_call_after_the_customer_came(
    care: CareGroup,
) -> None:
    remind(care)
    care.nights(july(1), july(3))
    care.empty("care.service_due")
    care.night(july(4))
    assert service(care) == ("withdrawn", "came_again", None)
    care.call(FIRST, july(3), arrives=july(5))
    care.night(july(5))
    assert service(care) == ("done", "told", FIRST)


def test_nights_in_any_order_say_alike_what_was_told(care: CareGroup) -> None:
    remind(care)
    care.nights(july(1), july(2))
    care.call(FIRST, july(4))
    for night in (july(6), july(3), july(5), july(4)):
        care.night(night)
    assert service(care) == ("done", "told", FIRST)


def test_who_a_document_is_about_now_was_told_by_calls_that_were_known_before(
    care: CareGroup,
) -> None:
    remind(care)
    other = {"owner_phone_hash": b"other", "owner_phone_check": "valid"}
    care.repair("R", date(2026, 1, 15), store_code="SK01", **other)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert service(care) == ("open", None, None)
    same = {"owner_phone_hash": b"same", "owner_phone_check": "valid"}
    care.repair("R", date(2026, 1, 15), store_code="SK01", arrives=july(4), **same)
    care.night(july(4))
    # As a single night over all of it says, too.
    assert service(care) == ("done", "told", FIRST)


def test_a_call_that_was_a_mistake_told_nothing(care: CareGroup) -> None:
    remind(care)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    care.call(FIRST, july(3), "no_answer", arrives=july(4))
    care.night(july(4))
    assert service(care) == ("postponed", "contact_budget", FIRST)


@pytest.mark.parametrize(
    "both",
    [
        # One known person with two vehicles, or one number that nobody has a name to on one vehicle.
        {"deliverer_name_hash": b"name"},
        {"vin": "VINR3"},
    ],
)
def test_what_waited_to_its_end_is_not_required(care: CareGroup, both: dict[str, Any]) -> None:
    care.deliver("B", july(5), customer_phone_hash=b"same")
    care.nights(july(1), july(17))
    assert care.task(SECOND)["status_reason"] == "not_called"
    care.repair("R3", july(20), store_code="SK01", **SAME, **both)
    care.repair("R4", july(20), **SAME, **both)
    with care.engine.begin() as connection:
        connection.execute(text("insert into core.people_due (vin) values ('VINR3'), ('VINR4')"))
    know_people(care.engine, care.group, july(20))
    care.nights(july(20), july(31))
    care.nights(august(1), august(5))
    assert care.task("SK01.S2-03.R3")["status_reason"] == "not_called"
    month = {"first_day": july(1), "last_day": july(31), "closing_on": august(5)}
    with care.engine.begin() as connection:
        days = {name: month[name] for name in ("first_day", "last_day")}
        run(connection, "score/find_waited", **days)
        run(connection, "score/judge_follow_ups", **month)
        judged = connection.execute(text("select row_key, excuse from judged_follow_up"))
        excuses = dict(map(tuple, judged))
    assert excuses[SECOND] is None
    assert excuses["SK01.S2-03.R3"] == "budget"


def test_who_is_met_at_the_delivery_is_called_all_the_same(care: CareGroup) -> None:
    care.person("SK01-SUP1", "SUP", "SK01")
    care.deliver("A", july(10), store_code="SK01")
    care.deliver("B", july(10), store_code="SK01", customer_phone_hash=b"phone A")
    care.night(july(10))
    found = care.tasks("status", "merged_into")
    assert {key: found[f"SK01.{key}"] for key in ("S2-15.A", "S2-15.B", "S2-01.A", "S2-01.B")} == {
        "S2-15.A": ("open", None),
        "S2-15.B": ("open", None),
        "S2-01.A": ("open", None),
        "S2-01.B": ("postponed", "SK01.S2-01.A"),
    }
    assert found["SK01.S2-01.A"] == ("open", None)
