"""Open cases as a workbook, for those who put rows right in the dealer system."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from aftercare.quality.words import OWNERS, shown_text
from aftercare.settings import Language
from aftercare.words import FEEDS, say, word

TITLES = {
    "zh": (
        "案例号", "门店", "系统", "数据", "单据", "规则", "问题", "相关值", "由谁处理",
        "首次出现", "最近出现", "天数", "能否放行",
    ),
    "en": (
        "Case", "Store", "System", "Feed", "Record", "Rules", "Problem", "Values", "Owner",
        "First seen", "Last seen", "Days", "Can be released",
    ),
}  # fmt: skip
WIDTHS = (8, 8, 14, 14, 24, 14, 52, 44, 10, 12, 12, 6, 12)
NUMBER_TITLES = {
    "zh": ("门店", "店名", "单据", "单据号", "打了几个半天", "最后一次", "任务号"),
    "en": ("Store", "Name", "Record", "Number", "Half-days tried", "Last tried", "Task"),
}
NUMBER_WIDTHS = (8, 22, 14, 24, 14, 12, 34)
SHEETS = {
    "zh": ("待处理案例", "说明", "待核对电话"),
    "en": ("Open cases", "Guide", "Numbers to check"),
}
GUIDE = {
    "zh": (
        "本表列出被拦下、尚未处理的数据行。请在来源系统中更正；更正后的行下一晚会自动通过，案例自动关闭。",
        "若该行其实无误，请数据专员在 Airflow 菜单“Aftercare” 页面放行或豁免。",
        "“能否放行”为“否”的行缺少后续处理必需的内容，只能在来源系统中更正。",
        "“待核对电话”列出多次打不通的客户，每位一行。请核对号码并在来源系统更正；更正的单据下一晚读入后，任务自动恢复。",
        "本表不含客户姓名、电话、车牌和完整 VIN。",
    ),
    "en": (
        "These rows were held back and nobody has dealt with them yet. Put them right in the dealer "
        "system: the corrected row passes the next night, and its case closes by itself.",
        "A row that is right as it is can be released or waived by a steward, on the page "
        "Aftercare in Airflow.",
        "Where “Can be released” says no, the row lacks what everything after it needs: it can only be "
        "put right in the dealer system.",
        "“Numbers to check” has a line for each customer whom nobody could reach. Check the number and put it "
        "right in the dealer system; when the next night reads it, tasks go on by themselves.",
        "No names, phone numbers, plates or whole VINs stand here.",
    ),
}


def cases_workbook(
    rows: Sequence[Mapping[str, Any]],
    language: Language,
    zone: ZoneInfo | None = None,
    numbers: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """The cases of `aftercare.stages.cases.list_cases` as XLSX, in the order given, and the numbers that
    nobody answers.

    Times are shown in ``zone`` (Asia/Shanghai if not given). Text stays text: nothing in a row can
    become a formula or a link.
    """
    place = zone or ZoneInfo("Asia/Shanghai")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    cases = [_cells(row, language, place) for row in rows]
    tables: list[tuple[str, tuple[str, ...], tuple[int, ...], list[tuple[Any, ...]]]] = [
        (SHEETS[language][0], TITLES[language], WIDTHS, cases)
    ]
    if numbers:
        tried = [_number_cells(row, language) for row in numbers]
        tables.append((SHEETS[language][2], NUMBER_TITLES[language], NUMBER_WIDTHS, tried))
    for name, titles, widths, lines in tables:
        sheet = book.add_worksheet(name)
        for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for number, cells in enumerate(lines, start=1):
            for column, value in enumerate(cells):
                if value is None:
                    sheet.write_blank(number, column, None, wrapped)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value, wrapped)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value, wrapped)
                else:
                    sheet.write_datetime(number, column, value, day)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(lines), 1), len(widths) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    guide = book.add_worksheet(SHEETS[language][1])
    guide.set_column(0, 0, 100)
    for number, line in enumerate(GUIDE[language]):
        guide.write_string(number, 0, line, wrapped)
    book.close()
    return file.getvalue()


def _number_cells(row: Mapping[str, Any], language: Language) -> tuple[Any, ...]:
    return (
        row["store_code"],
        row["store_name"],
        word(FEEDS, row["document_kind"], language),
        row["document_no"],
        row["attempts"],
        row["tried_on"],
        row["task_key"],
    )


def _cells(row: Mapping[str, Any], language: Language, zone: ZoneInfo) -> tuple[Any, ...]:
    lines = [
        (problem["message"] or {}).get(language, problem["rule_id"]) for problem in row["problems"]
    ]
    values = [shown_text(problem["shown"], language, zone) for problem in row["problems"]]
    can = ("能", "yes") if row["is_releasable"] else ("否", "no")
    return (
        row["case_id"],
        row["store_code"],
        row["system"],
        word(FEEDS, row["feed"], language),
        row["business_key"],
        ", ".join(row["rule_ids"]),
        "\n".join(lines),
        "\n".join(value for value in values if value),
        word(OWNERS, row["owner"] or "", language),
        row["first_day"],
        row["last_day"],
        row["age_days"],
        say(can, language),
    )
