"""What people fill in is read as it is handed out, and a mistake is held back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from scored_month import ScoredMonth
from sqlalchemy import Engine

from aftercare.cli import cli
from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.protection import Keyring
from aftercare.reports.input_workbook import INPUTS, input_workbook
from aftercare.reports.scorecard_words import read_words
from aftercare.settings import PROJECT, Language
from aftercare.sources.dealer_system import DealerSystem, FileFeedMap
from aftercare.sources.feeds import FEEDS
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate

DAY = date(2026, 7, 3)
KEYRING = Keyring({1: b"e" * 32}, {1: b"h" * 32})
ROWS = {
    "target": ["SK01", "", "2026-06", "销售", 40],
    "rating": ["SK01", "E1", "2026-06", "关爱活动", 8.5, "E9", "办了两场车主活动"],
    "regional_rank": ["SK01", "2026-06", "综合", 3, 12, "上海"],
    "nomination": ["SK01", "E1", "2026-06", "投诉处理", "E9", "当晚上门道歉"],
}


def skoda() -> DealerSystem:
    return read_dealer_system(PROJECT / "include" / "mappings" / "dealer" / "skoda_export.yaml")


def book(system: DealerSystem | None = None, language: Language = "zh") -> openpyxl.Workbook:
    content, _ = input_workbook(read_words(language, "inputs"), system)
    return openpyxl.load_workbook(io.BytesIO(content))


def mapped(feed: str) -> FileFeedMap:
    found = skoda().feeds[feed]
    assert isinstance(found, FileFeedMap)
    return found


def test_headings_are_those_that_the_mapping_reads() -> None:
    made = book(skoda())
    assert made.sheetnames == ["目标", "评分", "排名", "提名"]
    for feed, sheet in zip(ROWS, made.worksheets, strict=True):
        heads = [cell.value for cell in sheet[mapped(feed).header_row]]
        assert heads == [entry.column for entry in mapped(feed).columns.values()]


def test_codes_are_chosen_from_a_list_in_the_systems_own_words() -> None:
    sheet = book(skoda())["评分"]
    lists = {
        check.formula1: str(check.sqref)
        for check in sheet.data_validations.dataValidation
        if check.type == "list"
    }
    assert lists == {'"关爱活动,工作改进"': "D3:D502"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_heading_says_what_belongs_there(language: Language) -> None:
    for sheet in book(language=language).worksheets:
        for cell in sheet[1]:
            assert cell.comment is not None
            assert len(cell.comment.text) > 5


@pytest.mark.parametrize(("language", "store"), [("zh", "全店"), ("en", "whole store")])
def test_only_what_may_be_the_stores_says_that_it_may_stay_empty(
    language: Language, store: str
) -> None:
    needed = read_words(language, "inputs")("needed")
    for feed, sheet in zip(INPUTS, book(language=language).worksheets, strict=True):
        said = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
        if "employee_no" in said:
            is_of_store = feed in ("target", "external_score")
            assert (store in said["employee_no"]) is is_of_store, feed
            assert (needed in said["employee_no"]) is not is_of_store, feed


def test_a_score_is_named_as_the_policy_does_and_says_its_scale() -> None:
    sheet = book(language="en").worksheets[INPUTS.index("external_score")]
    said = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
    assert "As the policy names it, such as SQS, DSC or ten_item_check." in said["metric"]
    assert "on another scale than the target's nothing is judged" in said["scale"]
    ranked = book(language="en").worksheets[INPUTS.index("regional_rank")]
    assert "ten_item_check" not in str([cell.comment for cell in ranked[1]])


def test_without_a_system_every_feed_has_a_sheet_with_our_own_names() -> None:
    made = book(language="en")
    heads = [[cell.value for cell in sheet[1]] for sheet in made.worksheets]
    assert heads == [[column.name for column in FEEDS[feed].columns] for feed in INPUTS]


def test_equal_workbooks_are_equal_bytes() -> None:
    words = read_words("zh", "inputs")
    assert input_workbook(words, skoda()) == input_workbook(words, skoda())


def filled(path: Path, changes: dict[str, list[object]]) -> None:
    made = book(skoda())
    for feed, sheet in zip(ROWS, made.worksheets, strict=True):
        for row in (ROWS[feed], changes.get(feed)):
            if row is not None:
                sheet.append([cell if cell != "" else None for cell in row])
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(path)


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store(system="skoda_export")
    return made


def brought(month: ScoredMonth, folder: Path, feed: str) -> dict[str, int]:
    """What pull, validation and merge did with a feed; rules that held rows are counted by number."""
    connection = Connection("files", "fs", extra={"path": str(folder)})
    pull(month.engine, KEYRING, month.group, skoda(), connection, feed, DAY)
    counts = validate(month.engine, month.group, "skoda_export", feed, DAY)
    merged = merge(month.engine, month.group, "skoda_export", feed, DAY)
    return {"promoted": merged["promoted"], **counts["by_rule"]}


def test_what_was_filled_in_reaches_core(month: ScoredMonth, tmp_path: Path) -> None:
    filled(tmp_path / "主管考核" / "202606_考核.xlsx", {})
    assert {feed: brought(month, tmp_path, feed) for feed in ROWS} == {
        feed: {"promoted": 1} for feed in ROWS
    }
    (target,) = month.rows("core.target")
    (rating,) = month.rows("core.rating")
    (rank,) = month.rows("core.regional_rank")
    assert (target["employee_no"], target["metric"], target["value"]) == ("", "sales", 40)
    assert (rating["item"], str(rating["value"]), rating["rater_no"]) == (
        "care_activity",
        "8.5",
        "E9",
    )
    assert (rank["metric"], rank["rank_no"], rank["ranked"]) == ("overall", 3, 12)
    assert "车主活动".encode() not in bytes(rating["reason_cipher"])
    (nomination,) = month.rows("core.nomination")
    assert (nomination["award"], nomination["nominator_no"]) == ("complaint_handling", "E9")
    assert "道歉".encode() not in bytes(nomination["reason_cipher"])


def test_a_mistake_is_held_and_the_others_go_on(month: ScoredMonth, tmp_path: Path) -> None:
    wrong: dict[str, list[object]] = {
        "target": ["SK01", "", "2026年6月", "销售", 40],
        "rating": ["SK01", "E2", "2026-06", "工作改进", 8, "E2", "我很努力"],
        "regional_rank": ["SK01", "2026-06", "维修", 13, 12, "上海"],
        "nomination": ["SK01", "E2", "2026-06", "创新", "E2", "我的主意最好"],
    }
    filled(tmp_path / "主管考核" / "202606_考核.xlsx", wrong)
    assert brought(month, tmp_path, "target") == {"promoted": 1, "TG02": 1}
    assert brought(month, tmp_path, "rating") == {"promoted": 1, "RT07": 1}
    assert brought(month, tmp_path, "regional_rank") == {"promoted": 1, "RR07": 1}
    assert brought(month, tmp_path, "nomination") == {"promoted": 1, "NM07": 1}
    assert len(month.rows("quality.quarantine")) == 4


def test_the_command_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    done = CliRunner().invoke(cli, ["inputs", str(path), "--system", "skoda_export"])
    assert done.exit_code == 0, done.output
    assert "目标、评分、排名、提名" in done.output
    assert openpyxl.load_workbook(path).sheetnames == ["目标", "评分", "排名", "提名"]


def test_a_system_that_takes_none_as_xlsx_is_refused_in_plain_words(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["inputs", str(tmp_path / "x.xlsx"), "--system", "heyuan_dms"])
    assert isinstance(done.exception, ConfigurationError)
    assert "leave --system out" in str(done.exception)
    assert not (tmp_path / "x.xlsx").exists()
