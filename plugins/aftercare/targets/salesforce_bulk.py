"""Many records at once: jobs of Salesforce's Bulk API 2.0, and what their answers say of each record.

A job is made, given its records as a file, and told that they are all there; only then does Salesforce begin. What
goes wrong before that kept nothing. What goes wrong afterwards leaves in doubt what the job does not account for.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aftercare.targets.http_trouble import CallError
from aftercare.targets.protocol import Outcome
from aftercare.targets.rest_answers import OwnAnswer
from aftercare.targets.rest_calls import CODE, RestCalls
from aftercare.targets.rest_mapping import Records
from aftercare.targets.rest_requests import Call, Reading
from aftercare.targets.salesforce_mapping import NO_RECORD, Bulk

MOST_BYTES = 100_000_000
"""So large may the file of a job be; Salesforce takes 150 MB of what it becomes there."""

FIRST_PAUSE = 1.0
"""Seconds until a job is asked about for the first time; each pause is twice the one before."""

NULL = "#N/A"
"""Empties a field; nothing at all leaves it as it is."""

ENDED = ("JobComplete", "Failed", "Aborted")
ERROR = re.compile(r"([A-Z][A-Z0-9_]*):(.*?)(?:\s*--)?", re.DOTALL)
JOB_ERROR = re.compile(r"\s*([A-Za-z]\w*)")

Answers = dict[str, dict[str, Any]]


@dataclass
class Loaded:
    """What became of the records of a job: the answers to single ones, written as those of a collection are, and the
    outcomes of those without an answer."""

    answers: Answers = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)


class BulkJobs:
    """Jobs at the Salesforce that `calls` speaks to, below the path `root`."""

    def __init__(
        self, calls: RestCalls, bulk: Bulk, root: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._calls, self._bulk, self._sleep = calls, bulk, sleep
        jobs = f"{root}/jobs/ingest"
        self._made = Call(
            path=jobs,
            body={
                "operation": "upsert",
                "object": "{object}",
                "externalIdFieldName": "{key_field}",
                "contentType": "CSV",
                "lineEnding": "LF",
            },
        )
        self._filled = Call(
            method="PUT",
            path=f"{jobs}/{{job}}/batches",
            headers={"Content-Type": "text/csv; charset=UTF-8"},
        )
        self._told = Call(method="PATCH", path=f"{jobs}/{{job}}", body={"state": "{state}"})
        self._asked = Reading(path=f"{jobs}/{{job}}")
        gone = OwnAnswer(**NO_RECORD)
        self._listed = Reading(path=jobs, parameters={"jobType": "V2Ingest"}, answer=gone)
        self._listed_on = Reading(path=jobs, parameters={"queryLocator": "{place}"}, answer=gone)
        self._read = Reading(
            path=f"{jobs}/{{job}}/{{list}}", headers={"Accept": "text/csv"}, is_text=True
        )

    def upsert(
        self,
        object_name: str,
        key_field: str,
        part: Records,
        bodies: Mapping[str, Mapping[str, object]],
    ) -> Loaded:
        """Makes or changes the records, of which each has its key at `key_field`."""
        file = csv_of(part, list(bodies.values()))
        if len(file) > MOST_BYTES and len(bodies) > 1:
            keys = list(bodies)
            halves = (keys[: len(keys) // 2], keys[len(keys) // 2 :])
            loaded = Loaded()
            for half in halves:
                one = self.upsert(object_name, key_field, part, {key: bodies[key] for key in half})
                loaded.answers |= one.answers
                loaded.outcomes |= one.outcomes
            return loaded
        loaded = self._run(
            {"object": object_name, "key_field": key_field}, file, list(bodies), part
        )
        for key in bodies:
            if key not in loaded.answers and key not in loaded.outcomes:
                unclear = "the bulk job does not say what became of it"
                loaded.outcomes[key] = Outcome(key, "unknown", None, unclear)
        return loaded

    def end_older(self, objects: Set[str]) -> None:
        """Aborts jobs that an earlier push did not wait for to the end: begun late, one would overwrite what is sent
        now. One that may be waited for by another push is left, and newer records wait for it by themselves.

        Raises CallError where the jobs are not told, or one of them does not end.
        """
        for job in self._left_over(objects):
            known = {"job": job}
            self._aborted(known)
            if self._info(known).get("state") not in ENDED:
                raise CallError("retry", "a bulk job of an earlier push does not end")

    def _left_over(self, objects: Set[str]) -> list[str]:
        """Ids of upserts into these objects that are older than any push waits."""
        latest = datetime.now(UTC) - timedelta(seconds=self._bulk.longest_seconds)
        found: list[str] = []
        place: str | None = None
        while True:
            page = self._calls.call(
                self._listed_on if place else self._listed, {"place": place or ""}
            )
            try:
                found += [
                    str(job["id"])
                    for job in page["records"]
                    if job["state"] not in ENDED
                    and job["operation"] == "upsert"
                    and job["object"] in objects
                    and datetime.fromisoformat(job["createdDate"]) < latest
                ]
                after = page.get("nextRecordsUrl")
            except (TypeError, KeyError, ValueError, AttributeError):
                raise CallError("retry", "the list of bulk jobs cannot be read") from None
            if not after:
                return found
            place = parse_qs(urlsplit(str(after)).query).get("queryLocator", [""])[0]

    def _run(
        self, made_of: Mapping[str, object], file: bytes, keys: Sequence[str], part: Records
    ) -> Loaded:
        try:
            job = self._calls.call(self._made, made_of)["id"]
        except CallError as problem:
            return _not_kept(keys, problem)
        except (TypeError, KeyError):
            return _not_kept(keys, CallError("retry", "the answer does not name the bulk job"))
        known = {"job": str(job)}
        try:
            self._calls.call(self._filled, known, file=file)
        except CallError as problem:
            # Salesforce waits for more, and would keep the file for days.
            self._aborted(known)
            return _not_kept(keys, problem)
        doubt = self._started(known)
        if doubt is not None and doubt.state == "retry":
            self._aborted(known)
            return _not_kept(keys, doubt)
        ended = None if doubt else self._ended(known)
        if ended is None:
            self._aborted(known)
        return self._results(known, ended or {}, str(made_of["key_field"]), set(keys), part)

    def _started(self, known: Mapping[str, object]) -> CallError | None:
        """Says that all records are there. None where the job is under way; `retry` where it certainly is not."""
        lost: CallError | None = None
        for _ in range(2):
            try:
                self._calls.call(self._told, {**known, "state": "UploadComplete"})
                return None
            except CallError as problem:
                if problem.state == "retry" and lost is None:
                    return problem
                # A first one whose answer was lost may arrive late, whatever is said of the second.
                lost = CallError("unknown", problem.text)
            state = self._info(known).get("state")
            if state != "Open":
                return lost if state is None else None
        return lost

    def _ended(self, known: Mapping[str, object]) -> Mapping[str, Any] | None:
        """The job when it has come to an end; None where it did not in time."""
        begun, waited, pause = time.monotonic(), 0.0, FIRST_PAUSE
        while True:
            told = self._info(known)
            if told.get("state") in ENDED:
                return told
            left = self._bulk.longest_seconds - max(waited, time.monotonic() - begun)
            if left <= 0 or self._calls.stopped:
                return None
            pause = min(pause, self._bulk.poll_seconds, left)
            self._sleep(pause)
            waited += pause
            pause *= 2

    def _info(self, known: Mapping[str, object]) -> Mapping[str, Any]:
        """What Salesforce says of the job, nothing where it does not answer."""
        try:
            told = self._calls.call(self._asked, known)
        except CallError:
            return {}
        return told if isinstance(told, Mapping) else {}

    def _aborted(self, known: Mapping[str, object]) -> None:
        """Asks that no more records of the job are kept."""
        try:
            self._calls.call(self._told, {**known, "state": "Aborted"})
        except CallError:
            # It ended meanwhile, or nobody answers: what it did is asked for, and else in doubt.
            return

    def _results(
        self,
        known: Mapping[str, object],
        ended: Mapping[str, Any],
        key_field: str,
        wanted: Set[str],
        part: Records,
    ) -> Loaded:
        """What the job says of its records by now."""
        loaded = Loaded()
        for row in self._rows(known, "successfulResults"):
            if row.get(key_field) in wanted:
                kept = {"success": True, "id": row.get("sf__Id") or None}
                loaded.answers[row[key_field]] = kept
        for row in self._rows(known, "failedResults"):
            if row.get(key_field) in wanted:
                loaded.answers[row[key_field]] = _failure(row.get("sf__Error") or "", part)
        # Of a job that was aborted the last records may be at work still.
        if ended.get("state") in ("JobComplete", "Failed"):
            code = JOB_ERROR.match(str(ended.get("errorMessage") or ""))
            shown = f", code {code[1]}" if code and CODE.fullmatch(code[1]) else ""
            text = f"the bulk job ended before it{shown}"
            for row in self._rows(known, "unprocessedrecords"):
                key = row.get(key_field)
                if key is not None and key in wanted and key not in loaded.answers:
                    loaded.outcomes[key] = Outcome(key, "retry", None, text)
        return loaded

    def _rows(self, known: Mapping[str, object], name: str) -> list[dict[str, str]]:
        """A list of the job's records; none where it cannot be had, which leaves them in doubt."""
        try:
            text = self._calls.call(self._read, {**known, "list": name})
            return list(csv.DictReader(io.StringIO(text or "", newline="")))
        except (CallError, csv.Error):
            return []


def csv_of(part: Records, bodies: Sequence[Mapping[str, object]]) -> bytes:
    """The records as a file of Bulk API 2.0. A column is a field that one of them has."""
    names = [name for name in part.fields if any(name in body for body in bodies)]
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    inner = {name: part.fields[name].in_object for name in names}
    writer.writerow([f"{name}.{inner[name]}" if inner[name] else name for name in names])
    for body in bodies:
        writer.writerow([_cell(body[name]) if name in body else "" for name in names])
    return file.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return _cell(next(iter(value.values())))
    return str(value)


def _failure(error: str, part: Records) -> dict[str, Any]:
    """The answer of a record that was refused: `CODE:words with values:field field --`. The words are left where
    they are, and of the rest only what is a field of ours is taken over."""
    told = ERROR.fullmatch(error.strip())
    if told is None:
        return {"success": False, "errors": []}
    last = told[2].rpartition(":")[2]
    fields = [name for name in re.split(r"[\s,]+", last) if name in part.fields]
    return {"success": False, "errors": [{"statusCode": told[1], "fields": fields}]}


def _not_kept(keys: Sequence[str], problem: CallError) -> Loaded:
    """The job did not begin, whatever became of the call."""
    text = f"{problem.text}; the bulk job did not begin"
    outcomes = {key: Outcome(key, "retry", None, text, problem.retry_after) for key in keys}
    return Loaded({}, outcomes)
