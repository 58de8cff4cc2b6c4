"""What is wrong in a mapping for Salesforce is said when the file is read, with its line and key."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from changed_mapping import GONE, changed, read
from salesforce_contract import MAPPING

from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.targets.crm import crm_target
from aftercare.targets.salesforce import SalesforceTarget
from aftercare.targets.salesforce_mapping import LATER, REJECTED, STOP, SalesforceMapping

GIVEN: dict[str, Any] = yaml.safe_load(MAPPING.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("api_version", "64", "should match pattern"),
        ("api_version", "52.0", "api_version: is 53.0 or newer"),
        ("time_zone", "Asia/Hangzhou", "there is no time zone Asia/Hangzhou"),
        ("contact.object", "Contact WHERE", "should match pattern"),
        ("contact.key_field", "Id", "Id belongs to Salesforce"),
        ("contact.fields.LastName.first_of", ["nam"], "a contact has no field nam; it has"),
        ("contact.fields.Care_Key__c", {"from": "key"}, "holds our key without being named"),
        ("contact.fields.Plate__c.in_list", True, "Salesforce has no lists"),
        ("task.fields.Contact__r.from", "contact", "a task has no field contact; it has"),
        ("task.withdraw", {"Status__c": "{key}"}, "{reason} is all that can be put in"),
        ("task.withdraw", {"Status__c": "{"}, "braces hold {reason}"),
        ("task.done.values", [], "at least 1 item"),
        ("bulk.most", 2000, "or no job would ever be made"),
        ("results.words", GONE, "give outcome, or words and remark"),
        ("results.remark", GONE, "words are looked for in its text"),
        ("results.remark", "Result__c) FROM", "should match pattern"),
        ("codes", {"later": ["A"], "stop": ["A"]}, "code A means something else already"),
        ("sends_unknwon", True, "there is no such key; near: sends_unknown"),
        ("contact", GONE, None),
        ("bulk", GONE, None),
        ("results", GONE, None),
        ("task.done", GONE, None),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, path: str, value: object, said: str | None) -> None:
    given = changed(GIVEN, path, value)
    if said is None:
        assert read(SalesforceMapping, tmp_path, given).as_rest()
        return
    with pytest.raises(ConfigurationError) as caught:
        read(SalesforceMapping, tmp_path, given)
    text = str(caught.value)
    assert said in text
    assert "salesforce.yaml:" in text


def test_it_is_asked_what_the_file_names() -> None:
    rest = SalesforceMapping.read(MAPPING).as_rest()
    assert rest.task.find
    assert rest.task.find.parameters == {
        "q": "SELECT Id, Care_Key__c, Status__c FROM Care_Task__c WHERE Care_Key__c IN ({keys:'})"
    }
    assert rest.results
    assert rest.results.parameters == {
        "q": "SELECT Id, Care_Key__c, SystemModstamp, Done_At__c, LastModifiedBy.EmployeeNumber, Result__c, Status__c "
        "FROM Care_Task__c WHERE Care_Key__c != null AND SystemModstamp >= {since} AND Status__c IN ('Done') "
        "ORDER BY SystemModstamp, Id"
    }


def test_a_value_of_the_mapping_cannot_change_a_question() -> None:
    given = changed(GIVEN, "task.done.values", ["it's {done}\\"])
    rest = SalesforceMapping.model_validate(given).as_rest()
    assert rest.results
    assert r"Status__c IN ('it\'s {{done}}\\')" in str(rest.results.parameters["q"])


def test_what_may_be_at_work_longest_settles_last() -> None:
    assert SalesforceMapping.model_validate(GIVEN).as_rest().settle_seconds == 900
    given = changed(GIVEN, "bulk", GONE)
    assert SalesforceMapping.model_validate(given).as_rest().settle_seconds == 600


def test_no_code_means_two_things() -> None:
    codes = [*LATER, *REJECTED, *STOP]
    assert len(codes) == len(set(codes))


def test_an_error_found_later_names_the_line_of_this_file(tmp_path: Path) -> None:
    problem = (
        read(SalesforceMapping, tmp_path, GIVEN)
        .as_rest()
        .wrong("why", "contact", "fields", "Plate__c")
    )
    lines = (tmp_path / "salesforce.yaml").read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.strip().startswith("Plate__c"))
    assert f"salesforce.yaml:{line}: contact.fields.Plate__c: why" in str(problem)


def test_the_adapter_is_the_one_that_the_file_names() -> None:
    extra = {"auth": "oauth2", "token_url": "services/oauth2/token"}
    target = crm_target(
        "salesforce",
        lambda name: Connection(name, "http", "https://x.example", None, "a", "b", None, extra),
    )
    assert isinstance(target, SalesforceTarget)
    assert (target.name, target.capabilities.batch_size) == ("salesforce", 10_000)
