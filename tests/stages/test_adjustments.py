"""A published month that changes keeps its figures, and an adjustment stands beside each."""

from datetime import date
from typing import Any

import pytest
from core_rows import core_row
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, delete, update

from aftercare.cli.objections import adjustment_lines
from aftercare.protection import Keyring, new_keyring_json
from aftercare.reports.objections import adjustment_reason
from aftercare.reports.scorecard_words import read_words
from aftercare.stages.adjustments import list_adjustments, list_due_months
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.proposals import propose
from aftercare.stages.publish import publish, report_of
from aftercare.stages.scorecards import score_month
from aftercare.warehouse import report, run
from aftercare.whose import Whose

KEYRING = Keyring.from_json(new_keyring_json())
LATER = date(2026, 7, 20)
NEXT = "2026-07"
CARD = "2026-06.AC.SK01.E1"
COVERAGE = "follow_up_coverage"


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1", role="AC")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    made.answered("E1", [9] * 4, role="AC")
    score(made)
    return made


def score(month: ScoredMonth, key: str = MONTH, today: date = TODAY) -> dict[str, Any]:
    counts = score_month(month.engine, month.group, month.policy, key, today)
    propose(month.engine, month.group, month.policy, key)
    return counts


def send(month: ScoredMonth, key: str = MONTH, today: date = TODAY) -> str:
    """Publishes a month; the mail's page."""
    with MailServer() as server:
        publish(
            month.engine,
            KEYRING,
            month.group,
            month.policy,
            key,
            server.mailer(),
            "hr.li",
            today,
        )
        page = server.messages[0].get_body(("html",))
        assert page is not None
        text: str = page.get_content()
        return text


def adjustments(month: ScoredMonth, kpi: str = COVERAGE) -> list[dict[str, Any]]:
    return [row for row in list_adjustments(month.engine, MONTH) if row["kpi_id"] == kpi]


def late_order(month: ScoredMonth) -> str:
    """A repair order that came after the publication has a follow-up of June that nobody made."""
    return month.task("E1", role="AC")


def test_a_late_repair_order_for_an_approved_month_gives_an_adjustment_and_the_figure_stays(
    month: ScoredMonth,
) -> None:
    send(month)
    late = late_order(month)
    counts = score(month, today=LATER)
    assert (counts["changed"], counts["adjusted"] > 0) == (0, True)
    line = month.line("E1", COVERAGE)
    assert (line["numerator"], line["denominator"], line["value"]) == (4, 4, 1)
    (row,) = adjustments(month)
    assert (row["old_numerator"], row["old_denominator"], row["old_value"]) == (4, 4, 1)
    assert (row["new_numerator"], row["new_denominator"]) == (4, 5)
    assert float(row["new_value"]) == 0.8
    assert row["rows_behind"] == [["came", "follow_up_task", late]]
    assert (row["row_count"], row["noticed_on"], row["ended_on"]) == (1, LATER, None)
    assert month.count("score.evidence") == len(month.rows("score.evidence"))
    assert late not in {each["row_key"] for each in month.rows("score.evidence")}


def test_a_second_run_adds_nothing(month: ScoredMonth) -> None:
    send(month)
    late_order(month)
    score(month, today=LATER)
    before = month.rows("score.adjustment")
    counts = score(month, today=date(2026, 7, 21))
    assert (counts["adjusted"], counts["adjustments_ended"]) == (0, 0)
    assert month.rows("score.adjustment") == before


def test_a_month_that_did_not_change_has_none(month: ScoredMonth) -> None:
    send(month)
    assert score(month, today=LATER)["adjusted"] == 0
    assert month.count("score.adjustment") == 0


def test_a_month_that_was_not_published_is_scored_and_not_adjusted(month: ScoredMonth) -> None:
    late_order(month)
    counts = score(month, today=LATER)
    assert "adjusted" not in counts
    assert month.line("E1", COVERAGE)["denominator"] == 5
    assert month.count("score.adjustment") == 0


def test_another_difference_replaces_the_first_and_both_are_kept(month: ScoredMonth) -> None:
    send(month)
    late_order(month)
    score(month, today=LATER)
    month.call(late_order(month), called_on=date(2026, 6, 20))
    score(month, today=date(2026, 7, 21))
    (row,) = adjustments(month)
    assert (row["new_numerator"], row["new_denominator"], row["row_count"]) == (5, 6, 2)
    first, _second = (each for each in month.rows("score.adjustment") if each["kpi_id"] == COVERAGE)
    assert (first["ending"], first["ended_on"]) == ("replaced", date(2026, 7, 21))


def test_a_difference_that_goes_away_says_so_once(month: ScoredMonth) -> None:
    send(month)
    late = late_order(month)
    score(month, today=LATER)
    tasks = month.table("care.follow_up_task")
    with month.engine.begin() as connection:
        connection.execute(delete(tasks).where(tasks.c.task_key == late))
    assert score(month, today=date(2026, 7, 22))["adjustments_ended"] > 0
    (row,) = adjustments(month)
    assert (row["ending"], row["ended_on"]) == ("gone", date(2026, 7, 22))
    again = score(month, today=date(2026, 7, 23))
    assert (again["adjusted"], again["adjustments_ended"]) == (0, 0)


def test_rows_that_changed_or_left_are_told_apart(month: ScoredMonth) -> None:
    send(month)
    changed, left = sorted(
        row["row_key"] for row in month.rows("score.evidence", kpi_id=COVERAGE, scorecard_id=CARD)
    )[:2]
    tasks, calls = month.table("care.follow_up_task"), month.table("core.call_result")
    with month.engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.task_key.in_([changed, left])))
        connection.execute(delete(tasks).where(tasks.c.task_key == left))
    score(month, today=LATER)
    (row,) = adjustments(month)
    assert row["rows_behind"] == [
        ["left", "follow_up_task", left],
        ["changed", "follow_up_task", changed],
    ]


def test_an_upheld_objection_is_the_reason_of_what_it_changes(month: ScoredMonth) -> None:
    send(month)
    with month.engine.begin() as connection:
        publications = month.table("score.publication")
        connection.execute(update(publications).values(published_at="2026-07-06T02:00:00Z"))
    asked = (month.engine, month.group, month.policy, MONTH, "E1", COVERAGE, "one call is missing")
    number = raise_objection(*asked, "hr.li", TODAY)["objection"]
    answer_objection(month.engine, number, "uphold", "it was made", "hr.wu", TODAY)
    month.call(late_order(month))
    score(month, today=LATER)
    assert [row["objection_id"] for row in adjustments(month)] == [number]
    others = [row for row in list_adjustments(month.engine, MONTH) if row["kpi_id"] != COVERAGE]
    assert {row["objection_id"] for row in others} == {None}


def test_a_figure_that_the_month_was_not_scored_by_is_no_correction(month: ScoredMonth) -> None:
    evidence, lines = month.table("score.evidence"), month.table("score.scorecard_line")
    with month.engine.begin() as connection:
        connection.execute(delete(evidence).where(evidence.c.kpi_id == COVERAGE))
        connection.execute(delete(lines).where(lines.c.kpi_id == COVERAGE))
    send(month)
    late_order(month)
    score(month, today=LATER)
    assert adjustments(month) == []
    assert adjustments(month, "follow_up_on_time") != []


def test_somebody_whose_post_was_told_late_is_adjusted_without_an_issued_figure(
    month: ScoredMonth,
) -> None:
    send(month)
    month.person("E2", role="AC")
    month.call(month.task("E2", role="AC"))
    score(month, today=LATER)
    (row,) = (row for row in adjustments(month) if row["employee_no"] == "E2")
    assert (row["old_numerator"], row["new_numerator"], row["new_denominator"]) == (None, 1, 1)
    assert month.rows("score.scorecard", employee_no="E2", month=MONTH) == []


def test_the_next_months_mail_tells_it_and_the_one_after_does_not(month: ScoredMonth) -> None:
    send(month)
    late = late_order(month)
    score(month, today=LATER)
    score(month, NEXT, date(2026, 8, 6))
    page = send(month, NEXT, date(2026, 8, 6))
    assert "对以前月份的更正" in page
    assert f"后到：{late}" in page
    assert "4/5 = 80%" in page
    score(month, "2026-08", date(2026, 9, 6))
    assert "对以前月份的更正" not in send(month, "2026-08", date(2026, 9, 6))
    # Sent again, a mail says what it said.
    rows = report_of(month.engine, month.group, month.policy, NEXT).rows
    assert {row["kpi_id"] for row in rows.adjustments} >= {COVERAGE}


def test_what_was_told_and_is_gone_is_told_as_gone(month: ScoredMonth) -> None:
    send(month)
    late = late_order(month)
    score(month, today=LATER)
    score(month, NEXT, date(2026, 8, 6))
    send(month, NEXT, date(2026, 8, 6))
    tasks = month.table("care.follow_up_task")
    with month.engine.begin() as connection:
        connection.execute(delete(tasks).where(tasks.c.task_key == late))
    score(month, today=date(2026, 8, 10))
    score(month, "2026-08", date(2026, 9, 6))
    assert "差异已于 2026-08-10 消失" in send(month, "2026-08", date(2026, 9, 6))


def test_only_published_months_that_something_came_in_for_are_looked_at_again(
    month: ScoredMonth,
) -> None:
    assert list_due_months(month.engine, [MONTH]) == []
    send(month)
    assert list_due_months(month.engine, [MONTH, "2026-05"]) == []
    month.feeds("repair_order", day=LATER)
    assert list_due_months(month.engine, [MONTH, "2026-05"]) == [MONTH]
    score(month, today=LATER)
    assert list_due_months(month.engine, [MONTH]) == []


def visit(month: ScoredMonth, number: str, day: str, **values: Any) -> None:
    order = {"ro_no": number, "opened_at": f"{day}T02:00:00Z", "vin": "V1"} | values
    month.add("core.repair_order", **core_row("repair_order", "SK01", order))


def new_load(month: ScoredMonth, feed: str = "repair_order") -> int:
    """A load since now."""
    month.feeds(feed, day=LATER)
    return max(row["load_id"] for row in month.rows("ops.load"))


def lost(month: ScoredMonth) -> dict[str, Any]:
    (row,) = adjustments(month, "loss_rate")
    return row


def reason(row: dict[str, Any]) -> str:
    return adjustment_reason(row, read_words("en", "objections"))


def test_a_late_order_of_a_lost_vehicle_is_named_beside_the_visit_that_was_counted(
    month: ScoredMonth,
) -> None:
    visit(month, "R1", "2025-12-10")
    score(month)
    send(month)
    visit(month, "R2", "2026-05-10", load_id=new_load(month))
    score(month, today=LATER)
    assert (lost(month)["old_numerator"], lost(month)["new_numerator"]) == (1, 0)
    assert lost(month)["rows_behind"] == [
        ["changed", "repair_order", "SK01|R1"],
        ["late", "repair_order", "SK01|R2"],
    ]
    assert lost(month)["row_count"] == 1
    assert reason(lost(month)) == (
        "changed: SK01|R1; "
        "documents of the same vehicles that came in after the publication: SK01|R2"
    )


def merged(month: ScoredMonth, load_id: int, promoted: int) -> None:
    """A load is merged now."""
    (load,) = month.rows("ops.load", load_id=load_id)
    counts = {"promoted": promoted, "unchanged": 1 - promoted, "stale": 0}
    with month.engine.begin() as connection:
        run(connection, "merge/finish_load", load_id=load_id, **counts)
        part = f"{load['system']}/{load['feed']}"
        report(connection, "merge", str(load["business_day"]), counts, part)


def again(month: ScoredMonth, load_id: int, stage: str) -> None:
    """A night that was merged before the publication is run again, up to a stage."""
    (load,) = month.rows("ops.load", load_id=load_id)
    named = {"system": load["system"], "feed": load["feed"], "day": load["business_day"]}
    with month.engine.begin() as connection:
        run(connection, "pull/open_load", **named)
        if stage == "validated":
            settled = {"state": "validated", "failure": None, "suite_digest": "0"}
            counts = {"collapsed": 0, "stale": 0, "quarantined": 0}
            run(connection, "quality/settle_load", load_id=load_id, **settled, **counts)
    if stage in ("merged", "brings"):
        merged(month, load_id, promoted=int(stage == "brings"))


@pytest.mark.parametrize(
    ("stage", "late"),
    [
        # The dealer system did not answer: what was merged stays.
        ("opened", ["SK01|R3"]),
        ("validated", ["SK01|R3"]),
        ("merged", ["SK01|R3"]),
        # Which of its documents are the new ones is not known.
        ("brings", ["SK01|R2", "SK01|R3"]),
    ],
)
def test_a_night_run_again_after_the_publication_makes_its_documents_late_only_if_it_brings_any(
    month: ScoredMonth, stage: str, late: list[str]
) -> None:
    month.feeds("repair_order")
    known = max(row["load_id"] for row in month.rows("ops.load"))
    merged(month, known, promoted=1)
    new_load(month, "booking")
    visit(month, "R1", "2025-12-10")
    visit(month, "R2", "2025-06-10", load_id=known)
    score(month)
    send(month)
    again(month, known, stage)
    visit(month, "R3", "2026-05-10", load_id=new_load(month))
    score(month, today=LATER)
    assert [key for why, _, key in lost(month)["rows_behind"] if why == "late"] == late


def test_a_night_after_the_publication_that_is_run_twice_still_brought_its_documents_late(
    month: ScoredMonth,
) -> None:
    visit(month, "R1", "2025-12-10")
    score(month)
    send(month)
    since = new_load(month)
    visit(month, "R2", "2026-05-10", load_id=since)
    for promoted in (1, 0):
        merged(month, since, promoted)
    score(month, today=LATER)
    assert ["late", "repair_order", "SK01|R2"] in lost(month)["rows_behind"]


def test_an_order_that_was_known_and_changes_is_not_said_to_have_come_late(
    month: ScoredMonth,
) -> None:
    visit(month, "R1", "2025-12-10")
    staged = {"row_id": 1, "source_ref": "R2", "row_hash": b"\0"}
    month.add(
        "staging.repair_order",
        **staged,
        load_id=month.load_id,
        version_at="2026-05-10T02:00:00Z",
        store_code="SK01",
        ro_no="R2",
    )
    score(month)
    send(month)
    visit(month, "R2", "2026-05-10", load_id=new_load(month))
    score(month, today=LATER)
    assert reason(lost(month)) == "changed: SK01|R1"


def test_an_order_of_another_vehicle_is_not_the_reason(month: ScoredMonth) -> None:
    visit(month, "R1", "2025-12-10")
    score(month)
    send(month)
    load_id = new_load(month)
    visit(month, "R2", "2026-05-10", load_id=load_id)
    visit(month, "R3", "2026-05-11", load_id=load_id, vin="V3")
    score(month, today=LATER)
    assert "R3" not in reason(lost(month))


def test_all_rows_are_kept_and_the_mail_names_twelve(month: ScoredMonth) -> None:
    send(month)
    late = sorted(late_order(month) for _ in range(15))
    score(month, today=LATER)
    (row,) = adjustments(month)
    assert [key for _, _, key in row["rows_behind"]] == late
    command = f"aftercare evidence 2026-06 E1 {COVERAGE}"
    assert reason(row) == f"came late: {', '.join(late[:12])}; 15 in all (all: {command})"
    score(month, NEXT, date(2026, 8, 6))
    page = send(month, NEXT, date(2026, 8, 6))
    assert late[0] in page
    assert command in page
    assert late[12] not in page
    told = adjustment_lines(month.engine, MONTH, Whose("E1"), COVERAGE)
    assert told[1:] == [f"  came follow_up_task {key}" for key in late]
    assert adjustment_lines(month.engine, MONTH, Whose(store_code="SK01"), COVERAGE) == told


def test_what_names_twelve_rows_reads_twelve_and_of_the_line_that_is_asked_for(
    month: ScoredMonth,
) -> None:
    send(month)
    late = sorted(late_order(month) for _ in range(15))
    score(month, today=LATER)
    with month.engine.begin() as connection:
        kept = month.table("score.adjustment")
        named = [["late", "sales_order", f"SK01|S{number:02}"] for number in range(14)]
        rows = [["came", "follow_up_task", key] for key in late]
        connection.execute(
            update(kept).where(kept.c.kpi_id == COVERAGE).values(rows_behind=[*rows, *named])
        )
    asked = {"kpi_id": COVERAGE, "scorecard_id": CARD}
    (whole,) = list_adjustments(month.engine, MONTH, **asked)
    (read,) = list_adjustments(month.engine, MONTH, most=12, **asked)
    assert whole["rows_behind"] == [*rows, *named]
    assert read["rows_behind"] == [*rows[:12], *named[:12]]
    assert [read[name] for name in ("row_count", "rows_kept", "late_count")] == [15, 15, 14]
    # A reason reads the same whether its rows were all read or those that it names.
    assert reason(read) == reason(whole)
    assert "15 in all (all: aftercare evidence" in reason(read)
    assert "14 in all" in reason(read)
    score(month, NEXT, date(2026, 8, 6))
    report = report_of(month.engine, month.group, month.policy, NEXT)
    news = [row for row in report.rows.adjustments if row["kpi_id"] == COVERAGE]
    assert [row["rows_behind"] for row in news] == [read["rows_behind"]]
    whose = Whose(store_code="SK02")
    assert list_adjustments(month.engine, MONTH, whose=whose, kpi_id=COVERAGE) == []
