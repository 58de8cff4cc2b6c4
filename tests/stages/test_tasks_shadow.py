"""A store that is not live yet works in shadow: its tasks are made, told and never sent."""

import pytest
from care_group import CareGroup, group_of, is_balanced, july
from sqlalchemy import Engine

EARLY, LATER = "CA01.S4-06.R1", "CA01.S4-06.R2"
OTHER = "SK01.S2-03.R3"
LIVE = july(7)
COLUMNS = ("status", "status_reason")


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """Of CA01, a call due on the 4th and one due on the 9th; SK01 has been live for years."""
    care = CareGroup(warehouse, group_of(live_from={"CA01": LIVE}))
    care.repair("R1", july(1))
    care.repair("R2", july(6))
    care.repair("R3", july(1), store_code="SK01")
    return care


def test_nothing_of_a_store_in_shadow_is_sent_and_others_do_not_notice(care: CareGroup) -> None:
    counts = care.night(july(1))
    assert care.tasks(*COLUMNS) == {EARLY: ("held", "shadow"), OTHER: ("open", None)}
    assert {key for (key,) in care.messages("external_key")} == {"SK01.VINR3", OTHER}
    assert counts["reasons"] == {"held": {"shadow": 1}}
    assert is_balanced(counts)


def test_from_its_first_day_on_a_store_gets_what_is_due_from_then_on(care: CareGroup) -> None:
    care.nights(july(1), july(5))
    assert care.tasks(*COLUMNS)[EARLY] == ("held", "shadow")
    care.night(july(6))
    assert care.tasks(*COLUMNS) == {
        EARLY: ("held", "shadow"),
        LATER: ("open", None),
        OTHER: ("open", None),
    }


def test_what_was_due_before_the_first_day_is_missed_in_shadow_and_nobody_is_blamed(
    care: CareGroup,
) -> None:
    care.nights(july(1), july(25))
    assert care.tasks(*COLUMNS)[EARLY] == ("missed", "shadow")
    assert care.tasks(*COLUMNS)[LATER] == ("missed", "not_called")


def test_what_would_be_held_anyway_keeps_its_reason(warehouse: Engine) -> None:
    care = CareGroup(warehouse, group_of(live_from={"CA01": LIVE}))
    care.repair("R1", july(1), deliverer_phone_check="too_short")
    care.night(july(1))
    assert care.tasks(*COLUMNS) == {EARLY: ("held", "too_short")}


def test_a_call_in_shadow_takes_nobodys_place(warehouse: Engine) -> None:
    care = CareGroup(warehouse, group_of(live_from={"CA01": LIVE}))
    care.repair("R1", july(1), deliverer_phone_hash=b"same")
    care.repair("R3", july(1), store_code="SK01", deliverer_phone_hash=b"same")
    care.night(july(1))
    assert care.tasks(*COLUMNS) == {EARLY: ("held", "shadow"), OTHER: ("open", None)}


def test_nights_in_any_order_and_twice_end_alike(care: CareGroup) -> None:
    for day in (6, 3, 6, 1, 5, 2, 4):
        care.night(july(day))
    assert care.tasks(*COLUMNS) == {
        EARLY: ("held", "shadow"),
        LATER: ("open", None),
        OTHER: ("open", None),
    }
    assert care.night(july(6))["changed"] == 0


def test_a_first_day_that_is_put_off_takes_back_what_was_sent(care: CareGroup) -> None:
    care.nights(july(1), july(6))
    care.group = group_of(live_from={"CA01": july(20)})
    care.night(july(7))
    assert care.tasks(*COLUMNS)[LATER] == ("held", "shadow")
    assert ("withdraw", LATER) in care.messages("action", "external_key")
