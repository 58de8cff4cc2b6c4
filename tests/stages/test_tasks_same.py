"""Of one person the same follow-up is said once: one call or message tells it about all orders and cars."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from care_group import CareGroup, group_of, july
from sqlalchemy import Engine

from aftercare.rules.complaint_terms import close_by
from aftercare.scripts import LANGUAGES
from aftercare.settings import Language
from aftercare.targets.outbox import Outbox
from aftercare.warehouse import run

SAME = {"deliverer_phone_hash": b"same", "vin": "VINR"}
FIRST, SECOND = "CA01.S4-06.R1", "CA01.S4-06.R2"
TOLD = ("done", "told", FIRST)
WAITS = ("postponed", "contact_budget", FIRST)
ENDS = date(2026, 8, 20)


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    """One visit with two orders."""
    care = CareGroup(warehouse)
    for number in ("R1", "R2"):
        care.repair(number, july(1), settlement_no=f"S-{number}", **SAME)
    return care


def state(care: CareGroup, key: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = care.tasks("status", "status_reason", "merged_into")[key]
    return found


def script(
    care: CareGroup, key: str, language: Language, day: date, by_gateway: bool = False
) -> str:
    """What a caller reads, or what a gateway sends."""
    terms = partial(close_by, care.policy, care.group)
    outbox = Outbox(
        "workbook",
        care.keyring,
        care.policy,
        care.group.offers_pick_up,
        terms,
        language,
        care.group.time_zone,
        day,
        has_contacts=False,
        says_once=by_gateway,
    )
    with care.engine.connect() as connection:
        record = outbox.record(connection, {"entity": "task", "external_key": key, "task_key": key})
    assert record is not None
    return str(record.fields["text" if by_gateway else "script"])


def insure_twice(care: CareGroup, ends: date, other_ends: date | None = None) -> None:
    """The compulsory and the commercial policy of one car."""
    for number, kind, on in (("P1", "compulsory", ends), ("P2", "commercial", other_ends or ends)):
        holder = {"vin": "VINP", "holder_phone_hash": b"holder"}
        care.insure(number, on, "SK01", kind=kind, **holder)
    care.consent(date(2026, 1, 1), vin="VINP")


def test_two_orders_of_one_visit_are_one_call(care: CareGroup) -> None:
    care.nights(july(1), july(2))
    assert state(care, SECOND) == WAITS
    care.call(FIRST, july(3), "no_answer")
    care.night(july(3))
    assert state(care, SECOND) == WAITS
    care.call(FIRST, july(4), attempt_no=2)
    care.night(july(4))
    assert state(care, SECOND) == TOLD
    assert care.night(july(4))["changed"] == 0
    care.nights(july(5), july(8))
    assert state(care, SECOND) == TOLD


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_call_says_what_the_other_order_is_and_asks_its_questions_once(
    care: CareGroup, language: Language
) -> None:
    care.nights(july(1), july(2))
    text = script(care, FIRST, language, july(3))
    assert ("维修单 R2" if language == "zh" else "repair order R2") in text
    question = (
        "修完以后有没有出现新的情况" if language == "zh" else "Has anything new turned up since"
    )
    assert text.count(question) == 1
    first, more = ("【来意】", "【同一件事") if language == "zh" else ("[Why I call]", "[The same")
    consent = "【征得同意】" if language == "zh" else "[Consent]"
    assert text.index(first) < text.index(more) < text.index(consent)


def test_nights_in_any_order_say_alike_what_was_told_with_its_like(care: CareGroup) -> None:
    care.nights(july(1), july(2))
    care.call(FIRST, july(4))
    for night in (july(6), july(3), july(5), july(4)):
        care.night(night)
    assert state(care, SECOND) == TOLD


def test_a_call_that_comes_late_tells_the_same_follow_up_that_was_over_by_then(
    care: CareGroup,
) -> None:
    care.nights(july(1), july(31))
    assert state(care, SECOND)[0] == "missed"
    care.call(FIRST, july(4), arrives=date(2026, 8, 1))
    care.night(date(2026, 8, 1))
    assert state(care, SECOND) == TOLD


def test_what_came_after_the_call_was_not_said_in_it(care: CareGroup) -> None:
    care.nights(july(1), july(2))
    care.repair("R3", july(1), arrives=july(4), **SAME)
    care.call(FIRST, july(3))
    care.nights(july(3), july(4))
    assert state(care, "CA01.S4-06.R3") == ("open", None, None)


def test_another_follow_up_of_the_same_person_goes_on_waiting_for_a_call_of_its_own(
    care: CareGroup,
) -> None:
    care.repair("R3", july(1), "SK01", **SAME)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert state(care, "SK01.S2-03.R3") == ("open", None, None)


def test_who_paused_it_on_the_day_of_the_call_was_not_told(care: CareGroup) -> None:
    care.repair("R2", july(1), **SAME | {"vin": "VINX"})
    care.prefer("pause", july(1), vin="VINX", valid_until=july(3))
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.night(july(3))
    assert state(care, SECOND) == ("open", None, None)


def test_two_policies_of_one_car_are_renewed_in_one_call(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    insure_twice(care, ENDS)
    care.nights(july(10), july(11))
    assert state(care, "SK01.S2-18.P2") == ("postponed", "contact_budget", "SK01.S2-18.P1")
    assert "商业险，到期 2026-08-20，保单 P2" in script(care, "SK01.S2-18.P1", "zh", july(12))
    care.call("SK01.S2-18.P1", july(12))
    care.night(july(12))
    assert state(care, "SK01.S2-18.P2") == ("done", "told", "SK01.S2-18.P1")


def test_who_wants_no_renewal_is_asked_about_neither_policy_again(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    insure_twice(care, ENDS)
    care.nights(july(10), july(11))
    care.call("SK01.S2-18.P1", july(12), "declined")
    care.nights(july(12), july(20))
    for number in ("P1", "P2"):
        key = f"SK01.S2-18.{number}.2"
        assert state(care, key)[:2] == ("withdrawn", "said_no") or key not in care.tasks()


@pytest.mark.parametrize(
    ("other_ends", "expected"),
    [
        (date(2026, 8, 31), ("done", "told", "SK01.S2-18.P1.4")),
        # Its words name another day, so it needs a message of its own.
        (date(2026, 9, 1), ("open", None, None)),
    ],
)
def test_a_gateways_message_tells_the_same_of_the_same_day(
    warehouse: Engine, other_ends: date, expected: Any
) -> None:
    care = CareGroup(warehouse, group_of(targets={"messages": {"default": "sms"}}))
    insure_twice(care, date(2026, 8, 31), other_ends)
    care.nights(july(1), july(2))
    care.call("SK01.S2-18.P1.4", july(3), "message_sent", attempt_no=0)
    care.night(july(3))
    assert state(care, "SK01.S2-18.P2.4") == expected


def test_a_gateways_message_names_the_plates_of_the_cars_that_it_is_about(
    warehouse: Engine,
) -> None:
    care = CareGroup(warehouse, group_of(targets={"messages": {"default": "sms"}}))
    for car in ("A", "B"):
        plate = care.keyring.encrypt(f"沪{car}10001")
        buyer = {"plate_cipher": plate, "customer_phone_hash": b"holder"}
        care.deliver(car, date(2025, 9, 1), "SK01", **buyer)
        holder = {"vin": f"VIN{car}", "holder_phone_hash": b"holder"}
        care.insure(f"P{car}", date(2026, 8, 31), "SK01", **holder)
        care.consent(date(2026, 1, 1), vin=f"VIN{car}")
    care.nights(july(1), july(2))
    text = script(care, "SK01.S2-18.PA.4", "zh", july(3), by_gateway=True)
    assert "沪A10001、沪B10001的车险8月31日到期" in text


def test_a_fleet_is_told_in_one_call_that_names_some_and_counts_the_rest(
    warehouse: Engine,
) -> None:
    care = CareGroup(warehouse)
    for number in range(8):
        care.deliver(f"A{number}", july(1), customer_phone_hash=b"fleet")
    care.night(july(1))
    text = script(care, "CA01.S4-02.A0", "zh", july(2))
    assert text.count("· VIN …") == 5
    assert "另有 2 件" in text
    care.call("CA01.S4-02.A0", july(2))
    care.night(july(2))
    told = [state(care, f"CA01.S4-02.A{number}") for number in range(1, 8)]
    assert told == [("done", "told", "CA01.S4-02.A0")] * 7


def again(care: CareGroup) -> None:
    """The first order's settlement is taken back and issued under another order."""
    care.repair("R1", july(1), arrives=july(5), settlement_no="S-R1", is_reversed=True, **SAME)
    care.repair("R9", july(5), previous_settlement_no="S-R1", **SAME)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("reached", ("withdrawn", "called_before", None)),
        ("no_answer", ("open", None, None)),
    ],
)
def test_a_settlement_that_is_issued_again_is_not_called_about_again(
    warehouse: Engine, outcome: str, expected: Any
) -> None:
    care = CareGroup(warehouse)
    care.repair("R1", july(1), settlement_no="S-R1", **SAME)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3), outcome)
    care.nights(july(3), july(4))
    again(care)
    care.nights(july(5), july(6))
    assert state(care, "CA01.S4-06.R9") == expected
    assert care.night(july(6))["changed"] == 0


def called_and_issued_again(care: CareGroup) -> None:
    care.repair("R1", july(1), settlement_no="S-R1", **SAME)
    care.nights(july(1), july(2))
    care.call(FIRST, july(3))
    care.nights(july(3), july(4))
    again(care)


def test_what_was_called_before_is_not_missed_when_its_order_comes_again_after_its_time(
    warehouse: Engine,
) -> None:
    care = CareGroup(warehouse)
    called_and_issued_again(care)
    care.nights(july(5), july(6))
    care.night(july(20))
    care.repair("R9", july(5), arrives=july(21), previous_settlement_no="S-R1", amount=5, **SAME)
    care.night(july(21))
    assert state(care, "CA01.S4-06.R9") == ("withdrawn", "called_before", None)


def test_what_was_called_before_is_so_also_where_its_night_is_late(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    called_and_issued_again(care)
    care.night(july(20))
    care.nights(july(5), july(6))
    assert state(care, "CA01.S4-06.R9") == ("withdrawn", "called_before", None)


def test_a_settlement_that_is_issued_again_twice_is_not_called_about_again(
    warehouse: Engine,
) -> None:
    care = CareGroup(warehouse)
    called_and_issued_again(care)
    care.nights(july(5), july(6))
    taken_back = {"settlement_no": "S-R9", "is_reversed": True}
    care.repair("R9", july(5), arrives=july(7), previous_settlement_no="S-R1", **taken_back, **SAME)
    care.repair("R10", july(7), previous_settlement_no="S-R9", settlement_no="S-R10", **SAME)
    # Two that name one another are no endless row.
    care.repair("R11", july(7), previous_settlement_no="S-R12", settlement_no="S-R11", vin="V")
    care.repair("R12", july(7), previous_settlement_no="S-R11", settlement_no="S-R12", vin="V")
    care.nights(july(7), july(8))
    assert state(care, "CA01.S4-06.R10") == ("withdrawn", "called_before", None)
    assert state(care, "CA01.S4-06.R11")[0] == "open"


def test_aftercare_why_names_what_is_said_in_the_call(care: CareGroup) -> None:
    care.nights(july(1), july(2))
    with care.engine.connect() as connection:
        rows = run(connection, "why/list_merged", task_key=FIRST).mappings().all()
    assert [(row["task_key"], row["is_said"]) for row in rows] == [(SECOND, True)]
