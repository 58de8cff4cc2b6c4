"""Each rule on its own small situations, judged by our flags and by Great Expectations alike."""

import pytest
from situations import SITUATIONS
from sqlalchemy import Engine
from staged_rows import StagedRows

from aftercare.quality.suites import read_suite
from aftercare.sources.feeds import FEEDS


@pytest.mark.parametrize("feed", FEEDS)
def test_rows_break_the_rules_that_they_break_and_no_other(warehouse: Engine, feed: str) -> None:
    staged = StagedRows(warehouse)
    staged.task()
    situations = SITUATIONS[feed]
    found = staged.check(feed, *(changes for changes, _ in situations.values()))
    assert dict(zip(situations, found, strict=True)) == {
        name: rules for name, (_, rules) in situations.items()
    }


@pytest.mark.parametrize("feed", FEEDS)
def test_every_rule_has_a_situation_that_breaks_it(feed: str) -> None:
    broken = set().union(*(rules for _, rules in SITUATIONS[feed].values()))
    assert broken == {rule.rule_id for rule in read_suite(feed).rules}


def test_counts_of_great_expectations_are_kept_beside_ours(warehouse: Engine) -> None:
    staged = StagedRows(warehouse)
    staged.check("repair_order", {}, {"ro_type": None}, {"odometer_out_km": 1})
    counts = {row["rule_id"]: row for row in staged.rows("quality.rule_count")}
    assert len(counts) == len(read_suite("repair_order").rules)
    assert all(row["flagged"] == row["gx_unexpected"] for row in counts.values())
    assert (counts["RO15"]["flagged"], counts["RO15"]["rows"]) == (1, 3)


def test_an_odometer_of_an_earlier_night_is_remembered(warehouse: Engine) -> None:
    staged = StagedRows(warehouse)
    first = staged.load("repair_order", [{"ro_no": "A"}])
    staged.validate("repair_order")
    staged.promote(first, "repair_order", is_reversed=False)
    later = {"opened_at": "2026-06-10T12:00:00+08:00", "odometer_out_km": None}
    rows = [{"ro_no": "B", "odometer_in_km": 19000} | later, {"ro_no": "A"}]
    assert staged.check("repair_order", *rows, system="other") == [{"RO12"}, set()]


def test_a_store_of_the_same_night_is_known(warehouse: Engine) -> None:
    staged = StagedRows(warehouse)
    staged.check("store", {"store_code": "NEW"}, {"store_code": "BAD", "name": None})
    rows = [{"store_code": "NEW"}, {"store_code": "BAD"}]
    assert staged.check("complaint", *rows) == [set(), {"CP03"}]


def test_shown_values_are_masked(warehouse: Engine) -> None:
    staged = StagedRows(warehouse)
    staged.check("sales_order", {"vin_check": "check_digit", "customer_phone_check": "landline"})
    shown = {row["rule_id"]: row["shown_value"] for row in staged.rows("quality.flag")}
    assert shown == {
        "SO05": '{"vin_masked": "*************4721"}',
        "SO08": '{"customer_phone_check": "landline"}',
    }
