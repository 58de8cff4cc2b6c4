"""Who is one and the same, from what orders say and people decide, in whatever order nights run."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from care_group import CareGroup
from people_of_orders import FIRST, KEYRING, TODAY, Nights, Row, contact, sale, visit
from sqlalchemy import Engine, text
from staged_rows import GROUP, at

from aftercare.errors import BadData, NotAllowed
from aftercare.stages.people import (
    decide,
    describe_customer,
    know_again,
    know_people,
    list_candidates,
    list_decisions,
    undo,
)
from aftercare.warehouse import connect, run


@pytest.fixture(scope="module")
def house(postgres: Any, warehouse_template: str) -> Iterator[Engine]:
    """One warehouse for all tests that empty it themselves."""
    name = f"people_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name, template=warehouse_template)
    engine = connect(postgres.url(name))
    yield engine
    engine.dispose()
    postgres.drop_database(name)


@pytest.fixture
def nights(house: Engine) -> Nights:
    with house.begin() as connection:
        connection.execute(
            text(
                "truncate ops.load, ops.user_role, core.employee, core.vehicle, core.customer, "
                "core.shared_phone, core.people_due, core.customer_decision restart identity cascade"
            )
        )
    return Nights(house)


def groups(*members: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset(one) for one in members}


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


def test_a_merge_leaves_a_redirect_and_its_undo_restores_everything(nights: Nights) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001", opened_at=at(2026, 5, 1, 9)),
        visit("B", "VIN1", "王五", "13900000002"),
        visit("C", "VIN2", "李四", "13900000003"),
    )
    before = nights.state()
    number = nights.decide("A.deliverer", "B.deliverer")
    assert nights.people() == groups(["A.deliverer", "B.deliverer"], ["C.deliverer"])
    [redirect] = nights.rows("select * from core.customer where merged_into is not null")
    assert (redirect["customer_id"], redirect["merged_into"]) == (
        "S1.B.deliverer",
        "S1.A.deliverer",
    )
    assert nights.candidates() == []
    shown = describe_customer(nights.engine, KEYRING, "S1.B.deliverer")
    assert (shown["customer_id"], shown["merged"]) == ("S1.A.deliverer", ["S1.B.deliverer"])
    [kept] = list_decisions(nights.engine)
    assert (kept["state"], kept["decided_by"], kept["reason"]) == ("stands", "amy", "asked")
    nights.undo(number)
    assert nights.state() == before
    assert [row["state"] for row in list_decisions(nights.engine)] == ["undone", "undo"]
    with pytest.raises(BadData, match="no decision 1 about people stands"):
        nights.undo(number)


def test_chains_circles_and_nonsense_are_refused(nights: Nights) -> None:
    company = contact("owner", "和远物流", None) | {"owner_kind": "company"}
    nights.night(
        *(visit(name, f"VIN{name}", f"人{name}", "13900000001") for name in "AB"),
        visit("C", "VINC", "人C", "13900000003", **company),
    )
    with pytest.raises(BadData, match="one customer already"):
        nights.decide("A.deliverer", "A.deliverer")
    with pytest.raises(BadData, match=r"a person and .* a company"):
        nights.decide("A.deliverer", "C.owner")
    with pytest.raises(BadData, match=r"nobody is known by S1\.X\.owner"):
        nights.decide("A.deliverer", "X.owner")
    with pytest.raises(BadData, match="needs a reason"):
        decide(nights.engine, "merge", "S1.A.deliverer", "S1.B.deliverer", " ", "amy", TODAY)
    nights.decide("A.deliverer", "B.deliverer")
    with pytest.raises(BadData, match=r"S1.B.deliverer leads to S1.A.deliverer"):
        nights.decide("B.deliverer", "A.deliverer")
    with pytest.raises(BadData, match=r"S1.B.deliverer leads to S1.A.deliverer"):
        nights.decide("B.deliverer", "C.deliverer")
    with pytest.raises(BadData, match="a chain of redirects is refused"):
        nights.decide("C.deliverer", "A.deliverer")
    nights.decide("A.deliverer", "C.deliverer")
    assert len(list_decisions(nights.engine)) == 2


def test_only_stewards_of_all_stores_concerned_decide(nights: Nights) -> None:
    nights.staged.insert(
        "ops.user_role",
        {"user_name": "bob", "role": "steward", "store_code": "S1"},
        {"user_name": "eve", "role": "steward", "store_code": "S2"},
    )
    nights.night(*(visit(name, f"VIN{name}", f"人{name}", None) for name in "AB"))
    with pytest.raises(NotAllowed, match="eve is no steward of S1"):
        nights.decide("A.deliverer", "B.deliverer", user="eve")
    number = nights.decide("A.deliverer", "B.deliverer", user="bob")
    with pytest.raises(NotAllowed):
        nights.undo(number, user="eve")


def test_who_is_kept_apart_is_no_candidate_until_that_is_undone(nights: Nights) -> None:
    nights.night(
        visit("A", "VIN1", "王五", "13900000001"), visit("B", "VIN1", "王五", "13900000002")
    )
    number = nights.decide("B.deliverer", "A.deliverer", "apart")
    assert nights.candidates() == []
    with pytest.raises(BadData, match="decision 1 is about these two already"):
        nights.decide("A.deliverer", "B.deliverer")
    nights.undo(number)
    assert len(nights.candidates()) == 1


def test_a_decision_rests_while_a_document_of_it_is_cancelled(nights: Nights) -> None:
    first = [visit("A", "VIN1", "王五", "13900000001"), visit("B", "VIN2", "李四", "13900000002")]
    nights.night(*first)
    nights.decide("A.deliverer", "B.deliverer")
    gone = visit("B", "VIN2", "李四", "13900000002", status="cancelled")
    nights.night(gone, day=FIRST + timedelta(days=1))
    assert nights.people() == groups(["A.deliverer"])
    assert [row["state"] for row in list_decisions(nights.engine)] == ["rests"]
    nights.night(first[1], day=FIRST + timedelta(days=2))
    assert nights.people() == groups(["A.deliverer", "B.deliverer"])


def test_a_rule_that_is_not_automatic_gives_candidates(nights: Nights) -> None:
    nights.night(*(visit(name, f"VIN{name}", "王五", "13900000001") for name in "AB"))
    assert len(nights.people()) == 1
    people = GROUP.people.model_copy(update={"automatic": ("name_and_id_no",)})
    know_again(nights.engine, GROUP.model_copy(update={"people": people}))
    assert nights.people() == groups(["A.deliverer"], ["B.deliverer"])
    assert nights.candidates() == [("A.deliverer", "B.deliverer", ["name_and_phone"])]
    know_again(nights.engine, GROUP)
    assert len(nights.people()) == 1


def test_what_is_shown_is_masked(nights: Nights) -> None:
    nights.night(
        visit("A", "LSVAA4182E2184847", "王五", "13912345678"),
        visit("B", "LSVAA4182E2184847", "王五", "13987654321"),
    )
    [pair] = list_candidates(nights.engine, KEYRING)
    assert sorted((pair["kept"], pair["other"])) == ["** *********21", "** *********78"]
    shown = repr(describe_customer(nights.engine, KEYRING, "S1.A.deliverer"))
    for secret in ("王五", "13912345678", "LSVAA4182E2184847"):
        assert secret not in shown


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


SEVEN_DAYS = "CA01.S4-04.{}"


def july(day: int) -> date:
    return date(2026, 7, day)


def delivered(care: CareGroup, order_no: str, phone: bytes, **changes: Any) -> None:
    """A car delivered to 王五, whose people the night works out."""
    care.deliver(order_no, july(1), customer_phone_hash=phone, **changes)
    with care.engine.begin() as connection:
        connection.execute(
            text("insert into core.people_due (vin) values (:vin)"), {"vin": f"VIN{order_no}"}
        )


def reasons(care: CareGroup) -> dict[str, Any]:
    """Why the calls after seven days are held, by order."""
    know_people(care.engine, care.group)
    care.nights(july(1), july(7))
    found = care.tasks("status", "status_reason")
    return {name: found[SEVEN_DAYS.format(name)] for name in "ABCD"}


def excused(care: CareGroup) -> dict[str, Any]:
    """Why the calls after seven days are not required of their owners, by order."""
    month = {"first_day": july(1), "last_day": july(31), "closing_on": date(2026, 8, 5)}
    with care.engine.begin() as connection:
        run(connection, "score/judge_follow_ups", **month)
        rows = connection.execute(text("select row_key, excuse from judged_follow_up"))
        found: dict[str, Any] = {row.row_key: row.excuse for row in rows}
    return {name: found[SEVEN_DAYS.format(name)] for name in "ABCD"}


def test_who_asked_not_to_be_called_is_not_called_about_another_car(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    delivered(care, "A", b"phone")
    delivered(care, "B", b"phone")
    delivered(care, "C", b"other")
    delivered(care, "D", b"phone", customer_name_hash=b"somebody else")
    care.night(july(1))
    care.call("CA01.S4-02.A", july(2), "reached", is_do_not_call=True)
    held, free = ("held", "do_not_call"), ("open", None)
    assert reasons(care) == {"A": held, "B": held, "C": free, "D": free}
    with care.engine.begin() as connection:
        connection.execute(
            text("insert into ops.user_role (user_name, role) values ('amy', 'steward')")
        )
    customers = ("CA01.A.customer", "CA01.C.customer")
    number = decide(care.engine, "merge", *customers, "changed phone", "amy", july(8))
    assert reasons(care) == {"A": held, "B": held, "C": held, "D": free}
    wish = "do_not_call"
    assert excused(care) == {"A": wish, "B": wish, "C": wish, "D": None}
    undo(care.engine, number, "mistake", "amy", july(8))
    assert reasons(care) == {"A": held, "B": held, "C": free, "D": free}
    assert excused(care) == {"A": wish, "B": wish, "C": None, "D": None}


def test_a_company_s_wish_is_about_the_vehicle_it_was_said_about(warehouse: Engine) -> None:
    care = CareGroup(warehouse)
    for order_no in "ABCD":
        delivered(care, order_no, b"phone", customer_kind="company")
    care.night(july(1))
    care.call("CA01.S4-02.A", july(2), "reached", is_do_not_call=True)
    free = ("open", None)
    assert reasons(care) == {"A": ("held", "do_not_call"), "B": free, "C": free, "D": free}
