"""Staff fill their lists as people would, and the same way each time."""

from datetime import date, timedelta
from statistics import mean

import pytest
from openpyxl import load_workbook

from aftercare.sample.group import SampleGroup
from aftercare.sample.staff import FINAL, WRONG_MARK, Filled, fill_workbooks
from aftercare.targets.protocol import Record
from aftercare.targets.workbook import WorkbookTarget
from aftercare.targets.workbook_words import NAMES
from aftercare.words import OUTCOMES

END = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)
GROUP = SampleGroup(5, 3, 1, END)


def tasks(store_code: str, count: int, owners: list[str]) -> list[Record]:
    return [
        Record(
            "task",
            f"{store_code}.S2-03.GD{number}",
            1,
            {
                "store_code": store_code,
                "rule_id": "S2-03",
                "deadline_date": MONDAY + timedelta(days=2),
                "owner_no": owners[number % len(owners)],
            },
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> tuple[Filled, list[dict[str, object]]]:
    exchange = tmp_path_factory.mktemp("exchange")
    target = WorkbookTarget(str(exchange))
    target.check()
    owners = GROUP.world.roster.working("SK01", "AC", MONDAY)
    target.publish("SK01", MONDAY, tasks("SK01", 240, owners))
    return fill_workbooks(exchange, GROUP, MONDAY), read(exchange)


def read(exchange) -> list[dict[str, object]]:
    book = load_workbook(exchange / "in" / "SK01" / f"{MONDAY}.xlsx", read_only=True)
    rows = [
        dict(zip(NAMES, cells, strict=False))
        for cells in book.worksheets[1].iter_rows(min_row=3, values_only=True)
    ]
    book.close()
    return [row for row in rows if row["outcome"]]


def test_most_tasks_are_called_and_every_call_has_time_result_and_caller(handed_in):
    filled, rows = handed_in
    assert filled.calls == len(rows)
    assert len({row["task_key"] for row in rows}) > 200
    assert all(row["called_at"].date() == MONDAY and row["caller_no"] for row in rows)


def test_a_call_that_settles_the_matter_is_the_last(handed_in):
    final = {OUTCOMES[code][0] for code in FINAL}
    by_task: dict[str, list[str]] = {}
    for row in handed_in[1]:
        by_task.setdefault(row["task_key"], []).append(row["outcome"])
    assert any(len(outcomes) == 3 for outcomes in by_task.values())
    for outcomes in by_task.values():
        assert not set(outcomes[:-1]) & final


def test_one_specialist_leaves_many_unsatisfied_and_the_other_few(handed_in):
    def satisfied(is_weak: bool) -> list[bool]:
        return [
            row["satisfaction"] >= 7
            for row in handed_in[1]
            if row["satisfaction"] not in (None, WRONG_MARK)
            and (row["caller_no"] == GROUP.weak_specialist) is is_weak
        ]

    assert len(satisfied(True)) >= 10
    assert mean(satisfied(True)) < 0.7
    assert mean(satisfied(False)) > 0.85


def test_on_mondays_one_satisfaction_is_no_mark(handed_in):
    filled, rows = handed_in
    assert [row["satisfaction"] for row in rows].count(WRONG_MARK) == filled.wrong == 1


def test_every_text_is_known_so_that_a_search_can_find_it(handed_in):
    filled, rows = handed_in
    typed = [row[name] for row in rows for name in ("remark", "complaint_description") if row[name]]
    assert sorted(typed) == sorted(filled.texts)
    assert len(typed) > 10


def test_the_same_list_is_filled_the_same_way(handed_in, tmp_path):
    target = WorkbookTarget(str(tmp_path))
    target.check()
    owners = GROUP.world.roster.working("SK01", "AC", MONDAY)
    target.publish("SK01", MONDAY, tasks("SK01", 240, owners))
    assert fill_workbooks(tmp_path, GROUP, MONDAY) == handed_in[0]
    assert read(tmp_path) == handed_in[1]


def test_a_store_without_a_list_hands_nothing_in(tmp_path):
    assert fill_workbooks(tmp_path, GROUP, MONDAY) == Filled()
