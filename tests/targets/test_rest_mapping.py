"""What is wrong in the mapping of a CRM is said when the file is read, with its line and key."""

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from changed_mapping import GONE, changed, read
from datasette_crm import MAPPING

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.targets.crm import crm_target
from aftercare.targets.rest_mapping import RestMapping

GIVEN: dict[str, Any] = yaml.safe_load(MAPPING.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("time_zone", "Asia/Hangzhou", "there is no time zone Asia/Hangzhou"),
        ("results.zone", "UTC+8", "there is no time zone UTC+8"),
        ("contact.fields.name.first_of", ["nam"], "a contact has no field nam; it has"),
        ("contact.fields.ext_key", {"from": "name"}, "one of them has to be {from: key}"),
        (
            "contact.fields.phone.date",
            "%Y",
            "of our fields only close_by, closed_on, deadline_date, due_date",
        ),
        ("contact.fields.phone", {"from": "phone", "value": 1}, "give exactly one of from"),
        ("contact.find", GONE, "give upsert, or find, create and update"),
        ("contact.find.path", "https://crm.example/x", "the address is the connection's host"),
        ("contact.find.path", "crm/x?y=1", "belongs to parameters"),
        ("contact.find.rows", "rows[", "is no JMESPath expression"),
        ("contact.find.parameters", {"all": "yes"}, "{key} or {keys} stands in path"),
        ("contact.find.parameters", {"k": "{keys:,}", "p": "{page}"}, "say how it is counted"),
        ("contact.find.paging", {"by": "page"}, "{page} stands in path"),
        ("contact.find.paging", {"by": "link"}, "give the path to the address"),
        ("contact.find.paging", {"by": "link", "next": "a["}, "is no JMESPath expression"),
        ("contact.find.method", "DELETE", "Input should be 'GET' or 'POST'"),
        ("contact.create.body", {"row": "{rekord}"}, "{record} or {records} stands in path"),
        (
            "contact.create.body",
            {"rows": "{records}", "x": "{why}"},
            "{why} stands for nothing here",
        ),
        ("contact.create.body", {"rows": "{records}", "x": "{key}"}, "it belongs into entry"),
        ("contact.create.id", "id", "give items.id"),
        ("contact.create.items", {"rows": "rows"}, "says how it went"),
        ("contact.update.entry", {"x": "{record}"}, "belong to a body with {records}"),
        ("contact.update.body", {"x": "{record} }"}, "braces hold the name of a placeholder"),
        ("contact.create.body", {"*": "{records}"}, "puts a record among other fields"),
        ("task.fields.state", {"value": date(2026, 1, 1)}, "put it between quotes"),
        ("task.withdraw.path", "crm/task/-/update", "{id} or {key} stands in path"),
        ("task.done", GONE, None),
        ("task.find", GONE, "give upsert, or find, create and update"),
        ("answer", {"absent": ["404"]}, "404 is no status"),
        ("answer", {"code": "c"}, "name the codes that say that all is well"),
        ("answer", {"later": ["HTTP 404"], "absent": ["HTTP 404"]}, "means something else already"),
        ("results.parameters", {"state": "done"}, "{since} stands in path"),
        ("results.parameters", {"since": "{since:d}"}, "its format does not fit"),
        ("results.words", GONE, "give outcome, or words and remark"),
        ("results.remark", GONE, "words are looked for in its text"),
        ("token", {"path": "t", "gives": {"secret": "x"}}, "another placeholder's name"),
        ("sends_unknwon", True, "there is no such key; near: sends_unknown"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, path: str, value: object, said: str | None) -> None:
    given = changed(GIVEN, path, value)
    if said is None:
        assert read(RestMapping, tmp_path, given)
        return
    with pytest.raises(ConfigurationError) as caught:
        read(RestMapping, tmp_path, given)
    text = str(caught.value)
    assert said in text
    assert "datasette.yaml:" in text


def test_an_upsert_needs_a_look_up_for_what_is_filled_once(tmp_path: Path) -> None:
    given = copy.deepcopy(GIVEN)
    put = {"method": "PUT", "path": "t/{key}", "body": "{record}"}
    for part in ("find", "create", "update", "done", "withdrawn"):
        del given["task"][part]
    given["task"] |= {"upsert": put, "withdraw": {"method": "DELETE", "path": "t/{key}"}}
    with pytest.raises(ConfigurationError, match="a field that is filled once"):
        read(RestMapping, tmp_path, given)
    given["task"]["fields"]["state"]["once"] = False
    assert read(RestMapping, tmp_path, given).task.upsert


@pytest.mark.parametrize(
    ("rows", "is_shown"),
    [
        ("rows", True),
        ("rows[].properties", True),
        ("rows[].merge(properties, {id: id})", True),
        ("rows[].{id: id, ext_key: p.ext_key, phone: p.phone}", True),
        ("rows[].{id: id, ext_key: p.ext_key}", False),
        ("data | rows[?id].p.{id: id, ext_key: ext_key}", False),
    ],
)
def test_a_field_of_which_it_is_said_who_wins_stands_in_the_rows_that_a_look_up_makes(
    tmp_path: Path, rows: str, is_shown: bool
) -> None:
    given = changed(GIVEN, "contact.fields.phone", {"from": "phone", "wins": "theirs"})
    given = changed(given, "contact.find.rows", rows)
    if is_shown:
        assert read(RestMapping, tmp_path, given)
        return
    with pytest.raises(ConfigurationError, match=r"phone: wins: the look-up does not show") as told:
        read(RestMapping, tmp_path, given)
    assert "datasette.yaml:" in str(told.value)
    assert "contact" in str(told.value)


def test_what_a_call_says_of_its_answers_is_added_to_what_all_say() -> None:
    given = copy.deepcopy(GIVEN)
    given["answer"] = {"code": "code", "done": ["0"], "rejected": ["7", "8"]}
    given["contact"]["update"]["answer"] = {"absent": ["7"]}
    mapping = RestMapping.model_validate(given)
    assert mapping.contact
    assert mapping.contact.update
    assert mapping.contact.update.answer
    answer = mapping.answer.overlaid(mapping.contact.update.answer)
    assert [answer.named(code) for code in ("0", "7", "8")] == ["done", "absent", "rejected"]
    assert answer.code == "code"


def test_the_mappings_that_are_ready_can_be_read() -> None:
    folder = PROJECT / "include" / "mappings" / "crm"
    read_all = [
        RestMapping.read(file)
        for file in sorted(folder.glob("*.yaml"))
        if "adapter: rest" in file.read_text(encoding="utf-8")
    ]
    assert [mapping.target for mapping in read_all] == ["fxiaoke"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("adapter: soap\n", "there is no adapter 'soap'; there are odoo, rest, salesforce"),
        ("- x\n", "there is no adapter None"),
        (MAPPING.read_text(encoding="utf-8"), "is 'datasette', but the file is crm.yaml"),
    ],
)
def test_the_adapter_is_the_one_that_the_file_names(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "crm.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        crm_target("crm", lambda _: None, tmp_path)
    assert said in str(caught.value)


def test_with_empty_fields_left_out_a_field_of_which_it_is_said_who_wins_is_asked_for(
    tmp_path: Path,
) -> None:
    text = (PROJECT / "include/mappings/crm/fxiaoke.yaml").read_text(encoding="utf-8")
    asked = "fieldProjection: [_id, care_key__c, mobile1]"
    assert asked in text
    (tmp_path / "fxiaoke.yaml").write_text(
        text.replace(asked, "fieldProjection: [_id, care_key__c]"), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="mobile1: wins: the look-up does not ask for it"):
        RestMapping.read(tmp_path / "fxiaoke.yaml")
