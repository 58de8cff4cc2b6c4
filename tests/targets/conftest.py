"""A real Odoo 19 for each test: one server, and a database of its own copied from a template."""

import contextlib
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from aftercare.demo.odoo import PREFIX, SENDER, OdooServer
from aftercare.demo.odoo_package import OdooUnavailable, install
from aftercare.demo.ports import LOCALHOST
from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.settings import PROJECT
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.odoo_json2 import Json2
from aftercare.targets.odoo_mapping import OdooMapping

MAPPING = PROJECT / "include" / "mappings" / "crm" / "odoo.yaml"
ADVISOR = "E0001"


@pytest.fixture(scope="session")
def odoo_server(postgres: EmbeddedPostgres) -> Iterator[OdooServer]:
    """A running Odoo; where the package cannot be had, its tests are skipped and say why."""
    try:
        installation = install()
    except OdooUnavailable as problem:
        pytest.skip(str(problem))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    home = Path(os.environ["AFTERCARE_TESTS_FOLDER"]) / f"odoo-{worker}"
    server = OdooServer(home, installation, postgres, template=f"template_odoo_{worker}")
    server.stop()
    server.prepare()
    server.start(port=None)
    yield server
    server.stop()


@dataclass(frozen=True)
class Odoo:
    """One database of the server, as its users see it."""

    server: OdooServer
    database: str
    mapping: OdooMapping

    @property
    def target(self) -> OdooTarget:
        """The target, as an installation would open it."""
        return self.target_at(self.server.address)

    def target_at(
        self,
        address: str,
        *,
        read_seconds: float = 60,
        sleep: Callable[[float], None] | None = None,
    ) -> OdooTarget:
        """The target behind another address, for example a proxy's."""
        slept = {"sleep": sleep} if sleep else {}
        key = self.server.keys[SENDER]
        client = Json2(address, self.database, key, read_seconds=read_seconds, **slept)
        return OdooTarget(self.mapping, client)

    def call(self, model: str, method: str, *, login: str = ADVISOR, **arguments: object) -> Any:
        """Call a method as a person of the store would."""
        with contextlib.closing(self._client(login)) as client:
            return client.call(model, method, **arguments)

    def find(self, model: str, domain: Sequence[object], *fields: str) -> list[dict[str, Any]]:
        """Records, archived ones too, by id."""
        return self.call(
            model,
            "search_read",
            domain=list(domain),
            fields=list(fields) or ["id"],
            order="id",
            context={"active_test": False},
        )

    def _client(self, login: str) -> Json2:
        return Json2(self.server.address, self.database, self.server.keys[login])


@pytest.fixture
def odoo(odoo_server: OdooServer, postgres: EmbeddedPostgres) -> Iterator[Odoo]:
    """A fresh Odoo database."""
    name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
    odoo_server.copy(name)
    yield Odoo(odoo_server, name, OdooMapping.read(MAPPING))
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def untouched_odoo(odoo_server: OdooServer) -> Odoo:
    """An empty Odoo database for tests that write nothing; it goes with the server."""
    name = f"{PREFIX}untouched_{uuid.uuid4().hex[:12]}"
    odoo_server.copy(name)
    return Odoo(odoo_server, name, OdooMapping.read(MAPPING))


@dataclass
class Front:
    """A proxy in front of Odoo. `faults` says, call by call, what goes wrong.

    "cut" and "silence" pass the call on, wait until Odoo has answered, and then break the line or
    say nothing; bytes are answered in Odoo's stead; None passes both ways. When the list is used
    up, everything passes. `passed` counts calls that reached Odoo.
    """

    address: str
    faults: list[bytes | str | None] = field(default_factory=list)
    passed: int = 0
    is_done: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def front(odoo_server: OdooServer) -> Iterator[Front]:
    """A real TCP proxy between the target and Odoo; each call has a connection of its own."""
    listener = socket.create_server((LOCALHOST, 0))
    listener.settimeout(0.2)
    host, _, port = odoo_server.address.removeprefix("http://").partition(":")
    state = Front(f"http://{LOCALHOST}:{listener.getsockname()[1]}")

    def serve() -> None:
        while not state.is_done.is_set():
            try:
                client, _peer = listener.accept()
            except TimeoutError:
                continue
            with client:
                request = _message(client)
                fault = state.faults.pop(0) if state.faults else None
                if isinstance(fault, bytes):
                    client.sendall(fault)
                    continue
                with socket.create_connection((host, int(port)), timeout=60) as upstream:
                    upstream.sendall(request.replace(b"keep-alive", b"close", 1))
                    answer = _message(upstream)
                state.passed += 1
                if fault == "silence":
                    state.is_done.wait(2)
                elif fault != "cut":
                    client.sendall(answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))

    thread = threading.Thread(target=serve)
    thread.start()
    yield state
    state.is_done.set()
    thread.join()
    listener.close()


def _message(line: socket.socket) -> bytes:
    """One whole HTTP message, by its Content-Length."""
    text = b""
    while b"\r\n\r\n" not in text:
        part = line.recv(65536)
        if not part:
            return text
        text += part
    head, _, body = text.partition(b"\r\n\r\n")
    lengths = [row for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
    missing = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
    while missing > 0:
        part = line.recv(65536)
        if not part:
            break
        text += part
        missing -= len(part)
    return text
