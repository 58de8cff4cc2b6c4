"""The notice that a night is late or not there at all: what is missing and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from aftercare.reports.morning_words import TEXTS as MORNING
from aftercare.reports.morning_words import WORKBOOK
from aftercare.settings import Language
from aftercare.words import Pair, say

TASKS, PUSH, MAIL, WAREHOUSE = "tasks", "push", "morning", "warehouse"

TEXTS: dict[str, Pair] = {
    "subject": ("{day} 的夜间任务到 {due} 还没有完成", "The night of {day} was not done by {due}"),
    "stamp": ("{group} · 营业日 {day}", "{group} · business day {day}"),
    "conclusion": (
        "还缺 {count} 步。已有的结果不会丢失；补做不会重复联系客户，也不会重复发信。",
        "Steps that are missing: {count}. What is there is not lost; catching up calls and mails nobody twice.",
    ),
    "foot": (
        "每晚只提醒一次。夜间任务完成后会照常发送早报。",
        "One notice a night. The morning mail follows as usual when the night is done.",
    ),
    "what": ("缺什么", "Missing"),
    "action": ("怎么办", "What to do"),
    TASKS: ("没有生成回访任务", "No follow-up tasks were made"),
    "tasks_action": (
        "在 Airflow 中查看 aftercare_night 停在哪一步；Airflow 没有运行时先启动它，或执行 aftercare night {day}",
        "See in Airflow where aftercare_night stands; if Airflow is down start it, or: aftercare night {day}",
    ),
    PUSH: ("没有送出任务：{target}", "Tasks were not delivered: {target}"),
    "push_action": MORNING["push_action"],
    MAIL: ("早报没有发出", "The morning mail was not sent"),
    "morning_action": (
        "检查邮件服务器，再执行 aftercare night {day} --step morning",
        "Check the mail server, then: aftercare night {day} --step morning",
    ),
    WAREHOUSE: ("数据仓库没有应答或无法写入", "The warehouse does not answer, or cannot write"),
    "warehouse_action": (
        "检查 PostgreSQL、磁盘空间和连接 aftercare_warehouse；恢复后执行 aftercare night {day}",
        "Check PostgreSQL, room on its disk, and the connection aftercare_warehouse; then: aftercare night {day}",
    ),
}


def view(
    group: str, day: date, due: time, missing: Sequence[str], language: Language
) -> dict[str, Any]:
    """The notice's texts. ``missing`` are steps; ``push:<target>`` names the target."""
    rows = []
    for step in missing:
        kind, _, target = step.partition(":")
        shown = say(WORKBOOK, language) if target == "workbook" else target.capitalize()
        named = {"day": day, "target": shown}
        rows.append(
            {
                "what": say(TEXTS[kind], language, **named),
                "action": say(TEXTS[f"{kind}_action"], language, **named),
            }
        )
    subject = say(TEXTS["subject"], language, day=day, due=f"{due:%H:%M}")
    return {
        "language": language,
        "subject": subject,
        "title": subject,
        "stamp": say(TEXTS["stamp"], language, group=group, day=day),
        "conclusion": say(TEXTS["conclusion"], language, count=len(rows)),
        "rows": rows,
        "words": {name: say(TEXTS[name], language) for name in ("what", "action")},
        "foot": say(TEXTS["foot"], language),
    }
