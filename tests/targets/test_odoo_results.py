"""What staff write down in a real Odoo 19 and what comes back of it."""

import threading
from dataclasses import replace

import pytest
from crm_records import a_contact, a_task, both, sent

from aftercare.errors import ConfigurationError


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


def test_the_numbers_of_our_contacts_come_back_when_anybody_writes_them(odoo):
    _task, contact = sent(odoo.target, both(1))
    stranger = {"name": "别人", "ref": "not ours", "phone": "13700000001"}
    odoo.call("res.partner", "create", vals_list=[stranger])

    page = odoo.target.read_numbers(None)
    again = odoo.target.read_numbers(page.cursor)
    threading.Event().wait(1.1)  # Odoo tells whole seconds
    odoo.call("res.partner", "write", ids=[int(contact.crm_id)], vals={"phone": "137 0000 0007"})
    later = odoo.target.read_numbers(again.cursor)

    (ours,) = page.numbers
    assert (ours.contact_key, ours.crm_id) == (contact.key, contact.crm_id)
    assert again.numbers == []
    (number,) = later.numbers
    assert (number.contact_key, number.phone) == (contact.key, "137 0000 0007")
    assert number.version_at > ours.version_at
    assert "137" not in repr(number)


def test_a_task_s_next_record_tells_the_next_attempt(odoo):
    task, _contact = sent(odoo.target, both(1))
    odoo.call("mail.activity", "action_feedback", ids=[int(task.crm_id)], feedback="无应答")
    page = odoo.target.read_results(None)
    (record,) = [each for each in both(1) if each.entity == "task"]
    (second,) = sent(odoo.target, [replace(record, key=f"{record.key}#2")])
    assert second.crm_id != task.crm_id
    odoo.call("mail.activity", "action_feedback", ids=[int(second.crm_id)], feedback="成功")
    later = odoo.target.read_results(page.cursor)

    said = [(r.task_key, r.attempt_no, r.outcome) for r in (*page.results, *later.results)]
    assert said == [(task.key, 1, "no_answer"), (task.key, 2, "reached")]


def test_a_cursor_that_cannot_be_read_says_what_to_do(untouched_odoo):
    with pytest.raises(ConfigurationError, match="read_cursor"):
        untouched_odoo.target.read_results("yesterday")


def test_who_called_is_whom_the_mapping_s_field_names(odoo):
    task = sent(odoo.target, [a_contact(1), a_task(1, owner_no="E0002")])[1]
    odoo.call("mail.activity", "action_feedback", ids=[int(task.crm_id)], feedback="成功")
    results = odoo.mapping.results.model_copy(update={"caller": "user_id"})
    named = replace(odoo, mapping=odoo.mapping.model_copy(update={"results": results}))

    assert [each.caller_no for each in odoo.target.read_results(None).results] == ["E0001"]
    assert [each.caller_no for each in named.target.read_results(None).results] == ["E0002"]
