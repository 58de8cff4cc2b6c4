"""What the task workbook says, and its columns in the order of the sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aftercare.settings import Language
from aftercare.words import Pair, Words

SHEETS: dict[Language, tuple[str, str, str, str, str]] = {
    "zh": ("说明", "回访任务", "话术", "未关闭投诉", "月度评分"),
    "en": ("Guide", "Follow-ups", "Scripts", "Open complaints", "Month"),
}


@dataclass(frozen=True)
class Column:
    """A column: its name for machines, its titles, its width in letters and its use."""

    name: str
    zh: str
    en: str
    width: float
    use: Literal[
        "task",
        "every_row",
        "key",
        "moment",
        "outcome",
        "mark",
        "flag",
        "wish",
        "day",
        "text",
        "phone",
        "caller",
    ]


COLUMNS = (
    Column("task_no", "序号", "No.", 5, "every_row"),
    Column("deadline_on", "最迟日期", "Latest", 12, "task"),
    Column("customer_name", "客户", "Customer", 9, "every_row"),
    Column("customer_phone", "电话", "Phone", 12.5, "every_row"),
    Column("plate", "车牌", "Plate", 10.5, "task"),
    Column("model", "车型", "Model", 13, "task"),
    Column("vin_tail", "车架号", "VIN …", 8, "task"),
    Column("last_event", "上次事项", "Last event", 16, "task"),
    Column("why", "为什么联系", "Why", 20, "task"),
    Column("script_no", "话术", "Script", 7.5, "task"),
    Column("owner", "负责人", "Owner", 9, "every_row"),
    Column("attempts", "已拨打", "Called", 12, "task"),
    Column("attempt_no", "第几次", "Call", 7, "every_row"),
    Column("called_at", "拨打时间", "Called at", 15.5, "moment"),
    Column("outcome", "结果", "Result", 10.5, "outcome"),
    Column("satisfaction", "满意度\n1–10", "Satisfied\n1–10", 9, "mark"),
    Column("is_fault_cleared", "故障是\n否排除", "Fault\ncleared", 8.5, "flag"),
    Column("is_next_service_told", "已告知\n下次保养", "Service\ntold", 9.5, "flag"),
    Column("is_complaint", "是否\n投诉", "Com-\nplaint", 7, "flag"),
    Column("complaint_description", "投诉内容", "What about", 20, "text"),
    Column("is_do_not_call", "请勿\n再联系", "Do not\ncall", 8, "flag"),
    Column("wish", "客户要求", "Wish", 13, "wish"),
    Column("wish_until", "要求\n至", "Wish\nuntil", 11, "day"),
    Column("wish_reason", "要求原因", "Wish: why", 14, "text"),
    Column("new_phone", "新电话", "New\nphone", 13, "phone"),
    Column("remark", "备注", "Remark", 20, "text"),
    Column("caller_no", "拨打人\n（工号）", "Caller\n(number)", 11, "caller"),
    Column("task_key", "任务号", "Task", 26, "key"),
    Column("store_code", "门店", "Store", 8, "key"),
    Column("subject", "更正对象", "Whose", 20, "key"),
    Column("document_phone", "单据电话", "Phone on the document", 14, "key"),
    Column("wish_no", "要求编号", "Wish no.", 28, "key"),
    Column("wish_vin", "要求车辆", "Wish: vehicle", 20, "key"),
)
NAMES = tuple(column.name for column in COLUMNS)
ENTRY_NAMES = tuple(
    column.name for column in COLUMNS if column.use not in ("task", "every_row", "key")
)

COMPLAINT_COLUMNS: tuple[tuple[str, Pair, float], ...] = (
    ("number", ("序号", "No."), 5),
    ("close_by", ("最迟关闭", "Close by"), 15),
    ("received_at", ("受理时间", "Received"), 16),
    ("level", ("级别", "Level"), 8),
    ("source", ("来源", "Source"), 9),
    ("state_name", ("进展", "Stands"), 10),
    ("verdict_name", ("认定", "Verdict"), 10),
    ("customer_name", ("客户", "Customer"), 9),
    ("customer_phone", ("电话", "Phone"), 12.5),
    ("plate", ("车牌", "Plate"), 10.5),
    ("model", ("车型", "Model"), 13),
    ("vin_tail", ("车架号", "VIN …"), 8),
    ("owner", ("责任人", "Responsible"), 10),
    ("description", ("投诉内容", "What about"), 48),
    ("complaint_no", ("投诉编号", "Number"), 16),
)
"""Columns of the sheet of complaints: whence, titles, width in letters."""

SCORECARD_COLUMNS: tuple[tuple[str, Pair, float], ...] = (
    ("post", ("岗位", "Post"), 22),
    ("name", ("指标", "Figure"), 30),
    ("value", ("结果", "Value"), 10),
    ("counts", ("分子 / 分母", "Of"), 12),
    ("target", ("目标", "Target"), 10),
    ("met", ("是否达标", "Met"), 10),
    ("place", ("同品牌名次", "Place in brand"), 12),
    ("trial", ("性质", "Trial"), 9),
    ("adjusted", ("公布后更正为", "Corrected since"), 18),
)
"""Columns of the sheet of the month: whence, titles, width in letters."""

GUIDE: dict[Language, tuple[str, ...]] = {
    "zh": (
        "按“回访任务”表自上而下拨打：最迟日期早的在前，要发的短信排在所有电话之后。标“今天”“逾期”的请先打。",
        "标“内部跟进”的不打给客户：照话术找负责的同事，处理好了再选结果。",
        "点“话术”列可跳到对应话术；话术表中的“返回”回到任务。",
        "电话任务三行，每行记一次拨打；短信和内部跟进一行。只填浅黄色格子；没打的行留空。",
        "“拨打时间”“结果”“拨打人”必填。输入当前时间：Ctrl+; 空格 Ctrl+Shift+;",
        "“结果”“是否……”请从下拉列表选；接通后再填满意度（1–10）等。",
        "客户投诉：“是否投诉”选“是”并写明内容。客户不愿再接电话：“请勿再联系”选“是”。",
        "客户要暂停、只收短信、或不再联系某类事：在“客户要求”中选，写明原因；有期限的填“要求至”。次日起生效。填错了，改好再交一次。",
        "客户换了号码：把新号码填在“新电话”，下次就打新号码，经销商系统里的也请改。",
        "有“未关闭投诉”表时，请先看：处理和关闭仍在经销商系统中登记，关闭后次日从表中消失。",
        "当天填完后，把本文件另存或复制到共享文件夹 in 中，文件名不限。可分几次交，以最后一次为准。",
        "不要增删行列。需要只看自己的任务时，用表头“负责人”的筛选。",
    ),
    "en": (
        "Call from the top of the sheet Follow-ups: earliest deadline first, messages after all calls. "
        "Start with “today” and “late”.",
        "Work inside the house calls no customer: find the colleague as the script says, and report it when it is solved.",
        "The column Script leads to what to say; “back” on the sheet Scripts leads back.",
        "A call has three rows, one for each try; a message and work inside have one. Fill in yellow cells only; leave unused rows empty.",
        "Called at, Result and Caller are required. The time now: Ctrl+; space Ctrl+Shift+;",
        "Choose results and yes/no from the lists; fill in satisfaction (1–10) after you reached somebody.",
        "A complaint: choose yes and say what about. Somebody who wants no more calls: Do not call, yes.",
        "A pause, messages only, or no more of something: choose it under Wish and say why; its last day, where there is one, under Wish until. It holds from the next day on. Where it was wrong, put it right and hand the list in again.",
        "Somebody has another number: fill it in under New phone; the next call goes there. Change it in the dealer system, too.",
        "Where there is a sheet Open complaints, look at it first. They are handled and closed in the dealer system; the day after they are gone from here.",
        "At the end of the day save or copy this file to the shared folder “in”, under any name. "
        "You may hand it in several times; the last one counts.",
        "Do not add or delete rows or columns. To see only your tasks, filter the column Owner.",
    ),
}
MEANINGS: Words = {
    "reached": (
        "找到了本人并完成回访，或短信已发出；内部跟进的，已处理好。任务结束",
        "spoke to the customer, sent the message, or solved what is work inside the house; the task is done",
    ),
    "no_answer": ("响铃无人接，改时间再打", "it rang; try at another time"),
    "busy": ("占线或挂断，稍后再打", "engaged or hung up; try later"),
    "powered_off": ("关机、停机或不在服务区", "switched off or out of service"),
    "declined": (
        "接通了，这件事客户不需要或已在别处办好（如已续保）；任务结束，同一件事不再联系",
        "spoke to the customer, who does not need it or has it elsewhere; done, and nobody asks about it again",
    ),
    "refused": (
        "客户明确不愿接受回访，任务结束，同一件事不再联系",
        "does not want this call; the task is done, and nobody asks about it again",
    ),
    "invalid_number": (
        "号码不存在，任务结束，转数据专员核对",
        "no such number; goes to the data steward",
    ),
    "wrong_person": (
        "接听人不是车主或送修人，转数据专员核对",
        "somebody else; goes to the data steward",
    ),
    "already_called": (
        "同一件事本店已联系过客户，不必再打，任务结束；时间填现在",
        "the store has talked to the customer about this; no call; fill in the time now",
    ),
    "not_our_customer": (
        "不是本店该联系的客户，不必打，任务结束；时间填现在",
        "nobody whom this store should call; no call; fill in the time now",
    ),
    "message_sent": (
        "请发短信的任务：短信已发出；时间填现在",
        "where a message is asked for: it was sent; fill in the time now",
    ),
    "message_refused": (
        "请发短信的任务：短信发不出或被退回；时间填现在",
        "where a message is asked for: it cannot be sent; fill in the time now",
    ),
}
TEXTS: Words = {
    "title": ("回访任务", "Follow-ups"),
    "count": (
        "共 {tasks} 项，其中今天到期 {today} 项，逾期 {late} 项",
        "{tasks} tasks, {today} due today, {late} late",
    ),
    "hours": ("只在这些时段拨打：{}", "Call in these hours only: {}"),
    "or": ("；或 ", "; or "),
    "complaints": (
        "；未关闭投诉 {complaints} 件，其中逾期 {late} 件",
        "; {complaints} open complaints, {late} late",
    ),
    "provisional": (
        "{} 年的放假安排尚未公布，落在该年的日期为暂定，公布后可能改变。",
        "The holidays of {} are not announced yet: dates in it are provisional and may move.",
    ),
    "published": (
        "{} 公布。这是门店的结果，不含任何个人成绩。",
        "Published {}. Results of the store, of no person.",
    ),
    "private": (
        "本表含客户个人信息：只供本店回访使用，不得转发或外传。",
        "This file holds personal data: for follow-ups of this store only; do not pass it on.",
    ),
    "results": ("结果怎么选", "Which result"),
    "today": ("今天", "today"),
    "late": ("逾期", "late"),
    "script": ("话术 {}", "script {}"),
    "back": ("返回", "back"),
    "many": ("{} 等 {total} 项", "{} and {more} more"),
    "for": ("适用序号", "For no."),
    "calls": ("{} 次，{} {}", "{}: {} {}"),
    "page": ("第 &P 页，共 &N 页", "Page &P of &N"),
    "time_title": ("拨打时间", "Called at"),
    "time_help": (
        "例：{} 10:30。现在：Ctrl+; 空格 Ctrl+Shift+;{hours}",
        "For example {} 10:30. Now: Ctrl+; space Ctrl+Shift+;{hours}",
    ),
    "time_hours": ("\n只在 {} 拨打", "\nCall {} only"),
    "time_wrong": ("请填日期和时间，不早于 {}", "Date and time please, not before {}"),
    "mark_wrong": ("满意度是 1 到 10 的整数", "A whole number from 1 to 10"),
    "list_wrong": ("请从下拉列表中选", "Choose from the list please"),
    "phone_help": (
        "客户的新号码，手机或固话",
        "the customer's new number",
    ),
    "day_wrong": ("请填日期，不早于 {}", "A date please, not before {}"),
    "caller_help": ("工号；可从列表选，也可直接输入", "Employee number: choose or type"),
}
