"""The servers of a benchmark: the project's embedded PostgreSQL, and MariaDB where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateSchema

from aftercare.demo.ports import LOCALHOST, free_port

DATABASE = "dms"
START_SECONDS = 60
POSTGRES_SETTINGS: Mapping[str, str] = {
    "shared_buffers": "2GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    # What the server does beside is the same for both sides, but not at the same moment.
    "autovacuum": "off",
}


HOW_TO_GET = "it needs mariadbd: apt-get install mariadb-server"


def has_mariadb() -> bool:
    """Whether MariaDB's programs are installed."""
    return all(shutil.which(name) for name in ("mariadbd", "mariadb-install-db"))


@contextmanager
def mariadb(folder: Path) -> Iterator[URL]:
    """A MariaDB server on an empty folder; the address of its database, to load files into."""
    data, socket, log_file = folder / "data", folder / "socket", folder / "mariadb.log"
    folder.mkdir(parents=True)
    account = ["--user=root"] if os.geteuid() == 0 else []
    with log_file.open("w") as log:
        subprocess.run(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *account,
            ],
            check=True,
            stdout=log,
            stderr=log,
        )
        port = free_port()
        server = subprocess.Popen(
            [
                "mariadbd",
                "--no-defaults",
                f"--datadir={data}",
                f"--socket={socket}",
                f"--port={port}",
                f"--bind-address={LOCALHOST}",
                "--skip-log-bin",
                "--character-set-server=utf8mb4",
                "--local-infile=1",
                "--innodb-buffer-pool-size=1G",
                "--innodb-log-file-size=512M",
                *account,
            ],
            stdout=log,
            stderr=log,
        )
        try:
            url = URL.create(
                "mysql+pymysql",
                username="root",
                host=LOCALHOST,
                port=port,
                query={"charset": "utf8mb4", "local_infile": "1"},
            )
            _wait_until_ready(url)
            with create_engine(url).begin() as connection:
                connection.execute(CreateSchema(DATABASE))
            yield url.set(database=DATABASE)
        finally:
            server.terminate()
            server.wait()


def _wait_until_ready(url: URL) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            create_engine(url).connect().close()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
