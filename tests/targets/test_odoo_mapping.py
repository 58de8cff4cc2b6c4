"""The mapping file of a real Odoo 19: what it may say, and whose tasks are whose."""

import dataclasses
from pathlib import Path

import pytest
from crm_records import a_contact, a_task, known, sent

from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.protocol import Target


def test_a_task_of_somebody_without_a_user_belongs_to_nobody(odoo):
    sent(odoo.target, [a_contact(1), a_task(1, owner_no="E9999")])

    assert [found["user_id"] for found in odoo.find("mail.activity", [], "user_id")] == [False]


def test_a_task_of_somebody_without_a_user_goes_to_the_fallback(odoo):
    owner = odoo.mapping.owner.model_copy(update={"fallback": "E0002"})
    chosen = dataclasses.replace(odoo, mapping=odoo.mapping.model_copy(update={"owner": owner}))

    sent(chosen.target, [a_contact(1), a_task(1, owner_no=None)])

    assert [found["user_id"][1] for found in odoo.find("mail.activity", [], "user_id")] == ["李强"]


def test_a_message_by_hand_has_a_kind_of_its_own_and_a_call_may_become_one(odoo):
    sent(odoo.target, [a_contact(1), a_task(1), a_contact(2), a_task(2, channel="sms")])
    kinds = {
        found["summary"]: found["activity_type_id"][1]
        for found in odoo.find("mail.activity", [], "summary", "activity_type_id")
    }
    assert len(set(kinds.values())) == 2
    call = next(kind for summary, kind in kinds.items() if "张三1" in summary)

    records = [a_contact(1), a_task(1)]
    outcomes = odoo.target.upsert(records)
    sent(
        odoo.target,
        [known(records, outcomes)[0], known([a_task(1, channel="sms")], outcomes[1:])[0]],
    )

    now = {
        found["activity_type_id"][1] for found in odoo.find("mail.activity", [], "activity_type_id")
    }
    assert now == set(kinds.values()) - {call}


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
        ("mail_activity_data_todo", "nothing", "message_activity_type", "no such activity type"),
        ("match: login", "match: nothing", "owner.match", "no such field"),
        ("caller: null", "caller: res_id", "results.caller", "no such field that holds a user"),
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
                if row.lstrip().startswith(f"{where.rpartition('.')[2]}:")
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
        ("phone: {from: phone,", "phone: {from: fone,", "a contact has no field fone"),
        ("phone: {from: phone,", "phone: {from: phone, join: [name],", "exactly one of"),
        ("ref: {from: key", "ref: {from: vin", "found again by it"),
        ("summary: {", "user_id: {", "set by the adapter"),
        (
            "{from: phone, wins: theirs}",
            "{first_of: [phone]}",
            "results: numbers: no field of a contact is {from: phone}",
        ),
    ],
)
def test_a_mapping_file_says_what_is_wrong_with_it(tmp_path: Path, old, new, why):
    text = (Path(__file__).parents[2] / "include/mappings/crm/odoo.yaml").read_text()
    assert old in text
    (tmp_path / "odoo.yaml").write_text(text.replace(old, new, 1))

    with pytest.raises(ConfigurationError, match=why):
        OdooMapping.read(tmp_path / "odoo.yaml")
