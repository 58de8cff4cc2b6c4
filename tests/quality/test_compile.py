"""From a suite to one statement, and what happens when either is edited."""

import shutil
from pathlib import Path

import pytest

from aftercare.errors import PipelineFault
from aftercare.quality.compile import (
    DIALECT,
    compile_all,
    compile_suite,
    condition,
    read_statement,
)
from aftercare.quality.suites import Rule, SuiteFolders, read_suite
from aftercare.sources.feeds import FEEDS

MESSAGE = {"zh": "错", "en": "wrong"}


def rule(type_: str, **kwargs: object) -> Rule:
    return Rule.model_validate(
        {
            "type": type_,
            "kwargs": kwargs,
            "severity": "critical",
            "meta": {"rule_id": "XX01", "owner": "store", "shows": [], "message": MESSAGE},
        }
    )


def row_condition(parameter: object, operator: str = "==") -> dict[str, object]:
    return {
        "type": "comparison",
        "column": {"name": "c"},
        "operator": operator,
        "parameter": parameter,
    }


GOLDEN = [
    (rule("expect_column_values_to_be_null", column="a"), "a IS NOT NULL"),
    (rule("expect_column_values_to_not_be_null", column="a"), "a IS NULL"),
    (
        rule("expect_column_values_to_be_in_set", column="a", value_set=["x", "y"]),
        "a IS NOT NULL AND (a NOT IN ('x', 'y'))",
    ),
    (
        rule("expect_column_values_to_be_in_set", column="a", value_set=[True]),
        "a IS NOT NULL AND (a NOT IN (true))",
    ),
    (
        rule("expect_column_values_to_not_be_in_set", column="a", value_set=["x"]),
        "a IS NOT NULL AND a IN ('x')",
    ),
    (
        rule("expect_column_values_to_be_between", column="a", min_value=1, max_value=10),
        "a IS NOT NULL AND NOT (a >= 1.0 AND a <= 10.0)",
    ),
    (
        rule(
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A="a",
            column_B="b",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        ),
        "a IS NOT NULL AND b IS NOT NULL AND NOT (a >= b OR a IS NULL AND b IS NULL)",
    ),
    (
        rule(
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A="a",
            column_B="b",
            ignore_row_if="either_value_is_missing",
        ),
        "a IS NOT NULL AND b IS NOT NULL AND a <= b",
    ),
    (
        rule("expect_column_values_to_not_be_null", column="a", row_condition=row_condition("x")),
        "c = 'x' AND a IS NULL",
    ),
    (
        rule("expect_column_values_to_be_null", column="a", row_condition=row_condition("x", "!=")),
        "c != 'x' AND a IS NOT NULL",
    ),
    (
        rule("expect_column_values_to_not_be_null", column="a", row_condition=row_condition(False)),
        "c = false AND a IS NULL",
    ),
]


@pytest.mark.parametrize(("given", "sql"), GOLDEN)
def test_a_type_of_rule_compiles_to_its_known_sql(given: Rule, sql: str) -> None:
    compiled = condition(given).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    assert str(compiled) == sql


def test_every_type_of_rule_in_use_has_known_sql() -> None:
    used = {rule.type for feed in FEEDS for rule in read_suite(feed).rules}
    assert used - {"unexpected_rows_expectation"} <= {given.type for given, _ in GOLDEN}


@pytest.mark.parametrize("feed", FEEDS)
def test_the_committed_statement_is_what_the_suite_compiles_to(feed: str) -> None:
    suite = read_suite(feed)
    committed = SuiteFolders().compiled / f"{feed}.sql"
    assert committed.read_text() == compile_suite(suite)
    assert "INSERT INTO quality.flag" in str(read_statement(suite))


@pytest.fixture
def folders(tmp_path: Path) -> SuiteFolders:
    shutil.copytree(SuiteFolders().expectations, tmp_path / "expectations")
    shutil.copytree(SuiteFolders().compiled, tmp_path / "compiled")
    return SuiteFolders(tmp_path / "expectations", tmp_path / "compiled")


def test_an_edited_suite_stops_its_feed_only_until_it_is_compiled(folders: SuiteFolders) -> None:
    path = folders.expectations / "repair_order.yaml"
    path.write_text(path.read_text().replace("max_value: 500", "max_value: 600"))
    with pytest.raises(PipelineFault, match="run `aftercare suites compile`"):
        read_statement(read_suite("repair_order", folders), folders)
    read_statement(read_suite("sales_order", folders), folders)
    assert len(list(compile_all(folders))) == len(FEEDS)
    assert "km_per_day > 600" in str(read_statement(read_suite("repair_order", folders), folders))


def test_a_statement_edited_by_hand_stops_its_feed(folders: SuiteFolders) -> None:
    path = folders.compiled / "store.sql"
    path.write_text(path.read_text().replace("'ST04'", "'ST03'", 1))
    with pytest.raises(PipelineFault, match="compiled statement of store was edited by hand"):
        read_statement(read_suite("store", folders), folders)


def test_a_suite_that_was_never_compiled_stops_its_feed(folders: SuiteFolders) -> None:
    (folders.compiled / "store.sql").unlink()
    with pytest.raises(PipelineFault, match="suite of store was never compiled"):
        read_statement(read_suite("store", folders), folders)
