"""The schemas that editors use fit the files that people write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from aftercare.schemas import FOLDER, schemas, write_schemas
from aftercare.settings import PROJECT

FILES = [
    ("calendar", PROJECT / "include/calendars/cn.yaml"),
    *(("dealer_mapping", path) for path in (PROJECT / "include/mappings/dealer").glob("*.yaml")),
    *(("dealer_mapping", path) for path in (PROJECT / "include/mappings/ready").glob("*.yaml")),
    ("group", PROJECT / "include/group.yaml"),
    ("odoo_crm_mapping", PROJECT / "include/mappings/crm/odoo.yaml"),
    ("salesforce_crm_mapping", PROJECT / "include/mappings/crm/salesforce.yaml"),
    ("sms_mapping", PROJECT / "include/mappings/sms/sms.yaml"),
    *(("policy_pack", path) for path in (PROJECT / "include/policy").glob("*/pack.yaml")),
    *(
        ("policy_item", path)
        for path in (PROJECT / "include/policy").rglob("*.yaml")
        if path.name != "pack.yaml"
    ),
]


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schemas()[f"{name}.schema.json"])


def _textual(data: object) -> object:
    """YAML as an editor sees it: every key is text."""
    if isinstance(data, dict):
        return {str(key): _textual(part) for key, part in data.items()}
    return [_textual(part) for part in data] if isinstance(data, list) else data


def test_the_committed_schemas_are_those_of_the_models(tmp_path: Path) -> None:
    for path in write_schemas(tmp_path):
        committed = FOLDER / path.name
        assert committed.read_text("utf-8") == path.read_text("utf-8"), "run `aftercare schemas`"


@pytest.mark.parametrize(("name", "path"), FILES, ids=lambda part: getattr(part, "stem", part))
def test_every_file_fits_its_schema(name: str, path: Path) -> None:
    plain = json.loads(json.dumps(_textual(yaml.safe_load(path.read_text("utf-8"))), default=str))
    assert list(validator(name).iter_errors(plain)) == []


def test_a_misspelt_key_does_not_fit() -> None:
    path = PROJECT / "include/mappings/dealer/heyuan_dms.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["feeds"]["repair_order"]["columns"]["odometer"] = "in_mileage"
    [problem] = validator("dealer_mapping").iter_errors(data)
    assert "odometer" in str([part.message for part in [problem, *(problem.context or [])]])
