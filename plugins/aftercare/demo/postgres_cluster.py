"""Where a server's data lie, who owns them, and how they are made."""

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from aftercare.demo.postgres_binaries import ROOTS_FOLDER, PostgresError, server_binaries
from aftercare.demo.private import write_private

SUPERUSER = "aftercare"


def server_user() -> pwd.struct_passwd:
    """Return the user that runs the server: the caller, or `nobody` if that is root.

    Raises PostgresError when that user has no name here, which PostgreSQL insists on.
    """
    try:
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError:
        raise PostgresError(
            f"user id {os.geteuid()} or nobody is not in /etc/passwd; PostgreSQL needs a user's name"
        ) from None


def create_cluster(folder: Path, home: Path, *, synced: bool = True) -> None:
    """Make `folder`/data, a new UTF-8 cluster with a new password in `home`/password.

    Not `synced`, it may be lost when the machine goes down within the next seconds. Raises
    PostgresError with the words of initdb.
    """
    owner = server_user()
    password = home / "password"
    if not password.exists():
        write_private(password, secrets.token_urlsafe(24))
    _make_folder(folder, home, owner)
    # Only a finished cluster gets the final name, so an interrupted initdb leaves no half of one.
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    handed_over = folder / "password.new"
    write_private(handed_over, password.read_text(), owner=owner)
    try:
        done = subprocess.run(
            [
                str(server_binaries() / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={handed_over}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # Not the C library's locales: they differ between machines, this one does not.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                *([] if synced else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=plain_environment(),
            umask=0o077,
            user=owner.pw_uid,
            group=owner.pw_gid,
            extra_groups=[] if os.geteuid() == 0 else None,
        )
    finally:
        handed_over.unlink()
    if done.returncode:
        raise PostgresError(f"initdb failed in {unfinished}: {done.stderr.strip()}")
    unfinished.rename(folder / "data")


def lost_homes() -> Iterator[Path]:
    """Yield homes of root's servers whose folder was deleted, as with a checkout.

    Their data and perhaps their processes are still there, because root's servers keep data apart.
    """
    for record in ROOTS_FOLDER.glob("*.home") if os.geteuid() == 0 else ():
        try:
            home = Path(record.read_text())
        except FileNotFoundError:
            continue  # another program deleted it meanwhile
        if not home.exists():
            yield home


def delete_cluster(folder: Path) -> None:
    """Delete all data in `folder`; its server must have ended."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}.home").unlink(missing_ok=True)


def plain_environment() -> dict[str, str]:
    """Return an environment in which no PG* variable or locale of the caller changes anything."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _make_folder(folder: Path, home: Path, owner: pwd.struct_passwd) -> None:
    if os.geteuid() == 0:
        ROOTS_FOLDER.mkdir(mode=0o755, exist_ok=True)
        folder.with_name(f"{folder.name}.home").write_text(str(home))
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
