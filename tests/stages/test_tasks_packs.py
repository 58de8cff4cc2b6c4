"""What a new pack does on its first day, and a change of packs on both sides of it, event by event.

Of each event two documents differ by one day: what is done about one is of the last day of the old pack, and
about the other of the first day of the new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from care_group import POLICY, CareGroup, changed_policy, group_of, july
from sqlalchemy import Engine

from aftercare.rules.due import Offset
from aftercare.rules.policy import Policy
from aftercare.stages.campaigns import Campaign, start

ONE_DAY = timedelta(days=1)
LONG_AGO = date(2012, 1, 1)
CHANGE = july(10)
OLD, NEW = "skoda-dealer", "own"
STORE = "SK01"


def own_pack(folder: Path, **attributes: str) -> Policy:
    """The project's policy and a pack of one's own that says what the Škoda pack says."""
    copy = shutil.copytree(POLICY, folder / "policy")
    (copy / NEW).mkdir()
    said = {"pack": NEW, "title": {"zh": "自有", "en": "own"}, "extends": [OLD], **attributes}
    (copy / NEW / "pack.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return Policy.load(copy)


def changing(engine: Engine, policy: Policy, first: str = OLD) -> CareGroup:
    packs = [{"from": LONG_AGO, "pack": first}, {"from": CHANGE, "pack": NEW}]
    return CareGroup(engine, group_of(store_packs={STORE: packs}), policy)


def beginning(engine: Engine) -> CareGroup:
    packs = {"SKODA": [{"from": CHANGE, "pack": OLD}]}
    return CareGroup(engine, group_of(packs=packs))


Arrange = Callable[[CareGroup, str, date], None]
"""A document of a number, for which something is to be done by the policy of a day."""


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def delivered(care: CareGroup, number: str, on: date) -> None:
    care.deliver(number, on, STORE)


def repaired(care: CareGroup, number: str, on: date) -> None:
    care.repair(number, on, STORE, owner_phone_check="valid")


def registered(care: CareGroup, number: str, on: date) -> None:
    care.deliver(number, years_before(on, 4), STORE)


def invoiced(care: CareGroup, number: str, on: date) -> None:
    bought_on = years_before(on, 3)
    care.deliver(number, bought_on - ONE_DAY, STORE, invoiced_on=bought_on)


def absent(care: CareGroup, number: str, on: date) -> None:
    repaired(care, number, Offset(months=-6).after(on))


def insured(care: CareGroup, number: str, on: date) -> None:
    care.insure(number, on, STORE)


def defeated(care: CareGroup, number: str, on: date) -> None:
    care.defeat(number, on, STORE)


def served(care: CareGroup, number: str, on: date) -> None:
    care.repair(number, on - timedelta(days=180), STORE)
    care.service_due("repair_order", number, on - timedelta(days=180), on, STORE)


def sold(care: CareGroup, number: str, on: date) -> None:
    care.deliver(number, on - timedelta(days=90), STORE)
    care.service_due("sales_order", number, on - timedelta(days=90), on, STORE)


def born(care: CareGroup, number: str, on: date) -> None:
    care.deliver(number, date(2025, 3, 3), STORE, born_on=years_before(on, 40))


EVENTS: dict[str, tuple[Arrange, str]] = {
    "delivery": (delivered, "S2-01.{}"),
    "workshop_exit": (repaired, "S2-03.{}"),
    "registration": (registered, "S2-11.{}.48"),
    "invoice": (invoiced, "S2-10.{}.36"),
    "last_visit": (absent, "S2-13.{}"),
    "policy_end": (insured, "S2-18.{}.3"),
    "lead_defeated": (defeated, "S2-14.{}"),
    "service_due": (served, "S2-09.{}"),
    "first_service_due": (sold, "S2-08.{}"),
    "birthday": (born, "S2-06.{}.{:%Y%m%d}"),
}


NIGHTS = (date(2026, 5, 31), date(2026, 6, 15), *map(july, (8, 9, 10, 17)))
"""Enough for a task of each event to be made, and to be judged after the change."""


def all_events(care: CareGroup) -> dict[tuple[str, date], str]:
    """A document of each event of either day; the keys of their tasks."""
    keys = {}
    for event, (arrange, key) in EVENTS.items():
        for on in (CHANGE - ONE_DAY, CHANGE):
            number = f"{event.replace('_', '')}{on.day}"
            arrange(care, number, on)
            keys[event, on] = f"{STORE}.{key.format(number, on)}"
    return keys


def test_a_change_of_packs_parts_the_tasks_of_every_event_by_their_day(
    warehouse: Engine, tmp_path: Path
) -> None:
    care = changing(warehouse, own_pack(tmp_path))
    keys = all_events(care)
    for day in NIGHTS:
        care.night(day)
    found = {key: pack for key, (pack,) in care.tasks("pack").items()}
    assert {each: found.get(key) for each, key in keys.items()} == {
        (event, on): NEW if on == CHANGE else OLD for event, on in keys
    }
    assert "rule_off" not in {reason for (reason,) in care.tasks("status_reason").values()}


def test_a_first_pack_does_what_is_of_its_first_day_and_nothing_of_the_day_before(
    warehouse: Engine,
) -> None:
    care = beginning(warehouse)
    keys = all_events(care)
    for day in NIGHTS:
        care.night(day)
    assert {each for each, key in keys.items() if key in care.tasks()} == {
        (event, CHANGE) for event in EVENTS
    }


def test_a_car_of_years_ago_has_its_inspection_and_warranty_call_by_a_new_pack(
    warehouse: Engine,
) -> None:
    care = beginning(warehouse)
    registered(care, "A", date(2026, 8, 1))
    invoiced(care, "B", date(2026, 8, 1))
    care.nights(july(1), july(2))
    assert care.tasks("event", "open_on", "status") == {
        f"{STORE}.S2-10.B.36": ("invoice", july(2), "open"),
        f"{STORE}.S2-11.A.48": ("registration", july(2), "open"),
    }
    assert {work for (work,) in care.messages("task_key")} == set(care.tasks())


def test_a_new_pack_floods_nobody_with_what_was_over_before_it(warehouse: Engine) -> None:
    care = beginning(warehouse)
    for number in range(50):
        absent(care, f"R{number}", CHANGE - number * ONE_DAY)
        registered(care, f"S{number}", CHANGE - number * ONE_DAY)
    care.night(CHANGE)
    assert sorted(care.tasks()) == [f"{STORE}.S2-11.S0.48", f"{STORE}.S2-13.R0"]


def test_a_pack_without_a_follow_up_ends_it_from_its_first_day_on(
    warehouse: Engine, tmp_path: Path
) -> None:
    policy = own_pack(tmp_path)
    care = changing(warehouse, policy)
    care.group = group_of(
        store_packs={
            STORE: [
                {"from": LONG_AGO, "pack": OLD},
                {"from": CHANGE, "pack": "changan-dealer"},
            ]
        }
    )
    absent(care, "A", CHANGE - ONE_DAY)
    absent(care, "B", CHANGE)
    care.nights(july(7), july(10))
    assert list(care.tasks()) == [f"{STORE}.S2-13.A"]


@pytest.mark.parametrize("about", ["inspection", "campaign"])
def test_what_the_old_pack_did_already_is_not_done_again_where_the_change_is_entered_late(
    warehouse: Engine, tmp_path: Path, about: str
) -> None:
    """The packs have the same inspections under rules of their own, S2-11 and S3-02, until one of these is
    about something else."""
    shutil.copytree(POLICY, tmp_path / "policy")
    path = tmp_path / "policy" / "care-norm" / "follow_ups" / "inspection.yaml"
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace("about: inspection", f"about: {about}"), encoding="utf-8")
    care = CareGroup(warehouse, policy=Policy.load(tmp_path / "policy"))
    for number in ("A", "B"):
        registered(care, number, date(2026, 7, 24))
    care.night(july(1))
    done, waiting = (f"{STORE}.S2-11.{number}.48" for number in ("A", "B"))
    care.call(done, july(2), "message_sent")
    care.night(july(2))
    packs = [{"from": LONG_AGO, "pack": OLD}, {"from": july(4), "pack": "care-norm"}]
    care.group = group_of(store_packs={STORE: packs})
    care.nights(july(3), july(4))
    assert care.tasks("status", "status_reason") == {
        done: ("done", "message_sent"),
        waiting: ("withdrawn", "rule_off"),
        f"{STORE}.S3-02.B.48": ("open", None),
    } | ({} if about == "inspection" else {f"{STORE}.S3-02.A.48": ("done", "told")})


def test_a_date_in_a_pack_changes_what_opens_from_that_day_on(
    warehouse: Engine, tmp_path: Path
) -> None:
    """Who has not come for long is called by the policy of the day on which they are."""
    lost = "skoda-dealer/follow_ups/lost_customer"
    policy = changed_policy(tmp_path, lost, "priority", {CHANGE: 1})
    care = CareGroup(warehouse, policy=policy)
    absent(care, "A", CHANGE - ONE_DAY)
    absent(care, "B", CHANGE)
    care.nights(july(8), july(10))
    assert care.tasks("priority") == {f"{STORE}.S2-13.A": (9,), f"{STORE}.S2-13.B": (1,)}


def test_a_weather_campaign_is_of_the_pack_of_its_first_day(
    warehouse: Engine, tmp_path: Path
) -> None:
    care = changing(warehouse, own_pack(tmp_path))
    care.grant("operator", "operator")
    delivered(care, "A", date(2025, 3, 3))
    for code, on in {"C-1": CHANGE - ONE_DAY, "C-2": CHANGE}.items():
        wanted = Campaign(code, "special_weather", "暴雨", on, (STORE,))
        start(care.engine, care.group, care.policy, wanted, "operator", july(8))
    care.nights(july(8), july(10))
    campaigns = {key: pack for key, (pack,) in care.tasks("pack").items() if ".S2-07." in key}
    assert campaigns == {f"{STORE}.S2-07.A.C-1": OLD, f"{STORE}.S2-07.A.C-2": NEW}
