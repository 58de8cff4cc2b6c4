"""Greetings: one for each person and day, said in that day's call or sent as its message, never later."""

from datetime import date, timedelta

import pytest
from care_group import CareGroup, group_of, is_balanced, july
from sqlalchemy import Engine, text, update

from aftercare.protected import protected_tables
from aftercare.protection import Keyring, add_key, new_keyring_json
from aftercare.stages.keys import rotate

BOUGHT = date(2025, 3, 10)
BORN = date(1986, 7, 9)
GREETING, CALL = "SK01.S2-06.A.20260709", "SK01.S2-03.R"
FESTIVAL = date(2026, 9, 25)
PHONE = {"customer_phone_hash": b"one phone"}


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    return CareGroup(warehouse)


def status(care: CareGroup, key: str) -> tuple[str, str | None, str | None]:
    task = care.task(key)
    return task["status"], task["status_reason"], task["merged_into"]


def call_on_the_day(care: CareGroup) -> None:
    """The customer's birthday is on 9 July, and so is the call about a repair."""
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN, **PHONE)
    care.repair("R", july(8), store_code="SK01", deliverer_phone_hash=b"one phone")
    care.nights(july(7), july(8))


def test_a_greeting_is_said_in_the_call_of_that_day(care: CareGroup) -> None:
    call_on_the_day(care)
    assert status(care, GREETING) == ("postponed", "contact_budget", CALL)
    assert care.task(CALL)["also"] == [GREETING]
    care.call(CALL, july(9))
    care.night(july(9))
    assert status(care, GREETING) == ("done", "told", CALL)
    assert care.night(july(9))["changed"] == 0


def test_it_was_said_also_where_staff_notes_the_call_days_later(care: CareGroup) -> None:
    call_on_the_day(care)
    care.nights(july(9), july(10))
    assert status(care, GREETING) == ("missed", "not_called", None)
    care.call(CALL, july(9), arrives=july(11))
    care.night(july(11))
    assert status(care, GREETING) == ("done", "told", CALL)


def test_it_stays_said_where_the_visit_of_the_call_turns_out_to_be_long_ago(
    care: CareGroup,
) -> None:
    call_on_the_day(care)
    care.call(CALL, july(9))
    care.night(july(9))
    exit_on = july(8) - timedelta(days=30)
    care.repair(
        "R", exit_on, store_code="SK01", deliverer_phone_hash=b"one phone", arrives=july(10)
    )
    care.night(july(10))
    assert status(care, CALL) == ("done", "reached", None)
    assert status(care, GREETING) == ("done", "told", CALL)
    care.call(CALL, july(10), "no_answer", arrives=july(11), attempt_no=2)
    care.night(july(11))
    assert status(care, GREETING) == ("done", "told", CALL)


@pytest.mark.parametrize(("on", "outcome"), [(july(9), "no_answer"), (july(10), "reached")])
def test_it_was_not_said_where_nobody_was_reached_on_its_day(
    care: CareGroup, on: date, outcome: str
) -> None:
    call_on_the_day(care)
    care.call(CALL, on, outcome)
    care.nights(july(9), july(10))
    assert status(care, GREETING) == ("missed", "not_called", None)


def test_why_it_was_missed_stays_what_it_was_on_its_day(care: CareGroup) -> None:
    """The number is put right, and a call about something else comes late: who greets is past that."""
    bad = {"customer_phone_hash": None, "customer_phone_check": "too_short"}
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN, **bad)
    care.deliver("B", july(6), store_code="SK01", customer_phone_hash=b"another phone")
    care.nights(july(7), july(9))
    assert status(care, GREETING) == ("missed", "too_short", None)
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN, arrives=july(10), **PHONE)
    care.night(july(10))
    (call,) = [key for key, (on,) in care.tasks("document_no").items() if on == "B"][:1]
    care.call(call, july(9), arrives=july(11))
    care.night(july(11))
    assert care.task(call)["status"] == "done"
    assert status(care, GREETING) == ("missed", "too_short", None)


def test_without_a_call_it_is_the_message_of_the_day_and_others_wait(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN, **PHONE)
    care.deliver("B", date(2026, 5, 10), store_code="SK01", **PHONE)
    care.service_due("sales_order", "B", date(2026, 5, 10), date(2026, 8, 8), "SK01")
    care.nights(july(7), july(8))
    reminder = "SK01.S2-08.B"
    assert status(care, GREETING) == ("open", None, None)
    assert status(care, reminder) == ("postponed", "contact_budget", GREETING)
    care.call(GREETING, july(9))
    counts = care.night(july(9))
    assert status(care, GREETING) == ("done", "reached", None)
    assert status(care, reminder) == ("open", None, None)
    assert is_balanced(counts)


def test_who_has_cars_of_two_brands_is_greeted_once_by_the_store_of_the_newest(
    warehouse: Engine,
) -> None:
    packs = {"CA01": [{"from": date(2000, 1, 1), "pack": "care-norm"}]}
    care = CareGroup(warehouse, group_of(store_packs=packs))
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN, **PHONE)
    care.deliver("N", BOUGHT + timedelta(days=9), store_code="CA01", born_on=BORN, **PHONE)
    care.nights(july(1), july(8))
    assert set(care.tasks()) == {"CA01.S3-01.N.20260709"}
    care.call("CA01.S3-01.N.20260709", july(3))
    care.deliver("B", july(4), store_code="SK01", born_on=BORN, **PHONE)
    care.nights(july(4), july(9))
    greetings = [key for key, (about,) in care.tasks("about").items() if about == "greeting"]
    assert greetings == ["CA01.S3-01.N.20260709"]


def test_a_festival_is_wished_to_a_person_once_whatever_cars_they_have(care: CareGroup) -> None:
    for number, store in enumerate(("SK01", "SK01", "SK01")):
        care.deliver(f"A{number}", BOUGHT, store_code=store, vin=f"VIN{number}", **PHONE)
    care.deliver("B", BOUGHT, store_code="SK01")
    care.night(FESTIVAL - timedelta(days=1))
    assert care.tasks("status") == {
        "SK01.S2-01.A0.20260925": ("open",),
        "SK01.S2-01.B.20260925": ("open",),
    }


def test_what_is_past_its_day_is_recorded_and_never_sent(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    counts = care.night(july(9))
    assert status(care, GREETING) == ("missed", "not_called", None)
    assert (counts["due"], counts["missed"], counts["messages"]) == (1, 1, 0)
    assert care.messages("entity") == []


def test_the_order_of_nights_does_not_matter(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    care.night(july(12))
    assert care.tasks() == {}
    care.nights(july(7), july(9))
    assert status(care, GREETING) == ("missed", "not_called", None)
    assert care.task(GREETING)["made_day"] == july(8)
    assert care.messages("entity") == []


def test_a_birthday_that_is_put_right_takes_the_greeting_along(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    care.nights(july(7), july(8))
    care.deliver("A", BOUGHT, store_code="SK01", arrives=july(9), born_on=date(1986, 7, 10))
    care.night(july(9))
    assert status(care, GREETING) == ("withdrawn", "other_birthday", None)
    assert status(care, "SK01.S2-06.A.20260710") == ("open", None, None)


def test_news_of_an_order_change_no_greeting_of_last_year(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    care.nights(july(8), july(9))
    care.deliver("A", BOUGHT, store_code="SK01", arrives=july(20), status="cancelled")
    care.night(july(20))
    assert status(care, GREETING) == ("missed", "not_called", None)


def test_who_wants_no_greetings_gets_none(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    care.deliver("B", BOUGHT, store_code="SK01", born_on=BORN)
    care.prefer("stop", july(1), vin="VINA", about="greeting")
    care.prefer("pause", july(1), vin="VINB", valid_until=july(30))
    care.night(july(8))
    assert status(care, GREETING) == ("held", "stopped", None)
    assert status(care, GREETING.replace("A", "B")) == ("postponed", "paused", None)
    care.night(july(9))
    assert status(care, GREETING) == ("missed", "stopped", None)


def test_a_new_hash_key_forgets_no_birthday(care: CareGroup) -> None:
    ring = new_keyring_json()
    care.keyring = Keyring.from_json(ring)
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    with care.engine.begin() as connection:
        for table in protected_tables(connection):
            made_up = [name for name in table.hashes if name != "birthday_hash"]
            values = {name: care.keyring.hash(f"{table.name} {name}") for name in made_up}
            connection.execute(update(care.table(table.full_name)).values(values))
    newer = Keyring.from_json(add_key(ring, "hashing"))
    for given in (care.keyring, newer):
        rotate(care.engine, given)
    care.keyring = newer
    care.night(july(8))
    assert status(care, GREETING) == ("open", None, None)


def test_nothing_of_the_hashes_of_a_day_stays(care: CareGroup) -> None:
    care.deliver("A", BOUGHT, store_code="SK01", born_on=BORN)
    care.night(july(8))
    with care.engine.connect() as connection:
        columns = connection.execute(
            text(
                "select table_schema from information_schema.columns "
                "where column_name = 'birthday_hash'"
            )
        ).scalars()
        assert set(columns) == {"core", "staging"}


def test_who_hears_it_in_a_call_is_not_greeted_by_the_order_that_comes_with_it(
    warehouse: Engine,
) -> None:
    """The norm greets from a week before, so an order of that week is one of the occasion's, too."""
    care = CareGroup(
        warehouse, group_of(store_packs={"CA01": [{"from": date(2000, 1, 1), "pack": "care-norm"}]})
    )
    care.deliver("A", date(2021, 7, 2), born_on=BORN, **PHONE)
    care.consent(july(1), vin="VINA", **PHONE)
    care.nights(july(1), july(2))
    greeting, call = "CA01.S3-01.A.20260709", "CA01.S3-20.A.60"
    assert status(care, greeting) == ("postponed", "contact_budget", call)
    care.call(call, july(3))
    care.deliver("B", july(3), vin="VINA", born_on=BORN, **PHONE)
    care.night(july(3))
    assert status(care, greeting) == ("done", "told", call)
    assert "CA01.S3-01.B.20260709" not in care.tasks()
    assert care.night(july(3))["changed"] == 0
    care.nights(july(4), july(9))
    assert "CA01.S3-01.B.20260709" not in care.tasks()
