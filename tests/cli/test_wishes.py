"""What a customer asks of our people, by command: it enters as a preference, holds, is told and is ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from care_group import KEYRING, KEYS, REPAIR, CareGroup, july
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from whole_group import database

from aftercare import connections, runs
from aftercare.cli import cli
from aftercare.errors import BadData, NotAllowed
from aftercare.rules.wishes import ABOUT, KINDS, SPEAKERS
from aftercare.settings import read_group
from aftercare.sources.feeds import FEEDS
from aftercare.sources.vin import check_digit

PHONE = "13800138000"
VIN = "LS5A2ABE0FA000001"
VIN = VIN[:8] + check_digit(VIN) + VIN[9:]
REASON = ("--reason", "出差在外，别打给我", "--by", "owner", "--user", "zhang")
PAUSE = ("wishes", "add", "pause", "--task", REPAIR, "--until", "2026-07-05", *REASON)


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> CareGroup:
    monkeypatch.setenv("AFTERCARE_TODAY", july(2).isoformat() + "T10:30")
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.grant("zhang", "steward")
    made.repair("R", july(1), vin=VIN, **number(PHONE))
    made.night(july(1))
    return made


@pytest.fixture
def say(care: CareGroup) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli, words)


def number(phone: str) -> dict[str, Any]:
    """The number of who brought the car, as a load protects it."""
    return {
        "deliverer_phone_cipher": KEYRING.encrypt(phone),
        "deliverer_phone_hash": KEYRING.hash(phone),
    }


def night(care: CareGroup, day: date) -> list[str]:
    """The night of a day with the wishes that it reads; the systems that it was to read beside the group's."""
    entered = runs.night._wishes(care.group, day)
    for system in entered:
        runs.pull(day.isoformat(), system)
        runs.settle(day.isoformat(), system)
    care.night(day)
    return entered


def status(care: CareGroup, key: str = REPAIR) -> Any:
    return care.tasks("status", "status_reason")[key]


def test_a_pause_is_entered_once_read_by_the_night_and_over_by_itself(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    entered = say(*PAUSE).output
    assert entered == (
        "wish 1: entered; pause (no contact) about all from 2026-07-02 until 2026-07-05; "
        "the next night reads it\n"
    )
    assert "wish 1: was entered already" in say(*PAUSE).output
    assert "waits for a night" in say("wishes", "list", "--user", "zhang").output
    assert night(care, july(2)) == ["wishes"]
    assert status(care) == ("postponed", "paused")
    assert night(care, july(3)) == []
    care.night(july(4))
    assert status(care) == ("postponed", "paused")
    care.night(july(5))
    assert status(care) == ("open", None)


def test_the_number_of_a_task_makes_the_wish_hold_for_the_customers_other_car(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.repair("S", july(2), vin="OTHER", **number(PHONE))
    say(*PAUSE)
    night(care, july(2))
    assert status(care, "CA01.S4-06.S") == ("postponed", "paused")


def test_what_a_driver_asks_for_is_not_the_owners_word(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.repair("S", july(2), vin=VIN, **number("13900139000"))
    care.night(july(2))
    say("wishes", "add", "stop", "--task", REPAIR, *REASON, "--by", "driver")
    night(care, july(2))
    assert status(care) == ("held", "stopped")
    assert status(care, "CA01.S4-06.S") == ("open", None)
    refused = say("wishes", "add", "stop", "--vin", VIN, *REASON, "--by", "driver").exception
    assert "name the task of the call" in str(refused)


def test_who_wants_no_calls_by_vehicle_is_held_until_that_is_ended(
    care: CareGroup, say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("wishes", "add", "do_not_call", "--vin", VIN.lower(), *REASON)
    assert "stop (stop call) about all" in say(*asked).output
    night(care, july(2))
    assert status(care) == ("held", "stopped")
    monkeypatch.setenv("AFTERCARE_TODAY", july(3).isoformat() + "T11:00")
    ended = say("wishes", "end", "1", "--user", "zhang").output
    assert ended == "wish 1: ended by zhang, last day 2026-07-03; the next night reads it\n"
    assert "was ended already" in say("wishes", "end", "1", "--user", "zhang").output
    assert night(care, july(3)) == ["wishes"]
    assert status(care) == ("open", None)
    assert say("wishes", "list", "--since", "2026-07-04", "--user", "zhang").output == "0 wishes\n"
    listed = say("wishes", "list", "--all", "--user", "zhang").output
    assert "ended by zhang 2026-07-03" in listed
    assert "出差在外" in listed
    assert VIN not in listed


def test_a_topic_is_stopped_and_others_go_on(care: CareGroup, say: Callable[..., Result]) -> None:
    say("wishes", "add", "stop", "--task", REPAIR, "--about", "insurance", *REASON)
    night(care, july(2))
    assert status(care) == ("open", None)
    say("wishes", "add", "stop", "--task", REPAIR, "--about", "follow_up", *REASON)
    night(care, july(2))
    assert status(care) == ("held", "stopped")


def test_who_wants_messages_gets_them(care: CareGroup, say: Callable[..., Result]) -> None:
    say("wishes", "add", "channel", "--channel", "sms", "--task", REPAIR, *REASON)
    night(care, july(2))
    assert care.tasks("channel")[REPAIR] == ("sms",)


def test_a_wish_that_begins_later_is_read_on_its_eve_and_one_taken_back_before_never_held(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    later = ("--from", "2026-07-04")
    say("wishes", "add", "pause", "--task", REPAIR, *later, *REASON)
    say("wishes", "add", "stop", "--task", REPAIR, *later, *REASON)
    say("wishes", "end", "2", "--user", "zhang")
    assert night(care, july(2)) == []
    assert status(care) == ("open", None)
    assert night(care, july(3)) == ["wishes"]
    assert status(care) == ("postponed", "paused")


def test_a_night_that_is_run_again_reads_the_same(
    care: CareGroup, say: Callable[..., Result], warehouse: Engine
) -> None:
    say(*PAUSE)
    night(care, july(2))
    rows = text("select preference_no, row_hash, load_id from core.preference")
    with warehouse.connect() as connection:
        before = connection.execute(rows).all()
    assert night(care, july(2)) == ["wishes"]
    with warehouse.connect() as connection:
        assert connection.execute(rows).all() == before
    assert before[0].preference_no == "aftercare/1"


def test_a_service_day_moves_the_service(
    care: CareGroup, say: Callable[..., Result], warehouse: Engine
) -> None:
    asked = ("wishes", "add", "service_day", "--vin", VIN, "--on", "2026-09-10", *REASON)
    assert "service on 2026-09-10" in say(*asked).output
    night(care, july(2))
    with warehouse.connect() as connection:
        queued = connection.execute(text("select vin from care.service_due_queue")).scalars().all()
    assert VIN in queued


def test_why_tells_who_entered_a_wish_and_when(care: CareGroup, say: Callable[..., Result]) -> None:
    say(*PAUSE)
    night(care, july(2))
    told = say("why", REPAIR, "--language", "en").output
    assert "2026-07-02 pause: everything" in told
    assert "entered by zhang at 2026-07-02 10:30, said by the owner" in told
    assert "由 zhang 于 2026-07-02 10:30 登记，车主提出" in say("why", REPAIR).output
    assert "出差" not in told


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("stop", "--task", "CA01.S4-06.X"), "there is no task CA01.S4-06.X"),
        (("stop", "--vin", "12345"), "that is no VIN"),
        (("stop",), "about which task, or about which vehicle"),
        (("pause", "--task", REPAIR, "--until", "2026-07-02"), "are out already"),
        (("pause", "--task", REPAIR, "--from", "2026-07-01"), "is over"),
        (("channel", "--task", REPAIR), "says a channel or time of day"),
        (("pause", "--task", REPAIR, "--channel", "sms"), "says nothing else"),
        (("service_day", "--task", REPAIR, "--on", "2026-07-01"), "name a day that comes"),
    ],
)
def test_what_cannot_be_entered_ends_in_words(
    say: Callable[..., Result], words: tuple[str, ...], problem: str
) -> None:
    refused = say("wishes", "add", *words, *REASON).exception
    assert isinstance(refused, BadData)
    assert problem in str(refused)


def test_a_stranger_enters_ends_and_lists_nothing(say: Callable[..., Result]) -> None:
    say(*PAUSE)
    for words in ((*PAUSE[:-1], "guest"), ("wishes", "end", "1", "--user", "guest")):
        refused = say(*words)
        assert isinstance(refused.exception, NotAllowed)
        assert "guest is no operator or steward or manager of CA01" in str(refused.exception)
    assert isinstance(say("wishes", "list", "--user", "guest").exception, NotAllowed)


def test_a_wish_may_be_about_every_topic_and_come_of_every_speaker(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    words = ("wishes", "add", "stop", "--task", REPAIR, *REASON)
    for about in ABOUT:
        assert f"about {about} from" in say(*words, "--about", about).output
    for speaker in SPEAKERS:
        assert say(*words, "--by", speaker).exit_code == 0


def test_a_wish_that_is_entered_says_what_the_feed_of_preferences_knows() -> None:
    codes = {column.name: column.codes for column in FEEDS["preference"].columns}
    assert set(ABOUT) == set(codes["about"])
    assert set(KINDS) - {"do_not_call"} == set(codes["kind"])
