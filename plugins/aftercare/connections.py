"""Addresses and secrets, from Airflow's connections; the only importer of Airflow in the package.

Connection ids: ``aftercare_warehouse`` (PostgreSQL), ``aftercare_keys`` (password: the key ring),
``aftercare_exchange`` (extra ``path``: the folder that stores share with us, any fsspec address),
``aftercare_docs`` (extra ``path``: where data docs are written), ``aftercare_smtp``,
``aftercare_airflow`` (Airflow's own API, for backfills from the command line), one per dealer system and CRM as its mapping file says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from aftercare import warehouse
from aftercare.errors import ConfigurationError
from aftercare.protection import Keyring

if TYPE_CHECKING:
    from aftercare.airflow_client import AirflowClient

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}


@dataclass(frozen=True)
class Connection:
    """One Airflow connection. ``repr`` never shows login or password."""

    conn_id: str
    kind: str
    host: str | None = None
    port: int | None = None
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> URL:
        """As a SQLAlchemy URL; ConfigurationError for a kind that is not a database."""
        try:
            driver = DRIVERS[self.kind]
        except KeyError:
            raise ConfigurationError(
                f"connection {self.conn_id} has type {self.kind!r}; use one of {', '.join(DRIVERS)}"
            ) from None
        return URL.create(driver, self.login, self.password, self.host, self.port, self.database)

    @property
    def path(self) -> str:
        """The folder in extra ``path``; ConfigurationError when there is none."""
        path = self.extra.get("path")
        if not path:
            raise ConfigurationError(f'connection {self.conn_id} needs {{"path": …}} in its extra')
        return str(path)


def connection(conn_id: str) -> Connection:
    """The Airflow connection of this id; ConfigurationError when there is none."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"there is no connection {conn_id}; add it in Airflow or as AIRFLOW_CONN_{conn_id.upper()}"
        ) from None
    return Connection(
        conn_id=conn_id,
        kind=found.conn_type,
        host=found.host,
        port=found.port,
        login=found.login,
        password=found.password,
        database=found.schema,
        extra=found.extra_dejson,
    )


@cache
def warehouse_engine() -> Engine:
    """The warehouse of this installation; one engine a process."""
    return warehouse.connect(connection("aftercare_warehouse").url)


def forget() -> None:
    """Ends the connections that this process keeps, and forgets where they led."""
    if warehouse_engine.cache_info().currsize:
        warehouse_engine().dispose()
    warehouse_engine.cache_clear()


def keyring() -> Keyring:
    """The key ring of this installation."""
    return Keyring.from_json(keyring_json())


def keyring_json() -> str:
    """The key ring as the connection aftercare_keys holds it; ConfigurationError without one."""
    ring = connection("aftercare_keys").password
    if not ring:
        raise ConfigurationError("connection aftercare_keys needs the key ring as its password")
    return ring


def exchange_folder() -> str:
    """The fsspec address of the folder that stores share with us."""
    return connection("aftercare_exchange").path


def airflow_client(say: Callable[[str], None]) -> AirflowClient:
    """A client of this installation's Airflow, for commands that plan runs."""
    from aftercare.airflow_client import AirflowClient

    found = connection("aftercare_airflow")
    if not (found.host and found.login and found.password):
        raise ConfigurationError(
            "connection aftercare_airflow needs host (with scheme), login, password"
        )
    address = found.host if found.port is None else f"{found.host}:{found.port}"
    return AirflowClient(address, found.login, found.password, say=say)
