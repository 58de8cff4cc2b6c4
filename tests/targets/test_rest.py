"""The target rest, against a server that is not ours: Datasette, which keeps no key once and of whose
inserted lists no id comes back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from crm_records import DUE, a_contact, a_task, both, moved, sent, withdrawal
from datasette_crm import DatasetteCrm
from datasette_crm import datasette as datasette
from datasette_crm import datasette_server as datasette_server

from aftercare.demo.ports import LOCALHOST, free_port
from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.targets.protocol import Record

LATER = DUE + timedelta(days=3)


def with_ids(crm: DatasetteCrm, records: list[Record]) -> list[Record]:
    """The records as the ledger knows them after they were sent."""
    ids = {
        (entity, row["ext_key"]): str(row["id"])
        for entity in ("contact", "task")
        for row in crm.rows(entity)
    }
    return [replace(record, crm_id=ids[record.entity, record.key]) for record in records]


def test_each_record_is_kept_once_under_its_key(datasette: DatasetteCrm) -> None:
    records = both(60)
    sent(datasette.target(), records)
    assert datasette.kept("contact") == {r.key: 1 for r in records if r.entity == "contact"}
    assert datasette.kept("task") == {r.key: 1 for r in records if r.entity == "task"}


def test_a_second_sending_makes_nothing(datasette: DatasetteCrm) -> None:
    records = both(7)
    sent(datasette.target(), records)
    before = [(row["id"], row["ext_key"]) for row in datasette.rows("task")]
    sent(datasette.target(), records)
    assert [(row["id"], row["ext_key"]) for row in datasette.rows("task")] == before
    assert set(datasette.kept("contact").values()) == {1}


def test_a_record_holds_what_the_mapping_says(datasette: DatasetteCrm) -> None:
    sent(datasette.target(), both(1))
    (contact,), (task,) = datasette.rows("contact"), datasette.rows("task")
    assert (contact["name"], contact["phone"]) == ("张三1", "13800000001")
    assert task["contact"] == contact["id"]
    assert (task["due"], task["state"], task["kind"]) == (f"{DUE:%Y/%m/%d}", "open", "call")
    assert "电话: 13800000001" in task["note"].splitlines()


def test_the_id_comes_back_where_the_crm_tells_it(datasette: DatasetteCrm) -> None:
    outcomes = datasette.target().upsert(both(3))
    ids = {row["ext_key"]: str(row["id"]) for row in datasette.rows("task")}
    assert {o.key: o.crm_id for o in outcomes if o.key in ids} == ids
    assert {o.crm_id for o in outcomes if o.key not in ids} == {None}


def test_what_is_filled_once_is_left_alone_later(datasette: DatasetteCrm) -> None:
    records = sent(datasette.target(), both(2))
    datasette.write("update task set state = 'waiting'")
    later = [
        moved(r, due_date=LATER) if r.entity == "task" else r for r in with_ids(datasette, records)
    ]
    sent(datasette.target(), later)
    assert [(row["state"], row["due"]) for row in datasette.rows("task")] == [
        ("waiting", f"{LATER:%Y/%m/%d}")
    ] * 2


def test_a_task_that_is_done_is_left_as_it_is(datasette: DatasetteCrm) -> None:
    records = sent(datasette.target(), both(1))
    datasette.write("update task set state = 'done'")
    outcomes = datasette.target().upsert([moved(records[0], due_date=LATER)])
    assert [(o.state, o.reason) for o in outcomes] == [
        ("sent", "already done in the CRM, left as it is")
    ]
    assert datasette.rows("task")[0]["due"] == f"{DUE:%Y/%m/%d}"


@pytest.mark.parametrize(("policy", "left"), [("make_again", 1), ("leave", 0)])
def test_a_record_that_somebody_deleted_follows_the_mapping(
    datasette: DatasetteCrm, policy: str, left: int
) -> None:
    records = with_ids(datasette, sent(datasette.target(), both(1)))
    datasette.write("delete from task")
    (outcome,) = datasette.target(when_deleted=policy).upsert([moved(records[0], due_date=LATER)])
    assert (outcome.state, len(datasette.rows("task"))) == ("sent", left)


def test_a_bad_record_is_found_among_good_ones(datasette: DatasetteCrm) -> None:
    datasette.write(
        "create trigger bad before insert on contact when new.phone like '%7' "
        "begin select raise(abort, 'phone of 张三'); end"
    )
    outcomes = datasette.target().upsert([a_contact(number) for number in range(1, 31)])
    rejected = [o for o in outcomes if o.state == "rejected"]
    assert len(rejected) == 3
    assert len(datasette.rows("contact")) == 27
    assert {o.reason for o in rejected} == {"record: HTTP 400: refused"}


def test_a_required_field_without_a_value_is_not_sent(datasette: DatasetteCrm) -> None:
    nameless = a_contact(1)
    nameless = replace(nameless, fields={**nameless.fields, "name": None, "plate": None})
    (outcome,) = datasette.target().upsert([nameless])
    assert (outcome.state, outcome.reason) == (
        "rejected",
        "field name: is required, and name and plate is not known",
    )
    assert datasette.rows("contact") == []


def test_a_task_waits_for_its_contact(datasette: DatasetteCrm) -> None:
    (outcome,) = datasette.target().upsert([a_task(1)])
    assert outcome.state == "retry"
    assert datasette.rows("task") == []


def test_a_withdrawn_task_leaves_the_open_list(datasette: DatasetteCrm) -> None:
    records = sent(datasette.target(), both(3))
    tasks = [record for record in with_ids(datasette, records) if record.entity == "task"]
    known, unknown = withdrawal(tasks[0]), replace(withdrawal(tasks[1]), crm_id=None)
    never = replace(withdrawal(tasks[2]), key="CA01.never.1", crm_id=None)
    outcomes = datasette.target().withdraw([known, unknown, never])
    assert [o.state for o in outcomes] == ["sent"] * 3
    assert [row["state"] for row in datasette.rows("task")] == ["withdrawn", "withdrawn", "open"]
    assert datasette.rows("task")[0]["result"] == known.reason


def test_a_task_that_was_done_before_it_was_withdrawn_stays_done(datasette: DatasetteCrm) -> None:
    task = with_ids(datasette, sent(datasette.target(), both(1)))[0]
    datasette.write("update task set state = 'done', result = '成功'")
    (outcome,) = datasette.target().withdraw([withdrawal(task)])
    assert outcome.state == "sent"
    assert [(row["state"], row["result"]) for row in datasette.rows("task")] == [("done", "成功")]


def test_the_check_passes_where_mapping_and_crm_fit(datasette: DatasetteCrm) -> None:
    datasette.target().check()
    assert datasette.rows("task") == []


def test_a_field_that_the_crm_does_not_have_is_named(datasette: DatasetteCrm) -> None:
    datasette.write("alter table task rename column due to due_on")
    with pytest.raises(ConfigurationError, match="no such field"):
        datasette.target().check()


def test_a_look_up_that_finds_what_nobody_sent_is_refused(datasette: DatasetteCrm) -> None:
    sent(datasette.target(), both(1))
    target = datasette.target(contact=_found_by(datasette, "_nothing"))
    with pytest.raises(ConfigurationError, match="no record has is found"):
        target.check()


def test_an_account_that_is_refused_says_what_to_do(datasette: DatasetteCrm) -> None:
    with pytest.raises(ConfigurationError, match="aftercare_crm_datasette"):
        datasette.target(token="wrong").check()
    outcomes = datasette.target(token="wrong").upsert(both(3))
    assert {o.state for o in outcomes} == {"retry"}


def test_a_crm_that_is_away_takes_nothing_and_is_asked_no_more(datasette: DatasetteCrm) -> None:
    nobody = f"http://{LOCALHOST}:{free_port()}"
    target = datasette.target(nobody, longest_wait_seconds=0)
    outcomes = target.upsert(both(2))
    assert {o.state for o in outcomes} == {"retry"}
    with pytest.raises(SystemUnreachable):
        target.check()


def test_what_was_done_comes_back_once(datasette: DatasetteCrm) -> None:
    records = sent(datasette.target(), both(50))
    datasette.write(
        "update task set state = 'done', caller = 'E0001', result = '成功 满意度:9' "
        "where ext_key > 'CA01.S4-03.SO-2026-0005'"
    )
    datasette.write(
        "update task set result = '错号 勿扰' where ext_key = 'CA01.S4-03.SO-2026-0050'"
    )
    target = datasette.target()
    first = target.read_results(None)
    keys = [r.key for r in records if r.entity == "task"]
    assert sorted(r.task_key for r in first.results) == sorted(keys[5:])
    said = {r.task_key: (r.outcome, r.satisfaction, r.is_do_not_call) for r in first.results}
    assert said[keys[6]] == ("reached", 9, None)
    assert said[keys[49]] == ("wrong_person", None, True)
    assert {r.caller_no for r in first.results} == {"E0001"}
    second = target.read_results(first.cursor)
    assert list(second.results) == []
    datasette.write("update task set result = '无应答' where ext_key = 'CA01.S4-03.SO-2026-0007'")
    third = target.read_results(second.cursor)
    assert [(r.task_key, r.outcome) for r in third.results] == [(keys[6], "no_answer")]


def test_a_number_that_staff_put_right_comes_back_once(datasette: DatasetteCrm) -> None:
    target = datasette.target()
    contact = sent(target, both(30))[1]
    first = target.read_numbers(None)
    assert len(first.numbers) == 30
    datasette.write("update contact set phone = '137 0000 0007' where ext_key = ?", contact.key)
    second = target.read_numbers(first.cursor)
    told = [(number.contact_key, number.phone) for number in second.numbers]
    assert told == [(contact.key, "137 0000 0007")]
    assert target.read_numbers(second.cursor).numbers == []


def test_after_a_call_in_vain_the_next_record_tells_the_next_attempt(
    datasette: DatasetteCrm,
) -> None:
    target = datasette.target()
    task = sent(target, both(1))[0]
    datasette.write("update task set state = 'done', result = '无应答'")
    first = target.read_results(None)
    sent(target, [replace(task, key=f"{task.key}#2", crm_id=None)])
    assert datasette.kept() == {task.key: 1, f"{task.key}#2": 1}
    datasette.write("update task set state = 'done', result = '成功' where ext_key like '%#2'")
    second = target.read_results(first.cursor)
    said = [(r.task_key, r.attempt_no, r.outcome) for r in (*first.results, *second.results)]
    assert said == [(task.key, 1, "no_answer"), (task.key, 2, "reached")]


@pytest.mark.parametrize(("is_in_doubt", "state"), [(True, "open"), (False, "withdrawn")])
def test_a_task_whose_withdrawal_nobody_knew_of_is_opened_again(
    datasette: DatasetteCrm, is_in_doubt: bool, state: str
) -> None:
    target = datasette.target()
    task = sent(target, both(1))[0]
    datasette.write("update task set state = 'withdrawn'")
    sent(target, [replace(moved(task, title="new"), is_in_doubt=is_in_doubt)])
    (row,) = datasette.rows("task")
    assert (row["state"], row["subject"][:3]) == (state, "new")


def _found_by(crm: DatasetteCrm, field: str) -> dict[str, Any]:
    """The mapping of contacts with a look-up by something that the CRM does not look at."""
    given = crm.mapping().model_dump(by_alias=True, exclude_none=True)["contact"]
    given["find"]["parameters"] = {field: "{keys:,}"}
    return given
