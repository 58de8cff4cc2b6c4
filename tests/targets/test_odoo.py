"""The target odoo, against a real Odoo 19: what is sent, moved and withdrawn."""

import dataclasses
import re
import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import requests
import sqlalchemy as sa
from crm_records import DUE, a_contact, a_task, both, moved, sent, withdrawal

from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.targets import odoo_load
from aftercare.targets.protocol import Outcome


def written_at(postgres: EmbeddedPostgres, database: str, table: str) -> Mapping[int, datetime]:
    """When each row was written last, finer than Odoo itself tells."""
    rows = sa.table(table, sa.column("id"), sa.column("write_date"))
    engine = sa.create_engine(postgres.url(database))
    with engine.connect() as connection:
        found = {row.id: row.write_date for row in connection.execute(sa.select(rows))}
    engine.dispose()
    return found


def test_open_activities_are_the_tasks_sent(odoo):
    tasks = [record for record in sent(odoo.target, both(5)) if record.entity == "task"]

    found = {task.key: (task.crm_id, task.due_date) for task in odoo.open_tasks()}

    assert found == {task.key: (task.crm_id, DUE) for task in tasks}


def test_people_can_look_at_its_pages(odoo):
    visitor = requests.Session()
    # Databases of other tests come and go between two requests, and with only one there is no
    # cookie that would say which is meant.
    visitor.headers["X-Odoo-Database"] = odoo.database
    page = visitor.get(f"{odoo.server.address}/web/login", timeout=60)
    assert page.status_code == 200
    assert 'name="login"' in page.text
    (script, *_) = re.findall(r'src="(/web/assets/[^"]+\.js)"', page.text)
    assert visitor.get(odoo.server.address + script, timeout=60).status_code == 200


def test_an_activity_holds_what_the_call_needs(odoo):
    sent(odoo.target, both(1))

    (activity,) = odoo.find("mail.activity", [], "summary", "note", "user_id", "activity_type_id")
    (contact,) = odoo.find("res.partner", [["ref", "!=", False]], "name", "phone", "comment")

    assert activity["summary"] == "交车三日回访 · 张三1 · 川A00001"
    assert "您好，&lt;请问&gt; 用车感受如何？<br>感谢 &amp; 再见" in activity["note"]
    assert "13800000001" in activity["note"]
    assert activity["user_id"][1] == "王芳"
    assert activity["activity_type_id"][1] == "Call"
    assert (contact["name"], contact["phone"]) == ("张三1", "13800000001")
    assert "LS5A2ABE0JA000001" in contact["comment"]


def test_equal_records_sent_again_write_nothing(odoo, postgres):
    records = sent(odoo.target, both(4))
    tables = ("mail_activity", "res_partner", "mail_message", "ir_model_data")
    before = {table: written_at(postgres, odoo.database, table) for table in tables}

    sent(odoo.target, records)

    assert {table: written_at(postgres, odoo.database, table) for table in tables} == before


def test_records_sent_again_without_their_ids_are_found_by_key(odoo):
    records = sent(odoo.target, both(3))

    again = sent(odoo.target, [dataclasses.replace(record, crm_id=None) for record in records])

    assert [record.crm_id for record in again] == [record.crm_id for record in records]
    assert len(odoo.open_tasks()) == 3


def test_a_moved_date_moves_the_activity(odoo):
    (task,) = sent(odoo.target, both(1))[:1]

    sent(odoo.target, [moved(task, due_date=date(2026, 3, 20))])

    assert [(t.key, t.due_date) for t in odoo.open_tasks()] == [(task.key, date(2026, 3, 20))]


def test_equal_changes_of_many_records_share_one_call(odoo, postgres):
    tasks = [record for record in sent(odoo.target, both(6)) if record.entity == "task"]

    sent(odoo.target, [moved(task, due_date=date(2026, 3, 20)) for task in tasks])

    # A call is a transaction, and Odoo stamps all rows of one with the same moment.
    assert len(set(written_at(postgres, odoo.database, "mail_activity").values())) == 1


def test_a_withdrawn_task_leaves_the_open_list_and_is_not_done(odoo):
    records = sent(odoo.target, both(2))
    task = records[0]

    (outcome,) = odoo.target.withdraw([withdrawal(task)])

    assert outcome.state == "sent"
    assert [found.key for found in odoo.open_tasks()] == [records[2].key]
    assert odoo.find("mail.activity", [["active", "=", False]]) == []
    (note,) = odoo.find("mail.message", [["body", "ilike", "撤回"]], "body", "res_id")
    assert "订单已撤销" in note["body"]
    assert str(note["res_id"]) == records[1].crm_id


def test_withdrawing_twice_leaves_one_note(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.target.withdraw([withdrawal(task)])

    (outcome,) = odoo.target.withdraw([withdrawal(task)])

    assert (outcome.state, outcome.reason) == ("sent", "was not in the CRM any more")
    assert len(odoo.find("mail.message", [["body", "ilike", "撤回"]])) == 1


def test_a_task_is_withdrawn_by_its_key_when_its_id_is_not_known(odoo):
    first, _contact, second, _other = sent(odoo.target, both(2))

    (outcome,) = odoo.target.withdraw([dataclasses.replace(withdrawal(first), crm_id=None)])

    assert outcome.state == "sent"
    assert [found.key for found in odoo.open_tasks()] == [second.key]


def test_a_withdrawn_task_may_come_back(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.target.withdraw([withdrawal(task)])

    (again,) = sent(odoo.target, [task])

    assert [(t.key, t.crm_id) for t in odoo.open_tasks()] == [(task.key, again.crm_id)]
    assert again.crm_id != task.crm_id


def test_a_finished_call_is_neither_withdrawn_nor_changed(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.call("mail.activity", "action_feedback", ids=[int(task.crm_id)], feedback="成功")
    fields = ("summary", "date_deadline", "feedback", "write_date")
    before = odoo.find("mail.activity", [], *fields)

    (kept,) = odoo.target.withdraw([withdrawal(task)])
    (unchanged,) = odoo.target.upsert([moved(task, due_date=date(2026, 3, 20))])

    assert kept.state == unchanged.state == "sent"
    assert kept.reason == "was done before it was withdrawn, left as it is"
    assert unchanged.reason == "already done in the CRM, left as it is"
    assert odoo.find("mail.activity", [], *fields) == before


def test_contacts_are_never_deleted(odoo):
    contact = sent(odoo.target, both(1))[1]

    (outcome,) = odoo.target.withdraw([withdrawal(contact)])

    assert outcome.state == "rejected"
    assert len(odoo.find("res.partner", [["ref", "=", contact.key]])) == 1


def test_bad_rows_are_rejected_by_field_and_the_rest_is_sent(odoo):
    sent(odoo.target, [a_contact(number) for number in range(1, 31)])
    tasks = [
        a_task(number, due_date="2026-02-31" if number % 2 else DUE) for number in range(1, 31)
    ]

    outcomes = odoo.target.upsert(tasks)

    assert [outcome.state for outcome in outcomes] == ["rejected", "sent"] * 15
    assert {outcome.reason for outcome in outcomes[::2]} == {
        "field date_deadline: is not of the type that the CRM wants"
    }
    assert len(odoo.open_tasks()) == 15


def test_a_change_that_odoo_refuses_is_rejected_by_field_and_the_rest_is_moved(odoo):
    tasks = [record for record in sent(odoo.target, both(4)) if record.entity == "task"]
    later = date(2026, 3, 20)
    dates = [later, "2026-02-31", later, "2026-02-31"]

    outcomes = odoo.target.upsert(
        [moved(task, due_date=day) for task, day in zip(tasks, dates, strict=True)]
    )

    assert [(outcome.state, outcome.reason) for outcome in outcomes] == [
        ("sent", None),
        ("rejected", "field date_deadline: is not of the type that the CRM wants"),
    ] * 2
    assert sorted(str(t.due_date) for t in odoo.open_tasks()) == [
        *["2026-03-12"] * 2,
        *["2026-03-20"] * 2,
    ]


def test_a_record_without_a_required_value_is_not_even_sent(odoo):
    (outcome,) = odoo.target.upsert([a_contact(1, name=None, plate=None)])

    assert outcome.state == "rejected"
    assert outcome.reason == "field name: is required, and name and plate is not known"


def test_the_first_row_is_not_blamed_for_the_fault_of_another(odoo):
    contact = sent(odoo.target, both(1))[1]
    columns = ["id", "res_model_id/id", "res_id", "summary", "date_deadline"]
    rows = {
        key: [f"aftercare.task_{key}", "base.model_res_partner", res_id, "x", "2026-03-12"]
        for key, res_id in (("good", int(contact.crm_id)), ("gone", 999_999))
    }

    outcomes = odoo_load.load(odoo.call, "mail.activity", columns, rows, {"lang": "en_US"})

    assert {key: outcome.state for key, outcome in outcomes.items()} == {
        "good": "sent",
        "gone": "rejected",
    }
    assert "its contact is gone" in outcomes["gone"].reason


def test_a_task_waits_for_its_contact(odoo):
    (waiting,) = odoo.target.upsert([a_task(1)])

    assert (waiting.state, waiting.reason) == (
        "retry",
        "its contact is not in the CRM; send the contact first",
    )
    sent(odoo.target, [a_contact(1), a_task(1)])


def test_a_contact_whose_reference_was_overwritten_is_found_again(odoo):
    (contact,) = sent(odoo.target, [a_contact(1)])
    odoo.call("res.partner", "write", ids=[int(contact.crm_id)], vals={"ref": "VIP 7"})

    sent(odoo.target, [a_task(1)])

    assert [c["ref"] for c in odoo.find("res.partner", [["name", "=", "张三1"]], "ref")] == [
        contact.key
    ]


def test_notes_that_staff_write_on_a_contact_stay(odoo):
    (contact,) = sent(odoo.target, [a_contact(1)])
    odoo.call("res.partner", "write", ids=[int(contact.crm_id)], vals={"comment": "喜欢下午接电话"})

    sent(odoo.target, [moved(contact, phone="13900000001", plate="川B12345")])

    (found,) = odoo.find("res.partner", [["ref", "=", contact.key]], "phone", "comment")
    assert found["phone"] == "13900000001"
    assert "喜欢下午接电话" in found["comment"]


def test_a_copy_that_staff_made_of_a_contact_is_left_alone(odoo):
    (contact,) = sent(odoo.target, [a_contact(1)])
    (copy,) = odoo.call("res.partner", "copy", ids=[int(contact.crm_id)])
    odoo.call("res.partner", "write", ids=[copy], vals={"ref": contact.key})

    (again, task) = sent(odoo.target, [moved(contact, phone="13900000001"), a_task(1)])

    phones = odoo.find("res.partner", [["ref", "=", contact.key]], "phone")
    assert [found["phone"] for found in phones] == ["13900000001", "13800000001"]
    (activity,) = odoo.find("mail.activity", [], "res_id")
    assert again.crm_id == contact.crm_id == str(activity["res_id"])
    assert task.crm_id == str(activity["id"])


def test_a_record_that_somebody_deleted_is_made_again(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.call("mail.activity", "unlink", ids=[int(task.crm_id)])

    (again,) = sent(odoo.target, [task])

    assert again.crm_id != task.crm_id
    assert [found.crm_id for found in odoo.open_tasks()] == [again.crm_id]


def _leaving(odoo):
    mapping = odoo.mapping.model_copy(update={"when_deleted": "leave"})
    return dataclasses.replace(odoo, mapping=mapping)


def test_a_task_that_somebody_deleted_stays_so_where_the_mapping_says_so(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.call("mail.activity", "unlink", ids=[int(task.crm_id)])

    (left,) = _leaving(odoo).target.upsert([moved(task, due_date=DUE + timedelta(days=1))])

    assert (left.state, left.reason) == ("sent", "somebody deleted it in the CRM, left as it is")
    assert odoo.open_tasks() == []


def test_a_contact_that_somebody_deleted_stays_so_with_its_tasks_where_the_mapping_says_so(odoo):
    task, contact = sent(odoo.target, both(1))
    odoo.call("res.partner", "unlink", ids=[int(contact.crm_id)])

    left = _leaving(odoo).target.upsert([moved(contact, phone="13900000001"), task])

    assert [outcome.state for outcome in left] == ["sent", "sent"]
    assert odoo.find("res.partner", [["ref", "=", contact.key]]) == []
    assert odoo.open_tasks() == []


def test_what_our_own_withdrawal_may_have_deleted_is_made_again(odoo):
    task = sent(odoo.target, both(1))[0]
    sent_back = odoo.target.withdraw([withdrawal(task)])
    assert [outcome.state for outcome in sent_back] == ["sent"]

    (again,) = _leaving(odoo).target.upsert([dataclasses.replace(task, is_in_doubt=True)])

    assert (again.state, again.reason) == ("sent", None)
    assert [found.crm_id for found in odoo.open_tasks()] == [again.crm_id]


def test_an_id_that_bears_another_key_is_not_believed(odoo):
    first, _contact, second, _other = sent(odoo.target, both(2))

    (outcome,) = odoo.target.upsert([dataclasses.replace(first, crm_id=second.crm_id)])

    assert outcome.crm_id == first.crm_id
    summaries = [found["summary"] for found in odoo.find("mail.activity", [], "summary")]
    assert summaries == ["交车三日回访 · 张三1 · 川A00001", "交车三日回访 · 张三2 · 川A00002"]


def test_a_key_may_hold_blanks_and_chinese(odoo):
    sent(odoo.target, [a_contact(1)])
    task = dataclasses.replace(a_task(1), key="CA01.S2-03.工单 7/甲.2")

    sent(odoo.target, [task])

    assert [found.key for found in odoo.open_tasks()] == [task.key]


def test_activities_of_other_people_are_not_ours(odoo):
    (contact,) = sent(odoo.target, [a_contact(1)])
    made = odoo.call(
        "mail.activity",
        "load",
        fields=["res_model_id/id", "res_id", "summary"],
        data=[["base.model_res_partner", int(contact.crm_id), "own"]],
    )
    odoo.call("mail.activity", "action_done", ids=made["ids"])

    assert odoo.open_tasks() == []
    assert odoo.target.read_results(None).results == []


def test_pushing_from_several_places_at_once_makes_no_duplicate(odoo):
    sent(odoo.target, [a_contact(1)])
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda: outcomes.extend(odoo.target.upsert([a_task(1)])))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {outcome.state for outcome in outcomes} <= {"sent", "retry"}
    assert "sent" in {outcome.state for outcome in outcomes}
    assert len(odoo.find("mail.activity", [])) == 1
