"""What people decide about who is one and the same, and what hangs on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from care_group import CareGroup
from people_of_orders import FIRST, KEYRING, TODAY, Nights, contact, groups, visit
from sqlalchemy import Engine, text
from staged_rows import at

from aftercare.errors import BadData, NotAllowed
from aftercare.stages.people import (
    decide,
    describe_customer,
    know_people,
    list_candidates,
    list_decisions,
    undo,
)
from aftercare.stages.tasks import WORK_TABLES
from aftercare.warehouse import run, statement

NIGHT = (
    "collect_touched",
    "collect_tasks",
    "collect_addressed_tasks",
    "find_persons",
    "find_told",
    "judge_tasks",
    "keep_budget",
)


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
        days = {name: month[name] for name in ("first_day", "last_day")}
        run(connection, "score/find_waited", **days)
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
        # Of drivers with phones of their own: one phone would be called about one car a day.
        delivered(care, order_no, f"phone {order_no}".encode(), customer_kind="company")
    care.night(july(1))
    care.call("CA01.S4-02.A", july(2), "reached", is_do_not_call=True)
    free = ("open", None)
    assert reasons(care) == {"A": ("held", "do_not_call"), "B": free, "C": free, "D": free}


HISTORY = """
    insert into core.sales_order (
        store_code, order_no, vin, status, customer_name_hash,
        row_hash, version_at, version_day, load_id, row_id)
    select store_code, order_no || n, 'OLD' || n, status, customer_name_hash,
        row_hash, version_at, version_day, load_id, row_id
    from core.sales_order, generate_series(1, 5000) as n;
    insert into care.follow_up_task select (jsonb_populate_record(t, jsonb_build_object(
        'task_key', t.task_key || n, 'document_no', t.document_no || n, 'vin', 'OLD' || n, 'status', 'done'))).*
    from care.follow_up_task as t, generate_series(1, 5000) as n;
    insert into core.call_result (
        store_code, task_key, attempt_no, called_at, called_on, outcome,
        row_hash, version_at, version_day, load_id)
    select t.store_code, t.task_key, 1, now(), t.open_on, 'reached',
        s.row_hash, s.version_at, s.version_day, s.load_id
    from care.follow_up_task as t, core.sales_order as s
    where s.vin = 'VINA' and t.vin <> 'VINA';
"""


def test_a_night_asks_about_its_own_tasks_and_does_not_read_those_of_years(
    warehouse: Engine,
) -> None:
    care = CareGroup(warehouse)
    delivered(care, "A", b"phone")
    care.night(july(1))
    with care.engine.begin() as connection:
        connection.exec_driver_sql(HISTORY)
        for table in WORK_TABLES:
            run(connection, f"care/create_night_{table}")
        connection.execute(
            text("insert into night_task select * from care.follow_up_task where vin = 'VINA'")
        )
        connection.execute(text("analyze"))
        plans = {
            name: "\n".join(
                connection.execute(
                    text(f"explain (verbose) {statement(f'care/{name}').text}"),
                    {"day": july(1), "horizon": july(1)},
                ).scalars()
            )
            for name in NIGHT
        }
    assert "follow_up_task_vin_idx" in plans["judge_tasks"]
    for name, plan in plans.items():
        for table in ("core.sales_order", "care.follow_up_task", "core.call_result"):
            assert f"Seq Scan on {table}" not in plan, name
