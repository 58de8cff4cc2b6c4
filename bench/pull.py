"""Pull: a dealer system's repair orders to staging, from PostgreSQL and from MariaDB."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from aftercare import warehouse
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.sample.heyuan_schema import REPAIR_ORDER, SCHEMA
from bench.history import fill_orders
from bench.pulling import FEED, SYSTEM, measured
from bench.results import DifferentWork, Result
from bench.sizes import DAY, Size

LIMIT = 1.5
LOAD_FILE = Path(__file__).with_name("load_repair_orders.mariadb.sql")


def fill_dealer_system(server: EmbeddedPostgres, database: str, size: Size, rows: int) -> str:
    """Makes a dealer system with a fleet and its last repair orders, all changed on DAY; its address."""
    server.create_database(database)
    url = server.url(database)
    engine = create_engine(url)
    with engine.begin() as connection:
        SCHEMA.create_all(connection)
        warehouse.run(
            connection, "bench/create_vehicles", vehicles=size.vehicles, stores=size.stores
        )
        fill_orders(connection, size, 1, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        warehouse.run(connection, "bench/vacuum")
    engine.dispose()
    return url


def copy_to_mariadb(source: str, target: str, folder: Path) -> None:
    """The same rows in MariaDB, by way of a file."""
    file = folder / "repair_orders.tsv"
    engine = create_engine(source)
    with engine.connect() as connection, file.open("wb") as out:
        driver = connection.connection.driver_connection
        copy_out = warehouse.statement("bench/copy_orders_out").text.encode()
        with driver.cursor() as cursor, cursor.copy(copy_out) as copy:  # type: ignore[union-attr]
            for block in copy:
                out.write(block)
    engine.dispose()
    engine = create_engine(target)
    REPAIR_ORDER.create(engine)
    with engine.begin() as connection:
        statement = LOAD_FILE.read_text(encoding="utf-8").replace(":file", "%(file)s")
        connection.exec_driver_sql(statement, {"file": str(file)})
    engine.dispose()
    file.unlink()


def bench_pull(
    server: EmbeddedPostgres, name: str, source: str, rows: int, runs: int
) -> tuple[Result, int]:
    """Pull and reference by turns, each into a load of its own; their rows have to be the same.

    The database ``warehouse_<name>`` keeps the pull's load, whose id is given.
    """
    database = f"warehouse_{name.lower()}"
    server.create_database(database)
    target = server.url(database)
    engine = warehouse.connect(target, statement_timeout_ms=0)
    warehouse.migrate(engine)
    ours, reference, peaks = [], [], []
    for _ in range(runs):
        with engine.begin() as connection:
            load_id = warehouse.run(
                connection, "pull/open_load", system="reference", feed=FEED, day=DAY
            ).scalar_one()
            warehouse.run(connection, "bench/clear_staging")
        reference.append(measured("reference", source, target, DAY, load_id).seconds)
        done = measured("ours", source, target, DAY)
        if done.rows != rows:
            raise DifferentWork(f"{done.rows} rows of {rows} were pulled from {name}")
        ours.append(done.seconds)
        peaks.append(done.peak_mb)
    with engine.begin() as connection:
        our_id = warehouse.run(
            connection, "pull/open_load", system=SYSTEM, feed=FEED, day=DAY
        ).scalar_one()
        found = warehouse.run(
            connection, "bench/count_differences", left_id=our_id, right_id=load_id
        ).one()
    engine.dispose()
    if found.differing or found.left_rows != found.right_rows:
        raise DifferentWork(
            f"{found.differing} of {found.left_rows} rows from {name} differ from the reference's "
            f"{found.right_rows}"
        )
    return Result(f"pull from {name}", f"{rows:,} rows", ours, reference, LIMIT, max(peaks)), our_id
