"""JSON Schemas of the files that people write, so that editors complete keys and mark errors.

They say what a file may look like; what it must make sense of is checked when it is read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from aftercare.rules.festivals import CalendarFile
from aftercare.rules.policy import PackFile, PolicyValue
from aftercare.settings import PROJECT, Group
from aftercare.sources.dealer_system import FileSystem, RestSystem, SqlSystem
from aftercare.sources.feeds import FEEDS
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.salesforce_mapping import SalesforceMapping
from aftercare.targets.sms_mapping import SmsMapping

FOLDER = PROJECT / "include" / "schemas"


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file."""
    system: TypeAdapter[Any] = TypeAdapter(
        Annotated[SqlSystem | FileSystem | RestSystem, Field(discriminator="kind")]
    )
    found = {
        "calendar": CalendarFile.model_json_schema(),
        "dealer_mapping": _with_feeds(system.json_schema()),
        "group": Group.model_json_schema(),
        "odoo_crm_mapping": OdooMapping.model_json_schema(),
        "policy_pack": PackFile.model_json_schema(),
        "policy_item": _policy_item(),
        "rest_crm_mapping": RestMapping.model_json_schema(),
        "salesforce_crm_mapping": SalesforceMapping.model_json_schema(),
        "sms_mapping": SmsMapping.model_json_schema(),
    }
    return {
        f"{name}.schema.json": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": name.replace("_", " "),
            **{key: part for key, part in schema.items() if key != "title"},
        }
        for name, schema in found.items()
    }


def write_schemas(folder: Path = FOLDER) -> list[Path]:
    """Writes the schemas into a folder; returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _with_feeds(schema: dict[str, Any]) -> dict[str, Any]:
    """Names feeds and their canonical columns, so that an editor proposes them."""
    definitions = schema["$defs"]
    for feed in FEEDS.values():
        definitions[f"{feed.name}_columns"] = {
            "required": list(feed.key),
            "additionalProperties": False,
            "properties": {column.name: True for column in feed.columns},
        }
    for kind in ("Sql", "File", "Rest"):
        system, feed_map = f"{kind}System", f"{kind}FeedMap"
        definitions[system]["properties"]["feeds"] = {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {
                name: {
                    "$ref": f"#/$defs/{feed_map}",
                    "properties": {"columns": {"$ref": f"#/$defs/{name}_columns"}},
                }
                for name in FEEDS
            },
        }
    return schema


def _policy_item() -> dict[str, Any]:
    """A file of a pack: mappings with ``values`` are dated values, everything else is the item's."""
    value = PolicyValue.model_json_schema(ref_template="#/$defs/{model}")
    definitions = value.pop("$defs", {})
    return {
        "type": "object",
        "additionalProperties": {
            "if": {"type": "object", "required": ["values"]},
            "then": {"$ref": "#/$defs/PolicyValue"},
        },
        "$defs": {**definitions, "PolicyValue": value},
    }
