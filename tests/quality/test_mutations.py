"""Changing any one rule changes what is found: the situations would notice."""

import pytest
from situations import SITUATIONS
from sqlalchemy import Engine
from staged_rows import StagedRows
from suite_mutations import flags, mutations

from aftercare.quality.suites import read_suite
from aftercare.sources.feeds import FEEDS
from aftercare.warehouse import run


@pytest.mark.parametrize("feed", FEEDS)
def test_changing_any_one_rule_is_noticed(warehouse: Engine, feed: str) -> None:
    staged = StagedRows(warehouse)
    staged.task()
    load_id = staged.load(feed, [changes for changes, _ in SITUATIONS[feed].values()])
    with warehouse.begin() as connection:
        packs = {"brands": ["changan"], "stores": ["S9"]} if feed == "store" else {}
        run(
            connection,
            f"quality/prepare_{feed}",
            load_id=load_id,
            time_zone="Asia/Shanghai",
            **packs,
        )
        run(connection, "quality/mark_versions", load_id=load_id)
    suite = read_suite(feed)
    truth = flags(warehouse, suite, load_id)
    unnoticed = [
        f"{rule.rule_id} {what}"
        for rule in suite.rules
        for what, mutant in mutations(suite, rule)
        if flags(warehouse, mutant, load_id) == truth
    ]
    assert unnoticed == []
