"""What is said to be lost without a column is what the rules do."""

from collections.abc import Iterable

import pytest

from aftercare.quality.suites import read_suite
from aftercare.settings import PROJECT
from aftercare.sources.feeds import FEEDS
from aftercare.sources.needs import NEEDS

PAGE = PROJECT / "docs" / "cookbook" / "connect-a-dealer-system.md"
SAID = {"flagged": "marked"}
RULES = {(feed, rule.rule_id): rule for feed in FEEDS for rule in read_suite(feed).rules}
NAMED = [(feed, column, need) for feed, needs in NEEDS.items() for column, need in needs.items()]


@pytest.mark.parametrize(("feed", "column", "need"), NAMED, ids=lambda part: str(part))
def test_a_needed_column_is_one_of_its_feed_and_of_its_rule(feed, column, need):
    assert FEEDS[feed].column(column).name == column
    if need.rule_id is None:
        assert need.loss in ("key", "tasks", "names")
        return
    rule = RULES[feed, need.rule_id]
    assert {"held": "critical", "key": "critical", "tasks": "critical"}.get(
        need.loss, "warning"
    ) == rule.severity
    looked_at = " ".join(rule.columns)
    text = rule.sql_file.read_text(encoding="utf-8") if rule.sql_file else ""
    assert column in looked_at or column in text or rule.rule_id == "ST03"


def test_what_a_suite_wants_filled_of_every_row_is_needed():
    for (feed, _), rule in RULES.items():
        wants = rule.type == "expect_column_values_to_not_be_null"
        if wants and "row_condition" not in rule.kwargs:
            assert rule.kwargs["column"] in NEEDS[feed], (feed, rule.rule_id)


def rows_of_page() -> dict[str, tuple[str, ...]]:
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index("## What is needed") :].split("\n## ")[0]
    cells = (line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| `"))
    return {first.strip("`"): tuple(more) for first, *more in cells}


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


@pytest.mark.parametrize("feed", FEEDS.values(), ids=lambda feed: feed.name)
def test_the_page_says_what_is_needed_of_each_feed(feed):
    needs = {name: need for name, need in NEEDS[feed.name].items() if need.loss != "key"}
    needed = (
        f"`{name}` ({' '.join(filter(None, (SAID.get(need.loss, need.loss), need.rule_id)))})"
        for name, need in needs.items()
    )
    rest = [column.name for column in feed.columns if column.name not in NEEDS[feed.name]]
    may_be_left_out = ", ".join(
        f"`{name}`" + " (in yuan)" * feed.column(name).is_money for name in rest
    )
    assert rows_of_page()[feed.name] == (
        listed(feed.key),
        ", ".join(needed),
        may_be_left_out or "—",
    )


def test_the_page_says_every_code():
    rows = rows_of_page()
    for feed in FEEDS.values():
        for column in feed.columns:
            if column.codes:
                assert rows[f"{feed.name}.{column.name}"] == (listed(column.codes),)
