"""The next car: asked once a year at most, by age, kilometres or a costly repair, as documents stand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from care_group import CareGroup, group_of, july
from sqlalchemy import Engine

AGE, KILOMETRES, COST = "CA01.S3-20.S.60", "CA01.S3-20.R", "CA01.S3-20.R.2"
OWNER = {"owner_phone_check": "valid", "owner_phone_hash": b"phone R"}
LEFT_ON = date(2026, 6, 25)
OPEN, QUIET = ("open", None), ("withdrawn", "asked_lately")


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """A store that follows the norm, and customers who agreed."""
    packs = {"CA01": [{"from": date(2000, 1, 1), "pack": "care-norm"}]}
    made = CareGroup(warehouse, group_of(store_packs=packs))
    for number in (b"phone R", b"phone S"):
        made.consent(date(2025, 9, 1), vin="V", customer_phone_hash=number)
    return made


def visit(
    care: CareGroup,
    ro_no: str = "R",
    exit_on: date = LEFT_ON,
    arrives: date | None = None,
    **changes: object,
) -> None:
    care.repair(ro_no, exit_on, arrives=arrives, vin="V", **OWNER, **changes)


def status(care: CareGroup, key: str) -> tuple[str, str | None]:
    task = care.task(key)
    return task["status"], task["status_reason"]


def asked(care: CareGroup) -> dict[str, tuple[str, str | None]]:
    return {key: status(care, key) for key in sorted(care.tasks()) if ".S3-20." in key}


def test_kilometres_put_right_end_the_question_and_bring_it_back(care: CareGroup) -> None:
    visit(care, odometer_in_km=155000)
    care.night(july(2))
    assert status(care, KILOMETRES) == OPEN
    visit(care, odometer_in_km=55000, arrives=july(3))
    care.night(july(3))
    assert status(care, KILOMETRES) == ("withdrawn", "below_odometer")
    assert care.night(july(4))["changed"] == 0
    visit(care, odometer_in_km=155000, arrives=july(5))
    care.night(july(5))
    assert status(care, KILOMETRES) == OPEN


def test_an_amount_put_right_ends_the_question_and_makes_it(care: CareGroup) -> None:
    visit(care, amount=Decimal("2500.00"))
    care.night(july(4))
    assert asked(care) == {}
    visit(care, amount=Decimal("25000.00"), arrives=july(5))
    care.night(july(5))
    assert status(care, COST) == OPEN
    visit(care, amount=Decimal("2500.00"), arrives=july(6))
    care.night(july(6))
    assert status(care, COST) == ("withdrawn", "below_cost")


def test_an_amount_put_right_when_it_is_over_makes_nothing(care: CareGroup) -> None:
    visit(care, amount=Decimal("2500.00"))
    care.night(july(4))
    visit(care, amount=Decimal("25000.00"), arrives=july(26))
    care.night(july(26))
    assert asked(care) == {}


def test_an_earlier_visit_that_comes_late_ends_the_question(care: CareGroup) -> None:
    visit(care, odometer_in_km=155000)
    care.night(july(2))
    visit(care, "E", date(2026, 2, 1), arrives=july(3), odometer_in_km=151000)
    care.night(july(3))
    assert asked(care) == {KILOMETRES: ("withdrawn", "read_before")}


def test_a_call_that_was_made_stays_made(care: CareGroup) -> None:
    visit(care, odometer_in_km=155000)
    care.night(july(2))
    care.call(KILOMETRES, july(3))
    care.night(july(3))
    visit(care, odometer_in_km=55000, arrives=july(4))
    care.night(july(4))
    assert status(care, KILOMETRES) == ("done", "reached")


def test_a_costly_visit_with_many_kilometres_is_one_question(care: CareGroup) -> None:
    visit(care, odometer_in_km=155000, amount=Decimal(25000))
    care.night(july(3))
    assert asked(care) == {KILOMETRES: OPEN, COST: QUIET}
    assert care.night(july(4))["changed"] == 0


def test_who_was_asked_by_kilometres_is_not_asked_by_age_within_the_year(care: CareGroup) -> None:
    care.deliver("S", date(2021, 7, 20), vin="V", usage="private")
    visit(care, odometer_in_km=155000)
    care.night(july(2))
    care.call(KILOMETRES, july(3))
    care.night(july(3))
    care.night(july(20))
    assert asked(care) == {AGE: QUIET, KILOMETRES: ("done", "reached")}


def test_who_was_asked_by_age_is_not_asked_by_cost_within_the_year(care: CareGroup) -> None:
    care.deliver("S", july(2) - timedelta(days=5 * 365 + 60), vin="V", usage="private")
    care.night(july(2) - timedelta(days=59))
    care.call(AGE, july(2) - timedelta(days=57))
    care.night(july(2) - timedelta(days=57))
    visit(care, amount=Decimal(25000))
    care.night(july(2))
    assert asked(care) == {AGE: ("done", "reached"), COST: QUIET}


def test_age_asks_each_year_that_its_policy_names(care: CareGroup) -> None:
    care.deliver("S", date(2020, 7, 2), vin="V", usage="private")
    care.night(date(2025, 7, 1))
    care.call(AGE, date(2025, 7, 3))
    care.night(date(2025, 7, 3))
    care.night(july(1))
    assert asked(care) == {AGE: ("done", "reached"), "CA01.S3-20.S.72": OPEN}


def test_a_question_that_was_never_asked_silences_nobody(care: CareGroup) -> None:
    visit(care, odometer_in_km=155000)
    care.night(july(2))
    care.night(july(25))
    assert status(care, KILOMETRES) == ("missed", "not_called")
    visit(care, "L", date(2026, 8, 1), amount=Decimal(30000))
    care.night(date(2026, 8, 8))
    assert status(care, "CA01.S3-20.L.2") == OPEN


@pytest.mark.parametrize("days", [range(1, 32), (31, 2, 1)], ids=["in order", "late"])
def test_what_waited_longer_silences_what_was_over_before_it_in_any_order(
    care: CareGroup, days: list[int]
) -> None:
    care.deliver("S", date(2021, 7, 1), vin="V", usage="private")
    visit(care, odometer_in_km=155000)
    for number in days:
        care.night(july(number))
    assert asked(care) == {AGE: ("missed", "not_called"), KILOMETRES: QUIET}


@pytest.mark.parametrize("days", [range(2, 29), (28, 3)], ids=["in order", "late"])
def test_a_call_after_the_first_question_was_over_leaves_it_missed_in_any_order(
    care: CareGroup, days: list[int]
) -> None:
    visit(care, odometer_in_km=155000)
    visit(care, "L", LEFT_ON + timedelta(days=3), amount=Decimal(30000))
    for number in days:
        if number > 25 and "CA01.S3-20.L.2" in care.tasks():
            care.call("CA01.S3-20.L.2", july(27))
        care.night(july(number))
    later = ("done", "reached") if len(days) > 2 else ("missed", "not_called")
    assert asked(care) == {KILOMETRES: ("missed", "not_called"), "CA01.S3-20.L.2": later}


def test_a_year_later_the_next_costly_repair_is_asked_about(care: CareGroup) -> None:
    visit(care, "B", LEFT_ON - timedelta(days=365), amount=Decimal(25000))
    care.night(LEFT_ON - timedelta(days=358))
    care.call("CA01.S3-20.B.2", LEFT_ON - timedelta(days=357))
    care.night(LEFT_ON - timedelta(days=357))
    visit(care, amount=Decimal(25000))
    care.night(july(2))
    assert status(care, COST) == OPEN


def test_the_question_that_opens_first_is_asked_and_it_decides_about_the_other(
    care: CareGroup,
) -> None:
    visit(care, odometer_in_km=155000)
    visit(care, "L", LEFT_ON + timedelta(days=3), amount=Decimal(30000))
    care.night(july(5))
    assert asked(care) == {KILOMETRES: OPEN, "CA01.S3-20.L.2": QUIET}
    visit(care, odometer_in_km=55000, arrives=july(6))
    care.night(july(6))
    assert asked(care) == {
        KILOMETRES: ("withdrawn", "below_odometer"),
        "CA01.S3-20.L.2": OPEN,
    }


def test_who_was_called_about_the_later_visit_is_not_asked_about_an_earlier_one(
    care: CareGroup,
) -> None:
    visit(care, "L", LEFT_ON + timedelta(days=3), amount=Decimal(30000))
    care.night(july(5))
    care.call("CA01.S3-20.L.2", july(6), "no_answer")
    visit(care, amount=Decimal(30000), arrives=july(6))
    care.night(july(6))
    assert asked(care) == {COST: QUIET, "CA01.S3-20.L.2": OPEN}


def test_a_visit_cancelled_before_a_late_night_leaves_what_nights_in_order_leave(
    care: CareGroup,
) -> None:
    visit(care, odometer_in_km=155000, amount=Decimal(300))
    visit(care, "C", odometer_in_km=1000)
    for ro_no in ("R", "C"):
        visit(care, ro_no, odometer_in_km=155000, status="cancelled", arrives=july(4))
    care.night(july(4))
    assert asked(care) == {KILOMETRES: ("withdrawn", "cancelled")}
