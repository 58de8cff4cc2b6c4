"""The contract of Salesforce as its documentation has it: the vendor's own server cannot be had."""

import csv
import dataclasses
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import salesforce_objects
from crm_records import a_contact, a_task, both, known, moved, sent, withdrawal
from salesforce_contract import Job, SalesforceContract
from salesforce_objects import KEY, Kind, Refusal, refused
from web_service import Asked, Reply

from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.protection import Keyring, new_keyring_json
from aftercare.targets import salesforce_bulk
from aftercare.targets.protocol import Record
from aftercare.targets.winners import Conflict, Taken, field_hash

BULK = {"above": 20, "most": 100, "longest_seconds": 60, "poll_seconds": 5}


LATER = "2999-01-01T00:00:00.000+0000"


class Killed(BaseException):
    """The process ends, whatever it is doing."""


@pytest.fixture
def crm() -> Iterator[SalesforceContract]:
    with SalesforceContract() as running:
        yield running


def writes(asked: Asked) -> bool:
    return "/composite/sobjects/" in asked.path


def contacts(count: int) -> list[Record]:
    return [a_contact(number) for number in range(1, count + 1)]


def files(crm: SalesforceContract) -> list[list[dict[str, str]]]:
    """The rows of each file that was sent to a job."""
    sent_files = [asked.raw for asked in crm.asked if asked.path.endswith("/batches")]
    return [list(csv.DictReader(io.StringIO(raw.decode(), newline=""))) for raw in sent_files]


def with_taken(records: list[Record], target: Any) -> list[Record]:
    """As the outbox would tell what Salesforce last took."""
    keyring = Keyring.from_json(new_keyring_json())
    outcomes = target.upsert(records)
    told = []
    for record, outcome in zip(records, outcomes, strict=True):
        key = ("salesforce", record.entity, record.key)
        hashes = {n: field_hash(keyring, key, n, v) for n, v in outcome.watched.items()}
        taken = Taken(keyring, key, hashes)
        told.append(dataclasses.replace(record, crm_id=outcome.crm_id, taken=taken))
    return told


@pytest.mark.parametrize("count", [3, 30])
def test_contract_a_number_that_staff_put_right_stays_in_collections_and_in_jobs(
    crm: SalesforceContract, count: int
) -> None:
    target = crm.target(bulk=BULK)
    records = with_taken(contacts(count), target)
    crm.touch(records[0].key, "Contact", MobilePhone="13700000007")
    later = [moved(record, plate="川A99999") for record in records]
    outcomes = target.upsert(later)
    assert [o.conflicts for o in outcomes] == [
        (Conflict("MobilePhone", "theirs", has_ours_changed=False),),
        *[()] * (count - 1),
    ]
    assert crm.of(records[0].key, "Contact")["MobilePhone"] == "13700000007"
    assert {crm.of(r.key, "Contact")["Plate__c"] for r in records} == {"川A99999"}
    assert {frozenset(o.watched) for o in outcomes[1:]} == {frozenset({"MobilePhone"})}
    assert not outcomes[0].watched


# Collections


def test_contract_each_record_is_kept_once(crm: SalesforceContract) -> None:
    records = both(8)
    for _ in range(2):
        sent(crm.target(), records)
    assert set(crm.kept().values()) == set(crm.kept("Contact").values()) == {1}
    assert len(crm.kept()) == 8


def test_contract_a_task_holds_what_the_call_needs(crm: SalesforceContract) -> None:
    (task, contact) = sent(crm.target(), both(1))
    kept = crm.of(task.key)
    assert (kept["Id"], kept["Due__c"]) == (task.crm_id, "2026-03-12")
    kept_contact = crm.of(contact.key, "Contact")
    assert kept["Contact__c"] == kept_contact["Id"] == contact.crm_id
    assert [kept_contact["AccountId"]] == list(crm.records["Account"])
    assert (kept["Owner_No__c"], kept["Status__c"], kept["Priority__c"]) == ("E0001", "Open", 1)
    assert kept["Script__c"] == task.fields["script"]


def test_contract_a_task_of_a_contact_that_is_not_there_waits(crm: SalesforceContract) -> None:
    (outcome,) = crm.target().upsert([a_task(1)])
    assert (outcome.state, outcome.reason) == (
        "retry",
        "HTTP 200, code INVALID_FIELD: not taken now",
    )
    assert not crm.kept()


def test_contract_many_records_go_in_calls_of_two_hundred(crm: SalesforceContract) -> None:
    sent(crm.target(), contacts(401))
    assert [len(asked.body["records"]) for asked in crm.asked if writes(asked)] == [200, 200, 1]


def test_contract_what_is_not_known_empties_a_field(crm: SalesforceContract) -> None:
    (contact,) = sent(crm.target(), [a_contact(1)])
    sent(crm.target(), [moved(contact, model=None)])
    assert crm.of(contact.key, "Contact")["Model__c"] is None
    sent(crm.target(sends_unknown=False), [moved(contact, phone=None)])
    assert crm.of(contact.key, "Contact")["MobilePhone"] == contact.fields["phone"]


def test_contract_a_token_that_ran_out_is_renewed(crm: SalesforceContract) -> None:
    target = crm.target()
    sent(target, both(1))
    crm.tokens.clear()
    sent(target, both(2))
    assert len(crm.tokens) == 1


@pytest.mark.parametrize("code", ["UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE"])
def test_contract_what_is_busy_is_asked_again_later(crm: SalesforceContract, code: str) -> None:
    left = [refused(code, 503), refused(code, 503)]
    crm.before = lambda asked: left.pop() if writes(asked) and left else None
    sent(crm.target(), both(2))
    assert set(crm.kept().values()) == {1}


@pytest.mark.parametrize(
    ("code", "state", "said"),
    [
        ("UNABLE_TO_LOCK_ROW", "retry", "HTTP 200, code UNABLE_TO_LOCK_ROW: not taken now"),
        ("DUPLICATE_VALUE", "retry", "HTTP 200, code DUPLICATE_VALUE: not taken now"),
        (
            "CANNOT_EXECUTE_FLOW_TRIGGER",
            "retry",
            "HTTP 200, code CANNOT_EXECUTE_FLOW_TRIGGER: not taken now",
        ),
        (
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "rejected",
            "field Phone__c: HTTP 200, code FIELD_CUSTOM_VALIDATION_EXCEPTION: refused",
        ),
        (
            "NEW_CODE",
            "unknown",
            "HTTP 200, code NEW_CODE: nobody knows what became of it",
        ),
    ],
)
def test_contract_the_code_of_a_record_says_what_follows(
    crm: SalesforceContract, code: str, state: str, said: str
) -> None:
    bad = a_task(2).key
    told = Refusal(code, "张三 13800000002", "Phone__c")
    crm.rule = lambda _, record: told if record[KEY] == bad else None
    outcomes = {o.key: o for o in crm.target().upsert(both(3))}
    assert (outcomes[bad].state, outcomes[bad].reason) == (state, said)
    assert {o.state for o in outcomes.values() if o.key != bad} == {"sent"}
    assert len(crm.kept()) == 2


def test_contract_a_company_says_itself_what_its_codes_mean(crm: SalesforceContract) -> None:
    told = Refusal("NEW_CODE", "words")
    crm.rule = lambda *_: told
    for codes, state in (
        ({"rejected": ["NEW_CODE"]}, "rejected"),
        ({"later": ["NEW_CODE"]}, "retry"),
        ({"otherwise": "rejected"}, "rejected"),
    ):
        (outcome,) = crm.target(codes=codes).upsert([a_contact(1)])
        assert outcome.state == state
    told = Refusal("DUPLICATE_VALUE", "words")
    (outcome,) = crm.target(codes={"rejected": ["DUPLICATE_VALUE"]}).upsert([a_contact(1)])
    assert outcome.state == "rejected"


def test_contract_one_bad_row_among_many_is_rejected_with_its_field(
    crm: SalesforceContract,
) -> None:
    records = contacts(150)
    records[77] = moved(records[77], plate="川" * 21)
    outcomes = list(crm.target().upsert(records))
    (rejected,) = [o for o in outcomes if o.state != "sent"]
    assert (rejected.key, rejected.reason) == (
        records[77].key,
        "field Plate__c: HTTP 200, code STRING_TOO_LONG: refused",
    )
    assert len(crm.kept("Contact")) == 149


def test_contract_a_value_of_a_wrong_type_costs_the_others_nothing(crm: SalesforceContract) -> None:
    # Salesforce refuses the whole call for it and does not say for which record.
    records = both(40)
    bad = records[30]
    records[30] = dataclasses.replace(bad, fields={**bad.fields, "priority": "high"})
    outcomes = {o.key: o for o in crm.target().upsert(records)}
    assert (outcomes[bad.key].state, outcomes[bad.key].reason) == (
        "rejected",
        "record: HTTP 400, code JSON_PARSER_ERROR: refused",
    )
    assert len(crm.kept()) == 39


def test_contract_when_the_day_is_used_up_nothing_more_is_asked(crm: SalesforceContract) -> None:
    crm.before = lambda asked: refused("REQUEST_LIMIT_EXCEEDED", 403) if writes(asked) else None
    target = crm.target()
    assert {o.state for o in target.upsert(both(5))} == {"retry"}
    assert "REQUEST_LIMIT_EXCEEDED" in str(target.stopped)
    asked = target.calls
    target.upsert(both(5))
    assert target.calls == asked


def test_contract_too_many_calls_at_once_are_asked_again_later(crm: SalesforceContract) -> None:
    text = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    busy = Refusal("REQUEST_LIMIT_EXCEEDED", text, status=403)
    crm.before = lambda asked: busy.reply if writes(asked) else None
    target = crm.target()
    outcomes = target.upsert(both(3))
    assert ({o.state for o in outcomes}, target.stopped) == ({"retry"}, None)
    assert "ConcurrentRequests" not in "".join(str(o.reason) for o in outcomes)
    crm.before = lambda _: None
    sent(target, both(3))


def test_contract_a_full_storage_stops_the_push(crm: SalesforceContract) -> None:
    crm.rule = lambda *_: Refusal("STORAGE_LIMIT_EXCEEDED", "full")
    target = crm.target()
    assert {o.state for o in target.upsert(contacts(3))} == {"retry"}
    assert "STORAGE_LIMIT_EXCEEDED" in str(target.stopped)


def test_contract_an_object_that_is_gone_rejects_no_record(crm: SalesforceContract) -> None:
    target = crm.target(api_version="63.0")
    assert {o.state for o in target.upsert(contacts(5))} == {"retry"}
    assert "NOT_FOUND" in str(target.stopped)


def test_contract_an_answer_that_was_lost_after_the_records_were_made_leaves_them_in_doubt(
    crm: SalesforceContract,
) -> None:
    crm.after = lambda asked: Reply(status=504) if writes(asked) else None
    outcomes = crm.target().upsert(both(2))
    assert {o.state for o in outcomes} == {"unknown"}
    crm.after = lambda _: None
    sent(crm.target(), both(2))
    assert set(crm.kept("Contact").values()) == set(crm.kept().values()) == {1}


def test_contract_a_key_cannot_change_a_question(crm: SalesforceContract) -> None:
    keys = ["O'Hara\\", "x') OR (Name != '", "\\' OR 1=1", 'say "x"', "{keys}", "a/b.json?c"]
    tasks = []
    for number, key in enumerate(keys, 1):
        contact = dataclasses.replace(a_contact(number), key=f"contact {key}")
        task = dataclasses.replace(a_task(number, contact_key=contact.key), key=key)
        tasks += sent(crm.target(), [task, contact])[:1]
    other = sent(crm.target(), both(1))[0]
    assert crm.kept() == dict.fromkeys([*keys, other.key], 1)
    crm.touch(keys[0], Status__c="Done")
    outcomes = crm.target().upsert([moved(task, title="new") for task in tasks])
    left = "already done in the CRM, left as it is"
    assert [o.reason for o in outcomes] == [left, None, None, None, None, None]
    # Looked up by their keys, and withdrawn by their ids.
    unknown = [dataclasses.replace(withdrawal(task), crm_id=None) for task in tasks[1:]]
    assert {o.state for o in crm.target().withdraw(unknown)} == {"sent"}
    assert crm.of(other.key)["Status__c"] == "Open"
    assert {crm.of(key)["Status__c"] for key in keys[1:]} == {"Withdrawn"}


def test_contract_long_keys_do_not_make_an_address_too_long(crm: SalesforceContract) -> None:
    records = []
    for number in range(1, 31):
        contact = a_contact(number)
        key = f"{'川' * 200}'{number}"
        records += [dataclasses.replace(a_task(number, contact_key=contact.key), key=key), contact]
    sent(crm.target(), records)
    sent(crm.target(), records)
    assert set(crm.kept().values()) == {1}


def test_contract_an_answer_in_pages_is_read_to_its_end(crm: SalesforceContract) -> None:
    records = sent(crm.target(), both(25))
    for record in records[::2]:
        crm.touch(record.key, Status__c="Done", Result__c="成功")
    crm.page = 10
    outcomes = crm.target().upsert([moved(r, title="new") for r in records[::2]])
    assert {o.reason for o in outcomes} == {"already done in the CRM, left as it is"}
    assert len(crm.target().read_results(None).results) == 25


def test_contract_what_is_filled_once_is_left_to_those_who_work_there(
    crm: SalesforceContract,
) -> None:
    task = sent(crm.target(), both(1))[0]
    crm.touch(task.key, Owner_No__c="E0009")
    sent(crm.target(), [moved(task, due_date=date(2026, 3, 20), owner_no="E0002")])
    kept = crm.of(task.key)
    assert (kept["Owner_No__c"], kept["Due__c"]) == ("E0009", "2026-03-20")


@pytest.mark.parametrize(("policy", "left"), [("make_again", 1), ("leave", 0)])
def test_contract_what_somebody_deleted_follows_the_mapping(
    crm: SalesforceContract, policy: str, left: int
) -> None:
    records = sent(crm.target(), both(1))
    for record, name in zip(records, ("Care_Task__c", "Contact"), strict=True):
        crm.delete(record.key, name)
    changed = [moved(record, plate="川A77777") for record in records]
    target = crm.target(when_deleted=policy)
    assert {o.state for o in target.upsert(changed)} == {"sent"}
    assert (len(crm.kept()), len(crm.kept("Contact"))) == (left, left)


def test_contract_a_withdrawn_task_says_why(crm: SalesforceContract) -> None:
    task, other = sent(crm.target(), both(2))[::2]
    gone = withdrawal(task)
    crm.target().withdraw([gone])
    kept = crm.of(task.key)
    assert (kept["Status__c"], kept["Withdrawn_Because__c"]) == ("Withdrawn", gone.reason)
    assert crm.of(other.key)["Status__c"] == "Open"


def test_contract_a_task_that_is_gone_or_done_is_not_withdrawn(crm: SalesforceContract) -> None:
    gone, done, _ = sent(crm.target(), both(3))[::2]
    crm.delete(gone.key)
    crm.touch(done.key, Status__c="Done")
    outcomes = crm.target().withdraw([withdrawal(gone), withdrawal(done)])
    assert [(o.state, o.reason) for o in outcomes] == [
        ("sent", "was not in the CRM any more"),
        ("sent", "was done before it was withdrawn, left as it is"),
    ]
    assert (len(crm.kept()), crm.of(done.key)["Status__c"]) == (2, "Done")


def test_contract_without_done_a_task_is_withdrawn_by_the_id_that_is_known(
    crm: SalesforceContract,
) -> None:
    own = crm.target()._salesforce.task.model_dump(by_alias=True, exclude_none=True)
    del own["done"]
    (gone, task) = sent(crm.target(), both(2))[::2]
    crm.delete(gone.key)
    target = crm.target(task=own)
    before = crm.made("/query")
    outcomes = target.withdraw([withdrawal(gone), withdrawal(task)])
    assert [(o.state, o.reason) for o in outcomes] == [
        ("sent", "was not in the CRM any more"),
        ("sent", None),
    ]
    # Only the one that was not found is looked for.
    assert crm.made("/query") == before + 1
    assert crm.of(task.key)["Status__c"] == "Withdrawn"


def test_contract_a_done_task_is_read_back_once_and_left_alone(crm: SalesforceContract) -> None:
    target = crm.target()
    records = both(30)
    tasks = [r for r in known(records, list(target.upsert(records))) if r.entity == "task"]
    for task in tasks[:20]:
        crm.touch(task.key, Status__c="Done", Result__c="成功 满意度:8")
    read = target.read_results(None)
    assert {r.task_key for r in read.results} == {task.key for task in tasks[:20]}
    assert {(r.outcome, r.satisfaction, r.caller_no) for r in read.results} == {
        ("reached", 8, "E0001")
    }
    again = target.read_results(read.cursor)
    assert list(again.results) == []
    # Within the seconds that are read again, one is finished, and one is put right.
    crm.touch(tasks[20].key, Status__c="Done", Result__c="错号")
    crm.touch(tasks[0].key, Result__c="无应答", SystemModstamp=None)
    crm.of(tasks[0].key)["SystemModstamp"] = "2030-01-01T00:00:00.000+0000"
    third = target.read_results(again.cursor)
    assert {(r.task_key, r.outcome) for r in third.results} == {
        (tasks[20].key, "wrong_person"),
        (tasks[0].key, "no_answer"),
    }
    (outcome,) = target.upsert([moved(tasks[0], title="new")])
    assert (outcome.state, outcome.reason) == ("sent", "already done in the CRM, left as it is")


def test_contract_tasks_of_others_are_not_read_back(crm: SalesforceContract) -> None:
    (task, _) = sent(crm.target(), both(1))
    crm.touch(task.key, Status__c="Done", Result__c="成功")
    own = {**crm.of(task.key), KEY: None, "Id": "a01000000000099AAA"}
    crm.records["Care_Task__c"][own["Id"]] = own
    assert [r.task_key for r in crm.target().read_results(None).results] == [task.key]


def test_contract_a_number_that_staff_put_right_comes_back(crm: SalesforceContract) -> None:
    target = crm.target()
    contact, other = sent(target, contacts(2))
    first = target.read_numbers(None)
    assert {n.contact_key for n in first.numbers} == {contact.key, other.key}
    crm.records["Contact"]["003000000000099AAA"] = {
        **crm.of(other.key, "Contact"),
        KEY: None,
        "Id": "003000000000099AAA",
    }
    crm.touch(contact.key, "Contact", MobilePhone="13700000007")
    crm.of(contact.key, "Contact")["SystemModstamp"] = LATER
    second = target.read_numbers(first.cursor)
    assert [(n.contact_key, n.phone) for n in second.numbers] == [(contact.key, "13700000007")]


def test_contract_what_salesforce_lacks_is_named(
    crm: SalesforceContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.target().check()
    fields = salesforce_objects.FIELDS
    for name, kind, said in (
        ("Plate__c", None, r"contact.fields.Plate__c: the CRM has no such field"),
        (KEY, Kind(), "contact.key_field: holds no record once"),
        ("Plate__c", Kind(writable=False), "the account may not write it"),
    ):
        with monkeypatch.context() as patch:
            changed = {**fields["Contact"], name: kind}
            changed = {each: kept for each, kept in changed.items() if kept}
            patch.setitem(fields, "Contact", changed)
            with pytest.raises(ConfigurationError, match=said):
                crm.target().check()


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        ("task.withdraw.Gone__c", {"task": {"withdraw": {"Gone__c": "{reason}"}}}),
        ("task.done.at", {"task": {"done": {"at": "Gone__c", "values": ["x"]}}}),
        ("results.remark", {"results": {"remark": "Gone__c"}}),
        ("results.caller_no", {"results": {"caller_no": "Gone__r.EmployeeNumber"}}),
        ("results.flags.is_complaint", {"results": {"flags": {"is_complaint": "Gone__c"}}}),
    ],
)
def test_contract_what_is_named_elsewhere_is_looked_for_too(
    crm: SalesforceContract, place: str, changed: dict[str, Any]
) -> None:
    own = crm.target()._salesforce.model_dump(by_alias=True, exclude_none=True)
    given = {name: own[name] | part for name, part in changed.items()}
    with pytest.raises(ConfigurationError, match=f"{place}: the CRM has no such field"):
        crm.target(**given).check()


def test_contract_an_object_that_salesforce_lacks_is_named(crm: SalesforceContract) -> None:
    with pytest.raises(ConfigurationError, match=r"contact.object: Salesforce has no such object"):
        crm.target(api_version="63.0").check()


def test_contract_a_reference_that_does_not_exist_is_named(
    crm: SalesforceContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = {**salesforce_objects.FIELDS["Care_Task__c"], "Contact__c": Kind()}
    monkeypatch.setitem(salesforce_objects.FIELDS, "Care_Task__c", renamed)
    with pytest.raises(ConfigurationError, match=r"task.fields.Contact__r: the CRM has no such"):
        crm.target().check()


def test_contract_what_a_reference_is_told_by_has_to_be_an_external_id(
    crm: SalesforceContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(salesforce_objects.FIELDS, "Account", {"Store_Code__c": Kind()})
    with pytest.raises(ConfigurationError, match=r"contact.fields.Account: .* Store_Code__c that"):
        crm.target().check()


def test_contract_a_wrong_secret_says_what_to_do(crm: SalesforceContract) -> None:
    with pytest.raises(ConfigurationError, match="aftercare_crm_salesforce"):
        crm.target(secret="wrong").check()
    assert {o.state for o in crm.target(secret="wrong").upsert(both(2))} == {"retry"}


def test_contract_login_and_password_alone_are_no_entry(crm: SalesforceContract) -> None:
    from aftercare.targets.salesforce import SalesforceTarget

    connection = crm.connection(login="me", password="x")
    with pytest.raises(ConfigurationError, match="services/oauth2/token"):
        SalesforceTarget(crm.target()._salesforce, connection)


def test_contract_a_server_that_is_down_is_told(crm: SalesforceContract) -> None:
    crm.before = lambda _: refused("SERVER_UNAVAILABLE", 503)
    with pytest.raises(SystemUnreachable):
        crm.target().check()


# Bulk


def test_contract_many_records_go_in_jobs(crm: SalesforceContract) -> None:
    records = both(130)
    target = crm.target(bulk=BULK)
    sent(target, records)
    assert set(crm.kept().values()) == set(crm.kept("Contact").values()) == {1}
    assert len(crm.kept()) == len(crm.kept("Contact")) == 130
    # A hundred in a job; what is left over is more than twenty, and goes in a job, too.
    assert [len(rows) for rows in files(crm)] == [100, 30, 100, 30]
    assert not [asked for asked in crm.asked if writes(asked)]
    assert {job.state for job in crm.jobs.values()} == {"JobComplete"}
    task, contact = (crm.of(records[0].key), crm.of(records[1].key, "Contact"))
    assert task["Contact__c"] == contact["Id"]
    assert [contact["AccountId"]] == list(crm.records["Account"])
    assert (task["Script__c"], task["Priority__c"]) == (records[0].fields["script"], 1)


def test_contract_what_is_too_much_for_one_file_goes_in_several(
    crm: SalesforceContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(salesforce_bulk, "MOST_BYTES", 3000)
    sent(crm.target(bulk=BULK), contacts(100))
    assert [len(rows) for rows in files(crm)] == [25] * 4
    assert len(crm.kept("Contact")) == 100


def test_contract_few_records_of_a_large_batch_go_in_collections(crm: SalesforceContract) -> None:
    target = crm.target(bulk=BULK)
    sent(target, both(20))
    assert not crm.jobs
    assert target.capabilities.batch_size == 100
    assert target.capabilities.settle_seconds == 600
    assert crm.target(bulk=None, batch_size=50).capabilities.batch_size == 50


def test_contract_both_ways_keep_the_same(crm: SalesforceContract) -> None:
    records = both(25)
    records[0] = moved(records[0], owner_no=None, last_event=None)
    sent(crm.target(bulk=None), records)
    one_way = {key: crm.of(key) for key in crm.kept()}
    crm.records["Care_Task__c"].clear()
    sent(crm.target(bulk=BULK), records)
    own = ("Id", "SystemModstamp")
    for key, kept in one_way.items():
        other = crm.of(key)
        assert {n: v for n, v in kept.items() if n not in own} == {
            n: v for n, v in other.items() if n not in own
        }


def test_contract_a_job_empties_what_is_not_known_and_leaves_what_is_not_sent(
    crm: SalesforceContract,
) -> None:
    records = sent(crm.target(), contacts(30))
    sent(crm.target(bulk=BULK), [moved(record, model=None) for record in records])
    assert {row["Model__c"] for row in files(crm)[0]} == {"#N/A"}
    assert {record["Model__c"] for record in crm.records["Contact"].values()} == {None}
    kept = crm.target(bulk=BULK, sends_unknown=False)
    changed = [moved(r, phone=None) for r in records[:25]] + records[25:]
    sent(kept, changed)
    assert {row["MobilePhone"] for row in files(crm)[1][:25]} == {""}
    assert crm.of(records[0].key, "Contact")["MobilePhone"] == records[0].fields["phone"]


def test_contract_a_file_is_utf_8_and_says_so(crm: SalesforceContract) -> None:
    sent(crm.target(bulk=BULK), contacts(30))
    (asked,) = [asked for asked in crm.asked if asked.path.endswith("/batches")]
    assert asked.headers["Content-Type"] == "text/csv; charset=UTF-8"
    assert asked.raw.startswith(b"Care_Key__c,LastName,")
    assert b"\r" not in asked.raw


def test_contract_bad_rows_of_a_job_are_rejected_with_their_field(crm: SalesforceContract) -> None:
    records = both(60)
    long, lost, alone = records[10], records[20], records[30]
    records[10] = moved(long, owner_no="9" * 21)
    records[30] = dataclasses.replace(alone, fields={**alone.fields, "contact_key": "nobody"})
    busy = Refusal("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access: 张三")
    crm.rule = lambda _, record: busy if record[KEY] == lost.key else None
    outcomes = {o.key: o for o in crm.target(bulk=BULK).upsert(records)}
    assert {key: (o.state, o.reason) for key, o in outcomes.items() if o.state != "sent"} == {
        long.key: ("rejected", "field Owner_No__c: HTTP 200, code STRING_TOO_LONG: refused"),
        lost.key: ("retry", "HTTP 200, code UNABLE_TO_LOCK_ROW: not taken now"),
        alone.key: ("retry", "HTTP 200, code INVALID_FIELD: not taken now"),
    }
    assert len(crm.kept()) == 57
    assert all(o.crm_id for o in outcomes.values() if o.state == "sent")


def test_contract_a_job_leaves_done_tasks_and_owners_alone(crm: SalesforceContract) -> None:
    records = sent(crm.target(), both(60))
    tasks = records[::2]
    for task in tasks[:5]:
        crm.touch(task.key, Status__c="Done")
    crm.touch(tasks[10].key, Owner_No__c="E0009")
    outcomes = list(crm.target(bulk=BULK).upsert([moved(task, title="新") for task in tasks]))
    left = "already done in the CRM, left as it is"
    assert [o.reason for o in outcomes] == [left] * 5 + [None] * 55
    (rows,) = files(crm)
    assert {row[KEY] for row in rows} == {task.key for task in tasks[5:]}
    # What is filled once stands in no column of what is there already.
    assert not {"Owner_No__c", "Status__c"} & set(rows[0])
    assert crm.of(tasks[10].key)["Owner_No__c"] == "E0009"
    assert not str(crm.of(tasks[0].key)["Subject__c"]).startswith("新")


def test_contract_a_job_is_asked_about_less_and_less_often(crm: SalesforceContract) -> None:
    crm.questions = 7
    sent(crm.target(bulk=BULK), contacts(30))
    assert crm.pauses == [1, 2, 4, 5, 5, 5]


def test_contract_a_job_that_never_ends_is_aborted_and_leaves_the_rest_in_doubt(
    crm: SalesforceContract,
) -> None:
    crm.questions, crm.by_then = None, 10
    records = contacts(30)
    records[3] = moved(records[3], plate="川" * 21)
    outcomes = list(crm.target(bulk=BULK).upsert(records))
    states = [o.state for o in outcomes]
    assert states[3] == "rejected"
    assert [*states[:3], *states[4:10]] == ["sent"] * 9
    assert states[10:] == ["unknown"] * 20
    assert sum(crm.pauses) == pytest.approx(BULK["longest_seconds"])
    assert [job.state for job in crm.jobs.values()] == ["Aborted"]
    crm.questions = 1
    outcomes = list(crm.target(bulk=BULK).upsert(records))
    assert [o.state for o in outcomes].count("sent") == 29
    assert set(crm.kept("Contact").values()) == {1}


def test_contract_killed_between_upload_and_results_and_sent_again_each_is_kept_once(
    crm: SalesforceContract,
) -> None:
    crm.questions = 3
    target = crm.target(bulk=BULK)

    def die(_: float) -> None:
        raise Killed

    target._jobs._sleep = die
    with pytest.raises(Killed):
        target.upsert(contacts(30))
    # Salesforce goes on by itself.
    crm.work_off()
    crm.questions = 1
    sent(crm.target(bulk=BULK), contacts(30))
    assert crm.kept("Contact") == {record.key: 1 for record in contacts(30)}


def left_over(crm: SalesforceContract, minutes: int, name: str = "Contact") -> str:
    """A job that an earlier push began so long ago."""
    number = f"750{len(crm.jobs):012d}XXX"
    created = datetime.now(UTC) - timedelta(minutes=minutes)
    crm.jobs[number] = Job(name, KEY, state="InProgress", created=created)
    return number


def test_contract_jobs_that_an_earlier_push_left_are_aborted_first(crm: SalesforceContract) -> None:
    crm.page = 2
    old, task = left_over(crm, 3), left_over(crm, 60, "Care_Task__c")
    young, other, last = left_over(crm, 0), left_over(crm, 60, "Account"), left_over(crm, 9)
    target = crm.target(bulk=BULK)
    sent(target, contacts(1))
    states = {number: crm.jobs[number].state for number in (old, task, young, other, last)}
    assert states == {
        old: "Aborted",
        task: "Aborted",
        young: "InProgress",
        other: "InProgress",
        last: "Aborted",
    }
    asked = target.calls
    sent(target, contacts(1))
    assert target.calls - asked <= 2


def test_contract_nothing_is_sent_while_a_job_of_an_earlier_push_may_go_on(
    crm: SalesforceContract,
) -> None:
    left_over(crm, 3)
    crm.questions = None
    crm.before = lambda asked: (
        refused("INVALIDJOBSTATE") if asked.method == "PATCH" and "/jobs/" in asked.path else None
    )
    outcomes = crm.target(bulk=BULK).upsert(contacts(2))
    assert {o.state for o in outcomes} == {"retry"}
    assert "earlier push" in str(outcomes[0].reason)
    assert crm.kept("Contact") == {}


@pytest.mark.parametrize("step", ["/jobs/ingest", "/batches"])
def test_contract_a_job_that_was_not_told_to_begin_kept_nothing(
    crm: SalesforceContract, step: str
) -> None:
    crm.after = lambda asked: (
        Reply(status=504) if asked.method != "GET" and asked.path.endswith(step) else None
    )
    outcomes = crm.target(bulk=BULK).upsert(contacts(30))
    assert {(o.state, o.reason) for o in outcomes} == {
        ("retry", "HTTP 504: nobody knows what became of it; the bulk job did not begin")
    }
    assert not crm.kept("Contact")
    assert [job.state for job in crm.jobs.values()] == ["Aborted" if "b" in step[1:2] else "Open"]


def _closes(asked: Asked) -> bool:
    return asked.method == "PATCH" and "/jobs/ingest/" in asked.path


def test_contract_a_lost_answer_to_the_beginning_is_asked_about(crm: SalesforceContract) -> None:
    crm.after = lambda asked: Reply(status=504) if _closes(asked) else None
    sent(crm.target(bulk=BULK), contacts(30))
    assert len(crm.kept("Contact")) == 30


def test_contract_a_beginning_that_did_not_arrive_is_said_again(crm: SalesforceContract) -> None:
    lost = [Reply(status=502)]
    crm.before = lambda asked: lost.pop() if _closes(asked) and lost else None
    sent(crm.target(bulk=BULK), contacts(30))
    assert len(crm.kept("Contact")) == 30


def test_contract_a_second_beginning_that_is_refused_says_nothing_of_the_first(
    crm: SalesforceContract,
) -> None:
    said = [refused("REQUEST_LIMIT_EXCEEDED", 403), Reply(status=502)]
    crm.before = lambda asked: said.pop() if _closes(asked) and said else None
    outcomes = crm.target(bulk=BULK).upsert(contacts(30))
    assert {o.state for o in outcomes} == {"unknown"}


def test_contract_a_beginning_that_is_refused_kept_nothing(crm: SalesforceContract) -> None:
    crm.before = lambda asked: refused("REQUEST_LIMIT_EXCEEDED", 403) if _closes(asked) else None
    outcomes = crm.target(bulk=BULK).upsert(contacts(30))
    assert {o.state for o in outcomes} == {"retry"}


def test_contract_when_nobody_knows_whether_a_job_began_its_records_are_in_doubt(
    crm: SalesforceContract,
) -> None:
    crm.after = lambda asked: (
        Reply(status=504) if "/jobs/ingest/" in asked.path and asked.method != "PUT" else None
    )
    target = crm.target(bulk=BULK, longest_wait_seconds=0)
    outcomes = target.upsert(contacts(30))
    assert {(o.state, o.reason) for o in outcomes} == {
        ("unknown", "the bulk job does not say what became of it")
    }
    crm.after = lambda _: None
    crm.work_off()
    sent(crm.target(bulk=BULK), contacts(30))
    assert set(crm.kept("Contact").values()) == {1}


def test_contract_results_that_cannot_be_had_leave_the_records_in_doubt(
    crm: SalesforceContract,
) -> None:
    crm.before = lambda asked: Reply(status=500) if "Results" in asked.path else None
    outcomes = crm.target(bulk=BULK, longest_wait_seconds=0).upsert(contacts(30))
    assert {o.state for o in outcomes} == {"unknown"}
    assert len(crm.kept("Contact")) == 30


def test_contract_a_job_that_fails_as_a_whole_kept_nothing_of_what_it_did_not_reach(
    crm: SalesforceContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = salesforce_objects.FIELDS["Contact"]
    less = {name: kind for name, kind in fields.items() if name != "Vin__c"}
    monkeypatch.setitem(salesforce_objects.FIELDS, "Contact", less)
    outcomes = crm.target(bulk=BULK).upsert(contacts(30))
    assert {(o.state, o.reason) for o in outcomes} == {
        ("retry", "the bulk job ended before it, code InvalidBatch")
    }


def test_contract_a_limit_while_a_job_is_at_work_stops_the_push(crm: SalesforceContract) -> None:
    crm.before = lambda asked: (
        refused("REQUEST_LIMIT_EXCEEDED", 403)
        if asked.method == "GET" and "/jobs/ingest/" in asked.path
        else None
    )
    target = crm.target(bulk=BULK)
    assert {o.state for o in target.upsert(contacts(30))} == {"unknown"}
    assert "REQUEST_LIMIT_EXCEEDED" in str(target.stopped)


def test_contract_no_reason_holds_a_value(crm: SalesforceContract) -> None:
    told = Refusal("STRING_TOO_LONG", "张三 13800000001:川A00001", "LastName", "张三")
    crm.rule = lambda *_: told
    for bulk in (None, BULK):
        outcomes: list[Any] = list(crm.target(bulk=bulk).upsert(contacts(30)))
        assert {o.reason for o in outcomes} == {
            "field LastName: HTTP 200, code STRING_TOO_LONG: refused"
        }
