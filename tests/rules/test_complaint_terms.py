"""Until when a complaint has to be closed, by the policy of the day on which it was received."""

from datetime import date

import pytest
from care_group import group_of, house_policy

from aftercare.rules.complaint_terms import close_by

RECEIVED = date(2026, 11, 20)


def test_the_term_counts_from_the_day_of_receipt() -> None:
    found = close_by(house_policy(), group_of(), "SK01", "SKODA", RECEIVED)
    assert found == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("brand", "received_on"), [("NOBODY", RECEIVED), ("SKODA", date(2000, 1, 1))]
)
def test_without_a_pack_or_before_its_policy_there_is_none(brand: str, received_on: date) -> None:
    assert close_by(house_policy(), group_of(), "ZZ01", brand, received_on) is None
