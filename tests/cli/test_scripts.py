"""Scripts by command: listed, shown with all they may say, and approved in their present words."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from care_group import KEYS, REPAIR, CareGroup, july
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import BadData, NotAllowed
from aftercare.scripts import script_ids, script_version
from aftercare.settings import read_group


@pytest.fixture
def care(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> CareGroup:
    monkeypatch.setenv("AFTERCARE_TODAY", july(2).isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = CareGroup(warehouse, read_group())
    made.grant("zhang", "manager")
    return made


@pytest.fixture
def say(care: CareGroup) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli, ("scripts", *words))


def listed(say: Callable[..., Result]) -> dict[str, dict[str, object]]:
    rows = json.loads(say("list", "--json").output)["scripts"]
    return {row["script_id"]: row for row in rows}


def test_every_script_is_listed_with_who_uses_it_and_that_nobody_approved_it(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.repair("R", july(1))
    care.night(july(1))
    assert REPAIR in care.tasks()
    found = listed(say)
    assert list(found) == script_ids()
    call = found["repair_call"]
    assert call["version"] == script_version("repair_call")
    assert call["used_by"] == ["S2-03 repair_call", "S4-06 repair_call"]
    assert (call["approved_by"], call["open_tasks"], call["older_tasks"]) == (None, 1, 0)
    assert found["repair_missed"]["used_by"] == ["S2-03 repair_call", "S4-06 repair_call"]
    assert found["missed_call"]["used_by"] == []
    shown = say("list").output
    assert "维修离站三日内回访" in shown
    assert "未批准" in shown
    count = len(script_ids())
    assert shown.splitlines()[-1] == f"{count} 份话术，{count} 份未批准"


def test_what_is_approved_says_by_whom_and_the_rest_does_not(say: Callable[..., Result]) -> None:
    done = say("approve", "repair_call", "--user", "zhang", "--remark", "会上定的")
    assert done.output == "批准了 1 份话术：repair_call\n"
    found = listed(say)
    assert (found["repair_call"]["approved_by"], found["repair_call"]["remark"]) == (
        "zhang",
        "会上定的",
    )
    assert found["first_call"]["approved_by"] is None
    rest = say("approve", "--all", "--user", "zhang", "--language", "en").output.splitlines()
    assert rest[0].startswith(f"{len(script_ids()) - 1} scripts approved: activity_invitation, ")
    assert rest[1] == "1 were approved before and stay so"
    assert say("list").output.splitlines()[-1] == f"{len(script_ids())} 份话术，0 份未批准"


def test_a_script_is_shown_with_all_that_it_may_say(say: Callable[..., Result]) -> None:
    say("approve", "repair_call", "--user", "zhang", "--remark", "会上定的")
    shown = say("show", "repair_call").output
    assert "zhang 批准版本" in shown
    assert "：会上定的" in shown
    assert "（客户姓名）先生/女士" in shown
    for place in ("车主本人", "【单位客户，另问】", "【贵宾客户，另问】", "2026 年 7 月 2 日前后"):
        assert place in shown
    assert "问卷项目：S4-15.01、S4-15.02、" in shown
    assert shown.count("离站日轮到另一组问题时") == 2
    assert "上次来是保养时" in shown
    first = say("show", "first_call", "--language", "en").output
    assert "nobody approved this version" in first
    assert "[A customer with several cars: also ask]" in first


def test_a_message_is_shown_as_one_text(say: Callable[..., Result]) -> None:
    assert "【（门店）】（车牌）预计" in say("show", "service_reminder").output


def test_a_script_that_there_is_not_is_named(say: Callable[..., Result]) -> None:
    for words in (("show", "nobody"), ("approve", "repair_call", "nobody", "--user", "zhang")):
        refused = say(*words)
        assert isinstance(refused.exception, BadData)
        assert "there is no script nobody" in str(refused.exception)
    assert listed(say)["repair_call"]["approved_by"] is None


def test_a_manager_of_all_stores_approves_and_nobody_else(
    care: CareGroup, say: Callable[..., Result]
) -> None:
    care.grant("wang", "operator")
    refused = say("approve", "repair_call", "--user", "wang")
    assert isinstance(refused.exception, NotAllowed)
    assert "wang is no manager of CA01, SK01" in str(refused.exception)


@pytest.mark.parametrize("words", [(), ("repair_call", "--all")])
def test_it_is_said_which_scripts_are_meant(say: Callable[..., Result], words: tuple[str]) -> None:
    assert say("approve", *words, "--user", "zhang").exit_code == 2
