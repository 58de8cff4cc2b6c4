"""Words for people about rows and cases: columns, feeds, states, reasons; and values, masked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.protection import mask
from aftercare.settings import Language
from aftercare.sources.feeds import FEEDS
from aftercare.words import YES_NO, Words, say, word

VIN_SHOWN = 4
OF_VEHICLES = ("vin", "subject")
"""Columns that hold a VIN, of which only the end is shown."""
TIMES = frozenset(
    column.name for feed in FEEDS.values() for column in feed.columns if column.kind == "timestamp"
)

COLUMNS: Words = {
    "store_code": ("门店代码", "store"),
    "name": ("名称", "name"),
    "brand": ("品牌", "brand"),
    "region": ("区域", "region"),
    "city": ("城市", "city"),
    "opened_on": ("开业日期", "opened on"),
    "closed_on": ("停业日期", "closed on"),
    "employee_no": ("员工编号", "employee no."),
    "role": ("岗位", "role"),
    "valid_from": ("开始日期", "from"),
    "valid_to": ("结束日期", "to"),
    "mobile": ("手机", "mobile"),
    "email": ("邮箱", "e-mail"),
    "order_no": ("订单号", "order no."),
    "status": ("状态", "status"),
    "sale_type": ("销售方式", "kind of sale"),
    "usage": ("用途", "usage"),
    "signed_on": ("签约日期", "signed on"),
    "invoiced_on": ("开票日期", "invoiced on"),
    "delivered_at": ("交车时间", "delivered at"),
    "vin": ("VIN", "VIN"),
    "vin_masked": ("VIN", "VIN"),
    "vin_check": ("VIN 检查", "check of the VIN"),
    "model": ("车型", "model"),
    "sales_consultant_no": ("销售顾问", "sales consultant"),
    "customer_kind": ("客户类型", "kind of customer"),
    "price": ("成交价", "price"),
    "plate": ("车牌", "plate"),
    "customer_name": ("客户姓名", "customer's name"),
    "customer_phone": ("客户手机", "customer's phone"),
    "customer_id_no": ("证件号码", "customer's id no."),
    "birthday": ("生日", "birthday"),
    "registered_on": ("上牌日期", "registered on"),
    "archived_at": ("归档时间", "archived at"),
    "ro_no": ("工单号", "repair order no."),
    "settlement_no": ("结算单号", "settlement no."),
    "previous_settlement_no": ("原结算单号", "previous settlement no."),
    "ro_type": ("工单类型", "type of order"),
    "repair_type": ("维修类型", "type of repair"),
    "is_reversed": ("是否红冲", "reversed"),
    "opened_at": ("开单时间", "opened at"),
    "completed_at": ("竣工时间", "completed at"),
    "settled_at": ("结算时间", "settled at"),
    "odometer_in_km": ("进厂里程（公里）", "odometer in (km)"),
    "odometer_out_km": ("出厂里程（公里）", "odometer out (km)"),
    "last_odometer_km": ("上次里程（公里）", "last odometer (km)"),
    "is_odometer_replaced": ("更换里程表", "odometer replaced"),
    "service_advisor_no": ("服务顾问", "service advisor"),
    "technician_no": ("技师", "technician"),
    "owner_kind": ("车主性质", "kind of owner"),
    "amount": ("金额", "amount"),
    "deliverer_name": ("送修人", "brought by"),
    "deliverer_phone": ("送修人手机", "phone of who brought it"),
    "owner_name": ("车主", "owner"),
    "owner_phone": ("车主手机", "owner's phone"),
    "task_key": ("任务号", "task"),
    "attempt_no": ("第几次", "attempt"),
    "called_at": ("拨打时间", "called at"),
    "outcome": ("结果", "outcome"),
    "caller_no": ("拨打人", "caller"),
    "satisfaction": ("满意度", "satisfaction"),
    "is_fault_cleared": ("故障是否排除", "fault cleared"),
    "is_next_service_told": ("已告知下次保养", "next service told"),
    "is_complaint": ("是否投诉", "complaint"),
    "is_do_not_call": ("请勿再联系", "do not call"),
    "remark": ("备注", "remark"),
    "complaint_no": ("投诉编号", "complaint no."),
    "received_at": ("受理时间", "received at"),
    "source": ("来源", "source"),
    "level": ("级别", "level"),
    "owner_no": ("责任人", "responsible"),
    "verdict": ("认定", "verdict"),
    "cause": ("原因", "cause"),
    "planned_at": ("方案提交时间", "plan handed in at"),
    "is_satisfied": ("对处理是否满意", "satisfied with the solution"),
    "acknowledged_at": ("响应时间", "acknowledged at"),
    "dispatched_at": ("下发时间", "dispatched at"),
    "solved_at": ("处理时间", "solved at"),
    "second_call_at": ("二次回访时间", "called again at"),
    "closed_at": ("关闭时间", "closed at"),
    "description": ("内容", "content"),
    "subject": ("车架号或线索编号", "VIN or lead no."),
    "said_at": ("更正时间", "corrected at"),
    "phone": ("更正后的手机", "corrected phone"),
    "replaced_phone": ("原手机", "phone before"),
    "month": ("月份", "month"),
    "metric": ("指标", "metric"),
    "scale": ("量纲", "scale"),
    "value": ("分值", "value"),
    "policy_no": ("保单号", "policy no."),
    "kind": ("类型", "kind"),
    "starts_on": ("起期", "starts on"),
    "ends_on": ("止期", "ends on"),
    "previous_policy_no": ("上年保单号", "previous policy no."),
    "insurer": ("保险公司", "insurer"),
    "is_new_car": ("新车投保", "new car"),
    "sold_by_no": ("出单人", "sold by"),
    "premium": ("保费", "premium"),
    "holder_name": ("投保人", "holder's name"),
    "holder_phone": ("投保人手机", "holder's phone"),
    "lead_no": ("线索编号", "lead no."),
    "created_on": ("建档日期", "came on"),
    "defeated_on": ("战败日期", "defeated on"),
    "defeat_reason": ("战败原因", "reason of the defeat"),
    "consultant_no": ("销售顾问", "sales consultant"),
    "booking_no": ("预约单号", "booking no."),
    "made_at": ("登记时间", "made at"),
    "booked_for": ("预约到店时间", "booked for"),
    "consent_no": ("同意编号", "consent no."),
    "purpose": ("用途", "purpose"),
    "state": ("表态", "word"),
    "said_on": ("表态日期", "said on"),
    "channel": ("渠道", "channel"),
    "preference_no": ("偏好编号", "preference no."),
    "preferred_channel": ("希望的联系方式", "preferred channel"),
    "preferred_slot": ("希望的时段", "preferred time of day"),
    "stopped_contact": ("停止的联系", "stopped contact"),
    "about": ("事项", "about"),
    "valid_until": ("失效日期", "until"),
    "service_on": ("自定保养日期", "own day for the service"),
    "reason": ("原因", "reason"),
    "referral_no": ("推荐编号", "referral no."),
    "referred_on": ("推荐日期", "referred on"),
    "new_order_no": ("新客户订单号", "new order no."),
    "referrer_name": ("推荐人", "who referred"),
    "referrer_phone": ("推荐人手机", "phone of who referred"),
    "item": ("评分项目", "rated item"),
    "rater_no": ("评分人", "rated by"),
    "award": ("奖项", "award"),
    "nominator_no": ("提名人", "nominated by"),
    "rank_no": ("名次", "rank"),
    "ranked": ("参评门店数", "stores ranked"),
    "unreadable_columns": ("读不懂的列", "unreadable columns"),
    "version_at": ("源系统修改时间", "changed in the source at"),
}
STATES: Words = {
    "open": ("待处理", "open"),
    "released": ("已放行", "released"),
    "waived": ("已豁免", "waived"),
    "resent": ("源系统已更正", "put right by the source"),
}
OWNERS: Words = {"store": ("门店", "store"), "operator": ("信息部", "operator")}
ACTIONS: Words = {
    "release": ("放行", "release"),
    "waive": ("豁免", "waive"),
    "reopen": ("重新打开", "reopen"),
}
REASONS: Words = {
    "confirmed": ("门店已核实，数据无误", "the store confirmed that the row is right"),
    "exception": ("特殊情况，规则在此不适用", "a special case to which the rule does not apply"),
    "corrected_later": ("稍后由源系统更正", "the source will correct it later"),
    "mistake": ("此前的决定有误", "the earlier decision was a mistake"),
    "other": ("其他（请说明）", "another reason (say which)"),
}
REFUSALS: Words = {
    "no_case": (
        "案例 {case_id} 不存在，或不属于您的门店",
        "there is no case {case_id} in your stores",
    ),
    "no_cases": ("没有这样的案例：{listed}", "there is no such case: {listed}"),
    "nothing_chosen": ("没有选择案例", "no case was chosen"),
    "action": (
        "没有“{action}”这种处理方式",
        "there is no action {action!r}; use release, waive or reopen",
    ),
    "reason": ("没有“{reason}”这个原因", "there is no reason {reason!r}; use one of {known}"),
    "say_reason": ("请在说明中写明其他原因", "say in the comment what the other reason is"),
    "last_day_missing": ("豁免必须有截止日", "a waiver needs a last day"),
    "last_day_given": ("只有豁免才有截止日", "only a waiver has a last day"),
    "last_day_over": ("豁免的截止日 {day} 已过", "a waiver until {day} is over before it begins"),
    "not_decided": (
        "案例 {case_id} 的状态是“{zh}”，只有已放行或已豁免的案例可以重新打开",
        "case {case_id} is {en}; only a released or waived one is reopened",
    ),
    "resent": (
        "案例 {case_id} 已关闭：源系统已重新送来该单据",
        "case {case_id} is closed: the source sent the row again",
    ),
    "incomplete": (
        "案例 {case_id} 不能放行：该行缺少后续处理必需的值或门店，请在来源系统中更正",
        "case {case_id} cannot go on: its row lacks a value or a store that everything after it "
        "needs; have it put right in the dealer system",
    ),
    "other_rule": ("案例 {case_id} 没有违反 {rule_id}", "case {case_id} does not break {rule_id}"),
    "rivals": (
        "案例 {listed} 是同一单据的不同版本：请只选择正确的一个",
        "cases {listed} are versions of one record: choose the right one of them",
    ),
    "no_steward": (
        "{user} 不是门店 {store} 的数据专员（案例 {case_id}）；请管理员授权：aftercare users grant",
        "{user} is no steward for store {store} (case {case_id}); an operator can grant that: "
        "aftercare users grant",
    ),
}
CHECKS: Words = {
    "valid": ("有效", "valid"),
    "missing": ("缺失", "missing"),
    "landline": ("座机", "landline"),
    "too_short": ("位数不足", "too short"),
    "too_long": ("位数过多", "too long"),
    "not_a_number": ("不是号码", "not a number"),
    "bad_prefix": ("号段不对", "bad prefix"),
    "malformed": ("格式不对", "malformed"),
    "check_digit": ("校验位不符", "wrong check digit"),
    "default": ("默认值", "default value"),
    "unreadable": ("读不懂", "unreadable"),
    "length": ("长度不对", "wrong length"),
    "characters": ("字符不对", "wrong characters"),
}


def column_word(column: str, language: Language) -> str:
    """The name of a column for people."""
    if column.endswith("_check") and column not in COLUMNS:
        column = column.removesuffix("_check")
    return word(COLUMNS, column, language)


def value_text(value: Any, column: str, language: Language, zone: ZoneInfo) -> str:
    """A value of a staged row as text; times in the group's zone, checks and yes or no in words."""
    if value is None:
        return "（空）" if language == "zh" else "(empty)"
    if column.endswith("_check"):
        return word(CHECKS, str(value), language)
    if isinstance(value, bool):
        return say(YES_NO[value], language)
    if (column.endswith("_at") or column in TIMES) and isinstance(value, str):
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
    if column == "unreadable_columns":
        return ", ".join(column_word(name, language) for name in str(value).split(", "))
    return str(value)


def shown_text(shown: Mapping[str, Any] | None, language: Language, zone: ZoneInfo) -> str:
    """The values that a rule looked at, in one line; '' where there are none."""
    separator = "；" if language == "zh" else "; "
    return separator.join(
        f"{column_word(column, language)} {value_text(value, column, language, zone)}"
        for column, value in (shown or {}).items()
    )


def masked_row(
    feed: str, source_row: Mapping[str, Any], language: Language, zone: ZoneInfo
) -> list[tuple[str, str]]:
    """A staged row as (name, text) for the screen of a steward.

    Of contact data only the check stands there; of a VIN the last characters; a value that could
    not be read stands as the source wrote it, in quotes.
    """
    unreadable = source_row.get("unreadable") or {}
    lines = []
    for column in FEEDS[feed].columns:
        name = column_word(column.name, language)
        if column.contact:
            check = source_row.get(f"{column.name}_check")
            text = value_text(check or "missing", "_check", language, zone)
            lines.append((name, f"*** {text}"))
        elif column.name in unreadable:
            lines.append((name, f"“{unreadable[column.name]}”"))
        elif column.name in OF_VEHICLES:
            shown = mask(source_row.get(column.name), VIN_SHOWN)
            lines.append((name, shown or value_text(None, "", language, zone)))
        else:
            lines.append(
                (name, value_text(source_row.get(column.name), column.name, language, zone))
            )
    changed = value_text(source_row["version_at"], "version_at", language, zone)
    return [*lines, (column_word("version_at", language), changed)]
