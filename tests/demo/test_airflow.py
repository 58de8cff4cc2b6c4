"""A real Airflow of the demo's kind, with one Dag: start, work, answer, stop."""

import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare.airflow_client import AirflowClient, AirflowRefused
from aftercare.backfill import night_bounds, run_backfill
from aftercare.demo.airflow import LocalAirflow
from aftercare.demo.postgres import FORGETFUL, EmbeddedPostgres

DAG = """
import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import CronPartitionTimetable, dag, get_current_context, task

ZONE = "Asia/Shanghai"


@dag(
    schedule=CronPartitionTimetable(
        "0 2 * * *", timezone=ZONE, run_offset=-1, key_format="%Y-%m-%d"
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz=ZONE),
    default_args={"retries": 1},
)
def counted():
    @task
    def parts():
        return len(get_current_context()["dag_run"].partition_key.split("-"))

    @task
    def part(number):
        return number

    approve = ApprovalOperator(task_id="approve", subject="Go on?")
    [parts(), part.expand(number=[1, 2])] >> approve


@dag(
    schedule=CronPartitionTimetable(
        "0 2 * * *", timezone=ZONE, run_offset=-1, key_format="%Y-%m-%d"
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz=ZONE),
)
def alone():
    @task
    def refuse_the_second():
        if get_current_context()["dag_run"].partition_key == "2026-07-02":
            raise ValueError

    refuse_the_second()


counted()
alone()
"""


@pytest.fixture(scope="module")
def airflow(homes: Path) -> Iterator[LocalAirflow]:
    folder = homes / uuid.uuid4().hex
    project = folder / "project"
    (project / "dags").mkdir(parents=True)
    (project / "plugins").mkdir()
    (project / "dags" / "counted.py").write_text(DAG)
    server = EmbeddedPostgres(folder / "postgres", settings=FORGETFUL)
    airflow = LocalAirflow(folder / "home", server, project, fresh=True)
    try:
        airflow.start()
        yield airflow
    finally:
        airflow.stop()
        server.destroy()


@pytest.fixture
def client(airflow: LocalAirflow) -> AirflowClient:
    client = airflow.client()
    client.wait_until_parsed(["counted"], airflow.started_at)
    client.pause("counted", paused=False)
    return client


def test_a_run_for_a_key_ends_after_a_person_answered(client: AirflowClient) -> None:
    run_id = client.trigger("counted", "2026-06-01")
    question = client.wait_for_question("counted", run_id)
    assert question["subject"] == "Go on?"
    client.answer("counted", run_id, "approve", "Approve")
    run = client.wait_for_run("counted", run_id)
    assert (run.succeeded, run.partition_key) == (True, "2026-06-01")
    assert dict(run.tasks) == {
        "parts": "success",
        "part[0]": "success",
        "part[1]": "success",
        "approve": "success",
    }
    assert [run.run_id for run in client.runs("counted", "2026-06-01")] == [run_id]


def test_a_backfill_makes_a_run_for_each_key_of_its_bounds(client: AirflowClient) -> None:
    bounds = ("2026-07-01T00:00:00+08:00", "2026-07-02T12:00:00+08:00")
    assert client.backfill_keys("counted", *bounds) == ["2026-07-01", "2026-07-02"]
    backfill_id = client.backfill("counted", *bounds)
    for key in ("2026-07-01", "2026-07-02"):
        run_id = client.wait_for_start("counted", key).run_id
        client.wait_for_question("counted", run_id)
        client.answer("counted", run_id, "approve", "Reject")
    client.wait_for_backfill(backfill_id)
    assert [run.partition_key for run in client.runs("counted", "2026-07-02")] == ["2026-07-02"]


def test_each_period_of_a_backfill_is_said_when_it_ends_and_again_when_it_is_run_again(
    client: AirflowClient,
) -> None:
    client.wait_until_parsed(["alone"])
    keys = ["2026-07-01", "2026-07-02"]
    for _ in range(2):
        said: list[str] = []
        states = run_backfill(client, "alone", keys, night_bounds(keys), said.append)
        assert states == {"2026-07-01": "success", "2026-07-02": "failed"}
        assert said == [
            "alone: 2 periods, 2026-07-01 to 2026-07-02, one at a time",
            "  1/2  2026-07-01: success",
            "  2/2  2026-07-02: failed",
        ]


def test_what_airflow_refuses_is_said_in_its_words(
    airflow: LocalAirflow, client: AirflowClient
) -> None:
    with pytest.raises(AirflowRefused, match=r"404.*absent"):
        client.trigger("absent", "2026-06-01")
    with pytest.raises(AirflowRefused, match="403"):
        airflow.client("manager").trigger("counted", "2026-06-02")


def test_passwords_and_keys_are_the_owners_only(airflow: LocalAirflow) -> None:
    for name in ("passwords.json", "secrets.json"):
        assert stat.S_IMODE((airflow.home / name).stat().st_mode) == 0o600


def test_stopping_leaves_no_process_and_no_password_in_a_log(airflow: LocalAirflow) -> None:
    secrets = [*airflow.secrets(), *airflow.passwords().values()]
    assert len(airflow.programs.alive()) >= 4
    airflow.stop()
    assert airflow.programs.alive() == []
    for log in airflow.home.rglob("*.log"):
        text = log.read_text(errors="replace")
        assert not any(secret in text for secret in secrets), log
