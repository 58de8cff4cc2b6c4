"""A hundred thousand messages to a real Odoo 19: all arrive, once, at the pace of the calls alone; and
fifty thousand of which only Odoo can find five hundred bad.

``AFTERCARE_SHARE=0.1`` runs a tenth of it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import requests
from care_group import house_policy
from many_messages import change_a_tenth, due_days, make, odoo_days
from night_of_tasks import DAY, TODAY, NightOfTasks
from odoo_crm import PREFIX, SENDER, Odoo, OdooServer
from sqlalchemy import Engine, text

from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.stages.push import push
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.odoo_json2 import Json2
from aftercare.targets.odoo_mapping import OdooMapping

SHARE = float(os.environ.get("AFTERCARE_SHARE", "1"))
TASKS = int(50_000 * SHARE)
WITH_BAD, EACH_BAD = int(25_000 * SHARE), 50
REPLAYED, CLEAN = f"{PREFIX}replayed", f"{PREFIX}clean"


class Recorded(Json2):
    """Remembers every call, to be made again without the adapter."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.made: list[tuple[str, str, dict[str, object]]] = []

    def call(self, model: str, method: str, **arguments: object) -> object:
        """See `Json2.call`."""
        self.made.append((model, method, arguments))
        return super().call(model, method, **arguments)


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


def send(night: NightOfTasks, odoo: Odoo, client: Json2) -> dict[str, Any]:
    return send_to(night, OdooTarget(odoo.mapping, client))


def send_to(night: NightOfTasks, target: OdooTarget) -> dict[str, Any]:
    return push(
        night.engine, night.keyring, night.group, target, DAY, TODAY, house_policy(), guarded=False
    )


def states(night: NightOfTasks) -> Counter[str]:
    with night.engine.connect() as connection:
        found = connection.execute(
            text("select state, count(*) from outbound.message group by state")
        )
        return Counter(dict(map(tuple, found)))


def test_every_message_arrives_and_the_push_is_as_fast_as_its_calls(
    night: NightOfTasks, odoo: Odoo, odoo_server: OdooServer, postgres: EmbeddedPostgres
) -> None:
    make(night, TASKS)
    client = Recorded(odoo_server.address, odoo.database, odoo_server.keys[SENDER])
    began = time.perf_counter()
    first = send(night, odoo, client)
    pushed = time.perf_counter() - began
    assert states(night) == {"sent": 2 * TASKS}
    assert (first["sent"], first["run"]["created"]) == (TASKS, 2 * TASKS)

    made = list(client.made)
    second = send(night, odoo, client)
    assert (second["changed"], len(client.made)) == (0, len(made))

    odoo_server.copy(REPLAYED)
    try:
        alone = _seconds_alone(odoo_server, REPLAYED, made)
        # Calls that Odoo refuses, and answers 200 to all the same, would be no measure.
        replayed = replace(odoo, database=REPLAYED)
        assert len(replayed.find("mail.activity", [])) == TASKS
        assert len(replayed.find("res.partner", [["ref", "like", "CA01."]])) == TASKS
    finally:
        postgres.drop_database(REPLAYED)
    print(f"{2 * TASKS} messages: push {pushed:.1f} s, its {len(made)} calls alone {alone:.1f} s")
    assert alone / pushed >= 0.9

    before = due_days(night)
    change_a_tenth(night)
    third = send(night, odoo, client)
    assert third["changed"] == TASKS // 10
    days = due_days(night)
    assert sum(day != before[key] for key, day in days.items()) == TASKS // 10
    assert odoo_days(odoo) == {key: [day] for key, day in days.items()}
    assert len(odoo.find("mail.activity", [])) == TASKS


def _seconds_alone(
    server: OdooServer, database: str, made: list[tuple[str, str, dict[str, object]]]
) -> float:
    """How long the same calls take when nothing but `requests` makes them."""
    session = requests.Session()
    session.headers["Authorization"] = f"bearer {server.keys[SENDER]}"
    session.headers["X-Odoo-Database"] = database
    began = time.perf_counter()
    for model, method, arguments in made:
        answer = session.post(f"{server.address}/json/2/{model}/{method}", json=arguments)
        assert answer.status_code == 200
        answer.json()
    return time.perf_counter() - began


def test_bad_rows_are_found_by_the_crm_and_cost_little(
    night: NightOfTasks, odoo: Odoo, odoo_server: OdooServer, postgres: EmbeddedPostgres
) -> None:
    make(night, WITH_BAD)
    # A text in a field that Odoo wants a day in: the mapping cannot know what it will be.
    given = odoo.mapping.model_dump(by_alias=True, exclude_none=True)
    given["task"]["date_deadline"] = {"first_of": ["model", "due_date"], "required": True}
    mapping = OdooMapping.model_validate(given)
    _spoil(night, each=None)
    odoo_server.copy(CLEAN)
    try:
        key = odoo_server.keys[SENDER]
        began = time.perf_counter()
        send_to(night, OdooTarget(mapping, Json2(odoo_server.address, CLEAN, key)))
        clean = time.perf_counter() - began
        assert states(night) == {"sent": 2 * WITH_BAD}
    finally:
        postgres.drop_database(CLEAN)
    _spoil(night, each=EACH_BAD)
    target = OdooTarget(mapping, Json2(odoo_server.address, odoo.database, key))
    began = time.perf_counter()
    counts = send_to(night, target)
    spoilt = time.perf_counter() - began
    bad = WITH_BAD // EACH_BAD
    print(f"{2 * WITH_BAD} messages: clean {clean:.1f} s, with {bad} bad rows {spoilt:.1f} s")
    assert states(night) == {"sent": 2 * WITH_BAD - bad, "rejected": bad}
    assert counts["rejected_by"] == {
        "field date_deadline: is not of the type that the CRM wants": bad
    }
    assert len(odoo.find("mail.activity", [])) == WITH_BAD - bad
    assert spoilt / clean <= 2.2


def _spoil(night: NightOfTasks, each: int | None) -> None:
    """Nothing was sent yet, and one model in so many is a day that no calendar has."""
    with night.engine.begin() as connection:
        connection.execute(text("truncate outbound.ledger"))
        connection.execute(
            text("update outbound.message set state = 'pending', attempts = 0, claimed_by = null")
        )
        connection.execute(
            text(
                "update core.sales_order "
                "set model = case when mod(row_id, :each) = 0 then '2026-02-30' end"
            ),
            {"each": each or 1_000_000_000},
        )
