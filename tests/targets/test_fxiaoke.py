"""The contract of 纷享销客 as its documentation has it: the vendor's own server cannot be had."""

from collections.abc import Iterator

import fxiaoke_contract
import pytest
from crm_records import a_task, both, known, moved, sent, withdrawal
from fxiaoke_contract import FxiaokeContract, code
from web_service import Asked, Reply

from aftercare.errors import ConfigurationError


@pytest.fixture
def crm() -> Iterator[FxiaokeContract]:
    with FxiaokeContract() as running:
        yield running


def writes(asked: Asked) -> bool:
    return asked.path.endswith(("/create", "/update"))


def test_contract_each_record_is_kept_once(crm: FxiaokeContract) -> None:
    records = both(8)
    for _ in range(2):
        sent(crm.target(), records)
    assert set(crm.kept().values()) == set(crm.kept("ContactObj").values()) == {1}
    assert len(crm.kept()) == 8
    assert set(crm.traces.values()) == {1}


def test_contract_a_task_holds_what_the_call_needs(crm: FxiaokeContract) -> None:
    (task, contact) = sent(crm.target(), both(1))
    kept = crm.of(task.key)
    assert kept["contact__c"] == crm.of(contact.key, "ContactObj")["_id"] == contact.crm_id
    assert kept["due__c"] == 1773244800000  # midnight of 2026-03-12 in Shanghai
    assert (kept["owner"], kept["state__c"]) == (["E0001"], "open")


def test_contract_a_token_that_ran_out_is_renewed(crm: FxiaokeContract) -> None:
    target = crm.target()
    sent(target, both(1))
    crm.tokens.clear()
    sent(target, both(2))
    assert len(crm.tokens) == 1


@pytest.mark.parametrize("number", [30004, 14001])
def test_contract_too_many_calls_are_made_again_later(crm: FxiaokeContract, number: int) -> None:
    left = [code(number), code(number)]
    crm.before = lambda asked: left.pop() if writes(asked) and left else None
    sent(crm.target(), both(2))
    assert set(crm.kept().values()) == {1}


def test_contract_when_the_day_is_used_up_nothing_more_is_asked(crm: FxiaokeContract) -> None:
    crm.before = lambda asked: code(30002) if writes(asked) else None
    target = crm.target()
    outcomes = target.upsert(both(5))
    assert {o.state for o in outcomes} == {"retry"}
    asked = target.calls
    target.upsert(both(5))
    assert target.calls == asked


def test_contract_a_code_for_one_record_rejects_that_one(crm: FxiaokeContract) -> None:
    bad = a_task(2).key
    crm.before = lambda asked: (
        code(10006)
        if writes(asked) and asked.body["data"]["object_data"].get("care_key__c") == bad
        else None
    )
    outcomes = {o.key: o for o in crm.target().upsert(both(3))}
    assert (outcomes[bad].state, outcomes[bad].reason) == (
        "rejected",
        "record: HTTP 200, code 10006: refused",
    )
    assert len(crm.kept()) == 2


def test_contract_an_answer_that_was_lost_after_the_record_was_made_leaves_it_in_doubt(
    crm: FxiaokeContract,
) -> None:
    crm.after = lambda asked: Reply(status=504) if asked.path.endswith("/create") else None
    outcomes = crm.target().upsert(both(2))
    assert {o.state for o in outcomes if o.key in crm.kept("ContactObj")} == {"unknown"}
    crm.after = lambda _: None
    sent(crm.target(), both(2))
    assert set(crm.kept("ContactObj").values()) == set(crm.kept().values()) == {1}


def test_contract_a_contact_that_somebody_deleted_is_made_again(crm: FxiaokeContract) -> None:
    contact = sent(crm.target(), [both(1)[1]])[0]
    crm.records["ContactObj"].clear()
    sent(crm.target(), [moved(contact, phone="13900000000")])
    assert crm.kept("ContactObj") == {contact.key: 1}


def test_contract_a_withdrawn_task_says_why(crm: FxiaokeContract) -> None:
    task = sent(crm.target(), both(1))[0]
    gone = withdrawal(task)
    crm.target().withdraw([gone])
    kept = crm.of(task.key)
    assert (kept["state__c"], kept["withdrawn_because__c"]) == ("withdrawn", gone.reason)


def test_contract_a_done_task_is_read_back_and_left_alone(crm: FxiaokeContract) -> None:
    target = crm.target()
    records = both(120)
    tasks = [r for r in known(records, list(target.upsert(records))) if r.entity == "task"]
    for task in tasks[:110]:
        crm.touch(task.key, state__c="done", result__c="成功 满意度:8")
    read = target.read_results(None)
    assert {r.task_key for r in read.results} == {task.key for task in tasks[:110]}
    assert {(r.outcome, r.satisfaction, r.caller_no) for r in read.results} == {
        ("reached", 8, "E0001")
    }
    assert list(target.read_results(read.cursor).results) == []
    (outcome,) = target.upsert([moved(tasks[0], title="new")])
    assert (outcome.state, outcome.reason) == ("sent", "already done in the CRM, left as it is")


def test_contract_a_number_that_staff_put_right_comes_back(crm: FxiaokeContract) -> None:
    target = crm.target()
    _task, contact = sent(target, both(1))
    first = target.read_numbers(None)
    crm.of(contact.key, "ContactObj").update(mobile1="13700000007", last_modified_time=_later(crm))
    second = target.read_numbers(first.cursor)
    assert [(n.contact_key, n.phone) for n in second.numbers] == [(contact.key, "13700000007")]


def _later(crm: FxiaokeContract) -> int:
    """A moment after anything that was written."""
    return 1 + max(
        int(record["last_modified_time"])
        for records in crm.records.values()
        for record in records.values()
    )


def test_contract_a_field_that_the_company_does_not_have_is_named(
    crm: FxiaokeContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.target().check()
    monkeypatch.setitem(fxiaoke_contract.FIELDS, "ContactObj", {"name", "care_key__c"})
    with pytest.raises(ConfigurationError, match="no such field"):
        crm.target().check()


def test_contract_a_wrong_secret_says_what_to_do(
    crm: FxiaokeContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = crm.target()
    monkeypatch.setattr(fxiaoke_contract, "SECRET", "changed")
    with pytest.raises(ConfigurationError, match="aftercare_crm_fxiaoke"):
        target.check()
    assert {o.state for o in target.upsert(both(2))} == {"retry"}
