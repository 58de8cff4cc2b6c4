"""A warehouse of people that tests share and empty."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from people_of_orders import Nights
from sqlalchemy import Engine, text

from aftercare.warehouse import connect


@pytest.fixture(scope="module")
def people_house(postgres: Any, warehouse_template: str) -> Iterator[Engine]:
    """One warehouse for all tests of a module, emptied before each."""
    name = f"people_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name, template=warehouse_template, is_small=True)
    engine = connect(postgres.url(name))
    yield engine
    engine.dispose()
    postgres.drop_database(name)


@pytest.fixture
def nights(people_house: Engine) -> Nights:
    """Orders that name people, none yet."""
    with people_house.begin() as connection:
        connection.execute(
            text(
                "truncate ops.load, ops.user_role, core.employee, core.vehicle, core.customer, "
                "core.shared_phone, core.people_due, core.customer_decision, "
                "care.service_due_queue restart identity cascade"
            )
        )
    return Nights(people_house)
