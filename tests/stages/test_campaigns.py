"""Campaigns: who may start what for which stores, once; and who is told, once."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from care_group import CareGroup, july
from sqlalchemy import Engine

from aftercare.errors import BadData, NotAllowed
from aftercare.stages.campaigns import Campaign, list_campaigns, start, stop

STORM = Campaign("storm-1", "special_weather", "今夜有暴雨", july(3), ("SK01",))
TRIP = Campaign("trip", "activity", "周末自驾游", july(3), ("SK01",))
VISIT, KEY = date(2026, 3, 10), "SK01.S2-07.R.storm-1"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    care = CareGroup(warehouse)
    care.grant("operator", "operator")
    return care


def begin(care: CareGroup, wanted: Campaign, user: str = "operator") -> dict[str, Any]:
    return start(care.engine, care.group, care.policy, wanted, user, july(2))


def visit(care: CareGroup, number: str, on: date = VISIT, **changes: Any) -> None:
    given = {"owner_phone_hash": f"phone {number}".encode(), "owner_phone_check": "valid"}
    care.repair(number, on, store_code="SK01", **given | changes)


def test_a_campaign_is_started_once_and_says_who_and_when(care: CareGroup) -> None:
    first = begin(care, STORM)
    assert (first["is_new"], first["store_codes"], first["started_by"]) == (
        True,
        ["SK01"],
        "operator",
    )
    again = begin(care, STORM)
    assert (again["is_new"], again["started_at"]) == (False, first["started_at"])
    with pytest.raises(BadData, match="Choose another code"):
        begin(care, replace(STORM, subject="大雾"))
    assert care.count("care.campaign") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "a storm"}, "letters, digits"),
        ({"kind": "sale"}, "special_weather, activity"),
        ({"subject": " "}, "at most 40 letters"),
        ({"subject": "雨" * 41}, "at most 40 letters"),
        ({"starts_on": july(1)}, "is over"),
        ({"stores": ()}, "for which stores"),
        ({"region": "华东"}, "not both"),
        ({"stores": ("XX99",)}, "no store XX99"),
        ({"stores": (), "region": "nowhere"}, "no store is in nowhere"),
        ({"stores": ("SK01", "CA01")}, "policy of CA01"),
    ],
)
def test_what_cannot_be_started_is_refused_with_what_to_do(
    care: CareGroup, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadData, match=words):
        begin(care, replace(STORM, **changes))
    assert care.count("care.campaign") == 0


def test_a_region_is_its_stores_whose_policy_has_such_a_campaign(care: CareGroup) -> None:
    stores = care.table("core.store")
    with care.engine.begin() as connection:
        connection.execute(stores.update().values(region="华东"))
    found = begin(care, replace(STORM, stores=(), region="华东"))
    assert (found["store_codes"], found["left_out"]) == (["SK01"], ["CA01"])


def test_only_operators_and_managers_of_the_stores_start_and_stop(care: CareGroup) -> None:
    care.grant("clerk", "steward")
    with pytest.raises(NotAllowed, match="clerk"):
        begin(care, STORM, "clerk")
    begin(care, STORM)
    with pytest.raises(NotAllowed, match="clerk"):
        stop(care.engine, "storm-1", "clerk", july(2))
    with pytest.raises(BadData, match="nobody started"):
        stop(care.engine, "storm-2", "operator", july(2))


def test_a_campaign_that_is_stopped_takes_its_open_tasks_back(care: CareGroup) -> None:
    visit(care, "R")
    begin(care, replace(TRIP, code="other"))
    begin(care, STORM)
    care.night(july(2))
    assert care.task(KEY)["status"] == "open"
    care.call(KEY, july(3), arrives=july(2))
    visit(care, "Q")
    first = stop(care.engine, "storm-1", "operator", july(3))
    assert stop(care.engine, "storm-1", "operator", july(4))["stopped_at"] == first["stopped_at"]
    care.night(july(3))
    assert care.task(KEY)["status"] == "done"
    assert "SK01.S2-07.Q.storm-1" not in care.tasks()
    with pytest.raises(BadData, match="Choose another code"):
        begin(care, STORM)


def test_who_waits_for_a_stopped_campaign_hears_nothing(care: CareGroup) -> None:
    visit(care, "R")
    begin(care, STORM)
    care.night(july(2))
    care.answer("sent")
    stop(care.engine, "storm-1", "operator", july(3))
    care.night(july(3))
    task = care.task(KEY)
    assert (task["status"], task["status_reason"]) == ("withdrawn", "campaign_stopped")
    assert care.messages("entity", "action")[-1] == ("task", "withdraw")


def test_nobody_is_told_twice_of_one_campaign(care: CareGroup) -> None:
    visit(care, "R", vin="VINX")
    care.deliver("S", VISIT - timedelta(days=90), store_code="SK01", vin="VINX")
    visit(care, "T", on=VISIT - timedelta(days=9), owner_phone_hash=b"phone R")
    begin(care, STORM)
    care.nights(july(1), july(2))
    assert [key for key in care.tasks() if ".S2-07." in key] == [KEY]
    care.call(KEY, july(3))
    visit(care, "U", on=july(3), vin="VINX", owner_phone_hash=b"phone R")
    care.nights(july(3), july(4))
    assert [key for key in care.tasks() if ".S2-07." in key] == [KEY]
    assert care.night(july(4))["changed"] == 0


def test_who_got_the_message_is_told_by_no_visit_that_comes_with_the_answer(
    care: CareGroup,
) -> None:
    visit(care, "R", owner_phone_hash=b"one phone")
    begin(care, STORM)
    care.night(july(2))
    care.call(KEY, july(3), "message_sent")
    visit(care, "Q", july(1), arrives=july(3), owner_phone_hash=b"one phone")
    care.night(july(3))
    storms = [key for key in care.tasks() if key.endswith("storm-1")]
    assert (storms, care.task(KEY)["status"]) == ([KEY], "done")


def test_who_was_told_by_a_visit_that_is_cancelled_is_not_told_again(care: CareGroup) -> None:
    visit(care, "R")
    visit(care, "T", on=VISIT - timedelta(days=9), owner_phone_hash=b"phone R")
    begin(care, STORM)
    care.night(july(2))
    care.call(KEY, july(3))
    visit(care, "R", status="cancelled", arrives=july(3))
    care.nights(july(3), july(4))
    assert [key for key in care.tasks() if ".S2-07." in key] == [KEY]


def test_whose_visit_is_cancelled_before_they_were_told_is_told_by_another(
    care: CareGroup,
) -> None:
    visit(care, "R")
    visit(care, "T", on=VISIT - timedelta(days=9), owner_phone_hash=b"phone R")
    begin(care, STORM)
    care.night(july(2))
    visit(care, "R", status="cancelled", arrives=july(3))
    care.night(july(3))
    status = care.tasks("status")
    assert (status[KEY], status["SK01.S2-07.T.storm-1"]) == (("withdrawn",), ("open",))


def test_two_campaigns_share_the_budget_and_safety_goes_first(care: CareGroup) -> None:
    visit(care, "R")
    care.consent(date(2026, 1, 1), vin="VINR")
    begin(care, TRIP)
    begin(care, STORM)
    care.night(july(2))
    assert care.tasks("status", "merged_into") == {
        KEY: ("open", None),
        "SK01.S2-16.R.trip": ("postponed", KEY),
    }


def test_advice_for_safety_asks_for_no_consent_and_minds_a_stop(care: CareGroup) -> None:
    visit(care, "R")
    visit(care, "Q")
    care.consent(date(2026, 1, 1), "refused", vin="VINR", purpose="service")
    care.prefer("stop", july(1), vin="VINQ")
    begin(care, STORM)
    care.night(july(2))
    assert care.tasks("status", "status_reason") == {
        KEY: ("open", None),
        "SK01.S2-07.Q.storm-1": ("held", "stopped"),
    }


def test_the_list_says_what_came_of_each_campaign(care: CareGroup) -> None:
    visit(care, "R")
    visit(care, "Q")
    begin(care, STORM)
    care.night(july(2))
    care.call(KEY, july(3))
    care.night(july(3))
    begin(care, replace(TRIP, starts_on=july(9)))
    rows = list_campaigns(care.engine)
    names = ("campaign_code", "started_by", "tasks", "open_tasks", "done_tasks")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("trip", "operator", 0, 0, 0),
        ("storm-1", "operator", 2, 1, 1),
    ]


def test_who_left_no_number_at_the_last_visit_is_told_by_that_of_the_sale(care: CareGroup) -> None:
    care.deliver("S", VISIT - timedelta(days=90), store_code="SK01", vin="VINX")
    visit(care, "R", vin="VINX", owner_phone_check="missing")
    begin(care, STORM)
    care.night(july(2))
    told = {key: found for key, found in care.tasks("status").items() if ".S2-07." in key}
    assert told == {"SK01.S2-07.S.storm-1": ("open",)}
