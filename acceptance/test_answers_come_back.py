"""What staff type into Odoo and into a workbook comes back in one run, once, and changes the next list.

The day is today, for Odoo stamps what is typed with its own clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from group_with_odoo import connect, crm, group_with_odoo
from odoo_crm import MAPPING, Odoo
from openpyxl import load_workbook
from whole_group import Group, whole_group

from aftercare import connections
from aftercare.demo.odoo import PREFIX
from aftercare.sample.group import SampleGroup
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.workbook import list_name
from aftercare.targets.workbook_sheets import FIRST_ROW
from aftercare.targets.workbook_words import NAMES

SEED = 70707
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
RIGHT = "13700000007"
SAID = {
    "done": ("成功 满意度:9", {"outcome": "已接通", "satisfaction": 9}),
    "wrong": ("错号", {"outcome": "非本人", "new_phone": RIGHT}),
    "stop": (
        "已接通 勿扰 投诉",
        {
            "outcome": "已接通",
            "is_do_not_call": "是",
            "is_complaint": "是",
            "complaint_description": "异响没有修好",
        },
    ),
}
OUTCOMES = {"done": "reached", "wrong": "wrong_person", "stop": "reached"}


@pytest.fixture(scope="module")
def morning(
    postgres: Any,
    warehouse_template: str,
    odoo_server: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Group, Odoo, pytest.MonkeyPatch]]:
    """The lists of today are out; nobody has called yet."""
    folder = tmp_path_factory.mktemp("group")
    sample = SampleGroup(SEED, 3, 1, TODAY, YESTERDAY)
    name = f"{PREFIX}answers"
    odoo_server.copy(name)
    odoo = Odoo(odoo_server, name, OdooMapping.read(MAPPING))
    with whole_group(postgres, warehouse_template, folder, sample, YESTERDAY) as (made, patch):
        patch.setenv("AFTERCARE_GROUP", str(group_with_odoo(folder, sample.store_codes)))
        connect(patch, crm_odoo=crm(odoo))
        patch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
        made.night(YESTERDAY)
        yield made, odoo, patch
    connections.forget()
    postgres.drop_database(name)


def open_tasks(made: Group, of_workbook: bool) -> list[dict[str, Any]]:
    """Open calls, one of each vehicle, of the store with workbooks or of the others; first those of
    vehicles about which something else waits, too. Their time is not over today."""
    stores = "=" if of_workbook else "<>"
    return made.rows(
        "select * from (select distinct on (vin) task_key, vin, "  # noqa: S608
        "count(*) over (partition by vin) as waiting from care.follow_up_task "
        f"where status in ('open', 'postponed') and vin is not null and expires_on > '{TODAY}' and "
        f"store_code {stores} '{made.sample.store_codes[0]}' "
        "order by vin, status = 'open' and channel = 'phone' desc, task_key) as t "
        "where task_key in (select task_key from care.follow_up_task "
        "where status = 'open' and channel = 'phone') order by waiting desc, task_key"
    )


def type_into_odoo(odoo: Odoo, tasks: dict[str, dict[str, Any]]) -> None:
    shown = {task.key: int(task.crm_id) for task in odoo.open_tasks()}
    for name, task in tasks.items():
        ids = [shown[task["task_key"]]]
        odoo.call("mail.activity", "action_feedback", ids=ids, feedback=SAID[name][0])


def put_number_right(odoo: Odoo, task: dict[str, Any]) -> None:
    """Whoever answered the wrong number told the right one."""
    store_code = task["task_key"].partition(".")[0]
    (contact,) = odoo.find("res.partner", [["ref", "=", f"{store_code}.{task['vin']}"]])
    odoo.call("res.partner", "write", ids=[contact["id"]], vals={"phone": RIGHT})


def type_into_workbook(made: Group, tasks: dict[str, dict[str, Any]]) -> None:
    store = made.sample.store_codes[0]
    given = made.folder / "exchange" / "out" / store / list_name(TODAY, "zh")
    book = load_workbook(given)
    sheet = book.worksheets[1]
    key = NAMES.index("task_key") + 1
    places = {
        str(sheet.cell(row, key).value): row
        for row in range(sheet.max_row, FIRST_ROW, -1)
        if sheet.cell(row, key).value
    }
    for name, task in tasks.items():
        owner = sheet.cell(places[task["task_key"]], NAMES.index("owner") + 1).value
        called = datetime.combine(TODAY, datetime.min.time().replace(hour=0, minute=5))
        entries = {"called_at": called, "caller_no": owner, **SAID[name][1]}
        for column, value in entries.items():
            sheet.cell(places[task["task_key"]], NAMES.index(column) + 1).value = value
    handed_in = made.folder / "exchange" / "in" / store / "filled.xlsx"
    handed_in.parent.mkdir(parents=True, exist_ok=True)
    book.save(handed_in)
    book.close()


def states(made: Group, tasks: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    keys = ", ".join(f"'{task['task_key']}'" for task in tasks.values())
    rows = made.rows(
        f"select task_key, status, status_reason from care.follow_up_task where task_key in ({keys})"  # noqa: S608
    )
    found = {row["task_key"]: (row["status"], row["status_reason"]) for row in rows}
    return {name: found[task["task_key"]] for name, task in tasks.items()}


def shown_in_list(made: Group, day: date) -> dict[str, str]:
    """Keys of the tasks in the workbook of a day, with the numbers to call."""
    path: Path = (
        made.folder / "exchange" / "out" / made.sample.store_codes[0] / list_name(day, "zh")
    )
    book = load_workbook(path, read_only=True)
    rows = book.worksheets[1].iter_rows(min_row=FIRST_ROW + 1, values_only=True)
    key, phone = NAMES.index("task_key"), NAMES.index("customer_phone")
    shown = {str(row[key]): str(row[phone]) for row in rows if row[key]}
    book.close()
    return shown


def test_answers_come_back_once_and_change_the_next_list(
    morning: tuple[Group, Odoo, pytest.MonkeyPatch],
) -> None:
    made, odoo, patch = morning
    # Who wants no more calls is somebody about whom something else waits.
    order = ("stop", "done", "wrong")
    in_odoo = dict(zip(order, open_tasks(made, of_workbook=False), strict=False))
    in_workbook = dict(zip(order, open_tasks(made, of_workbook=True), strict=False))
    assert max(tasks["stop"]["waiting"] for tasks in (in_odoo, in_workbook)) > 1
    assert len(in_odoo) == len(in_workbook) == 3
    type_into_odoo(odoo, in_odoo)
    put_number_right(odoo, in_odoo["wrong"])
    type_into_workbook(made, in_workbook)
    made.advance(TODAY)
    patch.setenv("AFTERCARE_TODAY", TOMORROW.isoformat())
    made.night(TODAY)

    day = TODAY.isoformat()
    assert made.counts["pull", day, "odoo"] == {
        "read": 3,
        "new": 3,
        "later": 0,
        "complaints": 1,
        "numbers": 1,
        "wishes": 0,
    }
    for tasks in (in_odoo, in_workbook):
        # Who can be reached under another number now is called again.
        ends = dict.fromkeys(SAID, "done") | {"wrong": "open"}
        assert {name: status for name, (status, _) in states(made, tasks).items()} == ends
        keys = ", ".join(f"'{task['task_key']}'" for task in tasks.values())
        calls = made.rows(
            f"select task_key, outcome, satisfaction from core.call_result where task_key in ({keys})"  # noqa: S608
        )
        said = {call["task_key"]: (call["outcome"], call["satisfaction"]) for call in calls}
        assert said == {
            task["task_key"]: (OUTCOMES[name], 9 if name == "done" else None)
            for name, task in tasks.items()
        }
        complaints = made.rows(
            f"select task_key, verdict from core.complaint where task_key in ({keys})"  # noqa: S608
        )
        assert [(each["task_key"], each["verdict"]) for each in complaints] == [
            (tasks["stop"]["task_key"], "pending")
        ]
        stopped = made.rows(
            "select status, status_reason from care.follow_up_task "  # noqa: S608
            f"where vin = '{tasks['stop']['vin']}' and status = 'open' and channel <> 'internal'"
        )
        assert stopped == []
    gone = {task["task_key"] for task in (*in_odoo.values(), *in_workbook.values())}
    shown = {task.key: int(task.crm_id) for task in odoo.open_tasks()}
    assert not gone & set(shown)
    called_again = shown[f"{in_odoo['wrong']['task_key']}#2"]
    (activity,) = odoo.find("mail.activity", [["id", "=", called_again]], "note")
    assert RIGHT in activity["note"]
    tomorrow = shown_in_list(made, TOMORROW)
    (again,) = gone & set(tomorrow)
    assert (again, tomorrow[again]) == (in_workbook["wrong"]["task_key"], RIGHT)

    before = made.state()
    made.night(TODAY, again=" again")
    assert made.counts["pull again", day, "odoo"] == {
        "read": 3,
        "new": 0,
        "later": 0,
        "complaints": 1,
        "numbers": 1,
        "wishes": 0,
    }
    after = made.state()
    assert after["core.call_result"] == before["core.call_result"]
    assert after["core.complaint"] == before["core.complaint"]
    assert after["care.follow_up_task"] == before["care.follow_up_task"]
    assert after["outbound.message"] == before["outbound.message"]
