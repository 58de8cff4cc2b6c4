"""What the answers of a CRM mean, and what is done about them: a server that answers as a test says."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from crm_records import a_contact, a_task, known, moved, withdrawal
from rest_crm import CREATE, FIELDS, FIND, SECRET, RestCrm
from web_service import Asked, Reply

from aftercare.errors import ConfigurationError
from aftercare.targets.http_trouble import CallError
from aftercare.targets.rest_requests import Call, Reading

RESULTS = {
    "path": "done",
    "parameters": {"since": "{since}"},
    "rows": "rows",
    "key": "key",
    "id": "id",
    "changed_at": "at",
    "outcome": "said",
    "outcomes": {"reached": ["good"]},
}


@pytest.fixture
def crm() -> Iterator[RestCrm]:
    with RestCrm() as running:
        yield running


def made(asked: Asked) -> bool:
    return asked.path.endswith("/make")


def test_a_page_that_is_no_answer_of_the_crm_leaves_the_record_in_doubt(crm: RestCrm) -> None:
    crm.before = lambda asked: Reply(b"<html>maintenance</html>") if made(asked) else None
    (outcome,) = crm.target().upsert([a_contact(1)])
    assert outcome.state == "unknown"


def test_an_answer_without_the_id_that_it_should_tell_leaves_the_record_in_doubt(
    crm: RestCrm,
) -> None:
    crm.before = lambda asked: Reply({"fine": True}) if made(asked) else None
    (outcome,) = crm.target().upsert([a_contact(1)])
    assert (outcome.state, outcome.reason) == (
        "unknown",
        "the answer does not say under which id it was kept",
    )


@pytest.mark.parametrize(
    ("status", "headers", "state", "times"),
    [
        (400, {}, "rejected", 1),
        (401, {}, "retry", 1),
        (403, {}, "retry", 1),
        (408, {}, "unknown", 1),
        (409, {}, "unknown", 1),
        (422, {}, "rejected", 1),
        (429, {}, "retry", 4),
        (500, {}, "unknown", 1),
        (502, {}, "unknown", 1),
        (503, {}, "unknown", 1),
        (503, {"Retry-After": "2"}, "retry", 4),
        (504, {}, "unknown", 1),
    ],
)
def test_a_status_says_whether_the_record_may_be_there(
    crm: RestCrm, status: int, headers: dict[str, str], state: str, times: int
) -> None:
    crm.before = lambda asked: Reply({"x": "张三"}, status, headers) if made(asked) else None
    (outcome,) = crm.target().upsert([a_contact(1)])
    assert outcome.state == state
    assert sum(made(asked) for asked in crm.asked) == times
    assert "张三" not in str(outcome.reason)


def test_a_wait_that_is_named_is_kept_also_by_the_next_call(crm: RestCrm) -> None:
    crm.before = lambda asked: Reply({}, 429, {"Retry-After": "3600"}) if made(asked) else None
    target = crm.target()
    (outcome,) = target.upsert([a_contact(1)])
    assert (outcome.state, outcome.retry_after) == ("retry", 3600)
    asked = len(crm.asked)
    (outcome,) = target.upsert([a_contact(2)])
    assert (outcome.state, outcome.reason) == ("retry", "the CRM asked us to wait")
    assert len(crm.asked) == asked


def test_a_wait_is_as_long_as_was_asked_and_the_call_is_made_again(crm: RestCrm) -> None:
    left = [Reply({}, 429, {"Retry-After": "3"})]
    crm.before = lambda asked: left.pop() if made(asked) and left else None
    (outcome,) = crm.target().upsert([a_contact(1)])
    assert outcome.state == "sent"
    assert 2.5 < crm.waits[0] <= 3.6


def test_an_address_that_is_not_there_is_no_record_that_is_not_there(crm: RestCrm) -> None:
    crm.before = lambda asked: Reply({}, 404) if asked.path.endswith("/find") else None
    (outcome,) = crm.target().upsert([a_contact(1)])
    assert outcome.state == "retry"
    assert crm.kept == {}


def test_keys_that_an_answer_was_cut_off_before_are_asked_for_again(crm: RestCrm) -> None:
    target = crm.target()
    contacts = [a_contact(number) for number in range(1, 8)]
    target.upsert(contacts)
    crm.page = 3
    assert {o.state for o in target.upsert(contacts)} == {"sent"}
    assert len(crm.kept) == 7


def test_a_search_without_hits_may_say_404_where_the_mapping_says_so(crm: RestCrm) -> None:
    crm.before = lambda asked: Reply({}, 404) if asked.path.endswith("/find") else None
    target = crm.target({"find": {**FIND, "answer": {"absent": ["HTTP 404"]}}})
    (outcome,) = target.upsert([a_contact(1)])
    assert (outcome.state, outcome.crm_id) == ("sent", "1")


def test_a_withdrawal_at_a_wrong_address_is_not_believed(crm: RestCrm) -> None:
    target = crm.target()
    (task,) = known([a_task(1)], list(target.upsert([a_task(1)])))
    crm.before = lambda asked: Reply({}, 404) if asked.method == "DELETE" else None
    (outcome,) = target.withdraw([withdrawal(task)])
    assert (outcome.state, outcome.reason) == (
        "rejected",
        "it is in the CRM, and not at the address of the call; is the path right?",
    )
    crm.kept.clear()
    (outcome,) = target.withdraw([withdrawal(task)])
    assert (outcome.state, outcome.reason) == ("sent", "was not in the CRM any more")


def test_a_change_at_a_wrong_address_is_not_taken_for_a_deletion(crm: RestCrm) -> None:
    target = crm.target(when_deleted="leave")
    (contact,) = known([a_contact(1)], list(target.upsert([a_contact(1)])))
    crm.before = lambda asked: Reply({}, 404) if asked.method == "PATCH" else None
    (outcome,) = target.upsert([moved(contact, phone="1")])
    assert outcome.state == "rejected"
    crm.kept.clear()
    (outcome,) = target.upsert([moved(contact, phone="1")])
    assert (outcome.state, outcome.reason) == (
        "sent",
        "somebody deleted it in the CRM, left as it is",
    )


def test_a_batch_of_which_one_record_is_gone_is_halved(crm: RestCrm) -> None:
    def answer(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/many"):
            return None
        gone = any(record["phone"] == "gone" for record in asked.body["rows"])
        return Reply({}, 404) if gone else Reply({})

    crm.before = answer
    update = {"path": "many", "body": {"rows": "{records}"}}
    target = crm.target({"update": update})
    contacts = [a_contact(number) for number in range(1, 6)]
    made = known(contacts, list(target.upsert(contacts)))
    changed = [moved(made[0], phone="gone"), *(moved(each, phone="1") for each in made[1:])]
    states = [outcome.state for outcome in target.upsert(changed)]
    assert states[1:] == ["sent"] * 4
    assert states[0] != "sent"


def test_a_crm_that_answers_no_more_is_left_alone(crm: RestCrm) -> None:
    crm.before = lambda _: time.sleep(0.3)  # type: ignore[func-returns-value]
    target = crm.target(read_seconds=0.05)
    outcomes = target.upsert([a_contact(number) for number in range(1, 51)])
    assert {o.state for o in outcomes} == {"retry"}
    assert target.calls <= 4


def test_pages_that_turn_in_a_circle_are_stopped(crm: RestCrm) -> None:
    row = {"key": a_contact(1).key, "id": 1}
    crm.before = lambda asked: Reply({"rows": [row]}) if asked.path.endswith("/find") else None
    paged = {**FIND, "parameters": {"keys": "{keys:,}", "p": "{page}"}, "paging": {"by": "page"}}
    (outcome,) = crm.target({"find": paged}).upsert([a_contact(1)])
    assert (outcome.state, outcome.reason) == (
        "retry",
        "the CRM turns in a circle; check paging in the mapping",
    )


def test_a_moment_that_cannot_be_read_is_no_silence(crm: RestCrm) -> None:
    row = {"key": "CA01.1", "id": 1, "at": "20 November", "said": "good"}
    crm.before = lambda asked: Reply({"rows": [row]}) if asked.path.endswith("/done") else None
    target = crm.target(results=RESULTS)
    with pytest.raises(ConfigurationError, match="written as time says"):
        target.read_results(None)


def test_a_full_width_character_in_the_connection_is_named(crm: RestCrm) -> None:
    target = crm.target({"find": {**FIND, "headers": {"X-User": "１０００"}}})
    (outcome,) = target.upsert([a_contact(1)])
    assert outcome.state == "retry"
    assert "full-width" in str(target.stopped)


def test_a_record_of_another_key_is_not_ours(crm: RestCrm) -> None:
    crm.kept[1] = {"key": "somebody else"}
    crm.before = lambda asked: (
        Reply({"rows": [{"key": "somebody else", "id": 1}]})
        if asked.path.endswith("/find")
        else None
    )
    (outcome,) = crm.target().upsert([a_contact(1)])
    assert (outcome.state, outcome.crm_id) == ("sent", "2")
    assert crm.kept[1] == {"key": "somebody else"}


def test_an_upsert_is_one_call_under_the_key(crm: RestCrm) -> None:
    put = {"method": "PUT", "path": "own/{key}", "body": "{record}"}
    crm.before = lambda asked: Reply({}) if "/own/" in asked.path else None
    contact = {"upsert": put, "create": None, "update": None, "find": None}
    outcomes = crm.target(contact).upsert([a_contact(1), moved(a_contact(2), phone="1")])
    assert [o.state for o in outcomes] == ["sent", "sent"]
    assert [(asked.method, asked.path.rsplit("/", 1)[-1]) for asked in crm.asked] == [
        ("PUT", a_contact(1).key),
        ("PUT", a_contact(2).key),
    ]


def test_an_upsert_leaves_alone_what_is_filled_once(crm: RestCrm) -> None:
    fields = {**FIELDS, "state": {"value": "open", "once": True}}
    put = {"method": "PUT", "path": "own/{key}", "body": "{record}"}
    crm.before = lambda asked: Reply({}) if "/own/" in asked.path else None
    contact = {"fields": fields, "upsert": put, "create": None, "update": None}
    crm.kept[1] = {"key": a_contact(1).key}
    crm.target(contact).upsert([a_contact(1), a_contact(2)])
    bodies = {a.path.rsplit("/", 1)[-1]: a.body for a in crm.asked if a.method == "PUT"}
    assert "state" not in bodies[a_contact(1).key]
    assert bodies[a_contact(2).key]["state"] == "open"


def test_of_a_batch_each_record_has_its_own_answer(crm: RestCrm) -> None:
    create = {
        "path": "batch",
        "body": {"requests": "{records}"},
        "entry": {"method": "PUT", "path": "/own/{key}", "body": {"kind": "x", "*": "{record}"}},
        "items": {
            "rows": "answers",
            "code": "status",
            "done": ["201"],
            "rejected": ["400"],
            "later": ["429"],
            "id": "body.id",
            "field": "body.field",
        },
    }

    def answer(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/batch"):
            return None
        assert asked.body["requests"][0]["path"] == f"/own/{a_contact(1).key}"
        assert asked.body["requests"][0]["body"]["kind"] == "x"
        return Reply(
            {
                "answers": [
                    {"status": 201, "body": {"id": 5}},
                    {"status": 400, "body": {"field": "phone", "text": "13800000002"}},
                    {"status": 429},
                    {"status": 418},
                ]
            }
        )

    crm.before = answer
    outcomes = crm.target({"create": create}).upsert([a_contact(n) for n in range(1, 5)])
    assert [(o.state, o.crm_id) for o in outcomes] == [
        ("sent", "5"),
        ("rejected", None),
        ("retry", None),
        ("unknown", None),
    ]
    assert outcomes[1].reason == "field phone: HTTP 200, code 400: refused"


@pytest.mark.parametrize("by", ["page", "cursor", "offset"])
def test_results_are_read_page_by_page(crm: RestCrm, by: str) -> None:
    done = [
        {"id": n, "key": f"CA01.{n}", "at": f"2026-11-20T08:{n:02}:00+00:00", "said": "good"}
        for n in range(25)
    ]

    def answer(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/done"):
            return None
        place = asked.query.get(by) or "0"
        first = int(place) * (10 if by == "page" else 1)
        rows = [r for r in done if r["at"] >= asked.query["since"]][first : first + 10]
        more = first + 10 < len(done)
        return Reply({"rows": rows, "next": first + 10 if more else None})

    paging: dict[str, Any] = {"by": by}
    paging |= {"next": "next"} if by == "cursor" else {"first": 0}
    parameters = {"since": "{since}", by: f"{{{by}}}"}
    results = {**RESULTS, "parameters": parameters, "paging": paging}
    crm.before = answer
    target = crm.target(results=results)
    read = target.read_results(None)
    assert sorted(r.crm_id for r in read.results) == sorted(str(row["id"]) for row in done)
    assert list(target.read_results(read.cursor).results) == []
    done[24] |= {"at": "2026-11-20T09:00:00+00:00"}
    assert [r.crm_id for r in target.read_results(read.cursor).results] == ["24"]


def test_one_token_is_enough_for_many_calls_at_a_time(crm: RestCrm) -> None:
    given: list[str] = []
    lock = threading.Lock()

    def answer(asked: Asked) -> Reply | None:
        if asked.path.endswith("/token"):
            with lock:
                given.append(f"t{len(given)}")
            return Reply({"token": given[-1]})
        if asked.headers.get("X-Token") != given[-1]:
            return Reply({}, 401)
        time.sleep(0.01)
        return None

    crm.before = answer
    entry = {"headers": {"X-Token": "{token}"}}
    part = {"find": {**FIND, **entry}, "create": {**CREATE, **entry}}
    target = crm.target(
        part,
        token={"path": "token", "gives": {"token": "token"}},
        concurrency=4,
    )
    assert {o.state for o in target.upsert([a_contact(n) for n in range(1, 20)])} == {"sent"}
    given.append("the one before has run out")
    assert {o.state for o in target.upsert([a_contact(n) for n in range(20, 40)])} == {"sent"}
    assert len(given) == 3
    assert target.stopped is None


def test_what_opens_the_crm_stands_in_no_error(crm: RestCrm) -> None:
    mapping_header = {"headers": {"X-Key": "{secret}\n"}}
    target = crm.target({"find": {**FIND, **mapping_header}})
    (outcome,) = target.upsert([a_contact(1)])
    assert outcome.state == "retry"
    assert "line breaks" in str(target.stopped)
    assert SECRET not in str(target.stopped)


def test_a_task_without_a_find_of_its_contact_needs_none(crm: RestCrm) -> None:
    (outcome,) = crm.target().upsert([a_task(1)])
    assert (outcome.state, outcome.crm_id) == ("sent", "1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{keys:,}", r"it's \ \',x,y"),
        ("k in ({keys:'})", r"k in ('it\'s \\ \\\'','x','y')"),
        ('{keys:"}', '"it\'s \\\\ \\\\\'","x","y"'),
    ],
)
def test_keys_stand_between_marks_that_they_cannot_end(crm: RestCrm, text: str, said: str) -> None:
    crm.before = lambda _: Reply({"rows": []})
    target = crm.target({"find": {**FIND, "parameters": {"keys": text}}})
    target._lookups.find(target._mapping.contact.find, [r"it's \ \'", "x", "y"])
    assert crm.queries("keys") == [said]


def test_a_look_up_asks_for_as_many_keys_as_an_address_may_hold(crm: RestCrm) -> None:
    target = crm.target({"find": {**FIND, "longest": 60, "most": 3}})
    keys = ["a" * 25, "b" * 25, "川" * 9, "c", "d", "e", "f", "g" * 100]
    target._lookups.find(target._mapping.contact.find, keys)
    assert crm.queries("keys") == [keys[0], keys[1], keys[2], "c,d,e", "f", keys[7]]
    crm.asked.clear()
    target._lookups.find(target._mapping.contact.find, [])
    assert crm.asked == []


def test_a_value_stands_in_an_object_where_the_crm_wants_one(crm: RestCrm) -> None:
    fields = {**FIELDS, "car": {"from": "plate", "in_object": "plate", "in_list": True}}
    target = crm.target({"fields": fields})
    target.upsert([a_contact(1), a_contact(2, plate=None)])
    first, second = crm.kept.values()
    assert first["car"] == [{"plate": a_contact(1).fields["plate"]}]
    assert "car" not in second
    assert second["phone"] == a_contact(2).fields["phone"]


def test_files_go_and_come_as_they_are(crm: RestCrm) -> None:
    calls = crm.target()._calls
    crm.before = lambda _: Reply("\ufeff键,值\n".encode(), 200, {"Content-Type": "text/csv"})
    put = Call(method="PUT", path="file/{key}", headers={"Content-Type": "text/csv"})
    with pytest.raises(CallError, match="cannot be read"):
        calls.call(put, {"key": "1"}, file="键\n".encode())
    assert crm.asked[0].raw == "键\n".encode()
    assert crm.asked[0].headers["Content-Type"] == "text/csv"
    got = Reading(path="file", headers={"Accept": "text/csv"}, is_text=True)
    assert calls.call(got, {}) == "键,值\n"
    assert crm.asked[1].headers["Accept"] == "text/csv"
    crm.before = lambda _: Reply("键".encode("gbk"))
    with pytest.raises(CallError, match="cannot be read"):
        calls.call(got, {})
