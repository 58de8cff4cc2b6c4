"""Filling and moving the made-up nightly export: files by night and store, with Chinese headers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from aftercare.sample.beside import EXPORTED, rows_beside
from aftercare.sample.heyuan import full_width
from aftercare.sample.points import FEEDS as POINTS
from aftercare.sample.points import point_rows
from aftercare.sample.reference import employee_rows, score_rows, store_rows
from aftercare.sample.rows import Row, Version
from aftercare.sample.world import DOCUMENTS, World

SYSTEM = "skoda_export"
SCORES = "外部成绩"
ASSESSED = "主管考核"
TITLES = {
    "sales_order": "销售订单",
    "repair_order": "维修工单",
    "complaint": "客户投诉",
    "insurance_policy": "保险单",
    "lead": "销售线索",
    "consent": "客户授权",
    "referral": "转介绍",
    "store": "门店",
    "employee": "员工",
    "target": "目标",
    "rating": "评分",
    "regional_rank": "排名",
    "nomination": "提名",
}
NIGHTLY = (*DOCUMENTS, *EXPORTED)
"""The feeds of which each night brings a file a store."""
ENCODINGS = {**dict.fromkeys(NIGHTLY, "gbk"), "external_score": "utf-8"}
DELIMITERS = {**dict.fromkeys(NIGHTLY, ","), "external_score": ";"}

Write = Callable[[Any, int], Any]


def _as_is(value: Any, _: int) -> Any:
    return value


def _code(**codes: str) -> Write:
    return lambda value, _: codes[value] if value is not None else None


def _text_of(form: str) -> Write:
    return lambda value, _: value.strftime(form) if value is not None else None


def _flag(value: bool | None, _: int) -> str | None:
    return None if value is None else "是" if value else "否"


def _number(value: Any, number: int) -> str | None:
    """As people's spreadsheets write numbers: plain, 12,345, １２３４５ or with blanks around."""
    if value is None:
        return None
    style = number // 10 % 23
    plain = str(value)
    return (
        (full_width(plain), f" {plain} ", f"{value:,}", f"{value:,}")[style] if style < 4 else plain
    )


def _phone(value: str | None, number: int) -> str | None:
    return full_width(value) if value is not None and number // 10 % 67 == 7 else value


_MINUTE, _DAY = _text_of("%Y-%m-%d %H:%M"), _text_of("%Y-%m-%d")
_BRAND = _code(SKODA="斯柯达", SVW="上汽大众")
_POSITION = _code(
    DIR="关爱总监",
    SUP="客服主管",
    SC="销售关爱专员",
    AC="售后关爱专员",
    SM="服务经理",
    SA="服务顾问",
    CONSULTANT="销售顾问",
    TECHNICIAN="维修技师",
    RENEWAL="续保专员",
)
_OWNER = _code(person="个人", company="单位")
# Source column: canonical column and how it is written.
_COLUMNS: dict[str, dict[str, tuple[str, Write]]] = {
    "store": {
        "经销商代码": ("store_code", _as_is),
        "名称": ("name", _as_is),
        "品牌": ("brand", _BRAND),
        "省份": ("region", _as_is),
        "城市": ("city", _as_is),
        "开业日期": ("opened_on", _as_is),
        "停业日期": ("closed_on", _as_is),
    },
    "employee": {
        "工号": ("employee_no", _as_is),
        "姓名": ("name", _as_is),
        "经销商代码": ("store_code", _as_is),
        "岗位": ("role", _POSITION),
        "任职日期": ("valid_from", _as_is),
        "离任日期": ("valid_to", _as_is),
        "手机": ("mobile", _as_is),
        "邮箱": ("email", _as_is),
    },
    "sales_order": {
        "经销商代码": ("store_code", _as_is),
        "订单号": ("order_no", _as_is),
        "订单状态": ("status", _code(active="有效", cancelled="退订")),
        "销售方式": (
            "sale_type",
            _code(new="新车", used="二手车", trade_in="置换", repurchase="重购", financed="金融"),
        ),
        "用途": ("usage", _code(private="私家", business="商务", taxi="出租", lease="租赁")),
        "签约日期": ("signed_on", _DAY),
        "开票日期": ("invoiced_on", _DAY),
        "交车时间": ("delivered_at", _MINUTE),
        "车架号": ("vin", _as_is),
        "车型": ("model", _as_is),
        "销售顾问工号": ("sales_consultant_no", _as_is),
        "客户类型": ("customer_kind", _OWNER),
        "成交价": ("price", _number),
        "车牌号": ("plate", _as_is),
        "客户姓名": ("customer_name", _as_is),
        "手机号码": ("customer_phone", _phone),
        "证件号码": ("customer_id_no", _as_is),
        "生日": ("birthday", _DAY),
        "上牌日期": ("registered_on", _DAY),
        "归档时间": ("archived_at", _MINUTE),
    },
    "repair_order": {
        "经销商代码": ("store_code", _as_is),
        "工单号": ("ro_no", _as_is),
        "结算单号": ("settlement_no", _as_is),
        "原结算单号": ("previous_settlement_no", _as_is),
        "工单类型": (
            "ro_type",
            _code(repair="维修", pre_delivery="售前", rework="返工", warranty="索赔"),
        ),
        "维修类型": (
            "repair_type",
            _code(
                maintenance="保养", mechanical="机电", bodywork="钣喷", tyre="轮胎", other="其他"
            ),
        ),
        "工单状态": (
            "status",
            _code(open="在修", submitted="已提交", settled="已结算", cancelled="已取消"),
        ),
        "冲红": ("is_reversed", _flag),
        "开单时间": ("opened_at", _MINUTE),
        "竣工时间": ("completed_at", _MINUTE),
        "结算时间": ("settled_at", _MINUTE),
        "交车时间": ("delivered_at", _MINUTE),
        "进厂里程": ("odometer_in_km", _number),
        "出厂里程": ("odometer_out_km", _number),
        "更换里程表": ("is_odometer_replaced", _flag),
        "车架号": ("vin", _as_is),
        "车型": ("model", _as_is),
        "服务顾问工号": ("service_advisor_no", _as_is),
        "主修技师工号": ("technician_no", _as_is),
        "车主性质": ("owner_kind", _OWNER),
        "结算金额": ("amount", _number),
        "车牌号": ("plate", _as_is),
        "送修人": ("deliverer_name", _as_is),
        "送修人电话": ("deliverer_phone", _phone),
        "车主": ("owner_name", _as_is),
        "车主电话": ("owner_phone", _phone),
    },
    "complaint": {
        "经销商代码": ("store_code", _as_is),
        "投诉编号": ("complaint_no", _as_is),
        "投诉时间": ("received_at", _MINUTE),
        "投诉来源": ("source", _code(customer="客户", factory="厂家", internal="门店")),
        "投诉级别": ("level", _code(minor="轻微", normal="一般", serious="严重")),
        "责任人工号": ("owner_no", _as_is),
        "车架号": ("vin", _as_is),
        "判定": ("verdict", _code(pending="待定", upheld="成立", rejected="不成立")),
        "原因分类": ("cause", _code(product="产品", service="服务", other="其他")),
        "响应时间": ("acknowledged_at", _MINUTE),
        "下发时间": ("dispatched_at", _MINUTE),
        "方案时间": ("planned_at", _MINUTE),
        "处理时间": ("solved_at", _MINUTE),
        "二次回访时间": ("second_call_at", _MINUTE),
        "客户满意": ("is_satisfied", _flag),
        "关闭时间": ("closed_at", _MINUTE),
        "投诉内容": ("description", _as_is),
    },
    "insurance_policy": {
        "经销商代码": ("store_code", _as_is),
        "保单号": ("policy_no", _as_is),
        "险种": (
            "kind",
            _code(compulsory="交强险", commercial="商业险", combined="交商同保"),
        ),
        "保单状态": ("status", _code(active="有效", cancelled="退保")),
        "起保日期": ("starts_on", _DAY),
        "到期日期": ("ends_on", _DAY),
        "上年保单号": ("previous_policy_no", _as_is),
        "车架号": ("vin", _as_is),
        "保险公司": ("insurer", _as_is),
        "新车投保": ("is_new_car", _flag),
        "出单人工号": ("sold_by_no", _as_is),
        "保费": ("premium", _number),
        "投保人": ("holder_name", _as_is),
        "投保人电话": ("holder_phone", _phone),
    },
    "lead": {
        "经销商代码": ("store_code", _as_is),
        "线索编号": ("lead_no", _as_is),
        "线索状态": (
            "status",
            _code(open="跟进中", won="成交", defeated="战败", invalid="无效"),
        ),
        "建档日期": ("created_on", _DAY),
        "战败日期": ("defeated_on", _DAY),
        "战败原因": (
            "defeat_reason",
            _code(price="价格", model="车型", rival="竞品", stock="无现车", no_need="暂不购车"),
        ),
        "来源": ("source", _code(walk_in="到店", web="网络", phone="来电", referral="转介绍")),
        "意向车型": ("model", _as_is),
        "销售顾问工号": ("consultant_no", _as_is),
        "客户姓名": ("customer_name", _as_is),
        "手机号码": ("customer_phone", _phone),
    },
    "consent": {
        "经销商代码": ("store_code", _as_is),
        "授权编号": ("consent_no", _as_is),
        "授权用途": (
            "purpose",
            _code(service="售后服务", safety="安全召回", commercial="商业推广"),
        ),
        "授权结果": ("state", _code(given="同意", refused="不同意", withdrawn="撤回")),
        "授权日期": ("said_on", _DAY),
        "授权方式": (
            "channel",
            _code(paper="纸质", app="APP", phone="电话", sms="短信", other="其他"),
        ),
        "车架号": ("vin", _as_is),
        "客户姓名": ("customer_name", _as_is),
        "手机号码": ("customer_phone", _phone),
    },
    "referral": {
        "经销商代码": ("store_code", _as_is),
        "转介绍编号": ("referral_no", _as_is),
        "转介绍日期": ("referred_on", _DAY),
        "成交订单号": ("new_order_no", _as_is),
        "老客户车架号": ("vin", _as_is),
        "老客户姓名": ("referrer_name", _as_is),
        "老客户电话": ("referrer_phone", _phone),
    },
    "external_score": {
        "经销商代码": ("store_code", _as_is),
        "工号": ("employee_no", _as_is),
        "月份": ("month", _as_is),
        "指标": (
            "metric",
            _code(
                **{name: name for name in ("QS", "SQS", "MS", "HIC", "DSC", "CSS", "PT", "AUDIT2")},
                quick_return="快回",
                ten_item_check="十项检查",
                marketing_reach="市场活动达标率",
                on_site_deals="现场成交率",
            ),
        ),
        "满分": ("scale", _as_is),
        "得分": ("value", _number),
    },
    "target": {
        "经销商代码": ("store_code", _as_is),
        "工号": ("employee_no", _as_is),
        "月份": ("month", _as_is),
        "项目": ("metric", _code(renewal="续保", new_insurance="新保", sales="销售")),
        "目标值": ("value", _as_is),
    },
    "rating": {
        "经销商代码": ("store_code", _as_is),
        "被评人工号": ("employee_no", _as_is),
        "月份": ("month", _as_is),
        "项目": ("item", _code(care_activity="关爱活动", improvement="工作改进")),
        "评分": ("value", _as_is),
        "评分人工号": ("rater_no", _as_is),
        "理由": ("reason", _as_is),
    },
    "regional_rank": {
        "经销商代码": ("store_code", _as_is),
        "月份": ("month", _as_is),
        "项目": (
            "metric",
            _code(
                overall="综合",
                showroom="展厅",
                reception="接待",
                test_drive="试驾",
                delivery="交车",
                workshop="维修",
                booking="预约",
                follow_up="回访",
            ),
        ),
        "名次": ("rank_no", _as_is),
        "参评家数": ("ranked", _as_is),
        "大区": ("region", _as_is),
    },
    "nomination": {
        "经销商代码": ("store_code", _as_is),
        "被提名人工号": ("employee_no", _as_is),
        "月份": ("month", _as_is),
        "奖项": (
            "award",
            _code(complaint_handling="投诉处理", innovation="创新", collaboration="协作"),
        ),
        "提名人工号": ("nominator_no", _as_is),
        "理由": ("reason", _as_is),
    },
}


def source_row(row: Row, version: Version) -> list[Any]:
    """A version as the cells of its line."""
    return [
        version.raw[column] if column in version.raw else write(version.values[column], row.number)
        for column, write in _COLUMNS[row.feed].values()
    ]


def write(world: World, folder: Path, first_night: date, until: date) -> dict[str, int]:
    """Writes each night's files from the first night to a day; returns rows by feed.

    The first night's files hold the history, later ones what is new or changed since the night
    before.
    """
    counts = _write_documents(world, folder, first_night, first_night, until)
    night = first_night
    while night <= until:
        for feed in ("store", "employee"):
            counts[feed] = _write_snapshot(world, folder, feed, night)
        night += timedelta(days=1)
    return (
        counts
        | {"external_score": _write_scores(world, folder, until)}
        | _write_points(world, folder, until)
    )


def advance(world: World, folder: Path, first_night: date, day: date) -> dict[str, int]:
    """Adds the files that a night brings; returns rows by feed."""
    counts = _write_documents(world, folder, first_night, day, day)
    for feed in ("store", "employee"):
        counts[feed] = _write_snapshot(world, folder, feed, day)
    return (
        counts
        | {"external_score": _write_scores(world, folder, day, since=day)}
        | _write_points(world, folder, day, since=day)
    )


def _write_documents(
    world: World, folder: Path, first_night: date, since: date, until: date
) -> dict[str, int]:
    counts = dict.fromkeys(NIGHTLY, 0)
    nights = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    made_from = world.start if since == first_night else since
    for store in world.stores:
        if store.system != SYSTEM:
            continue
        lines: dict[tuple[date, str], list[list[Any]]] = {
            (night, feed): [] for night in nights for feed in counts
        }
        for row in chain(
            world.rows(store, made_from, until), rows_beside(world, store, made_from, until)
        ):
            for night in _exported_on(row, first_night, since, until):
                version = row.at(night)
                if version is not None:
                    lines[night, row.feed].append(source_row(row, version))
                    counts[row.feed] += 1
        for (night, feed), found in lines.items():
            name = f"{night:%Y%m%d}/{store.code}_{TITLES[feed]}.csv"
            _write_csv(folder / name, feed, found)
    return counts


def _exported_on(row: Row, first_night: date, since: date, until: date) -> list[date]:
    nights = [
        v.visible_on for v in row.versions if max(since, first_night) <= v.visible_on <= until
    ]
    if since == first_night and row.at(first_night) is not None and first_night not in nights:
        nights.insert(0, first_night)
    return nights


def _write_csv(path: Path, feed: str, lines: Iterable[list[Any]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITERS[feed], lineterminator="\r\n")
    writer.writerow(_COLUMNS[feed])
    writer.writerows(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(ENCODINGS[feed]))


def _write_snapshot(world: World, folder: Path, feed: str, night: date) -> int:
    """The whole list of a night as a workbook; the list of stores has a title above its header."""
    path = folder / f"{night:%Y%m%d}" / f"{TITLES[feed]}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = [
        (row, version) for row in _snapshot(world, feed) if (version := row.at(night)) is not None
    ]
    with Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime(night.year, night.month, night.day)})  # noqa: DTZ001
        sheet = book.add_worksheet(TITLES[feed])
        header = 0
        if feed == "store":
            sheet.write_string(0, 0, f"门店清单 {night:%Y-%m-%d}")
            header = 1
        sheet.write_row(header, 0, _COLUMNS[feed])
        for place, (row, version) in enumerate(shown, header + 1):
            for column, cell in enumerate(source_row(row, version)):
                if isinstance(cell, date):
                    sheet.write_datetime(place, column, cell)
                elif cell is not None:
                    sheet.write_string(place, column, cell)
    return len(shown)


def _snapshot(world: World, feed: str) -> Iterator[Row]:
    return store_rows(world, SYSTEM) if feed == "store" else employee_rows(world, SYSTEM)


def _write_scores(world: World, folder: Path, until: date, since: date | None = None) -> int:
    """One file a month, as it stands on a day; with ``since`` only those that came since then."""
    files: dict[str, list[list[Any]]] = {}
    for row in score_rows(world, SYSTEM):
        version = row.at(until)
        if version is None or (since is not None and version.visible_on < since):
            continue
        # A row whose month is missing stands in the file of the month before its release.
        month = row.versions[0].visible_on.replace(day=1) - timedelta(days=1)
        files.setdefault(f"{month:%Y%m}", []).append(source_row(row, version))
    for month_name, lines in files.items():
        _write_csv(folder / SCORES / f"{month_name}_成绩.csv", "external_score", lines)
    return sum(len(lines) for lines in files.values())


def _write_points(
    world: World, folder: Path, until: date, since: date | None = None
) -> dict[str, int]:
    """One workbook a month with a sheet for each feed; with ``since`` only those that came since then."""
    books: dict[date, dict[str, list[list[Any]]]] = {}
    for row in point_rows(world, SYSTEM):
        version = row.at(until)
        if version is None or (since is not None and version.visible_on < since):
            continue
        sheets = books.setdefault(version.visible_on, {feed: [] for feed in POINTS})
        sheets[row.feed].append(source_row(row, version))
    for released, sheets in books.items():
        month = released.replace(day=1) - timedelta(days=1)
        path = folder / ASSESSED / f"{month:%Y%m}_考核.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        with Workbook(path) as book:
            book.set_properties({"created": datetime(released.year, released.month, released.day)})  # noqa: DTZ001
            for feed, lines in sheets.items():
                sheet = book.add_worksheet(TITLES[feed])
                sheet.write_string(0, 0, f"主管考核 {month:%Y-%m}")
                sheet.write_row(1, 0, _COLUMNS[feed])
                for place, cells in enumerate(lines, 2):
                    for column, cell in enumerate(cells):
                        if isinstance(cell, str):
                            sheet.write_string(place, column, cell)
                        elif cell is not None:
                            sheet.write_number(place, column, float(cell))
    return {feed: sum(len(sheets[feed]) for sheets in books.values()) for feed in POINTS}
