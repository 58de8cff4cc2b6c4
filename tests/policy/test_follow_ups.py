"""The situations of every follow-up, played on a real warehouse.

A situation has the warehouse for itself, with one document. The task must not be there a night before it
opens, and must be there, as expected, after the night that prepares its first day. Of each follow-up the
first situation goes on to the last day: a night before it the task is there still, a night later it is missed.
"""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import POLICY, CareGroup, group_of, house_policy
from sqlalchemy import Engine

from aftercare.rules.events import NUMBERED
from aftercare.rules.follow_ups import FOLDER
from aftercare.rules.policy import Policy
from aftercare.stages.campaigns import Campaign, start, stop

SITUATIONS = Path(__file__).parent / "follow_ups"
STEMS = sorted(
    {
        f"{line.pack}/{line.item.removeprefix(FOLDER)}"
        for line in house_policy().lines
        if line.item.startswith(FOLDER)
    }
)
STORES = {
    "changan-dealer": "CA01",
    "skoda-dealer": "SK01",
    "care-norm": "CA01",
    "heyuan-deepal": "CA01",
}
ONE_DAY = timedelta(days=1)
ORDINARY_NIGHT = date(2026, 7, 2)


def situations(stem: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (SITUATIONS / f"{stem}.yaml").read_text(encoding="utf-8")
    )
    return found


def each_situation() -> Iterator[Any]:
    for stem in STEMS:
        for number, (name, situation) in enumerate(situations(stem).items()):
            yield pytest.param(stem, situation, number == 0, id=f"{stem.partition('/')[2]}: {name}")


@pytest.mark.parametrize("stem", STEMS)
def test_every_follow_up_has_an_ordinary_case_an_edge_and_an_exception(stem: str) -> None:
    found = situations(stem).values()
    assert len(found) >= 3
    assert any(situation["expect"] is None for situation in found)
    assert any(situation["expect"] is not None for situation in found)


def policy_with(changes: dict[str, Any], pack: str, folder: Path) -> Policy:
    copy = shutil.copytree(POLICY, folder / "policy")
    for item, values in changes.items():
        path = copy / pack / f"{item}.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, lines in values.items():
            data[name]["values"] |= lines
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return Policy.load(copy)


def arrange(care: CareGroup, event: str, given: dict[str, Any], store: str) -> None:
    """The document A of a situation, and what came after it."""
    came_again_on = given.pop("came_again_on", None)
    sold_again_on = given.pop("sold_again_on", None)
    renewed_until = given.pop("renewed_until", None)
    booked_on = given.pop("booked_on", None)
    serviced_on = given.pop("serviced_on", None)
    bought_since = given.pop("bought_since", None)
    agreed_on = given.pop("agreed_on", None)
    came_before, bought = given.pop("came_before", None), given.pop("bought", None)
    no_messages_from = given.pop("no_messages_from", None)
    messages_from = given.pop("messages_from", None)
    if event == "policy_end":
        care.insure("A", given.pop("ends_on"), store, **given)
    elif event == "lead_defeated":
        care.defeat("A", given.pop("defeated_on"), store, **given)
    elif event == "first_service_due":
        due_on = given.pop("due_on")
        care.deliver("A", due_on - timedelta(days=90), store, **given)
        care.service_due("sales_order", "A", due_on - timedelta(days=90), due_on, store)
    elif event == "service_due":
        due_on = given.pop("due_on")
        care.repair("A", due_on - timedelta(days=180), store, **given)
        care.service_due("repair_order", "A", due_on - timedelta(days=180), due_on, store)
    elif event == "campaign":
        arrange_campaign(care, given, store)
    elif event == "referral":
        arrange_referral(care, given, store)
    elif event == "trouble_told":
        said_on = given.pop("said_on")
        care.repair("A", said_on - 2 * ONE_DAY, store)
        care.night(said_on - ONE_DAY)
        care.call(f"{store}.S4-06.A", said_on, **given)
    elif "exit_on" in given:
        care.repair("A", given.pop("exit_on"), store, **given)
    else:
        care.deliver("A", given.pop("delivered_on"), store, **given)
    if came_before:
        came_before = dict(came_before)
        care.repair("E", came_before.pop("exit_on"), store, vin="VINA", **came_before)
    if bought:
        bought = dict(bought)
        care.deliver("S", bought.pop("delivered_on"), store, vin="VINA", **bought)
    if came_again_on:
        care.repair("B", came_again_on, store, vin="VINA")
    if serviced_on:
        care.repair("B", serviced_on, store, vin="VINA", repair_type="maintenance")
    if bought_since:
        care.deliver(
            "N", bought_since, "SK01", customer_phone_hash=b"phone A", customer_kind="person"
        )
        care.know_people("VINN", bought_since)
    if sold_again_on:
        care.deliver("B", sold_again_on, store, vin="VINA")
    if renewed_until:
        care.insure("B", renewed_until, store, vin="VINA")
    if booked_on:
        care.book("B", booked_on, store, vin="VINA")
    if no_messages_from:
        care.prefer("stop", no_messages_from, vin="VINA", stopped_contact="sms")
    if messages_from:
        care.prefer("channel", messages_from, vin="VINA", preferred_channel="sms")
    if agreed_on:
        care.consent(agreed_on, vin="VINA", customer_phone_hash=b"phone A")


def arrange_campaign(care: CareGroup, given: dict[str, Any], store: str) -> None:
    """The document A, and a campaign that starts on a day in all stores of the pack."""
    starts_on, kind = given.pop("starts_on"), given.pop("kind")
    is_stopped = given.pop("is_stopped", False)
    care.grant("operator", "operator")
    wanted = Campaign("C-1", kind, "暴雨", starts_on, (store,))
    start(care.engine, care.group, care.policy, wanted, "operator", starts_on)
    if is_stopped:
        stop(care.engine, "C-1", "operator", starts_on)
    if "exit_on" in given:
        care.repair("A", given.pop("exit_on"), store, owner_phone_check="valid", **given)
    else:
        care.deliver("A", given.pop("delivered_on"), store, **given)


def arrange_referral(care: CareGroup, given: dict[str, Any], store: str) -> None:
    """The document A of somebody, and the order of a buyer whom they sent."""
    bought_on, status = given.pop("bought_on"), given.pop("bought_status", "delivered")
    if "exit_on" in given:
        care.repair("A", given.pop("exit_on"), store, owner_phone_check="valid", **given)
    else:
        care.deliver("A", given.pop("delivered_on"), store, **given)
    care.deliver("N", bought_on, store, vin="VINN", status=status)
    care.refer("N", "VINA", bought_on - 10 * ONE_DAY, store)


def numbers_of(event: str, expected: dict[str, Any] | None) -> str:
    """How the key of the task ends: by its day or campaign."""
    if event in ("campaign", "referral"):
        return ".C-1" if event == "campaign" else ".N"
    if event == "trouble_told":
        return f".{expected['event_on']:%Y%m%d}R{expected['from']}" if expected else ""
    return "" if event not in NUMBERED or not expected else f".{expected['event_on']:%Y%m%d}"


@pytest.mark.parametrize(("stem", "situation", "is_first"), list(each_situation()))
def test_situation(
    stem: str, situation: dict[str, Any], is_first: bool, warehouse: Engine, tmp_path: Path
) -> None:
    pack, _, name = stem.partition("/")
    given, expected = dict(situation["given"]), situation["expect"]
    changes = given.pop("policy", None)
    policy = policy_with(changes, pack, tmp_path) if changes else house_policy()
    store = STORES[pack]
    group = group_of(
        frozenset(given.pop("weekly_closed", ())),
        frozenset(given.pop("closed", ())),
        store_packs={store: [{"from": date(2000, 1, 1), "pack": pack}]},
    )
    care = CareGroup(warehouse, group, policy)
    care.person(f"{store}-SUP1", "SUP", store)
    attributes = policy.attributes(pack, FOLDER + name)
    arrange(care, attributes["event"], given, store)
    occurrence = situation.get("occurrence", attributes.get("occurrence", 1))
    key = f"{store}.{attributes['rule']}.A" + (f".{occurrence}" if occurrence > 1 else "")
    key += numbers_of(attributes["event"], expected)
    expected = (
        {name: value for name, value in expected.items() if name != "from"} if expected else None
    )
    if expected is None:
        care.night(situation.get("night", ORDINARY_NIGHT))
        if attributes["event"] in NUMBERED:
            assert [task for task in care.tasks() if task.startswith(key)] == []
        assert key not in care.tasks()
        return
    opens = expected.get("open_on", date(2026, 7, 2))
    care.night(opens - 2 * ONE_DAY)
    assert key not in care.tasks()
    care.night(opens - ONE_DAY)
    task = care.task(key)
    assert {column: task[column] for column in expected} == expected
    if is_first:
        care.night(task["expires_on"] - ONE_DAY)
        assert care.task(key)["status"] != "missed"
        care.night(task["expires_on"])
        assert care.task(key)["status"] == "missed"


def test_a_store_of_the_ev_company_has_the_follow_ups_of_the_norm(warehouse: Engine) -> None:
    packs = [{"from": date(2000, 1, 1), "pack": "ev-company"}]
    care = CareGroup(warehouse, group_of(store_packs={"CA01": packs}))
    care.deliver("A", date(2024, 8, 1))
    care.deliver("B", date(2021, 7, 2))
    care.night(date(2026, 7, 1))
    assert care.tasks("pack", "policy_line") == {
        f"CA01.{key}": ("ev-company", f"care-norm/follow_ups/{stem}/due_after@2012-01-01")
        for key, stem in {"S3-02.A.24": "inspection", "S3-20.B.60": "repurchase"}.items()
    }
