"""The morning mail, read from a real warehouse and received by a real mail server."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from care_group import house_policy
from file_crm import FileCrm
from mail_server import MailServer
from night_of_tasks import DAY, NAME, PHONE, PLATE, TODAY, NightOfTasks
from openpyxl import load_workbook
from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from aftercare import warehouse as house
from aftercare.reports.morning import ROOMS, morning_mail
from aftercare.reports.morning_facts import Unapproved
from aftercare.settings import PROJECT, Calendar, Group, Messages, Recipient
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.cases import list_cases
from aftercare.stages.morning import morning, read_morning
from aftercare.stages.push import ENDS, push
from aftercare.targets.workbook import WorkbookTarget

SYSTEMS = ("heyuan_dms", "skoda_export", "workbook")


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def load_all(night: NightOfTasks, **changed: Any) -> None:
    """Every feed of every system got through; ``changed`` sets columns of skoda_export's."""
    loads = night.table("ops.load")
    with night.engine.begin() as connection:
        for system in SYSTEMS:
            path = PROJECT / "include" / "mappings" / "dealer" / f"{system}.yaml"
            for feed in read_dealer_system(path).feeds:
                row = {"state": "merged", "pulled": 7, "promoted": 7, "quarantined": 0}
                if system == "skoda_export":
                    row |= changed
                upsert = insert(loads).values(system=system, feed=feed, business_day=DAY, **row)
                names = ["system", "feed", "business_day"]
                connection.execute(upsert.on_conflict_do_update(index_elements=names, set_=row))
        house.report(connection, "tasks", DAY.isoformat(), {"made": 0})


def finish(night: NightOfTasks, folder: Path) -> None:
    """The night is complete: all is read, tasks are made and in the stores' lists."""
    load_all(night)
    push(
        night.engine,
        night.keyring,
        night.group,
        WorkbookTarget(str(folder)),
        DAY,
        TODAY,
        house_policy(),
    )


def send(
    night: NightOfTasks, server: MailServer, group: Group | None = None, **more: Any
) -> dict[str, Any]:
    today: date = more.pop("today", TODAY)
    chosen = group or night.group
    return morning(night.engine, night.keyring, chosen, DAY, today, server.mailer(), **more)


def hold(night: NightOfTasks) -> None:
    """Two held repair orders, one of them held since three days."""
    cases = night.table("quality.quarantine")
    with night.engine.begin() as connection:
        for number, first_day in enumerate((DAY, DAY - timedelta(days=3))):
            connection.execute(
                cases.insert().values(
                    system="heyuan_dms",
                    feed="repair_order",
                    store_code="CA01",
                    business_key=f"CA01|RO{number}",
                    row_hash=b"\0",
                    load_id=1,
                    row_id=number,
                    source_ref="x",
                    source_row={},
                    rule_ids=["RO08"],
                    is_releasable=True,
                    first_day=first_day,
                    last_day=DAY,
                )
            )


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_complete_night_says_so_in_its_subject(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    for _ in range(3):
        night.task(target="workbook")
    finish(night, tmp_path)
    counts = send(night, server)
    assert (counts["complete"], counts["todo"], counts["sent"]) == (1, 0, 2)
    assert sorted(server.recipients) == ["operator@heyuan.example", "steward@heyuan.example"]
    message = server.messages[0]
    assert message["Subject"] == "回访早报 11-20：完整，新任务 3，待办 3"
    text = text_of(message)
    assert text.startswith("2026-11-20 夜间处理完整\n")
    assert "本夜新任务 3 项；全部待办 3 项，其中 3 项已在门店或 CRM 的清单上。" in text
    assert "没有需要处理的事。" in text


def test_the_mail_says_once_that_dates_of_a_year_are_provisional(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    for _ in range(3):
        night.task(target="workbook")
    finish(night, tmp_path)
    tasks = night.table("care.follow_up_task")
    with night.engine.begin() as connection:
        connection.execute(update(tasks).values(deadline_on=date(2036, 1, 3)))
    keeping = night.group.model_copy(update={"calendars": {"default": Calendar(holidays="cn")}})
    for group in (night.group, keeping):
        facts = read_morning(night.engine, group, DAY)
        assert facts.provisional_years == ([2036] if group is keeping else [])
    send(night, server, keeping)
    said = "2036 年的放假安排尚未公布，任务中落在该年的日期为暂定"
    assert text_of(server.messages[0]).count(said) == 1
    english = morning_mail(facts, "en")
    assert text_of(english).count("The holidays of 2036 are not announced") == 1


def nights_before(night: NightOfTasks, rows: Sequence[int]) -> None:
    """What came of one feed in the nights before, the last one last."""
    with night.engine.begin() as connection:
        for back, count in enumerate(reversed(rows), 1):
            connection.execute(
                insert(night.table("ops.load")).values(
                    system="skoda_export",
                    feed="repair_order",
                    business_day=DAY - timedelta(days=back),
                    state="merged",
                    pulled=count,
                )
            )


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        ([100] * 7, 29, True),
        ([100] * 7, 30, False),
        ([100] * 6, 1, False),
        ([9000, 0, 90, 110, 100, 100, 95], 0, True),
        ([19] * 7, 0, False),
        ([100] * 7, 400, False),
    ],
)
def test_a_load_of_conspicuously_few_rows_is_told(
    night: NightOfTasks, server: MailServer, before: list[int], now: int, is_told: bool
) -> None:
    nights_before(night, before)
    load_all(night, pulled=now)
    send(night, server)
    text = text_of(server.messages[0])
    assert (f"维修工单 只来了 {now} 行，平时约 100 行" in text) is is_told, text
    assert ("只来了" in text) is is_told


def test_on_a_day_on_which_nobody_works_few_rows_are_no_wonder(
    night: NightOfTasks, server: MailServer
) -> None:
    nights_before(night, [100] * 7)
    load_all(night, pulled=1)
    closed = {
        name: calendar.model_copy(update={"closed": frozenset({DAY})})
        for name, calendar in night.group.calendars.items()
    }
    send(night, server, night.group.model_copy(update={"calendars": closed}))
    assert "只来了" not in text_of(server.messages[0])


def test_html_and_text_say_the_same(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    night.task(target="workbook")
    finish(night, tmp_path)
    send(night, server)
    html = text_of(server.messages[0], "html")
    assert "2026-11-20 夜间处理完整" in html
    assert "<style" not in html, "mail programs drop style sheets: styles are inlined"


def test_a_system_that_was_not_read_is_named_with_its_owner(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    loads = night.table("ops.load")
    with night.engine.begin() as connection:
        connection.execute(loads.delete().where(loads.c.system == "skoda_export"))
    counts = send(night, server)
    text = text_of(server.messages[0])
    assert counts["complete"] == 0
    assert server.messages[0]["Subject"] == "回访早报 11-20：不完整，1 件事要处理"
    assert "没有读取" in text
    assert "谁负责: 信息部" in text
    assert "读取 —" in text, "what is not known is not 0"


def test_feeds_that_fail_for_one_cause_are_one_thing_to_do(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    load_all(night, state="failed", failure="the folder is not there")
    counts = send(night, server)
    assert counts["todo"] == 1
    assert text_of(server.messages[0]).count("the folder is not there") == 1


def test_files_that_did_not_come_or_were_left_are_named(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    counts = {"files_absent": ["20261120/A.csv"], "files_left": ["in/b.csv:4: breaks off"]}
    with night.engine.begin() as connection:
        part = "skoda_export/sales_order"
        house.report(connection, "pull", DAY.isoformat(), counts, part)
    assert send(night, server)["complete"] == 0
    text = text_of(server.messages[0])
    assert "没有读全。文件没有到：20261120/A.csv; 文件没有读：in/b.csv:4: breaks off" in text
    assert "下一夜自动补上" in text


def test_a_sweep_that_failed_is_a_thing_to_do_in_a_complete_night(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    sweep = {"system": "heyuan_dms", "feed": "sales_order", "business_day": DAY}
    with night.engine.begin() as connection:
        table = night.table("ops.sweep")
        connection.execute(insert(table).values(**sweep, state="failed", failure="so many gone"))
    counts = send(night, server)
    assert (counts["complete"], counts["todo"]) == (1, 1)
    assert "没有查清哪些单据已删除。so many gone" in text_of(server.messages[0])


def test_words_that_nobody_approved_are_a_thing_to_do_in_a_complete_night(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    counts = send(night, server, unapproved=Unapproved(scripts=2, tasks=17))
    assert (counts["complete"], counts["todo"]) == (1, 1)
    text = text_of(server.messages[0])
    assert "今天任务表上有 17 项任务用的是没有人批准的话术（2 份）" in text
    assert "aftercare scripts approve" in text


def test_nothing_is_said_of_approvals_where_all_is_approved_or_nobody_knows(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    assert send(night, server, unapproved=Unapproved(scripts=0, tasks=0))["todo"] == 0
    assert send(night, server)["todo"] == 0


def test_a_refused_batch_names_rule_and_share(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    loads, counts_of_rules = night.table("ops.load"), night.table("quality.rule_count")
    with night.engine.begin() as connection:
        of_orders = (loads.c.system == "heyuan_dms") & (loads.c.feed == "repair_order")
        load_id = connection.execute(
            update(loads).where(of_orders).values(state="failed").returning(loads.c.load_id)
        ).scalar_one()
        connection.execute(
            counts_of_rules.insert().values(
                load_id=load_id,
                rule_id="RO04",
                severity="critical",
                flagged=98,
                rows=412,
                max_share="0.1",
                is_within_limit=False,
            )
        )
    assert send(night, server)["todo"] == 1
    text = text_of(server.messages[0])
    assert "整批退回：RO04 VIN" in text
    assert "有 98 行（共 412 行，上限 10.0%）" in text


def test_tasks_add_up_with_their_reasons(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    night.task(target="workbook")
    night.task(status="held", status_reason="landline")
    night.task(status="missed", status_reason="not_called")
    older = DAY - timedelta(days=2)
    night.task(status="held", status_reason="too_short", made_day=older, changed_day=older)
    night.task(status="missed", status_reason="busy", made_day=older, changed_day=older)
    night.task(status="postponed", status_reason="contact_budget")
    finish(night, tmp_path)
    facts = read_morning(night.engine, night.group, DAY)
    assert facts.count(is_new=True) == 4
    assert facts.count(is_new=False) == 5
    assert {line.way: (line.new, line.current) for line in facts.tasks if line.way != "held"} == {
        "sent": (1, 1),
        "missed": (1, 1),
        "postponed": (1, 1),
    }
    send(night, server)
    text = text_of(server.messages[0])
    assert "搁置: 本夜新任务 1, 全部待办 2 (固定电话 1、号码太短 1)" in text
    assert "合计应办: 本夜新任务 4, 全部待办 5" in text


def test_rejected_and_waiting_tasks_are_things_to_do(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    crm = FileCrm(tmp_path / "crm.sqlite")
    rejected, lost = night.task(), night.task()
    night.task()
    crm.answers |= {rejected: "rejected", lost: "unknown"}
    targets = night.group.targets.model_copy(update={"default": "crm"})
    group = night.group.model_copy(update={"targets": targets})
    load_all(night)
    push(night.engine, night.keyring, group, crm, DAY, TODAY, house_policy())
    counts = send(night, server, group)
    text = text_of(server.messages[0])
    assert counts["complete"] == 0
    assert "Crm：拒收 1 项任务。phone: rejected by the CRM (1)" in text
    assert "Crm：1 条消息还没送到（不明 1）" in text
    assert "被拒收: 本夜新任务 1, 全部待办 1" in text


def test_bad_loads_are_listed_before_those_that_read_most(
    night: NightOfTasks, server: MailServer
) -> None:
    load_all(night, state="failed", pulled=0, failure="the folder is not there")
    send(night, server)
    text = text_of(server.messages[0])
    listed = text[text.index("== 数据读取 ==") : text.index("== 隔离的数据 ==")]
    bad = [line for line in listed.splitlines() if line.startswith("!")]
    good = [line for line in listed.splitlines() if line.startswith("+")]
    path = PROJECT / "include" / "mappings" / "dealer" / "skoda_export.yaml"
    assert len(bad) == len(read_dealer_system(path).feeds)
    assert len(bad) + len(good) == ROOMS[0].loads
    with night.engine.connect() as connection:
        loads = connection.execute(
            select(func.count()).select_from(night.table("ops.load"))
        ).scalar_one()
    assert f"另有 {loads - ROOMS[0].loads} 项" in listed


def test_a_night_without_tasks_report_or_push_is_incomplete(
    night: NightOfTasks, server: MailServer
) -> None:
    assert send(night, server)["complete"] == 0
    text = text_of(server.messages[0])
    assert "本夜没有生成回访任务" in text
    assert "门店任务表：任务没有送出" in text


def test_open_cases_stand_by_rule_with_the_new_ones(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    hold(night)
    assert send(night, server)["complete"] == 1, "held rows are work, not a gap"
    text = text_of(server.messages[0])
    assert "隔离数据新增 1 行，共 2 行待处理" in text
    assert "待处理 2, 新增 1, 最早 11-17" in text
    assert "谁负责: 数据专员" in text


def test_the_same_night_again_sends_no_second_mail(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    send(night, server)
    assert send(night, server)["changed"] == 0
    assert len(server.envelopes) == 2


def test_the_mail_of_an_old_night_is_sent_only_when_asked_for(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    later = TODAY + timedelta(days=3)
    assert send(night, server, today=later)["suppressed"] == 2
    assert not server.envelopes
    assert send(night, server, today=later, notify=True)["changed"] == 2


def test_each_recipient_reads_their_own_language(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    recipients = {
        "operator": (
            Recipient(address="a@heyuan.example", language="en"),
            Recipient(address="b@heyuan.example"),
        )
    }
    mail = night.group.mail.model_copy(update={"recipients": recipients})
    send(night, server, night.group.model_copy(update={"mail": mail}))
    subjects = [message["Subject"] for message in server.messages]
    assert subjects == [
        "Follow-ups 11-20: complete, 0 new tasks, 0 to be done",
        "回访早报 11-20：完整，新任务 0，待办 0",
    ]


def test_nothing_about_a_person_stands_in_the_mail(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    night.task(target="workbook", vin="LS4ASE2E7NJ424242")
    finish(night, tmp_path)
    send(night, server)
    for message in server.messages:
        whole = text_of(message) + text_of(message, "html") + message["Subject"]
        for secret in (NAME, PHONE, PLATE, "LS4ASE2E7NJ424242"):
            assert secret not in whole


def test_stewards_get_the_open_cases_of_their_stores_and_operators_do_not(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    hold(night)
    asked: list[list[str]] = []

    def open_cases(stores: Sequence[str]) -> list[dict[str, Any]]:
        asked.append(list(stores))
        return list_cases(night.engine, stores, DAY)

    recipients = {
        "operator": (Recipient(address="operator@heyuan.example"),),
        "steward": (
            Recipient(address="all@heyuan.example"),
            Recipient(address="ca01@heyuan.example", stores=frozenset({"CA01"})),
            Recipient(address="sk01@heyuan.example", stores=frozenset({"SK01"})),
        ),
    }
    mail = night.group.mail.model_copy(update={"recipients": recipients})
    send(night, server, night.group.model_copy(update={"mail": mail}), open_cases=open_cases)
    attached = {
        message["To"].split("@")[0]: [part.get_filename() for part in message.iter_attachments()]
        for message in server.messages
    }
    workbook = ["cases_2026-11-20.xlsx"]
    assert attached == {"all": workbook, "ca01": workbook, "sk01": [], "operator": []}
    assert asked == [["*"], ["CA01"], ["SK01"]]


def with_gateway(night: NightOfTasks) -> Group:
    targets = night.group.targets.model_copy(update={"messages": Messages(default="sms")})
    return night.group.model_copy(update={"targets": targets})


def test_messages_that_wait_for_their_hours_leave_a_night_complete(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    night.task(target="sms", channel="sms", script_id="run_in")
    finish(night, tmp_path)
    with night.engine.begin() as connection:
        counts = {**dict.fromkeys(ENDS, 0), "due": 1, "waiting": 1, "withdrawn": 0}
        house.report(connection, "push", DAY.isoformat(), counts | {"rejected_by": {}}, part="sms")
    _loaded(night, "sms")
    counts = send(night, server, with_gateway(night))
    text = text_of(server.messages[0])
    assert (counts["complete"], counts["todo"]) == (1, 0)
    assert "短信待发: 本夜新任务 1, 全部待办 1" in text


def test_complaints_of_a_target_are_counted_beside_its_tasks(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    none: dict[str, Any] = {**dict.fromkeys(ENDS, 0), "due": 0, "waiting": 0, "withdrawn": 0}
    none |= {"rejected_by": {}}
    told = none | {"due": 6, "sent": 3, "rejected": 2, "waiting": 1}
    told |= {"rejected_by": {"contact_rejected": 2}}
    with night.engine.begin() as connection:
        report = none | {"complaints": told}
        house.report(connection, "push", DAY.isoformat(), report, part="workbook")
    sent = send(night, server)
    text = text_of(server.messages[0])
    assert sent["complete"] == 0
    assert "门店任务表：拒收 2 件投诉。" in text
    assert "1 条消息还没送到" in text
    assert "门店任务表（投诉）: 消息 6, 已送 3, 拒收 2, 等待 1" in text


def test_published_months_of_a_target_have_a_line_of_their_own(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    finish(night, tmp_path)
    none: dict[str, Any] = {**dict.fromkeys(ENDS, 0), "due": 0, "waiting": 0, "withdrawn": 0}
    none |= {"rejected_by": {}}
    told = none | {"due": 3, "sent": 2, "rejected": 1, "rejected_by": {"field name": 1}}
    with night.engine.begin() as connection:
        report = none | {"scorecards": told}
        house.report(connection, "push", DAY.isoformat(), report, part="workbook")
    send(night, server)
    text = text_of(server.messages[0])
    assert "门店任务表：拒收 1 家门店的月度评分。" in text
    assert "门店任务表（月度评分）: 消息 3, 已送 2, 拒收 1" in text


def test_messages_in_doubt_and_numbers_to_check_are_things_to_do(
    night: NightOfTasks, server: MailServer, tmp_path: Path
) -> None:
    key = night.task(target="sms", channel="sms", script_id="run_in")
    gone = night.task(status="done", status_reason="unreachable", tried_hash=b"x", tried_on=DAY)
    night.task(status="done", status_reason="unreachable", tried_hash=b"x", tried_on=TODAY)
    finish(night, tmp_path)
    messages = night.table("outbound.message")
    with night.engine.begin() as connection:
        doubt = messages.update().where(messages.c.external_key == key)
        connection.execute(doubt.values(state="unknown"))
    send(night, server, with_gateway(night), open_cases=lambda _: [])
    text = text_of(server.messages[0])
    assert "1 条短信不知是否发出" in text
    assert "1 位客户多次联系不上" in text
    (steward,) = (each for each in server.messages if each["To"].startswith("steward"))
    (attached,) = steward.iter_attachments()
    book = load_workbook(io.BytesIO(attached.get_payload(decode=True)))  # type: ignore[arg-type]
    rows = list(book["待核对电话"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[6]) for row in rows] == [("CA01", gone)]


def _loaded(night: NightOfTasks, system: str) -> None:
    with night.engine.begin() as connection:
        connection.execute(
            insert(night.table("ops.load")).values(
                system=system, feed="call_result", business_day=DAY, state="merged"
            )
        )


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        (
            {"guard": "volume", "found": "900", "usual": "120.0", "limit": "480.0"},
            "推送看起来不对，已停下。2026-11-21 的 任务 有 900 条，平常每天 120 条",
        ),
        (
            {"guard": "rejected", "found": "0.5", "usual": None, "limit": "0.3"},
            "推送看起来不对，已停下。对方拒收了 50%，最多允许 30%",
        ),
    ],
)
def test_a_push_that_was_stopped_stands_on_top_with_what_to_do(
    night: NightOfTasks, server: MailServer, tmp_path: Path, stop: dict[str, Any], said: str
) -> None:
    finish(night, tmp_path)
    counts = {**dict.fromkeys(ENDS, 0), "due": 900, "waiting": 900, "withdrawn": 0}
    stopped = {"action": "upsert", "work_day": "2026-11-21", **stop}
    with night.engine.begin() as connection:
        report = counts | {"rejected_by": {}, "stopped": stopped, "given_up": 2}
        house.report(connection, "push", DAY.isoformat(), report, part="workbook")
    sent = send(night, server)
    text = text_of(server.messages[0])
    assert sent["complete"] == 0
    assert said in text
    assert "--let-through" in text
    assert "2 条消息反复送不进去，已放弃" in text
    assert "还没送到" not in text
