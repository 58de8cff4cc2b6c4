"""Whose car it is: rules about the owner end with the owner, and so do words about the car."""

from datetime import date
from typing import Any

import pytest
from care_group import CareGroup, changed_policy, july
from sqlalchemy import Engine, text

from aftercare.stages.people import know_people
from aftercare.warehouse import run

VIN = "V"
INSPECTION, WARRANTY, THIRD_DAY = "SK01.S2-11.A.24", "SK01.S2-10.A.36", "SK01.S2-01.A"
CALL = "CA01.S4-06.R"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def sell(care: CareGroup, number: str, on: date, buyer: bytes, **changes: Any) -> None:
    """A car that somebody buys here."""
    who = {"customer_name_hash": buyer, "customer_phone_hash": b"phone of " + buyer}
    care.deliver(number, on, "SK01", **{"vin": VIN, "signed_on": on, **who} | changes)


def visit(care: CareGroup, number: str, on: date, owner: bytes, **changes: Any) -> None:
    """The car comes, and somebody is named as its owner."""
    who = {"owner_name_hash": owner, "owner_phone_hash": b"phone of " + owner}
    who |= {"deliverer_name_hash": owner, "deliverer_phone_hash": b"phone of " + owner}
    care.repair(number, on, vin=VIN, **{"owner_phone_check": "valid", **who} | changes)


def night(care: CareGroup, day: date) -> None:
    """Who is who, and whom to call."""
    with care.engine.begin() as connection:
        connection.execute(
            text("insert into core.people_due (vin) values (:vin) on conflict do nothing"),
            {"vin": VIN},
        )
    know_people(care.engine, care.group, day)
    care.night(day)


def status(care: CareGroup, key: str) -> Any:
    return care.tasks("status", "status_reason").get(key)


def test_who_sold_the_car_here_is_reminded_of_nothing_but_the_delivery_is_followed_up(
    care: CareGroup,
) -> None:
    sell(care, "A", date(2024, 7, 25), b"first", invoiced_on=date(2023, 7, 25))
    night(care, july(1))
    assert status(care, INSPECTION) == status(care, WARRANTY) == ("open", None)
    sell(care, "B", july(2), b"second")
    night(care, july(2))
    assert status(care, INSPECTION) == status(care, WARRANTY) == ("withdrawn", "sold_again")
    sell(care, "C", july(4), b"third")
    night(care, july(5))
    assert status(care, "SK01.S2-01.B") == ("open", None)


def test_who_is_the_owner_no_more_by_a_visit_is_reminded_of_nothing(care: CareGroup) -> None:
    sell(care, "A", date(2024, 7, 25), b"first")
    night(care, july(1))
    assert status(care, INSPECTION) == ("open", None)
    visit(care, "R", july(2), b"second")
    night(care, july(2))
    assert status(care, INSPECTION) == ("withdrawn", "other_owner")
    visit(care, "S", july(3), b"first")
    night(care, july(3))
    assert status(care, INSPECTION) == ("open", None)


def test_the_same_name_with_another_phone_is_the_same_owner(care: CareGroup) -> None:
    sell(care, "A", date(2024, 7, 25), b"first")
    visit(care, "R", july(2), b"first", owner_phone_hash=b"a new phone")
    night(care, july(2))
    assert status(care, INSPECTION) == ("open", None)


def test_policy_says_whom_a_rule_is_about(care: CareGroup, tmp_path: Any) -> None:
    care.policy = changed_policy(
        tmp_path, "skoda-dealer/follow_ups/inspection", "enabled", {date(2012, 1, 1): True}
    )
    path = tmp_path / "policy/skoda-dealer/follow_ups/inspection.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("party: owner", "party: named"), encoding="utf-8"
    )
    care = CareGroup(care.engine, policy=type(care.policy).load(tmp_path / "policy"))
    sell(care, "A", date(2024, 7, 25), b"first")
    sell(care, "B", july(1), b"second")
    night(care, july(1))
    assert status(care, INSPECTION) == ("open", None)


@pytest.mark.parametrize("word", ["stop", "refused", "do_not_call"])
@pytest.mark.parametrize(("owner", "is_held"), [(b"first", True), (b"second", False)])
def test_what_was_said_about_the_car_is_the_owners_word_and_not_the_next_ones(
    care: CareGroup, word: str, owner: bytes, is_held: bool
) -> None:
    sell(care, "A", date(2026, 5, 1), b"first")
    if word == "stop":
        care.prefer("stop", date(2026, 5, 20), vin=VIN)
    elif word == "refused":
        care.consent(date(2026, 5, 20), "refused", purpose="service", vin=VIN)
    else:
        visit(care, "Q", date(2026, 5, 18), b"first")
        night(care, date(2026, 5, 18))
        care.call("CA01.S4-06.Q", date(2026, 5, 20), is_do_not_call=True)
    visit(care, "R", july(1), owner)
    night(care, july(1))
    reason = {"stop": "stopped", "refused": "consent_refused"}.get(word, word)
    assert status(care, CALL) == (("held", reason) if is_held else ("open", None))
    if word == "do_not_call":
        month = {"first_day": july(1), "last_day": july(31), "closing_on": july(31)}
        with care.engine.begin() as connection:
            wishes = run(connection, "why/list_wishes", task_key=CALL).mappings().all()
            assert any(wish["about"] == "vehicle" for wish in wishes) == is_held
            days = {name: month[name] for name in ("first_day", "last_day")}
            run(connection, "score/find_waited", **days)
            run(connection, "score/judge_follow_ups", **month)
            rows = connection.execute(text("select row_key, excuse from judged_follow_up"))
            assert dict(map(tuple, rows))[CALL] == ("do_not_call" if is_held else None)


def test_a_consent_of_the_last_owner_is_none_of_the_next(care: CareGroup) -> None:
    visit(care, "R", date(2026, 1, 5), b"first")
    care.consent(date(2026, 1, 5), vin=VIN)
    visit(care, "S", date(2026, 1, 8), b"second", ro_type="repair", store_code="SK01")
    night(care, july(8))
    assert status(care, "SK01.S2-13.S") == ("held", "no_consent")


def test_a_word_of_the_buyer_before_the_delivery_holds(care: CareGroup) -> None:
    visit(care, "R", date(2026, 1, 5), b"first")
    care.prefer("stop", date(2026, 6, 28), vin=VIN)
    sell(care, "A", july(1), b"second", signed_on=date(2026, 6, 20))
    night(care, july(1))
    assert status(care, THIRD_DAY) == ("held", "stopped")
