"""The CRM of a name, by the adapter that its mapping names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aftercare.configuration import line_of, read_yaml
from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.protocol import Target
from aftercare.targets.rest import RestTarget
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.salesforce import SalesforceTarget
from aftercare.targets.salesforce_mapping import SalesforceMapping

FOLDER = PROJECT / "include" / "mappings" / "crm"
ADAPTERS = ("odoo", "rest", "salesforce")


def crm_target(name: str, access_of: Callable[[str], Any], folder: Path = FOLDER) -> Target:
    """The target of `include/mappings/crm/<name>.yaml`, at the connection that it names.

    Raises ConfigurationError for a file that is missing or wrong, and a connection that lacks
    something.
    """
    path = folder / f"{name}.yaml"
    data, lines = read_yaml(path)
    adapter = data.get("adapter", "odoo") if isinstance(data, Mapping) else None
    if adapter == "rest":
        mapping = RestMapping.read(path)
        return RestTarget(mapping, access_of(mapping.connection))
    if adapter == "salesforce":
        objects = SalesforceMapping.read(path)
        return SalesforceTarget(objects, access_of(objects.connection))
    if adapter == "odoo":
        return OdooTarget.from_mapping(name, access_of)
    raise ConfigurationError(
        f"there is no adapter {adapter!r}; there are {', '.join(ADAPTERS)}",
        file=str(path),
        line=line_of(lines, ("adapter",)),
        key="adapter",
    )
