"""The STAR standard is read by its ready mapping alone, from a server made from its specification."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from care_group import CareGroup
from dealer_sources import DAY, KEYRING, rows_of
from sqlalchemy import Engine
from star_server import star_server

from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate

READY = PROJECT / "include" / "mappings" / "ready" / "star.yaml"
DAY_OF_EXAMPLES = date(2026, 3, 13)


@pytest.fixture(scope="module")
def star(homes: Path) -> Iterator[str]:
    with star_server(homes / "star") as address:
        yield address


def adapted(folder: Path, *changes: tuple[str, str]) -> Path:
    """The ready mapping, copied and changed in single lines as the cookbook says."""
    text = READY.read_text("utf-8").replace("system: star ", "system: west_star ")
    for ready, ours in changes:
        assert ready in text
        text = text.replace(ready, ours)
    path = folder / "west_star.yaml"
    path.write_text(text, "utf-8")
    return path


def night(engine: Engine, mapping: Path, host: str, day: date) -> dict[str, dict[str, Any]]:
    """Pull, validate and merge of each feed; what validate and merge counted."""
    group = CareGroup(engine).group
    system = read_dealer_system(mapping)
    counts = {}
    for feed in system.feeds:
        pulled = pull(engine, KEYRING, group, system, Connection("star", "http", host), feed, day)
        judged = validate(engine, group, system.system, feed, day)
        counts[feed] = {**pulled, **judged, **merge(engine, group, system.system, feed, day)}
    return counts


def test_documents_that_fit_the_specification_become_core_rows(
    star: str, warehouse: Engine, tmp_path: Path
) -> None:
    counts = night(warehouse, adapted(tmp_path), f"{star}/documents", DAY)
    assert {feed: found["promoted"] for feed, found in counts.items()} == {
        "sales_order": 1,
        "repair_order": 2,
    }
    [order] = rows_of(
        warehouse,
        "select store_code, order_no, status, sale_type, usage, signed_on, delivered_on, vin, model, "
        "sales_consultant_no, customer_kind, price, plate_check, customer_phone_check "
        "from core.sales_order",
    )
    assert order == {
        "store_code": "CA01",
        "order_no": "RDR-1001",
        "status": "active",
        "sale_type": "new",
        "usage": "private",
        "signed_on": date(2026, 6, 1),
        "delivered_on": DAY,
        "vin": "LSVAA4182E2184847",
        "model": "CS75",
        "sales_consultant_no": "E007",
        "customer_kind": "person",
        "price": Decimal("123456.50"),
        "plate_check": "valid",
        "customer_phone_check": "valid",
    }
    repair, from_example = rows_of(
        warehouse,
        "select ro_no, settlement_no, ro_type, repair_type, status, is_reversed, exit_on, "
        "odometer_in_km, service_advisor_no, technician_no, owner_kind, amount, "
        "deliverer_phone_check, owner_phone_check from core.repair_order order by ro_no",
    )[::-1]
    assert repair == {
        "ro_no": "RO1",
        "settlement_no": "JS1",
        "ro_type": "repair",
        "repair_type": "maintenance",
        "status": "settled",
        "is_reversed": False,
        "exit_on": DAY,
        "odometer_in_km": 12345,
        "service_advisor_no": "E007",
        "technician_no": "E009",
        "owner_kind": "company",
        "amount": Decimal("1234.50"),
        "deliverer_phone_check": "valid",
        "owner_phone_check": "landline",
    }
    assert from_example["ro_no"] == "RO-GA-88291"


def test_the_examples_of_the_standard_go_on_as_far_as_they_are_whole(
    star: str, warehouse: Engine, tmp_path: Path
) -> None:
    mapping = adapted(
        tmp_path,
        ("dealer.org_reference_id || vehicle.dealer_code", "dealer.org_reference_id || 'CA01'"),
        (
            "dealer_references[0].dealer_id || vehicle_reference.dealer_code",
            "dealer_references[0].dealer_id || 'CA01'",
        ),
    )
    counts = night(warehouse, mapping, f"{star}/examples", DAY_OF_EXAMPLES)
    assert {feed: (found["pulled"], found["promoted"]) for feed, found in counts.items()} == {
        "sales_order": (3, 2),
        "repair_order": (3, 0),
    }
    orders = rows_of(
        warehouse,
        "select order_no, signed_on, delivered_on, vin, price from core.sales_order order by order_no",
    )
    assert orders == [
        {
            "order_no": "RDR-99283-X",
            "signed_on": DAY_OF_EXAMPLES,
            "delivered_on": DAY_OF_EXAMPLES,
            "vin": "1G1RE6E47HF123456",
            "price": Decimal(55000),
        },
        {
            "order_no": "RDR-LEASE-2026-X1",
            "signed_on": DAY_OF_EXAMPLES,
            "delivered_on": None,
            "vin": "1G1RE6E47HF123456",
            "price": None,
        },
    ]
    held = rows_of(warehouse, "select business_key, rule_ids from quality.quarantine")
    # The standard's repair orders name no vehicle, no time and no status; one has no number.
    assert sorted((case["business_key"], *case["rule_ids"]) for case in held) == [
        ("CA01|", "RO02", "RO04", "RO09", "RO15", "RO16"),
        ("CA01|RDR-2026-03-13-99", "SO04"),
        ("CA01|RO-GA-88291", "RO04", "RO06", "RO09", "RO15", "RO16"),
        ("CA01|RO-GA-88291", "RO04", "RO06", "RO09", "RO16"),
    ]


def test_a_parameter_that_the_service_does_not_know_is_a_mistake_of_the_mapping(
    star: str, warehouse: Engine, tmp_path: Path
) -> None:
    mapping = adapted(tmp_path, ("changed_to:", "until:"))
    with pytest.raises(ConfigurationError, match=r"feeds.sales_order.path: .*\(status 400\)"):
        night(warehouse, mapping, f"{star}/documents", DAY)
