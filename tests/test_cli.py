"""What people type: figures agree with what is stored, and nobody is shown a traceback."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, make_url

from aftercare.cli import cli
from aftercare.stages.scorecards import score_month


def as_connection(url: Any) -> str:
    parts = make_url(url)
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": parts.host,
            "port": parts.port,
            "login": parts.username,
            "password": parts.password,
            "schema": parts.database,
        }
    )


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", as_connection(warehouse.url))
    return made


def test_every_figure_is_the_one_of_its_line(month: ScoredMonth) -> None:
    month.store()
    month.person("E1")
    for outcome in ("reached", "reached", "no_answer", "refused"):
        month.call(month.task("E1"), outcome=outcome)
    month.task("E1")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    with month.engine.connect() as connection:
        lines = connection.exec_driver_sql(
            "select scorecard_id, kpi_id, numerator, denominator, excluded "
            "from score.scorecard_line where denominator is not null"
        ).all()
    assert any(line.excluded for line in lines)
    for line in lines:
        employee = line.scorecard_id.split(".")[-1]
        said = CliRunner().invoke(cli, ["evidence", MONTH, employee, line.kpi_id])
        assert said.exit_code == 0, said.output
        found = re.search(
            rf"{re.escape(line.scorecard_id)} {line.kpi_id}: (\S+) of (\S+), (\S+) excluded",
            said.output,
        )
        assert found, said.output
        assert found.groups() == tuple(
            f"{figure:f}" for figure in (line.numerator, line.denominator, line.excluded)
        )


def test_a_figure_of_the_store_is_told_once_for_everybody(month: ScoredMonth) -> None:
    month.store()
    for employee, role in (("S1", "SC"), ("A1", "AC"), ("A2", "AC")):
        month.person(employee, role=role)
    month.booking("kept")
    month.booking("refused")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    said = CliRunner().invoke(cli, ["evidence", MONTH, "all", "booking_acceptance"])
    assert said.exit_code == 0, said.output
    first, *rows = said.output.splitlines()
    assert first == (
        "2026-06.AC.SK01.A1 booking_acceptance: 1 of 2, 0 excluded, the figure of the whole store"
    )
    assert len(rows) == 2
    none = CliRunner().invoke(cli, ["evidence", MONTH, "S1", "booking_acceptance"])
    assert "there is no line booking_acceptance" in str(none.exception)


def test_a_warehouse_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    gone = "postgresql+psycopg://aftercare:secret@127.0.0.1:1/aftercare"
    said = subprocess.run(
        [sys.executable, "-c", "from aftercare.cli import main; main()", "users", "list"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": ":".join(path for path in sys.path if path),
            "AIRFLOW_CONN_AFTERCARE_WAREHOUSE": as_connection(gone),
            "AIRFLOW_HOME": str(tmp_path),
        },
    )
    assert said.returncode == 1
    assert "the warehouse does not answer" in said.stderr
    assert "Traceback" not in said.stderr
    assert "secret" not in said.stderr
