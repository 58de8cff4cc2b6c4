"""Calls to a real Odoo 19 that are lost, refused or put off; a proxy stands between."""

import time

import pytest
from crm_records import a_contact, a_task, both, moved, sent, withdrawal

from aftercare.demo.odoo import SENDER
from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.targets.http_trouble import TRIES
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.odoo_json2 import Json2
from aftercare.targets.protocol import Entity


@pytest.mark.parametrize("fault", ["cut", "silence"])
def test_an_answer_lost_after_the_commit_is_unknown_and_sending_again_makes_no_duplicate(
    odoo, front, fault
):
    sent(odoo.target, [a_contact(number) for number in range(1, 4)])
    tasks = [a_task(number) for number in range(1, 4)]
    # Look-ups of contacts, the owner, and kinds with their keys go first; the sixth call is load().
    front.faults += [*[None] * 5, fault]

    lost = odoo.target_at(front.address, read_seconds=1).upsert(tasks)

    assert [outcome.state for outcome in lost] == ["unknown"] * 3
    assert front.passed == 6
    assert len(odoo.find("mail.activity", [])) == 3
    sent(odoo.target_at(front.address), tasks)
    assert len(odoo.find("mail.activity", [])) == 3


def test_a_withdrawal_whose_answer_was_lost_is_unknown_and_harmless_to_repeat(odoo, front):
    task = sent(odoo.target, both(1))[0]
    # Three look-ups, the note, and then the deletion.
    front.faults += [None, None, None, None, "cut"]

    (lost,) = odoo.target_at(front.address).withdraw([withdrawal(task)])
    (again,) = odoo.target.withdraw([withdrawal(task)])

    assert (lost.state, again.state) == ("unknown", "sent")
    assert odoo.find("mail.activity", []) == []
    assert len(odoo.find("mail.message", [["body", "ilike", "撤回"]])) == 1


def test_a_withdrawal_that_ended_after_its_note_is_taken_up_again(odoo, front):
    task = sent(odoo.target, both(1))[0]
    front.faults += [None, None, None, "cut"]

    (lost,) = odoo.target_at(front.address).withdraw([withdrawal(task)])
    assert len(odoo.find("mail.activity", [])) == 1
    (again,) = odoo.target.withdraw([withdrawal(task)])

    assert (lost.state, again.state) == ("unknown", "sent")
    assert odoo.find("mail.activity", []) == []
    assert len(odoo.find("mail.message", [["body", "ilike", "撤回"]])) == 1


def test_a_look_up_without_an_answer_is_made_again_and_then_later(odoo, front):
    target = odoo.target_at(front.address, sleep=lambda _: None)
    front.faults += ["cut"] * (TRIES - 1)
    sent(target, [a_contact(1)])

    front.faults += ["cut"] * TRIES
    (outcome,) = target.upsert([a_task(1)])

    assert outcome.state == "retry"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("502 Bad Gateway", "unknown"),
        ("503 Service Unavailable", "unknown"),
        ("503 Service Unavailable\r\nRetry-After: 0", "retry"),
        ("408 Request Timeout", "unknown"),
        ("408 Request Timeout\r\nRetry-After: 0", "retry"),
        ("504 Gateway Timeout", "unknown"),
    ],
)
def test_an_answer_of_the_proxy_says_whether_odoo_may_have_written(odoo, front, status, state):
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
    front.faults += [None, None, *[answer] * TRIES]
    sent(odoo.target, [a_contact(1)])
    contact = moved(a_contact(1), phone="13900000001")

    (outcome,) = odoo.target_at(front.address, sleep=lambda _: None).upsert([contact])

    assert outcome.state == state
    assert f"HTTP {status[:3]}" in outcome.reason


def test_after_a_429_the_call_is_made_again_as_late_as_was_asked(odoo, front):
    front.faults += [
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
    ]
    waits: list[float] = []
    target = odoo.target_at(front.address, sleep=waits.append)

    sent(target, [a_contact(1)])

    assert 6 < waits[0] <= 7 * 1.2
    assert len(odoo.find("res.partner", [["ref", "=", a_contact(1).key]])) == 1


def test_calls_keep_to_the_rate_of_the_mapping(untouched_odoo):
    target = OdooTarget.connect(
        untouched_odoo.mapping.model_copy(update={"calls_per_second": 10}),
        untouched_odoo.server.address,
        untouched_odoo.database,
        untouched_odoo.server.keys[SENDER],
    )
    began = time.monotonic()

    sent(target, [a_contact(1), a_task(1)])

    # The first call waits for nothing.
    assert target.calls > 3
    assert time.monotonic() - began >= (target.calls - 1) / 10


def test_a_crm_that_stays_busy_is_left_to_the_next_push(untouched_odoo, front):
    front.faults += [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"] * TRIES
    waits: list[float] = []
    target = untouched_odoo.target_at(front.address, sleep=waits.append)

    (refused,) = target.upsert([a_contact(1)])

    assert (refused.state, front.passed, len(waits)) == ("retry", 0, TRIES - 1)
    assert 0 < waits[0] < 2 * waits[-1]


def test_a_wait_longer_than_allowed_is_left_to_the_next_push(untouched_odoo, front):
    front.faults += [
        b"HTTP/1.1 429 Too Many Requests\r\nDate: Thu, 12 Mar 2026 00:00:00 GMT\r\n"
        b"Retry-After: Thu, 12 Mar 2026 01:00:00 GMT\r\nContent-Length: 0\r\n\r\n"
    ]
    target = untouched_odoo.target_at(front.address)
    target.upsert([a_contact(1)])

    (refused,) = target.upsert([a_contact(1)])

    assert (refused.state, refused.reason) == ("retry", "the CRM asked us to wait")
    assert 3500 < refused.retry_after <= 3600 * 1.2
    assert front.passed == 0


def test_a_crm_that_is_down_is_tried_later(untouched_odoo):
    target = untouched_odoo.target_at("http://127.0.0.1:1")

    (outcome,) = target.upsert([a_contact(1)])

    assert (outcome.state, outcome.reason) == (
        "retry",
        "res.partner.search_read: the CRM cannot be reached",
    )
    with pytest.raises(SystemUnreachable):
        target.read_results(None)
    with pytest.raises(SystemUnreachable):
        target.check()


def test_a_refused_key_stops_the_push_and_is_not_shown(untouched_odoo):
    client = Json2(
        untouched_odoo.server.address,
        untouched_odoo.database,
        "0123456789abcdef0123456789abcdef01234567",
    )

    with pytest.raises(ConfigurationError, match="API key") as caught:
        OdooTarget(untouched_odoo.mapping, client).upsert([a_contact(1)])

    assert "0123456789abcdef" not in str(caught.value)


def test_no_outcome_log_or_error_holds_what_a_record_says(odoo, front, caplog, capfd):
    caplog.set_level("DEBUG")
    canary = "CANARY-7319"
    fields = {name: f"{canary} {name}" for name in ("name", "phone", "plate", "model")}
    contact = a_contact(1, **fields)
    bad = a_task(1, due_date=f"{canary} day", script=canary, customer_phone=canary)
    outcomes = [*odoo.target.upsert([contact, bad])]
    front.faults += [
        None,
        None,
        "cut",
        *[b"HTTP/1.1 500 Oops\r\nContent-Length: 11\r\n\r\nCANARY-7319"] * TRIES,
    ]
    target = odoo.target_at(front.address, sleep=lambda _: None)
    outcomes += target.upsert([moved(contact, phone=f"{canary} new")])
    with pytest.raises(SystemUnreachable) as caught:
        target.read_results(None)

    assert [outcome.state for outcome in outcomes] == ["sent", "rejected", "unknown"]
    assert canary not in repr(outcomes) + str(caught.value) + caplog.text + "".join(
        capfd.readouterr()
    )
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("entity", ["contact", "task"])
def test_nothing_to_send_is_no_call(untouched_odoo, entity: Entity):
    assert untouched_odoo.target_at("http://127.0.0.1:1").upsert([]) == []
    assert untouched_odoo.target_at("http://127.0.0.1:1").withdraw([]) == []
