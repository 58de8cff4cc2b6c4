"""Suites are read whole or refused in plain words."""

import shutil
from pathlib import Path

import pytest

from aftercare.errors import ConfigurationError
from aftercare.quality.suites import SuiteFolders, read_suite
from aftercare.sources.feeds import FEEDS


@pytest.fixture
def folders(tmp_path: Path) -> SuiteFolders:
    """A copy of the suites that a test may change."""
    shutil.copytree(SuiteFolders().expectations, tmp_path / "expectations")
    shutil.copytree(SuiteFolders().compiled, tmp_path / "compiled")
    return SuiteFolders(tmp_path / "expectations", tmp_path / "compiled")


def edit(folders: SuiteFolders, old: str, new: str, feed: str = "repair_order") -> None:
    path = folders.expectations / f"{feed}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_rule_ids_are_unique_over_all_feeds() -> None:
    ids = [rule.rule_id for feed in FEEDS for rule in read_suite(feed).rules]
    assert len(ids) == len(set(ids))


def test_architecture_names_every_rule() -> None:
    architecture = (SuiteFolders().expectations.parent / "docs/architecture.md").read_text()
    for feed in FEEDS:
        for rule in read_suite(feed).rules:
            letter = {"critical": " C", "warning": " W", "info": " I"}[rule.severity]
            (entry,) = (
                entry
                for line in architecture.splitlines()
                if line.startswith(f"| {feed} |")
                for entry in line.strip(" |").replace("|", "·").split("·")
                if rule.rule_id in entry
            )
            assert entry.rstrip().endswith(letter), entry


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("severity: critical", "severity: fatal", r"yaml:9: expectations\.0\.severity: "),
        ("rule_id: RO02", "rule_id: RO01", "rule ids stand twice: RO01"),
        ("expect_column_values_to_be_null", "expect_nothing", r"expectations\.0\.type"),
        ("zh: 工单号缺失", "zh: ''", r"expectations\.1\.meta\.message\.zh"),
        ("max_share: 0.2", "max_share: 20", r"max_share"),
        ("rules/ro09.sql", "rules/ro99.sql", r"ro99\.sql: cannot be read"),
        ("ignore_row_if: either_value_is_missing", "ignore_row_if: never", "ignore_row_if"),
        ("name: repair_order", "name: repairs", "is the suite of 'repairs'"),
    ],
)
def test_a_wrong_suite_is_refused_with_its_place(
    folders: SuiteFolders, old: str, new: str, problem: str
) -> None:
    edit(folders, old, new)
    with pytest.raises(ConfigurationError, match=problem):
        read_suite("repair_order", folders)


def test_the_digest_changes_with_a_rule(folders: SuiteFolders) -> None:
    before = read_suite("repair_order", folders).digest
    assert before == read_suite("repair_order").digest
    edit(folders, "max_value: 500", "max_value: 600")
    assert read_suite("repair_order", folders).digest != before
