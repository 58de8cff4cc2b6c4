"""A client of Salesforce that is not ours agrees that the contract's server speaks its protocol."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from crm_records import a_contact, both, sent
from requests.adapters import HTTPAdapter
from salesforce_contract import CLIENT, MOST, SECRET, VERSION, SalesforceContract
from salesforce_objects import KEY, refused
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_soql


class ToTheContract(HTTPAdapter):
    """The client speaks to https://….salesforce.com and nothing else; its requests arrive at the contract."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._there = urlsplit(address)

    def send(self, request: requests.PreparedRequest, *given: Any, **named: Any) -> Any:
        own = urlsplit(request.url)
        request.url = urlunsplit((*self._there[:2], own.path, own.query, ""))
        return super().send(request, *given, **named)


@pytest.fixture
def crm() -> Iterator[SalesforceContract]:
    with SalesforceContract() as running:
        yield running


@pytest.fixture
def client(crm: SalesforceContract) -> Iterator[Salesforce]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToTheContract(crm.address))
        yield Salesforce(
            consumer_key=CLIENT,
            consumer_secret=SECRET,
            domain="heyuan.my",
            version=VERSION,
            session=session,
        )


def a_row(number: int, **changed: Any) -> dict[str, Any]:
    return {
        KEY: f"key {number}",
        "LastName": f"张{number}",
        "Plate__c": f"川A{number:05d}",
    } | changed


def test_contract_another_client_lets_itself_in(client: Salesforce) -> None:
    assert client.auth_type == "client-credentials"
    question = "SELECT Id FROM Contact WHERE Care_Key__c = 'nobody'"
    assert client.query(question)["totalSize"] == 0


def test_contract_another_client_finds_what_we_sent(
    crm: SalesforceContract, client: Salesforce
) -> None:
    task, contact = sent(crm.target(), both(1))
    read = format_soql("SELECT Id, Care_Key__c FROM Contact WHERE Care_Key__c = {}", contact.key)
    (found,) = client.query(read)["records"]
    assert (found["Id"], found[KEY]) == (contact.crm_id, contact.key)
    record = client.Care_Task__c.get_by_custom_id(KEY, task.key)
    assert (record["Id"], record["Contact__c"]) == (task.crm_id, contact.crm_id)


def test_contract_another_client_keeps_a_record_once_by_its_external_id(
    crm: SalesforceContract, client: Salesforce
) -> None:
    row = {"LastName": "张三"}
    assert client.Contact.upsert(f"{KEY}/one", row) == 201
    assert client.Contact.upsert(f"{KEY}/one", row | {"Plate__c": "川A1"}) == 200
    assert crm.kept("Contact") == {"one": 1}
    with pytest.raises(SalesforceResourceNotFound):
        client.Contact.upsert(f"{KEY}/two?updateOnly=true", row)
    found = crm.of("one", "Contact")
    assert client.Contact.update(found["Id"], {"Plate__c": None}) == 204
    assert crm.of("one", "Contact")["Plate__c"] is None


def test_contract_another_client_writes_collections(
    crm: SalesforceContract, client: Salesforce
) -> None:
    rows = [a_row(number) for number in range(5)]
    rows[2]["Plate__c"] = "川" * 21
    body = {
        "allOrNone": False,
        "records": [{"attributes": {"type": "Contact"}, **row} for row in rows],
    }
    path = f"composite/sobjects/Contact/{KEY}"
    answers = client.restful(path, method="PATCH", json=body)
    assert [answer["success"] for answer in answers] == [True, True, False, True, True]
    (error,) = answers[2]["errors"]
    assert (error["statusCode"], error["fields"]) == ("STRING_TOO_LONG", ["Plate__c"])
    again = client.restful(path, method="PATCH", json=body)
    assert [answer.get("created") for answer in again] == [False, False, None, False, False]
    with pytest.raises(SalesforceMalformedRequest, match="200 records"):
        client.restful(path, method="PATCH", json={"records": body["records"] * MOST})


def test_contract_another_client_reads_page_after_page(
    crm: SalesforceContract, client: Salesforce
) -> None:
    contacts = sent(crm.target(), [a_contact(number) for number in range(1, 24)])
    crm.page = 10
    read = client.query_all("SELECT Id, Care_Key__c FROM Contact ORDER BY Care_Key__c")
    assert [row[KEY] for row in read["records"]] == [contact.key for contact in contacts]


def test_contract_another_client_quotes_as_we_do(
    crm: SalesforceContract, client: Salesforce
) -> None:
    keys = ["O'Hara\\", "x') OR (Name != '", 'say "x"', "\\"]
    for key in keys:
        client.restful(
            f"composite/sobjects/Contact/{KEY}",
            method="PATCH",
            json={"records": [{"attributes": {"type": "Contact"}, **a_row(1), KEY: key}]},
        )
        question = format_soql("SELECT Care_Key__c FROM Contact WHERE Care_Key__c = {}", key)
        assert [row[KEY] for row in client.query(question)["records"]] == [key]


def test_contract_another_client_describes(client: Salesforce) -> None:
    fields = {told["name"]: told for told in client.Care_Task__c.describe()["fields"]}
    assert fields[KEY]["externalId"]
    assert fields["Contact__c"]["relationshipName"] == "Contact__r"


def test_contract_another_client_loads_in_bulk(crm: SalesforceContract, client: Salesforce) -> None:
    sent(crm.target(), [a_contact(1)])
    due = {"Subject__c": "回访", "Due__c": "2026-03-12", "Contact__r.Care_Key__c": a_contact(1).key}
    rows = [{KEY: f"task {number}", **due, "Status__c": "Open"} for number in range(6)]
    rows[4]["Status__c"] = "Lost"
    crm.questions = 3
    (job,) = client.bulk2.Care_Task__c.upsert(records=rows, external_id_field=KEY, wait=0)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (6, 1)
    assert sorted(crm.kept()) == [f"task {number}" for number in (0, 1, 2, 3, 5)]
    contact = crm.of(a_contact(1).key, "Contact")
    assert {task["Contact__c"] for task in crm.records["Care_Task__c"].values()} == {contact["Id"]}
    good, bad, left = (
        list(csv.DictReader(io.StringIO(read(job["job_id"]))))
        for read in (
            client.bulk2.Care_Task__c.get_successful_records,
            client.bulk2.Care_Task__c.get_failed_records,
            client.bulk2.Care_Task__c.get_unprocessed_records,
        )
    )
    assert {row["sf__Created"] for row in good} == {"true"}
    assert {row["sf__Id"] for row in good} == set(crm.records["Care_Task__c"])
    assert [row[KEY] for row in bad] == ["task 4"]
    assert bad[0]["sf__Error"].startswith("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:")
    assert left == []


def test_contract_another_client_is_told_of_limits_and_sessions(
    crm: SalesforceContract, client: Salesforce
) -> None:
    crm.before = lambda _: refused("REQUEST_LIMIT_EXCEEDED", 403)
    with pytest.raises(SalesforceRefusedRequest, match="REQUEST_LIMIT_EXCEEDED"):
        client.query("SELECT Id FROM Contact")
    crm.before = lambda _: None
    crm.tokens.clear()
    with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        client.bulk2.Contact.upsert(records=[a_row(1)], external_id_field=KEY, wait=0)
