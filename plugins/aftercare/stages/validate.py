"""Validate: which rows of a load go on, which are held back, and why.

Three steps, each a transaction of its own. First, what the rules need to know of every row is
worked out once. Then Great Expectations counts over those rows. Last, our flags are set by the
compiled statement and compared with those counts, and the rows are split: sound ones and those
that a steward let through go on; the others become cases with their whole source row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import SQLAlchemyError

from aftercare.errors import AftercareError, BatchRefused, PipelineFault
from aftercare.quality.compile import read_statement
from aftercare.quality.judge import judge, reconcile
from aftercare.quality.suites import Suite, SuiteFolders, read_suite
from aftercare.settings import Group
from aftercare.warehouse import report, run

STAGE = "validate"


@dataclass(frozen=True)
class _Load:
    """The load that is validated: its id and its names."""

    load_id: int
    system: str
    feed: str
    day: date

    @property
    def name(self) -> str:
        return f"{self.system}/{self.feed} of {self.day}"


@contextmanager
def only_settler(engine: Engine, system: str, feed: str, day: date) -> Iterator[None]:
    """Waits until nobody else settles the load, and keeps others waiting until the end.

    Settling takes several transactions, and one that begins anew takes from an earlier one what
    that stands on.
    """
    names = {"system": system, "feed": feed, "day": day.isoformat()}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        run(connection, "quality/hold_load", **names)
        try:
            yield
        finally:
            # A line that broke holds no lock.
            with suppress(SQLAlchemyError):
                run(connection, "quality/leave_load", **names)


def validate(
    engine: Engine,
    group: Group,
    system: str,
    feed: str,
    day: date,
    docs_folder: Path | None = None,
    folders: SuiteFolders | None = None,
    *,
    recount: bool = True,
) -> dict[str, Any]:
    """Splits the load of a system's feed on a business day into rows that go on and cases.

    Returns counts of rows: ``rows`` (all that were pulled), ``collapsed``, ``stale``,
    ``quarantined``, ``good``, and ``by_rule`` (rule id to flagged rows). A page of data docs is added to
    ``docs_folder`` for a load that has rows; ``folders`` says where suites stand, for tests. Without
    ``recount`` Great Expectations does not count the flags again: a rehearsal's rows are seen by no
    connection but its own.

    Raises PipelineFault when the load is not there or not whole, when the suite does not fit its
    compiled statement, or when flags and counts differ; BatchRefused when too many rows break a
    rule. In both cases nothing of the load goes on and ``ops.load.failure`` says why; after
    BatchRefused the cases are there to be looked at.
    """
    load = _find(engine, system, feed, day)
    try:
        suite = read_suite(feed, folders)
        statement = read_statement(suite, folders)
        prepared = _prepare(engine, group, load)
        # An empty load breaks no rule, and most feeds of a small group's night are empty.
        counted = {rule.rule_id: 0 for rule in suite.rules}
        if prepared and recount:
            label = f"{system} {feed}"
            counted = judge(engine, suite, load.load_id, day, label, docs_folder)
        with engine.begin() as connection:
            found = _locked(connection, system, feed, day)
            run(connection, "quality/clear_results", load_id=load.load_id)
            connection.execute(statement, {"load_id": load.load_id})
            flagged = {
                row.rule_id: row.flagged
                for row in run(connection, "quality/count_flags", load_id=load.load_id)
            }
            if recount:
                reconcile(suite, flagged, counted)
            else:
                counted |= flagged
            counts = _split(connection, suite, load, counted, found["pulled"])
    except AftercareError as problem:
        with engine.begin() as connection:
            run(connection, "quality/fail_load", load_id=load.load_id, failure=str(problem))
        raise
    if counts["refused"]:
        raise BatchRefused(counts["refused"])
    del counts["refused"]
    return counts


def _find(engine: Engine, system: str, feed: str, day: date) -> _Load:
    with engine.begin() as connection:
        found = _locked(connection, system, feed, day)
    return _Load(found["load_id"], system, feed, day)


def _locked(connection: Connection, system: str, feed: str, day: date) -> RowMapping:
    found = (
        run(connection, "quality/lock_load", system=system, feed=feed, day=day).mappings().first()
    )
    if found is None or found["state"] == "pulling" or found["pulled"] is None:
        raise PipelineFault(
            f"{system}/{feed} of {day} was not pulled to its end; run the pull of this day again"
        )
    return found


def _prepare(engine: Engine, group: Group, load: _Load) -> int:
    """Works out what the rules need to know of each row; the number of rows."""
    brands, stores = _with_pack(group, load.day)
    with engine.begin() as connection:
        found = _locked(connection, load.system, load.feed, load.day)
        run(connection, "quality/clear_facts", load_id=load.load_id)
        run(connection, f"quality/analyze_{load.feed}")
        prepared = run(
            connection,
            f"quality/prepare_{load.feed}",
            load_id=load.load_id,
            time_zone=group.group.time_zone,
            **({"brands": brands, "stores": stores} if load.feed == "store" else {}),
        ).rowcount
        if prepared != found["pulled"]:
            raise PipelineFault(
                f"staging holds {prepared} rows of {load.name}, but {found['pulled']} were pulled; "
                "run the pull of this day again"
            )
        run(connection, "quality/analyze_facts")
        run(connection, "quality/mark_versions", load_id=load.load_id)
        run(connection, "quality/analyze_facts")
    return prepared


def _with_pack(group: Group, day: date) -> tuple[list[str], list[str]]:
    """Brands and stores that have a policy pack on a day."""
    brands, stores = (
        sorted(name for name, lines in packs.items() if any(line.start <= day for line in lines))
        for packs in (group.packs, group.store_packs)
    )
    return brands, stores


def _split(
    connection: Connection, suite: Suite, load: _Load, counted: dict[str, int], pulled: int
) -> dict[str, Any]:
    incomplete = run(connection, "quality/count_incomplete", load_id=load.load_id).scalar_one()
    if incomplete:
        raise PipelineFault(
            f"{incomplete} rows of {load.name} lack a column that core needs, and no critical rule "
            f"of expectations/{load.feed}.yaml holds them; add the rule that is missing"
        )
    run(
        connection,
        "quality/hold_rows",
        load_id=load.load_id,
        rule_ids=[rule.rule_id for rule in suite.rules],
        owners=[rule.meta.owner for rule in suite.rules],
    )
    run(connection, "quality/take_decisions", load_id=load.load_id)
    run(connection, "quality/analyze_results")
    run(connection, "quality/refresh_held", load_id=load.load_id)
    run(connection, "quality/fill_good_rows", load_id=load.load_id)
    run(connection, "quality/analyze_results")
    run(connection, "quality/close_resent", load_id=load.load_id)
    placed = run(connection, "quality/count_rows", load_id=load.load_id).mappings().one()
    if placed["pulled"] != pulled:
        raise PipelineFault(
            f"{placed['pulled']} rows of {load.name} were split, but {pulled} were pulled: somebody "
            "pulled or settled it at the same time; run the pull of this day again"
        )
    limits = run(
        connection,
        "quality/write_rule_counts",
        load_id=load.load_id,
        rule_ids=[rule.rule_id for rule in suite.rules],
        severities=[rule.severity for rule in suite.rules],
        max_shares=[rule.meta.max_share for rule in suite.rules],
        counted=[counted[rule.rule_id] for rule in suite.rules],
        judged=placed["judged"],
        min_rows=suite.min_rows,
    ).mappings()
    rules = limits.all()
    refused = _refusal(suite, load, rules)
    if refused:
        run(connection, "quality/clear_good_rows", load_id=load.load_id)
    run(
        connection,
        "quality/settle_load",
        load_id=load.load_id,
        state="failed" if refused else "validated",
        failure=refused,
        suite_digest=suite.digest,
        collapsed=placed["collapsed"],
        stale=placed["stale"],
        quarantined=placed["quarantined"],
    )
    run(connection, "quality/clear_facts", load_id=load.load_id)
    counts = {
        "rows": placed["pulled"],
        "collapsed": placed["collapsed"],
        "stale": placed["stale"],
        "quarantined": placed["quarantined"],
        "good": 0 if refused else placed["good"],
        "by_rule": {rule["rule_id"]: rule["flagged"] for rule in rules if rule["flagged"]},
    }
    report(connection, STAGE, load.day.isoformat(), counts, f"{load.system}/{load.feed}")
    return {**counts, "refused": refused}


def _refusal(suite: Suite, load: _Load, rules: Sequence[RowMapping]) -> str | None:
    broken = [rule for rule in rules if not rule["is_within_limit"]]
    if not broken:
        return None
    listed = "; ".join(
        f"{rule['rule_id']} {suite.rule(rule['rule_id']).meta.message.en} "
        f"({rule['flagged']} of {rule['rows']} rows, limit {rule['max_share']:.1%})"
        for rule in broken
    )
    return (
        f"too many rows of {load.name} break a rule, so none of it goes on: {listed}. Mend the "
        "source or the mapping and pull again, or let the cases through and validate again"
    )
