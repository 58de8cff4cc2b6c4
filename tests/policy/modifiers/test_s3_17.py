"""S3-17: where a store fetches cars for their service, its reminders of services offer it (上门取车服务)."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from care_group import CareGroup, changed_policy, group_of, house_policy, july
from sms_gateway import SmsGateway
from sqlalchemy import Engine

from aftercare.errors import ConfigurationError
from aftercare.rules.complaint_terms import close_by
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.rules.script_policy import pick_up_scripts
from aftercare.scripts import LANGUAGES, render_script
from aftercare.settings import Group, Language, read_group
from aftercare.stages.push import push
from aftercare.targets.said import Said
from aftercare.wording import wording_faults

CALL = "SK01.S2-09.R"
SERVICE_ON = july(31)
FIRST_NIGHT = july(1)
OFFERS = {"zh": "上门取车", "en": "collect the car"}
NAMED = pick_up_scripts(house_policy(), "house", FIRST_NIGHT)[1]
LONGEST = {"zh": 70, "en": 160}


def stores(*spans: dict[str, date], code: str = "SK01", **changes: Any) -> Group:
    """A group with one store that fetches cars on some days."""
    return group_of(pick_up={code: list(spans)}, **changes)


def spoken(
    warehouse: Engine, group: Group, language: Language = "zh", policy: Policy | None = None
) -> str:
    """What is said in the call about a service that is due on the last of July."""
    care = CareGroup(warehouse, group, policy)
    remind(care, "SK01", FIRST_NIGHT)
    return text_of(care, CALL, language)


def remind(care: CareGroup, store: str, night: date) -> None:
    care.repair("R", date(2026, 1, 31), store_code=store, owner_phone_check="valid")
    care.service_due("repair_order", "R", date(2026, 1, 31), SERVICE_ON, store)
    care.night(night)


def text_of(care: CareGroup, key: str, language: Language = "zh") -> str:
    said = Said(
        "workbook",
        care.keyring,
        care.policy,
        care.group.offers_pick_up,
        partial(close_by, care.policy, care.group),
        language,
        care.group.time_zone,
        july(2),
    )
    with care.engine.connect() as connection:
        message = {"entity": "task", "external_key": key, "task_key": key}
        record = said.record(connection, message)
    assert record is not None
    return str(record.fields["script"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_store_that_fetches_cars_offers_it_in_the_call_about_the_service(
    warehouse: Engine, language: Language
) -> None:
    assert OFFERS[language] in spoken(warehouse, stores({"from": july(1)}), language)


def test_a_store_that_does_not_says_nothing_of_it(warehouse: Engine) -> None:
    assert "取车" not in spoken(warehouse, stores({"from": july(1)}, code="CA01"))


def test_on_the_day_on_which_it_begins_it_is_offered(warehouse: Engine) -> None:
    assert OFFERS["zh"] in spoken(warehouse, stores({"from": SERVICE_ON}))


def test_it_counts_whether_the_store_has_it_when_the_service_is_due(warehouse: Engine) -> None:
    ends_before = {"from": july(1), "until": july(30)}
    assert "取车" not in spoken(warehouse, stores(ends_before))


def test_a_store_may_stop_and_begin_again(warehouse: Engine) -> None:
    spans = ({"from": july(1), "until": july(10)}, {"from": july(20), "until": july(31)})
    assert OFFERS["zh"] in spoken(warehouse, stores(*spans))


def test_it_is_said_where_a_visit_is_asked_for_before_the_call_ends(warehouse: Engine) -> None:
    text = spoken(warehouse, stores({"from": july(1)}))
    assert text.index("【要问的】") < text.index(OFFERS["zh"]) < text.index("【结束】")


def test_a_pack_may_leave_it_to_messages(warehouse: Engine, tmp_path: Path) -> None:
    only = {july(1): ["service_reminder"]}
    policy = changed_policy(tmp_path, "house/scripts", "pick_up_scripts", only)
    assert "取车" not in spoken(warehouse, stores({"from": july(1)}), policy=policy)


def test_a_gateway_sends_it_in_the_message(warehouse: Engine) -> None:
    group = stores(
        {"from": july(1)},
        code="CA01",
        packs={"CHANGAN": [{"from": date(2012, 1, 1), "pack": "care-norm"}]},
        targets={"messages": {"default": "sms"}},
    )
    care = CareGroup(warehouse, group)
    phone = {"owner_phone_cipher": care.keyring.encrypt("13900000001")}
    care.repair("R", date(2026, 1, 31), owner_phone_check="valid", **phone)
    care.service_due("repair_order", "R", date(2026, 1, 31), SERVICE_ON, "CA01")
    care.night(FIRST_NIGHT)
    moment = datetime.combine(july(2), time(10), group.time_zone)
    with SmsGateway() as gateway:
        target = gateway.target()
        args = (care.engine, care.keyring, group, target, FIRST_NIGHT, july(2), care.policy)
        push(*args, lambda: moment)
        (sent,) = gateway.taken
    assert "可上门取车。" in str(sent)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script_id", NAMED)
def test_every_script_that_the_policy_names_has_words_for_it_and_a_message_stays_short(
    script_id: str, language: Language
) -> None:
    facts = {
        "store_name": "和远上海斯柯达1店",
        "plate": "沪A12345D",
        "event_on": SERVICE_ON,
        "deadline_date": july(9),
        **dict.fromkeys(("owner_name", "customer_name", "model")),
    }
    without = render_script(script_id, facts, language)
    text = render_script(script_id, facts | {"has_pick_up": True}, language)
    assert OFFERS[language] in text
    assert OFFERS[language] not in without
    if "\n" not in text:
        assert len(text) <= LONGEST[language]


def test_a_script_that_shall_offer_it_and_has_no_words_for_it_is_told(tmp_path: Path) -> None:
    named = {july(1): ["repair_call"]}
    policy = changed_policy(tmp_path, "house/scripts", "pick_up_scripts", named)
    rules = follow_ups(policy, "skoda-dealer")
    zh, en = (str(fault) for fault in wording_faults(policy, rules, july(1)))
    assert zh.startswith("include/templates/scripts/repair_call.zh.txt: has no words to offer")
    assert "(rule S3-17, house/scripts/pick_up_scripts@2026-07-01)" in en


def test_days_that_end_before_they_begin_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "group.yaml"
    path.write_text(
        "group: {name: 和远}\nsystems: []\npacks: {}\n"
        "mail: {sender: a@example.com, allowed_domains: [example.com]}\n"
        "pick_up:\n  SK01:\n    - {from: 2026-07-02, until: 2026-07-01}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError, match=r"group\.yaml:7.*until 2026-07-01 lies before"):
        read_group(path)
