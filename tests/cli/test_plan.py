"""What nights would do is what they do, and looking leaves no trace."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import KEYS, ONE_DAY, POLICY, REPAIR, SEVEN_DAYS, CareGroup, july
from click.testing import CliRunner, Result
from sqlalchemy import Engine, inspect, text
from whole_group import database

from aftercare import connections, runs, warehouse
from aftercare.cli import cli
from aftercare.errors import BadData, ConfigurationError, PeriodRefused, PolicyError, Retriable
from aftercare.runs import plan as planning
from aftercare.settings import Calendar, read_group
from aftercare.stages.tasks import make_tasks

SCHEMAS = ("ops", "staging", "quality", "core", "care", "outbound", "score")
COUNTED = ("made", "reopened", "held", "missed", "withdrawn", "moved")


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> CareGroup:
    """Deliveries and a repair in July, nights until the 3rd, and connections as operators have them."""
    monkeypatch.setenv("AFTERCARE_TODAY", july(4).isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.deliver("A", july(1))
    made.repair("R", july(2))
    made.repair("NONE", july(2), deliverer_phone_check="too_short")
    made.nights(july(1), july(3))
    return made


@pytest.fixture
def say(care: CareGroup) -> Callable[..., Result]:
    """Runs `aftercare plan` in English."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["plan", "--language", "en", *words])

    return run


def everything(engine: Engine) -> dict[str, list[str]]:
    """All rows of all tables, as text, with the version that the database gave them."""
    found = {}
    with engine.connect() as connection:
        for schema in SCHEMAS:
            for name in inspect(connection).get_table_names(schema=schema):
                rows = connection.execute(text(f"select xmin, ctid, t.* from {schema}.{name} as t"))  # noqa: S608
                found[f"{schema}.{name}"] = sorted(str(tuple(row)) for row in rows)
    return found


def draft(folder: Path, item: str, name: str, values: dict[date, object]) -> Path:
    """A copy of the policy with lines of one value added or replaced."""
    copy = folder / "draft"
    shutil.copytree(POLICY, copy)
    path = copy / f"{item}.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    data[name]["values"] |= values
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return copy


def test_a_plan_is_what_the_nights_then_do(care: CareGroup) -> None:
    care.deliver("B", july(3), customer_phone_check="landline")
    care.repair("R", july(3), arrives=july(4))
    care.repair("NONE", july(2), arrives=july(5), is_reversed=True)
    planned = runs.plan_nights(july(4), july(8))
    for night in planned.nights:
        counts = care.night(night.day)
        for name in COUNTED:
            later = counts.get(f"later_{name}", 0)
            assert night.counts[name] == counts[name] + later, (night.day, name)
        assert len(night.changes) == counts["changed"]
    kept = care.tasks()
    for key, task in planned.after().items():
        found = {
            name: kept[key][name] for name in ("due_on", "status", "status_reason", "owner_no")
        }
        assert found == {name: getattr(task, name) for name in found}
    assert {SEVEN_DAYS, REPAIR, "CA01.S4-03.B"} <= planned.after().keys()


def test_after_a_plan_every_table_is_as_it_was(
    care: CareGroup, say: Callable[..., Result], tmp_path: Path
) -> None:
    care.deliver("B", july(3))
    item = "changan-dealer/follow_ups/seven_day_call"
    other = draft(tmp_path, item, "due_after", {july(3): 8})
    before = everything(care.engine)
    assert "core.store" in before
    for words in (
        ("--day", "2026-07-04", "--to", "2026-07-05", "--list"),
        ("--day", "2026-07-01", "--json", "--policy", str(other)),
        ("--day", "2026-07-04", "--against", str(other)),
    ):
        assert say(*words).exit_code == 0
        assert everything(care.engine) == before, words


def test_a_draft_of_one_dated_line_changes_exactly_the_tasks_from_its_day_on(
    care: CareGroup, say: Callable[..., Result], tmp_path: Path
) -> None:
    for number in range(3, 8):
        care.deliver(f"D{number}", july(number), arrives=july(3))
    item = "changan-dealer/follow_ups/first_call"
    other = draft(tmp_path, item, "due_after", {july(4): 2})
    nights = ("--day", "2026-07-04", "--to", "2026-07-06")
    found = json.loads(say(*nights, "--against", str(other), "--json").output)
    assert found["counts"] == {"only_here": 0, "only_there": 0, "differing": 2}
    assert [row["task_key"] for row in found["differing"]] == ["CA01.S4-03.D4", "CA01.S4-03.D5"]
    assert set().union(*(row["differences"] for row in found["differing"])) == {"due_on"}
    shown = say(*nights, "--against", str(other)).output
    assert (
        "D4 (S4-03 First call within three days of delivery): Due 2026-07-07 → 2026-07-06" in shown
    )
    assert "D3" not in shown
    nights = nights[:2]
    same = say(*nights, "--policy", str(other), "--against", str(other)).output
    assert "No difference up to the night of 2026-07-04. For tasks that fall due later" in same


def test_a_draft_may_give_a_store_another_pack_and_the_days_are_compared(
    care: CareGroup, say: Callable[..., Result], tmp_path: Path
) -> None:
    care.deliver("B", july(4), arrives=july(3))
    folder = tmp_path / "draft"
    shutil.copytree(POLICY, folder)
    nights = ("--day", "2026-07-04", "--to", "2026-07-06", "--json", "--against", str(folder))
    assert not any(json.loads(say(*nights).output)["counts"].values())
    line = "store_packs: {CA01: [{from: 2026-07-04, pack: skoda-dealer}]}"
    (folder / "assignments.yaml").write_text(line, encoding="utf-8")
    found = json.loads(say(*nights).output)
    assert found["policy"] != found["against"]
    here = {task["task_key"] for task in found["only_here"]}
    there = {task["task_key"]: task["pack"] for task in found["only_there"]}
    assert "CA01.S4-03.B" in here
    assert there["CA01.S2-01.B"] == "skoda-dealer"
    assert not any(key.endswith(".A") for key in (*here, *there))


def test_a_draft_that_gives_a_pack_which_is_not_there_is_refused(
    say: Callable[..., Result], tmp_path: Path
) -> None:
    folder = tmp_path / "draft"
    shutil.copytree(POLICY, folder)
    line = "packs: {CHANGAN: [{from: 2026-07-04, pack: other-dealer}]}"
    (folder / "assignments.yaml").write_text(line, encoding="utf-8")
    problem = say("--day", "2026-07-04", "--policy", str(folder)).exception
    assert isinstance(problem, ConfigurationError)
    assert "assignments.yaml: gives other-dealer, which is no pack of the folder" in str(problem)


def test_a_follow_up_that_a_draft_ends_stands_on_one_side_only(
    care: CareGroup, say: Callable[..., Result], tmp_path: Path
) -> None:
    care.deliver("B", july(4))
    item = "changan-dealer/follow_ups/two_hour_call"
    other = draft(tmp_path, item, "enabled", {july(4): False})
    found = json.loads(
        say("--day", "2026-07-04", "--to", "2026-07-05", "--against", str(other), "--json").output
    )
    assert [task["task_key"] for task in found["only_here"]] == ["CA01.S4-02.B"]
    assert found["only_there"] == []


def test_a_draft_that_edits_a_line_that_was_used_is_refused(
    care: CareGroup, say: Callable[..., Result], tmp_path: Path
) -> None:
    item = "changan-dealer/follow_ups/first_call"
    edited = draft(tmp_path, item, "due_after", {date(2012, 1, 1): 2})
    for option in ("--policy", "--against"):
        said = say("--day", "2026-07-04", option, str(edited))
        assert isinstance(said.exception, PolicyError)
        assert "decided something with another value" in str(said.exception)


def test_a_plan_says_what_and_why_by_store_and_rule(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.repair("NEW", july(4), "SK01", deliverer_phone_check="landline", vin="LSVAA4182E2184847")
    care.repair("NONE", july(2), arrives=july(4), is_reversed=True)
    shown = say("--day", "2026-07-04", "--list").output
    assert "Night of 2026-07-04 (for the work of 2026-07-05)" in shown
    assert (
        "S2-03 Satisfaction call within three days of a workshop visit: "
        "made 1 · held 1 (landline 1)" in shown
    )
    assert "withdrawn 1 (settlement reversed 1)" in shown
    assert "skoda-dealer/follow_ups/repair_call/due_after@2012-01-01" in shown
    assert "*************4847" in shown
    assert "LSVAA4182E2184847" not in shown
    assert shown.endswith("Only rehearsed: nothing was written.\n")
    only = say("--day", "2026-07-04", "--store", "SK01").output
    assert "CA01" not in only
    assert "SK01" in only


def test_a_plan_says_in_which_hours_people_are_called_that_day(
    care: CareGroup, say: Callable[..., Result], tmp_path: Path
) -> None:
    care.deliver("B", july(4))
    assert "  CA01, calls 09:00–12:00, 14:00–20:00\n" in say("--day", "2026-07-04").output
    hours = [{"from": "10:00", "until": "18:00"}]
    later = draft(tmp_path, "house/calls", "rest_day_call_hours", {july(5): hours})
    told = say("--day", "2026-07-04", "--policy", str(later)).output
    assert "  CA01, calls 10:00–18:00\n" in told
    found = json.loads(say("--day", "2026-07-04", "--json").output)
    assert found["nights"][0]["call_hours"]["changan-dealer"] == "09:00–12:00, 14:00–20:00"


def test_a_plan_reaches_back_and_ahead_but_not_further_than_makes_sense(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    past = say("--day", "2026-07-02").output
    assert "the night of 2026-07-03 has run already" in past
    assert "no task changes" in past
    assert say("--day", "2027-08-08").exit_code == 0
    for words, refused in (
        (("--day", "2027-08-09"), PeriodRefused),
        (("--day", "2026-07-04", "--to", "2026-07-03"), PeriodRefused),
        (("--day", "2026-07-04", "--store", "XX"), BadData),
    ):
        assert isinstance(say(*words).exception, refused)


def test_a_plan_does_not_wait_for_a_night_and_says_so(
    care: CareGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PATIENCE_MS", 50)
    with care.engine.begin() as night:
        night.execute(text("select pg_advisory_xact_lock(hashtext('care.follow_up_task'))"))
        with pytest.raises(Retriable, match="a night or a merge is at work"):
            runs.plan_nights(july(4), july(4))


def test_a_plan_gives_way_to_a_night_that_waits_for_it(care: CareGroup) -> None:
    def begin() -> None:
        # Other tests have databases of their own on the same server.
        held = text(
            "select count(*) from pg_locks as l inner join pg_database as d on l.database = d.oid "
            "where d.datname = current_database() and l.locktype = 'advisory' and l.objsubid = 1"
        )
        with care.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
            while not watching.execute(held).scalar_one():
                time.sleep(0.01)
        care.night(july(4))

    night = threading.Thread(target=begin)
    night.start()
    with pytest.raises(Retriable, match="waits for this plan"):
        runs.plan_nights(july(4), july(4) + 300 * ONE_DAY)
    night.join(60)
    assert not night.is_alive()


def test_a_plan_that_takes_too_long_is_ended(
    care: CareGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LONGEST_SECONDS", 0.5)
    with pytest.raises(Retriable, match="plan fewer nights"):
        runs.plan_nights(july(4), july(30))


def test_the_nights_of_a_plan_take_few_locks(care: CareGroup) -> None:
    """Each is kept until the plan ends, and a server has room for some thousands."""
    held = text("select count(*) from pg_locks where pid = pg_backend_pid()")
    counted = []
    with warehouse.rehearsal(care.engine) as rehearsal:
        for day in range(4, 9):
            make_tasks(
                rehearsal.engine, care.keyring, care.group, care.policy, july(day), july(day + 1)
            )
            counted.append(rehearsal.look().execute(held).scalar_one())
    assert counted[-1] - counted[1] < 3 * 10


@pytest.fixture
def keeps_holidays(care: CareGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only CA01 keeps the Chinese holidays, in years that nobody announced."""
    calendars = {**care.group.calendars, "cn": Calendar(holidays="cn")}
    changes = {"calendars": calendars, "store_calendars": {"CA01": "cn"}}
    monkeypatch.setattr(planning, "read_group", lambda: care.group.model_copy(update=changes))
    monkeypatch.setenv("AFTERCARE_TODAY", "2036-12-30")


@pytest.mark.usefixtures("keeps_holidays")
def test_a_plan_says_where_its_calendar_is_provisional(say: Callable[..., Result]) -> None:
    assert "provisional" not in say("--day", "2026-07-04", "--to", "2026-07-05").output
    one = say("--day", "2036-12-30").output.splitlines()
    assert one[-2].startswith("The holidays of 2036 are not announced")
    more = say("--day", "2036-12-30", "--to", "2037-01-01").output
    assert more.count("provisional") == 1
    assert "The holidays of 2036, 2037 are" in more
    assert "from the night of 2036-12-30 on" in more
    found = json.loads(say("--day", "2036-12-31", "--json").output)
    assert found["nights"][0]["provisional_years"] == [2037]


@pytest.mark.usefixtures("keeps_holidays")
def test_for_a_store_that_keeps_no_holidays_no_calendar_is_provisional(
    say: Callable[..., Result],
) -> None:
    assert "provisional" in say("--day", "2036-12-30", "--store", "CA01").output
    other = say("--day", "2036-12-30", "--store", "SK01")
    assert (other.exit_code, "provisional" in other.output) == (0, False)
