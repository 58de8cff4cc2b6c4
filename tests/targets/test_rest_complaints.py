"""Complaints in CRMs with a REST interface: a server that is not ours, and the contracts of two vendors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fxiaoke_contract
import pytest
import salesforce_contract
from changed_mapping import with_complaints
from crm_records import CLOSED, a_complaint, a_contact, moved, sent, withdrawal
from datasette_crm import DatasetteCrm
from datasette_crm import datasette as datasette
from datasette_crm import datasette_server as datasette_server
from fxiaoke_contract import FxiaokeContract
from pydantic import ValidationError
from salesforce_contract import SalesforceContract

from aftercare.errors import ConfigurationError
from aftercare.targets.rest import RestTarget
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.salesforce import SalesforceTarget
from aftercare.targets.salesforce_mapping import SalesforceMapping

CASE, OBJECT = "Case", "care_complaint__c"

SECTION: dict[str, Any] = {
    "fields": {
        "ext_key": {"from": "key", "required": True},
        "subject": {"join": ["title", "level"], "required": True},
        "contact": {"from": "contact_id"},
        "received": {"from": "received_on", "date": "%Y/%m/%d"},
        "content": {"from": "description"},
        "state": {"from": "state", "codes": {"registered": "new", "closed": "done"}},
        "verdict": {"from": "verdict_name"},
    },
    "describe": {
        "path": "crm/complaint.json",
        "parameters": {"_extra": "columns", "_size": 0},
        "names": "columns",
    },
    "find": {
        "path": "crm/complaint.json",
        "parameters": {"ext_key__exact": "{key}"},
        "rows": "rows",
        "key": "ext_key",
        "id": "id",
    },
    "create": {
        "path": "crm/complaint/-/insert",
        "body": {"row": "{record}"},
        "id": "rows[0].id",
    },
    "update": {"path": "crm/complaint/{id}/-/update", "body": {"update": "{record}"}},
    "withdraw": {
        "path": "crm/complaint/{id}/-/update",
        "body": {"update": {"state": "withdrawn", "reason": "{reason}"}},
    },
}


def with_section(crm: DatasetteCrm, **changes: Any) -> RestTarget:
    return crm.target(complaint=SECTION | changes)


def test_a_mapping_without_complaints_has_none(datasette: DatasetteCrm) -> None:
    assert not datasette.target().capabilities.has_complaints
    assert with_section(datasette).capabilities.has_complaints


def test_a_complaint_is_kept_once_and_tells_its_contact(datasette: DatasetteCrm) -> None:
    target = with_section(datasette)
    target.check()
    for _ in range(2):
        sent(target, [a_complaint(1), a_contact(1)])
    (kept,) = datasette.rows("complaint")
    (contact,) = datasette.rows("contact")
    assert (kept["contact"], kept["subject"]) == (contact["id"], "投诉 TS1 · 严重")
    assert (kept["received"], kept["state"], kept["verdict"]) == ("2026/03/12", "new", "未认定")


def test_a_change_is_one_update_and_a_withdrawal_says_why(datasette: DatasetteCrm) -> None:
    target = with_section(datasette)
    _, first, second = sent(
        target, [a_contact(1), a_complaint(1), a_complaint(2, contact_key=None)]
    )
    sent(target, [moved(first, **CLOSED)])
    (outcome,) = target.withdraw([withdrawal(second)])
    assert outcome.state == "sent"
    rows = {row["ext_key"]: (row["state"], row["reason"]) for row in datasette.rows("complaint")}
    assert rows == {first.key: ("done", None), second.key: ("withdrawn", "订单已撤销")}


def test_a_complaint_of_nobody_known_has_no_contact_and_one_of_somebody_waits_for_theirs(
    datasette: DatasetteCrm,
) -> None:
    lonely, waits = with_section(datasette).upsert(
        [a_complaint(1, contact_key=None), a_complaint(2)]
    )
    assert (lonely.state, waits.state) == ("sent", "retry")
    assert [row["contact"] for row in datasette.rows("complaint")] == [None]


def test_a_field_that_the_crm_does_not_have_is_named(datasette: DatasetteCrm) -> None:
    fields = SECTION["fields"] | {"severity": {"from": "level"}}
    with pytest.raises(ConfigurationError, match="no such field"):
        with_section(datasette, fields=fields).check()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"due": {"from": "due_date"}}, "a complaint has no field due_date"),
        ({"state": {"from": "state", "date": "unix"}}, "of our fields only"),
    ],
)
def test_what_a_complaint_does_not_tell_is_refused_when_the_mapping_is_read(
    datasette: DatasetteCrm, fields: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        with_section(datasette, fields=SECTION["fields"] | fields)


@pytest.fixture
def fxiaoke() -> Iterator[FxiaokeContract]:
    with FxiaokeContract() as running:
        yield running


def test_contract_of_fxiaoke_a_complaint_is_kept_once_changed_and_taken_back(
    fxiaoke: FxiaokeContract, tmp_path: Path
) -> None:
    mapping = with_complaints(RestMapping, fxiaoke_contract.MAPPING, tmp_path)
    assert mapping.complaint
    target = fxiaoke.target(
        complaint=mapping.complaint.model_dump(by_alias=True, exclude_none=True)
    )
    target.check()
    records = [a_contact(1), a_complaint(1), a_complaint(2, contact_key=None)]
    for _ in range(2):
        contact, first, second = sent(target, records)
    assert set(fxiaoke.kept(OBJECT).values()) == {1}
    kept = fxiaoke.of(first.key, OBJECT)
    assert (kept["contact__c"], kept["state__c"]) == (contact.crm_id, "registered")
    assert kept["received__c"] == 1773244800000  # midnight of 2026-03-12 in Shanghai
    sent(target, [moved(first, **CLOSED)])
    target.withdraw([withdrawal(second)])
    assert fxiaoke.of(first.key, OBJECT)["state__c"] == "closed"
    assert fxiaoke.of(second.key, OBJECT)["withdrawn_because__c"] == "订单已撤销"


@pytest.fixture
def salesforce() -> Iterator[SalesforceContract]:
    with SalesforceContract() as running:
        yield running


@pytest.fixture
def cases(salesforce: SalesforceContract, tmp_path: Path) -> SalesforceTarget:
    mapping = with_complaints(SalesforceMapping, salesforce_contract.MAPPING, tmp_path)
    assert mapping.complaint
    return salesforce.target(
        complaint=mapping.complaint.model_dump(by_alias=True, exclude_none=True)
    )


def test_contract_of_salesforce_a_complaint_is_a_case_of_its_contact(
    salesforce: SalesforceContract, cases: SalesforceTarget
) -> None:
    cases.check()
    for _ in range(2):
        contact, first, lonely = sent(
            cases, [a_contact(1), a_complaint(1), a_complaint(2, contact_key=None)]
        )
    assert set(salesforce.kept(CASE).values()) == {1}
    kept = salesforce.of(first.key, CASE)
    assert (kept["ContactId"], kept["Status"]) == (contact.crm_id, "New")
    assert "空调 <b>异响</b>" in kept["Description"]
    assert salesforce.of(lonely.key, CASE).get("ContactId") is None


def test_contract_of_salesforce_a_case_follows_the_complaint_and_is_taken_back(
    salesforce: SalesforceContract, cases: SalesforceTarget
) -> None:
    _, first, second = sent(cases, [a_contact(1), a_complaint(1), a_complaint(2, contact_key=None)])
    sent(cases, [moved(first, state="dispatched")])
    assert salesforce.of(first.key, CASE)["Status"] == "Working"
    sent(cases, [moved(first, **CLOSED)])
    (outcome,) = cases.withdraw([withdrawal(second)])
    assert outcome.state == "sent"
    assert salesforce.of(first.key, CASE)["Status"] == "Closed"
    assert salesforce.of(second.key, CASE)["Withdrawn_Because__c"] == "订单已撤销"


def test_contract_of_salesforce_many_complaints_go_in_one_job(
    salesforce: SalesforceContract, tmp_path: Path
) -> None:
    mapping = with_complaints(SalesforceMapping, salesforce_contract.MAPPING, tmp_path)
    assert mapping.complaint
    target = salesforce.target(
        complaint=mapping.complaint.model_dump(by_alias=True, exclude_none=True),
        bulk={"above": 20, "most": 100, "longest_seconds": 60, "poll_seconds": 5},
    )
    sent(target, [a_complaint(number, contact_key=None) for number in range(1, 31)])
    assert len(salesforce.kept(CASE)) == 30
    assert [job.object for job in salesforce.jobs.values()] == [CASE]


def test_contract_of_salesforce_without_a_field_for_our_key_nothing_is_sent(
    cases: SalesforceTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = salesforce_contract.FIELDS[CASE]
    monkeypatch.setitem(
        salesforce_contract.FIELDS,
        CASE,
        {name: kind for name, kind in fields.items() if name != salesforce_contract.KEY},
    )
    with pytest.raises(ConfigurationError, match="no such field") as problem:
        cases.check()
    assert problem.value.key == "complaint.key_field"
