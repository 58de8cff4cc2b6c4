"""A real Odoo 19 on this machine, for the demo and the tests.

One server serves any number of databases: a client names its own in the header `X-Odoo-Database`.
A database with contacts, CRM and three users is prepared once, as a template that is then copied.
"""

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from aftercare.demo.odoo_package import Installation, OdooUnavailable, Say, cache_folder, install
from aftercare.demo.ports import LOCALHOST, free_port
from aftercare.demo.postgres import FORGETFUL, EmbeddedPostgres
from aftercare.demo.postgres_cluster import SUPERUSER
from aftercare.demo.private import write_private
from aftercare.demo.processes import Program, Programs
from aftercare.errors import AftercareError, Fatal

DATABASE = "care"
PREFIX = "odoo_"
SENDER = "aftercare"
SALES = "aftercare_sales"
"""Who sends complaints, too: these are records of the sales team."""
MODULES = "rpc,contacts,crm"
PORT = 8069
START_SECONDS = 60
ACCOUNTS = Path(__file__).with_name("odoo_account.py")


class OdooServer:
    """An Odoo whose settings, files and logs are in `home` and whose databases are in `postgres`.

    It serves the database DATABASE and all whose names begin with PREFIX.
    `home` is private (mode 0700): it holds the database password and the API keys.
    """

    def __init__(
        self,
        home: Path,
        installation: Installation,
        postgres: EmbeddedPostgres,
        template: str = "template_odoo",
    ) -> None:
        self.home = home.resolve()
        self._template = template
        self._installation = installation
        self._postgres = postgres
        self._programs = Programs(self.home)
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def keys(self) -> Mapping[str, str]:
        """API keys by login, of every database copied from the template."""
        keys: dict[str, str] = json.loads((self.home / "keys.json").read_text())
        return keys

    @property
    def address(self) -> str:
        """The running server's address; OdooUnavailable when none was started here."""
        try:
            return f"http://{LOCALHOST}:{(self.home / 'port').read_text().strip()}"
        except OSError:
            raise OdooUnavailable(f"no Odoo was started in {self.home}") from None

    @property
    def is_started(self) -> bool:
        """Whether it was started and not stopped since, by whomever."""
        return (self.home / "port").exists()

    def prepare(self, say: Say = print) -> None:
        """Make the template, unless it was made before; half a minute."""
        keys = self.home / "keys.json"
        if keys.exists():
            return
        say("Preparing a database for Odoo (half a minute, once)")
        self._postgres.drop_database(self._template)
        self._postgres.create_database(self._template)
        chosen = ["-d", self._template, "--no-http"]
        command = [*self._command(), *chosen, "-i", MODULES, "--stop-after-init"]
        self._programs.run("odoo-init", command, self._installation.environment)
        done = self.shell(self._template, ACCOUNTS.read_text(encoding="utf-8"))
        answers = [line for line in done.stdout.splitlines() if line.startswith("KEYS ")]
        if done.returncode or not answers:
            raise Fatal(f"Odoo's users could not be made; see {self.home / 'logs'}")
        write_private(keys, answers[0].removeprefix("KEYS "))

    def shell(self, database: str, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script that gets `env` in a database; what it prints is in `stdout`."""
        with (self.home / "logs" / "odoo-shell.log").open("ab") as log:
            return subprocess.run(
                [
                    *(*self._installation.program, "shell", *self._options()),
                    *("-d", database, "--no-http"),
                ],
                input=script,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.home,
                env=self._programs.marked(self._installation.environment),
                text=True,
                check=False,
            )

    def copy(self, database: str) -> None:
        """Make a database like the template; one of that name is replaced."""
        self._postgres.drop_database(database)
        self._postgres.create_database(database, template=self._template)

    def start(self, port: int | None = PORT) -> None:
        """Start the server, on `port` if it is free, and wait until it answers."""
        chosen = free_port(port)
        command = [*self._command(), f"--http-port={chosen}"]
        program = self._programs.start("odoo", command, self._installation.environment)
        (self.home / "port").write_text(f"{chosen}\n")
        self._wait(program)

    def stop(self) -> None:
        """End the server and whatever else runs for this home."""
        self._programs.end()
        (self.home / "port").unlink(missing_ok=True)

    def _wait(self, program: Program) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._programs.check()
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.address}/web/health", timeout=5).close()  # noqa: S310
                return
            time.sleep(0.1)
        raise Fatal(f"Odoo does not answer. The end of its log:\n{program.end_of_log()}")

    def _command(self) -> list[str]:
        return [*self._installation.program, *self._options()]

    def _options(self) -> list[str]:
        settings = {
            "addons_path": self._installation.package / "usr/lib/python3/dist-packages/odoo/addons",
            "admin_passwd": secrets.token_urlsafe(24),
            "data_dir": self.home / "files",
            "db_host": LOCALHOST,
            "db_port": self._postgres.port,
            "db_user": SUPERUSER,
            "db_password": self._postgres.password,
            "http_interface": LOCALHOST,
            # Odoo looks into whatever database it may see, and a template must stay untouched.
            "dbfilter": f"^({DATABASE}|{PREFIX}.*)$",
            "list_db": False,
            "max_cron_threads": 0,
            # Statements and rows, with names and numbers in them, are logged at lower levels.
            "log_level": "critical",
            "without_demo": True,
            "workers": 0,
        }
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        file = self.home / "odoo.conf"
        write_private(file, f"[options]\n{lines}")
        return ["-c", str(file)]


def main(arguments: list[str]) -> int:
    """`install` fetches Odoo; the others are for a server to look at, with a database of its own."""
    if len(arguments) != 1 or arguments[0] not in {"install", "start", "stop", "destroy"}:
        print("usage: python -m aftercare.demo.odoo install|start|stop|destroy")
        return 2
    home = cache_folder() / "odoo" / "demo"
    try:
        installation = install()
        if arguments[0] == "install":
            print(f"Odoo 19 is in {installation.package}")
            return 0
        postgres = EmbeddedPostgres(home / "postgres", settings=FORGETFUL)
        server = OdooServer(home / "server", installation, postgres)
        if arguments[0] == "stop":
            server.stop()
            postgres.stop()
            print("Odoo and its PostgreSQL are stopped; their data stays")
            return 0
        if arguments[0] == "destroy":
            server.stop()
            postgres.destroy()
            shutil.rmtree(home)
            print("Odoo's server and its data are gone; the unpacked program stays")
            return 0
        postgres.start()
        server.stop()
        server.prepare()
        copied = server.home / f"{DATABASE}.copied"
        if not copied.exists():
            server.copy(DATABASE)
            copied.touch()
        server.start()
    except AftercareError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Odoo 19:   {server.address}/web?db={DATABASE}   user admin, password admin")
    print(f"Database:  {DATABASE}")
    print(f"API keys:  {server.home / 'keys.json'} (the tasks are sent as {SENDER})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
