"""The pages inside a real Airflow: its login, its permissions, its menu."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from browser import Browser
from fastapi import FastAPI
from sqlalchemy import Engine
from staged_rows import StagedRows

pytestmark = pytest.mark.filterwarnings("ignore")
USERS = {"admin": "ADMIN", "steward": "USER", "viewer": "VIEWER"}
RELEASE = {"action": "release", "reason_code": "confirmed"}


@pytest.fixture
def airflow(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """Airflow's own app with our plugin, on an empty metadata database."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from airflow.utils.db import initdb

    url = warehouse.url.set(drivername="postgres").render_as_string(hide_password=False)
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", url)
    monkeypatch.setenv(
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
        ",".join(f"{name}:{role.lower()}" for name, role in USERS.items()),
    )
    initdb()
    yield create_app("core")
    purge_cached_app()


def token(name: str) -> str:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    user = SimpleAuthManagerUser(username=name, role=USERS[name])
    return str(get_auth_manager().generate_jwt(user))


def test_airflow_says_who_comes_in_and_who_may_write(airflow: FastAPI, warehouse: Engine) -> None:
    staged = StagedRows(warehouse)
    staged.insert(
        "ops.user_role",
        *({"user_name": name, "role": "steward", "store_code": "*"} for name in USERS),
    )
    staged.load("repair_order", [{"odometer_out_km": 1}])
    staged.validate("repair_order")

    nobody = Browser(airflow)
    sent_away = nobody.get("/aftercare/cases")
    assert sent_away.status_code == 303
    assert "/auth/login?next=" in sent_away.headers["location"]
    for path in ("/cases", "/cases/1", "/loads", "/scorecards/", "/static/aftercare.js"):
        assert nobody.get(f"/aftercare{path}", Accept="*/*").status_code == 401, path
    assert nobody.post("/aftercare/cases/1/decisions", RELEASE).status_code == 401
    assert nobody.get("/aftercare/cases", Cookie="_token=forged").status_code in (303, 403)

    viewer = Browser(airflow, Cookie=f"_token={token('viewer')}")
    page = viewer.get("/aftercare/cases").text
    assert "出厂里程小于进厂里程" in page
    assert 'href="/aftercare/cases/1"' in page
    assert viewer.post("/aftercare/cases/1/decisions", RELEASE).status_code == 403
    assert staged.rows("quality.decision") == []

    steward = Browser(airflow, Cookie=f"_token={token('steward')}")
    from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
    refused = steward.post("/aftercare/cases/1/decisions", RELEASE, **from_elsewhere)
    assert refused.status_code == 403
    assert steward.post("/aftercare/cases/1/decisions", RELEASE).status_code == 200
    (decision,) = staged.rows("quality.decision")
    assert decision["decided_by"] == "steward"


def test_the_pages_stand_in_airflows_menu(airflow: FastAPI) -> None:
    admin = Browser(airflow, Authorization=f"Bearer {token('admin')}")
    plugins = admin.get("/api/v2/plugins", Accept="application/json").json()["plugins"]
    (ours,) = [plugin for plugin in plugins if plugin["name"] == "aftercare"]
    (entry,) = ours["external_views"]
    assert (entry["href"], entry["destination"]) == ("/aftercare/", "nav")
    errors = admin.get("/api/v2/plugins/importErrors", Accept="application/json").json()
    assert errors["import_errors"] == []


def test_airflow_imports_the_package_as_a_package_only() -> None:
    from airflow.utils.file import find_path_from_directory

    found = find_path_from_directory(os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"], ".airflowignore")
    modules = sorted(os.path.basename(path) for path in found if path.endswith(".py"))  # noqa: PTH119
    assert modules == ["aftercare_plugin.py"]


def loaded_with(module: str) -> set[str]:
    """Every module that a fresh process holds after importing one."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"]},
    )
    loaded = set(done.stdout.split())
    assert module in loaded
    return loaded


def test_a_task_that_loads_the_plugin_loads_none_of_the_pages() -> None:
    pages = {"airflow.api_fastapi.app", "aftercare.pages.app", "aftercare.runs"}
    assert not pages & loaded_with("aftercare_plugin")


def test_the_pages_load_neither_charts_nor_typesetting() -> None:
    heavy = {"matplotlib", "typst", "xlsxwriter", "great_expectations"}
    assert not heavy & loaded_with("aftercare.pages.app")
