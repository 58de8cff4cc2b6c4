"""Pages are read to the last one, by number, offset, cursor or link; circles are stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rest_source import document, numbers, read, rest_system
from web_service import Asked, Reply, WebService, in_order, paged

from aftercare.errors import BadData

ROWS = [document(f"RO{number}") for number in range(5)]
ALL = [row["ro_no"] for row in ROWS]


def head(parameters: str, paging: str) -> str:
    return (
        f'    path: orders\n    parameters: {{since: "{{start}}", {parameters}}}\n'
        f"    rows: rows\n    paging: {{{paging}}}\n"
    )


PAGES = head('page: "{page}"', "by: page")
CURSOR = head('after: "{cursor}"', "by: cursor, next: meta.next")
LINKS = head("size: 2", "by: link, next: links.next.href")


def test_pages_are_counted_to_the_first_empty_one(tmp_path: Path) -> None:
    with WebService(paged(ROWS, 2)) as service:
        assert numbers(read(rest_system(tmp_path, PAGES), service.connection())) == ALL
    assert service.queries("page") == ["1", "2", "3", "4"]


def test_a_service_can_say_that_no_page_follows(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.query["page"])
        return Reply({"rows": ROWS[page * 2 : page * 2 + 2], "more": page < 2})

    with WebService(answer) as service:
        system = rest_system(tmp_path, head('page: "{page}"', "by: page, first: 0, more: more"))
        assert numbers(read(system, service.connection())) == ALL
    assert service.queries("page") == ["0", "1", "2"]


def test_offsets_count_what_was_received_not_what_was_asked_for(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        first = int(asked.query["offset"])
        return Reply({"rows": ROWS[first : first + 2]})

    with WebService(answer) as service:
        system = rest_system(tmp_path, head('offset: "{offset}", limit: 1000', "by: offset"))
        assert numbers(read(system, service.connection())) == ALL
    assert service.queries("offset") == ["0", "2", "4", "5"]


def test_a_search_carries_its_page_in_the_body_as_a_number(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        first = asked.body["paging"]["offset"]
        return Reply({"rows": ROWS[first : first + 3]})

    search = (
        "    path: orders/search\n    method: post\n    rows: rows\n    paging: {by: offset}\n"
        '    body: {changedSince: "{start:%Y-%m-%d}", paging: {offset: "{offset}", size: 3}}\n'
    )
    with WebService(answer) as service:
        assert numbers(read(rest_system(tmp_path, search), service.connection())) == ALL
    assert [asked.body["paging"]["offset"] for asked in service.asked] == [0, 3, 5]
    assert service.asked[0].body["changedSince"] == "2026-06-07"


@pytest.mark.parametrize("last", [{}, {"meta": {"next": None}}, {"meta": {"next": ""}}])
def test_cursors_are_followed_until_there_is_none(tmp_path: Path, last: dict[str, Any]) -> None:
    replies = in_order(
        Reply({"rows": ROWS[:2], "meta": {"next": "a/b&c"}}),
        Reply({"rows": [], "meta": {"next": 17}}),
        Reply({"rows": ROWS[2:], **last}),
    )
    with WebService(replies) as service:
        assert numbers(read(rest_system(tmp_path, CURSOR), service.connection())) == ALL
    assert service.queries("after") == [None, "a/b&c", "17"]


@pytest.mark.parametrize("absolute", [True, False])
def test_links_in_the_body_are_followed_as_they_are(tmp_path: Path, absolute: bool) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.query.get("p", 0))
        link = f"{service.host}/orders?p={page + 1}" if absolute else f"?p={page + 1}"
        links = {"next": {"href": link}} if page < 2 else {}
        return Reply({"rows": ROWS[page * 2 : page * 2 + 2], "links": links})

    with WebService(answer) as service:
        assert numbers(read(rest_system(tmp_path, LINKS), service.connection())) == ALL
    assert [asked.query for asked in service.asked[1:]] == [{"p": "1"}, {"p": "2"}]
    assert {asked.path for asked in service.asked} == {"/api/orders"}


def test_links_in_the_header_are_followed(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.query.get("p", 0))
        link = f'</api/orders?p={page + 1}>; rel="next", </api/orders?p=0>; rel="first"'
        headers = {"Link": link} if page < 2 else {"Link": '</api/orders?p=0>; rel="first"'}
        return Reply({"rows": ROWS[page * 2 : page * 2 + 2]}, headers=headers)

    with WebService(answer) as service:
        system = rest_system(tmp_path, head("size: 2", "by: link"))
        assert numbers(read(system, service.connection())) == ALL


def test_login_data_do_not_follow_a_link_to_another_service(tmp_path: Path) -> None:
    with WebService(in_order(Reply({"rows": []}))) as other:
        link = {"links": {"next": {"href": f"{other.host}/orders?token=secret"}}}
        with (
            WebService(in_order(Reply({"rows": ROWS, **link}))) as service,
            pytest.raises(BadData, match="page 2, lies at another address") as told,
        ):
            read(rest_system(tmp_path, LINKS), service.connection(login="u", password="p"))
    assert other.asked == []
    assert "secret" not in str(told.value)
    assert "127.0.0.1" not in str(told.value)


def test_without_paging_one_page_is_all(tmp_path: Path) -> None:
    with WebService(paged(ROWS, 2)) as service:
        system = rest_system(tmp_path, PAGES.replace('"{page}"', "1").split("    paging")[0])
        assert numbers(read(system, service.connection())) == ALL[:2]


def test_an_answer_without_content_is_an_empty_page(tmp_path: Path) -> None:
    with WebService(in_order(Reply({"rows": ROWS}), Reply(b"", 204))) as service:
        assert numbers(read(rest_system(tmp_path, PAGES), service.connection())) == ALL


def test_a_service_that_does_not_heed_the_page_is_stopped(tmp_path: Path) -> None:
    with (
        WebService(in_order(Reply({"rows": ROWS}))) as service,
        pytest.raises(BadData, match=r"^dms/repair_order, page 2, repeats page 1: .*check paging"),
    ):
        read(rest_system(tmp_path, PAGES), service.connection())


def test_a_cursor_that_comes_again_is_stopped(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        count = len(service.asked)
        return Reply({"rows": [document(f"RO{count}")], "meta": {"next": f"c{count % 3}"}})

    with WebService(answer) as service, pytest.raises(BadData, match="page 4, repeats page 1"):
        read(rest_system(tmp_path, CURSOR), service.connection())


@pytest.mark.parametrize(
    ("mapping", "body", "message"),
    [
        (
            PAGES,
            {"code": 500, "msg": "喆鑫"},
            "page 1, has nothing at rows: correct rows in the mapping",
        ),
        (PAGES, {"rows": {"ro_no": "喆鑫"}}, "page 1, has no list at rows"),
        (PAGES, {"rows": "喆鑫"}, "page 1, has no list at rows"),
        (PAGES, ["喆鑫"], "page 1, has nothing at rows"),
        (PAGES, "喆鑫", "page 1, has nothing at rows"),
        (PAGES, 17, "page 1, has nothing at rows"),
        (PAGES, {"rows": ["喆鑫", 1, None]}, "page 1, has a list without objects at rows"),
        (CURSOR, {"rows": [], "meta": {"next": ["喆鑫"]}}, "has no text or number at meta.next"),
        (CURSOR, {"rows": [], "meta": {"next": True}}, "has no text or number at meta.next"),
        (CURSOR, {"rows": [], "meta": {"next": "a\ud83d"}}, "has half a character at meta.next"),
        (PAGES[:-2] + ", more: more}\n", {"rows": [], "more": True}, "page 1, is empty and says"),
    ],
)
def test_a_page_of_another_shape_is_refused_in_words_that_hold_nothing_of_it(
    mapping: str, body: Any, message: str, tmp_path: Path
) -> None:
    with WebService(in_order(Reply(body))) as service, pytest.raises(BadData) as told:
        read(rest_system(tmp_path, mapping), service.connection())
    assert message in str(told.value)
    assert "喆" not in str(told.value)
