"""Messages to customers leave once each, in their hours, whatever breaks on the way."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from care_group import house_policy
from killed_night import killed, places_of
from night_of_tasks import DAY, PHONE, TODAY, NightOfTasks
from sms_gateway import SmsGateway
from sqlalchemy import URL, Engine, text
from web_service import Reply

from aftercare.errors import BadData, ConfigurationError, SystemUnreachable
from aftercare.stages.merge import merge
from aftercare.stages.push import push
from aftercare.stages.read_back import read_back
from aftercare.stages.validate import validate
from aftercare.targets import rendering
from aftercare.targets.sms import SmsTarget
from aftercare.warehouse import connect

NINE, NOON, FOUR = time(9), time(12), time(16)


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with SmsGateway() as running:
        yield running


def message(night: NightOfTasks, **columns: Any) -> str:
    return night.task(target="sms", **{"channel": "sms", "script_id": "run_in", **columns})


def send(
    night: NightOfTasks, target: SmsTarget, at: time = FOUR, today: date = TODAY, **given: Any
) -> dict[str, Any]:
    moment = datetime.combine(today, at, night.group.time_zone)
    engine = given.get("engine", night.engine)
    return push(
        engine, night.keyring, night.group, target, DAY, today, house_policy(), lambda: moment
    )


def _send_alone(night: NightOfTasks, target: SmsTarget, url: URL) -> None:
    """As a process of its own sends, with connections of its own."""
    engine = connect(url)
    try:
        send(night, target, engine=engine)
    finally:
        engine.dispose()


def test_each_message_is_sent_once_however_often_it_is_pushed(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    keys = {message(night) for _ in range(5)}
    counts = send(night, gateway.target())
    assert (counts["due"], counts["sent"], counts["changed"]) == (5, 5, 5)
    again = send(night, gateway.target())
    assert again == counts | {"changed": 0, "run": again["run"]}
    assert sorted(gateway.times().values()) == [1] * 5
    assert set(night.ledger()) == keys
    assert all(each["mobile"] == PHONE for each in gateway.taken)


def test_what_was_said_is_not_said_again_when_its_task_changes(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    key = message(night)
    send(night, gateway.target())
    night.change(key, "sms", due_on=DAY + timedelta(days=4))
    night.change(key, "sms", status="held")
    night.change(key, "sms", status="open")
    send(night, gateway.target())
    assert list(gateway.times().values()) == [1]
    assert night.messages()[key] == "unchanged"


@pytest.mark.parametrize(
    ("at", "sent"),
    [(time(3), 0), (time(8, 59), 0), (NINE, 1), (NOON, 0), (time(13), 0), (FOUR, 1), (time(20), 0)],
)
def test_messages_leave_in_the_hours_that_policy_allows(
    night: NightOfTasks, gateway: SmsGateway, at: time, sent: int
) -> None:
    message(night)
    counts = send(night, gateway.target(), at)
    assert (counts["sent"], counts["waiting"]) == (sent, 1 - sent)
    assert len(gateway.taken) == sent


def test_nothing_leaves_on_a_day_on_which_the_store_is_closed(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    message(night)
    calendar = night.group.calendars["default"].model_copy(update={"closed": frozenset({TODAY})})
    night.group = night.group.model_copy(update={"calendars": {"default": calendar}})
    assert send(night, gateway.target())["waiting"] == 1
    assert send(night, gateway.target(), today=TODAY + timedelta(days=1))["sent"] == 1


def test_hours_that_end_in_the_midst_end_the_sending(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    for _ in range(4):
        message(night)
    zone = night.group.time_zone

    def now() -> datetime:
        late = time(11, 59) if len(gateway.taken) < 2 else NOON
        return datetime.combine(TODAY, late, zone)

    counts = push(
        night.engine, night.keyring, night.group, gateway.target(), DAY, TODAY, house_policy(), now
    )
    assert (counts["sent"], counts["waiting"]) == (2, 2)


def test_a_message_whose_time_is_over_is_never_sent(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    message(night)
    counts = send(night, gateway.target(), today=DAY + timedelta(days=7))
    assert (counts["expired"], gateway.taken) == (1, [])


def test_a_withdrawn_message_is_not_sent(night: NightOfTasks, gateway: SmsGateway) -> None:
    key = message(night)
    night.change(key, "sms", status="withdrawn", status_reason="cancelled")
    counts = send(night, gateway.target())
    assert (gateway.asked, counts["changed"]) == ([], 0)


def test_a_broken_answer_is_settled_by_asking(night: NightOfTasks, gateway: SmsGateway) -> None:
    key = message(night)
    gateway.after = lambda _: Reply({"code": "0"}, cut=2)
    counts = send(night, gateway.target())
    assert (counts["sent"], gateway.questions) == (1, 1)
    assert list(gateway.times().values()) == [1]
    assert night.messages()[key] == "sent"


def test_a_gateway_may_take_its_time_to_know_what_it_has_taken(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    key = message(night)
    target = gateway.target()
    target._mapping = target._mapping.model_copy(
        update={"ask": target._mapping.ask.model_copy(update={"after_seconds": 3600})}  # type: ignore[union-attr]
    )
    gateway.after = lambda _: Reply({"code": "0"}, cut=2)
    for _ in range(3):
        assert send(night, target)["unknown"] == 1
    assert (gateway.questions, list(gateway.times().values())) == (0, [1])
    _age_doubts(night.engine)
    assert send(night, target)["sent"] == 1
    assert night.messages()[key] == "sent"


def test_where_the_gateway_cannot_be_asked_doubt_stays_and_is_shown(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    key = message(night)
    gateway.after = lambda _: Reply({"code": "0"}, cut=2)
    for _ in range(3):
        assert send(night, gateway.target(ask=None))["unknown"] == 1
    night.change(key, "sms", due_on=DAY + timedelta(days=4))
    assert send(night, gateway.target(ask=None))["unknown"] == 1
    assert list(gateway.times().values()) == [1]
    assert night.reasons()[key] == "in_doubt"


def test_a_message_in_doubt_that_changes_is_asked_about_and_not_sent_again(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    key = message(night)
    gateway.after = lambda _: Reply({"code": "0"}, cut=2)
    send(night, gateway.target(ask=None))
    night.change(key, "sms", due_on=DAY + timedelta(days=4))
    send(night, gateway.target())
    assert list(gateway.times().values()) == [1]
    assert night.messages()[key] == "sent"


def test_busy_is_tried_later_and_the_wait_is_told(night: NightOfTasks, gateway: SmsGateway) -> None:
    for _ in range(5):
        message(night)
    gateway.before = lambda _: Reply({}, 429, {"Retry-After": "120"})
    with pytest.raises(SystemUnreachable, match="sms takes nothing at the moment") as busy:
        send(night, gateway.target())
    assert busy.value.retry_after is not None
    assert len(gateway.asked) == 1
    gateway.before = lambda _: None
    assert send(night, gateway.target())["sent"] == 5
    assert sorted(gateway.times().values()) == [1] * 5


def test_a_stop_ends_the_run_in_words_and_loses_nothing(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    for _ in range(3):
        message(night)
    gateway.before = lambda _: Reply({"code": "3001"}) if gateway.taken else None
    with pytest.raises(ConfigurationError, match="code 3001: the gateway sends nothing"):
        send(night, gateway.target())
    gateway.before = lambda _: None
    assert send(night, gateway.target())["sent"] == 3
    assert sorted(gateway.times().values()) == [1] * 3


def test_many_answers_that_nobody_understands_are_left_alone(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    for _ in range(6):
        message(night)
    gateway.before = lambda _: Reply({"code": "strange"})
    counts = send(night, gateway.target(ask=None))
    assert (counts["unknown"], counts["waiting"]) == (2, 4)


def test_a_push_that_is_killed_anywhere_sends_nothing_twice(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    url = night.engine.url
    for _ in range(2):
        message(night)
    night.engine.dispose()

    def act() -> None:
        _send_alone(night, gateway.target(), url)

    place = 0
    while killed(act, at=place):
        place += 1
        message(night)
    assert place > 6
    for _ in range(2):
        send(night, gateway.target())
    assert set(gateway.times().values()) == {1}
    assert len(gateway.taken) == night.made
    assert set(night.messages().values()) == {"sent"}
    assert "call" in places_of(lambda: (message(night), act()))


def test_killed_after_the_answer_without_a_question_it_stays_in_doubt(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    url = night.engine.url
    message(night)
    night.engine.dispose()

    def act() -> None:
        _send_alone(night, gateway.target(ask=None), url)

    call = places_of(act).index("call")
    key = message(night)
    night.engine.dispose()
    assert killed(act, at=call)
    counts = send(night, gateway.target(ask=None))
    assert (counts["unknown"], list(gateway.times().values())) == (1, [1, 1])
    assert night.reasons()[key] == "sender_ended"


def test_what_cannot_be_put_into_words_stays_in_the_doubt_it_was_in(
    night: NightOfTasks, gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = message(night)
    gateway.before = lambda _: Reply(status=502)
    send(night, gateway.target(ask=None))
    assert night.messages()[key] == "unknown"
    gateway.before = lambda _: None

    def fail(*_: Any) -> None:
        raise BadData("a text that nobody wrote")

    with monkeypatch.context() as patch:
        patch.setattr(rendering, "message_record", fail)
        with pytest.raises(BadData, match="nobody wrote"):
            send(night, gateway.target())
    assert night.messages()[key] == "unknown"
    send(night, gateway.target(ask=None))
    assert night.messages()[key] == "unknown"
    assert gateway.taken == []


def test_what_was_sent_or_refused_finishes_its_task(
    night: NightOfTasks, gateway: SmsGateway
) -> None:
    sent, refused = message(night), message(night)
    gateway.before = lambda _: Reply({"code": "1001"}) if gateway.taken else None
    target = gateway.target()
    counts = send(night, target)
    assert (counts["sent"], counts["rejected"]) == (1, 1)
    _put_back(night, DAY + timedelta(days=1))
    results = _read(night, target, DAY + timedelta(days=1))
    assert sorted(results) == sorted([(sent, 0, "message_sent"), (refused, 0, "message_refused")])
    assert _read(night, target, DAY + timedelta(days=1)) == results
    assert _read(night, target, DAY + timedelta(days=2)) == results
    staged = night.table("staging.call_result")
    with night.engine.connect() as connection:
        assert len(connection.execute(staged.select()).all()) == 2


def _read(night: NightOfTasks, target: SmsTarget, day: date) -> list[tuple[Any, ...]]:
    read_back(night.engine, night.keyring, night.group, target, day)
    validate(night.engine, night.group, "sms", "call_result", day)
    merge(night.engine, night.group, "sms", "call_result", day)
    calls = night.table("core.call_result")
    with night.engine.connect() as connection:
        rows = connection.execute(calls.select()).mappings()
        return [(row["task_key"], row["attempt_no"], row["outcome"]) for row in rows]


def _put_back(night: NightOfTasks, day: date) -> None:
    """What was said now was said on a day of the test."""
    moment = datetime.combine(day, FOUR, night.group.time_zone)
    with night.engine.begin() as connection:
        ledger, messages = night.table("outbound.ledger"), night.table("outbound.message")
        connection.execute(ledger.update().values(acknowledged_at=moment))
        connection.execute(messages.update().values(finished_at=moment))


def _age_doubts(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("update outbound.message set doubt_since = doubt_since - interval '2 hours'")
        )
