"""A local Airflow for the demo: its settings, its four programs, its start and its end.

Settings come from the environment only, so that the demo and a server differ in nothing else.
Everything listens on 127.0.0.1.
"""

import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import requests
from cryptography.fernet import Fernet

from aftercare.airflow_client import AirflowClient, AirflowRefused
from aftercare.demo.ports import LOCALHOST, free_port, is_free
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.demo.private import write_private
from aftercare.demo.processes import Program, ProgramEnded, Programs

METADATA_DATABASE = "airflow"
PREFERRED_PORT = 8080
START_SECONDS = 240
SAY_SECONDS = 15

# Name and role in Airflow. What a person may do with our pages stands in the warehouse.
USERS: Mapping[str, str] = {
    "admin": "admin",
    "steward": "op",
    "hr": "user",
    "manager": "viewer",
}

# They end before the API server: what they finish, they tell it.
BACKGROUND: Mapping[str, Sequence[str]] = {
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}


class LocalAirflow:
    """Airflow in `home`, with its metadata on `server`, for the dags and plugins of `project`.

    `environment` is added to that of every program: connections as AIRFLOW_CONN_*, settings of
    ours. `fresh` begins with an empty metadata database, without the runs and backfills of an
    earlier demo, whether they ended or not. `say` gets a line of text whenever a step begins or
    takes long.
    """

    def __init__(
        self,
        home: Path,
        server: EmbeddedPostgres,
        project: Path,
        environment: Mapping[str, str] | None = None,
        *,
        users: Mapping[str, str] = USERS,
        fresh: bool = False,
        say: Callable[[str], None] = print,
    ) -> None:
        self.home = home.resolve()
        self.programs = Programs(self.home)
        self._server = server
        self._project = project.resolve()
        self._added = dict(environment or {})
        self._users = users
        self._fresh = fresh
        self._say = say
        self._port: int | None = None
        self._running: dict[str, Program] = {}
        self._passwords_file = self.home / "passwords.json"
        self.started_at = datetime.now(UTC)

    @property
    def url(self) -> str:
        """Address of Airflow's pages; known once it was started."""
        return f"http://localhost:{self._port}"

    def passwords(self) -> dict[str, str]:
        """Password by user name, from a file that only its owner reads."""
        kept: dict[str, str] = json.loads(self._passwords_file.read_text())
        return kept

    def secrets(self) -> list[str]:
        """Every key and password of Airflow's programs, for whoever looks for them in the open."""
        keys = json.loads((self.home / "secrets.json").read_text()).values()
        return [*keys, self._server.password]

    def client(self, user: str = "admin") -> AirflowClient:
        """Return a client of the REST API that acts as `user`."""
        return AirflowClient(
            f"http://{LOCALHOST}:{self._port}", user, self.passwords()[user], say=self._say
        )

    def start(self) -> None:
        """End what an earlier demo left, bring the metadata up to date, start, wait for health.

        Raises ProgramEnded with the end of its log when a program ends or nothing answers.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.programs.alive():
            self._say("Ending what an earlier demo left running")
            self.programs.end()
        self.started_at = datetime.now(UTC)
        self._keep_secrets()
        self._port = free_port(PREFERRED_PORT)
        self._server.start()
        if self._fresh:
            self._server.drop_database(METADATA_DATABASE)
        if not self._server.has_database(METADATA_DATABASE):
            self._server.create_database(METADATA_DATABASE)
        self._say("Preparing Airflow's own database")
        self.programs.run("db-migrate", self._command("db", "migrate"), self.environment())
        # Tasks that begin before the API server listens fail, so the others come after it.
        try:
            self._start_api_server()
        except ProgramEnded:
            if is_free(self._port):
                raise
            self._say(f"Port {self._port} was taken meanwhile")
            self.programs.end()
            self._port = free_port()
            self._start_api_server()
        self._say("Starting Airflow's scheduler, Dag processor and triggerer")
        for name, arguments in BACKGROUND.items():
            self._start_program(name, arguments)
        self._wait("scheduler, Dag processor and triggerer", self._all_healthy)

    def stop(self) -> None:
        """End all programs and their children; returns when none is left."""
        self.programs.end([self._running[name] for name in BACKGROUND if name in self._running])
        self._running.clear()

    def environment(self) -> dict[str, str]:
        """The whole environment of Airflow's programs, secrets included."""
        kept = json.loads((self.home / "secrets.json").read_text())
        address = f"http://{LOCALHOST}:{self._port}"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW_")}
        no_proxy = ",".join(filter(None, [inherited.get("NO_PROXY"), LOCALHOST, "localhost"]))
        settings = {
            "API__BASE_URL": self.url,
            "API__HOST": LOCALHOST,
            "API__PORT": str(self._port),
            "API__SECRET_KEY": kept["session"],
            "API__WORKERS": "1",
            "API_AUTH__JWT_SECRET": kept["jwt"],
            "CORE__DAGBAG_IMPORT_TIMEOUT": "60",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "CORE__DAGS_FOLDER": str(self._project / "dags"),
            "CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
            "CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__FERNET_KEY": kept["fernet"],
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__PARALLELISM": "4",
            "CORE__PLUGINS_FOLDER": str(self._project / "plugins"),
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._passwords_file),
            "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
                f"{name}:{role}" for name, role in self._users.items()
            ),
            "DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "DATABASE__SQL_ALCHEMY_CONN": self._server.url(
                METADATA_DATABASE, driver="postgresql+psycopg2"
            ),
            "LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
        }
        return {
            **inherited,
            **self._added,
            **{f"AIRFLOW__{name}": value for name, value in settings.items()},
            "AIRFLOW_HOME": str(self.home),
            "DO_NOT_TRACK": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
            "PYTHONUNBUFFERED": "1",
        }

    def _keep_secrets(self) -> None:
        """Make passwords and keys once; they stay, because the database holds what they closed."""
        made = {
            "fernet": Fernet.generate_key().decode(),
            "jwt": secrets.token_urlsafe(64),
            "session": secrets.token_urlsafe(32),
        }
        _keep_json(self.home / "secrets.json", made)
        _keep_json(self._passwords_file, {name: secrets.token_urlsafe(9) for name in self._users})

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "airflow", *arguments]

    def _start_program(self, name: str, arguments: Sequence[str]) -> None:
        command = self._command(*arguments)
        self._running[name] = self.programs.start(name, command, self.environment())

    def _start_api_server(self) -> None:
        self._say(f"Starting Airflow's API server on port {self._port}")
        self._start_program("api-server", ("api-server",))
        self._wait("the API server", self._lets_us_in)

    def _lets_us_in(self) -> bool:
        """Whether the server that answers is ours: another one may have taken the port meanwhile."""
        if self._answers("/api/v2/version") is None:
            return False
        try:
            self.client().call("GET", "/version")
        except AirflowRefused:
            return False
        return True

    def _answers(self, path: str) -> dict[str, dict[str, str]] | None:
        session = requests.Session()
        session.trust_env = False
        try:
            answer = session.get(f"http://{LOCALHOST}:{self._port}{path}", timeout=10)
        except requests.RequestException:
            return None
        finally:
            session.close()
        return answer.json() if answer.ok else None

    def _all_healthy(self) -> bool:
        """Whether each has sent a heartbeat since this start; an earlier demo's may be seconds old."""
        health = self._answers("/api/v2/monitor/health") or {}
        for name in (program.replace("-", "_") for program in BACKGROUND):
            state = health.get(name) or {}
            beat = state.get(f"latest_{name}_heartbeat")
            if state.get("status") != "healthy" or beat is None:
                return False
            if datetime.fromisoformat(beat) < self.started_at:
                return False
        return True

    def _wait(self, what: str, arrived: Callable[[], bool]) -> None:
        started = said = time.monotonic()
        while not arrived():
            self.programs.check()
            now = time.monotonic()
            if now - started > START_SECONDS:
                logs = self.home / "logs"
                raise ProgramEnded(f"{what}: no answer after {START_SECONDS} s; see {logs}")
            if now - said > SAY_SECONDS:
                said = now
                self._say(f"  still waiting for {what} ({now - started:.0f} s)")
            time.sleep(0.5)


def _keep_json(path: Path, made: Mapping[str, str]) -> None:
    """Write `made` to `path` with mode 0600, but never change a value that stands there."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    unfinished = path.with_suffix(".new")
    write_private(unfinished, json.dumps({**made, **kept}, indent=2))
    unfinished.replace(path)
