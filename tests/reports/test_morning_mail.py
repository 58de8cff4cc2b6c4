"""A night in which everything broke still fits into a mail that is shown whole."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from aftercare.reports.mail_layout import HTML_BYTES
from aftercare.reports.morning import ROOMS, morning_mail, shorten
from aftercare.reports.morning_facts import Cases, Load, Morning, Refusal
from aftercare.settings import Language
from aftercare.words import LOAD_COUNTS

DAY = date(2026, 7, 1)
FEEDS = ("sales_order", "repair_order", "employee", "store", "lead")


def broken(systems: int, words: int) -> Morning:
    """Systems of which every feed failed for a reason of its own, with refusals and cases."""
    named = [f"dealer_system_{number}" for number in range(systems)]
    failed = [
        Load(system, feed, "failed", dict.fromkeys(LOAD_COUNTS), f"{system}/{feed} " + "坏" * words)
        for system in named
        for feed in FEEDS
    ]
    return Morning(
        group="和远汽车集团",
        day=DAY,
        loads=failed,
        refusals=[
            Refusal(system, "sales_order", "SO01", 90, 100, Decimal("0.2")) for system in named
        ],
        failed_sweeps=[],
        has_task_report=False,
        tasks=[],
        pushes={},
        cases=[Cases(system, "sales_order", "SO01", 9, 9, DAY) for system in named],
        open_cases=9 * systems,
        new_cases=9 * systems,
        lost_mails=[],
        systems={},
        rules={},
        owners={},
        gateways=frozenset(),
        doubts=0,
        unreachable=0,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("systems", "words"), [(1, 10), (8, 400), (300, 20), (300, 5000)])
def test_the_mail_of_any_night_is_sent_and_shown_whole(
    systems: int, words: int, language: Language
) -> None:
    message = morning_mail(broken(systems, words), language)
    page = message.get_body(("html",))
    assert page is not None
    content = page.get_content()
    assert len(content.encode()) <= HTML_BYTES
    assert "dealer_system_0" in content


def test_what_has_no_room_is_counted() -> None:
    page = morning_mail(broken(300, 5000), "zh").get_body(("plain",))
    assert page is not None
    content = page.get_content()
    todo = 300 * len(FEEDS) + 2
    assert f"有 {todo} 件事要处理" in content
    shown = len(re.findall(r"(?m)^\d+\. ", content))
    assert shown in {room.todo for room in ROOMS}
    assert f"另有 {todo - shown} 件，此处放不下" in content


def test_rooms_get_narrower() -> None:
    for wide, narrow in pairwise(ROOMS):
        assert narrow.todo < wide.todo
        assert narrow.cases < wide.cases
        assert narrow.loads < wide.loads
        assert narrow.text < wide.text


def test_a_text_is_cut_where_it_is_too_long() -> None:
    assert shorten("12345", 5) == "12345"
    assert shorten("123456", 5) == "1234…"
