"""What every Dag of the house keeps to."""

from datetime import timedelta
from pathlib import Path

import pytest

from aftercare.errors import BadData, Retriable, SystemUnreachable

DAGS = Path(__file__).resolve().parents[2] / "dags"
EXPECTED = {
    "aftercare_night",
    "aftercare_deliver",
    "aftercare_messages",
    "aftercare_month",
    "aftercare_publish",
}


@pytest.fixture(scope="module")
def dags():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(DAGS), bundle_path=DAGS)
    assert not bag.import_errors
    return bag.dags


def test_the_dags_of_the_house_are_these(dags):
    assert set(dags) == EXPECTED


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_every_dag_has_owner_tags_description_and_no_catchup(dags, dag_id):
    dag = dags[dag_id]
    assert dag.tags >= {"aftercare"}
    assert dag.description
    assert dag.doc_md
    assert not dag.catchup
    for task in dag.tasks:
        assert task.owner == "aftercare"


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_every_task_retries_what_may_pass_and_fails_at_once_on_what_cannot(dags, dag_id):
    for task in dags[dag_id].tasks:
        if task.task_id == "approve":
            continue
        assert task.retries >= 1
        policy = task.retry_policy
        assert policy.evaluate(BadData("x"), 1, 4).action.value == "fail"
        for problem in (Retriable("x"), SystemUnreachable("x")):
            assert policy.evaluate(problem, 1, 4).action.value == "retry"
        assert policy.evaluate(ConnectionError("x"), 1, 4).action.value == "default"


def test_each_further_try_waits_longer_and_as_long_as_the_other_side_asks(dags):
    policy = dags["aftercare_night"].get_task("pull").retry_policy

    def minutes(problem: Exception, try_number: int) -> float:
        return policy.evaluate(problem, try_number, 4).retry_delay.total_seconds() / 60

    assert [minutes(SystemUnreachable("x"), number) for number in range(1, 5)] == [3, 6, 12, 24]
    assert minutes(SystemUnreachable("x", retry_after=600), 1) == 10
    assert minutes(SystemUnreachable("x", retry_after=600), 3) == 12
    assert minutes(SystemUnreachable("x", retry_after=86_400), 1) == 60
    assert policy.evaluate(BadData("x"), 1, 4).retry_delay is None


@pytest.mark.parametrize(
    ("dag_id", "task_id"), [("aftercare_publish", "publish"), ("aftercare_deliver", "morning")]
)
def test_tries_of_mails_outlast_a_server_that_is_down_for_an_hour(dags, dag_id, task_id):
    task = dags[dag_id].get_task(task_id)
    waits = [
        task.retry_policy.evaluate(SystemUnreachable("x"), number, task.retries).retry_delay
        for number in range(1, task.retries + 1)
    ]
    assert sum(waits, timedelta()) > timedelta(hours=2)


def test_mails_of_months_that_wait_are_sent_each_night_after_the_morning_mail_named_them(dags):
    task = dags["aftercare_deliver"].get_task("tell_waiting")
    assert task.upstream_task_ids == {"morning"}
    # Whatever became of the morning mail.
    assert task.trigger_rule == "all_done"


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_dags_are_thin(dag_id):
    text = (DAGS / f"{dag_id}.py").read_text()
    assert len(text.splitlines()) < 100
    assert "select " not in text.lower()


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_every_dag_is_partitioned(dags, dag_id):
    timetable = type(dags[dag_id].timetable).__name__
    assert timetable in {"CronPartitionTimetable", "PartitionedAssetTimetable"}


class Opened:
    """What the task before the approval left."""

    def __init__(self, counts):
        self.counts = counts

    def xcom_pull(self, task_ids):
        assert task_ids == "open_publication"
        return self.counts


@pytest.mark.parametrize(
    ("counts", "asked"),
    [
        ({"told": True}, "Send the scorecards of 2026-06 to HR, managers and employees?"),
        ({"told": False}, "Publish the scorecards of 2026-06, an old month, and send nothing?"),
        # A run that was opened before there was such a word.
        ({}, "Send the scorecards of 2026-06 to HR, managers and employees?"),
    ],
)
def test_the_approval_asks_whether_to_send_or_to_send_nothing(dags, counts, asked):
    gate = dags["aftercare_publish"].get_task("approve")
    assert "subject" in gate.template_fields
    given = {"ti": Opened(counts), "partition_key": "2026-06"}
    assert gate.render_template(gate.subject, given) == asked
