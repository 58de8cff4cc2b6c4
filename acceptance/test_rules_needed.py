"""No rule of validation is idle: without any one of them, bad rows of the sample group go on."""

from collections import Counter
from datetime import date
from pathlib import Path

from sample_nights import SampleNights
from sqlalchemy import Engine
from suite_mutations import flags, without

from aftercare.quality.suites import read_suite
from aftercare.sources.feeds import FEEDS
from aftercare.warehouse import run
from quality.test_truth import differences

LAST = date(2026, 11, 20)


def test_without_any_one_rule_the_truth_is_missed(warehouse: Engine, tmp_path: Path) -> None:
    nights = SampleNights(warehouse, tmp_path, 31337, LAST, LAST)
    nights.run()
    assert differences(nights) == (Counter(), Counter())
    unnoticed = []
    for load in nights.loads():
        suite = read_suite(str(load["feed"]))
        broken = {mark[4] for mark in nights.flagged() if mark[:2] == (load["system"], suite.feed)}
        packs = {"brands": sorted(nights.group.packs), "stores": []}
        with warehouse.begin() as connection:
            run(
                connection,
                f"quality/prepare_{suite.feed}",
                load_id=load["load_id"],
                time_zone="Asia/Shanghai",
                **(packs if suite.feed == "store" else {}),
            )
            run(connection, "quality/mark_versions", load_id=load["load_id"])
        whole = flags(warehouse, suite, load["load_id"])
        unnoticed += [
            rule.rule_id
            for rule in suite.rules
            if rule.rule_id in broken
            and flags(warehouse, without(suite, rule), load["load_id"]) == whole
        ]
    assert unnoticed == []
    critical = {
        rule.rule_id
        for feed in FEEDS
        if feed not in ("call_result", "complaint", "contact_number")
        for rule in read_suite(feed).rules
        if rule.severity == "critical"
    }
    assert critical <= {mark[4] for mark in nights.flagged()}
