"""What the morning mail says: Chinese, English."""

from __future__ import annotations

from aftercare.words import LOAD_SUM, OUTCOMES, Pair, Words

STATES: Words = {
    "merged": ("完成", "done"),
    "pulling": ("读取中断", "reading broke off"),
    "pulled": ("未校验", "not validated"),
    "validated": ("未合并", "not merged"),
    "failed": ("失败", "failed"),
    "missing": ("没有读取", "not read"),
    "partial": ("没有读全", "not read whole"),
}
BAD_WAYS = ("rejected", "waiting")
REASONS: Words = {
    **OUTCOMES,
    "missing": ("没有号码", "no number"),
    "landline": ("固定电话", "landline"),
    "too_short": ("号码太短", "number too short"),
    "too_long": ("号码太长", "number too long"),
    "not_a_number": ("不是号码", "not a number"),
    "bad_prefix": ("号段不存在", "no such prefix"),
    "do_not_call": ("客户要求勿扰", "asked not to be called"),
    "not_called": ("没有拨打", "not called"),
    "staff_number": ("是本集团员工的号码", "a number of our own staff"),
    "shared_number": ("多人共用的号码", "a number that many share"),
    "stopped": ("客户要求不再联系此事", "the customer wants no more of this"),
    "no_consent": ("没有营销同意", "no consent to commercial contact"),
    "consent_refused": ("客户不同意联系", "the customer refused contact"),
    "unreachable": ("多次联系不上，待核对号码", "nobody answers the number; it is to be checked"),
    "wrong_number": ("号码有误，待更正", "the number proved wrong; it is to be put right"),
    "said_no": (
        "客户已表示不需要，或非本店客户",
        "the customer wants none of it, or is not the store's",
    ),
    "dead": ("反复送不进去，已放弃", "not taken again and again, given up"),
    "dropped": ("人工丢弃", "dropped by somebody"),
    "in_doubt": ("可能已发出，不再重发", "it may have been sent, so it is not sent again"),
    "not_yet": ("日期后移，未到联系时间", "its day was moved; it is not time yet"),
    "paused": ("客户要求暂停", "paused by the customer"),
    "contact_budget": ("当天已有其他联系", "another contact goes first that day"),
    "shadow": ("门店未上线（试运行）", "the store is not live yet (shadow)"),
    "told": ("已在另一通联系中说明", "told in another call"),
    "no_owner": ("没有负责人", "no owner"),
    "cancelled": ("单据取消", "order cancelled"),
    "reversed": ("结算冲销", "settlement reversed"),
    "not_delivered": ("未交车", "not delivered"),
    "not_left": ("未离站", "still in the workshop"),
    "document_gone": ("单据消失", "document gone"),
    "pre_delivery": ("售前工单", "before delivery"),
    "not_invoiced": ("未开票", "not invoiced"),
    "came_again": ("客户已到店", "the customer came"),
    "sold_again": ("车辆已转售", "the vehicle was sold again"),
    "other_owner": ("车辆已归他人", "the vehicle has another owner"),
    "booked": ("已预约", "a visit is booked"),
    "renewed": ("已续保", "the policy was renewed"),
    "bought": ("客户已购车", "the customer bought a car"),
    "other_sale_type": ("不是新车", "the car was not sold as a new one"),
    "store_closed": (
        "门店已停业，待安排由谁跟进",
        "the store is closed; somebody else has to be found",
    ),
    "not_defeated": ("线索不再是战败", "the lead is not lost any more"),
    "said_otherwise": (
        "由另一任务告知，或不再适用",
        "another task says it, or it is for them no more",
    ),
    "other_birthday": ("生日有更正", "the birthday was put right"),
    "campaign_stopped": ("活动已停止", "the campaign was stopped"),
    "referral_ended": ("推荐的客户未提车", "the buyer whom they sent has no car"),
    "answer_corrected": ("客户的回答有更正", "what the customer said was put right"),
    "below_odometer": ("里程未达到", "its odometer has not read as much"),
    "read_before": ("以前进站时里程已达到", "an earlier visit read as much"),
    "below_cost": ("维修费用未达到", "its repair did not cost as much"),
    "other_usage": ("车辆用途不在此列", "the car is used otherwise"),
    "asked_lately": ("近期已问过同一件事", "the same was asked lately"),
    "called_before": ("原结算单已回访", "called already about the settlement that it replaces"),
    "rule_off": ("规则停用", "rule switched off"),
    "expired": ("已过期限", "its time is over"),
    "no_message": ("没有生成消息", "no message was made"),
    "pending": ("尚未发送", "not sent yet"),
    "sending": ("正在发送", "being sent"),
    "retry": ("对方忙", "the target was busy"),
    "unknown": ("结果不明", "the answer was lost"),
    "contact_rejected": (
        "其客户资料被拒收，请在来源系统更正",
        "its contact was rejected; correct the contact in the dealer system",
    ),
    "sender_ended": ("发送进程中断", "the sending process ended"),
}
PUSH_HEADS: Words = {
    "due": ("消息", "messages"),
    "sent": ("已送", "sent"),
    "unchanged": ("无变化", "unchanged"),
    "rejected": ("拒收", "rejected"),
    "dead": ("已放弃", "given up"),
    "dropped": ("人工丢弃", "dropped"),
    "retry": ("待重试", "to retry"),
    "unknown": ("不明", "unknown"),
    "expired": ("过期", "expired"),
    "waiting": ("等待", "waiting"),
    "withdrawn": ("另撤回", "also withdrawn"),
}
ACTIONS: Words = {"upsert": ("任务", "tasks"), "withdraw": ("撤回", "withdrawals")}
KINDS_OF: Words = {
    "tasks": ("{target}", "{target}"),
    "complaints": ("{target}（投诉）", "{target} (complaints)"),
    "scorecards": ("{target}（月度评分）", "{target} (months' scorecards)"),
}
WORKBOOK: Pair = ("门店任务表", "Task workbooks")
ENTERED_WISHES: Pair = ("登记的客户要求", "Wishes that were entered")
NOBODY: Pair = ("未指定（include/group.yaml 的 owners）", "nobody (owners in include/group.yaml)")

WORDS: Words = {
    "todo": ("需要处理", "To do"),
    "what": ("什么事", "What"),
    "action": ("怎么办", "What to do"),
    "owner": ("谁负责", "Owner"),
    "tasks": ("回访任务", "Follow-up tasks"),
    "new": ("本夜新任务", "new tonight"),
    "current": ("全部待办", "all to be done"),
    "reasons": ("原因", "reasons"),
    "due": ("合计应办", "Due in all"),
    "no_tasks": ("没有任务。", "There are no tasks."),
    "targets": ("送达", "Delivery"),
    "target": ("去向", "To"),
    "targets_note": (
        "消息 = 其后各列之和（“另撤回”除外）；为 0 的列不显示。改期的任务会再发一次消息。",
        "Messages are the sum of the columns after them (but “also withdrawn”); columns of 0 are left out. "
        "A task that moves sends another message.",
    ),
    "loads": ("数据读取", "Data read"),
    "system": ("系统", "System"),
    "feed": ("数据", "Data"),
    "state": ("状态", "State"),
    "loads_note": (
        f"{LOAD_SUM[0]}“—”表示不知道，不是 0。",
        f"{LOAD_SUM[1]} “—” means unknown, not 0.",
    ),
    "cases": ("隔离的数据", "Quarantined rows"),
    "rule": ("规则", "Rule"),
    "open": ("待处理", "open"),
    "new_cases": ("新增", "new"),
    "oldest": ("最早", "oldest"),
    "cases_note": (
        "违反两条规则的一行在两处各计一次。清单见数据专员邮件的附件，或 Airflow 菜单“Aftercare” 页面。",
        "A row that breaks two rules counts at both. Stewards get the list attached; it also stands on "
        "Airflow's page Aftercare.",
    ),
    "no_cases": ("没有待处理的隔离数据。", "There are no open cases."),
}
TEXTS: Words = {
    "stamp": (
        "{group} · 营业日 {day} · 供 {work_day} 使用",
        "{group} · business day {day} · for work on {work_day}",
    ),
    "complete": ("{day} 夜间处理完整", "The night of {day} is complete"),
    "incomplete": ("{day} 夜间处理不完整", "The night of {day} is incomplete"),
    "subject": ("回访早报 {day}：{verdict}，{detail}", "Follow-ups {day}: {verdict}, {detail}"),
    "is_complete": ("完整", "complete"),
    "is_incomplete": ("不完整", "incomplete"),
    "detail_todo": ("{count} 件事要处理", "{count} to do"),
    "detail_tasks": ("新任务 {new}，待办 {current}", "{new} new tasks, {current} to be done"),
    "tasks_line": (
        "本夜新任务 {new} 项；全部待办 {current} 项，其中 {sent} 项已在门店或 CRM 的清单上。",
        "{new} new tasks tonight; {current} to be done in all, {sent} of them on the lists of stores or CRM.",
    ),
    "loads_line": (
        "{count} 个数据源没有读全：{names}。相关任务可能缺少。",
        "{count} sources were not read whole: {names}. Tasks may be missing.",
    ),
    "loads_more": (
        "另有 {count} 项读到的数据较少，此处从略。",
        "{count} more that read less are left out here.",
    ),
    "todo_more": (
        "另有 {count} 件，此处放不下；逐项看 Airflow 里 {day} 的运行日志和“Aftercare” 页面。",
        "{count} more have no room here; see the logs of the run {day} and the page Aftercare in Airflow.",
    ),
    "todo_line": ("有 {count} 件事要处理，见下表。", "{count} things to do, see below."),
    "provisional": (
        "{years} 年的放假安排尚未公布，任务中落在该年的日期为暂定；公布后写入 include/calendars/cn.yaml，日期自动重排。",
        "The holidays of {years} are not announced: dates of tasks in it are provisional. Once they are, put them into "
        "include/calendars/cn.yaml, and the dates are placed anew.",
    ),
    "draft_line": (
        "草案 {folder} 与现行政策比较：本夜只有现行有 {only_here} 项任务，只有草案有 {only_there} 项，两边不同 {differing} 项。"
        "逐项看：{command}",
        "Against the draft {folder} this night has {only_here} tasks by today's policy only, {only_there} by the draft "
        "only, and {differing} that differ. Which: {command}",
    ),
    "draft_same": (
        "草案 {folder} 与现行政策比较：本夜没有不同。",
        "By the draft {folder} this night would be the same.",
    ),
    "draft_failed": (
        "草案 {folder} 没有比较成：{failure}",
        "the draft {folder} was not compared: {failure}",
    ),
    "draft_failed_action": (
        "更正草案，或从 include/group.yaml 删去 night.draft；夜间处理不受影响",
        "mend the draft, or take night.draft out of include/group.yaml; the night does not depend on it",
    ),
    "nothing_line": ("没有需要处理的事。", "There is nothing to do."),
    "doubts": (
        "{count} 条短信不知是否发出",
        "{count} messages of which nobody knows whether they were sent",
    ),
    "doubts_action": (
        "在短信平台按时间核对；系统不会重发。任务的经过见 aftercare why",
        "look them up in the gateway's console; they are not sent again. aftercare why tells a task's story",
    ),
    "unreachable": (
        "{count} 位客户多次联系不上",
        "{count} customers whom nobody could reach",
    ),
    "unreachable_action": (
        "核对电话并在来源系统更正（清单见附件“待核对电话”）；更正后任务自动恢复",
        "check the number and put it right in the dealer system (sheet “Numbers to check”); tasks then go on",
    ),
    "load_failed": ("{system} {feed}：{state}。{failure}", "{system} {feed}: {state}. {failure}"),
    "load_action": (
        "排除原因即可，下一夜自动补上；今天就要补，在 Airflow 重跑该夜，或执行 aftercare night {day}",
        "Mend the cause; the next night catches up by itself. For today run the night again in Airflow, or: "
        "aftercare night {day}",
    ),
    "files_absent": ("文件没有到：{files}", "files that did not come: {files}"),
    "files_left": ("文件没有读：{files}", "files left unread: {files}"),
    "few_rows": (
        "{system} {feed} 只来了 {count} 行，平时约 {usual} 行",
        "only {count} rows of {system} {feed} came; usually there are about {usual}",
    ),
    "few_rows_action": (
        "看导出是否完整：文件可能还没写完，或只导出了一部分；补齐后下一夜自动补上。确属正常则不用处理",
        "see whether the export is whole: a file may have been half written, or a part exported. The next "
        "night reads what is added. Where few is right, there is nothing to do",
    ),
    "refused": (
        "{system} {feed} 整批退回：{rule} 有 {flagged} 行（共 {rows} 行，上限 {share}）",
        "{system} {feed} refused whole: {rule} in {flagged} of {rows} rows (limit {share})",
    ),
    "refused_action": (
        "检查导出或映射；确属正常时由数据专员放行后重跑",
        "Check export and mapping; where the rows are right, release them and run again",
    ),
    "sweep_failed": (
        "{system} {feed}：没有查清哪些单据已删除。{failure}",
        "{system} {feed}: it is not known which documents were deleted. {failure}",
    ),
    "sweep_action": (
        "排除原因即可，下一夜会再查；确属删除时执行上面的命令",
        "Mend the cause, the next night looks again; if they were deleted, run the command above",
    ),
    "no_task_report": ("本夜没有生成回访任务", "No follow-up tasks were made this night"),
    "no_task_action": (
        "查看 Airflow 中 make_tasks 的日志，再执行 aftercare night {day} --step tasks",
        "See the log of make_tasks in Airflow, then: aftercare night {day} --step tasks",
    ),
    "no_push": ("{target}：任务没有送出", "{target}: tasks were not delivered"),
    "push_waits": (
        "{target}：{count} 条消息还没送到（{reasons}）",
        "{target}: {count} messages did not arrive yet ({reasons})",
    ),
    "push_action": (
        "检查连接、对方系统和磁盘空间；下一次推送会补发。要马上补发，执行 aftercare push {day}；不会重复",
        "Check the connection, the other side and room on its disk; the next push sends what waits. At once: "
        "aftercare push {day}; nothing is doubled",
    ),
    "rejected_tasks": (
        "{target}：拒收 {count} 项任务。{reasons}",
        "{target}: {count} tasks rejected. {reasons}",
    ),
    "rejected_complaints": (
        "{target}：拒收 {count} 件投诉。{reasons}",
        "{target}: {count} complaints rejected. {reasons}",
    ),
    "rejected_scorecards": (
        "{target}：拒收 {count} 家门店的月度评分。{reasons}",
        "{target}: {count} stores' months rejected. {reasons}",
    ),
    "rejected_action": (
        "按原因更正源数据或 CRM 映射；更正后自动再发。逐条查看：aftercare outbox list --target {name}",
        "Correct the source or the CRM mapping; what changes is sent again. Each of them: aftercare "
        "outbox list --target {name}",
    ),
    "push_stopped": (
        "{target}：推送看起来不对，已停下。{why}",
        "{target}: the push looked wrong and was stopped. {why}",
    ),
    "push_stopped_action": (
        "先看 aftercare push {day} --target {name} --dry-run 和 aftercare outbox list；确认无误后执行 "
        "aftercare push {day} --target {name} --let-through --reason 原因",
        "Look with aftercare push {day} --target {name} --dry-run and aftercare outbox list; if all is right: "
        "aftercare push {day} --target {name} --let-through --reason why",
    ),
    "stopped_volume": (
        "{work_day} 的 {action} 有 {found} 条，平常每天 {usual} 条",
        "{found} messages ({action}) of {work_day}; usual are {usual} a day",
    ),
    "stopped_rejected": (
        "对方拒收了 {found}，最多允许 {limit}",
        "the target rejected {found}; {limit} is the most",
    ),
    "dead": (
        "{target}：{count} 条消息反复送不进去，已放弃",
        "{target}: {count} messages were not taken again and again, and are given up",
    ),
    "dead_action": (
        "查看 aftercare outbox list --target {name} --state dead；排除原因后 aftercare outbox replay，或 drop",
        "See aftercare outbox list --target {name} --state dead; mend the cause, then aftercare outbox "
        "replay, or drop",
    ),
    "told": ("已在另一通联系中说明", "told in another call"),
    "no_owner": ("{count} 项任务没有负责人", "{count} tasks have no owner"),
    "no_owner_action": (
        "在花名册中为门店补上销售顾问或客服专员的任职",
        "Add the missing consultant to the store's roster",
    ),
    "cases": (
        "隔离数据新增 {new} 行，共 {open} 行待处理",
        "{new} rows newly quarantined, {open} open in all",
    ),
    "cases_action": (
        "在 Airflow 菜单“Aftercare” 页面放行、豁免，或请门店更正",
        "Release or waive them on Airflow's page Aftercare, or have the store correct them",
    ),
    "unapproved": (
        "今天任务表上有 {tasks} 项任务用的是没有人批准的话术（{scripts} 份）",
        "{tasks} tasks of today's lists use words that nobody approved ({scripts} scripts)",
    ),
    "unapproved_action": (
        "照常使用，不会停下。用 aftercare scripts list 查看，由全部门店的 manager 执行 aftercare scripts approve",
        "They are used all the same. Look with aftercare scripts list; a manager of all stores approves them with "
        "aftercare scripts approve",
    ),
    "objections": (
        "{month} 有 {count} 项异议待答复，最早须于 {due} 前答复",
        "{month}: {count} objections without an answer, the first is due on {due}",
    ),
    "objections_late": (
        "{month} 有 {count} 项异议待答复，其中 {late} 项已逾期，最早的应于 {due} 前答复",
        "{month}: {count} objections without an answer, {late} of them late, the first since {due}",
    ),
    "objections_action": (
        "请人力资源部在“评分与建议”页答复，或执行 aftercare objections list {month} 与 aftercare objections answer",
        "HR answers them on the page Scorecards, or with aftercare objections list {month} and "
        "aftercare objections answer",
    ),
    "mails": (
        "邮件 {report}：{count} 封{state}",
        "Mails of {report}: {count} {state}",
    ),
    "mail_unknown": ("结果不明", "unknown"),
    "mail_failed": ("被拒收", "refused"),
    "mails_action": (
        "向收件人核实；需要再发时执行 aftercare mail again {report}",
        "Ask the recipients; to send again: aftercare mail again {report}",
    ),
    "mails_waiting": (
        "{month} 已发布，还有 {count} 封邮件没有发出",
        "{month} is published, and {count} of its mails have not gone out",
    ),
    "mails_uncertified": (
        "{month} 已发布，还有 {count} 封邮件因收件人的证书不可用而没有发出",
        "{month} is published, and {count} of its mails wait for a certificate of their recipient that can be used",
    ),
    "mails_uncertified_action": (
        "aftercare check 指出哪个证书缺失或已过期；向收件人要新证书替换，随后的夜自动发送（至 {until}），"
        "或执行 aftercare publish {month}。不会以明文发出。逐封查看：aftercare mail list scorecards/{month}",
        "aftercare check says which certificate is missing or expired; put a new one of the recipient there. The next "
        "night sends them (until {until}), or: aftercare publish {month}. Nothing goes in clear. Each of them: "
        "aftercare mail list scorecards/{month}",
    ),
    "mails_tried_action": (
        "检查邮件服务器和连接 aftercare_smtp；每夜自动再发，直到 {until}。逐封查看：aftercare mail list "
        "scorecards/{month}；立即发送：aftercare publish {month}",
        "Look at the mail server and connection aftercare_smtp; each night tries again, until {until}. Each of "
        "them: aftercare mail list scorecards/{month}; to send them now: aftercare publish {month}",
    ),
    "mails_left_action": (
        "自 {until} 起不再自动发送。逐封查看：aftercare mail list scorecards/{month}；发送：aftercare publish {month}",
        "Nights have not tried again since {until}. Each of them: aftercare mail list scorecards/{month}; to send "
        "them: aftercare publish {month}",
    ),
    "foot": (
        "本邮件由系统自动发出，每个营业日一封，不含客户个人信息。“待办”含搁置与推迟的任务。",
        "Sent automatically, once per business day, without personal data. “To be done” includes held and "
        "postponed tasks.",
    ),
}
