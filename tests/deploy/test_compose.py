"""The compose file is checked by the real Compose, without an engine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = Path(sys.executable).with_name("docker-compose")


@pytest.fixture
def environment(tmp_path):
    filled = tmp_path / "env"
    text = (PROJECT / ".env.example").read_text()
    filled.write_text(re.sub(r"=$", "=something", text, flags=re.M))
    return filled


def compose(*arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE")}
    return subprocess.run(
        [COMPOSE, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False, env=clean
    )


def test_compose_accepts_the_file_with_all_profiles(environment):
    answer = compose(
        "--env-file", str(environment), "--profile", "odoo", "--profile", "mail", "config"
    )
    assert answer.returncode == 0, answer.stderr
    services = yaml.safe_load(answer.stdout)["services"]
    assert {"postgres", "odoo", "mail", "airflow-apiserver"} <= set(services)
    # One ends by itself; the other has no port to ask, and is started again when it ends.
    for name in services.keys() - {"airflow-init", "watch"}:
        assert services[name]["healthcheck"]["test"], name
    assert services["watch"]["restart"] == "unless-stopped"


def test_compose_refuses_to_start_without_secrets(tmp_path):
    empty = tmp_path / "env"
    empty.write_text("")
    answer = compose("--env-file", str(empty), "config", "--quiet")
    assert answer.returncode != 0
    assert "required variable" in answer.stderr


def test_the_scheduler_waits_for_a_healthy_api_server():
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    for name in ("airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"):
        waits = services[name]["depends_on"]["airflow-apiserver"]["condition"]
        assert waits == "service_healthy"


def test_no_secret_stands_in_the_files():
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    settings = [item for each in services.values() for item in each.get("environment", {}).items()]
    secrets = [
        (name, value)
        for name, value in settings
        if re.search(r"PASSWORD$|SECRET|_KEY$|_CONNECTION$", name)
    ]
    assert len(secrets) > 5
    assert [name for name, value in secrets if not value.startswith("${")] == []
    for line in (PROJECT / ".env.example").read_text().splitlines():
        if re.match(r"[A-Z_]*(PASSWORD|SECRET|_KEY)[A-Z_]*=", line):
            assert line.endswith("="), line
