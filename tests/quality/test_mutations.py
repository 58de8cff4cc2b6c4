"""Changing any one rule changes what is found: the situations would notice."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from situations import SITUATIONS
from sqlalchemy import Engine
from staged_rows import StagedRows

from aftercare.quality.compile import compile_suite
from aftercare.quality.suites import Rule, Suite, read_suite
from aftercare.sources.feeds import FEEDS
from aftercare.warehouse import run

Flags = set[tuple[int, str, str]]


def changed(rule: Rule, **kwargs: Any) -> Rule:
    return rule.model_copy(update={"kwargs": rule.kwargs | kwargs})


def mutations(suite: Suite, rule: Rule) -> Iterator[tuple[str, Suite]]:
    """The suite with this one rule changed, in every way that its type allows."""
    others = tuple(other for other in suite.rules if other is not rule)
    weaker = "warning" if rule.severity == "critical" else "critical"
    yield "dropped", replace(suite, rules=others)
    edited: list[tuple[str, Rule]] = [
        ("of another severity", rule.model_copy(update={"severity": weaker}))
    ]
    if "row_condition" in rule.kwargs:
        everywhere = {key: value for key, value in rule.kwargs.items() if key != "row_condition"}
        edited.append(("for all rows", rule.model_copy(update={"kwargs": everywhere})))
    if "or_equal" in rule.kwargs:
        edited.append(("at equality", changed(rule, or_equal=not rule.kwargs["or_equal"])))
        edited.append(
            (
                "the other way round",
                changed(rule, column_A=rule.kwargs["column_B"], column_B=rule.kwargs["column_A"]),
            )
        )
    for value in rule.kwargs.get("value_set", ()):
        rest = [kept for kept in rule.kwargs["value_set"] if kept != value]
        other = not value if isinstance(value, bool) else "other"
        edited.append((f"without {value}", changed(rule, value_set=[*rest, other])))
    for bound, step in (("min_value", 1), ("max_value", 1)):
        if bound in rule.kwargs:
            for by in (-step, step):
                edited.append(
                    (f"{bound} by {by}", changed(rule, **{bound: rule.kwargs[bound] + by}))
                )
    for what, mutant in edited:
        yield what, replace(suite, rules=(*others, mutant))
    if rule.rule_id in suite.rule_sql:
        head, _, conditions = suite.rule_sql[rule.rule_id].partition("where")
        parts = conditions.split(" or ")
        for dropped in parts:
            rest = " or ".join(part for part in parts if part is not dropped)
            sql = suite.rule_sql | {rule.rule_id: f"{head} where {rest}"}
            yield f"without {dropped.strip()}", replace(suite, rule_sql=sql)


def flags(engine: Engine, suite: Suite, load_id: int) -> Flags:
    """What the compiled suite flags; nothing is kept."""
    with engine.connect() as connection:
        connection.execute(sa.text(compile_suite(suite)), {"load_id": load_id})
        found = connection.execute(sa.text("select row_id, rule_id, severity from quality.flag"))
        result = {(row.row_id, row.rule_id, row.severity) for row in found}
        connection.rollback()
    return result


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
