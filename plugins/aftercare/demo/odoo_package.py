"""Odoo 19 for the demo and the tests: Debian's package, unpacked beside the system.

No service is set up and no file outside the cache folder is touched. The package comes from
Debian's unstable suite at whatever mirror this machine's own apt uses, checked by apt against
Debian's keys; the Python libraries come from `requirements-odoo.lock` into an environment of
their own, because Odoo needs other versions than we do.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aftercare.errors import Fatal
from aftercare.settings import PROJECT

PACKAGE = "odoo-19"
SUITE = "sid"
LOCK = PROJECT / "requirements-odoo.lock"
APT_FOLDER = Path("/etc/apt")
# Odoo's pages show what these packages hold; its own package only links to them.
PAGES = ("libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-font-awesome")
LAST_OF_PAGES = Path("usr/share/javascript/jquery/jquery.js")
# Only Chinese is kept: the translations are three quarters of the package.
LEFT_OUT = "*/i18n/[!z]*"

Say = Callable[[str], None]


class OdooUnavailable(Fatal):
    """Odoo cannot be had on this machine; the message says why in one line."""


@dataclass(frozen=True)
class Installation:
    """An unpacked Odoo and the Python that runs it."""

    package: Path
    python: Path

    @property
    def program(self) -> Sequence[str]:
        """The start of every Odoo command line."""
        return (str(self.python), str(self.package / "usr" / "bin" / "odoo"))

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment that Odoo's programs need, without any setting of the caller's."""
        libraries = self.package / "usr" / "lib" / "python3" / "dist-packages"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "PYTHONPATH": str(libraries), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def cache_folder() -> Path:
    """Where unpacked programs are kept: AFTERCARE_CACHE, or `~/.cache/aftercare`."""
    return Path(os.environ.get("AFTERCARE_CACHE") or Path.home() / ".cache" / "aftercare")


def install(say: Say = print, apt_folder: Path = APT_FOLDER) -> Installation:
    """Fetch and unpack what is not there yet, and return where it is.

    `apt_folder` is where apt's own sources are described. Raises OdooUnavailable where the package or its libraries cannot be had.
    """
    folder = cache_folder() / "odoo"
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        return Installation(_package(folder, say, apt_folder), _python(folder, say))


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _package(folder: Path, say: Say, apt_folder: Path) -> Path:
    unpacked = folder / PACKAGE
    if not unpacked.exists():
        say(f"Fetching {PACKAGE} from this machine's package mirror (123 MB, once)")
        _fetch(folder, unpacked, (PACKAGE, *PAGES), apt_folder)
    elif not (unpacked / LAST_OF_PAGES).exists():
        say("Fetching what Odoo's pages show from this machine's package mirror (2 MB, once)")
        _fetch(folder, unpacked, PAGES, apt_folder)
    return unpacked


def _fetch(folder: Path, unpacked: Path, packages: Sequence[str], apt_folder: Path) -> None:
    """Unpacks packages into a folder that is there as a whole or not at all, or adds them to it."""
    for program in ("apt-get", "dpkg", "tar"):
        if shutil.which(program) is None:
            raise OdooUnavailable(f"{PACKAGE} needs a Debian machine: there is no {program} here")
    source = unstable_source(apt_folder)
    work = folder / "fetch"
    shutil.rmtree(work, ignore_errors=True)
    for part in ("sources", "lists/partial", "cache/archives/partial", "package"):
        (work / part).mkdir(parents=True)
    (work / "sources" / "unstable.sources").write_text(source)
    _apt(work, "update")
    _apt(work, "download", *packages)
    target = unpacked if unpacked.exists() else work / "package"
    # The file that says that all is there comes last.
    for name in sorted(packages, key=lambda name: name == PAGES[0]):
        (archive,) = work.glob(f"{name}_*.deb")
        _unpack(archive, target)
    if target != unpacked:
        target.rename(unpacked)
    shutil.rmtree(work)


def _unpack(archive: Path, target: Path) -> None:
    with subprocess.Popen(
        ["dpkg", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE
    ) as opened:
        command = ["tar", "-x", "-C", str(target), "--no-same-owner", "--wildcards"]
        done = subprocess.run([*command, f"--exclude={LEFT_OUT}"], stdin=opened.stdout, check=False)
    if done.returncode or opened.returncode:
        raise OdooUnavailable(
            f"{archive.name} could not be unpacked into {target}; is the disk full?"
        )


def unstable_source(apt_folder: Path) -> str:
    """This machine's own Debian mirror, described as a source of the unstable suite.

    Raises OdooUnavailable where apt knows none.
    """
    for file in sorted((apt_folder / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            lines = [line for line in stanza.splitlines() if line and not line.startswith("#")]
            address = next((line for line in lines if line.lower().startswith("uris:")), "")
            if _is_debian(address):
                kept = [line for line in lines if not re.match(r"(suites|components):", line, re.I)]
                return "\n".join([*kept, f"Suites: {SUITE}", "Components: main"]) + "\n"
    for file in (
        apt_folder / "sources.list",
        *sorted((apt_folder / "sources.list.d").glob("*.list")),
    ):
        for line in file.read_text().splitlines() if file.exists() else ():
            found = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s", line)
            if found and _is_debian(found[1]):
                return f"Types: deb\nURIs: {found[1]}\nSuites: {SUITE}\nComponents: main\n"
    raise OdooUnavailable(f"{PACKAGE} needs a Debian machine: apt knows no Debian mirror here")


def _is_debian(address: str) -> bool:
    return re.search(r"/debian/?\s*$", address) is not None


def _apt(work: Path, *arguments: str) -> None:
    options = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": work / "sources",
        "Dir::State::lists": work / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": work / "cache",
        # As root, apt would fetch as a user who cannot enter the cache folder.
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    command = [
        "apt-get",
        "-q",
        *(part for key, value in options.items() for part in ("-o", f"{key}={value}")),
    ]
    done = subprocess.run(
        [*command, *arguments], cwd=work, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise OdooUnavailable(f"{PACKAGE} cannot be had: apt-get {arguments[0]}: {last}")


def _python(folder: Path, say: Say) -> Path:
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    environment = folder / f"python-{digest}"
    python = environment / "bin" / "python"
    ready = environment / "ready"
    if ready.exists():
        return python
    say(f"Making an environment for it from {LOCK.name} (once per lock)")
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(environment)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--no-deps", "--require-hashes", "-r", str(LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise OdooUnavailable(f"Odoo's libraries cannot be installed: pip: {last}")
    ready.touch()
    return python
