"""Registers the pages in Airflow: an entry in its menu, behind its login and its permissions."""

from __future__ import annotations

from datetime import date

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from airflow.plugins_manager import AirflowPlugin
from fastapi import Request

from aftercare import connections, runs
from aftercare.pages.app import create_app
from aftercare.pages.site import Site
from aftercare.settings import read_group

PREFIX = "/aftercare"
NIGHT = "aftercare_night"
MAY_READ = requires_access_dag("GET", DagAccessEntity.RUN, NIGHT)
MAY_WRITE = requires_access_dag("PUT", DagAccessEntity.RUN, NIGHT)


def signed_in(request: Request, user: GetUserDep) -> str:
    """The name of who is logged in, if Airflow lets them see runs of the night, or change them."""
    MAY_READ(request, user)
    if request.method not in ("GET", "HEAD"):
        MAY_WRITE(request, user)
    return user.get_name()


def login_url(next_url: str) -> str:
    """Where a browser logs in."""
    return str(get_auth_manager().get_url_login(next_url=next_url))


def _today() -> date:
    return runs.today(read_group())


class AftercarePlugin(AirflowPlugin):
    """The pages of Aftercare."""

    name = "aftercare"
    fastapi_apps = [  # noqa: RUF012 - Airflow reads a list
        {
            "app": create_app(
                Site(connections.warehouse_engine, read_group, runs.policy, _today),
                signed_in,
                login_url,
            ),
            "url_prefix": PREFIX,
            "name": "Aftercare",
        }
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Aftercare",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "url_route": "aftercare",
        }
    ]
