"""The task workbook, written to real files and read as Excel's own format."""

import io
import json
import resource
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import group_of
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from aftercare import connections
from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.runs import target
from aftercare.scripts import LANGUAGES, render_script, said_in_another, script_ids, title_of
from aftercare.settings import Language
from aftercare.targets.protocol import ListTarget, Record, Target
from aftercare.targets.workbook import WorkbookTarget
from aftercare.targets.workbook_look import lines_of
from aftercare.targets.workbook_scripts import LINE
from aftercare.targets.workbook_sheets import ATTEMPTS
from aftercare.targets.workbook_words import COLUMNS, NAMES
from aftercare.words import OUTCOMES, WISHES

DAY = date(2026, 11, 21)


def task(number: int = 1, **fields: Any) -> Record:
    known = {
        "store_code": "CA01",
        "store_name": "CA01店",
        "title": "首次回访",
        "why": "首次回访",
        "due_date": DAY,
        "deadline_date": DAY,
        "customer_name": "王五",
        "customer_phone": "13900000001",
        "plate": "渝A12345",
        "vin": "LS4ASE2E7NJ000001",
        "model": "CS75",
        "last_event": "2026-11-18 交车",
        "script": "您好，请问是王五吗？",
        "owner_no": "CA01-1",
        "owner_name": "张敏",
        "attempts": 0,
        "last_attempt_no": 0,
        "last_attempt_on": None,
        "last_outcome": None,
    }
    return Record("task", f"CA01.S4-03.SO{number}", 1, known | fields)


def path_of(folder: Path, language: Language = "zh") -> Path:
    name = {"zh": "回访任务", "en": "follow-ups"}[language]
    return folder / "out" / "CA01" / f"2026-11-21_{name}.xlsx"


def sheet_of(path: Path, index: int = 1) -> Worksheet:
    sheet = load_workbook(path).worksheets[index]
    assert isinstance(sheet, Worksheet)
    return sheet


def rows_of(path: Path) -> list[dict[str, Any]]:
    names, *rows = sheet_of(path).iter_rows(min_row=2, values_only=True)
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def type_in(path: Path, row: int, **values: Any) -> None:
    """Fills in a row as staff do, and saves."""
    book = load_workbook(path)
    for name, value in values.items():
        book.worksheets[1].cell(row, NAMES.index(name) + 1, value)
    book.save(path)


def test_the_workbook_is_a_target_of_whole_lists(tmp_path: Path) -> None:
    target = WorkbookTarget(str(tmp_path))
    assert isinstance(target, ListTarget)
    assert not isinstance(target, Target)


def test_a_task_has_a_row_for_each_call_with_its_key(tmp_path: Path) -> None:
    assert WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task(1), task(2)])
    rows = rows_of(path_of(tmp_path))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert [(row["task_key"], row["attempt_no"]) for row in rows] == [
        (f"CA01.S4-03.SO{number}", attempt) for number in (1, 2) for attempt in (1, 2, 3)
    ]
    assert {row["store_code"] for row in rows} == {"CA01"}
    assert {row["outcome"] for row in rows} == {None}
    first = rows[0]
    assert (first["customer_name"], first["customer_phone"]) == ("王五", "13900000001")
    assert (first["vin_tail"], first["owner"]) == ("000001", "张敏")


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("zh", "2027 年的放假安排尚未公布，落在该年的日期为暂定，公布后可能改变。"),
        (
            "en",
            "The holidays of 2027 are not announced yet: dates in it are provisional and may move.",
        ),
    ],
)
def test_a_list_says_once_that_its_dates_may_move_until_the_holidays_are_announced(
    tmp_path: Path, language: Language, note: str
) -> None:
    announced: set[int] = {2026}

    def provisional(_store: str, _work_day: date, days: Iterable[date]) -> list[int]:
        return sorted({day.year for day in days} - announced)

    target = WorkbookTarget(str(tmp_path), language, provisional=provisional)
    tasks = [task(1), *(task(number, deadline_date=date(2027, 1, 8)) for number in (2, 3))]
    path = path_of(tmp_path, language)
    assert target.publish("CA01", DAY, tasks)
    assert sheet_of(path, 0)["A3"].value == note
    comments = [cell.comment for row in sheet_of(path).iter_rows() for cell in row if cell.comment]
    assert [comment.text for comment in comments] == [note]
    assert rows_of(path)[0]["task_key"] == "CA01.S4-03.SO1"
    announced.add(2027)
    assert target.publish("CA01", DAY, tasks)
    assert sheet_of(path, 0)["A3"].value is None
    assert not target.publish("CA01", DAY, tasks)


def test_a_group_asks_its_calendars_for_the_stores_that_keep_the_holidays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = {"conn_type": "file", "extra": {"path": str(tmp_path)}}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_EXCHANGE", json.dumps(exchange))
    connections.forget()
    group = group_of(
        calendars={"default": {}, "cn": {"holidays": "cn"}}, store_calendars={"CA01": "cn"}
    )
    lists = target(group, "workbook")
    far = [task(1), task(2, deadline_date=date(2036, 1, 3))]
    for store in ("CA01", "SK01"):
        lists.publish(store, DAY, far)
    lists.publish("CA01", DAY - timedelta(days=1), [task(1)])
    said = {
        path.parent.name + str(path.name)[8:10]: sheet_of(path, 0)["A3"].value
        for path in tmp_path.rglob("*.xlsx")
    }
    assert said["CA0121"].startswith("2036 年的放假安排尚未公布")
    assert said["SK0121"] is said["CA0120"] is None


@pytest.mark.parametrize("channel", ["sms", "internal"])
def test_what_is_no_call_has_one_row(tmp_path: Path, channel: str) -> None:
    tasks = [task(1, channel="phone"), task(2, channel=channel, script="另一段"), task(3)]
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, tasks)
    keys = [row["task_key"] for row in rows_of(path_of(tmp_path))]
    assert keys == [f"CA01.S4-03.SO{number}" for number in (1, 1, 1, 2, 3, 3, 3)]
    links = sheet_of(path_of(tmp_path))
    column = NAMES.index("script_no") + 1
    linked = {row: links.cell(row, column).hyperlink for row in range(3, 10)}
    assert [row for row, link in linked.items() if link] == [3, 6, 7]
    back = sheet_of(path_of(tmp_path), 2)
    assert "'回访任务'!A6" in {cell.hyperlink.location for cell in back[3] if cell.hyperlink}


def test_a_row_is_high_enough_for_why_somebody_is_called(tmp_path: Path) -> None:
    why = "维修离站三日内回访 · 下次拨打：11-22上午（第 2 个半天）；客户希望上午联系 · 另并入 2 件"
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task(1), task(2, why=why)])
    heights = [sheet_of(path_of(tmp_path)).row_dimensions[row].height for row in (3, 4, 6, 7)]
    lines = lines_of(why, int(COLUMNS[NAMES.index("why")].width))
    assert lines > 2
    assert heights == pytest.approx([33, 19, 15 * lines + 3, 19], abs=0.5)


def test_calls_go_on_where_the_known_ones_end(tmp_path: Path) -> None:
    called = task(
        attempts=2, last_attempt_no=2, last_attempt_on=date(2026, 11, 20), last_outcome="busy"
    )
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [called])
    rows = rows_of(path_of(tmp_path))
    assert [row["attempt_no"] for row in rows] == [3, 4, 5]
    assert rows[0]["attempts"] == "2 次，11-20 占线"


def test_the_same_list_is_not_written_again(tmp_path: Path) -> None:
    target = WorkbookTarget(str(tmp_path))
    assert target.publish("CA01", DAY, [task()])
    written = path_of(tmp_path).stat()
    assert not target.publish("CA01", DAY, [task()])
    assert path_of(tmp_path).stat().st_mtime_ns == written.st_mtime_ns
    assert target.publish("CA01", DAY, [task(), task(2)])


def test_equal_lists_are_equal_byte_by_byte(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        WorkbookTarget(str(tmp_path / folder)).publish("CA01", DAY, [task()])
    assert path_of(tmp_path / "a").read_bytes() == path_of(tmp_path / "b").read_bytes()


def test_what_staff_typed_stays_when_the_list_changes(tmp_path: Path) -> None:
    target = WorkbookTarget(str(tmp_path))
    target.publish("CA01", DAY, [task(1), task(2)])
    called_at = datetime(2026, 11, 21, 10, 30)  # noqa: DTZ001 - Excel knows no zones
    type_in(
        path_of(tmp_path), 6, called_at=called_at, outcome="已接通", satisfaction=9, remark="满意"
    )
    target.publish("CA01", DAY, [task(2), task(3)])
    rows = {(row["task_key"], row["attempt_no"]): row for row in rows_of(path_of(tmp_path))}
    row = rows["CA01.S4-03.SO2", 1]
    assert (row["called_at"], row["outcome"]) == (called_at, "已接通")
    assert (row["satisfaction"], row["remark"]) == (9, "满意")
    assert not list(path_of(tmp_path).parent.glob("*_旧*"))


def test_what_staff_typed_into_a_list_of_an_earlier_version_keeps_its_columns(
    tmp_path: Path,
) -> None:
    target = WorkbookTarget(str(tmp_path))
    target.publish("CA01", DAY, [task(1)])
    type_in(path_of(tmp_path), 3, outcome="已接通", remark="满意", caller_no="CA01-1")
    book = load_workbook(path_of(tmp_path))
    book.worksheets[1].delete_cols(NAMES.index("new_phone") + 1)
    book.save(path_of(tmp_path))
    target.publish("CA01", DAY, [task(1), task(2)])
    row = rows_of(path_of(tmp_path))[0]
    assert (row["remark"], row["caller_no"], row["new_phone"]) == ("满意", "CA01-1", None)


def test_whose_number_is_put_right_stands_on_every_row_of_a_call(tmp_path: Path) -> None:
    fields = {"contact_key": "CA01.LS4ASE2E7NJ000001", "document_phone": "13900000009"}
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task(1, **fields)])
    rows = rows_of(path_of(tmp_path))
    assert {(row["subject"], row["document_phone"]) for row in rows} == {
        ("LS4ASE2E7NJ000001", "13900000009")
    }
    cell = sheet_of(path_of(tmp_path)).cell(3, NAMES.index("new_phone") + 1)
    assert (cell.number_format, cell.protection.locked) == ("@", False)


def test_a_wish_is_chosen_from_a_list_and_has_its_number_on_each_row(tmp_path: Path) -> None:
    vin = "LS4ASE2E7NJ000001"
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task(1, wish_vin=vin)])
    rows = rows_of(path_of(tmp_path))
    key = "CA01.S4-03.SO1"
    assert [(row["wish_no"], row["wish_vin"]) for row in rows] == [
        (f"{key}#{attempt}", vin) for attempt in (1, 2, 3)
    ]
    sheet = sheet_of(path_of(tmp_path))
    letter = sheet.cell(3, NAMES.index("wish") + 1).column_letter
    (offered,) = [
        str(check.formula1)
        for check in sheet.data_validations.dataValidation
        if str(check.sqref).startswith(f"{letter}3")
    ]
    assert offered.strip('"').split(",") == [pair[0] for pair in WISHES.values()]


def test_a_list_says_in_which_hours_its_customers_are_called(tmp_path: Path) -> None:
    hours = "09:00–12:00、14:00–20:00"
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task(1, call_hours=hours), task(2)])
    guide = sheet_of(path_of(tmp_path), 0)
    assert guide.cell(3, 1).value == f"只在这些时段拨打：{hours}"
    notes = [check.prompt for check in sheet_of(path_of(tmp_path)).data_validations.dataValidation]
    assert any(note and note.endswith(f"\n只在 {hours} 拨打") for note in notes)


def complaint(number: int = 1, **fields: Any) -> Record:
    known = {
        "store_code": "CA01",
        "store_name": "CA01店",
        "complaint_no": f"TS{number}",
        "received_at": "2026-11-18 09:30",
        "received_on": date(2026, 11, 18),
        "close_by": date(2026, 11, 25),
        "source": "客户",
        "level": "严重",
        "state_name": "已下发",
        "verdict_name": None,
        "customer_name": "赵六",
        "customer_phone": "13900000002",
        "plate": "渝A54321",
        "vin": "LS4ASE2E7NJ000002",
        "model": "CS75",
        "owner_no": "CA01-2",
        "owner_name": "刘洋",
        "description": "=1+1 空调异响",
    }
    return Record("complaint", f"CA01.TS{number}", 1, known | fields)


def test_open_complaints_have_a_sheet_of_their_own(tmp_path: Path) -> None:
    late = complaint(2, close_by=DAY - timedelta(days=1))
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task(1), complaint(), late])
    book = load_workbook(path_of(tmp_path))
    assert book.sheetnames == ["说明", "回访任务", "话术", "未关闭投诉"]
    heads, first, second = book.worksheets[3].iter_rows(values_only=True)
    shown = dict(zip(heads, first, strict=True))
    assert shown == {
        "序号": 1,
        "最迟关闭": datetime(2026, 11, 25),  # noqa: DTZ001 - Excel knows no zones
        "受理时间": "2026-11-18 09:30",
        "级别": "严重",
        "来源": "客户",
        "进展": "已下发",
        "认定": None,
        "客户": "赵六",
        "电话": "13900000002",
        "车牌": "渝A54321",
        "车型": "CS75",
        "车架号": "000002",
        "责任人": "刘洋",
        "投诉内容": "=1+1 空调异响",
        "投诉编号": "TS1",
    }
    assert second[-1] == "TS2"
    assert book.worksheets[3].cell(2, 14).data_type == "s"
    assert "逾期" in book.worksheets[3].cell(3, 2).number_format
    assert "未关闭投诉 2 件，其中逾期 1 件" in str(book.worksheets[0].cell(2, 1).value)
    assert {row["task_key"] for row in rows_of(path_of(tmp_path))} == {task(1).key}


def test_a_store_with_complaints_alone_has_a_list_that_goes_when_they_are_closed(
    tmp_path: Path,
) -> None:
    target = WorkbookTarget(str(tmp_path))
    assert target.publish("CA01", DAY, [complaint()])
    assert not target.publish("CA01", DAY, [complaint()])
    assert target.publish("CA01", DAY, [complaint(state_name="已处理")])
    assert target.publish("CA01", DAY, [])
    assert load_workbook(path_of(tmp_path)).sheetnames == ["说明", "回访任务", "话术"]


def test_a_list_with_typed_rows_of_tasks_that_are_gone_is_kept(tmp_path: Path) -> None:
    target = WorkbookTarget(str(tmp_path))
    target.publish("CA01", DAY, [task(1)])
    type_in(path_of(tmp_path), 3, outcome="已接通")
    target.publish("CA01", DAY, [task(2)])
    (kept,) = path_of(tmp_path).parent.glob("*_旧_*.xlsx")
    assert rows_of(kept)[0]["outcome"] == "已接通"


def test_every_list_of_a_day_with_rows_that_have_no_place_is_kept(tmp_path: Path) -> None:
    target = WorkbookTarget(str(tmp_path))
    for number, outcome in ((1, "已接通"), (2, "占线")):
        target.publish("CA01", DAY, [task(number)])
        type_in(path_of(tmp_path), 3, outcome=outcome)
    target.publish("CA01", DAY, [task(3)])
    kept = path_of(tmp_path).parent.glob("*_旧_*.xlsx")
    assert {rows_of(path)[0]["outcome"] for path in kept} == {"已接通", "占线"}


def test_a_store_without_tasks_gets_no_list_but_loses_the_one_it_had(tmp_path: Path) -> None:
    target = WorkbookTarget(str(tmp_path))
    assert not target.publish("CA01", DAY, [])
    assert not path_of(tmp_path).exists()
    target.publish("CA01", DAY, [task()])
    assert target.publish("CA01", DAY, [])
    assert rows_of(path_of(tmp_path)) == []


def test_half_a_list_is_never_left(tmp_path: Path) -> None:
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task()])
    assert [file.name for file in path_of(tmp_path).parent.iterdir()] == [
        "2026-11-21_回访任务.xlsx"
    ]


def test_a_broken_file_in_its_place_is_replaced(tmp_path: Path) -> None:
    path = path_of(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a workbook")
    assert WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task()])
    assert len(rows_of(path)) == ATTEMPTS


def test_an_english_group_gets_an_english_list_with_the_same_names_for_machines(
    tmp_path: Path,
) -> None:
    WorkbookTarget(str(tmp_path), "en").publish("CA01", DAY, [task()])
    path = path_of(tmp_path, "en")
    assert load_workbook(path).sheetnames == ["Guide", "Follow-ups", "Scripts"]
    assert list(rows_of(path)[0]) == list(NAMES)
    assert sheet_of(path)["C1"].value == "Customer"


def test_results_and_flags_are_chosen_from_lists(tmp_path: Path) -> None:
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task()])
    sheet = sheet_of(path_of(tmp_path))
    checks = {str(check.sqref): check for check in sheet.data_validations.dataValidation}
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[NAMES.index("outcome")]
    words = ",".join(chinese for chinese, _ in OUTCOMES.values())
    assert checks[f"{column}3:{column}5"].formula1 == f'"{words}"'
    marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[NAMES.index("satisfaction")]
    assert (checks[f"{marks}3:{marks}5"].formula1, checks[f"{marks}3:{marks}5"].formula2) == (
        "1",
        "10",
    )


def test_only_entry_cells_can_be_typed_into(tmp_path: Path) -> None:
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task()])
    sheet = sheet_of(path_of(tmp_path))
    assert sheet.protection.sheet
    open_names = [
        name for index, name in enumerate(NAMES, 1) if not sheet.cell(3, index).protection.locked
    ]
    assert open_names == list(NAMES[NAMES.index("called_at") : NAMES.index("task_key")])


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    hostile = task(customer_name="=cmd|' /C calc'!A0", model="http://example.com", script="=1+1")
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [hostile])
    sheet = sheet_of(path_of(tmp_path))
    name = sheet["C3"]
    assert (name.value, name.data_type) == ("=cmd|' /C calc'!A0", "s")
    assert sheet["F3"].hyperlink is None
    assert sheet_of(path_of(tmp_path), 2)["D2"].data_type == "s"


def test_each_script_stands_once_and_is_linked_both_ways(tmp_path: Path) -> None:
    tasks = [task(1), task(2), task(3, script="另一段")]
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, tasks)
    scripts = sheet_of(path_of(tmp_path), 2)
    assert [row[0] for row in scripts.iter_rows(2, 3, 4, 4, values_only=True)] == [
        "您好，请问是王五吗？",
        "另一段",
    ]
    links = sheet_of(path_of(tmp_path))
    column = NAMES.index("script_no") + 1
    link = links.cell(3 + 2 * ATTEMPTS, column).hyperlink
    assert link is not None
    assert link.location == "'话术'!A3"


FACTS = {
    "store_name": "CA01店",
    "owner_name": "张敏",
    "customer_name": "王五",
    "model": "CS75",
    "plate": "渝A12345",
    "event_on": DAY,
    "due_date": DAY,
    "deadline_date": DAY,
    "festival": "中秋节",
    "subject": "暴雨",
    "customer_class": "company",
    "told": [
        {
            "title": "维修离站三日内回访",
            "satisfaction": 2,
            "is_complaint": True,
            "is_fault_cleared": False,
            "words": ["修了两次还是响。" * 200, "word " * 900],
        }
    ],
}


def long_scripts(language: Language) -> list[str]:
    """Every script there is, said with as much as can be known."""
    besides = {name: FACTS[name] for name in ("store_name", "model", "plate", "deadline_date")}
    words = said_in_another("month_call", FACTS, language)
    also = [besides | {"title": title_of("month_call", language), "words": words}] * 3
    return [render_script(name, FACTS | {"also": also}, language) for name in script_ids()]


def blocks_of(sheet: Worksheet) -> dict[int, list[str]]:
    """The words of each script by its first row, which is the one with a link."""
    blocks: dict[int, list[str]] = {}
    for row in sheet.iter_rows(2):
        if row[0].hyperlink:
            blocks[row[0].row] = []
        blocks[max(blocks)].append(str(row[3].value))
    return blocks


def lines_in(*texts: str) -> list[str]:
    return [line for text in texts for line in text.splitlines() if line]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_script_can_be_read_in_excel_from_its_first_word_to_its_last(
    tmp_path: Path, language: Language
) -> None:
    texts = long_scripts(language)
    tasks = [task(number, script=text) for number, text in enumerate(texts, 1)]
    WorkbookTarget(str(tmp_path), language).publish("CA01", DAY, tasks)
    sheet = sheet_of(path_of(tmp_path, language), 2)
    heights = [sheet.row_dimensions[row].height for row in range(2, sheet.max_row + 1)]
    assert all(height and height <= 409 for height in heights)
    for text, said in zip(texts, blocks_of(sheet).values(), strict=True):
        assert len(said) > 1
        if all(len(line) < 900 for line in lines_in(text)):
            assert lines_in(*said) == lines_in(text)
        else:
            assert "".join(lines_in(*said)) == "".join(lines_in(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_is_as_high_as_its_words(tmp_path: Path, language: Language) -> None:
    texts = long_scripts(language)
    tasks = [task(number, script=text) for number, text in enumerate(texts, 1)]
    WorkbookTarget(str(tmp_path), language).publish("CA01", DAY, tasks)
    sheet = sheet_of(path_of(tmp_path, language), 2)
    width = sheet.column_dimensions["D"].width
    for row in sheet.iter_rows(2):
        height = sheet.row_dimensions[row[3].row].height
        assert height is not None
        assert height >= LINE * lines_of(str(row[3].value), int(width) - 5)


def test_a_script_of_several_rows_is_one_block_that_is_linked_both_ways(tmp_path: Path) -> None:
    tasks = [task(n, script=text) for n, text in enumerate(long_scripts("zh"), 1)]
    WorkbookTarget(str(tmp_path)).publish("CA01", DAY, tasks)
    links, sheet = sheet_of(path_of(tmp_path)), sheet_of(path_of(tmp_path), 2)
    column = NAMES.index("script_no") + 1
    starts = list(blocks_of(sheet))
    targets = [links.cell(3 + n * ATTEMPTS, column).hyperlink for n in range(len(tasks))]
    assert [link and link.location for link in targets] == [f"'话术'!A{row}" for row in starts]
    backs = [sheet.cell(row, 1).hyperlink for row in starts]
    assert [link and link.location for link in backs] == [
        f"'回访任务'!A{3 + n * ATTEMPTS}" for n in range(len(tasks))
    ]
    for row in range(2, sheet.max_row + 1):
        for cell in sheet[row]:
            assert bool(cell.border.top.style) == (row in starts)
            assert bool(cell.border.bottom.style) == (row + 1 in starts or row == sheet.max_row)
            assert (cell.alignment.vertical, cell.border.left.style) == ("top", "thin")


@pytest.mark.parametrize(("language", "said"), [("zh", "20 等 942 项"), ("en", "20 and 922 more")])
def test_a_text_of_many_tasks_says_how_many(tmp_path: Path, language: Language, said: str) -> None:
    tasks = [task(number) for number in range(1, 943)]
    WorkbookTarget(str(tmp_path), language).publish("CA01", DAY, tasks)
    sheet = sheet_of(path_of(tmp_path, language), 2)
    places = str(sheet["B2"].value)
    assert places.startswith("1, 2, 3, ")
    assert places.endswith(said)
    height = sheet.row_dimensions[2].height
    assert height
    assert height >= LINE * lines_of(places, int(sheet.column_dimensions["B"].width))


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "exchange").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="aftercare_exchange"):
        WorkbookTarget(str(tmp_path / "exchange")).check()


def test_a_list_that_cannot_be_written_now_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "CA01").write_text("in the way")
    with pytest.raises(SystemUnreachable, match="store CA01"):
        WorkbookTarget(str(tmp_path)).publish("CA01", DAY, [task()])


def test_a_full_disk_is_named_and_the_list_comes_when_there_is_room(tmp_path: Path) -> None:
    target, before = WorkbookTarget(str(tmp_path)), resource.getrlimit(resource.RLIMIT_FSIZE)
    target.check()
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        with pytest.raises(
            SystemUnreachable, match=r"store CA01.*aftercare_exchange is full: free"
        ):
            target.publish("CA01", DAY, [task()])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "out").rglob("*.xlsx")) == []
    assert target.publish("CA01", DAY, [task()])


def test_lists_go_to_any_file_system_that_fsspec_knows() -> None:
    import fsspec

    target = WorkbookTarget("memory://exchange")
    assert target.publish("CA01", DAY, [task()])
    assert not target.publish("CA01", DAY, [task()])
    (name,) = fsspec.filesystem("memory").ls("/exchange/out/CA01", detail=False)
    content = fsspec.filesystem("memory").cat_file(name)
    assert len(load_workbook(io.BytesIO(content)).worksheets) == 3
