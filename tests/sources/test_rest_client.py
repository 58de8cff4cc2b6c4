"""What a service in trouble is told apart into, how long it is waited for, and what is never said."""

from __future__ import annotations

import gzip
import json
import logging
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from rest_source import SINCE, document, numbers, read, rest_system
from web_service import Asked, Reply, WebService, in_order

from aftercare.connections import Connection
from aftercare.demo.ports import free_port
from aftercare.errors import BadData, ConfigurationError, SystemUnreachable

GOOD = Reply({"rows": [document("RO1")]})
SECRET = "s3cret"


def asking(tmp_path: Path, *replies: Reply, **settings: Any) -> tuple[list[Asked], list[object]]:
    with WebService(in_order(*replies)) as service:
        found = numbers(read(rest_system(tmp_path), service.connection(**settings)))
    return service.asked, found


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_service_is_asked_again(status: int, tmp_path: Path) -> None:
    asked, found = asking(tmp_path, Reply(b"", status), GOOD)
    assert (len(asked), found) == (2, ["RO1"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_service_is_waited_for_as_long_as_it_asks(method: str, tmp_path: Path) -> None:
    system = rest_system(tmp_path, f"    method: {method}\n{SINCE}")
    replies = in_order(Reply(b"", 429, {"Retry-After": "1"}), GOOD)
    with WebService(replies) as service:
        assert numbers(read(system, service.connection())) == ["RO1"]
    first, second = service.asked
    assert second.at - first.at >= 1
    assert (second.method, second.body, second.query) == (first.method, first.body, first.query)


@pytest.mark.parametrize("is_date", [False, True])
def test_a_long_wait_is_left_to_the_next_run(tmp_path: Path, is_date: bool) -> None:
    asked = formatdate(time.time() + 3600, usegmt=True) if is_date else "3600"
    with (
        WebService(in_order(Reply(b"", 429, {"Retry-After": asked}))) as service,
        pytest.raises(SystemUnreachable, match=r"page 1, cannot be had: .*429") as told,
    ):
        read(rest_system(tmp_path), service.connection())
    assert len(service.asked) == 1
    assert told.value.retry_after == pytest.approx(3600, abs=60)


def test_a_service_that_stays_away_is_given_up_after_a_few_tries(tmp_path: Path) -> None:
    with (
        WebService(in_order(Reply(SECRET.encode(), 503))) as service,
        pytest.raises(SystemUnreachable, match=r"\(status 503\); it is tried again"),
    ):
        read(rest_system(tmp_path), service.connection())
    assert len(service.asked) == 4


def test_a_wait_that_nobody_understands_is_trouble_of_the_service(tmp_path: Path) -> None:
    with pytest.raises(SystemUnreachable, match="429") as told:
        asking(tmp_path, Reply(b"", 429, {"Retry-After": "soon"}))
    assert told.value.retry_after is None


def test_nobody_at_the_address_is_unreachable_and_no_key_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection = Connection(
        "source",
        "http",
        f"http://127.0.0.1:{free_port()}",
        password=SECRET,
        extra={"auth": "query", "name": "key"},
    )
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(SystemUnreachable, match="connection source does not answer") as told,
    ):
        read(rest_system(tmp_path), connection)
    assert "s3cret" not in caplog.text + str(told.value)
    assert "127.0.0.1" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (401, ConfigurationError, "check login, password and auth of connection source"),
        (403, ConfigurationError, "granted the right to read orders"),
        (
            404,
            ConfigurationError,
            "dms.yaml:9: feeds.repair_order.path: connection source does not",
        ),
        (422, ConfigurationError, "(status 422); compare path, method and parameters"),
        (301, ConfigurationError, "is kept elsewhere (status 301)"),
        (500, SystemUnreachable, "busy or in trouble (status 500)"),
        (501, SystemUnreachable, "busy or in trouble (status 501)"),
    ],
)
def test_a_refusal_says_what_to_do_and_nothing_of_the_answer(
    status: int, error: type[Exception], message: str, tmp_path: Path
) -> None:
    reply = Reply(
        "s3cret 喆鑫".encode(), status, {"Location": "http://127.0.0.1:1/other?key=s3cret"}
    )
    with WebService(in_order(reply)) as service, pytest.raises(error) as told:
        read(rest_system(tmp_path), service.connection(password=SECRET))
    assert message in str(told.value)
    assert "s3cret" not in str(told.value)
    assert "喆" not in str(told.value)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no whole JSON document"),
        ('{"rows": [{"sender": "喆鑫'.encode(), "is no whole JSON document"),
        ('{"rows": []} 喆鑫'.encode(), "is no whole JSON document"),
        ('{"rows": ["喆鑫"]}'.encode("gbk"), "is no whole JSON document"),
        (b'{"rows": [NaN]}', "is no whole JSON document"),
        (b'{"rows": [1e99999999999999999999]}', "is no whole JSON document"),
        (b'{"rows": [' + b"9" * 5000 + b"]}", "is no whole JSON document"),
        (b"[" * 100_000, "is no whole JSON document"),
        (" <!doctype html><p>喆鑫".encode(), "is a web page and no JSON"),
    ],
    ids=range(9),
)
def test_what_is_no_json_is_refused_without_a_word_of_it(
    content: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadData) as told:
        asking(tmp_path, Reply(content))
    assert f"dms/repair_order, page 1, {message}" in str(told.value)
    assert "喆" not in str(told.value)


def test_an_answer_that_breaks_off_is_read_again_by_the_next_run(tmp_path: Path) -> None:
    with pytest.raises(SystemUnreachable, match="page 1, broke off while it was read"):
        asking(tmp_path, Reply(GOOD.body, cut=30))


def test_an_answer_in_another_encoding_is_read_as_its_header_says(tmp_path: Path) -> None:
    content = json.dumps({"rows": [{"ro_no": "工单一"}]}, ensure_ascii=False)
    for encoding, named in (
        ("gbk", "; charset=GBK"),
        ("utf-8-sig", ""),
        ("utf-8-sig", "; charset=utf-8"),
        ("utf-16", ""),
    ):
        headers = {"Content-Type": f"application/json{named}"}
        _, found = asking(tmp_path, Reply(content.encode(encoding), headers=headers))
        assert found == ["工单一"]
    with pytest.raises(BadData, match="no whole JSON"):
        asking(tmp_path, Reply(b"{}", headers={"Content-Type": "text/plain; charset=klingon"}))


def test_packed_answers_are_unpacked(tmp_path: Path) -> None:
    packed = {"Content-Encoding": "gzip"}
    _, found = asking(tmp_path, Reply(gzip.compress(GOOD.content), headers=packed))
    assert found == ["RO1"]
    with pytest.raises(BadData, match="is packed wrongly"):
        asking(tmp_path, Reply(GOOD.content, headers=packed))


def test_a_page_without_end_is_not_kept_in_memory(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * (70 << 20))
    with pytest.raises(BadData, match="page 1, is larger than 64 MB; ask for smaller pages"):
        asking(tmp_path, Reply(bomb, headers={"Content-Encoding": "gzip"}))


def test_requests_keep_the_pace_of_the_mapping(tmp_path: Path) -> None:
    head = SINCE.replace("until", 'page: "{page}", until') + "    paging: {by: page}\n"
    path = tmp_path / "dms.yaml"
    rest_system(tmp_path, head)
    path.write_text(
        path.read_text("utf-8").replace("kind: rest", "kind: rest\nrequests_per_second: 10")
    )
    from aftercare.sources.mapping import read_dealer_system

    replies = in_order(GOOD, Reply({"rows": [document("RO2")]}), Reply({"rows": []}))
    with WebService(replies) as service:
        assert numbers(read(read_dealer_system(path), service.connection())) == ["RO1", "RO2"]
    times = [asked.at for asked in service.asked]
    assert times[2] - times[0] >= 0.15


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        (None, {}),
        ("", {}),
        ("ftp://dms.example.com", {}),
        ("http://", {}),
        ("http://user:pass@dms.example.com", {}),
        ("http://[broken", {}),
        ("http://dms.example.com:99999", {}),
    ],
)
def test_a_connection_without_an_address_says_what_it_needs(
    host: str | None, settings: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="source needs the service's address as its host"):
        read(rest_system(tmp_path), Connection("source", "http", host, **settings))


def test_an_address_may_be_written_in_parts(tmp_path: Path) -> None:
    with WebService(in_order(GOOD)) as service:
        port = int(service.host.split(":")[2].split("/")[0])
        parts = Connection("source", "http", "127.0.0.1", port, database="http")
        assert numbers(read(rest_system(tmp_path), parts)) == ["RO1"]
    assert service.asked[0].path == "/orders"
