"""Keys by command, from the ring's second key to the first one's end."""

import json

from click.testing import CliRunner
from whole_group import database

from aftercare.cli import cli
from aftercare.connections import forget
from aftercare.protection import new_keyring_json


def run(*words: str) -> str:
    result = CliRunner().invoke(cli, ["keys", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_key_is_added_takes_over_and_the_old_one_may_go(warehouse, monkeypatch):
    forget()
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    ring = {"conn_type": "generic", "password": new_keyring_json()}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", json.dumps(ring))
    assert "nothing to do" in run("rotate")
    with_two = run("add", "encryption", "--connection")
    assert "encryption key 1: writes" in run("status")
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", with_two)
    assert "encryption key 2: waits for `aftercare keys rotate`" in run("status")
    assert "encryption key 1 opens nothing any more" in run("rotate")
    shown = run("status")
    assert "encryption key 1: opens nothing any more" in shown
    assert "encryption key 2: writes" in shown
    assert "hashing key 1: writes" in shown
