"""Judging a batch by Great Expectations itself: counts per rule, and data docs for people.

The flags come from our own compiled statement; the counts here come from Great Expectations over
the same rows. Where they differ, something of ours is wrong, and nothing goes on.

``great_expectations`` takes seconds to import, so it is imported inside functions only.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from aftercare.errors import PipelineFault
from aftercare.quality.compile import DIALECT, great_expectations
from aftercare.quality.docs import keep_docs
from aftercare.quality.suites import Rule, Suite

log = logging.getLogger(__name__)

# Counts only: no value, no row and no query result of a batch enters a result or a data doc.
RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def judge(
    engine: Engine,
    suite: Suite,
    load_id: int,
    day: date,
    label: str,
    docs_folder: Path | None = None,
) -> dict[str, int]:
    """The number of rows of a load that break each rule, as Great Expectations counts them.

    ``label`` and ``day`` name the batch in data docs, which are added to ``docs_folder`` where one
    is given. Raises PipelineFault for a rule that could not be evaluated.
    """
    with warnings.catch_warnings():
        # Its own deprecations are not ours to mend.
        warnings.simplefilter("ignore")
        result = _result(engine, suite, load_id, day, label, docs_folder)
    counts = {found.expectation_config.meta["rule_id"]: _count(found) for found in result.results}
    absent = {rule.rule_id for rule in suite.rules} - counts.keys()
    if absent:
        raise PipelineFault(
            f"Great Expectations left out rules {', '.join(sorted(absent))} of {suite.feed}"
        )
    return counts


def _result(
    engine: Engine, suite: Suite, load_id: int, day: date, label: str, docs_folder: Path | None
) -> Any:
    context = _context()
    # The library takes a connection for each figure that it looks up, some twenty for a load.
    with engine.connect() as connection:
        # Nobody else gets it afterwards, for the library may close it whenever it likes.
        connection.detach()
        return _judged(context, connection, suite, load_id, day, label, docs_folder)


def _judged(
    context: Any,
    connection: Connection,
    suite: Suite,
    load_id: int,
    day: date,
    label: str,
    docs_folder: Path | None,
) -> Any:
    batch = _batch_definition(context, connection, suite, load_id, label)
    expectations = _expectations(context, suite)
    definition = context.validation_definitions.add(
        great_expectations().ValidationDefinition(name=label, data=batch, suite=expectations)
    )
    checkpoint = context.checkpoints.add(
        great_expectations().Checkpoint(
            name=label, validation_definitions=[definition], result_format=RESULT_FORMAT
        )
    )
    # The same load gives the same page, however often it is validated.
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    run_id = great_expectations().RunIdentifier(run_name=day.isoformat(), run_time=midnight)
    outcome = checkpoint.run(run_id=run_id)
    if docs_folder is not None:
        try:
            keep_docs(context, docs_folder)
        except OSError as problem:
            # Pages to look at are no reason to hold back rows.
            log.warning(
                "the data docs of %s of %s cannot be written (%s): free the disk of connection "
                "aftercare_docs, or grant the right to write there",
                label,
                day,
                problem.strerror,
            )
    (result,) = outcome.run_results.values()
    return result


def reconcile(suite: Suite, flagged: Mapping[str, int], counted: Mapping[str, int]) -> None:
    """Raises PipelineFault naming each rule whose flags and counts differ, with both figures."""
    differing = [
        f"{rule.rule_id}: {flagged.get(rule.rule_id, 0)} flagged, {counted[rule.rule_id]} counted"
        for rule in suite.rules
        if flagged.get(rule.rule_id, 0) != counted[rule.rule_id]
    ]
    if differing:
        raise PipelineFault(
            f"our flags and the counts of Great Expectations differ for {suite.feed} "
            f"({'; '.join(differing)}); nothing of this load goes on: the compiled statement or "
            "the version of Great Expectations is not the one that was tested"
        )


def _context() -> Any:
    great_expectations()
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return great_expectations().get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            # Its own default makes a folder for docs that nobody sees or deletes.
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )


def _batch_definition(
    context: Any, connection: Connection, suite: Suite, load_id: int, label: str
) -> Any:
    driver = connection.connection.dbapi_connection
    source = context.data_sources.add_postgres(
        "warehouse",
        connection_string=connection.engine.url.render_as_string(),
        # Our own connection, with its limits.
        kwargs={"creator": lambda: driver, "poolclass": sa.StaticPool},
    )
    # A query asset must begin with the word select; the batch begins with its import CTEs.
    rows = sa.text(suite.batch_sql).bindparams(load_id=load_id).columns().subquery("batch")
    query: sa.Select[Any] = sa.select(sa.literal_column("*")).select_from(rows)
    asset = source.add_query_asset(
        label, query=str(query.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    )
    return asset.add_batch_definition("load")


def _expectations(context: Any, suite: Suite) -> Any:
    configurations = [_configuration(rule, suite) for rule in suite.rules]
    return context.suites.add(
        great_expectations().ExpectationSuite(name=suite.feed, expectations=configurations)
    )


def _configuration(rule: Rule, suite: Suite) -> dict[str, Any]:
    from great_expectations.expectations.row_conditions import deserialize_row_condition

    kwargs = dict(rule.kwargs)
    if rule.sql_file is not None:
        # The library puts an aliased query in the place of {batch}.
        batch = sa.select(sa.literal_column("*")).select_from(sa.text("{batch}")).cte("batch")
        bad = sa.text(suite.rule_sql[rule.rule_id]).columns(sa.column("row_id")).add_cte(batch)
        kwargs["unexpected_rows_query"] = str(bad.compile(dialect=DIALECT))
    elif rule.meta.max_share is not None:
        kwargs["mostly"] = float(1 - rule.meta.max_share)
    if "row_condition" in kwargs:
        kwargs["row_condition"] = deserialize_row_condition(kwargs["row_condition"])
    return {
        "type": rule.type,
        "kwargs": kwargs,
        "severity": rule.severity,
        "meta": {"rule_id": rule.rule_id, "owner": rule.meta.owner},
        "description": f"{rule.rule_id} {rule.meta.message.zh} / {rule.meta.message.en}",
    }


def _count(result: Any) -> int:
    rule_id = result.expectation_config.meta["rule_id"]
    # An error of SQL looks like a failed rule with an empty result.
    raised = any(details.get("raised_exception") for details in _exceptions(result.exception_info))
    found = result.result.get("unexpected_count", result.result.get("observed_value"))
    if found is None and not raised and result.result.get("element_count") == 0:
        return 0
    if raised or found is None:
        raise PipelineFault(
            f"rule {rule_id} could not be evaluated by Great Expectations; "
            "look at its arguments and at the columns of its batch"
        )
    return int(found)


def _exceptions(info: Any) -> list[dict[str, Any]]:
    if not isinstance(info, dict):
        return []
    if "raised_exception" in info:
        return [info]
    return [details for details in info.values() if isinstance(details, dict)]
