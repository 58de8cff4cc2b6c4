"""The story of a task tells what made it and what became of it, and nobody's name or number."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import THREE_DAYS, CareGroup, group_of
from care_warehouse import Warehouse
from care_world import World
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, update
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import BadData
from aftercare.runs import explain_task
from aftercare.settings import read_group
from aftercare.stages.scripts import approve

VIN = "LSVAA4182E2184847"
SECRETS = (VIN, "13912345678", "张敏")


def february(day: int) -> date:
    """A day of February 2026, in which the 16th to the 19th are closed."""
    return date(2026, 2, day)


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> CareGroup:
    """A delivery before the Spring Festival, and the night after it."""
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.deliver("A", february(13), vin=VIN)
    made.person("CA01-SC9", "SC", "CA01", since=february(16))
    made.nights(february(13), february(14))
    return made


@pytest.fixture
def say(care: CareGroup) -> Callable[..., Result]:
    """Runs `aftercare why` in English and sees to it that nothing personal is shown."""

    def run(*words: str) -> Result:
        said = CliRunner().invoke(cli, ["why", "--language", "en", *words])
        assert not any(secret in said.output for secret in SECRETS)
        return said

    return run


def keep(care: CareGroup, name: str, **values: Any) -> None:
    with care.engine.begin() as connection:
        connection.execute(insert(care.table(name)).values(values))


def test_a_story_tells_row_policy_dates_contact_and_owner(say: Callable[..., Result]) -> None:
    told = say(THREE_DAYS).output
    for line in (
        "Task CA01.S4-03.A: S4-03 First call within three days of delivery",
        "sales orders: system demo, load ",
        "business day 2026-02-13, test, row ",
        "changan-dealer/follow_ups/first_call/due_after@2012-01-01 ",
        "changan-dealer/follow_ups/two_hour_call/due_after@2012-01-01 ",
        "opens 2026-02-15 (by the rule 2026-02-14: not on the day of the other call)",
        "due 2026-02-15 (by the rule 2026-02-16: that day is closed)",
        "expires 2026-02-19\n",
        "customer, number: valid; VIN *************4847",
        "CA01-SC1 (role SC)",
        "also has the role: CA01-SC9, 2026-02-16 to …",
    ):
        assert line in told, line
    assert "held by" not in told


def test_who_approved_the_words_is_told_or_that_nobody_did(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    assert "nobody approved that version" in say(THREE_DAYS).output
    care.grant("zhang", "manager")
    approve(care.engine, ["first_call"], "zhang", february(14))
    assert "that version was approved by zhang at " in say(THREE_DAYS).output


def test_policy_values_are_those_of_the_event_with_their_reference(
    say: Callable[..., Result],
) -> None:
    lines = {
        line["line_id"]: line
        for line in json.loads(say(THREE_DAYS, "--json").output)["policy_lines"]
    }
    due = lines["changan-dealer/follow_ups/first_call/due_after@2012-01-01"]
    assert (due["value"], due["unit"], due["rule_id"]) == (3, "calendar_day", "S4-03")
    assert due["reference"].startswith("鹏奥汽贸")
    assert due["valid_from"] == "2012-01-01"
    names = {line.split("/")[-1].partition("@")[0] for line in lines}
    assert {"owner_role", "channel", "script", "contact", "priority", "enabled"} <= names


def test_policy_values_of_an_absence_are_those_of_the_day_on_which_it_is_asked_about(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    """The last visit lies before the first line of any policy."""
    care.repair("R", date(2011, 7, 15), "SK01", owner_phone_check="valid")
    care.night(date(2012, 1, 14))
    told = json.loads(say("SK01.S2-13.R", "--json").output)
    lines = {line["line_id"] for line in told["policy_lines"]}
    assert "skoda-dealer/follow_ups/lost_customer/due_after@2012-01-01" in lines


def test_calls_answers_wishes_and_messages_are_told(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.deliver("B", february(10), vin=VIN, arrives=february(13))
    # The call after two hours goes first until its time is over.
    care.nights(february(14), february(15))
    care.answer("sent")
    keep(
        care,
        "outbound.ledger",
        target="workbook",
        entity="task",
        external_key=THREE_DAYS,
        acknowledged_hash=b"x",
        acknowledged_version=1,
        crm_id="77",
        acknowledged_at=datetime(2026, 2, 15, 1, tzinfo=UTC),
    )
    care.call(THREE_DAYS, february(16), "no_answer", caller_no="CA01-SC1")
    care.call(THREE_DAYS, february(18), "already_called", 2, caller_no="CA01-SC9")
    care.call("CA01.S4-03.B", february(15), is_do_not_call=True, satisfaction=9)
    care.night(february(18))
    told = say(THREE_DAYS).output
    for line in (
        "done (already called)",
        "call 1 at 2026-02-16 12:00: no answer, by CA01-SC1 (demo 2026-02-16)",
        "answer of staff (row 2) at 2026-02-18 12:00: already called, by CA01-SC9",
        "2026-02-15 about this vehicle (task CA01.S4-03.B)",
        "workbook: task, version 2, for 2026-02-16: sent, –",
        "workbook: withdrawal, version ",
        "workbook acknowledged version 1 last, 2026-02-15 09:00, there it is 77",
    ):
        assert line in told, line
    assert json.loads(say(THREE_DAYS, "--json").output)["answers"] == ["already_called"]


def test_a_released_row_names_its_case_and_who_let_it_through(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.close_case("sales_order", "CA01", "A", february(14))
    case = {"case_id": 1, "reason_code": "confirmed", "decided_by": "amy"}
    keep(care, "quality.decision", action="release", comment="张敏 13912345678", **case)
    told = say(THREE_DAYS).output
    assert "held by RO10: case 1 (released), held on 2026-02-13, closed on 2026-02-14" in told
    assert " amy: release, the store confirmed that the row is right" in told


def test_dates_that_another_policy_or_calendar_gave_are_not_explained_by_today_s(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    tasks = care.table("care.follow_up_task")
    with care.engine.begin() as connection:
        connection.execute(
            update(tasks).where(tasks.c.task_key == THREE_DAYS).values(due_on=february(14))
        )
    told = say(THREE_DAYS).output
    assert "due 2026-02-14\n" in told
    assert "today's would give others" in told


def test_both_languages_have_words_for_the_whole_story(care: CareGroup) -> None:
    said = CliRunner().invoke(cli, ["why", "--language", "zh", THREE_DAYS])
    assert "应办 2026-02-15（按规定是 2026-02-16：遇休息日）" in said.output
    assert "S4-03 交车三日内首次回访" in said.output


def test_a_key_that_nobody_has_is_told_with_what_to_do(say: Callable[..., Result]) -> None:
    said = say("CA01.S4-03.13912345678")
    assert isinstance(said.exception, BadData)
    assert "copy it from the list" in str(said.exception)
    assert "13912345678" not in str(said.exception)


def test_a_reminder_of_a_policy_names_the_policy_s_row(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.insure("I", february(2) + timedelta(days=33), store_code="SK01")
    care.night(february(1))
    story = json.loads(say("SK01.S2-18.I.2", "--json").output)
    (row,) = story["rows"]
    assert (row["feed"], row["source_ref"], row["is_vanished"]) == (
        "insurance_policy",
        "test",
        False,
    )


def test_a_question_by_cost_tells_what_the_visit_read_and_cost(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    packs = {"CA01": [{"from": date(2000, 1, 1), "pack": "ev-company"}]}
    care.group = group_of(store_packs=packs)
    care.repair("V", date(2026, 1, 20), odometer_in_km=149000, amount=Decimal("23000.50"))
    care.repair("P", date(2026, 1, 20))
    care.night(date(2026, 1, 26))
    key = "CA01.S3-20.V.2"
    assert "this visit: 149000 km, settled for 23000.50 yuan\n" in say(key).output
    assert "care-norm/follow_ups/repurchase_cost/cost_from@2012-01-01" in say(key).output
    assert "care-norm/follow_ups/repurchase_cost/quiet_months@2012-01-01" in say(key).output
    assert json.loads(say(key, "--json").output)["visit"]["cost"] == "23000.50"
    changes = {"ro_type": "warranty", "amount": Decimal("23000.50")}
    care.repair("V", date(2026, 1, 20), arrives=date(2026, 1, 27), **changes)
    care.night(date(2026, 1, 27))
    told = say(key).output
    assert "149000 km, settled for 23000.50 yuan (a warranty order, whose cost does not" in told
    assert "its repair did not cost as much" in told
    assert json.loads(say("CA01.S4-03.A", "--json").output)["visit"] is None


def test_a_service_tells_from_when_how_far_and_how_fast(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    due_on = february(2) + timedelta(days=29)
    care.repair(
        "S", february(1) - timedelta(days=150), store_code="SK01", repair_type="maintenance"
    )
    care.service_due("repair_order", "S", february(1) - timedelta(days=150), due_on, "SK01")
    care.night(february(1))
    (key,) = (key for key in care.tasks("event") if key.startswith("SK01.S2-09.S"))
    assert json.loads(say(key, "--json").output)["service"]["due_on"] == due_on.isoformat()
    told = say(key, "--language", "en").output
    assert "next service: since repair order S (" in told
    assert "km) every 6 months or 10000 km" in told
    assert "40 km a day (the default)" in told
    assert f"due on {due_on} by time: by time {due_on}, by kilometres –" in told
    assert "have moved it" not in told
    care.service_due("repair_order", "S", february(1), due_on + timedelta(days=30), "SK01")
    assert "have moved it" in say(key, "--language", "en").output
    assert json.loads(say("CA01.S4-03.A", "--json").output).get("service") is None


def test_consents_preferences_and_what_is_known_of_the_number_are_told(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    phone = b"phone A"
    care.consent(february(10), "refused", purpose="service", vin=VIN, channel="phone")
    care.consent(february(10), "given", vin=VIN)
    care.prefer("pause", february(12), customer_phone_hash=phone, valid_until=february(14))
    care.prefer("stop", february(12), vin=VIN, about="insurance")
    care.prefer("channel", february(12), vin=VIN, preferred_channel="sms", preferred_slot="evening")
    people = care.table("core.employee")
    with care.engine.begin() as connection:
        connection.execute(
            update(people).where(people.c.employee_no == "CA01-SC9").values(mobile_hash=phone)
        )
    told = say(THREE_DAYS).output
    for line in (
        "2026-02-10 consent refused: service, about this vehicle",
        "2026-02-12 pause: everything, by this number",
        "until 2026-02-14",
        "2026-02-12 way of contact: everything, about this vehicle",
        "way: message, time of day: evening",
        "a number of our own staff, which is not called",
    ):
        assert line in told, line
    assert "consent given" not in told
    assert "insurance" not in told
    keep(
        care,
        "core.shared_phone",
        phone_hash=phone,
        names=5,
        vehicles=9,
        is_staff=False,
        is_evidence=False,
    )
    with care.engine.begin() as connection:
        connection.execute(update(people).values(mobile_hash=None))
    assert "a number of 5 names and 9 vehicles, which says nothing" in say(THREE_DAYS).output


def test_who_waits_for_whom_and_what_was_told_is_told(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.repair("R", february(13), store_code="SK01", deliverer_phone_hash=b"phone A")
    care.deliver(
        "W", date(2023, 3, 5), "SK01", invoiced_on=date(2023, 3, 5), customer_phone_hash=b"phone A"
    )
    care.nights(february(13), february(19))
    care.call("SK01.S2-03.R", february(20))
    first, second = "SK01.S2-03.R", "SK01.S2-10.W.36"
    told = say(second).output
    assert f"waits for task {first}, which goes first" in told
    assert f"to be said in this call, too: {second}" in say(first).output
    care.night(february(20))
    assert f"told in the call about task {first}" in say(second).output
    assert f"told in this call, too: {second}" in say(first).output


def test_dates_of_every_task_of_a_night_are_explained(
    warehouse: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    connections.forget()
    world = World(140, events=250, nights=6)
    made = Warehouse(warehouse, world)
    settings = made.group.model_dump(mode="json", by_alias=True, exclude_unset=True)
    (tmp_path / "group.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    monkeypatch.setenv("AFTERCARE_GROUP", str(tmp_path / "group.yaml"))
    for day, facts in world.history():
        made.take(day, facts)
    for day in world.nights:
        made.take(day, world.arrivals(day))
        made.night(day)
    stories = [explain_task(key) for key, *_ in made.tasks()]
    assert [story.task["task_key"] for story in stories if not story.is_explained] == []
    rules = {story.task["rule_id"] for story in stories}
    assert {"S4-03", "S2-09", "S2-11", "S2-18", "S3-02", "S3-05", "S3-20"} <= rules
    assert all(story.policy_lines for story in stories)


def test_a_trouble_tells_the_call_in_which_it_was_told(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.call(
        THREE_DAYS,
        february(15),
        satisfaction=3,
        is_complaint=True,
        is_do_not_call=True,
        is_fault_cleared=False,
    )
    care.nights(february(15), february(19))
    told = say("CA01.S4-26.A.20260215S1").output
    assert f"told in call 1 of task {THREE_DAYS} at 2026-02-15" in told
    assert "satisfaction 3, complaint yes, fault cleared no (demo 2026-02-15)" in told
    assert "follow_ups/trouble/satisfaction_to@2012-01-01" in told
    wishes = told.partition("Wishes not to be called")[2].splitlines()
    assert wishes[1].strip() == "none"
