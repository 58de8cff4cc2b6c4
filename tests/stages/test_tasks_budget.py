"""One call and one message a day for each person, whatever stores and rules want."""

import pytest
from care_group import CareGroup, july
from sqlalchemy import Engine

SAME = {"deliverer_phone_hash": b"same"}
FIRST, SECOND, THIRD = "CA01.S4-06.R1", "SK01.S2-03.R2", "CA01.S4-02.A"


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
