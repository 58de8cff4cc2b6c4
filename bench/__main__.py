"""``make bench``: runs the benchmarks, says whether each limit is kept, and writes the report."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.quality.compile import great_expectations
from bench.documents import bench_documents
from bench.flags import bench_flags
from bench.history import bench_history, fill_warehouse
from bench.made_month import fill_month, publish_made_month
from bench.merge import bench_merge
from bench.month import bench_month
from bench.pull import bench_pull, copy_to_mariadb, fill_dealer_system
from bench.report import line, write_report
from bench.results import Result
from bench.rules import bench_rules
from bench.servers import HOW_TO_GET, POSTGRES_SETTINGS, has_mariadb, mariadb
from bench.service_due import bench_service_due
from bench.sizes import SIZES, TIMES_AS_LONG, Size

STEPS = ("pull", "flags", "merge", "history", "service_due", "rules", "month", "documents")


def main() -> int:
    """Exit code 1 when a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="S", help="how much work")
    parser.add_argument("--night", choices=SIZES, help="another size for all that is no first load")
    parser.add_argument("--only", choices=STEPS, nargs="+", default=STEPS, help="some steps only")
    parser.add_argument("--runs", type=int, help="runs by turns whose medians count; 3 without it")
    parser.add_argument("--report", type=Path, help="folder for benchmarks.md and its picture")
    given = parser.parse_args()
    size, night = SIZES[given.size], SIZES[given.night or given.size]
    if given.runs:
        size, night = replace(size, runs=given.runs), replace(night, runs=given.runs)
    results, load = [], os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as scratch:
        folder = Path(scratch)
        server = EmbeddedPostgres(folder / "postgres", settings=POSTGRES_SETTINGS)
        server.start()
        try:
            for result in _benched(server, size, night, given.only, folder):
                results.append(result)
                print(line(result), flush=True)
        finally:
            server.destroy()
    if given.report:
        write_report(results, load, given.report, shlex.join(sys.argv[1:]))
    return 0 if all(result.is_kept for result in results) else 1


def _benched(
    server: EmbeddedPostgres, first_load: Size, size: Size, steps: tuple[str, ...], folder: Path
) -> Iterator[Result]:
    if "pull" in steps or "flags" in steps:
        yield from _first_load(server, first_load, steps, folder)
    templates = ("history", "long_history")
    if {"merge", "history", "rules"} & set(steps):
        great_expectations()
        source = fill_dealer_system(server, "dms_night", size, size.night)
        fill_warehouse(server, templates[0], size, size.history)
    if "merge" in steps:
        yield bench_merge(server, source, templates[0], size)
    if {"history", "service_due", "rules"} & set(steps):
        fill_warehouse(server, templates[1], size, size.history * TIMES_AS_LONG)
    if "history" in steps:
        yield bench_history(server, source, templates, size, folder)
    if "service_due" in steps:
        yield bench_service_due(server, templates[1], size)
    # The last one: it uses the templates up.
    if "rules" in steps:
        yield from bench_rules(server, source, templates, size)
    if {"month", "documents"} & set(steps):
        yield from _month(server, first_load, steps)


def _month(server: EmbeddedPostgres, size: Size, steps: tuple[str, ...]) -> Iterator[Result]:
    template = "month"
    fill_month(server, template, size)
    if "month" in steps:
        yield bench_month(server, template, size)
    if "documents" in steps:
        publish_made_month(server, template)
        yield from bench_documents(server, template, size)
    server.drop_database(template)


def _first_load(
    server: EmbeddedPostgres, size: Size, steps: tuple[str, ...], folder: Path
) -> Iterator[Result]:
    source = fill_dealer_system(server, "dms", size, size.pulled)
    if "pull" in steps and has_mariadb():
        with mariadb(folder / "mariadb") as address:
            copy = address.render_as_string(hide_password=False)
            copy_to_mariadb(source, copy, folder)
            result, _load_id = bench_pull(server, "MariaDB", copy, size.pulled, size.runs)
            yield result
        server.drop_database("warehouse_mariadb")
    elif "pull" in steps:
        print(f"pull from MariaDB: NOT MEASURED; {HOW_TO_GET}", file=sys.stderr, flush=True)
    result, load_id = bench_pull(server, "PostgreSQL", source, size.pulled, size.runs)
    server.drop_database("dms")
    if "pull" in steps:
        yield result
    if "flags" in steps:
        url = server.url("warehouse_postgresql")
        engine = warehouse.connect(url, statement_timeout_ms=0)
        yield bench_flags(engine, load_id, size)
        engine.dispose()
    server.drop_database("warehouse_postgresql")


if __name__ == "__main__":
    sys.exit(main())
