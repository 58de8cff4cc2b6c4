"""Complaints in a real Odoo 19: records of a model of the mapping's choice, archived when they are closed."""

import contextlib
import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from care_group import house_policy
from crm_records import CLOSED, a_complaint, a_contact, known, moved, sent, withdrawal
from night_of_complaints import NightOfComplaints
from night_of_tasks import DAY, TODAY
from sqlalchemy import Engine

from aftercare.errors import AftercareError, ConfigurationError
from aftercare.stages.push import push

LEAD = "crm.lead"
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def odoo(odoo_with_complaints: Any) -> Any:
    return odoo_with_complaints


def leads(odoo: Any, *fields: str) -> list[dict[str, Any]]:
    return odoo.find(LEAD, [], *fields, login="aftercare_sales")


def test_a_complaint_stands_at_its_customer_with_all_that_is_known(odoo):
    sent(odoo.target, [a_complaint(1), a_contact(1)])
    (lead,) = leads(odoo, "name", "description", "partner_id", "user_id", "active")
    assert lead["name"] == "投诉 TS1 · 严重 · 张三1 · 川A00001"
    assert "空调 &lt;b&gt;异响&lt;/b&gt;<br>要求回电 &amp; 道歉" in lead["description"]
    assert "状态: 已登记" in lead["description"]
    assert (lead["partner_id"][1], lead["user_id"][1]) == ("张三1", "王芳")
    assert lead["active"]


def test_what_is_sent_again_is_one_record_and_what_is_equal_is_not_written(odoo):
    records = [a_contact(1), a_complaint(1)]
    told = sent(odoo.target, records)
    assert [each.crm_id for each in sent(odoo.target, records)] == [each.crm_id for each in told]
    stamps = leads(odoo, "write_date")
    sent(odoo.target, told)
    assert leads(odoo, "write_date") == stamps


def test_a_closed_complaint_is_archived_and_one_that_is_opened_again_comes_back(odoo):
    _, complaint = sent(odoo.target, [a_contact(1), a_complaint(1)])
    sent(odoo.target, [moved(complaint, **CLOSED)])
    (lead,) = leads(odoo, "active", "description")
    assert not lead["active"]
    assert "状态: 已关闭" in lead["description"]
    for again in (complaint, dataclasses.replace(complaint, crm_id=None)):
        sent(odoo.target, [moved(again, **CLOSED)])
        sent(odoo.target, [moved(again)])
        assert [lead["active"] for lead in leads(odoo, "active")] == [True]


def test_a_complaint_of_nobody_known_is_a_record_without_a_contact(odoo):
    sent(odoo.target, [a_complaint(1, contact_key=None, owner_no=None)])
    (lead,) = leads(odoo, "partner_id", "user_id")
    assert (lead["partner_id"], lead["user_id"]) == (False, False)


def test_a_complaint_waits_for_a_contact_that_is_not_there(odoo):
    (outcome,) = odoo.target.upsert([a_complaint(1)])
    assert (outcome.state, leads(odoo)) == ("retry", [])


def test_what_is_taken_back_is_archived_with_a_note_that_says_why(odoo):
    _, complaint = sent(odoo.target, [a_contact(1), a_complaint(1)])
    forgotten = dataclasses.replace(complaint, crm_id=None)
    never = a_complaint(2)
    for record in (complaint, forgotten, never):
        (outcome,) = odoo.target.withdraw([withdrawal(record)])
        assert outcome.state == "sent"
    (lead,) = leads(odoo, "active")
    assert not lead["active"]
    said = odoo.find(
        "mail.message",
        [["model", "=", LEAD], ["body", "ilike", "订单已撤销"]],
        login="aftercare_sales",
    )
    assert len(said) == 1


@pytest.mark.parametrize(
    ("changes", "where", "why"),
    [
        ({"model": "helpdesk.ticket"}, "complaint.model", "no such model"),
        ({"contact": "customer_id"}, "complaint.contact", "no field customer_id"),
        ({"links": {"team": "x.y"}}, "complaint.links", "no field team"),
    ],
)
def test_a_section_that_does_not_fit_this_odoo_is_named(odoo, changes, where, why):
    complaint = odoo.mapping.complaint.model_copy(update=changes)
    mapping = odoo.mapping.model_copy(update={"complaint": complaint})
    with pytest.raises(ConfigurationError, match=why) as problem:
        dataclasses.replace(odoo, mapping=mapping).target.check()
    assert problem.value.key == where


def test_who_may_not_see_the_records_of_others_is_told_so(odoo):
    with pytest.raises(ConfigurationError, match=r"right to read crm\.lead|may not|rights"):
        dataclasses.replace(odoo, sender="aftercare").target.check()


def send(night: NightOfComplaints, odoo: Any, front: Any = None) -> dict[str, Any]:
    target = odoo.target_at(front.address) if front else odoo.target
    return push(night.engine, night.keyring, night.group, target, DAY, TODAY, house_policy())


def test_a_push_tells_what_is_open_and_a_second_one_writes_nothing(
    warehouse: Engine, odoo: Any
) -> None:
    night = NightOfComplaints(warehouse, "odoo")
    first, second = night.complaint("TS1"), night.complaint("TS2")
    night.complaint("CA01.S4-03.SO1", system="odoo")
    counts = send(night, odoo)
    assert (counts["complaints"]["sent"], counts["run"]["created"]) == (2, 4)
    assert send(night, odoo)["run"]["calls"] == 0
    night.stands(first, closed_at=AT)
    night.vanishes(second, DAY)
    again = send(night, odoo)
    assert (again["run"]["updated"], again["run"]["withdrawn"]) == (1, 1)
    assert [lead["active"] for lead in leads(odoo, "active")] == [False, False]


def test_answers_lost_on_the_way_make_no_second_record(
    warehouse: Engine, odoo: Any, front: Any
) -> None:
    night = NightOfComplaints(warehouse, "odoo")
    for number in range(3):
        night.complaint(f"TS{number}")
    for faults in (["cut"] * 9, [None] * 12 + ["cut"] * 4):
        front.faults[:] = faults
        with contextlib.suppress(AftercareError):
            send(night, odoo, front)
    front.faults.clear()
    send(night, odoo, front)
    assert len(leads(odoo)) == 3
    assert set(night.messages("complaint").values()) <= {"sent", "unchanged"}


def test_what_staff_wrote_in_a_field_of_their_own_stays(odoo):
    _, complaint = sent(odoo.target, [a_contact(1), a_complaint(1)])
    odoo.call(
        LEAD, "write", ids=[int(complaint.crm_id)], vals={"priority": "3"}, login="aftercare_sales"
    )
    (again,) = known([complaint], odoo.target.upsert([moved(complaint, level="一般")]))
    (lead,) = leads(odoo, "name", "priority")
    assert (lead["priority"], again.crm_id) == ("3", complaint.crm_id)
    assert "一般" in lead["name"]
