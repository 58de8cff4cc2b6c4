"""Registers the pages in Airflow: an entry in its menu, behind its login and its permissions.

Every task of every Dag loads this module too, so it imports nothing of the pages: they are built
when the first request for them comes.
"""

from functools import cache
from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

PREFIX = "/aftercare"
NIGHT = "aftercare_night"


@cache
def pages() -> "FastAPI":
    """The pages, for those whom Airflow lets see runs of the night."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
    from fastapi import Request

    from aftercare import connections, runs
    from aftercare.pages.app import create_app
    from aftercare.pages.site import Site
    from aftercare.settings import read_group

    may_read = requires_access_dag("GET", DagAccessEntity.RUN, NIGHT)
    may_write = requires_access_dag("PUT", DagAccessEntity.RUN, NIGHT)

    def signed_in(request: Request, user: GetUserDep) -> str:
        may_read(request, user)
        if request.method not in ("GET", "HEAD"):
            may_write(request, user)
        return user.get_name()

    def login_url(next_url: str) -> str:
        return str(get_auth_manager().get_url_login(next_url=next_url))

    site = Site(
        connections.warehouse_engine,
        read_group,
        runs.policy,
        lambda: runs.today(read_group()),
        keyring=connections.keyring,
    )
    return create_app(site, signed_in, login_url)


async def serve(scope: "Scope", receive: "Receive", send: "Send") -> None:
    """Answers one request for a page."""
    await pages()(scope, receive, send)


class AftercarePlugin(AirflowPlugin):
    """The pages of Aftercare."""

    name = "aftercare"
    fastapi_apps = [  # noqa: RUF012 - Airflow reads a list
        {"app": serve, "url_prefix": PREFIX, "name": "Aftercare"}
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Aftercare",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "url_route": "aftercare",
        }
    ]
