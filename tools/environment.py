"""Make `.venv` from a lock: `python3 tools/environment.py run|dev`.

Needs Python's standard library and nothing else. Done once per content of the locks; afterwards it
only looks at a stamp. `run` installs what the demo and a server need, `dev` adds what tests need.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / ".venv"
STAMP = FOLDER / "aftercare-lock"
LOCKS = {"run": PROJECT / "requirements.lock", "dev": PROJECT / "requirements-dev.lock"}
PYTHON = (3, 11)
REPORT_SECONDS = 10


def main(kind: str) -> int:
    """Bring `.venv` to the lock of `kind`; return an exit code."""
    if sys.version_info[:2] != PYTHON:
        wanted, found = (".".join(map(str, v[:2])) for v in (PYTHON, sys.version_info))
        print(f"The locks are for Python {wanted}, this is {found}: make PYTHON=python{wanted} …")
        return 1
    stamps = {name: stamp_of(name) for name in LOCKS}
    present = STAMP.read_text() if STAMP.exists() else ""
    # The test lock holds all of the run lock, so it serves both.
    if present in (stamps[kind], stamps["dev"]):
        return 0
    print(f"Making .venv from {LOCKS[kind].name} (once per lock, a minute or two)", flush=True)
    started = time.monotonic()
    if present != stamps["run"]:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(FOLDER)
    STAMP.unlink(missing_ok=True)
    install_lock(LOCKS[kind])
    pip("install", "--no-deps", "--no-build-isolation", "--quiet", "--editable", str(PROJECT))
    pip("check", "--quiet")
    STAMP.write_text(stamps[kind])
    print(f"  .venv is ready after {time.monotonic() - started:.0f} s", flush=True)
    return 0


def stamp_of(kind: str) -> str:
    """Return what STAMP says when `.venv` fits: a moved checkout or another Python do not fit."""
    # Older Pythons have no tomllib; main has turned them away by now.
    import tomllib

    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    installed = {name: settings[name] for name in ("build-system", "project")}
    digest = hashlib.sha256(json.dumps(installed, sort_keys=True).encode())
    for name in ("run", kind):
        digest.update(LOCKS[name].read_bytes())
    return f"{kind} {digest.hexdigest()} {FOLDER} {os.path.realpath(sys.executable)}\n"


def install_lock(lock: Path) -> None:
    """Install `lock` with pip and say every few seconds how far it is."""
    total = sum(line[:1] not in " #\n" for line in lock.read_text().splitlines(keepends=True))
    # A lock names everything that is needed, so pip has nothing to resolve.
    command = [
        *PIP,
        "install",
        "--no-deps",
        "--require-hashes",
        "--progress-bar=off",
        "--requirement",
        str(lock),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT
    )
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    reader.start()
    while True:
        try:
            process.wait(REPORT_SECONDS)
            break
        except subprocess.TimeoutExpired:
            print(f"  {progress(lines, total)}", flush=True)
    reader.join()
    if process.returncode:
        sys.stdout.writelines(lines[-20:])
        sys.exit(f"pip could not install {lock.name}; its words are above")


def progress(lines: list[str], total: int) -> str:
    """Say how far pip is, from the lines it has printed."""
    if any(line.startswith("Installing collected packages") for line in lines):
        return f"installing {total} packages"
    fetched = sum(line.startswith(("Collecting", "Requirement already")) for line in lines)
    return f"fetched {fetched} of {total} packages"


def pip(*arguments: str) -> None:
    """Run pip of `.venv`; its words reach the user, and its failure ends this program."""
    done = subprocess.run([*PIP, *arguments], env=ENVIRONMENT, check=False)
    if done.returncode:
        sys.exit(f"pip {arguments[0]} failed; its words are above")


PIP = [str(FOLDER / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}

if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["dev"]):
        sys.exit("usage: python3 tools/environment.py run|dev")
    sys.exit(main(sys.argv[1]))
