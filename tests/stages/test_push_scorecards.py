"""Published months in CRMs and on task lists: figures of stores, each month once, and nothing of a person."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from file_crm import FileCrm
from openpyxl import load_workbook
from published_month import PEOPLE, PublishedMonth
from scored_month import MONTH, TODAY
from sqlalchemy import Engine, event, text

from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT
from aftercare.stages.outbox import Chosen, list_outbox, show_message
from aftercare.stages.summaries import tell_summaries
from aftercare.targets.rehearsed import Samples, rehearsed
from aftercare.targets.workbook import WorkbookTarget
from aftercare.warehouse import rehearsal

FIRST, SECOND = f"SK01.{MONTH}", f"SK02.{MONTH}"
LATER = TODAY + timedelta(days=14)


@pytest.fixture
def month(warehouse: Engine) -> PublishedMonth:
    return PublishedMonth(warehouse)


@pytest.fixture
def crm(tmp_path: Path) -> FileCrm:
    return FileCrm(tmp_path / "crm.sqlite", has_scorecards=True)


def kept(crm: FileCrm) -> dict[str, int]:
    return crm.kept("scorecard")


def test_a_published_month_is_one_record_for_each_store(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    counts = month.push(crm)
    assert kept(crm) == {FIRST: 1, SECOND: 1}
    assert (counts["scorecards"]["due"], counts["scorecards"]["sent"], counts["due"]) == (2, 2, 0)


def test_a_month_that_nobody_published_is_not_told(month: PublishedMonth, crm: FileCrm) -> None:
    month.score()
    counts = month.push(crm)
    assert (kept(crm), counts["scorecards"]["due"]) == ({}, 0)


def test_a_record_says_name_value_counts_target_met_and_place(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    month.push(crm)
    said = crm.body(SECOND)
    for part in ("月度评分 2026-06 SK02 店", "('month', '2026-06')", "('published_on', datetime"):
        assert part in said
    line = "售后关爱 AC · 回访覆盖率：{}，目标 100%，{}，同品牌第 {} / 2 名）"
    assert line.format("93.8%（15/16", "未达标", 2) in said
    assert line.format("100%（15/15", "达标", 1) in crm.body(FIRST)


def test_texts_are_in_the_language_of_the_group(month: PublishedMonth, crm: FileCrm) -> None:
    in_english = month.group.group.model_copy(update={"language": "en"})
    month.group = month.group.model_copy(update={"group": in_english})
    month.publish()
    month.push(crm)
    said = crm.body(SECOND)
    line = "after-sales care AC · Follow-up coverage: 93.8% (15/16, target 100%, not met, place 2 of 2 in its brand)"
    assert line in said
    assert "month's scorecard 2026-06, SK02 店" in said
    assert " targets met'" in said


def test_nothing_of_a_person_leaves_the_house(month: PublishedMonth, crm: FileCrm) -> None:
    month.publish()
    month.push(crm)
    with month.engine.connect() as connection:
        people = connection.execute(text("select employee_no, name from core.employee")).all()
    for key in (FIRST, SECOND):
        said = crm.body(key)
        assert not [one for row in people for one in row if one in said]


def test_a_figure_that_too_few_people_made_is_left_out_and_it_is_said_that_it_is(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.store("SK03")
    for number in range(PEOPLE - 1):
        month.person(f"SK03-{number}", role="AC", store_code="SK03")
        month.answered(f"SK03-{number}", [9] * 8, role="AC", store_code="SK03")
    month.publish()
    month.push(crm)
    said = crm.body(f"SK03.{MONTH}")
    assert "回访覆盖率" not in said
    assert "项由不足 3 人完成" in said


def test_a_second_push_says_nothing(month: PublishedMonth, crm: FileCrm) -> None:
    month.publish()
    month.push(crm)
    calls = crm.calls
    assert month.push(crm, LATER)["changed"] == 0
    assert crm.calls == calls
    assert month.messages() == [(FIRST, 1, "sent"), (SECOND, 1, "sent")]


def test_a_correction_is_a_new_version_of_the_same_record_beside_the_issued_figure(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    month.push(crm)
    month.late("SK01", 20)
    month.score(LATER)
    counts = month.push(crm, LATER)
    assert (kept(crm), counts["run"]["updated"]) == ({FIRST: 1, SECOND: 1}, 1)
    assert crm.version(FIRST) == 2
    assert "100%（15/15，目标 100%，达标" in crm.body(FIRST)
    assert "公布后有更正，现为 93.8%（15/16）" in crm.body(FIRST)
    assert "公布后有更正" not in crm.body(SECOND)


def test_a_correction_that_is_gone_leaves_the_figure_as_it_was_issued(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    month.push(crm)
    before = crm.body(FIRST)
    late = month.late("SK01", 20)
    month.score(LATER)
    month.push(crm, LATER)
    with month.engine.begin() as connection:
        gone = {"key": late}
        connection.execute(text("delete from care.follow_up_task where task_key = :key"), gone)
    month.score(LATER)
    month.push(crm, LATER)
    assert (crm.version(FIRST), crm.body(FIRST)) == (3, before)


def test_an_earlier_version_never_comes_after_a_later_one(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    crm.answers = {FIRST: "retry"}
    month.push(crm)
    month.late("SK01", 20)
    month.score(LATER)
    crm.answers = {}
    month.push(crm, LATER)
    assert crm.version(FIRST) == 2
    assert (FIRST, 1, "superseded") in month.messages()


def test_what_was_lost_on_the_way_is_sent_again_and_is_one_record(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    crm.answers = {FIRST: "unknown"}
    month.push(crm)
    crm.answers = {}
    month.push(crm)
    assert kept(crm) == {FIRST: 1, SECOND: 1}
    assert {state for _, _, state in month.messages()} == {"sent"}


def test_months_from_before_the_mapping_had_its_section_are_not_told(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    for today in (TODAY + timedelta(days=1), LATER):
        assert month.push(crm, today)["scorecards"]["due"] == 0
    month.late("SK01", 20)
    month.score(LATER)
    month.push(crm, LATER)
    assert kept(crm) == {}


def test_a_month_that_is_published_on_the_day_of_the_first_push_is_told(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.push(crm)
    month.publish()
    month.push(crm, LATER)
    assert kept(crm) == {FIRST: 1, SECOND: 1}


def test_a_store_that_goes_live_later_is_not_told_the_months_before(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.serve("crm", SK02=LATER)
    month.publish()
    month.push(crm)
    month.push(crm, LATER)
    assert kept(crm) == {FIRST: 1}


def test_a_mapping_without_the_section_is_told_none_and_begins_anew_with_it(
    month: PublishedMonth, crm: FileCrm, tmp_path: Path
) -> None:
    without = FileCrm(tmp_path / "crm.sqlite")
    month.push(crm)
    counts = month.push(without)
    month.publish()
    assert "scorecards" not in counts
    assert month.push(without)["changed"] == 0
    month.push(crm, LATER)
    assert kept(crm) == {}


def test_each_target_is_told_its_own_stores(
    month: PublishedMonth, crm: FileCrm, tmp_path: Path
) -> None:
    other = FileCrm(tmp_path / "other.sqlite", has_scorecards=True)
    other.name = "other"
    month.serve("crm", {"SK02": "other"})
    month.publish()
    for target in (crm, other):
        month.push(target)
    assert (kept(crm), kept(other)) == ({FIRST: 1}, {SECOND: 1})


def test_publishing_puts_the_month_into_the_outbox_and_the_push_adds_no_second_message(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    told = [tell_summaries(month.engine, month.group, "crm", TODAY) for _ in range(2)]
    assert told == [2, 0]
    assert month.messages() == [(FIRST, 1, "pending"), (SECOND, 1, "pending")]
    counts = month.push(crm, TODAY + timedelta(days=1))
    assert counts["scorecards"]["sent"] == 2
    assert len(month.messages()) == 2


def test_a_dry_run_counts_them_and_leaves_nothing_behind(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    samples = Samples(1)
    with rehearsal(month.engine) as undone:
        real, month.engine = month.engine, undone.engine
        month.push(rehearsed(crm, samples))
        month.engine = real
    assert samples.counts == {"scorecard_create": 2}
    assert (kept(crm), month.messages()) == ({}, [])
    assert month.rows("outbound.scorecard_start") == []


def test_what_was_rejected_stays_listed_with_what_it_would_say(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.publish()
    crm.answers = {FIRST: "rejected"}
    assert month.push(crm)["scorecards"]["rejected"] == 1
    (listed,) = list_outbox(month.engine, Chosen((), None, ("rejected",)), 10)
    assert (listed["entity"], listed["external_key"]) == ("scorecard", FIRST)
    story = show_message(month.engine, month.keyring, month.group, month.policy, TODAY, FIRST)
    assert story["said"]["title"] == "月度评分 2026-06 SK01 店"
    assert "SummaryFigure" not in str(story["said"])
    crm.answers, crm.mapping_digest = {}, "second"
    month.push(crm, LATER)
    assert kept(crm) == {FIRST: 1, SECOND: 1}


def test_a_store_with_a_director_alone_has_no_month_and_stops_no_other(
    month: PublishedMonth, crm: FileCrm
) -> None:
    month.store("SK03")
    month.person("D9", role="DIR", store_code="SK03")
    month.publish()
    assert month.rows("score.scorecard", store_code="SK03")
    assert month.push(crm)["scorecards"]["due"] == 2
    assert kept(crm) == {FIRST: 1, SECOND: 1}


def test_who_is_known_later_makes_a_store_s_figure_no_other(
    month: PublishedMonth, crm: FileCrm
) -> None:
    for day in range(4):
        closed_on = date(2026, 6, 12) if day < 2 else None
        month.complaint(None, verdict=None, on=date(2026, 6, 10), closed_on=closed_on)
    month.person("S1", role="SUP", store_code="SK01")
    month.publish()
    month.push(crm)
    issued = crm.body(FIRST)
    assert "投诉关闭率：50%（2/4" in issued
    month.person("S2", role="SUP", store_code="SK01")
    month.score(LATER)
    assert month.rows("score.adjustment", employee_no="S2", kpi_id="complaint_closed")
    month.push(crm, LATER)
    assert crm.body(FIRST) == issued


def test_of_what_nothing_was_due_nothing_is_said(month: PublishedMonth, crm: FileCrm) -> None:
    month.publish()
    month.push(crm)
    assert "：–" not in crm.body(FIRST)
    assert "不足 3 人" not in crm.body(FIRST)


def test_many_stores_at_once_are_no_sudden_volume(month: PublishedMonth, crm: FileCrm) -> None:
    for number in range(8):
        month.push(crm, date(2026, 6, 20) + timedelta(days=number))
    month.group = month.group.model_copy(
        update={"delivery": month.group.delivery.model_copy(update={"least_messages": 1})}
    )
    month.publish()
    assert month.push(crm)["stopped"] is None


def sheet_of(folder: Path, today: date) -> Any:
    book = load_workbook(folder / "out" / "SK02" / f"{today}_回访任务.xlsx")
    return book["月度评分"] if "月度评分" in book.sheetnames else None


def test_a_task_list_shows_the_newest_month_where_the_group_wants_it(
    month: PublishedMonth, tmp_path: Path
) -> None:
    month.serve("workbook")
    month.publish()
    month.push(WorkbookTarget(str(tmp_path)))
    assert month.messages() == []
    month.push(WorkbookTarget(str(tmp_path), has_scorecards=True))
    sheet = sheet_of(tmp_path, TODAY)
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0][:3] == ["岗位", "指标", "结果"]
    (row,) = [row for row in rows if row[1] == "回访覆盖率"]
    assert row == ["售后关爱 AC", "回访覆盖率", "93.8%", "15/16", "100%", "未达标", "2 / 2", "", ""]
    assert "王" not in str([[cell.value for cell in row] for row in sheet.iter_rows()])


def test_a_correction_is_on_the_next_list(month: PublishedMonth, tmp_path: Path) -> None:
    month.serve("workbook")
    target = WorkbookTarget(str(tmp_path), has_scorecards=True)
    month.publish()
    month.push(target)
    month.late("SK02", 20)
    month.score(LATER)
    month.push(target, LATER)
    cells = [str(cell.value) for row in sheet_of(tmp_path, LATER).iter_rows() for cell in row]
    assert "88.2% (15/17)" in cells


def test_a_month_is_read_once_for_the_lists_of_all_stores(
    month: PublishedMonth, tmp_path: Path
) -> None:
    month.serve("workbook")
    month.publish()
    read: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        read.extend([statement] if "more_in_numerator" in statement else [])

    event.listen(month.engine, "before_cursor_execute", note)
    counts = month.push(WorkbookTarget(str(tmp_path), has_scorecards=True))
    event.remove(month.engine, "before_cursor_execute", note)
    # Once for the messages that tell it, and once for the lists of both stores.
    assert (counts["lists"], len(read)) == (2, 2)


def test_how_many_people_a_figure_needs_is_a_dated_line() -> None:
    policy = Policy.load(PROJECT / "include" / "policy")
    line = policy.value("house", "statements", "summary_people", date(2026, 6, 30))
    assert (line.value, line.rule, line.unit) == (3, "S1-40", "count")
