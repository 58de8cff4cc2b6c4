"""The task workbook: one XLSX task list per store and work day, filled in by hand.

Where: ``<exchange>/out/<store_code>/<work day>_回访任务.xlsx`` (``_follow-ups.xlsx`` where the group's
language is English), for example ``out/CA01/2026-11-21_回访任务.xlsx``. Filled lists are dropped,
under any name, in ``<exchange>/in/``.

A list is whole: it shows every open task of the store, not only tonight's. It is written to a
temporary file and renamed, and only when its content changes. What staff typed into the day's
list before it is written again is carried over.

The sheets are 说明 (how to fill in), 回访任务 (the list), 话术 (what to say, one row per text) and
a hidden one with the words of the drop-downs. English names: Guide, Follow-ups, Scripts, Lists.

Format of the sheet 回访任务, which is the **second** sheet in both languages:

* Row 1 holds the titles for people, in the language of the group.
* Row 2, almost invisible, holds the names for machines. They are the same in every language, so
  a mapping uses ``header_row: 2``.
* From row 3 on there are three rows a task, one for each call that may be made today. ``task_key``,
  ``store_code`` and ``attempt_no`` are filled in on all three; ``attempt_no`` goes on from the calls
  that are already known. **A row in which ``outcome`` is empty was not used and is no result.**

| Row 2 | Row 1 | Content |
|-|-|-|
| task_no | 序号 | number in this list, by deadline and owner |
| deadline_on | 最迟日期 | date |
| customer_name, customer_phone, plate, model, vin_tail | 客户 电话 车牌 车型 车架号 | VIN: the last 6 |
| last_event | 上次事项 | date and event |
| why | 为什么联系 | title of the rule |
| script_no | 话术 | link to the row on the sheet 话术 |
| owner | 负责人 | name, else number |
| attempts | 已拨打 | calls known so far, the last one's day and result |
| attempt_no | 第几次 | whole number; key with task_key |
| called_at | 拨打时间 | date and time, in the group's time zone |
| outcome | 结果 | a word of the table below |
| satisfaction | 满意度 | whole number 1–10 |
| is_fault_cleared | 故障是否排除 | 是/否 (yes/no) |
| is_next_service_told | 已告知下次保养 | 是/否 |
| is_complaint | 是否投诉 | 是/否 |
| complaint_description | 投诉内容 | text; with is_complaint 是 the row is a ``complaint`` too |
| is_do_not_call | 请勿再联系 | 是/否 |
| remark | 备注 | text |
| caller_no | 拨打人 | employee number |
| task_key | 任务号 | key of the task |
| store_code | 门店 | code of the store |

A complaint has no number of its own in the workbook: ``task_key`` is its ``complaint_no``,
``called_at`` its ``received_at``.
"""

from __future__ import annotations

OUTCOMES: dict[str, tuple[str, str]] = {
    "reached": ("已接通", "reached"),
    "no_answer": ("无人接听", "no answer"),
    "busy": ("占线", "busy"),
    "powered_off": ("关机或停机", "switched off"),
    "refused": ("拒绝回访", "refused"),
    "invalid_number": ("空号", "invalid number"),
    "wrong_person": ("非本人", "wrong person"),
}
"""Words of the drop-down ``outcome`` by code: Chinese, English."""

YES_NO: dict[bool, tuple[str, str]] = {True: ("是", "yes"), False: ("否", "no")}
"""Words of the drop-downs of flags: Chinese, English."""

ATTEMPTS = 3
"""Rows a task: calls that one person can be expected to make in a day."""
