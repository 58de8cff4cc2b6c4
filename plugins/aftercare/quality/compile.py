"""From a suite to the one statement that flags every row with the rules it breaks.

Great Expectations itself gives the predicate of each rule, so the flags and its own counts
cannot mean different things; SQLAlchemy puts the predicates into one statement. The statements
are committed and reviewed like code. Each carries the digest of the suite it came from and of
its own text: an edited suite or an edited statement stops its feed until it is compiled again.

The condition metrics of Great Expectations are internal to it: its version is pinned, and the
tests keep the SQL of each type of rule.
"""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from aftercare.errors import PipelineFault
from aftercare.quality.suites import Rule, Suite, SuiteFolders, read_suite
from aftercare.sources.feeds import FEEDS

COMMAND = "aftercare suites compile"
# A rule in SQL that looks at one row at a time.
_ROW_RULE = re.compile(
    r"select batch\.row_id\s+from batch\s+where\s+"
    r"(?P<condition>(?:(?!\b(?:select|group|having|window|union|order|limit)\b).)+)",
    re.DOTALL,
)
DIALECT = postgresql.dialect(paramstyle="named")

FLAG = sa.table(
    "flag",
    *(
        sa.column(name)
        for name in ("load_id", "row_id", "rule_id", "severity", "field", "shown_value")
    ),
    schema="quality",
)


def great_expectations() -> Any:
    """The library, imported late (it takes seconds) and without what it says while it loads."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations
    return great_expectations


def compile_all(folders: SuiteFolders | None = None) -> Iterator[Path]:
    """Writes the flag statement of every feed and yields the files."""
    chosen = folders or SuiteFolders()
    chosen.compiled.mkdir(parents=True, exist_ok=True)
    for feed in FEEDS:
        path = chosen.compiled / f"{feed}.sql"
        path.write_text(compile_suite(read_suite(feed, chosen)), encoding="utf-8")
        yield path


def compile_suite(suite: Suite) -> str:
    """The text of a suite's flag statement; its only bind parameter is ``load_id``."""
    body = str(
        _flag_statement(suite).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    )
    body = body.replace(", CASE WHEN ", ",\n    CASE WHEN ").replace(
        " WHEN (rules.", "\n    WHEN (rules."
    )
    body = "\n".join(line.rstrip() for line in body.splitlines()) + "\n"
    return (
        f"-- Compiled from expectations/{suite.feed}.yaml by `{COMMAND}`; do not edit.\n"
        f"-- grain: one row per judged row of the load and rule that it breaks\n"
        f"-- reads: staging.{suite.feed}, quality.row_fact\n"
        f"-- writes: quality.flag\n"
        f"-- suite: {suite.digest}\n"
        f"-- statement: {_digest(body)}\n"
        f"{body}"
    )


def read_statement(suite: Suite, folders: SuiteFolders | None = None) -> sa.TextClause:
    """The committed flag statement of a suite.

    Raises PipelineFault when it is missing, was edited, or comes from another version of the
    suite: this feed stops, the others go on.
    """
    path = (folders or SuiteFolders()).compiled / f"{suite.feed}.sql"
    remedy = f"review expectations/{suite.feed}.yaml, then run `{COMMAND}`"
    try:
        content = path.read_text(encoding="utf-8")
    except OSError:
        raise PipelineFault(f"the suite of {suite.feed} was never compiled; {remedy}") from None
    header, body = _split(content)
    if header.get("suite") != suite.digest:
        raise PipelineFault(
            f"the suite of {suite.feed} was changed after its statement was compiled; {remedy}"
        )
    if header.get("statement") != _digest(body):
        raise PipelineFault(f"the compiled statement of {suite.feed} was edited by hand; {remedy}")
    return sa.text(body)


def condition(rule: Rule) -> sa.ColumnElement[bool]:
    """When a row breaks a rule, in the words of Great Expectations; not for rules in SQL."""
    great_expectations()
    from great_expectations.expectations.registry import get_expectation_impl, get_metric_provider
    from great_expectations.expectations.row_conditions import deserialize_row_condition

    engine = _without_database()
    impl = get_expectation_impl(rule.type)
    kwargs = impl(**rule.kwargs).configuration.kwargs
    provider, predicate = get_metric_provider(f"{impl.map_metric}.condition", engine)
    domain = {key: kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs}
    broken, _, _ = predicate(
        provider,
        execution_engine=engine,
        metric_domain_kwargs=domain,
        metric_value_kwargs={key: kwargs.get(key) for key in provider.condition_value_keys},
        metrics={"table.columns": list(rule.columns)},
        runtime_configuration={},
    )
    clauses = [broken]
    if "column_A" in domain:
        clauses = [sa.column(name).is_not(None) for name in domain.values()] + clauses
    if rule.kwargs.get("row_condition"):
        chosen = deserialize_row_condition(rule.kwargs["row_condition"])
        clauses.insert(0, engine.condition_to_filter_clause(chosen))
    return sa.and_(*clauses)


def _without_database() -> Any:
    """An execution engine of Great Expectations that gives predicates without any connection."""
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

    class Offline(SqlAlchemyExecutionEngine):
        def get_compute_domain(
            self, domain_kwargs: dict[str, Any], *_: Any, **__: Any
        ) -> tuple[None, dict[str, Any], dict[str, Any]]:
            return None, {}, domain_kwargs

    return Offline(engine=sa.create_engine("postgresql+psycopg://"))


def _flag_statement(suite: Suite) -> sa.Insert:
    columns = dict.fromkeys(
        ["load_id", "row_id", *(name for rule in suite.rules for name in rule.columns)]
    )
    batch = (
        sa.text(_kept_binds(suite.batch_sql))
        .columns(*(sa.column(name) for name in columns))
        .cte("batch")
    )
    broken = sa.func.array_remove(
        postgresql.array(
            [
                sa.case((_broken_in(batch, suite, rule), sa.literal(rule.rule_id)))
                for rule in suite.rules
            ]
        ),
        sa.null(),
    )
    flagged = sa.select(*batch.c, broken.label("rule_ids")).cte("flagged")
    rules = sa.values(
        sa.column("rule_id", sa.Text),
        sa.column("severity", sa.Text),
        sa.column("field", sa.Text),
        name="rules",
    ).data([(rule.rule_id, rule.severity, _field(rule)) for rule in suite.rules])
    each = (
        sa.func.unnest(flagged.c.rule_ids)
        .table_valued("rule_id", name="broken")
        .render_derived()
        .lateral("broken")
    )
    shown = sa.case(
        *(
            (
                rules.c.rule_id == rule.rule_id,
                sa.cast(
                    sa.func.jsonb_build_object(
                        *(
                            part
                            for name in rule.meta.shows
                            for part in (sa.literal(name), flagged.c[name])
                        )
                    ),
                    sa.Text,
                ),
            )
            for rule in suite.rules
            if rule.meta.shows
        )
    )
    chosen = (
        sa.select(
            flagged.c.load_id,
            flagged.c.row_id,
            rules.c.rule_id,
            rules.c.severity,
            rules.c.field,
            shown.label("shown_value"),
        )
        .select_from(flagged)
        .join(each, sa.true())
        .join(rules, rules.c.rule_id == each.c.rule_id)
    )
    return sa.insert(FLAG).from_select(list(FLAG.c.keys()), chosen)


def _broken_in(batch: sa.CTE, suite: Suite, rule: Rule) -> sa.ColumnElement[bool]:
    if rule.sql_file is None:
        return condition(rule)
    sql = suite.rule_sql[rule.rule_id]
    found = _ROW_RULE.fullmatch(sql.strip())
    if found:
        # Asked of the row at hand: a second look at the batch would make PostgreSQL keep all of it.
        return sa.literal_column(f"({found['condition']})", sa.Boolean)
    return batch.c.row_id.in_(sa.text(sql).columns(sa.column("row_id")))


def _field(rule: Rule) -> str | None:
    named = [*rule.meta.shows, *rule.columns]
    return named[0].removesuffix("_masked") if named else None


def _kept_binds(sql: str) -> str:
    r"""Escapes ``:load_id`` so that it reaches the compiled text as a bind parameter."""
    return re.sub(r"(?<![:\\]):load_id\b", r"\\:load_id", sql)


def _split(content: str) -> tuple[dict[str, str], str]:
    lines = content.splitlines(keepends=True)
    size = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = dict(line[3:].strip().split(": ", 1) for line in lines[:size] if ": " in line)
    return header, "".join(lines[size:])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
