"""Who is one and the same, from what orders say, in whatever order nights run."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from people_of_orders import FIRST, KEYRING, Nights, Row, contact, groups, sale, visit
from sqlalchemy import text
from staged_rows import GROUP, at

from aftercare.stages.people import know_again, list_decisions


def test_one_name_with_one_phone_is_one_person_in_the_whole_group(nights: Nights) -> None:
    nights.night(
        sale("A", "VIN1", "王五", "13900000001"),
        visit("B", "VIN2", "王五", "13900000001"),
        visit("C", "VIN3", "王五", "13900000002"),
    )
    assert nights.people() == groups(["A.customer", "B.deliverer"], ["C.deliverer"])
    assert nights.candidates() == []


def test_a_phone_of_two_names_is_shared_and_not_one_person(nights: Nights) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001"),
        visit("B", "VIN1", "李四", "13900000001"),
        visit("C", "VIN2", "李四", "13900000001"),
    )
    assert nights.people() == groups(["A.deliverer"], ["B.deliverer", "C.deliverer"])
    [phone] = nights.rows("select names, vehicles, is_staff, is_evidence from core.shared_phone")
    assert phone == {"names": 2, "vehicles": 2, "is_staff": False, "is_evidence": True}
    assert nights.candidates() == []


def test_a_changed_phone_on_one_vehicle_makes_a_candidate(nights: Nights) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001", opened_at=at(2026, 5, 1, 9)),
        visit("B", "VIN1", "王五", "13900000002"),
    )
    assert nights.people() == groups(["A.deliverer"], ["B.deliverer"])
    assert nights.candidates() == [("A.deliverer", "B.deliverer", ["name_and_vehicle"])]


def test_one_identity_number_makes_one_person_of_changed_phones(nights: Nights) -> None:
    nights.night(
        sale("A", "VIN1", "王五", "13900000001", id_no="1"),
        sale("B", "VIN2", "王五", "13900000002", id_no="1"),
        sale("C", "VIN3", "王武", "13900000003", id_no="1"),
    )
    assert nights.people() == groups(["A.customer", "B.customer"], ["C.customer"])
    assert nights.candidates() == [("A.customer", "C.customer", ["id_no"])]


def test_different_identity_numbers_are_different_people(nights: Nights) -> None:
    nights.night(
        sale("A", "VIN1", "王五", "13900000001", id_no="1"),
        sale("B", "VIN2", "王五", "13900000001", id_no="2"),
        visit("C", "VIN2", "王五", "13900000001"),
    )
    assert nights.people() == groups(["A.customer"], ["B.customer", "C.deliverer"])
    assert ("A.customer", "B.customer", ["name_and_phone"]) not in nights.candidates()


def test_who_was_joined_over_others_is_parted_by_identity_numbers(nights: Nights) -> None:
    nights.night(
        sale("A", "VIN1", "王五", "13900000001", id_no="1"),
        visit("B", "VIN2", "王五", "13900000001"),
        sale("C", "VIN2", "王五", None, id_no="2"),
    )
    assert nights.people() == groups(["A.customer"], ["B.deliverer"], ["C.customer"])


@pytest.mark.parametrize("check", ["landline", "too_short", "missing"])
def test_without_a_usable_phone_name_and_vehicle_speak(nights: Nights, check: str) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001"),
        visit("B", "VIN1", "王五", "02388", check=check),
        visit("C", "VIN2", "王五", "02388", check=check),
    )
    assert nights.people() == groups(["A.deliverer", "B.deliverer"], ["C.deliverer"])


def test_a_car_of_a_company_has_a_company_and_whoever_brings_it(nights: Nights) -> None:
    car = contact("owner", "和远物流", "13900000009") | {"owner_kind": "company"}
    nights.night(
        visit("A", "VIN1", "王五", "13900000001", **car),
        visit("B", "VIN2", "李四", "13900000001", **car),
        # Where the company's name stands for its driver, nobody is known.
        visit("C", "VIN3", "和远物流", "13900000002", **car),
        visit("D", "VIN4", "和远物流", "13900000002"),
    )
    companies = [*(f"{number}.owner" for number in "ABC"), "C.deliverer"]
    assert nights.people() == groups(companies, ["A.deliverer"], ["B.deliverer"], ["D.deliverer"])
    [company] = nights.rows("select kind, vehicles from core.customer where kind = 'company'")
    assert company == {"kind": "company", "vehicles": 3}


def test_a_phone_of_many_names_or_vehicles_or_of_staff_says_nothing(nights: Nights) -> None:
    many_names = [
        visit(f"N{number}", f"VIN{number}", f"人{number}", "13900000001") for number in range(3)
    ]
    cars = [visit(f"V{number}", f"CAR{number}", "客户", "13900000002") for number in range(11)]
    pair = [visit(f"P{number}", f"PAIR{number}", "王五", "13900000001") for number in range(2)]
    nights.night(*pair, *many_names[:2])
    assert frozenset(["P0.deliverer", "P1.deliverer"]) in nights.people()
    # A fourth name makes the phone one of many; what it had joined falls apart.
    nights.night(many_names[2], *cars, day=FIRST + timedelta(days=1))
    assert {len(members) for members in nights.people()} == {1}
    reasons = {pair[2][0] for pair in nights.candidates()}
    assert reasons == {"name_and_phone"}
    assert len(nights.candidates()) == 1 + 10


def test_a_number_of_staff_is_nobody_s_even_when_the_employee_comes_later(nights: Nights) -> None:
    pair = [visit(f"P{number}", f"PAIR{number}", "王五", "13900000001") for number in range(2)]
    nights.night(*pair)
    assert len(nights.people()) == 1
    mobile = {"mobile_hash": KEYRING.hash("13900000001"), "mobile_check": "valid"}
    nights.night(("employee", mobile), day=FIRST + timedelta(days=1))
    assert len(nights.people()) == 2
    [phone] = nights.rows("select is_staff, is_evidence from core.shared_phone")
    assert phone == {"is_staff": True, "is_evidence": False}


def test_pre_delivery_and_cancelled_orders_and_blank_names_make_nobody(nights: Nights) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001", ro_type="pre_delivery"),
        visit("B", "VIN1", "王五", "13900000001", status="cancelled"),
        (
            "repair_order",
            {"ro_no": "C", "vin": "VIN1", **contact("deliverer", None, "13900000001")},
        ),
        sale("D", "VIN1", "王五", "13900000001", status="cancelled"),
    )
    assert nights.people() == set()


def test_an_order_that_the_dealer_system_deleted_names_nobody(nights: Nights) -> None:
    nights.night(visit("A", "VIN1", "王五", "13900000001"), visit("B", "VIN2", "王五", None))
    with nights.engine.begin() as connection:
        connection.execute(
            text("update core.repair_order set vanished_day = version_day where ro_no = 'A'")
        )
    know_again(nights.engine, GROUP)
    assert nights.people() == groups(["B.deliverer"])


def test_roles_to_vehicles_have_days(nights: Nights) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001", opened_at=at(2026, 5, 1, 9)),
        visit("B", "VIN1", "王五", "13900000001", opened_at=at(2026, 6, 1, 9)),
    )
    [role] = nights.rows("select role, first_on, last_on, role_key from core.customer_role")
    assert role == {
        "role": "deliverer",
        "first_on": date(2026, 5, 1),
        "last_on": date(2026, 6, 1),
        "role_key": "S1.A.deliverer",
    }


def test_a_rule_that_is_not_automatic_gives_candidates(nights: Nights) -> None:
    nights.night(*(visit(name, f"VIN{name}", "王五", "13900000001") for name in "AB"))
    assert len(nights.people()) == 1
    people = GROUP.people.model_copy(update={"automatic": ("name_and_id_no",)})
    know_again(nights.engine, GROUP.model_copy(update={"people": people}))
    assert nights.people() == groups(["A.deliverer"], ["B.deliverer"])
    assert nights.candidates() == [("A.deliverer", "B.deliverer", ["name_and_phone"])]
    know_again(nights.engine, GROUP)
    assert len(nights.people()) == 1


def test_the_same_night_again_writes_nothing(nights: Nights) -> None:
    nights.night(*HISTORY[0])
    places = (
        "select customer_id, xmin::text, ctid::text from core.customer union all "
        "select role_key, xmin::text, ctid::text from core.customer_role order by 1, 2"
    )
    before = nights.rows(places)
    nights.merge(FIRST)
    know_again(nights.engine, GROUP)
    assert nights.rows(places) == before != []


# Days of orders: phones that turn out to be shared, corrected names, vehicles and phones.
NIGHTS = 10


def _history() -> list[list[tuple[str, Row]]]:
    draw = random.Random(20260601)
    names = ["王五", "李四", "张伟", "和远物流"]
    phones = [None, *(f"1390000000{number}" for number in range(5))]
    days = []
    for _ in range(NIGHTS):
        orders: dict[str, tuple[str, Row]] = {}
        for _ in range(9):
            number, vin = f"{draw.randrange(40):02d}", f"VIN{draw.randrange(9)}"
            name, phone = draw.choice(names), draw.choice(phones)
            opened = datetime.combine(
                FIRST + timedelta(days=draw.randrange(NIGHTS)), at(2026, 1, 1, 9).timetz()
            )
            if draw.random() < 0.3:
                id_no = draw.choice([None, "1", "2", "3"])
                kind = draw.choice(["person", "company"])
                made = sale(
                    f"S{number}",
                    vin,
                    name,
                    phone,
                    id_no,
                    signed_on=opened.date(),
                    customer_kind=kind,
                    status=draw.choice(["active", "active", "active", "cancelled"]),
                )
            else:
                owner = contact("owner", draw.choice(names), draw.choice(phones))
                made = visit(
                    f"R{number}",
                    vin,
                    name,
                    phone,
                    opened_at=opened,
                    owner_kind=draw.choice(["person", "company"]),
                    **owner,
                )
            orders[next(iter(made[1].values()))] = made
        days.append(list(orders.values()))
    return days


HISTORY = _history()


@pytest.mark.parametrize("seed", range(3))
def test_people_are_the_same_in_whatever_order_nights_run(nights: Nights, seed: int) -> None:
    days = [FIRST + timedelta(days=number) for number in range(len(HISTORY))]
    for day, orders in zip(days, HISTORY, strict=True):
        nights.capture(day, *orders)
    for day in days:
        nights.merge(day)
    expected, people = nights.state(), nights.people()
    assert max(map(len, people)) > 4
    assert len(people) > 10
    forget(nights, PEOPLE + ORDERS)
    random.Random(seed).shuffle(days)
    for number, day in enumerate(days):
        nights.merge(day)
        if number in (3, 6):
            _decide_something(nights, seed + number)
    decided = nights.state()
    assert any(row["merged_into"] for row in decided["customer"])
    # What the nights brought step by step is what everything at once gives, decisions included.
    forget(nights, PEOPLE)
    know_again(nights.engine, GROUP)
    assert nights.state() == decided
    for row in list_decisions(nights.engine):
        nights.undo(row["decision_id"])
    assert nights.state() == expected


def test_nights_at_once_give_the_people_of_nights_in_order(nights: Nights) -> None:
    days = [FIRST + timedelta(days=number) for number in range(len(HISTORY))]
    for day, orders in zip(days, HISTORY, strict=True):
        nights.capture(day, *orders)
    for day in days:
        nights.merge(day)
    expected = nights.state()
    forget(nights, PEOPLE + ORDERS)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(nights.merge, days))
    assert nights.state() == expected


PEOPLE = ["core.customer", "core.customer_role", "core.shared_phone", "core.people_due"]
ORDERS = ["core.sales_order", "core.repair_order", "core.vehicle"]


def forget(nights: Nights, tables: list[str]) -> None:
    """Empties tables of core."""
    with nights.engine.begin() as connection:
        connection.execute(text(f"truncate {', '.join(tables)}"))


def _decide_something(nights: Nights, seed: int) -> None:
    """A merge of two persons that are not decided about yet."""
    draw = random.Random(seed)
    free = nights.rows(
        "select customer_id from core.customer as c where kind = 'person' and merged_into is null "
        "and not exists (select 1 from core.customer as o where o.merged_into = c.customer_id)"
    )
    ids = sorted(row["customer_id"].removeprefix("S1.") for row in free)
    kept, other = draw.sample(ids, 2)
    nights.decide(kept, other)
