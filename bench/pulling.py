"""One pull, or its reference, in a process of its own: ``python -m bench.pulling`` with a job as JSON.

A process of its own, because its peak memory is one of the figures.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import URL, make_url

from aftercare.connections import Connection
from aftercare.protection import Keyring
from aftercare.settings import PROJECT, read_group
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.pull import pull
from aftercare.warehouse import connect
from bench.own_process import peak_mb, said_by
from bench.reference import Reference

ENCRYPTION_KEY, HASH_KEY = b"e" * 32, b"h" * 32
KEYRING = Keyring({1: ENCRYPTION_KEY}, {1: HASH_KEY})
SYSTEM = "heyuan_dms"
FEED = "repair_order"


def connection_to(url: URL) -> Connection:
    """The made-up dealer system's database, as an Airflow connection would give it."""
    return Connection(
        "bench",
        url.get_backend_name(),
        url.host,
        url.port,
        url.username,
        url.password,
        url.database,
    )


@dataclass(frozen=True)
class Measured:
    """One run: seconds from connection to commit, the process's own share of a processor in them,
    rows, and the process's peak in MB."""

    seconds: float
    cpu_seconds: float
    rows: int
    peak_mb: float


def measured(kind: str, source: str, warehouse: str, day: date, load_id: int = 0) -> Measured:
    """Runs ``ours`` or the ``reference`` (into ``load_id``) in a process of its own."""
    job = {
        "kind": kind,
        "source": source,
        "warehouse": warehouse,
        "day": day.isoformat(),
        "load_id": load_id,
    }
    return Measured(**said_by("bench.pulling", job))


def run_job(job: dict[str, Any]) -> Measured:
    """Runs one job here."""
    source, day = make_url(job["source"]), date.fromisoformat(job["day"])
    group, system = (
        read_group(),
        read_dealer_system(PROJECT / "include" / "mappings" / "dealer" / f"{SYSTEM}.yaml"),
    )
    engine = connect(job["warehouse"], statement_timeout_ms=0)
    began, began_cpu = time.perf_counter(), time.process_time()
    if job["kind"] == "ours":
        rows = pull(engine, KEYRING, group, system, connection_to(source), FEED, day)["pulled"]
    else:
        reference = Reference(ENCRYPTION_KEY, HASH_KEY)
        rows = reference.copy(source, make_url(job["warehouse"]), job["load_id"])
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    return Measured(seconds, cpu_seconds, rows, peak_mb())


if __name__ == "__main__":
    print(json.dumps(run_job(json.load(sys.stdin)).__dict__))
