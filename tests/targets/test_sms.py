"""A gateway for SMS over real HTTP: what its answers mean, and what is told of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sms_gateway import ACCOUNT, MAPPING, SECRET, SmsGateway
from web_service import Asked, Reply

from aftercare.connections import Connection
from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.targets.protocol import MessageTarget, Outcome, Record
from aftercare.targets.sms import SmsTarget
from aftercare.targets.sms_mapping import SmsMapping

PHONE, TEXT = "13900000001", "【CA01店】您的CS75提车快三周了，走合保养请看随车手册。"


@pytest.fixture
def gateway() -> Any:
    with SmsGateway() as running:
        yield running


def message(number: int = 1, **fields: Any) -> Record:
    return Record(
        "task",
        f"CA01.S4-05.SO{number}",
        1,
        {
            "customer_phone": PHONE,
            "text": TEXT,
            "script_id": "run_in",
            "store_code": "CA01",
            "store_name": "CA01店",
            "plate": None,
            "model": "CS75",
            "event_on": date(2026, 11, 2),
            **fields,
        },
    )


def answering(body: Any, status: int = 200, **headers: str) -> Any:
    return lambda _: Reply(body, status, headers)


def test_a_message_is_signed_and_sent_with_the_registered_signature(gateway: SmsGateway) -> None:
    target = gateway.target()
    assert isinstance(target, MessageTarget)
    assert target.send(message()) == Outcome("CA01.S4-05.SO1", "sent", "m0")
    (taken,) = gateway.taken
    assert taken["mobile"] == PHONE
    assert taken["content"] == "【和远汽车】CA01店：您的CS75提车快三周了，走合保养请看随车手册。"
    assert len(taken["clientRef"]) == 32


def test_without_a_signature_of_its_own_the_script_goes_as_it_is(gateway: SmsGateway) -> None:
    gateway.target(signature=None).send(message())
    gateway.target(signature="").send(message(2))
    assert [each["content"] for each in gateway.taken] == [TEXT, TEXT.partition("】")[2]]


def test_a_reference_is_the_same_for_one_task_and_another_for_each(gateway: SmsGateway) -> None:
    target = gateway.target()
    for number in (1, 2, 1):
        target.send(message(number))
    first, second, again = (each["clientRef"] for each in gateway.taken)
    assert first == again != second


@pytest.mark.parametrize(
    ("body", "status", "state", "reason"),
    [
        ({"code": "1001"}, 200, "rejected", "HTTP 200, code 1001: refused for this number"),
        ({"code": 1002}, 400, "rejected", "HTTP 400, code 1002: refused for this number"),
        ({"code": "2001"}, 200, "retry", "HTTP 200, code 2001: busy"),
        ({"code": "9999"}, 200, "unknown", "HTTP 200, code 9999: the mapping names no such answer"),
        ({"code": "0", "data": {}}, 200, "sent", None),
        ({"message": PHONE}, 500, "unknown", "HTTP 500: the mapping names no such answer"),
        (b"<html>", 200, "unknown", "HTTP 200: the mapping names no such answer"),
        (b"", 504, "unknown", "HTTP 504: the proxy lost the answer"),
        ({"code": f"no {PHONE}"}, 200, "unknown", "HTTP 200: the mapping names no such answer"),
        (b"", 409, "unknown", "HTTP 409: the mapping names no such answer"),
    ],
)
def test_the_code_in_the_body_counts_and_is_told_without_values(
    gateway: SmsGateway, body: Any, status: int, state: str, reason: str | None
) -> None:
    gateway.before = answering(body, status)
    outcome = gateway.target().send(message())
    assert (outcome.state, outcome.reason) == (state, reason)


def test_a_gateway_that_is_busy_is_left_alone_as_long_as_it_asks(gateway: SmsGateway) -> None:
    gateway.before = answering({}, 429, **{"Retry-After": "90"})
    target = gateway.target()
    first, second = target.send(message(1)), target.send(message(2))
    assert (first.state, first.retry_after) == ("retry", 90.0)
    assert second.state == "retry"
    assert 0 < (second.retry_after or 0) <= 90
    assert len(gateway.asked) == 1


@pytest.mark.parametrize(
    ("body", "status"), [({"code": "3001"}, 200), (b"", 403), (b"", 404), (b"", 302)]
)
def test_a_gateway_that_stops_everything_is_asked_nothing_more(
    gateway: SmsGateway, body: Any, status: int
) -> None:
    gateway.before = answering(body, status)
    target = gateway.target()
    assert [target.send(message(number)).state for number in (1, 2)] == ["retry", "retry"]
    assert len(gateway.asked) == 1
    assert "sends nothing for this account" in (target.stopped or "")


def test_a_broken_answer_leaves_doubt_and_the_gateway_knows_better(gateway: SmsGateway) -> None:
    gateway.after = lambda _: Reply({"code": "0"}, cut=3)
    target = gateway.target()
    assert target.ask(message()) is None
    outcome = target.send(message())
    assert outcome.state == "unknown"
    assert outcome.reason == "no answer arrived (ChunkedEncodingError)"
    assert target.ask(message()) == Outcome("CA01.S4-05.SO1", "sent", "m0")


def test_a_question_without_an_answer_leaves_the_doubt(gateway: SmsGateway) -> None:
    target = gateway.target()
    gateway.answering = lambda _: Reply({}, 503)
    known = target.ask(message())
    assert known is not None
    assert known.state == "unknown"


def test_what_never_left_is_no_doubt() -> None:
    nowhere = Connection("aftercare_sms", "http", "http://127.0.0.1:9", None, ACCOUNT, SECRET)
    target = SmsTarget(SmsMapping.read(MAPPING), nowhere)
    assert target.send(message()).state == "retry"
    with pytest.raises(SystemUnreachable, match="sms: the gateway cannot be reached"):
        target.check()


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({"customer_phone": None}, "rejected", "customer_phone: there is none"),
        ({"text": "长" * 600}, "retry", "text: 612 letters, and longest is 500"),
    ],
)
def test_what_cannot_be_sent_is_not(
    gateway: SmsGateway, fields: dict[str, Any], state: str, reason: str
) -> None:
    outcome = gateway.target().send(message(**fields))
    assert outcome.state == state
    assert (outcome.reason or "").startswith(reason)
    assert gateway.asked == []


def test_a_gateway_of_templates_gets_its_number_of_the_script(gateway: SmsGateway) -> None:
    send = SmsMapping.read(MAPPING).send.model_dump(exclude_none=True)
    send["body"] = {
        "mobile": "{phone}",
        "clientRef": "{reference}",
        "template": "{template}",
        "values": {"model": "{model}", "plate": "{plate}"},
    }
    target = gateway.target(send=send, templates={"run_in": "SMS_1"})
    assert target.send(message()).state == "sent"
    assert gateway.taken[0]["template"] == "SMS_1"
    assert gateway.taken[0]["values"] == {"model": "CS75", "plate": ""}
    other = target.send(message(2, script_id="renewal_reminder"))
    assert (other.state, len(gateway.taken)) == ("retry", 1)


def test_a_form_basic_login_and_a_signature_in_the_body(gateway: SmsGateway) -> None:
    gateway.answering = answering({"result": ["ok"]})
    target = gateway.target(
        basic_auth=True,
        ask=None,
        sign={
            "parts": ["{phone}", "{seconds}"],
            "separator": "&",
            "encoding": "base64",
            "upper": False,
        },
        send={
            "path": "/send",
            "form": "form",
            "body": {"to": "+86{phone}", "text": "{text}", "sign": "{signature}"},
            "answer": {"code": "result.0", "sent": ["ok"]},
        },
    )
    assert target.send(message()).state == "sent"
    (asked,) = gateway.asked
    assert asked.body["to"] == f"+86{PHONE}"
    assert len(asked.body["sign"]) == 44
    assert asked.headers["Authorization"].startswith("Basic ")


def test_check_asks_about_a_message_that_nobody_sent(gateway: SmsGateway) -> None:
    gateway.target().check()
    assert (gateway.questions, gateway.taken) == (1, [])


def test_check_tells_that_the_account_is_refused(gateway: SmsGateway) -> None:
    wrong = Connection("aftercare_sms", "http", gateway.host, None, ACCOUNT, "another secret")
    with pytest.raises(
        ConfigurationError, match="HTTP 401, code 3002: the gateway refuses the acc"
    ):
        SmsTarget(SmsMapping.read(MAPPING), wrong).check()


def test_a_connection_without_a_secret_is_named() -> None:
    bare = Connection("aftercare_sms", "http", "sms.example.com")
    with pytest.raises(ConfigurationError, match=r"sms.yaml:\d+: connection: aftercare_sms needs"):
        SmsTarget(SmsMapping.read(MAPPING), bare)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('mobile: "{phone}"', 'mobile: "{fone}"', "there is no {fone}"),
        ('mobile: "{phone}"', 'mobile: "none"', "{phone} and {text}"),
        ('["3001", ', '["0", "3001", ', "code 0 means something else already"),
        ('absent: ["4004"]', "absent: []", "answer.absent names the codes"),
        ('clientRef: "{reference}"\n  after', 'clientRef: "x"\n  after', "{reference} stands in"),
        ("target: sms", "target: other", "is 'other', but the file is sms.yaml"),
        ('content: "{text}"', 'content: "{text}{body}"', "cannot stand in the body itself"),
        ("form: json ", "form: xml ", "json"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_with_its_file(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    text = MAPPING.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "sms.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        SmsMapping.read(path)
    assert why in str(refused.value)
    assert "sms.yaml" in str(refused.value)


def test_no_request_shows_in_what_is_told(gateway: SmsGateway) -> None:
    def cut(_: Asked) -> Reply:
        return Reply({"code": "0"}, cut=1)

    gateway.before = cut
    told = str(gateway.target().send(message()))
    assert PHONE not in told
    assert SECRET not in told
