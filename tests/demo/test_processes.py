"""No process stays behind, and no stranger is ended."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from aftercare.demo.processes import ProgramEnded, Programs

# Leaves its session and its parent, and does not care for SIGTERM.
STUBBORN_DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    os._exit(0)
os.wait()
print("ready", flush=True)
time.sleep(600)
"""

SLEEPER = [sys.executable, "-c", "print('ready', flush=True); import time; time.sleep(600)"]

DEMO = """
import sys
from pathlib import Path
from aftercare.demo.processes import Programs, stopped_in_order
import time
programs = Programs(Path(sys.argv[1]), patience=1)
with stopped_in_order(programs.end):
    programs.start("daemon", [sys.executable, "-c", sys.argv[2]])
    time.sleep(600)
"""


@pytest.fixture
def home(homes: Path) -> Path:
    home = homes / uuid.uuid4().hex
    home.mkdir()
    return home


@pytest.fixture
def programs(home: Path) -> Iterator[Programs]:
    programs = Programs(home, patience=0.5)
    yield programs
    programs.end()


def wait_until(arrived: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not arrived():
        assert time.monotonic() < deadline, "it did not happen within 30 s"
        time.sleep(0.05)


def ready(log_file: Path) -> Callable[[], bool]:
    return lambda: log_file.exists() and "ready" in log_file.read_text()


def test_a_daemon_that_detached_itself_is_ended(programs: Programs) -> None:
    program = programs.start("daemon", [sys.executable, "-c", STUBBORN_DAEMON])
    wait_until(ready(program.log_file))
    assert len(programs.alive()) == 2
    programs.end([program])
    assert programs.alive() == []


def test_strangers_and_other_demos_go_on(programs: Programs, home: Path) -> None:
    other = Programs(home / "other")
    neighbour = other.start("neighbour", SLEEPER)
    stranger = subprocess.Popen(["sleep", "600"], cwd=home)
    mine = programs.start("mine", SLEEPER)
    try:
        programs.end()
        assert mine.process.poll() is not None
        assert neighbour.process.poll() is None
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
        other.end()


def test_a_program_that_changes_its_title_is_still_found(programs: Programs) -> None:
    code = "import setproctitle, time; setproctitle.setproctitle('x' * 5000); print('ready', flush=True)"
    program = programs.start("titled", [sys.executable, "-c", f"{code}; time.sleep(600)"])
    wait_until(ready(program.log_file))
    assert [process.pid for process in programs.alive()] == [program.process.pid]


def test_a_failed_program_is_reported_with_the_end_of_its_output(programs: Programs) -> None:
    failing = [sys.executable, "-c", "print('no such table'); raise SystemExit(3)"]
    with pytest.raises(ProgramEnded, match=r"(?s)migration ended with code 3.*no such table"):
        programs.run("migration", failing, os.environ)
    with pytest.raises(ProgramEnded, match="migration"):
        programs.check()


def start_demo(home: Path) -> subprocess.Popen[bytes]:
    demo = subprocess.Popen([sys.executable, "-c", DEMO, str(home), STUBBORN_DAEMON])
    wait_until(ready(home / "logs" / "daemon.log"))
    return demo


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_end_leaves_nothing(
    programs: Programs, home: Path, number: signal.Signals
) -> None:
    demo = start_demo(home)
    os.kill(demo.pid, number)
    time.sleep(0.2)
    # Somebody who is impatient must not leave the rest behind.
    os.kill(demo.pid, number)
    assert demo.wait(30) != 0
    assert programs.alive() == []


def test_the_next_demo_finds_what_a_killed_one_left(programs: Programs, home: Path) -> None:
    demo = start_demo(home)
    demo.kill()
    demo.wait()
    left = programs.alive()
    assert len(left) == 2
    programs.end()
    assert not any(psutil.pid_exists(process.pid) for process in left)
