"""What every test may ask for: a real PostgreSQL, a migrated warehouse, an Airflow of its own.

The first process of a test run makes the run's folder; workers of pytest-xdist inherit it and
share its server.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

PROJECT = Path(__file__).resolve().parents[1]
PREFIX = "aftercare-tests-"
_folder_given = os.environ.get("AFTERCARE_TESTS_FOLDER")
FOLDER = Path(_folder_given or tempfile.mkdtemp(prefix=PREFIX))

# Airflow reads its settings while it is imported, so they stand here and not in a fixture.
os.environ.update(
    AFTERCARE_TESTS_FOLDER=str(FOLDER),
    AIRFLOW_HOME=str(FOLDER / f"airflow-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"),
    AIRFLOW__CORE__DAGS_FOLDER=str(PROJECT / "dags"),
    AIRFLOW__CORE__DEFAULT_TIMEZONE="Asia/Shanghai",
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__PLUGINS_FOLDER=str(PROJECT / "plugins"),
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    AIRFLOW__API_AUTH__JWT_SECRET="only-for-tests-only-for-tests-only-for-tests-only-for-tests-1234",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    GX_ANALYTICS_ENABLED="false",
    MPLBACKEND="Agg",
)

from maria_server import HOW_TO_GET, MariaServer  # noqa: E402
from warehouses_again import WarehousesAgain  # noqa: E402

from aftercare.demo.postgres import FORGETFUL, EmbeddedPostgres  # noqa: E402
from aftercare.demo.processes import Programs  # noqa: E402
from aftercare.warehouse import connect, migrate  # noqa: E402

TEMPLATE = "warehouse_template"

LONG = (
    *("test_airflow", "test_odoo", "test_follow_ups", "test_tasks", "test_runs"),
    *("test_runs_faults", "test_upgrade", "test_truth", "test_odoo_mapping", "test_winners"),
    *("test_cookbook", "test_tasks_changed", "test_loads", "test_tasks_budget"),
)
"""Files that take longest are begun first, so that no worker is left alone with one at the end."""


def pytest_configure(config: pytest.Config) -> None:
    # Told to end, pytest would die without its fixtures' ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if _folder_given is None:
        _sweep_killed_runs()
        config.stash[_session_lock] = (FOLDER / "session.lock").open("w")
        fcntl.flock(config.stash[_session_lock], fcntl.LOCK_EX)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _folder_given is None:
        _destroy(FOLDER)
        config.stash[_session_lock].close()


_session_lock = pytest.StashKey()


def _sweep_killed_runs() -> None:
    """Ends servers and deletes folders of runs that were killed: nobody holds their lock."""
    for lock_file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/session.lock"):
        with contextlib.suppress(OSError):
            age = time.time() - lock_file.stat().st_mtime
            if lock_file.stat().st_uid != os.geteuid() or age < 60:
                continue
            with lock_file.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _destroy(lock_file.parent)


def _destroy(folder: Path) -> None:
    for logs in list((folder / "homes").rglob("logs")):
        Programs(logs.parent).end()
    for log_file in list((folder / "homes").rglob("postgres.log")):
        EmbeddedPostgres(log_file.parent).destroy()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def homes() -> Path:
    """Folder for the homes of servers and programs: what runs there ends with the test run.

    That holds also for a run that is killed; then the next one ends it.
    """
    homes = FOLDER / "homes"
    homes.mkdir(exist_ok=True)
    return homes


@pytest.fixture(scope="session")
def postgres(homes: Path) -> EmbeddedPostgres:
    """One embedded server for the whole test run; it ends with the run."""
    server = EmbeddedPostgres(homes / "postgres", settings=FORGETFUL)
    server.start()
    return server


@pytest.fixture(scope="session")
def mariadb(homes: Path) -> MariaServer:
    """One MariaDB for the whole test run; without the programs its tests are skipped."""
    if not MariaServer.is_installed():
        pytest.skip(HOW_TO_GET)
    server = MariaServer(homes / "mariadb")
    server.start()
    return server


@pytest.fixture(scope="session")
def warehouse_template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated, empty warehouse that nobody connects to."""
    with (FOLDER / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = FOLDER / "template.ready"
        if not ready.exists():
            postgres.drop_database(TEMPLATE)
            postgres.create_database(TEMPLATE)
            engine = connect(postgres.url(TEMPLATE))
            migrate(engine)
            engine.dispose()
            ready.touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def warehouses(postgres: EmbeddedPostgres, warehouse_template: str) -> WarehousesAgain:
    """Warehouses that tests use one after another."""
    return WarehousesAgain(postgres, warehouse_template)


@pytest.fixture
def warehouse(postgres: EmbeddedPostgres, warehouses: WarehousesAgain) -> Iterator[Engine]:
    """An empty, migrated warehouse for one test."""
    _forget_connections()
    name = warehouses.take()
    engine = connect(postgres.url(name))
    yield engine
    _forget_connections()
    engine.dispose()
    warehouses.give_back(name)


def _forget_connections() -> None:
    """The warehouse of another test must not be the one that this process knows."""
    if connections := sys.modules.get("aftercare.connections"):
        connections.forget()


class NothingSkipped:
    """In CI a skipped test fails the run: there, every real part has to be present."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped although CI=true", red=True)
            for nodeid in self.skipped:
                terminalreporter.line(nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if os.environ.get("CI") == "true" and not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(NothingSkipped())
