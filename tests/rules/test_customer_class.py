"""Which class a customer is of."""

from datetime import date
from pathlib import Path

import pytest
from care_group import changed_policy, house_policy

from aftercare.rules.customer_class import CustomerClass, customer_class

DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("is_company", "vehicles", "expected"),
    [
        (False, None, "general"),
        (False, 0, "general"),
        (False, 2, "general"),
        (False, 3, "vip"),
        (True, None, "company"),
        (True, 3, "company"),
    ],
)
def test_companies_come_first_and_then_who_has_many_vehicles(
    is_company: bool, vehicles: int | None, expected: CustomerClass
) -> None:
    found = customer_class(house_policy(), "skoda-dealer", DAY, is_company, vehicles)
    assert found == expected


def test_a_pack_may_ask_for_more_vehicles_from_a_day_on(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, "house/customer_classes", "vip_from_vehicles", {DAY: 4})
    before = DAY.replace(day=30, month=6)
    assert customer_class(policy, "changan-dealer", before, False, 3) == "vip"
    assert customer_class(policy, "changan-dealer", DAY, False, 3) == "general"


def test_nobody_is_a_vip_of_a_pack_that_is_gone() -> None:
    assert customer_class(house_policy(), "gone", DAY, False, 9) == "general"
