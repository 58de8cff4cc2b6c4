"""Stewards see their cases and decide about them."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine
from staged_rows import DAY, GROUP, VIN, StagedRows
from whole_group import KEYRING, database

from aftercare import connections, runs
from aftercare.errors import BadData, Fatal, NotAllowed
from aftercare.quality.words import masked_row, shown_text
from aftercare.reports.cases_workbook import cases_workbook
from aftercare.stages.cases import (
    CaseFilter,
    count_cases,
    decide,
    describe_case,
    list_cases,
    pending_loads,
    stores_of,
)
from aftercare.stages.merge import merge

TODAY = date(2026, 6, 11)
NEXT = TODAY
BAD = {"odometer_out_km": 1}
ALL = ["*"]


@pytest.fixture
def staged(warehouse: Engine) -> StagedRows:
    """Three open repair orders: RO08 twice, one of them without a type, and one unknown store."""
    made = StagedRows(warehouse)
    made.insert(
        "ops.user_role",
        {"user_name": "amy", "role": "steward", "store_code": "S1"},
        {"user_name": "bob", "role": "steward", "store_code": "*"},
        {"user_name": "eve", "role": "staff", "store_code": "*"},
        {"user_name": "old", "role": "steward", "store_code": "*", "valid_to": DAY},
    )
    made.load("repair_order", [BAD, BAD | {"ro_type": None}, {"store_code": "XX"}, {}])
    made.validate("repair_order")
    return made


def choose(staged: StagedRows, *case_ids: int, **changes: Any) -> Any:
    settings = {"action": "release", "user": "amy", "today": TODAY, "reason_code": "confirmed"}
    return decide(staged.engine, case_ids, **(settings | changes))


def ids(cases: list[dict[str, Any]]) -> list[int]:
    return [case["case_id"] for case in cases]


def test_a_user_sees_the_stores_of_the_roles_in_force(staged: StagedRows) -> None:
    seen = {user: stores_of(staged.engine, user, TODAY) for user in ("amy", "bob", "eve", "old")}
    assert seen == {"amy": ["S1"], "bob": ["*"], "eve": [], "old": []}
    assert ids(list_cases(staged.engine, ["S1"], TODAY)) == [1, 2]
    assert ids(list_cases(staged.engine, ALL, TODAY)) == [1, 2, 3]
    assert list_cases(staged.engine, [], TODAY) == []


def test_cases_are_filtered(staged: StagedRows) -> None:
    for chosen, found in (
        (CaseFilter(rule_id="RO15"), [2]),
        (CaseFilter(store_code="XX"), [3]),
        (CaseFilter(feed="sales_order"), []),
        (CaseFilter(system="dms", feed="repair_order"), [1, 2, 3]),
        (CaseFilter(owner="operator"), [3]),
        (CaseFilter(min_age_days=2), []),
        (CaseFilter(state="released"), []),
        (CaseFilter(state=None, case_ids=(3, 1)), [1, 3]),
    ):
        assert ids(list_cases(staged.engine, ALL, TODAY, chosen)) == found, chosen


def test_a_list_goes_page_by_page_and_says_how_many_there_are(staged: StagedRows) -> None:
    page = list_cases(staged.engine, ALL, TODAY, most=1, skipped=1)
    assert (ids(page), page[0]["found"]) == ([2], 3)


def test_open_cases_are_counted_by_feed_rule_and_store(staged: StagedRows) -> None:
    assert count_cases(staged.engine, ALL) == {
        "feed": {"repair_order": 4},
        "rule_id": {"RO03": 1, "RO08": 2, "RO15": 1},
        "store_code": {"S1": 3, "XX": 1},
    }


def test_a_case_says_in_plain_words_what_is_wrong(staged: StagedRows) -> None:
    case = describe_case(staged.engine, ["S1"], TODAY, 1)
    (problem,) = case["problems"]
    assert problem["message"]["en"].startswith("The odometer showed less on leaving")
    shown = shown_text(problem["shown"], "en", GROUP.time_zone)
    assert shown == "odometer in (km) 20000; odometer out (km) 1"
    assert (case["age_days"], case["pulled"], case["quarantined"]) == (1, 4, 3)
    assert (case["versions"], case["decisions"]) == ([], [])
    with pytest.raises(BadData, match="no case 3 in your stores"):
        describe_case(staged.engine, ["S1"], TODAY, 3)


def test_the_source_row_is_shown_masked(staged: StagedRows) -> None:
    staged.load(
        "sales_order",
        [
            {
                "signed_on": date(2026, 6, 11),
                "plate_check": "valid",
                "plate_cipher": b"sealed",
                "price": None,
                "unreadable": {"price": "约十万"},
            }
        ],
    )
    staged.validate("sales_order")
    case = describe_case(staged.engine, ALL, TODAY, 4)
    row = dict(masked_row("sales_order", case["source_row"], "zh", GROUP.time_zone))
    assert row["VIN"] == "*" * 13 + VIN[-4:]
    assert row["车牌"] == "*** 有效"
    assert row["成交价"] == "“约十万”"
    assert row["交车时间"] == "2026-06-10 15:00"
    assert row["车型"] == "（空）"
    assert not any("sealed" in text or b"sealed".hex() in text for text in row.values())


def test_a_released_row_goes_on_when_its_load_is_settled_again(staged: StagedRows) -> None:
    decided = choose(staged, 1)
    assert decided.states == {1: "released"}
    assert decided.loads == (("dms", "repair_order", DAY),)
    counts = staged.validate("repair_order")
    assert (counts["good"], counts["quarantined"]) == (2, 2)
    case = describe_case(staged.engine, ALL, TODAY, 1)
    (decision,) = case["decisions"]
    assert (decision["action"], decision["decided_by"]) == ("release", "amy")
    assert case["closed_day"] == TODAY


def test_a_released_row_reaches_core_and_then_nothing_is_pending(staged: StagedRows) -> None:
    assert pending_loads(staged.engine) == []
    choose(staged, 1)
    assert pending_loads(staged.engine) == [("dms", "repair_order", DAY)]
    for system, feed, day in pending_loads(staged.engine):
        staged.validate(feed, system=system, day=day)
        counts = merge(staged.engine, GROUP, system, feed, day)
    assert counts["promoted"] == 2
    assert [row["ro_no"] for row in staged.rows("core.repair_order")] == ["RO-1", "RO-4"]
    assert pending_loads(staged.engine) == []


def test_a_system_asks_for_its_own_released_rows_alone(staged: StagedRows) -> None:
    choose(staged, 1)
    assert pending_loads(staged.engine, "dms") == [("dms", "repair_order", DAY)]
    assert pending_loads(staged.engine, "other") == []


def test_a_released_row_that_was_passed_over_is_not_settled_every_night(
    staged: StagedRows,
) -> None:
    rivals = [{"ro_no": "T", "amount": 1}, {"ro_no": "T", "amount": 2}]
    staged.load("repair_order", rivals, system="other")
    staged.validate("repair_order", system="other")
    choose(staged, 4)
    choose(staged, 5)
    assert pending_loads(staged.engine) == [("other", "repair_order", DAY)]
    staged.validate("repair_order", system="other")
    states = [case["state"] for case in staged.rows("quality.quarantine", system="other")]
    assert states == ["released", "released"]
    assert pending_loads(staged.engine) == []


def test_a_decision_made_when_its_load_is_settled_already_waits(staged: StagedRows) -> None:
    with staged.engine.begin() as connection:
        # What a steward does just then: rows that go on are chosen, the load is not settled yet.
        connection.exec_driver_sql(
            "create function release() returns trigger language plpgsql as $$ begin "
            "insert into quality.decision (case_id, action, reason_code, decided_by) "
            "values (1, 'release', 'confirmed', 'amy'); "
            "update quality.quarantine set state = 'released', is_waiting = true where case_id = 1; "
            "return null; end $$; "
            "create trigger release after insert on quality.rule_count execute function release()"
        )
    staged.validate("repair_order")
    assert pending_loads(staged.engine) == [("dms", "repair_order", DAY)]


def test_a_row_that_its_day_no_longer_holds_is_not_pending(staged: StagedRows) -> None:
    choose(staged, 1)
    staged.load("repair_order", [{}])
    staged.validate("repair_order")
    assert pending_loads(staged.engine) == []


def test_a_waiver_lapses_when_the_source_row_changes(staged: StagedRows) -> None:
    choose(staged, 1, action="waive", rule_id="RO08", expires_on=TODAY + timedelta(days=30))
    load_id = staged.load("repair_order", [BAD, BAD | {"ro_no": "RO-1", "amount": 2}], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    assert staged.good(load_id) == []
    (other,) = describe_case(staged.engine, ALL, TODAY, 1)["versions"]
    assert (other["state"], other["rule_ids"]) == ("open", ["RO06", "RO08"])


def test_a_waiver_of_one_of_two_rules_leaves_the_case_open(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD | {"settled_at": None, "ro_no": "Z"}], system="other")
    staged.validate("repair_order", system="other")
    until = {"action": "waive", "expires_on": TODAY}
    assert choose(staged, 4, rule_id="RO08", **until).states == {4: "open"}
    assert choose(staged, 4, rule_id="RO13", **until).states == {4: "waived"}


def test_a_reopened_case_is_open(staged: StagedRows) -> None:
    choose(staged, 1)
    assert choose(staged, 1, action="reopen", reason_code="mistake").states == {1: "open"}
    decisions = describe_case(staged.engine, ALL, TODAY, 1)["decisions"]
    assert [decision["action"] for decision in decisions] == ["reopen", "release"]


@pytest.fixture
def at_work(staged: StagedRows, monkeypatch: pytest.MonkeyPatch) -> Iterator[StagedRows]:
    """The same rows, where commands find them."""
    keys = {"conn_type": "generic", "password": KEYRING}
    for name, made in (("WAREHOUSE", database(staged.engine)), ("KEYS", keys)):
        monkeypatch.setenv(f"AIRFLOW_CONN_AFTERCARE_{name}", json.dumps(made))
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    connections.forget()
    # Made here, so that threads do not make one each.
    connections.warehouse_engine()
    yield staged
    connections.forget()


def test_what_stewards_let_through_at_the_same_time_all_goes_on(at_work: StagedRows) -> None:
    at_work.load("repair_order", [BAD | {"ro_no": f"N{number}"} for number in range(6)])
    at_work.validate("repair_order")
    chosen = [
        at_work.rows("quality.quarantine", business_key=f"S1|N{number}")[0]["case_id"]
        for number in range(3)
    ]

    def release(case_id: int) -> dict[int, str]:
        return runs.decide_cases([case_id], "release", "bob", "confirmed", None, "*", None)

    with ThreadPoolExecutor(3) as pool:
        states = list(pool.map(release, chosen))
    assert states == [{case_id: "released"} for case_id in chosen]
    (load,) = at_work.rows("ops.load", feed="repair_order")
    assert (load["state"], load["pulled"], load["quarantined"]) == ("merged", 6, 3)
    assert len(at_work.good(load["load_id"])) == len(at_work.rows("core.repair_order")) == 3


def test_a_feed_that_fails_keeps_no_released_row_of_another_back(at_work: StagedRows) -> None:
    choose(at_work, 1)
    at_work.load("complaint", [{}], day=NEXT)
    with at_work.engine.begin() as connection:
        connection.exec_driver_sql("update ops.load set pulled = 2 where feed = 'complaint'")
    with pytest.raises(Fatal, match=r"staging holds 1 rows of dms/complaint"):
        runs.settle(str(NEXT), "dms")
    assert [row["ro_no"] for row in at_work.rows("core.repair_order")] == ["RO-1", "RO-4"]


def test_a_sweep_that_fails_is_left_to_the_next_night(
    at_work: StagedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = {"conn_type": "mysql", "host": "127.0.0.1", "port": 1, "schema": "dms"}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_DMS_HEYUAN", json.dumps(nobody))
    system = "heyuan_dms"
    for feed in ("sales_order", "complaint"):
        at_work.load(feed, [{}], system=system, day=NEXT)
    # Airflow would do all of it again if the problem could be waited for.
    with pytest.raises(Fatal, match="not swept, the next night does it: "):
        runs.settle(str(NEXT), system)
    loads = at_work.rows("ops.load", system=system)
    assert [load["state"] for load in loads] == ["merged", "merged"]
    assert {sweep["state"] for sweep in at_work.rows("ops.sweep")} == {"failed"}


MISFITS: list[tuple[tuple[int, ...], dict[str, Any], str]] = [
    ((9,), {}, "no such case: 9"),
    ((), {}, "no case was chosen"),
    ((2,), {"user": "amy"}, "case 2 cannot go on"),
    ((3,), {"user": "bob"}, "case 3 cannot go on"),
    ((1,), {"reason_code": "because"}, "no reason 'because'"),
    ((1,), {"reason_code": "other", "comment": " "}, "say in the comment"),
    ((1,), {"action": "waive"}, "a waiver needs a last day"),
    ((1,), {"action": "waive", "expires_on": DAY}, "over before it begins"),
    ((1,), {"expires_on": TODAY}, "only a waiver has a last day"),
    ((1,), {"action": "waive", "rule_id": "RO15", "expires_on": TODAY}, "does not break RO15"),
    ((1,), {"action": "reopen"}, "only a released or waived one is reopened"),
    ((1,), {"action": "delete"}, "no action 'delete'"),
]


def test_a_decision_that_does_not_fit_is_refused_whole(staged: StagedRows) -> None:
    for case_ids, changes, problem in MISFITS:
        with pytest.raises(BadData, match=problem):
            choose(staged, *case_ids, **changes)
    assert staged.rows("quality.decision") == []


def test_only_a_steward_of_the_store_decides(staged: StagedRows) -> None:
    for user in ("eve", "old", "nobody"):
        with pytest.raises(NotAllowed, match=f"{user} is no steward for store S1"):
            choose(staged, 1, user=user)
    with pytest.raises(NotAllowed, match="amy is no steward for store XX"):
        choose(staged, 1, 3)
    assert staged.rows("quality.decision") == []


def test_of_two_versions_of_a_record_one_is_chosen(staged: StagedRows) -> None:
    staged.load(
        "repair_order", [{"ro_no": "T", "amount": 1}, {"ro_no": "T", "amount": 2}], day=NEXT
    )
    staged.validate("repair_order", day=NEXT)
    with pytest.raises(BadData, match="cases 4, 5 are versions of one record"):
        choose(staged, 4, 5)
    choose(staged, 5)
    counts = staged.validate("repair_order", day=NEXT)
    assert (counts["good"], counts["quarantined"]) == (1, 1)
    with pytest.raises(BadData, match="case 4 is closed: the source sent the row again"):
        choose(staged, 4)


def test_a_case_that_the_source_put_right_cannot_be_released(staged: StagedRows) -> None:
    staged.load("repair_order", [{}], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    with pytest.raises(BadData, match="the source sent the row again"):
        choose(staged, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_open_cases_make_a_workbook_without_personal_data(
    staged: StagedRows, language: str
) -> None:
    rows = list_cases(staged.engine, ALL, TODAY)
    rows[0]["business_key"] = "=cmd|' /C calc'!A0"
    book = openpyxl.load_workbook(io.BytesIO(cases_workbook(rows, language)))  # type: ignore[arg-type]
    sheet = book.worksheets[0]
    first, second = list(sheet.iter_rows(min_row=2, max_row=3))
    assert first[4].value == "=cmd|' /C calc'!A0"
    assert first[4].data_type == "s"
    assert [cell.value for cell in second][:2] == [2, "S1"]
    assert second[5].value == "RO08, RO15"
    assert second[6].value.count("\n") == 1
    assert second[12].value == {"zh": "否", "en": "no"}[language]
    everything = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert VIN not in everything


def test_no_open_case_makes_an_empty_list() -> None:
    book = openpyxl.load_workbook(io.BytesIO(cases_workbook([], "zh")))
    assert book.worksheets[0].max_row == 1
