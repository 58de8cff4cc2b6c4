"""What validate lets go on, what it holds, and how its counts add up."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from staged_rows import DAY, SYSTEM, StagedRows, at

from aftercare.errors import BatchRefused, PipelineFault
from aftercare.quality.compile import compile_all
from aftercare.quality.suites import SuiteFolders
from aftercare.stages.validate import validate

BAD = {"odometer_out_km": 1}
NEXT = date(2026, 6, 11)


@pytest.fixture
def staged(warehouse: Engine) -> StagedRows:
    return StagedRows(warehouse)


def decide(staged: StagedRows, case_id: int, **decision: object) -> None:
    staged.insert(
        "quality.decision",
        {"case_id": case_id, "action": "release", "reason_code": "checked", "decided_by": "s"}
        | decision,
    )


def states(staged: StagedRows) -> list[tuple[str, str]]:
    return [(case["business_key"], case["state"]) for case in staged.rows("quality.quarantine")]


def test_every_row_is_counted_once(staged: StagedRows) -> None:
    rows = [
        {"ro_no": "A"},
        {"ro_no": "A"},
        {"ro_no": "B", "version_at": at(2026, 6, 10, 9)},
        {"ro_no": "B", "amount": 1},
        {"ro_no": "C"} | BAD,
        {"ro_no": "D", "amount": 1},
        {"ro_no": "D", "amount": 2},
        {"ro_no": "E", "service_advisor_no": None},
    ]
    load_id = staged.load("repair_order", rows)
    counts = staged.validate("repair_order")
    assert counts == {
        "rows": 8,
        "collapsed": 1,
        "stale": 1,
        "quarantined": 3,
        "good": 3,
        "by_rule": {"RO06": 2, "RO08": 1, "RO11": 1},
    }
    assert staged.good(load_id) == [1, 4, 8]
    (load,) = staged.rows("ops.load", load_id=load_id)
    assert load["state"] == "validated"
    assert (load["collapsed"], load["stale"], load["quarantined"]) == (1, 1, 3)
    (kept,) = staged.rows("ops.stage_report")
    assert (kept["partition_key"], kept["part"]) == ("2026-06-10", "dms/repair_order")
    assert kept["counts"] == counts


def test_a_case_holds_the_whole_row_and_says_why(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD | {"ro_type": None, "plate_cipher": b"sealed"}])
    staged.validate("repair_order")
    (case,) = staged.rows("quality.quarantine")
    assert case["business_key"] == "S1|RO-1"
    assert case["rule_ids"] == ["RO08", "RO15"]
    assert (case["store_code"], case["owner"], case["state"]) == ("S1", "store", "open")
    assert (case["first_day"], case["last_day"]) == (DAY, DAY)
    assert case["source_row"]["odometer_out_km"] == 1
    assert case["source_row"]["plate_cipher"] == "\\x" + b"sealed".hex()


def test_the_same_night_again_changes_nothing(staged: StagedRows) -> None:
    staged.load("repair_order", [{}, BAD])
    first = staged.validate("repair_order")
    names = ("quality.flag", "quality.quarantine", "quality.good_row", "quality.rule_count")
    before = [staged.rows(name) for name in names]
    assert staged.validate("repair_order") == first
    assert [staged.rows(name) for name in names] == before
    assert staged.rows("quality.row_fact") == []


def test_a_row_that_stays_bad_has_one_case_with_its_first_and_last_day(staged: StagedRows) -> None:
    for day in (DAY, NEXT):
        staged.load("repair_order", [BAD], day=day)
        staged.validate("repair_order", day=day)
    (case,) = staged.rows("quality.quarantine")
    assert (case["first_day"], case["last_day"]) == (DAY, NEXT)
    staged.validate("repair_order", day=DAY)
    (again,) = staged.rows("quality.quarantine")
    assert again == case


def test_a_case_closes_by_itself_when_the_row_comes_in_good_order(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD, BAD | {"ro_no": "B"}])
    staged.validate("repair_order")
    mended = {"ro_no": "RO-1", "version_at": at(2026, 6, 11, 9)}
    staged.load("repair_order", [mended], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    assert states(staged) == [("S1|RO-1", "resent"), ("S1|B", "open")]
    (closed,) = staged.rows("quality.quarantine", state="resent")
    assert closed["closed_day"] == NEXT
    # The night before, run again, opens nothing.
    staged.validate("repair_order", day=DAY)
    assert states(staged) == [("S1|RO-1", "resent"), ("S1|B", "open")]


def test_what_came_before_a_record_was_held_does_not_close_its_case(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    staged.load("repair_order", [{}])
    staged.validate("repair_order")
    assert states(staged) == [("S1|RO-1", "open")]


def test_an_older_good_version_does_not_close_a_newer_case(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD | {"version_at": at(2026, 6, 10, 15)}])
    staged.validate("repair_order")
    staged.load("repair_order", [{"version_at": at(2026, 6, 10, 9)}], system=SYSTEM, day=NEXT)
    staged.validate("repair_order", day=NEXT)
    assert states(staged) == [("S1|RO-1", "open")]


def test_a_case_opens_again_when_the_source_goes_back(staged: StagedRows) -> None:
    days = (DAY, NEXT, date(2026, 6, 12))
    for day, row in zip(days, (BAD, {}, BAD), strict=True):
        staged.load("repair_order", [row | {"version_at": at(2026, 6, day.day, 12)}], day=day)
        staged.validate("repair_order", day=day)
    (case,) = staged.rows("quality.quarantine")
    assert (case["state"], case["closed_day"]) == ("open", None)


def test_a_row_that_is_sound_in_a_new_light_closes_its_case(staged: StagedRows) -> None:
    load_id = staged.load("complaint", [{"store_code": "NEW"}])
    staged.validate("complaint")
    assert states(staged) == [("NEW|C1-1", "open")]
    staged.check("store", {"store_code": "NEW"})
    staged.validate("complaint")
    assert states(staged) == [("NEW|C1-1", "resent")]
    assert staged.good(load_id) == [1]


def test_a_released_row_goes_on(staged: StagedRows) -> None:
    load_id = staged.load("repair_order", [{}, BAD])
    staged.validate("repair_order")
    decide(staged, 1)
    counts = staged.validate("repair_order")
    assert staged.good(load_id) == [1, 2]
    assert (counts["quarantined"], counts["good"], counts["by_rule"]) == (0, 2, {"RO08": 1})
    assert states(staged) == [("S1|RO-2", "released")]


def test_a_released_row_goes_on_in_later_loads_too(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD])
    staged.validate("repair_order")
    decide(staged, 1)
    load_id = staged.load("repair_order", [BAD], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    assert staged.good(load_id) == [1]


def test_a_decision_lapses_when_the_source_row_changes(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD])
    staged.validate("repair_order")
    decide(staged, 1, action="waive")
    load_id = staged.load("repair_order", [BAD | {"amount": 5}], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    assert staged.good(load_id) == []
    assert [state for _, state in states(staged)] == ["open", "open"]


def test_a_waiver_holds_until_it_expires(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD])
    staged.validate("repair_order")
    decide(staged, 1, action="waive", rule_id="RO08", expires_on=DAY)
    staged.validate("repair_order")
    assert states(staged) == [("S1|RO-1", "waived")]
    load_id = staged.load("repair_order", [BAD], day=NEXT)
    staged.validate("repair_order", day=NEXT)
    assert staged.good(load_id) == []
    assert states(staged) == [("S1|RO-1", "open")]


def test_a_waiver_of_one_rule_leaves_the_others(staged: StagedRows) -> None:
    load_id = staged.load("repair_order", [BAD | {"settled_at": None}])
    staged.validate("repair_order")
    decide(staged, 1, action="waive", rule_id="RO08")
    staged.validate("repair_order")
    assert staged.good(load_id) == []
    decide(staged, 1, action="waive", rule_id="RO13")
    staged.validate("repair_order")
    assert staged.good(load_id) == [1]


def test_a_reopened_case_is_held_again(staged: StagedRows) -> None:
    load_id = staged.load("repair_order", [BAD])
    staged.validate("repair_order")
    decide(staged, 1)
    staged.validate("repair_order")
    decide(staged, 1, action="reopen")
    staged.validate("repair_order")
    assert staged.good(load_id) == []
    assert states(staged) == [("S1|RO-1", "open")]


def test_of_two_released_rivals_the_one_decided_last_goes_on(staged: StagedRows) -> None:
    rows = [{"ro_no": "A", "amount": 1}, {"ro_no": "A", "amount": 2}]
    load_id = staged.load("repair_order", rows)
    staged.validate("repair_order")
    decide(staged, 2)
    counts = staged.validate("repair_order")
    assert (staged.good(load_id), counts["quarantined"]) == ([2], 1)
    assert [state for _, state in states(staged)] == ["resent", "released"]
    decide(staged, 1, action="reopen")
    decide(staged, 1)
    with staged.engine.begin() as connection:
        connection.exec_driver_sql("update quality.quarantine set state = 'released'")
    counts = staged.validate("repair_order")
    assert staged.good(load_id) == [1]
    assert (counts["rows"], counts["good"], counts["stale"], counts["quarantined"]) == (2, 1, 1, 0)


def test_a_row_that_core_cannot_hold_does_not_go_on_even_when_released(staged: StagedRows) -> None:
    load_id = staged.load("repair_order", [{"ro_type": None}])
    staged.validate("repair_order")
    (case,) = staged.rows("quality.quarantine")
    assert case["is_releasable"] is False
    decide(staged, 1)
    counts = staged.validate("repair_order")
    assert staged.good(load_id) == []
    assert counts["rows"] == counts["stale"] + counts["quarantined"] + counts["good"]


def test_a_batch_with_too_many_bad_rows_is_refused_and_its_cases_are_seen(
    staged: StagedRows,
) -> None:
    load_id = staged.load("repair_order", [BAD] * 0 + [BAD for _ in range(21)] + [{}] * 80)
    with pytest.raises(BatchRefused, match=r"RO08 .* \(21 of 101 rows, limit 20\.0%\)"):
        staged.validate("repair_order")
    assert staged.good(load_id) == []
    assert len(staged.rows("quality.quarantine", state="open")) == 21
    (load,) = staged.rows("ops.load", load_id=load_id)
    assert load["state"] == "failed"
    assert "too many rows of dms/repair_order of 2026-06-10" in load["failure"]
    for case in staged.rows("quality.quarantine"):
        decide(staged, case["case_id"])
    assert staged.validate("repair_order")["good"] == 101


def test_a_small_batch_is_not_judged_by_shares(staged: StagedRows) -> None:
    staged.load("repair_order", [BAD] * 99)
    assert staged.validate("repair_order")["quarantined"] == 99


def test_an_empty_load_is_whole(staged: StagedRows) -> None:
    staged.load("repair_order", [])
    assert staged.validate("repair_order")["rows"] == 0


def test_a_load_that_was_not_pulled_to_its_end_is_refused(staged: StagedRows) -> None:
    with pytest.raises(PipelineFault, match="dms/repair_order of 2026-06-10 was not pulled"):
        staged.validate("repair_order")
    staged.load("repair_order", [{}])
    with staged.engine.begin() as connection:
        connection.exec_driver_sql("update ops.load set pulled = 2 where feed = 'repair_order'")
    with pytest.raises(PipelineFault, match=r"staging holds 1 rows .* but 2 were pulled"):
        staged.validate("repair_order")


def test_rows_that_somebody_takes_away_meanwhile_stop_the_load(staged: StagedRows) -> None:
    load_id = staged.load("repair_order", [{}])
    with staged.engine.begin() as connection:
        connection.exec_driver_sql(
            "create function meddle() returns trigger language plpgsql as "
            "'begin delete from quality.row_fact; return null; end';"
            "create trigger meddle after delete on quality.rule_count "
            "execute function meddle()"
        )
    with pytest.raises(PipelineFault, match=r"0 rows .* were split, but 1 were pulled"):
        staged.validate("repair_order")
    assert (staged.good(load_id), staged.rows("ops.stage_report")) == ([], [])


@pytest.fixture
def folders(tmp_path: Path) -> SuiteFolders:
    shutil.copytree(SuiteFolders().expectations, tmp_path / "expectations")
    shutil.copytree(SuiteFolders().compiled, tmp_path / "compiled")
    return SuiteFolders(tmp_path / "expectations", tmp_path / "compiled")


def test_an_edited_suite_stops_its_feed_and_no_other(
    staged: StagedRows, folders: SuiteFolders
) -> None:
    load_id = staged.load("repair_order", [{}])
    staged.load("complaint", [{}])
    staged.validate("repair_order")
    path = folders.expectations / "repair_order.yaml"
    path.write_text(path.read_text().replace("max_value: 500", "max_value: 600"))
    with pytest.raises(PipelineFault, match="aftercare suites compile"):
        staged.validate("repair_order", folders=folders)
    assert staged.good(load_id) == []
    (load,) = staged.rows("ops.load", load_id=load_id)
    assert (load["state"], "aftercare suites compile" in load["failure"]) == ("failed", True)
    assert staged.validate("complaint", folders=folders)["good"] == 1
    list(compile_all(folders))
    assert staged.validate("repair_order", folders=folders)["good"] == 1


def test_a_row_that_no_rule_holds_and_core_cannot_take_is_our_fault(
    staged: StagedRows, folders: SuiteFolders
) -> None:
    path = folders.expectations / "repair_order.yaml"
    text = path.read_text()
    last = text.index("  - type", text.index("rule_id: RO14"))
    path.write_text(text[:last])
    list(compile_all(folders))
    load_id = staged.load("repair_order", [{"ro_type": None}])
    with pytest.raises(PipelineFault, match=r"1 rows .* lack a column that core needs"):
        staged.validate("repair_order", folders=folders)
    assert staged.good(load_id) == []


def test_flags_and_counts_that_differ_stop_the_load(
    staged: StagedRows, folders: SuiteFolders
) -> None:
    # A suite whose statement was compiled, with its digests, from other rules.
    suite = folders.expectations / "complaint.yaml"
    original = suite.read_text()
    suite.write_text(original.replace("column: complaint_no", "column: store_code"))
    list(compile_all(folders))
    compiled = folders.compiled / "complaint.sql"
    wrong = compiled.read_text()
    suite.write_text(original)
    list(compile_all(folders))
    right_digest = next(
        line for line in compiled.read_text().splitlines() if line.startswith("-- suite")
    )
    wrong_digest = next(line for line in wrong.splitlines() if line.startswith("-- suite"))
    compiled.write_text(wrong.replace(wrong_digest, right_digest))
    load_id = staged.load("complaint", [{}, {"complaint_no": None}])
    with pytest.raises(PipelineFault, match="CP02: 0 flagged, 1 counted"):
        staged.validate("complaint", folders=folders)
    assert staged.good(load_id) == []
    assert staged.rows("quality.flag") == []


def test_docs_are_written_where_the_caller_wants_them(
    staged: StagedRows, warehouse: Engine, tmp_path: Path
) -> None:
    staged.load("complaint", [{}])
    validate(warehouse, staged.group, SYSTEM, "complaint", DAY, docs_folder=tmp_path)
    index = (tmp_path / "index.html").read_text()
    assert "dms complaint" in index
    assert "2026-06-10" in index


def test_a_reminder_is_answered_before_its_occasion_and_not_before_it_opens(
    staged: StagedRows,
) -> None:
    staged.task("S1.S2-18.P1", event_on=date(2026, 7, 20), open_on=date(2026, 6, 9))
    answer = {"task_key": "S1.S2-18.P1", "outcome": "reached"}
    early, right = at(2026, 6, 8, 23, 59), at(2026, 6, 9)
    staged.load("call_result", [{**answer, "called_at": when} for when in (early, right)])
    counts = staged.validate("call_result")
    assert (counts["quarantined"], counts["good"], counts["by_rule"]["CR04"]) == (1, 1, 1)
