"""One system is broken for a night: the others do not notice, and the next night brings it all."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from faults import FAULTS, check
from faulty_nights import DAYS, FAULTY, Evenings, Undisturbed, World, evenings
from rows_left import differences
from sqlalchemy import Connection, create_engine, text
from whole_group import shared

from aftercare import connections, runs
from aftercare.cli.watch import watch
from aftercare.demo.postgres_cluster import server_user

AHEAD = date(2031, 1, 1)
ROOM = "256m"


@pytest.fixture(scope="module")
def evening(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Evenings]:
    with evenings(postgres, warehouse_template, tmp_path_factory.mktemp("evening")) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(evening: Evenings, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return evening.undisturbed(tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_system_that_is_broken_delays_only_itself_and_is_caught_up(
    evening: Evenings, undisturbed: Undisturbed, tmp_path: Path, name: str
) -> None:
    check([FAULTS[name]], evening, undisturbed, tmp_path)


def test_three_systems_that_are_broken_at_once_are_caught_up(
    evening: Evenings, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    names = ("a wrong password", "a file that breaks off", "a service in trouble")
    check([FAULTS[name] for name in names], evening, undisturbed, tmp_path)


def test_a_wrong_clock_stops_the_night_and_the_right_one_goes_on(
    evening: Evenings, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    with evening.world(tmp_path) as world:
        world.night(DAYS[0], DAYS[0])
        world.night(AHEAD, AHEAD + timedelta(days=1))
        assert "set the clock right" in world.said[0]
        assert "aftercare backfill nights 2026-10-14" in "\n".join(world.said)
        assert all("不完整" in mail.name for mail in world.group.mailbox.mails())
        assert world.merged(AHEAD) == {}
        world.said.clear()
        world.night(FAULTY)
        world.mend()
        world.night(DAYS[2])
        assert world.said == []
        assert differences(undisturbed.left, world.left()) == []


@pytest.fixture
def small_disk(postgres: Any) -> Iterator[Path]:
    """A file system of little room, where the database's server may write too."""
    if os.geteuid() != 0:
        pytest.skip("a full disk needs a mount: run as root, for example `sudo make acceptance`")
    place = postgres.folder / f"small-disk-{uuid.uuid4().hex[:8]}"
    place.mkdir()
    owner = server_user()
    options = f"size={ROOM},uid={owner.pw_uid},gid={owner.pw_gid},mode=700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(place)]
    if subprocess.run(mount, check=False).returncode:
        place.rmdir()
        pytest.skip("nothing can be mounted here: give the container CAP_SYS_ADMIN")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as opened:
        while opened.write(b"\0" * 65_536):
            pass
    with suppress(OSError), ballast.open("ab", buffering=0) as opened:
        while opened.write(b"\0" * 512):
            pass
    return ballast


def test_a_full_disk_of_lists_keeps_only_the_lists_back(
    evening: Evenings, undisturbed: Undisturbed, tmp_path: Path, small_disk: Path
) -> None:
    with evening.world(tmp_path) as world:
        shutil.copytree(tmp_path / "exchange", small_disk / "exchange")
        world.connect("exchange", shared(small_disk / "exchange"))
        ballast = fill(small_disk)
        world.night(FAULTY)
        assert "aftercare_exchange is full: free some of it" in "\n".join(world.said)
        assert world.delivered(FAULTY) == {}
        assert "磁盘空间" in world.mail()
        assert set().union(*world.merged(FAULTY).values()) == {"merged"}
        ballast.unlink()
        world.said.clear()
        world.mend()
        world.night(DAYS[2])
        assert world.said == []
        assert differences(undisturbed.left, world.left()) == []
        assert world.delivered(FAULTY) == undisturbed.delivered


def test_a_full_disk_of_the_warehouse_is_caught_up_when_there_is_room(
    evening: Evenings, undisturbed: Undisturbed, tmp_path: Path, small_disk: Path
) -> None:
    with evening.world(tmp_path) as world:
        tables = small_disk / "tables"
        tables.mkdir()
        shutil.chown(tables, server_user().pw_uid, server_user().pw_gid)
        name = world.group.engine.url.database
        with administrator(evening.postgres) as connection:
            connection.execute(text(f"create tablespace small location '{tables}'"))
        try:
            _move(world, evening.postgres, f"alter database {name} set tablespace small")
            ballast = fill(small_disk)
            world.night(FAULTY)
            said = "\n".join(world.said)
            assert "the disk of the warehouse is full: free some of it" in said
            assert all(word not in said for word in ("Traceback", "psycopg", "sqlalchemy"))
            assert "处理不完整" in world.mail()
            # Where even the note of a mail found no room, the watch would tell without one.
            world.patch.setattr(runs, "overdue_night", lambda: FAULTY)
            watched = CliRunner().invoke(watch)
            assert watched.exit_code == 1
            assert "mails sent: 1" in watched.output
            assert "aftercare night 2026-10-14" in world.mail()
            ballast.unlink()
            world.said.clear()
            world.mend()
            world.night(DAYS[2])
            assert world.said == []
            assert differences(undisturbed.left, world.left()) == []
        finally:
            _move(world, evening.postgres, f"alter database {name} set tablespace pg_default")
            with administrator(evening.postgres) as connection:
                connection.execute(text("drop tablespace small"))


def _move(world: World, postgres: Any, statement: str) -> None:
    connections.forget()
    world.group.engine.dispose()
    with administrator(postgres) as connection:
        connection.execute(text(statement))


@contextmanager
def administrator(postgres: Any) -> Iterator[Connection]:
    """The server's own database, each statement by itself."""
    engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
