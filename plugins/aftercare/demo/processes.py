"""Background programs of a demo, of which none is left behind.

Every program carries its demo's home in the environment variable HOME_MARKER and hands it on to
its children, however they detach themselves. That is how they are found again, also by the next
demo after this one was killed with -9, and why no other process is ever ended.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from aftercare.errors import Fatal

HOME_MARKER = "AFTERCARE_DEMO_HOME"
END_SECONDS = 20
KILL_SECONDS = 10
ROUNDS = 5


class ProgramEnded(Fatal):
    """A background program ended by itself, or does not end."""


@dataclass(frozen=True)
class Program:
    """A started program and the file with its output."""

    name: str
    process: subprocess.Popen[bytes]
    log_file: Path

    def end_of_log(self, lines: int = 20) -> str:
        """Return the last `lines` lines of the program's output."""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])


class Programs:
    """The background programs of the demo in `home`; their output goes to `home/logs`.

    When they are to end, each may take `patience` seconds before it is killed.
    """

    def __init__(self, home: Path, *, patience: float = END_SECONDS) -> None:
        self.home = home.resolve()
        self._patience = patience
        self._started: list[Program] = []

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Program:
        """Start `command` in a session of its own, with `environment` (default: the caller's)."""
        log_file = self.home / "logs" / f"{name}.log"
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env=self.marked(os.environ if environment is None else environment),
                # Ctrl-C is for the demo, which ends its parts in their order.
                start_new_session=True,
            )
        program = Program(name, process, log_file)
        self._started.append(program)
        return program

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run `command` to its end; raise ProgramEnded with the end of its output if it fails."""
        program = self.start(name, command, environment)
        if program.process.wait():
            raise _ended(program)

    def check(self) -> None:
        """Raise ProgramEnded, with the end of its output, for the first program that failed."""
        for program in self._started:
            if program.process.poll():
                raise _ended(program)

    def end(self, first: Sequence[Program] = ()) -> None:
        """End `first`, all at a time, then every other process of this home.

        Returns when none is left; raises ProgramEnded when one does not go.
        """
        pids = {program.process.pid for program in first}
        _terminate([process for process in self.alive() if process.pid in pids], self._patience)
        # A process that is being ended may still start another.
        for _round in range(ROUNDS):
            remaining = self.alive()
            if not remaining:
                break
            _terminate(remaining, self._patience)
        else:
            raise ProgramEnded(f"processes {[p.pid for p in self.alive()]} do not end")
        for program in self._started:
            program.process.wait()
        self._started.clear()

    def alive(self) -> list[psutil.Process]:
        """Every process that carries this home, except the caller."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if (
                    process.pid != os.getpid()
                    and process.uids().real == os.getuid()
                    and process.environ().get(HOME_MARKER) == str(self.home)
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(process)
        return found

    def marked(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return `environment` with the marks by which processes are found."""
        # Airflow writes titles over its processes' environment unless it is told not to.
        return {**environment, HOME_MARKER: str(self.home), "SPT_NOENV": "1"}


def _ended(program: Program) -> ProgramEnded:
    return ProgramEnded(
        f"{program.name} ended with code {program.process.returncode}. The end of "
        f"{program.log_file}:\n{program.end_of_log()}"
    )


def _terminate(processes: list[psutil.Process], patience: float) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=KILL_SECONDS)


@contextlib.contextmanager
def stopped_in_order(cleaning: Callable[[], None]) -> Iterator[None]:
    """Run `cleaning` at the end of the block, however it ends.

    SIGTERM and SIGHUP end the block like Ctrl-C, with KeyboardInterrupt. While `cleaning` runs,
    all three wait: a second Ctrl-C would leave processes behind.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in signals]
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        try:
            cleaning()
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)


def main(arguments: list[str]) -> int:
    """Run `list` or `end` for the programs of a demo's home."""
    if len(arguments) != 2 or arguments[0] not in {"list", "end"}:
        print("usage: python -m aftercare.demo.processes list|end HOME")
        return 2
    programs = Programs(Path(arguments[1]))
    if arguments[0] == "end":
        programs.end()
    for process in programs.alive():
        with contextlib.suppress(psutil.NoSuchProcess):
            print(process.pid, " ".join(process.cmdline())[:100])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
