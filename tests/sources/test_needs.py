"""What is said to be lost without a column is what the rules do."""

import pytest

from aftercare.quality.suites import read_suite
from aftercare.sources.feeds import FEEDS
from aftercare.sources.needs import NEEDS

RULES = {(feed, rule.rule_id): rule for feed in FEEDS for rule in read_suite(feed).rules}
NAMED = [(feed, column, need) for feed, needs in NEEDS.items() for column, need in needs.items()]


@pytest.mark.parametrize(("feed", "column", "need"), NAMED, ids=lambda part: str(part))
def test_a_needed_column_is_one_of_its_feed_and_of_its_rule(feed, column, need):
    assert FEEDS[feed].column(column).name == column
    if need.rule_id is None:
        assert need.loss in ("key", "tasks")
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
