"""The night's work over a history, and over one that is ten times as long."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.rules.policy import Policy
from aftercare.sample.heyuan_schema import REPAIR_ORDER
from aftercare.settings import PROJECT, read_group
from aftercare.sources.mapping import read_dealer_system
from aftercare.stages.merge import merge
from aftercare.stages.people import know_people
from aftercare.stages.policy import load_policy
from aftercare.stages.pull import pull
from aftercare.stages.push import push
from aftercare.stages.service_due import know_service_due
from aftercare.stages.tasks import make_tasks
from aftercare.stages.validate import validate
from aftercare.targets.workbook import WorkbookTarget
from bench.pulling import FEED, HASH_KEY, KEYRING, SYSTEM, connection_to
from bench.results import DifferentWork, Result
from bench.sizes import DAY, TIMES_AS_LONG, Size

LIMIT = 2.0
PART_ROWS = 500_000
CONTACT = {
    "name": "王伟军",
    "phone": "13800000000",
    "plate": "浙A00001",
    "birthday": "1980-01-01",
}
"""Of everybody in a made-up history: what is sent has to be opened."""
DAY_BEFORE = DAY - timedelta(days=1)
POLICY = PROJECT / "include" / "policy"
MAPPING = PROJECT / "include" / "mappings" / "dealer" / f"{SYSTEM}.yaml"


def fill_reference_data(connection: Connection, stores: int) -> None:
    """Stores and staff, as the night before brought them."""
    load_id = keep_load(connection, "store")
    warehouse.run(connection, "bench/fill_stores", load_id=load_id, day=DAY_BEFORE, stores=stores)
    warehouse.run(connection, "bench/fill_employees")
    warehouse.run(connection, "bench/fill_assignments")


def fill_warehouse(server: EmbeddedPostgres, database: str, size: Size, rows: int) -> None:
    """A warehouse that has seen ``rows`` repair orders, each followed up, and knows what is due."""
    server.create_database(database)
    engine = warehouse.connect(server.url(database), statement_timeout_ms=0)
    warehouse.migrate(engine)
    load_policy(engine, Policy.load(POLICY))
    ciphers = {f"{kind}_cipher": KEYRING.encrypt(value) for kind, value in CONTACT.items()}
    birthday_cipher = ciphers.pop("birthday_cipher")
    person = {name: ciphers[name] for name in ("name_cipher", "phone_cipher")} | hash_parts()
    with engine.begin() as connection:
        fill_reference_data(connection, size.stores)
        warehouse.run(
            connection, "bench/create_vehicles", vehicles=size.vehicles, stores=size.stores
        )
        REPAIR_ORDER.create(connection)
        warehouse.run(connection, "bench/create_hash")
        warehouse.run(connection, "bench/create_draw")
        _fill(connection, "sales_order", "sales", birthday_cipher=birthday_cipher, **person)
        _fill(connection, "insurance_policy", "policies")
        _fill(connection, "lead", "leads", **person)
        _fill(connection, "consent", "consents")
        load_id = keep_load(connection, FEED)
    last = size.night + rows
    for first in range(1, last + 1, PART_ROWS):
        with engine.begin() as connection:
            fill_orders(connection, size, first, min(first + PART_ROWS - 1, last))
            warehouse.run(
                connection,
                "bench/fill_history",
                load_id=load_id,
                day=DAY_BEFORE,
                night_rows=size.night,
                time_zone="Asia/Shanghai",
                **ciphers,
                **hash_parts(),
            )
            warehouse.run(connection, "bench/clear_orders")
    with engine.begin() as connection:
        warehouse.run(connection, "bench/fill_vehicles")
        warehouse.run(connection, "bench/fill_tasks", day=DAY_BEFORE)
        warehouse.run(connection, "bench/fill_calls", load_id=load_id)
        REPAIR_ORDER.drop(connection)
    know_service_due(engine, read_group(), Policy.load(POLICY), DAY_BEFORE)
    with engine.begin() as connection:
        _fill(connection, "booking", "bookings")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "bench/vacuum")
    engine.dispose()


def keep_load(connection: Connection, feed: str) -> int:
    """The load with which the night before brought a feed; returns its id."""
    load = {"system": SYSTEM, "feed": feed, "day": DAY_BEFORE}
    load_id: int = warehouse.run(connection, "bench/keep_load", **load).scalar_one()
    return load_id


def _fill(connection: Connection, feed: str, statement: str, **given: bytes) -> None:
    """What the night before brought of a feed to core, by ``fill_<statement>.sql``."""
    load_id = keep_load(connection, feed)
    warehouse.run(connection, f"bench/fill_{statement}", load_id=load_id, day=DAY_BEFORE, **given)


def hash_parts() -> dict[str, bytes]:
    """With what ``bench_hash`` hashes as a night does."""
    return {
        "hash_head": KEYRING.hash("")[:1],
        "hash_inner": _padded(HASH_KEY, 0x36),
        "hash_outer": _padded(HASH_KEY, 0x5C),
    }


def _padded(key: bytes, pad: int) -> bytes:
    """A key as HMAC mixes it with its inner (0x36) or outer (0x5c) pad, after RFC 2104."""
    return bytes(byte ^ pad for byte in key.ljust(hashlib.sha256().block_size, b"\0"))


def fill_orders(connection: Connection, size: Size, first: int, last: int) -> None:
    """The dealer system's ``first`` to ``last`` newest repair orders."""
    warehouse.run(
        connection,
        "bench/fill_repair_orders",
        vehicles=size.vehicles,
        stores=size.stores,
        per_day=size.per_day,
        last_day=DAY,
        updated_on=DAY,
        first=first,
        last=last,
    )


@contextmanager
def copied(server: EmbeddedPostgres, template: str, name: str) -> Iterator[Engine]:
    """A copy of a database, for one run."""
    server.create_database(name, template=template)
    # Else the disk would still be busy with the copy, the longer the larger it is.
    os.sync()
    engine = warehouse.connect(server.url(name), statement_timeout_ms=0)
    try:
        # The first touch of a new database is nobody's work.
        with engine.connect() as connection:
            warehouse.run(connection, "bench/warm_up")
        yield engine
    finally:
        engine.dispose()
        server.drop_database(name)


def night(engine: Engine, source: str, folder: Path) -> dict[str, float]:
    """All stages of a night, in seconds."""
    group, system, policy = read_group(), read_dealer_system(MAPPING), Policy.load(POLICY)
    today = DAY + timedelta(days=1)
    address = connection_to(make_url(source))
    stages = {
        "pull": lambda: pull(engine, KEYRING, group, system, address, FEED, DAY),
        "validate": lambda: validate(engine, group, SYSTEM, FEED, DAY),
        "merge": lambda: merge(engine, group, SYSTEM, FEED, DAY),
        "people": lambda: know_people(engine, group, DAY),
        "service due": lambda: know_service_due(engine, group, policy, DAY),
        "tasks": lambda: make_tasks(engine, KEYRING, group, policy, DAY, today),
        "push": lambda: push(
            engine, KEYRING, group, WorkbookTarget(str(folder)), DAY, today, policy
        ),
    }
    seconds = {}
    for stage, work in stages.items():
        began = perf_counter()
        counts = work()
        seconds[stage] = perf_counter() - began
        if stage == "tasks" and not counts["made"]:
            raise DifferentWork("the night made no tasks")
    return seconds


def bench_history(
    server: EmbeddedPostgres, source: str, templates: tuple[str, str], size: Size, folder: Path
) -> Result:
    """Nights by turns; the reference is the night over the shorter history.

    Raises DifferentWork unless both leave the same orders of the night and follow-ups of them.
    """
    nights: dict[str, list[dict[str, float]]] = {template: [] for template in templates}
    left = set()
    for number in range(size.runs):
        for template in templates:
            with copied(server, template, f"{template}_night") as engine:
                place = folder / f"{template}_{number}"
                nights[template].append(night(engine, source, place))
                with engine.connect() as connection:
                    left.add(tuple(warehouse.run(connection, "bench/digest_night", day=DAY).one()))
    if len(left) != 1:
        raise DifferentWork(f"nights over two histories differ: {sorted(left)}")
    shorter, longer = (nights[template] for template in templates)
    middle = size.runs // 2
    return Result(
        f"night over {TIMES_AS_LONG} × the history",
        f"{size.night:,} repair orders over {size.history:,} and "
        f"{size.history * TIMES_AS_LONG:,}, {size.vehicles:,} vehicles, {size.stores} stores",
        [sum(stages.values()) for stages in longer],
        [sum(stages.values()) for stages in shorter],
        LIMIT,
        parts={
            stage: tuple(
                sorted(stages[stage] for stages in each)[middle] for each in (longer, shorter)
            )
            for stage in shorter[0]
        },
    )
