"""What else a customer is told in one call: of one car nothing is asked twice, of another car it is asked."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from care_group import CareGroup, july
from sqlalchemy import Engine

from aftercare.rules.complaint_terms import close_by
from aftercare.scripts import LANGUAGES
from aftercare.settings import Language
from aftercare.targets.said import Said

CALL = "SK01.S2-09.R"
ODOMETER = {"zh": "现在大概跑了多少公里", "en": "About how many kilometres"}


def merged_call(warehouse: Engine, language: Language, warranted: str) -> str:
    """The call about the service of VINR, in which it is also said that a car's warranty ends."""
    care = CareGroup(warehouse)
    care.deliver("A", date(2023, 8, 10), "SK01", invoiced_on=date(2023, 8, 1), vin=warranted)
    owner = {"owner_phone_check": "valid", "owner_phone_hash": b"phone A"}
    care.repair("R", date(2026, 1, 31), "SK01", **owner)
    care.service_due("repair_order", "R", date(2026, 1, 31), july(31), "SK01")
    care.night(july(1))
    terms = partial(close_by, care.policy, care.group)
    said = Said(
        "workbook",
        care.keyring,
        care.policy,
        care.group.offers_pick_up,
        terms,
        language,
        care.group.time_zone,
        july(2),
    )
    message = {"entity": "task", "external_key": CALL, "task_key": CALL}
    with care.engine.connect() as connection:
        record = said.record(connection, message)
    assert record is not None
    return str(record.fields["script"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_one_car_the_kilometres_are_asked_once(warehouse: Engine, language: Language) -> None:
    text = merged_call(warehouse, language, "VINR")
    assert text.count(ODOMETER[language]) == 1
    assert ("里程上面问过" if language == "zh" else "kilometres were asked above") in text


def test_of_another_car_they_are_asked_again(warehouse: Engine) -> None:
    text = merged_call(warehouse, "zh", "VINB")
    assert text.count(ODOMETER["zh"]) == 2
