"""The target odoo, against a real Odoo 19."""

import dataclasses
import threading
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from aftercare.connections import Connection
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.targets import odoo_load
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.odoo_json2 import Json2
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.protocol import Entity, Outcome, Record, Target, Withdrawal

DUE = date(2026, 3, 12)


def a_contact(number: int, **changed: object) -> Record:
    fields = {
        "name": f"张三{number}",
        "phone": f"1380000{number:04d}",
        "store_code": "CA01",
        "plate": f"川A{number:05d}",
        "vin": f"LS5A2ABE0JA{number:06d}",
        "model": "CS75 PLUS",
    }
    return Record("contact", f"CA01.LS5A2ABE0JA{number:06d}", 1, {**fields, **changed})


def a_task(number: int, **changed: object) -> Record:
    contact = a_contact(number)
    fields = {
        "store_code": "CA01",
        "rule_id": "S4-03",
        "title": "交车三日回访",
        "due_date": DUE,
        "deadline_date": date(2026, 3, 13),
        "customer_name": contact.fields["name"],
        "customer_phone": contact.fields["phone"],
        "plate": contact.fields["plate"],
        "vin": contact.fields["vin"],
        "model": "CS75 PLUS",
        "last_event": "2026-03-10 交车",
        "why": "交车后 3 天内首次跟踪",
        "script": "您好，<请问> 用车感受如何？\n感谢 & 再见",
        "owner_no": "E0001",
        "priority": 1,
        "contact_key": contact.key,
    }
    return Record("task", f"CA01.S4-03.SO-2026-{number:04d}", 1, {**fields, **changed})


def both(count: int) -> list[Record]:
    return [
        record for number in range(1, count + 1) for record in (a_task(number), a_contact(number))
    ]


def known(records: list[Record], outcomes: "list[Outcome]") -> list[Record]:
    """The records with the ids that the ledger would have kept."""
    return [
        dataclasses.replace(record, crm_id=outcome.crm_id)
        for record, outcome in zip(records, outcomes, strict=True)
    ]


def sent(target: Target, records: list[Record]) -> list[Record]:
    outcomes = list(target.upsert(records))
    assert [(o.state, o.reason) for o in outcomes] == [("sent", None)] * len(records)
    return known(records, outcomes)


def withdrawal(record: Record) -> Withdrawal:
    return Withdrawal(record.entity, record.key, record.version + 1, "订单已撤销", record.crm_id)


def moved(record: Record, **changed: object) -> Record:
    return dataclasses.replace(
        record, version=record.version + 1, fields={**record.fields, **changed}
    )


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

    found = {task.key: (task.crm_id, task.due_date) for task in odoo.target.open_tasks()}

    assert found == {task.key: (task.crm_id, DUE) for task in tasks}


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
    assert len(list(odoo.target.open_tasks())) == 3


def test_a_moved_date_moves_the_activity(odoo):
    (task,) = sent(odoo.target, both(1))[:1]

    sent(odoo.target, [moved(task, due_date=date(2026, 3, 20))])

    assert [(t.key, t.due_date) for t in odoo.target.open_tasks()] == [
        (task.key, date(2026, 3, 20))
    ]


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
    assert [found.key for found in odoo.target.open_tasks()] == [records[2].key]
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
    assert [found.key for found in odoo.target.open_tasks()] == [second.key]


def test_a_withdrawn_task_may_come_back(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.target.withdraw([withdrawal(task)])

    (again,) = sent(odoo.target, [task])

    assert [(t.key, t.crm_id) for t in odoo.target.open_tasks()] == [(task.key, again.crm_id)]
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
    assert len(list(odoo.target.open_tasks())) == 15


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
    assert sorted(str(t.due_date) for t in odoo.target.open_tasks()) == [
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
    assert [found.crm_id for found in odoo.target.open_tasks()] == [again.crm_id]


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

    assert [found.key for found in odoo.target.open_tasks()] == [task.key]


def test_a_task_of_somebody_without_a_user_belongs_to_nobody(odoo):
    sent(odoo.target, [a_contact(1), a_task(1, owner_no="E9999")])

    assert [found["user_id"] for found in odoo.find("mail.activity", [], "user_id")] == [False]


def test_a_task_of_somebody_without_a_user_goes_to_the_fallback(odoo):
    owner = odoo.mapping.owner.model_copy(update={"fallback": "E0002"})
    chosen = dataclasses.replace(odoo, mapping=odoo.mapping.model_copy(update={"owner": owner}))

    sent(chosen.target, [a_contact(1), a_task(1, owner_no=None)])

    assert [found["user_id"][1] for found in odoo.find("mail.activity", [], "user_id")] == ["李强"]


def test_activities_of_other_people_are_not_ours(odoo):
    (contact,) = sent(odoo.target, [a_contact(1)])
    made = odoo.call(
        "mail.activity",
        "load",
        fields=["res_model_id/id", "res_id", "summary"],
        data=[["base.model_res_partner", int(contact.crm_id), "own"]],
    )
    odoo.call("mail.activity", "action_done", ids=made["ids"])

    assert list(odoo.target.open_tasks()) == []
    assert odoo.target.read_results(None).results == []


@pytest.mark.parametrize("fault", ["cut", "silence"])
def test_an_answer_lost_after_the_commit_is_unknown_and_sending_again_makes_no_duplicate(
    odoo, front, fault
):
    sent(odoo.target, [a_contact(number) for number in range(1, 4)])
    tasks = [a_task(number) for number in range(1, 4)]
    # Look-ups of contacts, their keys and the owner go first; the fourth call is load().
    front.faults += [None, None, None, fault]

    lost = odoo.target_at(front.address, read_seconds=1).upsert(tasks)

    assert [outcome.state for outcome in lost] == ["unknown"] * 3
    assert front.passed == 4
    assert len(odoo.find("mail.activity", [])) == 3
    sent(odoo.target_at(front.address), tasks)
    assert len(odoo.find("mail.activity", [])) == 3


def test_a_withdrawal_whose_answer_was_lost_is_unknown_and_harmless_to_repeat(odoo, front):
    task = sent(odoo.target, both(1))[0]
    # Two look-ups, the note, and then the deletion.
    front.faults += [None, None, None, "cut"]

    (lost,) = odoo.target_at(front.address).withdraw([withdrawal(task)])
    (again,) = odoo.target.withdraw([withdrawal(task)])

    assert (lost.state, again.state) == ("unknown", "sent")
    assert odoo.find("mail.activity", []) == []
    assert len(odoo.find("mail.message", [["body", "ilike", "撤回"]])) == 1


def test_a_look_up_without_an_answer_is_tried_later(untouched_odoo, front):
    front.faults += ["cut"]

    (outcome,) = untouched_odoo.target_at(front.address).upsert([a_task(1)])

    assert outcome.state == "retry"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("502 Bad Gateway", "unknown"),
        ("503 Service Unavailable", "retry"),
        ("504 Gateway Timeout", "unknown"),
    ],
)
def test_an_answer_of_the_proxy_says_whether_odoo_may_have_written(odoo, front, status, state):
    front.faults += [None, None, f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()]
    sent(odoo.target, [a_contact(1)])
    contact = moved(a_contact(1), phone="13900000001")

    (outcome,) = odoo.target_at(front.address).upsert([contact])

    assert outcome.state == state
    assert f"HTTP {status[:3]}" in outcome.reason


def test_after_a_429_the_next_call_waits_as_long_as_was_asked(odoo, front):
    front.faults += [
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
    ]
    waits: list[float] = []
    target = odoo.target_at(front.address, sleep=waits.append)

    (refused,) = target.upsert([a_contact(1)])

    assert (refused.state, refused.retry_after, front.passed) == ("retry", 7, 0)
    sent(target, [a_contact(1)])
    assert 0 < waits[0] <= 7


def test_a_wait_longer_than_allowed_is_left_to_the_next_push(untouched_odoo, front):
    front.faults += [
        b"HTTP/1.1 429 Too Many Requests\r\nDate: Thu, 12 Mar 2026 00:00:00 GMT\r\n"
        b"Retry-After: Thu, 12 Mar 2026 01:00:00 GMT\r\nContent-Length: 0\r\n\r\n"
    ]
    target = untouched_odoo.target_at(front.address)
    target.upsert([a_contact(1)])

    (refused,) = target.upsert([a_contact(1)])

    assert (refused.state, refused.reason) == ("retry", "the CRM asked us to wait")
    assert 3500 < refused.retry_after <= 3600
    assert front.passed == 0


def test_a_crm_that_is_down_is_tried_later(untouched_odoo):
    target = untouched_odoo.target_at("http://127.0.0.1:1")

    (outcome,) = target.upsert([a_contact(1)])

    assert (outcome.state, outcome.reason) == (
        "retry",
        "res.partner.search_read: the CRM cannot be reached",
    )
    with pytest.raises(SystemUnreachable):
        target.read_results(None)
    with pytest.raises(SystemUnreachable):
        target.check()


def test_a_refused_key_stops_the_push_and_is_not_shown(untouched_odoo):
    client = Json2(
        untouched_odoo.server.address,
        untouched_odoo.database,
        "0123456789abcdef0123456789abcdef01234567",
    )

    with pytest.raises(ConfigurationError, match="API key") as caught:
        OdooTarget(untouched_odoo.mapping, client).upsert([a_contact(1)])

    assert "0123456789abcdef" not in str(caught.value)


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


def test_no_outcome_log_or_error_holds_what_a_record_says(odoo, front, caplog, capfd):
    caplog.set_level("DEBUG")
    canary = "CANARY-7319"
    fields = {name: f"{canary} {name}" for name in ("name", "phone", "plate", "model")}
    contact = a_contact(1, **fields)
    bad = a_task(1, due_date=f"{canary} day", script=canary, customer_phone=canary)
    outcomes = [*odoo.target.upsert([contact, bad])]
    front.faults += [
        None,
        None,
        "cut",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 11\r\n\r\nCANARY-7319",
    ]
    outcomes += odoo.target_at(front.address).upsert([moved(contact, phone=f"{canary} new")])
    with pytest.raises(SystemUnreachable) as caught:
        odoo.target_at(front.address).read_results(None)

    assert [outcome.state for outcome in outcomes] == ["sent", "rejected", "unknown"]
    assert canary not in repr(outcomes) + str(caught.value) + caplog.text + "".join(
        capfd.readouterr()
    )
    assert caught.value.__cause__ is None


def test_the_shipped_mapping_fits_odoo(untouched_odoo):
    untouched_odoo.target.check()
    assert isinstance(untouched_odoo.target, Target)


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ("phone: {from", "fone: {from", "contact.fone", "has no such field"),
        ("summary: {join", "res_name: {join", "task.res_name", "computes this field"),
        ("summary: {join", "date_done: {join", "task.date_done", "computes this field"),
        ("phone: {from", "color: {first_of: [phone]}\n  phone: {from", "contact.color", "integer"),
        ("mail_activity_data_call", "nothing", "activity_type", "no such activity type"),
        ("match: login", "match: nothing", "owner.match", "no such field"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_file_line_and_key(
    untouched_odoo, tmp_path, old, new, where, why
):
    mapping = untouched_odoo.mapping
    text = mapping._file.read_text()
    assert old in text
    path = tmp_path / "odoo.yaml"
    path.write_text(text.replace(old, new, 1))
    line = (
        path.read_text()
        .splitlines()
        .index(
            next(
                row
                for row in path.read_text().splitlines()
                if f"{where.rpartition('.')[2]}:" in row
            )
        )
    )
    chosen = dataclasses.replace(untouched_odoo, mapping=OdooMapping.read(path))

    with pytest.raises(ConfigurationError, match=why) as caught:
        chosen.target.check()

    assert (caught.value.file, caught.value.line, caught.value.key) == (str(path), line + 1, where)
    assert untouched_odoo.find("res.partner", [["ref", "!=", False]]) == []


def test_an_installation_opens_the_target_by_its_connection(untouched_odoo):
    asked = []
    host, _, port = untouched_odoo.server.address.removeprefix("http://").partition(":")
    key = untouched_odoo.server.keys["aftercare"]

    def connection(conn_id: str) -> Connection:
        asked.append(conn_id)
        return Connection(conn_id, "http", host, int(port), None, key, untouched_odoo.database)

    target = OdooTarget.from_mapping("odoo", connection)

    target.check()
    assert (target.name, asked) == ("odoo", ["aftercare_crm_odoo"])


def test_a_connection_without_a_key_is_refused_before_any_call():
    with pytest.raises(ConfigurationError, match="the API key") as caught:
        OdooTarget.from_mapping("odoo", lambda conn_id: Connection(conn_id, "http", "127.0.0.1"))

    assert caught.value.key == "connection"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("phone: {from: phone}", "phone: {from: fone}", "a contact has no field fone"),
        ("phone: {from: phone}", "phone: {from: phone, join: [name]}", "exactly one of"),
        ("ref: {from: key", "ref: {from: vin", "found again by it"),
        ("summary: {", "user_id: {", "set by the adapter"),
    ],
)
def test_a_mapping_file_says_what_is_wrong_with_it(tmp_path: Path, old, new, why):
    text = (Path(__file__).parents[2] / "include/mappings/crm/odoo.yaml").read_text()
    assert old in text
    (tmp_path / "odoo.yaml").write_text(text.replace(old, new, 1))

    with pytest.raises(ConfigurationError, match=why):
        OdooMapping.read(tmp_path / "odoo.yaml")


def test_a_finished_call_comes_back_once_with_what_was_said(odoo):
    first, _contact, second, _other = sent(odoo.target, both(2))
    feedback = "成功 满意度:9，故障已排除；已告知保养 客户说下月来"
    odoo.call("mail.activity", "action_feedback", ids=[int(first.crm_id)], feedback=feedback)

    page = odoo.target.read_results(None)
    again = odoo.target.read_results(page.cursor)
    odoo.call("mail.activity", "action_feedback", ids=[int(second.crm_id)], feedback="关机")
    later = odoo.target.read_results(again.cursor)

    (result,) = page.results
    (today,) = odoo.find("mail.activity", [["id", "=", int(first.crm_id)]], "date_done")
    assert (result.task_key, result.crm_id, result.attempt_no) == (first.key, first.crm_id, 1)
    assert (result.outcome, result.satisfaction) == ("reached", 9)
    assert (result.is_fault_cleared, result.is_next_service_told) == (True, True)
    assert (result.is_complaint, result.is_do_not_call) == (None, None)
    assert (result.caller_no, result.remark) == ("E0001", feedback)
    assert result.called_at.date().isoformat() == today["date_done"][:10]
    assert again.results == []
    assert [(r.task_key, r.outcome) for r in later.results] == [(second.key, "powered_off")]


def test_a_corrected_feedback_comes_back_as_a_newer_version(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.call("mail.activity", "action_feedback", ids=[int(task.crm_id)], feedback="成功")
    page = odoo.target.read_results(None)
    threading.Event().wait(1.1)  # Odoo tells whole seconds
    odoo.call("mail.activity", "write", ids=[int(task.crm_id)], vals={"feedback": "空号"})

    (result,) = odoo.target.read_results(page.cursor).results

    assert result.outcome == "invalid_number"
    assert result.version_at > page.results[0].version_at


def test_a_call_marked_done_without_a_word_has_no_outcome(odoo):
    task = sent(odoo.target, both(1))[0]
    odoo.call("mail.activity", "action_done", ids=[int(task.crm_id)])

    (result,) = odoo.target.read_results(None).results

    assert (result.outcome, result.satisfaction, result.remark) == (None, None, None)


def test_a_cursor_that_cannot_be_read_says_what_to_do(untouched_odoo):
    with pytest.raises(ConfigurationError, match="read_cursor"):
        untouched_odoo.target.read_results("yesterday")


@pytest.mark.parametrize("entity", ["contact", "task"])
def test_nothing_to_send_is_no_call(untouched_odoo, entity: Entity):
    assert untouched_odoo.target_at("http://127.0.0.1:1").upsert([]) == []
    assert untouched_odoo.target_at("http://127.0.0.1:1").withdraw([]) == []
