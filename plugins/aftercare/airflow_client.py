"""A small client of Airflow's REST API: what commands, the demo and its tests ask of an Airflow."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from aftercare.errors import Fatal

ENDED = frozenset({"success", "failed"})
SAY_SECONDS = 15
POLL_SECONDS = 0.5
ANSWER_SECONDS = 30
# An answer that overtakes the scheduler's own news of the asking task makes it count that task as
# failed and ask once more, minutes later. A person is never that quick, a program is; and on a busy
# machine the scheduler itself is late, so its clock counts: it beats after it heard all news.
SETTLED_AFTER = timedelta(seconds=6)
SETTLED_SECONDS = 180


class AirflowRefused(Fatal):
    """Airflow said no, or something did not happen in time."""


@dataclass(frozen=True)
class Run:
    """A Dag run. `tasks` maps a task's id, with its map index if it is mapped, to its state."""

    dag_id: str
    run_id: str
    state: str
    partition_key: str | None
    tasks: Mapping[str, str | None]

    @property
    def succeeded(self) -> bool:
        """Whether the whole run ended well."""
        return self.state == "success"


class AirflowClient:
    """Acts as one user of the Airflow at `address`. `say` gets a line when something takes long.

    Every method raises AirflowRefused when Airflow refuses.
    """

    def __init__(
        self, address: str, user: str, password: str, *, say: Callable[[str], None] = print
    ) -> None:
        self._address = address
        self._login = {"username": user, "password": password}
        self._say = say
        self._session = requests.Session()
        # A proxy of the user's environment cannot reach this machine's own addresses.
        self._session.trust_env = False

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call `path` below /api/v2 and return the answer's JSON."""
        if "Authorization" not in self._session.headers:
            self._log_in()
        answer = self._request(method, f"/api/v2{path}", body, query)
        if answer.status_code == requests.codes.unauthorized:
            self._log_in()
            answer = self._request(method, f"/api/v2{path}", body, query)
        if not answer.ok:
            raise AirflowRefused(
                f"Airflow refused {method} {path} with {answer.status_code}: {_reason(answer)}"
            )
        return answer.json() if answer.content else None

    def wait_until_parsed(
        self, dag_ids: Sequence[str], since: datetime | None = None, seconds: float = 180
    ) -> None:
        """Wait until Airflow has read all of `dag_ids`, and after `since`, if that is given.

        A file that fails to import ends the waiting at once.
        """

        def parsed() -> bool:
            errors = self.call("GET", "/importErrors")["import_errors"]
            if errors:
                texts = [f"{error['filename']}: {error['stack_trace'][-500:]}" for error in errors]
                raise AirflowRefused("Dag files fail to import:\n" + "\n".join(texts))
            known = {
                dag["dag_id"]
                for dag in self.call("GET", "/dags", query={"limit": 100})["dags"]
                if since is None or datetime.fromisoformat(dag["last_parsed_time"]) >= since
            }
            return known.issuperset(dag_ids)

        self._wait("Airflow to read the Dags", parsed, seconds)

    def pause(self, dag_id: str, paused: bool) -> None:
        """Pause a Dag or let it run; only a Dag that is not paused works on its runs."""
        self.call("PATCH", f"/dags/{dag_id}", {"is_paused": paused})

    def is_paused(self, dag_id: str) -> bool:
        """Whether a Dag is paused."""
        paused: bool = self.call("GET", f"/dags/{dag_id}")["is_paused"]
        return paused

    def trigger(self, dag_id: str, partition_key: str) -> str:
        """Start a run for `partition_key` and return its id."""
        body = {"logical_date": None, "partition_key": partition_key}
        run_id: str = self.call("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"]
        return run_id

    def backfill_keys(self, dag_id: str, first: str, last: str) -> list[str]:
        """Return the partition keys that `backfill` would make runs for, and make none."""
        planned = self.call("POST", "/backfills/dry_run", _backfill(dag_id, first, last))[
            "backfills"
        ]
        return [run["partition_key"] for run in planned]

    def backfill(self, dag_id: str, first: str, last: str) -> int:
        """Create a backfill, one run at a time, and return its id.

        `first` and `last` are ISO times with their zone; ticks of the Dag's timetable between them
        get a run, also where their key has one.
        """
        backfill_id: int = self.call("POST", "/backfills", _backfill(dag_id, first, last))["id"]
        return backfill_id

    def wait_for_backfill(
        self,
        backfill_id: int,
        seconds: float = 600,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        """Wait until all runs of a backfill have ended; ``look`` is called while it waits."""

        def ended() -> bool:
            look()
            return self.call("GET", f"/backfills/{backfill_id}")["completed_at"] is not None

        self._wait(f"backfill {backfill_id}", ended, seconds)

    def runs(self, dag_id: str, partition_key: str | None = None) -> list[Run]:
        """Return the newest hundred runs of a Dag, or those of one key, oldest first."""
        query: dict[str, Any] = {"order_by": "-id", "limit": 100}
        if partition_key is not None:
            # Of a long backfill, the first keys are older than the newest hundred runs.
            query["partition_key_prefix_pattern"] = partition_key
        answer = self.call("GET", f"/dags/{dag_id}/dagRuns", query=query)
        found = [
            self.run(dag_id, run["dag_run_id"])
            for run in answer["dag_runs"]
            if partition_key in (None, run.get("partition_key"))
        ]
        return found[::-1]

    def run(self, dag_id: str, run_id: str) -> Run:
        """Return a run with the states of its tasks."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}"
        run = self.call("GET", path)
        answer = self.call("GET", f"{path}/taskInstances", query={"limit": 1000})
        tasks = {
            task["task_id"] + (f"[{task['map_index']}]" if task["map_index"] >= 0 else ""): task[
                "state"
            ]
            for task in answer["task_instances"]
        }
        return Run(dag_id, run_id, run["state"], run.get("partition_key"), tasks)

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float = 600) -> Run:
        """Wait until a run has ended and return it, whether it went well or not."""
        latest = self.run(dag_id, run_id)

        def ended() -> bool:
            nonlocal latest
            latest = self.run(dag_id, run_id)
            return latest.state in ENDED

        def doing() -> str:
            busy = [task for task, state in latest.tasks.items() if state == "running"]
            return f"{dag_id} {latest.partition_key or run_id} ({', '.join(busy) or latest.state})"

        self._wait(doing, ended, seconds)
        return latest

    def wait_for_start(self, dag_id: str, partition_key: str, seconds: float = 600) -> Run:
        """Wait until something, such as an asset, has made a run for a key; return the newest."""
        found: list[Run] = []

        def made() -> bool:
            found[:] = self.runs(dag_id, partition_key)
            return bool(found)

        self._wait(f"a run of {dag_id} for {partition_key}", made, seconds)
        return found[-1]

    def wait_for_key(self, dag_id: str, partition_key: str, seconds: float = 600) -> Run:
        """Wait until something has made a run for a key, and that run has ended."""
        run = self.wait_for_start(dag_id, partition_key, seconds)
        return self.wait_for_run(dag_id, run.run_id, seconds)

    def wait_for_newer(
        self, dag_id: str, partition_key: str, than: str | None, seconds: float = 600
    ) -> Run:
        """Wait until the newest run for a key is another one than ``than`` and has ended, and return it."""
        found: list[Run] = []

        def ended() -> bool:
            found[:] = self.runs(dag_id, partition_key)[-1:]
            return bool(found) and found[0].run_id != than and found[0].state in ENDED

        self._wait(f"a new run of {dag_id} for {partition_key}", ended, seconds)
        return found[0]

    def open_questions(self, dag_id: str = "~") -> list[dict[str, Any]]:
        """Return what waits for a person's answer: subject, options and the asking task instance."""
        answer = self.call(
            "GET", f"/dags/{dag_id}/dagRuns/~/hitlDetails", query={"response_received": "false"}
        )
        questions: list[dict[str, Any]] = answer["hitl_details"]
        return questions

    def wait_for_question(self, dag_id: str, run_id: str, seconds: float = 300) -> dict[str, Any]:
        """Wait until a run asks a person something and return the question."""
        found: list[dict[str, Any]] = []

        def asked() -> bool:
            found[:] = [
                question
                for question in self.open_questions(dag_id)
                if question["task_instance"]["dag_run_id"] == run_id
            ]
            return bool(found)

        self._wait(f"the question of {dag_id}", asked, seconds)
        return found[0]

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str) -> None:
        """Answer a task that waits for a person, with one of its options."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"

        def settled() -> bool:
            question = self.call("GET", path)
            beat = self.call("GET", "/monitor/health")["scheduler"]["latest_scheduler_heartbeat"]
            return (
                question["task_instance"]["state"] == "awaiting_input"
                and beat is not None
                and datetime.fromisoformat(beat)
                > datetime.fromisoformat(question["created_at"]) + SETTLED_AFTER
            )

        self._wait(f"{task_id} to settle", settled, SETTLED_SECONDS)
        self.call("PATCH", path, {"chosen_options": [option], "params_input": {}})

    def _log_in(self) -> None:
        self._session.headers.pop("Authorization", None)
        answer = self._request("POST", "/auth/token", self._login)
        if not answer.ok:
            user = self._login["username"]
            raise AirflowRefused(f"Airflow refused the login of {user} with {answer.status_code}")
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        url = self._address + path
        return self._session.request(method, url, json=body, params=query, timeout=ANSWER_SECONDS)

    def _wait(
        self, what: str | Callable[[], str], arrived: Callable[[], bool], seconds: float
    ) -> None:
        started = said = time.monotonic()
        while not arrived():
            now = time.monotonic()
            text = what if isinstance(what, str) else what()
            if now - started > seconds:
                raise AirflowRefused(f"{text} did not end within {seconds:.0f} s")
            if now - said > SAY_SECONDS:
                said = now
                self._say(f"  still waiting for {text}, {now - started:.0f} s")
            time.sleep(POLL_SECONDS)


def _backfill(dag_id: str, first: str, last: str) -> dict[str, Any]:
    return {
        "dag_id": dag_id,
        "from_date": first,
        "to_date": last,
        "max_active_runs": 1,
        "reprocess_behavior": "completed",
    }


def _reason(answer: requests.Response) -> str:
    # Airflow's own words about a bad request; rows of ours never go through this interface.
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return answer.reason
    return str(detail)[:500]
